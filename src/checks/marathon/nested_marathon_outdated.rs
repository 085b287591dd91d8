//! `nested-marathon-outdated`: nested Marathons below the vendor's minimum. How far behind the root: `nested-marathon-too-old`.

use crate::checks::marathon::shared::instances;
use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::model::{Area, CheckMeta, Doc, Finding, Observed, Severity, Stage, Version};

/// The check.
pub struct NestedMarathonOutdated;

/// The oldest nested Marathon the vendor's pages accept (DC/OS 1.9 to 2.2, patching and upgrading).
pub const MINIMUM: Version = Version::new(1, 3, 5);

static META: CheckMeta = CheckMeta {
    id: "nested-marathon-outdated",
    area: Area::Marathon,
    title: "every nested Marathon is at least 1.3.5",
    finding: "nested Marathon {name} is {version}, older than {minimum}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json"],
    requirements: &["S0-33", "S1-62", "S3-8"],
    doc: Doc {
        what: "Every Marathon beside the root one of a DC/OS cluster reports version 1.3.5 or later. The rule is the \
               vendor's and is repeated unchanged for every target from 1.9 to 2.2; how far a nested Marathon is from the \
               Marathon of the target is judged by nested-marathon-too-old. Plain Mesos has no such rule: SKIPPED.",
        why: "Older Marathons do not get along with the Mesos of the target: after the masters are upgraded they may fail \
              to re-register, and their tasks are given up after the failover timeout.",
        by_hand: "curl -s https://CLUSTER/service/NAME/v2/info -H \"Authorization: token=$TOKEN\" | jq -r .version",
        remedy: "Upgrade the nested Marathon to 1.3.5 or later first (back it up before; its image must be in the registry).",
        sources: &[
            "DC/OS 1.9 to 2.2 patching and upgrading pages: Marathon-on-Marathon at 1.3.5 or later",
            "DC/OS Upgrade FAQ & Workbook: service Marathon, current and target",
        ],
    },
};

impl Check for NestedMarathonOutdated {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if let Observed::Known(Kind::Mesos, at) = &context.facts.cluster.kind {
            saw.skip(format!(
                "{} says that this is Mesos without DC/OS; the rule is one of DC/OS",
                at.item
            ));
            return;
        }
        let mut judged = 0;
        for instance in instances(context, saw).into_iter().filter(|one| !one.marathon.root) {
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            judged += 1;
            if *version >= MINIMUM {
                continue;
            }
            let at = instance
                .part(&instance.marathon.info, saw)
                .map(|(_, at)| at.at("/version"));
            let finding = Finding::about(instance.subject())
                .with("version", version.to_string())
                .with("minimum", MINIMUM.to_string());
            saw.fire(match at {
                Some(at) => finding.seen_at(at.quoting(version)),
                None => finding,
            });
        }
        if judged > 0 {
            saw.judged(judged, "nested Marathon instances");
        } else {
            saw.skip("the cluster has no nested Marathon");
        }
    }
}
