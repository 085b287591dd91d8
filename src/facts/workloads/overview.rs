//! Everything in one value: workloads with their risks, agents and racks with what stops there, waves. Owned and ordered.
//!
//! What is not known is `None` beside a reason, never 0. Renders nothing; this is the JSON contract `gonogo-workloads/1`.

use serde::Serialize;

use super::capacity::Room;
use super::map::{Kind, Map, Part, Workload};
use super::minimum::Minimum;
use super::risks::Risk;
use super::waves::Stage;
use crate::snapshot::Amounts;

/// Amounts as numbers: cores, MB, MB, GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct AmountsRow {
    pub cpus: f64,
    pub mem: f64,
    pub disk: f64,
    pub gpus: f64,
}

impl From<Amounts> for AmountsRow {
    #[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53 thousandths")]
    fn from(amounts: Amounts) -> Self {
        let number = |thousandths: u64| thousandths as f64 / 1000.0;
        Self {
            cpus: number(amounts.cpus),
            mem: number(amounts.mem),
            disk: number(amounts.disk),
            gpus: number(amounts.gpus),
        }
    }
}

/// Free resources, between two bounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomRow {
    /// Role whose offers they would be.
    pub role: String,
    /// At least this much; `None` where Mesos does not print it.
    pub least: Option<AmountsRow>,
    /// Not more than this.
    pub most: Option<AmountsRow>,
}

impl RoomRow {
    pub(super) fn new(role: &str, room: Option<Room>) -> Self {
        Self {
            role: role.to_owned(),
            least: room.map(|room| room.least.into()),
            most: room.map(|room| room.most.into()),
        }
    }
}

/// Name of a risk, and what exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct RiskRow {
    pub risk: &'static str,
    pub detail: String,
}

impl From<&Risk> for RiskRow {
    fn from(risk: &Risk) -> Self {
        Self {
            risk: risk.id(),
            detail: risk.to_string(),
        }
    }
}

/// An agent that runs a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct On {
    pub agent: String,
    pub instances: u64,
    pub available: u64,
}

/// One workload.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkloadRow {
    /// Name, unique together with `framework`; the one that other rows use.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Marathon that defines it.
    pub marathon: Option<String>,
    /// Id of its framework.
    pub framework: String,
    /// Name of its framework.
    pub framework_name: String,
    /// Whether agent restarts keep its tasks.
    pub checkpoint: Option<bool>,
    /// Instances wanted.
    pub wanted: Option<u64>,
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Instances with such tasks.
    pub instances: u64,
    /// Instances that run wholly and are not known to be unhealthy.
    pub available: u64,
    /// Least number of instances.
    pub minimum: Option<u64>,
    /// Where that comes from, or why there is none.
    pub minimum_from: String,
    /// What one instance needs, for apps and pods.
    pub needs: Option<AmountsRow>,
    /// Kinds of health checks.
    pub health_checks: Vec<String>,
    /// The constraint or volume that binds it to named places.
    pub bound: Option<String>,
    /// Where it runs.
    pub agents: Vec<On>,
    /// Its risks, the worst first.
    pub risks: Vec<RiskRow>,
}

/// A workload that would run less than its minimum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct BelowRow {
    pub workload: String,
    pub minimum: Option<u64>,
    pub left: u64,
}

/// Whether what stops would fit elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Elsewhere {
    /// `nothing-stops`, `no`, `sum-is-enough` (a bound, not an answer) or `unknown`.
    pub answer: &'static str,
    /// In words.
    pub why: String,
}

/// What stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopsRow {
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Workloads that run nowhere else.
    pub ends: Vec<String>,
    /// Workloads that would run less than their minimum.
    pub below_minimum: Vec<BelowRow>,
    /// Persistent volumes on the agents.
    pub local_volumes: u64,
    /// Tasks that die with any agent restart, since their framework does not checkpoint.
    pub without_checkpoint: u64,
    /// Whether they would fit elsewhere.
    pub elsewhere: Elsewhere,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentRow {
    /// Agent id.
    pub id: String,
    /// Host name.
    pub host: String,
    /// Whether it is a public agent.
    pub public: bool,
    /// Rack.
    pub rack: Option<String>,
    /// Why the rack is not known.
    pub rack_unknown: Option<String>,
    /// Whether configuration names it as critical.
    pub critical: bool,
    /// `active` of Mesos.
    pub active: Option<bool>,
    /// Version of its Mesos.
    pub version: Option<String>,
    /// Workloads on it that are bound to named places, with what binds them.
    pub pinned: Vec<String>,
    /// Workloads whose only instance runs on it.
    pub unique: Vec<String>,
    /// What stops with it.
    pub stops: StopsRow,
    /// What it has left.
    pub room: Vec<RoomRow>,
    /// Number of the wave that holds it, from 1; `None`: held, or no waves were planned.
    pub wave: Option<usize>,
}

/// One rack of private or public agents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RackRow {
    /// Its name; `None` for agents whose rack is not known.
    pub rack: Option<String>,
    /// Why it is not known.
    pub rack_unknown: Option<String>,
    /// Whether these are public agents.
    pub public: bool,
    /// Host names.
    pub agents: Vec<String>,
    /// What stops with all of them; `None` where they may stand in other racks.
    pub stops: Option<StopsRow>,
    /// Tasks on them.
    pub tasks: u64,
    /// What they have left, by role.
    pub room: Vec<RoomRow>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaveRow {
    /// From 1.
    pub number: usize,
    /// Why here.
    pub stage: Stage,
    /// Whether it holds public agents.
    pub public: bool,
    /// Rack of all of them.
    pub rack: Option<String>,
    /// Host names.
    pub agents: Vec<String>,
    /// Agent ids, in the same order.
    pub ids: Vec<String>,
    /// Tasks that stop.
    pub tasks: u64,
    /// Workloads that run nowhere else.
    pub ends: Vec<String>,
}

/// A workload for which an agent is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BecauseRow {
    /// The workload.
    pub workload: String,
    /// Its minimum; `None` where it is not known.
    pub minimum: Option<u64>,
    /// Available instances that would be left.
    pub left: u64,
    /// What would free the agent.
    pub advice: String,
}

/// An agent that no wave may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct HeldRow {
    pub agent: String,
    pub id: String,
    pub because: Vec<BecauseRow>,
}

/// The smallest scale-up of one app that frees its agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScaleRow {
    /// The app.
    pub workload: String,
    /// Instances wanted today.
    pub from: u64,
    /// Instances with which any one of its agents may stop.
    pub to: u64,
    /// The minimum to keep.
    pub minimum: u64,
    /// Whether that minimum must be written into gonogo.toml.
    pub declare: bool,
}

/// Waves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Waves {
    /// In the order in which they go.
    pub plan: Vec<WaveRow>,
    /// Agents that no wave may hold.
    pub held: Vec<HeldRow>,
    /// What would free them.
    pub scale: Vec<ScaleRow>,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Asked {
    pub rack_attribute: String,
    pub max_wave_percent: u8,
    pub critical_agents: Vec<String>,
    pub assume_scaled: bool,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// What was asked for.
    pub settings: Asked,
    /// Why nothing can be said of what runs where; then every list is empty.
    pub unknown: Option<String>,
    /// Why lists cannot be trusted, and critical agents that no agent goes by; with any, there are no waves.
    pub doubts: Vec<String>,
    /// Marathons whose apps are not known: what binds these is not known either.
    pub marathons_unknown: Vec<String>,
    /// What is taken for granted, and what is left out.
    pub remarks: Vec<String>,
    /// Workloads.
    pub workloads: Vec<WorkloadRow>,
    /// Agents.
    pub agents: Vec<AgentRow>,
    /// Racks.
    pub racks: Vec<RackRow>,
    /// Waves; `None` where lists cannot be trusted.
    pub waves: Option<Waves>,
}

impl Part {
    fn on(self, agent: &str) -> On {
        On {
            agent: agent.to_owned(),
            instances: self.instances,
            available: self.available,
        }
    }
}

/// The name of a workload as rows use it: outside of the root Marathon with the instance or framework.
pub fn label(workload: &Workload<'_>) -> String {
    match workload.marathon {
        Some("root") => workload.name.clone(),
        Some(marathon) => format!("{} ({marathon})", workload.name),
        None => format!("{} ({})", workload.name, workload.framework_name),
    }
}

pub(super) fn workload(map: &Map<'_>, workload: &Workload<'_>, risks: &[Risk]) -> WorkloadRow {
    let definition = workload.definition.as_ref();
    let on = workload
        .on
        .iter()
        .filter_map(|(at, part)| Some((map.hosts.get(*at)?, part)));
    WorkloadRow {
        name: label(workload),
        kind: workload.kind,
        marathon: workload.marathon.map(str::to_owned),
        framework: workload.framework.to_owned(),
        framework_name: workload.framework_name.to_owned(),
        checkpoint: workload.checkpoint,
        wanted: workload.wanted,
        tasks: workload.sum.tasks,
        instances: workload.sum.instances,
        available: workload.sum.available,
        minimum: workload.minimum.instances(),
        minimum_from: match &workload.minimum {
            Minimum::Declared { by, .. } => by.to_string(),
            Minimum::Unknown(why) => why.clone(),
            Minimum::Undeclared => "its framework declares none".to_owned(),
        },
        needs: definition.and_then(|definition| definition.needs).map(Into::into),
        health_checks: definition
            .map(|definition| definition.health.clone())
            .unwrap_or_default(),
        bound: workload.bound.clone(),
        agents: on.map(|(host, part)| part.on(&host.agent.hostname)).collect(),
        risks: risks.iter().map(Into::into).collect(),
    }
}
