//! What a newer Marathon writes otherwise is no change; what differs is one, however it is written.
//!
//! Forms before: as Marathon 1.4 prints them (mesosphere/marathon docs and `api/v2/json/Formats.scala` at v1.4.13);
//! after: as Marathon 1.5 and later do (`raml/AppConversion.scala`, `api/v2/AppNormalization.scala` at v1.5.15).

use std::collections::BTreeMap;

use gonogo::compare::normalise::{Compared, Definition, Written};
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::app_fields::Of as Kind;
use gonogo::model::Version;
use serde_json::{Value, json};

/// Settings of the Marathon after: name and JSON text.
type Settings = &'static [(&'static str, &'static str)];

pub const ROLE: &str = "marathon_config.mesos_role";
const DEFAULT: &str = "marathon_config.default_network_name";
const BRIDGE: &str = "marathon_config.mesos_bridge_name";

pub fn definition(app: &Value) -> Definition {
    app.as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}

/// What Marathon 1.4 prints of every app, whether it says something or not.
pub fn old_frame() -> Value {
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
pub fn new_frame() -> Value {
    json!({
        "backoffFactor": 1.15, "backoffSeconds": 1, "cmd": "run", "cpus": 0.5, "disk": 0, "executor": "", "gpus": 0,
        "id": "/a", "instances": 2, "killSelection": "YOUNGEST_FIRST", "maxLaunchDelaySeconds": 3600, "mem": 128.0,
        "networks": [{"mode": "host"}], "portDefinitions": [], "requirePorts": false, "tty": false,
        "unreachableStrategy": {"inactiveAfterSeconds": 300, "expungeAfterSeconds": 600},
        "upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1},
        "version": "2018-08-04T10:00:00.000Z", "tasksRunning": 2
    })
}

pub fn with(mut frame: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        frame[name] = value.clone();
    }
    frame
}

/// What a comparison says of two definitions printed by two releases (`?` = not known), with the settings of after.
pub fn compared(
    kind: Kind,
    (before, from): (&Value, &str),
    (after, to): (&Value, &str),
    settings: &[(&str, &str)],
) -> Compared {
    let release = |text: &str| text.parse::<Version>().ok();
    let (from, to) = (release(from), release(to));
    let none = BTreeMap::new();
    let settings = settings
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let (one, other) = (definition(before), definition(after));
    gonogo::compare::normalise::compare(
        &Knowledge::builtin().unwrap().app_fields,
        kind,
        Written {
            definition: &one,
            release: from.as_ref(),
            settings: &none,
        },
        Written {
            definition: &other,
            release: to.as_ref(),
            settings: &settings.collect(),
        },
    )
}

pub fn fields(compared: Compared) -> Vec<String> {
    match compared {
        Compared::Identical | Compared::SameMeaning { .. } => Vec::new(),
        Compared::Differs { fields, .. } => fields.into_iter().map(|field| field.field).collect(),
    }
}

/// Fields that differ between what 1.4.13 and what 1.5.15 prints.
pub fn differing(kind: Kind, before: &Value, after: &Value) -> Vec<String> {
    fields(compared(kind, (before, "1.4.13"), (after, "1.5.15"), &[]))
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
            "no strategy, which in 1.4.13 is none after no seconds",
            json!({"unreachableStrategy": null}),
            json!({"unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}}),
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
    let none: Vec<String> = Vec::new();
    for (what, before, after) in renamed() {
        let (before, after) = (with(old_frame(), &before), with(new_frame(), &after));
        assert_eq!(differing(Kind::App, &before, &after), none, "{what}");
        let back = compared(Kind::App, (&after, "1.5.15"), (&before, "1.4.13"), &[]);
        assert_eq!(fields(back), none, "{what}, the other way round");
    }
}

/// Absence stands for a value in the releases of which a source says so, and in no other.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_default_counts_in_its_releases_only() {
    let strategy = |inactive: u64, expunge: u64| json!({"unreachableStrategy": {"inactiveAfterSeconds": inactive, "expungeAfterSeconds": expunge}});
    let cases: Vec<(Kind, &str, &str, Value, Settings, bool)> = vec![
        // The first 1.4 that read it gave it its own default.
        (Kind::App, "1.3.14", "1.4.13", strategy(0, 0), &[], true),
        (Kind::App, "1.3.14", "1.4.8", strategy(300, 600), &[], true),
        (
            Kind::App,
            "1.3.14",
            "1.4.13",
            json!({"unreachableStrategy": "disabled"}),
            &[],
            true,
        ),
        (Kind::App, "1.3.14", "1.4.13", strategy(1, 2), &[], false),
        (Kind::App, "1.4.8", "1.5.15", strategy(300, 600), &[], true),
        (Kind::App, "1.4.9", "1.5.15", strategy(300, 600), &[], false),
        (Kind::App, "1.5.0", "1.5.15", strategy(300, 600), &[], true),
        (Kind::App, "1.5.15", "1.6.590", strategy(300, 600), &[], false),
        (Kind::App, "1.5.15", "1.6.590", strategy(0, 0), &[], true),
        (Kind::App, "?", "1.5.15", strategy(0, 0), &[], false),
        // An hour up to 1.7, five minutes from 1.8 on.
        (
            Kind::App,
            "1.7.236",
            "1.8.244",
            json!({"maxLaunchDelaySeconds": 3600}),
            &[],
            true,
        ),
        (
            Kind::App,
            "1.7.236",
            "1.8.244",
            json!({"maxLaunchDelaySeconds": 300}),
            &[],
            false,
        ),
        (
            Kind::App,
            "1.8.244",
            "1.10.26",
            json!({"maxLaunchDelaySeconds": 300}),
            &[],
            true,
        ),
        (
            Kind::App,
            "1.8.244",
            "1.10.26",
            json!({"maxLaunchDelaySeconds": 3600}),
            &[],
            false,
        ),
        // The role that Marathon has; null is the role of everybody.
        (
            Kind::App,
            "1.8.244",
            "1.9.109",
            json!({"role": "slave_public"}),
            &[(ROLE, "\"slave_public\"")],
            true,
        ),
        (
            Kind::App,
            "1.8.244",
            "1.9.109",
            json!({"role": "other"}),
            &[(ROLE, "\"slave_public\"")],
            false,
        ),
        (
            Kind::Pod,
            "1.8.244",
            "1.9.109",
            json!({"role": "*"}),
            &[(ROLE, "null")],
            true,
        ),
        (Kind::App, "1.8.244", "1.9.109", json!({"role": "*"}), &[], false),
        (
            Kind::App,
            "1.9.109",
            "1.10.26",
            json!({"role": "*"}),
            &[(ROLE, "\"*\"")],
            false,
        ),
        // The migration to 1.10 writes true; later its absence says false.
        (
            Kind::Pod,
            "1.9.109",
            "1.10.26",
            json!({"legacySharedCgroups": true}),
            &[],
            true,
        ),
        (
            Kind::Pod,
            "1.9.109",
            "1.10.26",
            json!({"legacySharedCgroups": false}),
            &[],
            false,
        ),
        (
            Kind::Pod,
            "1.10.17",
            "1.10.26",
            json!({"legacySharedCgroups": true}),
            &[],
            false,
        ),
        // Only true is stored.
        (Kind::App, "1.4.13", "1.5.15", json!({"tty": false}), &[], true),
        (Kind::App, "1.4.13", "1.5.15", json!({"tty": true}), &[], false),
        (Kind::App, "?", "?", json!({"gpus": 0}), &[], true),
        (Kind::App, "1.1.7", "1.3.14", json!({"gpus": 1}), &[], false),
    ];
    for (kind, from, to, value, settings, same) in cases {
        let without = json!({"id": "/a", "cmd": "run"});
        let with = with(without.clone(), &value);
        let found = fields(compared(kind, (&without, from), (&with, to), settings));
        assert_eq!(found.is_empty(), same, "{kind:?} {from} to {to}: {value} {found:?}");
        if settings.is_empty() {
            // The side that lacks it decides, wherever it stands.
            let back = fields(compared(kind, (&with, to), (&without, from), settings));
            assert_eq!(back.is_empty(), same, "{kind:?} {to} to {from}: {value} {back:?}");
        }
    }
}

/// (what it shows, before, after, whether it is the same): networks whose names Marathon's settings give.
#[test]
fn names_of_networks_come_from_the_settings() {
    let own = |name: Value| {
        with(
            old_frame(),
            &json!({"ipAddress": {"networkName": name}, "ports": [], "portDefinitions": []}),
        )
    };
    let joined = |network: Value| {
        with(
            new_frame(),
            &json!({"networks": [network], "portDefinitions": null, "container": {"type": "MESOS", "portMappings": []}}),
        )
    };
    let cases: Vec<(Value, Value, Settings, bool)> = vec![
        (json!("mesos-bridge"), json!({"mode": "container/bridge"}), &[], true),
        (
            json!("mesos-bridge"),
            json!({"mode": "container", "name": "mesos-bridge"}),
            &[],
            false,
        ),
        (
            json!("br"),
            json!({"mode": "container/bridge"}),
            &[(BRIDGE, "\"br\"")],
            true,
        ),
        (
            json!(null),
            json!({"mode": "container", "name": "dcos"}),
            &[(DEFAULT, "\"dcos\"")],
            true,
        ),
        (json!(null), json!({"mode": "container", "name": "dcos"}), &[], false),
        (
            json!(null),
            json!({"mode": "container", "name": "blue"}),
            &[(DEFAULT, "\"dcos\"")],
            false,
        ),
        (
            json!("blue"),
            json!({"mode": "container", "name": "blue"}),
            &[(DEFAULT, "\"dcos\"")],
            true,
        ),
    ];
    for (before, after, settings, same) in cases {
        let found = fields(compared(
            Kind::App,
            (&own(before.clone()), "1.4.13"),
            (&joined(after.clone()), "1.5.15"),
            settings,
        ));
        assert_eq!(found.is_empty(), same, "{before} {after} {found:?}");
    }
}

/// What a definition is written otherwise by is told, entry by entry, and only where the two sides differ in it.
#[test]
fn what_explains_a_definition_is_named() {
    let by = |before: &Value, from: &str, after: &Value, to: &str| match compared(
        Kind::App,
        (before, from),
        (after, to),
        &[],
    ) {
        Compared::SameMeaning { by } => by,
        other => panic!("{other:?}"),
    };
    let docker = json!({"uris": ["http://x/a.tgz"], "fetch": [{"uri": "http://x/a.tgz", "extract": true}],
        "container": {"type": "DOCKER", "docker": {"image": "nginx", "network": "BRIDGE",
            "portMappings": [{"containerPort": 80, "hostPort": 0}]}}});
    let after = json!({"fetch": [{"uri": "http://x/a.tgz"}], "networks": [{"mode": "container/bridge"}], "portDefinitions": null,
        "container": {"type": "DOCKER", "docker": {"image": "nginx"}, "portMappings": [{"containerPort": 80, "hostPort": 0}]}});
    let (before, after) = (with(old_frame(), &docker), with(new_frame(), &after));
    let found = by(&before, "1.4.13", &after, "1.5.15");
    for entry in ["uris", "networks", "port-mappings", "fetch-extract", "empty", "tty"] {
        assert!(found.iter().any(|id| id == entry), "{entry} is among {found:?}");
    }
    for entry in ["ports", "store-urls", "residency-has-no-effect", "gpus"] {
        assert!(!found.iter().any(|id| id == entry), "{entry} is not among {found:?}");
    }
    // Both in the old form: what both have rewritten explains nothing.
    let mut other = before.clone();
    other["args"] = json!([]);
    assert_eq!(by(&before, "1.4.12", &other, "1.4.13"), ["empty"]);
}
