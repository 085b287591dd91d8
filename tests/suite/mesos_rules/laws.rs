//! Laws of judging flags: what is not shown is never "not set", an old name is as good as the new one, and less
//! evidence never gives a better answer.

use gonogo::facts::Facts;
use gonogo::facts::rules;
use gonogo::knowledge::rule::{Condition, Place, Rule, Test};
use gonogo::model::{EvidenceRef, Line, Observed, Outcome, Policy, Status, Version, Why};
use gonogo::snapshot::Snapshot;
use proptest::prelude::*;

use super::staged::{cluster, set_flag};
use super::{guide, judged_rules, the_checks};
use crate::support::fixture::{Cluster, run_pair, run_single};

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

/// An agent that is behind has more hops to cross than its masters: rules of the hops before fire for it, and only for it.
#[test]
fn an_agent_that_is_behind_is_judged_for_the_hops_that_its_masters_have_made() {
    let judge = |late: Option<usize>| {
        let mut snapshot = cluster(Line::new(1, 1));
        set_flag(
            &mut snapshot,
            Place::AgentFlags,
            "containerizer_path",
            Some("/usr/libexec/containerizer"),
        );
        if let Some(late) = late {
            snapshot.agent_nodes[late].version =
                Observed::Known(Version::new(1, 0, 4), EvidenceRef::item("data/staged"));
        }
        let facts = Facts::new(&snapshot);
        let check = gonogo::checks::find("mesos-flag-removed").unwrap();
        run_single(check, &facts, Some(Version::new(1, 2, 0)), &Policy::default())
    };
    assert_eq!(judge(None).status, Status::Skipped, "no flag goes between 1.1 and 1.2");
    let result = judge(Some(1));
    assert_eq!(result.status, Status::Fail, "{result:#?}");
    let names: Vec<&str> = result
        .findings
        .iter()
        .map(|finding| finding.subject.name.as_str())
        .collect();
    assert_eq!(names, ["10.0.1.2"]);
}

/// Five thousand agents that show the same are one finding that names a few; another value is a finding of its own.
#[test]
fn agents_that_share_a_value_are_one_finding() {
    let mut snapshot = cluster(Line::new(1, 0));
    set_flag(
        &mut snapshot,
        Place::AgentFlags,
        "containerizer_path",
        Some("/usr/libexec/containerizer"),
    );
    let node = snapshot.agent_nodes[0].clone();
    let listed = match &mut snapshot.agents {
        Observed::Known(agents, _) => agents,
        Observed::Unknown(why) => panic!("{}", why.sentence()),
    };
    let agent = listed[0].clone();
    for number in 0..4_996 {
        let mut node = node.clone();
        node.host = format!("10.1.{}.{}:5051", number / 250, number % 250);
        if let Observed::Known(own, _) = &mut node.state {
            own.id = format!("many-S{number}");
            own.hostname = node.host.replace(":5051", "");
        }
        let mut agent = agent.clone();
        agent.id = format!("many-S{number}");
        agent.pid = Some(format!("slave(1)@{}", node.host));
        listed.push(agent);
        snapshot.agent_nodes.push(node);
    }
    if let Observed::Known(flags, _) = &mut snapshot.agent_nodes[1].flags {
        flags.insert("containerizer_path".to_owned(), "/opt/other".to_owned());
    }
    let facts = Facts::new(&snapshot);
    let check = gonogo::checks::find("mesos-flag-removed").unwrap();
    let result = run_single(check, &facts, Some(Version::new(1, 1, 0)), &Policy::default());
    let told: Vec<String> = result
        .findings
        .iter()
        .map(|finding| {
            format!(
                "{}: {} {}",
                finding.subject,
                finding.data["count"],
                finding.evidence.len()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "cluster: 4998 5",
            "agent 10.0.1.2 (4ff80a1f-77f2-40b2-8ed8-82ec1cfc75da-S1): 1 1"
        ]
    );
    let prints: std::collections::BTreeSet<&str> = result
        .findings
        .iter()
        .map(|finding| finding.fingerprint.as_str())
        .collect();
    assert_eq!(prints.len(), 2);
    assert!(result.findings[0].data["where"].to_string().contains("and 4993 more"));
}

/// Of a pair, what had to be looked at before the hop is past; what is to be looked at after it waits until it is made.
#[test]
fn after_the_hop_only_what_is_looked_at_after_it_counts() {
    let [old, new] = [Line::new(0, 28), Line::new(1, 0)];
    let with = |line, flag: &str, value: &str| {
        let mut snapshot = cluster(line);
        set_flag(&mut snapshot, Place::MasterFlags, flag, Some(value));
        snapshot
    };
    let judge = |id: &str, after: &Snapshot| {
        let check = gonogo::checks::find(id).unwrap();
        let target = Some(Version::new(1, 0, 0));
        run_pair(
            check,
            &with(old, "registry_strict", "true"),
            after,
            target,
            &Policy::default(),
        )
    };
    // Before: a value that 1.0 refuses. After: the archive after says nothing about it any more.
    let before = with(old, "registry_strict", "true");
    let check = gonogo::checks::find("mesos-flag-changed").unwrap();
    let alone = run_single(
        check,
        &Facts::new(&before),
        Some(Version::new(1, 0, 0)),
        &Policy::default(),
    );
    assert_eq!(alone.status, Status::Fail);
    assert_eq!(
        judge("mesos-flag-changed", &with(new, "registry_strict", "true")).status,
        Status::Skipped
    );
    // After: an old name is still given.
    let renamed = judge(
        "mesos-flag-deprecated",
        &with(new, "slave_reregister_timeout", "10mins"),
    );
    assert_eq!(renamed.status, Status::Warn, "{renamed:#?}");
    // Not there yet: nothing can be said about after.
    let result = judge(
        "mesos-flag-deprecated",
        &with(old, "slave_reregister_timeout", "10mins"),
    );
    assert_eq!(result.status, Status::Unknown);
    assert!(result.reason.unwrap().contains("runs Mesos 0.28.0, not 1.0.0"));
}
