//! `/metrics/snapshot` of Mesos masters and agents: all names a genuine one prints, counts taken from the model.
//!
//! The lists of names beside this file were taken from genuine 1.5.3 answers (1.4 prints the same names).

use serde_json::{Map, Value, json};

use super::mesos_master::unreachable;
use crate::demo::model::{Agent, Model};
use crate::demo::resources::Resources;

const MASTER: &str = include_str!("metrics_master.txt");
const LEADER: &str = include_str!("metrics_leader.txt");
const AGENT: &str = include_str!("metrics_agent.txt");

/// The names of a list with its figures.
fn names(list: &str) -> Map<String, Value> {
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, figure)| Some((name.to_owned(), json!(figure.parse::<f64>().ok()?))))
        .collect()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn put(all: &mut Map<String, Value>, name: &str, figure: f64) {
    all.insert(name.to_owned(), json!(figure));
}

/// The host's own figures.
fn host(all: &mut Map<String, Value>, cpus: f64, mem_mb: f64) {
    put(all, "system/cpus_total", cpus);
    put(all, "system/load_1min", 0.22);
    put(all, "system/load_5min", 0.28);
    put(all, "system/load_15min", 0.31);
    put(all, "system/mem_total_bytes", mem_mb * 1_048_576.0);
    put(all, "system/mem_free_bytes", (mem_mb * 0.4).round() * 1_048_576.0);
}

/// `total`, `used` and `percent` of each resource.
fn usage(all: &mut Map<String, Value>, prefix: &str, total: &Resources, used: &Resources) {
    for (name, total, used) in [
        ("cpus", total.cpus, used.cpus),
        ("mem", total.mem, used.mem),
        ("disk", total.disk, used.disk),
    ] {
        put(all, &format!("{prefix}/{name}_total"), total);
        put(all, &format!("{prefix}/{name}_used"), used);
        let percent = if total > 0.0 { used / total } else { 0.0 };
        put(
            all,
            &format!("{prefix}/{name}_percent"),
            (percent * 1_000_000.0).round() / 1_000_000.0,
        );
    }
}

/// Metrics of master number `index`.
pub fn master(model: &Model, index: usize) -> Value {
    let mut all = names(MASTER);
    host(&mut all, 4.0, 16_041.0);
    let started = model.masters.get(index).map_or(model.now, |master| master.started);
    put(
        &mut all,
        "master/uptime_secs",
        ((model.now - started) * 1000.0).round() / 1000.0,
    );
    put(&mut all, "registrar/log/recovered", 1.0);
    put(&mut all, "registrar/log/ensemble_size", number(model.masters.len()));
    if index == model.leader {
        leader(model, &mut all);
    }
    Value::Object(all)
}

fn leader(model: &Model, all: &mut Map<String, Value>) {
    all.extend(names(LEADER));
    let agents = number(model.registered_agents().count());
    let connected = number(model.frameworks.iter().filter(|one| one.connected).count());
    let disconnected = number(model.frameworks.len()) - connected;
    let running = number(model.running());
    let lost = number(unreachable(model));
    let ended = |state: &str| {
        let tasks = model.frameworks.iter().flat_map(|framework| &framework.completed);
        number(tasks.filter(|task| task.state == state).count())
    };
    let came_back = number(
        model
            .registered_agents()
            .filter(|(_, agent)| agent.reregistered.is_some())
            .count(),
    );
    for (name, figure) in [
        ("master/elected", 1.0),
        ("master/slaves_active", agents),
        ("master/slaves_connected", agents),
        ("master/slaves_unreachable", lost),
        ("master/slave_registrations", agents - came_back),
        ("master/slave_reregistrations", came_back),
        ("master/slave_removals", lost),
        ("master/slave_removals/reason_unhealthy", lost),
        ("master/slave_unreachable_scheduled", lost),
        ("master/slave_unreachable_completed", lost),
        ("master/messages_register_slave", agents - came_back),
        ("master/messages_reregister_slave", came_back),
        ("master/messages_update_slave", agents),
        ("master/frameworks_active", connected),
        ("master/frameworks_connected", connected),
        ("master/frameworks_inactive", disconnected),
        ("master/frameworks_disconnected", disconnected),
        ("master/messages_register_framework", connected),
        ("master/messages_launch_tasks", running),
        ("master/messages_status_update", running),
        ("master/messages_status_update_acknowledgement", running),
        ("master/valid_status_updates", running),
        ("master/valid_status_update_acknowledgements", running),
        ("master/tasks_running", running),
        ("master/tasks_finished", ended("TASK_FINISHED")),
        ("master/tasks_failed", ended("TASK_FAILED")),
        ("master/tasks_killed", ended("TASK_KILLED")),
    ] {
        put(all, name, figure);
    }
    let total = Resources::sum(model.registered_agents().map(|(_, agent)| &agent.resources));
    let used = model
        .frameworks
        .iter()
        .map(|framework| Model::used_by(framework, None))
        .fold(Resources::default(), |sum, one| sum.plus(&one));
    usage(all, "master", &total, &used);
    for (name, total, used) in [
        ("cpus", total.cpus, used.cpus),
        ("mem", total.mem, used.mem),
        ("disk", total.disk, used.disk),
    ] {
        put(all, &format!("allocator/mesos/resources/{name}/total"), total);
        put(
            all,
            &format!("allocator/mesos/resources/{name}/offered_or_allocated"),
            used,
        );
    }
    for framework in &model.frameworks {
        let share = Model::used_by(framework, None);
        put(
            all,
            &format!("allocator/mesos/roles/{}/shares/dominant", framework.role),
            (share.cpus / total.cpus.max(1.0) * 10_000.0).round() / 10_000.0,
        );
        put(
            all,
            &format!("allocator/mesos/offer_filters/roles/{}/active", framework.role),
            0.0,
        );
        for what in ["messages_processed", "messages_received"] {
            put(all, &format!("frameworks/{}/{what}", framework.principal), 0.0);
        }
    }
}

/// Metrics of agent number `index`.
pub fn agent(model: &Model, index: usize, agent: &Agent) -> Value {
    let mut all = names(AGENT);
    host(&mut all, agent.resources.cpus, agent.resources.mem + 1024.0);
    let used = model.used_on(index).plus(&model.command_executors_on(index));
    usage(&mut all, "slave", &agent.resources, &used);
    let on_agent = |framework: &&crate::demo::model::Framework| framework.tasks.iter().any(|task| task.agent == index);
    let tasks = model.frameworks.iter().flat_map(|framework| &framework.tasks);
    let running = number(tasks.clone().filter(|task| task.agent == index).count());
    let command = number(
        tasks
            .filter(|task| task.agent == index && task.executor.is_none())
            .count(),
    );
    let custom = model.frameworks.iter().flat_map(|framework| &framework.executors);
    let custom = number(custom.filter(|executor| executor.agent == index).count());
    for (name, figure) in [
        ("slave/registered", 1.0),
        (
            "slave/uptime_secs",
            ((model.now - agent.started) * 1000.0).round() / 1000.0,
        ),
        (
            "slave/frameworks_active",
            number(model.frameworks.iter().filter(on_agent).count()),
        ),
        ("slave/tasks_running", running),
        ("slave/executors_running", command + custom),
        ("slave/executors_terminated", 0.0),
        ("slave/tasks_finished", 0.0),
        ("slave/tasks_killed", 0.0),
        ("slave/invalid_status_updates", 0.0),
        ("slave/valid_status_updates", running),
        ("containerizer/fetcher/task_fetches_succeeded", command + custom),
    ] {
        put(&mut all, name, figure);
    }
    Value::Object(all)
}
