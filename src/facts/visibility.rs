//! Whether what was listed is all there is: lists of the leading master against counters that nobody filters.
//!
//! Mesos leaves out what an account may not see and still answers 200 (apache/mesos docs/authorization.md, 1.0 and
//! later); counters in `/state` and `/metrics/snapshot`, the registry and the agents' own answers are not filtered. A
//! gap between the two is doubt, never a smaller cluster. Agents and frameworks must agree exactly. Running tasks may
//! be fewer in the list than in a counter by at most the number of tasks that are just starting or ending, since the
//! requests are not simultaneous.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{EvidenceRef, Observed, Version, Why};
use crate::snapshot::{Master, MesosState, OtherState, Snapshot, Summary, TaskList, TaskState, TaskTable};

use super::leader::{self, Leadership, Names};

/// The master whose `/state` was read, with its own metrics and registry.
#[derive(Debug)]
pub struct Speaker<'s> {
    index: Option<usize>,
    master: Option<&'s Master>,
}

impl<'s> Speaker<'s> {
    /// The master that answered `/state`; without `/state`, the one that leads.
    pub fn new(snapshot: &'s Snapshot, leadership: &Leadership) -> Self {
        let index = match snapshot.state.known() {
            Some(state) => Names::new(snapshot).index(&state.host).or(leadership.leading),
            None => leadership.leading,
        };
        Self {
            index,
            master: index.and_then(|at| snapshot.masters.get(at)),
        }
    }

    /// A whole, not negative number out of its metrics; `None` where they do not have it.
    fn counter(&self, name: &str) -> Option<u64> {
        self.master.and_then(|master| leader::count(&master.metrics, name))
    }

    /// Sum of counters; `None` unless all are there.
    fn sum(&self, names: &[&str]) -> Option<u64> {
        names.iter().map(|name| self.counter(name)).sum()
    }

    /// Why there is no counter to compare with.
    fn silence(&self, what: &str) -> Why {
        let because = match self.master {
            None => "no master is known to lead".to_owned(),
            Some(master) => match master.metrics.why() {
                Some(why) => why.sentence(),
                None => format!("the metrics of {} do not count them", master.host),
            },
        };
        doubt(format!("nothing confirms that all {what} are listed: {because}"))
    }
}

/// Why a master that says it is elected cannot have its registry: it knows nothing, although it answers 200.
///
/// Seen on 1.5.3 with two of three masters dead: `/health` and `/state` answer 200, `registrar/log/recovered` is 1,
/// but the registry is `{}` and `registrar/registry_size_bytes` is not among the metrics.
pub fn without_quorum(master: &Master) -> Option<(String, EvidenceRef)> {
    if leader::elected(master) != Some(true) {
        return None;
    }
    match &master.registry {
        Observed::Known(registry, at) if registry.empty => Some((
            format!(
                "{} is elected, and its registry is empty: it has no quorum",
                master.host
            ),
            at.clone(),
        )),
        _ => None,
    }
}

/// Why nothing that `/state` lists can be believed.
pub fn state(snapshot: &Snapshot, leadership: &Leadership, speaker: &Speaker<'_>) -> Option<Why> {
    let state = snapshot.state.known()?;
    let host = &state.host;
    match &state.master.leader {
        None => {
            return Some(doubt(format!(
                "{host} answered /state and names no leader, not even itself"
            )));
        }
        Some(named) if *named != state.master.pid => {
            return Some(doubt(format!(
                "{host} answered /state as {}, and says that {named} leads: what it lists is not the cluster",
                state.master.pid
            )));
        }
        Some(_) => {}
    }
    let second = |other: &&OtherState| other.leader.as_ref() == Some(&other.pid) && other.pid != state.master.pid;
    if leadership.elected.len() > 1 || snapshot.other_states.iter().any(|other| second(&other)) {
        let both = leadership.contradictions.first().cloned();
        return Some(doubt(
            both.unwrap_or_else(|| "more than one master answers as the leader".to_owned()),
        ));
    }
    if let (Some(here), Some(leading)) = (speaker.index, leadership.leading)
        && here != leading
    {
        let leads = snapshot.masters.get(leading).map_or("", |master| &master.host);
        return Some(doubt(format!("{host} answered /state, but {leads} leads")));
    }
    if let Some(master) = speaker.master {
        if leader::elected(master) == Some(false) {
            return Some(doubt(format!(
                "{host} answered /state, but its metrics say that it is not elected"
            )));
        }
        if let Some((sentence, _)) = without_quorum(master) {
            return Some(doubt(sentence));
        }
    }
    leadership.change()
}

/// Why the list of agents may not be all agents.
pub fn agents(snapshot: &Snapshot, speaker: &Speaker<'_>) -> Option<Why> {
    let listed = snapshot.agents.known()?;
    let state = snapshot.state.known();
    let summary = snapshot.summary.known();
    let total = listed.len() as u64;
    let active = listed.iter().filter(|agent| agent.active == Some(true)).count() as u64;
    let told = listed.iter().all(|agent| agent.active.is_some());

    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for agent in listed {
        if !ids.insert(&agent.id) {
            return Some(doubt(format!(
                "agent {} ({}) is listed twice",
                agent.id, agent.hostname
            )));
        }
    }
    let in_state = state.and_then(|s| Some((s.activated?, s.deactivated?)));
    let in_metrics = speaker
        .counter("master/slaves_active")
        .zip(speaker.counter("master/slaves_inactive"));
    if in_state.is_none() && in_metrics.is_none() {
        return Some(speaker.silence("agents"));
    }
    for (source, counted) in [("/state", in_state), ("/metrics/snapshot", in_metrics)] {
        let Some((on, off)) = counted else { continue };
        if on + off != total {
            return Some(gap("agents", source, on + off, total));
        }
        if told && on != active {
            return Some(gap("active agents", source, on, active));
        }
    }
    if let Some(connected) = speaker.sum(&["master/slaves_connected", "master/slaves_disconnected"])
        && connected != total
    {
        return Some(gap(
            "connected and disconnected agents",
            "/metrics/snapshot",
            connected,
            total,
        ));
    }
    if let Some(summary) = summary
        && summary.agents != total
    {
        return Some(gap("agents", "/state-summary", summary.agents, total));
    }
    let recovered = snapshot
        .recovered_agents
        .known()
        .into_iter()
        .flatten()
        .map(|agent| agent.id.as_str());
    ids.extend(recovered);
    stranger(snapshot, speaker, &ids).or_else(|| {
        let none_expected = snapshot
            .origin
            .manifest
            .expected
            .agents
            .as_ref()
            .is_some_and(Vec::is_empty);
        (total == 0 && !none_expected)
            .then(|| doubt("no agent is listed, and no inventory says that there are none".to_owned()))
    })
}

/// An agent that other evidence knows and the list does not.
fn stranger(snapshot: &Snapshot, speaker: &Speaker<'_>, ids: &BTreeSet<&str>) -> Option<Why> {
    if let Some(registry) = speaker.master.and_then(|master| master.registry.known()) {
        let missing: Vec<&str> = registry
            .agents
            .iter()
            .filter(|(id, _)| !ids.contains(id.as_str()))
            .map(|(_, host)| host.as_str())
            .collect();
        if let Some(first) = missing.first() {
            return Some(doubt(format!(
                "the registry holds {} agents, and {} of them are not listed (such as {first}): {PARTIAL}",
                registry.agents.len(),
                missing.len()
            )));
        }
    }
    for node in &snapshot.agent_nodes {
        let registered = leader::metric(&node.metrics, "slave/registered") == Some(1.0);
        if let Some(own) = node.state.known()
            && registered
            && !own.id.is_empty()
            && !ids.contains(own.id.as_str())
        {
            return Some(doubt(format!(
                "agent {} says that it is registered as {}, and the master does not list it: {PARTIAL}",
                node.host, own.id
            )));
        }
    }
    let tasks = snapshot.tasks.known()?;
    let lost = tasks
        .tasks
        .iter()
        .filter(|task| task.list == TaskList::Tasks)
        .map(|task| tasks.agent_of(task))
        .find(|agent| !agent.is_empty() && !ids.contains(agent))?;
    Some(doubt(format!(
        "tasks run on agent {lost}, which is not listed: {PARTIAL}"
    )))
}

/// Why the list of frameworks may not be all frameworks.
pub fn frameworks(snapshot: &Snapshot, speaker: &Speaker<'_>) -> Option<Why> {
    let listed = snapshot.frameworks.known()?;
    let total = listed.len() as u64;
    let Some(counted) = speaker.sum(&["master/frameworks_active", "master/frameworks_inactive"]) else {
        return Some(speaker.silence("frameworks"));
    };
    if counted != total {
        return Some(gap("frameworks", "/metrics/snapshot", counted, total));
    }
    if let Some(connected) = speaker.sum(&["master/frameworks_connected", "master/frameworks_disconnected"])
        && connected != total
    {
        return Some(gap(
            "connected and disconnected frameworks",
            "/metrics/snapshot",
            connected,
            total,
        ));
    }
    let mut ids: BTreeSet<&str> = listed.iter().map(|framework| framework.id.as_str()).collect();
    if let Some(summary) = match summary(snapshot, "frameworks") {
        Ok(summary) => summary,
        Err(why) => return Some(why),
    } {
        let missing = summary.frameworks.iter().find(|id| !ids.contains(id.as_str()));
        if missing.is_some() || summary.frameworks.len() as u64 != total {
            return Some(gap(
                "frameworks",
                "/state-summary",
                summary.frameworks.len() as u64,
                total,
            ));
        }
    }
    let orphaned = snapshot
        .state
        .known()
        .map(|state: &MesosState| &state.unregistered_frameworks);
    ids.extend(orphaned.into_iter().flatten().map(String::as_str));
    snapshot.agent_nodes.iter().find_map(|node| {
        let unknown = node
            .state
            .known()?
            .frameworks
            .iter()
            .find(|id| !ids.contains(id.as_str()))?;
        Some(doubt(format!(
            "agent {} runs executors of framework {unknown}, which the master does not list: {PARTIAL}",
            node.host
        )))
    })
}

/// Running tasks and tasks that are just starting or ending.
#[derive(Debug, Default, Clone, Copy)]
struct Load {
    running: u64,
    moving: u64,
}

impl Load {
    fn add(&mut self, state: TaskState) {
        match state {
            TaskState::Running => self.running += 1,
            // Not counted as running elsewhere, and no movement: they stand still until somebody acts.
            TaskState::Unreachable | TaskState::Unknown | TaskState::Other => {}
            // Starting, ending, or ended and not yet acknowledged.
            _ => self.moving += 1,
        }
    }

    /// Whether a counter of running tasks is explained by this list.
    fn explains(self, counted: u64) -> bool {
        counted <= self.running + self.moving
    }
}

/// Why the list of tasks may not be all tasks.
pub fn tasks(snapshot: &Snapshot, speaker: &Speaker<'_>) -> Option<Why> {
    let table = snapshot.tasks.known()?;
    let Some(running) = speaker.counter("master/tasks_running") else {
        return Some(speaker.silence("tasks"));
    };
    let (all, by_framework, by_agent, unreachable) = loads(table);
    if !all.explains(running) {
        return Some(running_gap("/metrics/snapshot", running, all));
    }
    if let Some(counted) = speaker.counter("master/tasks_unreachable")
        && counted > unreachable
    {
        return Some(gap("unreachable tasks", "/metrics/snapshot", counted, unreachable));
    }
    if let Some(summary) = match summary(snapshot, "tasks") {
        Ok(summary) => summary,
        Err(why) => return Some(why),
    } {
        for (framework, counted) in &summary.running_by_framework {
            let listed = by_framework.get(framework.as_str()).copied().unwrap_or_default();
            if !listed.explains(*counted) {
                return Some(running_gap(
                    &format!("/state-summary (framework {framework})"),
                    *counted,
                    listed,
                ));
            }
        }
    }
    snapshot.agent_nodes.iter().find_map(|node| {
        let own = node.state.known()?;
        let listed = by_agent.get(own.id.as_str()).copied().unwrap_or_default();
        (!own.id.is_empty() && !listed.explains(own.running))
            .then(|| running_gap(&format!("agent {}", node.host), own.running, listed))
    })
}

type Loads<'t> = (Load, BTreeMap<&'t str, Load>, BTreeMap<&'t str, Load>, u64);

/// Load of the whole table, per framework and per agent, and the number of unreachable tasks.
fn loads(table: &TaskTable) -> Loads<'_> {
    let mut all = Load::default();
    let mut frameworks = vec![Load::default(); table.frameworks.len()];
    let mut agents = vec![Load::default(); table.agents.len()];
    let mut unreachable = 0;
    for task in &table.tasks {
        if task.list == TaskList::Unreachable || task.state == TaskState::Unreachable {
            unreachable += 1;
            continue;
        }
        all.add(task.state);
        if let Some(load) = frameworks.get_mut(task.framework as usize) {
            load.add(task.state);
        }
        if let Some(load) = agents.get_mut(task.agent as usize) {
            load.add(task.state);
        }
    }
    (
        all,
        named(&table.frameworks, frameworks),
        named(&table.agents, agents),
        unreachable,
    )
}

fn named(names: &[Box<str>], loads: Vec<Load>) -> BTreeMap<&str, Load> {
    names.iter().map(|name| &**name).zip(loads).collect()
}

/// `/state-summary`; `None` where this Mesos has none (before 0.23), doubt where it should be there and is not.
fn summary<'s>(snapshot: &'s Snapshot, what: &str) -> Result<Option<&'s Summary>, Why> {
    match &snapshot.summary {
        Observed::Known(summary, _) => Ok(Some(summary)),
        Observed::Unknown(why) if why.is_absent() && before_summaries(snapshot) => Ok(None),
        Observed::Unknown(why) => Err(doubt(format!(
            "nothing confirms that all {what} are listed: {}",
            why.sentence()
        ))),
    }
}

/// Whether this Mesos is too old to have `/state-summary` (apache/mesos CHANGELOG 0.23.0). An unknown version is not.
fn before_summaries(snapshot: &Snapshot) -> bool {
    let text = snapshot.state.known().and_then(|state| state.master.version.as_deref());
    text.and_then(|text| text.parse::<Version>().ok())
        .is_some_and(|version| !version.at_least(0, 23, 0))
}

/// The usual cause of a list that is shorter than its counter.
const PARTIAL: &str = "the account may see only a part of the cluster";

fn doubt(detail: String) -> Why {
    Why::Doubtful { detail }
}

fn gap(what: &str, source: &str, counted: u64, listed: u64) -> Why {
    let cause = if counted > listed {
        PARTIAL
    } else {
        "the two do not describe the same cluster at the same moment"
    };
    doubt(format!(
        "{source} counts {counted} {what}, the leading master lists {listed}: {cause}"
    ))
}

fn running_gap(source: &str, counted: u64, listed: Load) -> Why {
    doubt(format!(
        "{source} counts {counted} running tasks, the leading master lists {} running and {} starting or ending: {PARTIAL}",
        listed.running, listed.moving
    ))
}
