//! What Metronome answers: its jobs.
//!
//! Shape: dcos/metronome `jobs.raml` at 0.4.2.

use serde_json::{Value, json};

use super::{Reply, Request};
use crate::demo::ids::iso;
use crate::demo::model::{Job, Model};

/// What Metronome answers.
pub fn reply(model: &Model, request: Request<'_>) -> Reply {
    if !model.is_dcos() {
        return Reply::not_found();
    }
    match request.path {
        "/ping" => Reply::text("pong"),
        "/info" => Reply::json(json!({"version": model.release().map(|release| release.metronome)})),
        "/leader" => Reply::json(json!({
            "leader": model.places.masters.get(model.leader).map(|place| place.metronome.to_string()),
        })),
        "/v1/jobs" => Reply::json(model.jobs.iter().map(|one| job(model, one)).collect()),
        _ => Reply::not_found(),
    }
}

fn job(model: &Model, job: &Job) -> Value {
    json!({
        "id": job.id,
        "description": job.description,
        "labels": {},
        "run": {
            "cpus": 0.1, "mem": 64, "disk": 0,
            "cmd": job.cmd,
            "env": {}, "artifacts": [], "volumes": [],
            "placement": {"constraints": []},
            "maxLaunchDelay": 3600,
            "restart": {"policy": "NEVER"},
        },
        "schedules": [{
            "id": "default", "cron": job.cron, "timezone": "GMT", "enabled": true,
            "concurrencyPolicy": "ALLOW", "startingDeadlineSeconds": 900,
            "nextRunAt": iso(model.now + 21_600.0),
        }],
        "activeRuns": [],
    })
}
