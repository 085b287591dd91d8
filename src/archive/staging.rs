//! Staging: where items wait, hashed, until the archive is written.
//!
//! A private folder (0700) beside the target, removed when the last handle is dropped. Cheap to clone and safe to use
//! from several threads: from async code call it in `spawn_blocking`, or write chunks directly (each is one `write(2)`).
//! Never holds an item in memory and never keeps half of one: an [`ItemWriter`] that is dropped unfinished is undone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::format;
use super::limits::Limits;
use super::names;
use super::target::Target;
use super::writer::WriteError;
use crate::model::hex;

/// Size and hash of one stored item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// A staged item: where its bytes are, and what they must be.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    pub(super) path: PathBuf,
    pub(super) stored: Stored,
}

/// Items on their way into an archive.
#[derive(Debug, Clone)]
pub struct Staging {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: TempDir,
    limits: Limits,
    table: Mutex<Table>,
    cancelled: AtomicBool,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    total: u64,
    taken: BTreeSet<String>,
    items: BTreeMap<String, Staged>,
}

impl Staging {
    /// A new staging folder beside the target, on the same file system.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the folder cannot be made.
    pub fn beside(target: &Target) -> Result<Self, WriteError> {
        Ok(Self {
            inner: Arc::new(Inner {
                folder: target.private_folder(".gonogo-")?,
                limits: Limits::default(),
                table: Mutex::default(),
                cancelled: AtomicBool::new(false),
            }),
        })
    }

    /// Begins an item. `item` is a payload path as made by [`crate::model::items::path`]; `limit` is the most bytes
    /// that it may have.
    ///
    /// # Errors
    /// [`WriteError::Name`] for an unsafe or foreign path, [`WriteError::Twice`] when it (or the same but for case) is
    /// staged already or being written, [`WriteError::Io`].
    pub fn create(&self, item: &str, limit: u64) -> Result<ItemWriter, WriteError> {
        let path = self.claim(item)?;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        match file {
            Ok(file) => Ok(ItemWriter {
                staging: self.clone(),
                item: item.to_owned(),
                path,
                file,
                hash: Sha256::new(),
                bytes: 0,
                limit: limit.min(self.inner.limits.member),
                finished: false,
            }),
            Err(error) => {
                self.release(item);
                Err(WriteError::io(&path, error))
            }
        }
    }

    /// Stages a whole item from memory.
    ///
    /// # Errors
    /// As [`Staging::create`] and [`ItemWriter::append`].
    pub fn put(&self, item: &str, bytes: &[u8]) -> Result<Stored, WriteError> {
        let mut writer = self.create(item, self.inner.limits.member)?;
        writer.append(bytes)?;
        writer.finish()
    }

    /// Stages a file that stands elsewhere and stays there: it is read now (for its hash) and again when the archive is
    /// written; if it changed in between, writing fails.
    ///
    /// # Errors
    /// As [`Staging::create`]; [`WriteError::TooLarge`].
    pub fn adopt(&self, item: &str, path: &Path, limit: u64) -> Result<Stored, WriteError> {
        self.claim(item)?;
        let hashed = hash_file(item, path, limit.min(self.inner.limits.member));
        match hashed {
            Ok(stored) => self.enter(item, path.to_owned(), stored),
            Err(error) => {
                self.release(item);
                Err(error)
            }
        }
    }

    /// Makes an archive that is being written from this staging stop at its next chunk, leaving nothing behind.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Relaxed)
    }

    /// Size and hash of a finished item.
    pub fn stored(&self, item: &str) -> Option<Stored> {
        self.table().items.get(item).map(|staged| staged.stored.clone())
    }

    /// Everything staged so far, by payload path.
    pub(super) fn items(&self) -> BTreeMap<String, Staged> {
        self.table().items.clone()
    }

    pub(super) fn limits(&self) -> Limits {
        self.inner.limits
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic elsewhere leaves the table whole: every change of it is a single insertion or removal.
        self.inner.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves a name and gives the path for its bytes.
    fn claim(&self, item: &str) -> Result<PathBuf, WriteError> {
        let wrong = |why| WriteError::Name {
            item: names::show(item.as_bytes()),
            why,
        };
        names::check(item).map_err(wrong)?;
        if !item.starts_with(format::DATA) {
            return Err(wrong("does not begin with `data/`"));
        }
        let mut table = self.table();
        if !table.taken.insert(names::folded(item)) {
            return Err(WriteError::Twice { item: item.to_owned() });
        }
        table.next += 1;
        Ok(self.inner.folder.path().join(format!("{:08}", table.next)))
    }

    fn release(&self, item: &str) {
        self.table().taken.remove(&names::folded(item));
    }

    fn enter(&self, item: &str, path: PathBuf, stored: Stored) -> Result<Stored, WriteError> {
        let mut table = self.table();
        let total = table.total.saturating_add(stored.bytes);
        if total > self.inner.limits.total {
            drop(table);
            self.release(item);
            return Err(WriteError::TooLarge {
                item: item.to_owned(),
                limit: self.inner.limits.total,
            });
        }
        table.total = total;
        table.items.insert(
            item.to_owned(),
            Staged {
                path,
                stored: stored.clone(),
            },
        );
        Ok(stored)
    }
}

fn hash_file(item: &str, path: &Path, limit: u64) -> Result<Stored, WriteError> {
    let io = |e| WriteError::io(path, e);
    let mut file = File::open(path).map_err(io)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = file.read(&mut buffer).map_err(io)?;
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
            break;
        };
        bytes += chunk.len() as u64;
        if bytes > limit {
            return Err(WriteError::TooLarge {
                item: item.to_owned(),
                limit,
            });
        }
        hash.update(chunk);
    }
    Ok(Stored {
        bytes,
        sha256: hex(&hash.finalize()),
    })
}

/// One item being written. Dropped before [`ItemWriter::finish`], it leaves nothing and its name is free again.
#[derive(Debug)]
pub struct ItemWriter {
    staging: Staging,
    item: String,
    path: PathBuf,
    file: File,
    hash: Sha256,
    bytes: u64,
    limit: u64,
    finished: bool,
}

impl ItemWriter {
    /// Appends a chunk.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] when the item's limit would be passed (nothing of the chunk is kept),
    /// [`WriteError::Io`].
    pub fn append(&mut self, chunk: &[u8]) -> Result<(), WriteError> {
        let bytes = self.bytes + chunk.len() as u64;
        if bytes > self.limit {
            return Err(WriteError::TooLarge {
                item: self.item.clone(),
                limit: self.limit,
            });
        }
        self.file
            .write_all(chunk)
            .map_err(|e| WriteError::io(self.staging.inner.folder.path(), e))?;
        self.hash.update(chunk);
        self.bytes = bytes;
        Ok(())
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Enters the whole item into the staging.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] when all items together are beyond what an archive may hold.
    pub fn finish(mut self) -> Result<Stored, WriteError> {
        self.finished = true;
        let stored = Stored {
            bytes: self.bytes,
            sha256: hex(&std::mem::take(&mut self.hash).finalize()),
        };
        self.staging.enter(&self.item, self.path.clone(), stored)
    }
}

impl Write for ItemWriter {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.append(chunk).map(|()| chunk.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for ItemWriter {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.path);
            self.staging.release(&self.item);
        }
    }
}
