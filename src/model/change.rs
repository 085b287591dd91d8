//! Changes: differences between two snapshots, with what the hop says about them.

use serde::{Deserialize, Serialize};

use super::evidence::EvidenceRef;
use super::subject::Subject;

/// What happened to the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// There before, not there after.
    Lost,
    /// Not there before, there after.
    Added,
    /// The same instance runs again under a new id or in a new container.
    Restarted,
    /// Runs on another agent.
    Moved,
    /// A field differs.
    Changed,
    /// Came back under another id.
    Reregistered,
}

impl ChangeKind {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Added => "added",
            Self::Restarted => "restarted",
            Self::Moved => "moved",
            Self::Changed => "changed",
            Self::Reregistered => "reregistered",
        }
    }
}

/// What the hop and the policy say about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    /// The hop makes this change.
    Expected,
    /// Not made by the hop, and harmless.
    Tolerated,
    /// Somebody must look at it.
    Unexpected,
}

impl Expectation {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Tolerated => "tolerated",
            Self::Unexpected => "unexpected",
        }
    }
}

/// One difference between the snapshot before and the snapshot after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub kind: ChangeKind,
    /// Which field, for `changed`.
    pub field: Option<String>,
    /// Value before.
    pub before: Option<String>,
    /// Value after.
    pub after: Option<String>,
    /// What the hop says about it.
    pub expectation: Expectation,
    /// One sentence: why it is expected, tolerated or not.
    pub why: String,
    /// For expected ones: id of the statement in the ledger of the hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_by: Option<String>,
    /// Where it was seen, before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRef>,
}
