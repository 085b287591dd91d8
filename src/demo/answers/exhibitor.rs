//! What the Exhibitor of one master answers: who serves, who leads, whether a rolling change is under way.
//!
//! Shapes: soabase/exhibitor `ClusterResource.java` and `ConfigResource.java`; codes from `InstanceStateTypes.java`.

use serde_json::{Value, json};

use super::{Reply, Request};
use crate::demo::model::Model;

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
        _ => Reply::not_found(),
    }
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
