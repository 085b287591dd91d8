//! SHA-256 of what is proven, computed beside the reading: of one file, or of the lines that `sha256sum` prints of several.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::open::BUFFER;
use crate::model::hex;

/// Of one file, read from its begin to its end.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(buffer.get(..count).unwrap_or_default());
    }
}

/// Of several files: name and path of each.
///
/// # Errors
/// Where one cannot be read: its path, and what the system said.
pub(super) fn files(files: &[(String, PathBuf)]) -> Result<Vec<String>, (PathBuf, io::Error)> {
    files
        .iter()
        .map(|(_, path)| file(path).map_err(|error| (path.clone(), error)))
        .collect()
}

/// Of the sorted lines `<sha256>  <name>`.
pub(super) fn lines<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut files: Vec<_> = files.collect();
    files.sort_unstable();
    let mut text = String::new();
    for (name, sum) in files {
        let _ = writeln!(text, "{sum}  {name}");
    }
    hex(&Sha256::digest(text.as_bytes()))
}
