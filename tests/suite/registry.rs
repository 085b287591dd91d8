//! The list of checks generates these tests: fixtures that fire, fixtures that stay quiet, documentation, names.
//!
//! A check without a fixture, a folder without a check, a template word that no finding has: each fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::checks;
use gonogo::facts::Facts;
use gonogo::model::{CheckResult, Policy, Stage, Status};

use crate::support::fixture::{Case, Cluster, bases, fixtures, run_pair, run_single};

fn cases(check: &str, kind: &str) -> Vec<PathBuf> {
    let folder = fixtures().join("checks").join(check).join(kind);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn subjects(result: &CheckResult) -> Vec<String> {
    let mut all: Vec<String> = result
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.subject.kind, finding.subject.name))
        .collect();
    all.sort();
    all
}

/// Runs one case and returns what differs from its expectation.
fn differences(check: &dyn checks::Check, file: &Path) -> Vec<String> {
    let case = Case::read(file);
    let result = case.run(check);
    let name = file.strip_prefix(fixtures()).unwrap().display().to_string();
    let mut wrong = Vec::new();
    if result.status.as_str() != case.expect.status {
        wrong.push(format!(
            "{name} ({}): expected {}, got {} ({:?}, findings: {:?})",
            case.why,
            case.expect.status,
            result.status.as_str(),
            result.reason,
            subjects(&result)
        ));
    }
    if subjects(&result) != case.expect.subjects {
        wrong.push(format!(
            "{name}: expected findings on {:?}, got {:?}",
            case.expect.subjects,
            subjects(&result)
        ));
    }
    if let Some(text) = &case.expect.reason_contains {
        let reason = result.reason.clone().unwrap_or_default();
        if !reason.contains(text.as_str()) {
            wrong.push(format!("{name}: the reason should contain {text:?}, got {reason:?}"));
        }
    }
    for finding in &result.findings {
        if finding.evidence.is_empty() {
            wrong.push(format!(
                "{name}: a finding about {} points to no evidence",
                finding.subject
            ));
        }
        for word in placeholders(check.meta().finding) {
            if word != "name" && word != "subject" && !finding.data.contains_key(&word) {
                wrong.push(format!(
                    "{name}: the template says {{{word}}}, the finding has no such datum"
                ));
            }
        }
    }
    if result.status == Status::Pass && result.judged.is_none() {
        wrong.push(format!("{name}: PASS without saying what was judged"));
    }
    wrong
}

fn placeholders(template: &str) -> Vec<String> {
    template
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(word, _)| word.to_owned())
        .collect()
}

#[test]
fn every_check_fires_on_its_fixtures() {
    let mut wrong = Vec::new();
    for check in checks::all() {
        let id = check.meta().id;
        let files = cases(id, "fires");
        if files.is_empty() {
            wrong.push(format!("fixtures/checks/{id}/fires has no case"));
        }
        for file in files {
            let case = Case::read(&file);
            if !matches!(case.expect.status.as_str(), "WARN" | "FAIL") || case.expect.subjects.is_empty() {
                wrong.push(format!(
                    "{}: a firing case expects WARN or FAIL and names its subjects",
                    file.display()
                ));
            }
            wrong.extend(differences(check, &file));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_check_stays_quiet_on_its_fixtures() {
    let mut wrong = Vec::new();
    for check in checks::all() {
        let id = check.meta().id;
        let files = cases(id, "quiet");
        if files.is_empty() {
            wrong.push(format!("fixtures/checks/{id}/quiet has no case"));
        }
        for file in files {
            let case = Case::read(&file);
            if !matches!(case.expect.status.as_str(), "PASS" | "SKIPPED" | "UNKNOWN")
                || !case.expect.subjects.is_empty()
            {
                wrong.push(format!(
                    "{}: a quiet case expects PASS, SKIPPED or UNKNOWN",
                    file.display()
                ));
            }
            wrong.extend(differences(check, &file));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn fixture_folders_equal_the_list() {
    let listed: BTreeSet<String> = checks::all().iter().map(|check| check.meta().id.to_owned()).collect();
    let mut found = BTreeSet::new();
    if let Ok(entries) = fs::read_dir(fixtures().join("checks")) {
        for entry in entries {
            found.insert(entry.unwrap().file_name().into_string().unwrap());
        }
    }
    let strangers: Vec<&String> = found.difference(&listed).collect();
    assert!(
        strangers.is_empty(),
        "fixtures/checks has folders that no check is named after: {strangers:?}"
    );
}

#[test]
fn check_files_equal_the_list() {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    for check in checks::all() {
        let meta = check.meta();
        let file = source
            .join(meta.area.as_str())
            .join(format!("{}.rs", meta.id.replace('-', "_")));
        assert!(
            file.is_file(),
            "{}: a check stands in a file named as its id",
            file.display()
        );
    }
    let listed: BTreeSet<String> = checks::all()
        .iter()
        .map(|check| check.meta().id.replace('-', "_"))
        .collect();
    for area in [
        "path",
        "config",
        "cluster",
        "mesos",
        "marathon",
        "zookeeper",
        "iam",
        "backup",
        "compare",
    ] {
        for entry in fs::read_dir(source.join(area)).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            assert!(
                stem == "mod" || stem == "shared" || listed.contains(&stem),
                "src/checks/{area}/{stem}.rs is in no list of checks"
            );
        }
    }
}

#[test]
fn ids_are_unique_and_name_the_bad_state() {
    let mut seen = BTreeSet::new();
    for check in checks::all() {
        let id = check.meta().id;
        assert!(seen.insert(id), "{id} is listed twice");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}: kebab-case"
        );
        for prefix in ["no-", "check-", "invalid-", "valid-", "ok-"] {
            assert!(
                !id.starts_with(prefix),
                "{id}: name the bad state, such that «allow {id}» reads well"
            );
        }
    }
}

#[test]
fn every_check_is_documented() {
    for check in checks::all() {
        let meta = check.meta();
        for (heading, text) in [
            ("what", meta.doc.what),
            ("why", meta.doc.why),
            ("by hand", meta.doc.by_hand),
            ("remedy", meta.doc.remedy),
            ("title", meta.title),
            ("finding", meta.finding),
        ] {
            assert!(text.len() > 15, "{}: `{heading}` says nothing", meta.id);
        }
        assert!(!meta.doc.sources.is_empty(), "{}: a rule has a source", meta.id);
        assert!(!meta.needs.is_empty(), "{}: a check says what it needs", meta.id);
    }
}

#[test]
fn nothing_fires_on_a_healthy_cluster() {
    let mut wrong = Vec::new();
    for base in ["dcos-pre", "dcos-post", "mesos-pre"] {
        let snapshot = Cluster::read(base).snapshot();
        let facts = Facts::new(&snapshot);
        for check in checks::all()
            .into_iter()
            .filter(|check| check.meta().stage == Stage::Single)
        {
            let result = run_single(check, &facts, None, &Policy::default());
            if !matches!(result.status, Status::Pass | Status::Skipped) {
                wrong.push(format!(
                    "{base}: {} is {} ({:?}, {:?})",
                    result.check,
                    result.status.as_str(),
                    result.reason,
                    subjects(&result)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_same_cluster_twice_gives_no_finding() {
    let mut wrong = Vec::new();
    for base in bases() {
        let snapshot = Cluster::read(&base).snapshot();
        for check in checks::all()
            .into_iter()
            .filter(|check| check.meta().stage == Stage::Pair)
        {
            let result = run_pair(check, &snapshot, &snapshot, None, &Policy::default());
            if !result.findings.is_empty() {
                wrong.push(format!(
                    "{base} against itself: {} fires on {:?}",
                    result.check,
                    subjects(&result)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_clean_upgrade_gives_no_finding() {
    let before = Cluster::read("dcos-pre").snapshot();
    let after = Cluster::read("dcos-post").snapshot();
    let mut wrong = Vec::new();
    for check in checks::all()
        .into_iter()
        .filter(|check| check.meta().stage == Stage::Pair)
    {
        let result = run_pair(check, &before, &after, None, &Policy::default());
        if !matches!(result.status, Status::Pass | Status::Skipped) {
            wrong.push(format!(
                "{} is {} ({:?}, {:?})",
                result.check,
                result.status.as_str(),
                result.reason,
                subjects(&result)
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_readme_names_every_check_and_no_other() {
    let readme = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let rows = [
        "path",
        "config",
        "cluster",
        "mesos",
        "marathon",
        "zookeeper",
        "iam",
        "backup",
        "compare",
    ]
    .map(|area| format!("| {area} | "));
    let named: BTreeSet<&str> = readme
        .lines()
        .filter(|line| rows.iter().any(|row| line.starts_with(row.as_str())))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    let listed: BTreeSet<&str> = checks::all().iter().map(|check| check.meta().id).collect();
    assert_eq!(named, listed, "the README's table of checks is not the list of checks");
}
