//! Tasks of two tables joined by framework id and task id: in sixteen bytes per task, without copying an id.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crate::snapshot::{Task, TaskTable};

/// Indexes into both tables.
#[derive(Debug, Default)]
pub struct Joined {
    /// Tasks of both tables with the same framework id and task id, in order of the table before.
    pub both: Vec<(u32, u32)>,
    /// Tasks before whose id is gone.
    pub gone: Vec<u32>,
    /// Tasks after whose id is new.
    pub new: Vec<u32>,
    /// Number of different tasks before.
    pub tasks_before: usize,
}

/// Joins. A task that one table lists twice (as running and as unreachable, say) counts once: as what says most.
pub fn by_id(before: &TaskTable, after: &TaskTable) -> Joined {
    let (old, new) = (sorted(before), sorted(after));
    let mut joined = Joined::default();
    let (mut left, mut right) = (old.as_slice(), new.as_slice());
    while !left.is_empty() || !right.is_empty() {
        let hash = match (left.first(), right.first()) {
            (Some(one), Some(other)) => one.0.min(other.0),
            (Some(one), None) => one.0,
            (None, Some(other)) => other.0,
            (None, None) => break,
        };
        let mut others = distinct(after, take(&mut right, hash));
        for index in distinct(before, take(&mut left, hash)) {
            joined.tasks_before += 1;
            let Some(task) = before.tasks.get(index as usize) else {
                continue;
            };
            let same = |other: &u32| {
                after
                    .tasks
                    .get(*other as usize)
                    .is_some_and(|other| key(before, task) == key(after, other))
            };
            match others.iter().position(same) {
                Some(at) => joined.both.push((index, others.swap_remove(at))),
                None => joined.gone.push(index),
            }
        }
        joined.new.extend(others);
    }
    joined.both.sort_unstable();
    joined.gone.sort_unstable();
    joined.new.sort_unstable();
    joined
}

/// Framework id and task id: unique in Mesos.
fn key<'t>(table: &'t TaskTable, task: &'t Task) -> (&'t str, &'t str) {
    (table.framework_of(task), &task.id)
}

/// Hash of the key and index, sorted: equal keys stand together, whatever the order of the evidence.
fn sorted(table: &TaskTable) -> Vec<(u64, u32)> {
    let mut list: Vec<(u64, u32)> = (0_u32..)
        .zip(&table.tasks)
        .map(|(index, task)| {
            let mut hasher = DefaultHasher::new();
            key(table, task).hash(&mut hasher);
            (hasher.finish(), index)
        })
        .collect();
    list.sort_unstable();
    list
}

/// Cuts the entries with this hash off the front.
fn take<'l>(list: &mut &'l [(u64, u32)], hash: u64) -> &'l [(u64, u32)] {
    let count = list.iter().take_while(|(other, _)| *other == hash).count();
    let (run, rest) = list.split_at(count);
    *list = rest;
    run
}

/// One index per key: of several entries for one task the one that says most about it.
fn distinct(table: &TaskTable, run: &[(u64, u32)]) -> Vec<u32> {
    let mut best: Vec<u32> = Vec::with_capacity(run.len());
    for (_, index) in run {
        let Some(task) = table.tasks.get(*index as usize) else {
            continue;
        };
        let known = best.iter_mut().find_map(|slot| {
            let other = table.tasks.get(*slot as usize)?;
            (key(table, task) == key(table, other)).then_some((slot, other))
        });
        match known {
            None => best.push(*index),
            Some((slot, other)) => {
                if says_more(table, task) < says_more(table, other) {
                    *slot = *index;
                }
            }
        }
    }
    best
}

/// Running before starting before all else; ties are broken by content, never by position.
fn says_more<'t>(table: &'t TaskTable, task: &'t Task) -> impl Ord + use<'t> {
    let rank = match task.state {
        crate::snapshot::TaskState::Running => 0,
        state if super::placed(state) => 1,
        _ => 2,
    };
    (rank, task.list, task.state, table.agent_of(task), &task.container)
}
