//! Damage, judged by a genuine ZooKeeper and by the reader: what the server refuses the reader never calls restorable, and
//! what both read they read alike.

use std::fs;
use std::path::Path;
use std::process::Command;

use gonogo::model::BackupStatus;
use tempfile::TempDir;

use super::genuine_zookeeper::installed;
use super::genuine_zookeeper_drill::{capture, drill, find, proof};

/// The recorded data directory, unpacked.
fn unpacked() -> Option<TempDir> {
    let path = capture("zookeeper-datadir-live.tar.gz")?;
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar")
        .arg("-C")
        .arg(folder.path())
        .arg("-xzf")
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
    Some(folder)
}

/// Where the transactions of a log, or the bytes of a snapshot, end.
fn end(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1)
}

type Damage = fn(&mut Vec<u8>, usize);

/// What is done to a file; the number is where its content ends.
const DAMAGES: &[(&str, &str, Damage)] = &[
    ("a bit in the header", "log.35c", |bytes, _| bytes[1] ^= 4),
    ("a bit in the middle", "log.35c", |bytes, end| bytes[end / 2] ^= 1),
    ("a bit in a checksum", "log.35c", |bytes, _| bytes[20] ^= 1),
    ("an absurd length", "log.35c", |bytes, _| {
        bytes[24..28].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    }),
    ("a negative length", "log.35c", |bytes, _| {
        bytes[24..28].copy_from_slice(&[0xff; 4]);
    }),
    ("bytes left out", "log.35c", |bytes, end| {
        drop(bytes.drain(end / 2..end / 2 + 7));
    }),
    ("a page of zeros in the middle", "log.35c", |bytes, end| {
        bytes[end / 2..end / 2 + 400].fill(0);
    }),
    ("cut in the middle", "log.35c", |bytes, end| bytes.truncate(end / 2)),
    ("cut within the last transaction", "log.35c", |bytes, end| {
        bytes.truncate(end - 20);
    }),
    ("cut behind the last transaction", "log.35c", |bytes, end| {
        bytes.truncate(end);
    }),
    ("cut to its header", "log.35c", |bytes, _| bytes.truncate(16)),
    ("nothing left", "log.35c", |bytes, _| bytes.clear()),
    ("bytes behind the end", "log.35c", |bytes, end| {
        bytes[end + 40..end + 80].fill(7);
    }),
    ("a bit in the newest snapshot", "snapshot.35a", |bytes, end| {
        bytes[end / 2] ^= 1;
    }),
    ("the newest snapshot cut", "snapshot.35a", |bytes, end| {
        bytes.truncate(end / 3);
    }),
    (
        "the newest snapshot cut by its end mark",
        "snapshot.35a",
        |bytes, end| bytes.truncate(end - 1),
    ),
    ("an absurd length in the newest snapshot", "snapshot.35a", |bytes, _| {
        bytes[32..36].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    }),
    ("the newest snapshot empty", "snapshot.35a", |bytes, _| bytes.clear()),
    ("bytes behind the newest snapshot", "snapshot.35a", |bytes, _| {
        bytes.extend([1; 9]);
    }),
    ("a bit in the log before", "log.25a", |bytes, end| bytes[end / 2] ^= 1),
];

#[test]
fn what_the_server_refuses_is_never_restorable() {
    if installed().is_none() {
        return;
    }
    let mut refused = 0;
    for (what, file, damage) in DAMAGES {
        let Some(folder) = unpacked() else { return };
        let path = find(folder.path(), file).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let end = end(&bytes);
        damage(&mut bytes, end);
        fs::write(&path, bytes).unwrap();
        let status = proof(folder.path()).status;
        assert_ne!(status, BackupStatus::Restorable, "{what} ({file})");
        let (code, drill) = drill(folder.path());
        assert!(matches!(code, 3 | 5), "{what} ({file}): {drill:#}");
        if drill["server"].is_null() {
            refused += 1;
            assert_eq!(
                (code, status),
                (3, BackupStatus::NotRestorable),
                "{what} ({file}): {drill:#}"
            );
            assert!(
                !drill["log"].as_array().unwrap().is_empty(),
                "{what}: nothing of its log is told"
            );
        } else if status == BackupStatus::CannotSay {
            assert_eq!(drill["differences"], 0, "{what} ({file}): {drill:#}");
        }
    }
    assert!(
        refused >= 4,
        "the server refused {refused} of {} damages",
        DAMAGES.len()
    );
}

#[test]
fn without_any_snapshot_the_server_refuses_and_so_does_the_reader() {
    if installed().is_none() {
        return;
    }
    let Some(folder) = unpacked() else { return };
    for name in ["snapshot.0", "snapshot.155", "snapshot.259", "snapshot.35a"] {
        fs::remove_file(find(folder.path(), name).unwrap()).unwrap();
    }
    assert_eq!(proof(folder.path()).status, BackupStatus::NotRestorable);
    let (code, drill) = drill(folder.path());
    assert_eq!(code, 3, "{drill:#}");
    assert!(drill["server"].is_null(), "{drill:#}");
}

#[test]
fn a_tar_that_was_cut_is_red() {
    if installed().is_none() {
        return;
    }
    let Some(path) = capture("zookeeper-datadir-live.tar.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.tar.gz");
    let bytes = fs::read(&path).unwrap();
    fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let (code, drill) = drill(&cut);
    assert_eq!(code, 3, "{drill:#}");
    assert_eq!(drill["outcome"], "red");
}

#[test]
fn nothing_is_drilled_that_is_no_data_directory() {
    if installed().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, text, expected) in [
        ("notes.txt", "nothing of a backup", 6),
        (
            "iam.sql",
            "CREATE TABLE users (id INT);\nINSERT INTO users (id) VALUES (1);\n",
            5,
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        assert_eq!(said(&path, None).0, expected, "{name}");
    }
    let (code, said) = said(&folder.path().join("iam.sql"), Some("/no/such/folder"));
    assert_eq!(code, 5, "{said}");
}

#[test]
fn without_a_zookeeper_it_cannot_be_said_and_what_to_install_is() {
    let Some(path) = capture("zookeeper-datadir-live.tar.gz") else {
        return;
    };
    let (code, said) = said(&path, Some("/no/such/folder"));
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("apt-get install zookeeper"), "{said}");
}

/// Exit code and what is said to people.
fn said(path: &Path, home: Option<&str>) -> (u8, String) {
    let named = std::env::var("GONOGO_GENUINE_ZOOKEEPER").unwrap_or_default();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = [
        "gonogo",
        "backup",
        "drill",
        path.to_str().unwrap(),
        "--zookeeper-home",
        home.unwrap_or(&named),
    ];
    let code = gonogo::cli::run(
        arguments.map(Into::into),
        gonogo::cli::Terminal::NONE,
        &mut out,
        &mut err,
    );
    (code, String::from_utf8(out).unwrap() + &String::from_utf8(err).unwrap())
}
