//! `--backup` and what becomes of the bytes: sealed for recipients, or in clear with the operator's word. For `collect`, `import`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::file::Backup;
use super::config::reader::{Problems, Said};
use super::recipients::RecipientArgs;
use crate::backup::keep::{self, Keep, Named};
use crate::backup::seal::{Copies, Recipients, SealError, beside};

/// Arguments about backups.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct BackupArgs {
    /// A backup that is proven into the archive: a ZooKeeper data directory, a guano dump, a SQL dump of the IAM database,
    /// as folder, tar, tar.gz or file; repeat for more. The bytes never enter the archive
    #[arg(long, value_name = "PATH", help_heading = "Backups")]
    pub backup: Vec<PathBuf>,
    /// To whom.
    #[command(flatten)]
    pub to: RecipientArgs,
    /// Keep no sealed copy of the backups, and write the contents of --zk-data in clear: the reason, in your own words, which
    /// the archive records
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["recipient", "recipients_file"], help_heading = "Sealing")]
    pub no_seal: Option<String>,
}

/// What becomes of the bytes, decided and not yet begun.
#[derive(Debug, Clone)]
pub enum Bytes {
    /// A sealed copy beside the archive.
    Sealed(Recipients),
    /// They stay where they are, in clear, for this reason.
    InClear(String),
    /// Nobody said.
    Unsaid,
}

/// Why one of the two is needed.
const NEITHER: &str = "a backup holds the secrets of the cluster and its bytes never enter the archive: say who may open a sealed \
                       copy beside it (--recipient age1… or --recipients-file FILE), or in your own words why there is none \
                       (--no-seal TEXT)";

impl BackupArgs {
    /// The backups to prove: flag over file. Notes those that are not there.
    pub fn named(&self, file: Option<Said<Vec<PathBuf>>>, problems: &mut Problems) -> Vec<Named> {
        let said = if self.backup.is_empty() {
            file
        } else {
            Some(Said::new(self.backup.clone(), "--backup"))
        };
        let Some(said) = said else { return Vec::new() };
        let mut seen = Vec::new();
        for path in &said.value {
            match path.canonicalize() {
                Ok(own) if seen.contains(&own) => {
                    problems.note(&said.place, format!("{} is named twice", path.display()));
                }
                Ok(own) => seen.push(own),
                Err(error) => problems.note(&said.place, format!("{}: {error}", path.display())),
            }
        }
        keep::named(said.value)
    }

    /// What becomes of the bytes: flag over file. `needed`: something must be said.
    pub fn bytes(&self, file: &Backup, needed: bool, problems: &mut Problems) -> Bytes {
        if let Some(words) = &self.no_seal {
            if words.trim().is_empty() {
                problems.note("--no-seal", "the reason is empty");
            }
            return Bytes::InClear(words.trim().to_owned());
        }
        let noted = problems.count();
        let to = self.to.merge(file, problems);
        if !to.is_empty() {
            return Bytes::Sealed(to);
        }
        if needed && problems.count() == noted {
            problems.note("--backup", NEITHER);
        }
        Bytes::Unsaid
    }
}

impl Bytes {
    /// Begins: for sealed copies the folder beside the archive is made.
    ///
    /// # Errors
    /// As [`Copies::begin`].
    pub fn begin(self, archive: &Path, force: bool) -> Result<Keep, SealError> {
        Ok(match self {
            Self::Sealed(to) => Keep::Sealed(Arc::new(Copies::begin(archive, force, to)?)),
            Self::InClear(because) => Keep::InClear(because),
            Self::Unsaid => Keep::Unsaid,
        })
    }

    /// What `--dry-run` says of the bytes.
    pub fn preview(&self, named: &[Named], archive: Option<&Path>) -> Vec<String> {
        let folder = beside::path(archive.unwrap_or(Path::new("<archive>")));
        let line = |named: &Named| {
            let path = named.path.display();
            match self {
                Self::Sealed(to) => {
                    let recipients = match to.len() {
                        1 => "1 recipient".to_owned(),
                        many => format!("{many} recipients"),
                    };
                    let copy = folder.join(named.sealed());
                    format!("SEAL {path} -> {} (for {recipients})", copy.display())
                }
                Self::InClear(because) => format!("no sealed copy of {path}: {because}"),
                Self::Unsaid => format!("no sealed copy of {path}: nobody is named who could open it"),
            }
        };
        named.iter().map(line).collect()
    }
}
