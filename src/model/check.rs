//! What a check says about itself, and the result of running one.

use serde::{Deserialize, Serialize};

use super::finding::Finding;

/// The rooms of the list of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Area {
    Path,
    Config,
    Cluster,
    Mesos,
    Marathon,
    Zookeeper,
    Iam,
    Backup,
    Compare,
}

impl Area {
    /// The name used in reports and folders.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Config => "config",
            Self::Cluster => "cluster",
            Self::Mesos => "mesos",
            Self::Marathon => "marathon",
            Self::Zookeeper => "zookeeper",
            Self::Iam => "iam",
            Self::Backup => "backup",
            Self::Compare => "compare",
        }
    }
}

/// What a finding (or missing evidence) of this check means for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A finding is reported as WARN and never changes the verdict beyond GO WITH WARNINGS.
    Warning,
    /// A finding is FAIL and makes NO-GO; missing evidence makes CANNOT SAY.
    Blocker,
}

impl Severity {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Blocker => "blocker",
        }
    }
}

/// When a check can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// On one archive; `compare` runs these on the post archive as well.
    Single,
    /// On a pair of archives.
    Pair,
}

/// Documentation under fixed headings; the only source of `gonogo explain`.
#[derive(Debug, Clone, Copy)]
pub struct Doc {
    /// What it looks at and when it fires.
    pub what: &'static str,
    /// Why that is bad in a maintenance window.
    pub why: &'static str,
    /// How to see it by hand, with commands.
    pub by_hand: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Where the rule comes from.
    pub sources: &'static [&'static str],
}

/// What a check says about itself.
#[derive(Debug, Clone, Copy)]
pub struct CheckMeta {
    /// Names the bad state, kebab-case: file, fixture folder and report heading carry the same name.
    pub id: &'static str,
    /// Room.
    pub area: Area,
    /// The good state, for the list of what passed ("every agent is active").
    pub title: &'static str,
    /// One finding in words; `{name}` stands for the subject's name, `{subject}` for its full form, any other `{word}` for a datum.
    pub finding: &'static str,
    /// What a finding means for the verdict.
    pub severity: Severity,
    /// One archive or a pair.
    pub stage: Stage,
    /// Evidence it needs, as item patterns (`data/mesos-master/*/state.json`); shown by `checks` and `explain`.
    pub needs: &'static [&'static str],
    /// Requirements it answers (`S0-47`).
    pub requirements: &'static [&'static str],
    /// Documentation.
    pub doc: Doc,
}

/// Result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Judged, and good.
    Pass,
    /// Does not apply; the reason says why.
    Skipped,
    /// Findings of a warning check.
    Warn,
    /// Evidence is missing; the reason says which and why.
    Unknown,
    /// Findings of a blocking check.
    Fail,
}

impl Status {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Skipped => "SKIPPED",
            Self::Warn => "WARN",
            Self::Unknown => "UNKNOWN",
            Self::Fail => "FAIL",
        }
    }
}

/// What running one check gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Id of the check.
    pub check: String,
    /// Room.
    pub area: Area,
    /// The good state.
    pub title: String,
    /// What a finding means.
    pub severity: Severity,
    /// The result before waivers.
    pub status: Status,
    /// Why UNKNOWN or SKIPPED; for other statuses, what could not be judged beside the findings.
    pub reason: Option<String>,
    /// How many things were looked at ("4 agents"); a PASS always says so.
    pub judged: Option<String>,
    /// The findings, in stable order.
    pub findings: Vec<Finding>,
    /// Requirements this check answers.
    pub requirements: Vec<String>,
    /// The user left this check out (`--only`, `--skip`): SKIPPED by choice, not by evidence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
}
