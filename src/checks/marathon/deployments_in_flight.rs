//! `deployments-in-flight`: deployments that have not ended. Never judges whether they are stuck.

use crate::checks::marathon::shared::{few, instances};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};
use crate::snapshot::Deployment;

/// The check.
pub struct DeploymentsInFlight;

static META: CheckMeta = CheckMeta {
    id: "deployments-in-flight",
    area: Area::Marathon,
    title: "no deployment is under way",
    finding: "Marathon {name}: deployment {deployment} of {affected} is at step {step} of {steps}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/deployments.json", "data/marathon/*/apps.json"],
    requirements: &["S0-30", "S1-90"],
    doc: Doc {
        what: "/v2/deployments of every Marathon is empty. If it is, and /v2/apps still names deployments of an app, the \
               two do not fit together: UNKNOWN.",
        why: "A deployment starts and kills tasks on purpose: what it does in the window cannot be told from what the \
              upgrade does. A deployment that is interrupted by a change of the leader begins again or hangs.",
        by_hand: "curl -s http://MASTER:8080/v2/deployments | jq -r '.[] | .id, .affectedApps[], .currentStep, .totalSteps'\n\
                  or: dcos marathon deployment list",
        remedy: "Let it end, or stop it (dcos marathon deployment stop ID), and forbid new ones for the window. A \
                 deployment that never ends waits for resources or health checks: see queue-waiting and apps-unhealthy.",
        sources: &[
            "DC/OS 1.11 patching page: Marathon stable and healthy before the patch",
            "mesosphere/marathon docs/rest-api/public/api/v2/deployments.raml (v1.6.496)",
        ],
    },
};

impl Check for DeploymentsInFlight {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut judged = 0;
        for instance in instances(context, saw) {
            let Some((deployments, at)) = instance.part(&instance.marathon.deployments, saw) else {
                continue;
            };
            judged += 1;
            for deployment in deployments {
                saw.fire(finding(Finding::about(instance.subject()), deployment));
            }
            // The list of apps is read at another moment: a deployment seen only there has just begun or ended.
            let elsewhere: Vec<String> = instance
                .marathon
                .apps
                .known()
                .into_iter()
                .flatten()
                .filter(|app| app.deployments.unwrap_or(0) > 0)
                .map(|app| app.id.clone())
                .collect();
            if deployments.is_empty() && !elsewhere.is_empty() {
                instance.unknown(
                    format!(
                        "/v2/apps names deployments of {}, and {} lists none",
                        few(&elsewhere),
                        at.item
                    ),
                    saw,
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "Marathon instances");
        }
    }
}

fn finding(about: Finding, deployment: &Deployment) -> Finding {
    let told = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let affected = if deployment.affected.is_empty() {
        vec!["nothing it names".to_owned()]
    } else {
        deployment.affected.clone()
    };
    about
        .with("key", deployment.id.as_str())
        .with("deployment", deployment.id.as_str())
        .with("affected", affected)
        .with("step", told(deployment.step))
        .with("steps", told(deployment.steps))
        .seen_at(deployment.at.clone().quoting(&deployment.id))
}
