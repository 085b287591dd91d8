//! `gonogo import`: backups among saved files are proven where they stand, and nothing of them is copied.

use std::fs;
use std::path::Path;

use gonogo::archive::{Limits, Reader};
use gonogo::cli::exit;
use gonogo::model::Manifest;
use gonogo::model::backup::{BackupStatus, Kept, Proof, Proofs};

use crate::backup_seal::{Keys, names};
use crate::backup_seal_cli::{Ran, run, text};

const MARKER: &str = "not-a-real-secret-marker-90ab";

fn dump() -> String {
    format!(
        "CREATE TABLE users (\n\tid INT NOT NULL,\n\tuid STRING(96) NULL,\n\tpasswordhash STRING NULL\n);\n\n\
         INSERT INTO users (id, uid, passwordhash) VALUES\n\t(1, 'operator', '{MARKER}');\n"
    )
}

fn import(from: &Path, out: &Path, more: &[&str]) -> Ran {
    let mut all = vec!["import", text(from), "--phase", "pre", "-o", text(out)];
    all.extend(more);
    run(&all)
}

/// Manifest and proofs of an archive that holds nothing of a backup.
fn read(archive: &Path) -> (Manifest, Vec<(String, Proof)>) {
    let mut all = Vec::new();
    let verified = Reader::open(archive, &Limits::default())
        .unwrap()
        .for_each(&mut |name, _, body| {
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes)?;
            assert!(
                !bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()),
                "{name}"
            );
            if name.ends_with("/proof.json") {
                let proofs: Proofs = serde_json::from_slice(&bytes).unwrap();
                all.extend(proofs.backups.into_iter().map(|proof| (name.to_owned(), proof)));
            }
            Ok(())
        })
        .unwrap();
    (verified.manifest, all)
}

/// Saved answers with backups among them.
fn saved(folder: &Path) {
    fs::write(
        folder.join("flags.json"),
        r#"{"flags":{"quorum":"1","zk":"zk://10.0.0.1:2181/mesos"}}"#,
    )
    .unwrap();
    let host = folder.join("10.0.0.1");
    fs::create_dir_all(host.join("zookeeper/snapshot/version-2")).unwrap();
    fs::create_dir_all(host.join("zookeeper/transactions/version-2")).unwrap();
    fs::write(host.join("zookeeper/snapshot/myid"), "1").unwrap();
    fs::write(host.join("zookeeper/snapshot/version-2/snapshot.0"), MARKER).unwrap();
    fs::write(host.join("zookeeper/transactions/version-2/log.1"), MARKER).unwrap();
    fs::write(host.join("iam.sql"), dump()).unwrap();
    fs::write(host.join("iam.sql.record"), "way=iam-database-backup\nexit-status=0\n").unwrap();
    fs::write(host.join("holiday.tar"), "no tar at all").unwrap();
}

#[test]
fn backups_are_proven_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("saved");
    fs::create_dir(&from).unwrap();
    saved(&from);
    let out = folder.path().join("pre.zip");
    let ran = import(&from, &out, &[]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(!(ran.out.clone() + &ran.err).contains(MARKER));
    let (manifest, proofs) = read(&out);
    let told: Vec<(&str, BackupStatus)> = proofs
        .iter()
        .map(|(item, proof)| (item.as_str(), proof.status))
        .collect();
    // The files of the data directory are none of ZooKeeper's.
    assert_eq!(
        told,
        [
            ("data/backup/iam.sql/proof.json", BackupStatus::Restorable),
            ("data/backup/zookeeper/proof.json", BackupStatus::NotRestorable),
        ]
    );
    assert!(
        proofs.iter().all(|(_, proof)| proof.kept.is_none()),
        "nobody said what became of the bytes"
    );
    assert_eq!(manifest.backups_in_clear, None);
    let record = manifest.evidence_for("data/backup/iam.sql/proof.json").unwrap();
    assert_eq!(
        (record.method.as_str(), record.request.as_str()),
        ("BACKUP", "10.0.0.1/iam.sql")
    );
    assert!(ran.out.contains("<-  10.0.0.1/zookeeper (by proof)"), "{}", ran.out);
    assert!(
        ran.out
            .contains("ignored: 10.0.0.1/holiday.tar: no backup that can be read"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("ignored: 10.0.0.1/zookeeper/"), "{}", ran.out);
    assert_eq!(names(folder.path()), ["pre.zip", "saved"]);
}

#[test]
fn sealed_or_in_clear_when_the_operator_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let from = folder.path().join("saved");
    fs::create_dir(&from).unwrap();
    saved(&from);
    let ran = import(&from, &folder.path().join("a.zip"), &["--recipient", &keys.recipient]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert_eq!(
        names(&folder.path().join("a.sealed")),
        ["iam.sql.age", "zookeeper.tar.age"]
    );
    let (_, proofs) = read(&folder.path().join("a.zip"));
    assert!(
        proofs
            .iter()
            .all(|(_, proof)| matches!(proof.kept, Some(Kept::Sealed { recipients: 1, .. })))
    );
    let ran = import(
        &from,
        &folder.path().join("b.zip"),
        &["--no-seal", "the owner keeps them"],
    );
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    let (manifest, proofs) = read(&folder.path().join("b.zip"));
    assert_eq!(manifest.backups_in_clear.as_deref(), Some("the owner keeps them"));
    assert!(
        proofs
            .iter()
            .all(|(_, proof)| matches!(proof.kept, Some(Kept::InClear { .. })))
    );
    assert_eq!(names(folder.path()), ["a.sealed", "a.zip", "b.zip", "saved"]);
}

#[test]
fn what_is_said_to_be_a_backup_must_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("saved");
    fs::create_dir(&from).unwrap();
    fs::write(
        from.join("flags.json"),
        r#"{"flags":{"zk":"zk://10.0.0.1:2181/mesos"}}"#,
    )
    .unwrap();
    let elsewhere = folder.path().join("notes.txt");
    fs::write(&elsewhere, MARKER).unwrap();
    let out = folder.path().join("pre.zip");
    let ran = import(&from, &out, &["--backup", text(&elsewhere)]);
    assert_eq!(ran.code, exit::CANNOT_SAY, "{}", ran.err);
    let (manifest, proofs) = read(&out);
    assert!(proofs.is_empty());
    assert!(
        manifest
            .evidence_for("data/backup/notes.txt/proof.json")
            .unwrap()
            .required
    );
    // A folder of nothing but backups is enough, one of nothing at all is not.
    let only = folder.path().join("only");
    fs::create_dir(&only).unwrap();
    fs::write(only.join("iam.sql"), dump()).unwrap();
    let ran = import(&only, &folder.path().join("only.zip"), &[]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert_eq!(read(&folder.path().join("only.zip")).1.len(), 1);
    fs::remove_file(only.join("iam.sql")).unwrap();
    fs::write(only.join("x.tar"), "no tar").unwrap();
    let ran = import(&only, &folder.path().join("none.zip"), &[]);
    assert_eq!(ran.code, exit::USAGE);
    assert!(!folder.path().join("none.zip").exists());
}
