//! Tasks: the one part of a snapshot that grows by the hundred thousand, so it is kept small.
//!
//! A task costs one short record and its own id; agents are interned. Never holds completed tasks: those are counted.

use std::borrow::Cow;
use std::fmt;

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

/// A container id: sixteen bytes where Mesos uses a UUID (it always does), else the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerId {
    /// A UUID in its usual lower-case form.
    Uuid([u8; 16]),
    /// Anything else, as found.
    Text(Box<str>),
}

impl ContainerId {
    /// From the text Mesos prints; nothing is lost: [`fmt::Display`] gives the same text back.
    pub fn parse(text: &str) -> Self {
        let mut bytes = [0; 16];
        let mut digits = 0;
        for (at, byte) in text.bytes().enumerate() {
            let value = match byte {
                b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return Self::Text(text.into()),
            };
            let Some(slot) = bytes.get_mut(digits / 2) else {
                return Self::Text(text.into());
            };
            *slot = *slot << 4 | value;
            digits += 1;
        }
        if text.len() == 36 && digits == 32 {
            Self::Uuid(bytes)
        } else {
            Self::Text(text.into())
        }
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    if matches!(at, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
            Self::Text(text) => f.write_str(text),
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
    /// Task name where it says more than the id; read it with [`Task::name`].
    pub own_name: Option<Box<str>>,
    /// Container id of the newest status that has one (1.2 and later).
    pub container: Option<ContainerId>,
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

impl Task {
    /// Task name, kept or derived from the id.
    pub fn name(&self) -> Cow<'_, str> {
        match &self.own_name {
            Some(name) => Cow::Borrowed(name),
            None => derived_name(&self.id),
        }
    }
}

/// The name Marathon gives the task with this id (path reversed: `b.a` for `a_b.<uuid>`), else the id itself.
pub fn derived_name(id: &str) -> Cow<'_, str> {
    let Some((path, rest)) = id.split_once('.') else {
        return Cow::Borrowed(id);
    };
    if rest.len() < 36 {
        return Cow::Borrowed(id);
    }
    let mut name = String::with_capacity(path.len());
    for segment in path.rsplit('_') {
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(segment);
    }
    Cow::Owned(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_ids_come_back_as_they_were() {
        for text in [
            "392224f8-408a-4743-a06d-c10719867e6f",
            "392224F8-408a-4743-a06d-c10719867e6f",
            "392224f8408a4743a06dc10719867e6f",
            "392224f8-408a-4743-a06d-c10719867e6f.child",
            "392224f8-408a-4743-a06d-c10719867e6-",
            "",
            "x",
        ] {
            assert_eq!(ContainerId::parse(text).to_string(), text);
        }
        assert!(matches!(
            ContainerId::parse("392224f8-408a-4743-a06d-c10719867e6f"),
            ContainerId::Uuid(_)
        ));
        assert!(std::mem::size_of::<Task>() <= 80, "{}", std::mem::size_of::<Task>());
    }

    #[test]
    fn names_are_derived_as_marathon_makes_them() {
        let id = "web_front.b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6";
        assert_eq!(derived_name(id), "front.web");
        assert_eq!(derived_name("batch-7"), "batch-7");
    }
}
