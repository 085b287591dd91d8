//! Opens archives for commands and says which one was refused. Reading them into snapshots is `snapshot::load`.

use std::path::Path;

use crate::archive::{Limits, Reader, Refused};
use crate::snapshot::{Snapshot, load, load_pair};

/// An archive whose tag files have been read.
pub struct Opened {
    reader: Reader,
    /// File name without its folder, as reports show it.
    pub name: String,
}

/// Opens an archive and reads its tag files.
pub fn open(path: &Path) -> anyhow::Result<Opened> {
    let reader = Reader::open(path, &Limits::default()).map_err(|refused| told(path, refused))?;
    let name = path.file_name().map_or_else(
        || path.to_string_lossy().into_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    Ok(Opened { reader, name })
}

impl Opened {
    /// SHA-256 of the tag manifest.
    pub fn digest(&self) -> &str {
        self.reader.digest()
    }

    /// Reads and verifies the whole payload; the snapshot exists only if every byte is what was written.
    pub fn snapshot(self, path: &Path) -> anyhow::Result<Snapshot> {
        load(self.reader).map_err(|refused| told(path, refused))
    }
}

fn told(path: &Path, refused: Refused) -> anyhow::Error {
    anyhow::Error::new(refused).context(super::text::sanitized(&path.to_string_lossy()))
}

/// Reads two archives at the same time.
pub fn both(pre: (Opened, &Path), post: (Opened, &Path)) -> anyhow::Result<(Snapshot, Snapshot)> {
    let (before, after) = load_pair(pre.0.reader, post.0.reader);
    let before = before.map_err(|refused| told(pre.1, refused))?;
    Ok((before, after.map_err(|refused| told(post.1, refused))?))
}
