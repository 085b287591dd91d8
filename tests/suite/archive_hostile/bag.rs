//! Bags that do not agree with themselves, bombs, and harmless look-alikes.

use std::fs;

use gonogo::archive::Limits;

use super::Kind::{Altered, Hostile, Malformed, Newer, NotAnArchive, TooLarge};
use super::{END, STATE, accepted, changed, kind, refused, verify, with_entry};
use crate::support::hostile::{Tar, at, edit, good, gzip, header, resign, resign_tags, sum};

#[test]
fn members_that_do_not_agree_with_the_manifests() {
    let state = good()[at(&good(), STATE)].clone();
    let remove = |end: &'static str| {
        changed(move |m| {
            let i = at(m, end);
            m.remove(i);
        })
    };
    let base = state.0.split('/').next().unwrap().to_owned();
    let named = |name: &str| format!("{base}/{name}").into_bytes();
    refused(vec![
        ("extra file", Altered, with_entry(END, &named("data/zz"), b'0', b"x")),
        (
            "extra file between",
            Altered,
            with_entry(6, &named("data/a"), b'0', b"x"),
        ),
        (
            "extra tag file",
            Altered,
            with_entry(5, &named("fetch.txt"), b'0', b"http://x - data/x\n"),
        ),
        (
            "outside the bag",
            Altered,
            with_entry(END, b"elsewhere/data/x", b'0', b"x"),
        ),
        (
            "member twice in a row",
            Hostile,
            with_entry(at(&good(), STATE), state.0.as_bytes(), b'0', &state.1),
        ),
        (
            "member twice at the end",
            Altered,
            with_entry(END, state.0.as_bytes(), b'0', b"{}"),
        ),
        (
            "member in other case",
            Hostile,
            with_entry(
                at(&good(), STATE) + 1,
                state.0.to_uppercase().replace(&base.to_uppercase(), &base).as_bytes(),
                b'0',
                b"{}",
            ),
        ),
        ("member missing", Altered, remove(STATE)),
        (
            "last member missing",
            Altered,
            changed(|m| {
                m.pop();
            }),
        ),
        ("tag file missing", Malformed, remove("/gonogo.json")),
        ("bagit.txt missing", NotAnArchive, remove("/bagit.txt")),
        ("payload first", NotAnArchive, changed(|m| m.rotate_left(5))),
        ("order swapped", Altered, changed(|m| m.swap(6, 7))),
        (
            "gonogo.json twice",
            Malformed,
            with_entry(3, &named("gonogo.json"), b'0', b"{}"),
        ),
        (
            "manifest twice",
            Altered,
            with_entry(5, &named("manifest-sha256.txt"), b'0', b""),
        ),
        (
            "md5 manifest beside",
            Hostile,
            with_entry(5, &named("manifest-md5.txt"), b'0', b""),
        ),
        ("contents changed", Altered, changed(|m| edit(m, STATE, "[]", "{}"))),
        ("contents longer", Altered, changed(|m| edit(m, STATE, "[]", "[ ]"))),
        (
            "tag file changed",
            Altered,
            changed(|m| edit(m, "/gonogo.json", "timed-out", "truncated")),
        ),
    ]);
}

/// The good tar with one text of `gonogo.json` changed and all hashes made to agree.
fn record(from: &str, to: &str) -> Vec<u8> {
    changed(|m| {
        edit(m, "/gonogo.json", from, to);
        resign(m);
    })
}

/// The good tar with one tag file rewritten and its hash made to agree.
fn tag(end: &str, rewrite: impl FnOnce(&str) -> Vec<u8>) -> Vec<u8> {
    changed(|m| {
        let index = at(m, end);
        m[index].1 = rewrite(std::str::from_utf8(&m[index].1).unwrap());
        resign_tags(m);
    })
}

/// The good tar with a payload file added and all hashes made to agree.
fn added(name: &str) -> Vec<u8> {
    changed(|m| {
        let base = m[0].0.split('/').next().unwrap().to_owned();
        m.push((format!("{base}/{name}"), b"x".to_vec()));
        m[5..].sort();
        resign(m);
    })
}

#[test]
fn records_that_the_attacker_made_consistent() {
    let removed = changed(|m| {
        m.remove(at(m, STATE));
        resign(m);
    });
    let edited = changed(|m| {
        edit(m, STATE, "[]", "{}");
        resign(m);
    });
    let version = "10.0.0.1/version.json";
    refused(vec![
        ("payload without a record", Altered, added("data/zz/h/x")),
        ("case twins", Hostile, added("data/ZOOKEEPER/10.0.0.1/ruok.txt")),
        ("record without payload", Altered, removed),
        ("contents changed and resigned", Altered, edited),
        (
            "two records of one file",
            Malformed,
            record(version, "10.0.0.1/state.json"),
        ),
        (
            "error file renamed",
            Altered,
            record("state.json.error.json", "version.json"),
        ),
        ("captured without a hash", Malformed, record("\"sha256\"", "\"sha255\"")),
        (
            "other size in the record",
            Altered,
            record("\"bytes\": 4", "\"bytes\": 5"),
        ),
        ("unknown outcome", Malformed, record("timed-out", "fine")),
        ("missing made captured", Malformed, record("timed-out", "captured")),
        ("captured made missing", Malformed, record("captured", "timed-out")),
        ("newer format", Newer, record("archive/1.0", "archive/2.0")),
        (
            "much newer format",
            Newer,
            record("archive/1.0", "archive/4000000000.0"),
        ),
        ("older format", Malformed, record("archive/1.0", "archive/0.9")),
        (
            "another format",
            Malformed,
            record("gonogo-archive/1.0", "sos-archive/1"),
        ),
        ("unknown phase", Malformed, record("\"pre\"", "\"later\"")),
    ]);
}

#[test]
fn tag_files_that_the_attacker_made_consistent() {
    const LIST: &str = "/manifest-sha256.txt";
    const INFO: &str = "/bag-info.txt";
    let line = |hash: usize, name: &str| format!("{}  {name}\n", "a".repeat(hash)).into_bytes();
    let reversed = |text: &str| {
        let lines: Vec<&str> = text.lines().rev().collect();
        (lines.join("\n") + "\n").into_bytes()
    };
    let shorter = changed(|m| {
        let index = at(m, "/tagmanifest-sha256.txt");
        let bytes = &mut m[index].1;
        let first = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        bytes.drain(..=first);
    });
    let replaced = |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1).into_bytes();
    refused(vec![
        (
            "deep json",
            Malformed,
            tag("/gonogo.json", |_| "[".repeat(200_000).into_bytes()),
        ),
        (
            "manifest is not json",
            Malformed,
            tag("/gonogo.json", |_| b"GO".to_vec()),
        ),
        ("md5 lines", Malformed, tag(LIST, |_| line(32, "data/x"))),
        (
            "upper-case hash",
            Malformed,
            tag(LIST, |text| text.to_ascii_uppercase().into_bytes()),
        ),
        ("unsorted manifest", Malformed, tag(LIST, reversed)),
        ("path outside data", Hostile, tag(LIST, |_| line(64, "etc/passwd"))),
        (
            "dotdot in the manifest",
            Hostile,
            tag(LIST, |_| line(64, "data/../../x")),
        ),
        ("empty manifest", Altered, tag(LIST, |_| Vec::new())),
        ("tag manifest lists less", Malformed, shorter),
        (
            "oxum of another size",
            Altered,
            tag(INFO, replaced("Oxum: ", "Oxum: 1")),
        ),
        ("oxum of another count", Altered, tag(INFO, replaced(".5\n", ".6\n"))),
        ("no oxum", Malformed, tag(INFO, replaced("Oxum", "Oxen"))),
        ("invalid utf-8 in a tag file", Malformed, tag(INFO, |_| vec![0xff])),
        (
            "another bagit version",
            Malformed,
            tag("/bagit.txt", replaced("1.0", "0.97")),
        ),
    ]);
}

#[test]
fn bombs_and_crowds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.tar.gz");
    let bomb = changed(|m| {
        let i = at(m, STATE);
        m[i].1 = vec![0; 80 << 20];
        resign(m);
    });
    assert!(bomb.len() < 1 << 20);
    fs::write(&path, bomb).unwrap();
    // Consistent but for the record's hash: as a bomb it is refused before that is looked at.
    assert!(verify(&path, &Limits::default()).is_err());
    fs::write(&path, gzip(&vec![0; 80 << 20])).unwrap();
    assert!(verify(&path, &Limits::default()).is_err());
    fs::write(&path, Tar::of(&good()).gz()).unwrap();
    let default = Limits::default();
    for (what, limits) in [
        ("members", Limits { members: 4, ..default }),
        ("one member", Limits { member: 20, ..default }),
        ("all members", Limits { total: 2000, ..default }),
        (
            "tag file",
            Limits {
                tag_file: 100,
                ..default
            },
        ),
        (
            "ratio",
            Limits {
                ratio: 1,
                ratio_free: 0,
                ..default
            },
        ),
    ] {
        let refused = verify(&path, &limits).expect_err(what);
        assert_eq!(kind(&refused), TooLarge, "{what}: {refused}");
    }
    assert!(verify(&path, &Limits { members: 5, ..default }).is_ok());
}

#[test]
fn harmless_look_alikes_are_accepted() {
    let members = good();
    let base = members[0].0.split('/').next().unwrap().to_owned();
    let renamed = |to: &str| -> Vec<u8> {
        let members = members
            .iter()
            .map(|(n, b)| (n.replacen(&format!("{base}/"), to, 1), b.clone()))
            .collect();
        Tar::of(&members).gz()
    };
    let mut dressed = Tar::default();
    let mut gnu = Tar::default();
    for (name, bytes) in &members {
        let mut block = header(name.as_bytes(), b'0', bytes.len() as u64);
        block[100..108].copy_from_slice(b"0000644\0");
        block[136..148].copy_from_slice(b"15000000000\0");
        block[265..269].copy_from_slice(b"root");
        sum(&mut block);
        dressed.add_block(&block, bytes);
        block[257..265].copy_from_slice(b"ustar  \0");
        sum(&mut block);
        gnu.add_block(&block, bytes);
    }
    accepted(vec![
        ("no folder around the bag", renamed("")),
        ("another folder around the bag", renamed("pre/")),
        ("other mode, time and owner", dressed.gz()),
        ("gnu magic", gnu.gz()),
    ]);
    refused(vec![
        ("two folders around the bag", NotAnArchive, renamed("a/b/")),
        ("a folder that ends like the bag", NotAnArchive, renamed("x")),
    ]);
}
