//! What the documents say about one step from one version to another. Never looks at a cluster, never ranks sources silently:
//! where they disagree, every one is named and the stricter one counts.
//!
//! What "stricter" means for DC/OS, in this order:
//!
//! 1. What the site's own file forbids is not supported.
//! 2. Where a document that comes with the window (class `seed`) speaks of the very pair - a cell of its matrix, a step of
//!    its chain, a pair it names - these documents decide, the strictest of them. A later page of the vendor that says
//!    otherwise is a disagreement that is named, and the check `sources-disagree` warns of it. Without this the vendor's own
//!    chain 1.9.4, 1.9.9, 1.10.7, 1.11.3 would not exist: a later matrix marks all of 1.10 to 1.11.3 as not supported.
//! 3. Else one statement against it is enough: cells of later matrices, sentences about many pairs.
//! 4. Else one statement for it is needed. Silence is no support: a release that is no row or no column of a matrix is not
//!    covered by it, and a step that nothing speaks about is neither supported nor unsupported.
//!
//! A sentence such as "from the latest release of one line to the latest of the next" is judged by release dates: it holds
//! for a pair if on some day both were the latest of their lines. "To the next" is one release on; of jumps it says nothing.
//! Sentences are applied to the lines that their document is about (the workbook: 1.9 to 1.11), save the one that rules out
//! jumps over a line, which the workbook states without a limit and the Marathon guide repeats.

mod dcos;
mod mesos;

use serde::{Deserialize, Serialize};

use super::Knowledge;
use super::documents::Class;
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

/// One statement about one step, with what the judgement needs to know of it.
struct Said {
    says: String,
    source: String,
    class: Class,
    /// It speaks of the very pair.
    exact: bool,
    /// It supports the step (or rules it out).
    allows: bool,
}

impl Said {
    fn statement(&self) -> Statement {
        Statement {
            says: self.says.clone(),
            source: self.source.clone(),
        }
    }
}

impl Knowledge {
    /// Judges one step.
    ///
    /// A version with a suffix or one that is in no table is never rounded to a neighbour: the documents do not say.
    pub fn classify(&self, product: Product, from: &Version, to: &Version) -> Classified {
        match product {
            Product::Dcos => dcos::classify(self, from, to),
            Product::Mesos => mesos::classify(self, from, to),
        }
    }

    /// Names of documents in full, by id; an id that no table has stands for itself.
    pub fn documents_named(&self, ids: &[String]) -> String {
        let names: Vec<&str> = ids
            .iter()
            .map(|id| self.document(id).map_or(id.as_str(), |document| document.name.as_str()))
            .collect();
        names.join("; ")
    }

    /// The strictest class among documents: one of the window counts as such even beside others.
    fn class_of(&self, ids: &[String]) -> Class {
        let classes = ids
            .iter()
            .filter_map(|id| self.document(id))
            .map(|document| document.class);
        classes.min().unwrap_or(Class::Docs)
    }
}

/// Whether both versions have the same numbers, whatever follows them.
fn same_numbers(a: &Version, b: &Version) -> bool {
    (a.major, a.minor, a.patch) == (b.major, b.minor, b.patch)
}

/// The kind that the numbers alone give; a step that is not supported is `Unsupported` whatever its numbers.
fn kind_of(from: &Version, to: &Version, supported: Option<bool>) -> HopKind {
    if supported == Some(false) {
        HopKind::Unsupported
    } else if from == to {
        HopKind::Configuration
    } else if from.line() == to.line() {
        HopKind::Patch
    } else {
        HopKind::Upgrade
    }
}
