//! What an archive proves of backups, and where their sealed copies stand. Opens no sealed copy, only hashes them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::archive::{Limits, Reader, Refused, Verified};
use crate::backup::seal::beside;
use crate::cli::text::sanitized;
use crate::model::backup::{Kept, Proofs};
use crate::model::{hex, items};
use crate::sources::zk_contents::{self, ContentsFile};

/// Largest proof that is read, bytes.
const LIMIT: u64 = 256 << 20;

/// An archive that was read to its end.
#[derive(Debug)]
pub struct Held {
    /// What it is.
    pub verified: Verified,
    /// Proofs of backups, by item.
    pub proofs: Vec<(String, Proofs)>,
    /// Files with the contents of znodes.
    pub contents: Vec<ContentsFile>,
}

/// Reads an archive to its end: what it is, and what it names beside it.
///
/// # Errors
/// Those of the archive, with its name; a proof that is none of ours is left out, as every malformed item is.
pub fn read(archive: &Path) -> anyhow::Result<Held> {
    read_or_refuse(archive)
        .map_err(|refused| anyhow::Error::new(refused).context(sanitized(&archive.display().to_string())))
}

/// As [`read`], with the bare refusal.
///
/// # Errors
/// See [`Refused`].
pub fn read_or_refuse(archive: &Path) -> Result<Held, Refused> {
    let (mut proofs, mut contents) = (Vec::new(), Vec::new());
    let of_znodes = items::path(items::ZOOKEEPER, items::ENSEMBLE, items::ZOOKEEPER_CONTENTS);
    let begins = format!("data/{}/", items::BACKUP);
    let ends = format!("/{}", items::BACKUP_PROOF);
    let verified = Reader::open(archive, &Limits::default())?.for_each(&mut |item, size, body| {
        if item.starts_with(&begins) && item.ends_with(&ends) && size <= LIMIT {
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes)?;
            if let Ok(one) = serde_json::from_slice(&bytes) {
                proofs.push((item.to_owned(), one));
            }
        } else if item == of_znodes && size <= LIMIT {
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes)?;
            contents.extend(zk_contents::read(&bytes).into_iter().flat_map(|one| one.files));
        }
        Ok(())
    })?;
    Ok(Held {
        verified,
        proofs,
        contents,
    })
}

/// What became of one sealed copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It stands beside the archive and is the one that was sealed.
    Intact,
    /// It is not beside the archive.
    Absent,
    /// What stands there is something else.
    Altered,
}

/// One sealed copy that an archive names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Copy {
    /// The backup; for contents of znodes those words.
    pub backup: String,
    /// The sealed file, as recorded.
    pub file: String,
    /// What became of it.
    pub state: State,
}

/// Looks for every sealed copy beside the archive and hashes those that are there.
///
/// # Errors
/// When one that is there cannot be read.
pub fn copies(archive: &Path, held: &Held) -> io::Result<Vec<Copy>> {
    let mut copies: Vec<Copy> = Vec::new();
    let backups = held.proofs.iter().flat_map(|(_, proofs)| &proofs.backups);
    let backups = backups.filter_map(|proof| Some((proof.path.as_str(), proof.kept.clone()?)));
    let contents = held.contents.iter().map(|file| ("contents of znodes", file.kept()));
    for (backup, kept) in backups.chain(contents) {
        let Kept::Sealed {
            file, sha256, bytes, ..
        } = kept
        else {
            continue;
        };
        // Several data directories in one backup have one sealed copy.
        if copies.iter().any(|copy| copy.file == file) {
            continue;
        }
        copies.push(Copy {
            backup: backup.to_owned(),
            state: match find(archive, &file) {
                None => State::Absent,
                Some(path) if same(&path, &sha256, bytes)? => State::Intact,
                Some(_) => State::Altered,
            },
            file,
        });
    }
    Ok(copies)
}

/// Where a sealed copy stands: where it was put, or in the folder that belongs to the archive's name of today.
fn find(archive: &Path, file: &str) -> Option<PathBuf> {
    let recorded = Path::new(file);
    // Names in an archive are not trusted: nothing outside the archive's own folder is looked at.
    let inside = recorded.components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return None;
    }
    let first = archive.with_file_name(recorded);
    let second = beside::path(archive).join(recorded.file_name()?);
    [first, second].into_iter().find(|path| path.is_file())
}

fn same(path: &Path, sha256: &str, bytes: u64) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != bytes {
        return Ok(false);
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = file.read(&mut buffer)?;
        match buffer.get(..count) {
            Some(chunk) if !chunk.is_empty() => hash.update(chunk),
            _ => break,
        }
    }
    Ok(hex(&hash.finalize()) == sha256)
}
