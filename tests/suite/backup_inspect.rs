//! `gonogo backup inspect` over backups of a genuine server: counts, forms of the same backup, exit codes, the schema.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gonogo::cli::{Terminal, exit};
use serde_json::Value;
use tempfile::TempDir;

/// Where backups of a genuine server stand; what they hold says the README beside them.
const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures/zookeeper-3.8");

pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

pub fn run(words: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = ["gonogo", "backup"].iter().chain(words).map(|word| (*word).into());
    let code = gonogo::cli::run(arguments, Terminal::NONE, &mut out, &mut err);
    Ran {
        code,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

/// One path, as JSON.
pub fn inspect(path: &Path) -> (u8, Value) {
    let ran = run(&["inspect", path.to_str().unwrap(), "--format", "json"]);
    let json = ran.json();
    (ran.code, json)
}

/// The only backup of an answer.
pub fn only(answer: &Value) -> &Value {
    let backups = answer["backups"].as_array().unwrap();
    assert_eq!(backups.len(), 1, "{answer:#}");
    &backups[0]
}

pub fn checks(proof: &Value) -> Vec<&str> {
    proof["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["check"].as_str().unwrap())
        .collect()
}

/// A capture, unpacked: `<folder>/small/version-2/...`.
pub fn unpacked(which: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let tar = capture(which);
    let status = Command::new("tar")
        .arg("-xzf")
        .arg(tar)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(status.unwrap().success());
    folder
}

pub fn capture(which: &str) -> PathBuf {
    Path::new(CAPTURES).join(format!("zookeeper-datadir-{which}.tar.gz"))
}

pub fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("small/version-2")
}

fn says(proof: &Value, znodes: u64, ephemerals: u64, sessions: u64, last: &str) {
    assert_eq!(proof["kind"], "zookeeper");
    assert_eq!(proof["status"], "restorable", "{:#}", proof["findings"]);
    assert_eq!(proof["znodes"], znodes);
    assert_eq!(proof["ephemerals"], ephemerals);
    assert_eq!(proof["sessions"], sessions);
    assert_eq!(proof["last_zxid"], last);
    assert_eq!(proof["cluster_id"], "e5924d5f-bc36-466f-b6ac-87196ec7d3df");
    assert!(checks(proof).is_empty(), "{:#}", proof["findings"]);
}

fn live(proof: &Value) {
    says(proof, 1068, 13, 2, "0x430");
    let snapshots = proof["snapshots"].as_array().unwrap();
    let alone: Vec<_> = snapshots
        .iter()
        .map(|snapshot| snapshot["znodes"].as_u64().unwrap())
        .collect();
    assert_eq!(alone, [4, 344, 603, 861]);
    let used: Vec<_> = snapshots.iter().map(|snapshot| snapshot["used"] == true).collect();
    assert_eq!(used, [false, false, false, true]);
    let logs: Vec<_> = proof["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|log| {
            (
                log["from"].as_str().unwrap(),
                log["to"].as_str().unwrap(),
                log["tail"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        logs,
        [
            ("0x1", "0x156", "clean"),
            ("0x157", "0x259", "clean"),
            ("0x25a", "0x35b", "clean"),
            ("0x35c", "0x430", "clean")
        ]
    );
}

#[test]
fn a_running_and_a_stopped_server_have_the_counts_of_the_readme() {
    let (code, answer) = inspect(&capture("live"));
    assert_eq!(code, exit::GO);
    live(only(&answer));
    assert_eq!(answer["format"], "gonogo-backups/1");
    let (code, answer) = inspect(&capture("stopped"));
    assert_eq!(code, exit::GO);
    says(only(&answer), 1055, 0, 0, "0x432");
}

#[test]
fn the_same_backup_says_the_same_in_every_form() {
    let folder = unpacked("live");
    let (_, packed) = inspect(&capture("live"));
    let tar = folder.path().join("plain.tar");
    let status = Command::new("tar")
        .arg("-cf")
        .arg(&tar)
        .arg("-C")
        .arg(folder.path())
        .arg("small")
        .status();
    assert!(status.unwrap().success());
    for path in [tar, folder.path().join("small"), data(&folder)] {
        let (code, answer) = inspect(&path);
        assert_eq!(code, exit::GO, "{}", path.display());
        let proof = only(&answer);
        live(proof);
        assert_eq!(proof["digest"], only(&packed)["digest"]);
        assert_eq!(proof["subtrees"], only(&packed)["subtrees"]);
    }
}

#[test]
fn the_hash_is_what_sha256sum_prints() {
    let sum = Command::new("sha256sum").arg(capture("live")).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    let (_, answer) = inspect(&capture("live"));
    assert_eq!(only(&answer)["sha256"].as_str().unwrap(), &sum[..64]);
    let folder = unpacked("live");
    let lines = Command::new("bash")
        .args(["-c", "sha256sum snapshot.* log.* | sort -k2 | sha256sum"])
        .env("LC_ALL", "C")
        .current_dir(data(&folder))
        .output()
        .unwrap();
    let (_, answer) = inspect(&data(&folder));
    let lines = String::from_utf8(lines.stdout).unwrap();
    assert_eq!(only(&answer)["sha256"].as_str().unwrap(), &lines[..64]);
}

#[test]
fn a_lone_file_cannot_say() {
    let folder = unpacked("live");
    for (name, status, check) in [
        ("snapshot.35a", "cannot-say", "zk-backup-log-gap"),
        ("log.35c", "not-restorable", "zk-backup-without-snapshot"),
    ] {
        let (code, answer) = inspect(&data(&folder).join(name));
        let proof = only(&answer);
        assert_eq!(proof["status"], status, "{name}");
        assert!(checks(proof).contains(&check), "{name}");
        assert_eq!(
            code,
            if status == "cannot-say" {
                exit::CANNOT_SAY
            } else {
                exit::NO_GO
            }
        );
    }
}

/// What remains without one file; what is not listed is restorable still.
#[test]
fn each_file_removed_in_turn() {
    let without = |which: &str, name: &str| {
        let folder = unpacked(which);
        fs::remove_file(data(&folder).join(name)).unwrap();
        let (_, answer) = inspect(folder.path());
        let proof = only(&answer);
        let gaps = proof["gaps"].as_array().unwrap().len();
        (
            proof["status"].as_str().unwrap().to_owned(),
            proof["znodes"].as_u64(),
            gaps,
        )
    };
    let is = |status: &str, znodes, gaps| (status.to_owned(), Some(znodes), gaps);
    // Logs before the snapshot in use are not needed; the gap is told all the same.
    assert_eq!(without("live", "log.1"), is("restorable", 1068, 0));
    assert_eq!(without("live", "log.157"), is("restorable", 1068, 1));
    // snapshot.35a holds 0x35b already, and only log.25a says so.
    assert_eq!(without("live", "log.25a").0, "not-restorable");
    // The server had begun another log with snapshot.35a: nothing shows that it is not needed.
    assert_eq!(without("live", "log.35c").0, "cannot-say");
    for snapshot in ["snapshot.0", "snapshot.155", "snapshot.259", "snapshot.35a"] {
        assert_eq!(without("live", snapshot), is("restorable", 1068, 0), "{snapshot}");
    }
    assert_eq!(without("stopped", "log.35c").0, "cannot-say");
    assert_eq!(without("stopped", "snapshot.432"), is("restorable", 1055, 0));
}

#[test]
fn without_any_snapshot_or_any_log() {
    let folder = unpacked("live");
    for entry in fs::read_dir(data(&folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("log.") {
            fs::remove_file(path).unwrap();
        }
    }
    let (code, answer) = inspect(folder.path());
    assert_eq!(code, exit::CANNOT_SAY);
    assert_eq!(checks(only(&answer))[0], "zk-backup-log-gap");
    let folder = unpacked("live");
    for entry in fs::read_dir(data(&folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("snapshot.") {
            fs::remove_file(path).unwrap();
        }
    }
    let (code, answer) = inspect(folder.path());
    assert_eq!(code, exit::NO_GO);
    assert_eq!(checks(only(&answer)), ["zk-backup-without-snapshot"]);
    assert_eq!(only(&answer)["znodes"], Value::Null);
}

#[test]
fn the_answer_fits_the_schema() {
    let schema: Value = serde_json::from_str(&run(&["inspect", "--schema"]).out).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = unpacked("live");
    fs::write(folder.path().join("small/version-2/log.500"), b"ZKLG").unwrap();
    for path in [
        capture("stopped"),
        folder.path().to_owned(),
        PathBuf::from("Cargo.toml"),
    ] {
        let (_, answer) = inspect(&path);
        assert!(
            schema.is_valid(&answer),
            "{:?}",
            schema
                .iter_errors(&answer)
                .map(|error| error.to_string())
                .collect::<Vec<_>>()
        );
    }
    assert!(!schema.is_valid(&serde_json::json!({"format": "gonogo-backups/1"})));
}

#[test]
fn exit_codes_where_there_is_no_backup() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(run(&["inspect", path]).code, exit::ARCHIVE_REFUSED);
    assert_eq!(run(&["inspect", &format!("{path}/nothing")]).code, exit::FAILURE);
    assert_eq!(run(&["inspect"]).code, exit::USAGE);
    let file = folder.path().join("notes.txt");
    fs::write(&file, "nothing of a backup").unwrap();
    let ran = run(&["inspect", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!(ran.code, exit::ARCHIVE_REFUSED);
    assert_eq!(ran.json()["unreadable"].as_array().unwrap().len(), 1);
    // The worst decides.
    let live = capture("live");
    let lone = unpacked("live");
    let log = data(&lone).join("log.35c");
    let words = [
        "inspect",
        file.to_str().unwrap(),
        live.to_str().unwrap(),
        log.to_str().unwrap(),
    ];
    assert_eq!(run(&words).code, exit::NO_GO);
    assert_eq!(run(&words[..3]).code, exit::ARCHIVE_REFUSED);
}
