//! `/v2/apps`, `/v2/deployments` and `/v2/queue`: definitions with the counts their tasks give.
//!
//! `embed` is honoured as Marathon does: tasks, counts and deployments appear when asked for.

use serde_json::{Value, json};

use super::mesos_objects::{self as objects, extend};
use crate::demo::ids::iso;
use crate::demo::model::{App, Marathon, Model, Task};

/// `/v2/apps`.
pub fn apps(model: &Model, marathon: &Marathon, query: &str) -> Value {
    let embeds = |what: &str| query.split('&').any(|pair| pair.strip_prefix("embed=") == Some(what));
    let apps: Vec<Value> = marathon
        .apps
        .iter()
        .map(|app| {
            let tasks = tasks_of(model, marathon, app);
            let running = tasks.iter().filter(|task| task.state == "TASK_RUNNING").count();
            let healthy = tasks.iter().filter(|task| task.healthy == Some(true)).count();
            let unhealthy = tasks.iter().filter(|task| task.healthy == Some(false)).count();
            let mut object = Value::Object(app.definition.clone());
            if query.is_empty() || embeds("apps.counts") || embeds("apps.tasks") {
                extend(
                    &mut object,
                    json!({
                        "tasksStaged": tasks.len() - running, "tasksRunning": running,
                        "tasksHealthy": healthy, "tasksUnhealthy": unhealthy,
                    }),
                );
            }
            if query.is_empty() || embeds("apps.deployments") || embeds("apps.tasks") {
                let under_way: Vec<Value> = marathon
                    .deployments
                    .iter()
                    .filter(|deployment| deployment.app == app.id)
                    .map(|deployment| json!({"id": deployment.id}))
                    .collect();
                extend(&mut object, json!({"deployments": under_way}));
            }
            if embeds("apps.tasks") {
                let listed: Vec<Value> = tasks.iter().map(|one| task(model, app, one)).collect();
                extend(&mut object, json!({"tasks": listed}));
            }
            object
        })
        .collect();
    json!({"apps": apps})
}

fn tasks_of<'m>(model: &'m Model, marathon: &Marathon, app: &'m App) -> Vec<&'m Task> {
    model
        .frameworks
        .get(marathon.framework)
        .map(|framework| framework.tasks_of(&app.id).collect())
        .unwrap_or_default()
}

fn task(model: &Model, app: &App, task: &Task) -> Value {
    let host = objects::agent_host(model, task.agent);
    let ports: Vec<u16> = task.resources.ports.iter().map(|(port, _)| *port).collect();
    let results: Vec<Value> = task
        .healthy
        .map(|alive| {
            json!({
                "alive": alive,
                "consecutiveFailures": u8::from(!alive) * 3,
                "firstSuccess": iso(task.since + 16.0),
                "lastFailure": null,
                "lastSuccess": iso(model.now - 12.0),
                "lastFailureCause": null,
                "instanceId": task.id.replacen('.', ".marathon-", 1),
            })
        })
        .into_iter()
        .collect();
    json!({
        "appId": app.id,
        "healthCheckResults": results,
        "host": host,
        "id": task.id,
        "ipAddresses": [{"ipAddress": host, "protocol": "IPv4"}],
        "ports": ports,
        "servicePorts": [],
        "slaveId": model.agents.get(task.agent).map(|agent| agent.id.as_str()),
        "state": task.state,
        "stagedAt": iso(task.staged),
        "startedAt": iso(task.since),
        "version": task.version,
        "localVolumes": [],
    })
}

/// `/v2/deployments`.
pub fn deployments(marathon: &Marathon) -> Value {
    marathon
        .deployments
        .iter()
        .map(|deployment| {
            let action = json!({"action": "ScaleApplication", "app": deployment.app});
            let mut current = action.clone();
            extend(&mut current, json!({"readinessCheckResults": []}));
            json!({
                "id": deployment.id,
                "version": deployment.version,
                "affectedApps": [deployment.app],
                "affectedPods": [],
                "steps": [{"actions": [action]}],
                "currentActions": [current],
                "currentStep": 1,
                "totalSteps": 1,
            })
        })
        .collect()
}

/// `/v2/queue`: an entry for every app that has fewer tasks than instances.
pub fn queue(model: &Model, marathon: &Marathon) -> Vec<Value> {
    let reason = |reason: &str, declined: usize, processed: usize| json!({"reason": reason, "declined": declined, "processed": processed});
    marathon
        .apps
        .iter()
        .filter_map(|app| {
            let missing = app.instances.checked_sub(tasks_of(model, marathon, app).len())?;
            if missing == 0 {
                return None;
            }
            let offers = model.registered_agents().count();
            let reasons = vec![
                reason("UnfulfilledRole", 0, offers),
                reason("UnfulfilledConstraint", offers, offers),
                reason("NoCorrespondingReservationFound", 0, 0),
                reason("InsufficientCpus", 0, 0),
                reason("InsufficientMemory", 0, 0),
                reason("InsufficientDisk", 0, 0),
                reason("InsufficientGpus", 0, 0),
                reason("InsufficientPorts", 0, 0),
            ];
            Some(json!({
                "app": app.definition,
                "count": missing,
                "delay": {"timeLeftSeconds": 0, "overdue": true},
                "since": iso(model.now - 600.0),
                "processedOffersSummary": {
                    "processedOffersCount": offers * 40,
                    "unusedOffersCount": offers * 40,
                    "lastUnusedOfferAt": iso(model.now - 4.0),
                    "rejectSummaryLastOffers": reasons,
                    "rejectSummaryLaunchAttempt": reasons,
                },
            }))
        })
        .collect()
}
