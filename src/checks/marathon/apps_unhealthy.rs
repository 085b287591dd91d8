//! `apps-unhealthy`: apps with tasks that fail their health checks, or have no result yet. Pods: see `apps-below-target`.

use crate::checks::marathon::shared::{field, instances, place};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, SubjectKind};
use crate::snapshot::App;

/// The check.
pub struct AppsUnhealthy;

static META: CheckMeta = CheckMeta {
    id: "apps-unhealthy",
    area: Area::Marathon,
    title: "every running task of every app is healthy",
    finding: "{name} of Marathon {marathon}: of {running} running tasks {unhealthy} are unhealthy and {waiting} have no \
              health result",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/apps.json"],
    requirements: &["S0-30", "S0-32", "S1-44", "S1-90"],
    doc: Doc {
        what: "For every app of every Marathon tasksUnhealthy is 0; and where the app defines health checks, tasksHealthy \
               is at least tasksRunning, so that no running task is without a result. A count that is missing is \
               UNKNOWN. Apps without health checks are not judged beyond tasksUnhealthy.",
        why: "The procedure wants all running tasks in a known healthy state: one without a result may be starting, may \
              have lost its checks after a change of the leader, or may have a check that never answers. What is sick \
              before the window cannot be told afterwards from what the window made sick.",
        by_hand: "curl -s 'http://MASTER:8080/v2/apps?embed=apps.counts' | jq -r '.apps[] | select(.tasksUnhealthy > 0 or \
                  ((.healthChecks | length) > 0 and .tasksHealthy < .tasksRunning)) | .id'",
        remedy: "Look at the app's tasks and health checks. Shortly after a start or a new leader wait and collect again. \
                 For a check that never gives a result, repair or remove it, or write a waiver for the app.",
        sources: &[
            "DC/OS 1.11 patching page: all running tasks in a known healthy state",
            "mesosphere/marathon docs/docs/health-checks.md: Marathon's own checks are run by the leader",
        ],
    },
};

impl Check for AppsUnhealthy {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let (mut apps, mut instances_seen) = (0, 0);
        for instance in instances(context, saw) {
            instances_seen += 1;
            let listed = instance.apps(saw);
            apps += listed.len();
            let mut incomplete = Vec::new();
            for app in listed {
                let waiting = waiting(app);
                let (Some(unhealthy), Some(waiting), false) = (app.unhealthy, waiting, app.id.is_empty()) else {
                    incomplete.push(place(&app.id, &app.at));
                    continue;
                };
                if unhealthy == 0 && waiting == 0 {
                    continue;
                }
                let (name, value) = if unhealthy > 0 {
                    ("tasksUnhealthy", unhealthy)
                } else {
                    ("tasksHealthy", app.healthy.unwrap_or(0))
                };
                saw.fire(
                    Finding::about(instance.workload(SubjectKind::App, &app.id))
                        .with("marathon", instance.name())
                        .with(
                            "running",
                            app.running
                                .map_or_else(|| "?".to_owned(), |running| running.to_string()),
                        )
                        .with("unhealthy", unhealthy)
                        .with("waiting", waiting)
                        .seen_at(field(&app.at, name).quoting(value)),
                );
            }
            instance.incomplete(
                "apps without id or counts of healthy and unhealthy tasks",
                &incomplete,
                saw,
            );
        }
        if instances_seen > 0 {
            saw.judged(apps, "apps");
        }
    }
}

/// Running tasks without a health result; `None` where a count is missing. An app with results has health checks,
/// whether its definition was printed with them or not.
fn waiting(app: &App) -> Option<u64> {
    let results = app.healthy?.saturating_add(app.unhealthy?);
    let running = app.running?;
    let checked = app.health_checks > 0 || results > 0;
    Some(if checked { running.saturating_sub(results) } else { 0 })
}
