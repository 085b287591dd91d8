//! Archives as input are never trusted: hostile ones of many kinds are refused, with the kind of refusal stated; harmless
//! look-alikes (repacked by other programs) are accepted.

mod bag;
mod folder;
mod tar;
mod zip;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use gonogo::archive::{Limits, Reader, Refused};

use crate::support::hostile::{Members, Tar, good};

/// Variants of [`Refused`] that blame the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    NotAnArchive,
    Truncated,
    Altered,
    Malformed,
    Hostile,
    Newer,
    TooLarge,
}

/// The kind of a refusal.
pub fn kind(refused: &Refused) -> Kind {
    match refused {
        Refused::Io { .. } | Refused::Consumer { .. } => panic!("not the archive's fault: {refused}"),
        Refused::NotAnArchive(_) => Kind::NotAnArchive,
        Refused::Truncated(_) => Kind::Truncated,
        Refused::Altered(_) => Kind::Altered,
        Refused::Malformed(_) => Kind::Malformed,
        Refused::Hostile(_) => Kind::Hostile,
        Refused::Newer(_) => Kind::Newer,
        Refused::TooLarge(_) => Kind::TooLarge,
    }
}

/// Reads everything.
pub fn verify(path: &Path, limits: &Limits) -> Result<(), Refused> {
    Reader::open(path, limits).and_then(Reader::verify).map(|_| ())
}

/// Writes each case into a file, verifies it and compares the kind of refusal.
pub fn refused(cases: Vec<(&str, Kind, Vec<u8>)>) {
    let folder = tempfile::tempdir().unwrap();
    let mut names = BTreeSet::new();
    for (name, wanted, bytes) in cases {
        assert!(names.insert(name), "{name} stands twice");
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let began = Instant::now();
        let refused = verify(&path, &Limits::default()).expect_err(name);
        assert!(began.elapsed() < Duration::from_secs(10), "{name} took too long");
        assert_eq!(kind(&refused), wanted, "{name}: {refused}");
        let text = refused.to_string();
        assert!(text.contains("saw ") && text.contains("expected "), "{name}: {text}");
        assert!(
            !text.bytes().any(|byte| byte < b' '),
            "{name}: control bytes in {text:?}"
        );
    }
}

/// Writes each case into a file, which must verify.
pub fn accepted(cases: Vec<(&str, Vec<u8>)>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        verify(&path, &Limits::default()).unwrap_or_else(|refused| panic!("{name}: {refused}"));
    }
}

/// The good tar with one entry put at `index`.
pub fn with_entry(index: usize, name: &[u8], kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut tar = Tar::default();
    let members = good();
    for (i, (good_name, good_bytes)) in members.iter().enumerate() {
        if i == index {
            tar.add(name, kind, bytes);
        }
        tar.add(good_name.as_bytes(), b'0', good_bytes);
    }
    if index >= members.len() {
        tar.add(name, kind, bytes);
    }
    tar.gz()
}

/// The good tar with changed members.
pub fn changed(change: impl FnOnce(&mut Members)) -> Vec<u8> {
    let mut members = good();
    change(&mut members);
    Tar::of(&members).gz()
}

/// Behind the last member.
pub const END: usize = usize::MAX;
/// A payload member of the good tar.
pub const STATE: &str = "10.0.0.1/state.json";
