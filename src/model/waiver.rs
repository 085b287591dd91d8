//! Waivers: a written, owned, expiring decision that a finding does not stop the window.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One entry of `waivers.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Id of the check it applies to.
    pub check: String,
    /// Subject id or name it applies to; `*` at the end matches any continuation; absent = every finding of the check.
    #[serde(default)]
    pub scope: Option<String>,
    /// Why the finding does not stop the window.
    pub reason: String,
    /// Who decided.
    pub owner: String,
    /// Last day it holds (UTC).
    pub expires: NaiveDate,
}

/// A waiver as it stands in the report: what it did, or why it did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedWaiver {
    /// The entry.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// `applied`, `expired` or `unmatched`.
    pub state: String,
    /// Number of findings whose effect it removed.
    pub findings: usize,
}
