//! The manifest: what one archive says about itself, beside BagIt's own files.
//!
//! Serialised as the archive's tag file (see `archive::format`); never holds payload bytes or credentials.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;

/// When in the maintenance window the evidence was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before the window.
    Pre,
    /// While it runs.
    During,
    /// After the window.
    Post,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pre => "pre",
            Self::During => "during",
            Self::Post => "post",
        })
    }
}

impl FromStr for Phase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pre" => Ok(Self::Pre),
            "during" => Ok(Self::During),
            "post" => Ok(Self::Post),
            other => Err(format!("`{other}` is not a phase (pre, during, post)")),
        }
    }
}

/// What kind of cluster the user says this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterKind {
    /// Not stated: decided from evidence (flags, dcos-version.json).
    #[default]
    Auto,
    /// DC/OS: Exhibitor, Marathon, health service and Admin Router are expected.
    Dcos,
    /// Apache Mesos without DC/OS.
    Mesos,
}

/// What was expected of the cluster when the archive was made: from flags, `gonogo.toml` and the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Expected {
    /// Stated kind of cluster.
    #[serde(default)]
    pub kind: ClusterKind,
    /// Expected masters (hosts or addresses); empty when not stated.
    #[serde(default)]
    pub masters: Vec<String>,
    /// Expected agents (hosts or addresses); `None` when no inventory was given, which is not the same as an empty one.
    #[serde(default)]
    pub agents: Option<Vec<String>>,
    /// Marathon instances named in the configuration: name and URL.
    #[serde(default)]
    pub marathons: Vec<(String, String)>,
    /// Sources left out by `--only` and `--skip`.
    #[serde(default)]
    pub skipped: Vec<String>,
    /// Whether the tree of znodes was to be read over the wire (`--zk-tree`): it is read only where somebody asks for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zk_tree: bool,
}

/// Our tag file: identity of the archive and provenance of every item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `gonogo-archive/<major>.<minor>`.
    pub format: String,
    /// Phase of the window.
    pub phase: Phase,
    /// Name and version of the program that wrote the archive.
    pub tool: String,
    /// `collect`, `import` or `demo`.
    pub made_by: String,
    /// Begin of the run.
    pub started_at: DateTime<Utc>,
    /// End of the run; "now" for every check, so that a verdict can be computed again later.
    pub finished_at: DateTime<Utc>,
    /// Why the archive was made, as the operator said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Change or support ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// How requests were authenticated (`none`, `token`, `password`, `service-account`, `basic`), never the credential.
    pub auth: String,
    /// Whether certificate verification was switched off (`--insecure`).
    #[serde(default)]
    pub insecure: bool,
    /// Why backups whose proofs are in the archive were not sealed, as the operator said (`--no-seal`); `None` where they
    /// were, or where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backups_in_clear: Option<String>,
    /// What was expected of the cluster.
    pub expected: Expected,
    /// Provenance of every item, sorted by `item`.
    pub evidence: Vec<Evidence>,
}

impl Manifest {
    /// Provenance of one item.
    pub fn evidence_for(&self, item: &str) -> Option<&Evidence> {
        self.evidence
            .binary_search_by(|e| e.item.as_str().cmp(item))
            .ok()
            .and_then(|at| self.evidence.get(at))
    }
}
