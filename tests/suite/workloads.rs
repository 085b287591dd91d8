//! What runs where and what is risky about it: grouping, minimums, what stops, who is held and what would free them.

use std::collections::{BTreeMap, BTreeSet};

use gonogo::facts::Facts;
use gonogo::facts::workloads::overview::{AgentRow, WorkloadRow};
use gonogo::facts::workloads::{Kind, Overview, Settings, overview};
use gonogo::snapshot::{App, Constraint, Pod, Snapshot, TaskState};

use crate::support::handmade::{self, Cluster, app, known, task_id};

fn of(snapshot: &Snapshot) -> Overview {
    with(snapshot, &Settings::default())
}

pub fn with(snapshot: &Snapshot, settings: &Settings) -> Overview {
    overview(&Facts::new(snapshot), settings)
}

fn named<'a>(overview: &'a Overview, name: &str) -> &'a WorkloadRow {
    let found = overview.workloads.iter().find(|row| row.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn agent<'a>(overview: &'a Overview, host: &str) -> &'a AgentRow {
    overview.agents.iter().find(|row| row.host == host).unwrap()
}

fn risks(overview: &Overview, name: &str) -> Vec<&'static str> {
    named(overview, name).risks.iter().map(|risk| risk.risk).collect()
}

fn minimums<const N: usize>(said: [(&str, u64); N]) -> Settings {
    Settings {
        minimums: said.map(|(key, minimum)| (key.to_owned(), minimum)).into(),
        ..Settings::default()
    }
}

/// The app with so many instances, and fields of its definition.
pub fn sized(id: &str, instances: u64, fields: &[(&str, &str)]) -> App {
    let mut one = app(id);
    one.instances = Some(instances);
    one.definition.insert("mem".to_owned(), "64".to_owned());
    for (name, value) in fields {
        one.definition.insert((*name).to_owned(), (*value).to_owned());
    }
    one
}

fn constraint(elements: &[&str]) -> Constraint {
    Constraint {
        elements: elements.iter().map(|element| Ok((*element).to_owned())).collect(),
        raw: format!("{elements:?}"),
        well_formed: true,
    }
}

/// `/web` three times on agents 1 to 3, `/db` once on agent 4, a job on agent 4.
fn cluster() -> Cluster {
    let mut cluster = Cluster::before();
    cluster.apps = vec![sized("/web", 3, &[]), sized("/db", 1, &[])];
    cluster
}

#[test]
fn every_workload_has_its_instances_its_agents_and_its_minimum() {
    let all = of(&cluster().snapshot());
    assert!(all.doubts.is_empty(), "{:?}", all.doubts);
    let web = named(&all, "/web");
    assert_eq!(
        (web.kind, web.wanted, web.available, web.tasks),
        (Kind::App, Some(3), 3, 3)
    );
    assert_eq!(web.minimum, Some(3));
    assert_eq!(web.minimum_from, "minimumHealthCapacity 1 of 3");
    assert_eq!(web.agents.len(), 3);
    let jobs: Vec<&WorkloadRow> = all.workloads.iter().filter(|row| row.kind == Kind::Job).collect();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].minimum, Some(0), "batch tasks end by themselves");
    let fourth = agent(&all, "10.0.1.4");
    assert_eq!(fourth.stops.ends, ["/db"], "a batch job does not count as ending");
    assert_eq!(fourth.stops.tasks, 2);
    assert_eq!(fourth.stops.below_minimum[0].left, 0);
}

#[test]
fn a_minimum_of_one_hundred_percent_holds_every_agent_until_the_app_is_scaled() {
    let snapshot = cluster().snapshot();
    let all = of(&snapshot);
    let waves = all.waves.as_ref().unwrap();
    assert_eq!((waves.plan.len(), waves.held.len()), (0, 4));
    let because = &waves.held.iter().find(|row| row.agent == "10.0.1.1").unwrap().because[0];
    assert_eq!(
        (because.workload.as_str(), because.minimum, because.left),
        ("/web", Some(3), 2)
    );
    assert!(because.advice.contains("scale from 3 to 4"), "{}", because.advice);
    let scale: Vec<(&str, u64, u64, bool)> = waves
        .scale
        .iter()
        .map(|row| (row.workload.as_str(), row.to, row.minimum, row.declare))
        .collect();
    assert_eq!(scale, [("/db", 2, 1, true), ("/web", 4, 3, true)]);

    let scaled = with(
        &snapshot,
        &Settings {
            assume_scaled: true,
            ..Settings::default()
        },
    );
    let plan = &scaled.waves.as_ref().unwrap().plan;
    assert_eq!(plan.iter().map(|wave| wave.agents.len()).sum::<usize>(), 4);
    assert!(
        scaled.remarks.iter().any(|remark| remark.contains("as if")),
        "{:?}",
        scaled.remarks
    );

    let declared = with(&snapshot, &minimums([("/web", 2), ("/d*", 0)]));
    let waves = declared.waves.unwrap();
    assert!(waves.held.is_empty() && waves.scale.is_empty(), "{waves:?}");
    assert!(
        waves.plan.iter().all(|wave| wave.agents.len() == 1),
        "racks differ, and /web may miss one"
    );
}

#[test]
fn critical_agents_go_last_and_alone_by_whatever_name() {
    let snapshot = cluster().snapshot();
    for name in ["10.0.1.2", "2b0a-S2", "10.0.1.2:5051"] {
        let settings = Settings {
            critical: vec![name.to_owned()],
            ..minimums([("/*", 0)])
        };
        let all = with(&snapshot, &settings);
        let last = all.waves.as_ref().unwrap().plan.last().unwrap();
        assert_eq!(last.agents, ["10.0.1.2"], "{name}");
        assert!(agent(&all, "10.0.1.2").critical);
    }
    let settings = Settings {
        critical: vec!["10.0.1.99".to_owned()],
        ..Settings::default()
    };
    let all = with(&snapshot, &settings);
    assert!(all.waves.is_none(), "an agent that is meant to go last might go first");
    assert!(all.doubts[0].contains("10.0.1.99"), "{:?}", all.doubts);
}

#[test]
fn lists_that_may_not_be_whole_give_no_waves() {
    let mut no_apps = cluster().snapshot();
    no_apps.marathons[0].apps = handmade::timed_out("data/marathon/root/apps.json");
    let all = of(&no_apps);
    assert!(all.waves.is_none() && all.unknown.is_none());
    assert!(
        all.doubts.iter().any(|doubt| doubt.contains("timed-out")),
        "{:?}",
        all.doubts
    );
    assert_eq!(all.marathons_unknown, ["root"]);

    let mut no_tasks = cluster().snapshot();
    no_tasks.tasks = handmade::timed_out(handmade::STATE);
    let all = of(&no_tasks);
    assert!(all.unknown.is_some() && all.agents.is_empty() && all.waves.is_none());

    // A task of an app that the account may not see.
    let mut stranger = cluster();
    stranger.run("fw-0001", &task_id("secret", 5), 1);
    let all = of(&stranger.snapshot());
    assert!(all.waves.is_none());
    assert!(
        all.doubts.iter().any(|doubt| doubt.contains("secret")),
        "{:?}",
        all.doubts
    );
    assert_eq!(
        risks(&all, "/secret (marathon)"),
        ["minimum-unknown", "single-instance"]
    );

    let mut twice = cluster();
    twice.apps.push(sized("/web", 1, &[]));
    assert!(of(&twice.snapshot()).waves.is_none());
}

#[test]
fn only_what_runs_and_is_healthy_is_available() {
    let mut one = cluster();
    one.task(&task_id("web", 2)).3 = TaskState::Staging;
    let all = of(&one.snapshot());
    let web = named(&all, "/web");
    assert_eq!((web.tasks, web.available), (3, 2));
    assert!(risks(&all, "/web").contains(&"below-minimum-now"));
    let waves = all.waves.unwrap();
    let held: BTreeSet<&str> = waves.held.iter().map(|row| row.agent.as_str()).collect();
    assert!(!held.contains("10.0.1.2"), "its instance is not available anyway");
    assert!(
        waves
            .held
            .iter()
            .any(|row| row.because[0].advice.contains("bring it back"))
    );

    let mut sick = cluster();
    sick.apps[0].health_checks = 1;
    sick.apps[0].healthy = Some(2);
    let all = of(&sick.snapshot());
    assert_eq!(named(&all, "/web").available, 2, "Marathon counts two as healthy");
}

#[test]
fn an_instance_of_a_pod_is_all_its_containers() {
    let mut snapshot = Cluster::before();
    let id = |uuid: u32, container: &str| format!("pod.instance-b6ff5fa5-7714-11e7-a55c-5ecf{uuid:08x}.{container}");
    for (uuid, agent) in [(1, 1), (2, 1), (3, 2)] {
        snapshot.run("fw-0001", &id(uuid, "a"), agent);
        snapshot.run("fw-0001", &id(uuid, "b"), agent);
    }
    snapshot.task(&id(3, "b")).3 = TaskState::Starting;
    let mut snapshot = snapshot.snapshot();
    let containers = r#"[{"name":"a","resources":{"cpus":1,"mem":2}},{"name":"b","resources":{"cpus":1,"mem":2}}]"#;
    snapshot.marathons[0].pods = known(
        vec![Pod {
            id: "/pod".to_owned(),
            instances: Some(3),
            constraints: Vec::new(),
            volumes: Vec::new(),
            definition: BTreeMap::from([("containers".to_owned(), containers.to_owned())]),
            at: app("/x").at,
        }],
        "data/marathon/root/pods.json",
    );
    let all = of(&snapshot);
    let pod = named(&all, "/pod");
    assert_eq!(
        (pod.kind, pod.tasks, pod.instances, pod.available),
        (Kind::Pod, 6, 3, 2)
    );
    assert_eq!(pod.needs.unwrap().cpus.to_bits(), 2.1_f64.to_bits());
    let on: Vec<(u64, u64)> = pod.agents.iter().map(|on| (on.instances, on.available)).collect();
    assert_eq!(on, [(2, 2), (1, 0)]);
}

#[test]
fn risks_are_named_for_what_they_are() {
    let mut one = cluster();
    let volume = r#"{"volumes":[{"persistent":{"size":10},"mode":"RW","containerPath":"d"}]}"#;
    let none = r#"{"minimumHealthCapacity":0,"maximumOverCapacity":1}"#;
    let broken = r#"{"minimumHealthCapacity":"all"}"#;
    one.apps = vec![
        sized("/web", 3, &[("upgradeStrategy", none)]),
        sized("/db", 1, &[("container", volume), ("residency", "{}")]),
        sized("/pinned", 2, &[]),
        sized("/odd", 1, &[("upgradeStrategy", broken)]),
        sized("/wide", 4, &[]),
        sized("/off", 0, &[]),
        sized("/huge", 1, &[("cpus", "64")]),
    ];
    one.apps[2].constraints = vec![constraint(&["hostname", "LIKE", r"10\.0\.1\.[3]"])];
    one.apps[4].constraints = vec![constraint(&["hostname", "UNIQUE"])];
    for number in 1..=4 {
        let id = u32::try_from(number).unwrap();
        one.run("fw-0001", &task_id("wide", 40 + id), number);
    }
    one.run("fw-0001", &task_id("pinned", 20), 3);
    one.run("fw-0001", &task_id("pinned", 21), 3);
    one.run("fw-0001", &task_id("odd", 30), 1);
    one.run("fw-0001", &task_id("huge", 50), 1);
    one.frameworks[1].checkpoint = Some(false);
    let all = of(&one.snapshot());
    assert!(all.doubts.is_empty(), "{:?}", all.doubts);
    for (name, expected) in [
        ("/web", &["no-health-check", "zero-capacity"][..]),
        ("/db", &["single-instance", "resident", "no-health-check"]),
        (
            "/odd",
            &["minimum-unknown", "single-instance", "no-health-check", "unreadable"],
        ),
        ("/off", &[]),
    ] {
        assert_eq!(risks(&all, name), expected, "{name}");
    }
    assert!(risks(&all, "/pinned").contains(&"host-pinned"));
    for expected in ["unique-at-limit", "blocked-deployment", "not-placeable-elsewhere"] {
        assert!(
            risks(&all, "/wide").contains(&expected),
            "{expected}: {:?}",
            risks(&all, "/wide")
        );
    }
    assert!(risks(&all, "/huge").contains(&"not-placeable-elsewhere"));
    let job = all.workloads.iter().find(|row| row.kind == Kind::Job).unwrap();
    assert_eq!(job.risks[0].risk, "no-checkpoint");
    let fourth = agent(&all, "10.0.1.4");
    assert_eq!((fourth.stops.local_volumes, fourth.stops.without_checkpoint), (1, 1));
    let third = agent(&all, "10.0.1.3");
    assert!(third.stops.ends.contains(&"/pinned".to_owned()));
    let waves = all.waves.as_ref().unwrap();
    let advice: BTreeMap<&str, &str> = waves
        .held
        .iter()
        .flat_map(|row| &row.because)
        .map(|because| (because.workload.as_str(), because.advice.as_str()))
        .collect();
    assert!(advice["/pinned"].contains("declare a minimum of 0"), "{advice:?}");
    assert!(advice["/wide"].contains("declare a minimum of 3"), "{advice:?}");
    assert_eq!(advice["/odd"], "declare its minimum in gonogo.toml");
    assert!(
        !waves.scale.iter().any(|row| row.workload == "/wide"),
        "nobody could place it"
    );
}

/// Scaling a scheduler up helps nobody: of a framework one runs.
#[test]
fn schedulers_are_not_scaled() {
    let mut one = cluster();
    one.apps[1] = sized("/db", 1, &[("labels", r#"{"DCOS_PACKAGE_FRAMEWORK_NAME":"db"}"#)]);
    let all = of(&one.snapshot());
    let waves = all.waves.unwrap();
    let db: Vec<&str> = waves
        .held
        .iter()
        .flat_map(|row| &row.because)
        .filter(|because| because.workload == "/db")
        .map(|because| because.advice.as_str())
        .collect();
    assert_eq!(
        db,
        ["declare a minimum of 0: it is the scheduler of a framework, of which one runs"]
    );
    assert!(!waves.scale.iter().any(|row| row.workload == "/db"));
}

/// A framework that declares nothing loses one agent at a time, unless the operator says otherwise.
#[test]
fn other_frameworks_lose_one_agent_at_a_time() {
    let mut one = cluster();
    one.apps.clear();
    one.tasks.clear();
    one.frameworks.push(handmade::framework("fw-0003", "kafka"));
    for number in 1..=4 {
        one.agents[number - 1].attributes.clear();
        one.run("fw-0003", &format!("broker-{number}"), number);
    }
    let sizes = |settings: &Settings| -> Vec<usize> {
        let settings = Settings {
            max_wave: 100,
            ..settings.clone()
        };
        let all = with(&one.snapshot(), &settings);
        assert!(all.doubts.is_empty(), "{:?}", all.doubts);
        all.waves.unwrap().plan.iter().map(|wave| wave.agents.len()).collect()
    };
    assert_eq!(sizes(&Settings::default()), [1, 1, 1, 1]);
    assert_eq!(sizes(&minimums([("broker-*", 0)])), [1, 2, 1]);
}

#[test]
fn what_is_left_is_a_bound_and_unknown_where_it_is_not_printed() {
    let all = of(&cluster().snapshot());
    let first = agent(&all, "10.0.1.1");
    assert_eq!(first.stops.elsewhere.answer, "sum-is-enough");
    assert_eq!(first.room[0].most.unwrap().cpus.to_bits(), 3.5_f64.to_bits());

    let mut old = cluster();
    for agent in &mut old.agents {
        agent.used = None;
        agent.reserved = None;
    }
    let all = of(&old.snapshot());
    assert_eq!(agent(&all, "10.0.1.1").stops.elsewhere.answer, "unknown");
    assert!(
        all.racks
            .iter()
            .all(|rack| rack.room.iter().all(|room| room.least.is_none()))
    );
    assert!(all.waves.is_some(), "waves ask for instances, not for resources");

    let mut full = cluster();
    for agent in &mut full.agents {
        agent.used = agent.total;
    }
    let all = of(&full.snapshot());
    assert_eq!(agent(&all, "10.0.1.1").stops.elsewhere.answer, "no");

    let mut reserved = cluster();
    for agent in &mut reserved.agents {
        agent.reserved = agent.total.map(|total| BTreeMap::from([("kafka".to_owned(), total)]));
        agent.reserved_roles = vec!["kafka".to_owned()];
    }
    let all = of(&reserved.snapshot());
    assert_eq!(
        agent(&all, "10.0.1.1").stops.elsewhere.answer,
        "unknown",
        "it depends on the role"
    );
    let rack = &all.racks[0];
    assert_eq!(
        rack.room.iter().map(|room| room.role.as_str()).collect::<Vec<_>>(),
        ["*", "kafka"]
    );
    assert_eq!(rack.room[0].most.unwrap().cpus.to_bits(), 0.0_f64.to_bits());
}

/// Agents whose rack is not known may stand in any other: nothing is said of what stops with that rack.
#[test]
fn an_unknown_rack_is_no_rack() {
    let mut one = cluster();
    one.agents[3].attributes.clear();
    let all = of(&one.snapshot());
    let unknown = all.racks.iter().find(|rack| rack.rack.is_none()).unwrap();
    assert!(unknown.stops.is_none());
    assert_eq!((unknown.tasks, unknown.agents.len()), (2, 1));
}
