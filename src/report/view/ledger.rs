//! The ledger of the hop as people read it: what was to change by itself, left-behind places first. Decides nothing.

use serde::Serialize;

use super::{Budget, clean, few};
use crate::model::{LedgerEntry, LedgerState};

/// One expected change.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerView {
    /// Id of the statement.
    pub id: String,
    /// What kind of thing changes.
    pub what: String,
    /// The statement.
    pub text: String,
    /// "seen", "partly", "not seen", "unknown", "not judged".
    pub state: &'static str,
    /// Class for colours.
    pub class: &'static str,
    /// How it came out: "seen in 6 places", "missing on …", or why it was not judged.
    pub outcome: String,
    /// Where the statement comes from.
    pub sources: String,
}

/// The ledger, and how many entries are not listed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LedgerTable {
    /// Entries, left-behind places first.
    pub rows: Vec<LedgerView>,
    /// Entries that are not listed.
    pub more: usize,
    /// "31 seen, 2 partly, 5 not judged".
    pub sentence: String,
}

/// Builds the table.
pub(super) fn of(ledger: &[LedgerEntry], budget: &mut Budget) -> LedgerTable {
    let rank = |state: LedgerState| match state {
        LedgerState::NotSeen => 0,
        LedgerState::Partly => 1,
        LedgerState::Unknown => 2,
        LedgerState::Seen => 3,
        LedgerState::NotJudged => 4,
    };
    let mut sorted: Vec<&LedgerEntry> = ledger.iter().collect();
    sorted.sort_by_key(|entry| rank(entry.state));
    let (rows, more) = budget.take(&sorted, |entry| {
        let row = row(entry);
        let size = row.text.len() + row.outcome.len() + row.sources.len();
        (row, size)
    });
    let states = [
        LedgerState::Seen,
        LedgerState::Partly,
        LedgerState::NotSeen,
        LedgerState::Unknown,
        LedgerState::NotJudged,
    ];
    let counts = states.into_iter().filter_map(|state| {
        let count = ledger.iter().filter(|entry| entry.state == state).count();
        (count > 0).then(|| format!("{count} {}", state.as_str()))
    });
    LedgerTable {
        rows,
        more,
        sentence: counts.collect::<Vec<_>>().join(", "),
    }
}

/// Places named per entry.
const NAMED: usize = 5;

fn row(entry: &LedgerEntry) -> LedgerView {
    let missing: Vec<String> = entry.missing.iter().map(|place| place.subject.to_string()).collect();
    let mut outcome = match (entry.seen, missing.len()) {
        (0, 0) => String::new(),
        (seen, 0) => format!("seen {seen} times"),
        (0, _) => format!("missing on {}", few(missing.iter().map(String::as_str), NAMED)),
        (seen, _) => format!(
            "seen {seen} times, missing on {}",
            few(missing.iter().map(String::as_str), NAMED)
        ),
    };
    if let Some(why) = &entry.why {
        if !outcome.is_empty() {
            outcome.push_str("; ");
        }
        outcome.push_str(why);
    }
    LedgerView {
        id: clean(&entry.id),
        what: clean(&entry.what),
        text: clean(&entry.text),
        state: entry.state.as_str(),
        class: match entry.state {
            LedgerState::Seen => "pass",
            LedgerState::Partly | LedgerState::NotSeen if entry.must => "warn",
            LedgerState::Unknown => "unknown",
            _ => "skipped",
        },
        outcome: clean(&outcome),
        sources: clean(&entry.sources.join("; ")),
    }
}
