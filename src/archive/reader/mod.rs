//! Reads one archive, trusting nothing: the payload streams by once, hashed, and is compared with the manifests.
//!
//! Nothing is unpacked, and memory stays constant however large the payload is (tag files aside). What the callback of
//! [`Reader::for_each`] saw may be used only when that call returned `Ok`.

mod folder;
mod inflate;
mod members;
mod tags;
mod targz;
mod zip;

use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use self::members::{Entry, Members};
use self::tags::Tags;
use super::bagit::is_foreign_manifest;
use super::container::{self, Container};
use super::limits::Limits;
use super::names::show;
use super::refused::{COPY_AGAIN, Complaint, DO_NOT_TRUST, Refused};
use crate::model::{Manifest, hex};

/// An open archive whose tag files have been read and agree with each other.
pub struct Reader {
    members: Box<dyn Members + Send>,
    container: Container,
    base: String,
    tags: Tags,
}

/// An archive that has been read to its end and agrees with its manifests in names, order, sizes and hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the archive says about itself.
    pub manifest: Manifest,
    /// SHA-256 of the tag manifest, lower-case hex: the digest by which reports name the archive.
    pub digest: String,
    /// What held it.
    pub container: Container,
    /// Files of the payload, error files included.
    pub members: usize,
    /// Bytes of the payload.
    pub bytes: u64,
}

impl Reader {
    /// Opens an archive of any container, told by its first bytes, and reads the tag files.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Refused> {
        let (container, file) = container::sniff_open(path)?;
        let place = show(path.to_string_lossy().as_bytes());
        let mut members: Box<dyn Members + Send> = match (container, file) {
            (Container::TarGz, Some(file)) => Box::new(targz::open(file, limits, &place)?),
            (Container::Zip, Some(file)) => Box::new(zip::ZipMembers::new(file, limits)),
            _ => Box::new(folder::FolderMembers::new(path, limits)?),
        };
        let (base, tags) = tags::read(members.as_mut(), limits)?;
        Ok(Self {
            members,
            container,
            base,
            tags,
        })
    }

    /// What the archive says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.tags.manifest
    }

    /// SHA-256 of the tag manifest, lower-case hex.
    pub fn digest(&self) -> &str {
        &self.tags.digest
    }

    /// Streams the payload once, in the order of the archive (ascending paths): `each` gets the payload path, the size
    /// and the bytes. What it leaves unread is hashed all the same. Error files come by like any other item.
    ///
    /// # Errors
    /// See [`Refused`]; on any of them nothing that `each` saw may be used. An error that `each` returns ends the
    /// reading as [`Refused::Consumer`], unless the archive itself was the cause.
    pub fn for_each(
        mut self,
        each: &mut dyn FnMut(&str, u64, &mut dyn Read) -> io::Result<()>,
    ) -> Result<Verified, Refused> {
        let mut bytes = 0;
        let mut previous: Option<&str> = None;
        for line in &self.tags.payload {
            let entry = self.members.next()?;
            let size = expect(entry, &self.base, &line.name, previous)?;
            if let Some(stated) = self.tags.sizes.get(&line.name)
                && *stated != size
            {
                return Err(altered(&line.name, format!("{size} bytes"), format!("{stated} bytes")));
            }
            let mut body = Body {
                members: self.members.as_mut(),
                hash: Sha256::new(),
                read: 0,
                refused: None,
                item: &line.name,
            };
            let answer = each(&line.name, size, &mut body);
            // The callback may have taken our refusal for bad contents: the archive's fault comes first.
            if let Some(refused) = body.refused.take() {
                return Err(refused);
            }
            answer.map_err(|source| Refused::Consumer {
                item: line.name.clone(),
                source,
            })?;
            body.drain()?;
            let (read, sha256) = (body.read, hex(&body.hash.finalize()));
            if read != size {
                return Err(altered(&line.name, format!("{read} bytes"), format!("{size} bytes")));
            }
            if sha256 != line.sha256 {
                let (seen, stated) = (format!("SHA-256 {sha256}"), format!("SHA-256 {}", line.sha256));
                return Err(altered(&line.name, seen, stated));
            }
            bytes += read;
            previous = Some(&line.name);
        }
        if let Some(entry) = self.members.next()? {
            return Err(unexpected(&entry.name, &self.base, None, previous));
        }
        if bytes != self.tags.oxum_bytes {
            let stated = format!("{} bytes, as `Payload-Oxum` says", self.tags.oxum_bytes);
            return Err(altered("the payload", format!("{bytes} bytes"), stated));
        }
        Ok(Verified {
            members: self.tags.payload.len(),
            manifest: self.tags.manifest,
            digest: self.tags.digest,
            container: self.container,
            bytes,
        })
    }

    /// Reads everything and keeps nothing.
    ///
    /// # Errors
    /// As [`Reader::for_each`].
    pub fn verify(self) -> Result<Verified, Refused> {
        self.for_each(&mut |_, _, _| Ok(()))
    }
}

/// The bytes of one item on their way to the callback, hashed as they pass.
struct Body<'a> {
    members: &'a mut (dyn Members + Send),
    hash: Sha256,
    read: u64,
    refused: Option<Refused>,
    item: &'a str,
}

impl Body<'_> {
    fn drain(&mut self) -> Result<(), Refused> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => {
                    return Err(self.refused.take().unwrap_or_else(|| Refused::io(self.item, error)));
                }
            }
        }
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.refused.is_some() {
            return Err(io::Error::other("the archive is refused"));
        }
        match self.members.read(buffer) {
            Ok(count) => {
                self.hash.update(buffer.get(..count).unwrap_or_default());
                self.read += count as u64;
                Ok(count)
            }
            Err(error) => {
                let refused = Refused::from_io(self.item, error);
                let told = io::Error::other(refused.to_string());
                self.refused = Some(refused);
                Err(told)
            }
        }
    }
}

fn altered(place: &str, seen: String, expected: String) -> Refused {
    Refused::Altered(Complaint::new(place, seen, expected, COPY_AGAIN))
}

/// The size of the entry, if it is the one that must come now.
fn expect(entry: Option<Entry>, base: &str, wanted: &str, previous: Option<&str>) -> Result<u64, Refused> {
    match entry {
        Some(entry) if entry.name.strip_prefix(base) == Some(wanted) => Ok(entry.size),
        Some(entry) => Err(unexpected(&entry.name, base, Some(wanted), previous)),
        None => Err(Refused::Altered(Complaint::new(
            "the list of members",
            "its end",
            format!("`{wanted}`, which the manifest lists"),
            COPY_AGAIN,
        ))),
    }
}

/// A member that must not come now, said as precisely as order and names allow.
fn unexpected(name: &str, base: &str, wanted: Option<&str>, previous: Option<&str>) -> Refused {
    let expected = wanted.map_or_else(|| "no more members".to_owned(), |wanted| format!("`{wanted}`"));
    let shown = show(name.as_bytes());
    let inside = name.strip_prefix(base).unwrap_or(name);
    let complaint = |seen: String, advice| Complaint::new("the list of members", seen, expected.clone(), advice);
    if is_foreign_manifest(inside) {
        return Refused::Hostile(complaint(
            format!("`{shown}`, a manifest of another hash than SHA-256"),
            DO_NOT_TRUST,
        ));
    }
    match previous {
        Some(previous) if previous.eq_ignore_ascii_case(inside) => {
            Refused::Hostile(complaint(format!("`{shown}` a second time"), DO_NOT_TRUST))
        }
        _ => Refused::Altered(complaint(
            format!("`{shown}`, which is not in the manifest or not in its place"),
            COPY_AGAIN,
        )),
    }
}
