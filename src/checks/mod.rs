//! The checks: rules over one snapshot or over a pair, each in a file named as its id.
//!
//! A check is pure: it reads facts and says what it saw. It never formats, never reads a file or a clock, and cannot
//! pass without saying what it looked at. The list below is the only one: tests, documentation and reports come from it.

pub mod backup;
pub mod cluster;
pub mod compare;
pub mod config;
pub mod iam;
pub mod marathon;
pub mod mesos;
pub mod path;
pub mod runner;
pub mod shared;
pub mod zookeeper;

use crate::compare::Comparison;
use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::facts::hop::{Hop, NoHop, shipped_marathon};
use crate::knowledge::Knowledge;
use crate::model::{AppliedSignoff, CheckMeta, EvidenceRef, Finding, Observed, Policy, Version, Why};

/// What a check may look at.
#[derive(Debug)]
pub struct Context<'a> {
    /// Facts about the archive that is judged (for pairs: the one after).
    pub facts: &'a Facts<'a>,
    /// For pairs: facts about the archive before, and the aligned differences.
    pub pair: Option<Pair<'a>>,
    /// Version to be reached, where stated or derived from the pair.
    pub target: Option<Version>,
    /// Marathon to be reached, where stated: without DC/OS, or instead of the one that the release ships.
    pub target_marathon: Option<Version>,
    /// Items that people answer for this hop, and what became of them; empty where no hop is judged.
    pub signoffs: &'a [AppliedSignoff],
    /// Thresholds.
    pub policy: &'a Policy,
    /// What the documents say.
    pub knowledge: &'a Knowledge,
}

impl Context<'_> {
    /// The hop that is judged: from the version that runs (for pairs: that ran before) to the target.
    ///
    /// # Errors
    /// No target was stated, or a version is not known: says which and why.
    pub fn hop(&self) -> Result<Hop, NoHop> {
        let from = self.pair.map_or(self.facts, |pair| pair.before);
        Hop::of(
            from,
            self.knowledge,
            self.target.as_ref(),
            self.target_marathon.as_ref(),
        )
    }

    /// The Marathon to be reached: the one that was stated, else the one that the release to be reached ships.
    ///
    /// # Errors
    /// None was stated, and there is no release that would say it: says which and why.
    pub fn marathon_to_reach(&self) -> Result<Version, NoHop> {
        if let Some(stated) = &self.target_marathon {
            return Ok(stated.clone());
        }
        let to = self.target.as_ref().ok_or(NoHop::NoTarget)?;
        match &self.facts.cluster.kind {
            Observed::Known(Kind::Mesos, _) => Err(NoHop::NoTarget),
            Observed::Unknown(why) => Err(NoHop::Unknown(why.sentence())),
            Observed::Known(Kind::Dcos, _) => shipped_marathon(self.knowledge, to)
                .ok_or_else(|| NoHop::Unknown(format!("which Marathon DC/OS {to} ships is not known"))),
        }
    }
}

/// The other half of a pair.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// Facts about the archive before.
    pub before: &'a Facts<'a>,
    /// Aligned differences.
    pub comparison: &'a Comparison,
}

/// One rule.
pub trait Check: Sync {
    /// What it says about itself.
    fn meta(&self) -> &'static CheckMeta;
    /// Looks, and says what it saw.
    fn run(&self, context: &Context<'_>, saw: &mut Saw);
}

/// What one check saw. Starts as "nothing": a check that says nothing is UNKNOWN, never PASS.
#[derive(Debug, Default)]
pub struct Saw {
    /// Findings so far.
    pub findings: Vec<Finding>,
    /// What could not be judged, one sentence each.
    pub unknown: Vec<String>,
    /// Why the check does not apply.
    pub skipped: Option<String>,
    /// What was judged: count and plural noun ("4 agents").
    pub judged: Vec<(u64, &'static str)>,
    /// Evidence that was looked at, for reports of checks that passed.
    pub evidence: Vec<EvidenceRef>,
}

impl Saw {
    /// The rule fired.
    pub fn fire(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Something could not be judged.
    pub fn unknown(&mut self, why: &Why) {
        self.unknown_because(why.sentence());
    }

    /// Something could not be judged, in words.
    pub fn unknown_because(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.unknown.contains(&sentence) {
            self.unknown.push(sentence);
        }
    }

    /// The check does not apply, and evidence (not its absence) says so.
    pub fn skip(&mut self, reason: impl Into<String>) {
        self.skipped.get_or_insert(reason.into());
    }

    /// `count` things were looked at. Zero is allowed only where the cluster is known to have none.
    pub fn judged(&mut self, count: usize, what: &'static str) {
        self.judged.push((count as u64, what));
    }

    /// Evidence that was looked at.
    pub fn looked_at(&mut self, at: &EvidenceRef) {
        self.evidence.push(at.clone());
    }
}

/// Every check, sorted by area and id.
pub fn all() -> Vec<&'static dyn Check> {
    let mut list: Vec<&'static dyn Check> = Vec::new();
    list.extend_from_slice(path::CHECKS);
    list.extend_from_slice(config::CHECKS);
    list.extend_from_slice(cluster::CHECKS);
    list.extend_from_slice(mesos::CHECKS);
    list.extend_from_slice(marathon::CHECKS);
    list.extend_from_slice(zookeeper::CHECKS);
    list.extend_from_slice(iam::CHECKS);
    list.extend_from_slice(backup::CHECKS);
    list.extend_from_slice(compare::CHECKS);
    list
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    all().into_iter().find(|check| check.meta().id == id)
}
