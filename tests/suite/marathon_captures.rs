//! Genuine answers of Marathon held against the guide, each hop from 1.3 on: what fires in them is listed here, app by app.
//!
//! The captures lie outside the project (`../shared/captures/public`) and are never copied into it: where they are absent
//! this test says so and passes.

use std::collections::BTreeMap;

use gonogo::facts::Facts;
use gonogo::facts::rules::marathon::scenes;
use gonogo::knowledge::{GuideHop, Knowledge};
use serde_json::{Value, json};

use crate::public_captures::captures;
use crate::support::fixture::{Cluster, Edit};

/// Files that are no answer of Marathon but hold some: another tool's own form.
const OTHER_FORM: &str = "ee-demo-mom-apps.json";

/// A framework that the base cluster has.
const FRAMEWORK: &str = "4ff80a1f-77f2-40b2-8ed8-82ec1cfc75da-0000";

/// What fires in those answers: rule, number of files, number of places. The settings come from three answers of /v2/info,
/// so that a rule about one fires for every file of its hop. Counts of apps were taken with another program as well.
const FIRED: [(&str, usize, usize); 16] = [
    ("marathon-0.11-ports", 17, 31),
    ("marathon-0.13-zk-session-timeout", 20, 20),
    ("marathon-0.9-accepted-roles", 1, 2),
    ("marathon-1.0-defaults", 20, 20),
    ("marathon-1.0-port-definitions", 16, 636),
    ("marathon-1.1-volumes", 5, 7),
    ("marathon-1.10-resource-limits", 1, 1),
    ("marathon-1.3-service-ports", 2, 5),
    ("marathon-1.4-health-checks", 12, 24),
    ("marathon-1.4-resident", 5, 5),
    ("marathon-1.4-zk-max-versions", 20, 20),
    ("marathon-1.5-unreachable-migration", 5, 12),
    ("marathon-1.6-health-check-schedule", 12, 24),
    ("marathon-1.8-health-check-limit", 12, 24),
    ("marathon-1.8-maintenance", 20, 20),
    ("marathon-1.9-role", 1, 1),
];

/// How often each rule fires in one set of answers.
fn fired(info: &Value, apps: &str, hop: &GuideHop) -> BTreeMap<String, usize> {
    let item = |name: &str, text: String| json!({"item": format!("data/marathon/main/{name}.json"), "text": text});
    let edits = [
        item("info", info.to_string()),
        item("apps", apps.to_owned()),
        item("pods", "[]".to_owned()),
    ];
    let edits: Vec<Edit> = edits
        .into_iter()
        .map(|edit| serde_json::from_value(edit).unwrap())
        .collect();
    let snapshot = Cluster::read("mesos-pre").edited(&edits).snapshot();
    let facts = Facts::new(&snapshot);
    let scene = scenes(&facts).into_iter().next().unwrap();
    let mut fired = BTreeMap::new();
    for rule in &hop.rules {
        let result = scene.judge(rule);
        if !result.fires.is_empty() {
            fired.insert(rule.id.clone(), result.fires.len());
        }
    }
    fired
}

#[test]
fn public_answers_of_marathon_fire_what_they_show() {
    let Some(folder) = captures()
        .map(|captures| captures.join("public"))
        .filter(|folder| folder.join("marathon-info").is_dir())
    else {
        crate::support::skipped("rules of Marathon on public captures (no ../shared/captures/public here)");
        return;
    };
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    let info = |file: &str| serde_json::from_str::<Value>(&read(&format!("marathon-info/{file}.json"))).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.join("marathon-apps"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != OTHER_FORM)
        .collect();
    names.sort();
    assert!(names.len() >= 20);

    // The next hop of each answer of /v2/info, and the hops around it, with every list of apps.
    let guide = &Knowledge::builtin().unwrap().marathon;
    let mut totals: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for hop in &guide.hops {
        let file = match (hop.from.major, hop.from.minor) {
            (1, 7..) => "dcos-1.13-about",
            (1, 4..) => "1.4.8-docs",
            _ => "0.13.0-docs",
        };
        let mut info = info(file);
        info["frameworkId"] = json!(FRAMEWORK);
        for name in &names {
            let apps = read(&format!("marathon-apps/{name}"));
            for (rule, count) in fired(&info, &apps, hop) {
                let total = totals.entry(rule).or_default();
                *total = (total.0 + 1, total.1 + count);
            }
        }
    }
    let totals: Vec<(&str, usize, usize)> = totals
        .iter()
        .map(|(rule, (files, count))| (rule.as_str(), *files, *count))
        .collect();
    assert_eq!(totals, FIRED);
}
