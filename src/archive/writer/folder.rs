//! The bag as a folder: folders 0700, files 0600, each flushed.
//!
//! Built under a temporary name and renamed as a whole.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::plan::Plan;
use super::{Sink, WriteError, send};
use crate::archive::format;
use crate::archive::target::Target;

struct FolderSink {
    root: PathBuf,
    folders: BTreeSet<PathBuf>,
    file: Option<File>,
}

pub(super) fn write(target: &Target, plan: &Plan) -> Result<(), WriteError> {
    let part = target.part_folder()?;
    let io = |e| WriteError::io(part.path(), e);
    let mut sink = FolderSink {
        root: part.path().to_owned(),
        folders: BTreeSet::new(),
        file: None,
    };
    // RFC 8493 wants the payload folder even when it is empty.
    sink.make_folders(Path::new(format::DATA)).map_err(io)?;
    send(plan, "", part.path(), &mut sink)?;
    for folder in &sink.folders {
        File::open(folder).and_then(|f| f.sync_all()).map_err(io)?;
    }
    File::open(part.path()).and_then(|f| f.sync_all()).map_err(io)?;
    target.publish_folder(part)
}

impl FolderSink {
    /// Makes a folder below the root, and those above it.
    fn make_folders(&mut self, relative: &Path) -> io::Result<()> {
        let mut path = self.root.clone();
        for part in relative.components() {
            path.push(part);
            if !self.folders.contains(&path) {
                DirBuilder::new().mode(0o700).create(&path)?;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
                self.folders.insert(path.clone());
            }
        }
        Ok(())
    }
}

impl Sink for FolderSink {
    fn begin(&mut self, name: &str, _size: u64) -> io::Result<()> {
        let relative = Path::new(name);
        if let Some(folder) = relative.parent() {
            self.make_folders(folder)?;
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.root.join(relative))?;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        self.file = Some(file);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => file.sync_all(),
            None => Ok(()),
        }
    }
}

impl Write for FolderSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("no member was begun")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
