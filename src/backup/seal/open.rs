//! The way back: a sealed file is opened with an identity, and held to what an archive proves of it.
//!
//! What comes out stands under its final name (0600) only when the last byte was read and found to be the one that was
//! sealed. Never keeps anything of a file that is altered, cut or sealed for others.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor};
use sha2::{Digest as _, Sha256};

use super::input::digest_of_tar;
use super::{Identities, SealError, Watch};
use crate::archive::Place;
use crate::model::hex;

/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// What an archive says of one backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name, for people.
    pub name: String,
    /// SHA-256 of the backup ([`Proof::sha256`](crate::model::backup::Proof::sha256)).
    pub sha256: Option<String>,
    /// SHA-256 of its sealed copy.
    pub sealed_sha256: Option<String>,
}

/// What was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Where it stands.
    pub path: PathBuf,
    /// Its size, bytes.
    pub bytes: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// SHA-256 of the sealed file.
    pub sealed_sha256: String,
    /// The backup of the archive that it is.
    pub proven: Option<String>,
}

/// Opens `sealed` into `place`. With `known`, what comes out must be one of those backups.
///
/// # Errors
/// See [`SealError`]; nothing is left behind.
pub fn open(
    sealed: &Path,
    identities: &Identities,
    place: &Place,
    known: Option<&[Known]>,
    watch: &mut Watch<'_>,
) -> Result<Opened, SealError> {
    let read = |e| SealError::read(sealed, e);
    if !fs::metadata(sealed).map_err(read)?.is_file() {
        return Err(SealError::Unsuitable {
            path: sealed.to_owned(),
            why: "not a file",
        });
    }
    let file = File::open(sealed).map_err(read)?;
    let head = head(&file).map_err(read)?;
    let hashed = RefCell::new(Sha256::new());
    let source = Source {
        file: &file,
        hash: &hashed,
    };
    let decryptor = Decryptor::new(ArmoredReader::new(&source)).map_err(|error| begin(sealed, &head, error))?;
    if decryptor.is_scrypt() {
        return Err(SealError::NotSealed {
            path: sealed.to_owned(),
            why: "it is encrypted with a passphrase, which gonogo never does; `age -d` opens it",
        });
    }
    let mut clear = decryptor
        .decrypt(identities.all())
        .map_err(|error| begin(sealed, &head, error))?;
    let mut part = place.part_file()?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = match clear.read(&mut buffer) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other.map_err(|error| payload(sealed, error))?,
        };
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
            break;
        };
        part.as_file_mut()
            .write_all(chunk)
            .map_err(|e| SealError::write(place.path(), e))?;
        hash.update(chunk);
        bytes += chunk.len() as u64;
        if !watch(count as u64) {
            return Err(SealError::Stopped);
        }
    }
    drop(clear);
    // Blank lines behind an armored file; behind anything else the reader has refused already.
    io::copy(&mut (&source), &mut io::sink()).map_err(read)?;
    let (sha256, sealed_sha256) = (hex(&hash.finalize()), hex(&hashed.take().finalize()));
    let proven = match known {
        None => None,
        Some(known) => {
            let tar = || part.reopen().ok().and_then(digest_of_tar);
            let name = proven(known, &sha256, &sealed_sha256, tar);
            Some(name.map_err(|why| SealError::Differs {
                path: sealed.to_owned(),
                why,
            })?)
        }
    };
    place.publish_file(part)?;
    Ok(Opened {
        path: place.path().to_owned(),
        bytes,
        sha256,
        sealed_sha256,
        proven,
    })
}

/// Which of the archive's backups this is.
fn proven(
    known: &[Known],
    sha256: &str,
    sealed_sha256: &str,
    tar: impl FnOnce() -> Option<String>,
) -> Result<String, String> {
    let named = |one: &&Known| one.sealed_sha256.as_deref() == Some(sealed_sha256);
    let sealed: Vec<&Known> = known.iter().filter(named).collect();
    let of_tar = if known.iter().any(|one| one.sha256.as_deref() == Some(sha256)) {
        None
    } else {
        tar()
    };
    let is = |one: &&Known| {
        one.sha256
            .as_deref()
            .is_some_and(|is| is == sha256 || Some(is) == of_tar.as_deref())
    };
    // Several data directories of one backup have one proof each.
    if let Some(one) = sealed.iter().copied().find(is).or_else(|| known.iter().find(is)) {
        return Ok(one.name.clone());
    }
    match sealed.as_slice() {
        // The very file that the archive names, decrypted whole. Of a folder the proof may cover some of its files only.
        [one, ..] if one.sha256.is_none() || of_tar.is_some() => Ok(one.name.clone()),
        [one, ..] => Err(format!(
            "it is the sealed copy of {} that the archive names, and what is in it has another SHA-256 ({sha256}) than the proof",
            one.name
        )),
        [] => Err(format!(
            "what is in it (SHA-256 {sha256}) is none of the archive's {} with a proof",
            match known.len() {
                1 => "1 backup".to_owned(),
                many => format!("{many} backups"),
            }
        )),
    }
}

/// The sealed file, hashed as it is read.
struct Source<'s> {
    file: &'s File,
    hash: &'s RefCell<Sha256>,
}

impl Read for &Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        let count = file.read(buffer)?;
        self.hash.borrow_mut().update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// What a file begins with.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    Sealed,
    Newer,
    Other,
}

/// Looks at the first bytes and goes back.
fn head(mut file: &File) -> io::Result<Head> {
    let mut head = Vec::with_capacity(64);
    file.take(64).read_to_end(&mut head)?;
    io::Seek::rewind(&mut file)?;
    let begins = |with: &str| head.starts_with(with.as_bytes());
    Ok(
        if begins("age-encryption.org/v1\n") || begins("-----BEGIN AGE ENCRYPTED FILE-----") {
            Head::Sealed
        } else if begins("age-encryption.org/v") {
            Head::Newer
        } else {
            Head::Other
        },
    )
}

fn begin(path: &Path, head: &Head, error: DecryptError) -> SealError {
    let path = path.to_owned();
    match (error, head) {
        (DecryptError::Io(source), _) if source.raw_os_error().is_some() => SealError::Read { path, source },
        (_, Head::Other) => SealError::NotSealed {
            path,
            why: "expected it to begin with age-encryption.org/v1, or with the line BEGIN AGE ENCRYPTED FILE",
        },
        (_, Head::Newer) => SealError::NotSealed {
            path,
            why: "expected version 1 of the format of age",
        },
        (DecryptError::NoMatchingKeys, Head::Sealed) => SealError::OtherIdentity { path },
        (_, Head::Sealed) => SealError::Damaged {
            path,
            why: "its header is cut or altered",
        },
    }
}

fn payload(path: &Path, error: io::Error) -> SealError {
    let path = path.to_owned();
    if error.raw_os_error().is_some() {
        return SealError::Read { path, source: error };
    }
    SealError::Damaged {
        path,
        why: match error.kind() {
            io::ErrorKind::UnexpectedEof => "it ends early",
            _ => "what is in it is not what was sealed: altered, cut, or lengthened",
        },
    }
}
