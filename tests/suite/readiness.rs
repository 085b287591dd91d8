//! What stored apps and pods must not hold when Marathon goes from one release to another: each rule fires on one definition
//! and stays quiet on the nearest harmless one, in the root Marathon and in the nested one, between the releases it is about.

use std::collections::BTreeSet;

use gonogo::checks::{self, Context, runner};
use gonogo::facts::Facts;
use gonogo::knowledge::Knowledge;
use gonogo::model::{CheckResult, Datum, Policy};
use gonogo::workbook::sheet::Cell;
use serde_json::{Value, json};

use crate::support::fixture::{Cluster, Edit};

/// The checks that tell rules about definitions.
const CHECKS: [&str; 2] = ["marathon-app-field-invalid", "marathon-behaviour-changed"];

/// The cluster before, both Marathons of one version without a default network, with one more app or pod in one of them.
fn cluster(instance: &str, version: &str, kind: &str, definition: &Value) -> Cluster {
    let mut edits = Vec::new();
    for name in ["root", "marathon-user"] {
        let info = format!("data/marathon/{name}/info.json");
        edits.push(json!({"item": info, "path": "/version", "set": version}));
        edits.push(json!({"item": info, "path": "/marathon_config/default_network_name", "set": null}));
    }
    let (item, path) = match kind {
        "app" => ("apps", "/apps/-"),
        _ => ("pods", "/-"),
    };
    let item = format!("data/marathon/{instance}/{item}.json");
    edits.push(json!({"item": item, "path": path, "set": definition}));
    let edits: Vec<Edit> = edits
        .into_iter()
        .map(|edit| serde_json::from_value(edit).unwrap())
        .collect();
    Cluster::read("dcos-pre").edited(&edits)
}

fn results(cluster: &Cluster, target: &str) -> Vec<CheckResult> {
    let snapshot = cluster.snapshot();
    let facts = Facts::new(&snapshot);
    let context = Context {
        facts: &facts,
        pair: None,
        target: Some("1.11.3".parse().unwrap()),
        target_marathon: Some(target.parse().unwrap()),
        signoffs: &[],
        policy: &Policy::default(),
        knowledge: Knowledge::builtin().unwrap(),
    };
    let all = CHECKS.iter().map(|id| checks::find(id).unwrap());
    all.map(|check| runner::run_one(check, &context)).collect()
}

/// Rules that fired about the workload with that id.
fn fired(results: &[CheckResult], id: &str) -> BTreeSet<String> {
    let findings = results.iter().flat_map(|result| &result.findings);
    findings
        .filter(|finding| finding.subject.name == id)
        .filter_map(|finding| match finding.data.get("rule") {
            Some(Datum::Text(rule)) => Some(rule.clone()),
            _ => None,
        })
        .collect()
}

/// Rule, release that runs, target, kind, a definition that makes it fire, the nearest one that does not.
#[rustfmt::skip]
fn table() -> Vec<(&'static str, &'static str, &'static str, &'static str, Value, Value)> {
    let app = |id: &str, more: Value| {
        let mut app = json!({"id": id, "instances": 0, "cmd": "sleep 1"});
        app.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app
    };
    let docker = |network: &str, more: Value| {
        let mut container = json!({"container": {"type": "DOCKER", "docker": {"image": "i", "network": network}}});
        container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        container
    };
    let ports = json!({"discovery": {"ports": [{"number": 80, "name": "http", "protocol": "tcp"}]}, "networkName": "n"});
    let appc = |id: &str| json!({"id": id, "containers": [{"image": {"kind": "APPC", "id": "i"}}]});
    let image = |id: &str| json!({"id": id, "containers": [{"image": {"kind": "DOCKER", "id": "i"}}]});
    vec![
        ("marathon-1.5-reserved-ids", "1.4.11", "1.5.13", "app", app("/a/tasks", json!({})), app("/a/my-tasks", json!({}))),
        ("marathon-1.5-reserved-ids", "1.5.11", "1.5.15", "pod", json!({"id": "/a/restart"}), json!({"id": "/restart/a"})),
        ("marathon-1.6-reserved-ids", "1.5.11", "1.6.569", "app", app("/a/versions", json!({})), app("/versions/a", json!({}))),
        ("marathon-1.6-reserved-ids", "1.6.496", "1.6.590", "pod", json!({"id": "/tasks"}), json!({"id": "/tasks/x"})),
        ("marathon-1.7-reserved-ids", "1.6.567", "1.7.188", "app", app("/a/restart", json!({})), app("/a/restarts", json!({}))),
        ("marathon-1.8-reserved-ids", "1.7.174", "1.8.180", "app", app("/a/tasks", json!({})), app("/a/task", json!({}))),
        ("marathon-1.8-reserved-ids", "1.6.496", "1.8.244", "pod", json!({"id": "/a/tasks"}), json!({"id": "/a/tasks-1"})),
        ("marathon-1.9-dotted-ids", "1.8.244", "1.9.109", "app", app("/a/..", json!({})), app("/a/b.c", json!({}))),
        ("marathon-1.5-network-name", "1.4.11", "1.5.11", "app", app("/a", docker("USER", json!({}))), app("/a", docker("USER", json!({"ipAddress": {"networkName": "n"}})))),
        ("marathon-1.5-network-name", "1.4.11", "1.5.11", "app", app("/a", json!({"ipAddress": {}})), app("/a", docker("HOST", json!({"ipAddress": {}})))),
        ("marathon-1.5-network-name", "1.4.11", "1.6.496", "app", app("/a", json!({"ipAddress": {"groups": []}})), app("/a", docker("BRIDGE", json!({"ipAddress": {}})))),
        ("marathon-1.5-docker-network-none", "1.4.11", "1.5.11", "app", app("/a", docker("NONE", json!({}))), app("/a", docker("BRIDGE", json!({})))),
        ("marathon-1.5-discovery-ports", "1.4.11", "1.5.11", "app", app("/a", docker("HOST", json!({"ipAddress": ports.clone()}))), app("/a", json!({"ipAddress": ports}))),
        ("marathon-1.5-docker-credential", "1.4.11", "1.5.11", "app", app("/a", json!({"container": {"type": "MESOS", "docker": {"image": "i", "credential": {"principal": "p", "secret": "not-a-real-secret"}}}})), app("/a", json!({"container": {"type": "MESOS", "docker": {"image": "i", "credential": null}}}))),
        ("marathon-1.5-short-command", "1.4.11", "1.5.11", "app", app("/a", json!({"cmd": ":"})), app("/a", json!({"cmd": "w;"}))),
        ("marathon-1.5-short-command", "1.4.11", "1.5.11", "app", app("/a", json!({"cmd": ""})), app("/a", json!({"cmd": null}))),
        ("marathon-1.5-store-urls", "1.4.11", "1.5.11", "app", app("/a", json!({"storeUrls": ["http://h/x.tgz"]})), app("/a", json!({"storeUrls": []}))),
        ("marathon-1.5-address-groups", "1.4.11", "1.5.11", "app", app("/a", json!({"ipAddress": {"networkName": "n", "groups": ["dmz"]}})), app("/a", json!({"ipAddress": {"networkName": "n"}}))),
        ("marathon-1.5-pod-host-ports", "1.4.11", "1.5.11", "pod",
            json!({"id": "/p", "networks": [{"mode": "container", "name": "a"}, {"mode": "container", "name": "b"}], "containers": [{"endpoints": [{"name": "x", "hostPort": 80}]}]}),
            json!({"id": "/p", "networks": [{"mode": "container", "name": "a"}], "containers": [{"endpoints": [{"name": "x", "hostPort": 80}]}]})),
        ("marathon-1.8-appc", "1.7.236", "1.8.244", "app", app("/a", json!({"container": {"type": "MESOS", "appc": {"image": "i"}}})), app("/a", json!({"container": {"type": "MESOS"}}))),
        ("marathon-1.9-appc", "1.8.244", "1.9.109", "app", app("/a", json!({"container": {"type": "MESOS", "appc": {"image": "i"}}})), app("/a", json!({"container": {"type": "MESOS", "appc": null}}))),
        ("marathon-1.9-appc-pods", "1.8.244", "1.9.109", "pod", appc("/a"), image("/a")),
        ("marathon-1.9-accepted-roles", "1.8.244", "1.9.109", "app", app("/a", json!({"acceptedResourceRoles": ["nobody"]})), app("/a", json!({"acceptedResourceRoles": ["*"]}))),
        ("marathon-1.10-accepted-roles", "1.9.109", "1.10.26", "app", app("/a", json!({"acceptedResourceRoles": ["*", "nobody"]})), app("/a", json!({"acceptedResourceRoles": []}))),
    ]
}

#[test]
fn every_rule_fires_on_its_case_and_not_on_the_nearest_harmless_one() {
    for (rule, from, to, kind, fires, quiet) in table() {
        for instance in ["root", "marathon-user"] {
            let told = |definition: &Value| {
                let results = results(&cluster(instance, from, kind, definition), to);
                assert!(!format!("{results:?}").contains("not-a-real-secret"), "{rule}");
                fired(&results, definition["id"].as_str().unwrap())
            };
            assert!(
                told(&fires).contains(rule),
                "{rule} in {instance}, {from} to {to}: {:?}",
                told(&fires)
            );
            assert!(
                !told(&quiet).contains(rule),
                "{rule} in {instance}, {from} to {to}, {quiet}"
            );
        }
    }
}

#[test]
fn what_was_taken_back_into_a_line_counts_for_that_line_only() {
    let app = json!({"id": "/a/tasks", "instances": 0, "cmd": "sleep 1"});
    for (from, to, rules) in [
        // None of these releases refuses the id, although later ones of the lines they cross do.
        ("1.4.11", "1.5.12", vec![]),
        ("1.5.11", "1.6.496", vec![]),
        ("1.6.496", "1.7.174", vec![]),
        ("1.5.11", "1.5.13", vec!["marathon-1.5-reserved-ids"]),
        ("1.5.11", "1.6.590", vec!["marathon-1.6-reserved-ids"]),
        ("1.6.590", "1.7.189", vec!["marathon-1.7-reserved-ids"]),
        ("1.5.11", "1.8.244", vec!["marathon-1.8-reserved-ids"]),
        ("1.8.244", "1.10.26", vec![]),
    ] {
        let results = results(&cluster("root", from, "app", &app), to);
        let mut told = fired(&results, "/a/tasks");
        told.retain(|rule| rule.ends_with("-reserved-ids"));
        assert_eq!(told.into_iter().collect::<Vec<_>>(), rules, "{from} to {to}");
    }
}

#[test]
fn a_default_network_names_the_nameless_and_one_that_is_not_listed_is_unknown() {
    let app = json!({"id": "/a", "instances": 0, "ipAddress": {}});
    let item = "data/marathon/root/info.json";
    let path = "/marathon_config/default_network_name";
    let with = |edit: Value| {
        let edit: Edit = serde_json::from_value(edit).unwrap();
        results(&cluster("root", "1.4.11", "app", &app).edited(&[edit]), "1.5.11")
    };
    let named = with(json!({"item": item, "path": path, "set": "dcos"}));
    assert!(!fired(&named, "/a").contains("marathon-1.5-network-name"));
    let silent = with(json!({"item": item, "path": path, "remove": true}));
    assert!(!fired(&silent, "/a").contains("marathon-1.5-network-name"));
    let why = silent[0].reason.clone().unwrap_or_default();
    assert!(why.contains("default_network_name"), "{why}");
}

#[test]
fn packages_are_listed_with_what_documents_say_and_silence_is_said() {
    let cluster = Cluster::read("dcos-pre");
    let snapshot = cluster.snapshot();
    let facts = Facts::new(&snapshot);
    let knowledge = Knowledge::builtin().unwrap();
    let sheet = gonogo::workbook::packages::packages(&facts, knowledge);
    assert_eq!(sheet.rows.len(), snapshot.dcos.packages.known().unwrap().len());
    for row in &sheet.rows {
        assert_eq!(row[3], Cell::Unknown("no document speaks of it".to_owned()), "{row:?}");
    }
    let mut without = cluster.clone();
    without.forget("data/dcos/10.0.0.1/packages.json");
    let snapshot = without.snapshot();
    let sheet = gonogo::workbook::packages::packages(&Facts::new(&snapshot), knowledge);
    assert!(
        matches!(&sheet.rows[0][0], Cell::Unknown(why) if why.contains("packages.json")),
        "{:?}",
        sheet.rows
    );
}
