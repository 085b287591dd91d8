//! The streaming writer: clear bytes in, a sealed file out, with the hashes of both.
//!
//! Holds one chunk (64 KiB) in memory; what reaches the disk is encrypted. Dropped before [`Sealer::finish`], or after a
//! write that failed, it leaves nothing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use age::armor::ArmoredWriter;
use age::stream::StreamWriter;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::{Recipients, SealError};
use crate::archive::Place;
use crate::model::hex;

/// Form of a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Bytes.
    #[default]
    Binary,
    /// Text between BEGIN and END lines, a third larger.
    Armored,
}

/// A finished sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Where it stands.
    pub path: PathBuf,
    /// SHA-256 of the sealed file, lower-case hex.
    pub sha256: String,
    /// Its size, bytes.
    pub bytes: u64,
    /// SHA-256 of what is in it.
    pub clear_sha256: String,
    /// Size of what is in it, bytes.
    pub clear_bytes: u64,
    /// To how many recipients.
    pub recipients: u64,
}

/// Seals what is written into it.
pub struct Sealer {
    stream: StreamWriter<ArmoredWriter<Hashed>>,
    clear: Sha256,
    clear_bytes: u64,
    place: Place,
    recipients: u64,
    failed: Option<io::ErrorKind>,
}

/// The part file, hashed on its way.
struct Hashed {
    part: NamedTempFile,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.part.as_file_mut().write_all(chunk)?;
        self.hash.update(chunk);
        self.bytes += chunk.len() as u64;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sealer {
    /// Begins a sealed file at `path`, where nothing may stand yet; binary.
    ///
    /// # Errors
    /// [`SealError::Write`] when the place cannot be used, [`SealError::Recipient`] when nobody is named.
    pub fn create(path: &Path, recipients: &Recipients) -> Result<Self, SealError> {
        Self::at(Place::for_file(path, false)?, recipients, Form::Binary)
    }

    /// Begins a sealed file at a checked place.
    ///
    /// # Errors
    /// As [`Sealer::create`].
    pub fn at(place: Place, recipients: &Recipients, form: Form) -> Result<Self, SealError> {
        let encryptor = recipients.encryptor()?;
        let failed = |e| SealError::write(place.path(), e);
        let hashed = Hashed {
            part: place.part_file()?,
            hash: Sha256::new(),
            bytes: 0,
        };
        let format = match form {
            Form::Binary => age::armor::Format::Binary,
            Form::Armored => age::armor::Format::AsciiArmor,
        };
        let armored = ArmoredWriter::wrap_output(hashed, format).map_err(failed)?;
        let stream = encryptor.wrap_output(armored).map_err(failed)?;
        Ok(Self {
            stream,
            clear: Sha256::new(),
            clear_bytes: 0,
            recipients: recipients.len() as u64,
            place,
            failed: None,
        })
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// Ends the file, flushes it and gives it its name.
    ///
    /// # Errors
    /// [`SealError::Write`], also when an earlier write had failed: the file would not be whole.
    pub fn finish(self) -> Result<Sealed, SealError> {
        let path = self.place.path().to_owned();
        let failed = |e| SealError::write(&path, e);
        if let Some(kind) = self.failed {
            return Err(failed(kind.into()));
        }
        let hashed = self.stream.finish().and_then(ArmoredWriter::finish).map_err(failed)?;
        self.place.publish_file(hashed.part)?;
        Ok(Sealed {
            sha256: hex(&hashed.hash.finalize()),
            bytes: hashed.bytes,
            clear_sha256: hex(&self.clear.finalize()),
            clear_bytes: self.clear_bytes,
            recipients: self.recipients,
            path,
        })
    }
}

impl Write for Sealer {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        // What was lost in a failed write is lost for the whole file.
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        self.stream
            .write_all(chunk)
            .inspect_err(|error| self.failed = Some(error.kind()))?;
        self.clear.update(chunk);
        self.clear_bytes += chunk.len() as u64;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // A chunk that is not full cannot be encrypted yet; `finish` writes it.
        Ok(())
    }
}
