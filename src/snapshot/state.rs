//! Folds the leading master's `/state` into the snapshot's parts while it is read.
//!
//! Never keeps an element: agents and frameworks become records, tasks one short record each.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

use crate::model::EvidenceRef;
use crate::sources::Parsed;
use crate::sources::json::Unique;
use crate::sources::mesos_agents::{AgentWire, RecoveredWire, Scalar};
use crate::sources::mesos_state::{self, FrameworkWire, HeadWire, StateSink};
use crate::sources::mesos_task::{TaskArray, TaskPlace, TaskSink, TaskWire};

use super::amounts::Amounts;
use super::mesos::{Agent, Attribute, Framework, MasterInfo, MesosState, RecoveredAgent};
use super::tasks::{ContainerId, Task, TaskList, TaskState, TaskTable, derived_name};

/// Everything one `/state` says.
#[derive(Debug)]
pub(super) struct StateParts {
    pub(super) state: MesosState,
    pub(super) agents: Vec<Agent>,
    /// `None`: the state has no such list.
    pub(super) recovered: Option<Vec<RecoveredAgent>>,
    pub(super) frameworks: Vec<Framework>,
    pub(super) tasks: TaskTable,
}

/// Reads a `/state`; `host` is the folder of its evidence.
pub(super) fn read_state(item: &str, host: &str, body: &mut dyn Read) -> io::Result<Parsed<StateParts>> {
    let mut fold = Fold::new(item);
    let head = mesos_state::read(body, &mut fold)?;
    Ok(head.map(|head| fold.finish(head, host)))
}

/// An agent of `/state` or `/slaves`.
pub(super) fn agent(wire: AgentWire, at: EvidenceRef) -> Agent {
    Agent {
        total: Amounts::read(&wire.resources.0),
        used: wire.used_resources.as_ref().and_then(|used| Amounts::read(&used.0)),
        reserved: reserved(wire.reserved_resources.as_ref()),
        id: wire.id,
        hostname: wire.hostname,
        pid: wire.pid,
        active: wire.active,
        deactivated: wire.deactivated,
        version: wire.version,
        registered_time: wire.registered_time,
        reregistered_time: wire.reregistered_time,
        attributes: wire
            .attributes
            .values
            .into_iter()
            .map(|(name, value)| (name, attribute(value)))
            .collect(),
        ambiguous_attributes: wire.attributes.ambiguous,
        domain: wire.domain.map(|domain| (domain.region, domain.zone)),
        resources: wire
            .resources
            .0
            .into_iter()
            .map(|(name, value)| (name, resource(value)))
            .collect(),
        unreserved: wire.unreserved_resources.map(|resources| {
            ["cpus", "mem"]
                .iter()
                .any(|name| matches!(resources.0.get(*name), Some(Scalar::Number(number)) if *number > 0.0))
        }),
        reserved_roles: wire
            .reserved_resources
            .map(|roles| roles.0.into_keys().collect())
            .unwrap_or_default(),
        at,
    }
}

/// Reservations by role; unknown as a whole where one of them cannot be counted.
fn reserved(wire: Option<&Unique<Unique<Scalar>>>) -> Option<BTreeMap<String, Amounts>> {
    wire?
        .0
        .iter()
        .map(|(role, amounts)| Some((role.clone(), Amounts::read(&amounts.0)?)))
        .collect()
}

/// An agent of `recovered_slaves`.
pub(super) fn recovered(wire: RecoveredWire, at: EvidenceRef) -> RecoveredAgent {
    RecoveredAgent {
        id: wire.id,
        hostname: wire.hostname,
        at,
    }
}

fn attribute(value: Scalar) -> Attribute {
    match value {
        Scalar::Number(number) => Attribute::Scalar(number),
        Scalar::Text(text) => Attribute::Text(text),
    }
}

/// Mesos prints three decimals from 0.28 on, more before: rounded, so that both compare equal.
fn resource(value: Scalar) -> String {
    match value {
        Scalar::Number(number) => ((number * 1000.0).round() / 1000.0).to_string(),
        Scalar::Text(text) => text,
    }
}

/// Gives each text a number, in order of appearance.
#[derive(Debug, Default)]
struct Interner {
    numbers: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Interner {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // A table of 2^32 agents does not fit into memory long before this number is used up.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }
}

#[derive(Debug)]
struct Fold {
    item: EvidenceRef,
    agents: Vec<Agent>,
    recovered: Vec<RecoveredAgent>,
    frameworks: Vec<Framework>,
    tasks: Vec<Task>,
    agent_ids: Interner,
    framework_ids: Interner,
}

impl Fold {
    fn new(item: &str) -> Self {
        Self {
            item: EvidenceRef::item(item),
            agents: Vec::new(),
            recovered: Vec::new(),
            frameworks: Vec::new(),
            tasks: Vec::new(),
            agent_ids: Interner::default(),
            framework_ids: Interner::default(),
        }
    }

    fn finish(mut self, head: HeadWire, host: &str) -> StateParts {
        self.tasks.shrink_to_fit();
        StateParts {
            state: MesosState {
                host: host.to_owned(),
                master: MasterInfo {
                    id: head.id,
                    pid: head.pid,
                    hostname: head.hostname,
                    cluster: head.cluster,
                    leader: head.leader,
                    version: head.version,
                    start_time: head.start_time,
                    elected_time: head.elected_time,
                    domain: head.domain.map(|domain| (domain.region, domain.zone)),
                },
                activated: head.activated_slaves,
                deactivated: head.deactivated_slaves,
                unreachable: head.unreachable_slaves,
                flags: head.flags,
                completed_frameworks: head.completed_frameworks,
                completed_tasks: head.completed_tasks,
                unregistered_frameworks: head.unregistered_frameworks,
            },
            agents: self.agents,
            recovered: head.has_recovered.then_some(self.recovered),
            frameworks: self.frameworks,
            tasks: TaskTable {
                tasks: self.tasks,
                agents: self.agent_ids.texts,
                frameworks: self.framework_ids.texts,
            },
        }
    }
}

impl StateSink for Fold {
    fn agent(&mut self, ordinal: usize, wire: AgentWire) {
        let at = self.item.at(format!("/slaves/{ordinal}"));
        self.agents.push(agent(wire, at));
    }

    fn recovered(&mut self, ordinal: usize, wire: RecoveredWire) {
        let at = self.item.at(format!("/recovered_slaves/{ordinal}"));
        self.recovered.push(recovered(wire, at));
    }

    fn framework(&mut self, ordinal: usize, wire: FrameworkWire) {
        self.frameworks.push(Framework {
            id: wire.id,
            name: wire.name,
            principal: wire.principal,
            roles: wire.roles.or(wire.role.map(|role| vec![role])).unwrap_or_default(),
            active: wire.active,
            connected: wire.connected,
            recovered: wire.recovered,
            checkpoint: wire.checkpoint,
            failover_timeout: wire.failover_timeout,
            webui_url: wire.webui_url,
            capabilities: wire.capabilities,
            at: self.item.at(format!("/frameworks/{ordinal}")),
        });
    }
}

impl TaskSink for Fold {
    fn task(&mut self, place: TaskPlace, wire: &TaskWire<'_>) {
        self.tasks.push(Task {
            id: wire.id.as_ref().into(),
            own_name: (derived_name(&wire.id) != wire.name).then(|| wire.name.as_ref().into()),
            container: wire.container.as_deref().map(ContainerId::parse),
            framework: self.framework_ids.number(&wire.framework_id),
            agent: self.agent_ids.number(&wire.slave_id),
            ordinal: place.ordinal,
            framework_ordinal: place.framework,
            state: TaskState::parse(&wire.state),
            healthy: wire.healthy,
            list: match place.array {
                TaskArray::Tasks => TaskList::Tasks,
                TaskArray::Unreachable => TaskList::Unreachable,
                TaskArray::Orphan => TaskList::Orphan,
            },
        });
    }
}
