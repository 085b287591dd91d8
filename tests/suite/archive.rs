//! Archives come back as they were written, from every container, and the same evidence gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use gonogo::archive::{Container, Limits, Reader, Refused, Staging, Target, WriteError, writer};
use gonogo::model::Outcome;
use proptest::prelude::*;

use crate::support::bag;

const ALL: [Container; 3] = [Container::TarGz, Container::Zip, Container::Folder];

#[test]
fn every_container_gives_back_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for container in ALL {
        let path = bag::small(folder.path(), container);
        assert_eq!(Container::sniff(&path).unwrap(), container);
        let (items, verified) = bag::read(&path).unwrap();
        let error = items.get("data/mesos-master/10.0.0.2/state.json.error.json").unwrap();
        let error: serde_json::Value = serde_json::from_slice(error).unwrap();
        assert_eq!(error["outcome"], "timed-out");
        assert_eq!(error["reason"], "no answer in 30 s");
        let captured: BTreeMap<_, _> = items
            .into_iter()
            .filter(|(name, _)| !name.contains(".error."))
            .collect();
        assert_eq!(captured, bag::small_items());
        assert_eq!(verified.members, 5);
        let manifest = verified.manifest;
        assert_eq!(manifest.format, "gonogo-archive/1.0");
        let record = manifest.evidence_for("data/zookeeper/10.0.0.1/ruok.txt").unwrap();
        assert_eq!(record.bytes, 4);
        let missing = manifest.evidence_for("data/mesos-master/10.0.0.2/state.json").unwrap();
        assert_eq!(missing.outcome, Outcome::TimedOut);
        assert!(missing.sha256.is_none());
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for container in [Container::TarGz, Container::Zip] {
        let first = fs::read(bag::small(one.path(), container)).unwrap();
        let second = fs::read(bag::small(two.path(), container)).unwrap();
        assert_eq!(first, second, "{container}");
    }
}

#[test]
fn the_digest_does_not_depend_on_the_container() {
    let folder = tempfile::tempdir().unwrap();
    let digests: Vec<String> = ALL
        .iter()
        .map(|container| bag::read(&bag::small(folder.path(), *container)).unwrap().1.digest)
        .collect();
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[1], digests[2]);
}

#[test]
fn only_the_owner_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    for container in ALL {
        let path = bag::small(folder.path(), container);
        let wanted = if container == Container::Folder { 0o700 } else { 0o600 };
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, wanted);
    }
}

#[test]
fn what_the_callback_leaves_unread_is_hashed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = bag::small(folder.path(), Container::Folder);
    fs::write(path.join("data/zookeeper/10.0.0.1/ruok.txt"), "imoK").unwrap();
    let reader = Reader::open(&path, &Limits::default()).unwrap();
    let refused = reader.for_each(&mut |_, _, _| Ok(())).unwrap_err();
    assert!(matches!(refused, Refused::Altered(_)), "{refused}");
    assert!(refused.to_string().contains("data/zookeeper/10.0.0.1/ruok.txt"));
}

#[test]
fn an_error_of_the_callback_is_not_blamed_on_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let path = bag::small(folder.path(), Container::TarGz);
    let reader = Reader::open(&path, &Limits::default()).unwrap();
    let refused = reader
        .for_each(&mut |_, _, _| Err(std::io::Error::other("enough")))
        .unwrap_err();
    assert!(matches!(refused, Refused::Consumer { .. }), "{refused}");
    assert!(!refused.is_archive());
}

#[test]
fn records_and_items_must_fit_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar.gz");
    let target = Target::new(&path, Container::TarGz, false).unwrap();
    let item = "data/zookeeper/h/ruok.txt";
    let staging = Staging::beside(&target).unwrap();
    staging.put(item, b"imok").unwrap();
    assert!(matches!(staging.put(item, b"imok"), Err(WriteError::Twice { .. })));
    assert!(matches!(
        staging.put("data/zookeeper/H/ruok.txt", b""),
        Err(WriteError::Twice { .. })
    ));
    assert!(matches!(staging.put("data/../x", b""), Err(WriteError::Name { .. })));
    assert!(matches!(staging.put("gonogo.json", b""), Err(WriteError::Name { .. })));
    let no_record = writer::write(&target, bag::manifest(), &staging);
    assert!(matches!(no_record, Err(WriteError::Inconsistent(_))));
    let mut manifest = bag::manifest();
    manifest.evidence.push(bag::evidence(item, Outcome::Captured));
    manifest
        .evidence
        .push(bag::evidence("data/zookeeper/h/srvr.txt", Outcome::Captured));
    let not_stored = writer::write(&target, manifest, &staging);
    assert!(matches!(not_stored, Err(WriteError::Inconsistent(_))));
    assert!(!path.exists());
}

#[test]
fn an_item_beyond_its_limit_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::new(&folder.path().join("a.zip"), Container::Zip, false).unwrap();
    let staging = Staging::beside(&target).unwrap();
    let item = "data/mesos-master/h/state.json";
    let mut writer = staging.create(item, 10).unwrap();
    writer.append(b"0123456789").unwrap();
    assert!(matches!(
        writer.append(b"x"),
        Err(WriteError::TooLarge { limit: 10, .. })
    ));
    drop(writer);
    assert_eq!(staging.stored(item), None);
    staging.put(item, b"{}").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_payload_survives_any_container(
        payload in prop::collection::btree_map("data/[a-z]{1,12}/[a-z0-9._-]{0,40}h/[a-z0-9_]{1,30}\\.json",
            prop::collection::vec(any::<u8>(), 0..3000), 0..12),
        blanks in 0_usize..200_000,
    ) {
        let mut payload: BTreeMap<String, Vec<u8>> = payload;
        payload.insert("data/z/h/blanks.json".into(), vec![b' '; blanks]);
        let folder = tempfile::tempdir().unwrap();
        for (container, name) in ALL.into_iter().zip(["a.tar.gz", "a.zip", "a"]) {
            let path = folder.path().join(name);
            bag::write(&path, container, &payload, &[]).unwrap();
            let (items, _) = bag::read(&path).unwrap();
            prop_assert_eq!(&items, &payload);
        }
    }
}

#[test]
fn a_large_item_reads_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..400_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    let items = BTreeMap::from([("data/mesos-master/h/state.json".to_owned(), large.clone())]);
    for (container, name) in ALL.into_iter().zip(["a.tar.gz", "a.zip", "a"]) {
        let path = folder.path().join(name);
        bag::write(&path, container, &items, &[]).unwrap();
        let mut sum = Vec::new();
        Reader::open(&path, &Limits::default())
            .unwrap()
            .for_each(&mut |_, _, body| {
                let mut part = [0; 777];
                loop {
                    match body.read(&mut part)? {
                        0 => return Ok(()),
                        count => sum.extend_from_slice(&part[..count]),
                    }
                }
            })
            .unwrap();
        assert!(sum == large, "{container}");
    }
}
