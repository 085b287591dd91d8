//! Agents that were registered before the window and are not after it; the policy may allow a few.

use std::collections::{BTreeMap, BTreeSet};

use super::shared;
use crate::checks::Pair;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, Change, ChangeKind, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AgentsLost;

const META: CheckMeta = CheckMeta {
    id: "agents-lost",
    area: Area::Compare,
    title: "every agent of before is registered",
    finding: "{name} was registered before the window and is not after it ({tasks} tasks ran there): {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/slaves.json",
        "data/mesos-master/*/metrics_snapshot.json",
    ],
    requirements: &["S0-85", "S1-21", "S1-39", "S1-87", "S1-136"],
    doc: Doc {
        what: "Every agent of before must be registered after, under its id or as a new agent of the same host; one that a new leader knows from the registry only is reported by agents-recovered-only. Policy `agents_missing_one_in = N` allows one missing agent for every full N agents of before; up to that many it does not fire, and the changes (which stay unexpected) make the verdict GO WITH WARNINGS. Above it every missing agent is a finding.",
        why: "The tasks of a lost agent are gone or out of reach; its capacity is missing. tasks-lost and tasks-moved report the tasks of these agents, and name the agent as reason.",
        by_hand: "curl http://<leader>:5050/slaves and compare ids and host names with the list from before; recovered_slaves and unreachable_slaves in /state say more.",
        remedy: "Look at dcos-mesos-slave (or mesos-slave) on the host; a changed configuration makes it refuse to recover, and its log says so.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: one agent in five hundred may be set aside, a second one is investigated",
            "apache/mesos docs/agent-recovery.md",
        ],
    },
};

impl Check for AgentsLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if !shared::account(pair.comparison, saw, &[part::AGENTS], "agents") {
            return;
        }
        let recovered = known_from_the_registry(context);
        let wanted = |change: &&Change| {
            shared::is(change, SubjectKind::Agent, ChangeKind::Lost) && !recovered.contains(change.subject.id.as_str())
        };
        let lost = pair.comparison.changes.iter().filter(wanted).count();
        if lost == 0 {
            return;
        }
        if lost as u64 <= allowed(context, &pair) {
            saw.judged(lost, "agents missing, as many as the policy allows");
            return;
        }
        let tasks = tasks_by_agent(&pair);
        for change in pair.comparison.changes.iter().filter(wanted) {
            let ran = tasks.get(change.subject.id.as_str()).copied().unwrap_or_default();
            saw.fire(shared::finding(change).with("tasks", ran));
        }
    }
}

/// Agents that a new leader knows from the registry and waits for: agents-recovered-only blocks on them.
fn known_from_the_registry<'a>(context: &Context<'a>) -> BTreeSet<&'a str> {
    let recovered = context.facts.snapshot.recovered_agents.known().into_iter().flatten();
    recovered.map(|agent| agent.id.as_str()).collect()
}

/// One missing agent for every full `agents_missing_one_in` agents of before: a cluster smaller than that has none to spare.
fn allowed(context: &Context<'_>, pair: &Pair<'_>) -> u64 {
    let before = pair.before.snapshot.agents.known().map_or(0, Vec::len) as u64;
    match context.policy.agents_missing_one_in {
        Some(one_in) if one_in > 0 => before / u64::from(one_in),
        _ => 0,
    }
}

/// Number of tasks before by agent id.
fn tasks_by_agent<'a>(pair: &Pair<'a>) -> BTreeMap<&'a str, u64> {
    let mut counts = BTreeMap::new();
    if let Some(table) = pair.before.snapshot.tasks.known() {
        let mut by_index = vec![0_u64; table.agents.len()];
        for task in &table.tasks {
            if let Some(count) = by_index.get_mut(task.agent as usize) {
                *count += 1;
            }
        }
        counts.extend(table.agents.iter().map(|id| &**id).zip(by_index));
    }
    counts
}
