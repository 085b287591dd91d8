//! `/state` of a leading master: agents, frameworks and tasks are handed to a sink one by one, the rest is returned.
//!
//! Fields and versions: apache/mesos `src/master/http.cpp`, `src/master/readonly_handler.cpp`, tags 0.19 to 1.11.
//! Completed frameworks and tasks are counted, executors and offers are checked to be JSON and left out.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Deserialize;

use super::json::{self, Sound, Unique};
use super::mesos_agents::{AgentWire, RecoveredWire};
use super::{Malformed, Parsed};

/// Which array of `/state` a task stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskArray {
    /// `frameworks[].tasks[]`.
    Tasks,
    /// `frameworks[].unreachable_tasks[]`.
    Unreachable,
    /// `orphan_tasks[]`.
    Orphan,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskPlace {
    /// The array.
    pub array: TaskArray,
    /// Ordinal of the framework in `frameworks[]`; 0 for orphans.
    pub framework: u32,
    /// Ordinal in the array.
    pub ordinal: u32,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TaskWire<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub framework_id: &'a str,
    pub slave_id: &'a str,
    pub state: &'a str,
    /// Container id of the newest status that has one.
    pub container: Option<&'a str>,
    /// `healthy` of the newest status.
    pub healthy: Option<bool>,
}

/// One framework, without its tasks.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct FrameworkWire {
    pub id: String,
    pub name: String,
    pub principal: Option<String>,
    /// `roles`, or `[role]`.
    pub roles: Vec<String>,
    pub active: Option<bool>,
    pub connected: Option<bool>,
    pub recovered: Option<bool>,
    pub checkpoint: Option<bool>,
    pub failover_timeout: Option<f64>,
    pub webui_url: Option<String>,
    pub capabilities: Vec<String>,
}

/// The scalar part of a state.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct HeadWire {
    pub id: String,
    pub pid: String,
    #[serde(default, deserialize_with = "json::present")]
    pub hostname: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub cluster: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub leader: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub version: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub start_time: Option<f64>,
    #[serde(default, deserialize_with = "json::present")]
    pub elected_time: Option<f64>,
    #[serde(default, deserialize_with = "json::count")]
    pub activated_slaves: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    pub deactivated_slaves: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    pub unreachable_slaves: Option<u64>,
    #[serde(default, deserialize_with = "flags")]
    pub flags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub unregistered_frameworks: Vec<String>,
    /// Length of `completed_frameworks`.
    #[serde(skip)]
    pub completed_frameworks: u64,
    /// Sum of the lengths of `completed_tasks` of all present frameworks.
    #[serde(skip)]
    pub completed_tasks: u64,
    /// Whether the state has a list `recovered_slaves` (1.2 and later).
    #[serde(skip)]
    pub has_recovered: bool,
}

fn flags<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    Unique::<String>::deserialize(deserializer).map(|flags| Some(flags.0))
}

/// Receives what a state lists, in the order of the evidence.
pub trait StateSink {
    /// An entry of `slaves[]`.
    fn agent(&mut self, ordinal: usize, agent: AgentWire);
    /// An entry of `recovered_slaves[]`.
    fn recovered(&mut self, ordinal: usize, agent: RecoveredWire);
    /// An entry of `frameworks[]`, after its tasks.
    fn framework(&mut self, ordinal: usize, framework: FrameworkWire);
    /// A task.
    fn task(&mut self, place: TaskPlace, task: &TaskWire<'_>);
}

#[derive(Deserialize)]
struct Whole {
    slaves: Vec<AgentWire>,
    frameworks: Vec<Framework>,
    #[serde(default, deserialize_with = "json::present")]
    recovered_slaves: Option<Vec<RecoveredWire>>,
    #[serde(default)]
    orphan_tasks: Vec<Task>,
    #[serde(default)]
    completed_frameworks: Vec<Sound>,
}

#[derive(Deserialize)]
struct Framework {
    id: String,
    name: String,
    #[serde(default, deserialize_with = "json::present")]
    principal: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    role: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    roles: Option<Vec<String>>,
    #[serde(default, deserialize_with = "json::present")]
    active: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    connected: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    recovered: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    checkpoint: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    failover_timeout: Option<f64>,
    #[serde(default, deserialize_with = "json::present")]
    webui_url: Option<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    tasks: Vec<Task>,
    #[serde(default)]
    unreachable_tasks: Vec<Task>,
    #[serde(default)]
    completed_tasks: Vec<Sound>,
}

#[derive(Deserialize)]
struct Task {
    id: String,
    name: String,
    framework_id: String,
    slave_id: String,
    state: String,
    #[serde(default)]
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default, deserialize_with = "json::present")]
    healthy: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    container_status: Option<ContainerStatus>,
}

#[derive(Deserialize)]
struct ContainerStatus {
    #[serde(default, deserialize_with = "json::present")]
    container_id: Option<ContainerValue>,
}

#[derive(Deserialize)]
struct ContainerValue {
    value: String,
}

const EXPECTED: &str = "the answer of a master's /state: an object with the lists `slaves` and `frameworks`";

/// Reads a state. What the sink received counts only if the answer is `Ok(Ok(_))`.
pub fn read(body: &mut dyn Read, sink: &mut dyn StateSink) -> io::Result<Parsed<HeadWire>> {
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    Ok(whole(&bytes, sink))
}

fn whole(bytes: &[u8], sink: &mut dyn StateSink) -> Parsed<HeadWire> {
    let lists: Whole = json::read(bytes, EXPECTED)?;
    let mut head: HeadWire = json::read(bytes, EXPECTED)?;
    head.completed_frameworks = lists.completed_frameworks.len() as u64;
    head.has_recovered = lists.recovered_slaves.is_some();
    for (ordinal, agent) in lists.slaves.into_iter().enumerate() {
        sink.agent(ordinal, agent);
    }
    for (ordinal, agent) in lists.recovered_slaves.into_iter().flatten().enumerate() {
        sink.recovered(ordinal, agent);
    }
    for (ordinal, framework) in lists.frameworks.into_iter().enumerate() {
        hand(sink, TaskArray::Tasks, ordinal, &framework.tasks)?;
        hand(sink, TaskArray::Unreachable, ordinal, &framework.unreachable_tasks)?;
        head.completed_tasks += framework.completed_tasks.len() as u64;
        sink.framework(
            ordinal,
            FrameworkWire {
                id: framework.id,
                name: framework.name,
                principal: framework.principal,
                roles: framework
                    .roles
                    .or(framework.role.map(|role| vec![role]))
                    .unwrap_or_default(),
                active: framework.active,
                connected: framework.connected,
                recovered: framework.recovered,
                checkpoint: framework.checkpoint,
                failover_timeout: framework.failover_timeout,
                webui_url: framework.webui_url,
                capabilities: framework.capabilities,
            },
        );
    }
    hand(sink, TaskArray::Orphan, 0, &lists.orphan_tasks)?;
    Ok(head)
}

fn hand(sink: &mut dyn StateSink, array: TaskArray, framework: usize, tasks: &[Task]) -> Parsed<()> {
    let short = |value: usize| u32::try_from(value).map_err(|_| Malformed("more than 2^32 entries".to_owned()));
    for (ordinal, task) in tasks.iter().enumerate() {
        let place = TaskPlace {
            array,
            framework: short(framework)?,
            ordinal: short(ordinal)?,
        };
        let container = task
            .statuses
            .iter()
            .rev()
            .find_map(|status| status.container_status.as_ref()?.container_id.as_ref());
        sink.task(
            place,
            &TaskWire {
                id: &task.id,
                name: &task.name,
                framework_id: &task.framework_id,
                slave_id: &task.slave_id,
                state: &task.state,
                container: container.map(|id| id.value.as_str()),
                healthy: task.statuses.last().and_then(|status| status.healthy),
            },
        );
    }
    Ok(())
}
