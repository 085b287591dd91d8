//! What a Marathon answers, root or nested: info, leader, pods, deployments, queue, metrics. Apps are in `marathon_apps`.
//!
//! Shapes: mesosphere/marathon RAML at v1.5.11 and v1.6.496.

use serde_json::{Value, json};

use super::mesos_objects::{self as objects, extend};
use super::{Reply, Request, marathon_apps};
use crate::demo::ids::iso;
use crate::demo::model::{Marathon, Model, Pod, Task};

/// What Marathon number `number` (0 = root) answers; on every master the same, since standbys pass requests on.
pub fn reply(model: &Model, number: usize, request: Request<'_>) -> Reply {
    let Some(marathon) = model.marathons.get(number).filter(|marathon| marathon.up) else {
        return Reply::status(503, "Could not determine the current leader");
    };
    match request.path {
        "/ping" => Reply::text("pong"),
        "/v2/info" => Reply::json(info(model, marathon)),
        "/v2/leader" => Reply::json(json!({"leader": leader(model, marathon)})),
        "/v2/apps" => Reply::json(marathon_apps::apps(model, marathon, request.query)),
        "/v2/pods" => Reply::json(
            marathon
                .pods
                .iter()
                .map(|pod| Value::Object(pod.definition.clone()))
                .collect(),
        ),
        "/v2/pods/::status" => Reply::json(
            marathon
                .pods
                .iter()
                .map(|pod| pod_status(model, marathon, pod))
                .collect(),
        ),
        "/v2/deployments" => Reply::json(marathon_apps::deployments(marathon)),
        "/v2/queue" => Reply::json(json!({"queue": marathon_apps::queue(model, marathon)})),
        "/metrics" => Reply::json(metrics(model, marathon)),
        // `/v2/eventSubscriptions` went with 1.5, as everything else that is not listed.
        _ => Reply::status(404, "{\"message\":\"The requested resource could not be found.\"}"),
    }
}

/// Address of the leading instance.
pub fn leader(model: &Model, marathon: &Marathon) -> String {
    if marathon.name == "root" {
        let place = model.places.masters.get(model.leader);
        place.map_or_else(String::new, |place| place.marathon.to_string())
    } else {
        model.places.nested.to_string()
    }
}

/// Where it keeps its state in ZooKeeper.
pub fn path(marathon: &Marathon) -> String {
    if marathon.name == "root" {
        "/marathon".to_owned()
    } else {
        format!("/universe/{}", marathon.name)
    }
}

fn zookeepers(model: &Model) -> String {
    let servers: Vec<String> = model
        .places
        .masters
        .iter()
        .map(|place| place.zookeeper.to_string())
        .collect();
    servers.join(",")
}

fn info(model: &Model, marathon: &Marathon) -> Value {
    let leader = leader(model, marathon);
    let (host, port) = leader.rsplit_once(':').unwrap_or((leader.as_str(), "8080"));
    let port: u16 = port.parse().unwrap_or(8080);
    let framework = model.frameworks.get(marathon.framework);
    // In two halves: one would be too long for the macro.
    let mut config = json!({
                "access_control_allow_origin": null,
                "checkpoint": true,
                "decline_offer_duration": 300_000,
                "default_network_name": "dcos",
                "env_vars_prefix": null,
                "executor": "//cmd",
                "failover_timeout": 604_800,
                "features": ["vips", "task_killing", "external_volumes", "gpu_resources"],
                "framework_name": framework.map(|framework| framework.name.as_str()),
                "ha": true,
                "hostname": host,
                "launch_token": 100,
                "launch_token_refresh_interval": 30_000,
                "leader_proxy_connection_timeout_ms": 5000,
                "leader_proxy_read_timeout_ms": 10_000,
                "local_port_max": 20_000,
                "local_port_min": 10_000,
                "master": format!("zk://{}/mesos", zookeepers(model)),
                "max_instances_per_offer": 100,
                "mesos_bridge_name": "mesos-bridge",
    });
    extend(
        &mut config,
        json!({
                    "mesos_heartbeat_failure_threshold": 5,
                    "mesos_heartbeat_interval": 15_000,
                    "mesos_leader_ui_url": "/mesos",
                    "mesos_role": framework.map(|framework| framework.role.as_str()),
                    "mesos_user": "root",
                    "min_revive_offers_interval": 5000,
                    "offer_matching_timeout": 3000,
                    "on_elected_prepare_timeout": 180_000,
                    "reconciliation_initial_delay": 15_000,
                    "reconciliation_interval": 600_000,
                    "revive_offers_for_new_apps": true,
                    "revive_offers_repetitions": 3,
                    "scale_apps_initial_delay": 15_000,
                    "scale_apps_interval": 300_000,
                    "store_cache": true,
                    "task_launch_confirm_timeout": 300_000,
                    "task_launch_timeout": 86_400_000,
                    "task_lost_expunge_initial_delay": 300_000,
                    "task_lost_expunge_interval": 30_000,
                    "task_reservation_timeout": 20_000,
                    "webui_url": null,
        }),
    );
    json!({
        "name": framework.map_or("", |framework| framework.name.as_str()),
        "version": marathon.version,
        "buildref": marathon.build,
        "elected": true,
        "leader": leader,
        "frameworkId": framework.map(|framework| framework.id.as_str()),
        "http_config": {"http_port": port, "https_port": 8443},
        "marathon_config": config,
        "zookeeper_config": {
            "zk": format!("zk://{}{}", zookeepers(model), path(marathon)),
            "zk_compression": true,
            "zk_compression_threshold": 65_536,
            "zk_connection_timeout": 10_000,
            "zk_max_node_size": 1_024_000,
            "zk_max_versions": 50,
            "zk_session_timeout": 10_000,
            "zk_timeout": 10_000,
        },
    })
}

/// `monitoring_stats.instance-<uuid>` of a task of that instance.
fn instance_id(task: &Task) -> &str {
    task.id
        .rsplit_once('.')
        .map_or(task.id.as_str(), |(instance, _)| instance)
}

fn pod_status(model: &Model, marathon: &Marathon, pod: &Pod) -> Value {
    let Some(framework) = model.frameworks.get(marathon.framework) else {
        return Value::Null;
    };
    let mut ids: Vec<&str> = framework.tasks_of(&pod.id).map(instance_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let instances: Vec<Value> = ids
        .iter()
        .map(|id| {
            let tasks: Vec<&Task> = framework
                .tasks_of(&pod.id)
                .filter(|task| instance_id(task) == *id)
                .collect();
            let since = iso(tasks.iter().map(|task| task.since).fold(0.0, f64::max));
            let containers: Vec<Value> = tasks
                .iter()
                .map(|task| {
                    json!({
                        "name": task.name,
                        "status": task.state,
                        "statusSince": iso(task.since),
                        "containerId": task.id,
                        "conditions": [],
                        "endpoints": [],
                        "resources": {"cpus": task.resources.cpus, "mem": task.resources.mem, "disk": 0, "gpus": 0},
                        "lastUpdated": iso(task.since),
                        "lastChanged": iso(task.since),
                    })
                })
                .collect();
            let agent = tasks.first().map_or("", |task| objects::agent_host(model, task.agent));
            json!({
                "id": id,
                "status": "STABLE",
                "statusSince": since,
                "conditions": [],
                "agentHostname": agent,
                "resources": {"cpus": 0.3, "mem": 160, "disk": 10, "gpus": 0},
                "networks": [],
                "containers": containers,
                "specReference": format!("/v2/pods{}::versions/{}", pod.id, pod.version),
                "localVolumes": [],
                "lastUpdated": since,
                "lastChanged": since,
            })
        })
        .collect();
    let stable = instances.len() == pod.instances;
    json!({
        "id": pod.id,
        "spec": pod.definition,
        "status": if stable { "STABLE" } else { "DEGRADED" },
        "statusSince": pod.version,
        "instances": instances,
        "terminationHistory": [],
        "lastUpdated": iso(model.now),
        "lastChanged": pod.version,
    })
}

/// The form of Marathon 1.5 and 1.6 (Kamon); only the gauges people read.
fn metrics(model: &Model, marathon: &Marathon) -> Value {
    let tasks = model
        .frameworks
        .get(marathon.framework)
        .map_or(0, |framework| framework.tasks.len());
    let gauge = |value: usize| json!({"count": 1, "min": value, "max": value, "mean": value, "tags": {}, "unit": {"name": "unknown", "label": "unknown"}});
    let mut gauges = json!({
        "service.mesosphere.marathon.app.count": gauge(marathon.apps.len()),
        "service.mesosphere.marathon.task.running.count": gauge(tasks),
        "service.mesosphere.marathon.task.staged.count": gauge(0),
    });
    let started = model.leading().map_or(model.now, |master| master.started);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a simulated uptime is a positive number of milliseconds"
    )]
    let uptime = ((model.now - started) * 1000.0).max(0.0) as usize;
    extend(
        &mut gauges,
        json!({"service.mesosphere.marathon.uptime": gauge(uptime)}),
    );
    json!({
        "start": iso(model.now - 10.0),
        "end": iso(model.now),
        "counters": {}, "gauges": gauges, "histograms": {}, "min-max-counters": {}, "additional": {},
    })
}
