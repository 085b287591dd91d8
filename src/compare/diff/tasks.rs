//! What became of every task: survived, restarted, moved, lost, added; each is accounted for exactly once.
//!
//! Same id on the same agent: survived. Same instance or same app under another id: restarted, or moved when it runs on
//! another agent. An app that runs fewer tasks than before has lost the difference. Tasks of batch frameworks and tasks
//! that were already ending are expected to end: tolerated. Never takes a task in an unknown state for a running one.

mod groups;
mod join;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ChangeKind, Expectation, Why};
use crate::snapshot::{Framework, Snapshot, Task, TaskState, TaskTable};

pub use told::TaskNames;

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::align;
use crate::compare::expected::Judgement;
use crate::compare::part::{self, Both, Side};
use crate::facts::task_identity;

/// Why a task did not simply survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The same task id on the same agent, in another container.
    NewContainer,
    /// The same task id on another agent.
    SameIdElsewhere,
    /// The same task id, on an agent that registered as new.
    AgentReregistered,
    /// Marathon started the same instance again, under another id.
    SameInstance,
    /// Another task of the same app stands in its place.
    Replaced,
    /// Its framework does not checkpoint, and its agent was restarted.
    NotCheckpointed,
    /// Its agent is not registered any more.
    AgentLost,
    /// It is listed as unreachable: its agent does not answer, it may still run.
    Unreachable,
    /// It is still listed, in a state that is not running.
    StillListed,
    /// Its framework is gone.
    FrameworkLost,
    /// Its app or pod is gone.
    AppLost,
    /// It does not run any more, nothing stands in its place, and nothing else explains it.
    NothingInItsPlace,
    /// Batch tasks end, and others begin.
    Batch,
    /// It was ending, unreachable or in no known state before.
    WasNotRunning,
    /// More tasks run than before.
    New,
}

impl Cause {
    /// One sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NewContainer => "the task was started again under its own id, in a new container",
            Self::SameIdElsewhere => "the task runs under its own id on another agent",
            Self::AgentReregistered => "its agent registered as new, so the task was killed and started again",
            Self::SameInstance => "the same instance was started again",
            Self::Replaced => "it ended, and another task of its app runs in its place",
            Self::NotCheckpointed => "its framework does not checkpoint, so it died when its agent was restarted",
            Self::AgentLost => "its agent is not registered any more",
            Self::Unreachable => "its agent is unreachable: whether the task still runs is not known",
            Self::StillListed => "it is still listed, but does not run",
            Self::FrameworkLost => "its framework is not registered any more",
            Self::AppLost => "its app or pod is not defined any more",
            Self::NothingInItsPlace => "it does not run any more, and nothing runs in its place",
            Self::Batch => "tasks of a batch framework are expected to end",
            Self::WasNotRunning => "it was not running before either",
            Self::New => "it was started meanwhile; nothing was taken away",
        }
    }
}

/// What became of one task that did not simply survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskFate {
    /// What happened.
    pub kind: ChangeKind,
    /// Why.
    pub cause: Cause,
    /// Index into the table before; `None` for an added task.
    pub before: Option<u32>,
    /// Index into the table after; `None` where nothing stands for it.
    pub after: Option<u32>,
}

impl TaskFate {
    /// Ends and beginnings of batch tasks, of tasks that were ending, and new tasks are harmless; all else must be looked at.
    pub fn expectation(&self) -> Expectation {
        match self.cause {
            Cause::Batch | Cause::WasNotRunning | Cause::New => Expectation::Tolerated,
            _ => Expectation::Unexpected,
        }
    }
}

/// What became of the tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskOutcomes {
    /// Every task that did not simply survive, in stable order.
    pub fates: Vec<TaskFate>,
    /// Tasks that run as before (or stand still as before).
    pub survived: u64,
    /// Those, as indexes into the table before, sorted.
    pub survivors: Vec<u32>,
    /// Tasks that run under the same id on the same agent, of which evidence cannot tell whether they ran on: their
    /// Marathon gives a new run the old id, and a container is not known. Indexes into the table before, sorted.
    pub cannot_tell: Vec<u32>,
    /// Whether tasks could be compared.
    pub settled: bool,
}

impl TaskOutcomes {
    /// Number of fates of one kind that must be looked at.
    pub fn unexpected(&self, kind: ChangeKind) -> usize {
        let of_kind = |fate: &&TaskFate| fate.kind == kind && fate.expectation() == Expectation::Unexpected;
        self.fates.iter().filter(of_kind).count()
    }
}

/// What is known beside the two tables.
struct Around<'a> {
    before: &'a TaskTable,
    after: &'a TaskTable,
    /// By id: frameworks before and after, whether or not they may be compared.
    frameworks: BTreeMap<&'a str, &'a Framework>,
    /// Id after -> id before, of frameworks that came back under another id.
    returned: BTreeMap<&'a str, &'a str>,
    /// Ids of frameworks that are gone.
    gone: BTreeSet<&'a str>,
    /// Id before -> id after, of agents that came back under another id.
    renamed: BTreeMap<&'a str, &'a str>,
    /// Ids of agents that are gone.
    agents_gone: BTreeSet<&'a str>,
    /// Agents before that were restarted.
    restarted: BTreeMap<&'a str, String>,
    /// By framework id: apps and pods that are gone, named as in task ids.
    apps_gone: BTreeMap<&'a str, BTreeSet<String>>,
    /// By framework id: apps that run again under the id of before, named as in task ids.
    reusing: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Around<'a> {
    fn new(sides: &'a Sides<'_>, before: &'a TaskTable, after: &'a TaskTable) -> Self {
        let (old, new) = (sides.before.snapshot, sides.after.snapshot);
        let listed = |snapshot: &'a Snapshot| snapshot.frameworks.known().into_iter().flatten();
        let frameworks = listed(new)
            .chain(listed(old))
            .map(|framework| (framework.id.as_str(), framework));
        let aligned = sides.frameworks.as_ref();
        let agents = sides.agents.as_ref();
        Self {
            before,
            after,
            frameworks: frameworks.collect(),
            returned: aligned
                .into_iter()
                .flat_map(|all| &all.reregistered)
                .map(|(one, other)| (other.id.as_str(), one.id.as_str()))
                .collect(),
            gone: aligned
                .into_iter()
                .flat_map(|all| &all.lost)
                .map(|one| one.id.as_str())
                .collect(),
            renamed: agents
                .into_iter()
                .flat_map(|all| &all.reregistered)
                .map(|(one, other)| (one.id.as_str(), other.id.as_str()))
                .collect(),
            agents_gone: agents
                .into_iter()
                .flat_map(|all| &all.lost)
                .map(|one| one.id.as_str())
                .collect(),
            restarted: align::restarted_agents(old, new, agents),
            apps_gone: apps_gone(old, new),
            reusing: reusing(old, new),
        }
    }

    /// Whether a task that runs under its old id on its old agent may be another run of it, and nothing tells.
    fn may_reuse_ids(&self, before: &Task, after: &Task) -> bool {
        if before.container.is_some() && after.container.is_some() {
            return false;
        }
        let apps = self.reusing.get(self.before.framework_of(before));
        let instance = task_identity::parse(&before.id).filter(|instance| instance.attempt.is_none());
        apps.zip(instance)
            .is_some_and(|(apps, instance)| apps.contains(instance.path))
    }

    fn batch(&self, framework: &str) -> bool {
        self.frameworks
            .get(framework)
            .is_some_and(|framework| task_identity::runs_batch(&framework.name))
    }

    fn old(&self, index: u32) -> Option<&'a Task> {
        self.before.tasks.get(index as usize)
    }

    fn new_one(&self, index: u32) -> Option<&'a Task> {
        self.after.tasks.get(index as usize)
    }

    /// The agent on which a task of before would stand now, if it stayed where it was.
    fn place(&self, task: &Task) -> &'a str {
        let agent = self.before.agent_of(task);
        self.renamed.get(agent).copied().unwrap_or(agent)
    }

    /// Whether its framework does not checkpoint and its agent was restarted.
    fn died_with_agent(&self, task: &Task) -> bool {
        let framework = self.frameworks.get(self.before.framework_of(task));
        framework.is_some_and(|framework| framework.checkpoint == Some(false))
            && self.restarted.contains_key(self.before.agent_of(task))
    }

    /// Why a task is gone for which nothing stands.
    fn why_lost(&self, task: &Task, listed: Option<&Task>) -> Cause {
        if self.died_with_agent(task) {
            return Cause::NotCheckpointed;
        }
        match listed.map(|task| task.state) {
            Some(TaskState::Unreachable) => return Cause::Unreachable,
            Some(_) => return Cause::StillListed,
            None => {}
        }
        let framework = self.before.framework_of(task);
        let path = task_identity::parse(&task.id).map(|instance| instance.path);
        if self.agents_gone.contains(self.before.agent_of(task)) {
            Cause::AgentLost
        } else if self.gone.contains(framework) {
            Cause::FrameworkLost
        } else if self
            .apps_gone
            .get(framework)
            .zip(path)
            .is_some_and(|(gone, path)| gone.contains(path))
        {
            Cause::AppLost
        } else {
            Cause::NothingInItsPlace
        }
    }
}

/// Apps and pods that Marathon does not define any more: by framework id, with `_` for `/` as in task ids.
fn apps_gone<'a>(before: &'a Snapshot, after: &'a Snapshot) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut gone: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in &before.marathons {
        let framework = one.info.known().and_then(|info| info.framework_id.as_deref());
        let other = after.marathons.iter().find(|other| other.name == one.name);
        let (Some(framework), Some(other)) = (framework, other) else {
            continue;
        };
        let mut lost = BTreeSet::new();
        if let (Some(old), Some(new)) = (one.apps.known(), other.apps.known()) {
            lost.extend(missing(old.iter().map(|app| &*app.id), new.iter().map(|app| &*app.id)));
        }
        if let (Some(old), Some(new)) = (one.pods.known(), other.pods.known()) {
            lost.extend(missing(old.iter().map(|pod| &*pod.id), new.iter().map(|pod| &*pod.id)));
        }
        gone.entry(framework).or_default().extend(lost);
    }
    gone
}

/// Apps with local volumes of a Marathon that reuses ids before or after: by framework id, named as in task ids.
fn reusing<'a>(before: &'a Snapshot, after: &'a Snapshot) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut reusing: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in &before.marathons {
        let Some(info) = one.info.known() else { continue };
        let other = after.marathons.iter().find(|other| other.name == one.name);
        let later = other.and_then(|other| other.info.known()?.version.as_ref());
        let reuses = task_identity::reuses_ids(info.version.as_ref()) || task_identity::reuses_ids(later);
        let (Some(framework), true) = (info.framework_id.as_deref(), reuses) else {
            continue;
        };
        let apps = one.apps.known().into_iter().flatten();
        let resident = apps.filter(|app| task_identity::resident(app));
        reusing
            .entry(framework)
            .or_default()
            .extend(resident.map(|app| path_in_ids(&app.id)));
    }
    reusing
}

/// The path of an app or pod as it stands in task ids.
fn path_in_ids(id: &str) -> String {
    id.trim_start_matches('/').replace('/', "_")
}

fn missing<'a>(old: impl Iterator<Item = &'a str>, new: impl Iterator<Item = &'a str>) -> Vec<String> {
    let new: BTreeSet<&str> = new.collect();
    let gone = old.filter(|id| !new.contains(id));
    gone.map(path_in_ids).collect()
}

/// Whether a task in this state has its place on an agent.
fn placed(state: TaskState) -> bool {
    matches!(state, TaskState::Staging | TaskState::Starting | TaskState::Running)
}

/// Compares the tasks.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (sides.before, sides.after);
    let both = comparison.both(
        part::TASKS,
        Side {
            seen: &before.snapshot.tasks,
            false_witness: before.cluster.state_doubt.as_ref(),
            partial: before.cluster.tasks_doubt.as_ref(),
        },
        Side {
            seen: &after.snapshot.tasks,
            false_witness: after.cluster.state_doubt.as_ref(),
            partial: after.cluster.tasks_doubt.as_ref(),
        },
    );
    let Some(Both { before, after }) = both else { return };
    let around = Around::new(sides, before.0, after.0);
    let joined = join::by_id(before.0, after.0);
    comparison.count(part::TASKS, joined.tasks_before);
    comparison.tasks = groups::settle(&around, joined);
    if let Some(why) = cannot_tell(before.0, &comparison.tasks.cannot_tell) {
        comparison.unknown(part::TASKS, why);
    }
    let names = TaskNames::new(sides.before.snapshot, sides.after.snapshot);
    let lines: Vec<Line> = comparison
        .tasks
        .fates
        .iter()
        .filter_map(|fate| line(&names, fate))
        .collect();
    for line in lines {
        comparison.note(line);
    }
}

/// Most apps named in one sentence.
const NAMED: usize = 3;

/// Why of some tasks it cannot be said whether they ran on.
fn cannot_tell(table: &TaskTable, tasks: &[u32]) -> Option<Why> {
    let ids = tasks.iter().filter_map(|index| table.tasks.get(*index as usize));
    let apps: BTreeSet<String> = ids.map(|task| task_identity::shown_name(task, true)).collect();
    let named: Vec<&str> = apps.iter().take(NAMED).map(String::as_str).collect();
    let more = match apps.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more apps"),
    };
    (!tasks.is_empty()).then(|| {
        part::doubtful(format!(
            "whether {} of apps with local volumes ran on cannot be told ({}{more}): Marathon 1.0 to 1.4.6 starts them again under \
             the same id, and a container id is missing on one side",
            if tasks.len() == 1 { "1 task".to_owned() } else { format!("{} tasks", tasks.len()) },
            named.join(", ")
        ))
    })
}

/// The fate as a change.
fn line(names: &TaskNames<'_>, fate: &TaskFate) -> Option<Line> {
    let told = names.tell(fate)?;
    let judgement = Judgement::of(fate.expectation(), fate.cause.sentence());
    let mut line = Line::new(told.subject, fate.kind, judgement)
        .from(told.before)
        .to(told.after);
    line.0.evidence = told.evidence;
    Some(line)
}
