//! Writes one archive from a manifest and staged items.
//!
//! Deterministic: the same evidence and manifest give the same bytes, on any machine with any number of cores. Every
//! evidence record that is not `captured` gets its error file here, so that no caller can forget it. Nothing
//! half-written ever has the final name.

mod deflate;
mod folder;
mod plan;
mod targz;
mod zip;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use self::plan::{Plan, Source};
use super::container::Container;
use super::staging::{Staging, Stored};
use super::target::Target;
use crate::model::{Manifest, hex};

/// Why an archive (or an item of it) was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something stands at the final name already.
    #[error("{path} exists: choose another name, or replace it with --force")]
    Exists {
        /// The final name.
        path: PathBuf,
    },
    /// The final name cannot be used safely.
    #[error("cannot write {path}: {why}")]
    Unsuitable {
        /// The final name.
        path: PathBuf,
        /// In words.
        why: &'static str,
    },
    /// The file system failed.
    #[error("{}", io_text(path, source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A payload path that the format does not allow.
    #[error("the item name `{item}` {why}")]
    Name {
        /// The path, made printable.
        item: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two items of one name.
    #[error("{item} was collected twice")]
    Twice {
        /// Payload path.
        item: String,
    },
    /// Beyond a limit.
    #[error("{item} is larger than {limit} bytes")]
    TooLarge {
        /// Payload path, or `archive`.
        item: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Staged bytes are no longer those that were staged.
    #[error("{item} changed while the archive was written ({path}); run again")]
    Changed {
        /// Payload path.
        item: String,
        /// The file it came from.
        path: PathBuf,
    },
    /// [`Staging::cancel`] was called.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// Evidence records and staged items do not fit together: a mistake in the caller.
    #[error("internal error: {0}")]
    Inconsistent(String),
}

fn io_text(path: &Path, source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::StorageFull => format!(
            "disk full at {}: {source}; make room or choose another folder",
            path.display()
        ),
        _ => format!("cannot write {}: {source}", path.display()),
    }
}

impl WriteError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// Whether the user asked for a place that cannot be used (exit code 2), as opposed to a failure (1).
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Exists { .. } | Self::Unsuitable { .. })
    }
}

/// A finished archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where it stands.
    pub path: PathBuf,
    /// SHA-256 of its tag manifest: the digest by which reports name it.
    pub digest: String,
    /// Files of the payload, error files included.
    pub members: usize,
    /// Bytes of the payload.
    pub bytes: u64,
    /// What was written into `gonogo.json`: evidence sorted, with sizes, hashes and error files filled in.
    pub manifest: Manifest,
}

/// Writes the archive and publishes it under its final name.
///
/// Sizes, hashes and `error_item` of the evidence records are filled in from what was staged; records are sorted;
/// `format` is set. Every `captured` record must have its staged item, and every staged item its record.
///
/// # Errors
/// See [`WriteError`]. Nothing is left behind in any of these cases.
pub fn write(target: &Target, manifest: Manifest, staging: &Staging) -> Result<Written, WriteError> {
    let plan = Plan::new(manifest, staging)?;
    match target.container() {
        Container::TarGz => targz::write(target, &plan)?,
        Container::Zip => zip::write(target, &plan)?,
        Container::Folder => folder::write(target, &plan)?,
    }
    Ok(Written {
        path: target.path().to_owned(),
        digest: plan.digest,
        members: plan.payload.len(),
        bytes: plan.payload.iter().map(|member| member.stored.bytes).sum(),
        manifest: plan.manifest,
    })
}

/// Where members go: one call of `begin` and `end` around the bytes of each.
trait Sink: Write {
    fn begin(&mut self, name: &str, size: u64) -> io::Result<()>;
    fn end(&mut self) -> io::Result<()>;
}

/// Sends every member of the plan through a sink, hashing what is really read.
fn send(plan: &Plan, base: &str, path: &Path, sink: &mut dyn Sink) -> Result<(), WriteError> {
    let io = |e| WriteError::io(path, e);
    let mut buffer = vec![0; 256 << 10];
    for member in plan.tags.iter().chain(&plan.payload) {
        sink.begin(&format!("{base}{}", member.name), member.stored.bytes)
            .map_err(io)?;
        match &member.source {
            Source::Bytes(bytes) => sink.write_all(bytes).map_err(io)?,
            Source::File(from) => {
                let changed = || WriteError::Changed {
                    item: member.name.clone(),
                    path: from.clone(),
                };
                let mut file = File::open(from).map_err(|e| WriteError::io(from, e))?;
                let mut hash = Sha256::new();
                let mut bytes = 0;
                loop {
                    if plan.staging.is_cancelled() {
                        return Err(WriteError::Cancelled);
                    }
                    let count = file.read(&mut buffer).map_err(|e| WriteError::io(from, e))?;
                    let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
                        break;
                    };
                    bytes += chunk.len() as u64;
                    if bytes > member.stored.bytes {
                        return Err(changed());
                    }
                    hash.update(chunk);
                    sink.write_all(chunk).map_err(io)?;
                }
                let read = Stored {
                    bytes,
                    sha256: hex(&hash.finalize()),
                };
                if read != member.stored {
                    return Err(changed());
                }
            }
        }
        sink.end().map_err(io)?;
    }
    if plan.staging.is_cancelled() {
        return Err(WriteError::Cancelled);
    }
    Ok(())
}
