//! What a Mesos agent answers for itself.
//!
//! Shapes: apache/mesos `src/slave/http.cpp` at 1.4 and 1.5. A lost agent answers nothing; the server sees to that.

use serde_json::{Value, json};

use super::mesos_objects::{self as objects, extend};
use super::{Reply, Request, mesos_flags, metrics};
use crate::demo::model::{Agent, Framework, Model, Task};
use crate::demo::resources::{Resources, command_executor};

/// What agent number `index` answers.
pub fn reply(model: &Model, index: usize, request: Request<'_>) -> Reply {
    let Some(agent) = model.agents.get(index) else {
        return Reply::not_found();
    };
    let path = request.path.strip_prefix("/slave(1)").unwrap_or(request.path);
    match path {
        "/version" => Reply::json(mesos_flags::version(agent.release)),
        "/flags" => Reply::json(json!({"flags": mesos_flags::agent(model, index, agent.release)})),
        "/health" => Reply::empty(),
        "/metrics/snapshot" => Reply::json(metrics::agent(model, index, agent)),
        "/state" | "/state.json" => Reply::json(state(model, index, agent)),
        _ => Reply::not_found(),
    }
}

fn state(model: &Model, index: usize, agent: &Agent) -> Value {
    let (reserved_allocated, unreserved_allocated) = objects::allocated(model, index, agent);
    let frameworks: Vec<Value> = model
        .frameworks
        .iter()
        .filter(|framework| framework.tasks.iter().any(|task| task.agent == index))
        .map(|framework| on_agent(model, index, agent, framework))
        .collect();
    let mut object = mesos_flags::version(agent.release);
    extend(
        &mut object,
        json!({
            "start_time": agent.started,
            "id": agent.id,
            "pid": objects::agent_pid(model, index),
            "hostname": objects::agent_host(model, index),
            "capabilities": ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"],
            "resources": agent.resources.flat(),
            "reserved_resources": objects::reserved(agent),
            "unreserved_resources": objects::unreserved(agent).flat(),
            "reserved_resources_full": objects::reserved_full(agent),
            "unreserved_resources_full": objects::unreserved(agent).full("*", &json!({})),
            "reserved_resources_allocated": reserved_allocated,
            "unreserved_resources_allocated": unreserved_allocated.flat(),
            "attributes": objects::attributes(agent),
            "master_hostname": model.places.masters.get(model.leader).map_or("", |place| place.mesos.ip.as_str()),
            "log_dir": mesos_flags::LOG_DIR,
            "flags": mesos_flags::agent(model, index, agent.release),
            "frameworks": frameworks,
            "completed_frameworks": [],
        }),
    );
    object
}

/// One framework as the agent lists it.
fn on_agent(model: &Model, index: usize, agent: &Agent, framework: &Framework) -> Value {
    let command_executors = framework
        .tasks
        .iter()
        .filter(|task| task.agent == index && task.executor.is_none())
        .map(|task| command_executor_of(model, agent, framework, task));
    let custom_executors = framework
        .executors
        .iter()
        .enumerate()
        .filter(|(_, executor)| executor.agent == index)
        .map(|(number, executor)| {
            let tasks: Vec<&Task> = framework
                .tasks
                .iter()
                .filter(|task| task.executor == Some(number))
                .collect();
            let used = tasks
                .iter()
                .fold(executor.resources.clone(), |sum, task| sum.plus(&task.resources));
            json!({
                "id": executor.id,
                "name": executor.name,
                "source": "",
                "container": executor.container,
                "directory": directory(agent, framework, &executor.id, &executor.container),
                "resources": used.flat(),
                "role": framework.role,
                "type": if executor.pod { "DEFAULT" } else { "CUSTOM" },
                "tasks": tasks.iter().map(|task| objects::task(model, framework, task)).collect::<Vec<_>>(),
                "queued_tasks": [],
                "completed_tasks": [],
            })
        });
    let mut object = json!({
        "id": framework.id,
        "name": framework.name,
        "user": "root",
        "failover_timeout": 604_800.0,
        "checkpoint": true,
        "hostname": framework.hostname,
        "principal": framework.principal,
        "executors": command_executors.chain(custom_executors).collect::<Vec<_>>(),
        "completed_executors": [],
    });
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

fn directory(agent: &Agent, framework: &Framework, executor: &str, container: &str) -> String {
    format!(
        "/var/lib/mesos/slave/slaves/{}/frameworks/{}/executors/{executor}/runs/{container}",
        agent.id, framework.id
    )
}

/// The executor Mesos itself puts around a command task: named after the task, with a little of its own.
fn command_executor_of(model: &Model, agent: &Agent, framework: &Framework, task: &Task) -> Value {
    let command = task.cmd.as_deref().unwrap_or("NO EXECUTABLE");
    let used: Resources = task.resources.plus(&command_executor());
    json!({
        "id": task.id,
        "name": format!("Command Executor (Task: {}) (Command: {command})", task.id),
        "source": task.id,
        "container": task.container,
        "directory": directory(agent, framework, &task.id, &task.container),
        "resources": used.flat(),
        "role": framework.role,
        "tasks": [objects::task(model, framework, task)],
        "queued_tasks": [],
        "completed_tasks": [],
    })
}
