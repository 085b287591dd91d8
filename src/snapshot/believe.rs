//! What may be believed of one item: the record in the manifest and the bytes in the archive must agree.
//!
//! Turns both into known or unknown; never into a default.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Evidence, EvidenceRef, Manifest, Observed, Outcome, Why, items};
use crate::sources::Parsed;

use super::parts::{Part, disagreement, split};

/// Manifest and parsed items of one archive.
pub(super) struct Believe<'m> {
    pub(super) manifest: &'m Manifest,
    pub(super) parts: BTreeMap<String, Parsed<Part>>,
    /// By source: folders below `data/<source>/`, sorted, with the host (and port) of each.
    folders: BTreeMap<String, BTreeMap<String, String>>,
}

impl<'m> Believe<'m> {
    /// Of a manifest with its records sorted, and what was parsed of the archive.
    pub(super) fn new(manifest: &'m Manifest, parts: BTreeMap<String, Parsed<Part>>) -> Self {
        let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let records = manifest
            .evidence
            .iter()
            .map(|record| (&record.item, Some(&record.host)));
        for (item, host) in records.chain(parts.keys().map(|item| (item, None))) {
            if let Some((source, folder, _)) = split(item) {
                folders
                    .entry(source.to_owned())
                    .or_default()
                    .entry(folder.to_owned())
                    .or_insert_with(|| with_port(source, host.map_or(folder, String::as_str)));
            }
        }
        Self {
            manifest,
            parts,
            folders,
        }
    }

    /// Takes the part read from `item`, or says why there is none.
    pub(super) fn take<T>(&mut self, item: &str, pick: fn(Part) -> Option<T>) -> Observed<T> {
        let part = self.parts.remove(item);
        if let Err(why) = self.record(item, part.is_some()) {
            return Observed::Unknown(why);
        }
        match part {
            Some(Ok(part)) => match pick(part) {
                Some(value) => Observed::Known(value, EvidenceRef::item(item)),
                None => malformed(item, disagreement(item).0),
            },
            Some(Err(error)) => malformed(item, error.0),
            None => Observed::Unknown(Why::Doubtful {
                detail: format!("{item}: the manifest says captured, but the archive does not hold it"),
            }),
        }
    }

    /// The record of a captured item, or why the item may not be believed.
    pub(super) fn record(&self, item: &str, present: bool) -> Result<&Evidence, Why> {
        let item = item.to_owned();
        let Some(record) = self.manifest.evidence_for(&item) else {
            return Err(if present {
                Why::Doubtful {
                    detail: format!("{item} is in the archive, but the manifest has no record of where it came from"),
                }
            } else {
                Why::NotCollected { item }
            });
        };
        let reason = || {
            record
                .reason
                .clone()
                .unwrap_or_else(|| "no reason was recorded".to_owned())
        };
        match record.outcome {
            Outcome::Captured => Ok(record),
            Outcome::NotApplicable => Err(Why::Absent { item, reason: reason() }),
            Outcome::SkippedByUser => Err(Why::Missing {
                item,
                outcome: Outcome::SkippedByUser,
                reason: "left out by the user".to_owned(),
            }),
            Outcome::Refused | Outcome::Failed | Outcome::Truncated | Outcome::TimedOut => Err(Why::Missing {
                item,
                outcome: record.outcome.clone(),
                reason: reason(),
            }),
        }
    }

    /// Folders below `data/<source>/`, sorted, with the host (and port) of each.
    pub(super) fn folders(&self, source: &str) -> Vec<(String, String)> {
        let folders = self.folders.get(source).into_iter().flatten();
        folders.map(|(folder, host)| (folder.clone(), host.clone())).collect()
    }

    /// Takes `name` of every node on which it was looked for, sorted.
    pub(super) fn on_nodes<T>(&mut self, name: &str, pick: fn(Part) -> Option<T>) -> Vec<(String, Observed<T>)> {
        let mut found = Vec::new();
        for (folder, host) in self.folders(items::NODE) {
            let item = items::path(items::NODE, &folder, name);
            // A node that was looked at for something else has nothing to say here.
            if self.manifest.evidence_for(&item).is_some() || self.parts.contains_key(&item) {
                found.push((host, self.take(&item, pick)));
            }
        }
        found
    }

    /// Takes `name` from the one folder of `source` that has it: a known one first, then one with a reason that is not "absent".
    pub(super) fn take_any<T>(
        &mut self,
        source: &str,
        name: &str,
        first: Option<&str>,
        pick: fn(Part) -> Option<T>,
    ) -> Observed<T> {
        let folders: BTreeSet<String> = self.folders(source).into_iter().map(|(folder, _)| folder).collect();
        let order = first.into_iter().filter(|folder| folders.contains(*folder));
        let rest = folders
            .iter()
            .map(String::as_str)
            .filter(|folder| Some(*folder) != first);
        let mut best: Observed<T> = Observed::not_collected(format!("data/{source}/*/{name}"));
        for folder in order.chain(rest) {
            let found = self.take(&items::path(source, folder, name), pick);
            if rank(&found) > rank(&best) {
                best = found;
            }
        }
        best
    }
}

/// How much an answer says: a known value most.
fn rank<T>(observed: &Observed<T>) -> u8 {
    observed.why().map_or(u8::MAX, says)
}

/// How much a reason says: a broken or missing answer more than one that was never asked for.
pub(super) fn says(why: &Why) -> u8 {
    match why {
        Why::Malformed { .. } | Why::Doubtful { .. } => 3,
        Why::Missing { .. } => 2,
        Why::Absent { .. } => 1,
        Why::NotCollected { .. } => 0,
    }
}

/// Unknown, because it cannot be read.
pub(super) fn malformed<T>(item: &str, detail: String) -> Observed<T> {
    Observed::Unknown(Why::Malformed {
        item: item.to_owned(),
        detail,
    })
}

/// The usual port of a source, where none is given.
fn with_port(source: &str, host: &str) -> String {
    match items::usual_port(source) {
        Some(port) if !host.contains(':') => format!("{host}:{port}"),
        _ => host.to_owned(),
    }
}
