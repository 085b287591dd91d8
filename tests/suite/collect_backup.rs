//! `gonogo collect --backup`: proofs in the archive, sealed copies beside it, no byte of a backup anywhere else.

use std::fs;
use std::path::Path;

use gonogo::archive::{Limits, Reader};
use gonogo::backup::seal::{Copies, Recipients};
use gonogo::cli::exit;
use gonogo::demo::zk_files::{self, Change, Txn, Znode};
use gonogo::model::backup::{BackupStatus, Kept, Proofs};
use gonogo::model::{Manifest, Outcome, hex};
use sha2::{Digest as _, Sha256};

use crate::backup_seal::{Keys, mode, names};
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

/// A dump as CockroachDB writes it, with something in it that must never be seen again.
const DUMP: &str = "CREATE TABLE users (\n\tid INT NOT NULL,\n\tuid STRING(96) NULL,\n\tpasswordhash STRING NULL\n);\n\n\
                    INSERT INTO users (id, uid, passwordhash) VALUES\n\t(1, 'operator', 'not-a-real-secret-marker-51c7');\n";
/// What no output and no archive may hold.
const MARKER: &str = "not-a-real-secret-marker-51c7";

/// A dump, with or without the record that shows that it is whole.
fn dump(folder: &Path, name: &str, recorded: bool) -> std::path::PathBuf {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, DUMP).unwrap();
    if recorded {
        let record = "way=iam-database-backup\nexit-status=0\nbegan=2026-11-21T20:00:00Z\nended=2026-11-21T20:00:05Z\n";
        fs::write(folder.join(format!("{name}.record")), record).unwrap();
    }
    path
}

fn proofs(archive: &Path, item: &str) -> Proofs {
    let mut found = None;
    Reader::open(archive, &Limits::default())
        .unwrap()
        .for_each(&mut |name, _, body| {
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes)?;
            assert!(
                !bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()),
                "{name}"
            );
            if name == item {
                found = Some(serde_json::from_slice(&bytes).unwrap());
            }
            Ok(())
        })
        .unwrap();
    found.unwrap_or_else(|| panic!("no {item}"))
}

fn opened(sealed: &Path, keys: &Keys, out: &Path, archive: &Path) -> Ran {
    run(&[
        "backup",
        "open",
        text(sealed),
        "--identity",
        text(&keys.identity()),
        "-o",
        text(out),
        "--archive",
        text(archive),
    ])
}

#[test]
fn proofs_stand_in_the_archive_and_sealed_copies_beside_it() {
    let server = healthy();
    let (folder, from, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Keys::new());
    let one = dump(&from.path().join("m1"), "iam.sql", true);
    let two = dump(&from.path().join("m2"), "iam.sql", false);
    let all = from.path().join("m1");
    let out = folder.path().join("pre.zip");
    let recipients = keys.recipients();
    let ran = collect(
        &server,
        &out,
        &[
            "--backup",
            text(&one),
            "--backup",
            text(&two),
            "--backup",
            text(&all),
            "--recipients-file",
            text(&recipients),
        ],
    );
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(!(ran.out.clone() + &ran.err).contains(MARKER));
    assert!(ran.err.contains("backup iam.sql: can be restored"), "{}", ran.err);
    assert!(
        ran.err
            .contains("backup iam.sql-2: whether it can be restored cannot be said"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("pre.sealed"), "{}", ran.out);
    assert_eq!(names(folder.path()), ["pre.sealed", "pre.zip"]);
    let sealed = folder.path().join("pre.sealed");
    assert_eq!(names(&sealed), ["iam.sql-2.age", "iam.sql.age", "m1.tar.age"]);
    assert_eq!((mode(&sealed), mode(&sealed.join("m1.tar.age"))), (0o700, 0o600));

    let expected = [
        ("iam.sql", "iam.sql.age"),
        ("iam.sql-2", "iam.sql-2.age"),
        ("m1", "m1.tar.age"),
    ];
    for (label, name) in expected {
        let item = format!("data/backup/{label}/proof.json");
        let record = manifest(&out).evidence_for(&item).unwrap().clone();
        assert_eq!((record.outcome, record.method.as_str()), (Outcome::Captured, "BACKUP"));
        assert_eq!(record.request, if label == "m1" { "m1" } else { "iam.sql" });
        let proof = proofs(&out, &item).backups.remove(0);
        assert!(!proof.path.contains(text(from.path())), "{}", proof.path);
        let Some(Kept::Sealed {
            file,
            sha256,
            bytes,
            recipients,
        }) = proof.kept
        else {
            panic!("{label}")
        };
        let stored = fs::read(sealed.join(name)).unwrap();
        assert_eq!((file, recipients), (format!("pre.sealed/{name}"), 1));
        assert_eq!((sha256, bytes), (hex(&Sha256::digest(&stored)), stored.len() as u64));
        let back = from.path().join(format!("back-{label}"));
        let ran = opened(&sealed.join(name), &keys, &back, &out);
        assert_eq!(ran.code, exit::GO, "{}", ran.err);
        assert!(ran.out.contains("the backup "), "{}", ran.out);
        assert_eq!(fs::read(&back).unwrap() == DUMP.as_bytes(), label != "m1");
    }
    assert_eq!(manifest(&out).backups_in_clear, None);
    // What another run sealed is not what this archive proves.
    let other = folder.path().join("other.age");
    let foreign = from.path().join("foreign.sql");
    fs::write(&foreign, "CREATE TABLE users ();").unwrap();
    run(&[
        "backup",
        "seal",
        text(&foreign),
        "--recipient",
        &keys.recipient,
        "-o",
        text(&other),
    ]);
    let ran = opened(&other, &keys, &from.path().join("x"), &out);
    assert_eq!(ran.code, exit::ARCHIVE_REFUSED, "{}", ran.err);
    assert!(!from.path().join("x").exists());
}

#[test]
fn verify_looks_at_the_sealed_copies_beside_the_archive() {
    let server = healthy();
    let (folder, from, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Keys::new());
    let backup = dump(from.path(), "iam.sql", true);
    let out = folder.path().join("pre.zip");
    collect(
        &server,
        &out,
        &["--backup", text(&backup), "--recipient", &keys.recipient],
    );
    let verify = |archive: &Path| run(&["verify", text(archive)]);
    let ran = verify(&out);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(ran.out.contains("pre.sealed/iam.sql.age: intact"), "{}", ran.out);
    // Renamed together, they still belong together.
    let case = folder.path().join("case");
    fs::create_dir(&case).unwrap();
    fs::rename(&out, case.join("42.zip")).unwrap();
    fs::rename(folder.path().join("pre.sealed"), case.join("42.sealed")).unwrap();
    assert!(
        verify(&case.join("42.zip"))
            .out
            .contains("pre.sealed/iam.sql.age: intact")
    );
    let copy = case.join("42.sealed/iam.sql.age");
    let mut bytes = fs::read(&copy).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&copy, bytes).unwrap();
    let ran = verify(&case.join("42.zip"));
    assert_eq!(ran.code, exit::ARCHIVE_REFUSED);
    assert!(
        ran.out.contains("ALTERED") && ran.err.contains("is not what was sealed"),
        "{}{}",
        ran.out,
        ran.err
    );
    fs::remove_dir_all(case.join("42.sealed")).unwrap();
    let ran = run(&["verify", text(&case.join("42.zip")), "--format", "json"]);
    assert_eq!(ran.code, exit::GO, "an archive is whole without them");
    let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["sealed"][0]["state"], "absent");
}

#[test]
fn in_clear_by_the_operators_word_is_said_everywhere() {
    let server = healthy();
    let (folder, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let backup = dump(from.path(), "iam.sql", true);
    let out = folder.path().join("pre.zip");
    let ran = collect(
        &server,
        &out,
        &["--backup", text(&backup), "--no-seal", "stays in the vault"],
    );
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(ran.err.contains("stays in the vault"), "{}", ran.err);
    assert_eq!(names(folder.path()), ["pre.zip"]);
    assert_eq!(manifest(&out).backups_in_clear.as_deref(), Some("stays in the vault"));
    let kept = proofs(&out, "data/backup/iam.sql/proof.json").backups.remove(0).kept;
    let because = "stays in the vault".to_owned();
    assert_eq!(kept, Some(Kept::InClear { because }));
    assert!(run(&["verify", text(&out)]).out.contains("stays in the vault"));
    assert_eq!(fs::read_to_string(&backup).unwrap(), DUMP, "a backup is never changed");
}

#[test]
fn a_backup_that_cannot_be_restored_is_evidence() {
    let server = healthy();
    let (folder, from, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Keys::new());
    let cut = from.path().join("iam.sql");
    fs::write(&cut, &DUMP[..DUMP.len() - 4]).unwrap();
    let out = folder.path().join("pre.zip");
    let ran = collect(&server, &out, &["--backup", text(&cut), "--recipient", &keys.recipient]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(ran.err.contains("backup iam.sql: CANNOT be restored"), "{}", ran.err);
    let proof = proofs(&out, "data/backup/iam.sql/proof.json").backups.remove(0);
    assert_eq!(proof.status, BackupStatus::NotRestorable);
}

#[test]
fn sealed_copies_come_and_go_with_their_archive() {
    let server = healthy();
    let (folder, from, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Keys::new());
    let backup = dump(from.path(), "iam.sql", true);
    let out = folder.path().join("pre.zip");
    let again = |more: &[&str]| {
        let mut all = vec!["--backup", text(&backup), "--recipient", &keys.recipient];
        all.extend(more);
        collect(&server, &out, &all)
    };
    // Copies of a run that nobody knows are not written over, and no archive is written then.
    let sealed = folder.path().join("pre.sealed");
    fs::create_dir(&sealed).unwrap();
    fs::write(sealed.join("old.age"), "theirs").unwrap();
    let ran = again(&[]);
    assert_eq!(ran.code, exit::USAGE, "{}", ran.err);
    assert_eq!(names(folder.path()), ["pre.sealed"]);
    // With leave, they are replaced; what else stands in the folder is not deleted.
    fs::write(sealed.join("notes.txt"), "mine").unwrap();
    assert_eq!(again(&["--force"]).code, exit::USAGE);
    fs::remove_file(sealed.join("notes.txt")).unwrap();
    assert_eq!(again(&["--force"]).code, exit::GO);
    assert_eq!(names(&sealed), ["iam.sql.age"]);
    assert_eq!(names(folder.path()), ["pre.sealed", "pre.zip"]);
}

#[test]
fn taken_back_when_the_archive_is_not_written_after_all() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new();
    let backup = dump(&folder.path().join("from"), "iam.sql", false);
    let mut to = Recipients::default();
    to.add(&keys.recipient).unwrap();
    let archive = folder.path().join("pre.tar.gz");
    let copies = |force| Copies::begin(&archive, force, to.clone()).unwrap();
    let first = copies(false);
    first.seal(&backup, "iam.sql.age", &mut |_| true).unwrap();
    assert!(!folder.path().join("pre.sealed").exists());
    first.publish().unwrap().unwrap().keep();
    let before = fs::read(folder.path().join("pre.sealed/iam.sql.age")).unwrap();
    // The second run replaces them, and fails then.
    let second = copies(true);
    second.seal(&backup, "other.age", &mut |_| true).unwrap();
    drop(second.publish().unwrap().unwrap());
    assert_eq!(names(&folder.path().join("pre.sealed")), ["iam.sql.age"]);
    assert_eq!(fs::read(folder.path().join("pre.sealed/iam.sql.age")).unwrap(), before);
    // A third one is given up, a fourth seals nothing.
    let third = copies(true);
    third.seal(&backup, "third.age", &mut |_| true).unwrap();
    third.give_up();
    assert!(third.seal(&backup, "late.age", &mut |_| true).is_err());
    assert!(third.publish().unwrap().is_none());
    assert!(copies(true).publish().unwrap().is_none());
    drop((second, third));
    assert_eq!(names(folder.path()), ["from", "pre.sealed"]);
}

#[test]
fn a_data_directory_of_zookeeper_is_proven_sealed_and_given_back() {
    let server = healthy();
    let (folder, from, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Keys::new());
    let data = from.path().join("zookeeper/version-2");
    fs::create_dir_all(&data).unwrap();
    let nodes = [Znode::new("/app", "", 2), Znode::new("/app/state", MARKER, 3)];
    let mut snapshot = Vec::new();
    zk_files::snapshot(&mut snapshot, &[], zk_files::tree(nodes)).unwrap();
    let mut log = Vec::new();
    let next = Txn::new(4, Change::create("/app/other", MARKER, 2));
    zk_files::log(&mut log, [next], 64 << 10).unwrap();
    fs::write(data.join("snapshot.3"), snapshot).unwrap();
    fs::write(data.join("log.4"), &log).unwrap();
    let out = folder.path().join("pre.tar.gz");
    let backup = from.path().join("zookeeper");
    let ran = collect(
        &server,
        &out,
        &["--backup", text(&backup), "--recipient", &keys.recipient],
    );
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    assert!(!(ran.out.clone() + &ran.err).contains(MARKER));
    let proof = proofs(&out, "data/backup/zookeeper/proof.json").backups.remove(0);
    assert_eq!(proof.status, BackupStatus::Restorable, "{:?}", proof.findings);
    // `/`, `/zookeeper`, `/zookeeper/quota`, and three of our own.
    assert_eq!(proof.znodes, Some(6));
    assert!(!serde_json::to_string(&manifest(&out)).unwrap().contains(MARKER));
    let back = from.path().join("back.tar");
    let sealed = folder.path().join("pre.sealed/zookeeper.tar.age");
    assert_eq!(opened(&sealed, &keys, &back, &out).code, exit::GO);
    // What came back is a backup again, as good as it was.
    let ran = run(&["backup", "inspect", text(&back), "--format", "json"]);
    assert_eq!(ran.code, exit::GO, "{}", ran.err);
    let answer: Proofs = serde_json::from_str(&ran.out).unwrap();
    let again = answer.backups.into_iter().next().unwrap();
    assert_eq!(
        (again.digest, again.znodes, again.last_zxid),
        (proof.digest, proof.znodes, proof.last_zxid)
    );
}
