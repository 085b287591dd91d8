//! Backups on their way into an archive: proven, and of their bytes a sealed copy, or the operator's word that there is none.
//!
//! The proof alone enters the archive, without the folders of the operator's machine; never a byte of a backup.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::seal::beside::Published;
use super::seal::{Copies, ENDING, SealError, Watch, Witness};
use super::{Options, prove};
use crate::model::backup::{FORMAT, Kept, Proof, Proofs};
use crate::model::items;

/// What becomes of the bytes.
#[derive(Debug, Clone)]
pub enum Keep {
    /// A sealed copy beside the archive.
    Sealed(Arc<Copies>),
    /// They stay where they are, in clear, for this reason.
    InClear(String),
    /// They stay where they are, and nobody said more.
    Unsaid,
}

impl Keep {
    /// Removes what was sealed so far, where something was.
    pub fn give_up(&self) {
        if let Self::Sealed(copies) = self {
            copies.give_up();
        }
    }

    /// Gives the sealed copies their names, where there are any; taken back when what is given is dropped unkept.
    ///
    /// # Errors
    /// As [`Copies::publish`].
    pub fn publish(&self) -> Result<Option<Published>, SealError> {
        match self {
            Self::Sealed(copies) => copies.publish(),
            Self::InClear(_) | Self::Unsaid => Ok(None),
        }
    }

    /// What the manifest says where the bytes stay in clear.
    pub fn in_clear(&self) -> Option<&str> {
        match self {
            Self::InClear(because) => Some(because),
            Self::Sealed(_) | Self::Unsaid => None,
        }
    }
}

/// A backup with the name that it has in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Where it stands.
    pub path: PathBuf,
    /// Its folder in the archive, told apart from every other.
    pub label: String,
}

/// Names backups by their file names; of several of one name the second is called `<name>-2`, and so on.
pub fn named(paths: impl IntoIterator<Item = PathBuf>) -> Vec<Named> {
    let mut taken = BTreeSet::new();
    let mut all = Vec::new();
    for path in paths {
        let name = file_name(&path);
        let mut label = folder(&name);
        let mut number = 2;
        // Archives tell no two names apart that differ in case only.
        while !taken.insert(label.to_ascii_lowercase()) {
            label = folder(&format!("{name}-{number}"));
            number += 1;
        }
        all.push(Named { path, label });
    }
    all
}

impl Named {
    /// Payload path of the proof.
    pub fn item(&self) -> String {
        items::path(items::BACKUP, &self.label, items::BACKUP_PROOF)
    }

    /// File name of the backup, without its folders.
    pub fn name(&self) -> String {
        file_name(&self.path)
    }

    /// File name of the sealed copy.
    pub fn sealed(&self) -> String {
        let tar = if self.path.is_dir() { ".tar" } else { "" };
        format!("{}{tar}{ENDING}", self.label)
    }
}

/// The folder of an item of that name.
fn folder(name: &str) -> String {
    let item = items::path(items::BACKUP, name, items::BACKUP_PROOF);
    item.split('/').nth(2).unwrap_or_default().to_owned()
}

fn file_name(path: &Path) -> String {
    // `.` and `..` have a name, too.
    let own = match path.file_name() {
        Some(name) => Some(name.to_owned()),
        None => path
            .canonicalize()
            .ok()
            .and_then(|path| path.file_name().map(ToOwned::to_owned)),
    };
    own.map_or_else(|| "backup".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotProven {
    /// The backup cannot be read, or is none: in words, without the folders of this machine.
    Backup(String),
    /// This machine cannot write the sealed copy.
    Machine(String),
    /// The watcher said stop.
    Stopped,
}

/// Proves one backup and keeps its bytes as asked.
///
/// # Errors
/// See [`NotProven`]. A backup that cannot be restored is no error: its proof says so.
pub fn prove_and_keep(
    named: &Named,
    keep: &Keep,
    options: &Options,
    watch: &mut Watch<'_>,
) -> Result<Proofs, NotProven> {
    let short = |text: &str| without_folders(text, named);
    let copy = named.sealed();
    let before = Witness::of(&named.path).map_err(|error| not_sealed(&error, named))?;
    let inspected = prove(&named.path, options).map_err(|error| NotProven::Backup(short(&error.to_string())))?;
    if let Some(why) = &inspected.unreadable {
        return Err(NotProven::Backup(short(why)));
    }
    if inspected.proofs.is_empty() {
        return Err(NotProven::Backup("there is no backup in it".to_owned()));
    }
    if !watch(0) {
        return Err(NotProven::Stopped);
    }
    let kept = match keep {
        Keep::Unsaid => None,
        Keep::InClear(because) => Some(Kept::InClear {
            because: because.clone(),
        }),
        Keep::Sealed(copies) => {
            let (sealed, _) = copies
                .seal(&named.path, &copy, watch)
                .map_err(|error| not_sealed(&error, named))?;
            Some(Kept::Sealed {
                file: format!("{}/{copy}", copies.folder()),
                sha256: sealed.sha256,
                bytes: sealed.bytes,
                recipients: sealed.recipients,
            })
        }
    };
    // What was proven is what was sealed only if nothing was written meanwhile.
    if Witness::of(&named.path).ok().as_ref() != Some(&before) {
        if let Keep::Sealed(copies) = keep {
            copies.discard(&copy);
        }
        return Err(NotProven::Backup(format!("{} changed while it was read", named.name())));
    }
    let backups = inspected
        .proofs
        .into_iter()
        .map(|proof| shown(proof, named, kept.clone()))
        .collect();
    Ok(Proofs {
        format: FORMAT.to_owned(),
        backups,
    })
}

fn not_sealed(error: &SealError, named: &Named) -> NotProven {
    match error {
        SealError::Stopped => NotProven::Stopped,
        SealError::Write(error) => NotProven::Machine(format!("no sealed copy of {}: {error}", named.name())),
        other => NotProven::Backup(without_folders(&other.to_string(), named)),
    }
}

/// A proof as it stands in an archive: names, no folders of this machine.
fn shown(mut proof: Proof, named: &Named, kept: Option<Kept>) -> Proof {
    let shorten = |text: &mut String| *text = without_folders(text, named);
    shorten(&mut proof.path);
    proof
        .findings
        .iter_mut()
        .for_each(|finding| shorten(&mut finding.summary));
    let snapshots = proof.snapshots.iter_mut().filter_map(|file| file.problem.as_mut());
    let logs = proof.logs.iter_mut().filter_map(|file| file.problem.as_mut());
    snapshots.chain(logs).for_each(shorten);
    proof.kept = kept;
    proof
}

/// Where a backup lies on the operator's machine is nobody's business: its path becomes its name.
fn without_folders(text: &str, named: &Named) -> String {
    let path = named.path.to_string_lossy();
    let path = path.trim_end_matches('/');
    if path.contains('/') {
        text.replace(path, &named.name())
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_say_nothing_of_folders() {
        let all = named(["/a/zk.tar.gz", "/b/zk.tar.gz", "c/ZK.tar.gz", "zk.tar.gz-2", "/x y/d ö"].map(PathBuf::from));
        let labels: Vec<&str> = all.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(
            labels,
            ["zk.tar.gz", "zk.tar.gz-2", "ZK.tar.gz-3", "zk.tar.gz-2-2", "d__"]
        );
        let first = all.first().unwrap();
        assert_eq!(first.item(), "data/backup/zk.tar.gz/proof.json");
        assert_eq!(
            (first.name(), first.sealed()),
            ("zk.tar.gz".to_owned(), "zk.tar.gz.age".to_owned())
        );
        assert_eq!(
            without_folders("/a/zk.tar.gz!var/lib: cut", first),
            "zk.tar.gz!var/lib: cut"
        );
    }
}
