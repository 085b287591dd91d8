//! Files of sign-offs: read for a judgement, and added to by `gonogo signoff`. What an answer is worth is not decided here.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};

use super::{Failure, text};
use crate::facts::Facts;
use crate::knowledge::Knowledge;
use crate::model::{Observed, Signoff, Why, items};
use crate::sources::signoffs;
use crate::verdict::signoffs::Given;

/// Name of the file where none is named.
pub const DEFAULT_NAME: &str = "gonogo-signoffs.toml";

/// Clocks of two machines may differ by this much.
const CLOCKS_APART: Duration = Duration::hours(1);

/// Largest file that is read, bytes.
const LIMIT: u64 = 16 << 20;

/// The file of `--signoffs`.
pub struct Overlay {
    /// Its name as given.
    pub origin: String,
    /// Its entries.
    pub entries: Vec<Signoff>,
    /// When it was read, by the clock of this machine.
    pub read_at: DateTime<Utc>,
}

/// Reads a file of sign-offs.
///
/// # Errors
/// [`Failure`] with code 2: it cannot be read, or holds something else.
pub fn read(path: &Path) -> Result<Vec<Signoff>, Failure> {
    let place = path.display().to_string();
    let bad = |what: String| {
        Failure::usage(format!("the sign-offs {place}: {what}"))
            .hint("each [[signoff]] has item, hop = \"FROM..TO\", answer, who, at, and optionally note and cluster")
    };
    let meta = std::fs::metadata(path).map_err(|error| bad(error.to_string()))?;
    if !meta.is_file() || meta.len() > LIMIT {
        return Err(bad("not a file of at most 16 MiB".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
    signoffs::read(&bytes).map_err(|error| bad(error.0))
}

/// Reads the file of `--signoffs`; an item that does not exist is an error there.
///
/// # Errors
/// [`Failure`] with code 2.
pub fn overlay(path: &Path) -> anyhow::Result<Overlay> {
    let entries = read(path)?;
    let knowledge = super::judge::knowledge()?;
    for entry in &entries {
        known(&entry.item, knowledge).map_err(|error| {
            let mut failure = error;
            failure.message = format!("the sign-offs {}: {}", path.display(), failure.message);
            failure
        })?;
    }
    Ok(Overlay {
        origin: path.display().to_string(),
        entries,
        read_at: Utc::now(),
    })
}

/// That an item exists.
///
/// # Errors
/// [`Failure`] with code 2 and the nearest id.
pub fn known(item: &str, knowledge: &Knowledge) -> Result<(), Failure> {
    let ids = || knowledge.signoffs.iter().map(|one| one.id.as_str());
    if ids().any(|id| id == item) {
        return Ok(());
    }
    let shown: String = item.chars().take(64).collect();
    let near = text::nearest(item, ids());
    Err(
        Failure::usage(format!("there is no sign-off item `{shown}`")).hint(near.map_or_else(
            || "`gonogo signoff list` lists them".to_owned(),
            |id| format!("did you mean `{id}`? `gonogo signoff list` lists them"),
        )),
    )
}

/// Every file of answers that a judgement may use: those in the archives, then the one of `--signoffs`.
pub fn given<'a>(archives: &'a [(&'a str, &'a str, &'a Facts<'a>)], overlay: Option<&'a Overlay>) -> Vec<Given<'a>> {
    let item = items::path(items::INPUT, items::INPUT_HOST, items::INPUT_SIGNOFFS);
    let stored = archives.iter().filter_map(|(_, name, facts)| {
        let entries = match &facts.snapshot.signoffs {
            Observed::Known(entries, _) => Ok(entries.as_slice()),
            Observed::Unknown(Why::NotCollected { .. }) => return None,
            Observed::Unknown(why) => Err(why.sentence()),
        };
        Some(Given {
            origin: format!("{name}: {item}"),
            entries,
            not_after: facts.snapshot.origin.manifest.finished_at + CLOCKS_APART,
        })
    });
    let named = overlay.map(|overlay| Given {
        origin: overlay.origin.clone(),
        entries: Ok(overlay.entries.as_slice()),
        not_after: overlay.read_at + CLOCKS_APART,
    });
    stored.chain(named).collect()
}

/// Writes a file of sign-offs beside its final name, synced, and renames it.
///
/// # Errors
/// [`Failure`] with code 1.
pub fn write(path: &Path, entries: &[Signoff]) -> Result<(), Failure> {
    let place = path.display().to_string();
    let text =
        signoffs::write(entries).map_err(|error| Failure::new(super::exit::FAILURE, format!("{place}: {error}")))?;
    let io = |error: &std::io::Error| Failure::io(&place, error);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(|error| io(&error))?;
    file.write_all(text.as_bytes()).map_err(|error| io(&error))?;
    file.as_file().sync_all().map_err(|error| io(&error))?;
    file.persist(path).map_err(|error| io(&error.error))?;
    Ok(())
}

/// The file of the usual name beside the configuration (in the current folder without one), where there is one.
pub fn beside(config: Option<&Path>) -> Option<PathBuf> {
    let folder = config.and_then(Path::parent).unwrap_or_else(|| Path::new(""));
    let file = folder.join(DEFAULT_NAME);
    file.is_file().then_some(file)
}
