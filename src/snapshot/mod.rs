//! The snapshot: the typed model of a cluster read from one archive.
//!
//! Every part is known, with a pointer to its evidence, or unknown, with the reason. Nothing here judges:
//! contradictions between parts are the business of `facts`, verdicts that of `checks`.

mod amounts;
pub mod backups;
mod believe;
mod builder;
pub mod dcos;
mod from_dcos;
mod from_marathon;
mod from_mesos;
mod from_zookeeper;
pub mod iam;
mod load;
pub mod marathon;
pub mod mesos;
mod parts;
mod state;
pub mod tasks;
mod zk_tree;
pub mod zookeeper;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{EvidenceRef, Manifest, Observed, Signoff};

pub use crate::sources::dcos_config;
pub use crate::sources::zk_tree_file::Summary as ZkTree;
pub use amounts::{Amounts, NAMES, shown, thousandths};
pub use backups::BackupGiven;
pub use builder::Builder;
pub use dcos::{Dcos, HealthNode, HealthUnit, LicenseFile, Package};
pub use iam::{CockroachNode, CockroachVars, Iam};
pub use load::{load, load_pair};
pub use marathon::{
    App, Children, ConstrainedVolume, Constraint, Deployment, Job, Marathon, MarathonInfo, Metronome, Pod, PodStatus,
    QueueEntry,
};
pub use mesos::{
    Agent, AgentNode, AgentOwnState, Framework, Master, MasterInfo, MesosState, RecoveredAgent, Registry, Summary,
};
pub use tasks::{ContainerId, Task, TaskList, TaskState, TaskTable};
pub use zookeeper::{ExhibitorServer, ExhibitorView, ZkServer};

/// Names found in `/metrics/snapshot` with their numbers; thousands of agents share their names.
pub type Metrics = BTreeMap<Arc<str>, f64>;
/// Names of flags with their values, as `/flags` prints them: always text.
pub type Flags = BTreeMap<String, String>;

/// Identity of the archive a snapshot was read from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// SHA-256 of `tagmanifest-sha256.txt`, lower-case hex.
    pub digest: String,
    /// The archive's own manifest.
    pub manifest: Manifest,
}

/// A `/state` beside the one that the snapshot shows: another master answered as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherState {
    /// `master@ip:port` of the master that answered.
    pub pid: String,
    /// `master@ip:port` of the leader it believes in; equal to `pid` when it, too, says that it leads.
    pub leader: Option<String>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// The typed model of a cluster at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Which archive this is.
    pub origin: Origin,
    /// Every Mesos master that was asked, sorted by host.
    pub masters: Vec<Master>,
    /// What the leading master said about the cluster (`/state`).
    pub state: Observed<MesosState>,
    /// Other masters that answered `/state`; more than one that leads by its own word is a contradiction.
    pub other_states: Vec<OtherState>,
    /// Agents as the leading master lists them (`/state`, else `/slaves`).
    pub agents: Observed<Vec<Agent>>,
    /// Agents known from the registry that have not come back since the last election (`recovered_slaves`).
    pub recovered_agents: Observed<Vec<RecoveredAgent>>,
    /// Frameworks as the leading master lists them; completed ones left out.
    pub frameworks: Observed<Vec<Framework>>,
    /// Non-terminal and unreachable tasks; completed ones are counted only.
    pub tasks: Observed<TaskTable>,
    /// Counts of `/state-summary`.
    pub summary: Observed<Summary>,
    /// `/maintenance/schedule`: one line per scheduled machine.
    pub maintenance_schedule: Observed<Vec<mesos::MaintenanceWindow>>,
    /// `/maintenance/status`: machines draining or down.
    pub maintenance_status: Observed<mesos::MaintenanceStatus>,
    /// What each agent said about itself, sorted by host.
    pub agent_nodes: Vec<AgentNode>,
    /// Marathon instances that were asked: root first, then by name.
    pub marathons: Vec<Marathon>,
    /// Metronome, if asked.
    pub metronome: Metronome,
    /// Exhibitor as seen from every master, sorted by host.
    pub exhibitors: Vec<ExhibitorView>,
    /// ZooKeeper servers that were asked, sorted by host.
    pub zookeepers: Vec<ZkServer>,
    /// The tree of znodes, where a walk over the wire was asked for; the same whichever server answered.
    pub zk_tree: Observed<ZkTree>,
    /// Backups that were given, as their proofs show them; sorted by name.
    pub backups: Vec<BackupGiven>,
    /// What DC/OS itself said.
    pub dcos: Dcos,
    /// The IAM database.
    pub iam: Iam,
    /// Answers to manual items that were collected along.
    pub signoffs: Observed<Vec<Signoff>>,
}

impl Snapshot {
    /// Pointer to a whole item of this snapshot's archive.
    pub fn item(&self, path: &str) -> EvidenceRef {
        EvidenceRef::item(path)
    }
}
