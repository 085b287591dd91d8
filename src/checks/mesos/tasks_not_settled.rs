//! `tasks-not-settled`: tasks that neither run nor have ended. Never judges tasks that ended: what they should have done is their framework's business.

use std::collections::BTreeMap;

use crate::checks::shared::listed;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};
use crate::snapshot::{Snapshot, Task, TaskList, TaskState, TaskTable};

/// The check.
pub struct TasksNotSettled;

static META: CheckMeta = CheckMeta {
    id: "tasks-not-settled",
    area: Area::Mesos,
    title: "every task runs or has ended",
    finding: "task {name} ({id}) of framework {framework} is {state} on agent {agent}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/state_summary.json",
    ],
    requirements: &["S0-3", "S0-32", "S1-83"],
    doc: Doc {
        what: "No task is TASK_STAGING, TASK_STARTING, TASK_KILLING, TASK_UNREACHABLE, TASK_UNKNOWN or in a state this program does \
               not know; none stands among the unreachable tasks, and none among the orphans of a framework that has not come back. Tasks \
               on an agent that is not active are UNKNOWN: the master repeats what it heard last.",
        why: "A task in between may be lost by the window or by something before it; nobody can tell afterwards. An unreachable \
              task may be dead or running twice.",
        by_hand: "curl -s http://LEADER:5050/state | jq -r '.frameworks[] | (.tasks[], .unreachable_tasks[]?) \
                  | select(.state != \"TASK_RUNNING\") | .state, .id'",
        remedy: "Staging, starting, killing: wait until it is over and collect again; if it never is, stop the deployment behind it. \
                 Unreachable: bring the agent back, or let the framework replace the task.",
        sources: &[
            "DC/OS 1.11 patching page: all running tasks in a known healthy state",
            "apache/mesos include/mesos/mesos.proto (TaskState), docs/high-availability-framework-guide.md",
        ],
    },
};

impl Check for TasksNotSettled {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(tasks) = listed(context.facts.tasks_seen(), saw) else {
            return;
        };
        let table = tasks.items;
        let names = Names::new(context.facts.snapshot);
        for task in table.tasks.iter().filter(|task| !settled(task)) {
            let state = match task.list {
                TaskList::Orphan => "an orphan: its framework has not come back",
                TaskList::Unreachable if task.state == TaskState::Running => "among the unreachable tasks",
                TaskList::Tasks | TaskList::Unreachable => task.state.as_str(),
            };
            saw.fire(
                Finding::about(Subject::new(SubjectKind::Task, &*task.id, task.name()))
                    .with("id", &*task.id)
                    .with("framework", names.framework(table, task))
                    .with("agent", names.agent(table, task))
                    .with("state", state)
                    .seen_at(TaskTable::at(tasks.at, task).quoting(state)),
            );
        }
        on_silent_agents(context.facts.snapshot, table, saw);
        saw.judged(table.tasks.len(), "tasks");
    }
}

/// Of an agent that is not active the master repeats what it knew last: such a task runs by hearsay.
fn on_silent_agents(snapshot: &Snapshot, table: &TaskTable, saw: &mut Saw) {
    let listed = snapshot.agents.known().into_iter().flatten();
    let silent: BTreeMap<&str, &str> = listed
        .filter(|agent| agent.active == Some(false))
        .map(|agent| (agent.id.as_str(), agent.hostname.as_str()))
        .collect();
    if silent.is_empty() {
        return;
    }
    let mut tasks: BTreeMap<&str, usize> = BTreeMap::new();
    for task in table.tasks.iter().filter(|task| task.state == TaskState::Running) {
        if let Some(host) = silent.get(table.agent_of(task)) {
            *tasks.entry(host).or_default() += 1;
        }
    }
    for (host, count) in tasks {
        saw.unknown_because(format!(
            "{count} tasks are said to run on agent {host}, which is not active: nobody has heard of them since"
        ));
    }
}

fn settled(task: &Task) -> bool {
    task.list == TaskList::Tasks
        && matches!(
            task.state,
            TaskState::Running
                | TaskState::Finished
                | TaskState::Failed
                | TaskState::Killed
                | TaskState::Lost
                | TaskState::Error
                | TaskState::Dropped
                | TaskState::Gone
                | TaskState::GoneByOperator
        )
}

/// Names of frameworks and agents by id, for findings about tasks.
pub(super) struct Names<'s> {
    frameworks: BTreeMap<&'s str, &'s str>,
    agents: BTreeMap<&'s str, &'s str>,
}

impl<'s> Names<'s> {
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        let frameworks = snapshot.frameworks.known().into_iter().flatten();
        let agents = snapshot.agents.known().into_iter().flatten();
        Self {
            frameworks: frameworks
                .map(|framework| (framework.id.as_str(), framework.name.as_str()))
                .collect(),
            agents: agents
                .map(|agent| (agent.id.as_str(), agent.hostname.as_str()))
                .collect(),
        }
    }

    /// Name of a task's framework, else its id.
    pub(super) fn framework(&self, table: &TaskTable, task: &Task) -> String {
        let id = table.framework_of(task);
        self.frameworks.get(id).copied().unwrap_or(id).to_owned()
    }

    /// Host name of a task's agent, else its id.
    pub(super) fn agent(&self, table: &TaskTable, task: &Task) -> String {
        let id = table.agent_of(task);
        self.agents.get(id).copied().unwrap_or(id).to_owned()
    }
}
