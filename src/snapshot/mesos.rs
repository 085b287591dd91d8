//! Mesos as it stands in a snapshot: masters, agents, frameworks, counts.
//!
//! Fields that a Mesos version does not have are `None`, never zero. Facts about fields and versions:
//! apache/mesos `src/master/http.cpp`, `src/common/http.cpp` at tags 0.20.0 to 1.11.0.

use std::collections::BTreeMap;

use crate::model::{EvidenceRef, Observed, Version};

use super::{Amounts, Flags, Metrics};

/// One Mesos master, with what it said about itself.
#[derive(Debug, Clone)]
pub struct Master {
    /// Host and port as asked (`10.0.0.1:5050`).
    pub host: String,
    /// `/version`.
    pub version: Observed<Version>,
    /// `/flags`.
    pub flags: Observed<Flags>,
    /// `/health` answered 200.
    pub health: Observed<bool>,
    /// `/metrics/snapshot`.
    pub metrics: Observed<Metrics>,
    /// `/registrar(1)/registry`.
    pub registry: Observed<Registry>,
    /// Where `/redirect` points: `host:port` of the leader this master believes in.
    pub redirect: Observed<String>,
    /// The same at the end of the run; another leader than before makes `/state` doubtful.
    pub redirect_end: Observed<String>,
}

/// What the leading master says about itself in `/state`.
#[derive(Debug, Clone, Default)]
pub struct MasterInfo {
    /// Id; changes at every start of the process.
    pub id: String,
    /// `master@ip:port`.
    pub pid: String,
    /// Host name.
    pub hostname: Option<String>,
    /// Name of the cluster (flag `cluster`).
    pub cluster: Option<String>,
    /// `master@ip:port` of the leader it believes in.
    pub leader: Option<String>,
    /// Version text.
    pub version: Option<String>,
    /// Seconds since 1970.
    pub start_time: Option<f64>,
    /// Seconds since 1970; absent when not leading.
    pub elected_time: Option<f64>,
    /// Its region and zone (1.4 and later); `None` also when it was given none.
    pub domain: Option<(String, String)>,
}

/// The scalar part of the leading master's `/state`.
#[derive(Debug, Clone, Default)]
pub struct MesosState {
    /// Host and port of the master that was asked.
    pub host: String,
    /// What it says about itself.
    pub master: MasterInfo,
    /// `activated_slaves`.
    pub activated: Option<u64>,
    /// `deactivated_slaves`.
    pub deactivated: Option<u64>,
    /// `unreachable_slaves` (1.2 and later).
    pub unreachable: Option<u64>,
    /// `flags`, where shown; absent without the permission to see them.
    pub flags: Option<Flags>,
    /// Length of `completed_frameworks`.
    pub completed_frameworks: u64,
    /// Sum of the lengths of `completed_tasks` of all present frameworks.
    pub completed_tasks: u64,
    /// Ids in `unregistered_frameworks` (non-empty only on masters before 1.2).
    pub unregistered_frameworks: Vec<String>,
}

/// Value of an agent attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// Text, set or range: as text.
    Text(String),
    /// Scalar.
    Scalar(f64),
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Scalar(number) => write!(f, "{number}"),
        }
    }
}

/// One agent as the leading master lists it.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Agent id.
    pub id: String,
    /// Host name.
    pub hostname: String,
    /// `slave(1)@ip:port`.
    pub pid: Option<String>,
    /// `active`; `None` before 0.22.
    pub active: Option<bool>,
    /// `deactivated` (1.9 and later).
    pub deactivated: Option<bool>,
    /// Version text; `None` before 0.26.
    pub version: Option<String>,
    /// Seconds since 1970; reset when the master fails over.
    pub registered_time: Option<f64>,
    /// Seconds since 1970.
    pub reregistered_time: Option<f64>,
    /// Attributes; of a name given twice the first value is kept.
    pub attributes: BTreeMap<String, Attribute>,
    /// Names given more than once in `attributes`.
    pub ambiguous_attributes: Vec<String>,
    /// Region and zone.
    pub domain: Option<(String, String)>,
    /// Total resources: scalars rounded to three decimals, others as text.
    pub resources: BTreeMap<String, String>,
    /// The scalars of `resources`; `None` where one of them is no number.
    pub total: Option<Amounts>,
    /// `used_resources`; `None` before 0.23.
    pub used: Option<Amounts>,
    /// `reserved_resources` by role; `None` before 0.23.
    pub reserved: Option<BTreeMap<String, Amounts>>,
    /// Roles with reservations on this agent.
    pub reserved_roles: Vec<String>,
    /// Whether it has unreserved CPUs or memory; `None` before 0.23.
    pub unreserved: Option<bool>,
    /// Where it stands.
    pub at: EvidenceRef,
}

impl Agent {
    /// `ip:port` out of the pid.
    pub fn address(&self) -> Option<&str> {
        self.pid
            .as_deref()
            .and_then(|pid| pid.rsplit_once('@'))
            .map(|(_, address)| address)
    }

    /// Whether this is a public agent: reserves for `slave_public`, or carries the attribute `public_ip`.
    pub fn is_public(&self) -> bool {
        self.reserved_roles.iter().any(|role| role == "slave_public") || self.attributes.contains_key("public_ip")
    }
}

/// An agent of the registry that has not re-registered since the last election.
#[derive(Debug, Clone)]
pub struct RecoveredAgent {
    /// Agent id.
    pub id: String,
    /// Host name.
    pub hostname: String,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// One framework as the leading master lists it.
#[derive(Debug, Clone)]
pub struct Framework {
    /// Framework id.
    pub id: String,
    /// Name; not unique.
    pub name: String,
    /// Principal.
    pub principal: Option<String>,
    /// `roles`, or `[role]`.
    pub roles: Vec<String>,
    /// `active`.
    pub active: Option<bool>,
    /// `connected` (1.2 and later).
    pub connected: Option<bool>,
    /// `recovered` (1.2 and later): known only through agents.
    pub recovered: Option<bool>,
    /// `checkpoint`: false means that its tasks die with every agent restart.
    pub checkpoint: Option<bool>,
    /// Seconds; 0 = its tasks are killed as soon as it disconnects.
    pub failover_timeout: Option<f64>,
    /// Address of its user interface; for Marathon the address of its API.
    pub webui_url: Option<String>,
    /// Capabilities.
    pub capabilities: Vec<String>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// Counts of `/state-summary`.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Agents listed.
    pub agents: u64,
    /// Agents with `active: true`.
    pub agents_active: u64,
    /// Frameworks listed, by id.
    pub frameworks: Vec<String>,
    /// Sum over agents of each `TASK_*` count.
    pub tasks_by_state: BTreeMap<String, u64>,
    /// `TASK_RUNNING` per framework id.
    pub running_by_framework: BTreeMap<String, u64>,
}

/// Content of a master's replica of the registry.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Whether the answer was `{}`: a standby that never led, or a master without quorum.
    pub empty: bool,
    /// Ids and host names of admitted agents.
    pub agents: Vec<(String, String)>,
    /// Number of agents marked unreachable.
    pub unreachable: u64,
}

/// One machine of the maintenance schedule.
#[derive(Debug, Clone)]
pub struct MaintenanceWindow {
    /// Host name or address.
    pub machine: String,
    /// Begin, seconds since 1970.
    pub start: Option<f64>,
    /// Length in seconds.
    pub duration: Option<f64>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// Machines draining or down.
#[derive(Debug, Clone, Default)]
pub struct MaintenanceStatus {
    /// Host names of draining machines.
    pub draining: Vec<String>,
    /// Host names of machines that are down for maintenance.
    pub down: Vec<String>,
}

/// One agent, with what it said about itself.
#[derive(Debug, Clone)]
pub struct AgentNode {
    /// Host and port as asked.
    pub host: String,
    /// `/version`.
    pub version: Observed<Version>,
    /// `/flags`, else those of its `/state`.
    pub flags: Observed<Flags>,
    /// `/metrics/snapshot`: the names that begin with `slave/`.
    pub metrics: Observed<Metrics>,
    /// `/state`.
    pub state: Observed<AgentOwnState>,
}

/// The part of an agent's own `/state` that is compared with the master's view.
#[derive(Debug, Clone, Default)]
pub struct AgentOwnState {
    /// Agent id; empty until it has registered.
    pub id: String,
    /// Host name.
    pub hostname: String,
    /// Version text.
    pub version: Option<String>,
    /// Seconds since 1970.
    pub start_time: Option<f64>,
    /// Framework ids.
    pub frameworks: Vec<String>,
    /// Task ids in `frameworks[].executors[].tasks[]` with their framework ids, all states.
    pub tasks: Vec<(String, String)>,
    /// Of those, running.
    pub running: u64,
}
