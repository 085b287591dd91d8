//! Sealing what changes, stops or is a folder; opening only what an archive proves.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use gonogo::archive::Place;
use gonogo::backup::seal::{self, Form, Known, SealError};

use super::backup_seal::{Keys, names, seal_bytes, sha256};

/// A small data directory.
fn tree(folder: &Path) -> PathBuf {
    let top = folder.join("zookeeper");
    fs::create_dir_all(top.join("version-2")).unwrap();
    fs::write(top.join("myid"), "1\n").unwrap();
    fs::write(top.join("version-2/log.1"), vec![7; 600_000]).unwrap();
    fs::write(top.join("version-2/snapshot.0"), b"not-a-real-snapshot").unwrap();
    symlink("snapshot.0", top.join("version-2/newest")).unwrap();
    top
}

fn place(path: &Path) -> Place {
    Place::for_file(path, false).unwrap()
}

#[test]
fn a_folder_comes_back_as_a_tar_and_is_recognised() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let top = tree(folder.path());
    let sealed = folder.path().join("zookeeper.tar.age");
    let (done, content) = seal::seal(&top, place(&sealed), &keys.to(), Form::Binary, &mut |_| true).unwrap();
    let sorted = [
        format!("{}  myid\n", sha256(b"1\n")),
        format!("{}  version-2/log.1\n", sha256(&vec![7; 600_000])),
        format!("{}  version-2/snapshot.0\n", sha256(b"not-a-real-snapshot")),
    ];
    assert_eq!(content.sha256, sha256(sorted.concat().as_bytes()));
    assert_eq!((content.bytes, content.folder), (600_021, true));
    let known = [Known {
        name: "zookeeper".to_owned(),
        sha256: Some(content.sha256.clone()),
        sealed_sha256: None,
    }];
    let out = folder.path().join("zookeeper.tar");
    let opened = seal::open(&sealed, &keys.by(), &place(&out), Some(&known), &mut |_| true).unwrap();
    assert_eq!(opened.proven.as_deref(), Some("zookeeper"));
    assert_eq!(opened.sha256, done.clear_sha256);
    let mut listed = Vec::new();
    for entry in tar::Archive::new(fs::File::open(&out).unwrap()).entries().unwrap() {
        let entry = entry.unwrap();
        listed.push((entry.path().unwrap().display().to_string(), entry.size()));
    }
    let expected = [
        ("zookeeper", 0),
        ("zookeeper/myid", 2),
        ("zookeeper/version-2", 0),
        ("zookeeper/version-2/log.1", 600_000),
        ("zookeeper/version-2/newest", 0),
        ("zookeeper/version-2/snapshot.0", 19),
    ];
    let listed: Vec<(&str, u64)> = listed
        .iter()
        .map(|(name, size)| (name.trim_end_matches('/'), *size))
        .collect();
    assert_eq!(listed, expected);
}

/// Something that happens to the data directory.
type Change = fn(&Path);

#[test]
fn what_changes_while_it_is_read_is_not_kept() {
    let keys = Keys::new();
    let changes: [(&str, Change); 5] = [
        ("grows", |top| {
            let mut log = fs::OpenOptions::new()
                .append(true)
                .open(top.join("version-2/log.1"))
                .unwrap();
            log.write_all(b"more").unwrap();
        }),
        ("shrinks", |top| {
            let log = fs::OpenOptions::new()
                .write(true)
                .open(top.join("version-2/log.1"))
                .unwrap();
            log.set_len(300_000).unwrap();
        }),
        ("is written in place", |top| {
            let mut log = fs::OpenOptions::new()
                .write(true)
                .open(top.join("version-2/log.1"))
                .unwrap();
            log.write_all(b"XX").unwrap();
        }),
        ("appears", |top| fs::write(top.join("version-2/log.2"), b"x").unwrap()),
        ("vanishes", |top| {
            fs::remove_file(top.join("version-2/snapshot.0")).unwrap();
        }),
    ];
    for (what, change) in changes {
        let folder = tempfile::tempdir().unwrap();
        let top = tree(folder.path());
        let mut chunks = 0;
        let mut watch = |_| {
            chunks += 1;
            // The log has more chunks than this: it is open.
            if chunks == 3 {
                change(&top);
            }
            true
        };
        let ended = seal::seal(
            &top,
            place(&folder.path().join("out.age")),
            &keys.to(),
            Form::Binary,
            &mut watch,
        );
        let error = ended.expect_err(what);
        let noticed = matches!(error, SealError::Changed { .. }) || what == "vanishes";
        assert!(noticed, "{what}: {error}");
        assert_eq!(names(folder.path()), ["zookeeper"], "{what}");
    }
    // A single file likewise.
    let folder = tempfile::tempdir().unwrap();
    let file = tree(folder.path()).join("version-2/log.1");
    let mut once = true;
    let mut watch = |_| {
        if std::mem::take(&mut once) {
            fs::write(&file, vec![8; 600_000]).unwrap();
        }
        true
    };
    let ended = seal::seal(
        &file,
        place(&folder.path().join("out.age")),
        &keys.to(),
        Form::Binary,
        &mut watch,
    );
    assert!(matches!(ended, Err(SealError::Changed { .. })));
    assert_eq!(names(folder.path()), ["zookeeper"]);
}

#[test]
fn stopped_it_leaves_nothing() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let top = tree(folder.path());
    let out = folder.path().join("out.age");
    let ended = seal::seal(&top, place(&out), &keys.to(), Form::Binary, &mut |_| false);
    assert!(matches!(ended, Err(SealError::Stopped)));
    seal::seal(&top, place(&out), &keys.to(), Form::Binary, &mut |_| true).unwrap();
    let clear = folder.path().join("clear");
    let ended = seal::open(&out, &keys.by(), &place(&clear), None, &mut |_| false);
    assert!(matches!(ended, Err(SealError::Stopped)));
    assert_eq!(names(folder.path()), ["out.age", "zookeeper"]);
}

#[test]
fn only_what_the_archive_proves_is_opened() {
    let keys = Keys::new();
    let folder = tempfile::tempdir().unwrap();
    let sealed = folder.path().join("iam.sql.age");
    let done = seal_bytes(&sealed, &keys.to(), Form::Binary, b"CREATE TABLE users ();");
    let known = |clear: Option<&str>, copy: Option<&str>| Known {
        name: "iam.sql".to_owned(),
        sha256: clear.map(str::to_owned),
        sealed_sha256: copy.map(str::to_owned),
    };
    let out = folder.path().join("iam.sql");
    let open = |known: &[Known]| seal::open(&sealed, &keys.by(), &place(&out), Some(known), &mut |_| true);
    let other = sha256(b"other");
    for wrong in [
        vec![],
        vec![known(Some(&other), None)],
        vec![known(None, Some(&other))],
        vec![known(Some(&other), Some(&done.sha256))],
    ] {
        let error = open(&wrong).unwrap_err();
        assert!(matches!(error, SealError::Differs { .. }), "{error}");
        assert_eq!(names(folder.path()), ["iam.sql.age"]);
    }
    for right in [
        known(Some(&done.clear_sha256), Some(&done.sha256)),
        // Sealed again, for others.
        known(Some(&done.clear_sha256), Some(&other)),
        known(None, Some(&done.sha256)),
    ] {
        let opened = open(&[known(Some(&other), None), right]).unwrap();
        assert_eq!(opened.proven.as_deref(), Some("iam.sql"));
        fs::remove_file(&out).unwrap();
    }
}
