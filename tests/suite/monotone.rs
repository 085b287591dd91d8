//! Less evidence never makes a better verdict: every item of a cluster is taken away or spoilt, one at a time.
//!
//! Runs every single check of the list over each variation. Never looks at what a check says, only at its status.

use std::thread;

use gonogo::checks;
use gonogo::facts::Facts;
use gonogo::model::manifest::ClusterKind;
use gonogo::model::{Area, CheckResult, Outcome, Policy, Stage, Status, Verdict, Version};
use gonogo::report::assemble::{Parts, Side, assemble};
use gonogo::report::words::Catalogue;
use gonogo::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::support::fixture::{Cluster, Edit, run_single};

/// Ways in which an item can be gone: asked for and not there, or never asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Loss {
    Failed,
    Refused,
    Forgotten,
}

/// Bodies that a server may send with status 200 in place of what was asked for.
const SPOILT: [&str; 5] = ["{", "{}", "[]", "null", "<html>please sign in</html>"];

/// Items whose body says nothing: their status or their target, in the record, is the evidence.
const BODILESS: [&str; 3] = ["health.txt", "redirect.txt", "redirect_end.txt"];

fn lose(cluster: &mut Cluster, item: &str, loss: Loss) {
    let outcome = match loss {
        Loss::Failed => Outcome::Failed,
        Loss::Refused => Outcome::Refused,
        Loss::Forgotten => return cluster.forget(item),
    };
    cluster.fail(item, &outcome, "taken away by the test");
}

fn judge(snapshot: &Snapshot) -> Vec<CheckResult> {
    let facts = Facts::new(snapshot);
    checks::all()
        .into_iter()
        .filter(|check| check.meta().stage == Stage::Single)
        .map(|check| run_single(check, &facts, target(check, snapshot), &Policy::default()))
        .collect()
}

/// What the window is to reach, so that the checks of config.yaml and of backups have something to judge.
fn target(check: &dyn checks::Check, snapshot: &Snapshot) -> Option<Version> {
    let kind = snapshot.origin.manifest.expected.kind;
    (kind == ClusterKind::Dcos && matches!(check.meta().area, Area::Config | Area::Backup))
        .then(|| Version::new(1, 11, 3))
}

fn verdict(snapshot: &Snapshot, results: Vec<CheckResult>) -> Verdict {
    let side = Side {
        role: "only",
        name: "base",
        digest: "",
        manifest: &snapshot.origin.manifest,
    };
    assemble(Parts {
        command: "check",
        archives: &[side],
        hop: gonogo::report::Hop::default(),
        results,
        changes: Vec::new(),
        ledger: Vec::new(),
        not_compared: &[],
        waivers: Vec::new(),
        signoffs: Vec::new(),
        requirements: Vec::new(),
        policy: Policy::default(),
        knowledge: String::new(),
        catalogue: &Catalogue::default(),
    })
    .verdict
}

/// Runs `variation` on every item, on both cores, and returns what went wrong, in the order of the items.
fn for_each_item(base: &Cluster, variation: impl Fn(&Cluster, &str) -> Vec<String> + Sync) -> Vec<String> {
    let items: Vec<String> = base.records().into_iter().filter(|item| !twins(item)).collect();
    let half = items.len().div_ceil(2);
    thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(half)
            .map(|items| scope.spawn(|| items.iter().flat_map(|item| variation(base, item)).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// Agents and ZooKeeper servers are many of a kind: the first two and the first stand for the rest.
fn twins(item: &str) -> bool {
    let host = item.split('/').nth(2).unwrap();
    (item.starts_with("data/mesos-agent/") && !matches!(host, "10.0.1.1" | "10.0.1.2"))
        || (item.starts_with("data/zookeeper/") && host != "10.0.0.1")
}

/// Whether `*` (anything but a slash) in the pattern makes it the item.
fn needs(patterns: &[&str], item: &str) -> bool {
    patterns.iter().any(|pattern| {
        let (pattern, item): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), item.split('/').collect());
        pattern.len() == item.len() && pattern.iter().zip(&item).all(|(want, is)| *want == "*" || want == is)
    })
}

/// A check that passed may become unknown or fail; it must not be skipped because something is missing.
fn skipped_by_absence(before: &[CheckResult], after: &[CheckResult]) -> Vec<String> {
    before
        .iter()
        .zip(after)
        .filter(|(before, after)| before.status == Status::Pass && after.status == Status::Skipped)
        .map(|(before, after)| format!("{} is skipped ({:?})", before.check, after.reason))
        .collect()
}

/// A check that did not apply must not pass because something is missing.
fn passed_by_absence(before: &[CheckResult], after: &[CheckResult]) -> Vec<String> {
    before
        .iter()
        .zip(after)
        .filter(|(before, after)| before.status != Status::Pass && after.status == Status::Pass)
        .map(|(before, after)| format!("{} passes after {:?}", before.check, after.status))
        .collect()
}

#[test]
fn losing_any_item_of_a_healthy_cluster_never_helps_and_never_gives_go_for_a_required_one() {
    for name in ["dcos-pre", "mesos-pre"] {
        let base = Cluster::read(name);
        let snapshot = base.snapshot();
        let before = judge(&snapshot);
        assert_eq!(verdict(&snapshot, before.clone()), Verdict::Go, "{name} is healthy");
        let wrong = for_each_item(&base, |base, item| {
            let captured = snapshot.origin.manifest.evidence_for(item).unwrap();
            if captured.outcome != Outcome::Captured {
                return Vec::new();
            }
            let mut wrong = Vec::new();
            for loss in [Loss::Failed, Loss::Refused, Loss::Forgotten] {
                let mut cluster = base.clone();
                lose(&mut cluster, item, loss);
                let after = cluster.snapshot();
                let results = judge(&after);
                let mut found = skipped_by_absence(&before, &results);
                found.extend(passed_by_absence(&before, &results));
                // What nobody asked for cannot be missed by the record: there a check must need it.
                let needed = needed(item, &before);
                if captured.required && (loss != Loss::Forgotten || needed) && verdict(&after, results) == Verdict::Go {
                    found.push("the verdict is GO without a required item".to_owned());
                }
                wrong.extend(found.into_iter().map(|what| format!("{name}, {item} {loss:?}: {what}")));
            }
            wrong
        });
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}

#[test]
fn a_spoilt_body_is_never_better_than_a_missing_one() {
    let name = "dcos-pre";
    let base = Cluster::read(name);
    let before = judge(&base.snapshot());
    let wrong = for_each_item(&base, |base, item| {
        if BODILESS.iter().any(|name| item.ends_with(name)) || !base.payload.contains_key(item) {
            return Vec::new();
        }
        let mut bodies: Vec<Vec<u8>> = SPOILT.iter().map(|text| text.as_bytes().to_vec()).collect();
        let whole = &base.payload[item];
        bodies.push(whole[..whole.len() / 2].to_vec());
        bodies.push(vec![0xff, 0xfe, b'{', b'}']);
        bodies.retain(|body| body != whole);
        let mut wrong = Vec::new();
        for body in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(24)]).into_owned();
            let mut cluster = base.clone();
            cluster.replace(item, body);
            let results = judge(&cluster.snapshot());
            let mut found = skipped_by_absence(&before, &results);
            found.extend(passed_by_absence(&before, &results));
            wrong.extend(
                found
                    .into_iter()
                    .map(|what| format!("{name}, {item} as {shown:?}: {what}")),
            );
        }
        wrong
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What else says the same: taken away together with the item, so that the check has nothing left.
const TOGETHER: [(&str, &str, &str); 1] = [(
    "data/mesos-master/*/state.json",
    "data/mesos-master/*/slaves.json",
    "agents are read from /slaves where /state is not known",
)];

/// Where another item says the same and the check may pass without this one: (check, item, why).
const ALTERNATIVES: [(&str, &str, &str); 9] = [
    (
        "zk-backup-foreign",
        "data/zookeeper/*/srvr.txt",
        "any server's last transaction is one of the ensemble",
    ),
    (
        "zk-backup-count-differs",
        "data/zookeeper/*/srvr.txt",
        "mntr counts the znodes as well",
    ),
    (
        "master-list-changed",
        "data/exhibitor/*/cluster_status.json",
        "else the addresses of the masters that were asked count",
    ),
    (
        "apps-below-target",
        "data/marathon/*/info.json",
        "the version only explains why there are no pods",
    ),
    (
        "deployments-in-flight",
        "data/marathon/*/apps.json",
        "a second opinion; the list of deployments decides",
    ),
    (
        "mesos-too-old-for-marathon",
        "data/mesos-master/*/version.json",
        "the state of the leading master names its version as well",
    ),
    (
        "zookeeper-followers-unsynced",
        "data/zookeeper/*/srvr.txt",
        "mntr names the mode as well",
    ),
    (
        "zookeeper-out-of-quorum",
        "data/zookeeper/*/srvr.txt",
        "mntr names the mode as well",
    ),
    (
        "zookeeper-out-of-quorum",
        "data/zookeeper/*/mntr.txt",
        "srvr names the mode as well",
    ),
];

fn alternative(check: &str, pattern: &str) -> bool {
    ALTERNATIVES
        .iter()
        .any(|(id, item, _)| *id == check && *item == pattern)
}

/// Whether a check that applies to the healthy cluster needs the item: a rule of hops needs nothing while there is no target.
fn needed(item: &str, healthy: &[CheckResult]) -> bool {
    let applies = |id: &str| {
        healthy
            .iter()
            .any(|result| result.check == id && result.status != Status::Skipped)
    };
    checks::all()
        .into_iter()
        .map(checks::Check::meta)
        .filter(|meta| meta.stage == Stage::Single && applies(meta.id))
        .any(|meta| {
            meta.needs
                .iter()
                .any(|pattern| needs(&[pattern], item) && !alternative(meta.id, pattern))
        })
}

/// Any answer of a master proves that it is there: only all of them together are its evidence.
const ANY_OF: [&str; 1] = ["masters-missing"];

#[test]
fn a_check_without_one_kind_of_its_evidence_does_not_pass() {
    let base = Cluster::read("dcos-pre");
    let whole = base.snapshot();
    let has = |item: &str| whole.origin.manifest.evidence_for(item).unwrap().outcome == Outcome::Captured;
    let healthy = judge(&whole);
    let mut wrong = Vec::new();
    for check in checks::all()
        .into_iter()
        .filter(|check| check.meta().stage == Stage::Single)
    {
        let meta = check.meta();
        if healthy
            .iter()
            .any(|result| result.check == meta.id && result.status != Status::Pass)
        {
            continue;
        }
        let kinds: Vec<Vec<&str>> = if ANY_OF.contains(&meta.id) {
            vec![vec!["data/mesos-master/*/*"]]
        } else {
            let also = |pattern| {
                TOGETHER
                    .iter()
                    .filter(move |(one, ..)| one == pattern)
                    .map(|(_, also, _)| *also)
            };
            meta.needs
                .iter()
                .map(|pattern| [*pattern].into_iter().chain(also(pattern)).collect())
                .collect()
        };
        for patterns in kinds.into_iter().filter(|patterns| !alternative(meta.id, patterns[0])) {
            // What the base cluster rightly does not have cannot be taken away.
            let items: Vec<String> = base
                .records()
                .into_iter()
                .filter(|item| needs(&patterns, item) && has(item))
                .collect();
            if items.is_empty() {
                continue;
            }
            for loss in [Loss::Failed, Loss::Forgotten] {
                let mut cluster = base.clone();
                for item in &items {
                    lose(&mut cluster, item, loss);
                }
                let snapshot = cluster.snapshot();
                let result = run_single(
                    check,
                    &Facts::new(&snapshot),
                    target(check, &snapshot),
                    &Policy::default(),
                );
                if matches!(result.status, Status::Pass | Status::Skipped) {
                    wrong.push(format!(
                        "{} is {:?} without {patterns:?} ({loss:?})",
                        meta.id, result.status
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

const STATE: &str = "data/mesos-master/10.0.0.1/state.json";

/// Clusters whose evidence contradicts itself, as one edit each: what a check would say about them is not known.
fn contradictions() -> Vec<(&'static str, Value)> {
    let metrics = "data/mesos-master/10.0.0.1/metrics_snapshot.json";
    let summary = "data/mesos-master/10.0.0.1/state_summary.json";
    let end = "data/mesos-master/10.0.0.2/redirect_end.txt";
    vec![
        (
            "a hidden agent",
            json!({"item": STATE, "path": "/slaves/2", "remove": true}),
        ),
        (
            "a hidden framework",
            json!({"item": STATE, "path": "/frameworks/0", "remove": true}),
        ),
        (
            "a hidden task",
            json!({"item": STATE, "path": "/frameworks/0/tasks/0", "remove": true}),
        ),
        (
            "a counter of tasks",
            json!({"item": metrics, "path": "/master~1tasks_running", "set": 4.0}),
        ),
        (
            "a counter of frameworks",
            json!({"item": metrics, "path": "/master~1frameworks_active", "set": 2.0}),
        ),
        (
            "a summary with more",
            json!({"item": summary, "path": "/frameworks/0/TASK_RUNNING", "set": 9}),
        ),
        (
            "an agent that runs more",
            json!({"item": "data/mesos-agent/10.0.1.1/state.json", "path": "/frameworks/0/id", "set": "other-0007"}),
        ),
        (
            "another leader at the end",
            json!({"item": end, "record": "/redirected_to", "set": "//10.0.0.2:5050"}),
        ),
        (
            "an agent only the registry knows",
            json!({
                "item": "data/mesos-master/10.0.0.1/registrar_registry.json", "path": "/slaves/slaves/-",
                "set": {"info": {"hostname": "10.0.1.8", "id": {"value": "elsewhere-S8"}}}
            }),
        ),
    ]
}

#[test]
fn a_contradiction_does_not_go_away_with_the_evidence_that_shows_it() {
    for (name, edit) in contradictions() {
        let edit: Edit = serde_json::from_value(edit).unwrap();
        let base = Cluster::read("mesos-pre").edited(&[edit]);
        let snapshot = base.snapshot();
        let doubtful = verdict(&snapshot, judge(&snapshot));
        assert!(
            matches!(doubtful, Verdict::CannotSay | Verdict::NoGo),
            "{name}: {doubtful}"
        );
        let wrong = for_each_item(&base, |base, item| {
            if !item.starts_with("data/mesos-") {
                return Vec::new();
            }
            let mut cluster = base.clone();
            lose(&mut cluster, item, Loss::Forgotten);
            let after = cluster.snapshot();
            match verdict(&after, judge(&after)) {
                Verdict::CannotSay | Verdict::NoGo => Vec::new(),
                better => vec![format!("{name}, without {item}: {better}")],
            }
        });
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}
