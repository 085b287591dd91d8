//! Bodies that are not what they should be, for every kind of item: refused with a message, never half believed.
//!
//! Each small good body is cut at every byte, broken at every byte, emptied, and replaced by what broken servers send.

use gonogo::model::{Observed, Why};
use gonogo::snapshot::Snapshot;

use crate::snapshot::{captured, snapshot};

/// What the snapshot says of one item.
type Look = fn(&Snapshot) -> Result<String, Why>;

fn told<T: std::fmt::Debug>(observed: &Observed<T>) -> Result<String, Why> {
    observed
        .get()
        .map(|(value, _)| format!("{value:?}"))
        .map_err(Clone::clone)
}

/// Item, a good body, and where the snapshot shows it.
const KINDS: &[(&str, &str, Look)] = &[
    (
        "data/mesos-master/a/version.json",
        r#"{"version":"1.5.3","build_time":1.5e9}"#,
        |s| told(&s.masters[0].version),
    ),
    (
        "data/mesos-master/a/flags.json",
        r#"{"flags":{"quorum":"2","x":""}}"#,
        |s| told(&s.masters[0].flags),
    ),
    (
        "data/mesos-master/a/metrics_snapshot.json",
        r#"{"master\/elected":1.0,"registrar\/log\/recovered":1}"#,
        |s| told(&s.masters[0].metrics),
    ),
    (
        "data/mesos-master/a/registrar_registry.json",
        r#"{"slaves":{"slaves":[{"info":{"hostname":"h","id":{"value":"S0"}}}]}}"#,
        |s| told(&s.masters[0].registry),
    ),
    (
        "data/mesos-master/a/state.json",
        r#"{"id":"m","pid":"p","version":"1.5.3","slaves":[{"id":"S0","hostname":"h"}],"recovered_slaves":[],"frameworks":[
            {"id":"f","name":"n","tasks":[{"id":"t","name":"t","framework_id":"f","slave_id":"S0","state":"TASK_RUNNING"}]}]}"#,
        |s| told(&s.tasks),
    ),
    (
        "data/mesos-master/a/slaves.json",
        r#"{"slaves":[{"id":"S0","hostname":"h","active":true,"attributes":{"a":1}}],"recovered_slaves":[]}"#,
        |s| told(&s.agents),
    ),
    (
        "data/mesos-master/a/state_summary.json",
        r#"{"slaves":[{"id":"S0","active":true,"TASK_RUNNING":1}],"frameworks":[{"id":"f","TASK_RUNNING":1}]}"#,
        |s| told(&s.summary),
    ),
    (
        "data/mesos-master/a/maintenance_schedule.json",
        r#"{"windows":[{"machine_ids":[{"hostname":"h"}],"unavailability":{"start":{"nanoseconds":1}}}]}"#,
        |s| told(&s.maintenance_schedule),
    ),
    (
        "data/mesos-master/a/maintenance_status.json",
        r#"{"draining_machines":[{"id":{"hostname":"h"}}],"down_machines":[{"ip":"10.0.0.1"}]}"#,
        |s| told(&s.maintenance_status),
    ),
    (
        "data/mesos-agent/a/state.json",
        r#"{"id":"S0","hostname":"h","frameworks":[{"id":"f","executors":[{"tasks":[{"id":"t","state":"TASK_RUNNING"}]}]}]}"#,
        |s| told(&s.agent_nodes[0].state),
    ),
    (
        "data/marathon/root/info.json",
        r#"{"name":"marathon","version":"1.5.11","elected":true}"#,
        |s| told(&s.marathons[0].info),
    ),
    ("data/marathon/root/leader.json", r#"{"leader":"h:8080"}"#, |s| {
        told(&s.marathons[0].leader)
    }),
    (
        "data/marathon/root/apps.json",
        r#"{"apps":[{"id":"/a","instances":1,"tasksRunning":1,"constraints":[["hostname","UNIQUE"]]}]}"#,
        |s| told(&s.marathons[0].apps),
    ),
    (
        "data/marathon/root/pods.json",
        r#"[{"id":"/p","scaling":{"instances":2}}]"#,
        |s| told(&s.marathons[0].pods),
    ),
    (
        "data/marathon/root/pods_status.json",
        r#"[{"id":"/p","status":"STABLE","instances":[]}]"#,
        |s| told(&s.marathons[0].pod_status),
    ),
    (
        "data/marathon/root/deployments.json",
        r#"[{"id":"d","affectedApps":["/a"],"currentStep":1}]"#,
        |s| told(&s.marathons[0].deployments),
    ),
    (
        "data/marathon/root/queue.json",
        r#"{"queue":[{"count":1,"app":{"id":"/a"},"delay":{"overdue":true}}]}"#,
        |s| told(&s.marathons[0].queue),
    ),
    (
        "data/marathon/root/event_subscriptions.json",
        r#"{"callbackUrls":["http://h/"]}"#,
        |s| told(&s.marathons[0].subscriptions),
    ),
    (
        "data/marathon/root/state_znodes.json",
        r#"[{"title":"apps","key":"/marathon/state/apps"}]"#,
        |s| told(&s.marathons[0].state_nodes),
    ),
    (
        "data/metronome/h/jobs.json",
        r#"[{"id":"j","run":{"cpus":0.1}}]"#,
        |s| told(&s.metronome.jobs),
    ),
    (
        "data/exhibitor/h/cluster_status.json",
        r#"[{"hostname":"h","code":3,"isLeader":true}]"#,
        |s| told(&s.exhibitors[0].servers),
    ),
    (
        "data/exhibitor/h/config_get_state.json",
        r#"{"config":{"rollInProgress":false}}"#,
        |s| told(&s.exhibitors[0].roll_in_progress),
    ),
    ("data/dcos/h/dcos_version.json", r#"{"version":"1.10.8"}"#, |s| {
        told(&s.dcos.versions[0].1)
    }),
    (
        "data/dcos/h/metadata.json",
        r#"{"PUBLIC_IPV4":"10.0.0.1","CLUSTER_ID":"c"}"#,
        |s| told(&s.dcos.cluster_id),
    ),
    (
        "data/dcos/h/health_nodes.json",
        r#"{"nodes":[{"host_ip":"h","health":0,"role":"master"}]}"#,
        |s| told(&s.dcos.nodes),
    ),
    (
        "data/dcos/h/health_units.json",
        r#"{"units":[{"id":"u","health":1}]}"#,
        |s| told(&s.dcos.units),
    ),
    (
        "data/dcos/h/packages.json",
        r#"{"packages":[{"appId":"/k","packageInformation":{"packageDefinition":{"name":"kafka","version":"1"}}}]}"#,
        |s| told(&s.dcos.packages),
    ),
    (
        "data/dcos/h/license_status.json",
        r#"{"number_of_breaches":0,"node_capacity":5}"#,
        |s| told(&s.dcos.license),
    ),
];

fn seen(item: &str, body: &[u8], look: Look) -> Result<String, Why> {
    look(&snapshot(&[captured(item, body)]))
}

#[test]
fn good_bodies_are_known() {
    for (item, body, look) in KINDS {
        seen(item, body.as_bytes(), *look).unwrap_or_else(|why| panic!("{}", why.sentence()));
    }
}

#[test]
fn a_body_cut_at_any_byte_is_never_known() {
    for (item, body, look) in KINDS {
        for length in 0..body.len() {
            match seen(item, &body.as_bytes()[..length], *look) {
                Err(Why::Malformed { item: named, detail }) => {
                    assert_eq!(named, *item);
                    assert!(!detail.is_empty());
                }
                other => panic!("{item} cut at {length}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_body_broken_at_any_byte_never_panics_and_never_says_less() {
    for (item, body, look) in KINDS {
        let good = seen(item, body.as_bytes(), *look).unwrap();
        for at in 0..body.len() {
            for byte in [0x00, 0xff, b'"', b'\\', b'}', b'[', b',', b'-', b'9'] {
                let mut broken = body.as_bytes().to_vec();
                broken[at] = byte;
                if let Ok(now) = seen(item, &broken, *look) {
                    // A byte within a text or number may change the value; it must not remove entries.
                    let entries = |text: &str| text.matches("EvidenceRef").count();
                    assert!(
                        entries(&now) >= entries(&good),
                        "{item}: {}",
                        String::from_utf8_lossy(&broken)
                    );
                }
            }
        }
    }
}

#[test]
fn what_broken_servers_send_is_refused() {
    let deep = "[".repeat(100_000);
    let deep_object = "{\"a\":".repeat(100_000);
    let long_number = format!("{{\"version\":{}}}", "9".repeat(100_000));
    let bodies: [&[u8]; 14] = [
        b"",
        b" \n",
        b"null",
        b"true",
        b"0",
        b"\"text\"",
        b"<html><body>502 Bad Gateway</body></html>",
        b"\xef\xbb\xbf{}",
        b"\x00\x00\x00",
        b"\x1f\x8b\x08\x00",
        b"[[[[",
        deep.as_bytes(),
        deep_object.as_bytes(),
        long_number.as_bytes(),
    ];
    for (item, good, look) in KINDS {
        let trailing = format!("{good}{good}");
        let surrogate = good.replacen('h', "\\ud800", 1);
        for body in bodies.into_iter().chain([trailing.as_bytes()]) {
            let why = seen(item, body, *look).expect_err(item);
            assert!(matches!(why, Why::Malformed { .. }), "{why:?}");
            assert!(why.sentence().contains("expected"), "{}", why.sentence());
        }
        if surrogate != *good {
            assert!(seen(item, surrogate.as_bytes(), *look).is_err(), "{surrogate}");
        }
    }
}

#[test]
fn an_empty_object_is_an_answer_only_where_servers_give_it() {
    let genuine = [
        "registrar_registry.json",
        "maintenance_schedule.json",
        "maintenance_status.json",
    ];
    for (item, _, look) in KINDS {
        let known = seen(item, b"{}", *look).is_ok();
        assert_eq!(known, genuine.iter().any(|name| item.ends_with(name)), "{item}");
    }
}
