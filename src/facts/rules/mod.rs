//! Rules of upgrade guides held against a snapshot: where a condition looks, what stands there, whether it holds.
//!
//! A rule fires on what is seen. What is not in the evidence is never taken for "does not fire": it is said to be
//! unknown, with the reason.

mod holds;
pub mod marathon;

use crate::knowledge::rule::{Condition, Place, Rule};
use crate::model::{EvidenceRef, Subject};

use super::Facts;

pub use holds::holds;

/// One place where a condition looked.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// Whose value it is (master, agent, app, Marathon …).
    pub subject: Subject,
    /// The value as text; `None` = it is known to be absent there.
    pub value: Option<String>,
    /// Where it stands, or where it would stand.
    pub at: EvidenceRef,
}

/// Everything a condition could see.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Places that were looked at.
    pub sightings: Vec<Sighting>,
    /// Places that could not be looked at, one sentence each.
    pub unknown: Vec<String>,
}

/// What became of one rule.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// Sightings for which the rule fires.
    pub fires: Vec<Sighting>,
    /// How many places were judged.
    pub judged: usize,
    /// What could not be judged.
    pub unknown: Vec<String>,
    /// Evidence does not settle the rule: it belongs among the manual items.
    pub manual: bool,
}

/// Holds a rule against a snapshot.
pub fn judge(rule: &Rule, facts: &Facts<'_>) -> Judged {
    let mut judged = Judged {
        manual: rule.manual || (rule.fires.is_none() && rule.answered_by.is_empty()),
        ..Judged::default()
    };
    let Some(condition) = &rule.fires else {
        return judged;
    };
    let looked = look(condition, facts);
    judged.unknown = looked.unknown;
    for sighting in looked.sightings {
        match holds(condition, sighting.value.as_deref()) {
            Ok(fires) => {
                judged.judged += 1;
                if fires {
                    judged.fires.push(sighting);
                }
            }
            Err(why) => judged.unknown.push(format!("{}: {why}", sighting.subject)),
        }
    }
    judged
}

/// Looks at the place of a condition.
pub fn look(condition: &Condition, _facts: &Facts<'_>) -> Looked {
    match condition.on {
        Place::HostFile => Looked::default(),
        place => Looked {
            unknown: vec![format!("{place:?} is not read yet")],
            ..Looked::default()
        },
    }
}
