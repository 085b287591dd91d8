//! Comparing two snapshots: what is refused, what is aligned, what becomes of tasks; and that nothing comes of nothing.

use gonogo::compare::{CannotCompare, Cause, Comparison, compare};
use gonogo::facts::Facts;
use gonogo::model::{ChangeKind, Expectation, Observed, Phase};
use gonogo::snapshot::{Snapshot, TaskState};

use crate::support::fixture::{self, bases};
use crate::support::handmade::{self, Cluster, framework, task_id};

pub fn compared(before: &Snapshot, after: &Snapshot) -> Comparison {
    compare(
        &Facts::new(before),
        &Facts::new(after),
        gonogo::knowledge::Knowledge::builtin().unwrap(),
    )
    .unwrap()
}

pub fn of(before: &Cluster, after: &Cluster) -> Comparison {
    let comparison = compared(&before.snapshot(), &after.snapshot());
    assert_eq!(
        comparison.unknown,
        Vec::new(),
        "the clusters of these tests hide nothing"
    );
    comparison
}

/// `"<subject kind> <name> <kind> <field>"` of every change that must be looked at.
pub fn unexpected(comparison: &Comparison) -> Vec<String> {
    comparison
        .changes
        .iter()
        .filter(|change| change.expectation == Expectation::Unexpected)
        .map(|change| {
            let field = change.field.as_deref().unwrap_or_default();
            let text = format!(
                "{} {} {} {field}",
                change.subject.kind,
                change.subject.name,
                change.kind.as_str()
            );
            text.trim_end().to_owned()
        })
        .collect()
}

pub fn refusal(before: &Snapshot, after: &Snapshot) -> CannotCompare {
    compare(
        &Facts::new(before),
        &Facts::new(after),
        gonogo::knowledge::Knowledge::builtin().unwrap(),
    )
    .unwrap_err()
}

#[test]
fn a_clean_upgrade_is_all_expected() {
    let comparison = of(&Cluster::before(), &Cluster::after());
    assert_eq!(unexpected(&comparison), Vec::<String>::new());
    let hop = (comparison.from.unwrap().to_string(), comparison.to.unwrap().to_string());
    assert_eq!(hop, ("1.10.8".to_owned(), "1.11.3".to_owned()));
    assert_eq!(comparison.tasks.survived, 5);
    let expected: Vec<&str> = comparison
        .changes
        .iter()
        .filter(|change| change.expectation == Expectation::Expected)
        .filter_map(|change| change.field.as_deref())
        .collect();
    for field in ["version", "Mesos leader", "completed tasks"] {
        assert!(expected.contains(&field), "{field} is among {expected:?}");
    }
}

#[test]
fn the_same_snapshot_twice_gives_no_change() {
    let mut compared_any = 0;
    for base in bases() {
        let cluster = fixture::Cluster::read(&base);
        let (one, mut other) = (cluster.snapshot(), cluster.snapshot());
        assert_eq!(compared(&one, &one).changes, Vec::new(), "{base} against itself");
        turn_around(&mut other);
        assert_eq!(
            compared(&one, &other).changes,
            Vec::new(),
            "{base} against itself in another order"
        );
        assert_eq!(
            compared(&other, &one).changes,
            Vec::new(),
            "{base} in another order against itself"
        );
        compared_any += 1;
    }
    assert!(compared_any >= 3, "the base clusters were not found");
    let one = Cluster::before().snapshot();
    assert_eq!(compared(&one, &one).changes, Vec::new());
}

/// Lists in the opposite order: Mesos and Marathon print them in any.
fn turn_around(snapshot: &mut Snapshot) {
    fn turn<T>(list: &mut Observed<Vec<T>>) {
        if let Observed::Known(list, _) = list {
            list.reverse();
        }
    }
    turn(&mut snapshot.agents);
    turn(&mut snapshot.frameworks);
    if let Observed::Known(table, _) = &mut snapshot.tasks {
        table.tasks.reverse();
    }
    for marathon in &mut snapshot.marathons {
        turn(&mut marathon.apps);
        turn(&mut marathon.pods);
    }
    turn(&mut snapshot.metronome.jobs);
    turn(&mut snapshot.dcos.packages);
}

#[test]
fn the_order_of_the_evidence_changes_nothing() {
    let (before, mut after) = (Cluster::before(), Cluster::after());
    after.task(&task_id("web", 1)).1 = task_id("web", 101);
    after.task(&task_id("web", 2)).1 = task_id("web", 102);
    after.task(&task_id("web", 102)).2 = "2b0a-S4".to_owned();
    after.agents.remove(2);
    after.tasks.retain(|task| task.2 != "2b0a-S3");
    after.apps.remove(1);
    let (one, two) = (before.snapshot(), after.snapshot());
    let (mut three, mut four) = (before.snapshot(), after.snapshot());
    turn_around(&mut three);
    turn_around(&mut four);
    let words = |comparison: Comparison| -> Vec<String> {
        let line = |change: &gonogo::model::Change| {
            format!(
                "{} {} {:?} {:?} {:?} {} {}",
                change.subject,
                change.kind.as_str(),
                change.field,
                change.before,
                change.after,
                change.expectation.as_str(),
                change.why
            )
        };
        comparison.changes.iter().map(line).collect()
    };
    let straight = words(compared(&one, &two));
    assert!(straight.len() > 10);
    for (before, after) in [(&three, &two), (&one, &four), (&three, &four)] {
        assert_eq!(words(compared(before, after)), straight);
    }
}

#[test]
fn archives_in_the_wrong_order_are_refused() {
    let (before, after) = (Cluster::before().snapshot(), Cluster::after().snapshot());
    let CannotCompare::Swapped(text) = refusal(&after, &before) else {
        panic!("not taken for swapped")
    };
    assert!(text.contains("`post`") && text.contains("`pre`"), "{text}");
    // Phases that say nothing: the times decide.
    let (mut before, mut after) = (before, after);
    before.origin.manifest.phase = Phase::During;
    after.origin.manifest.phase = Phase::During;
    assert!(matches!(refusal(&after, &before), CannotCompare::Swapped(_)));
    assert!(
        compare(
            &Facts::new(&before),
            &Facts::new(&after),
            gonogo::knowledge::Knowledge::builtin().unwrap()
        )
        .is_ok()
    );
    // Files that were copied have any time stamp: stated phases count more.
    before.origin.manifest.phase = Phase::Pre;
    after.origin.manifest.phase = Phase::Post;
    after.origin.manifest.made_by = "import".to_owned();
    after.origin.manifest.started_at = before.origin.manifest.started_at - chrono::Duration::days(3);
    assert!(
        compare(
            &Facts::new(&before),
            &Facts::new(&after),
            gonogo::knowledge::Knowledge::builtin().unwrap()
        )
        .is_ok()
    );
}

#[test]
fn two_clusters_are_refused_and_one_that_lost_everything_is_not() {
    let before = Cluster::before().snapshot();
    let mut stranger = Cluster::after();
    for (number, agent) in stranger.agents.iter_mut().enumerate() {
        agent.id = format!("9f9f-S{number}");
    }
    for framework in &mut stranger.frameworks {
        framework.id = format!("9f9f-{}", framework.id);
    }
    stranger.tasks.clear();
    // The same masters and name, and not one id in common: it lost everything, and that must be said.
    let rebuilt = stranger.snapshot();
    let comparison = compared(&before, &rebuilt);
    assert_eq!(comparison.tasks.unexpected(ChangeKind::Lost), 4);

    let mut named = stranger.snapshot();
    if let Observed::Known(state, _) = &mut named.state {
        state.master.cluster = Some("other".to_owned());
    }
    let CannotCompare::DifferentClusters(text) = refusal(&before, &named) else {
        panic!("not taken for another")
    };
    assert!(
        text.contains("`demo`") && text.contains("`other`") && text.contains("4 and 4 agents"),
        "{text}"
    );

    let mut elsewhere = stranger.snapshot();
    for master in &mut elsewhere.masters {
        master.host = master.host.replace("10.0.0.", "10.9.0.");
    }
    if let Observed::Known(state, _) = &mut elsewhere.state {
        state.master.pid = state.master.pid.replace("10.0.0.", "10.9.0.");
        state.master.hostname = None;
    }
    let CannotCompare::DifferentClusters(text) = refusal(&before, &elsewhere) else {
        panic!("not taken for another")
    };
    assert!(text.contains("10.9.0.1:5050"), "{text}");

    let (mut one, mut other) = (Cluster::before().snapshot(), Cluster::after().snapshot());
    one.dcos.cluster_id = handmade::known("a".to_owned(), "data/dcos/10.0.0.1/metadata.json");
    other.dcos.cluster_id = handmade::known("b".to_owned(), "data/dcos/10.0.0.1/metadata.json");
    assert!(matches!(refusal(&one, &other), CannotCompare::DifferentClusters(_)));
}

#[test]
fn tasks_are_followed_over_ids_agents_and_containers() {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    let same = "5b2d3a68-1c1f-4a7e-9a6b-000000000001";
    let other = "5b2d3a68-1c1f-4a7e-9a6b-000000000002";
    before.task(&task_id("web", 1)).4 = Some(same.to_owned());
    after.task(&task_id("web", 1)).4 = Some(other.to_owned());
    after.task(&task_id("web", 2)).2 = "2b0a-S4".to_owned();
    let incarnation = "web.instance-b6ff5fa5-7714-11e7-a55c-5ecf00000003._app.2";
    incarnation.clone_into(&mut after.task(&task_id("web", 3)).1);
    after.tasks.retain(|task| task.1 != task_id("db", 9));
    let comparison = of(&before, &after);
    let fates: Vec<(ChangeKind, Cause)> = comparison
        .tasks
        .fates
        .iter()
        .map(|fate| (fate.kind, fate.cause))
        .collect();
    assert_eq!(
        fates,
        [
            (ChangeKind::Lost, Cause::NothingInItsPlace),
            (ChangeKind::Restarted, Cause::NewContainer),
            (ChangeKind::Restarted, Cause::SameInstance),
            (ChangeKind::Moved, Cause::SameIdElsewhere),
        ]
    );
    assert_eq!(
        unexpected(&comparison),
        [
            "task /db lost",
            "task /web restarted",
            "task /web moved",
            "task /web restarted"
        ]
    );
}

#[test]
fn what_explains_a_lost_task_is_named() {
    let before = || {
        let mut cluster = Cluster::before();
        cluster.frameworks.push(framework("fw-0003", "solo"));
        cluster.run("fw-0003", "solo-1", 1);
        cluster
    };
    let cause = |before: &Cluster, after: &Cluster| {
        let comparison = compared(&before.snapshot(), &after.snapshot());
        let lost: Vec<Cause> = comparison
            .tasks
            .fates
            .iter()
            .filter(|fate| fate.kind == ChangeKind::Lost && fate.expectation() == Expectation::Unexpected)
            .map(|fate| fate.cause)
            .collect();
        assert_eq!(lost.len(), 1, "{lost:?}");
        lost[0]
    };
    let after = |edit: fn(&mut Cluster)| {
        let mut cluster = Cluster::after();
        cluster.frameworks.push(framework("fw-0003", "solo"));
        cluster.run("fw-0003", "solo-1", 1);
        edit(&mut cluster);
        cluster
    };
    let mut careless = before();
    careless.frameworks[2].checkpoint = Some(false);
    let gone = |cluster: &mut Cluster| cluster.tasks.retain(|task| task.1 != "solo-1");
    let mut checkpointless = after(gone);
    checkpointless.frameworks[2].checkpoint = Some(false);
    assert_eq!(cause(&careless, &checkpointless), Cause::NotCheckpointed);
    assert_eq!(cause(&before(), &after(gone)), Cause::NothingInItsPlace);
    assert_eq!(
        cause(
            &before(),
            &after(|cluster| cluster.task("solo-1").3 = TaskState::Unreachable)
        ),
        Cause::Unreachable
    );
    assert_eq!(
        cause(
            &before(),
            &after(|cluster| cluster.task("solo-1").3 = TaskState::Failed)
        ),
        Cause::StillListed
    );
    assert_eq!(
        cause(
            &before(),
            &after(|cluster| {
                cluster.tasks.retain(|task| task.1 != "solo-1");
                cluster.frameworks.pop();
            })
        ),
        Cause::FrameworkLost
    );
    let mut without_app = Cluster::after();
    without_app.tasks.retain(|task| task.1 != task_id("db", 9));
    without_app.apps.pop();
    assert_eq!(cause(&Cluster::before(), &without_app), Cause::AppLost);
    let mut without_agent = Cluster::after();
    without_agent.agents.pop();
    without_agent.tasks.retain(|task| task.2 != "2b0a-S4");
    assert_eq!(cause(&Cluster::before(), &without_agent), Cause::AgentLost);
}

#[test]
fn batch_tasks_end_and_nobody_minds() {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    before
        .frameworks
        .push(framework("fw-0004", "chronos-2.3.1_mesos-0.20.1-SNAPSHOT"));
    after
        .frameworks
        .push(framework("fw-0004", "chronos-2.3.1_mesos-0.20.1-SNAPSHOT"));
    before.run("fw-0004", "ct:1533369600000:0:backup:", 2);
    after.tasks.retain(|task| task.0 != "fw-0002");
    after.run("fw-0004", "ct:1533380000000:0:backup:", 3);
    // And a task that was already being killed.
    before.run("fw-0001", &task_id("web", 50), 2);
    before.task(&task_id("web", 50)).3 = TaskState::Killing;
    let comparison = of(&before, &after);
    assert_eq!(unexpected(&comparison), Vec::<String>::new());
    let lost = comparison
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Lost);
    assert!(lost.clone().all(|change| change.expectation == Expectation::Tolerated));
    assert_eq!(lost.count(), 3);
}
