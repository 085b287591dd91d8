//! A place for one file or folder that appears under its final name whole or not at all.
//!
//! Whatever is written stands beside the final name under a hidden one, private (0600, folders 0700), until it is
//! complete and flushed. Never follows a symlink, never replaces anything unasked, never writes into a folder in which
//! others may replace files.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use super::writer::WriteError;

/// A checked place.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    folder: PathBuf,
    name: String,
    force: bool,
}

impl Place {
    /// Checks that a file may be put at `path`: as [`Place::beside`], and nothing stands there yet (with `force`: only
    /// a regular file, which will be replaced).
    ///
    /// # Errors
    /// [`WriteError::Exists`], [`WriteError::Unsuitable`], [`WriteError::Io`].
    pub fn for_file(path: &Path, force: bool) -> Result<Self, WriteError> {
        let place = Self::beside(path, force)?;
        place.check_free_for_file()?;
        Ok(place)
    }

    /// Checks the folder only: it exists, and nobody but its owner may replace files in it.
    ///
    /// # Errors
    /// [`WriteError::Unsuitable`], [`WriteError::Io`].
    pub fn beside(path: &Path, force: bool) -> Result<Self, WriteError> {
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
        // Others could swap the finished file: like OpenSSH, refuse 0777 folders unless sticky (such as /tmp).
        if meta.permissions().mode() & 0o1002 == 0o0002 {
            return Err(unsuitable(
                "anybody may replace files in its folder (writable by others, not sticky)",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            folder,
            name: name.to_string_lossy().into_owned(),
            force,
        })
    }

    /// The final path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The final name, made printable.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether something that stands there is replaced.
    pub fn force(&self) -> bool {
        self.force
    }

    fn check_free_for_file(&self) -> Result<(), WriteError> {
        self.check_free(
            fs::Metadata::is_file,
            "what stands there is not a file (or is a symlink) and is not replaced",
        )
    }

    /// That nothing stands there, or with force only what `replaceable` allows; else refused, because `why`.
    pub(super) fn check_free(
        &self,
        replaceable: impl Fn(&fs::Metadata) -> bool,
        why: &'static str,
    ) -> Result<(), WriteError> {
        match fs::symlink_metadata(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(WriteError::io(&self.path, e)),
            Ok(_) if !self.force => Err(self.exists()),
            Ok(meta) if replaceable(&meta) => Ok(()),
            Ok(_) => Err(WriteError::Unsuitable {
                path: self.path.clone(),
                why,
            }),
        }
    }

    pub(super) fn exists(&self) -> WriteError {
        WriteError::Exists {
            path: self.path.clone(),
        }
    }

    /// A private folder (0700) beside the final name; removed when dropped.
    ///
    /// # Errors
    /// [`WriteError::Io`].
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

    /// A private file (0600) beside the final name; removed when dropped.
    ///
    /// # Errors
    /// [`WriteError::Io`].
    pub fn part_file(&self) -> Result<NamedTempFile, WriteError> {
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
    ///
    /// # Errors
    /// [`WriteError::Exists`] when something came to stand there meanwhile; [`WriteError::Io`]. The part is removed.
    pub fn publish_file(&self, part: NamedTempFile) -> Result<(), WriteError> {
        part.as_file().sync_all().map_err(|e| WriteError::io(part.path(), e))?;
        if self.force {
            self.check_free_for_file()?;
            part.persist(&self.path)
                .map_err(|e| WriteError::io(&self.path, e.error))?;
        } else {
            part.persist_noclobber(&self.path).map_err(|e| {
                if e.error.kind() == io::ErrorKind::AlreadyExists {
                    self.exists()
                } else {
                    WriteError::io(&self.path, e.error)
                }
            })?;
        }
        self.flush_folder().inspect_err(|_| {
            // Not certain to survive a power cut: then it must not look finished. A replaced file is gone already, so in
            // that case the complete new one stays.
            if !self.force {
                let _ = fs::remove_file(&self.path);
            }
        })
    }

    /// Flushes the folder, so that a new name in it survives a power cut.
    ///
    /// # Errors
    /// [`WriteError::Io`].
    pub fn flush_folder(&self) -> Result<(), WriteError> {
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| WriteError::io(&self.folder, e))
    }
}
