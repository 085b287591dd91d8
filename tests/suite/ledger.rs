//! The ledger of expected changes: statements per hop, what a comparison sees of them, and that nothing is called expected without one.

use std::collections::BTreeSet;

use gonogo::compare::{Comparison, compare};
use gonogo::facts::Facts;
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::ledger::{ExpectedChange, HopVersions, What, expected};
use gonogo::model::{Expectation, LedgerState, Version};
use proptest::prelude::*;

use crate::support::fixture::Cluster;

fn knowledge() -> &'static Knowledge {
    Knowledge::builtin().unwrap()
}

fn pair(from: &str, to: &str) -> (Version, Version) {
    (from.parse().unwrap(), to.parse().unwrap())
}

fn ids(list: &[ExpectedChange]) -> BTreeSet<&str> {
    list.iter().map(|change| change.id.as_str()).collect()
}

fn compared(pre: &str, post: &str) -> Comparison {
    let (before, after) = (Cluster::read(pre).snapshot(), Cluster::read(post).snapshot());
    compare(&Facts::new(&before), &Facts::new(&after), knowledge()).unwrap()
}

#[test]
fn the_five_fields_go_where_marathon_crosses_1_5_and_nowhere_else() {
    let of = |from: &str, to: &str| {
        expected(
            knowledge(),
            &HopVersions {
                marathon: Some(pair(from, to)),
                ..HopVersions::default()
            },
        )
    };
    let fields = |list: &[ExpectedChange]| -> Vec<String> {
        let gone = list
            .iter()
            .filter(|change| change.what == What::AppField && change.must);
        gone.filter_map(|change| change.old.clone()).collect()
    };
    let five = [
        "ipAddress",
        "container.docker.network",
        "container.docker.portMappings",
        "ports",
        "uris",
    ];
    assert_eq!(fields(&of("1.4.11", "1.5.8")), five);
    assert_eq!(fields(&of("1.4.7", "1.6.549")), five);
    assert_eq!(fields(&of("1.5.8", "1.6.549")), Vec::<String>::new());
    assert!(ids(&of("1.8.222", "1.9.109")).contains("marathon-1.9-role"));
}

#[test]
fn a_hop_of_dcos_restarts_mesos_even_where_its_version_stays() {
    let same = HopVersions {
        dcos: Some(pair("1.11.2", "1.11.3")),
        mesos: Some(pair("1.5.1", "1.5.1")),
        marathon: Some(pair("1.6.535", "1.6.535")),
    };
    let all = expected(knowledge(), &same);
    let ids = ids(&all);
    assert!(ids.contains("leaders-change") && ids.contains("mesos-history"));
    assert!(!ids.contains("mesos-version") && !ids.contains("marathon-app-form"));
}

#[test]
fn nothing_is_expected_of_a_hop_that_goes_nowhere_or_back() {
    for versions in [
        HopVersions::default(),
        HopVersions {
            mesos: Some(pair("1.5.3", "1.5.3")),
            ..HopVersions::default()
        },
        HopVersions {
            dcos: Some(pair("1.11.3", "1.10.8")),
            mesos: Some(pair("1.5.1", "1.4.2")),
            marathon: Some(pair("1.6.549", "1.5.8")),
        },
    ] {
        assert_eq!(expected(knowledge(), &versions), [], "{versions:?}");
    }
}

#[test]
fn every_expected_change_of_the_simulated_hop_is_backed_and_seen() {
    let comparison = compared("dcos-pre", "dcos-post");
    let known: BTreeSet<&str> = comparison.ledger.iter().map(|entry| entry.id.as_str()).collect();
    let mut backed = 0;
    for change in &comparison.changes {
        match (&change.expectation, &change.expected_by) {
            (Expectation::Expected, Some(id)) => {
                assert!(known.contains(id.as_str()), "{id}");
                backed += 1;
            }
            (Expectation::Expected, None) => panic!("{change:?} is expected by nothing"),
            (_, Some(id)) => panic!("{change:?} is not expected and cites {id}"),
            (_, None) => {}
        }
    }
    assert!(backed >= 9, "only {backed} expected changes in the simulated hop");
    for id in ["dcos-version", "mesos-version", "marathon-version"] {
        let entry = comparison.ledger.iter().find(|entry| entry.id == id).unwrap();
        assert_eq!(entry.state, LedgerState::Seen, "{entry:?}");
    }
}

#[test]
fn an_agent_that_stayed_is_named_in_the_ledger() {
    let mut after = Cluster::read("dcos-post");
    let item = "data/mesos-master/10.0.0.1/state.json";
    let leader = after
        .payload
        .keys()
        .find(|name| name.starts_with("data/mesos-master/") && name.ends_with("/state.json"))
        .cloned()
        .unwrap_or_else(|| item.to_owned());
    let mut state: serde_json::Value = serde_json::from_slice(&after.payload[&leader]).unwrap();
    state["slaves"][0]["version"] = "1.4.2".into();
    let host = state["slaves"][0]["hostname"].as_str().unwrap().to_owned();
    after.replace(&leader, serde_json::to_vec(&state).unwrap());
    let (before, after) = (Cluster::read("dcos-pre").snapshot(), after.snapshot());
    let comparison = compare(&Facts::new(&before), &Facts::new(&after), knowledge()).unwrap();
    let entry = comparison
        .ledger
        .iter()
        .find(|entry| entry.id == "mesos-version")
        .unwrap();
    assert_eq!(entry.state, LedgerState::Partly);
    let named: Vec<&str> = entry.missing.iter().map(|place| place.subject.name.as_str()).collect();
    assert_eq!(named, [host.as_str()]);
}

#[test]
fn a_cluster_against_itself_owes_nothing() {
    for base in ["dcos-pre", "mesos-pre", "lab-1.5.3"] {
        assert!(compared(base, base).ledger.is_empty(), "{base}");
    }
}

#[test]
fn the_table_is_sourced_and_its_ids_are_unique() {
    let mut seen = BTreeSet::new();
    for change in &knowledge().ledger {
        assert!(seen.insert(&change.id), "{} twice", change.id);
        assert!(!change.sources.is_empty() && change.sources.iter().all(|source| source.len() > 10));
        let named = change.old.is_some() || change.new.is_some();
        let by_name = matches!(
            change.what,
            What::AppField | What::Unit | What::Endpoint | What::StateField
        );
        assert!(named || !by_name || !change.must, "{}: names nothing", change.id);
        assert!(
            change.what == What::Endpoint || change.item.is_none(),
            "{}: only endpoints have an item",
            change.id
        );
    }
}

fn version() -> impl Strategy<Value = Version> {
    (0_u32..3, 0_u32..14, 0_u32..20).prop_map(|(major, minor, patch)| Version::new(major, minor, patch))
}

proptest! {
    /// What a way changes is what its halves change together.
    #[test]
    fn a_way_changes_what_its_halves_change(mut way in proptest::collection::vec(version(), 3)) {
        way.sort();
        let of = |from: &Version, to: &Version| {
            let pair = Some((from.clone(), to.clone()));
            let all = expected(knowledge(), &HopVersions { dcos: pair.clone(), mesos: pair.clone(), marathon: pair });
            let by_line = all.into_iter().filter(|change| change.since.is_some() && change.what != What::Flag);
            by_line.map(|change| change.id).collect::<BTreeSet<_>>()
        };
        let mut halves = of(&way[0], &way[1]);
        halves.extend(of(&way[1], &way[2]));
        prop_assert_eq!(of(&way[0], &way[2]), halves);
    }
}
