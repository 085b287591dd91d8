//! The account of expected changes: what a hop should have changed, and whether that was seen. Decides nothing.

use serde::{Deserialize, Serialize};

use super::evidence::EvidenceRef;
use super::subject::Subject;

/// What became of one expected change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerState {
    /// Seen wherever it was looked for.
    Seen,
    /// Seen in some places, and not in others.
    Partly,
    /// Looked for, and seen nowhere.
    NotSeen,
    /// There is nothing to look for in this cluster or in this evidence; the reason says why.
    NotJudged,
    /// Evidence is missing; the reason says which.
    Unknown,
}

impl LedgerState {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Partly => "partly",
            Self::NotSeen => "not seen",
            Self::NotJudged => "not judged",
            Self::Unknown => "unknown",
        }
    }
}

/// One place where an expected change was looked for and not seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// What was left behind.
    pub subject: Subject,
    /// Where that was seen.
    pub at: EvidenceRef,
}

/// One expected change and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Id of the statement (`marathon-1.5-uris`).
    pub id: String,
    /// What kind of thing changes.
    pub what: String,
    /// The statement in words.
    pub text: String,
    /// Whether it must be seen: a place without it was left behind.
    pub must: bool,
    /// What became of it.
    pub state: LedgerState,
    /// How many places show it.
    pub seen: u64,
    /// Places that do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<LeftBehind>,
    /// Why it was not judged, or how the state is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where the statement comes from.
    pub sources: Vec<String>,
}
