//! Marathon and Metronome as they stand in a snapshot.
//!
//! Constraints are kept as given, valid or not: judging them is the business of `facts::constraints`.

use std::collections::BTreeMap;

use crate::model::{EvidenceRef, Observed, Version};
pub use crate::sources::exhibitor::Children;

/// One Marathon instance.
#[derive(Debug, Clone)]
pub struct Marathon {
    /// Name: `root`, or the name of the framework or configuration entry.
    pub name: String,
    /// Folder of its evidence below `data/marathon/`.
    pub host: String,
    /// Whether this is the instance that DC/OS runs on its masters.
    pub root: bool,
    /// `/v2/info`.
    pub info: Observed<MarathonInfo>,
    /// `/v2/leader`: `host:port`; `None` inside when it answered that there is none (404).
    pub leader: Observed<Option<String>>,
    /// `/v2/apps`.
    pub apps: Observed<Vec<App>>,
    /// `/v2/pods`.
    pub pods: Observed<Vec<Pod>>,
    /// `/v2/pods/::status`.
    pub pod_status: Observed<Vec<PodStatus>>,
    /// `/v2/deployments`.
    pub deployments: Observed<Vec<Deployment>>,
    /// `/v2/queue`.
    pub queue: Observed<Vec<QueueEntry>>,
    /// `/v2/eventSubscriptions`: callback URLs (Marathon up to 1.4).
    pub subscriptions: Observed<Vec<String>>,
    /// Names of the nodes below its state in ZooKeeper, as Exhibitor lists them.
    pub state_nodes: Observed<Children>,
    /// Values of `/metrics` that the vendor's workbook names, by their names there; none of them is asked by a check.
    pub metrics: Observed<BTreeMap<String, f64>>,
}

/// `/v2/info`.
#[derive(Debug, Clone)]
pub struct MarathonInfo {
    /// Name.
    pub name: String,
    /// Version; `None` when the text is no version.
    pub version: Option<Version>,
    /// Version as printed.
    pub version_text: String,
    /// Framework id.
    pub framework_id: Option<String>,
    /// Leader, `host:port`.
    pub leader: Option<String>,
    /// Whether the answering instance is the leader.
    pub elected: Option<bool>,
    /// `event_subscriber` of `event_subscriber` or `marathon_config`, where set.
    pub event_subscriber: Option<String>,
    /// Number of `event_subscriber.http_endpoints`; `None` where it names none.
    pub http_endpoints: Option<u64>,
    /// Path in ZooKeeper below which it keeps everything (`/marathon`), where it says one.
    pub zk_path: Option<String>,
    /// Settings by dotted path (`marathon_config.features`), each as canonical JSON text. `null` stands there where the
    /// answer lists the setting as not set; a path that is missing was not listed, which says nothing about it.
    pub settings: BTreeMap<String, String>,
}

/// One placement constraint as Marathon stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// The elements: `Ok` for text, `Err` with the JSON text of anything else.
    pub elements: Vec<Result<String, String>>,
    /// `false` when it was not a list (app form) or not an object (pod form); `raw` then is all there is.
    pub well_formed: bool,
    /// Compact JSON text as found.
    pub raw: String,
}

/// A volume that has constraints of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstrainedVolume {
    /// Place in the list of volumes, from 0.
    pub index: usize,
    /// `containerPath` of an app's volume, `name` of a pod's; empty when it has none.
    pub name: String,
    /// Kind of disk (`root`, `path`, `mount`); `None` = not given, which is the root disk.
    pub disk: Option<String>,
    /// Constraints as given: lists of field (`path`), operator and expression.
    pub constraints: Vec<Constraint>,
}

/// One app.
#[derive(Debug, Clone)]
pub struct App {
    /// Absolute path; empty when the app has none (then it is malformed and says so in findings).
    pub id: String,
    /// Instances wanted.
    pub instances: Option<u64>,
    /// `tasksRunning`.
    pub running: Option<u64>,
    /// `tasksStaged`.
    pub staged: Option<u64>,
    /// `tasksHealthy`.
    pub healthy: Option<u64>,
    /// `tasksUnhealthy`.
    pub unhealthy: Option<u64>,
    /// Number of health checks defined.
    pub health_checks: u64,
    /// Number of deployments under way for it.
    pub deployments: Option<u64>,
    /// Placement constraints.
    pub constraints: Vec<Constraint>,
    /// Volumes that have constraints (`container.volumes[].persistent.constraints`).
    pub volumes: Vec<ConstrainedVolume>,
    /// Definition by top-level field, each as canonical JSON text (keys sorted, numbers normalised); runtime fields left out.
    pub definition: BTreeMap<String, String>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// One pod definition.
#[derive(Debug, Clone)]
pub struct Pod {
    /// Absolute path.
    pub id: String,
    /// `scaling.instances`.
    pub instances: Option<u64>,
    /// Placement constraints, from `scheduling.placement.constraints`.
    pub constraints: Vec<Constraint>,
    /// Volumes that have constraints (`volumes[].persistent.constraints`).
    pub volumes: Vec<ConstrainedVolume>,
    /// Definition by top-level field, as for apps.
    pub definition: BTreeMap<String, String>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// Status of one pod.
#[derive(Debug, Clone)]
pub struct PodStatus {
    /// Absolute path.
    pub id: String,
    /// `STABLE`, `DEGRADED`, `TERMINAL`.
    pub status: String,
    /// Instances listed.
    pub instances: u64,
    /// Instances with status `STABLE`.
    pub stable: u64,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// A deployment under way.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Deployment id.
    pub id: String,
    /// Apps and pods it touches.
    pub affected: Vec<String>,
    /// Current step.
    pub step: Option<u64>,
    /// Number of steps.
    pub steps: Option<u64>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// An entry of the launch queue.
#[derive(Debug, Clone)]
pub struct QueueEntry {
    /// App or pod.
    pub id: String,
    /// Instances waiting.
    pub count: u64,
    /// `delay.overdue`.
    pub overdue: Option<bool>,
    /// Reasons for which the last offers were declined, most frequent first, with counts.
    pub rejected: Vec<(String, u64)>,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// Metronome's jobs.
#[derive(Debug, Clone)]
pub struct Metronome {
    /// `/v1/jobs`.
    pub jobs: Observed<Vec<Job>>,
}

/// One Metronome job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Job id.
    pub id: String,
    /// Definition by top-level field, as for apps.
    pub definition: BTreeMap<String, String>,
    /// Where it stands.
    pub at: EvidenceRef,
}
