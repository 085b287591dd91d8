//! Identities: the secret halves (`AGE-SECRET-KEY-…`) that open what was sealed. From a file only.
//!
//! Never prints, copies or keeps them longer than the opening; a file that others may read is refused, as ssh does.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::SealError;

/// Largest identity file, bytes.
const LIMIT: u64 = 1 << 20;

/// By whom something is opened.
pub struct Identities {
    keys: Vec<Box<dyn age::Identity + Send + Sync>>,
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identities({})", self.keys.len())
    }
}

impl Identities {
    /// Reads a file as `age-keygen` writes it.
    ///
    /// # Errors
    /// [`SealError::Exposed`] where group or others may read it, [`SealError::Identity`], [`SealError::Read`].
    pub fn read(path: &Path) -> Result<Self, SealError> {
        let place = path.display();
        let file = File::open(path).map_err(|e| SealError::read(path, e))?;
        let meta = file.metadata().map_err(|e| SealError::read(path, e))?;
        if meta.is_dir() {
            return Err(SealError::Identity(format!(
                "{place} is a folder, not an identity file"
            )));
        }
        let mode = meta.permissions().mode() & 0o777;
        // Pipes (`--identity <(…)`) have no readers but us.
        if meta.is_file() && mode & 0o077 != 0 {
            return Err(SealError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        let read = age::IdentityFile::from_buffer(BufReader::new(file.take(LIMIT)));
        let keys = read
            .map_err(|_| ())
            .and_then(|identities| identities.into_identities().map_err(|_| ()))
            // The library's own words are not repeated: nothing of this file is.
            .map_err(|()| {
                SealError::Identity(format!(
                    "{place} is no identity file: expected lines AGE-SECRET-KEY-1…, as `age-keygen` writes them \
                     (identities behind a passphrase, plugins and SSH keys are not read)"
                ))
            })?;
        if keys.is_empty() {
            return Err(SealError::Identity(format!("{place} holds no identity")));
        }
        Ok(Self { keys })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.keys.iter().map(|key| &**key as &dyn age::Identity)
    }
}
