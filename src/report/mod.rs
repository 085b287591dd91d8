//! The report: one serialisable value, and its renderers.
//!
//! A renderer takes the finished [`Report`] and gives text; none of them decides, reads evidence or prints.
//! The JSON form is a contract (`gonogo-report/1`): names do not change without a new format number.

pub mod assemble;
pub mod format;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod plan;
pub mod safe;
pub mod sarif;
pub mod template;
pub mod terminal;
pub mod view;
pub mod words;
pub mod workbook;
pub mod workloads;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{
    AppliedSignoff, AppliedWaiver, Change, CheckResult, ConfigDiff, LedgerEntry, MarathonWorkloads, Phase, Policy,
    RequirementAnswer, Verdict,
};

/// Format number of the JSON report.
pub const FORMAT: &str = "gonogo-report/1";

/// Everything a reader of a verdict may ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// `check` or `compare`.
    pub command: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Versions of the hop, where known.
    pub hop: Hop,
    /// What was asked and what arrived, over all archives.
    pub coverage: Coverage,
    /// Results of every check that ran, in the order of the list.
    pub results: Vec<CheckResult>,
    /// Differences between the archives; empty for `check`.
    pub changes: Vec<Change>,
    /// What the hop should have changed by itself, and whether that was seen; empty for `check`.
    #[serde(default)]
    pub ledger: Vec<LedgerEntry>,
    /// Apps and pods of each Marathon before and after: counts over all, and every one that differs; absent for `check`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<MarathonWorkloads>,
    /// config.yaml before and for the target, side by side; absent where one of the two is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigDiff>,
    /// What keeps a GO from being a plain one although no check says so.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Waivers and what became of them.
    pub waivers: Vec<AppliedWaiver>,
    /// Items that people answer, and what became of them.
    pub signoffs: Vec<AppliedSignoff>,
    /// How every requirement of the vendor's documents was answered.
    pub requirements: Vec<RequirementAnswer>,
    /// The set of checks that ran.
    pub rules: Rules,
    /// The archives the verdict rests on.
    pub archives: Vec<ArchiveRef>,
    /// Thresholds in force.
    pub policy: Policy,
    /// Knowledge base that was used.
    pub knowledge: Knowledge,
    /// Program that made the report.
    pub tool: Tool,
}

/// Versions of the hop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Hop {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What was asked and what arrived.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Items asked for.
    pub asked: u64,
    /// Items captured.
    pub captured: u64,
    /// The rest, with outcome and reason.
    pub missing: Vec<Missing>,
}

/// One item that did not arrive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// Which archive: `pre`, `post`, `only`.
    pub role: String,
    /// Payload path.
    pub item: String,
    /// How asking ended (names of `Outcome`).
    pub outcome: String,
    /// One sentence.
    pub reason: String,
    /// Whether the run had to have it.
    #[serde(default)]
    pub required: bool,
}

/// The set of checks that ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How many ran.
    pub ran: u64,
    /// How many the user left out.
    pub left_out: u64,
    /// How many of those are blocking.
    pub blockers_left_out: u64,
    /// SHA-256 over `id severity` lines of those that ran: equal digests, equal rules by name.
    pub digest: String,
}

/// One archive the verdict rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchiveRef {
    /// `pre`, `post`, or `only`.
    pub role: String,
    /// SHA-256 of its `tagmanifest-sha256.txt`.
    pub digest: String,
    /// Phase it says it was taken in.
    pub phase: Phase,
    /// End of its run.
    pub collected_at: DateTime<Utc>,
    /// File name as given (without its folder).
    pub name: String,
    /// `collect`, `import` or `demo`.
    #[serde(default)]
    pub made_by: String,
    /// Program that wrote it.
    #[serde(default)]
    pub tool: String,
    /// Why it was made.
    #[serde(default)]
    pub reason: Option<String>,
    /// Change or support ticket.
    #[serde(default)]
    pub ticket: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub operator: Option<String>,
    /// Collected with certificate verification switched off.
    #[serde(default)]
    pub insecure: bool,
}

/// Knowledge base that was used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Knowledge {
    pub revision: String,
}

/// Program that made the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tool {
    pub name: String,
    pub version: String,
}
