//! Parts of a comparison: when two sides may be compared, and what is recorded when they may not.
//!
//! Names the parts, so that checks and reports speak of the same ones. Never fills a missing side with an empty one.

use crate::model::{EvidenceRef, Observed, Why};

use super::Comparison;

/// Mesos masters.
pub const MASTERS: &str = "masters";
/// Versions that DC/OS itself shows.
pub const DCOS_VERSIONS: &str = "DC/OS versions";
/// Versions of Mesos masters, agents and Marathons.
pub const VERSIONS: &str = "versions";
/// Who leads Mesos, Marathon, Exhibitor and ZooKeeper.
pub const LEADERS: &str = "leaders";
/// Agents.
pub const AGENTS: &str = "agents";
/// Frameworks.
pub const FRAMEWORKS: &str = "frameworks";
/// Tasks.
pub const TASKS: &str = "tasks";
/// Marathon instances.
pub const MARATHONS: &str = "marathons";
/// Apps; one part per Marathon: `apps of <name>`.
pub const APPS: &str = "apps";
/// Pods; one part per Marathon: `pods of <name>`.
pub const PODS: &str = "pods";
/// Metronome's jobs.
pub const JOBS: &str = "jobs";
/// Installed catalogue packages.
pub const PACKAGES: &str = "packages";
/// Users and service accounts of IAM.
pub const IAM_USERS: &str = "IAM users";
/// Groups of IAM.
pub const IAM_GROUPS: &str = "IAM groups";
/// Permissions of IAM.
pub const IAM_PERMISSIONS: &str = "IAM permissions";
/// Rows of the tables in dumps of the IAM database.
pub const IAM_TABLES: &str = "IAM tables";
/// Number of znodes.
pub const ZNODES: &str = "znodes";

/// One side of a part: what was observed, and why the account of it may be incomplete.
#[derive(Debug)]
pub struct Side<'a, T> {
    /// What was observed.
    pub seen: &'a Observed<T>,
    /// Why nothing of it can be believed (a master that does not lead, or has no quorum).
    pub false_witness: Option<&'a Why>,
    /// Why it may not be all there is.
    pub partial: Option<&'a Why>,
}

// By hand: the derived ones would ask that `T` can be copied.
impl<T> Clone for Side<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Side<'_, T> {}

impl<'a, T> Side<'a, T> {
    /// A side that nothing contradicts.
    pub fn plain(seen: &'a Observed<T>) -> Self {
        Self {
            seen,
            false_witness: None,
            partial: None,
        }
    }
}

/// Both sides of a part that may be compared.
#[derive(Debug)]
pub struct Both<'a, T> {
    /// Value before, and where it was read.
    pub before: (&'a T, &'a EvidenceRef),
    /// Value after, and where it was read.
    pub after: (&'a T, &'a EvidenceRef),
}

impl Comparison {
    /// Records that (a piece of) a part could not be compared.
    pub fn unknown(&mut self, part: &str, why: Why) {
        if !self.unknown.iter().any(|(name, known)| name == part && *known == why) {
            self.unknown.push((part.to_owned(), why));
        }
    }

    /// Records why (a piece of) a part is not known on one side or both; the same reason on both is said once.
    pub fn unknown_sides(&mut self, part: &str, what: &str, before: Option<&Why>, after: Option<&Why>) {
        match (before, after) {
            (Some(one), Some(other)) if one == other => self.unknown(part, told("before and after", what, one)),
            (one, other) => {
                for (side, why) in [("before", one), ("after", other)] {
                    if let Some(why) = why {
                        self.unknown(part, told(side, what, why));
                    }
                }
            }
        }
    }

    /// Records how many things of a part were compared; several calls for one part add up.
    pub fn count(&mut self, part: &str, things: usize) {
        match self.compared.iter_mut().find(|(name, _)| name == part) {
            Some((_, count)) => *count += things as u64,
            None => self.compared.push((part.to_owned(), things as u64)),
        }
    }

    /// Both sides, if they may be compared; else the reason is recorded.
    ///
    /// A partial list after the window cannot show that anything is gone, so it is not compared. A partial list before it
    /// still shows what was there: it is compared, and the doubt is recorded beside the changes. A false witness on
    /// either side shows nothing.
    /// Neither side has it: recorded as absent. Only the later side has it: nothing can have been lost, also absent.
    pub fn both<'a, T>(&mut self, part: &str, before: Side<'a, T>, after: Side<'a, T>) -> Option<Both<'a, T>> {
        let pair = match (before.seen.get(), after.seen.get()) {
            (Ok(before), Ok(after)) => Both { before, after },
            (Err(why), Ok(_)) if why.is_absent() => {
                self.absent.push((part.to_owned(), why.clone()));
                return None;
            }
            (Err(one), Err(other)) if one.is_absent() && other.is_absent() => {
                self.absent.push((part.to_owned(), other.clone()));
                return None;
            }
            (Ok(_), Err(why)) if why.is_absent() => {
                self.unknown(
                    part,
                    doubtful(format!("{part}: read before, and after: {}", why.sentence())),
                );
                return None;
            }
            (one, other) => {
                self.unknown_sides(part, part, one.err(), other.err());
                return None;
            }
        };
        self.unknown_sides(part, part, before.false_witness, after.false_witness);
        self.unknown_sides(part, part, before.partial, after.partial);
        let believed = before.false_witness.is_none() && after.false_witness.is_none() && after.partial.is_none();
        believed.then_some(pair)
    }
}

/// The same reason, saying on which side it holds.
pub fn told(side: &str, part: &str, why: &Why) -> Why {
    doubtful(format!("{part} {side}: {}", why.sentence()))
}

/// A reason in words.
pub fn doubtful(detail: String) -> Why {
    Why::Doubtful { detail }
}
