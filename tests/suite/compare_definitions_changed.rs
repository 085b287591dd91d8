//! What is a change between two definitions, and what a migration writes that is none; never what is only written otherwise.

use gonogo::compare::normalise::{Compared, Definition, Written};
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::app_fields::Of as Kind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::compare_definitions::{ROLE, compared, differing, fields, new_frame, old_frame, with};

/// The migration to 1.5 adds mappings without a port, and takes none away; later nobody adds any.
#[test]
fn only_mappings_that_the_migration_adds_mean_nothing() {
    let own = |ports: Value| {
        with(
            old_frame(),
            &json!({"ipAddress": {"networkName": "blue", "discovery": {"ports": ports}}}),
        )
    };
    let joined = |mappings: Value| {
        with(
            new_frame(),
            &json!({"networks": [{"mode": "container", "name": "blue"}], "portDefinitions": null,
                "container": {"type": "MESOS", "portMappings": mappings}}),
        )
    };
    let default =
        json!({"containerPort": 0, "name": "default", "protocol": "tcp", "servicePort": 10_104, "labels": {}});
    let named = json!({"containerPort": 80, "name": "http", "protocol": "tcp"});
    let http = json!([{"number": 80, "name": "http", "protocol": "tcp"}]);
    for (before, after, same) in [
        (own(json!([])), joined(json!([default])), true),
        (own(http.clone()), joined(json!([named, default, default])), true),
        (own(json!([])), joined(json!([named])), false),
        (
            own(json!([])),
            joined(json!([{"containerPort": 0, "hostPort": 8080}])),
            false,
        ),
        (own(http), joined(json!([default])), false),
    ] {
        let found = differing(Kind::App, &before, &after);
        assert_eq!(found.is_empty(), same, "{after} {found:?}");
    }
    let later = |before: Value, after: Value| {
        let (before, after) = (joined(before), joined(after));
        fields(compared(Kind::App, (&before, "1.5.15"), (&after, "1.6.590"), &[]))
    };
    assert_eq!(later(json!([default]), json!([])), ["container"]);
}

/// What a migration writes into every definition, and is missing after it, means something else than before.
#[test]
fn a_field_that_the_migration_writes_is_missed() {
    let pod = json!({"id": "/p", "containers": [{"name": "a"}]});
    let between = |from: &str, to: &str| compared(Kind::Pod, (&pod, from), (&pod, to), &[]);
    let Compared::Differs { fields: found, .. } = between("1.9.109", "1.10.26") else {
        panic!("the pod's containers share no cgroup any more")
    };
    assert_eq!(found[0].field, "legacySharedCgroups");
    assert_eq!(found[0].before.as_deref(), Some("true (not written)"));
    assert_eq!(found[0].after.as_deref(), Some("false (not written)"));
    for (from, to) in [("1.8.244", "1.9.109"), ("1.10.17", "1.10.26"), ("?", "1.10.26")] {
        assert_eq!(between(from, to), Compared::Identical, "{from} to {to}");
    }
}

/// From 1.6 on the values of residency have no effect; up to 1.5 they have one.
#[test]
fn residency_counts_up_to_1_5() {
    let app = |seconds: u64| json!({"residency": {"relaunchEscalationTimeoutSeconds": seconds, "taskLostBehavior": "WAIT_FOREVER"}});
    let between = |from: &str, to: &str| fields(compared(Kind::App, (&app(7200), from), (&app(3600), to), &[]));
    assert_eq!(between("1.4.13", "1.5.15"), ["residency"]);
    assert_eq!(between("1.5.15", "1.6.590"), Vec::<String>::new());
    let gone = compared(Kind::App, (&app(7200), "1.5.15"), (&json!({}), "1.6.590"), &[]);
    assert_eq!(fields(gone), ["residency"]);
}

#[test]
fn what_differs_is_a_change_in_any_form() {
    let docker = |image: &str, port: u16| {
        json!({"container": {"type": "DOCKER", "docker": {"image": image, "network": "BRIDGE",
            "portMappings": [{"containerPort": port, "hostPort": 0}]}}})
    };
    let bridged = |image: &str, port: u16, host: Value| {
        json!({"networks": [{"mode": "container/bridge"}], "portDefinitions": null, "container": {"type": "DOCKER",
            "docker": {"image": image}, "portMappings": [{"containerPort": port, "hostPort": host}]}})
    };
    for (field, before, after) in [
        ("container", docker("nginx:1", 80), bridged("nginx:2", 80, json!(0))),
        ("container", docker("nginx:1", 80), bridged("nginx:1", 81, json!(0))),
        ("container", docker("nginx:1", 80), bridged("nginx:1", 80, json!(8080))),
        ("networks", docker("nginx:1", 80), {
            let mut moved = bridged("nginx:1", 80, json!(0));
            moved["networks"] = json!([{"mode": "container", "name": "blue"}]);
            moved
        }),
        ("instances", json!({"instances": 3}), json!({})),
        ("env", json!({"env": {"DEBUG": ""}}), json!({})),
        ("env", json!({"env": {"A": "1"}}), json!({"env": {"A": "2"}})),
        ("labels", json!({"labels": {"A": "1"}}), json!({})),
        ("fetch", json!({"uris": ["http://x/a.tgz"]}), json!({})),
        (
            "portDefinitions",
            json!({"ports": [10_000], "portDefinitions": null}),
            json!({}),
        ),
        ("cmd", json!({"cmd": "other"}), json!({})),
        ("user", json!({"user": "root"}), json!({})),
        (
            "healthChecks",
            json!({"healthChecks": [{"protocol": "TCP"}]}),
            json!({}),
        ),
        (
            "unreachableStrategy",
            json!({"unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}}),
            json!({}),
        ),
        (
            "maxLaunchDelaySeconds",
            json!({"maxLaunchDelaySeconds": 300}),
            json!({}),
        ),
        (
            "acceptedResourceRoles",
            json!({"acceptedResourceRoles": ["slave_public"]}),
            json!({}),
        ),
    ] {
        let (before, after) = (with(old_frame(), &before), with(new_frame(), &after));
        assert_eq!(differing(Kind::App, &before, &after), [field]);
    }
}

#[test]
fn pods_and_jobs_are_compared_too() {
    let pod = |constraints: Value, delay: u64| {
        json!({"id": "/p", "containers": [{"name": "a", "resources": {"cpus": 0.1, "mem": 32, "disk": 0, "gpus": 0}}],
            "scheduling": {"instances": 1, "placement": {"constraints": constraints}, "backoff": {"maxLaunchDelay": delay}}})
    };
    let none: Vec<String> = Vec::new();
    // Constraints are compared apart, by what they mean.
    assert_eq!(
        differing(
            Kind::Pod,
            &pod(json!([]), 3600),
            &pod(json!([{"fieldName": "x"}]), 3600)
        ),
        none
    );
    assert_eq!(
        differing(Kind::Pod, &pod(json!([]), 3600), &pod(json!([]), 60)),
        ["scheduling"]
    );
    let newer = with(
        pod(json!([]), 3600),
        &json!({"legacySharedCgroups": true, "executorResources": {"cpus": 0.1, "mem": 32, "disk": 10}, "role": "*"}),
    );
    let found = compared(
        Kind::Pod,
        (&pod(json!([]), 3600), "1.8.244"),
        (&newer, "1.10.26"),
        &[(ROLE, "null")],
    );
    assert_eq!(fields(found), none);
    let job = |next: &str, cron: &str| json!({"id": "j", "activeRuns": [next], "schedules": [{"cron": cron, "nextRunAt": next}]});
    assert_eq!(
        differing(Kind::Job, &job("monday", "0 2 * * *"), &job("tuesday", "0 2 * * *")),
        none
    );
    assert_eq!(
        differing(Kind::Job, &job("monday", "0 2 * * *"), &job("monday", "0 3 * * *")),
        ["schedules"]
    );
}

#[test]
fn text_that_is_no_json_is_compared_as_text() {
    let one: Definition = BTreeMap::from([("cmd".to_owned(), "not json".to_owned())]);
    let other: Definition = BTreeMap::from([("cmd".to_owned(), "not json either".to_owned())]);
    let none = BTreeMap::new();
    let side = |definition| Written {
        definition,
        release: None,
        settings: &none,
    };
    let table = &Knowledge::builtin().unwrap().app_fields;
    let compare = |before, after| gonogo::compare::normalise::compare(table, Kind::App, side(before), side(after));
    assert_eq!(compare(&one, &one), Compared::Identical);
    assert!(matches!(compare(&one, &other), Compared::Differs { .. }));
}
