//! Runs a command and measures it: wall time, peak memory, and what it printed.
//!
//! Peak memory is `VmHWM` of `/proc/<pid>/status`, read every few milliseconds: it only grows, so the last reading
//! before the end is the peak but for what the last milliseconds added. Nothing needs to be installed.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// One run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Wall time in seconds.
    pub seconds: f64,
    /// Peak memory in MB of the process itself (not of its children).
    pub peak: f64,
    /// Exit code.
    pub code: i32,
    /// First lines of standard output.
    pub said: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Run {
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let status = format!("/proc/{}/status", child.id());
    let waiting = thread::spawn(move || (child.wait_with_output(), Instant::now()));
    let mut peak = 0;
    while !waiting.is_finished() {
        if let Some(now) = fs::read_to_string(&status).ok().and_then(|text| high_water(&text)) {
            peak = peak.max(now);
        }
        thread::sleep(Duration::from_millis(2));
    }
    let (output, end) = waiting.join().unwrap();
    let Output { status, stdout, stderr } = output.unwrap();
    let text = String::from_utf8_lossy(if stdout.is_empty() { &stderr } else { &stdout }).into_owned();
    Run {
        seconds: (end - start).as_secs_f64(),
        peak: f64::from(peak) / 1024.0,
        code: status.code().unwrap_or(-1),
        said: text,
    }
}

/// Kilobytes.
fn high_water(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The middle value.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
