//! How a requirement of the vendor's documents was answered in one run. Words only; `workbook::answers` decides.

use serde::{Deserialize, Serialize};

use super::check::Status;

/// Status of a requirement, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequirementStatus {
    /// Of another product, edition or hop.
    NotApplicable,
    /// gonogo itself is the answer.
    Design,
    /// A step of the plan carries it out; nothing in the archive shows it.
    Plan,
    /// The workbook's table holds it.
    Recorded,
    /// The evidence was captured.
    Captured,
    /// Somebody signed it off.
    Signed,
    /// A check passed.
    Pass,
    /// No check of it applies here.
    Skipped,
    /// Answered after the window only.
    Later,
    /// A check warns, or a sign-off that does not block was answered with no.
    Warn,
    /// Waits for a sign-off.
    Open,
    /// The evidence is not there.
    Missing,
    /// A check could not judge, or a sign-off cannot be believed.
    Unknown,
    /// A blocking sign-off was answered with no.
    Refused,
    /// A check failed.
    Fail,
}

impl RequirementStatus {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::Design => "DESIGN",
            Self::Plan => "PLAN",
            Self::Recorded => "RECORDED",
            Self::Captured => "CAPTURED",
            Self::Signed => "SIGNED",
            Self::Pass => "PASS",
            Self::Skipped => "SKIPPED",
            Self::Later => "LATER",
            Self::Warn => "WARN",
            Self::Open => "OPEN",
            Self::Missing => "MISSING",
            Self::Unknown => "UNKNOWN",
            Self::Refused => "REFUSED",
            Self::Fail => "FAIL",
        }
    }
}

impl From<Status> for RequirementStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pass => Self::Pass,
            Status::Skipped => Self::Skipped,
            Status::Warn => Self::Warn,
            Status::Unknown => Self::Unknown,
            Status::Fail => Self::Fail,
        }
    }
}

/// How one requirement was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementAnswer {
    /// Number (`S0-47`).
    pub id: String,
    /// Worst status of what answers it; a check that does not apply counts only where no other one passed.
    pub status: RequirementStatus,
    /// What answers it: ids of checks; `signoff:ID`, `step:ID`, `workbook:TABLE`, and items of evidence (`data/…`).
    pub answered_by: Vec<String>,
    /// The requirement in short words.
    #[serde(default)]
    pub text: String,
    /// Who signed and when, or why it is in that status.
    #[serde(default)]
    pub note: Option<String>,
}
