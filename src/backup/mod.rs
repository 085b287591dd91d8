//! Backups: opened wherever they stand (folder, tar, tar.gz, single file), read to their end, proven, sealed.
//!
//! Gives a [`Proof`] of each; never changes what it reads, never executes it, and never says
//! restorable of a backup that it could not read to its end.

mod discover;
pub mod drill;
mod guano;
mod hash;
pub mod iam;
pub mod keep;
mod limits;
mod open;
mod pipeline;
mod record;
pub mod script;
pub mod seal;
pub mod server;
mod zookeeper;

use std::fmt;
use std::io;
use std::path::Path;

pub use limits::Limits;

use crate::archive::names::show;
use crate::model::Proof;

/// How a backup is to be proven.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// How much of what is read at most.
    pub limits: Limits,
}

/// What stood at one path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inspected {
    /// The path as it was named, made safe to show.
    pub path: String,
    /// One proof for each backup in it; several where a folder or tar holds several.
    pub proofs: Vec<Proof>,
    /// Why nothing in it could be read as a backup at all. Then there are no proofs.
    pub unreadable: Option<String>,
    /// What was seen and not looked into, with the reason: links, devices, unsafe names, files of no backup.
    pub left_out: Vec<String>,
}

/// A file or folder that could not be opened or read, or that changed meanwhile. Says nothing about the backup in it.
#[derive(Debug)]
pub struct CannotRead {
    /// Where, made safe to show.
    pub place: String,
    /// What the system said.
    pub source: io::Error,
}

impl fmt::Display for CannotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.source)
    }
}

impl std::error::Error for CannotRead {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl CannotRead {
    fn new(path: &Path, source: io::Error) -> Self {
        Self {
            place: shown(path),
            source,
        }
    }
}

/// A path as it stands in messages and proofs.
fn shown(path: &Path) -> String {
    show(path.as_os_str().as_encoded_bytes())
}

/// Reads whatever stands at a path to its end and proves every backup in it. Nothing is unpacked, nothing is written.
///
/// # Errors
/// [`CannotRead`] where the path itself cannot be opened or a disk fails. Damage of a backup is no error: it stands in
/// its proof, or in [`Inspected::unreadable`] where not even its kind can be told.
pub fn prove(path: &Path, options: &Options) -> Result<Inspected, CannotRead> {
    pipeline::prove(path, options)
}
