//! The three containers of a bag, and how to tell them apart: by name when writing, by first bytes when reading.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::names::show;
use super::refused::{COPY_AGAIN, Complaint, GIVE_ARCHIVE, Refused};

/// What holds the bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A tar in one gzip member (the default).
    TarGz,
    /// A zip.
    Zip,
    /// A folder.
    Folder,
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
            Self::Folder => "folder",
        })
    }
}

impl Container {
    /// The container that a target's name asks for: `.tar.gz`, `.tgz`, `.zip`; a name without any extension is a folder.
    /// Any other extension says nothing, and the caller must ask (`None`).
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let ends = |suffix: &str| name.len() > suffix.len() && name.ends_with(suffix);
        if ends(".tar.gz") || ends(".tgz") {
            Some(Self::TarGz)
        } else if ends(".zip") {
            Some(Self::Zip)
        } else if path.extension().is_none() {
            Some(Self::Folder)
        } else {
            None
        }
    }

    /// What an existing path holds, by its first bytes and never by its name.
    ///
    /// # Errors
    /// [`Refused::Io`] when it cannot be read; [`Refused::NotAnArchive`] for devices and FIFOs (which are not opened),
    /// empty files and everything that begins with other bytes.
    pub fn sniff(path: &Path) -> Result<Self, Refused> {
        sniff_open(path).map(|(container, _)| container)
    }
}

/// Sniffs and gives the open file, rewound, so that what was looked at is what is read. `None` for a folder.
pub(super) fn sniff_open(path: &Path) -> Result<(Container, Option<File>), Refused> {
    let place = show(path.to_string_lossy().as_bytes());
    let not = |seen: &str, advice| {
        let expected = "a tar.gz, a zip or a folder";
        Refused::NotAnArchive(Complaint::new(place.clone(), seen, expected, advice))
    };
    let io = |e| Refused::io(place.clone(), e);
    // Looked at before opening: opening a FIFO would wait for a writer.
    let meta = fs::metadata(path).map_err(io)?;
    if meta.is_dir() {
        return Ok((Container::Folder, None));
    }
    if !meta.is_file() {
        return Err(not("a device, socket or FIFO", GIVE_ARCHIVE));
    }
    let mut file = File::open(path).map_err(io)?;
    if !file.metadata().map_err(io)?.is_file() {
        return Err(not("a device, socket or FIFO", GIVE_ARCHIVE));
    }
    let mut head = Vec::with_capacity(4);
    Read::by_ref(&mut file).take(4).read_to_end(&mut head).map_err(io)?;
    std::io::Seek::rewind(&mut file).map_err(io)?;
    match head.as_slice() {
        [] => Err(not("an empty file", COPY_AGAIN)),
        [0x1f, 0x8b, ..] => Ok((Container::TarGz, Some(file))),
        [b'P', b'K', 3, 4] => Ok((Container::Zip, Some(file))),
        other => Err(not(&format!("a file that begins with `{}`", show(other)), GIVE_ARCHIVE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_choose_the_container() {
        for (name, container) in [
            ("pre.tar.gz", Some(Container::TarGz)),
            ("/x/PRE.TGZ", Some(Container::TarGz)),
            ("pre.zip", Some(Container::Zip)),
            ("pre", Some(Container::Folder)),
            ("pre.json", None),
            ("", None),
        ] {
            assert_eq!(Container::of_name(Path::new(name)), container, "{name}");
        }
    }
}
