//! The guide of Mesos as data: hops without gaps, rules that can be held, nothing without a source, every requirement
//! of the guide's own text answered by a rule or by the order of a hop.

use std::collections::BTreeSet;

use gonogo::facts::rules::{AGENT_STATE_PATHS, MASTER_STATE_PATHS, between, manual_items};
use gonogo::knowledge::guide::Order;
use gonogo::knowledge::rule::{Condition, Place, Side, Test, Weight};
use gonogo::knowledge::{Guide, Knowledge, Rule};
use gonogo::model::{Line, Version};

pub fn guide() -> &'static Guide {
    &Knowledge::builtin().unwrap().mesos
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    guide().hops.iter().flat_map(|hop| &hop.rules)
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn the_hops_go_from_0_11_to_1_11_without_a_gap() {
    let hops = &guide().hops;
    assert_eq!(guide().ends(), Some((Line::new(0, 11), Line::new(1, 11))));
    assert_eq!(hops.len(), 29);
    for pair in hops.windows(2) {
        assert_eq!(pair[0].to, pair[1].from);
    }
    for hop in hops {
        assert!(
            hop.from < hop.to && !hop.sources.is_empty(),
            "{} to {}",
            hop.from,
            hop.to
        );
        assert!(!hop.steps.is_empty(), "{} to {}", hop.from, hop.to);
        assert!(hop.flags.iter().all(|flags| !flags.sources.is_empty()));
    }
    let order = |to: &str| hops.iter().find(|hop| hop.to == to.parse().unwrap()).unwrap().order;
    assert_eq!(order("0.12"), Order::Documented);
    assert_eq!(order("0.19"), Order::Free);
    assert_eq!(order("1.11"), Order::Inherited);
}

#[test]
fn the_steps_are_those_of_the_guide_where_it_departs_from_the_usual_order() {
    let steps = |to: &str| -> Vec<&str> {
        let hop = guide().hops.iter().find(|hop| hop.to == to.parse().unwrap()).unwrap();
        hop.steps.iter().map(|step| step.component.as_str()).collect()
    };
    assert_eq!(steps("0.12"), ["agents", "masters"]);
    assert_eq!(
        steps("0.14"),
        [
            "masters",
            "executors",
            "agents",
            "agents",
            "schedulers",
            "schedulers",
            "schedulers",
            "masters",
            "agents"
        ]
    );
    assert_eq!(steps("0.17")[..3], ["masters", "schedulers", "schedulers"]);
    assert_eq!(steps("1.5")[0], "schedulers");
}

#[test]
fn rules_have_ids_of_their_hop_and_sources() {
    let mut seen = BTreeSet::new();
    for hop in &guide().hops {
        for rule in &hop.rules {
            assert!(seen.insert(&rule.id), "{} twice", rule.id);
            assert!(rule.id.starts_with(&format!("mesos-{}-", hop.to)), "{}", rule.id);
            assert!(!rule.sources.is_empty() && !rule.text.is_empty(), "{}", rule.id);
            for component in &rule.components {
                let known = ["masters", "agents", "schedulers", "executors", "modules"];
                assert!(known.contains(&component.as_str()), "{}: {component}", rule.id);
            }
        }
    }
    assert_eq!(seen.len(), 189);
}

/// What matters is judged or looked at by a person; only what is good to know may do neither.
#[test]
fn a_rule_that_matters_is_judged_or_manual() {
    for rule in rules().filter(|rule| rule.weight > Weight::Info) {
        assert!(rule.fires.is_some() || rule.manual, "{}", rule.id);
        assert!(
            !rule.manual || rule.fires.is_none() || rule.hint.is_some(),
            "{}",
            rule.id
        );
    }
}

fn conditions(condition: &Condition) -> Vec<&Condition> {
    let mut all = vec![condition];
    all.extend(condition.only_if.as_deref().into_iter().flat_map(conditions));
    all
}

#[test]
fn conditions_name_what_gonogo_reads() {
    for rule in rules() {
        for condition in rule.fires.iter().flat_map(conditions) {
            let id = &rule.id;
            for place in std::iter::once(&condition.on).chain(&condition.also_on) {
                let path = condition.path.as_str();
                match place {
                    Place::MasterState => assert!(MASTER_STATE_PATHS.contains(&path), "{id}: {path}"),
                    Place::AgentState => assert!(AGENT_STATE_PATHS.contains(&path), "{id}: {path}"),
                    Place::MasterEndpoint | Place::AgentEndpoint => {
                        let paths = std::iter::once(&condition.path).chain(&condition.also);
                        for path in paths {
                            assert!(path.starts_with('/'), "{id}");
                            let component = if *place == Place::MasterEndpoint {
                                "masters"
                            } else {
                                "agents"
                            };
                            let served = guide().serves(component, Line::new(1, 5), path);
                            assert!(served.is_some() || condition.also_on.len() == 1, "{id}: {path}");
                        }
                    }
                    Place::MasterFlags | Place::AgentFlags | Place::MasterMetrics => {
                        assert!(!path.contains("flags."), "{id}: {path}");
                    }
                    other => panic!("{id}: {other:?} is no place of Mesos"),
                }
            }
            let needs_values = !matches!(
                condition.test,
                Test::Present | Test::Absent | Test::Nonempty | Test::NotAMajority
            );
            assert_eq!(!condition.values.is_empty(), needs_values, "{id}");
            if condition.test == Test::Matches {
                fancy_regex::Regex::new(&condition.values[0]).unwrap();
            }
        }
    }
}

/// A flag that is gone stops a process that is started with it: each one is a rule.
#[test]
fn every_flag_that_a_hop_removes_has_a_rule() {
    for hop in &guide().hops {
        let Some(flags) = &hop.flags else { continue };
        for flag in flags.master_removed.iter().chain(&flags.agent_removed) {
            let named = |rule: &&Rule| rule.name.as_deref() == Some(flag) && rule.side == Side::Pre;
            let rule = hop.rules.iter().find(named);
            let rule = rule.unwrap_or_else(|| panic!("{} to {}: {flag}", hop.from, hop.to));
            assert_eq!(rule.weight, Weight::Blocker, "{}", rule.id);
        }
    }
}

#[test]
fn flags_with_two_names_and_routes_are_those_of_the_sources() {
    let guide = guide();
    assert_eq!(guide.aliases.len(), 13);
    let old: Vec<&str> = guide.old_names("masters", "agent_reregister_timeout").collect();
    assert_eq!(old, ["slave_reregister_timeout"]);
    assert_eq!(guide.old_names("agents", "agent_reregister_timeout").count(), 0);
    for (component, line, route, served) in [
        ("masters", "0.13", "/vars", Some(true)),
        ("masters", "0.14", "/vars", Some(false)),
        ("masters", "0.24", "/state", Some(false)),
        ("masters", "0.25", "/state", Some(true)),
        ("masters", "1.7", "/state.json", Some(true)),
        ("masters", "1.8", "/state.json", Some(false)),
        ("agents", "1.8", "/files/read.json", Some(false)),
        ("agents", "1.7", "/files/read.json", Some(true)),
        ("agents", "0.16", "/monitor/usage.json", Some(true)),
        ("agents", "0.17", "/monitor/usage.json", Some(false)),
        ("masters", "1.5", "/no/such/route", None),
        ("masters", "1.12", "/state", None),
    ] {
        let line = line.parse().unwrap();
        assert_eq!(
            guide.serves(component, line, route),
            served,
            "{component} {line} {route}"
        );
    }
    assert!(guide.endpoints.iter().all(|change| !change.sources.is_empty()));
}

/// A flag of a later line that a patch release brought earlier is listed with releases of earlier lines only.
#[test]
fn backported_flags_belong_to_a_later_hop() {
    for backport in &guide().backports {
        let hop = guide().hops.iter().find(|hop| {
            let flags = hop.flags.as_ref();
            let added = flags.map(|flags| match backport.component.as_str() {
                "masters" => &flags.master_added,
                _ => &flags.agent_added,
            });
            let alias =
                |alias: &gonogo::knowledge::guide::FlagAlias| alias.new == backport.flag && alias.since == hop.to;
            added.is_some_and(|added| added.contains(&backport.flag)) || guide().aliases.iter().any(alias)
        });
        let hop = hop.unwrap_or_else(|| panic!("{}: no hop adds it", backport.flag));
        assert!(!backport.since.is_empty() && !backport.sources.is_empty());
        for version in &backport.since {
            // Line 1.7 itself: the flag came with 1.7.1.
            let late = backport.flag == "network_cni_root_dir_persist" && Line::from(version) == Line::new(1, 7);
            assert!(Line::from(version) < hop.to || late, "{} {version}", backport.flag);
        }
    }
}

/// Items S4-1 to S4-28: where each one is answered.
#[test]
fn every_requirement_of_the_guide_before_0_22_is_answered() {
    let mut rows = Vec::new();
    for number in 1..=28 {
        let id = format!("S4-{number}");
        let by_order = guide().hops.iter().filter(|hop| hop.requirements.contains(&id));
        let mut by: Vec<String> = by_order
            .map(|hop| format!("order {} to {}", hop.from, hop.to))
            .collect();
        if id == "S4-28" {
            by.clear();
        }
        by.extend(
            rules()
                .filter(|rule| rule.requirements.contains(&id))
                .map(|rule| rule.id.clone()),
        );
        rows.push(format!("{id}: {}", by.join(", ")));
    }
    let expected = [
        "S4-1: mesos-0.22-auth-message",
        "S4-2: mesos-0.21-checkpoint",
        "S4-3: order 0.20 to 0.21",
        "S4-4: mesos-0.20-commandinfo",
        "S4-5: mesos-0.20-python",
        "S4-6: mesos-0.20-acks",
        "S4-7: order 0.19 to 0.20",
        "S4-8: mesos-0.19-work-dir",
        "S4-9: mesos-0.19-quorum, mesos-0.19-quorum-majority",
        "S4-10: order 0.18 to 0.19",
        "S4-11: mesos-0.18-reboot",
        "S4-12: order 0.17 to 0.18",
        "S4-13: mesos-0.18-isolation-process",
        "S4-14: mesos-0.18-isolation-cgroups",
        "S4-15: mesos-0.18-mounts",
        "S4-16: mesos-0.18-hierarchy-default",
        "S4-17: mesos-0.18-subsystems",
        "S4-18: order 0.15 to 0.16, order 0.16 to 0.17",
        "S4-19: mesos-0.15-credentials",
        "S4-20: mesos-0.15-flag-name, mesos-0.15-unauthenticated",
        "S4-21: mesos-0.15-reconcile",
        "S4-22: mesos-0.14-vars",
        "S4-23: mesos-0.14-checkpoint-flag, mesos-0.14-framework-checkpoint",
        "S4-24: order 0.13 to 0.14, mesos-0.14-second-restart",
        "S4-25: mesos-0.13-cgroups-hierarchy",
        "S4-26: order 0.11 to 0.12, mesos-0.12-agents-first",
        "S4-27: mesos-0.12-source-field",
        "S4-28: mesos-0.13-unknown-flags",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn manual_items_are_those_of_every_hop_between_and_of_no_way_outside_the_guide() {
    let items = |from: &str, to: &str| manual_items(guide(), &version(from), &version(to));
    let ids = |from: &str, to: &str| -> Vec<&str> {
        let rules = items(from, to).unwrap();
        rules.iter().map(|rule| rule.id.as_str()).collect()
    };
    assert_eq!(
        ids("0.12.1", "0.13.0"),
        [
            "mesos-0.13-cgroups-hierarchy",
            "mesos-0.13-unknown-flags",
            "mesos-0.13-agent-webui-dir",
            "mesos-0.13-recovery-flags"
        ]
    );
    assert_eq!(ids("1.5.1", "1.5.3"), [] as [&str; 0]);
    let jump = ids("1.4.3", "1.11.0");
    for (from, to) in [("1.4.0", "1.5.0"), ("1.7.0", "1.8.0"), ("1.10.0", "1.11.0")] {
        for id in ids(from, to) {
            assert!(jump.contains(&id), "{id}");
        }
    }
    for (from, to) in [
        ("1.5.3", "1.4.3"),
        ("0.10.0", "0.12.0"),
        ("1.10.0", "1.12.0"),
        ("2.0.0", "2.1.0"),
    ] {
        assert!(items(from, to).is_none(), "{from} to {to}");
    }
}

/// A rule that came with a later release of a line belongs to every way that crosses that release.
#[test]
fn a_rule_of_a_later_release_is_met_where_that_release_is_crossed() {
    for (from, to, met) in [
        ("1.1.0", "1.2.0", false),
        ("1.1.0", "1.2.1", true),
        ("1.1.0", "1.2", true),
        ("1.1.0", "1.3.0", true),
        ("1.2.0", "1.2.1", true),
        ("1.2.0", "1.3.0", true),
        ("1.2.1", "1.3.0", false),
        ("1.2.1", "1.2.3", false),
    ] {
        let rules = between(guide(), &version(from), &version(to)).unwrap();
        let seen = rules.iter().any(|(_, rule)| rule.id == "mesos-1.2-old-agents");
        assert_eq!(seen, met, "{from} to {to}");
    }
}
