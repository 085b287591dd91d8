//! Logging to standard error: one event, one line, nothing that a terminal could act on. Never logs to a file.

use std::io::{self, Write};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;

use super::text;

/// Starts logging for this process; a second call changes nothing.
pub fn init(verbosity: i8) {
    let level = match verbosity {
        i8::MIN..=-1 => LevelFilter::ERROR,
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2..=i8::MAX => LevelFilter::DEBUG,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .with_writer(|| OneLine(io::stderr()))
        .finish()
        // The ZooKeeper client logs every path it asks for, and every try to connect as a warning: what matters of both
        // stands in the record of the walk.
        .with(
            Targets::new()
                .with_default(level)
                .with_target("zookeeper_client", LevelFilter::ERROR),
        );
    // Already set when tests run several commands in one process.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Each event arrives in one write that ends with a newline; any other control character in it is shown, not sent.
struct OneLine<W: Write>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(event);
        let mut safe = text::sanitized(line.trim_end_matches('\n'));
        safe.push('\n');
        match self.0.write_all(safe.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(event.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newline_in_an_event_forges_no_line() {
        let mut log = OneLine(Vec::new());
        log.write_all(b"WARN name\n2026 INFO GO \x1b[32m\n").unwrap();
        let shown = String::from_utf8(log.0).unwrap();
        assert_eq!(shown, "WARN name\\u{a}2026 INFO GO \\u{1b}[32m\n");
    }
}
