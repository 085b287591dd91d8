//! A fate told to people: which task, of which framework, on which host. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::TaskFate;
use crate::compare::align;
use crate::facts::task_identity;
use crate::model::{EvidenceRef, Subject, SubjectKind};
use crate::snapshot::{Snapshot, Task, TaskTable};

/// Names of agents and frameworks on both sides.
#[derive(Debug)]
pub struct TaskNames<'a> {
    before: Option<(&'a TaskTable, &'a EvidenceRef)>,
    after: Option<(&'a TaskTable, &'a EvidenceRef)>,
    hosts: BTreeMap<&'a str, &'a str>,
    frameworks: BTreeMap<&'a str, &'a str>,
    marathons: BTreeSet<&'a str>,
}

/// One fate in words.
#[derive(Debug)]
pub struct Told {
    /// The task (before, where it was there).
    pub subject: Subject,
    /// Name of its framework; its id where it has no name.
    pub framework: String,
    /// Host of its agent before; empty for an added task.
    pub agent_before: String,
    /// Host of the agent of what stands for it.
    pub agent_after: Option<String>,
    /// State and host before.
    pub before: Option<String>,
    /// State and host after, with the task id where it is another one.
    pub after: Option<String>,
    /// Where both stand.
    pub evidence: Vec<EvidenceRef>,
}

impl<'a> TaskNames<'a> {
    /// Out of both snapshots.
    pub fn new(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let agents = |snapshot: &'a Snapshot| snapshot.agents.known().into_iter().flatten();
        let frameworks = |snapshot: &'a Snapshot| snapshot.frameworks.known().into_iter().flatten();
        let mut marathons = align::marathon_frameworks(before);
        marathons.extend(align::marathon_frameworks(after));
        Self {
            before: before.tasks.get().ok(),
            after: after.tasks.get().ok(),
            hosts: agents(after)
                .chain(agents(before))
                .map(|agent| (agent.id.as_str(), agent.hostname.as_str()))
                .collect(),
            frameworks: frameworks(after)
                .chain(frameworks(before))
                .map(|framework| (framework.id.as_str(), framework.name.as_str()))
                .collect(),
            marathons,
        }
    }

    /// The fate in words; `None` for one that belongs to other tables.
    pub fn tell(&self, fate: &TaskFate) -> Option<Told> {
        let pick = |side: Option<(&'a TaskTable, &'a EvidenceRef)>, index: Option<u32>| {
            let (table, at) = side?;
            Some((table, table.tasks.get(index? as usize)?, at))
        };
        let (old, new) = (pick(self.before, fate.before), pick(self.after, fate.after));
        let (table, task, _) = old.or(new)?;
        let framework = table.framework_of(task);
        let marathon = self.marathons.contains(framework);
        let mut evidence = Vec::new();
        let mut see = |side: &str, seen: Option<(&TaskTable, &Task, &EvidenceRef)>, whole: Option<&EvidenceRef>| {
            let at = match seen {
                Some((_, task, at)) => Some(TaskTable::at(at, task).quoting(format!("{side}: {}", task.id))),
                None => whole.map(|at| at.clone().quoting(side)),
            };
            evidence.extend(at);
        };
        see("before", old, None);
        see("after", new, self.after.map(|(_, at)| at));
        let same_id = old.zip(new).is_none_or(|((_, old, _), (_, new, _))| old.id == new.id);
        let stands =
            |(table, task): (&TaskTable, &Task)| format!("{} on {}", task.state.as_str(), self.host(table, task));
        Some(Told {
            subject: Subject::new(SubjectKind::Task, &*task.id, task_identity::shown_name(task, marathon)),
            framework: self.frameworks.get(framework).copied().unwrap_or(framework).to_owned(),
            agent_before: old
                .map(|(table, task, _)| self.host(table, task).to_owned())
                .unwrap_or_default(),
            agent_after: new.map(|(table, task, _)| self.host(table, task).to_owned()),
            before: old.map(|(table, task, _)| stands((table, task))),
            after: new.map(|(table, task, _)| {
                let stands = stands((table, task));
                if same_id {
                    stands
                } else {
                    format!("{stands} as {}", task.id)
                }
            }),
            evidence,
        })
    }

    /// Host of the agent of a task; its id where the agent is not listed.
    fn host(&self, table: &'a TaskTable, task: &'a Task) -> &'a str {
        let agent = table.agent_of(task);
        self.hosts.get(agent).copied().unwrap_or(agent)
    }
}
