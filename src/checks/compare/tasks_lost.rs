//! Tasks that ran before the window and for which nothing runs after it.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct TasksLost;

const META: CheckMeta = CheckMeta {
    id: "tasks-lost",
    area: Area::Compare,
    title: "every app and service runs as many tasks as before",
    finding: "{name} ({framework}) ran on {agent} before the window: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/state_summary.json",
    ],
    requirements: &["S0-3", "S0-4", "S1-83", "S1-136", "S3-3"],
    doc: Doc {
        what: "A task survived when its id runs on the same agent; it was restarted or moved when the same instance, or another task of the same app, runs in its place. An app that runs fewer tasks than before has lost the difference: one finding per task. Tasks of Metronome and Chronos, and tasks that were not running before, are expected to end. A task whose agent, framework or app is gone says so as its reason: the cause is reported by agents-lost, frameworks-lost or apps-lost.",
        why: "An upgrade must keep running tasks. A framework with checkpoint:false loses its tasks at every restart of an agent, which is known before; any other loss is damage.",
        by_hand: "curl http://<leader>:5050/tasks?limit=10000 before and after, compared by id; Marathon: /v2/apps (tasksRunning), /v2/queue says why nothing starts.",
        remedy: "Look at the reason first; then at the queue and the deployments of its framework.",
        sources: &[
            "apache/mesos docs/agent-recovery.md (checkpoint); src/master/http.cpp",
            "mesosphere/marathon core/task/Task.scala at v1.3.14 to v1.10.26 (task ids)",
        ],
    },
};

impl Check for TasksLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::TASKS], "tasks") {
            shared::fire_tasks(&pair, context.facts, saw, ChangeKind::Lost);
        }
    }
}
