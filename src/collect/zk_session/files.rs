//! Contents of znodes on their way to a place that is not the archive: one file after another, each whole or not there.
//!
//! One JSON object a line (path, mzxid, data in base64), sealed to the operator's recipients while it is written, or in clear
//! with mode 0600 where the operator said so in words. A file ends when it holds so much, and when the walk ends; only then
//! the journal holds its znodes: those of a file that was not finished are asked for again, into the next one.

use std::fs::{self, DirBuilder};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::archive::Place;
use crate::backup::seal::{Recipients, Sealer, beside};
use crate::model::backup::Zxid;
use crate::model::hex;
use crate::sources::zk_contents::ContentsFile;
use crate::sources::zk_tree_file::Node;

use super::Contents;

/// Bytes of data after which a file ends.
const FULL_BYTES: u64 = 16 << 20;
/// Znodes after which it ends.
const FULL_ZNODES: u64 = 20_000;

/// What becomes of the contents.
#[derive(Debug, Clone)]
pub enum How {
    /// Only these can open them.
    Sealed(Recipients),
    /// Anybody who may read the file; the operator said why.
    InClear(String),
}

/// Keeps contents in files of a folder beside the archive.
pub struct Files {
    folder: PathBuf,
    how: How,
    force: bool,
    number: usize,
    full_znodes: u64,
    open: Option<Open>,
}

struct Open {
    writer: BufWriter<Writer>,
    name: String,
    bytes: u64,
    znodes: u64,
}

enum Writer {
    Sealed(Box<Sealer>),
    InClear(Box<Clear>),
}

struct Clear {
    part: NamedTempFile,
    place: Place,
    hash: Sha256,
    bytes: u64,
}

impl Write for Writer {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        match self {
            Self::Sealed(sealer) => sealer.write(chunk),
            Self::InClear(clear) => {
                clear.part.as_file_mut().write_all(chunk)?;
                clear.hash.update(chunk);
                clear.bytes += chunk.len() as u64;
                Ok(chunk.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    mzxid: Zxid,
    data: String,
}

/// The folder of the contents that belong to an archive: `pre.zk-data.sealed` (or `.clear`) beside `pre.tar.gz`.
pub fn folder(archive: &Path, how: &How) -> PathBuf {
    let sealed = beside::path(archive);
    let stem = sealed.file_stem().unwrap_or_default().to_string_lossy();
    let ending = match how {
        How::Sealed(_) => "sealed",
        How::InClear(_) => "clear",
    };
    sealed.with_file_name(format!("{stem}.zk-data.{ending}"))
}

impl Files {
    /// Files beside an archive; `force`: those of an earlier walk are replaced.
    pub fn new(archive: &Path, how: How, force: bool) -> Self {
        Self {
            folder: folder(archive, &how),
            how,
            force,
            number: 0,
            full_znodes: FULL_ZNODES,
            open: None,
        }
    }

    /// The same with files that end after so many znodes.
    #[must_use]
    pub fn ending_after(mut self, znodes: u64) -> Self {
        self.full_znodes = znodes;
        self
    }

    fn name(&self, number: usize) -> String {
        let ending = match self.how {
            How::Sealed(_) => "age",
            How::InClear(_) => "ndjson",
        };
        format!("zk-data.{number:04}.{ending}")
    }

    /// As it stands in the record: with its folder.
    fn recorded(&self, name: &str) -> String {
        let folder = self.folder.file_name().unwrap_or_default().to_string_lossy();
        format!("{folder}/{name}")
    }

    fn begin(&self) -> io::Result<Open> {
        let name = self.name(self.number + 1);
        let path = self.folder.join(&name);
        let writer = match &self.how {
            How::Sealed(to) => Writer::Sealed(Box::new(Sealer::create(&path, to).map_err(io::Error::other)?)),
            How::InClear(_) => {
                let place = Place::for_file(&path, false).map_err(io::Error::other)?;
                Writer::InClear(Box::new(Clear {
                    part: place.part_file().map_err(io::Error::other)?,
                    place,
                    hash: Sha256::new(),
                    bytes: 0,
                }))
            }
        };
        Ok(Open {
            writer: BufWriter::with_capacity(1 << 16, writer),
            name,
            bytes: 0,
            znodes: 0,
        })
    }

    /// The folder, private, and certain to survive a power cut before the journal says that something stands in it.
    fn make_folder(&self) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if !fs::symlink_metadata(&self.folder)?.is_dir() {
            return Err(io::Error::other(format!("{} is no folder", self.folder.display())));
        }
        Place::beside(&self.folder, false)
            .and_then(|place| place.flush_folder())
            .map_err(io::Error::other)
    }
}

impl Contents for Files {
    fn go_on(&mut self, finished: &[ContentsFile]) -> io::Result<()> {
        for (number, file) in (1..).zip(finished) {
            let name = self.name(number);
            let length = fs::symlink_metadata(self.folder.join(&name)).map(|meta| meta.len());
            if file.file != self.recorded(&name) || length.ok() != Some(file.bytes) {
                return Err(io::Error::other(format!(
                    "it names {}, which is not there as it was written; give the flags of before, or remove the journal to begin anew",
                    file.file
                )));
            }
        }
        self.number = finished.len();
        self.make_folder()?;
        for number in self.number + 1.. {
            let path = self.folder.join(self.name(number));
            if fs::symlink_metadata(&path).is_err() {
                break;
            }
            // Of this walk, and finished without the journal: its znodes come again.
            if finished.is_empty() && !self.force {
                return Err(io::Error::other(format!(
                    "{} stands there already; --force replaces it",
                    path.display()
                )));
            }
            fs::remove_file(&path)?;
        }
        Ok(())
    }

    fn keep(&mut self, node: &Node, data: &[u8]) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        let line = Line {
            path: &node.path,
            mzxid: node.mzxid,
            data: BASE64.encode(data),
        };
        serde_json::to_writer(&mut open.writer, &line)?;
        open.writer.write_all(b"\n")?;
        open.bytes += data.len() as u64;
        open.znodes += 1;
        self.open = Some(open);
        Ok(())
    }

    fn is_full(&self) -> bool {
        let full = |open: &Open| open.bytes >= FULL_BYTES || open.znodes >= self.full_znodes;
        self.open.as_ref().is_some_and(full)
    }

    fn settle(&mut self) -> io::Result<Option<ContentsFile>> {
        let Some(open) = self.open.take() else { return Ok(None) };
        let mut file = ContentsFile {
            file: self.recorded(&open.name),
            sha256: String::new(),
            bytes: 0,
            znodes: open.znodes,
            recipients: None,
            in_clear_because: None,
        };
        match open.writer.into_inner().map_err(io::IntoInnerError::into_error)? {
            Writer::Sealed(sealer) => {
                let done = sealer.finish().map_err(io::Error::other)?;
                file.sha256 = done.sha256;
                file.bytes = done.bytes;
                file.recipients = Some(done.recipients);
            }
            Writer::InClear(clear) => {
                let Clear {
                    part,
                    place,
                    hash,
                    bytes,
                } = *clear;
                place.publish_file(part).map_err(io::Error::other)?;
                file.sha256 = hex(&hash.finalize());
                file.bytes = bytes;
                if let How::InClear(because) = &self.how {
                    file.in_clear_because = Some(because.clone());
                }
            }
        }
        self.number += 1;
        Ok(Some(file))
    }
}
