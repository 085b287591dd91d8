//! What gonogo counts in one capture, under the names that the README uses.

use std::collections::BTreeMap;

use gonogo::facts::constraints;
use gonogo::model::{Observed, Version, Why};
use gonogo::snapshot::{Agent, App, Constraint, Pod, Snapshot, TaskList};
use gonogo::sources::{marathon_apps, mesos_agent, mesos_agents, mesos_basics, mesos_summary};
use serde_json::Value;

use super::facts::Row;
use super::services::{dcos_version, deployments, exhibitor, health, info, queue, zookeeper};
use crate::snapshot::{captured, snapshot};

pub type Counts = BTreeMap<String, String>;

/// Counts what the capture holds, with the parser for its folder.
pub fn of(row: &Row, bytes: &[u8]) -> Result<Counts, String> {
    let (folder, file) = row.path.split_once('/').unwrap();
    match folder {
        "mesos-master-state" => state(row, bytes),
        "mesos-agent-state" => agent_state(bytes),
        "mesos-slaves" => slaves(bytes),
        "mesos-state-summary" if file.contains("history") => history(bytes),
        "mesos-state-summary" => summary(bytes),
        "mesos-metrics" => metrics(row, bytes),
        "marathon-apps" => apps(bytes),
        "marathon-deployments" => deployments(bytes),
        "marathon-queue" => queue(bytes),
        "marathon-info" => info(row, bytes),
        "exhibitor" => exhibitor(bytes),
        "zookeeper" => zookeeper(file, bytes),
        "dcos-health" => health(file, bytes),
        "dcos-version" => dcos_version(row, file, bytes),
        other => Err(format!("no parser for the folder {other}")),
    }
}

/// A list of entries with how often each occurs: `a 2, b 1`, or `a x2, b x1`.
pub fn times(all: impl IntoIterator<Item = String>, sign: &str) -> String {
    let mut counts = BTreeMap::<String, u64>::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let shown: Vec<String> = counts
        .iter()
        .map(|(one, count)| format!("{one} {sign}{count}"))
        .collect();
    shown.join(", ")
}

pub fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

pub struct Table(pub Counts);

impl Table {
    pub fn set(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.insert(name.to_owned(), value.to_string());
    }

    pub fn some(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }
}

pub fn known<T>(observed: &Observed<T>) -> Result<&T, String> {
    observed.get().map(|(value, _)| value).map_err(Why::sentence)
}

/// Values that occur more than once, with how often.
pub fn repeated<'a>(values: impl Iterator<Item = &'a str>) -> Vec<(&'a str, u64)> {
    let mut counts = BTreeMap::<&str, u64>::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).collect()
}

fn agents(table: &mut Table, agents: &[Agent]) {
    let active = |wanted: Option<bool>| agents.iter().filter(|agent| agent.active == wanted).count();
    table.set("agents listed", agents.len());
    for prefix in ["agents ", ""] {
        table.set(&format!("{prefix}active"), active(Some(true)));
        table.set(&format!("{prefix}inactive"), active(Some(false)));
    }
    table.set("agents without \"active\"", active(None));
    let versions = agents
        .iter()
        .map(|agent| agent.version.clone().unwrap_or_else(|| "None".to_owned()));
    table.set("agent versions", times(versions, "x"));
    let attributes = times(agents.iter().flat_map(|agent| agent.attributes.keys().cloned()), "x");
    table.set("agent attributes", &attributes);
    table.set("attributes", attributes);
    let public = agents.iter().filter(|agent| agent.is_public()).count();
    table.set("public agents (slave_public reservation or public_ip)", public);
    let reserved = |agent: &&Agent| agent.reserved_roles.iter().any(|role| role == "slave_public");
    table.set(
        "public agents (slave_public reservation)",
        agents.iter().filter(reserved).count(),
    );
    let ids = repeated(agents.iter().map(|agent| agent.id.as_str()));
    table.set("duplicate agent ids", ids.len());
    let hosts = repeated(agents.iter().map(|agent| agent.hostname.as_str()));
    let hosts: Vec<String> = hosts
        .into_iter()
        .map(|(host, count)| format!("{host} x{count}"))
        .collect();
    table.set("duplicate hostnames", hosts.join(", "));
}

fn state(row: &Row, bytes: &[u8]) -> Result<Counts, String> {
    let shown = snapshot(&[captured("data/mesos-master/10.0.0.1/state.json", bytes)]);
    let head = known(&shown.state)?;
    let mut table = Table(Counts::new());
    let version = head.master.version.as_deref().unwrap_or("None");
    if !row.version.ends_with(version) {
        return Err(format!("version {version}, stated {}", row.version));
    }
    table.some("hostname", head.master.hostname.as_ref());
    table.some("cluster", head.master.cluster.as_ref());
    table.some("leader", head.master.leader.as_ref());
    table.set("pid", &head.master.pid);
    table.some("activated_slaves", head.activated);
    table.some("deactivated_slaves", head.deactivated);
    for (flag, value) in head.flags.iter().flatten() {
        table.set(&format!("flag {flag}"), value);
    }
    table.set("completed frameworks", head.completed_frameworks);
    table.set("completed tasks", head.completed_tasks);
    table.set("unregistered_frameworks", head.unregistered_frameworks.len());
    let listed: &Vec<Agent> = known(&shown.agents)?;
    agents(&mut table, listed);
    table.some("recovered_slaves", shown.recovered_agents.known().map(Vec::len));
    let frameworks = known(&shown.frameworks)?;
    table.set("frameworks", frameworks.len());
    table.set(
        "frameworks active",
        frameworks
            .iter()
            .filter(|framework| framework.active == Some(true))
            .count(),
    );
    let mut names: Vec<&str> = frameworks.iter().map(|framework| framework.name.as_str()).collect();
    names.sort_unstable();
    table.set("framework names", names.join(", "));
    let without: Vec<&str> = frameworks
        .iter()
        .filter(|framework| framework.checkpoint != Some(true))
        .map(|framework| framework.name.as_str())
        .collect();
    table.set("frameworks without checkpoint", without.join(", "));
    tasks(&mut table, row, &shown)?;
    Ok(table.0)
}

fn tasks(table: &mut Table, row: &Row, shown: &Snapshot) -> Result<(), String> {
    let tasks = known(&shown.tasks)?;
    let present: Vec<_> = tasks.tasks.iter().filter(|task| task.list == TaskList::Tasks).collect();
    let states = present.iter().map(|task| task.state.as_str().to_owned());
    table.set("tasks by state", or_none(times(states, "")));
    let running: Vec<_> = present
        .iter()
        .filter(|task| task.state.as_str() == "TASK_RUNNING")
        .collect();
    table.set("running tasks", running.len());
    let mut on: Vec<&str> = running.iter().map(|task| tasks.agent_of(task)).collect();
    let listed: Vec<&str> = known(&shown.agents)?.iter().map(|agent| agent.id.as_str()).collect();
    let lost = on.iter().filter(|agent| !listed.contains(agent)).count();
    table.set("running tasks on agents not listed", lost);
    on.sort_unstable();
    on.dedup();
    table.set("agents with running tasks", on.len());
    let orphans = tasks.tasks.iter().filter(|task| task.list == TaskList::Orphan).count();
    // "field absent" and an empty list are the same to gonogo: there is no orphan to name.
    let absent = row
        .facts
        .get("orphan tasks")
        .is_some_and(|stated| stated == "field absent");
    match orphans {
        0 if absent => table.set("orphan tasks", "field absent"),
        count => table.set("orphan tasks", count),
    }
    Ok(())
}

fn agent_state(bytes: &[u8]) -> Result<Counts, String> {
    let state = mesos_agent::read(bytes).map_err(|error| error.to_string())?;
    let mut table = Table(Counts::new());
    table.set("hostname", &state.hostname);
    table.set("frameworks", state.frameworks.len());
    let states: Vec<String> = state.tasks.iter().map(|(_, _, state)| state.clone()).collect();
    table.set(
        "running tasks",
        states.iter().filter(|state| *state == "TASK_RUNNING").count(),
    );
    table.set("tasks by state", or_none(times(states, "")));
    Ok(table.0)
}

fn slaves(bytes: &[u8]) -> Result<Counts, String> {
    let shown = snapshot(&[captured("data/mesos-master/10.0.0.1/slaves.json", bytes)]);
    let mut table = Table(Counts::new());
    let listed: &Vec<Agent> = known(&shown.agents)?;
    agents(&mut table, listed);
    let wire = mesos_agents::slaves(bytes).map_err(|error| error.to_string())?;
    table.some("recovered_slaves", wire.recovered_slaves.map(|list| list.len()));
    Ok(table.0)
}

fn summary(bytes: &[u8]) -> Result<Counts, String> {
    let summary = mesos_summary::read(bytes).map_err(|error| error.to_string())?;
    let mut table = Table(Counts::new());
    table.set("agents listed", summary.agents);
    table.set("active", summary.agents_active);
    table.set("inactive", summary.agents - summary.agents_active);
    table.set("frameworks", summary.frameworks.len());
    for state in ["TASK_RUNNING", "TASK_STAGING", "TASK_UNREACHABLE"] {
        table.set(state, summary.tasks_by_state.get(state).copied().unwrap_or_default());
    }
    table.set(
        "framework TASK_RUNNING",
        summary.running_by_framework.values().sum::<u64>(),
    );
    Ok(table.0)
}

/// dcos-history answers a list of summaries: each is read on its own.
fn history(bytes: &[u8]) -> Result<Counts, String> {
    let samples: Vec<Value> = serde_json::from_slice(bytes).unwrap();
    let read: Vec<_> = samples
        .iter()
        .map(|sample| mesos_summary::read(sample.to_string().as_bytes()).map_err(|error| error.to_string()))
        .collect::<Result<_, _>>()?;
    let mut table = Table(Counts::new());
    let span = |values: Vec<u64>| {
        let (least, most) = (values.iter().min().unwrap(), values.iter().max().unwrap());
        if least == most {
            least.to_string()
        } else {
            format!("{least}-{most}")
        }
    };
    table.set("samples", read.len());
    table.set(
        "samples with agents",
        read.iter().filter(|sample| sample.agents > 0).count(),
    );
    table.set(
        "agents per sample",
        span(read.iter().map(|sample| sample.agents).collect()),
    );
    let running = |sample: &mesos_summary::SummaryWire| sample.tasks_by_state.get("TASK_RUNNING").copied().unwrap_or(0);
    table.set("running tasks per sample", span(read.iter().map(running).collect()));
    Ok(table.0)
}

fn metrics(row: &Row, bytes: &[u8]) -> Result<Counts, String> {
    let metrics = mesos_basics::metrics(bytes).map_err(|error| error.to_string())?;
    let mut table = Table(Counts::new());
    table.set("keys", metrics.len());
    for name in row.facts.keys().filter(|name| name.contains('/')) {
        let value = metrics.get(name).map_or_else(|| "ABSENT".to_owned(), f64::to_string);
        table.set(name, value);
    }
    Ok(table.0)
}

fn apps(bytes: &[u8]) -> Result<Counts, String> {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    // A backup tool wrapped each app of a nested Marathon: unwrapped, they are read like any others.
    let unwrapped = value["mom_apps"].as_array().map(|list| {
        let apps: Vec<&Value> = list.iter().map(|entry| &entry["app"]).collect();
        serde_json::json!({ "apps": apps }).to_string().into_bytes()
    });
    if unwrapped.is_some() && marathon_apps::apps(bytes).is_ok() {
        return Err("an answer of another tool was taken for /v2/apps".to_owned());
    }
    let bytes = unwrapped.as_deref().unwrap_or(bytes);
    let wire = marathon_apps::apps(bytes).map_err(|error| error.to_string())?;
    let shown = snapshot(&[captured("data/marathon/root/apps.json", bytes)]);
    let apps = known(&shown.marathons[0].apps)?;
    let mut table = Table(Counts::new());
    table.set("apps", apps.len());
    table.set("groups (root included)", wire.groups);
    let sum = |field: fn(&App) -> Option<u64>| apps.iter().filter_map(field).sum::<u64>();
    table.set("instances", sum(|app| app.instances));
    table.set("tasksRunning", sum(|app| app.running));
    table.set("tasksStaged", sum(|app| app.staged));
    table.set("tasksHealthy", sum(|app| app.healthy));
    table.set("tasksUnhealthy", sum(|app| app.unhealthy));
    let deploying = apps.iter().filter(|app| app.deployments.is_some_and(|count| count > 0));
    table.set("apps with deployments", deploying.count());
    let below: Vec<&str> = apps
        .iter()
        .filter(|app| app.running.is_some() && app.running < app.instances)
        .map(|app| app.id.as_str())
        .collect();
    table.set("apps below target (running < instances)", below.join(", "));
    let idle = apps.iter().filter(|app| app.instances == Some(0)).count();
    table.set("suspended apps (instances 0)", idle);
    definitions(&mut table, apps);
    table.set("pods", wire.pods.len());
    let wanted: u64 = wire.pods.iter().filter_map(|pod| pod.instances).sum();
    table.set("pod target instances", wanted);
    statuses(&mut table, &value);
    Ok(table.0)
}

fn definitions(table: &mut Table, apps: &[App]) {
    let all: Vec<(&App, &Constraint)> = apps
        .iter()
        .flat_map(|app| app.constraints.iter().map(move |constraint| (app, constraint)))
        .collect();
    table.set("constraints", all.len());
    let operators = all
        .iter()
        .filter_map(|(_, constraint)| constraint.elements.get(1)?.clone().ok());
    table.set("constraint operators", times(operators, ""));
    let judged: Vec<String> = all
        .iter()
        .filter(|(_, constraint)| {
            let judgement = constraints::judge(constraint, constraints::Kind::App, &Version::new(1, 5, 0));
            matches!(judgement, constraints::Judgement::Invalid { .. })
        })
        .map(|(app, constraint)| format!("{} {}", app.id, constraint.raw.replace(',', ", ")))
        .collect();
    table.set("invalid per Marathon validation", or_none(judged.join(", ")));
    let value = |app: &App, field: &str| -> Value {
        app.definition
            .get(field)
            .map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
    };
    let kinds = apps.iter().map(|app| match value(app, "container")["type"].as_str() {
        Some(kind) => kind.to_owned(),
        None => "none".to_owned(),
    });
    table.set("container types", times(kinds, ""));
    let roles = apps
        .iter()
        .flat_map(|app| {
            value(app, "acceptedResourceRoles")
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .map(|role| role.as_str().unwrap().to_owned());
    table.set("acceptedResourceRoles", times(roles, ""));
    let keeps = |app: &&App| {
        let volumes = value(app, "container")["volumes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        !value(app, "residency").is_null() || volumes.iter().any(|volume| !volume["persistent"].is_null())
    };
    table.set(
        "apps with residency or persistent volumes",
        apps.iter().filter(keeps).count(),
    );
}

/// Pods of `/v2/groups` come as their status: gathered here and read as the answer of `/v2/pods/::status`.
fn statuses(table: &mut Table, group: &Value) {
    fn gather(group: &Value, into: &mut Vec<Value>) {
        into.extend(group["pods"].as_array().into_iter().flatten().cloned());
        for inner in group["groups"].as_array().into_iter().flatten() {
            gather(inner, into);
        }
    }
    let mut pods = Vec::new();
    gather(group, &mut pods);
    if pods.is_empty() {
        return;
    }
    let body = Value::from(pods).to_string().into_bytes();
    let shown = snapshot(&[captured("data/marathon/root/pods_status.json", &body)]);
    let statuses = shown.marathons[0].pod_status.known().unwrap();
    table.set(
        "pod instances listed",
        statuses.iter().map(|status| status.instances).sum::<u64>(),
    );
    let mut states: Vec<&str> = statuses.iter().map(|status| status.status.as_str()).collect();
    states.sort_unstable();
    states.dedup();
    table.set("pod status", states.join(", "));
    let defined = snapshot(&[captured("data/marathon/root/pods.json", &body)]);
    let ids: Vec<&str> = defined.marathons[0]
        .pods
        .known()
        .unwrap()
        .iter()
        .map(|pod: &Pod| pod.id.as_str())
        .collect();
    assert_eq!(
        ids,
        statuses.iter().map(|status| status.id.as_str()).collect::<Vec<_>>()
    );
}
