//! `cargo bench --bench backup`: proving a backup beside `cat FILE | sha256sum`, in turns.
//!
//! Writes a backup of 1,000,000 znodes (snapshot and two logs in a plain tar), runs `gonogo backup inspect` and `cat |
//! sha256sum` on it one after the other, several times, and prints medians and the ratio. Ends with an error where gonogo
//! has less than 80 % of the speed, takes more memory than a node's digest allows, or says something else than what was
//! written.
//!
//! Environment: `GONOGO_BENCH_ZNODES` (1000000), `GONOGO_BENCH_RUNS` (7), `GONOGO_BENCH_FOLDER` (where the backup is
//! written; the usual folder for temporary files).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a benchmark prints, and stops loudly where it cannot go on"
)]

#[path = "../scale/measure.rs"]
mod measure;
mod tree;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

use self::measure::{Run, median, run};

/// Part of the speed of `cat | sha256sum`.
const WANTED: f64 = 0.8;
/// Bytes a node: what is kept of it, its place in the table (at most doubled), and some air.
const BYTES_A_NODE: f64 = 100.0;
/// Whatever the number of nodes, MB.
const BASE: f64 = 40.0;

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}: `{text}` is no number"))
    })
}

fn gonogo(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command.env("NO_COLOR", "1").args(["backup", "inspect"]).arg(file);
    command.args(["--format", "json"]);
    command
}

fn shell(file: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "cat \"$1\" | sha256sum", "sh"]).arg(file);
    command
}

fn main() -> ExitCode {
    let count = number("GONOGO_BENCH_ZNODES", 1_000_000).max(1000);
    let runs = number("GONOGO_BENCH_RUNS", 7).max(1);
    let folder =
        tempfile::tempdir_in(env::var_os("GONOGO_BENCH_FOLDER").map_or_else(env::temp_dir, Into::into)).unwrap();
    let file = folder.path().join("zookeeper.tar");
    let written = tree::write(&file, count);
    println!("{} znodes, {} MB", written.znodes, written.bytes / 1_000_000);

    let mut rows: [(&str, Vec<Run>); 2] = [("gonogo backup inspect", Vec::new()), ("cat | sha256sum", Vec::new())];
    // In turns, so that a busy moment of the machine falls on both.
    for _ in 0..runs {
        rows[0].1.push(run(&mut gonogo(&file)));
        rows[1].1.push(run(&mut shell(&file)));
    }
    let said = &rows[0].1[0];
    assert_eq!(said.code, 0, "{}", said.said);
    let answer: serde_json::Value = serde_json::from_str(&said.said).unwrap();
    let proof = &answer["backups"][0];
    assert_eq!(proof["status"], "restorable", "{proof}");
    assert_eq!(proof["znodes"], written.znodes, "{proof}");
    assert_eq!(proof["last_zxid"], format!("{:#x}", written.last_zxid), "{proof}");
    let sum = rows[1].1[0].said.split_whitespace().next().unwrap_or_default();
    assert_eq!(proof["sha256"], sum, "{proof}");

    println!("{:<24} {:>9} {:>9} {:>9}", "command", "seconds", "MB/s", "peak MB");
    for (name, measured) in &rows {
        let seconds = seconds(measured);
        let speed = written.bytes as f64 / 1e6 / seconds;
        println!("{name:<24} {seconds:>9.3} {speed:>9.0} {:>9.1}", peak(measured));
    }
    let ratio = seconds(&rows[1].1) / seconds(&rows[0].1);
    let (taken, allowed) = (peak(&rows[0].1), BASE + count as f64 * 1.1 * BYTES_A_NODE / 1e6);
    println!(
        "{:.0} % of the speed of cat | sha256sum, {taken:.0} MB of {allowed:.0} MB allowed",
        ratio * 100.0
    );
    if ratio >= WANTED && taken <= allowed {
        ExitCode::SUCCESS
    } else {
        eprintln!("{:.0} % of the speed in {allowed:.0} MB were wanted", WANTED * 100.0);
        ExitCode::FAILURE
    }
}

fn seconds(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.seconds))
}

fn peak(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.peak))
}
