//! What a command may know about where it runs: writers, terminal facts, verbosity. Never reads evidence.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::args::ColorWhen;

/// Handed to every command.
pub struct Ctx<'w> {
    /// Results go here (standard output).
    pub out: &'w mut dyn Write,
    /// Progress, log and errors go here (standard error).
    pub err: &'w mut dyn Write,
    /// What the terminal can do.
    pub terminal: Terminal,
    /// -1 quiet, 0 normal, 1 for `-v`, 2 for `-vv`.
    pub verbosity: i8,
    /// `--config`, if given.
    pub config: Option<PathBuf>,
    /// `--knowledge`, if given.
    pub knowledge: Option<PathBuf>,
}

impl Ctx<'_> {
    /// One line on standard error, left out with `-q`. Text from evidence must come in sanitised.
    pub fn say(&mut self, line: &str) {
        if self.verbosity >= 0 {
            let _ = writeln!(self.err, "{line}");
        }
    }
}

/// What the terminal can do, decided once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Standard output is a terminal.
    pub out_is_terminal: bool,
    /// Standard error is a terminal (bars may be drawn).
    pub err_is_terminal: bool,
    /// Columns of standard output; 100 where it is not a terminal.
    pub width: u16,
    /// Colour on standard output.
    pub color: bool,
    /// Colour on standard error.
    pub err_color: bool,
}

impl Terminal {
    /// No terminal at all: files, pipes, tests.
    pub const NONE: Self = Self {
        out_is_terminal: false,
        err_is_terminal: false,
        width: 100,
        color: false,
        err_color: false,
    };

    /// The facts of this process: terminals, `NO_COLOR` (any non-empty value), `TERM=dumb`, width.
    pub fn of_process() -> Self {
        let out_is_terminal = io::stdout().is_terminal();
        let err_is_terminal = io::stderr().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            out_is_terminal,
            err_is_terminal,
            width: if out_is_terminal { columns() } else { Self::NONE.width },
            color: out_is_terminal && !no_color,
            err_color: err_is_terminal && !no_color,
        }
    }

    /// The same terminal, with what `--color` asked for.
    #[must_use]
    pub fn with_color(self, asked: ColorWhen) -> Self {
        match asked {
            ColorWhen::Auto => self,
            ColorWhen::Always => Self {
                color: true,
                err_color: true,
                ..self
            },
            ColorWhen::Never => Self {
                color: false,
                err_color: false,
                ..self
            },
        }
    }
}

/// Columns of the terminal, between 40 and 240: narrower breaks words, wider is not read.
fn columns() -> u16 {
    comfy_table::Table::new().width().unwrap_or(100).clamp(40, 240)
}

/// A writer whose reader may go away (`gonogo check a.tar.gz | head -1`): from then on it swallows.
///
/// The command goes on and its exit code still says what was found: a closed pipe must not turn NO-GO into 0.
pub struct QuietPipe<W: Write> {
    inner: W,
    closed: bool,
}

impl<W: Write> QuietPipe<W> {
    /// Wraps a writer.
    pub fn new(inner: W) -> Self {
        Self { inner, closed: false }
    }

    fn quiet<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for QuietPipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.quiet(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let result = self.inner.flush();
        self.quiet(result, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let mut pipe = QuietPipe::new(Gone);
        assert!(pipe.write_all(b"text").is_ok());
        assert!(pipe.flush().is_ok());
    }

    #[test]
    fn the_flag_wins_over_the_terminal() {
        assert!(Terminal::NONE.with_color(ColorWhen::Always).color);
        assert!(!Terminal::NONE.with_color(ColorWhen::Auto).color);
        let on = Terminal {
            color: true,
            ..Terminal::NONE
        };
        assert!(!on.with_color(ColorWhen::Never).color);
    }
}
