//! Laws of judging flags: what is not shown is never "not set", an old name is as good as the new one, and less
//! evidence never gives a better answer.

use gonogo::facts::Facts;
use gonogo::facts::rules;
use gonogo::knowledge::rule::{Condition, Place, Rule, Test};
use gonogo::model::{Line, Observed, Outcome, Policy, Status, Why};
use proptest::prelude::*;

use super::staged::{cluster, set_flag};
use super::{guide, judged_rules, the_checks};
use crate::support::fixture::{Cluster, run_single};

/// Rules that look at flags.
fn flag_rules() -> Vec<&'static Rule> {
    let on_flags = |condition: &Condition| matches!(condition.on, Place::MasterFlags | Place::AgentFlags);
    let rules = judged_rules().into_iter().map(|(_, rule)| rule);
    rules.filter(|rule| rule.fires.as_ref().is_some_and(on_flags)).collect()
}

fn denied<T>() -> Observed<T> {
    Observed::Unknown(Why::Missing {
        item: "data/flags.json".to_owned(),
        outcome: Outcome::Refused,
        reason: "403".to_owned(),
    })
}

proptest! {
    /// Whatever flags the others show, a node that does not show its flags neither fires nor passes: it is unknown.
    #[test]
    fn flags_that_are_not_shown_are_unknown(
        which in any::<prop::sample::Index>(),
        value in prop::option::of("[a-z0-9,./{}: ]{0,12}"),
        hidden in 0_usize..3,
    ) {
        let rules = flag_rules();
        let rule = *which.get(&rules);
        let condition = rule.fires.as_ref().unwrap();
        let mut snapshot = cluster(Line::new(1, 4));
        for place in std::iter::once(&condition.on).chain(&condition.also_on) {
            set_flag(&mut snapshot, *place, &condition.path, value.as_deref());
        }
        if let Observed::Known(state, _) = &mut snapshot.state {
            state.flags = None;
        }
        let name = if condition.on == Place::MasterFlags {
            snapshot.masters[hidden].flags = denied();
            snapshot.masters[hidden].host.replace(":5050", "")
        } else {
            snapshot.agent_nodes[hidden].flags = denied();
            snapshot.agent_nodes[hidden].host.replace(":5051", "")
        };
        let judged = rules::judge(rule, guide(), &Facts::new(&snapshot));
        prop_assert!(judged.fires.iter().all(|sighting| sighting.subject.name != name), "{}", rule.id);
        let said = judged.unknown.iter().any(|why| why.contains(&name) && why.contains("403"));
        prop_assert!(said, "{}: {:?}", rule.id, judged.unknown);
    }

    /// From 1.0 on a flag is shown under the name by which it was given: a rule about the proper name sees both.
    #[test]
    fn an_old_name_is_as_good_as_the_new_one(which in any::<prop::sample::Index>(), value in "[a-z0-9]{1,8}") {
        let alias = which.get(&guide().aliases);
        let place = if alias.component == "masters" { Place::MasterFlags } else { Place::AgentFlags };
        let see = |name: &str| {
            let mut snapshot = cluster(Line::new(1, 7));
            for gone in [&alias.old, &alias.new] {
                set_flag(&mut snapshot, place, gone, None);
            }
            set_flag(&mut snapshot, place, name, Some(&value));
            let condition = Condition {
                on: place,
                also_on: Vec::new(),
                path: alias.new.clone(),
                also: Vec::new(),
                test: Test::Present,
                values: Vec::new(),
                visible_since: None,
                absence_unknown: false,
                only_if: None,
            };
            let looked = rules::look(&condition, guide(), &Facts::new(&snapshot));
            looked.sightings.into_iter().map(|sighting| (sighting.name, sighting.value)).collect::<Vec<_>>()
        };
        let expected = |name: &str| vec![(name.to_owned(), Some(value.clone())); 3];
        prop_assert_eq!(see(&alias.new), expected(&alias.new));
        prop_assert_eq!(see(&alias.old), expected(&alias.old));
    }
}

/// Takes away or refuses every item, one at a time: what was found may become unknown, never good.
#[test]
fn less_evidence_never_gives_a_better_answer() {
    let base = Cluster::read("mesos-pre");
    let judge = |cluster: &Cluster| -> Vec<(String, Status)> {
        let snapshot = cluster.snapshot();
        let facts = Facts::new(&snapshot);
        let target = Some("1.11.0".parse().unwrap());
        let one = |check| run_single(check, &facts, target.clone(), &Policy::default());
        the_checks()
            .into_iter()
            .map(one)
            .map(|result| (result.check, result.status))
            .collect()
    };
    let before = judge(&base);
    for item in base.records() {
        for refused in [true, false] {
            let mut cluster = base.clone();
            if refused {
                cluster.fail(&item, &Outcome::Refused, "taken away by the test");
            } else {
                cluster.forget(&item);
            }
            for ((check, was), (_, is)) in before.iter().zip(judge(&cluster)) {
                // What only plain Mesos or only DC/OS is asked stays skipped.
                let worse = match was {
                    Status::Pass => true,
                    Status::Skipped => matches!(is, Status::Skipped | Status::Unknown),
                    _ => !matches!(is, Status::Pass | Status::Skipped),
                };
                assert!(worse, "{check}: {was:?} became {is:?} without {item}");
            }
        }
    }
}
