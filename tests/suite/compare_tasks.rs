//! Every task is accounted for exactly once, whatever becomes of it and in whatever order it is listed.

use std::collections::BTreeSet;

use gonogo::compare::{Cause, Comparison, compare};
use gonogo::facts::Facts;
use gonogo::model::{ChangeKind, Expectation, Observed};
use gonogo::snapshot::{Snapshot, TaskState};
use proptest::prelude::*;

use crate::support::handmade::{Cluster, framework};

/// What a window may do to one task.
#[derive(Debug, Clone, Copy)]
enum Event {
    Survive,
    NewContainer,
    OtherAgent,
    Replaced,
    ReplacedElsewhere,
    SameInstance,
    Unreachable,
    Failed,
    Gone,
}

/// (app, event) for each task before; (app) for each task that is new.
type Story = (Vec<(u8, Event)>, Vec<u8>);

fn events() -> impl Strategy<Value = Story> {
    use Event::{
        Failed, Gone, NewContainer, OtherAgent, Replaced, ReplacedElsewhere, SameInstance, Survive, Unreachable,
    };
    let event = prop::sample::select(vec![
        Survive,
        Survive,
        NewContainer,
        OtherAgent,
        Replaced,
        ReplacedElsewhere,
        SameInstance,
        Unreachable,
        Failed,
        Gone,
    ]);
    (
        prop::collection::vec((0_u8..4, event), 0..40),
        prop::collection::vec(0_u8..4, 0..6),
    )
}

fn id(app: u8, number: usize) -> String {
    // Marathon, an SDK, a batch framework, and one whose ids say nothing.
    match app {
        0 => format!("web.b6ff5fa5-7714-11e7-a55c-0000{number:08x}"),
        1 => format!("node__b6ff5fa5-7714-11e7-a55c-1111{number:08x}"),
        2 => format!("job_2018{number}.b6ff5fa5-7714-11e7-a55c-2222{number:08x}"),
        _ => format!("odd-{number}"),
    }
}

fn owner(app: u8) -> &'static str {
    ["fw-0001", "fw-0007", "fw-0002", "fw-0008"][usize::from(app)]
}

fn play(story: &Story) -> (Cluster, Cluster) {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    for cluster in [&mut before, &mut after] {
        cluster.frameworks.push(framework("fw-0007", "sdk"));
        cluster.frameworks.push(framework("fw-0008", "odd"));
        cluster.tasks.clear();
    }
    let container = |number: usize| Some(format!("5b2d3a68-1c1f-4a7e-9a6b-0000{number:08x}"));
    for (number, (app, event)) in story.0.iter().enumerate() {
        let (name, here) = (id(*app, number), 1 + number % 4);
        before.run(owner(*app), &name, here);
        before.tasks.last_mut().unwrap().4 = container(number);
        let elsewhere = 1 + (number + 1) % 4;
        let (new_name, agent, state, new_container) = match event {
            Event::Survive => (name, here, TaskState::Running, number),
            Event::NewContainer => (name, here, TaskState::Running, number + 1000),
            Event::OtherAgent => (name, elsewhere, TaskState::Running, number),
            Event::Replaced => (id(*app, number + 500), here, TaskState::Running, number + 1000),
            Event::ReplacedElsewhere => (id(*app, number + 500), elsewhere, TaskState::Staging, number + 1000),
            Event::SameInstance => (format!("{name}.2"), here, TaskState::Running, number + 1000),
            Event::Unreachable => (name, here, TaskState::Unreachable, number),
            Event::Failed => (name, here, TaskState::Failed, number),
            Event::Gone => continue,
        };
        after.run(owner(*app), &new_name, agent);
        let task = after.tasks.last_mut().unwrap();
        task.3 = state;
        task.4 = container(new_container);
    }
    for (number, app) in story.1.iter().enumerate() {
        after.run(owner(*app), &id(*app, 2000 + number), 1);
    }
    (before, after)
}

fn compared(before: &Snapshot, after: &Snapshot) -> Comparison {
    compare(
        &Facts::new(before),
        &Facts::new(after),
        gonogo::knowledge::Knowledge::builtin().unwrap(),
    )
    .unwrap()
}

/// Ids of fates by side, and how often each stands there.
fn accounted(comparison: &Comparison, before: &Snapshot, after: &Snapshot) -> (Vec<String>, Vec<String>) {
    let pick = |snapshot: &Snapshot, index: Option<u32>| {
        let table = snapshot.tasks.known().unwrap();
        index.map(|index| table.tasks[index as usize].id.to_string())
    };
    let fates = &comparison.tasks.fates;
    (
        fates.iter().filter_map(|fate| pick(before, fate.before)).collect(),
        fates.iter().filter_map(|fate| pick(after, fate.after)).collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_task_is_accounted_for_exactly_once(story in events()) {
        let (before, after) = play(&story);
        let (one, two) = (before.snapshot(), after.snapshot());
        let comparison = compared(&one, &two);
        prop_assert_eq!(comparison.unknown.len(), 0, "{:?}", &comparison.unknown);
        let outcomes = &comparison.tasks;
        let (old, new) = accounted(&comparison, &one, &two);
        let (old_set, new_set): (BTreeSet<&String>, BTreeSet<&String>) = (old.iter().collect(), new.iter().collect());
        prop_assert_eq!(old_set.len(), old.len(), "a task before stands twice: {:?}", &outcomes.fates);
        prop_assert_eq!(new_set.len(), new.len(), "a task after stands twice: {:?}", &outcomes.fates);
        let survived = usize::try_from(outcomes.survived).unwrap();
        prop_assert_eq!(survived + old.len(), before.tasks.len());
        // A task that is still listed without running, and has a successor, is told by its fate before.
        let listed = after.tasks.iter().filter(|task| old_set.contains(&task.1) && !new_set.contains(&task.1)).count();
        prop_assert_eq!(survived + new.len() + listed, after.tasks.len());
        // Every fate is one change, and the other way round.
        let told = comparison.changes.iter().filter(|change| change.subject.kind == gonogo::model::SubjectKind::Task);
        prop_assert_eq!(told.count(), outcomes.fates.len());
    }

    #[test]
    fn an_app_loses_exactly_what_it_runs_less(story in events()) {
        let (before, after) = play(&story);
        let comparison = compared(&before.snapshot(), &after.snapshot());
        let lost = |app: u8| {
            let prefix = id(app, 0)[..3].to_owned();
            let one = before.snapshot();
            let table = one.tasks.known().unwrap();
            comparison.tasks.fates.iter()
                .filter(|fate| fate.kind == ChangeKind::Lost && fate.expectation() == Expectation::Unexpected)
                .filter_map(|fate| fate.before)
                .filter(|index| table.tasks[*index as usize].id.starts_with(&prefix))
                .count()
        };
        let placed = |cluster: &Cluster, app: u8| cluster.tasks.iter()
            .filter(|task| task.0 == owner(app) && matches!(task.3, TaskState::Running | TaskState::Staging))
            .count();
        for app in [0, 1] {
            prop_assert_eq!(lost(app), placed(&before, app).saturating_sub(placed(&after, app)), "app {}", app);
        }
        // Tasks of a batch framework are never lost.
        prop_assert_eq!(lost(2), 0);
        for fate in &comparison.tasks.fates {
            if fate.cause == Cause::Batch {
                prop_assert_eq!(fate.expectation(), Expectation::Tolerated);
            }
        }
    }

    #[test]
    fn order_means_nothing(story in events(), turn in 0_usize..40) {
        let (before, after) = play(&story);
        let words = |one: &Snapshot, two: &Snapshot| {
            let comparison = compared(one, two);
            let lines: Vec<String> = comparison.changes.iter()
                .map(|change| format!("{:?} {:?} {:?} {:?} {}", change.subject, change.kind, change.before, change.after, change.why))
                .collect();
            (lines, comparison.tasks.survived, comparison.workloads)
        };
        let (mut one, mut two) = (before.snapshot(), after.snapshot());
        let straight = words(&one, &two);
        for snapshot in [&mut one, &mut two] {
            if let Observed::Known(table, _) = &mut snapshot.tasks {
                let count = table.tasks.len();
                if count > 0 {
                    table.tasks.rotate_left(turn % count);
                    table.tasks.reverse();
                }
            }
        }
        prop_assert_eq!(words(&one, &two), straight);
        prop_assert_eq!(compared(&one, &one).changes.len(), 0);
    }
}
