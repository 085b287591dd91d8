//! Facts: what checks ask for, cross-checked between the parts of a snapshot.
//!
//! A fact is known only where no other evidence contradicts it: a token that sees a part of the cluster, a master
//! that lost its quorum, an empty answer with status 200 all end here as doubt. Knows no clock, file or hash order.

pub mod cluster;
pub mod constraints;

use crate::snapshot::Snapshot;

/// Cross-checked answers about one snapshot. Borrowed by every check.
#[derive(Debug)]
pub struct Facts<'s> {
    /// The snapshot itself, for parts that need no cross-check.
    pub snapshot: &'s Snapshot,
    /// Kind of cluster, leader, visibility of agents, frameworks and tasks.
    pub cluster: cluster::ClusterFacts,
}

impl<'s> Facts<'s> {
    /// Derives every fact from a snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        Self {
            snapshot,
            cluster: cluster::ClusterFacts::new(snapshot),
        }
    }
}
