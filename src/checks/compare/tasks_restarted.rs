//! Tasks that were started again on the agent where they ran.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct TasksRestarted;

const META: CheckMeta = CheckMeta {
    id: "tasks-restarted",
    area: Area::Compare,
    title: "no task was restarted",
    finding: "{name} ({framework}) on {agent} was started again: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json"],
    requirements: &["S0-3", "S0-4"],
    doc: Doc {
        what: "The same task id in a new container, the same instance under a higher number, or another task of the same app on the same agent. Batch tasks are left out.",
        why: "The service came back, but it was away: connections were cut, caches are cold, data in the sandbox is gone.",
        by_hand: "Compare container ids (statuses[].container_status.container_id in /state), or startedAt in /v2/tasks of Marathon.",
        remedy: "Find out whether the agent failed to recover its executors (recovery timeout, checkpoint:false, changed configuration).",
        sources: &[
            "apache/mesos docs/agent-recovery.md",
            "mesosphere/marathon changelog.md 1.8.180 (task ids count up)",
        ],
    },
};

impl Check for TasksRestarted {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::TASKS], "tasks") {
            shared::fire_tasks(&pair, context.facts, saw, ChangeKind::Restarted);
        }
    }
}
