//! `gonogo demo` from end to end: three stories over real HTTP and TCP, their exit codes, and exactly the planted findings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gonogo::archive::{Container, Target};
use gonogo::cli;
use gonogo::demo::net::Net;
use gonogo::demo::play::{Archives, Event, Played, play};
use gonogo::demo::scenario::Scenario;
use gonogo::model::Status;
use gonogo::report::Report;

fn gonogo(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("GONOGO_CONFIG")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Plays a scenario without the command line, and compares the archives with it.
fn judged(scenario: Scenario, net: Net) -> (Played, Report, u8) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let target = |name: &str| Target::new(&file(name), Container::TarGz, false).unwrap();
    let archives = Archives {
        pre: target("pre.tar.gz"),
        post: target("post.tar.gz"),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut events = Vec::new();
    let played = runtime
        .block_on(play(scenario, net, &archives, &mut |event| {
            events.push(match event {
                Event::Serving(_) => "serving",
                Event::Taken(..) => "taken",
                Event::Upgraded(..) => "upgraded",
            });
        }))
        .unwrap();
    assert_eq!(events, ["serving", "taken", "upgraded", "taken"]);
    let answers = cli::demo::simulated_signoffs().unwrap();
    assert!(answers.iter().all(|answer| answer.who == "demo"));
    cli::signoffs::write(&file("signoffs.toml"), &answers).unwrap();
    let words: Vec<PathBuf> = vec![
        "gonogo".into(),
        "compare".into(),
        file("pre.tar.gz"),
        file("post.tar.gz"),
        "--signoffs".into(),
        file("signoffs.toml"),
        "-q".into(),
        "-o".into(),
        file("report.json"),
    ];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = cli::run(
        words.into_iter().map(PathBuf::into_os_string),
        cli::Terminal::NONE,
        &mut out,
        &mut err,
    );
    let report = fs::read(file("report.json")).unwrap_or_else(|error| panic!("{error}\n{}", text(&err)));
    (played, serde_json::from_slice(&report).unwrap(), code)
}

fn open_results(report: &Report) -> Vec<String> {
    report
        .results
        .iter()
        .filter(|result| !matches!(result.status, Status::Pass | Status::Skipped))
        .map(|result| format!("{} {} {:?}", result.check, result.status.as_str(), result.reason))
        .collect()
}

#[test]
fn demo_clean_ends_go_on_node_addresses_and_on_free_ports() {
    for net in [Net::Auto, Net::Ports] {
        let (played, report, code) = judged(Scenario::Clean, net);
        assert!(played.planted.is_empty() && played.withheld.is_empty());
        assert_eq!(open_results(&report), Vec::<String>::new(), "{net:?}");
        assert_eq!(code, cli::exit::GO);
        let missing = &report.coverage.missing;
        assert!(missing.iter().all(|one| one.outcome == "not-applicable"), "{missing:?}");
    }
}

#[test]
fn demo_regressed_ends_no_go_with_exactly_the_planted_findings() {
    for net in [Net::Auto, Net::Ports] {
        let (played, report, code) = judged(Scenario::Regressed, net);
        assert_eq!(code, cli::exit::NO_GO);
        let found: BTreeSet<String> = report
            .results
            .iter()
            .flat_map(|result| &result.findings)
            .map(|finding| format!("{}: {} {}", finding.check, finding.subject.kind, finding.subject.id))
            .collect();
        let planted: BTreeSet<String> = played
            .planted
            .iter()
            .flat_map(|one| &one.finds)
            .map(|find| format!("{}: {} {}", find.check, find.kind, find.id))
            .collect();
        assert_eq!(found, planted, "{net:?}");
        assert!(played.planted.len() >= 4);
    }
}

#[test]
fn demo_blind_cannot_say_and_names_what_is_missing() {
    let (played, report, code) = judged(Scenario::Blind, Net::Auto);
    assert_eq!(code, cli::exit::CANNOT_SAY);
    assert_eq!(played.withheld.len(), 2);
    let findings: Vec<_> = report.results.iter().flat_map(|result| &result.findings).collect();
    assert!(findings.is_empty(), "{findings:?}");
    let missing: Vec<(&str, &str)> = report
        .coverage
        .missing
        .iter()
        .filter(|missing| missing.outcome != "not-applicable")
        .map(|missing| (missing.item.rsplit('/').next().unwrap(), missing.outcome.as_str()))
        .collect();
    assert_eq!(
        missing,
        [("cluster_status.json", "timed-out"), ("state.json", "refused")]
    );
    let unknown = report
        .results
        .iter()
        .filter(|result| result.status == Status::Unknown)
        .count();
    assert!(unknown >= 10, "only {unknown} checks miss the leader's state");
}

#[test]
fn demo_of_the_binary_keeps_its_files_and_says_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    // Twice into the same folder: the second run replaces what the first left.
    for (scenario, code, verdict) in [("clean", 0, "GO\n"), ("regressed", 3, "NO-GO\n")] {
        let ran = gonogo(folder.path(), &["demo", "--scenario", scenario]);
        let (out, err) = (text(&ran.stdout), text(&ran.stderr));
        assert_eq!(ran.status.code(), Some(code), "{out}\n{err}");
        assert!(out.starts_with(verdict), "{out}");
        for expected in [
            "gonogo-demo/report.html",
            "check gonogo-demo/pre.tar.gz --target 1.11.3",
            "compare gonogo-demo/pre.tar.gz gonogo-demo/post.tar.gz",
            "explain ",
        ] {
            assert!(err.contains(expected), "{expected}\n{err}");
        }
        let mut names: Vec<String> = fs::read_dir(folder.path().join("gonogo-demo"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "DEMO.txt",
                "post.tar.gz",
                "pre.tar.gz",
                "report.html",
                "report.json",
                "report.md",
                "signoffs.toml"
            ]
        );
    }
    // What it says to try works.
    let ready = ["check", "gonogo-demo/pre.tar.gz", "--target", "1.11.3"];
    let answers = ["--signoffs", "gonogo-demo/signoffs.toml"];
    // Without answers to the manual items nobody can say; the report names them and how to answer.
    let unanswered = gonogo(folder.path(), &ready);
    assert_eq!(unanswered.status.code(), Some(5));
    for expected in [
        "rollback-acknowledged",
        "gonogo signoff",
        "--hop 1.10.8..1.11.3",
        "--signoffs gonogo-signoffs.toml",
    ] {
        assert!(
            text(&unanswered.stdout).contains(expected),
            "{}",
            text(&unanswered.stdout)
        );
    }
    let ready = gonogo(folder.path(), &[&ready[..], &answers[..]].concat());
    assert_eq!(
        ready.status.code(),
        Some(0),
        "{}\n{}",
        text(&ready.stdout),
        text(&ready.stderr)
    );
    let again = gonogo(
        folder.path(),
        &[
            &["compare", "gonogo-demo/pre.tar.gz", "gonogo-demo/post.tar.gz"],
            &answers[..],
        ]
        .concat(),
    );
    assert_eq!(again.status.code(), Some(3));
    assert_eq!(
        gonogo(folder.path(), &["explain", "agents-lost"]).status.code(),
        Some(0)
    );
}

#[test]
fn demo_does_not_touch_a_folder_of_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("evidence");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("pre.tar.gz"), "real evidence").unwrap();
    let ran = gonogo(folder.path(), &["demo", "--keep", "evidence"]);
    assert_eq!(ran.status.code(), Some(2), "{}", text(&ran.stderr));
    assert!(text(&ran.stderr).contains("--keep"), "{}", text(&ran.stderr));
    assert_eq!(fs::read_to_string(own.join("pre.tar.gz")).unwrap(), "real evidence");
    assert_eq!(fs::read_dir(&own).unwrap().count(), 1);
}
