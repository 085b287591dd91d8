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
