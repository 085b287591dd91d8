//! Sealing: backups are encrypted to the operator's recipients (the format of age) and opened again with an identity.
//!
//! A sealed file appears under its final name whole, flushed and private (0600), or not at all; of what goes into it no
//! clear byte touches the disk. An opened file appears only when its last byte was proven to be the one that was sealed.
//! Never holds a backup in memory, never writes over anything unasked, never says anything of what stands in a backup or
//! an identity.
//!
//! ```text
//!  recipients  to whom          writer   the streaming writer            input   a file or folder into a writer
//!  identities  by whom          open     the way back                    beside  the folder of sealed copies beside an archive
//! ```

pub mod beside;
pub mod copies;
pub mod identities;
pub mod input;
pub mod open;
pub mod recipients;
pub mod writer;

use std::io;
use std::path::{Path, PathBuf};

pub use beside::Beside;
pub use copies::Copies;
pub use identities::Identities;
pub use input::{Content, Witness, seal};
pub use open::{Known, Opened, open};
pub use recipients::Recipients;
pub use writer::{Form, Sealed, Sealer};

use crate::archive::WriteError;

/// Ending of the name of a sealed file.
pub const ENDING: &str = ".age";

/// Told after every chunk how many bytes it had; answers whether to go on.
pub type Watch<'w> = dyn FnMut(u64) -> bool + 'w;

/// Why something was not sealed or not opened. Nothing is left behind in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No recipient, or something that is none.
    #[error("{0}")]
    Recipient(String),
    /// No identity, or something that is none.
    #[error("{0}")]
    Identity(String),
    /// Others may read the identity.
    #[error("{path} holds an identity and can be read by others (mode {mode:03o}): it is not used; `chmod 600` it")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The output's place cannot be used, or writing failed.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The input could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// File or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The input is of a kind that is not sealed or opened.
    #[error("{path}: {why}")]
    Unsuitable {
        /// File or folder.
        path: PathBuf,
        /// In words.
        why: &'static str,
    },
    /// The input is no longer what it was when reading began.
    #[error("{path} changed while it was read; nothing was kept")]
    Changed {
        /// File or folder.
        path: PathBuf,
    },
    /// Not a sealed file at all.
    #[error("{path} is no sealed file: {why}")]
    NotSealed {
        /// The file.
        path: PathBuf,
        /// What was seen and expected.
        why: &'static str,
    },
    /// Sealed for others.
    #[error("{path} is not sealed for this identity (or its header was altered); nothing was written")]
    OtherIdentity {
        /// The file.
        path: PathBuf,
    },
    /// Altered or cut.
    #[error("{path} is damaged: {why}; nothing was written")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was seen and expected.
        why: &'static str,
    },
    /// Intact, and not what the archive proves.
    #[error("{path}: {why}; nothing was written")]
    Differs {
        /// The file.
        path: PathBuf,
        /// What was seen and expected.
        why: String,
    },
    /// The watcher said stop.
    #[error("stopped; nothing half-written is left")]
    Stopped,
}

impl SealError {
    /// A write that the file system refused.
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write(WriteError::Io {
            path: path.to_owned(),
            source,
        })
    }

    /// A read that the file system refused.
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read {
            path: path.to_owned(),
            source,
        }
    }
}
