//! The served cluster behaves like a genuine one on the wire: redirects, ports, four-letter words, and faults on demand.

use gonogo::demo::answers::Service;
use gonogo::demo::fault::Fault;
use gonogo::demo::net::Net;
use gonogo::demo::upgrade::{NEW_LEADER, Window};
use serde_json::Value;

use crate::support::cluster::{NOW, Served, exchange, get};

#[test]
fn fake_cluster_redirects_to_its_leader_and_answers_for_itself() {
    for net in [Net::Auto, Net::Ports] {
        let served = Served::start(net);
        let places = served.cluster.places().clone();
        let leader = places.masters[0].mesos.clone();
        let standby = &places.masters[2].mesos;
        let (status, head, body) = get(standby, "/state");
        assert_eq!((status, body.as_str()), (307, ""));
        assert!(head.contains(&format!("\r\nLocation: //{leader}/state\r\n")), "{head}");
        let (status, _, body) = get(standby, "/version");
        assert_eq!(status, 200);
        assert!(body.contains("\"1.4.2\""), "{body}");
        assert_eq!(get(standby, "/registrar(1)/registry").2, "{}");

        let (status, head, body) = get(&leader, "/state");
        assert_eq!(status, 200);
        assert!(head.contains("Content-Type: application/json\r\n"));
        let state: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(state["pid"], format!("master@{leader}"));
        for (agent, place) in state["slaves"].as_array().unwrap().iter().zip(&places.agents) {
            assert_eq!(agent["pid"], format!("slave(1)@{}", place.mesos));
            let own: Value = serde_json::from_str(&get(&place.mesos, "/state").2).unwrap();
            assert_eq!(own["id"], agent["id"]);
        }
        served.runtime.block_on(served.cluster.stop());
        assert!(std::net::TcpStream::connect(leader.to_string()).is_err());
    }
}

#[test]
fn fake_cluster_answers_behind_admin_router() {
    let served = Served::start(Net::Ports);
    let front = served.cluster.places().masters[0].front.clone();
    for path in [
        "/mesos/state-summary",
        "/service/marathon/v2/info",
        "/service/marathon-user/v2/info",
        "/service/metronome/v1/jobs",
        "/exhibitor/exhibitor/v1/cluster/status",
        "/dcos-metadata/dcos-version.json",
        "/system/health/v1/nodes",
    ] {
        let (status, _, body) = get(&front, path);
        assert_eq!(status, 200, "{path}");
        serde_json::from_str::<Value>(&body).unwrap();
    }
    assert_eq!(get(&front, "/licensing/v1/status").0, 404);
    assert_eq!(get(&front, "/package/list").0, 404, "packages are listed with POST");
    let answer = exchange(
        &front,
        "POST /mesos/machine/down HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n",
    );
    assert_eq!(answer.unwrap(), "", "a large body ends the connection");
}

#[test]
fn fake_cluster_speaks_four_letter_words() {
    let served = Served::start(Net::Ports);
    let masters = &served.cluster.places().masters;
    assert_eq!(exchange(&masters[1].zookeeper, "ruok").unwrap(), "imok");
    let leader = exchange(&masters[0].zookeeper, "mntr").unwrap();
    assert!(leader.contains("zk_server_state\tleader\n") && leader.contains("zk_synced_followers\t2\n"));
    let follower = exchange(&masters[1].zookeeper, "mntr").unwrap();
    assert!(follower.contains("zk_server_state\tfollower\n") && !follower.contains("synced"));
    assert!(
        exchange(&masters[1].zookeeper, "srvr")
            .unwrap()
            .contains("Mode: follower\n")
    );
}

#[test]
fn fake_cluster_misbehaves_on_demand() {
    let served = Served::start(Net::Ports);
    let places = served.cluster.places();
    let master = &places.masters[0].mesos;
    served.cluster.faults(|faults| {
        faults.set(Service::Master(0), "/state", Fault::Status(403));
        faults.set(Service::Master(0), "/slaves", Fault::Truncate);
        faults.set(Service::Master(0), "/flags", Fault::Drop);
        faults.set(Service::Master(0), "/version", Fault::Html);
        faults.set(Service::Exhibitor(1), "*", Fault::Hang);
        faults.set(Service::ZooKeeper(0), "mntr", Fault::Status(403));
    });
    let ask = |path: &str| exchange(master, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_eq!(get(master, "/state").0, 403);
    assert_eq!(
        get(&places.masters[0].front, "/mesos/state").0,
        403,
        "also behind Admin Router"
    );
    let half = ask("/slaves").unwrap();
    let promised: usize = half
        .split("Content-Length: ")
        .nth(1)
        .unwrap()
        .split('\r')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(half.split_once("\r\n\r\n").unwrap().1.len(), promised / 2);
    assert_eq!(ask("/flags").unwrap(), "");
    assert!(get(master, "/version").1.contains("Content-Type: text/html\r\n"));
    let hanging = exchange(
        &places.masters[1].exhibitor,
        "GET /exhibitor/v1/cluster/status HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    assert!(hanging.is_err(), "{hanging:?}");
    assert!(
        exchange(&places.masters[0].zookeeper, "mntr")
            .unwrap()
            .contains("not in the whitelist")
    );
}

#[test]
fn fake_cluster_plays_the_upgrade_and_loses_an_agent() {
    let mut served = Served::start(Net::Ports);
    served.runtime.block_on(served.cluster.change(|model| {
        model.upgrade(Window {
            begin: NOW,
            step: 1.0,
            end: NOW + 60.0,
        });
        model.lose_agent(2);
    }));
    let places = served.cluster.places().clone();
    let (status, head, _) = get(&places.masters[0].mesos, "/state");
    assert_eq!(status, 307);
    assert!(head.contains(&places.masters[NEW_LEADER].mesos.to_string()), "{head}");
    let state: Value = serde_json::from_str(&get(&places.masters[NEW_LEADER].mesos, "/state").2).unwrap();
    assert_eq!(state["version"], "1.5.1");
    assert_eq!(state["slaves"].as_array().unwrap().len(), 3);
    assert_eq!(state["unreachable_slaves"], 1.0);
    let gone = std::net::TcpStream::connect(places.agents[2].mesos.to_string());
    assert!(gone.is_err(), "a lost agent has no socket");
}
