//! Damage and competition: no flipped bit and no cut verifies with other content; of many writers one wins.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use gonogo::archive::{Container, Refused, Staging, Target, WriteError, writer};
use gonogo::model::Outcome;

use crate::support::bag;

/// Two records: small enough to damage every byte of it.
fn tiny(folder: &Path, container: Container) -> PathBuf {
    let path = folder.join("tiny");
    let items = BTreeMap::from([("data/zookeeper/h/ruok.txt".to_owned(), b"imok".to_vec())]);
    bag::write(
        &path,
        container,
        &items,
        &[("data/zookeeper/h/srvr.txt", Outcome::Refused)],
    )
    .unwrap();
    path
}

type Contents = (BTreeMap<String, Vec<u8>>, String);

fn contents(path: &Path) -> Result<Contents, Refused> {
    bag::read(path).map(|(items, verified)| (items, verified.digest))
}

/// Reads every damaged form; what still verifies must be the very same contents.
fn no_damage_verifies(good: &Contents, path: &Path, damaged: impl Iterator<Item = Vec<u8>>) -> (usize, usize) {
    let (mut refused, mut same) = (0, 0);
    for bytes in damaged {
        fs::write(path, &bytes).unwrap();
        match contents(path) {
            Ok(found) => {
                assert!(found == *good, "damage verified with other content");
                same += 1;
            }
            Err(error) => {
                assert!(error.is_archive(), "{error}");
                refused += 1;
            }
        }
    }
    (refused, same)
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    // One bit of every byte, each time another one.
    (0..bytes.len()).map(move |at| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1 << (at * 3 % 8);
        bytes
    })
}

#[test]
fn no_flipped_bit_verifies_with_other_content() {
    for container in [Container::TarGz, Container::Zip] {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny(folder.path(), container);
        let (good, bytes) = (contents(&path).unwrap(), fs::read(&path).unwrap());
        let (refused, same) = no_damage_verifies(&good, &path, flips(&bytes));
        // Only bytes that carry nothing (times, origin, hints) may be free to change.
        assert!(
            same * 10 < refused,
            "{container}: {same} of {refused} flips changed nothing"
        );
    }
}

#[test]
fn every_flipped_bit_in_a_folder_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = tiny(folder.path(), Container::Folder);
    let good = contents(&path).unwrap();
    for name in [
        "bagit.txt",
        "bag-info.txt",
        "gonogo.json",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/zookeeper/h/ruok.txt",
        "data/zookeeper/h/srvr.txt.error.json",
    ] {
        let file = path.join(name);
        let bytes = fs::read(&file).unwrap();
        for damaged in flips(&bytes).step_by(7) {
            fs::write(&file, damaged).unwrap();
            assert!(contents(&path).is_err(), "{name}");
        }
        fs::write(&file, &bytes).unwrap();
    }
    assert!(contents(&path).unwrap() == good);
}

#[test]
fn no_cut_verifies() {
    for container in [Container::TarGz, Container::Zip] {
        let folder = tempfile::tempdir().unwrap();
        let path = tiny(folder.path(), container);
        let (good, bytes) = (contents(&path).unwrap(), fs::read(&path).unwrap());
        let cuts = (0..bytes.len()).map(|end| bytes[..end].to_vec());
        let (refused, same) = no_damage_verifies(&good, &path, cuts);
        assert_eq!((refused, same), (bytes.len(), 0), "{container}");
    }
}

#[test]
fn of_twenty_writers_one_wins() {
    for (container, name) in [
        (Container::TarGz, "a.tar.gz"),
        (Container::Zip, "a.zip"),
        (Container::Folder, "a"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        // All targets are looked at before anyone writes: the race is at the very end.
        let ready: Vec<(Target, Staging)> = (0..20)
            .map(|number| {
                let target = Target::new(&path, container, false).unwrap();
                let staging = Staging::beside(&target).unwrap();
                staging
                    .put("data/zookeeper/h/ruok.txt", format!("imok {number}").as_bytes())
                    .unwrap();
                (target, staging)
            })
            .collect();
        let ended: Vec<Result<_, WriteError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = ready
                .iter()
                .map(|(target, staging)| {
                    scope.spawn(move || {
                        let mut manifest = bag::manifest();
                        manifest
                            .evidence
                            .push(bag::evidence("data/zookeeper/h/ruok.txt", Outcome::Captured));
                        writer::write(target, manifest, staging)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        drop(ready);
        let won: Vec<_> = ended.iter().filter_map(|end| end.as_ref().ok()).collect();
        assert_eq!(won.len(), 1, "{container}");
        for end in &ended {
            assert!(matches!(end, Ok(_) | Err(WriteError::Exists { .. })), "{end:?}");
        }
        assert_eq!(contents(&path).unwrap().1, won[0].digest);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "{container}: leftovers"
        );
    }
}

fn try_target(path: &Path, force: bool) -> Result<(), WriteError> {
    let container = Container::of_name(path).unwrap();
    let target = Target::new(path, container, force)?;
    let staging = Staging::beside(&target)?;
    writer::write(&target, bag::manifest(), &staging).map(|_| ())
}

#[test]
fn what_stands_there_is_replaced_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::TarGz, Container::Zip, Container::Folder] {
        let path = bag::small(folder.path(), container);
        let before = contents(&path).unwrap();
        let exists = try_target(&path, false).unwrap_err();
        assert!(exists.is_usage() && exists.to_string().contains("--force"), "{exists}");
        assert!(contents(&path).unwrap() == before);
        try_target(&path, true).unwrap();
        assert!(contents(&path).unwrap().0.is_empty());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn unsuitable_places_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let precious = path("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("letter"), "dear").unwrap();
    assert!(try_target(&precious, true).unwrap_err().is_usage());
    assert!(precious.join("letter").exists());
    symlink(path("elsewhere.tar.gz"), path("link.tar.gz")).unwrap();
    assert!(matches!(
        try_target(&path("link.tar.gz"), false),
        Err(WriteError::Exists { .. })
    ));
    assert!(matches!(
        try_target(&path("link.tar.gz"), true),
        Err(WriteError::Unsuitable { .. })
    ));
    let open = path("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(
        try_target(&open.join("a.zip"), false),
        Err(WriteError::Unsuitable { .. })
    ));
    fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).unwrap();
    try_target(&open.join("a.zip"), false).unwrap();
    for missing in [path("no/such/a.zip"), "/proc/a.zip".into()] {
        let error = try_target(&missing, false).unwrap_err();
        assert!(matches!(error, WriteError::Io { .. }), "{error}");
        assert!(!error.is_usage());
    }
}

#[test]
fn a_file_that_changes_while_it_is_archived_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("state.json");
    fs::write(&source, "{}").unwrap();
    let path = folder.path().join("a.tar.gz");
    let target = Target::new(&path, Container::TarGz, false).unwrap();
    let staging = Staging::beside(&target).unwrap();
    let item = "data/mesos-master/h/state.json";
    staging.adopt(item, &source, 100).unwrap();
    for now in ["[]", "{ }", ""] {
        fs::write(&source, now).unwrap();
        let mut manifest = bag::manifest();
        manifest.evidence.push(bag::evidence(item, Outcome::Captured));
        let changed = writer::write(&target, manifest, &staging);
        assert!(matches!(changed, Err(WriteError::Changed { .. })), "{changed:?}");
    }
    drop(staging);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "only the source is left"
    );
}
