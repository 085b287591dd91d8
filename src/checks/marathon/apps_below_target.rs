//! `apps-below-target`: apps and pods that run fewer instances than they should. Never judges health: see `apps-unhealthy`.

use std::collections::BTreeMap;

use crate::checks::marathon::shared::{Instance, field, instances, place};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, SubjectKind};
use crate::snapshot::{App, Pod, PodStatus};

/// The check.
pub struct AppsBelowTarget;

static META: CheckMeta = CheckMeta {
    id: "apps-below-target",
    area: Area::Marathon,
    title: "every app and pod runs as many instances as it should",
    finding: "{name} of Marathon {marathon} runs {running} of {instances} instances ({state})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/marathon/*/pods_status.json",
        "data/marathon/*/info.json",
    ],
    requirements: &["S0-30", "S0-32", "S1-44", "S1-90"],
    doc: Doc {
        what: "For every app of every Marathon tasksRunning is at least instances; for every pod as many instances as \
               wanted are STABLE, and the pod itself is STABLE. instances 0 is a suspended app and no fault. A count \
               that is missing is UNKNOWN, and so is a list without apps whose tasks Mesos runs.",
        why: "What is down before the window cannot be told afterwards from what the window took down, and an app that \
              lacks an instance already may lose its last one when an agent restarts.",
        by_hand: "curl -s 'http://MASTER:8080/v2/apps?embed=apps.counts' | \
                  jq -r '.apps[] | select(.tasksRunning < .instances) | .id, .tasksRunning, .instances'\n\
                  curl -s 'http://MASTER:8080/v2/pods/::status' | jq -r '.[] | select(.status != \"STABLE\") | .id'",
        remedy: "See queue-waiting for what its instances wait for, and the app's last task failure. Repair it, scale it \
                 to what it can have, or suspend it on purpose before the window.",
        sources: &[
            "DC/OS 1.11 patching page: all running tasks in a known healthy state, Marathon stable",
            "mesosphere/marathon docs/rest-api/public/api/v2/types/podStatus.raml (v1.6.590): PodState",
        ],
    },
};

impl Check for AppsBelowTarget {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let (mut apps, mut pods, mut instances_seen) = (0, 0, 0);
        for instance in instances(context, saw) {
            instances_seen += 1;
            let listed = instance.apps(saw);
            apps += listed.len();
            judge_apps(instance, listed, saw);
            let listed = instance.pods(saw);
            pods += listed.len();
            judge_pods(instance, listed, saw);
        }
        if instances_seen > 0 {
            saw.judged(apps, "apps");
            saw.judged(pods, "pods");
        }
    }
}

fn judge_apps(instance: Instance<'_>, apps: &[App], saw: &mut Saw) {
    let mut incomplete = Vec::new();
    for app in apps {
        let (Some(wanted), Some(running), false) = (app.instances, app.running, app.id.is_empty()) else {
            incomplete.push(place(&app.id, &app.at));
            continue;
        };
        if running >= wanted {
            continue;
        }
        let state = match app.staged {
            Some(0) => "none is starting".to_owned(),
            Some(staged) => format!("{staged} starting"),
            None => "how many are starting is not told".to_owned(),
        };
        saw.fire(
            Finding::about(instance.workload(SubjectKind::App, &app.id))
                .with("marathon", instance.name())
                .with("running", running)
                .with("instances", wanted)
                .with("state", state)
                .seen_at(field(&app.at, "tasksRunning").quoting(running)),
        );
    }
    instance.incomplete("apps without id, instances or tasksRunning", &incomplete, saw);
}

fn judge_pods(instance: Instance<'_>, pods: &[Pod], saw: &mut Saw) {
    let status: &[PodStatus] = match (&instance.marathon.pod_status, instance.version()) {
        (status, Some(version)) if version.line() < (1, 4) && !status.is_known() => return,
        (status, _) => match instance.part(status, saw) {
            Some((list, _)) => list,
            None => return,
        },
    };
    let by_id: BTreeMap<&str, &PodStatus> = status.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut incomplete = Vec::new();
    let mut odd = Vec::new();
    for pod in pods {
        let (Some(wanted), false) = (pod.instances, pod.id.is_empty()) else {
            incomplete.push(place(&pod.id, &pod.at));
            continue;
        };
        if wanted == 0 {
            continue;
        }
        let Some(status) = by_id.get(pod.id.as_str()) else {
            incomplete.push(place(&pod.id, &pod.at));
            continue;
        };
        match status.status.as_str() {
            "STABLE" if status.stable >= wanted => continue,
            "STABLE" | "DEGRADED" | "TERMINAL" => {}
            other => {
                odd.push(format!("{} ({other})", pod.id));
                continue;
            }
        }
        saw.fire(
            Finding::about(instance.workload(SubjectKind::Pod, &pod.id))
                .with("marathon", instance.name())
                .with("running", status.stable)
                .with("instances", wanted)
                .with("state", status.status.as_str())
                .seen_at(field(&status.at, "status").quoting(&status.status)),
        );
    }
    let unlisted: Vec<String> = status
        .iter()
        .filter(|one| !pods.iter().any(|pod| pod.id == one.id))
        .map(|one| one.id.clone())
        .collect();
    instance.incomplete("pods without id, instances or status", &incomplete, saw);
    instance.incomplete("pods with a status unknown to gonogo", &odd, saw);
    instance.incomplete("pods that have a status and are not listed", &unlisted, saw);
}
