//! The simulated cluster agrees with itself: everything it says can be read, and no number contradicts another.

use std::collections::BTreeMap;

use gonogo::demo::model::{Model, Size};
use gonogo::facts::Facts;
use gonogo::facts::cluster::Kind;
use gonogo::model::Phase;
use gonogo::snapshot::Snapshot;

use crate::support::cluster;

/// The reasons of everything that is not known, out of the snapshot's debug form (which shows every part of it).
fn unknown(snapshot: &Snapshot) -> Vec<String> {
    let text = format!("{snapshot:?}");
    text.match_indices("Unknown(")
        .map(|(at, _)| text[at..].chars().take(140).collect())
        // Nobody asks the simulated cluster for its tree of znodes: it speaks four-letter words only.
        .filter(|reason: &String| !reason.starts_with("Unknown(NotCollected { item: \"data/zookeeper/ensemble/"))
        .collect()
}

fn no_doubts(snapshot: &Snapshot) {
    let facts = Facts::new(snapshot);
    let cluster = &facts.cluster;
    assert_eq!(cluster.state_doubt, None);
    assert_eq!(cluster.agents_doubt, None);
    assert_eq!(cluster.frameworks_doubt, None);
    assert_eq!(cluster.tasks_doubt, None);
    assert!(facts.leading_master().is_some());
}

fn coherent(model: &Model, phase: Phase) -> Snapshot {
    let snapshot = cluster::snapshot_of(model, phase);
    no_doubts(&snapshot);
    let facts = Facts::new(&snapshot);
    assert_eq!(facts.cluster.kind.known(), Some(&Kind::Dcos));
    // What open-source DC/OS and Marathon 1.5 do not have, files that the operator did not give, and nothing else.
    let unknown: Vec<String> = unknown(&snapshot)
        .into_iter()
        // After the window the files of the target are the ones in force.
        .filter(|reason| phase == Phase::Pre || !reason.contains("data/input/files/new-"))
        .filter(|reason| {
            !reason.contains("input/files")
                && (!["license_status.json", "event_subscriptions.json", "iam_acls.json"]
                    .iter()
                    .any(|name| reason.contains(name))
                    || !reason.contains("Absent"))
        })
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");

    let agents = facts.agents().unwrap();
    let tasks = facts.tasks().unwrap();
    assert_eq!(agents.len(), model.agents.len());
    assert_eq!(tasks.tasks.len(), model.running());
    // Every agent tells the same tasks as the master.
    let mut by_agent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for task in &tasks.tasks {
        by_agent.entry(tasks.agent_of(task)).or_default().push(&task.id);
    }
    assert_eq!(snapshot.agent_nodes.len(), agents.len());
    for node in &snapshot.agent_nodes {
        let own = node.state.known().unwrap();
        let listed = agents.iter().find(|agent| agent.id == own.id).unwrap();
        assert_eq!(listed.hostname, own.hostname);
        assert_eq!(listed.version, own.version);
        let metrics = node.metrics.known().unwrap();
        let here = u32::try_from(by_agent.get(own.id.as_str()).map_or(0, Vec::len)).unwrap();
        assert!(
            (metrics["slave/tasks_running"] - f64::from(here)).abs() < 0.1,
            "{}",
            node.host
        );
    }
    // Marathon counts what Mesos runs.
    for (marathon, in_model) in snapshot.marathons.iter().zip(&model.marathons) {
        assert_eq!(marathon.name, in_model.name);
        let info = marathon.info.known().unwrap();
        let framework = facts
            .frameworks()
            .unwrap()
            .iter()
            .find(|framework| Some(&framework.id) == info.framework_id.as_ref())
            .unwrap();
        let running: u64 = marathon
            .apps
            .known()
            .unwrap()
            .iter()
            .map(|app| app.running.unwrap())
            .sum();
        let containers: u64 = in_model.pods.iter().map(|pod| pod.instances as u64 * 2).sum();
        let of_framework = tasks
            .tasks
            .iter()
            .filter(|task| tasks.framework_of(task) == framework.id)
            .count() as u64;
        assert_eq!(running + containers, of_framework, "{}", marathon.name);
        for app in marathon.apps.known().unwrap() {
            assert_eq!(app.running, app.instances, "{}", app.id);
        }
        assert!(marathon.leader.known().unwrap().is_some());
    }
    // One ZooKeeper leads, and it sees the others.
    let words: Vec<&String> = snapshot
        .zookeepers
        .iter()
        .map(|server| server.mode.known().unwrap())
        .collect();
    assert_eq!(words.iter().filter(|mode| **mode == "leader").count(), 1, "{words:?}");
    let leading = &snapshot.zookeepers[model.leader];
    assert_eq!(leading.mntr.known().unwrap()["zk_synced_followers"], "2");
    snapshot
}

#[test]
fn demo_cluster_agrees_with_itself() {
    for size in [Size::FIXTURE, Size::DEMO] {
        coherent(&cluster::pre_of(size), Phase::Pre);
        coherent(&cluster::post_of(size), Phase::Post);
    }
}

#[test]
fn demo_plain_mesos_has_nothing_of_dcos() {
    let snapshot = cluster::snapshot_of(&cluster::mesos(), Phase::Pre);
    no_doubts(&snapshot);
    let facts = Facts::new(&snapshot);
    assert_eq!(facts.cluster.kind.known(), Some(&Kind::Mesos));
    assert!(snapshot.marathons.is_empty());
    let unknown: Vec<String> = unknown(&snapshot)
        .into_iter()
        .filter(|reason| !reason.contains("Absent") && !reason.contains("data/input/files/"))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn demo_upgrade_keeps_what_a_genuine_upgrade_keeps() {
    let (pre, post) = (cluster::pre_of(Size::DEMO), cluster::post_of(Size::DEMO));
    let ids = |model: &Model| model.agents.iter().map(|agent| agent.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&pre), ids(&post));
    let tasks = |model: &Model| {
        model
            .frameworks
            .iter()
            .flat_map(|framework| {
                framework
                    .tasks
                    .iter()
                    .map(|task| (framework.id.clone(), task.id.clone(), task.container.clone()))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(tasks(&pre), tasks(&post));
    assert_ne!(pre.leader, post.leader);
    for (before, after) in pre.masters.iter().zip(&post.masters) {
        assert!(before.id != after.id && before.started < after.started && before.release != after.release);
    }
    assert!(pre.frameworks.iter().any(|framework| !framework.completed.is_empty()));
    assert!(post.frameworks.iter().all(|framework| framework.completed.is_empty()));
}
