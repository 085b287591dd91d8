//! What a Mesos master answers: every master for itself, the leader for the cluster, a standby with a redirect.
//!
//! Standby behaviour (307 with `//host:port`) is that of apache/mesos `src/master/http.cpp` at 1.4 and 1.5.

use serde_json::{Map, Value, json};

use super::mesos_objects::{self as objects, extend};
use super::{Reply, Request, mesos_flags, metrics};
use crate::demo::model::{Agent, Framework, Master, Model, Task};
use crate::demo::resources::Resources;

/// Answers for the cluster: only the leader has them.
const OF_THE_LEADER: [&str; 10] = [
    "/state",
    "/state-summary",
    "/slaves",
    "/frameworks",
    "/roles",
    "/quota",
    "/weights",
    "/tasks",
    "/maintenance/schedule",
    "/maintenance/status",
];

/// `/state.json` and `/master/state` are older names of `/state`.
fn plain_path(path: &str) -> &str {
    let path = path
        .strip_prefix("/master")
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path);
    if path == "/system/stats.json" {
        return path;
    }
    path.strip_suffix(".json").unwrap_or(path)
}

/// What master number `index` answers.
pub fn reply(model: &Model, index: usize, request: Request<'_>) -> Reply {
    let (Some(master), Some(leader)) = (model.masters.get(index), model.leading()) else {
        return Reply::not_found();
    };
    let path = plain_path(request.path);
    let leading = index == model.leader;
    let leader_address = model
        .places
        .masters
        .get(model.leader)
        .map_or_else(String::new, |place| place.mesos.to_string());
    if path == "/redirect" {
        return Reply::redirect(307, format!("//{leader_address}"));
    }
    if !leading && OF_THE_LEADER.contains(&path) {
        return Reply::redirect(307, format!("//{leader_address}{}", request.path));
    }
    match path {
        "/version" => Reply::json(mesos_flags::version(master.release)),
        "/flags" => Reply::json(json!({"flags": mesos_flags::master(model, index, master.release)})),
        "/health" => Reply::empty(),
        "/metrics/snapshot" => Reply::json(metrics::master(model, index)),
        "/registrar(1)/registry" if leading => Reply::json(registry(model, leader)),
        "/state" => Reply::json(state(model, leader)),
        "/state-summary" => Reply::json(state_summary(model)),
        "/slaves" => Reply::json(json!({"slaves": agents(model, true), "recovered_slaves": []})),
        "/frameworks" => Reply::json(json!({
            "frameworks": frameworks(model), "completed_frameworks": [], "unregistered_frameworks": [],
        })),
        "/roles" => Reply::json(roles(model)),
        // A standby has read nothing yet; for the others nothing is set, which is a message without fields.
        "/registrar(1)/registry" | "/quota" | "/maintenance/schedule" | "/maintenance/status" => Reply::json(json!({})),
        "/weights" => Reply::json(json!([])),
        "/tasks" => Reply::json(json!({"tasks": first_tasks(model)})),
        "/overlay-master/state" if model.is_dcos() => Reply::json(overlay(model)),
        "/system/stats.json" => Reply::json(json!({
            "avg_load_15min": 0.31, "avg_load_1min": 0.22, "avg_load_5min": 0.28, "cpus_total": 4,
            "mem_free_bytes": 9_663_676_416_u64, "mem_total_bytes": 16_820_219_904_u64,
        })),
        "/files/debug" => Reply::json(json!({"/master/log": format!("{}/mesos-master.INFO", mesos_flags::LOG_DIR)})),
        _ => Reply::not_found(),
    }
}

fn place_of(model: &Model, index: usize) -> (String, u16, String) {
    model.places.masters.get(index).map_or_else(
        || (String::new(), 0, String::new()),
        |place| {
            (
                place.mesos.ip.clone(),
                place.mesos.port,
                format!("master@{}", place.mesos),
            )
        },
    )
}

/// Agents as the master lists them; `full` adds what only `/slaves` shows.
fn agents(model: &Model, full: bool) -> Vec<Value> {
    model
        .registered_agents()
        .map(|(index, agent)| {
            let mut object = objects::agent(model, index, agent);
            if full {
                extend(
                    &mut object,
                    json!({
                        "reserved_resources_full": objects::reserved_full(agent),
                        "unreserved_resources_full": objects::unreserved(agent).full("*", &json!({})),
                        "used_resources_full": objects::used_full(model, index, agent),
                        "offered_resources_full": [],
                    }),
                );
            }
            object
        })
        .collect()
}

fn frameworks(model: &Model) -> Vec<Value> {
    model
        .frameworks
        .iter()
        .map(|framework| objects::framework(model, framework))
        .collect()
}

/// Agents the leading master gave up since it was elected.
pub fn unreachable(model: &Model) -> usize {
    model.agents.iter().filter(|agent| agent.lost).count()
}

fn state(model: &Model, leader: &Master) -> Value {
    let (ip, port, pid) = place_of(model, model.leader);
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let mut object = mesos_flags::version(leader.release);
    extend(
        &mut object,
        json!({
            "start_time": leader.started,
            "elected_time": model.elected,
            "id": leader.id,
            "pid": pid,
            "hostname": ip,
            "activated_slaves": count(model.registered_agents().count()),
            "deactivated_slaves": 0.0,
            "unreachable_slaves": count(unreachable(model)),
            "leader": pid,
            "leader_info": {"id": leader.id, "pid": pid, "port": port, "hostname": ip},
            "cluster": model.name,
            "log_dir": mesos_flags::LOG_DIR,
            "flags": mesos_flags::master(model, model.leader, leader.release),
            "slaves": agents(model, false),
            "recovered_slaves": [],
            "frameworks": frameworks(model),
            "completed_frameworks": [],
            "orphan_tasks": [],
            "unregistered_frameworks": [],
        }),
    );
    if leader.release.mesos_1_5 {
        extend(&mut object, json!({"capabilities": ["AGENT_UPDATE"]}));
    }
    object
}

const COUNTED_STATES: [&str; 10] = [
    "TASK_STAGING",
    "TASK_STARTING",
    "TASK_RUNNING",
    "TASK_KILLING",
    "TASK_FINISHED",
    "TASK_KILLED",
    "TASK_FAILED",
    "TASK_LOST",
    "TASK_ERROR",
    "TASK_UNREACHABLE",
];

/// Number of tasks by state.
fn by_state<'a>(tasks: &(impl Iterator<Item = &'a Task> + Clone)) -> Value {
    COUNTED_STATES
        .iter()
        .map(|state| {
            let count = tasks.clone().filter(|task| task.state == *state).count();
            ((*state).to_owned(), json!(count))
        })
        .collect::<Map<String, Value>>()
        .into()
}

fn all_tasks(framework: &Framework) -> impl Iterator<Item = &Task> + Clone {
    framework.tasks.iter().chain(&framework.completed)
}

fn state_summary(model: &Model) -> Value {
    let agent = |(index, agent): (usize, &Agent)| {
        let mut object = objects::agent(model, index, agent);
        let here = model
            .frameworks
            .iter()
            .flat_map(all_tasks)
            .filter(|task| task.agent == index);
        extend(&mut object, by_state(&here));
        let users: Vec<&str> = model
            .frameworks
            .iter()
            .filter(|framework| all_tasks(framework).any(|task| task.agent == index))
            .map(|framework| framework.id.as_str())
            .collect();
        extend(&mut object, json!({"framework_ids": users}));
        object
    };
    let framework = |framework: &Framework| {
        let mut object = objects::framework_summary(framework);
        extend(&mut object, by_state(&all_tasks(framework)));
        let on: Vec<&str> = model
            .registered_agents()
            .filter(|(index, _)| all_tasks(framework).any(|task| task.agent == *index))
            .map(|(_, agent)| agent.id.as_str())
            .collect();
        extend(&mut object, json!({"slave_ids": on}));
        object
    };
    json!({
        "hostname": place_of(model, model.leader).0,
        "cluster": model.name,
        "slaves": model.registered_agents().map(agent).collect::<Vec<_>>(),
        "frameworks": model.frameworks.iter().map(framework).collect::<Vec<_>>(),
    })
}

/// `/tasks` stops at 100.
fn first_tasks(model: &Model) -> Vec<Value> {
    model
        .frameworks
        .iter()
        .flat_map(|framework| all_tasks(framework).map(move |task| objects::task(model, framework, task)))
        .take(100)
        .collect()
}

fn roles(model: &Model) -> Value {
    let mut names: Vec<&str> = model
        .frameworks
        .iter()
        .map(|framework| framework.role.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let role = |name: &&str| {
        let members: Vec<&Framework> = model.frameworks.iter().filter(|one| one.role == **name).collect();
        let used = members
            .iter()
            .map(|one| Model::used_by(one, None))
            .fold(Resources::default(), |sum, one| sum.plus(&one));
        let ids: Vec<&str> = members.iter().map(|one| one.id.as_str()).collect();
        json!({"frameworks": ids, "name": name, "resources": used.flat(), "weight": 1.0})
    };
    json!({"roles": names.iter().map(role).collect::<Vec<_>>()})
}

/// One agent in the registry.
fn registry_entry(model: &Model, index: usize, agent: &Agent) -> Value {
    let attributes: Vec<Value> = agent
        .attributes
        .iter()
        .map(|(name, value)| json!({"name": name, "text": {"value": value}, "type": "TEXT"}))
        .collect();
    let role = if agent.public { "slave_public" } else { "*" };
    json!({"info": {
        "attributes": attributes,
        "checkpoint": true,
        "hostname": objects::agent_host(model, index),
        "id": {"value": agent.id},
        "port": model.places.agents.get(index).map_or(0, |place| place.mesos.port),
        "resources": agent.resources.full(role, &json!({})),
    }})
}

fn registry(model: &Model, leader: &Master) -> Value {
    let (ip, port, pid) = place_of(model, model.leader);
    let mut info = json!({
        "address": {"hostname": ip, "ip": ip, "port": port},
        "hostname": ip, "id": leader.id, "ip": packed(&ip), "pid": pid, "port": port, "version": leader.release.mesos,
    });
    if leader.release.mesos_1_5 {
        extend(&mut info, json!({"capabilities": [{"type": "AGENT_UPDATE"}]}));
    }
    let admitted: Vec<Value> = model
        .registered_agents()
        .map(|(index, agent)| registry_entry(model, index, agent))
        .collect();
    let mut object = json!({"master": {"info": info}, "slaves": {"slaves": admitted}});
    let given_up: Vec<Value> = model
        .agents
        .iter()
        .filter(|agent| agent.lost)
        .map(|agent| json!({"id": {"value": agent.id}, "timestamp": {"nanoseconds": nanoseconds(model.now)}}))
        .collect();
    if !given_up.is_empty() {
        extend(&mut object, json!({"unreachable": {"slaves": given_up}}));
    }
    object
}

fn nanoseconds(seconds: f64) -> i64 {
    crate::demo::ids::moment(seconds)
        .timestamp_nanos_opt()
        .unwrap_or_default()
}

/// An IPv4 address as Mesos packs it: network byte order read as a little-endian number.
fn packed(ip: &str) -> u32 {
    ip.parse::<std::net::Ipv4Addr>()
        .map_or(0, |ip| u32::from_le_bytes(ip.octets()))
}

/// The overlay network module: one overlay, one subnet per agent.
fn overlay(model: &Model) -> Value {
    let agents: Vec<Value> = model
        .registered_agents()
        .map(|(index, _)| {
            json!({
                "ip": objects::agent_host(model, index),
                "overlays": [{
                    "info": {"name": "dcos", "prefix": 24, "subnet": "9.0.0.0/8"},
                    "subnet": format!("9.0.{}.0/24", index + 4),
                    "state": {"status": "STATUS_OK"},
                }],
            })
        })
        .collect();
    json!({
        "agents": agents,
        "network": {
            "overlays": [{"name": "dcos", "prefix": 24, "subnet": "9.0.0.0/8"}],
            "vtep_mac_oui": "70:B3:D5:00:00:00", "vtep_subnet": "44.128.0.0/20",
        },
    })
}
