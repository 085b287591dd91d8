//! `gonogo collect --backup`: proofs in the archive, sealed copies beside it, no byte of a backup anywhere else.

use std::fs;
use std::path::Path;

use gonogo::archive::{Limits, Reader};
use gonogo::cli::exit;
use gonogo::model::{Manifest, Outcome};

use crate::backup_seal::{Keys, names};
use crate::backup_seal_cli::{Ran, run, text};
use crate::support::mini;
use crate::support::misbehaving::Misbehaving;

fn healthy() -> Misbehaving {
    Misbehaving::start("127.0.0.1", |seen, _| mini::healthy(seen))
}

fn collect(server: &Misbehaving, out: &Path, more: &[&str]) -> Ran {
    let masters = server.authority();
    let mut all = vec!["collect", "--masters", &masters, "--phase", "pre", "-o", text(out)];
    all.extend(more);
    run(&all)
}

fn manifest(path: &Path) -> Manifest {
    let reader = Reader::open(path, &Limits::default()).unwrap();
    let manifest = reader.manifest().clone();
    reader.verify().unwrap();
    manifest
}

/// Something that is no backup.
const NOTHING: &[u8] = b"not-a-real-backup-marker-51c7";

#[test]
fn somebody_must_say_what_becomes_of_the_bytes() {
    let server = healthy();
    let folder = tempfile::tempdir().unwrap();
    let (out, backup) = (folder.path().join("pre.tar.gz"), folder.path().join("zk.tar"));
    fs::write(&backup, NOTHING).unwrap();
    let before = names(folder.path());
    let ran = collect(&server, &out, &["--backup", text(&backup)]);
    assert_eq!(ran.code, exit::USAGE);
    for word in ["--recipient", "--recipients-file", "--no-seal TEXT", "secrets"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    let keys = Keys::new();
    let both = [
        "--backup",
        text(&backup),
        "--no-seal",
        "why",
        "--recipient",
        &keys.recipient,
    ];
    assert_eq!(collect(&server, &out, &both).code, exit::USAGE);
    let empty = ["--backup", text(&backup), "--no-seal", " "];
    assert!(collect(&server, &out, &empty).err.contains("the reason is empty"));
    let twice = ["--backup", text(&backup), "--backup", text(&backup), "--no-seal", "why"];
    assert!(collect(&server, &out, &twice).err.contains("is named twice"));
    let none = ["--backup", "/nowhere/zk.tar", "--no-seal", "why"];
    let ran = collect(&server, &out, &none);
    assert_eq!(ran.code, exit::USAGE);
    assert!(ran.err.contains("/nowhere/zk.tar"), "{}", ran.err);
    assert_eq!(names(folder.path()), before);
}

#[test]
fn a_dry_run_says_what_would_be_proven_and_sealed_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let config = folder.path().join("gonogo.toml");
    fs::create_dir_all(folder.path().join("a/zookeeper")).unwrap();
    fs::write(folder.path().join("iam.sql"), NOTHING).unwrap();
    fs::create_dir(folder.path().join("b")).unwrap();
    fs::write(folder.path().join("b/IAM.sql"), NOTHING).unwrap();
    fs::write(
        &config,
        format!(
            "[cluster]\nmasters = [\"10.0.0.1\"]\n[inputs]\nbackups = [\"a/zookeeper\", \"iam.sql\", \"b/IAM.sql\"]\n\
             [backup]\nrecipients = [\"{}\"]\n",
            keys.recipient
        ),
    )
    .unwrap();
    let before = names(folder.path());
    let ran = run(&["--config", text(&config), "collect", "--dry-run", "-o", "pre.tar.gz"]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    let at = |name: &str| folder.path().join(name).display().to_string();
    for line in [
        format!("BACKUP {} -> data/backup/zookeeper/proof.json", at("a/zookeeper")),
        format!("BACKUP {} -> data/backup/iam.sql/proof.json", at("iam.sql")),
        format!("BACKUP {} -> data/backup/IAM.sql-2/proof.json", at("b/IAM.sql")),
        format!(
            "SEAL {} -> pre.sealed/zookeeper.tar.age (for 1 recipient)",
            at("a/zookeeper")
        ),
        format!("SEAL {} -> pre.sealed/IAM.sql-2.age (for 1 recipient)", at("b/IAM.sql")),
    ] {
        assert!(ran.out.lines().any(|said| said == line), "{line}\n---\n{}", ran.out);
    }
    let ran = run(&[
        "--config",
        text(&config),
        "collect",
        "--dry-run",
        "--no-seal",
        "kept in the vault",
    ]);
    assert!(
        ran.out.contains("no sealed copy of") && ran.out.contains("kept in the vault"),
        "{}",
        ran.out
    );
    let ran = run(&["--config", text(&config), "collect", "--dry-run", "--skip", "backup"]);
    assert!(
        ran.out.contains("left out: BACKUP") && !ran.out.contains("SEAL"),
        "{}",
        ran.out
    );
    assert_eq!(names(folder.path()), before);
}

#[test]
fn what_is_no_backup_is_a_gap_and_leaves_no_sealed_copy() {
    let server = healthy();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let (out, backup) = (folder.path().join("pre.zip"), folder.path().join("zk.tar"));
    fs::write(&backup, NOTHING).unwrap();
    let ran = collect(
        &server,
        &out,
        &["--backup", text(&backup), "--recipient", &keys.recipient],
    );
    assert_eq!(ran.code, exit::CANNOT_SAY, "{}", ran.err);
    let manifest = manifest(&out);
    let record = manifest.evidence_for("data/backup/zk.tar/proof.json").unwrap();
    assert_eq!((&record.outcome, record.method.as_str()), (&Outcome::Failed, "BACKUP"));
    assert_eq!(
        (record.request.as_str(), record.host.as_str(), record.required),
        ("zk.tar", "-", true)
    );
    let reason = record.reason.clone().unwrap();
    assert!(!reason.is_empty() && !reason.contains(text(folder.path())), "{reason}");
    assert_eq!(names(folder.path()), ["pre.zip", "zk.tar"]);
}
