//! What becomes of tasks, release by release, with the ids that each release of Marathon writes: the cases stand in
//! `fixtures/compare-tasks/cases.toml`.

use std::collections::BTreeMap;

use gonogo::compare::{Cause, Comparison, compare};
use gonogo::facts::Facts;
use gonogo::knowledge::Knowledge;
use gonogo::model::workloads::{TaskCounts, WorkloadKind};
use gonogo::model::{EvidenceRef, Observed};
use gonogo::snapshot::{Pod, Snapshot, TaskState};
use serde::Deserialize;

use crate::support::handmade::{self, Cluster};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    what: String,
    from: String,
    to: String,
    app: Option<String>,
    pod: Option<String>,
    #[serde(default)]
    resident: bool,
    before: Vec<Run>,
    after: Vec<Run>,
    expect: Expect,
    #[serde(default)]
    causes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    id: String,
    agent: usize,
    container: Option<String>,
    state: Option<String>,
    framework: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    survived: u64,
    restarted: u64,
    moved: u64,
    lost: u64,
    new: u64,
    unknown: u64,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/compare-tasks/cases.toml");
    let cases: Cases = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    cases.case
}

impl Case {
    fn cluster(&self, mut cluster: Cluster, release: &str, runs: &[Run]) -> Snapshot {
        release.clone_into(&mut cluster.marathon);
        cluster.tasks.clear();
        cluster.apps.clear();
        cluster.jobs.clear();
        if let Some(id) = &self.app {
            let mut app = handmade::app(id);
            if self.resident {
                let residency = r#"{"relaunchEscalationTimeoutSeconds":3600,"taskLostBehavior":"WAIT_FOREVER"}"#;
                app.definition.insert("residency".to_owned(), residency.to_owned());
            }
            cluster.apps.push(app);
        }
        for run in runs {
            let framework = match run.framework.as_deref() {
                None => "fw-0001",
                Some("metronome") => "fw-0002",
                Some(other) => panic!("{other}"),
            };
            cluster.run(framework, &run.id, run.agent);
            let task = cluster.tasks.last_mut().unwrap();
            task.4.clone_from(&run.container);
            if let Some(state) = &run.state {
                task.3 = TaskState::parse(state);
            }
        }
        let mut snapshot = cluster.snapshot();
        if let Some(id) = &self.pod {
            let pod = Pod {
                id: id.clone(),
                instances: Some(1),
                constraints: Vec::new(),
                volumes: Vec::new(),
                definition: BTreeMap::new(),
                at: EvidenceRef::item("data/marathon/root/pods.json").at("/0"),
            };
            snapshot.marathons[0].pods = handmade::known(vec![pod], "data/marathon/root/pods.json");
        }
        snapshot
    }

    fn snapshots(&self) -> (Snapshot, Snapshot) {
        (
            self.cluster(Cluster::before(), &self.from, &self.before),
            self.cluster(Cluster::after(), &self.to, &self.after),
        )
    }
}

fn compared(before: &Snapshot, after: &Snapshot) -> Comparison {
    let knowledge = Knowledge::builtin().unwrap();
    compare(&Facts::new(before), &Facts::new(after), knowledge).unwrap()
}

/// Tasks of the app or pod; one that is not listed has nothing but tasks that ran on.
fn counts(comparison: &Comparison, case: &Case) -> TaskCounts {
    let (kind, id) = match (&case.app, &case.pod) {
        (Some(id), None) => (WorkloadKind::App, id),
        (None, Some(id)) => (WorkloadKind::Pod, id),
        _ => panic!("{}: an app or a pod", case.what),
    };
    let marathon = &comparison.workloads[0];
    let mut of_id = marathon.differing.iter().filter(|diff| diff.id == *id);
    if let Some(diff) = of_id.next() {
        assert_eq!(diff.kind, kind, "{}", case.what);
        return diff.tasks.unwrap();
    }
    let total = marathon.tasks.unwrap();
    assert!(total.undisturbed(), "{}: {total:?}", case.what);
    total
}

#[test]
fn every_release_writes_ids_that_are_read_rightly() {
    let cases = cases();
    assert!(cases.len() > 60, "the cases were not found");
    for case in cases {
        let (before, after) = case.snapshots();
        let comparison = compared(&before, &after);
        let what = format!("{} to {}: {}", case.from, case.to, case.what);
        let found = counts(&comparison, &case);
        let Expect {
            survived,
            restarted,
            moved,
            lost,
            new,
            unknown,
        } = case.expect;
        // A task of another app is counted with that app.
        let strange = case.after.iter().any(|run| run.id.starts_with("web-front."));
        let expected = TaskCounts {
            survived,
            restarted,
            moved,
            lost,
            new: if strange { 0 } else { new },
            unknown,
        };
        assert_eq!(found, expected, "{what}");
        let told = comparison.tasks.fates.iter();
        let why: Vec<String> = told.map(|fate| format!("{:?}", fate.cause)).collect();
        assert_eq!(why, case.causes, "{what}");
        assert_eq!(comparison.tasks.cannot_tell.len() as u64, unknown, "{what}");
        let said = comparison.unknown.iter().any(|(part, _)| part == "tasks");
        assert_eq!(said, unknown > 0, "{what}: {:?}", comparison.unknown);
    }
}

/// No order of the evidence changes an outcome, and a snapshot held against itself gives no change.
#[test]
fn order_and_identity_change_nothing() {
    for case in cases() {
        let (mut before, mut after) = case.snapshots();
        let straight = compared(&before, &after);
        assert_eq!(compared(&before, &before).changes, Vec::new(), "{}", case.what);
        let fates = |comparison: &Comparison,
                     before: &Snapshot,
                     after: &Snapshot|
         -> Vec<(Cause, Option<String>, Option<String>)> {
            let id = |snapshot: &Snapshot, index: Option<u32>| {
                let table = snapshot.tasks.known().unwrap();
                index.map(|index| table.tasks[index as usize].id.to_string())
            };
            let told = comparison.tasks.fates.iter();
            told.map(|fate| (fate.cause, id(before, fate.before), id(after, fate.after)))
                .collect()
        };
        let expected = fates(&straight, &before, &after);
        for snapshot in [&mut before, &mut after] {
            if let Observed::Known(table, _) = &mut snapshot.tasks {
                table.tasks.reverse();
            }
        }
        let turned = compared(&before, &after);
        assert_eq!(fates(&turned, &before, &after), expected, "{}", case.what);
        assert_eq!(turned.workloads, straight.workloads, "{}", case.what);
    }
}
