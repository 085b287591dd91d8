//! Comparison of two snapshots: identity across an upgrade, differences, and what the hop must change.
//!
//! Produces changes and the aligned tables that pair checks read. Never decides a verdict; comparing a snapshot with itself yields nothing.
//!
//! Never compared, because they differ between any two looks at a healthy cluster: offers, offered and used resources, counters of
//! metrics, `registered_time` across a failover, ids of masters, the order of arrays, raw bytes.

pub mod align;
mod cluster_identity;
mod diff;
pub mod expected;
mod ledger;
pub mod normalise;
pub mod part;
mod workloads;

use crate::facts::Facts;
use crate::knowledge::Knowledge;
use crate::model::{Change, LedgerEntry, MarathonWorkloads, Version, Why};

pub use diff::apps::CONSTRAINT;
pub use diff::tasks::{Cause, TaskFate, TaskNames, TaskOutcomes};
pub use diff::versions::{Component, VersionPair};

/// The aligned differences between the snapshot before and the snapshot after.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// Version before, where known: DC/OS, on plain Mesos the masters' Mesos. With `to`: the hop.
    pub from: Option<Version>,
    /// Version after.
    pub to: Option<Version>,
    /// Every difference, in stable order.
    pub changes: Vec<Change>,
    /// Parts that could not be compared, or not wholly: name of the part ("agents", "tasks", "apps of root" …) and why.
    pub unknown: Vec<(String, Why)>,
    /// Parts that neither side has: name of the part, and the source that says so.
    pub absent: Vec<(String, Why)>,
    /// How many things of each part were compared ("agents" -> 12).
    pub compared: Vec<(String, u64)>,
    /// Versions of every component that was seen on both sides.
    pub versions: Vec<VersionPair>,
    /// What became of the tasks.
    pub tasks: TaskOutcomes,
    /// Apps and pods of each Marathon of before: definitions, constraints and tasks.
    pub workloads: Vec<MarathonWorkloads>,
    /// What the hop should have changed by itself, and whether that was seen.
    pub ledger: Vec<LedgerEntry>,
}

/// Why two archives cannot be compared at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotCompare {
    /// The archive given as `PRE` was taken after the one given as `POST`, or their phases say so.
    #[error("{0}")]
    Swapped(String),
    /// The archives are of two different clusters.
    #[error("{0}")]
    DifferentClusters(String),
}

/// Compares two snapshots; refuses swapped archives and archives of different clusters (rules in `cluster_identity`).
pub fn compare(before: &Facts<'_>, after: &Facts<'_>, knowledge: &Knowledge) -> Result<Comparison, CannotCompare> {
    cluster_identity::require_order(before.snapshot, after.snapshot)?;
    cluster_identity::require_same_cluster(before.snapshot, after.snapshot)?;
    let mut comparison = Comparison::default();
    diff::all(before, after, knowledge, &mut comparison);
    ledger::settle(&mut comparison, before, after, knowledge);
    comparison.changes.sort_by(|a, b| {
        (&a.subject, a.kind, &a.field, &a.before, &a.after).cmp(&(&b.subject, b.kind, &b.field, &b.before, &b.after))
    });
    Ok(comparison)
}
