//! What runs where: agents with their racks, the tasks on each, and which of those are pinned or the only ones of their kind.
//!
//! Built only from lists that can be trusted: a list that may not be whole gives no count. Never decides whether that is bad.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::facts::task_identity::{parse, workload};
use crate::model::Why;
use crate::snapshot::{Agent, App, Constraint, Marathon, TaskList, TaskState};

pub use crate::facts::placement::racks::{RACK, rack_of};

/// One agent and what runs there.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// The agent.
    pub agent: &'a Agent,
    /// Region and zone, or the attribute; or why neither is known.
    pub rack: Result<String, String>,
    /// Tasks in it that have not ended.
    pub tasks: usize,
    /// Workloads that are bound to this agent or to its rack, with the constraint.
    pub pinned: BTreeSet<String>,
    /// Workloads whose only task runs here.
    pub unique: BTreeSet<String>,
    /// Every workload that runs here.
    pub workloads: BTreeSet<usize>,
}

/// All agents.
#[derive(Debug, Clone)]
pub struct Placement<'a> {
    /// Agents, public ones last, by rack and host.
    pub nodes: Vec<Node<'a>>,
    /// Workloads: name, and the agents that run them (positions before sorting are not kept).
    pub workloads: Vec<String>,
    /// Tasks on agents that are not listed.
    pub astray: usize,
    /// Marathons whose apps are not known, so that their pins are not either.
    pub blind: Vec<String>,
}

/// Where everything runs, or why that cannot be said.
pub fn placement<'a>(facts: &Facts<'a>, rack: &str) -> Result<Placement<'a>, String> {
    let (agents, _) = facts.snapshot.agents.get().map_err(Why::sentence)?;
    facts.agents().map_err(Why::sentence)?;
    let tasks = facts.tasks().map_err(Why::sentence)?;
    let (pins, blind) = pins(&facts.snapshot.marathons);
    let mut nodes: Vec<Node<'a>> = agents.iter().map(|agent| node(agent, rack)).collect();
    let by_marathon: BTreeSet<&str> = facts
        .snapshot
        .marathons
        .iter()
        .filter_map(|marathon| marathon.info.known()?.framework_id.as_deref())
        .collect();
    let by_id: BTreeMap<&str, usize> = agents
        .iter()
        .enumerate()
        .map(|(at, agent)| (agent.id.as_str(), at))
        .collect();
    let mut ids: BTreeMap<(u32, String), usize> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    let mut astray = 0;
    let alive = |state: TaskState| {
        matches!(
            state,
            TaskState::Staging | TaskState::Starting | TaskState::Running | TaskState::Killing
        )
    };
    for task in tasks
        .tasks
        .iter()
        .filter(|task| task.list != TaskList::Unreachable && alive(task.state))
    {
        let Some(node) = by_id.get(tasks.agent_of(task)).and_then(|at| nodes.get_mut(*at)) else {
            astray += 1;
            continue;
        };
        let path = workload(task).path;
        let marathon = by_marathon.contains(tasks.framework_of(task));
        let name = match parse(&task.id) {
            Some(instance) if marathon => instance.app_id(),
            _ => task.name().into_owned(),
        };
        let key = (task.framework, path);
        let id = *ids.entry(key).or_insert_with(|| {
            names.push(name);
            counts.push(0);
            names.len() - 1
        });
        if let Some(count) = counts.get_mut(id) {
            *count += 1;
        }
        node.tasks += 1;
        node.workloads.insert(id);
        let pin = names
            .get(id)
            .and_then(|name| pins.get(&(tasks.framework_of(task).to_owned(), name.clone())));
        if let (Some(pin), Some(name)) = (pin, names.get(id)) {
            node.pinned.insert(format!("{name} ({pin})"));
        }
    }
    for node in &mut nodes {
        for id in &node.workloads {
            if let (Some(1), Some(name)) = (counts.get(*id), names.get(*id)) {
                node.unique.insert(name.clone());
            }
        }
    }
    nodes.sort_by(|a, b| {
        let key = |node: &Node<'a>| {
            (
                node.agent.is_public(),
                node.rack.clone().ok(),
                node.agent.hostname.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    Ok(Placement {
        nodes,
        workloads: names,
        astray,
        blind,
    })
}

fn node<'a>(agent: &'a Agent, attribute: &str) -> Node<'a> {
    Node {
        agent,
        rack: rack_of(agent, attribute),
        tasks: 0,
        pinned: BTreeSet::new(),
        unique: BTreeSet::new(),
        workloads: BTreeSet::new(),
    }
}

/// Framework and app of everything that is bound to agents, with what binds it; and the Marathons that cannot be read.
type Pins = BTreeMap<(String, String), String>;

fn pins(marathons: &[Marathon]) -> (Pins, Vec<String>) {
    let mut pins = BTreeMap::new();
    let mut blind = Vec::new();
    for marathon in marathons {
        let framework = marathon.info.known().and_then(|info| info.framework_id.clone());
        let (Some(framework), Some(apps)) = (framework, marathon.apps.known()) else {
            blind.push(marathon.name.clone());
            continue;
        };
        for app in apps {
            if let Some(pin) = pin_of_app(app) {
                pins.insert((framework.clone(), app.id.clone()), pin);
            }
        }
        for pod in marathon.pods.known().into_iter().flatten() {
            if let Some(pin) = pod.constraints.iter().find_map(pin) {
                pins.insert((framework.clone(), pod.id.clone()), pin);
            }
        }
    }
    (pins, blind)
}

fn pin_of_app(app: &App) -> Option<String> {
    let by_constraint = app.constraints.iter().find_map(pin);
    // Local persistent volumes keep their data on one agent (mesosphere/marathon docs/docs/persistent-volumes.md).
    by_constraint.or_else(|| {
        app.definition
            .contains_key("residency")
            .then(|| "local volume".to_owned())
    })
}

/// What a constraint binds to, if it binds to named places: CLUSTER, LIKE and IS do, spreading operators do not.
fn pin(constraint: &Constraint) -> Option<String> {
    let mut texts = constraint.elements.iter().map(|element| element.as_deref().ok());
    let (field, operator) = (texts.next()??, texts.next()??);
    let binds = ["CLUSTER", "LIKE", "IS"]
        .iter()
        .any(|one| operator.eq_ignore_ascii_case(one));
    let value = texts.next().flatten().unwrap_or_default();
    binds.then(|| format!("{field} {operator} {value}").trim_end().to_owned())
}
