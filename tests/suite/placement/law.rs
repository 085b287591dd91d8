//! The law of satisfiability, against every order of offers on small clusters: what is said to be impossible is, the bound is
//! never below what can be placed, and with one rule that counts it is exact.

use std::collections::BTreeSet;

use gonogo::facts::placement::Fit;
use gonogo::snapshot::mesos::Attribute;
use proptest::prelude::*;

use super::world::{World, agent, workload};

/// Which rules of GROUP_BY and MAX_PER a release has.
const RELEASES: [&str; 4] = ["1.4.3", "1.5.11", "1.8.244", "1.11.24"];

/// Marathon's matching of one offer, written from its sources for texts only: hosts and two attributes.
fn accepts(
    release: &str,
    host: &[[Option<String>; 3]],
    placed: &[usize],
    wanted: u64,
    offer: usize,
    rule: &[String],
) -> bool {
    let column = match rule[0].as_str() {
        "hostname" => 0,
        "rack" => 1,
        _ => 2,
    };
    let value = rule.get(2).map_or("", String::as_str);
    let Some(offered) = &host[offer][column] else {
        return rule[1] == "UNLIKE";
    };
    let text = |at: usize| host[at][column].as_ref();
    let total: usize = placed.iter().sum();
    let on = |wanted: &String| -> usize {
        (0..host.len())
            .filter(|at| text(*at) == Some(wanted))
            .map(|at| placed[at])
            .sum()
    };
    let groups: BTreeSet<&String> = (0..host.len()).filter(|at| placed[*at] > 0).filter_map(text).collect();
    let here = on(offered);
    match rule[1].as_str() {
        "LIKE" => value.split('|').any(|one| one == offered),
        "UNLIKE" => value.split('|').all(|one| one != offered),
        "UNIQUE" => here == 0,
        "CLUSTER" if value.is_empty() => here == total,
        "CLUSTER" => value == offered,
        "MAX_PER" if release == "1.4.3" && column > 0 => true,
        "MAX_PER" => here == 0 || here < value.parse::<usize>().unwrap(),
        "GROUP_BY" if release == "1.11.24" => {
            let into: u64 = value.parse().unwrap_or(0);
            if into == 0 {
                return false;
            }
            let wanted = if total == 0 { 1 } else { wanted };
            let (each, rest) = (wanted / into, wanted % into);
            let over: u64 = groups.iter().map(|group| (on(group) as u64).saturating_sub(each)).sum();
            let here = here as u64;
            if here == 0 {
                (groups.len() as u64) < into
            } else {
                here < each || here == each && rest > over
            }
        }
        "GROUP_BY" => {
            let minimum: usize = value.parse().unwrap_or(0);
            let least = groups.iter().map(|group| on(group)).min().unwrap_or(0);
            here == 0 || groups.len() >= minimum && here == least
        }
        other => panic!("{other}"),
    }
}

/// The most instances that any order of offers places, up to those wanted.
fn played(release: &str, host: &[[Option<String>; 3]], rules: &[Vec<String>], wanted: u64) -> u64 {
    let mut seen = BTreeSet::new();
    let mut open = vec![vec![0_usize; host.len()]];
    let mut best = 0;
    while let Some(placed) = open.pop() {
        let total = placed.iter().sum::<usize>() as u64;
        best = best.max(total);
        if total == wanted {
            return wanted;
        }
        for offer in 0..host.len() {
            if rules
                .iter()
                .all(|rule| accepts(release, host, &placed, wanted, offer, rule))
            {
                let mut next = placed.clone();
                next[offer] += 1;
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
    }
    best
}

fn rule() -> impl Strategy<Value = Vec<String>> {
    let field = prop_oneof![Just("hostname"), Just("rack"), Just("row")];
    let operator = prop_oneof![
        Just(("UNIQUE", None)),
        Just(("CLUSTER", None)),
        (1..4_u8).prop_map(|number| ("MAX_PER", Some(number))),
        (0..5_u8).prop_map(|number| ("GROUP_BY", Some(number))),
        Just(("GROUP_BY", None)),
        Just(("LIKE", None)),
        Just(("UNLIKE", None)),
    ];
    (
        field,
        operator,
        prop_oneof![Just("a"), Just("a|b"), Just("10.0.1.1|10.0.1.2")],
    )
        .prop_map(|(field, (operator, number), pattern)| {
            let mut rule = vec![field.to_owned(), operator.to_owned()];
            match number {
                Some(number) => rule.push(number.to_string()),
                None if operator.ends_with("LIKE") => rule.push(pattern.to_owned()),
                None => {}
            }
            rule
        })
}

fn hosts() -> impl Strategy<Value = Vec<(Option<&'static str>, Option<&'static str>)>> {
    let rack = || prop_oneof![Just(None), Just(Some("a")), Just(Some("b")), Just(Some("c"))];
    prop::collection::vec((rack(), rack()), 2..6)
}

fn counts(rule: &[String]) -> bool {
    !rule[1].ends_with("LIKE")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_bound_holds_for_every_order_of_offers(
        hosts in hosts(),
        rules in prop::collection::vec(rule(), 1..4),
        wanted in 1..7_u64,
        release in prop::sample::select(&RELEASES[..]),
        down in 0..8_usize,
    ) {
        let agents = hosts.iter().enumerate().map(|(at, (rack, row))| {
            let mut agent = agent(at + 1, *rack);
            if let Some(row) = row {
                agent.attributes.insert("row".to_owned(), Attribute::Text((*row).to_owned()));
            }
            agent
        }).collect();
        let world = World::with(agents);
        let texts: Vec<[Option<String>; 3]> = hosts.iter().enumerate().map(|(at, (rack, row))| {
            [Some(format!("10.0.1.{}", at + 1)), rack.map(str::to_owned), row.map(str::to_owned)]
        }).collect();
        let lists: Vec<Vec<&str>> = rules.iter().map(|rule| rule.iter().map(String::as_str).collect()).collect();
        let lists: Vec<&[&str]> = lists.iter().map(Vec::as_slice).collect();
        let app = workload(&lists, wanted);
        let whole = world.outcome(release, &app, &[]);
        let truth = played(release, &texts, &rules, wanted);
        prop_assert!(whole.at_most.is_none_or(|bound| bound >= truth), "{whole:?}, played {truth}");
        match &whole.fit {
            Fit::CannotFit { because, .. } => prop_assert!(truth < wanted, "{because}, played {truth}"),
            Fit::Fits => {}
            Fit::Unknown { why } => prop_assert!(false, "{why}"),
        }
        if rules.iter().filter(|rule| counts(rule)).count() <= 1 {
            prop_assert_eq!(truth == wanted, whole.fit == Fit::Fits);
        }
        // Taking an agent away is the same as never having had it, and the loss of it is told.
        let down = down % hosts.len();
        let mut fewer = texts.clone();
        fewer.remove(down);
        let mut less = world.clone();
        less.agents_mut().remove(down);
        let without = world.outcome(release, &app, &[down]);
        prop_assert_eq!(&without.at_most, &less.outcome(release, &app, &[]).at_most);
        let after = played(release, &fewer, &rules, wanted);
        prop_assert!(without.at_most.is_none_or(|bound| bound >= after));
        if whole.fit == Fit::Fits {
            let losses = world.losses(release, &lists, wanted);
            let told = losses.agents.contains(&down);
            prop_assert_eq!(told, matches!(without.fit, Fit::CannotFit { .. }));
        }
    }
}
