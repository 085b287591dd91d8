//! Apps and pods of each Marathon as a model: what became of definition, constraints and tasks of each, and counts over all.
//!
//! Sums up what `diff` found; compares nothing by itself. Apps without a difference are counted, never listed.

use std::collections::{BTreeMap, BTreeSet};

use super::Comparison;
use super::diff::Sides;
use super::diff::constraints::Outcome;
use crate::facts::task_identity;
use crate::knowledge::AppFields;
use crate::model::ChangeKind;
use crate::model::workloads::{
    ConstraintCounts, ConstraintState, DefinitionCounts, DefinitionState, MarathonWorkloads, TaskCounts, WorkloadDiff,
    WorkloadKind, WrittenBy,
};
use crate::snapshot::{Marathon, Task, TaskTable};

/// What is found of one Marathon while its apps and pods are compared.
#[derive(Debug, Default)]
pub struct Tally {
    apps: Option<DefinitionCounts>,
    pods: Option<DefinitionCounts>,
    constraints: ConstraintCounts,
    written: BTreeMap<String, (String, u64)>,
    differing: BTreeMap<Key, WorkloadDiff>,
    /// Apps and pods that only are written otherwise: by which of `sets`.
    same_meaning: BTreeMap<Key, usize>,
    /// Sets of entries, each once: a hundred thousand apps share a few.
    sets: BTreeMap<Vec<String>, usize>,
}

/// App or pod, and its id.
type Key = (WorkloadKind, String);

impl Tally {
    /// Apps or pods can be compared; there may be none of them.
    pub fn begin(&mut self, kind: WorkloadKind) {
        self.counts(kind);
    }

    fn counts(&mut self, kind: WorkloadKind) -> &mut DefinitionCounts {
        let slot = match kind {
            WorkloadKind::App => &mut self.apps,
            WorkloadKind::Pod => &mut self.pods,
        };
        slot.get_or_insert_with(DefinitionCounts::default)
    }

    /// One app or pod.
    pub fn definition(&mut self, diff: WorkloadDiff, table: &AppFields) {
        let counts = self.counts(diff.kind);
        let (slot, listed) = match diff.definition {
            DefinitionState::Same | DefinitionState::Unknown => (&mut counts.same, false),
            DefinitionState::SameMeaning => (&mut counts.same_meaning, false),
            DefinitionState::Changed => (&mut counts.changed, true),
            DefinitionState::Lost => (&mut counts.lost, true),
            DefinitionState::New => (&mut counts.new, true),
        };
        *slot += 1;
        for entry in &diff.written {
            let says = || (table.says(entry).unwrap_or_default().to_owned(), 0);
            self.written.entry(entry.clone()).or_insert_with(says).1 += 1;
        }
        let key = (diff.kind, diff.id.clone());
        if listed || !diff.constraints.is_empty() {
            self.differing.insert(key, diff);
        } else if diff.definition == DefinitionState::SameMeaning {
            let next = self.sets.len();
            let set = *self.sets.entry(diff.written).or_insert(next);
            self.same_meaning.insert(key, set);
        }
    }

    /// The constraints of one app or pod.
    pub fn constraints(&mut self, outcome: &Outcome) {
        self.constraints.same += outcome.same;
        for change in &outcome.changes {
            *match change.state {
                ConstraintState::Rewritten => &mut self.constraints.rewritten,
                ConstraintState::Changed => &mut self.constraints.changed,
                ConstraintState::Lost => &mut self.constraints.lost,
                ConstraintState::Gained => &mut self.constraints.gained,
            } += 1;
        }
    }

    /// The part of the model about one Marathon, with its tasks.
    pub fn finish(
        mut self,
        sides: &Sides<'_>,
        before: &Marathon,
        after: Option<&Marathon>,
        comparison: &Comparison,
    ) -> MarathonWorkloads {
        let release = |marathon: &Marathon| marathon.info.known()?.version.as_ref().map(ToString::to_string);
        let tasks = self.tasks(sides, before, after, comparison);
        let mut written: Vec<WrittenBy> = self
            .written
            .into_iter()
            .map(|(entry, (says, definitions))| WrittenBy {
                entry,
                says,
                definitions,
            })
            .collect();
        written.sort_by(|a, b| b.definitions.cmp(&a.definitions).then_with(|| a.entry.cmp(&b.entry)));
        MarathonWorkloads {
            marathon: before.name.clone(),
            before: release(before),
            after: after.and_then(release),
            apps: self.apps,
            pods: self.pods,
            constraints: self.constraints,
            tasks,
            written,
            differing: self.differing.into_values().collect(),
        }
    }

    /// Tasks of the Marathon, and of each app and pod that is listed or has a task that did not simply run on.
    fn tasks(
        &mut self,
        sides: &Sides<'_>,
        one: &Marathon,
        other: Option<&Marathon>,
        comparison: &Comparison,
    ) -> Option<TaskCounts> {
        let tables = (sides.before.snapshot.tasks.known(), sides.after.snapshot.tasks.known());
        let (Some(before), Some(after), true) = (tables.0, tables.1, comparison.tasks.settled) else {
            return None;
        };
        let own: BTreeSet<&str> = [Some(one), other]
            .into_iter()
            .flatten()
            .filter_map(|marathon| marathon.info.known()?.framework_id.as_deref())
            .collect();
        if own.is_empty() {
            return None;
        }
        let of = |table: &'_ TaskTable, task: &Task| own.contains(table.framework_of(task));
        let mut total = TaskCounts::default();
        // By path as in task ids. A task whose id is of no form of Marathon's counts for the Marathon only.
        let mut each: BTreeMap<String, TaskCounts> = BTreeMap::new();
        for (_, id) in self.differing.keys() {
            each.entry(path(id)).or_default();
        }
        for fate in &comparison.tasks.fates {
            let (table, index) = match fate.before {
                Some(index) => (before, Some(index)),
                None => (after, fate.after),
            };
            let task = index.and_then(|index| table.tasks.get(index as usize));
            let Some(task) = task.filter(|task| of(table, task)) else {
                continue;
            };
            add(&mut total, fate.kind);
            if let Some(instance) = task_identity::parse(&task.id) {
                add(each.entry(instance.path.to_owned()).or_default(), fate.kind);
            }
        }
        let pick = |index: &u32| before.tasks.get(*index as usize).filter(|task| of(before, task));
        for task in comparison.tasks.cannot_tell.iter().filter_map(pick) {
            total.unknown += 1;
            if let Some(instance) = task_identity::parse(&task.id) {
                each.entry(instance.path.to_owned()).or_default().unknown += 1;
            }
        }
        for task in comparison.tasks.survivors.iter().filter_map(pick) {
            total.survived += 1;
            if let Some(counts) = task_identity::parse(&task.id).and_then(|instance| each.get_mut(instance.path)) {
                counts.survived += 1;
            }
        }
        let pods = pods(one, other);
        for (path, counts) in each {
            self.with_tasks(&path, counts, &pods);
        }
        Some(total)
    }

    /// Gives an app or pod its tasks; one that is not listed yet is listed.
    fn with_tasks(&mut self, path: &str, counts: TaskCounts, pods: &BTreeSet<&str>) {
        let id = format!("/{}", path.replace('_', "/"));
        let kind = if pods.contains(id.as_str()) {
            WorkloadKind::Pod
        } else {
            WorkloadKind::App
        };
        let key = (kind, id);
        if let Some(diff) = self.differing.get_mut(&key) {
            diff.tasks = Some(counts);
            return;
        }
        let compared = match kind {
            WorkloadKind::App => self.apps.is_some(),
            WorkloadKind::Pod => self.pods.is_some(),
        };
        let set = self.same_meaning.get(&key).copied();
        let (definition, written) = match set {
            Some(set) => {
                let found = self.sets.iter().find(|(_, number)| **number == set);
                (
                    DefinitionState::SameMeaning,
                    found.map(|(set, _)| set.clone()).unwrap_or_default(),
                )
            }
            None if compared => (DefinitionState::Same, Vec::new()),
            None => (DefinitionState::Unknown, Vec::new()),
        };
        let diff = WorkloadDiff {
            kind,
            id: key.1.clone(),
            definition,
            written,
            fields: Vec::new(),
            constraints: Vec::new(),
            tasks: Some(counts),
        };
        self.differing.insert(key, diff);
    }
}

/// Ids of pods on either side: a task id does not say whether its path is one.
fn pods<'a>(one: &'a Marathon, other: Option<&'a Marathon>) -> BTreeSet<&'a str> {
    let listed = [Some(one), other].into_iter().flatten();
    let pods = listed.flat_map(|marathon| marathon.pods.known().into_iter().flatten());
    pods.map(|pod| pod.id.as_str()).collect()
}

/// As in task ids.
fn path(id: &str) -> String {
    id.trim_start_matches('/').replace('/', "_")
}

fn add(counts: &mut TaskCounts, kind: ChangeKind) {
    match kind {
        ChangeKind::Restarted => counts.restarted += 1,
        ChangeKind::Moved => counts.moved += 1,
        ChangeKind::Lost => counts.lost += 1,
        ChangeKind::Added => counts.new += 1,
        ChangeKind::Changed | ChangeKind::Reregistered => {}
    }
}
