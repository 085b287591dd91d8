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
