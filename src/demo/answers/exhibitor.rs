//! What the Exhibitor of one master answers: who serves, who leads, whether a rolling change is under way, and the names
//! of the nodes below the state of each Marathon.
//!
//! Shapes: soabase/exhibitor `ClusterResource.java`, `ConfigResource.java` and `ExplorerResource.java`; codes from `InstanceStateTypes.java`.

use serde_json::{Value, json};

use super::{Reply, Request, marathon};
use crate::demo::model::{Marathon, Model};

/// What the Exhibitor on master number `index` answers.
pub fn reply(model: &Model, index: usize, request: Request<'_>) -> Reply {
    if !model.is_dcos() {
        return Reply::not_found();
    }
    match request.path {
        "/exhibitor/v1/cluster/status" => Reply::json(status(model)),
        "/exhibitor/v1/cluster/state" => Reply::json(state(model, index)),
        "/exhibitor/v1/cluster/list" => {
            let servers: Vec<&str> = model.places.masters.iter().map(|place| place.host.as_str()).collect();
            Reply::json(json!({"servers": servers, "port": 2181}))
        }
        "/exhibitor/v1/config/get-state" => Reply::json(config(model, index)),
        EXPLORER => Reply::json(children(model, request.query.strip_prefix("key=").unwrap_or(""))),
        _ => Reply::not_found(),
    }
}

/// Path of the explorer.
pub const EXPLORER: &str = "/exhibitor/v1/explorer/node";

/// What Marathon 1.5 and later keep below their state (mesosphere/marathon `ZkStoreSerialization.scala` at v1.5.11 and
/// v1.6.496), in the order in which Exhibitor sorts.
const KEPT: [&str; 9] = [
    "apps",
    "deployment",
    "framework-id",
    "group",
    "instance",
    "internal:storage:version",
    "pods",
    "runtime-configuration",
    "taskFailures",
];

/// Children of one node. Only the states of the Marathons are there; of any other node Exhibitor answers as it does when
/// it fails.
fn children(model: &Model, key: &str) -> Value {
    let of = |marathon: &Marathon| format!("{}/state", marathon::path(marathon));
    if !model.marathons.iter().any(|marathon| of(marathon) == key) {
        return json!([{"title": "* Exception *", "key": "*", "isLazy": false, "expand": false}]);
    }
    let child =
        |title: &&str| json!({"title": title, "key": format!("{key}/{title}"), "isLazy": true, "expand": false});
    KEPT.iter().map(child).collect()
}

fn status(model: &Model) -> Value {
    model
        .places
        .masters
        .iter()
        .enumerate()
        .map(|(number, place)| {
            json!({"code": 3, "description": "serving", "hostname": place.host, "isLeader": number == model.leader})
        })
        .collect()
}

fn state(model: &Model, index: usize) -> Value {
    json!({
        "switches": {
            "restarts": true, "cleanup": true, "backups": true, "unlisted-restarts": true,
        },
        "state": 3,
        "description": "serving",
        "isLeader": index == model.leader,
    })
}

fn config(model: &Model, index: usize) -> Value {
    let host = model.places.masters.get(index).map_or("", |place| place.host.as_str());
    let spec: Vec<String> = model
        .places
        .masters
        .iter()
        .zip(1..)
        .map(|(place, number)| format!("{number}:{}", place.host))
        .collect();
    json!({
        "version": "v1.5.6-SNAPSHOT",
        "running": true,
        "backupActive": false,
        "standaloneMode": false,
        "nodeMutationsAllowed": true,
        "extraHeadingText": "",
        "config": {
            "hostname": host,
            "serverId": index + 1,
            "serversSpec": spec.join(","),
            "rollInProgress": false,
            "rollStatus": "n/a",
            "rollPercentDone": 0,
            "zookeeperInstallDirectory": "/opt/mesosphere/active/exhibitor/usr/zookeeper",
            "zookeeperDataDirectory": "/var/lib/dcos/exhibitor/zookeeper/snapshot",
            "zookeeperLogDirectory": "/var/lib/dcos/exhibitor/zookeeper/transactions",
            "logIndexDirectory": "/var/lib/dcos/exhibitor/zookeeper/transactions",
            "clientPort": 2181,
            "connectPort": 2888,
            "electionPort": 3888,
            "checkMs": 30_000,
            "cleanupPeriodMs": 300_000,
            "cleanupMaxFiles": 20,
            "backupPeriodMs": 600_000,
            "backupMaxStoreMs": 21_600_000,
            "backupExtra": {},
            "autoManageInstances": 1,
            "autoManageInstancesSettlingPeriodMs": 0,
            "autoManageInstancesFixedEnsembleSize": model.places.masters.len(),
            "autoManageInstancesApplyAllAtOnce": 1,
            "observerThreshold": 0,
            "zooCfgExtra": {"tickTime": "2000", "initLimit": "10", "syncLimit": "5", "quorumListenOnAllIPs": "true", "maxClientCnxns": "0"},
            "javaEnvironment": "",
            "log4jProperties": "",
        },
    })
}
