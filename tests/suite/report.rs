//! Reports: goldens of every situation, the JSON contract, hostile texts, and sizes.
//!
//! Goldens stand beside `fixtures/reports/<name>.json`; `GONOGO_BLESS=1 cargo test report` writes them again. The checks'
//! documentation in them is that of this file, so that they do not change with the documentation of real checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind, Verdict};
use gonogo::report::format::{Format, render};
use gonogo::report::terminal::Style;
use gonogo::report::words::Catalogue;
use gonogo::report::{Report, json};
use gonogo::verdict::{Basis, decide};
use serde_json::Value;

use crate::support::fixture::fixtures;

static METAS: [CheckMeta; 2] = [
    meta(
        "agents-inactive",
        Area::Mesos,
        "{name} is not active; {tasks} tasks run on it",
    ),
    meta("deployments-in-flight", Area::Marathon, "{name} is being deployed"),
];

const fn meta(id: &'static str, area: Area, finding: &'static str) -> CheckMeta {
    CheckMeta {
        id,
        area,
        title: "the good state",
        finding,
        severity: Severity::Blocker,
        stage: Stage::Single,
        needs: &["data/mesos-master/*/state.json"],
        requirements: &[],
        doc: Doc {
            what: "Looks at the field.\nFires where it is false.",
            why: "The thing would be lost during the window.",
            by_hand: "curl -s http://leader.mesos:5050/slaves | jq '.slaves[] | select(.active | not)'",
            remedy: "Start it again, and wait until it is back.",
            sources: &["apache/mesos docs/upgrades.md"],
        },
    }
}

fn catalogue() -> Catalogue {
    Catalogue::new(&METAS)
}

const STYLE: Style = Style {
    width: 100,
    color: false,
    all: false,
};

fn all_reports() -> Vec<(String, Report)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(fixtures().join("reports"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 12, "the twelve situations are not all there");
    paths
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let report = json::read(&fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, report)
        })
        .collect()
}

fn rendered(format: Format, report: &Report) -> String {
    render(format, report, &catalogue(), STYLE, None).unwrap()
}

/// The page without its style, which would otherwise stand in every golden.
fn without_style(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let (head, tail) = before.split_once("'sha256-").unwrap();
    let (_, tail) = tail.split_once('\'').unwrap();
    format!("{head}'sha256-…'{tail}<style>…</style>{after}")
}

/// Compares with a golden, or writes it. Gives what differs.
fn golden(path: &Path, text: &str) -> Option<String> {
    if std::env::var_os("GONOGO_BLESS").is_some_and(|value| value == "1") {
        fs::write(path, text).unwrap();
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == text {
        return None;
    }
    let line = expected
        .lines()
        .zip(text.lines())
        .position(|(a, b)| a != b)
        .unwrap_or(0);
    Some(format!(
        "{}:{}:\n  expected: {}\n  rendered: {}",
        path.display(),
        line + 1,
        expected.lines().nth(line).unwrap_or("(nothing)"),
        text.lines().nth(line).unwrap_or("(nothing)")
    ))
}

#[test]
fn goldens() {
    let mut wrong = Vec::new();
    for (name, report) in all_reports() {
        let folder = fixtures().join("reports");
        for (format, ending) in [
            (Format::Terminal, "txt"),
            (Format::Markdown, "md"),
            (Format::Html, "html"),
            (Format::Junit, "xml"),
            (Format::Sarif, "sarif"),
        ] {
            let mut text = rendered(format, &report);
            if format == Format::Html {
                text = without_style(&text);
            }
            wrong.extend(golden(&folder.join(format!("{name}.{ending}")), &text));
        }
        let all = render(
            Format::Terminal,
            &report,
            &catalogue(),
            Style { all: true, ..STYLE },
            None,
        )
        .unwrap();
        wrong.extend(golden(&folder.join(format!("{name}.all.txt")), &all));
    }
    assert!(
        wrong.is_empty(),
        "{} goldens differ (GONOGO_BLESS=1 writes them again; look at the difference before you commit it)\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn fixtures_follow_from_their_own_results() {
    let mut verdicts = BTreeSet::new();
    for (name, report) in all_reports() {
        let follows = decide(&Basis {
            results: &report.results,
            changes: &report.changes,
            waivers: &report.waivers,
            signoffs: &report.signoffs,
            remarks: &report.remarks,
            policy: &report.policy,
        });
        assert_eq!(report.verdict, follows, "{name}");
        verdicts.insert(report.verdict.to_string());
    }
    assert_eq!(verdicts.len(), 4, "all four verdicts occur: {verdicts:?}");
}

/// An area without a heading would keep its results out of pages, Markdown and JUnit.
#[test]
fn every_area_has_its_place_in_documents() {
    let (_, report) = all_reports().into_iter().find(|(name, _)| name == "no-go").unwrap();
    for check in gonogo::checks::all() {
        let mut report = report.clone();
        for result in &mut report.results {
            result.area = check.meta().area;
        }
        let view = gonogo::report::view::of(&report, &Catalogue::default());
        let placed: usize = view.areas.iter().map(|area| area.open.len() + area.quiet.len()).sum();
        assert_eq!(placed, report.results.len(), "{}", check.meta().area.as_str());
    }
}

#[test]
fn every_format_says_the_verdict_and_never_another() {
    for (name, report) in all_reports() {
        let verdict = report.verdict.to_string();
        let terminal = rendered(Format::Terminal, &report);
        assert_eq!(terminal.lines().next(), Some(verdict.as_str()), "{name}");
        assert_eq!(terminal.lines().last(), Some(verdict.as_str()), "{name}");
        let markdown = rendered(Format::Markdown, &report);
        assert_eq!(markdown.lines().next().unwrap(), format!("# {verdict}"), "{name}");
        assert_eq!(
            markdown.lines().filter(|line| line.starts_with("# ")).count(),
            1,
            "{name}"
        );
        let junit = rendered(Format::Junit, &report);
        let red = junit.contains("<failure") || junit.contains("<error");
        match report.verdict {
            Verdict::NoGo | Verdict::CannotSay => assert!(red, "{name}"),
            Verdict::Go => assert!(!red, "{name}"),
            // UNKNOWN of a warning check is an error too: a CI system must not show it as passed.
            Verdict::GoWithWarnings => {}
        }
        let sarif: Value = serde_json::from_str(&rendered(Format::Sarif, &report)).unwrap();
        assert_eq!(sarif["runs"][0]["properties"]["verdict"], verdict.as_str(), "{name}");
    }
}

#[test]
fn unknown_is_never_green_and_stands_before_pass() {
    for (name, report) in all_reports() {
        let style = Style {
            color: true,
            all: true,
            ..STYLE
        };
        let terminal = render(Format::Terminal, &report, &catalogue(), style, None).unwrap();
        let green: Vec<&str> = terminal
            .split("\u{1b}[1;32m")
            .skip(1)
            .filter_map(|part| part.split('\u{1b}').next())
            .collect();
        for text in green {
            assert!(text.ends_with("PASS") || text == "GO", "{name}: {text} in green");
        }
        let first = |label: &str| {
            terminal
                .lines()
                .position(|line| line.contains(&format!("m{label}\u{1b}[0m  ")))
        };
        if let (Some(unknown), Some(pass)) = (first("UNKNOWN"), first("PASS")) {
            assert!(unknown < pass, "{name}");
        }
    }
}

#[test]
fn json_is_the_contract() {
    let schema: Value = serde_json::from_str(json::SCHEMA).unwrap();
    let open = jsonschema::validator_for(&schema).unwrap();
    // Strict: a field that the schema does not know is a field that nobody documented.
    let mut closed = schema.clone();
    close(&mut closed);
    let strict = jsonschema::validator_for(&closed).unwrap();
    for (name, report) in all_reports() {
        let text = rendered(Format::Json, &report);
        let value: Value = serde_json::from_str(&text).unwrap();
        let problems: Vec<String> = open
            .iter_errors(&value)
            .chain(strict.iter_errors(&value))
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
        assert_eq!(json::read(text.as_bytes()).unwrap(), report, "{name}");
    }
    let mut wrong: Value = serde_json::from_str(&rendered(Format::Json, &all_reports()[0].1)).unwrap();
    wrong["verdict"] = "PERHAPS".into();
    assert!(!open.is_valid(&wrong));
}

/// Objects with known properties allow no others.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && map.contains_key("type") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn many_findings_stay_readable_and_are_counted() {
    let (_, mut report) = all_reports()
        .into_iter()
        .find(|(name, _)| name == "many-findings")
        .unwrap();
    let failing = report
        .results
        .iter_mut()
        .find(|result| !result.findings.is_empty())
        .unwrap();
    let one = failing.findings[0].clone();
    failing.findings = (0..100_000)
        .map(|number| Finding {
            subject: Subject::named(SubjectKind::Task, format!("task-{number}")),
            ..one.clone()
        })
        .collect();
    let page = rendered(Format::Html, &report);
    assert!(page.len() < 20 * 1024 * 1024, "{} bytes", page.len());
    assert!(page.contains("and 99000 more"));
    let terminal = rendered(Format::Terminal, &report);
    assert!(terminal.contains("and 99990 more findings"), "{terminal}");
    assert!(terminal.contains("100000 findings"));
    let mut long = report.clone();
    long.results.iter_mut().for_each(|result| {
        result.findings.truncate(2000);
        for finding in &mut result.findings {
            finding.summary = "x".repeat(5000);
        }
    });
    let page = rendered(Format::Html, &long);
    assert!(page.len() < 20 * 1024 * 1024, "{} bytes", page.len());
    assert!(page.contains("904 more bytes"));
}

/// A hundred thousand apps that differ: the JSON has them all, pages as many as a person can read and the number of the others.
#[test]
fn a_hundred_thousand_apps_stay_readable() {
    let (_, mut report) = all_reports().into_iter().find(|(name, _)| name == "apps").unwrap();
    let root = &mut report.workloads[0];
    let one = root.differing[0].clone();
    root.differing = (0..100_000)
        .map(|number| {
            let mut diff = one.clone();
            diff.id = format!("/app-{number:06}");
            diff
        })
        .collect();
    let view = gonogo::report::view::of(&report, &catalogue());
    let shown = &view.workloads[0];
    assert!((1..=1000).contains(&shown.rows.len()), "{}", shown.rows.len());
    assert_eq!(shown.rows.len() + shown.more, 100_000);
    for format in [Format::Terminal, Format::Markdown, Format::Html] {
        let text = rendered(format, &report);
        assert!(text.len() < 8 * 1024 * 1024, "{format:?}: {}", text.len());
        assert!(text.contains("more"), "{format:?} counts the others");
    }
    let read = json::read(rendered(Format::Json, &report).as_bytes()).unwrap();
    assert_eq!(read.workloads[0].differing.len(), 100_000);
}
