//! Every condition of the guide, staged: a cluster on which it fires and one on which it does not.

use gonogo::checks::Check;
use gonogo::facts::Facts;
use gonogo::facts::rules;
use gonogo::knowledge::rule::{Condition, Place, Rule, Side, Test, Weight};
use gonogo::model::{CheckResult, Datum, EvidenceRef, Line, Observed, Policy};
use gonogo::snapshot::{Snapshot, Task, TaskList};

use super::{first_of, guide, judged_rules, the_checks};
use crate::support::fixture::{Cluster, run_pair, run_single};

/// Three masters, three agents and a framework of plain Mesos, which all run `line`.
pub fn cluster(line: Line) -> Snapshot {
    let mut snapshot = Cluster::read("mesos-pre").snapshot();
    let version = first_of(line);
    let at = EvidenceRef::item("data/staged");
    for master in &mut snapshot.masters {
        master.version = Observed::Known(version.clone(), at.clone());
    }
    for node in &mut snapshot.agent_nodes {
        node.version = Observed::Known(version.clone(), at.clone());
    }
    known(&mut snapshot.state).master.version = Some(version.to_string());
    for agent in known(&mut snapshot.agents) {
        agent.version = Some(version.to_string());
    }
    for framework in known(&mut snapshot.frameworks) {
        framework.capabilities = vec!["PARTITION_AWARE".to_owned()];
    }
    for name in ["executor_environment_variables", "containerizers", "cgroups_enable_cfs"] {
        set_flag(&mut snapshot, Place::AgentFlags, name, Some("true"));
    }
    snapshot
}

fn known<T>(part: &mut Observed<T>) -> &mut T {
    match part {
        Observed::Known(value, _) => value,
        Observed::Unknown(why) => panic!("{}", why.sentence()),
    }
}

fn each<T>(part: &mut Observed<Vec<T>>, change: impl FnMut(&mut T)) {
    known(part).iter_mut().for_each(change);
}

/// Sets or removes a flag of every master or agent.
pub fn set_flag(snapshot: &mut Snapshot, place: Place, name: &str, value: Option<&str>) {
    let all: Vec<&mut _> = match place {
        Place::MasterFlags => snapshot.masters.iter_mut().map(|one| &mut one.flags).collect(),
        _ => snapshot.agent_nodes.iter_mut().map(|one| &mut one.flags).collect(),
    };
    for flags in all {
        let flags = known(flags);
        match value {
            Some(value) => flags.insert(name.to_owned(), value.to_owned()),
            None => flags.remove(name),
        };
    }
}

/// Values for which the test holds, and values for which it does not; `None` = absent.
fn values(condition: &Condition) -> (Vec<Option<String>>, Vec<Option<String>>) {
    let own = |text: &str| Some(text.to_owned());
    let all: Vec<Option<String>> = condition.values.iter().map(|value| own(value)).collect();
    let other = own("something-else");
    let around = |value: &Option<String>| value.as_ref().map(|value| format!("{{ {value}: x }}"));
    match condition.test {
        Test::Present => (vec![other], vec![None]),
        Test::Absent => (vec![None], vec![other]),
        Test::AbsentOrEquals => ([all, vec![None]].concat(), vec![other]),
        Test::Equals | Test::In => (all, vec![other, None]),
        Test::NotEquals | Test::NotIn => (vec![other], [all, vec![None]].concat()),
        Test::Contains | Test::ContainsAny => (all.iter().map(around).collect(), vec![other, None]),
        Test::LacksAny => {
            let lacking = condition.values.split_last().unwrap().1.join(" ");
            (vec![Some(lacking)], vec![Some(condition.values.join(" "))])
        }
        Test::GreaterThan => (vec![own("3")], vec![all[0].clone()]),
        Test::VersionBelow => (vec![own("0.28.3")], vec![all[0].clone(), own("1.4.3")]),
        Test::DurationBelow => (vec![own("75secs")], vec![all[0].clone(), own("1hrs"), None]),
        Test::NotAMajority => (vec![own("1")], vec![own("2"), own("3"), None]),
        Test::Matches => match condition.values[0].as_str() {
            r#"permissive"?\s*:\s*false"# => (
                vec![own("permissive: false\n"), own(r#"{"permissive" : false}"#)],
                vec![own("permissive: true\n"), None],
            ),
            "^(?!/var/lib/dcos/)" => (
                vec![own("/etc/mesos/providers")],
                vec![own("/var/lib/dcos/mesos/resource-providers"), None],
            ),
            "^[0-9a-f]{8}-[0-9a-f]{4}-" => (
                vec![own("1db8be43-bbfc-4aab-b6b2-d5a916665302")],
                vec![own("20150101-120000-16777343-5050-1")],
            ),
            pattern => panic!("{pattern}: stage a value for it"),
        },
        other => panic!("{other:?}: no rule of Mesos uses it"),
    }
}

/// Makes the snapshot show `value` at the condition's first place.
fn stage(snapshot: &mut Snapshot, condition: &Condition, value: Option<&str>) {
    let text = value.map(str::to_owned);
    let yes = value.map(|value| value == "true");
    match condition.on {
        Place::MasterFlags | Place::AgentFlags => set_flag(snapshot, condition.on, &condition.path, value),
        Place::MasterMetrics => {
            for master in &mut snapshot.masters {
                let metrics = known(&mut master.metrics);
                match value {
                    Some(_) => metrics.insert(condition.path.as_str().into(), 1.0),
                    None => metrics.remove(condition.path.as_str()),
                };
            }
        }
        Place::MasterState => match condition.path.as_str() {
            "id" => known(&mut snapshot.state).master.id = text.unwrap(),
            "version" => known(&mut snapshot.state).master.version = text,
            "deactivated_slaves" => known(&mut snapshot.state).deactivated = value.map(|text| text.parse().unwrap()),
            "slaves[].version" => each(&mut snapshot.agents, |agent| agent.version.clone_from(&text)),
            "slaves[].domain" => each(&mut snapshot.agents, |agent| {
                agent.domain = text.clone().map(|text| (text, "zone".to_owned()));
            }),
            "slaves[].deactivated" => each(&mut snapshot.agents, |agent| agent.deactivated = yes),
            "frameworks[].capabilities" => {
                known(&mut snapshot.frameworks)[0].capabilities = text.into_iter().collect();
            }
            "frameworks[].recovered" => known(&mut snapshot.frameworks)[0].recovered = yes,
            "frameworks[].unreachable_tasks" => {
                let table = known(&mut snapshot.tasks);
                let task = Task {
                    list: TaskList::Unreachable,
                    ..table.tasks[0].clone()
                };
                for _ in 0..value.unwrap().parse().unwrap() {
                    table.tasks.push(task.clone());
                }
            }
            path => panic!("{path}: no stage for it"),
        },
        other => panic!("{other:?}: no stage for it"),
    }
}

/// The line that is looked at: before the hop, or after it.
fn line(rule: &Rule, from: Line, to: Line) -> Line {
    if rule.side == Side::Post { to } else { from }
}

/// Clusters on which the rule fires, and clusters on which it does not.
fn staged(rule: &Rule, from: Line, to: Line) -> (Vec<Snapshot>, Vec<Snapshot>) {
    let condition = rule.fires.as_ref().unwrap();
    if matches!(condition.on, Place::MasterEndpoint | Place::AgentEndpoint) {
        // A route is there or not by the line alone.
        return if rule.side == Side::Post {
            (vec![cluster(to)], vec![cluster(from)])
        } else {
            (vec![cluster(from)], vec![cluster(to)])
        };
    }
    let at = line(rule, from, to).max(condition.visible_since.unwrap_or(from));
    let with = |value: &Option<String>, only_if: bool| {
        let mut snapshot = cluster(at);
        if let Some(also) = &condition.only_if {
            let (holds, fails) = values(also);
            let value = if only_if { &holds[0] } else { &fails[0] };
            stage(&mut snapshot, also, value.as_deref());
        }
        stage(&mut snapshot, condition, value.as_deref());
        snapshot
    };
    let (firing, quiet) = values(condition);
    let mut quiet: Vec<Snapshot> = quiet
        .iter()
        // Absence that says nothing is tested by itself.
        .filter(|value| value.is_some() || !condition.absence_unknown)
        .map(|value| with(value, true))
        .collect();
    if condition.only_if.is_some() {
        quiet.push(with(&firing[0], false));
    }
    (firing.iter().map(|value| with(value, true)).collect(), quiet)
}

#[test]
fn every_condition_fires_on_what_it_is_made_for_and_only_on_that() {
    let mut counts = (0, 0);
    for (hop, rule) in judged_rules() {
        let (firing, quiet) = staged(rule, hop.from, hop.to);
        for snapshot in &firing {
            let judged = rules::judge(rule, guide(), &Facts::new(snapshot));
            assert!(
                !judged.fires.is_empty(),
                "{} does not fire: {:?}",
                rule.id,
                judged.unknown
            );
            for sighting in &judged.fires {
                assert!(!sighting.at.item.is_empty() && !sighting.name.is_empty(), "{}", rule.id);
            }
            counts.0 += 1;
        }
        for snapshot in &quiet {
            let judged = rules::judge(rule, guide(), &Facts::new(snapshot));
            assert!(judged.fires.is_empty(), "{} fires: {:?}", rule.id, judged.fires);
            assert!(
                judged.judged > 0 && judged.unknown.is_empty(),
                "{}: {judged:?}",
                rule.id
            );
            counts.1 += 1;
        }
        assert!(!firing.is_empty() && !quiet.is_empty(), "{}", rule.id);
    }
    eprintln!("{} firing and {} quiet clusters", counts.0, counts.1);
    assert!(counts.0 >= 97 && counts.1 >= 97, "{counts:?}");
}

/// Findings of that rule, by check.
fn findings(results: &[CheckResult], rule: &str) -> Vec<String> {
    let of = |result: &CheckResult| {
        let named = result
            .findings
            .iter()
            .map(|finding| finding.data.get("rule").map(Datum::to_string));
        let count = named.filter(|name| name.as_deref() == Some(rule)).count();
        (count > 0).then(|| format!("{} {count}", result.check))
    };
    results.iter().filter_map(of).collect()
}

/// A rule that matters is told by exactly one check, a rule that only informs by none; blockers by blocking checks.
#[test]
fn every_rule_that_fires_is_told_by_one_check() {
    for (hop, rule) in judged_rules() {
        let (firing, quiet) = staged(rule, hop.from, hop.to);
        let run = |snapshot: &Snapshot| -> Vec<CheckResult> {
            let policy = Policy::default();
            let target = Some(rule.since.clone().unwrap_or_else(|| first_of(hop.to)));
            let one = |check: &dyn Check| {
                if rule.side == Side::Post {
                    run_pair(check, &cluster(hop.from), snapshot, target.clone(), &policy)
                } else {
                    run_single(check, &Facts::new(snapshot), target.clone(), &policy)
                }
            };
            the_checks().into_iter().map(one).collect()
        };
        // A condition that needs a later line than its hop begins with cannot be met before the hop.
        let since = rule.fires.as_ref().unwrap().visible_since;
        if rule.side != Side::Post && since.is_some_and(|since| since > hop.from) {
            continue;
        }
        let told = findings(&run(&firing[0]), &rule.id);
        if rule.weight == Weight::Info {
            assert_eq!(told, [] as [&str; 0], "{} only informs", rule.id);
            continue;
        }
        assert_eq!(told.len(), 1, "{}: {told:?}", rule.id);
        let blocks = ![
            "mesos-flag-deprecated",
            "mesos-behaviour-changed",
            "mesos-endpoint-removed",
        ]
        .iter()
        .any(|check| told[0].starts_with(check));
        let endpoint = told[0].starts_with("mesos-endpoint-removed");
        assert_eq!(
            blocks,
            rule.weight == Weight::Blocker && !endpoint,
            "{}: {told:?}",
            rule.id
        );
        if rule.side == Side::Post || !endpoint {
            assert_eq!(findings(&run(&quiet[0]), &rule.id), [] as [&str; 0], "{}", rule.id);
        }
    }
}
