//! Waivers: a written, owned, expiring decision that a finding does not stop the window.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One entry of `waivers.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// What became of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It removed the effect of at least one finding.
    Applied,
    /// Its last day was over when the judged archive was taken.
    Expired,
    /// Its check ran, and had no finding that it names.
    Unmatched,
    /// Its check is not part of this run (a check of pairs when one archive is checked): no effect on the verdict.
    NotRun,
}

impl WaiverState {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Expired => "expired",
            Self::Unmatched => "unmatched",
            Self::NotRun => "not-run",
        }
    }
}

/// A waiver as it stands in the report: what it did, or why it did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedWaiver {
    /// Name in this report (`waiver-1` for the first entry of the file); findings carry it in `waived_by`.
    pub id: String,
    /// The entry.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// What became of it.
    pub state: WaiverState,
    /// Number of findings whose effect it removed.
    pub findings: usize,
}
