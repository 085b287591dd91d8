//! `marathon-ahead-of-mesos`: windows in which the new Marathon can meet a Mesos that is too old for it. Before and after the window: `mesos-too-old-for-marathon`.

use super::shared::guide::{is_upgraded, target};
use super::shared::instances;
use super::shared::minimum::{Minimum, mesos_after, minimum};
use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct MarathonAheadOfMesos;

static META: CheckMeta = CheckMeta {
    id: "marathon-ahead-of-mesos",
    area: Area::Marathon,
    title: "the new Marathon never meets the old Mesos of this cluster",
    finding: "Marathon {target} needs Mesos {minimum} or later, and Mesos {mesos} leads until the masters are upgraded: \
              Marathon {marathon} must not lead before {order} [{source}]",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json", "data/mesos-master/*/version.json"],
    requirements: &[],
    doc: Doc {
        what: "The Mesos that runs is at least the minimum of the Marathon to be reached, so that it does not matter which of \
               the two is upgraded first. It stays a warning: the documents allow such windows (DC/OS 1.7 to 1.8 and \
               1.10 to 1.12 are two), but the order counts.",
        why: "A new Marathon that leads while an old Mesos master does migrates the stored state, finds Mesos too old and \
              exits; an older instance then leads on storage it misreads, and kills tasks.",
        by_hand: "curl -s http://LEADER:5050/version | jq -r .version",
        remedy: "Without DC/OS: upgrade every Mesos master before the first Marathon. On DC/OS: upgrade the leading master \
                 last, keep Marathon's leader on a master that is still old until then, and have a backup of the state.",
        sources: &[
            "mesosphere/marathon LibMesos.scala (v1.4.13 to v1.10.26)",
            "mesosphere/marathon issue 4968",
            "DC/OS Upgrade FAQ & Workbook: non-leading masters first, the leader last",
        ],
    },
};

impl Check for MarathonAheadOfMesos {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if context.pair.is_some() {
            saw.skip("the order of the steps is judged before the window");
            return;
        }
        let Some(target) = target(context, saw) else {
            return;
        };
        let after = match mesos_after(context) {
            Ok(Some(version)) => version,
            Ok(None) => {
                saw.skip("no Mesos to be reached was stated: mesos-too-old-for-marathon judges the one that runs");
                return;
            }
            Err(why) => {
                saw.unknown_because(why);
                return;
            }
        };
        let Some(running) = context.facts.mesos_version() else {
            saw.unknown_because("the version of the leading Mesos master is not known");
            return;
        };
        let (row, least) = match minimum(context, &target) {
            Minimum::Stated(row, least) => (row, least),
            Minimum::Unstated => {
                saw.skip(format!("no source states which Mesos Marathon {target} needs"));
                return;
            }
            Minimum::Unknown => {
                saw.unknown_because(format!("nothing is known about Marathon {target}"));
                return;
            }
        };
        let order = if context.facts.cluster.kind.known() == Some(&Kind::Mesos) {
            "every master is upgraded"
        } else {
            "the leading master is upgraded"
        };
        let mut judged = 0;
        for instance in instances(context, saw) {
            if !is_upgraded(context, instance) {
                continue;
            }
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            judged += 1;
            // Where the target's Mesos is too old as well, the order does not help: that is the other check.
            if running >= *least || after < *least || *version >= target {
                continue;
            }
            let finding = Finding::about(instance.subject())
                .with("marathon", instance.name())
                .with("target", target.to_string())
                .with("minimum", least.to_string())
                .with("mesos", running.to_string())
                .with("order", order)
                .with("source", row.mesos_sources.join("; "));
            saw.fire(instance.at_version(finding));
        }
        if judged > 0 {
            saw.judged(judged, "Marathon instances");
        }
    }
}
