//! What is sealed: a file as it is, a folder as a tar of everything in it.
//!
//! Notices when a file or folder is no longer what it was when reading began. Never follows a symlink inside a folder,
//! never opens devices or pipes.

use std::cell::RefCell;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Form, Recipients, SealError, Sealed, Sealer, Watch};
use crate::archive::Place;
use crate::model::hex;

/// Folders inside folders that are looked into.
const DEEPEST: usize = 128;
/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// What was read on the way into a sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Whether it was a folder.
    pub folder: bool,
    /// As [`Proof::sha256`](crate::model::backup::Proof::sha256): of the file; for a folder of the lines
    /// `<sha256>  <path>` of its files, sorted by path.
    pub sha256: String,
    /// Bytes of the file, or of all files together.
    pub bytes: u64,
}

/// Seals a file or a folder.
///
/// # Errors
/// See [`SealError`]; nothing is left behind.
pub fn seal(
    path: &Path,
    place: Place,
    recipients: &Recipients,
    form: Form,
    watch: &mut Watch<'_>,
) -> Result<(Sealed, Content), SealError> {
    let meta = fs::metadata(path).map_err(|e| SealError::read(path, e))?;
    if !meta.is_file() && !meta.is_dir() {
        return Err(SealError::Unsuitable {
            path: path.to_owned(),
            why: "neither a file nor a folder",
        });
    }
    let mut sealer = Sealer::at(place, recipients, form)?;
    let content = if meta.is_dir() {
        folder(path, &mut sealer, watch)?
    } else {
        file(path, &mut sealer, watch)?
    };
    Ok((sealer.finish()?, content))
}

/// What tells later that a file, or a folder with everything in it, was not written to meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness(Vec<Entry>);

impl Witness {
    /// As it is now.
    ///
    /// # Errors
    /// [`SealError::Read`], [`SealError::Unsuitable`] where folders are nested without end.
    pub fn of(path: &Path) -> Result<Self, SealError> {
        list(path).map(Self)
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|entry| entry.stamp.bytes).sum()
    }
}

/// What tells that a file is still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    bytes: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Self {
            file: (meta.dev(), meta.ino()),
            // The size of a folder says nothing of its own.
            bytes: if meta.is_file() { meta.len() } else { 0 },
            written: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }
}

fn file(path: &Path, sealer: &mut Sealer, watch: &mut Watch<'_>) -> Result<Content, SealError> {
    let mut reading = Reading::open(path, watch)?;
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = reading.next(&mut buffer)?;
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
            break;
        };
        sealer
            .write_all(chunk)
            .map_err(|e| SealError::write(sealer.path(), e))?;
    }
    let bytes = reading.bytes;
    Ok(Content {
        folder: false,
        sha256: reading.finish()?,
        bytes,
    })
}

/// One file being read, hashed, and held to what it was when it was opened.
struct Reading<'r, 'w> {
    path: &'r Path,
    file: File,
    stamp: Stamp,
    hash: Sha256,
    bytes: u64,
    watch: &'r mut Watch<'w>,
}

impl<'r, 'w> Reading<'r, 'w> {
    fn open(path: &'r Path, watch: &'r mut Watch<'w>) -> Result<Self, SealError> {
        let file = File::open(path).map_err(|e| SealError::read(path, e))?;
        let meta = file.metadata().map_err(|e| SealError::read(path, e))?;
        Ok(Self {
            path,
            stamp: Stamp::of(&meta),
            file,
            hash: Sha256::new(),
            bytes: 0,
            watch,
        })
    }

    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, SealError> {
        let count = loop {
            match self.file.read(buffer) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|e| SealError::read(self.path, e))?,
            }
        };
        self.hash.update(buffer.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        if self.bytes > self.stamp.bytes {
            return Err(self.changed());
        }
        if (self.watch)(count as u64) {
            Ok(count)
        } else {
            Err(SealError::Stopped)
        }
    }

    fn changed(&self) -> SealError {
        SealError::Changed {
            path: self.path.to_owned(),
        }
    }

    /// SHA-256 of the file, which is still the one that was opened and whole.
    fn finish(self) -> Result<String, SealError> {
        let same = |meta: io::Result<Metadata>| meta.is_ok_and(|meta| Stamp::of(&meta) == self.stamp);
        let whole = self.bytes == self.stamp.bytes;
        if whole && same(self.file.metadata()) && same(fs::metadata(self.path)) {
            Ok(hex(&self.hash.finalize()))
        } else {
            Err(self.changed())
        }
    }
}

/// One thing in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    relative: PathBuf,
    stamp: Stamp,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Other,
}

fn folder(path: &Path, sealer: &mut Sealer, watch: &mut Watch<'_>) -> Result<Content, SealError> {
    let own = fs::canonicalize(path).map_err(|e| SealError::read(path, e))?;
    let top = PathBuf::from(own.file_name().unwrap_or("backup".as_ref()));
    let before = list(path)?;
    let out = sealer.path().to_owned();
    let mut lines = Vec::new();
    let mut bytes = 0;
    let mut tar = tar::Builder::new(sealer);
    for entry in &before {
        let read = |e| SealError::read(&entry.path, e);
        let meta = fs::symlink_metadata(&entry.path).map_err(read)?;
        let mut header = tar::Header::new_gnu();
        header.set_metadata(&meta);
        let name = top.join(&entry.relative);
        let failed = |e| SealError::write(&out, e);
        match entry.kind {
            Kind::Folder => tar.append_data(&mut header, name, io::empty()).map_err(failed)?,
            Kind::Other => {
                return Err(SealError::Unsuitable {
                    path: entry.path.clone(),
                    why: "a device, socket or pipe: a backup holds files and folders",
                });
            }
            Kind::Link => {
                let to = fs::read_link(&entry.path).map_err(read)?;
                header.set_size(0);
                tar.append_link(&mut header, name, to).map_err(failed)?;
            }
            Kind::File => {
                let reading = Reading::open(&entry.path, watch)?;
                if reading.stamp != entry.stamp {
                    return Err(reading.changed());
                }
                header.set_size(reading.stamp.bytes);
                let pump = Pump {
                    reading: RefCell::new(reading),
                    error: RefCell::new(None),
                };
                let appended = tar.append_data(&mut header, name, &pump);
                if let Some(error) = pump.error.into_inner() {
                    return Err(error);
                }
                appended.map_err(failed)?;
                let reading = pump.reading.into_inner();
                bytes += reading.bytes;
                lines.push(listed(&reading.finish()?, &entry.relative));
            }
        }
    }
    tar.into_inner().map_err(|e| SealError::write(&out, e))?;
    // Files that came or went while others were read.
    if list(path)? != before {
        return Err(SealError::Changed { path: path.to_owned() });
    }
    Ok(Content {
        folder: true,
        sha256: digest(lines),
        bytes,
    })
}

/// Hands a file to the tar and keeps what stopped it, which an `io::Error` would lose.
struct Pump<'r, 'w> {
    reading: RefCell<Reading<'r, 'w>>,
    error: RefCell<Option<SealError>>,
}

impl Read for &Pump<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reading.borrow_mut().next(buffer).map_err(|error| {
            *self.error.borrow_mut() = Some(error);
            io::ErrorKind::Other.into()
        })
    }
}

/// Everything in a folder, each folder before what is in it, sorted by name.
fn list(path: &Path) -> Result<Vec<Entry>, SealError> {
    let mut all = Vec::new();
    walk(path, Path::new(""), 0, &mut all)?;
    Ok(all)
}

fn walk(path: &Path, relative: &Path, depth: usize, all: &mut Vec<Entry>) -> Result<(), SealError> {
    let read = |e| SealError::read(path, e);
    let unsuitable = |why| SealError::Unsuitable {
        path: path.to_owned(),
        why,
    };
    // The folder that was named may be a symlink; nothing below it is followed.
    let meta = if depth == 0 {
        fs::metadata(path)
    } else {
        fs::symlink_metadata(path)
    };
    let meta = meta.map_err(read)?;
    let kind = match meta.file_type() {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_file() => Kind::File,
        kind if kind.is_symlink() => Kind::Link,
        _ => Kind::Other,
    };
    all.push(Entry {
        path: path.to_owned(),
        relative: relative.to_owned(),
        stamp: Stamp::of(&meta),
        kind,
    });
    if kind == Kind::Folder {
        if depth == DEEPEST {
            return Err(unsuitable("more than 128 folders deep"));
        }
        let names: io::Result<Vec<_>> = fs::read_dir(path)
            .map_err(read)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect();
        let mut names = names.map_err(read)?;
        names.sort();
        for name in names {
            walk(&path.join(&name), &relative.join(&name), depth + 1, all)?;
        }
    }
    Ok(())
}

/// A path and the line that `sha256sum` prints of it.
fn listed(sha256: &str, relative: &Path) -> (String, String) {
    let path = relative.display().to_string();
    let line = format!("{sha256}  {path}\n");
    (path, line)
}

/// SHA-256 of the lines, sorted by path.
fn digest(mut lines: Vec<(String, String)>) -> String {
    lines.sort();
    let mut hash = Sha256::new();
    for (_, line) in &lines {
        hash.update(line.as_bytes());
    }
    hex(&hash.finalize())
}

/// The digest of the folder that a tar was made from; `None` where it is no tar of one folder.
pub(super) fn digest_of_tar(tar: impl Read) -> Option<String> {
    let mut lines = Vec::new();
    let mut buffer = vec![0; CHUNK];
    let mut top: Option<PathBuf> = None;
    for entry in tar::Archive::new(tar).entries().ok()? {
        let mut entry = entry.ok()?;
        let path = entry.path().ok()?.into_owned();
        let first = PathBuf::from(path.iter().next()?);
        if *top.get_or_insert_with(|| first.clone()) != first {
            return None;
        }
        if entry.header().entry_type().is_file() {
            let mut hash = Sha256::new();
            loop {
                let count = entry.read(&mut buffer).ok()?;
                match buffer.get(..count) {
                    Some(chunk) if !chunk.is_empty() => hash.update(chunk),
                    _ => break,
                }
            }
            lines.push(listed(&hex(&hash.finalize()), path.strip_prefix(&first).ok()?));
        }
    }
    (!lines.is_empty()).then(|| digest(lines))
}
