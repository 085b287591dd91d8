//! From joined ids to fates: what stands for a task whose id is gone is looked for among the new tasks of its workload.

use std::collections::BTreeMap;

use crate::model::ChangeKind;
use crate::snapshot::{Task, TaskTable};

use super::join::Joined;
use super::{Around, Cause, TaskFate, TaskOutcomes, placed};
use crate::facts::task_identity::{self, Workload};

/// A task that needs an explanation, and where the later table still lists it without running it.
type Missing = (u32, Option<u32>);

/// Tasks of one workload of one framework: those to be explained, and those that may stand for them.
#[derive(Default)]
struct Group {
    missing: Vec<Missing>,
    fresh: Vec<u32>,
}

/// Settles every task.
pub fn settle(around: &Around<'_>, joined: Joined) -> TaskOutcomes {
    let mut outcomes = TaskOutcomes {
        settled: true,
        ..TaskOutcomes::default()
    };
    let mut groups: BTreeMap<(&str, Workload), Group> = BTreeMap::new();
    for (old, new) in joined.both {
        let (Some(before), Some(after)) = (around.old(old), around.new_one(new)) else {
            continue;
        };
        let framework = around.before.framework_of(before);
        if !placed(before.state) || around.batch(framework) {
            // It stands as before, whatever that was; what it means is said by the checks over one archive.
            outcomes.survivors.push(old);
        } else if placed(after.state) {
            match same_id(around, before, after) {
                None if around.may_reuse_ids(before, after) => outcomes.cannot_tell.push(old),
                None => outcomes.survivors.push(old),
                Some((kind, cause)) => outcomes.fates.push(fate(kind, cause, Some(old), Some(new))),
            }
        } else {
            let key = (framework, task_identity::workload(before));
            groups.entry(key).or_default().missing.push((old, Some(new)));
        }
    }
    for old in joined.gone {
        let Some(before) = around.old(old) else { continue };
        let framework = around.before.framework_of(before);
        if around.batch(framework) {
            outcomes
                .fates
                .push(fate(ChangeKind::Lost, Cause::Batch, Some(old), None));
        } else if placed(before.state) {
            let key = (framework, task_identity::workload(before));
            groups.entry(key).or_default().missing.push((old, None));
        } else {
            outcomes
                .fates
                .push(fate(ChangeKind::Lost, Cause::WasNotRunning, Some(old), None));
        }
    }
    for new in joined.new {
        let Some(after) = around.new_one(new) else { continue };
        let framework = around.after.framework_of(after);
        if around.batch(framework) {
            outcomes
                .fates
                .push(fate(ChangeKind::Added, Cause::Batch, None, Some(new)));
        } else if placed(after.state) {
            let framework = around.returned.get(framework).copied().unwrap_or(framework);
            let key = (framework, task_identity::workload(after));
            groups.entry(key).or_default().fresh.push(new);
        } else {
            outcomes
                .fates
                .push(fate(ChangeKind::Added, Cause::New, None, Some(new)));
        }
    }
    for group in groups.into_values() {
        settle_group(around, group, &mut outcomes.fates);
    }
    outcomes.survivors.sort_unstable();
    outcomes.cannot_tell.sort_unstable();
    outcomes.survived = outcomes.survivors.len() as u64;
    outcomes.fates.sort_by(|a, b| order(around, a).cmp(&order(around, b)));
    outcomes
}

fn fate(kind: ChangeKind, cause: Cause, before: Option<u32>, after: Option<u32>) -> TaskFate {
    TaskFate {
        kind,
        cause,
        before,
        after,
    }
}

/// By kind, then by ids: the same in whatever order the evidence lists tasks.
fn order<'a>(around: &Around<'a>, fate: &TaskFate) -> impl Ord + use<'a> {
    fn ids<'t>(table: &'t TaskTable, task: Option<&'t Task>) -> Option<(&'t str, &'t str)> {
        task.map(|task| (&*task.id, table.framework_of(task)))
    }
    (
        fate.kind,
        ids(around.before, fate.before.and_then(|index| around.old(index))),
        ids(around.after, fate.after.and_then(|index| around.new_one(index))),
    )
}

/// The same id on both sides: on the same agent, in the same container?
fn same_id(around: &Around<'_>, before: &Task, after: &Task) -> Option<(ChangeKind, Cause)> {
    let (was, is) = (around.before.agent_of(before), around.after.agent_of(after));
    if was != is {
        return Some(if around.place(before) == is {
            (ChangeKind::Restarted, Cause::AgentReregistered)
        } else {
            (ChangeKind::Moved, Cause::SameIdElsewhere)
        });
    }
    match (&before.container, &after.container) {
        (Some(old), Some(new)) if old != new => Some((ChangeKind::Restarted, Cause::NewContainer)),
        _ => None,
    }
}

/// Pairs missing with fresh tasks: the same instance first, then the same agent, then any; the rest is lost or added.
fn settle_group(around: &Around<'_>, group: Group, fates: &mut Vec<TaskFate>) {
    let Group { mut missing, mut fresh } = group;
    let id_before = |index: u32| around.old(index).map(|task| &*task.id);
    let id_after = |index: u32| around.new_one(index).map(|task| &*task.id);
    missing.sort_by(|a, b| id_before(a.0).cmp(&id_before(b.0)));
    fresh.sort_by(|a, b| id_after(*a).cmp(&id_after(*b)));
    let uuid = |task: Option<&'_ Task>| {
        let instance = task_identity::parse(&task?.id)?;
        Some(instance.uuid.to_owned())
    };
    pair(
        &mut missing,
        &mut fresh,
        |old| uuid(around.old(old)),
        |new| uuid(around.new_one(new)),
        |old, new| fates.push(replaced(around, old, new, Cause::SameInstance)),
    );
    pair(
        &mut missing,
        &mut fresh,
        |old| around.old(old).map(|task| around.place(task)),
        |new| around.new_one(new).map(|task| around.after.agent_of(task)),
        |old, new| fates.push(replaced(around, old, new, Cause::Replaced)),
    );
    pair(
        &mut missing,
        &mut fresh,
        |_| Some(()),
        |_| Some(()),
        |old, new| fates.push(replaced(around, old, new, Cause::Replaced)),
    );
    for (old, listed) in missing {
        if let Some(task) = around.old(old) {
            let still = listed.and_then(|index| around.new_one(index));
            fates.push(fate(ChangeKind::Lost, around.why_lost(task, still), Some(old), listed));
        }
    }
    fates.extend(
        fresh
            .into_iter()
            .map(|new| fate(ChangeKind::Added, Cause::New, None, Some(new))),
    );
}

/// Takes pairs with equal keys out of both lists, in their order.
fn pair<K: Ord>(
    missing: &mut Vec<Missing>,
    fresh: &mut Vec<u32>,
    key_before: impl Fn(u32) -> Option<K>,
    key_after: impl Fn(u32) -> Option<K>,
    mut found: impl FnMut(u32, u32),
) {
    if missing.is_empty() || fresh.is_empty() {
        return;
    }
    let mut by_key: BTreeMap<K, std::collections::VecDeque<u32>> = BTreeMap::new();
    for new in fresh.iter() {
        if let Some(key) = key_after(*new) {
            by_key.entry(key).or_default().push_back(*new);
        }
    }
    let mut taken = std::collections::BTreeSet::new();
    missing.retain(|(old, _)| {
        let candidates = key_before(*old).and_then(|key| by_key.get_mut(&key));
        let Some(new) = candidates.and_then(std::collections::VecDeque::pop_front) else {
            return true;
        };
        taken.insert(new);
        found(*old, new);
        false
    });
    fresh.retain(|new| !taken.contains(new));
}

fn replaced(around: &Around<'_>, old: u32, new: u32, cause: Cause) -> TaskFate {
    let places = around.old(old).map(|task| (task, around.place(task)));
    let here = around.new_one(new).map(|task| around.after.agent_of(task));
    let same_place = places.map(|(_, place)| place) == here;
    let died = places.is_some_and(|(task, _)| around.died_with_agent(task));
    let reregistered = same_place && places.is_some_and(|(task, place)| around.before.agent_of(task) != place);
    let cause = match cause {
        _ if died => Cause::NotCheckpointed,
        _ if reregistered => Cause::AgentReregistered,
        cause => cause,
    };
    let kind = if same_place {
        ChangeKind::Restarted
    } else {
        ChangeKind::Moved
    };
    fate(kind, cause, Some(old), Some(new))
}
