//! Tasks, executors, agents and frameworks as Mesos prints them, shared by masters and agents.
//!
//! Shapes: apache/mesos `src/common/http.cpp` and `src/master/http.cpp` at 1.4 and 1.5.

use serde_json::{Map, Value, json};

use crate::demo::model::{Agent, Framework, Model, Reservation, Task};
use crate::demo::resources::Resources;

/// Adds `fields` to an object.
pub fn extend(object: &mut Value, fields: Value) {
    if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
}

/// `pid` of an agent.
pub fn agent_pid(model: &Model, index: usize) -> String {
    model
        .places
        .agents
        .get(index)
        .map_or_else(String::new, |place| format!("slave(1)@{}", place.mesos))
}

/// Host name of an agent.
pub fn agent_host(model: &Model, index: usize) -> &str {
    model.places.agents.get(index).map_or("", |place| place.host.as_str())
}

fn agent_id(model: &Model, index: usize) -> &str {
    model.agents.get(index).map_or("", |agent| agent.id.as_str())
}

/// One task.
pub fn task(model: &Model, framework: &Framework, task: &Task) -> Value {
    let executor = task.executor.and_then(|at| framework.executors.get(at));
    let mut container_id = json!({"value": task.container});
    if let Some(executor) = executor.filter(|executor| executor.pod) {
        extend(&mut container_id, json!({"parent": {"value": executor.container}}));
    }
    let container_status = json!({
        "container_id": container_id,
        "network_infos": [{"ip_addresses": [{"protocol": "IPv4", "ip_address": agent_host(model, task.agent)}]}],
    });
    let mut status = json!({"state": task.state, "timestamp": task.since, "container_status": container_status});
    if let Some(healthy) = task.healthy {
        extend(&mut status, json!({"healthy": healthy}));
    }
    let mut object = json!({
        "id": task.id,
        "name": task.name,
        "framework_id": framework.id,
        "executor_id": executor.map_or("", |executor| executor.id.as_str()),
        "slave_id": agent_id(model, task.agent),
        "state": task.state,
        "resources": task.resources.flat(),
        "role": framework.role,
        "statuses": [status],
    });
    if let Some(app) = &task.app {
        let space = app
            .rsplit_once('/')
            .map_or("/", |(space, _)| if space.is_empty() { "/" } else { space });
        extend(&mut object, json!({"labels": [{"key": "DCOS_SPACE", "value": space}]}));
    }
    let ports: Vec<Value> = task
        .resources
        .ports
        .iter()
        .map(|(number, _)| json!({"number": number, "name": "http", "protocol": "tcp"}))
        .collect();
    if !ports.is_empty() {
        let discovery = json!({"visibility": "FRAMEWORK", "name": task.name, "ports": {"ports": ports}});
        extend(&mut object, json!({"discovery": discovery}));
    }
    if let (Some(image), None) = (&task.image, executor) {
        let docker = json!({"image": image, "network": "BRIDGE", "privileged": false, "force_pull_image": false});
        extend(&mut object, json!({"container": {"type": "DOCKER", "docker": docker}}));
    }
    object
}

/// Reserved resources by role.
pub fn reserved(agent: &Agent) -> Map<String, Value> {
    agent
        .reservations
        .iter()
        .map(|reservation| (reservation.role.clone(), reservation.resources.flat()))
        .collect()
}

/// What nobody has reserved.
pub fn unreserved(agent: &Agent) -> Resources {
    agent
        .reservations
        .iter()
        .fold(agent.resources.clone(), |rest, reservation| {
            rest.minus(&reservation.resources)
        })
}

fn reservation_fields(reservation: &Reservation) -> Value {
    match &reservation.principal {
        None => json!({"reservations": [{"type": "STATIC", "role": reservation.role}]}),
        Some(principal) => json!({
            "reservation": {"principal": principal},
            "reservations": [{"type": "DYNAMIC", "role": reservation.role, "principal": principal}],
        }),
    }
}

/// Reserved resources by role, each resource in full.
pub fn reserved_full(agent: &Agent) -> Map<String, Value> {
    agent
        .reservations
        .iter()
        .map(|reservation| {
            let mut all = reservation
                .resources
                .full(&reservation.role, &reservation_fields(reservation));
            if let Some((id, path)) = &reservation.volume {
                for resource in &mut all {
                    if resource.get("name").and_then(Value::as_str) == Some("disk") {
                        extend(
                            resource,
                            json!({"disk": {
                                "persistence": {"id": id, "principal": reservation.principal},
                                "volume": {"mode": "RW", "container_path": path},
                            }}),
                        );
                    }
                }
            }
            (reservation.role.clone(), all.into())
        })
        .collect()
}

/// The reservation a framework's use on an agent is taken from.
fn reservation_of<'a>(agent: &'a Agent, framework: &Framework) -> Option<&'a Reservation> {
    agent
        .reservations
        .iter()
        .find(|reservation| reservation.role == framework.role)
}

/// Frameworks with something on that agent, each with what it uses there.
pub fn users(model: &Model, index: usize) -> Vec<(&Framework, Resources)> {
    model
        .frameworks
        .iter()
        .map(|framework| (framework, Model::used_by(framework, Some(index))))
        .filter(|(_, used)| *used != Resources::default())
        .collect()
}

/// Used resources in full.
pub fn used_full(model: &Model, index: usize, agent: &Agent) -> Vec<Value> {
    users(model, index)
        .into_iter()
        .flat_map(|(framework, used)| {
            let allocation = json!({"allocation_info": {"role": framework.role}});
            match reservation_of(agent, framework) {
                Some(reservation) => {
                    let mut more = reservation_fields(reservation);
                    extend(&mut more, allocation);
                    used.full(&reservation.role, &more)
                }
                None => used.full("*", &allocation),
            }
        })
        .collect()
}

/// What is allocated out of reservations (by role) and beside them, as the agent counts.
pub fn allocated(model: &Model, index: usize, agent: &Agent) -> (Map<String, Value>, Resources) {
    let mut by_role = Map::new();
    let mut free = model.command_executors_on(index);
    for (framework, used) in users(model, index) {
        if let Some(reservation) = reservation_of(agent, framework) {
            by_role.insert(reservation.role.clone(), used.flat());
        } else {
            free = free.plus(&used);
        }
    }
    (by_role, free)
}

/// Attributes as an object.
pub fn attributes(agent: &Agent) -> Map<String, Value> {
    agent
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect()
}

/// One agent as the master lists it in `/state`, `/slaves` and `/state-summary`.
pub fn agent(model: &Model, index: usize, agent: &Agent) -> Value {
    let mut object = json!({
        "id": agent.id,
        "hostname": agent_host(model, index),
        "port": model.places.agents.get(index).map_or(0, |place| place.mesos.port),
        "attributes": attributes(agent),
        "pid": agent_pid(model, index),
        "registered_time": agent.registered,
        "resources": agent.resources.flat(),
        "used_resources": model.used_on(index).flat(),
        "offered_resources": Resources::default().flat(),
        "reserved_resources": reserved(agent),
        "unreserved_resources": unreserved(agent).flat(),
        "active": true,
        "version": agent.release.mesos,
        "capabilities": ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"],
    });
    if let Some(time) = agent.reregistered {
        extend(&mut object, json!({"reregistered_time": time}));
    }
    object
}

/// The fields of a framework that `/state-summary` shows as well.
pub fn framework_summary(framework: &Framework) -> Value {
    json!({
        "id": framework.id,
        "name": framework.name,
        "used_resources": Model::used_by(framework, None).flat(),
        "offered_resources": Resources::default().flat(),
        "capabilities": framework.capabilities,
        "hostname": framework.hostname,
        "webui_url": framework.webui_url,
        "active": framework.connected,
        "connected": framework.connected,
        "recovered": false,
    })
}

/// One framework as the master lists it.
pub fn framework(model: &Model, framework: &Framework) -> Value {
    let tasks = |tasks: &[Task]| -> Vec<Value> { tasks.iter().map(|one| task(model, framework, one)).collect() };
    let mut object = framework_summary(framework);
    extend(
        &mut object,
        json!({
            "user": "root",
            "failover_timeout": 604_800.0,
            "checkpoint": true,
            "registered_time": framework.registered,
            "unregistered_time": 0.0,
            "principal": framework.principal,
            "resources": Model::used_by(framework, None).flat(),
            "tasks": tasks(&framework.tasks),
            "unreachable_tasks": [],
            "completed_tasks": tasks(&framework.completed),
            "offers": [],
            "executors": executors(model, framework),
        }),
    );
    if let Some(time) = framework.reregistered {
        extend(&mut object, json!({"reregistered_time": time}));
    }
    extend(
        &mut object,
        if framework.multi_role() {
            json!({"roles": [framework.role]})
        } else {
            json!({"role": framework.role})
        },
    );
    object
}

/// Custom executors as the master lists them.
fn executors(model: &Model, framework: &Framework) -> Vec<Value> {
    framework
        .executors
        .iter()
        .filter(|executor| model.agents.get(executor.agent).is_some_and(|agent| !agent.lost))
        .map(|executor| {
            let mut command = json!({"shell": true, "argv": [], "uris": []});
            if !executor.pod {
                extend(&mut command, json!({"value": "./executor"}));
            }
            json!({
                "executor_id": executor.id,
                "name": executor.name,
                "framework_id": framework.id,
                "command": command,
                "resources": executor.resources.flat(),
                "role": framework.role,
                "slave_id": agent_id(model, executor.agent),
            })
        })
        .collect()
}
