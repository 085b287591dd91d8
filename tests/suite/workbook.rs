//! The workbook: its tables from the base clusters, what is unknown and how that is written, hostile texts, the command.

use std::fs;
use std::path::{Path, PathBuf};

use gonogo::facts::Facts;
use gonogo::facts::workloads::Settings;
use gonogo::knowledge::Knowledge;
use gonogo::model::Outcome;
use gonogo::report::words::Catalogue;
use gonogo::report::{Report, json, workbook as render};
use gonogo::snapshot::Snapshot;
use gonogo::workbook::build::{Material, Workbook, workbook};
use gonogo::workbook::sheet::{Cell, Sheet};
use gonogo::workbook::state::Side;

use crate::support::fixture::{Cluster, Edit, fixtures};

/// A report that says nothing about today's checks and tables: what is tested here is the workbook's own.
fn report() -> Report {
    let of = |name: &str| json::read(&fs::read(fixtures().join("reports").join(name)).unwrap()).unwrap();
    let mut report: Report = of("signoffs.json");
    report.config = of("config.json").config;
    assert!(report.config.is_some());
    report
}

/// Two files that are not there are said to be unknown, in both forms.
#[test]
fn a_configuration_that_nobody_gave_is_unknown() {
    let snapshot = Cluster::read("mesos-pre").snapshot();
    let (book, mut report) = (of(&snapshot), report());
    report.config = None;
    let catalogue = Catalogue::default();
    for page in [
        render::markdown(&report, &book, &catalogue).unwrap(),
        render::html(&report, &book, &catalogue).unwrap(),
    ] {
        assert!(page.contains("unknown: two files to compare are not in the archives"));
    }
}

fn filled(sides: &[Side<'_>], rack: &str) -> Workbook {
    let report = report();
    workbook(&Material {
        sides,
        target: "1.11.3".parse().ok().as_ref(),
        knowledge: Knowledge::builtin().unwrap(),
        results: &report.results,
        signoffs: &report.signoffs,
        requirements: &report.requirements,
        workloads: &Settings {
            rack: rack.to_owned(),
            ..Settings::default()
        },
    })
}

fn of(snapshot: &Snapshot) -> Workbook {
    filled(&[("now", &Facts::new(snapshot))], "rack")
}

fn sheet<'a>(workbook: &'a Workbook, id: &str) -> &'a Sheet {
    workbook.sheets.iter().find(|sheet| sheet.id == id).unwrap()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Value(text) => text.clone(),
        Cell::Unknown(why) => format!("unknown: {why}"),
        Cell::Blank => String::new(),
    }
}

/// The row that begins with these texts.
fn row(sheet: &Sheet, first: &str) -> Vec<String> {
    let rows = sheet.rows.iter().chain(&sheet.total);
    let mut found = rows.filter(|row| text(&row[0]) == first);
    found
        .next()
        .unwrap_or_else(|| panic!("{first}\n{sheet:#?}"))
        .iter()
        .map(text)
        .collect()
}

fn edited(edits: serde_json::Value) -> Cluster {
    let edits: Vec<Edit> = serde_json::from_value(edits).unwrap();
    Cluster::read("dcos-pre").edited(&edits)
}

fn golden(name: &str, rendered: &str) {
    let file: PathBuf = fixtures().join("reports").join(name);
    if std::env::var_os("GONOGO_BLESS").is_some() {
        fs::write(&file, rendered).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        expected == rendered,
        "{}: differs; GONOGO_BLESS=1 writes it again, look at the difference",
        file.display()
    );
}

#[test]
fn workbook_goldens() {
    let (before, after) = (
        Cluster::read("dcos-pre").snapshot(),
        Cluster::read("dcos-post").snapshot(),
    );
    let (before, after) = (Facts::new(&before), Facts::new(&after));
    let single = filled(&[("now", &before)], "rack");
    let pair = filled(&[("before", &before), ("after", &after)], "rack");
    let catalogue = Catalogue::default();
    golden(
        "workbook.base.md",
        &render::markdown(&report(), &single, &catalogue).unwrap(),
    );
    golden(
        "workbook.pair.md",
        &render::markdown(&report(), &pair, &catalogue).unwrap(),
    );
    golden(
        "workbook.base.html",
        &render::html(&report(), &single, &catalogue).unwrap(),
    );
}

#[test]
fn counts_are_those_of_the_cluster_and_add_up() {
    let snapshot = Cluster::read("dcos-pre").snapshot();
    let book = of(&snapshot);
    let facts = Facts::new(&snapshot);
    let agents = facts.agents().unwrap().len().to_string();
    let public = facts.agents().unwrap().iter().filter(|agent| agent.is_public()).count();
    let tasks = facts.tasks().unwrap().tasks.len();
    let state = sheet(&book, "cluster-state");
    assert_eq!(row(state, "Agents, all")[2], agents);
    assert_eq!(row(state, "Agents, public")[2], public.to_string());
    assert_eq!(row(state, "Agents, not connected")[2], "0");
    let total = |id| row(sheet(&book, id), "Total");
    let number = |text: &str| text.parse::<usize>().unwrap();
    assert_eq!(
        number(&total("private-racks")[2]) + number(&total("public-racks")[2]),
        tasks
    );
    assert_eq!(number(&total("public-racks")[1]), public);
    let nodes = sheet(&book, "nodes");
    let sum: usize = nodes.rows.iter().map(|row| number(&text(&row[5]))).sum();
    assert_eq!(sum, tasks);
    assert_eq!(nodes.rows.len().to_string(), agents);
}

#[test]
fn pinned_and_unique_tasks_stop_with_their_rack() {
    let book = of(&Cluster::read("dcos-pre").snapshot());
    let racks = sheet(&book, "private-racks");
    let third = row(racks, "rack-3");
    assert!(third[3].contains("/shop/search (rack CLUSTER rack-3)"), "{third:?}");
    assert!(
        third[4].contains("/shop/search") && third[4].contains("/team/wiki"),
        "{third:?}"
    );
    assert!(
        !third[4].contains("/web/front"),
        "it runs in other racks as well: {third:?}"
    );
}

/// What cannot be seen is written as unknown, with the reason, and never as a number.
#[test]
fn what_is_not_known_is_never_zero() {
    let gone = |pattern: &str| {
        let mut cluster = Cluster::read("dcos-pre");
        let items: Vec<String> = cluster
            .records()
            .into_iter()
            .filter(|item| item.contains(pattern))
            .collect();
        assert!(!items.is_empty(), "{pattern}");
        for item in items {
            cluster.fail(&item, &Outcome::TimedOut, "no answer in 30 s");
        }
        of(&cluster.snapshot())
    };
    let unknown = |cell: &str| assert!(cell.starts_with("unknown: ") && cell.contains("timed-out"), "{cell}");

    let no_state = gone("/state.json");
    unknown(&row(sheet(&no_state, "cluster-state"), "Tasks that have not ended")[2]);
    for id in ["nodes", "private-racks", "public-racks"] {
        let sheet = sheet(&no_state, id);
        assert_eq!(sheet.rows.len(), 1);
        assert!(sheet.total.is_none());
        unknown(&text(&sheet.rows[0][0]));
    }
    let no_apps = gone("marathon/root/apps.json");
    unknown(&row(sheet(&no_apps, "cluster-state"), "Marathon root: apps")[2]);
    let constraints = &sheet(&no_apps, "constraints").rows;
    assert!(
        constraints.iter().any(|row| text(&row[1]).starts_with("unknown: ")),
        "{constraints:?}"
    );
    for node in &sheet(&no_apps, "nodes").rows {
        assert!(
            text(&node[6]).contains("apps of Marathon root are not known"),
            "{node:?}"
        );
    }
    let no_metrics = gone("marathon/root/metrics.json");
    unknown(&row(sheet(&no_metrics, "metrics"), "root")[2]);
    let no_versions = gone("dcos_version.json");
    let gathered = sheet(&no_versions, "gathered-data");
    unknown(&row(gathered, "DC/OS")[1]);
    let no_exhibitor = gone("exhibitor/10.0.0.2/");
    unknown(&row(sheet(&no_exhibitor, "cluster-state"), "Exhibitor")[2]);
}

#[test]
fn the_rack_is_a_zone_or_the_attribute_that_is_named() {
    let path = "/slaves/0/attributes";
    let state = "data/mesos-master/*/state.json";
    let cluster = edited(serde_json::json!([{"item": state, "path": path, "set": {"cabinet": "c-7"}}]));
    let snapshot = cluster.snapshot();
    let facts = Facts::new(&snapshot);
    let by_rack = filled(&[("now", &facts)], "rack");
    let host = facts.agents().unwrap()[0].hostname.clone();
    assert_eq!(
        row(sheet(&by_rack, "nodes"), &host)[2],
        "unknown: neither a zone nor the attribute `rack`"
    );
    let by_cabinet = filled(&[("now", &facts)], "cabinet");
    assert_eq!(row(sheet(&by_cabinet, "nodes"), &host)[2], "c-7");
    let zone = serde_json::json!({"fault_domain": {"region": {"name": "west"}, "zone": {"name": "b"}}});
    let zoned = edited(serde_json::json!([{"item": state, "path": "/slaves/0/domain", "set": zone}]));
    assert_eq!(row(sheet(&of(&zoned.snapshot()), "nodes"), &host)[2], "west/b");
}

#[test]
fn constraints_under_the_target_come_with_their_correction() {
    let cluster = edited(serde_json::json!([
        {"item": "data/marathon/root/info.json", "path": "/version", "set": "1.4.7"},
        {"item": "data/marathon/root/apps.json", "path": "/apps/2/constraints", "set": [["hostname", "UNIQUE", ""]]},
        {"item": "data/marathon/root/apps.json", "path": "/apps/3/constraints", "set": [["@zone", "GROUP_BY", "3"]]},
        {"item": "data/marathon/marathon-user/info.json", "outcome": "timed-out", "reason": "no answer in 30 s"},
    ]));
    let book = of(&cluster.snapshot());
    let sheet = sheet(&book, "constraints-ahead");
    let rows: Vec<Vec<String>> = sheet.rows.iter().map(|row| row.iter().map(text).collect()).collect();
    let [unique, zone, nested] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(
        unique[1..5],
        [
            "1.4.7, 1.6.496",
            "/web/front",
            r#"["hostname","UNIQUE",""]"#,
            "aborts-migration"
        ]
    );
    assert!(unique[6].contains("MigrationTo15.scala"), "{unique:?}");
    assert_eq!(
        unique[7],
        r#"{"id":"/web/front","constraints":[["hostname","UNIQUE"]]}"#
    );
    assert_eq!(
        (zone[2].as_str(), zone[4].as_str(), zone[7].as_str()),
        ("/web/api", "kept", "")
    );
    assert!(zone[5].contains("fault domain"), "{zone:?}");
    assert!(
        nested[0] == "marathon-user" && nested[1].contains("timed-out"),
        "{nested:?}"
    );
}

#[test]
fn texts_of_the_cluster_cannot_act() {
    let bad = "x|y</td><script>alert(1)</script>\u{202e}\u{1b}[31m`*_[a](http://example)";
    let cluster = edited(serde_json::json!([
        {"item": "data/mesos-master/*/state.json", "path": "/slaves/0/hostname", "set": bad},
        {"item": "data/mesos-master/*/state.json", "path": "/slaves/1/attributes/rack", "set": bad},
        {"item": "data/marathon/root/apps.json", "path": "/apps/0/constraints", "set": [[bad, "LIKE", bad]]},
    ]));
    let book = of(&cluster.snapshot());
    let plain = of(&Cluster::read("dcos-pre").snapshot());
    let catalogue = Catalogue::default();
    let html = render::html(&report(), &book, &catalogue).unwrap();
    let tags = |page: &str, tag: &str| page.matches(tag).count();
    assert_eq!(tags(&html, "<script"), 0);
    for text in [&html, &render::markdown(&report(), &book, &catalogue).unwrap()] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        assert!(text.contains("u{202e}"), "the text is shown, harmless");
    }
    // No cell more than the tables have: in the rows that hold the text, as many as in any other.
    for sheet in book.sheets.iter().chain(&plain.sheets) {
        for row in sheet.rows.iter().chain(&sheet.total) {
            assert_eq!(row.len(), sheet.columns.len(), "{}", sheet.id);
        }
    }
    let markdown = render::markdown(&report(), &book, &catalogue).unwrap();
    let line = markdown
        .lines()
        .find(|line| line.contains("script") && line.contains("| private |"))
        .unwrap();
    let bars = line.replace("\\|", "").matches('|').count();
    assert_eq!(bars, sheet(&book, "nodes").columns.len() + 1, "{line}");
    assert!(!markdown.contains("<script"));
}

fn gonogo(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(words)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn the_command_writes_both_forms_and_refuses_what_makes_no_sense() {
    let folder = tempfile::tempdir().unwrap();
    for base in ["dcos-pre", "dcos-post"] {
        crate::support::cluster::archive(folder.path(), base, &Cluster::read(base));
    }
    let run = |words: &[&str]| gonogo(folder.path(), &[&["workbook"], words].concat());
    let (code, out, err) = run(&["dcos-pre", "--target", "1.11.3"]);
    assert_eq!(code, Some(0), "{err}");
    for heading in [
        "# Upgrade workbook",
        "## Cluster state",
        "## Racks of private agents",
        "## Every requirement",
    ] {
        assert!(out.contains(heading), "{heading}");
    }
    assert!(out.lines().filter(|line| line.starts_with("| S")).count() >= 326);
    let (code, _, err) = run(&["dcos-pre", "--post", "dcos-post", "-o", "book.html"]);
    assert_eq!(code, Some(0), "{err}");
    let page = fs::read_to_string(folder.path().join("book.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("Checks after the window"));
    for (words, code, expected) in [
        (&["dcos-pre", "-o", "book.pdf"][..], 2, "--format"),
        (&["dcos-pre", "--post", "dcos-pre"], 2, "the same archive"),
        (&["dcos-post", "--post", "dcos-pre"], 2, "earlier"),
        (&["dcos-pre", "-o", "dcos-pre/bagit.txt"], 2, "not written over"),
        (&["nothing-there"], 1, "nothing-there"),
    ] {
        let (got, _, err) = run(words);
        assert_eq!(got, Some(code), "{words:?}\n{err}");
        assert!(err.contains(expected), "{words:?}\n{err}");
    }
}
