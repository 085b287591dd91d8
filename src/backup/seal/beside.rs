//! The folder of sealed copies beside an archive: `pre.sealed/` beside `pre.tar.gz`.
//!
//! Written under a hidden name (0700) and renamed when every copy in it is whole; taken back when the archive is not
//! written after all. Never deletes anything but a folder of sealed files, and that only when asked to replace it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{ENDING, SealError};
use crate::archive::{Place, WriteError};

/// Ending of the folder's name.
const SEALED: &str = ".sealed";

/// Path of the folder of sealed copies of an archive.
pub fn path(archive: &Path) -> PathBuf {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let stem = [".tar.gz", ".tgz", ".zip"]
        .iter()
        .find(|ending| lower.len() > ending.len() && lower.ends_with(*ending))
        .and_then(|ending| name.get(..name.len() - ending.len()))
        .unwrap_or(&name);
    archive.with_file_name(format!("{stem}{SEALED}"))
}

/// The folder while it is filled; removed with everything in it when dropped.
#[derive(Debug)]
pub struct Beside {
    place: Place,
    part: TempDir,
}

/// The folder under its final name; taken back when dropped, unless [`Published::keep`] was called.
#[derive(Debug)]
pub struct Published {
    place: Place,
    aside: Option<TempDir>,
    kept: bool,
}

impl Beside {
    /// Begins the folder of an archive.
    ///
    /// # Errors
    /// [`SealError::Write`]: something stands there, and is not a folder of sealed files or not to be replaced.
    pub fn prepare(archive: &Path, force: bool) -> Result<Self, SealError> {
        let place = Place::beside(&path(archive), force)?;
        check_free(&place)?;
        let part = place.private_folder(&format!(".{}.part-", place.name()))?;
        Ok(Self { place, part })
    }

    /// Path under which the folder will stand.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// The place of one sealed copy in it.
    ///
    /// # Errors
    /// [`SealError::Write`] when there is one of that name.
    pub fn place(&self, name: &str) -> Result<Place, SealError> {
        Ok(Place::for_file(&self.part.path().join(name), false)?)
    }

    /// Removes one sealed copy again.
    pub fn discard(&self, name: &str) {
        // Where it cannot be removed, the whole folder cannot be written: publishing or the next copy says so.
        let _ = fs::remove_file(self.part.path().join(name));
    }

    /// Gives the folder its name; an empty one is not published.
    ///
    /// # Errors
    /// [`SealError::Write`].
    pub fn publish(self) -> Result<Option<Published>, SealError> {
        let Self { place, part } = self;
        let path = place.path();
        let failed = |e| SealError::write(path, e);
        if fs::read_dir(part.path()).map_err(failed)?.next().is_none() {
            return Ok(None);
        }
        check_free(&place)?;
        let aside = if path.is_dir() {
            let aside = place.private_folder(&format!(".{}.old-", place.name()))?;
            fs::rename(path, aside.path().join("old")).map_err(failed)?;
            Some(aside)
        } else {
            None
        };
        // From here on the drop of `published` puts everything back.
        let mut published = Published {
            place: place.clone(),
            aside,
            kept: false,
        };
        if let Err(error) = fs::rename(part.path(), path) {
            published.restore();
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                    WriteError::Exists { path: path.to_owned() }.into()
                }
                _ => failed(error),
            });
        }
        // It moved away under its final name: nothing to remove.
        let _ = part.keep();
        place.flush_folder()?;
        Ok(Some(published))
    }
}

impl Published {
    /// Path of the folder.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// Keeps the folder, and gives its path; what it replaced is deleted.
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.place.path().to_owned()
    }

    /// Puts back what stood there before, and keeps its drop from doing anything.
    fn restore(&mut self) {
        self.kept = true;
        if let Some(aside) = self.aside.take()
            && fs::rename(aside.path().join("old"), self.place.path()).is_err()
        {
            // Better under an odd name than gone.
            let _ = aside.keep();
        }
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(self.place.path());
            self.restore();
        }
    }
}

/// Nothing stands there, or with force a folder that holds sealed files and nothing else.
fn check_free(place: &Place) -> Result<(), SealError> {
    let path = place.path();
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(SealError::write(path, e)),
    };
    if !place.force() {
        return Err(WriteError::Exists { path: path.to_owned() }.into());
    }
    let only_sealed = || -> io::Result<bool> {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if !entry.file_type()?.is_file() || !entry.file_name().to_string_lossy().ends_with(ENDING) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    if meta.is_dir() && only_sealed().map_err(|e| SealError::write(path, e))? {
        Ok(())
    } else {
        Err(WriteError::Unsuitable {
            path: path.to_owned(),
            why: "what stands there is not a folder of sealed copies and is not replaced",
        }
        .into())
    }
}
