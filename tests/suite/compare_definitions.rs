//! What a newer Marathon writes otherwise is no change; what differs is one, however it is written.
//!
//! Forms before: as Marathon 1.4 prints them (mesosphere/marathon docs and `api/v2/json/Formats.scala` at v1.4.13);
//! after: as Marathon 1.5 and later do (`raml/AppConversion.scala`, `api/v2/AppNormalization.scala` at v1.5.15).

use std::collections::BTreeMap;

use gonogo::compare::normalise::{Compared, Definition, Kind, compare};
use serde_json::{Value, json};

fn definition(app: &Value) -> Definition {
    app.as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}

/// What Marathon 1.4 prints of every app, whether it says something or not.
fn old_frame() -> Value {
    json!({
        "acceptedResourceRoles": null, "args": null, "backoffFactor": 1.15, "backoffSeconds": 1, "cmd": "run",
        "constraints": [], "container": null, "cpus": 0.5, "dependencies": [], "disk": 0, "env": {}, "executor": "",
        "fetch": [], "gpus": 0, "healthChecks": [], "id": "/a", "instances": 2, "ipAddress": null,
        "killSelection": "YOUNGEST_FIRST", "labels": {}, "maxLaunchDelaySeconds": 3600, "mem": 128,
        "portDefinitions": [], "ports": [], "readinessChecks": [], "requirePorts": false, "residency": null,
        "secrets": {}, "storeUrls": [], "taskKillGracePeriodSeconds": null, "uris": [], "user": null,
        "unreachableStrategy": {"inactiveAfterSeconds": 300, "expungeAfterSeconds": 600},
        "upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1},
        "version": "2018-07-01T10:00:00.000Z", "tasksRunning": 2, "deployments": []
    })
}

/// What Marathon 1.5 and later print of every app.
fn new_frame() -> Value {
    json!({
        "backoffFactor": 1.15, "backoffSeconds": 1, "cmd": "run", "cpus": 0.5, "disk": 0, "executor": "", "gpus": 0,
        "id": "/a", "instances": 2, "killSelection": "YOUNGEST_FIRST", "maxLaunchDelaySeconds": 3600, "mem": 128.0,
        "networks": [{"mode": "host"}], "portDefinitions": [], "requirePorts": false, "tty": false,
        "unreachableStrategy": {"inactiveAfterSeconds": 300, "expungeAfterSeconds": 600},
        "upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1},
        "version": "2018-08-04T10:00:00.000Z", "tasksRunning": 2
    })
}

fn with(mut frame: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        frame[name] = value.clone();
    }
    frame
}

fn differing(kind: Kind, before: &Value, after: &Value) -> Vec<String> {
    match compare(kind, &definition(before), &definition(after)) {
        Compared::Identical | Compared::SameMeaning => Vec::new(),
        Compared::Differs(fields) => fields.into_iter().map(|field| field.field).collect(),
    }
}

/// (what it shows, fields before, fields after).
fn renamed() -> Vec<(&'static str, Value, Value)> {
    vec![
        ("nothing but the frame", json!({}), json!({})),
        (
            "ports of the host, printed twice up to 1.4",
            json!({"ports": [10_000], "portDefinitions": [{"port": 10_000, "protocol": "tcp", "labels": {}}]}),
            json!({"portDefinitions": [{"port": 10_000, "protocol": "tcp"}]}),
        ),
        (
            "ports alone, as the oldest ones print them",
            json!({"ports": [10_000, 10_001], "portDefinitions": null}),
            json!({"portDefinitions": [{"port": 10_000, "protocol": "tcp"}, {"port": 10_001, "protocol": "tcp"}]}),
        ),
        (
            "docker on the bridge",
            json!({"ports": [10_100], "container": {"type": "DOCKER", "volumes": [], "docker": {
                "image": "nginx", "network": "BRIDGE", "privileged": false, "forcePullImage": false, "parameters": [],
                "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 10_100, "protocol": "tcp", "labels": {}}]}}}),
            json!({"networks": [{"mode": "container/bridge"}], "portDefinitions": null, "container": {"type": "DOCKER",
                "docker": {"image": "nginx", "forcePullImage": false, "privileged": false},
                "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 10_100, "protocol": "tcp"}]}}),
        ),
        (
            "docker on a network of the user's, with labels",
            json!({"ipAddress": {"networkName": "blue", "labels": {"zone": "inner"}, "groups": [], "discovery": {"ports": []}},
                "container": {"type": "DOCKER", "docker": {"image": "nginx", "network": "USER",
                    "portMappings": [{"containerPort": 80, "servicePort": 10_100, "protocol": "tcp"}]}}}),
            json!({"networks": [{"mode": "container", "name": "blue", "labels": {"zone": "inner"}}], "portDefinitions": null,
                "container": {"type": "DOCKER", "docker": {"image": "nginx"},
                    "portMappings": [{"containerPort": 80, "servicePort": 10_100, "protocol": "tcp"}]}}),
        ),
        (
            "docker on the host",
            json!({"container": {"type": "DOCKER", "docker": {"image": "nginx", "network": "HOST", "portMappings": []}}}),
            json!({"container": {"type": "DOCKER", "docker": {"image": "nginx"}}}),
        ),
        (
            "an address of its own without a container, ports by discovery",
            json!({"ipAddress": {"networkName": "blue", "labels": {}, "groups": [], "discovery": {
                "ports": [{"number": 80, "name": "http", "protocol": "tcp", "labels": {}}]}}}),
            json!({"networks": [{"mode": "container", "name": "blue"}], "portDefinitions": null, "container": {"type": "MESOS",
                "portMappings": [{"containerPort": 80, "name": "http", "protocol": "tcp"}]}}),
        ),
        (
            "an address of its own and no port at all",
            json!({"ipAddress": {"networkName": "blue"}, "requirePorts": true}),
            json!({"networks": [{"mode": "container", "name": "blue"}], "portDefinitions": null,
                "container": {"type": "MESOS", "portMappings": [{"containerPort": 0, "servicePort": 10_104, "protocol": "tcp"}]}}),
        ),
        (
            "uris and fetch say the same thing",
            json!({"uris": ["http://x/a.tgz"], "fetch": [{"uri": "http://x/a.tgz", "extract": true, "executable": false, "cache": false}]}),
            json!({"fetch": [{"uri": "http://x/a.tgz", "extract": true, "executable": false, "cache": false}]}),
        ),
        (
            "uris alone: archives are unpacked",
            json!({"uris": ["http://x/a.tgz", "http://x/b.sh"]}),
            json!({"fetch": [{"uri": "http://x/a.tgz", "extract": true}, {"uri": "http://x/b.sh", "extract": false}]}),
        ),
        (
            "health checks in another order, with what newer ones add",
            json!({"healthChecks": [{"protocol": "TCP", "portIndex": 0, "gracePeriodSeconds": 300},
                {"protocol": "HTTP", "path": "/", "portIndex": 0, "ignoreHttp1xx": false}]}),
            json!({"healthChecks": [{"protocol": "HTTP", "path": "/", "portIndex": 0, "ignoreHttp1xx": false, "ipProtocol": "IPv4",
                "delaySeconds": 15}, {"protocol": "TCP", "gracePeriodSeconds": 300, "delaySeconds": 15}]}),
        ),
        (
            "no strategy before 1.4, and a role from 1.9 on",
            json!({"unreachableStrategy": null}),
            json!({"unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}, "role": "slave_public"}),
        ),
        (
            "a number is a number",
            json!({"cpus": 1, "disk": 0}),
            json!({"cpus": 1.0, "disk": 0.0}),
        ),
    ]
}

#[test]
fn what_is_only_written_otherwise_is_no_change() {
    for (what, before, after) in renamed() {
        let (before, after) = (with(old_frame(), &before), with(new_frame(), &after));
        assert_eq!(differing(Kind::App, &before, &after), Vec::<String>::new(), "{what}");
        assert_eq!(
            differing(Kind::App, &after, &before),
            Vec::<String>::new(),
            "{what}, the other way round"
        );
    }
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
    assert_eq!(differing(Kind::Pod, &pod(json!([]), 3600), &newer), none);
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
    assert_eq!(compare(Kind::App, &one, &one), Compared::Identical);
    assert!(matches!(compare(Kind::App, &one, &other), Compared::Differs(_)));
}
