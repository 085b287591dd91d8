//! What holds of every plan, whatever the versions are.

use gonogo::checks;
use gonogo::knowledge::hops::{HopKind, Product};
use gonogo::plan::{ManualKind, Plan};
use proptest::prelude::*;

use crate::plan::{knowledge, plan_of};

/// Whether it is a way back; `1.2` stands for its whole line, so that it is neither before nor after `1.2.0`.
fn back(plan: &Plan) -> bool {
    plan.to < plan.from && (plan.from.line() != plan.to.line() || plan.from.patch.is_some() == plan.to.patch.is_some())
}

/// What holds of every plan.
fn sound(plan: &Plan) -> Result<(), TestCaseError> {
    let name = format!("{} to {}", plan.from, plan.to);
    prop_assert!(!plan.hops.is_empty(), "{name}: no hop");
    match plan.supported {
        Some(true) => {
            prop_assert_eq!(&plan.chains.recommended.first(), &Some(&plan.from), "{}", name);
            prop_assert_eq!(&plan.chains.recommended.last(), &Some(&plan.to), "{}", name);
            prop_assert!(
                plan.hops.iter().all(|hop| hop.supported == Some(true)),
                "{name}: a hop is not supported"
            );
            prop_assert!(!back(plan), "{name}: a way back");
            prop_assert!(
                plan.chains.shortest.len() <= plan.chains.recommended.len(),
                "{name}: the shortest is longer"
            );
        }
        Some(false) => prop_assert!(
            plan.hops.iter().all(|hop| hop.steps.is_empty()),
            "{name}: steps of what must not be done"
        ),
        None => prop_assert!(
            plan.hops.iter().any(|hop| hop.supported != Some(true)),
            "{name}: nothing is left unsaid"
        ),
    }
    if back(plan) {
        prop_assert_eq!(plan.supported, Some(false), "{}", name);
    }
    let mut at = &plan.from;
    for hop in &plan.hops {
        prop_assert_eq!(&hop.from, at, "{}: a gap", name);
        at = &hop.to;
        prop_assert!(
            hop.supported != Some(true) || !hop.sources.is_empty(),
            "{name}: supported by nobody"
        );
        for (index, step) in hop.steps.iter().enumerate() {
            prop_assert_eq!(step.n, index + 1);
            prop_assert!(
                !step.requirements.is_empty() && !step.sources.is_empty(),
                "{name}: {} cites nothing",
                step.id
            );
            for check in step.gate.iter().flat_map(|gate| &gate.checks) {
                prop_assert!(checks::find(check).is_some(), "{name}: {}: no check {check}", step.id);
                prop_assert!(
                    hop.checks.iter().any(|run| run.id == *check),
                    "{name}: {check} is cited and does not run"
                );
            }
            let all = [&step.title, &step.text]
                .into_iter()
                .chain(step.commands.iter().map(|command| &command.run));
            for text in all {
                prop_assert!(
                    !["{from}", "{to}", "{mesos}"].iter().any(|place| text.contains(place)),
                    "{name}: {text}"
                );
            }
        }
        for step in &hop.steps {
            for id in &step.signoffs {
                let listed = hop
                    .manual
                    .iter()
                    .any(|item| item.kind == ManualKind::Signoff && item.id == *id);
                prop_assert!(listed, "{name}: {}: the sign-off {id} is no manual item", step.id);
            }
        }
        for item in &hop.manual {
            prop_assert!(!item.sources.is_empty() && !item.text.is_empty(), "{name}: {}", item.id);
        }
        if hop.kind == HopKind::Configuration {
            prop_assert!(
                hop.expected_changes.is_empty(),
                "{name}: a change of configuration raises nothing"
            );
        }
    }
    prop_assert_eq!(at, &plan.to);
    Ok(())
}

fn dcos() -> impl Strategy<Value = String> {
    let all: Vec<String> = knowledge()
        .releases
        .iter()
        .map(|release| release.dcos.to_string())
        .collect();
    proptest::sample::select(all)
}

fn mesos() -> impl Strategy<Value = String> {
    let lines = &knowledge().paths.mesos.lines;
    let all: Vec<String> = lines
        .iter()
        .flat_map(|known| {
            let releases = known.patches.iter().map(|patch| format!("{}.{patch}", known.line));
            std::iter::once(known.line.to_string()).chain(releases)
        })
        .collect();
    proptest::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_plan_of_dcos_is_sound((from, to) in (dcos(), dcos())) {
        sound(&plan_of(&from, &to, Some(Product::Dcos), None))?;
    }

    #[test]
    fn every_plan_of_mesos_is_sound((from, to) in (mesos(), mesos())) {
        sound(&plan_of(&from, &to, Some(Product::Mesos), None))?;
    }
}

/// A hop whose Mesos or Marathon the guides do not know would list no rules, and look easier than it is.
#[test]
fn every_way_forward_between_releases_is_one_that_both_guides_know() {
    let releases = &knowledge().releases;
    let mut unknown = Vec::new();
    for (at, from) in releases.iter().enumerate() {
        for to in releases.iter().skip(at + 1) {
            let guides = [
                (&knowledge().mesos, &from.mesos, &to.mesos),
                (&knowledge().marathon, &from.marathon, &to.marathon),
            ];
            for (guide, before, after) in guides {
                let version = |text: &str| gonogo::model::Version::leading(text).unwrap();
                let (before, after) = (version(&before[0]), version(&after[0]));
                if before <= after && guide.between(&before, &after).is_none() {
                    unknown.push(format!("{} to {}: {before} to {after}", from.dcos, to.dcos));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{} ways:\n{}", unknown.len(), unknown.join("\n"));
}

/// DC/OS 1.10.1 ships a Marathon of four numbers: its rules and changes count as those of any other.
#[test]
fn a_marathon_of_four_numbers_is_part_of_the_hop() {
    let plan = plan_of("1.10.1", "1.11.6", Some(Product::Dcos), None);
    let changes: Vec<&str> = plan
        .hops
        .iter()
        .flat_map(|hop| &hop.expected_changes)
        .map(|change| change.id.as_str())
        .collect();
    assert!(changes.contains(&"marathon-version"), "{changes:?}");
    let snapshot = crate::support::fixture::Cluster::read("dcos-pre").snapshot();
    let facts = gonogo::facts::Facts::new(&snapshot);
    let target = "1.10.1".parse().unwrap();
    let hop = gonogo::facts::hop::Hop::of(&facts, knowledge(), Some(&target), None).unwrap();
    let (_, reached) = hop.marathon.expect("what 1.10.1 ships is in the table");
    assert_eq!(reached.to_string(), "1.5.1");
}
