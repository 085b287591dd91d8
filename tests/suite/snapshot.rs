//! The builder: from items and their records to known and unknown parts.
//!
//! Bodies are small and written here, so that every case can be read in place.

use std::io;

use chrono::{DateTime, Utc};
use gonogo::model::manifest::Expected;
use gonogo::model::{Evidence, Manifest, Observed, Outcome, Phase, Why};
use gonogo::snapshot::{Builder, Snapshot};

/// One item: path, body (`None`: not in the archive), outcome, HTTP status.
pub struct Item<'a> {
    pub path: &'a str,
    pub body: Option<&'a [u8]>,
    pub record: Option<(Outcome, Option<u16>)>,
}

/// A captured item with status 200.
pub fn captured<'a>(path: &'a str, body: &'a [u8]) -> Item<'a> {
    Item {
        path,
        body: Some(body),
        record: Some((Outcome::Captured, Some(200))),
    }
}

fn evidence(item: &Item<'_>, outcome: Outcome, status: Option<u16>) -> Evidence {
    let mut parts = item.path.split('/').skip(1);
    let (source, host) = (parts.next().unwrap(), parts.next().unwrap());
    Evidence {
        item: item.path.to_owned(),
        source: source.to_owned(),
        host: host.to_owned(),
        request: String::new(),
        method: "GET".to_owned(),
        reason: (outcome != Outcome::Captured).then(|| "a reason".to_owned()),
        outcome,
        required: false,
        started_at: DateTime::<Utc>::UNIX_EPOCH,
        duration_ms: 1,
        status,
        content_type: None,
        server_date: None,
        redirected_to: item
            .path
            .ends_with("redirect.txt")
            .then(|| "//10.0.0.2:5050/x".to_owned()),
        attempts: 1,
        bytes: item.body.map_or(0, <[u8]>::len) as u64,
        sha256: None,
        error_item: None,
    }
}

/// A snapshot of these items.
pub fn snapshot(items: &[Item<'_>]) -> Snapshot {
    let manifest = Manifest {
        format: gonogo::archive::format::FORMAT.to_owned(),
        phase: Phase::Pre,
        tool: "gonogo test".to_owned(),
        made_by: "import".to_owned(),
        started_at: DateTime::<Utc>::UNIX_EPOCH,
        finished_at: DateTime::<Utc>::UNIX_EPOCH,
        reason: None,
        ticket: None,
        operator: None,
        auth: "none".to_owned(),
        insecure: false,
        backups_in_clear: None,
        expected: Expected::default(),
        evidence: items
            .iter()
            .filter_map(|item| {
                item.record
                    .clone()
                    .map(|(outcome, status)| evidence(item, outcome, status))
            })
            .collect(),
    };
    let mut builder = Builder::new();
    for item in items {
        if let Some(mut body) = item.body {
            builder.member(item.path, body.len() as u64, &mut body).unwrap();
        }
    }
    builder.finish(manifest, "digest".to_owned())
}

fn state(pid: &str, leader: &str) -> Vec<u8> {
    format!(
        r#"{{"id":"m","pid":"{pid}","leader":"{leader}","version":"1.5.3","activated_slaves":1.0,
        "slaves":[{{"id":"m-S0","hostname":"h","active":true,"attributes":{{"rack":"r1"}},
          "resources":{{"cpus":4.0001,"ports":"[1-2]"}},"reserved_resources":{{"slave_public":{{}}}}}}],
        "recovered_slaves":[],"frameworks":[{{"id":"f","name":"marathon","role":"*","checkpoint":true,
          "tasks":[{{"id":"a_b.b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6","name":"b.a","framework_id":"f",
            "slave_id":"m-S0","state":"TASK_RUNNING","statuses":[
              {{"state":"TASK_RUNNING","healthy":true,"container_status":{{"container_id":
                {{"value":"392224f8-408a-4743-a06d-c10719867e6f"}}}}}}]}}],
          "unreachable_tasks":[],"completed_tasks":[{{}},{{}}]}}],
        "completed_frameworks":[{{}}],"orphan_tasks":[]}}"#
    )
    .into_bytes()
}

const STATE_1: &str = "data/mesos-master/10.0.0.1/state.json";
const STATE_2: &str = "data/mesos-master/10.0.0.2/state.json";

#[test]
fn a_state_becomes_agents_frameworks_and_tasks() {
    let body = state("master@10.0.0.1:5050", "master@10.0.0.1:5050");
    let snapshot = snapshot(&[captured(STATE_1, &body)]);
    let (agents, at) = snapshot.agents.get().unwrap();
    assert_eq!(at.item, STATE_1);
    assert_eq!(agents[0].resources["cpus"], "4");
    assert_eq!(agents[0].at.pointer, "/slaves/0");
    assert!(agents[0].is_public());
    let tasks = snapshot.tasks.known().unwrap();
    let task = &tasks.tasks[0];
    assert_eq!((task.name().as_ref(), task.healthy), ("b.a", Some(true)));
    assert!(task.own_name.is_none());
    assert_eq!(tasks.agent_of(task), "m-S0");
    assert_eq!(
        task.container.as_ref().unwrap().to_string(),
        "392224f8-408a-4743-a06d-c10719867e6f"
    );
    let scalars = snapshot.state.known().unwrap();
    assert_eq!((scalars.completed_tasks, scalars.completed_frameworks), (2, 1));
    assert_eq!(scalars.activated, Some(1));
    assert_eq!(snapshot.frameworks.known().unwrap()[0].roles, ["*"]);
    assert_eq!(snapshot.recovered_agents.known().unwrap().len(), 0);
    assert_eq!(snapshot.masters.len(), 1);
    assert_eq!(snapshot.masters[0].host, "10.0.0.1:5050");
    assert!(matches!(
        snapshot.masters[0].version,
        Observed::Unknown(Why::NotCollected { .. })
    ));
}

#[test]
fn of_two_states_the_one_that_leads_is_kept_and_the_other_named() {
    let leads = state("master@10.0.0.2:5050", "master@10.0.0.2:5050");
    let follows = state("master@10.0.0.1:5050", "master@10.0.0.2:5050");
    let shown = snapshot(&[captured(STATE_1, &follows), captured(STATE_2, &leads)]);
    assert_eq!(shown.state.known().unwrap().master.pid, "master@10.0.0.2:5050");
    assert_eq!(shown.other_states.len(), 1);
    assert_eq!(shown.other_states[0].at.item, STATE_1);
    let both = state("master@10.0.0.1:5050", "master@10.0.0.1:5050");
    let shown = snapshot(&[captured(STATE_1, &both), captured(STATE_2, &leads)]);
    assert_eq!(shown.state.known().unwrap().master.pid, "master@10.0.0.1:5050");
    assert_eq!(shown.other_states[0].leader.as_deref(), Some("master@10.0.0.2:5050"));
}

#[test]
fn what_did_not_arrive_says_why() {
    let item = |outcome: Outcome| Item {
        path: STATE_1,
        body: None,
        record: Some((outcome, None)),
    };
    for outcome in [
        Outcome::SkippedByUser,
        Outcome::Refused,
        Outcome::Failed,
        Outcome::Truncated,
        Outcome::TimedOut,
    ] {
        let shown = snapshot(&[item(outcome.clone())]);
        let Some(Why::Missing { outcome: seen, .. }) = shown.agents.why() else {
            panic!("{:?}", shown.agents)
        };
        assert_eq!(*seen, outcome);
        assert_eq!(shown.tasks.why(), shown.state.why());
    }
    assert!(
        snapshot(&[item(Outcome::NotApplicable)])
            .state
            .why()
            .unwrap()
            .is_absent()
    );
    assert!(matches!(
        snapshot(&[item(Outcome::Captured)]).state.why(),
        Some(Why::Doubtful { .. })
    ));
    assert!(matches!(snapshot(&[]).state.why(), Some(Why::NotCollected { .. })));
}

#[test]
fn bytes_without_a_record_or_against_it_are_not_believed() {
    let body = state("a", "a");
    let mut item = captured(STATE_1, &body);
    item.record = None;
    let shown = snapshot(&[item]);
    assert!(matches!(shown.state.why(), Some(Why::Doubtful { .. })));
    let mut item = captured(STATE_1, &body);
    item.record = Some((Outcome::TimedOut, None));
    let shown = snapshot(&[item]);
    assert!(matches!(shown.state.why(), Some(Why::Missing { .. })));
}

#[test]
fn a_broken_state_leaves_the_agents_of_slaves() {
    let shown = snapshot(&[
        captured(STATE_1, b"{\"id\":\"m\",\"pid\":\"p\",\"slaves\":[]"),
        captured(
            "data/mesos-master/10.0.0.1/slaves.json",
            br#"{"slaves":[{"id":"a","hostname":"h","version":"1.1.0"}]}"#,
        ),
    ]);
    assert!(matches!(shown.state.why(), Some(Why::Malformed { .. })));
    assert_eq!(shown.tasks.why(), shown.state.why());
    assert_eq!(
        shown.agents.known().unwrap()[0].at.item,
        "data/mesos-master/10.0.0.1/slaves.json"
    );
    assert!(shown.recovered_agents.why().unwrap().is_absent());
}

#[test]
fn health_redirect_and_leader_are_read_from_their_records() {
    let health = "data/mesos-master/10.0.0.1/health.txt";
    let redirect = "data/mesos-master/10.0.0.1/redirect.txt";
    let leader = "data/marathon/root/leader.json";
    let mut sick = captured(health, b"");
    sick.record = Some((Outcome::Captured, Some(503)));
    let mut none = captured(leader, b"{}");
    none.record = Some((Outcome::Captured, Some(404)));
    let shown = snapshot(&[none, sick, captured(redirect, b"")]);
    assert_eq!(shown.masters[0].health.known(), Some(&false));
    assert_eq!(shown.masters[0].redirect.known().unwrap(), "10.0.0.2:5050");
    assert_eq!(shown.marathons[0].leader.known(), Some(&None));
    let shown = snapshot(&[captured(health, b""), captured(leader, br#"{"leader":"h:8080"}"#)]);
    assert_eq!(shown.masters[0].health.known(), Some(&true));
    assert_eq!(shown.marathons[0].leader.known().unwrap().as_deref(), Some("h:8080"));
    assert!(shown.marathons[0].root);
}

#[test]
fn a_zookeeper_that_does_not_serve_says_so() {
    let idle = b"This ZooKeeper instance is not currently serving requests\n";
    let refused = b"conf is not executed because it is not in the whitelist.\n";
    let shown = snapshot(&[
        captured("data/zookeeper/10.0.0.1/conf.txt", refused),
        captured("data/zookeeper/10.0.0.1/mntr.txt", idle),
        captured("data/zookeeper/10.0.0.1/ruok.txt", b"imok"),
        captured("data/zookeeper/10.0.0.1/srvr.txt", idle),
    ]);
    let server = &shown.zookeepers[0];
    assert_eq!(server.ruok.known(), Some(&true));
    assert_eq!(server.mode.known().unwrap(), "not serving");
    assert!(!server.znodes.is_known() && !server.mntr.is_known());
    assert!(server.conf.why().unwrap().is_absent());
}

#[test]
fn an_unreadable_archive_is_an_error_and_not_a_body() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("torn"))
        }
    }
    let mut builder = Builder::new();
    assert!(builder.member(STATE_1, 10, &mut Broken).is_err());
}

#[test]
fn an_archive_is_loaded_from_every_container_or_not_at_all() {
    use gonogo::archive::{Container, Limits, Reader, Staging, Target, writer};
    use gonogo::snapshot::{load, load_pair};

    let cluster = crate::support::fixture::Cluster::read("dcos-pre");
    let direct = cluster.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    for (container, name) in [
        (Container::TarGz, "a.tar.gz"),
        (Container::Zip, "a.zip"),
        (Container::Folder, "a"),
    ] {
        let path = folder.path().join(name);
        let target = Target::new(&path, container, false).unwrap();
        let staging = Staging::beside(&target).unwrap();
        for (item, bytes) in &cluster.payload {
            staging.put(item, bytes).unwrap();
        }
        let written = writer::write(&target, direct.origin.manifest.clone(), &staging).unwrap();
        let loaded = load(Reader::open(&path, &limits).unwrap()).unwrap();
        assert_eq!(loaded.origin.digest, written.digest);
        assert_eq!(format!("{:?}", loaded.tasks), format!("{:?}", direct.tasks));
        assert_eq!(format!("{:?}", loaded.marathons), format!("{:?}", direct.marathons));
        assert_eq!(format!("{:?}", loaded.dcos), format!("{:?}", direct.dcos));
    }
    let good = folder.path().join("a.tar.gz");
    let mut bytes = std::fs::read(&good).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let bad = folder.path().join("b.tar.gz");
    std::fs::write(&bad, bytes).unwrap();
    let open = |path| Reader::open(path, &limits).unwrap();
    let (one, other) = load_pair(open(&good), open(&bad));
    assert!(one.is_ok());
    assert!(other.unwrap_err().is_archive());
}
