//! `cargo bench --bench scale`: gonogo on a synthetic cluster of 5,000 agents and 500,000 tasks, beside gzip and curl.
//!
//! Generates the pair with a seed, archives it, and measures side by side in one run: `gzip -dc A B | wc -c` against
//! `gonogo check` and `gonogo compare`; `curl | gzip` against `gonogo collect`; and the start of the program. Prints ratios of medians; asserts nothing.
//!
//! Environment: `GONOGO_BENCH_AGENTS` (5000), `GONOGO_BENCH_TASKS` (500000), `GONOGO_BENCH_RUNS` (5),
//! `GONOGO_BENCH_FOLDER` (a folder to keep the pair in, and to find it again).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and stops loudly where it cannot go on"
)]

mod cluster;
mod measure;
mod pair;
mod serve;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use gonogo::model::Phase;

use self::cluster::Shape;
use self::measure::{Run, median, run};

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name}: `{text}` is no number"))
    })
}

fn main() {
    let shape = Shape {
        agents: number("GONOGO_BENCH_AGENTS", 5_000).max(1),
        tasks: number("GONOGO_BENCH_TASKS", 500_000),
        seed: 42,
    };
    let runs = number("GONOGO_BENCH_RUNS", 5).max(1);
    let temporary = tempfile::tempdir().unwrap();
    let kept = env::var_os("GONOGO_BENCH_FOLDER").map(PathBuf::from);
    let root = kept.as_deref().unwrap_or(temporary.path());
    let folder = root.join(format!("{}-{}", shape.agents, shape.tasks));
    let sides = prepare(&folder, &shape);
    reading(&sides, &shape, runs);
    collecting(&folder, runs);
    starting(runs);
}

/// Archives before and after, with the bytes of their answers.
struct Sides {
    pre: PathBuf,
    post: PathBuf,
    bytes: u64,
    state: u64,
}

fn prepare(folder: &Path, shape: &Shape) -> Sides {
    let done = folder.join("done");
    let (pre, post) = (folder.join("pre.tar.gz"), folder.join("post.tar.gz"));
    if !done.exists() {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
        eprintln!("generating {} agents and {} tasks, twice …", shape.agents, shape.tasks);
        let (before, after) = std::thread::scope(|scope| {
            let before = scope.spawn(|| pair::write(folder, "pre", Phase::Pre, shape, &cluster::PRE));
            let after = pair::write(folder, "post", Phase::Post, shape, &cluster::POST);
            (before.join().unwrap(), after)
        });
        let text = format!("{} {}", before.bytes + after.bytes, before.state.max(after.state));
        assert_eq!((&before.archive, &after.archive), (&pre, &post));
        assert!(before.files.is_dir());
        fs::write(&done, text).unwrap();
    }
    let text = fs::read_to_string(&done).unwrap();
    let (bytes, state) = text.split_once(' ').unwrap();
    Sides {
        pre,
        post,
        bytes: bytes.parse().unwrap(),
        state: state.parse().unwrap(),
    }
}

/// The program under test.
fn gonogo() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gonogo"));
    command.env("NO_COLOR", "1");
    command
}

fn gzip(archives: &[&Path]) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg("gzip -dc \"$@\" | wc -c")
        .arg("sh")
        .args(archives);
    command
}

fn reading(sides: &Sides, shape: &Shape, runs: u64) {
    let (pre, post) = (sides.pre.as_path(), sides.post.as_path());
    let size = |path: &Path| megabytes(fs::metadata(path).unwrap().len());
    println!(
        "cluster: {} agents, {} tasks; /state {:.0} MB, both sides {:.0} MB, archives {:.0} MB + {:.0} MB",
        shape.agents,
        shape.tasks,
        megabytes(sides.state),
        megabytes(sides.bytes),
        size(pre),
        size(post)
    );
    let mut rows: [(&str, Vec<Run>); 4] = [
        ("gzip -dc POST | wc -c", Vec::new()),
        ("gonogo check POST", Vec::new()),
        ("gzip -dc PRE POST | wc -c", Vec::new()),
        ("gonogo compare PRE POST", Vec::new()),
    ];
    // Interleaved, so that a busy moment of the machine falls on all of them.
    for _ in 0..runs {
        rows[0].1.push(run(&mut gzip(&[post])));
        rows[1].1.push(run(gonogo().arg("check").arg(post)));
        rows[2].1.push(run(&mut gzip(&[pre, post])));
        rows[3].1.push(run(gonogo().arg("compare").arg(pre).arg(post)));
    }
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>11} {:>9}",
        "command", "wall s", "of gzip", "peak MB", "of the JSON", "exit"
    );
    for (at, (name, measured)) in rows.iter().enumerate() {
        let wall = median(measured.iter().map(|run| run.seconds));
        let gzip = median(rows[at & !1].1.iter().map(|run| run.seconds));
        let peak = median(measured.iter().map(|run| run.peak));
        let json = if at < 2 {
            megabytes(sides.bytes) / 2.0
        } else {
            megabytes(sides.bytes)
        };
        println!(
            "{name:<28} {wall:>9.2} {:>9.2} {peak:>9.0} {:>10.1}% {:>9}",
            wall / gzip,
            peak * 100.0 / json,
            measured[0].code
        );
    }
    for (name, measured) in &rows {
        if name.starts_with("gonogo") {
            let verdict: Vec<&str> = measured[0]
                .said
                .lines()
                .filter(|line| !line.trim().is_empty())
                .take(3)
                .collect();
            println!("{name} said: {}", verdict.join(" / "));
        }
    }
}

/// `gonogo collect` from one master beside curl and gzip fetching the same files from the same server.
fn collecting(folder: &Path, runs: u64) {
    let address = serve::start(&folder.join("post"));
    let target = folder.join("collected.tar.gz");
    let by_hand = folder.join("collected.gz");
    let urls: Vec<String> = serve::ROUTES
        .iter()
        .map(|(path, _)| format!("http://{address}{path}"))
        .collect();
    let curl = || {
        let mut command = Command::new("sh");
        let script = "out=$1; shift; curl -s -g --noproxy '*' \"$@\" | gzip > \"$out\"";
        command.arg("-c").arg(script).arg("sh").arg(&by_hand).args(&urls);
        command
    };
    let collect = || {
        let mut command = gonogo();
        command.args([
            "collect",
            "--kind",
            "mesos",
            "--only",
            "mesos-master",
            "--phase",
            "post",
            "--force",
            "--mesos",
        ]);
        command.arg(format!("http://{address}")).arg("-o").arg(&target);
        command
    };
    let mut measured: [Vec<Run>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        measured[0].push(run(&mut curl()));
        measured[1].push(run(&mut collect()));
    }
    let wall = |at: usize| median(measured[at].iter().map(|run| run.seconds));
    let size = |path: &Path| megabytes(fs::metadata(path).unwrap().len());
    let peak = median(measured[1].iter().map(|run| run.peak));
    println!(
        "curl | gzip               {:>9.2} s, {:.0} MB written",
        wall(0),
        size(&by_hand)
    );
    println!(
        "gonogo collect            {:>9.2} s, {:.0} MB written, peak {peak:.0} MB, exit {}: {:.2} of curl | gzip",
        wall(1),
        size(&target),
        measured[1][0].code,
        wall(1) / wall(0)
    );
}

#[expect(clippy::cast_precision_loss, reason = "sizes in megabytes, to be read by people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The start of the program, beside the start of the smallest one.
fn starting(runs: u64) {
    let time = |make: &dyn Fn() -> Command| median((0..runs * 4).map(|_| run(&mut make()).seconds)) * 1000.0;
    let smallest = time(&|| Command::new("/bin/true"));
    let help = time(&|| {
        let mut command = gonogo();
        command.arg("--help");
        command
    });
    println!("gonogo --help: {help:.1} ms (an empty program: {smallest:.1} ms)");
}
