//! The files below a folder, with their times. Follows symlinks to files, never to folders; opens nothing.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::ImportError;

/// Folders inside folders that are looked into.
const DEEPEST: usize = 6;
/// Files that are looked at: more than any cluster's worth, less than a home folder given by mistake.
const MOST_FILES: usize = 200_000;

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path below the imported folder, with `/`.
    pub(super) relative: String,
    /// The folders of that path, outermost first.
    pub(super) folders: Vec<String>,
    /// Its own name, without `.gz`.
    pub(super) name: String,
    /// Whether the name ends in `.gz`.
    pub(super) compressed: bool,
    /// Modification time.
    pub(super) modified: DateTime<Utc>,
    /// Why it cannot be taken, if it is not a regular file.
    pub(super) unusable: Option<&'static str>,
}

/// Lists a folder, sorted by relative path; or one file.
pub(super) fn list(from: &Path) -> Result<Vec<Found>, ImportError> {
    let meta = fs::metadata(from).map_err(|e| ImportError::read(from, e))?;
    let mut all = Vec::new();
    if meta.is_dir() {
        if from.join("gonogo.json").is_file() && from.join("bagit.txt").is_file() {
            return Err(ImportError::Input(format!(
                "{} is an archive already: use it as it is (`gonogo verify`, `gonogo check`)",
                from.display()
            )));
        }
        walk(from, &[], &mut all)?;
        if all.is_empty() {
            return Err(ImportError::Input(format!(
                "{} is empty: expected saved answers such as state.json, slaves.json or apps.json",
                from.display()
            )));
        }
    } else {
        all.push(found(from, &[])?);
    }
    all.sort_by(|a, b| a.relative.cmp(&b.relative));
    Ok(all)
}

/// One file named by the operator.
pub(super) fn single(path: &Path) -> Result<Found, ImportError> {
    found(path, &[])
}

fn walk(folder: &Path, folders: &[String], all: &mut Vec<Found>) -> Result<(), ImportError> {
    for entry in fs::read_dir(folder).map_err(|e| ImportError::read(folder, e))? {
        let entry = entry.map_err(|e| ImportError::read(folder, e))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|e| ImportError::read(&path, e))?;
        if kind.is_dir() && folders.len() < DEEPEST {
            let mut below = folders.to_vec();
            below.push(entry.file_name().to_string_lossy().into_owned());
            walk(&path, &below, all)?;
        } else {
            all.push(found(&path, folders)?);
        }
        if all.len() > MOST_FILES {
            return Err(ImportError::Input(format!(
                "{} holds more than {MOST_FILES} files: give the folder with the saved answers only",
                folder.display()
            )));
        }
    }
    Ok(())
}

fn found(path: &Path, folders: &[String]) -> Result<Found, ImportError> {
    let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let relative = folders.iter().chain([&own]).cloned().collect::<Vec<_>>().join("/");
    let (modified, unusable) = match fs::metadata(path) {
        Ok(meta) if meta.is_file() => {
            let modified = meta.modified().map_err(|e| ImportError::read(path, e))?;
            (modified.into(), None)
        }
        Ok(meta) if meta.is_dir() => (DateTime::UNIX_EPOCH, Some("a folder too deep, or behind a symlink")),
        Ok(_) => (DateTime::UNIX_EPOCH, Some("not a regular file")),
        Err(_) => (DateTime::UNIX_EPOCH, Some("a symlink that leads nowhere")),
    };
    let (name, compressed) = match own.strip_suffix(".gz") {
        Some(name) => (name.to_owned(), true),
        None => (own, false),
    };
    Ok(Found {
        path: path.to_owned(),
        relative,
        folders: folders.to_vec(),
        name,
        compressed,
        modified,
        unusable,
    })
}
