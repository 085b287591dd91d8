//! `--recipient`, `--recipients-file` and `[backup]` of `gonogo.toml`: to whom is sealed. Public keys only, never a secret.

use std::path::PathBuf;

use super::Failure;
use super::config::file::Backup;
use super::config::reader::Problems;
use crate::backup::seal::{Recipients, SealError};

/// Arguments that name recipients.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RecipientArgs {
    /// Who may open what is sealed: the public half of an identity of age (age1…); repeat for more
    #[arg(long, value_name = "AGE1…", help_heading = "Sealing")]
    pub recipient: Vec<String>,
    /// File with recipients, one a line; repeat for more
    #[arg(long, value_name = "FILE", help_heading = "Sealing")]
    pub recipients_file: Vec<PathBuf>,
}

impl RecipientArgs {
    /// Whether any was named by a flag.
    pub fn any(&self) -> bool {
        !self.recipient.is_empty() || !self.recipients_file.is_empty()
    }

    /// The recipients: those of the flags, else those of the file. Empty where nobody is named.
    pub fn merge(&self, file: &Backup, problems: &mut Problems) -> Recipients {
        let mut all = Recipients::default();
        let mut note = |place: &str, added: Result<(), SealError>| {
            if let Err(error) = added {
                problems.note(place, error.to_string());
            }
        };
        if self.any() {
            for text in &self.recipient {
                note("--recipient", all.add(text));
            }
            for path in &self.recipients_file {
                note("--recipients-file", all.add_file(path));
            }
            return all;
        }
        if let Some(said) = &file.recipients {
            for text in &said.value {
                note(&said.place, all.add(text));
            }
        }
        if let Some(said) = &file.recipients_file {
            note(&said.place, all.add_file(&said.value));
        }
        all
    }
}

/// Nobody was named.
pub fn nobody() -> Failure {
    Failure::usage("nobody is named who could open what is sealed").hint(
        "give --recipient age1… (as `age-keygen -y` prints it) or --recipients-file FILE, or [backup] recipients in gonogo.toml",
    )
}
