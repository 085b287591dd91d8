//! Where an archive shall stand: looked at before a long collection begins, and published at its end.
//!
//! A file under the final name is complete, closed and flushed; whatever happens before leaves no such file and no
//! changed older one. Never follows a symlink, never writes into a folder in which others may replace files.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use super::container::Container;
use super::format;
use super::writer::WriteError;

/// A checked place for an archive.
#[derive(Debug, Clone)]
pub struct Target {
    path: PathBuf,
    folder: PathBuf,
    name: String,
    container: Container,
    force: bool,
}

impl Target {
    /// Checks that an archive may be put at `path`: its folder exists and only its owner may replace files in it, and
    /// nothing stands there yet (with `force`: only a file or an archive folder, which will be replaced).
    ///
    /// # Errors
    /// [`WriteError::Exists`], [`WriteError::Unsuitable`], [`WriteError::Io`].
    pub fn new(path: &Path, container: Container, force: bool) -> Result<Self, WriteError> {
        let unsuitable = |why: &'static str| WriteError::Unsuitable {
            path: path.to_owned(),
            why,
        };
        let name = path.file_name().ok_or_else(|| unsuitable("it has no file name"))?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let meta = fs::metadata(&folder).map_err(|e| WriteError::io(&folder, e))?;
        if !meta.is_dir() {
            return Err(unsuitable("what should be its folder is not a folder"));
        }
        // Others could swap the finished archive: like OpenSSH, refuse 0777 folders unless sticky (such as /tmp).
        if meta.permissions().mode() & 0o1002 == 0o0002 {
            return Err(unsuitable(
                "anybody may replace files in its folder (writable by others, not sticky)",
            ));
        }
        let target = Self {
            path: path.to_owned(),
            folder,
            name: name.to_string_lossy().into_owned(),
            container,
            force,
        };
        target.check_free()?;
        Ok(target)
    }

    /// The final path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The container that will be written.
    pub fn container(&self) -> Container {
        self.container
    }

    fn check_free(&self) -> Result<(), WriteError> {
        let meta = match fs::symlink_metadata(&self.path) {
            Ok(meta) => meta,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(WriteError::io(&self.path, e)),
        };
        if !self.force {
            return Err(WriteError::Exists {
                path: self.path.clone(),
            });
        }
        let replaceable = if self.container == Container::Folder {
            // Never delete somebody's folder because of a slip in `-o`.
            meta.is_dir() && self.path.join(format::MANIFEST_JSON).is_file()
        } else {
            meta.is_file()
        };
        if replaceable {
            Ok(())
        } else {
            Err(WriteError::Unsuitable {
                path: self.path.clone(),
                why: "what stands there is not an archive of that kind (or is a symlink) and is not replaced",
            })
        }
    }

    /// A private folder (0700) beside the final name; removed when dropped.
    pub fn private_folder(&self, prefix: &str) -> Result<TempDir, WriteError> {
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&self.folder)
            .map_err(|e| WriteError::io(&self.folder, e))?;
        // Whatever the umask was.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700))
            .map_err(|e| WriteError::io(folder.path(), e))?;
        Ok(folder)
    }

    /// A private folder named after the target, for a bag that is published as a folder.
    pub(super) fn part_folder(&self) -> Result<TempDir, WriteError> {
        self.private_folder(&format!(".{}.part-", self.name))
    }

    /// A private file (0600) beside the final name; removed when dropped.
    pub(super) fn part_file(&self) -> Result<NamedTempFile, WriteError> {
        let part = tempfile::Builder::new()
            .prefix(&format!(".{}.part-", self.name))
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(&self.folder)
            .map_err(|e| WriteError::io(&self.folder, e))?;
        part.as_file()
            .set_permissions(Permissions::from_mode(0o600))
            .map_err(|e| WriteError::io(part.path(), e))?;
        Ok(part)
    }

    /// Flushes a complete part and gives it the final name.
    pub(super) fn publish_file(&self, part: NamedTempFile) -> Result<(), WriteError> {
        part.as_file().sync_all().map_err(|e| WriteError::io(part.path(), e))?;
        if self.force {
            self.check_free()?;
            part.persist(&self.path)
                .map_err(|e| WriteError::io(&self.path, e.error))?;
        } else {
            part.persist_noclobber(&self.path).map_err(|e| {
                if e.error.kind() == io::ErrorKind::AlreadyExists {
                    WriteError::Exists {
                        path: self.path.clone(),
                    }
                } else {
                    WriteError::io(&self.path, e.error)
                }
            })?;
        }
        self.flush_folder().inspect_err(|_| {
            // Not certain to survive a power cut: then it must not look finished. A replaced archive is gone already,
            // so in that case the complete new one stays.
            if !self.force {
                let _ = fs::remove_file(&self.path);
            }
        })
    }

    /// Flushes a complete folder and gives it the final name.
    pub(super) fn publish_folder(&self, part: TempDir) -> Result<(), WriteError> {
        let old = if self.force && self.path.is_dir() {
            self.check_free()?;
            let aside = self.private_folder(&format!(".{}.old-", self.name))?;
            fs::rename(&self.path, aside.path().join("old")).map_err(|e| WriteError::io(&self.path, e))?;
            Some(aside)
        } else {
            self.check_free()?;
            None
        };
        // rename(2) replaces at most an empty folder; a bag is never empty, so of two writers one wins.
        if let Err(error) = fs::rename(part.path(), &self.path) {
            if let Some(aside) = &old {
                let _ = fs::rename(aside.path().join("old"), &self.path);
            }
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                    WriteError::Exists {
                        path: self.path.clone(),
                    }
                }
                _ => WriteError::io(&self.path, error),
            });
        }
        // It moved away under its final name: nothing to remove.
        let _ = part.keep();
        self.flush_folder()
    }

    fn flush_folder(&self) -> Result<(), WriteError> {
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| WriteError::io(&self.folder, e))
    }
}
