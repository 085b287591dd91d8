//! Importing: a folder of files that people saved with curl (or an unpacked diagnostics bundle) becomes an archive.
//!
//! Recognises by usual names, else by shape, else by what the operator says; everything else is listed as ignored, never
//! dropped silently. Adds nothing: what a live collection would have had besides is simply not there, and checks that
//! need it say UNKNOWN. Never changes or deletes a file it reads.

mod address;
mod backups;
mod names;
mod place;
mod shape;
mod usual;
mod walk;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;

use self::walk::Found;
use crate::archive::{Limits, Staging, Target, WriteError, Written, writer};
use crate::backup::keep::Keep;
use crate::backup::seal::beside::Published;
use crate::model::manifest::Expected;
use crate::model::{Evidence, Manifest, Outcome, Phase};

pub use usual::kinds;

/// What to import and how to label it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder (or one file).
    pub from: PathBuf,
    /// Phase of the window.
    pub phase: Phase,
    /// Host of files that do not say theirs.
    pub host: Option<String>,
    /// Files named by the operator.
    pub named: Vec<Named>,
    /// Why, which ticket, who.
    pub reason: Option<String>,
    /// Change or support ticket.
    pub ticket: Option<String>,
    /// Who imports.
    pub operator: Option<String>,
    /// Files and folders that are backups, wherever they stand.
    pub backups: Vec<PathBuf>,
    /// What becomes of the bytes of backups: of those named and of those found.
    pub keep: Keep,
}

/// `--as KIND[@HOST]=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// One of [`kinds`].
    pub kind: String,
    /// Host, where stated.
    pub host: Option<String>,
    /// The file.
    pub file: PathBuf,
}

/// What became of the files.
#[derive(Debug)]
pub struct Imported {
    /// The archive.
    pub written: Written,
    /// Payload path, file it came from, and how it was recognised; sorted by payload path.
    pub taken: Vec<Taken>,
    /// Files left out, with the reason; sorted by file.
    pub ignored: Vec<(String, String)>,
    /// Folder of the sealed copies of backups, where there are any.
    pub sealed: Option<PathBuf>,
}

/// One file that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Payload path.
    pub item: String,
    /// File, relative to the imported folder.
    pub file: String,
    /// `name`, `shape`, `--as`; `proof` of a backup.
    pub by: &'static str,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The input cannot be used as it is: what was seen, and what to do. Exit code 2.
    #[error("{0}")]
    Input(String),
    /// A file or folder could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// The system's answer, or what is wrong with the compressed data.
        source: io::Error,
    },
    /// A backup could not be sealed on this machine.
    #[error("{0}")]
    Seal(String),
    /// The archive could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl ImportError {
    fn read(path: &Path, source: io::Error) -> Self {
        Self::Read {
            path: path.to_owned(),
            source,
        }
    }
}

/// A file and where it goes.
#[derive(Debug)]
struct Placed {
    found: Found,
    source: &'static str,
    host: String,
    item: String,
    by: &'static str,
}

/// Imports into an archive at the target.
///
/// # Errors
/// See [`ImportError`]; nothing is written in any of these cases.
pub fn run(options: &Options, target: &Target, tool: &str) -> Result<Imported, ImportError> {
    let mut found = walk::list(&options.from)?;
    let looked_at = found.len();
    let candidates = backups::split(options, &mut found)?;
    let place::Placement { placed, mut ignored } = place::decide(options, found, !candidates.is_empty())?;
    let staging = Staging::beside(target)?;
    let mut evidence = Vec::with_capacity(placed.len());
    let mut taken = Vec::with_capacity(placed.len());
    for file in &placed {
        stage(&staging, file)?;
        evidence.push(record(file));
        taken.push(Taken {
            item: file.item.clone(),
            file: file.found.relative.clone(),
            by: file.by,
        });
    }
    let proven = backups::prove(candidates, &options.keep, &staging)?;
    if placed.is_empty() && proven.evidence.is_empty() {
        ignored.extend(proven.ignored);
        return Err(place::nothing(options, looked_at, &ignored));
    }
    // The files' times stand for the time of collecting: the youngest ends the run and is "now" for every check.
    let of_backups = proven.evidence.iter().map(|record| record.started_at);
    let times: Vec<_> = placed
        .iter()
        .map(|file| file.found.modified)
        .chain(of_backups)
        .collect();
    evidence.extend(proven.evidence);
    taken.extend(proven.taken.into_iter().map(|(item, file)| Taken {
        item,
        file,
        by: "proof",
    }));
    ignored.extend(proven.ignored);
    let any_backup = taken.iter().any(|taken| taken.by == "proof");
    let manifest = Manifest {
        format: String::new(),
        phase: options.phase,
        tool: tool.to_owned(),
        made_by: "import".into(),
        started_at: times.iter().min().copied().unwrap_or(DateTime::<Utc>::UNIX_EPOCH),
        finished_at: times.iter().max().copied().unwrap_or(DateTime::<Utc>::UNIX_EPOCH),
        reason: options.reason.clone(),
        ticket: options.ticket.clone(),
        operator: options.operator.clone(),
        auth: "none".into(),
        insecure: false,
        backups_in_clear: options.keep.in_clear().filter(|_| any_backup).map(str::to_owned),
        expected: Expected::default(),
        evidence,
    };
    // The archive comes last: where it stands, the sealed copies that it names stand beside it.
    let sealed = options
        .keep
        .publish()
        .map_err(|error| ImportError::Seal(error.to_string()))?;
    let written = writer::write(target, manifest, &staging)?;
    let sealed = sealed.map(Published::keep);
    taken.sort_by(|a, b| a.item.cmp(&b.item));
    ignored.sort();
    Ok(Imported {
        written,
        taken,
        ignored,
        sealed,
    })
}

fn record(file: &Placed) -> Evidence {
    Evidence {
        item: file.item.clone(),
        source: file.source.to_owned(),
        host: file.host.clone(),
        request: file.found.relative.clone(),
        method: "IMPORT".into(),
        outcome: Outcome::Captured,
        reason: None,
        required: false,
        started_at: file.found.modified,
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

/// Plain files stay where they are and are read when the archive is written; compressed ones are unpacked into staging.
fn stage(staging: &Staging, file: &Placed) -> Result<(), ImportError> {
    let most = Limits::default().member;
    let path = &file.found.path;
    if !file.found.compressed {
        return match staging.adopt(&file.item, path, most) {
            Ok(_) => Ok(()),
            Err(WriteError::Io { path, source }) => Err(ImportError::Read { path, source }),
            Err(error) => Err(error.into()),
        };
    }
    let mut input = MultiGzDecoder::new(File::open(path).map_err(|e| ImportError::read(path, e))?);
    let mut output = staging.create(&file.item, most)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = input.read(&mut buffer).map_err(|e| ImportError::read(path, e))?;
        match buffer.get(..count) {
            Some(chunk) if !chunk.is_empty() => output.append(chunk)?,
            _ => break,
        }
    }
    output.finish()?;
    Ok(())
}
