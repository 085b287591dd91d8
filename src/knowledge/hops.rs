//! What the documents say about one step from one version to another. Never looks at a cluster, never ranks sources silently:
//! where they disagree, both are named and the stricter one counts.

use serde::{Deserialize, Serialize};

use crate::model::Version;

/// Whose versions they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// DC/OS releases.
    Dcos,
    /// Apache Mesos releases, without DC/OS.
    Mesos,
}

/// What kind of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HopKind {
    /// Another patch of the same line.
    Patch,
    /// Another line.
    Upgrade,
    /// The same version: a change of configuration.
    Configuration,
    /// Back, or a step that no document allows.
    Unsupported,
}

/// One statement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it says.
    pub says: String,
    /// Where.
    pub source: String,
}

/// Sources that say different things about one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// About what.
    pub about: String,
    /// What each says.
    pub statements: Vec<Statement>,
    /// Which one counts here, and why (the stricter one).
    pub applied: String,
}

/// The judgement of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// Whose versions.
    pub product: Product,
    /// Version before.
    pub from: Version,
    /// Version after.
    pub to: Version,
    /// Kind of the step.
    pub kind: HopKind,
    /// Whether the documents support it; `None` = they do not say.
    pub supported: Option<bool>,
    /// Why, in one sentence.
    pub why: String,
    /// What the documents say about it.
    pub sources: Vec<Statement>,
    /// Where they disagree.
    pub disagreement: Vec<Disagreement>,
}
