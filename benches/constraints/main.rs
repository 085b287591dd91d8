//! `cargo bench --bench constraints`: gonogo and check-constraints.py on the same 100,000 apps, in turns.
//!
//! Generates the file, runs `python3` with a restatement of the script's rules (`restated.py`; the script itself does
//! nothing when run) and `gonogo constraints` one after the other, several times, and prints medians and ratios. Ends with
//! an error where gonogo is not at least ten times as fast, or takes more than a tenth of the memory, or where the two
//! did not look at the same number of constraints.
//!
//! Environment: `GONOGO_BENCH_APPS` (100000), `GONOGO_BENCH_RUNS` (7), `GONOGO_BENCH_PYTHON` (python3),
//! `GONOGO_CHECK_CONSTRAINTS` (the script itself: its main is called, beside the others).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and stops loudly where it cannot go on"
)]

mod apps;
#[path = "../scale/measure.rs"]
mod measure;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use self::measure::{Run, median, run};

/// How many times as fast, and in what part of the memory.
const WANTED: f64 = 10.0;

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}: `{text}` is no number"))
    })
}

fn gonogo(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command.env("NO_COLOR", "1").arg("constraints").arg(file);
    command.args(["--marathon", "1.4.7", "--target-marathon", "1.5.8"]);
    command
}

fn python() -> Command {
    Command::new(env::var_os("GONOGO_BENCH_PYTHON").unwrap_or_else(|| "python3".into()))
}

fn restated(file: &Path) -> Command {
    let mut command = python();
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/constraints/restated.py"))
        .arg(file);
    command
}

/// The script itself, its main called: it does not call it.
fn published(script: &Path, file: &Path) -> Command {
    let mut command = python();
    command
        .arg("-c")
        .arg("import runpy, sys; runpy.run_path(sys.argv[1])['main'](sys.argv[2])")
        .arg(script)
        .arg(file);
    command
}

fn main() -> ExitCode {
    let count = number("GONOGO_BENCH_APPS", 100_000).max(1);
    let runs = number("GONOGO_BENCH_RUNS", 7).max(1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("apps.json");
    let constraints = apps::write(&file, count);
    let size = std::fs::metadata(&file).unwrap().len();
    println!("{count} apps, {constraints} constraints, {} MB", size / 1_000_000);

    let script = env::var_os("GONOGO_CHECK_CONSTRAINTS").map(PathBuf::from);
    let mut rows: [(&str, Vec<Run>); 3] = [
        ("gonogo constraints", Vec::new()),
        ("its rules restated, python3", Vec::new()),
        ("check-constraints.py, main called", Vec::new()),
    ];
    // In turns, so that a busy moment of the machine falls on all of them.
    for _ in 0..runs {
        rows[0].1.push(run(&mut gonogo(&file)));
        rows[1].1.push(run(&mut restated(&file)));
        if let Some(script) = &script {
            rows[2].1.push(run(&mut published(script, &file)));
        }
    }
    let ours = &rows[0].1[0];
    let theirs = &rows[1].1[0];
    assert_eq!(ours.code, 3, "{}", tail(&ours.said));
    assert_eq!(theirs.code, 0, "{}", tail(&theirs.said));
    assert!(
        tail(&ours.said).contains(&format!("of {constraints} constraints")),
        "gonogo said: {}",
        tail(&ours.said)
    );
    assert_eq!(tail(&theirs.said), format!("looked at {constraints} constraints"));

    println!("{:<36} {:>9} {:>9} {:>8}", "command", "seconds", "peak MB", "lines");
    for (name, measured) in rows.iter().filter(|(_, measured)| !measured.is_empty()) {
        println!(
            "{name:<36} {:>9.3} {:>9.1} {:>8}",
            seconds(measured),
            peak(measured),
            measured[0].said.lines().count()
        );
    }
    let mut good = true;
    for (name, measured) in rows.iter().skip(1).filter(|(_, measured)| !measured.is_empty()) {
        let (time, memory) = (
            seconds(measured) / seconds(&rows[0].1),
            peak(measured) / peak(&rows[0].1),
        );
        println!("beside {name}: {time:.1} times as fast, in 1/{memory:.1} of the memory");
        good &= time >= WANTED && memory >= WANTED;
    }
    if good {
        ExitCode::SUCCESS
    } else {
        eprintln!("not {WANTED} times as fast in 1/{WANTED} of the memory");
        ExitCode::FAILURE
    }
}

/// The last line but those that only explain.
fn tail(said: &str) -> &str {
    said.lines().last().unwrap_or_default()
}

fn seconds(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.seconds))
}

fn peak(runs: &[Run]) -> f64 {
    median(runs.iter().map(|run| run.peak))
}
