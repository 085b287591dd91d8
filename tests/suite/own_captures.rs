//! Our own captures of genuine Mesos (1.4.3, 1.5.3, 1.11.0, mixed, failed over, without quorum) and ZooKeeper 3.8.
//!
//! Every JSON answer that gonogo reads is read; the cluster's story in each README is found again in the snapshot.
//! They lie in `../shared/captures`: where they are absent the tests say so and pass.

use std::fs;
use std::path::Path;

use gonogo::model::{Outcome, items};
use gonogo::snapshot::{Snapshot, TaskList};

use crate::public_captures::captures;
use crate::snapshot::{Item, captured, snapshot};

const MASTER_ITEMS: [(&str, &str); 11] = [
    ("state", items::STATE),
    ("slaves", items::SLAVES),
    ("state_summary", items::STATE_SUMMARY),
    ("frameworks", items::FRAMEWORKS),
    ("flags", items::FLAGS),
    ("version", items::VERSION),
    ("metrics_snapshot", items::METRICS),
    ("registrar_1_registry", items::REGISTRY),
    ("maintenance_status", items::MAINTENANCE_STATUS),
    ("maintenance_schedule", items::MAINTENANCE_SCHEDULE),
    ("roles", items::ROLES),
];

/// Files of one capture as items: `<prefix>_<endpoint>.json` of each prefix becomes a host of `source`.
fn load(folder: &Path, hosts: &[(&str, &str, &str)]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (prefix, source, host) in hosts {
        for (endpoint, item) in MASTER_ITEMS {
            let file = folder.join(format!("{prefix}_{endpoint}.json"));
            if let Ok(bytes) = fs::read(&file) {
                all.push((items::path(source, host, item), bytes));
            }
        }
    }
    assert!(!all.is_empty(), "nothing in {}", folder.display());
    all
}

fn shown(files: &[(String, Vec<u8>)]) -> Snapshot {
    let items: Vec<Item<'_>> = files.iter().map(|(path, bytes)| captured(path, bytes)).collect();
    snapshot(&items)
}

fn with_captures(name: &str, test: impl FnOnce(&Path)) {
    match captures()
        .map(|folder| folder.join(name))
        .filter(|folder| folder.is_dir())
    {
        Some(folder) => test(&folder),
        None => crate::support::skipped(&format!("captures of {name} (no ../shared/captures/{name} here)")),
    }
}

const LEADER: (&str, &str, &str) = ("master", items::MESOS_MASTER, "127.0.0.1:5050");
const AGENTS: [(&str, &str, &str); 2] = [
    ("agent", items::MESOS_AGENT, "127.0.1.1:5051"),
    ("agent_public", items::MESOS_AGENT, "127.0.1.5:5051"),
];

fn whole_cluster(version: &str) {
    with_captures(&format!("mesos-{version}"), |folder| {
        let mut hosts = vec![LEADER];
        hosts.extend(AGENTS);
        let snapshot = shown(&load(folder, &hosts));
        let agents = snapshot.agents.known().unwrap();
        assert_eq!(agents.len(), 5);
        assert!(agents.iter().all(|agent| agent.active == Some(true)));
        assert!(agents.iter().all(|agent| agent.version.as_deref() == Some(version)));
        assert_eq!(agents.iter().filter(|agent| agent.is_public()).count(), 1);
        assert!(agents.iter().all(|agent| agent.attributes.contains_key("rack")));
        // The lab sets no fault domains on 1.4.3.
        assert!(
            agents
                .iter()
                .all(|agent| agent.domain.is_some() == (version != "1.4.3"))
        );
        assert!(snapshot.recovered_agents.known().unwrap().is_empty());
        let frameworks = snapshot.frameworks.known().unwrap();
        let gone = frameworks
            .iter()
            .find(|framework| framework.name == "gone-scheduler")
            .unwrap();
        assert_eq!((gone.active, gone.checkpoint), (Some(false), Some(false)));
        let data = frameworks.iter().find(|framework| framework.name == "data").unwrap();
        assert_eq!(
            data.roles,
            ["data-role"],
            "from `roles`: the field `role` is absent with MULTI_ROLE"
        );
        let state = snapshot.state.known().unwrap();
        assert_eq!(state.completed_frameworks, 1);
        assert!(state.completed_tasks > 0);
        assert_eq!(state.flags.as_ref().unwrap()["cluster"], "lab");
        let tasks = snapshot.tasks.known().unwrap();
        let summary = snapshot.summary.known().unwrap();
        let running = tasks
            .tasks
            .iter()
            .filter(|task| task.state.as_str() == "TASK_RUNNING")
            .count() as u64;
        assert_eq!(running, summary.tasks_by_state["TASK_RUNNING"]);
        assert!(
            tasks
                .tasks
                .iter()
                .all(|task| task.container.is_some() && !tasks.agent_of(task).is_empty())
        );
        assert_eq!(summary.agents_active, 5);
        let master = &snapshot.masters[0];
        assert_eq!(master.version.known().unwrap().to_string(), version);
        assert_eq!(master.registry.known().unwrap().agents.len(), 5);
        assert!(master.metrics.known().unwrap().contains_key("registrar/log/recovered"));
        assert!(master.flags.known().unwrap().contains_key("work_dir"));
        assert_eq!(snapshot.maintenance_schedule.known().unwrap().len(), 1);
        assert_eq!(snapshot.maintenance_status.known().unwrap().draining, ["127.0.1.2"]);
        // What the two agents hold is what the master lists on them.
        for node in &snapshot.agent_nodes {
            let own = node.state.known().unwrap();
            let listed = tasks.tasks.iter().filter(|task| tasks.agent_of(task) == own.id).count() as u64;
            assert_eq!(own.running, listed, "{}", node.host);
        }
        assert_eq!(snapshot.agent_nodes.len(), 2);
    });
}

#[test]
fn the_whole_cluster_of_each_version() {
    for version in ["1.4.3", "1.5.3", "1.11.0"] {
        whole_cluster(version);
    }
}

#[test]
fn three_masters_and_a_lost_agent() {
    with_captures("mesos-1.5.3-ha", |folder| {
        let standby = ("standby", items::MESOS_MASTER, "127.0.0.1:5050");
        let leader = ("master", items::MESOS_MASTER, "127.0.0.2:5050");
        let snapshot = shown(&load(folder, &[standby, leader]));
        assert_eq!(snapshot.masters.len(), 2);
        let state = snapshot.state.known().unwrap();
        assert_eq!(state.master.leader.as_deref(), Some(state.master.pid.as_str()));
        assert_eq!(state.unreachable, Some(1));
        let tasks = snapshot.tasks.known().unwrap();
        assert!(tasks.tasks.iter().any(|task| task.list == TaskList::Unreachable));
        let elected: Vec<f64> = snapshot
            .masters
            .iter()
            .map(|master| master.metrics.known().unwrap()["master/elected"])
            .collect();
        assert_eq!(elected, [0.0, 1.0]);
    });
}

#[test]
fn after_a_failover_the_dead_agent_is_only_recovered() {
    with_captures("mesos-1.5.3-after-failover", |folder| {
        let snapshot = shown(&load(folder, &[LEADER]));
        assert_eq!(snapshot.recovered_agents.known().unwrap().len(), 1);
    });
}

#[test]
fn without_quorum_everything_is_empty_and_the_registry_says_so() {
    with_captures("mesos-1.5.3-no-quorum", |folder| {
        let snapshot = shown(&load(folder, &[("only", items::MESOS_MASTER, "127.0.0.1:5050")]));
        assert!(snapshot.agents.known().unwrap().is_empty());
        let master = &snapshot.masters[0];
        assert!(master.registry.known().unwrap().empty);
        assert!(
            !master
                .metrics
                .known()
                .unwrap()
                .contains_key("registrar/registry_size_bytes")
        );
    });
}

#[test]
fn in_the_middle_of_a_rolling_upgrade() {
    with_captures("mesos-1.4.3-to-1.5.3", |folder| {
        let snapshot = shown(&load(folder, &[LEADER]));
        let mut versions: Vec<&str> = snapshot
            .agents
            .known()
            .unwrap()
            .iter()
            .filter_map(|agent| agent.version.as_deref())
            .collect();
        versions.sort_unstable();
        versions.dedup();
        assert_eq!(versions, ["1.4.3", "1.5.3"]);
    });
}

#[test]
fn every_answer_of_every_capture_is_read_or_refused_without_panic() {
    let Some(root) = captures() else {
        crate::support::skipped("our own captures (no ../shared/captures here)");
        return;
    };
    let mut read = 0;
    for folder in fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.file_name().unwrap().to_string_lossy().starts_with("mesos-") {
            continue;
        }
        for file in fs::read_dir(&folder).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            // As every kind of item, fitting or not: what comes out is known or has a reason.
            for (_, item) in MASTER_ITEMS {
                for source in [items::MESOS_MASTER, items::MESOS_AGENT] {
                    let path = items::path(source, "h:1", item);
                    shown(&[(path, bytes.clone())]);
                    read += 1;
                }
            }
        }
    }
    assert!(read > 1000, "{read}");
}

#[test]
fn a_genuine_zookeeper() {
    with_captures("zookeeper-3.8", |folder| {
        let words: Vec<(String, Vec<u8>)> = items::ZOOKEEPER_WORDS
            .iter()
            .map(|word| {
                let bytes = fs::read(folder.join("4lw").join(format!("{word}.txt"))).unwrap();
                (format!("data/zookeeper/127.0.0.1_12181/{word}.txt"), bytes)
            })
            .collect();
        let snapshot = shown(&words);
        let server = &snapshot.zookeepers[0];
        assert_eq!(server.ruok.known(), Some(&true));
        assert_eq!(server.mode.known().unwrap(), "standalone");
        assert_eq!(server.znodes.known(), Some(&1069));
        assert_eq!(server.mntr.known().unwrap()["zk_znode_count"], "1069");
        assert_eq!(server.conf.known().unwrap()["clientPort"], "12181");
        // Without srvr the same is told by mntr.
        let mut fewer: Vec<Item<'_>> = words.iter().map(|(path, bytes)| captured(path, bytes)).collect();
        fewer[1].body = None;
        fewer[1].record = Some((Outcome::TimedOut, None));
        let snapshot = crate::snapshot::snapshot(&fewer);
        assert_eq!(snapshot.zookeepers[0].mode.known().unwrap(), "standalone");
        assert_eq!(snapshot.zookeepers[0].znodes.known(), Some(&1069));
    });
}

/// Genuine answers compared: with themselves nothing, with a stranger nothing but a refusal, and a cluster that was
/// built anew at the same address under the same name is compared, and never quiet.
#[test]
fn genuine_states_are_compared() {
    use gonogo::compare::{CannotCompare, compare};
    use gonogo::facts::Facts;
    use gonogo::model::{ChangeKind, Expectation};

    let of = |folder: &Path| {
        let mut hosts = vec![LEADER];
        hosts.extend(AGENTS);
        shown(&load(folder, &hosts))
    };
    with_captures("mesos-1.4.3", |folder| {
        let old = of(folder);
        let facts = Facts::new(&old);
        for name in [
            "mesos-1.4.3",
            "mesos-1.5.3",
            "mesos-1.11.0",
            "mesos-1.4.3-to-1.5.3",
            "mesos-1.5.3-after-failover",
        ] {
            let snapshot = of(&folder.with_file_name(name));
            let (one, other) = (Facts::new(&snapshot), Facts::new(&snapshot));
            assert_eq!(
                compare(&one, &other, gonogo::knowledge::Knowledge::builtin().unwrap())
                    .unwrap()
                    .changes,
                Vec::new(),
                "{name} against itself"
            );
        }
        let middle = of(&folder.with_file_name("mesos-1.4.3-to-1.5.3"));
        let Err(CannotCompare::DifferentClusters(text)) = compare(
            &facts,
            &Facts::new(&middle),
            gonogo::knowledge::Knowledge::builtin().unwrap(),
        ) else {
            panic!("two labs are two clusters")
        };
        assert!(text.contains("`lab`") && text.contains("`mid`"), "{text}");
        let anew = of(&folder.with_file_name("mesos-1.5.3"));
        let comparison = compare(
            &facts,
            &Facts::new(&anew),
            gonogo::knowledge::Knowledge::builtin().unwrap(),
        )
        .unwrap();
        let count = |kind: ChangeKind| {
            let wanted =
                |change: &&gonogo::model::Change| change.kind == kind && change.expectation == Expectation::Unexpected;
            comparison.changes.iter().filter(wanted).count()
        };
        assert!(
            count(ChangeKind::Reregistered) >= 5,
            "every agent has another id: {:#?}",
            comparison.changes
        );
    });
}

/// Flags that the guide says a newer Mesos gains are those that genuine masters and agents show, and nothing else is called seen.
#[test]
fn genuine_flags_come_with_the_hop() {
    use gonogo::compare::compare;
    use gonogo::facts::Facts;
    use gonogo::model::LedgerState;

    with_captures("mesos-1.4.3", |folder| {
        let mut hosts = vec![LEADER];
        hosts.extend(AGENTS);
        let of = |name: &str| shown(&load(&folder.with_file_name(name), &hosts));
        let seen = |pre: &str, post: &str| -> Vec<String> {
            let (before, after) = (of(pre), of(post));
            let knowledge = gonogo::knowledge::Knowledge::builtin().unwrap();
            let comparison = compare(&Facts::new(&before), &Facts::new(&after), knowledge).unwrap();
            let flags = comparison.ledger.iter().filter(|entry| entry.what == "flag");
            for entry in flags.clone() {
                assert!(entry.missing.is_empty(), "{entry:#?}");
            }
            let seen = flags.filter(|entry| entry.state == LedgerState::Seen);
            seen.map(|entry| entry.id.clone()).collect()
        };
        assert_eq!(
            seen("mesos-1.4.3", "mesos-1.5.3"),
            [
                "mesos-1.5-masters-flag-require_agent_domain",
                "mesos-1.5-agents-flag-reconfiguration_policy",
                "mesos-1.5-agents-flag-zk_session_timeout",
            ]
        );
        assert_eq!(
            seen("mesos-1.5.3", "mesos-1.11.0"),
            [
                "mesos-1.6-masters-flag-memory_profiling",
                "mesos-1.6-agents-flag-memory_profiling",
                "mesos-1.7-agents-flag-cgroups_destroy_timeout",
                "mesos-1.7-agents-flag-gc_non_executor_container_sandboxes",
                "mesos-1.7-agents-flag-network_cni_metrics",
                "mesos-1.8-masters-flag-max_operator_event_stream_subscribers",
                "mesos-1.8-masters-flag-publish_per_framework_metrics",
                "mesos-1.9-agents-flag-disallow_sharing_agent_ipc_namespace",
                "mesos-1.9-agents-flag-docker_ignore_runtime",
                "mesos-1.9-agents-flag-docker_volume_chown",
                "mesos-1.10-agents-flag-http_executor_domain_sockets",
                "mesos-1.11-masters-flag-allocator_agent_recovery_factor",
                "mesos-1.11-masters-flag-allocator_recovery_timeout",
                "mesos-1.11-masters-flag-offer_constraints_re2_max_mem",
                "mesos-1.11-masters-flag-offer_constraints_re2_max_program_size",
            ]
        );
    });
}
