//! `gonogo collect` as a command: what it prints, what it writes, what it leaves behind, and its exit codes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gonogo::archive::Reader;
use gonogo::cli::{self, Terminal, exit};
use gonogo::model::{Manifest, Outcome};
use tempfile::TempDir;

use crate::support::mini;
use crate::support::misbehaving::{Answer, Misbehaving, ok, redirect, status};

struct Ran {
    code: u8,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = ["gonogo", "collect"].iter().chain(arguments).map(OsString::from);
    let code = cli::run(arguments, Terminal::NONE, &mut out, &mut err);
    Ran {
        code,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

fn healthy() -> Misbehaving {
    Misbehaving::start("127.0.0.1", |seen, _| mini::healthy(seen))
}

/// A private folder and the path of an archive in it.
fn place(name: &str) -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let text = path.to_str().unwrap().to_owned();
    (folder, path, text)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn manifest(path: &Path) -> Manifest {
    let reader = Reader::open(path, &gonogo::archive::Limits::default()).unwrap();
    let manifest = reader.manifest().clone();
    reader.verify().unwrap();
    manifest
}

fn outcome(manifest: &Manifest, end: &str) -> Outcome {
    let found = manifest.evidence.iter().find(|evidence| evidence.item.ends_with(end));
    found
        .unwrap_or_else(|| panic!("no record ends with {end}"))
        .outcome
        .clone()
}

#[test]
fn a_healthy_cluster_gives_an_archive_that_verifies() {
    let server = healthy();
    let (folder, path, out) = place("pre.tar.gz");
    let ran = run(&[
        "--masters",
        &server.authority(),
        "--phase",
        "pre",
        "-o",
        &out,
        "--ticket",
        "CHG-1",
        "--reason",
        "window",
    ]);
    assert_eq!(
        (ran.code, names(folder.path())),
        (exit::GO, vec!["pre.tar.gz".to_owned()]),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains("0 required missing") && ran.out.contains("digest sha256:"),
        "{}",
        ran.out
    );
    // Not a terminal: a line per step.
    let label = format!("mesos-master {}: 6 of 6", server.authority());
    assert!(ran.err.contains(&label), "{}", ran.err);
    let manifest = manifest(&path);
    assert_eq!(
        (manifest.ticket.as_deref(), manifest.reason.as_deref()),
        (Some("CHG-1"), Some("window"))
    );
    assert_eq!(manifest.auth, "none");
    assert_eq!(outcome(&manifest, "/state.json"), Outcome::Captured);
    // Plain Mesos: DC/OS is not asked, and said so.
    assert_eq!(outcome(&manifest, "/cluster_status.json"), Outcome::NotApplicable);
    assert_eq!(outcome(&manifest, "/jobs.json"), Outcome::NotApplicable);
    assert_eq!(outcome(&manifest, "/ruok.txt"), Outcome::NotApplicable);
    assert_eq!(outcome(&manifest, "/root/info.json"), Outcome::NotApplicable);
}

#[test]
fn what_is_missing_is_said_with_its_reason() {
    let server = mini::spoiled("/state", |_| status(403, "text/plain", "no"));
    let (_folder, path, out) = place("pre.zip");
    let ran = run(&["--masters", &server.authority(), "--phase", "pre", "-o", &out]);
    assert_eq!(ran.code, exit::CANNOT_SAY);
    assert!(
        ran.err
            .contains("state.json refused (403: the account may not read this)"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("1 required missing"), "{}", ran.out);
    assert_eq!(outcome(&manifest(&path), "/state.json"), Outcome::Refused);
}

#[test]
fn the_output_is_looked_at_before_the_first_request() {
    let server = healthy();
    let masters = server.authority();
    let base = ["--masters", &masters, "--phase", "pre", "-o"];
    let with = |more: &[&str]| run(&[&base[..], more].concat());

    let (folder, path, out) = place("pre.tar.gz");
    fs::write(&path, "something else").unwrap();
    let ran = with(&[&out]);
    assert_eq!(ran.code, exit::USAGE, "{}", ran.err);
    assert!(ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), "something else");

    let missing = folder.path().join("no/such/folder/pre.tar.gz");
    assert_eq!(with(&[missing.to_str().unwrap()]).code, exit::FAILURE);
    let odd = folder.path().join("pre.json");
    let ran = with(&[odd.to_str().unwrap()]);
    assert!(
        ran.code == exit::USAGE && ran.err.contains("--container"),
        "{}",
        ran.err
    );
    assert_eq!(server.connections(), 0, "nothing was asked");

    assert_eq!(with(&[&out, "--force"]).code, exit::GO);
    assert_eq!(outcome(&manifest(&path), "/state.json"), Outcome::Captured);
    assert_eq!(names(folder.path()), ["pre.tar.gz"]);
}

#[test]
fn every_problem_of_the_configuration_is_listed_and_nothing_is_asked() {
    let (folder, _, out) = place("pre.tar.gz");
    let config = folder.path().join("gonogo.toml");
    fs::write(
        &config,
        "[cluster]\nmasters = [\"http://ops:hunter2@10.0.0.1\", \"10.0.0.2\", \"10.0.0.2\"]\nagents = \"missing.ini\"\n\
         kind = \"swarm\"\n[inputs]\nip_detect = \"gone\"\n[collect]\nonly = [\"mesos-mastr\"]\n",
    )
    .unwrap();
    let config = config.to_str().unwrap();
    let ran = run(&[
        "--config",
        config,
        "--phase",
        "pre",
        "-o",
        &out,
        "--timeout",
        "never",
        "--marathon",
        "x",
    ]);
    assert_eq!(ran.code, exit::USAGE);
    for told in [
        "gonogo.toml:2: cluster.masters: a user or password in a URL is not read",
        "gonogo.toml:2: cluster.masters: `10.0.0.2` stands there twice",
        "gonogo.toml:3: cluster.agents:",
        "gonogo.toml:4: cluster.kind: `swarm` is no kind of cluster",
        "gonogo.toml:6: inputs.ip_detect: there is no file",
        "gonogo.toml:8: collect.only: `mesos-mastr` is no source; did you mean `mesos-master`?",
        "--timeout: `never` is no duration",
        "--marathon: `x` is not NAME=URL",
    ] {
        assert!(ran.err.contains(told), "{told}\n---\n{}", ran.err);
    }
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    assert_eq!(names(folder.path()), ["gonogo.toml"]);
}

#[test]
fn a_flag_wins_over_the_file() {
    let server = healthy();
    let (folder, path, out) = place("pre.tar.gz");
    let config = folder.path().join("g.toml");
    fs::write(
        &config,
        "[cluster]\nmasters = [\"127.0.0.1:1\"]\n[collect]\nskip = [\"exhibitor\"]\n",
    )
    .unwrap();
    let ran = run(&[
        "--config",
        config.to_str().unwrap(),
        "--masters",
        &server.authority(),
        "--phase",
        "post",
        "-o",
        &out,
    ]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    let manifest = manifest(&path);
    assert_eq!(manifest.expected.masters, [server.authority()]);
    assert_eq!(manifest.expected.skipped, ["exhibitor"]);
    assert_eq!(outcome(&manifest, "/cluster_status.json"), Outcome::SkippedByUser);
}

#[test]
fn secrets_come_from_files_and_never_from_arguments() {
    let server = healthy();
    let (folder, path, out) = place("pre.tar.gz");
    let masters = server.authority();
    let base = ["--masters", &masters, "--phase", "pre", "-o", &out];
    assert_eq!(run(&[&base[..], &["--token", "abc"]].concat()).code, exit::USAGE);
    assert_eq!(run(&[&base[..], &["--password", "abc"]].concat()).code, exit::USAGE);

    let token = folder.path().join("token");
    fs::write(&token, "test-token-that-opens-nothing\n").unwrap();
    let token = token.to_str().unwrap();
    let both = run(&[&base[..], &["--token-file", token, "--basic-user", "ops"]].concat());
    assert!(
        both.code == exit::USAGE && both.err.contains("one credential is used"),
        "{}",
        both.err
    );
    assert_eq!(server.connections(), 0);

    let ran = run(&[&base[..], &["--token-file", token]].concat());
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(ran.err.contains("can be read by others"), "{}", ran.err);
    assert!(!(ran.err + &ran.out).contains("opens-nothing"));
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("token=test-token-that-opens-nothing"))
    );
    assert_eq!(manifest(&path).auth, "token");
}

#[test]
fn a_refused_redirect_ends_with_seven_and_a_whole_archive() {
    let server = mini::spoiled("/slaves", |_| redirect("//stranger.example:5050/slaves"));
    let (_folder, path, out) = place("pre.tar.gz");
    let ran = run(&["--masters", &server.authority(), "--phase", "pre", "-o", &out]);
    assert_eq!(ran.code, exit::SECURITY);
    assert!(
        ran.err
            .contains("refused: redirected to http://stranger.example:5050/slaves"),
        "{}",
        ran.err
    );
    assert_eq!(outcome(&manifest(&path), "/slaves.json"), Outcome::Failed);
}

#[test]
fn input_files_are_kept_and_of_the_licence_only_size_and_hash() {
    let server = healthy();
    let (folder, path, out) = place("pre");
    fs::write(folder.path().join("license.txt"), "LICENCE-TEXT-OF-NOBODY").unwrap();
    fs::write(folder.path().join("agents"), "127.0.0.1:1\n").unwrap();
    fs::write(
        folder.path().join("g.toml"),
        "[cluster]\nagents = \"agents\"\n[inputs]\nlicense = \"license.txt\"\n",
    )
    .unwrap();
    let config = folder.path().join("g.toml");
    let ran = run(&[
        "--config",
        config.to_str().unwrap(),
        "--masters",
        &server.authority(),
        "--phase",
        "pre",
        "-o",
        &out,
    ]);
    // The expected agent does not answer: that is missing evidence.
    assert_eq!(ran.code, exit::CANNOT_SAY, "{}", ran.err);
    let files = path.join("data/input/files");
    assert_eq!(names(&files), ["inventory", "license.json"]);
    let record = fs::read_to_string(files.join("license.json")).unwrap();
    assert!(
        record.contains("\"bytes\": 22") && record.contains("\"empty\": false"),
        "{record}"
    );
    let manifest = manifest(&path);
    assert_eq!(
        manifest.expected.agents.as_deref(),
        Some(&["127.0.0.1:1".to_owned()][..])
    );
    assert_eq!(
        outcome(&manifest, "mesos-agent/127.0.0.1_1/state.json"),
        Outcome::Failed
    );
    assert!(!serde_json::to_string(&manifest).unwrap().contains("LICENCE-TEXT"));
}

/// Sign-offs beside the configuration go into the archive without being named; a broken file is an error before any request.
#[test]
fn signoffs_beside_the_configuration_are_taken_along() {
    let server = healthy();
    let (folder, path, out) = place("pre");
    let answers = gonogo::cli::demo::simulated_signoffs().unwrap();
    let file = folder.path().join("gonogo-signoffs.toml");
    gonogo::cli::signoffs::write(&file, &answers).unwrap();
    fs::write(folder.path().join("gonogo.toml"), "").unwrap();
    let config = folder.path().join("gonogo.toml");
    let authority = server.authority();
    let words = [
        "--config",
        config.to_str().unwrap(),
        "--masters",
        &authority,
        "--phase",
        "pre",
        "-o",
        &out,
    ];
    run(&words);
    let stored = fs::read(path.join("data/input/files/signoffs.toml")).unwrap();
    assert_eq!(stored, fs::read(&file).unwrap());
    fs::write(&file, "[[signoff]]\nitem = 3\n").unwrap();
    let again = format!("{out}-again");
    let broken = run(&[&words[..7], &[again.as_str()]].concat());
    assert_eq!(broken.code, exit::USAGE, "{}", broken.err);
    assert!(broken.err.contains("line 2"), "{}", broken.err);
    assert!(!Path::new(&again).exists());
}

#[test]
fn a_signal_ends_the_run_at_once_and_leaves_nothing() {
    for signal in ["INT", "TERM", "HUP"] {
        let server = Misbehaving::start("127.0.0.1", |_, _| Answer::Hang);
        let (folder, _, out) = place("pre.tar.gz");
        let mut child = Command::new(env!("CARGO_BIN_EXE_gonogo"))
            .args([
                "collect",
                "--masters",
                &server.authority(),
                "--phase",
                "pre",
                "-o",
                &out,
            ])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while server.seen().is_empty() && begun.elapsed() < Duration::from_mins(1) {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_ne!(
            names(folder.path()),
            Vec::<String>::new(),
            "the staging folder is there"
        );
        let killed = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        let ended = child.wait().unwrap();
        assert_eq!(ended.code(), Some(i32::from(exit::INTERRUPTED)), "{signal}");
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{signal}: nothing is left");
    }
}

/// `GONOGO_GOLDEN=write cargo test dry_run` writes the expected text anew.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cli").join(name);
    if std::env::var_os("GONOGO_GOLDEN").is_some_and(|value| value == "write") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "{name}");
}

#[test]
fn a_dry_run_prints_every_request_and_makes_none() {
    let server = Misbehaving::start("127.0.0.1", |_, _| ok("{}"));
    assert_eq!(run(&["--masters", &server.authority(), "--dry-run"]).code, exit::GO);
    assert_eq!(server.connections(), 0);

    let direct = run(&[
        "--masters",
        "10.0.0.1,10.0.0.2,10.0.0.3",
        "--skip",
        "metronome",
        "--dry-run",
    ]);
    golden("dry-run-masters.txt", &direct.out);
    let router = run(&[
        "--admin-router",
        "https://dcos.example",
        "--zookeeper",
        "10.0.0.1",
        "--dry-run",
    ]);
    golden("dry-run-admin-router.txt", &router.out);
    for line in (direct.out + &router.out).lines() {
        let request = line.trim_start_matches("left out: ");
        let reads = request.starts_with("GET ")
            || request.starts_with("4LW ")
            || request.starts_with("POST ") && request.contains("/package/list ->");
        assert!(reads, "{line}");
    }
}
