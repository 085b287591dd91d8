//! Whether the list of agents is all agents: counters, registry, the agents' own word, and the tasks that name them.
//!
//! Agents must agree exactly. Never says which agent is ill.

use std::collections::BTreeSet;

use crate::model::Why;
use crate::snapshot::{Snapshot, TaskList};

use super::super::leader;
use super::{PARTIAL, Speaker, doubt, gap};

/// Why the list of agents may not be all agents.
pub fn doubt_of(snapshot: &Snapshot, speaker: &Speaker<'_>) -> Option<Why> {
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
    let table = snapshot.tasks.known()?;
    // Agents are few and tasks are many: one look at each task, one comparison for each agent.
    let mut used = vec![false; table.agents.len()];
    for task in table.tasks.iter().filter(|task| task.list == TaskList::Tasks) {
        if let Some(used) = used.get_mut(task.agent as usize) {
            *used = true;
        }
    }
    let mut named = table
        .agents
        .iter()
        .zip(used)
        .filter(|(_, used)| *used)
        .map(|(agent, _)| &**agent);
    let lost = named.find(|agent| !agent.is_empty() && !ids.contains(agent))?;
    Some(doubt(format!(
        "tasks run on agent {lost}, which is not listed: {PARTIAL}"
    )))
}
