//! Agents that came back under another id.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AgentsReregistered;

const META: CheckMeta = CheckMeta {
    id: "agents-reregistered",
    area: Area::Compare,
    title: "every agent that is there kept its id",
    finding: "{name} came back as {after}; before it was {before}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/slaves.json"],
    requirements: &["S0-3", "S0-85"],
    doc: Doc {
        what: "An id that vanished, and a new id on the same host name or address: the agent registered as new. What that did to tasks is reported by tasks-lost, tasks-restarted and tasks-moved, what it did to reservations by agent-role-changed; therefore this one warns.",
        why: "An agent that registers as new has killed its tasks; reservations and persistent volumes of the old id stay out of reach. Below Mesos 1.4 every reboot does this.",
        by_hand: "curl http://<leader>:5050/slaves | jq '.slaves[] | {id, hostname}', before and after.",
        remedy: "Find out why it did not recover (work_dir emptied, meta/slaves/latest removed, configuration changed); check services with local volumes.",
        sources: &["apache/mesos docs/agent-recovery.md; docs/upgrades.md (1.4.x)"],
    },
};

impl Check for AgentsReregistered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::AGENTS], "agents") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::is(change, SubjectKind::Agent, ChangeKind::Reregistered)
            });
        }
    }
}
