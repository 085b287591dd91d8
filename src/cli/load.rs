//! Reads archives into snapshots. An archive that is refused gives nothing: no part of it is judged.

use std::path::Path;

use super::Failure;
use crate::archive::{Limits, Reader, Refused};
use crate::snapshot::{Builder, Snapshot};

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
        let mut builder = Builder::new();
        let verified = self
            .reader
            .for_each(&mut |item, size, body| builder.member(item, size, body))
            .map_err(|refused| told(path, refused))?;
        Ok(builder.finish(verified.manifest, verified.digest))
    }
}

fn told(path: &Path, refused: Refused) -> anyhow::Error {
    anyhow::Error::new(refused).context(super::text::sanitized(&path.to_string_lossy()))
}

/// Reads two archives at the same time, one per thread.
pub fn both(pre: (Opened, &Path), post: (Opened, &Path)) -> anyhow::Result<(Snapshot, Snapshot)> {
    let (before, after) = std::thread::scope(|scope| {
        let before = scope.spawn(|| pre.0.snapshot(pre.1));
        let after = scope.spawn(|| post.0.snapshot(post.1));
        (before.join(), after.join())
    });
    let failed = |path: &Path| {
        Failure::new(
            super::exit::FAILURE,
            format!("reading {} failed inside gonogo; please report this", path.display()),
        )
    };
    Ok((before.map_err(|_| failed(pre.1))??, after.map_err(|_| failed(post.1))??))
}
