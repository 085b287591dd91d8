//! Tasks that run on another agent than before.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct TasksMoved;

const META: CheckMeta = CheckMeta {
    id: "tasks-moved",
    area: Area::Compare,
    title: "no task moved to another agent",
    finding: "{name} ({framework}) ran on {agent} and runs on {agent_after}: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json"],
    requirements: &["S0-3", "S0-4"],
    doc: Doc {
        what: "The same task id, the same instance, or another task of the same app in place of one that ended, on another agent. Batch tasks are left out.",
        why: "It was restarted on the way, and local data did not come along. Many moved tasks make hot spots.",
        by_hand: "Compare slave_id of the tasks in /state, before and after.",
        remedy: "Look at the agent it left: was it drained, lost, or did it refuse to recover?",
        sources: &[
            "apache/mesos docs/agent-recovery.md",
            "mesosphere/marathon docs/docs/unreachable.md",
        ],
    },
};

impl Check for TasksMoved {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::TASKS], "tasks") {
            shared::fire_tasks(&pair, context.facts, saw, ChangeKind::Moved);
        }
    }
}
