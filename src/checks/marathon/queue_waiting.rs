//! `queue-waiting`: instances that wait to be placed, and what they wait for. That they are missing: `apps-below-target`.

use crate::checks::marathon::shared::instances;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, SubjectKind};
use crate::snapshot::QueueEntry;

/// The check.
pub struct QueueWaiting;

static META: CheckMeta = CheckMeta {
    id: "queue-waiting",
    area: Area::Marathon,
    title: "no instance waits to be placed",
    finding: "{name} of Marathon {marathon} waits for {count} instances: {reason}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/marathon/*/queue.json"],
    requirements: &["S0-30", "S1-44"],
    doc: Doc {
        what: "No entry of /v2/queue of any Marathon has a count above 0. The finding names why the last offers were \
               declined. A warning, because an app that lacks instances is a blocking finding of apps-below-target and \
               a deployment one of deployments-in-flight: the queue adds the reason.",
        why: "Instances wait for resources, for a constraint that no agent fulfils, or because they died and Marathon \
              delays the next attempt. With agents restarting one after another there is less room, not more.",
        by_hand: "curl -s http://MASTER:8080/v2/queue | jq -r '.queue[] | select(.count > 0) | (.app // .pod).id, .count, \
                  .delay, .processedOffersSummary.rejectSummaryLastOffers'\nor: dcos marathon debug list",
        remedy: "Free resources, correct the constraint or the acceptedResourceRoles, or repair the task that dies (a \
                 delay that is not overdue). Scale down what is not needed in the window.",
        sources: &[
            "mesosphere/marathon docs/rest-api/public/api/v2/queue.raml (v1.6.496)",
            "DC/OS 1.11 patching page: Marathon stable and healthy",
        ],
    },
};

impl Check for QueueWaiting {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let (mut entries, mut judged) = (0, 0);
        for instance in instances(context, saw) {
            let Some((queue, _)) = instance.part(&instance.marathon.queue, saw) else {
                continue;
            };
            judged += 1;
            entries += queue.len();
            for entry in queue.iter().filter(|entry| entry.count > 0) {
                let pod = instance
                    .marathon
                    .pods
                    .known()
                    .is_some_and(|pods| pods.iter().any(|pod| pod.id == entry.id));
                let kind = if pod { SubjectKind::Pod } else { SubjectKind::App };
                saw.fire(
                    Finding::about(instance.workload(kind, &entry.id))
                        .with("marathon", instance.name())
                        .with("count", entry.count)
                        .with("reason", reason(entry))
                        .seen_at(entry.at.at(format!("{}/count", entry.at.pointer)).quoting(entry.count)),
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "launch queues");
            saw.judged(entries, "entries");
        }
    }
}

fn reason(entry: &QueueEntry) -> String {
    match (entry.rejected.first(), entry.overdue) {
        (_, Some(false)) => "it failed, and the next attempt is delayed".to_owned(),
        (Some((reason, count)), _) => format!("{count} of the last offers were declined for {reason}"),
        (None, _) => "no offer has been declined yet".to_owned(),
    }
}
