//! Genuine flags and states: three Mesos versions that we ran ourselves, and states that others recorded. States what
//! fires and why, and that nothing else does.

use std::collections::BTreeMap;
use std::fs;

use gonogo::facts::Facts;
use gonogo::facts::rules;
use gonogo::knowledge::Rule;
use gonogo::knowledge::rule::{Place, Side, Weight};
use gonogo::model::{Line, Policy, Version};
use gonogo::snapshot::Snapshot;
use serde_json::Value;

use super::{CHECKS, first_of, guide, the_checks, told};
use crate::public_captures::captures;
use crate::snapshot::{captured, snapshot};
use crate::support::fixture::{Cluster, run_single};

fn judged(snapshot: &Snapshot, target: &str) -> (Vec<String>, BTreeMap<String, String>) {
    let facts = Facts::new(snapshot);
    let target: Option<Version> = Some(target.parse().unwrap());
    let one = |check| run_single(check, &facts, target.clone(), &Policy::default());
    let results: Vec<_> = the_checks().into_iter().map(one).collect();
    let (found, rest) = told(&results);
    let rest = rest
        .into_iter()
        .map(|(check, status)| (check.to_owned(), status))
        .collect();
    (found, rest)
}

/// Checks in this order: behaviour, endpoint, changed, deprecated, ignored, removed, required, incompatible; empty = it has findings.
fn statuses(said: [&str; 8]) -> BTreeMap<String, String> {
    let all = CHECKS.iter().zip(said).filter(|(_, status)| !status.is_empty());
    all.map(|(check, status)| ((*check).to_owned(), status.to_owned()))
        .collect()
}

/// The flags of two of the five agents are known: what is seen on them is told, and what needs all five stays unknown.
#[test]
fn recorded_flags_of_three_versions_fire_what_they_show() {
    let json_names = [
        "mesos-endpoint-removed: mesos-1.8-json-suffix: /files/browse.json, /files/debug.json, /files/download.json, \
         /files/read.json, /monitor/statistics.json, /state.json: 5 agents",
        "mesos-endpoint-removed: mesos-1.8-json-suffix: /files/browse.json, /files/debug.json, /files/download.json, \
         /files/read.json, /roles.json, /state.json, /tasks.json: master 127.0.0.1",
    ];
    // cgroups_enable_cfs is false by default: a task with a limit is throttled from 1.10 on all the same.
    let cfs = "mesos-flag-deprecated: mesos-1.10-cfs: cgroups_enable_cfs: 2 agents";
    let far = [json_names[0], json_names[1], cfs];
    let [unknown, skipped] = ["Unknown", "Skipped"];
    for (lab, target, findings, rest) in [
        (
            "lab-1.4.3",
            "1.5.3",
            &[] as &[&str],
            ["Pass", skipped, unknown, unknown, skipped, skipped, skipped, skipped],
        ),
        (
            "lab-1.4.3",
            "1.11.0",
            &far,
            [unknown, "", unknown, "", skipped, skipped, skipped, unknown],
        ),
        (
            "lab-1.5.3",
            "1.11.0",
            &far,
            [unknown, "", unknown, "", skipped, skipped, skipped, unknown],
        ),
        ("lab-1.11.0", "1.11.1", &[], [skipped; 8]),
        (
            "lab-1.11.0",
            "1.12.0",
            &[],
            [unknown, unknown, unknown, unknown, skipped, unknown, unknown, unknown],
        ),
    ] {
        let (found, others) = judged(&Cluster::read(lab).snapshot(), target);
        let found: Vec<&str> = found.iter().map(|found| found.split(" (").next().unwrap()).collect();
        assert_eq!(found, findings, "{lab} to {target}");
        assert_eq!(others, statuses(rest), "{lab} to {target}");
    }
}

/// States of 0.19 to 1.9 that others recorded, each judged for its next hop: what fires, and nothing on a flag that is not there.
#[test]
fn public_states_are_judged_for_the_next_hop() {
    let Some(captures) = captures().filter(|folder| folder.join("public").is_dir()) else {
        crate::support::skipped("22 public states judged for the next hop (no ../shared/captures/public here)");
        return;
    };
    let mut fired = BTreeMap::<String, usize>::new();
    let (mut files, mut judged) = (0, 0);
    for (folder, item) in [
        ("mesos-master-state", "data/mesos-master/10.0.0.1/state.json"),
        ("mesos-agent-state", "data/mesos-agent/10.0.0.9/state.json"),
    ] {
        for entry in fs::read_dir(captures.join("public").join(folder)).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(&file).unwrap();
            let shown = snapshot(&[captured(item, &bytes)]);
            let body: Value = serde_json::from_slice(&bytes).unwrap();
            let from: Version = body["version"].as_str().unwrap().parse().unwrap();
            let hop = guide().hops.iter().find(|hop| hop.from == Line::from(&from)).unwrap();
            let facts = Facts::new(&shown);
            let matters = |rule: &Rule| rule.weight > Weight::Info && rule.side != Side::Post;
            let held = rules::across(guide(), (&from, &first_of(hop.to)), &facts, matters).unwrap();
            for one in held {
                let on = one.rule.fires.as_ref().unwrap().on;
                for sighting in &one.judged.fires {
                    if matches!(on, Place::MasterFlags | Place::AgentFlags) {
                        let flags = body["flags"].as_object().unwrap();
                        let value = flags.get(&sighting.name).map(|value| value.as_str().unwrap());
                        assert_eq!(value, sighting.value.as_deref(), "{name}: {}", one.rule.id);
                    }
                    *fired.entry(format!("{name}: {}", one.rule.id)).or_default() += 1;
                }
                judged += one.judged.judged;
                // Agents whose flags nobody asked for are unknown wherever a rule looks at them.
                let agents = on == Place::AgentFlags && folder == "mesos-master-state";
                assert!(!agents || !one.judged.unknown.is_empty(), "{name}: {}", one.rule.id);
            }
            files += 1;
        }
    }
    let fired: Vec<String> = fired
        .into_iter()
        .map(|(what, count)| format!("{what} {count}"))
        .collect();
    assert_eq!(
        fired,
        [
            "0.22.0-datadog.json: mesos-0.23-stats-json 1",
            "0.22.0-ovh1-large.json: mesos-0.23-stats-json 1",
            "0.23.0-capgemini.json: mesos-0.24-shutdown-gone 1",
            "0.28.0-ssh-installed.json: mesos-1.0-observe 1",
            "0.28.1-megos.json: mesos-1.0-observe 1",
            "1.0.0-dcos-vagrant.json: mesos-1.1-partition 4",
        ]
    );
    assert_eq!((files, judged), (22, 57));
}
