//! Every public capture is read, and what gonogo counts in it is what its README says.
//!
//! The captures lie outside the project (`../shared/captures/public`) and are never copied into it: where they are
//! absent this test says so and passes. Every fact of the README is compared, or listed by name as not kept.

mod counts;
mod facts;
mod services;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::facts::Row;
use crate::snapshot::{captured, snapshot};

/// Folder of captures recorded from real software; `None` where the project stands alone.
pub fn captures() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    folder.is_dir().then_some(folder)
}

/// Facts that gonogo's snapshot does not keep, and why not.
const NOT_KEPT: &[(&str, &str)] = &[
    ("endpoint", "a remark, no count"),
    ("non-ASCII characters", "a remark"),
    ("completed frameworks", "agents: history is left out"),
    ("pid", "agents: the address is taken from the master's list"),
    ("flag work_dir", "agents: flags are taken from /flags"),
    ("agent versions", "summaries: versions are taken from /state"),
    ("hostname", "summaries: taken from /state"),
    ("cluster", "summaries: taken from /state"),
    ("attributes", "summaries: taken from /state"),
    (
        "public agents (slave_public reservation)",
        "summaries: taken from /state",
    ),
    (
        "marathon_config.master",
        "of the configuration only what rules ask for is kept",
    ),
    ("marathon_config.ha", "see above"),
    ("marathon_config.mesos_role", "kept as a setting; rules read it"),
    ("zk", "see above; may hold credentials"),
    ("timeLeftSeconds", "a moment's value"),
    (
        "outstanding",
        "stat: the word asked is srvr, its count is taken from mntr",
    ),
    ("latency min/avg/max", "stat: not judged"),
    ("connections listed", "stat: the word asked is srvr"),
    ("lines", "stat: a remark"),
    ("dcos-image-commit", "builds are told apart by version"),
    ("bootstrap-id", "see above"),
    ("PUBLIC_IPV4", "an address of the asking network"),
    (
        "invalid per check-constraints.py",
        "another program's rules; gonogo follows Marathon's",
    ),
];

/// What gonogo does not read yet: folder (and file), and what it is.
const NOT_READ: &[(&str, &str)] = &[
    ("cockroach/", "CockroachDB of the IAM"),
    ("dcos-iam/", "IAM of DC/OS Enterprise"),
    (
        "dcos-config/",
        "config.yaml: read by the tests in dcos_config.rs; ip-detect: kept, not parsed",
    ),
    ("bundle/", "diagnostics bundles"),
    ("mesos-v1/", "operator API and overlay: the classic endpoints are read"),
    ("mesos-metrics/master-v1-get-metrics-docs.json", "operator API"),
    ("mesos-roles/", "roles: collected, not judged"),
];

#[test]
fn every_public_capture_is_read_and_counted() {
    let Some(captures) = captures().filter(|folder| folder.join("public").is_dir()) else {
        crate::support::skipped("108 public captures (no ../shared/captures/public here)");
        return;
    };
    let rows = facts::table(&std::fs::read_to_string(captures.join("README.md")).unwrap());
    let (mut read, mut refused, mut compared) = (0, 0, 0);
    let mut left = BTreeMap::<&str, usize>::new();
    let mut wrong = Vec::new();
    for row in &rows {
        let bytes = std::fs::read(captures.join("public").join(&row.path)).unwrap();
        if let Some((place, _)) = NOT_READ.iter().find(|(place, _)| row.path.starts_with(place)) {
            *left.entry(place).or_default() += 1;
        } else if row.path.starts_with("odd/") {
            refuse(&row.path, &bytes);
            refused += 1;
        } else {
            match counts::of(row, &bytes) {
                Ok(counts) => compared += compare(row, &counts, &mut wrong),
                Err(error) => wrong.push(format!("{}: not read: {error}", row.path)),
            }
            read += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let not_read: usize = left.values().sum();
    eprintln!(
        "public captures: {read} read, {compared} figures compared, {refused} refused as they must, {not_read} not read yet: {left:?}"
    );
    assert_eq!(read + refused + not_read, 108);
    assert_eq!(left.len(), NOT_READ.len());
    assert!(compared > 400, "only {compared} figures were compared");
}

/// Compares every fact of a row; gives how many were compared.
fn compare(row: &Row, counts: &BTreeMap<String, String>, wrong: &mut Vec<String>) -> usize {
    let mut compared = 0;
    for (name, stated) in &row.facts {
        match counts.get(name) {
            Some(counted) if facts::same(counted, stated) => compared += 1,
            Some(counted) => wrong.push(format!("{}: {name}: stated {stated}, counted {counted}", row.path)),
            None if NOT_KEPT.iter().any(|(kept, _)| kept == name) => {}
            None => wrong.push(format!("{}: {name}: stated {stated}, not counted", row.path)),
        }
    }
    compared
}

/// What is not what it should be is refused by every parser that might get it, with a message.
fn refuse(path: &str, bytes: &[u8]) {
    for item in [
        "data/mesos-master/10.0.0.1/state.json",
        "data/mesos-master/10.0.0.1/slaves.json",
        "data/mesos-master/10.0.0.1/state_summary.json",
        "data/mesos-master/10.0.0.1/metrics_snapshot.json",
        "data/mesos-master/10.0.0.1/flags.json",
        "data/mesos-master/10.0.0.1/version.json",
        "data/marathon/root/apps.json",
        "data/marathon/root/pods.json",
        "data/marathon/root/info.json",
        "data/exhibitor/10.0.0.1/cluster_status.json",
    ] {
        let shown = snapshot(&[captured(item, bytes)]);
        let master = shown.masters.first();
        let marathon = shown.marathons.first();
        let whys = [
            shown.state.why(),
            shown.agents.why(),
            shown.summary.why(),
            master.and_then(|master| master.metrics.why()),
            master.and_then(|master| master.flags.why()),
            master.and_then(|master| master.version.why()),
            marathon.and_then(|marathon| marathon.apps.why()),
            marathon.and_then(|marathon| marathon.pods.why()),
            marathon.and_then(|marathon| marathon.info.why()),
            shown.exhibitors.first().and_then(|view| view.servers.why()),
        ];
        let malformed: Vec<String> = whys
            .into_iter()
            .flatten()
            .map(gonogo::model::Why::sentence)
            .filter(|sentence| sentence.contains("cannot be read"))
            .collect();
        assert!(
            malformed
                .iter()
                .any(|sentence| sentence.contains(item) && sentence.contains("expected")),
            "{path} as {item}: {malformed:?}"
        );
    }
}
