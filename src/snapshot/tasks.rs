//! Tasks: the one part of a snapshot that grows by the hundred thousand, so it is kept small.
//!
//! A task costs one short record and its own id; agents are interned. Never holds completed tasks: those are counted.

use crate::model::EvidenceRef;

/// State of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum TaskState {
    Staging,
    Starting,
    Running,
    Killing,
    Unreachable,
    /// `TASK_UNKNOWN`, a state of Mesos.
    Unknown,
    Finished,
    Failed,
    Killed,
    Lost,
    Error,
    Dropped,
    Gone,
    GoneByOperator,
    /// A state this program does not know: never taken for health.
    Other,
}

impl TaskState {
    /// From the text Mesos prints.
    pub fn parse(text: &str) -> Self {
        match text {
            "TASK_STAGING" => Self::Staging,
            "TASK_STARTING" => Self::Starting,
            "TASK_RUNNING" => Self::Running,
            "TASK_KILLING" => Self::Killing,
            "TASK_UNREACHABLE" => Self::Unreachable,
            "TASK_UNKNOWN" => Self::Unknown,
            "TASK_FINISHED" => Self::Finished,
            "TASK_FAILED" => Self::Failed,
            "TASK_KILLED" => Self::Killed,
            "TASK_LOST" => Self::Lost,
            "TASK_ERROR" => Self::Error,
            "TASK_DROPPED" => Self::Dropped,
            "TASK_GONE" => Self::Gone,
            "TASK_GONE_BY_OPERATOR" => Self::GoneByOperator,
            _ => Self::Other,
        }
    }

    /// The text Mesos prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staging => "TASK_STAGING",
            Self::Starting => "TASK_STARTING",
            Self::Running => "TASK_RUNNING",
            Self::Killing => "TASK_KILLING",
            Self::Unreachable => "TASK_UNREACHABLE",
            Self::Unknown => "TASK_UNKNOWN",
            Self::Finished => "TASK_FINISHED",
            Self::Failed => "TASK_FAILED",
            Self::Killed => "TASK_KILLED",
            Self::Lost => "TASK_LOST",
            Self::Error => "TASK_ERROR",
            Self::Dropped => "TASK_DROPPED",
            Self::Gone => "TASK_GONE",
            Self::GoneByOperator => "TASK_GONE_BY_OPERATOR",
            Self::Other => "a state unknown to gonogo",
        }
    }
}

/// Which array of `/state` a task stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskList {
    /// `frameworks[].tasks[]`.
    Tasks,
    /// `frameworks[].unreachable_tasks[]`.
    Unreachable,
    /// `orphan_tasks[]` (masters before 1.4).
    Orphan,
}

/// One task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Task id, chosen by the framework.
    pub id: Box<str>,
    /// Task name; `None` when it can be derived from the id (Marathon) or is equal to it.
    pub name: Option<Box<str>>,
    /// Container id of the newest status that has one (1.2 and later).
    pub container: Option<Box<str>>,
    /// Index into [`TaskTable::frameworks`].
    pub framework: u32,
    /// Index into [`TaskTable::agents`].
    pub agent: u32,
    /// Ordinal within its array, for the evidence pointer.
    pub ordinal: u32,
    /// Ordinal of its framework in `frameworks[]`, for the evidence pointer.
    pub framework_ordinal: u32,
    /// State.
    pub state: TaskState,
    /// `healthy` of the newest status; `None` without a health check.
    pub healthy: Option<bool>,
    /// Which array it stands in.
    pub list: TaskList,
}

/// All tasks of a cluster, with the agents and frameworks they name.
#[derive(Debug, Clone, Default)]
pub struct TaskTable {
    /// The tasks, in the order of the evidence.
    pub tasks: Vec<Task>,
    /// Agent ids.
    pub agents: Vec<Box<str>>,
    /// Framework ids.
    pub frameworks: Vec<Box<str>>,
}

impl TaskTable {
    /// Agent id of a task.
    pub fn agent_of(&self, task: &Task) -> &str {
        self.agents.get(task.agent as usize).map_or("", |id| id)
    }

    /// Framework id of a task.
    pub fn framework_of(&self, task: &Task) -> &str {
        self.frameworks.get(task.framework as usize).map_or("", |id| id)
    }

    /// Where a task stands in the evidence.
    pub fn pointer(task: &Task) -> String {
        match task.list {
            TaskList::Tasks => format!("/frameworks/{}/tasks/{}", task.framework_ordinal, task.ordinal),
            TaskList::Unreachable => format!(
                "/frameworks/{}/unreachable_tasks/{}",
                task.framework_ordinal, task.ordinal
            ),
            TaskList::Orphan => format!("/orphan_tasks/{}", task.ordinal),
        }
    }

    /// Evidence pointer of a task, given the pointer of the whole table.
    pub fn at(state: &EvidenceRef, task: &Task) -> EvidenceRef {
        state.at(Self::pointer(task))
    }
}
