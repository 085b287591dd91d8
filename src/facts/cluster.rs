//! Facts about the cluster as a whole: its kind, who leads, and whether what was listed is all there is.

use crate::model::{Observed, Why};
use crate::snapshot::Snapshot;

/// DC/OS or plain Mesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// DC/OS.
    Dcos,
    /// Apache Mesos without DC/OS.
    Mesos,
}

/// Facts about the cluster as a whole.
#[derive(Debug, Clone)]
pub struct ClusterFacts {
    /// Kind of cluster, with the evidence that says so.
    pub kind: Observed<Kind>,
    /// Why the lists of the leading master's `/state` cannot be trusted at all (no quorum, not the leader, empty view); `None` = no such reason.
    pub state_doubt: Option<Why>,
    /// Why the list of agents is incomplete (counters say otherwise); `None` = lists and counters agree.
    pub agents_doubt: Option<Why>,
    /// Why the list of frameworks is incomplete.
    pub frameworks_doubt: Option<Why>,
    /// Why the list of tasks is incomplete.
    pub tasks_doubt: Option<Why>,
}

impl ClusterFacts {
    /// Derives the facts.
    pub fn new(_snapshot: &Snapshot) -> Self {
        Self {
            kind: Observed::not_collected("data/mesos-master/*/flags.json"),
            state_doubt: None,
            agents_doubt: None,
            frameworks_doubt: None,
            tasks_doubt: None,
        }
    }
}
