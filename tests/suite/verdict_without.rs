//! The verdict without some of the evidence: what was asked for and did not arrive is never GO, whoever reads it; what a
//! pair check says it needs is never GO when it was not collected, is empty or is a sign-in page, before or after.
//!
//! Single checks one by one are the business of `monotone`.

use std::collections::BTreeSet;

use gonogo::checks::{self, Context, Pair, runner};
use gonogo::compare::compare;
use gonogo::facts::Facts;
use gonogo::model::{Change, Outcome, Policy, Stage, Verdict, Why};
use gonogo::report::Hop;
use gonogo::report::assemble::{Parts, Side, assemble};
use gonogo::report::words::Catalogue;
use gonogo::snapshot::Snapshot;

use crate::support::fixture::Cluster;

/// Needed by a pair check, and yet not missed: pattern and why.
const NOT_MISSED_IN_PAIRS: [(&str, &str); 8] = [
    ("data/dcos/*/iam_acls.json", "Open Source DC/OS has no permissions: 404"),
    ("data/backup/*/proof.json", "stands in only where IAM does not answer"),
    ("data/mesos-master/*/slaves.json", "`/state` lists the same agents"),
    (
        "data/mesos-master/*/frameworks.json",
        "`/state` lists the same frameworks",
    ),
    ("data/mesos-master/*/redirect.txt", "`/state` names the leader too"),
    ("data/marathon/*/leader.json", "`/v2/info` names the leader too"),
    (
        "data/zookeeper/*/mntr.txt",
        "`srvr` counts znodes and names the mode too",
    ),
    (
        "data/zookeeper/*/srvr.txt",
        "`mntr` counts znodes and names the mode too",
    ),
];

/// What `gonogo check` or `gonogo compare` says.
fn verdict(before: Option<&Snapshot>, after: &Snapshot) -> Verdict {
    let facts = Facts::new(after);
    let policy = Policy::default();
    let facts_before = before.map(Facts::new);
    let comparison = facts_before.as_ref().map(|before| {
        compare(before, &facts, gonogo::knowledge::Knowledge::builtin().unwrap()).expect("one cluster, in order")
    });
    let pair = facts_before
        .as_ref()
        .zip(comparison.as_ref())
        .map(|(before, comparison)| Pair { before, comparison });
    let context = Context {
        facts: &facts,
        pair,
        // Before the window the documents disagree about this hop, which is a warning of its own; here only evidence counts.
        target: before.and_then(|_| "1.11.3".parse().ok()),
        target_marathon: None,
        signoffs: &[],
        policy: &policy,
        knowledge: gonogo::knowledge::Knowledge::builtin().unwrap(),
    };
    let results = runner::run(&checks::all(), &context);
    let side = |role, snapshot: &'_ Snapshot| (role, snapshot.origin.clone());
    let origins: Vec<(&str, gonogo::snapshot::Origin)> = before
        .map(|before| side("pre", before))
        .into_iter()
        .chain([side("post", after)])
        .collect();
    let sides: Vec<Side<'_>> = origins
        .iter()
        .map(|(role, origin)| Side {
            role,
            name: role,
            digest: &origin.digest,
            manifest: &origin.manifest,
        })
        .collect();
    let (changes, not_compared): (Vec<Change>, Vec<(String, Why)>) = comparison
        .map(|comparison| (comparison.changes, comparison.unknown))
        .unwrap_or_default();
    assemble(Parts {
        command: if before.is_some() { "compare" } else { "check" },
        archives: &sides,
        hop: Hop::default(),
        results,
        changes,
        ledger: Vec::new(),
        not_compared: &not_compared,
        waivers: Vec::new(),
        signoffs: Vec::new(),
        requirements: Vec::new(),
        policy: policy.clone(),
        knowledge: String::new(),
        catalogue: &Catalogue::default(),
    })
    .verdict
}

/// A pattern of `needs`: `*` stands for anything between two slashes.
fn matches(pattern: &str, item: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, rest)) => item
            .strip_prefix(start)
            .is_some_and(|tail| (0..=tail.len()).any(|at| !tail[..at].contains('/') && matches(rest, &tail[at..]))),
        None => pattern == item,
    }
}

/// Ids of the checks of a stage that need an item.
fn needed_by(stage: Stage, item: &str) -> Vec<&'static str> {
    checks::all()
        .iter()
        .map(|check| check.meta())
        .filter(|meta| meta.stage == stage && meta.needs.iter().any(|pattern| matches(pattern, item)))
        .map(|meta| meta.id)
        .collect()
}

/// The cluster without some items, in several ways.
fn spoilt(healthy: &Cluster, items: &[&String]) -> Vec<(&'static str, Cluster)> {
    let (mut gone, mut page, mut empty) = (healthy.clone(), healthy.clone(), healthy.clone());
    for item in items {
        gone.forget(item);
        page.replace(item, b"<!doctype html><title>Sign in</title>".to_vec());
        empty.replace(item, Vec::new());
    }
    let mut all = vec![("not collected", gone), ("a sign-in page", page)];
    if items.iter().any(|item| !healthy.payload[*item].is_empty()) {
        all.push(("empty", empty));
    }
    all
}

#[test]
fn what_was_asked_for_and_did_not_arrive_is_never_go() {
    let mut wrong = Vec::new();
    for base in ["dcos-pre", "mesos-pre"] {
        let healthy = Cluster::read(base);
        assert_eq!(verdict(None, &healthy.snapshot()), Verdict::Go, "{base}");
        for item in healthy.records() {
            let mut cluster = healthy.clone();
            cluster.fail(&item, &Outcome::TimedOut, "no answer in 30 s");
            if verdict(None, &cluster.snapshot()) == Verdict::Go {
                wrong.push(format!("{base}: {item}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "still GO although it timed out:\n{}",
        wrong.join("\n")
    );
}

/// Of the servers that say the same thing any may be missing: here all that match a pattern go at once.
#[test]
fn what_a_pair_check_needs_is_missed_on_either_side() {
    let (pre, post) = (Cluster::read("dcos-pre"), Cluster::read("dcos-post"));
    let (before, after) = (pre.snapshot(), post.snapshot());
    assert_eq!(verdict(Some(&before), &after), Verdict::Go);
    let patterns: BTreeSet<&str> = checks::all()
        .iter()
        .map(|check| check.meta())
        .filter(|meta| meta.stage == Stage::Pair)
        .flat_map(|meta| meta.needs)
        .copied()
        .collect();
    let mut wrong = Vec::new();
    for pattern in patterns
        .into_iter()
        .filter(|pattern| !NOT_MISSED_IN_PAIRS.iter().any(|(one, _)| one == pattern))
    {
        for (healthy, side) in [(&pre, "before"), (&post, "after")] {
            let items: Vec<&String> = healthy.payload.keys().filter(|item| matches(pattern, item)).collect();
            assert!(!items.is_empty(), "{pattern} matches nothing {side}");
            for (how, cluster) in spoilt(healthy, &items) {
                let snapshot = cluster.snapshot();
                let says = if side == "before" {
                    verdict(Some(&snapshot), &after)
                } else {
                    verdict(Some(&before), &snapshot)
                };
                if says == Verdict::Go {
                    wrong.push(format!(
                        "{pattern} {side}, {how}; needed by {}",
                        needed_by(Stage::Pair, items[0]).join(", ")
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "still GO:\n{}", wrong.join("\n"));
}
