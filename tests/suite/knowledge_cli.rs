//! Targets that are no good, and the site's own file, through `gonogo check`: clear words, and never a better verdict.

use std::fs;
use std::path::Path;

use gonogo::cli::exit;
use gonogo::model::{CheckResult, Status};
use gonogo::report::Report;

use crate::cli::{Ran, archive, run};

fn check(archive: &Path, target: &str, more: &[&str]) -> (Ran, Option<Report>) {
    let mut arguments = vec![
        "check",
        archive.to_str().unwrap(),
        "--target",
        target,
        "--format",
        "json",
    ];
    arguments.extend(more);
    let ran = run(&arguments);
    let report = serde_json::from_str(&ran.out).ok();
    (ran, report)
}

fn result<'a>(report: &'a Report, id: &str) -> &'a CheckResult {
    report.results.iter().find(|result| result.check == id).unwrap()
}

#[test]
fn a_target_that_is_no_good_is_said_and_never_go() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    for (target, status, words) in [
        ("1.11.99", Status::Unknown, "DC/OS 1.11.99 is in no table"),
        ("1.11.3-dev", Status::Unknown, "1.11.3-dev has a suffix"),
        ("1.10.8-dev", Status::Unknown, "1.10.8-dev has a suffix"),
        ("1.11", Status::Unknown, "1.11 names a line, not a release"),
        ("1.10", Status::Unknown, "1.10 names a line, not a release"),
        ("3.0.0", Status::Unknown, "DC/OS 3.0.0 is in no table"),
        ("1.10.7", Status::Fail, "1.10.7 is older than 1.10.8"),
        ("1.9.0", Status::Fail, "1.9.0 is older than 1.10.8"),
        ("1.12.0", Status::Fail, "a supported chain is 1.10.8, "),
        ("2.2.1", Status::Fail, "a supported chain is 1.10.8, "),
    ] {
        let (ran, report) = check(&pre, target, &[]);
        let report = report.unwrap_or_else(|| panic!("{target}: {}", ran.err));
        let path = result(&report, "path-unsupported");
        assert_eq!(path.status, status, "{target}");
        let said = path.reason.iter().chain(path.findings.iter().map(|one| &one.summary));
        let said: Vec<&String> = said.collect();
        assert!(said.iter().any(|one| one.contains(words)), "{target}: {said:?}");
        // Other rules may find more; none may make it better.
        let enough = if status == Status::Fail {
            &[exit::NO_GO][..]
        } else {
            &[exit::CANNOT_SAY, exit::NO_GO]
        };
        assert!(enough.contains(&ran.code), "{target}: {}", ran.code);
    }
    for nonsense in ["banana", "", "1", "1.2.3.4", "-1.0"] {
        let (ran, report) = check(&pre, nonsense, &[]);
        assert_eq!(
            (ran.code, report.is_none()),
            (exit::USAGE, true),
            "{nonsense}: {}",
            ran.err
        );
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn a_supported_target_passes_with_its_disagreement_named() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let (_, report) = check(&pre, "1.11.3", &[]);
    let report = report.unwrap();
    assert_eq!(result(&report, "path-unsupported").status, Status::Pass);
    let disagree = result(&report, "sources-disagree");
    assert_eq!(disagree.status, Status::Warn);
    let says = &disagree.findings[0].summary;
    assert!(
        says.contains("Upgrade FAQ & Workbook") && says.contains("later edition"),
        "{says}"
    );
}

#[test]
fn the_report_names_the_site_file_and_what_it_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let file = folder.path().join("site.toml");
    let site = "schema = 1\n[[release]]\ndcos = \"1.10.8\"\nreleased = \"2018-07-19\"\nmesos = [\"1.4.2\"]\nmarathon = [\"1.5.11\"]\n\
                sources = [\"not-a-real-case\"]\n[[path]]\nfrom = \"1.10.8\"\nto = \"1.11.3\"\nallowed = false\nsources = [\"not-a-real-case\"]\n";
    fs::write(&file, site).unwrap();
    let (ran, report) = check(&pre, "1.11.3", &["--knowledge", file.to_str().unwrap()]);
    let report = report.unwrap_or_else(|| panic!("{}", ran.err));
    assert_eq!(ran.code, exit::NO_GO);
    assert_eq!(result(&report, "path-unsupported").status, Status::Fail);
    assert!(
        report.knowledge.revision.contains("+site."),
        "{}",
        report.knowledge.revision
    );
    for words in [
        "1 replaced",
        "replaces release 1.10.8",
        "adds 1.10.8 to 1.11.3 is ruled out",
    ] {
        assert!(
            report.remarks.iter().any(|one| one.contains(words)),
            "{words}: {:?}",
            report.remarks
        );
    }
    // The same from gonogo.toml, by a path beside it.
    let config = folder.path().join("gonogo.toml");
    fs::write(&config, "[knowledge]\nfile = \"site.toml\"\n").unwrap();
    let (ran, _) = check(&pre, "1.11.3", &["--config", config.to_str().unwrap()]);
    assert_eq!(ran.code, exit::NO_GO);
    fs::write(&file, "schema = 1\n[[path]]\nfrom = 3\n[[image]]\n").unwrap();
    let (ran, report) = check(&pre, "1.11.3", &["--config", config.to_str().unwrap()]);
    assert_eq!((ran.code, report.is_none()), (exit::USAGE, true));
    assert!(
        ran.err.contains("site.toml:3") && ran.err.contains("site.toml:4"),
        "{}",
        ran.err
    );
}

#[test]
fn the_plan_asks_for_the_images_of_the_site() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    let site = "schema = 1\n[[image]]\nname = \"registry.example.invalid/marathon\"\nversion = \"1.6.496\"\n\
                where = \"registry.example.invalid\"\nsources = [\"not-a-real-runbook\"]\n";
    fs::write(&file, site).unwrap();
    let plan = |more: &[&str]| {
        let mut arguments = vec!["plan", "--from", "1.10.8", "--to", "1.11.3", "--format", "json"];
        arguments.extend(more);
        run(&arguments).out
    };
    let with = plan(&["--knowledge", file.to_str().unwrap()]);
    assert!(with.contains("image-registry.example.invalid/marathon"));
    assert!(with.contains("not-a-real-runbook (site file "));
    assert!(with.contains("+site."), "the plan names the knowledge it was made with");
    assert!(!plan(&[]).contains("image-registry.example.invalid"));
}
