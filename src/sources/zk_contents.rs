//! `contents.json` of the walk over the znodes: where what stands in them was kept beside the archive, and what is missing.
//!
//! Holds names of files, hashes and counts; never a byte of a znode, never a path of one.

use serde::{Deserialize, Serialize};

use super::{Malformed, Parsed};
use crate::model::backup::Kept;

/// Format of `contents.json`.
pub const FORMAT: &str = "gonogo-zk-contents/1";

/// One finished file of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentsFile {
    /// Folder and name beside the archive.
    pub file: String,
    /// SHA-256 of the file as it stands there (sealed, where it is), lower-case hex.
    pub sha256: String,
    /// Its size, bytes.
    pub bytes: u64,
    /// Znodes in it.
    pub znodes: u64,
    /// To how many recipients it is sealed; `None` where it is in clear.
    pub recipients: Option<u64>,
    /// The operator's words, where it is in clear.
    pub in_clear_because: Option<String>,
}

impl ContentsFile {
    /// The same as it is said of a backup.
    pub fn kept(&self) -> Kept {
        match self.recipients {
            Some(recipients) => Kept::Sealed {
                file: self.file.clone(),
                sha256: self.sha256.clone(),
                bytes: self.bytes,
                recipients,
            },
            None => Kept::InClear {
                because: self.in_clear_because.clone().unwrap_or_default(),
            },
        }
    }
}

/// `contents.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// [`FORMAT`].
    pub format: String,
    /// Whether the files hold the data of every znode of a whole tree.
    pub complete: bool,
    /// What is missing, where `complete` is false.
    pub incomplete_because: Option<String>,
    /// Znodes in the files: each stands in one of them, once.
    pub znodes: u64,
    /// Znodes that were read and whose data were refused (NoAuth); they stand in no file.
    pub refused: u64,
    /// The files, in the order of the walk.
    pub files: Vec<ContentsFile>,
}

impl Contents {
    /// What the files of a walk come to: `read` znodes were counted, and `incomplete` says why those are not the tree.
    pub fn of(files: Vec<ContentsFile>, read: u64, incomplete: Option<&str>) -> Self {
        let znodes = files.iter().map(|file| file.znodes).sum();
        let refused = read.saturating_sub(znodes);
        let missing = (refused > 0).then(|| format!("the data of {refused} of {read} znodes were refused (NoAuth)"));
        let odd = (znodes > read).then(|| format!("the files hold {znodes} znodes, and the walk counted {read}"));
        let because: Vec<String> = [incomplete.map(str::to_owned), missing, odd]
            .into_iter()
            .flatten()
            .collect();
        Self {
            format: FORMAT.to_owned(),
            complete: because.is_empty(),
            incomplete_because: (!because.is_empty()).then(|| because.join("; ")),
            znodes,
            refused,
            files,
        }
    }
}

/// Reads `contents.json`.
///
/// # Errors
/// [`Malformed`] when it is not that, or of a later format.
pub fn read(bytes: &[u8]) -> Parsed<Contents> {
    let contents: Contents = serde_json::from_slice(bytes).map_err(Malformed::new)?;
    if contents.format == FORMAT {
        Ok(contents)
    } else {
        Err(Malformed::new(format!(
            "format `{}`; expected `{FORMAT}`",
            contents.format
        )))
    }
}
