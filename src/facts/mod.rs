//! Facts: what checks ask for, cross-checked between the parts of a snapshot.
//!
//! A fact is known only where no other evidence contradicts it: a token that sees a part of the cluster, a master
//! that lost its quorum, an empty answer with status 200 all end here as doubt. Knows no clock, file or hash order.

pub mod advisories;
pub mod backups;
pub mod cluster;
pub mod config;
pub mod constraints;
pub mod ensemble;
pub mod hop;
pub mod leader;
pub mod marathon_state;
pub mod marathons;
pub mod placement;
pub mod rules;
pub mod task_identity;
pub mod visibility;
pub mod workloads;

use crate::model::{EvidenceRef, Observed, Version, Why};
use crate::snapshot::{Agent, Framework, Master, Snapshot, TaskTable};

/// Cross-checked answers about one snapshot. Borrowed by every check.
#[derive(Debug)]
pub struct Facts<'s> {
    /// The snapshot itself, for parts that need no cross-check.
    pub snapshot: &'s Snapshot,
    /// Kind of cluster, leader, visibility of agents, frameworks and tasks.
    pub cluster: cluster::ClusterFacts,
    /// Which Marathon instances there are, and whether what they list is all they run.
    pub marathons: marathons::MarathonFacts,
    /// Which ZooKeeper servers and Exhibitors there are.
    pub ensemble: ensemble::EnsembleFacts,
    /// Backups that were given, whose they are, and what the ensemble says to hold them against.
    pub backups: backups::BackupFacts<'s>,
}

/// A list with what speaks against its being complete. What is seen bad in it is bad; that nothing bad is seen
/// counts only without doubts.
#[derive(Debug, Clone)]
pub struct Seen<'a, T: ?Sized> {
    /// What was listed.
    pub items: &'a T,
    /// Where.
    pub at: &'a EvidenceRef,
    /// Why it may not be all; empty = lists and counters agree.
    pub doubts: Vec<&'a Why>,
}

impl<'s> Facts<'s> {
    /// Derives every fact from a snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let cluster = cluster::ClusterFacts::new(snapshot);
        Self {
            snapshot,
            marathons: marathons::MarathonFacts::new(snapshot, &cluster),
            ensemble: ensemble::EnsembleFacts::new(snapshot, &cluster),
            backups: backups::BackupFacts::new(snapshot, &cluster),
            cluster,
        }
    }

    /// Agents as listed, with the doubts about the list.
    pub fn agents_seen(&self) -> Result<Seen<'_, [Agent]>, &Why> {
        let (items, at) = self.snapshot.agents.get()?;
        Ok(Seen {
            items,
            at,
            doubts: self.doubts(self.cluster.agents_doubt.as_ref()),
        })
    }

    /// Frameworks as listed, with the doubts about the list.
    pub fn frameworks_seen(&self) -> Result<Seen<'_, [Framework]>, &Why> {
        let (items, at) = self.snapshot.frameworks.get()?;
        Ok(Seen {
            items,
            at,
            doubts: self.doubts(self.cluster.frameworks_doubt.as_ref()),
        })
    }

    /// Tasks as listed, with the doubts about the list.
    pub fn tasks_seen(&self) -> Result<Seen<'_, TaskTable>, &Why> {
        let (items, at) = self.snapshot.tasks.get()?;
        Ok(Seen {
            items,
            at,
            doubts: self.doubts(self.cluster.tasks_doubt.as_ref()),
        })
    }

    /// Every agent of the cluster, or why that cannot be said.
    pub fn agents(&self) -> Result<&[Agent], &Why> {
        self.trusted(&self.snapshot.agents, self.cluster.agents_doubt.as_ref())
            .map(Vec::as_slice)
    }

    /// Every framework of the cluster, or why that cannot be said.
    pub fn frameworks(&self) -> Result<&[Framework], &Why> {
        self.trusted(&self.snapshot.frameworks, self.cluster.frameworks_doubt.as_ref())
            .map(Vec::as_slice)
    }

    /// Every task of the cluster that has not ended, or why that cannot be said.
    pub fn tasks(&self) -> Result<&TaskTable, &Why> {
        self.trusted(&self.snapshot.tasks, self.cluster.tasks_doubt.as_ref())
    }

    /// The master that leads, where evidence names exactly one.
    pub fn leading_master(&self) -> Option<&'s Master> {
        self.cluster
            .leadership
            .leading
            .and_then(|at| self.snapshot.masters.get(at))
    }

    /// Version of Mesos at the leading master: its own `/version`, else what its `/state` says.
    pub fn mesos_version(&self) -> Option<Version> {
        self.leading_master()
            .and_then(|master| master.version.known().cloned())
            .or_else(|| {
                let state = self.snapshot.state.known()?;
                state.master.version.as_deref()?.parse().ok()
            })
    }

    /// The version that the cluster runs: DC/OS where every master that was asked says the same, else the leading master's Mesos.
    pub fn running_version(&self) -> Option<Version> {
        let versions = &self.snapshot.dcos.versions;
        match versions.first().and_then(|(_, version)| version.known()) {
            Some(first) if versions.iter().all(|(_, version)| version.known() == Some(first)) => Some(first.clone()),
            Some(_) => None,
            None => self.mesos_version(),
        }
    }

    fn doubts<'a>(&'a self, own: Option<&'a Why>) -> Vec<&'a Why> {
        // Where nothing can be believed at all, what the lists lack is only a consequence.
        self.cluster.state_doubt.as_ref().or(own).into_iter().collect()
    }

    fn trusted<'a, T>(&'a self, list: &'a Observed<T>, own: Option<&'a Why>) -> Result<&'a T, &'a Why> {
        let (items, _) = list.get()?;
        match self.cluster.state_doubt.as_ref().or(own) {
            Some(why) => Err(why),
            None => Ok(items),
        }
    }
}
