//! The command line: exit codes, messages, files complete or not there. Runs commands in this process.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use gonogo::archive::{Container, Staging, Target, writer};
use gonogo::cli::{self, Terminal, exit};
use gonogo::model::Manifest;
use gonogo::report::Report;

use crate::support::fixture::Cluster;

/// What one command did.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("gonogo")
        .chain(arguments.iter().copied())
        .map(OsString::from);
    let code = cli::run(arguments, Terminal::NONE, &mut out, &mut err);
    Ran {
        code,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

/// Writes a base cluster of the fixtures as a real archive.
pub(crate) fn archive(folder: &Path, base: &str) -> PathBuf {
    write(folder, base, &Cluster::read(base))
}

pub(crate) fn write(folder: &Path, name: &str, cluster: &Cluster) -> PathBuf {
    let path = folder.join(format!("{name}.tar.gz"));
    let target = Target::new(&path, Container::TarGz, false).unwrap();
    let staging = Staging::beside(&target).unwrap();
    for (item, bytes) in &cluster.payload {
        staging.put(item, bytes).unwrap();
    }
    let manifest: Manifest = serde_json::from_value(cluster.manifest.clone()).unwrap();
    writer::write(&target, manifest, &staging).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_and_version_are_results_and_the_rest_is_usage() {
    for arguments in [&["--help"][..], &["-h"], &["check", "--help"], &["--version"]] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (exit::GO, ""), "{arguments:?}");
        assert!(!ran.out.is_empty());
    }
    for arguments in [
        &[][..],
        &["chekc"],
        &["check"],
        &["check", "a", "--format", "yaml"],
        &["check", "a", "--target", "x"],
        &["report"],
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (exit::USAGE, ""), "{arguments:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn every_command_has_examples() {
    use clap::CommandFactory as _;
    for command in cli::args::Cli::command().get_subcommands() {
        let help = run(&[command.get_name(), "--help"]);
        assert!(help.out.contains("Examples:"), "{}: {}", command.get_name(), help.out);
    }
}

#[test]
fn check_says_the_same_in_text_json_and_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let shown = run(&["check", text(&pre)]);
    let json = run(&["check", text(&pre), "--format", "json"]);
    let report: Report = serde_json::from_str(&json.out).unwrap();
    let verdict = report.verdict.to_string();
    assert_eq!(shown.out.lines().next(), Some(verdict.as_str()), "{}", shown.out);
    assert_eq!(shown.out.lines().last(), Some(verdict.as_str()));
    assert_eq!(shown.code, json.code);
    assert_eq!(json.code, exit::of_verdict(report.verdict, false));
    assert_eq!(json.code, exit::GO, "{}", shown.out);
    assert_eq!(report.archives[0].name, "dcos-pre.tar.gz");
    assert_eq!(
        report.coverage.captured + report.coverage.missing.len() as u64,
        report.coverage.asked
    );
}

#[test]
fn a_result_is_the_same_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (pre, post) = (archive(folder.path(), "dcos-pre"), archive(folder.path(), "dcos-post"));
    for format in ["terminal", "json", "markdown", "html", "junit", "sarif"] {
        let once = run(&["compare", text(&pre), text(&post), "--format", format]);
        let again = run(&["compare", text(&pre), text(&post), "--format", format]);
        assert!(!once.out.is_empty(), "{format}: {}", once.err);
        assert_eq!(once.out, again.out, "{format}");
    }
}

#[test]
fn a_saved_result_is_rendered_again_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let saved = folder.path().join("result.json");
    let page = folder.path().join("page.html");
    let first = run(&["check", text(&pre), "-o", text(&saved), "-o", text(&page)]);
    assert!(
        first.out.starts_with("GO"),
        "files asked for, and the verdict still shown: {}",
        first.out
    );
    let again = run(&["report", text(&saved), "--format", "html"]);
    assert_eq!(again.out, fs::read_to_string(&page).unwrap());
    assert_eq!(again.code, first.code);
    let json = run(&["report", text(&saved), "--format", "json"]);
    assert_eq!(json.out, fs::read_to_string(&saved).unwrap());
}

#[test]
fn a_saved_result_better_than_its_own_results_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let json = run(&["check", text(&pre), "--skip", "masters-missing", "--format", "json"]);
    assert_eq!(json.code, exit::CANNOT_SAY, "{}", json.err);
    let forged = folder.path().join("forged.json");
    fs::write(&forged, json.out.replace("\"CANNOT_SAY\"", "\"GO\"")).unwrap();
    let ran = run(&["report", text(&forged)]);
    assert_eq!((ran.code, ran.out.as_str()), (exit::ARCHIVE_REFUSED, ""));
    assert!(
        ran.err.contains("says GO") && ran.err.contains("CANNOT SAY"),
        "{}",
        ran.err
    );
    for (contents, told) in [
        ("", "EOF"),
        ("[]", "gonogo report"),
        ("{\"format\":\"gonogo-report/2\"}", "gonogo-report/2"),
    ] {
        fs::write(&forged, contents).unwrap();
        let ran = run(&["report", text(&forged)]);
        assert_eq!(ran.code, exit::ARCHIVE_REFUSED);
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}

#[test]
fn leaving_out_a_blocking_check_is_never_go() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let skipped = run(&["check", text(&pre), "--skip", "masters-missing"]);
    assert_eq!(skipped.code, exit::CANNOT_SAY);
    assert!(
        skipped.out.contains("SKIPPED (by choice)") && skipped.out.contains("masters-missing"),
        "{}",
        skipped.out
    );
    let only = run(&["check", text(&pre), "--only", "masters-missing"]);
    assert_eq!(only.code, exit::CANNOT_SAY);
    let none = run(&[
        "check",
        text(&pre),
        "--only",
        "masters-missing",
        "--skip",
        "masters-missing",
    ]);
    assert_eq!(none.code, exit::USAGE);
    let unknown = run(&["check", text(&pre), "--skip", "master-missing"]);
    assert_eq!(unknown.code, exit::USAGE);
    assert!(
        unknown.err.contains("did you mean `masters-missing`"),
        "{}",
        unknown.err
    );
}

#[test]
fn exit_style_check_is_that_of_dcos_checks() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let code = |more: &[&str]| {
        let mut arguments = vec!["check", text(&pre), "--exit-style", "check"];
        arguments.extend_from_slice(more);
        run(&arguments).code
    };
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--skip", "masters-missing"]), 3);
    assert_eq!(code(&["--skip", "masters-even"]), 1);
    assert_eq!(code(&["--skip", "no-such-check"]), 3);
    assert_eq!(run(&["check", "/no/such/archive", "--exit-style", "check"]).code, 3);
}

#[test]
fn compare_refuses_what_is_no_pair() {
    let folder = tempfile::tempdir().unwrap();
    let (pre, post) = (archive(folder.path(), "dcos-pre"), archive(folder.path(), "dcos-post"));
    let copy = folder.path().join("copy.tar.gz");
    fs::copy(&pre, &copy).unwrap();
    for same in [&pre, &copy] {
        let ran = run(&["compare", text(&pre), text(same)]);
        assert_eq!((ran.code, ran.out.as_str()), (exit::USAGE, ""));
        assert!(ran.err.contains("same archive"), "{}", ran.err);
    }
    let swapped = run(&["compare", text(&post), text(&pre)]);
    assert_eq!(
        (swapped.code, swapped.out.as_str()),
        (exit::USAGE, ""),
        "{}",
        swapped.err
    );
    let mut other = Cluster::read("dcos-post");
    let item = "data/dcos/10.0.0.1/metadata.json";
    let id = String::from_utf8(other.payload[item].clone()).unwrap();
    other.replace(
        item,
        id.replace("\"CLUSTER_ID\": \"", "\"CLUSTER_ID\": \"other-")
            .into_bytes(),
    );
    let other = run(&["compare", text(&pre), text(&write(folder.path(), "other", &other))]);
    assert_eq!((other.code, other.out.as_str()), (exit::USAGE, ""), "{}", other.err);
    assert!(other.err.contains("cluster"), "{}", other.err);
}

#[test]
fn an_altered_archive_gives_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let (pre, post) = (archive(folder.path(), "dcos-pre"), archive(folder.path(), "dcos-post"));
    let mut bytes = fs::read(&pre).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let altered = folder.path().join("altered.tar.gz");
    fs::write(&altered, bytes).unwrap();
    for arguments in [
        &["check", text(&altered)][..],
        &["compare", text(&altered), text(&post)],
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (exit::ARCHIVE_REFUSED, ""), "{}", ran.err);
        assert!(ran.err.contains("altered.tar.gz"), "{}", ran.err);
    }
    let page = folder.path().join("page.html");
    assert_eq!(
        run(&["check", text(&altered), "-o", text(&page)]).code,
        exit::ARCHIVE_REFUSED
    );
    assert!(!page.exists());
}

#[test]
fn reports_are_whole_or_not_there_and_never_over_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let before = fs::read(&pre).unwrap();
    let onto = run(&["check", text(&pre), "--format", "json", "-o", text(&pre)]);
    assert_eq!(onto.code, exit::USAGE);
    assert_eq!(fs::read(&pre).unwrap(), before);
    let nowhere = folder.path().join("no-such-folder/report.json");
    let ran = run(&["check", text(&pre), "-o", text(&nowhere)]);
    assert_eq!((ran.code, ran.out.as_str()), (exit::FAILURE, ""));
    assert!(ran.err.contains("no-such-folder"), "{}", ran.err);
    for arguments in [
        &["-o", "report"][..],
        &["--format", "json", "--format", "html"],
        &["-o", "a.json", "-o", "a.json"],
    ] {
        let mut all = vec!["check", text(&pre)];
        all.extend_from_slice(arguments);
        assert_eq!(run(&all).code, exit::USAGE, "{arguments:?}");
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["dcos-pre.tar.gz"]);
}

#[cfg(unix)]
#[test]
fn report_files_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let page = folder.path().join("page.html");
    run(&["check", text(&pre), "-o", text(&page)]);
    assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn templates_of_ones_own_stay_escaped_and_strict() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let template = folder.path().join("own.html");
    let with = |source: &str| {
        fs::write(&template, source).unwrap();
        run(&["check", text(&pre), "--format", "html", "--template", text(&template)])
    };
    assert_eq!(
        with("<p>{{ headline.verdict }}{% autoescape false %}{{ '<b>' }}{% endautoescape %}</p>").out,
        "<p>GO&lt;b&gt;</p>"
    );
    for wrong in ["{{ no_such_name }}", "{{ headline.verdict|safe }}", "{% if %}"] {
        let ran = with(wrong);
        assert_eq!((ran.code, ran.out.as_str()), (exit::USAGE, ""), "{wrong}");
        assert!(ran.err.contains("template"), "{}", ran.err);
    }
}

#[test]
fn waivers_are_read_with_all_their_problems() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let file = folder.path().join("waivers.toml");
    fs::write(
        &file,
        "[[waiver]]\ncheck = \"masters-evn\"\nowner = \"\"\nexpires = 1\n",
    )
    .unwrap();
    let ran = run(&["check", text(&pre), "--waivers", text(&file)]);
    assert_eq!(ran.code, exit::USAGE);
    for part in [
        "4 problems",
        "waivers.toml:1: `reason`",
        "waivers.toml:2: ",
        "`masters-even`",
        "waivers.toml:3: ",
        "waivers.toml:4: ",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    // A waiver that matches nothing is told, and keeps the GO from being a plain one.
    fs::write(
        &file,
        "[[waiver]]\ncheck = \"masters-even\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2030-01-01\n",
    )
    .unwrap();
    let ran = run(&["check", text(&pre), "--waivers", text(&file), "--strict"]);
    assert_eq!(ran.code, exit::WARNINGS, "{}", ran.out);
    assert!(ran.out.contains("unmatched"), "{}", ran.out);
}

#[test]
fn the_policy_file_is_named_when_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let config = folder.path().join("own.toml");
    fs::write(&config, "[policy]\nunknown_blocks = false\n").unwrap();
    let ran = run(&["check", text(&pre), "--config", text(&config)]);
    assert_eq!(ran.code, exit::USAGE);
    assert!(
        ran.err.contains("own.toml") && ran.err.contains("unknown_blocks"),
        "{}",
        ran.err
    );
    fs::write(&config, "[policy]\nagents_missing_one_in = 500\n").unwrap();
    let ran = run(&["check", text(&pre), "--config", text(&config), "-v"]);
    assert!(ran.out.contains("one in 500"), "{}", ran.out);
}

#[test]
fn explain_and_checks_agree() {
    let list = run(&["checks", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&list.out).unwrap();
    assert!(!list.is_empty());
    for entry in list {
        let id = entry["id"].as_str().unwrap();
        let page = run(&["explain", id]);
        assert_eq!(page.code, exit::GO);
        for heading in ["\nWhat\n", "\nWhy\n", "\nBy hand\n", "\nRemedy\n", "\nSources\n"] {
            assert!(page.out.contains(heading), "{id}: {heading}");
        }
    }
    assert!(run(&["explain", "agents-inactiv"]).err.contains("`agents-inactive`"));
}
