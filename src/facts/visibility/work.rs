//! Whether the lists of frameworks and tasks are all there is: metrics, summary, and what agents say they run.
//!
//! Frameworks must agree exactly. Running tasks may be fewer in the list than in a counter by at most the number of
//! tasks that are just starting or ending, since the requests are not simultaneous.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Observed, Version, Why};
use crate::snapshot::{MesosState, Snapshot, Summary, TaskList, TaskState, TaskTable};

use super::{PARTIAL, Speaker, doubt, gap};

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
        let counted = summary.frameworks.len() as u64;
        if counted != total {
            return Some(gap("frameworks", "/state-summary", counted, total));
        }
        if let Some(id) = summary.frameworks.iter().find(|id| !ids.contains(id.as_str())) {
            return Some(doubt(format!(
                "/state-summary has framework {id}, which /state does not list: {PARTIAL}"
            )));
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

fn running_gap(source: &str, counted: u64, listed: Load) -> Why {
    doubt(format!(
        "{source} counts {counted} running tasks, the leading master lists {} running and {} starting or ending: {PARTIAL}",
        listed.running, listed.moving
    ))
}
