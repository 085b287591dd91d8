//! `frameworks-without-checkpoint`: frameworks whose tasks die with every agent restart. Never counts a framework that has nothing to lose.

use std::collections::BTreeMap;

use crate::checks::shared::listed;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};
use crate::snapshot::TaskState;

/// The check.
pub struct FrameworksWithoutCheckpoint;

static META: CheckMeta = CheckMeta {
    id: "frameworks-without-checkpoint",
    area: Area::Mesos,
    title: "every framework that runs something checkpoints it",
    finding: "framework {name} ({id}) does not checkpoint: what it runs ({tasks} tasks) dies when its agents restart",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/state_summary.json",
    ],
    requirements: &["S0-3", "S0-4", "S4-23"],
    doc: Doc {
        what: "Every framework that is active or has running tasks registered with `checkpoint` true.",
        why: "An agent restart (every agent restarts in an upgrade) kills the executors of frameworks that do not checkpoint. \
              Their tasks are lost in the window, one agent after the other.",
        by_hand: "curl -s http://LEADER:5050/frameworks | jq -r '.frameworks[] | select(.checkpoint != true) | .name'",
        remedy: "Plan for the loss: tell the owner, or let the framework register with checkpointing (Marathon: --checkpoint, the \
                 default since 0.12). It must register anew for that, with all that follows.",
        sources: &[
            "apache/mesos docs/agent-recovery.md (checkpointing)",
            "apache/mesos docs/upgrades.md 0.13 to 0.14: framework checkpoint set",
            "genuine rolling upgrade of Mesos 1.4.3 to 1.5.3: the task of the framework without checkpoint was lost",
        ],
    },
};

impl Check for FrameworksWithoutCheckpoint {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(frameworks) = listed(context.facts.frameworks_seen(), saw) else {
            return;
        };
        let mut running: BTreeMap<&str, usize> = BTreeMap::new();
        let tasks = listed(context.facts.tasks_seen(), saw);
        if let Some(tasks) = &tasks {
            for task in tasks.items.tasks.iter().filter(|task| task.state == TaskState::Running) {
                *running.entry(tasks.items.framework_of(task)).or_default() += 1;
            }
        }
        for framework in frameworks.items {
            let count = running.get(framework.id.as_str()).copied().unwrap_or_default();
            match framework.checkpoint {
                Some(true) => {}
                Some(false) if count == 0 && framework.active == Some(false) => {}
                Some(false) => saw.fire(
                    Finding::about(Subject::new(SubjectKind::Framework, &framework.id, &framework.name))
                        .with("id", framework.id.clone())
                        .with("tasks", count)
                        .seen_at(
                            framework
                                .at
                                .at(format!("{}/checkpoint", framework.at.pointer))
                                .quoting(false),
                        ),
                ),
                None => saw.unknown_because(format!(
                    "{} does not say whether framework {} checkpoints",
                    framework.at.item, framework.name
                )),
            }
        }
        saw.judged(frameworks.items.len(), "frameworks");
    }
}
