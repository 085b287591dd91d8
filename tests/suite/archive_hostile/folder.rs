//! Hostile folders, and paths that are no files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gonogo::archive::Limits;

use super::Kind::{Altered, Hostile, NotAnArchive};
use super::{Kind, kind, verify};
use crate::support::hostile::{self, good};

#[test]
fn paths_that_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty"), b"").unwrap();
    fs::write(path("text"), b"hello").unwrap();
    fs::create_dir(path("empty folder")).unwrap();
    let fifo = Command::new("mkfifo").arg(path("fifo")).status();
    let mut cases = vec![
        path("empty"),
        path("text"),
        path("empty folder"),
        "/dev/zero".into(),
        "/dev/null".into(),
    ];
    match fifo {
        Ok(status) if status.success() => cases.push(path("fifo")),
        _ => crate::support::skipped("no mkfifo here"),
    }
    for case in cases {
        let began = Instant::now();
        let refused = verify(&case, &Limits::default()).unwrap_err();
        assert_eq!(kind(&refused), NotAnArchive, "{}: {refused}", case.display());
        assert!(began.elapsed() < Duration::from_secs(1), "{}", case.display());
    }
}

/// Name, expected refusal, and what is done to a good folder.
type Case = (&'static str, Kind, Box<dyn Fn(&Path)>);

#[test]
fn folders() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, change: &dyn Fn(&Path)| {
        let path = folder.path().join(name);
        hostile::unpack(&good(), &path);
        change(&path);
        path
    };
    let item = "data/zookeeper/10.0.0.1/ruok.txt";
    let write = |path: &Path, name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    assert!(verify(&make("good", &|_| ()), &Limits::default()).is_ok());
    let cases: Vec<Case> = vec![
        (
            "symlink to a file",
            Hostile,
            Box::new(move |p| {
                fs::rename(p.join(item), p.join("x")).unwrap();
                symlink(p.join("x"), p.join(item)).unwrap();
            }),
        ),
        (
            "symlink to a folder",
            Hostile,
            Box::new(|p| symlink("/", p.join("data/root")).unwrap()),
        ),
        (
            "fifo",
            Hostile,
            Box::new(|p| {
                assert!(
                    Command::new("mkfifo")
                        .arg(p.join("data/fifo"))
                        .status()
                        .unwrap()
                        .success()
                );
            }),
        ),
        (
            "extra payload",
            Altered,
            Box::new(move |p| write(p, "data/zookeeper/10.0.0.1/zz.txt", "")),
        ),
        ("extra tag", Altered, Box::new(move |p| write(p, "notes.txt", ""))),
        (
            "editor's leftovers",
            Altered,
            Box::new(move |p| write(p, ".gonogo.json.swp", "")),
        ),
        (
            "md5 manifest",
            Hostile,
            Box::new(move |p| write(p, "manifest-md5.txt", "")),
        ),
        (
            "unsafe name",
            Hostile,
            Box::new(move |p| write(p, "data/zookeeper/10.0.0.1/z z", "")),
        ),
        (
            "missing",
            Altered,
            Box::new(move |p| fs::remove_file(p.join(item)).unwrap()),
        ),
        ("changed", Altered, Box::new(move |p| write(p, item, "imoK"))),
        ("longer", Altered, Box::new(move |p| write(p, item, "imok "))),
        ("empty", Altered, Box::new(move |p| write(p, item, ""))),
        (
            "no bagit.txt",
            NotAnArchive,
            Box::new(|p| fs::remove_file(p.join("bagit.txt")).unwrap()),
        ),
        (
            "deep",
            Hostile,
            Box::new(|p| fs::create_dir_all(p.join("data/".to_owned() + &"d/".repeat(40))).unwrap()),
        ),
    ];
    for (name, wanted, change) in cases {
        let refused = verify(&make(name, change.as_ref()), &Limits::default()).expect_err(name);
        assert_eq!(kind(&refused), wanted, "{name}: {refused}");
    }
}
