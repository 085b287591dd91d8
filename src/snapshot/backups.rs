//! Proofs of backups as they stand in a snapshot.
//!
//! Reads proofs, never a backup: the bytes are in no archive. Which master a backup belongs to is the business of
//! `facts::backups`, what it means that of checks.

use crate::model::{Observed, Proof, items};

use super::believe::Believe;
use super::parts::pick;

/// One backup that was given: a file, or a folder; it may hold several data directories.
#[derive(Debug, Clone)]
pub struct BackupGiven {
    /// Folder of its evidence below `data/backup/`: the file name, with odd characters replaced.
    pub name: String,
    /// Its proofs, one for each data directory or dump in it; never an empty list. Pointers into it: `/backups/<n>`.
    pub proofs: Observed<Vec<Proof>>,
}

/// Every backup that was given, sorted by name.
pub(super) fn given(believe: &mut Believe<'_>) -> Vec<BackupGiven> {
    believe
        .folders(items::BACKUP)
        .into_iter()
        .map(|(name, _)| BackupGiven {
            proofs: believe.take(&items::path(items::BACKUP, &name, items::BACKUP_PROOF), pick!(Proofs)),
            name,
        })
        .collect()
}
