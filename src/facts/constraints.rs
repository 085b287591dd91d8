//! Whether a placement constraint is valid under a given Marathon release.
//!
//! The rules are those of Marathon's own validators, read at the tags named in the sources of each rule; they differ between
//! releases, so there is no answer without a version, and none for a version outside of the table. A pure library:
//! knows no app, no cluster and no report. Never judges what a constraint does to placement, only whether Marathon
//! takes it.

mod correct;
mod integer;
mod meaning;
mod passage;
mod rules;
mod steps;
mod suggest;
mod volume;

use crate::model::Version;
use crate::snapshot::Constraint;

pub use correct::{Choice, Correction};
pub use meaning::{Meaning, When};
pub use passage::{Effect, Outlook, Passage};
pub use rules::{Rule, Rules};
pub use volume::Disk;

/// Form in which a constraint was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `constraints` of an app: a list of two or three texts.
    App,
    /// `scheduling.placement.constraints` of a pod: an object `fieldName`, `operator`, `value`.
    Pod,
}

/// What Marathon would say to a constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It takes it.
    Valid,
    /// It refuses it.
    Invalid {
        /// The rule that is broken.
        rule: Rule,
        /// File and tags of mesosphere/marathon where the rule was read.
        source: &'static str,
        /// What exactly is wrong, where the rule alone does not say it (why an expression does not compile).
        detail: Option<String>,
    },
    /// Not decided: why.
    Unknown {
        /// One sentence.
        why: String,
    },
}

/// Judges one constraint by the rules of one Marathon release. Never panics, whatever the elements hold.
pub fn judge(constraint: &Constraint, kind: Kind, marathon: &Version) -> Judgement {
    match Rules::of(marathon) {
        Ok(rules) => rules.judge(constraint, kind),
        Err(why) => Judgement::Unknown { why },
    }
}
