//! The law of waves: whatever the cluster looks like, no wave takes an app below its minimum, and nobody is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use gonogo::facts::workloads::waves::{Demand, Node, Plan, Stage, largest, plan};
use proptest::prelude::*;

const APPS: usize = 6;

fn node() -> impl Strategy<Value = Node> {
    (
        any::<bool>(),
        prop::option::of(0..4_u8),
        prop::bool::weighted(0.15),
        prop::collection::btree_map(0..APPS, 0..4_u64, 0..4),
        prop::collection::btree_set(0..2_usize, 0..2),
        0..3_u64,
    )
        .prop_map(|(public, rack, critical, runs, alone_in, hurt)| Node {
            name: String::new(),
            public,
            rack: rack.map(|rack| format!("rack-{rack}")),
            critical,
            runs,
            alone_in,
            hurt: [hurt, 0, 0, 0],
        })
}

/// A cluster whose counts agree with what its agents run; some apps have more instances on agents that are not listed.
fn cluster() -> impl Strategy<Value = (Vec<Node>, Vec<Demand>, u8)> {
    let demand = (prop::option::weighted(0.9, 0..8_u64), 0..3_u64, 0..3_u64);
    (
        prop::collection::vec(node(), 0..24),
        prop::collection::vec(demand, APPS),
        1..=100_u8,
    )
        .prop_map(|(mut nodes, demands, percent)| {
            for (at, node) in nodes.iter_mut().enumerate() {
                node.name = format!("agent-{at:03}");
            }
            let demands = demands
                .into_iter()
                .enumerate()
                .map(|(app, (minimum, elsewhere, assumed))| Demand {
                    minimum,
                    available: elsewhere + nodes.iter().filter_map(|node| node.runs.get(&app)).sum::<u64>(),
                    assumed,
                })
                .collect();
            (nodes, demands, percent)
        })
}

/// What is left of an app outside of these agents, the assumed instances included.
fn left(nodes: &[Node], demand: Demand, app: usize, stopped: &[usize]) -> (u64, u64) {
    let gone: u64 = stopped.iter().filter_map(|at| nodes[*at].runs.get(&app)).sum();
    (gone, demand.available - gone + demand.assumed)
}

/// A plan in names: one line for each wave and for each held agent.
fn names(nodes: &[Node], plan: &Plan) -> Vec<String> {
    let waves = plan.waves.iter().map(|wave| {
        let names: Vec<&str> = wave.nodes.iter().map(|at| nodes[*at].name.as_str()).collect();
        format!("{:?} {} {names:?}", wave.stage, wave.public)
    });
    let held = plan
        .held
        .iter()
        .map(|(at, apps)| format!("held {} {apps:?}", nodes[*at].name));
    waves.chain(held).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_wave_takes_an_app_below_its_minimum((nodes, demands, percent) in cluster()) {
        let plan = plan(&nodes, &demands, percent);
        for wave in &plan.waves {
            for (app, demand) in demands.iter().enumerate() {
                let (gone, left) = left(&nodes, *demand, app, &wave.nodes);
                prop_assert!(
                    gone == 0 || demand.minimum.is_some_and(|minimum| left >= minimum),
                    "app {app}: {left} left of {demand:?} in {wave:?}"
                );
            }
        }
    }

    #[test]
    fn every_agent_is_in_one_wave_or_held_for_a_reason((nodes, demands, percent) in cluster()) {
        let plan = plan(&nodes, &demands, percent);
        let mut seen = BTreeSet::new();
        let waves = plan.waves.iter().flat_map(|wave| wave.nodes.iter().copied());
        for at in waves.chain(plan.held.iter().map(|(at, _)| *at)) {
            prop_assert!(seen.insert(at), "agent {at} stands there twice");
        }
        prop_assert_eq!(seen.len(), nodes.len());
        for (at, apps) in &plan.held {
            prop_assert!(!apps.is_empty());
            for app in apps {
                let (gone, left) = left(&nodes, demands[*app], *app, &[*at]);
                prop_assert!(gone > 0 && demands[*app].minimum.is_none_or(|minimum| left < minimum));
            }
        }
    }

    #[test]
    fn canaries_first_then_twice_as_many_critical_ones_last_and_alone((nodes, demands, percent) in cluster()) {
        let plan = plan(&nodes, &demands, percent);
        let first_critical = plan.waves.iter().position(|wave| wave.stage == Stage::Critical);
        let mut largest_so_far: BTreeMap<bool, usize> = BTreeMap::new();
        for (at, wave) in plan.waves.iter().enumerate() {
            let critical = wave.nodes.iter().any(|at| nodes[*at].critical);
            prop_assert_eq!(critical, wave.stage == Stage::Critical);
            prop_assert!(!critical || wave.nodes.len() == 1);
            prop_assert!(critical || first_critical.is_none_or(|first| at < first));
            prop_assert!(wave.nodes.iter().all(|at| nodes[*at].public == wave.public));
            let of_kind = nodes.iter().filter(|node| node.public == wave.public).count();
            prop_assert!(wave.nodes.len() <= largest(of_kind, percent));
            if critical {
                continue;
            }
            let before = largest_so_far.entry(wave.public).or_default();
            prop_assert_eq!(wave.stage == Stage::Canary, *before == 0);
            prop_assert!(wave.nodes.len() <= (*before * 2).max(1));
            *before = (*before).max(wave.nodes.len());
        }
        // Private agents go before public ones, among the critical ones too.
        let order: Vec<(bool, bool)> =
            plan.waves.iter().map(|wave| (wave.stage == Stage::Critical, wave.public)).collect();
        prop_assert!(order.is_sorted());
    }

    #[test]
    fn a_wave_keeps_to_one_rack_and_takes_no_two_of_a_group((nodes, demands, percent) in cluster()) {
        for wave in plan(&nodes, &demands, percent).waves {
            let racks: BTreeSet<Option<&str>> = wave.nodes.iter().map(|at| nodes[*at].rack.as_deref()).collect();
            prop_assert!(racks.len() == 1, "{racks:?}");
            let mut groups = BTreeSet::new();
            for at in &wave.nodes {
                for group in &nodes[*at].alone_in {
                    prop_assert!(groups.insert(group), "group {group} twice");
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_evidence_does_not_matter((nodes, demands, percent) in cluster()) {
        let turned: Vec<Node> = nodes.iter().rev().cloned().collect();
        prop_assert_eq!(
            names(&nodes, &plan(&nodes, &demands, percent)),
            names(&turned, &plan(&turned, &demands, percent))
        );
    }
}

/// Ten equal agents of one rack that run nothing: 1, 2, then the cap.
#[test]
fn waves_grow_up_to_the_cap() {
    let nodes: Vec<Node> = (0..20)
        .map(|at| Node {
            name: format!("{at:02}"),
            rack: Some("r".to_owned()),
            ..Node::default()
        })
        .collect();
    let sizes = |percent| -> Vec<usize> {
        let plan = plan(&nodes, &[], percent);
        plan.waves.iter().map(|wave| wave.nodes.len()).collect()
    };
    assert_eq!(sizes(25), [1, 2, 4, 5, 5, 3]);
    assert_eq!(sizes(100), [1, 2, 4, 8, 5]);
    assert_eq!(sizes(1), [1; 20]);
}

/// One app of four on four agents: with a minimum of 4 everything is held; with one assumed instance they go one by one.
#[test]
fn an_app_that_may_miss_nothing_holds_its_agents() {
    let nodes: Vec<Node> = (0..4)
        .map(|at| Node {
            name: format!("{at}"),
            runs: [(0, 1)].into(),
            ..Node::default()
        })
        .collect();
    let demand = |minimum, assumed| Demand {
        minimum,
        available: 4,
        assumed,
    };
    let of = |demand: Demand| {
        let plan = plan(&nodes, &[demand], 100);
        (plan.waves.len(), plan.held.len())
    };
    assert_eq!(of(demand(Some(4), 0)), (0, 4));
    assert_eq!(of(demand(Some(4), 1)), (4, 0));
    assert_eq!(of(demand(Some(2), 0)), (3, 0), "1, 2 and 1");
    assert_eq!(of(demand(None, 9)), (0, 4), "a minimum that is not known");
}
