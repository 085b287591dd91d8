//! A DC/OS cluster (the simulated one) collected over HTTP: directly, and through Admin Router alone.

use gonogo::collect::{Base, Targets};
use gonogo::demo::net::Net;
use gonogo::demo::places::Address;
use gonogo::model::{Evidence, Outcome};

use crate::support::cluster::Served;
use crate::support::mini;

fn base(address: &Address) -> Base {
    Base::parse(&address.to_string(), 80).unwrap()
}

fn troubles(ran: &mini::Ran) -> Vec<String> {
    let bad = |evidence: &&Evidence| !matches!(evidence.outcome, Outcome::Captured | Outcome::NotApplicable);
    ran.collected
        .manifest
        .evidence
        .iter()
        .filter(bad)
        .map(|evidence| format!("{} {:?} {:?}", evidence.item, evidence.outcome, evidence.reason))
        .collect()
}

#[test]
fn everything_is_found_from_the_masters() {
    let served = Served::start(Net::Ports);
    let places = served.cluster.places().clone();
    let targets = Targets {
        masters: places.masters.iter().map(|master| master.host.clone()).collect(),
        mesos: places.masters.iter().map(|master| base(&master.mesos)).collect(),
        exhibitors: places.masters.iter().map(|master| base(&master.exhibitor)).collect(),
        zookeepers: places.masters.iter().map(|master| base(&master.zookeeper)).collect(),
        marathons: vec![("root".to_owned(), base(&places.masters[0].marathon))],
        admin_router: Some(base(&places.masters[0].front)),
        admin_routers: places.masters.iter().map(|master| base(&master.front)).collect(),
        ..Targets::default()
    };
    let ran = mini::run(mini::job(targets, mini::limits()));
    assert_eq!(troubles(&ran), Vec::<String>::new());
    assert_eq!(ran.code(), 0);
    let count = |end: &str| {
        let all = &ran.collected.manifest.evidence;
        all.iter()
            .filter(|one| one.item.contains(end) && one.outcome == Outcome::Captured)
            .count()
    };
    assert_eq!(count("/mesos-agent/"), places.agents.len() * 4);
    assert_eq!(count("/redirect_end.txt"), 3);
    assert_eq!(count("/state.json") - places.agents.len(), 1, "one leader");
    assert_eq!(count("/zookeeper/"), 12);
    assert_eq!(count("/cluster_status.json"), 3);
    // Root, and the nested one found among the frameworks.
    assert_eq!(count("/info.json"), 2);
    assert_eq!((count("/jobs.json"), count("/packages.json")), (1, 1));
    // Each node's own Admin Router tells its version.
    assert_eq!(count("/dcos_version.json"), 3);
    assert_eq!(
        explored(&ran),
        [
            "marathon-user ?key=/universe/marathon-user/state",
            "root ?key=/marathon/state"
        ]
    );
}

/// Of whose state which node was asked for, and captured.
fn explored(ran: &mini::Ran) -> Vec<String> {
    let all = ran.collected.manifest.evidence.iter();
    all.filter(|one| one.item.ends_with("/state_znodes.json") && one.outcome == Outcome::Captured)
        .map(|one| {
            let (_, query) = one.request.split_once("/exhibitor/v1/explorer/node").unwrap();
            format!("{} {query}", one.item.split('/').nth(2).unwrap())
        })
        .collect()
}

#[test]
fn the_state_of_a_marathon_is_listed_by_the_first_exhibitor_that_is_there() {
    let served = Served::start(Net::Ports);
    let places = served.cluster.places().clone();
    let nobody = Base::parse("127.0.0.1:1", 80).unwrap();
    let targets = |exhibitors: Vec<Base>| Targets {
        masters: places.masters.iter().map(|master| master.host.clone()).collect(),
        mesos: places.masters.iter().map(|master| base(&master.mesos)).collect(),
        exhibitors,
        marathons: vec![("root".to_owned(), base(&places.masters[0].marathon))],
        skipped: ["mesos-agent", "zookeeper", "dcos", "metronome"]
            .map(str::to_owned)
            .into(),
        ..Targets::default()
    };
    let asked = mini::run(mini::job(
        targets(vec![nobody, base(&places.masters[1].exhibitor)]),
        mini::limits(),
    ));
    assert_eq!(explored(&asked).len(), 2);
    let record = |ran: &mini::Ran| {
        let mut all = ran.collected.manifest.evidence.iter();
        all.find(|one| one.item == "data/marathon/root/state_znodes.json")
            .unwrap()
            .clone()
    };
    assert_eq!(record(&asked).host, places.masters[1].exhibitor.to_string());
    let mut left = targets(vec![base(&places.masters[1].exhibitor)]);
    left.skipped.insert("exhibitor".to_owned());
    let left = mini::run(mini::job(left, mini::limits()));
    assert_eq!(record(&left).outcome, Outcome::SkippedByUser);
}

#[test]
fn one_admin_router_is_enough() {
    let served = Served::start(Net::Ports);
    let places = served.cluster.places().clone();
    let targets = Targets {
        admin_router: Some(base(&places.masters[0].front)),
        ..Targets::default()
    };
    let ran = mini::run(mini::job(targets, mini::limits()));
    let troubles = troubles(&ran);
    assert_eq!(explored(&ran).len(), 2);
    // ZooKeeper speaks no HTTP.
    assert!(troubles.iter().all(|one| one.contains("/zookeeper/")), "{troubles:#?}");
    assert_eq!(ran.code(), 0);
    let agents: Vec<&Evidence> = ran
        .collected
        .manifest
        .evidence
        .iter()
        .filter(|one| one.source == "mesos-agent" && one.item.ends_with("/state.json"))
        .collect();
    assert_eq!(agents.len(), places.agents.len());
    assert!(
        agents
            .iter()
            .all(|one| one.request.contains("/agent/") || one.request.contains("/slave/"))
    );
}
