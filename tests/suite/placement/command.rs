//! `gonogo constraints ARCHIVE --placement` and its kin: rows, names, exit codes, the contract of the answer.

use gonogo::cli::exit;
use serde_json::{Value, json};

use crate::cli::{archive, run, write};
use crate::constraints_cli::{holds, over};
use crate::support::fixture::{Cluster, Edit};

fn ask(path: &std::path::Path, more: &[&str]) -> (u8, Value) {
    let mut arguments = vec!["constraints", path.to_str().unwrap(), "--format", "json"];
    arguments.extend(more);
    let ran = run(&arguments);
    let value: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    holds(&value);
    (ran.code, value)
}

/// App, answer and the most instances of every row.
fn rows(value: &Value) -> Vec<(&str, &str, Option<u64>)> {
    let rows = value["placement"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            (text("app"), text("fits"), row["at_most"].as_u64())
        })
        .collect()
}

#[test]
fn nodes_that_are_down_leave_apps_without_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "dcos-pre");
    let (code, value) = ask(&path, &["--placement"]);
    assert_eq!((code, rows(&value)), (exit::GO, vec![]), "{value:#}");
    assert_eq!(
        value["summary"]["placement"],
        json!({"judged": 11, "no": 0, "unknown": 0})
    );
    // The agent's host name, its id, its address with and without the port: the same agent.
    let without = &["--without", "10.0.1.3"][..];
    let (code, value) = ask(&path, without);
    assert_eq!(code, exit::NO_GO);
    assert_eq!(
        rows(&value),
        [
            ("/web/front", "no", Some(2)),
            ("/web/api", "no", Some(2)),
            ("/shop/search", "no", Some(0))
        ]
    );
    let first = &value["placement"][0];
    assert_eq!(first["without"], json!(["10.0.1.3"]));
    assert_eq!(first["without_racks"], json!([]));
    assert_eq!(
        (&first["release"], &first["marathon"]),
        (&json!("1.5.11"), &json!("root"))
    );
    assert!(
        first["because"].as_str().unwrap().contains("2 distinct values"),
        "{first}"
    );
    let rack = ask(&path, &["--without-rack", "rack-3"]).1;
    assert_eq!(rows(&rack), rows(&value));
    assert_eq!(rack["placement"][0]["without_racks"], json!(["rack-3"]));
    let line = run(&["constraints", path.to_str().unwrap(), "--without", "10.0.1.3:5051"]);
    assert!(
        line.out
            .contains("root: /shop/search: no room for 1 instance, at most 0, Marathon 1.5.11, without 10.0.1.3:5051:"),
        "{}",
        line.out
    );
    // Without being asked nothing is placed, and the answer has no such list.
    let plain = ask(&path, &[]).1;
    assert!(plain.get("placement").is_none() && plain["summary"].get("placement").is_none());
}

#[test]
fn every_rack_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "dcos-pre");
    let (code, value) = ask(&path, &["--each-rack"]);
    assert_eq!(code, exit::NO_GO);
    let mut lost: Vec<String> = value["placement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["without_racks"][0].as_str().unwrap(),
                row["app"].as_str().unwrap()
            )
        })
        .collect();
    lost.sort();
    assert_eq!(lost[0], "rack-1 /edge/proxy");
    for rack in ["rack-1", "rack-2", "rack-3"] {
        assert!(lost.contains(&format!("{rack} /web/api")), "{lost:?}");
    }
    assert!(lost.contains(&"rack-3 /shop/search".to_owned()) && !lost.contains(&"rack-1 /shop/search".to_owned()));
    let stranger = run(&["constraints", path.to_str().unwrap(), "--each-rack", "--rack", "row"]);
    assert_eq!(stranger.code, exit::USAGE);
    assert!(stranger.err.contains("attribute `row`"), "{}", stranger.err);
}

#[test]
fn a_name_that_is_no_agent_is_refused_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "dcos-pre");
    for (flag, name, near) in [
        ("--without", "10.0.1.33", "10.0.1.3"),
        ("--without-rack", "rack3", "rack-3"),
        ("--without", "", "10.0.1.1"),
    ] {
        let ran = run(&["constraints", path.to_str().unwrap(), flag, name]);
        assert_eq!(ran.code, exit::USAGE, "{}", ran.err);
        assert!(ran.err.contains(near) && ran.out.is_empty(), "{}", ran.err);
    }
    let body = over(br#"{"apps":[]}"#, &["--marathon", "1.5.8", "--placement"]);
    assert_eq!(body.code, exit::USAGE, "{}", body.err);
    let table = run(&["constraints", path.to_str().unwrap(), "--placement", "--format", "csv"]);
    assert_eq!(table.code, exit::USAGE, "{}", table.err);
}

#[test]
fn what_is_not_known_is_no_room_and_no_room_is_told_of_the_target_too() {
    let folder = tempfile::tempdir().unwrap();
    let edits = |text: &str| -> Vec<Edit> { serde_json::from_str(text).unwrap() };
    let doubt =
        edits(r#"[{"item": "data/mesos-master/10.0.0.1/state.json", "path": "/activated_slaves", "set": 9.0}]"#);
    let path = write(folder.path(), "doubt", &Cluster::read("dcos-pre").edited(&doubt));
    let (code, value) = ask(&path, &["--without", "10.0.1.3"]);
    assert_eq!(code, exit::CANNOT_SAY);
    assert!(
        rows(&value)
            .iter()
            .all(|(_, fits, most)| *fits == "unknown" && most.is_none())
    );
    assert_eq!(rows(&value).len(), 11);

    let divided = edits(
        r#"[{"item": "data/marathon/root/apps.json", "path": "/apps/3/constraints", "set": [["rack", "GROUP_BY"]]}]"#,
    );
    let path = write(folder.path(), "divided", &Cluster::read("dcos-pre").edited(&divided));
    let (code, value) = ask(&path, &["--placement", "--target-marathon", "1.11.24"]);
    assert_eq!(
        (code, rows(&value)),
        (exit::NO_GO, vec![("/web/api", "no", Some(0))]),
        "{value:#}"
    );
    assert_eq!(value["placement"][0]["release"], "1.11.24");
}
