//! `marathon-storage-too-old`: Marathons whose stored state the target cannot read. Skipping a line that it can: `marathon-line-skipped`.

use super::shared::guide::{is_upgraded, target};
use super::shared::instances;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct MarathonStorageTooOld;

static META: CheckMeta = CheckMeta {
    id: "marathon-storage-too-old",
    area: Area::Marathon,
    title: "the target Marathon can read the stored state",
    finding: "Marathon {marathon} is {version}; Marathon {target} reads storage from {oldest} on only [{source}]",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json"],
    requirements: &[],
    doc: Doc {
        what: "Every Marathon that this window upgrades (the root one of DC/OS; without DC/OS every one) runs a version whose \
               storage the target reads. The limit is the one in the source of the target: 1.5 to 1.7 read storage from \
               1.4.0 on, 1.8 and later from 1.6.0 on. Nested Marathons of DC/OS are judged by nested-marathon-too-old.",
        why: "The first leader of the new release refuses older storage and stops. The old release cannot always come back.",
        by_hand: "curl -s http://MASTER:8080/v2/info | jq -r .version",
        remedy: "Go by a release in between (1.4 to 1.6 by 1.5, 1.5 to 1.8 by 1.6 or 1.7), with a backup before each step.",
        sources: &[
            "mesosphere/marathon storage/migration/Migration.scala (v1.5.15, v1.6.590, v1.7.236, v1.8.244, v1.9.109, v1.10.26)",
            "mesosphere/marathon changelog.md 1.5.0, 1.8.180",
        ],
    },
};

impl Check for MarathonStorageTooOld {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if context.pair.is_some() {
            saw.skip(
                "the stored state is migrated when the new release first starts; compare looks at what is after that",
            );
            return;
        }
        let Some(target) = target(context, saw) else {
            return;
        };
        let Some(row) = context.knowledge.marathon_line(&target) else {
            saw.unknown_because(format!("which storage Marathon {target} reads is not known"));
            return;
        };
        let mut judged = 0;
        for instance in instances(context, saw) {
            if !is_upgraded(context, instance) {
                continue;
            }
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            if *version > target {
                instance.unknown(
                    format!("it runs {version}, later than {target}, and no release reads storage of a later one"),
                    saw,
                );
                continue;
            }
            judged += 1;
            let Some(oldest) = row.oldest_storage.as_ref().filter(|oldest| version < *oldest) else {
                continue;
            };
            let finding = Finding::about(instance.subject())
                .with("marathon", instance.name())
                .with("version", version.to_string())
                .with("target", target.to_string())
                .with("oldest", oldest.to_string())
                .with("source", row.storage_sources.join("; "));
            saw.fire(instance.at_version(finding));
        }
        if judged > 0 {
            saw.judged(judged, "Marathon instances");
        }
    }
}
