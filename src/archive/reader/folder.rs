//! A bag as a folder: regular files in folders, read in the order in which a packed bag has them.
//!
//! Never follows a symlink inside the bag and never opens anything but regular files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::members::{Entry, Gate, Members};
use crate::archive::format;
use crate::archive::limits::Limits;
use crate::archive::names::show;
use crate::archive::refused::{Complaint, DO_NOT_TRUST, Refused};

/// Folders inside folders: ours are three deep.
const DEEPEST: usize = 16;

/// The members of a folder.
pub(super) struct FolderMembers {
    root: PathBuf,
    gate: Gate,
    names: std::vec::IntoIter<String>,
    file: Option<io::Take<File>>,
}

impl FolderMembers {
    /// Lists the folder.
    pub(super) fn new(root: &Path, limits: &Limits) -> Result<Self, Refused> {
        let mut names = Vec::new();
        let mut lister = Lister {
            root,
            most: limits.members.saturating_add(format::TAG_ORDER.len()),
            names: &mut names,
        };
        lister.list("", 0)?;
        let place = |name: &String| {
            let tag = format::TAG_ORDER.iter().position(|tag| tag == name);
            (tag.unwrap_or(usize::MAX), name.clone())
        };
        names.sort_by_cached_key(place);
        Ok(Self {
            root: root.to_owned(),
            gate: Gate::new(limits),
            names: names.into_iter(),
            file: None,
        })
    }
}

struct Lister<'a> {
    root: &'a Path,
    most: usize,
    names: &'a mut Vec<String>,
}

impl Lister<'_> {
    fn list(&mut self, below: &str, depth: usize) -> Result<(), Refused> {
        let folder = self.root.join(below);
        let io = |e| Refused::io(show(folder.to_string_lossy().as_bytes()), e);
        for entry in fs::read_dir(&folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = entry.file_name();
            let shown = show(name.as_encoded_bytes());
            let hostile = |seen: &str, expected: &str| {
                Refused::Hostile(Complaint::new(
                    format!("the folder `{below}`"),
                    format!("`{shown}`, {seen}"),
                    expected.to_owned(),
                    DO_NOT_TRUST,
                ))
            };
            let Some(name) = name.to_str() else {
                return Err(hostile("a name that is not UTF-8", "safe names"));
            };
            let name = format!("{below}{name}");
            // Of the entry itself: a symlink is not followed.
            let kind = entry.file_type().map_err(io)?;
            if kind.is_dir() {
                if depth == DEEPEST {
                    return Err(hostile("too deep", "a few folders at most"));
                }
                self.list(&format!("{name}/"), depth + 1)?;
            } else if kind.is_file() {
                if self.names.len() == self.most {
                    return Err(Refused::TooLarge(Complaint::new(
                        "the folder",
                        format!("more than {} files", self.most),
                        "fewer",
                        DO_NOT_TRUST,
                    )));
                }
                self.names.push(name);
            } else {
                return Err(hostile(
                    "a link, device, socket or FIFO",
                    "regular files and folders only",
                ));
            }
        }
        Ok(())
    }
}

impl Members for FolderMembers {
    fn next(&mut self) -> Result<Option<Entry>, Refused> {
        let Some(name) = self.names.next() else {
            return Ok(None);
        };
        let path = self.root.join(&name);
        let io = |e| Refused::io(show(path.to_string_lossy().as_bytes()), e);
        let before = fs::symlink_metadata(&path).map_err(io)?;
        let replaced = || {
            Refused::Hostile(Complaint::new(
                name.clone(),
                "something else than a moment ago",
                "a regular file",
                DO_NOT_TRUST,
            ))
        };
        if !before.is_file() {
            return Err(replaced());
        }
        let file = File::open(&path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() || (meta.dev(), meta.ino()) != (before.dev(), before.ino()) {
            return Err(replaced());
        }
        let entry = self.gate.admit(name.as_bytes(), meta.len())?;
        // One byte more than stated would be read, and noticed: the file grew.
        self.file = Some(file.take(meta.len() + 1));
        Ok(Some(entry))
    }
}

impl Read for FolderMembers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.read(buffer),
            None => Ok(0),
        }
    }
}
