//! The three scenarios of the demo, judged without a network: the verdict, and exactly the planted findings.

use std::collections::BTreeSet;

use gonogo::checks::{self, Context, Pair, runner};
use gonogo::compare::compare;
use gonogo::demo::fault::Faults;
use gonogo::demo::model::{Model, Size};
use gonogo::demo::scenario::{Planted, Scenario};
use gonogo::facts::Facts;
use gonogo::model::{CheckResult, Phase, Policy, Status};
use gonogo::snapshot::Snapshot;

use crate::support::cluster;

/// Every check on the pair, as `gonogo compare` runs them.
fn judge(before: &Snapshot, after: &Snapshot) -> Vec<CheckResult> {
    let (before, after) = (Facts::new(before), Facts::new(after));
    let comparison = compare(&before, &after, gonogo::knowledge::Knowledge::builtin().unwrap()).unwrap();
    let policy = Policy::default();
    checks::all()
        .into_iter()
        .map(|check| {
            let pair = Some(Pair {
                before: &before,
                comparison: &comparison,
            });
            let context = Context {
                facts: &after,
                pair,
                target: Some("1.11.3".parse().unwrap()),
                target_marathon: None,
                signoffs: &[],
                policy: &policy,
                knowledge: gonogo::knowledge::Knowledge::builtin().unwrap(),
            };
            runner::run_one(check, &context)
        })
        .collect()
}

/// `check: kind id` of every finding.
fn found(results: &[CheckResult]) -> BTreeSet<String> {
    results
        .iter()
        .flat_map(|result| &result.findings)
        .map(|finding| format!("{}: {} {}", finding.check, finding.subject.kind, finding.subject.id))
        .collect()
}

/// The same of what was planted, as far as the check exists.
fn planted(planted: &[Planted]) -> BTreeSet<String> {
    planted
        .iter()
        .flat_map(|one| &one.finds)
        .filter(|find| checks::all().iter().any(|check| check.meta().id == find.check))
        .map(|find| format!("{}: {} {}", find.check, find.kind, find.id))
        .collect()
}

fn not_settled(results: &[CheckResult]) -> Vec<String> {
    results
        .iter()
        .filter(|result| !matches!(result.status, Status::Pass | Status::Skipped))
        .map(|result| {
            format!(
                "{} {} {:?} {:?}",
                result.check,
                result.status.as_str(),
                result.reason,
                result.findings.iter().map(|finding| &finding.data).collect::<Vec<_>>()
            )
        })
        .collect()
}

fn play(scenario: Scenario) -> (Model, Model, Vec<Planted>) {
    let (pre, mut post) = (cluster::pre_of(Size::DEMO), cluster::post_of(Size::DEMO));
    let planted = scenario.plant(&pre, &mut post);
    (pre, post, planted)
}

fn snapshots(pre: &Model, post: &Model) -> (Snapshot, Snapshot) {
    (
        cluster::snapshot_of(pre, Phase::Pre),
        cluster::snapshot_of(post, Phase::Post),
    )
}

#[test]
fn demo_clean_scenario_finds_nothing() {
    let (pre, post, planted) = play(Scenario::Clean);
    assert!(planted.is_empty());
    let (before, after) = snapshots(&pre, &post);
    let results = judge(&before, &after);
    assert!(not_settled(&results).is_empty(), "{:#?}", not_settled(&results));
    assert!(results.iter().any(|result| result.status == Status::Pass));
}

#[test]
fn demo_regressed_scenario_finds_what_was_planted_and_nothing_else() {
    let (pre, post, story) = play(Scenario::Regressed);
    assert!(story.len() >= 4);
    let (before, after) = snapshots(&pre, &post);
    let results = judge(&before, &after);
    let (found, wanted) = (found(&results), planted(&story));
    let missed: Vec<&String> = wanted.difference(&found).collect();
    let beside: Vec<&String> = found.difference(&wanted).collect();
    assert!(
        missed.is_empty() && beside.is_empty(),
        "missed {missed:#?}\nbeside {beside:#?}\n{:#?}",
        not_settled(&results)
    );
}

#[test]
fn demo_blind_scenario_plants_nothing_and_withholds_evidence() {
    let (_, post, planted) = play(Scenario::Blind);
    assert!(planted.is_empty());
    let mut faults = Faults::default();
    assert_eq!(Scenario::Blind.withhold(&post, &mut faults).len(), 2);
    assert!(Scenario::Clean.withhold(&post, &mut faults).is_empty());
}
