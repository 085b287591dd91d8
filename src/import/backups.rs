//! Backups among imported files: found by their names, proven in place. Their bytes are never copied into the archive.
//!
//! A tar or SQL dump is a backup when proving it says so; the files of a ZooKeeper data directory belong to one backup, the
//! folder that holds them. Files that only lie beside a backup are left to everybody else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::walk::Found;
use super::{ImportError, Options};
use crate::archive::Staging;
use crate::backup::keep::{Keep, Named, NotProven, named, prove_and_keep};
use crate::model::{Evidence, Outcome, items};

/// Files that may be a backup of their own, by the end of their name.
const ALONE: [&str; 5] = [".tar", ".tar.gz", ".tgz", ".sql", ".sql.gz"];
/// Folders of a data directory below the one that is backed up as a whole.
const PARTS: [&str; 3] = ["version-2", "snapshot", "transactions"];
/// Other files of a data directory.
const BESIDE: [&str; 4] = ["myid", "currentEpoch", "acceptedEpoch", "zookeeper.out"];
/// Ending of the record that the script which takes backups writes beside each.
const RECORD: &str = ".record";

/// Something that may be a backup.
#[derive(Debug)]
pub(super) struct Candidate {
    path: PathBuf,
    /// Below the imported folder, as lists show it.
    relative: String,
    modified: DateTime<Utc>,
    /// The operator said that it is one.
    stated: bool,
}

/// What the candidates came to.
#[derive(Debug, Default)]
pub(super) struct Proven {
    pub(super) evidence: Vec<Evidence>,
    /// Item and file.
    pub(super) taken: Vec<(String, String)>,
    /// File and reason.
    pub(super) ignored: Vec<(String, String)>,
}

/// Takes what may be a backup out of the files, with what belongs to it; the rest stays.
///
/// # Errors
/// [`ImportError::Read`] for a stated backup that is not there.
pub(super) fn split(options: &Options, found: &mut Vec<Found>) -> Result<Vec<Candidate>, ImportError> {
    let mut all: BTreeMap<PathBuf, Candidate> = BTreeMap::new();
    for path in &options.backups {
        let meta = std::fs::metadata(path).map_err(|e| ImportError::read(path, e))?;
        let modified = meta.modified().map_err(|e| ImportError::read(path, e))?;
        let relative = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.insert(
            same(path),
            Candidate {
                path: path.clone(),
                relative,
                modified: modified.into(),
                stated: true,
            },
        );
    }
    let stated: Vec<PathBuf> = all.keys().cloned().collect();
    found.retain(|file| {
        let own = same(&file.path);
        // Everything in a folder that is said to be a backup belongs to it.
        if stated.iter().any(|stated| own.starts_with(stated)) {
            return false;
        }
        let Some((root, relative)) = root(file, &options.from) else {
            return true;
        };
        let entry = all.entry(same(&root)).or_insert_with(|| Candidate {
            path: root,
            relative,
            modified: file.modified,
            stated: false,
        });
        entry.modified = entry.modified.max(file.modified);
        false
    });
    // The record of a backup is read with it.
    found.retain(|file| {
        let name = file.path.to_string_lossy();
        !name
            .strip_suffix(RECORD)
            .is_some_and(|backup| all.contains_key(&same(Path::new(backup))))
    });
    Ok(all.into_values().collect())
}

fn same(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The backup that a file may belong to: itself, or the data directory that it is a part of.
fn root(file: &Found, from: &Path) -> Option<(PathBuf, String)> {
    if file.unusable.is_some() {
        return None;
    }
    let name = file.path.file_name()?.to_string_lossy();
    let lower = name.to_ascii_lowercase();
    if ALONE.iter().any(|end| lower.len() > end.len() && lower.ends_with(end)) {
        return Some((file.path.clone(), file.relative.clone()));
    }
    let in_part = file.folders.last().is_some_and(|last| PARTS.contains(&last.as_str()));
    if !(is_data(&name) || in_part && BESIDE.contains(&&*name)) {
        return None;
    }
    let mut folders = file.folders.as_slice();
    while let Some((last, above)) = folders.split_last()
        && PARTS.contains(&last.as_str())
    {
        folders = above;
    }
    let relative = if folders.is_empty() {
        ".".to_owned()
    } else {
        folders.join("/")
    };
    let mut path = from.to_owned();
    path.extend(folders);
    // One file alone was given: the folder around it was not.
    if from.is_file() {
        return Some((file.path.clone(), file.relative.clone()));
    }
    Some((path, relative))
}

/// `snapshot.35a`, `log.35c`, also compressed.
fn is_data(name: &str) -> bool {
    let name = name
        .strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".snappy"))
        .unwrap_or(name);
    let zxid = name.strip_prefix("snapshot.").or_else(|| name.strip_prefix("log."));
    zxid.is_some_and(|zxid| {
        (1..=16).contains(&zxid.len()) && zxid.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Proves every candidate and stages the proofs.
///
/// # Errors
/// [`ImportError::Write`] and [`ImportError::Seal`]; what is no backup is listed as ignored, unless it was said to be one.
pub(super) fn prove(candidates: Vec<Candidate>, keep: &Keep, staging: &Staging) -> Result<Proven, ImportError> {
    let mut proven = Proven::default();
    let named: Vec<Named> = named(candidates.iter().map(|candidate| candidate.path.clone()));
    for (candidate, named) in candidates.into_iter().zip(named) {
        let item = named.item();
        let mut evidence = record(&candidate, &item);
        match prove_and_keep(&named, keep, &crate::backup::Options::default(), &mut |_| true) {
            Ok(proofs) => {
                let bytes = serde_json::to_vec_pretty(&proofs).map_err(|e| ImportError::Seal(e.to_string()))?;
                staging.put(&item, &bytes)?;
                proven.taken.push((item, candidate.relative));
            }
            Err(NotProven::Machine(why)) => return Err(ImportError::Seal(why)),
            Err(NotProven::Stopped) => return Err(ImportError::Seal("stopped".to_owned())),
            Err(NotProven::Backup(why)) if candidate.stated => {
                evidence.outcome = Outcome::Failed;
                evidence.reason = Some(why.clone());
                proven.ignored.push((candidate.relative, why));
            }
            Err(NotProven::Backup(why)) => {
                proven
                    .ignored
                    .push((candidate.relative, format!("no backup that can be read: {why}")));
                continue;
            }
        }
        proven.evidence.push(evidence);
    }
    Ok(proven)
}

fn record(candidate: &Candidate, item: &str) -> Evidence {
    Evidence {
        item: item.to_owned(),
        source: items::BACKUP.to_owned(),
        host: "-".into(),
        request: candidate.relative.clone(),
        method: "BACKUP".into(),
        outcome: Outcome::Captured,
        reason: None,
        required: candidate.stated,
        started_at: candidate.modified,
        duration_ms: 0,
        status: None,
        content_type: None,
        server_date: None,
        redirected_to: None,
        attempts: 0,
        bytes: 0,
        sha256: None,
        error_item: None,
    }
}
