//! `gonogo compare` over archives of two releases of Marathon: what is only written otherwise is no change, one real change of
//! each kind is found, and what a migration removes is told with its cause.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cli::{run, write};
use crate::support::fixture::Cluster;

const APPS: &str = "data/marathon/root/apps.json";
const INFO: &str = "data/marathon/root/info.json";

fn edit(cluster: &mut Cluster, item: &str, edit: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_slice(&cluster.payload[item]).unwrap();
    edit(&mut value);
    cluster.replace(item, serde_json::to_vec(&value).unwrap());
}

fn release(cluster: &mut Cluster, release: &str) {
    edit(cluster, INFO, |info| info["version"] = json!(release));
}

fn app<'v>(apps: &'v mut Value, id: &str) -> &'v mut Value {
    let list = apps["apps"].as_array_mut().unwrap();
    list.iter_mut().find(|app| app["id"] == id).unwrap()
}

/// An app as Marathon 1.4 prints it.
fn as_1_4(app: &mut Map<String, Value>) {
    let networks = app.remove("networks").unwrap();
    app.remove("tty");
    app.insert("uris".to_owned(), json!([]));
    app.insert("storeUrls".to_owned(), json!([]));
    for name in [
        "args",
        "cmd",
        "container",
        "ipAddress",
        "residency",
        "taskKillGracePeriodSeconds",
        "user",
    ] {
        app.entry(name).or_insert(Value::Null);
    }
    for name in [
        "constraints",
        "fetch",
        "healthChecks",
        "readinessChecks",
        "dependencies",
    ] {
        app.entry(name).or_insert_with(|| json!([]));
    }
    app.entry("secrets").or_insert_with(|| json!({}));
    for check in app["healthChecks"].as_array_mut().unwrap() {
        check.as_object_mut().unwrap().remove("ipProtocol");
    }
    match networks[0]["mode"].as_str().unwrap() {
        "host" => {
            let ports = app["portDefinitions"].as_array().unwrap();
            let ports: Vec<Value> = ports.iter().map(|port| port["port"].clone()).collect();
            app.insert("ports".to_owned(), ports.into());
        }
        "container/bridge" => {
            let container = app["container"].as_object_mut().unwrap();
            let mappings = container.remove("portMappings").unwrap();
            let ports: Vec<Value> = mappings
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["servicePort"].clone())
                .collect();
            container["docker"]["network"] = json!("BRIDGE");
            container["docker"]["portMappings"] = mappings;
            app.insert("ports".to_owned(), ports.into());
            app.insert(
                "portDefinitions".to_owned(),
                json!([{"port": 10_000, "protocol": "tcp", "labels": {}}]),
            );
        }
        other => panic!("{other}"),
    }
}

/// Before: everything as Marathon 1.4 prints it.
fn before(version: &str) -> Cluster {
    let mut cluster = Cluster::read("dcos-pre");
    release(&mut cluster, version);
    edit(&mut cluster, APPS, |apps| {
        for app in apps["apps"].as_array_mut().unwrap() {
            as_1_4(app.as_object_mut().unwrap());
        }
    });
    cluster
}

fn after(version: &str) -> Cluster {
    let mut cluster = Cluster::read("dcos-post");
    release(&mut cluster, version);
    cluster
}

/// The JSON report and the text in the terminal.
fn compared(before: &Cluster, after: &Cluster) -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let (pre, post) = (write(folder.path(), "pre", before), write(folder.path(), "post", after));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let run = |format: &str| run(&["compare", &text(&pre), &text(&post), "--format", format]).out;
    (serde_json::from_str(&run("json")).unwrap(), run("terminal"))
}

fn status(report: &Value, check: &str) -> String {
    let results = report["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["check"] == check).unwrap();
    found["status"].as_str().unwrap().to_owned()
}

fn differing<'r>(report: &'r Value, id: &str) -> &'r Value {
    let list = report["workloads"][0]["differing"].as_array().unwrap();
    list.iter()
        .find(|diff| diff["id"] == id)
        .unwrap_or_else(|| panic!("{id} is among {list:?}"))
}

#[test]
fn the_five_fields_that_1_5_does_not_print_are_no_change() {
    let (report, terminal) = compared(&before("1.4.13"), &after("1.5.15"));
    let root = &report["workloads"][0];
    assert_eq!((&root["before"], &root["after"]), (&json!("1.4.13"), &json!("1.5.15")));
    let apps = &root["apps"];
    for state in ["same", "changed", "lost", "new"] {
        assert_eq!(apps[state], json!(0), "{state}: {apps}");
    }
    assert!(apps["same_meaning"].as_u64().unwrap() >= 8, "{apps}");
    let entries: Vec<&str> = root["written"]
        .as_array()
        .unwrap()
        .iter()
        .map(|written| written["entry"].as_str().unwrap())
        .collect();
    for entry in ["ports", "networks", "port-mappings", "empty"] {
        assert!(entries.contains(&entry), "{entry} is among {entries:?}");
    }
    for check in ["app-definition-changed", "app-constraints-lost"] {
        assert_eq!(status(&report, check), "PASS", "{check}");
    }
    assert!(
        terminal.contains("Apps and pods of Marathon root (1.4.13 → 1.5.15)"),
        "{terminal}"
    );
    assert!(
        terminal.contains("written otherwise with the same meaning"),
        "{terminal}"
    );
}

#[test]
fn one_real_change_of_each_kind_is_found() {
    let mut changed = after("1.5.15");
    edit(&mut changed, APPS, |apps| {
        app(apps, "/web/front")["cpus"] = json!(4.5);
        app(apps, "/web/api")["env"] = json!({"TOKEN": "not-a-real-token"});
        app(apps, "/shop/cart")["constraints"] = json!([["hostname", "UNIQUE"]]);
        app(apps, "/batch/worker")["constraints"] = json!([["rack", "MAX_PER", "3"]]);
        let list = apps["apps"].as_array_mut().unwrap();
        list.retain(|app| app["id"] != "/shop/search");
        list.push(json!({"id": "/shop/new", "cmd": "run", "networks": [{"mode": "host"}]}));
    });
    let (report, terminal) = compared(&before("1.4.13"), &changed);
    let apps = &report["workloads"][0]["apps"];
    let counts = ["changed", "lost", "new"].map(|state| apps[state].as_u64().unwrap());
    assert_eq!(counts, [2, 1, 1], "{apps}");
    let front = differing(&report, "/web/front");
    assert_eq!(
        front["fields"],
        json!([{"field": "cpus", "before": "0.25", "after": "4.5"}])
    );
    assert!(front["tasks"]["survived"].is_u64(), "{front}");
    let api = differing(&report, "/web/api");
    assert_eq!(
        api["fields"],
        json!([{"field": "env", "before": null, "after": "TOKEN (not shown)"}])
    );
    let cart = &differing(&report, "/shop/cart")["constraints"][0];
    assert_eq!(
        (&cart["state"], &cart["predicted"]),
        (&json!("lost"), &json!(false)),
        "{cart}"
    );
    let worker = &differing(&report, "/batch/worker")["constraints"][0];
    assert_eq!(worker["state"], json!("changed"), "{worker}");
    assert_eq!(differing(&report, "/shop/search")["definition"], json!("lost"));
    assert_eq!(differing(&report, "/shop/new")["definition"], json!("new"));
    assert_eq!(status(&report, "app-constraints-lost"), "FAIL");
    assert_eq!(status(&report, "app-definition-changed"), "WARN");
    assert!(terminal.contains("cpus: 0.25 → 4.5"), "{terminal}");
    for text in [terminal, report.to_string()] {
        assert!(!text.contains("not-a-real-token"), "{text}");
    }
}

#[test]
fn a_constraint_that_a_migration_removes_is_told_with_its_cause() {
    let mut old = before("1.3.14");
    edit(&mut old, APPS, |apps| {
        for app in apps["apps"].as_array_mut().unwrap() {
            let app = app.as_object_mut().unwrap();
            app.remove("killSelection");
            app.remove("unreachableStrategy");
        }
        app(apps, "/web/api")["constraints"] = json!([["rack", "LIKE", "r["]]);
        app(apps, "/web/front")["constraints"] = json!([["rack", "LIKE", "*"]]);
    });
    let mut new = before("1.4.13");
    edit(&mut new, APPS, |apps| {
        app(apps, "/web/api")["constraints"] = json!([]);
        app(apps, "/web/front")["constraints"] = json!([["rack", "LIKE", ".*"]]);
    });
    // The evidence of after, with the apps of 1.4.
    let mut later = after("1.4.13");
    later.replace(APPS, new.payload[APPS].clone());
    let (report, terminal) = compared(&old, &later);
    let lost = &differing(&report, "/web/api")["constraints"][0];
    assert_eq!(
        (&lost["state"], &lost["predicted"]),
        (&json!("lost"), &json!(true)),
        "{lost}"
    );
    assert!(
        lost["why"].as_str().unwrap().contains("the migration to 1.4.0 removes"),
        "{lost}"
    );
    assert!(lost["source"].as_str().unwrap().contains("MigrationTo_1_4_0"), "{lost}");
    let rewritten = &differing(&report, "/web/front")["constraints"][0];
    assert_eq!(
        (&rewritten["state"], &rewritten["predicted"]),
        (&json!("rewritten"), &json!(true)),
        "{rewritten}"
    );
    assert_eq!(
        report["workloads"][0]["apps"]["changed"],
        json!(0),
        "{}",
        report["workloads"][0]
    );
    assert_eq!(status(&report, "app-constraints-lost"), "FAIL");
    let flat = terminal.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("lost, as predicted"), "{terminal}");
}

#[test]
fn over_1_8_a_task_of_before_is_started_again_in_its_place() {
    let mut old = Cluster::read("dcos-pre");
    release(&mut old, "1.7.236");
    let mut new = after("1.8.244");
    let tasks: Value = serde_json::from_slice(&old.payload[APPS]).unwrap();
    let front = tasks["apps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|app| app["id"] == "/web/front")
        .unwrap();
    let id = front["tasks"][0]["id"].as_str().unwrap().to_owned();
    let mut hits = 0;
    let items: Vec<String> = new.payload.keys().cloned().collect();
    for item in items {
        let Ok(text) = String::from_utf8(new.payload[&item].clone()) else {
            continue;
        };
        if text.contains(&id) {
            hits += 1;
            new.replace(&item, text.replace(&id, &format!("{id}.1")).into_bytes());
        }
    }
    assert!(hits > 0, "{id} still runs after");
    let (report, terminal) = compared(&old, &new);
    let front = differing(&report, "/web/front");
    assert_eq!(front["definition"], json!("same"), "{front}");
    assert_eq!(
        (&front["tasks"]["restarted"], &front["tasks"]["survived"]),
        (&json!(1), &json!(2)),
        "{front}"
    );
    let root = &report["workloads"][0];
    assert_eq!(root["apps"]["changed"], json!(0), "{root}");
    assert_eq!(
        (&root["tasks"]["restarted"], &root["tasks"]["lost"]),
        (&json!(1), &json!(0)),
        "{root}"
    );
    assert!(terminal.contains("restarted in place"), "{terminal}");
}
