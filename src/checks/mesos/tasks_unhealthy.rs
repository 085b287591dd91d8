//! `tasks-unhealthy`: running tasks that fail their Mesos health check. Never takes a task without health check for healthy or unhealthy.

use crate::checks::shared::listed;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};
use crate::snapshot::{TaskState, TaskTable};

use super::tasks_not_settled::Names;

/// The check.
pub struct TasksUnhealthy;

static META: CheckMeta = CheckMeta {
    id: "tasks-unhealthy",
    area: Area::Mesos,
    title: "no running task fails its health check",
    finding: "task {name} ({id}) of framework {framework} on agent {agent} fails its health check",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/state_summary.json",
    ],
    requirements: &["S0-32", "S1-90"],
    doc: Doc {
        what: "No running task has `healthy` false in its newest status. Tasks without a Mesos health check say nothing and are counted \
               as looked at; health checks that Marathon makes itself are the business of apps-unhealthy.",
        why: "What is ill before the window is ill after it, and hides what the window itself breaks. A task that fails its check may \
              also be killed and moved at any moment.",
        by_hand: "curl -s http://LEADER:5050/state | jq -r '.frameworks[].tasks[] \
                  | select(.statuses[-1].healthy == false) | .id'",
        remedy: "Look at the task's own log (stdout, stderr in its sandbox) and repair the service, or agree with its owner that it is \
                 known to be ill and waive the finding with that owner's name.",
        sources: &[
            "DC/OS 1.11 patching page: all running tasks in a known healthy state",
            "apache/mesos docs/health-checks.md; `statuses[].healthy` since 0.26",
        ],
    },
};

impl Check for TasksUnhealthy {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(tasks) = listed(context.facts.tasks_seen(), saw) else {
            return;
        };
        if context
            .facts
            .mesos_version()
            .is_some_and(|version| !version.at_least(0, 26, 0))
        {
            saw.unknown_because("Mesos before 0.26 does not say whether tasks are healthy");
        }
        let table = tasks.items;
        let names = Names::new(context.facts.snapshot);
        let mut running = 0;
        let mut checked = 0;
        for task in table.tasks.iter().filter(|task| task.state == TaskState::Running) {
            running += 1;
            match task.healthy {
                None => continue,
                Some(true) => {}
                Some(false) => saw.fire(
                    Finding::about(Subject::new(SubjectKind::Task, &*task.id, task.name()))
                        .with("id", &*task.id)
                        .with("framework", names.framework(table, task))
                        .with("agent", names.agent(table, task))
                        .seen_at(TaskTable::at(tasks.at, task).quoting("healthy: false")),
                ),
            }
            checked += 1;
        }
        saw.judged(running, "running tasks");
        saw.judged(checked, "of them with health checks");
    }
}
