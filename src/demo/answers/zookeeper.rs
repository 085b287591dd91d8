//! What a ZooKeeper server answers to four-letter words, in the words of 3.4.
//!
//! Keys: apache/zookeeper release-3.4.10 `NIOServerCnxn.java`; `followers` and its neighbours only on the leader.

use std::fmt::Write as _;

use crate::demo::model::Model;

/// What the server on master number `index` answers to `word`; `None` for a word it does not know.
pub fn answer(model: &Model, index: usize, word: &str) -> Option<String> {
    match word {
        "ruok" => Some("imok".to_owned()),
        "srvr" => Some(srvr(model, index)),
        "mntr" => Some(mntr(model, index)),
        "conf" => Some(conf(model, index)),
        _ => None,
    }
}

fn version(model: &Model, index: usize) -> &'static str {
    model.masters.get(index).map_or("", |master| master.release.zookeeper)
}

fn mode(model: &Model, index: usize) -> &'static str {
    if index == model.leader { "leader" } else { "follower" }
}

fn srvr(model: &Model, index: usize) -> String {
    format!(
        "Zookeeper version: {}\nLatency min/avg/max: 0/0/41\nReceived: 91203\nSent: 91544\nConnections: 12\nOutstanding: 0\nZxid: 0x30000f1a2\nMode: {}\nNode count: {}\n",
        version(model, index),
        mode(model, index),
        model.znodes
    )
}

fn mntr(model: &Model, index: usize) -> String {
    let mut lines = vec![
        ("version", version(model, index).to_owned()),
        ("avg_latency", "0".to_owned()),
        ("max_latency", "41".to_owned()),
        ("min_latency", "0".to_owned()),
        ("packets_received", "91203".to_owned()),
        ("packets_sent", "91544".to_owned()),
        ("num_alive_connections", "12".to_owned()),
        ("outstanding_requests", "0".to_owned()),
        ("server_state", mode(model, index).to_owned()),
        ("znode_count", model.znodes.to_string()),
        ("watch_count", "211".to_owned()),
        ("ephemerals_count", "19".to_owned()),
        ("approximate_data_size", "402117".to_owned()),
        ("open_file_descriptor_count", "61".to_owned()),
        ("max_file_descriptor_count", "16384".to_owned()),
    ];
    if index == model.leader {
        let followers = model.masters.len().saturating_sub(1).to_string();
        lines.push(("followers", followers.clone()));
        lines.push(("synced_followers", followers));
        lines.push(("pending_syncs", "0".to_owned()));
    }
    lines.into_iter().fold(String::new(), |mut text, (key, value)| {
        let _ = writeln!(text, "zk_{key}\t{value}");
        text
    })
}

fn conf(model: &Model, index: usize) -> String {
    let place = model.places.masters.get(index);
    let port = place.map_or(2181, |place| place.zookeeper.port);
    let folder = if model.is_dcos() {
        "/var/lib/dcos/exhibitor/zookeeper"
    } else {
        "/var/lib/zookeeper"
    };
    format!(
        "clientPort={port}\ndataDir={folder}/snapshot/version-2\ndataLogDir={folder}/transactions/version-2\ntickTime=2000\nmaxClientCnxns=0\nminSessionTimeout=4000\nmaxSessionTimeout=40000\nserverId={}\ninitLimit=10\nsyncLimit=5\nelectionAlg=3\nelectionPort=3888\nquorumPort=2888\npeerType=0\n",
        index + 1
    )
}
