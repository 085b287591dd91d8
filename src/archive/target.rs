//! Where an archive shall stand: looked at before a long collection begins, and published at its end.
//!
//! A file under the final name is complete, closed and flushed; whatever happens before leaves no such file and no
//! changed older one. Never follows a symlink, never writes into a folder in which others may replace files.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::{NamedTempFile, TempDir};

use super::container::Container;
use super::format;
use super::place::Place;
use super::writer::WriteError;

/// A checked place for an archive.
#[derive(Debug, Clone)]
pub struct Target {
    place: Place,
    container: Container,
}

impl Target {
    /// Checks that an archive may be put at `path`: its folder exists and only its owner may replace files in it, and
    /// nothing stands there yet (with `force`: only a file or an archive folder, which will be replaced).
    ///
    /// # Errors
    /// [`WriteError::Exists`], [`WriteError::Unsuitable`], [`WriteError::Io`].
    pub fn new(path: &Path, container: Container, force: bool) -> Result<Self, WriteError> {
        let target = Self {
            place: Place::beside(path, force)?,
            container,
        };
        target.check_free()?;
        Ok(target)
    }

    /// The final path.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// Whether what stands there is replaced.
    pub fn force(&self) -> bool {
        self.place.force()
    }

    /// The container that will be written.
    pub fn container(&self) -> Container {
        self.container
    }

    fn check_free(&self) -> Result<(), WriteError> {
        self.place.check_free(
            |meta| {
                if self.container == Container::Folder {
                    // Never delete somebody's folder because of a slip in `-o`.
                    meta.is_dir() && self.path().join(format::MANIFEST_JSON).is_file()
                } else {
                    meta.is_file()
                }
            },
            "what stands there is not an archive of that kind (or is a symlink) and is not replaced",
        )
    }

    /// A private folder (0700) beside the final name; removed when dropped.
    pub fn private_folder(&self, prefix: &str) -> Result<TempDir, WriteError> {
        self.place.private_folder(prefix)
    }

    /// A private folder named after the target, for a bag that is published as a folder.
    pub(super) fn part_folder(&self) -> Result<TempDir, WriteError> {
        self.private_folder(&format!(".{}.part-", self.place.name()))
    }

    /// A private file (0600) beside the final name; removed when dropped.
    pub(super) fn part_file(&self) -> Result<NamedTempFile, WriteError> {
        self.place.part_file()
    }

    /// Flushes a complete part and gives it the final name.
    pub(super) fn publish_file(&self, part: NamedTempFile) -> Result<(), WriteError> {
        if self.force() {
            self.check_free()?;
        }
        self.place.publish_file(part)
    }

    /// Flushes a complete folder and gives it the final name.
    pub(super) fn publish_folder(&self, part: TempDir) -> Result<(), WriteError> {
        let path = self.path();
        let old = if self.force() && path.is_dir() {
            self.check_free()?;
            let aside = self.private_folder(&format!(".{}.old-", self.place.name()))?;
            fs::rename(path, aside.path().join("old")).map_err(|e| WriteError::io(path, e))?;
            Some(aside)
        } else {
            self.check_free()?;
            None
        };
        // rename(2) replaces at most an empty folder; a bag is never empty, so of two writers one wins.
        if let Err(error) = fs::rename(part.path(), path) {
            if let Some(aside) = &old {
                let _ = fs::rename(aside.path().join("old"), path);
            }
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                    self.place.exists()
                }
                _ => WriteError::io(path, error),
            });
        }
        // It moved away under its final name: nothing to remove.
        let _ = part.keep();
        self.place.flush_folder()
    }
}
