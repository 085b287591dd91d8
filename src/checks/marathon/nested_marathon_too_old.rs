//! `nested-marathon-too-old`: nested Marathons that do not get to the target's Marathon in one step. The vendor's minimum: `nested-marathon-outdated`.

use super::nested_marathon_outdated::MINIMUM;
use super::shared::guide;
use super::shared::{Instance, instances};
use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::facts::hop::NoHop;
use crate::model::{Area, CheckMeta, Doc, Finding, Line, Severity, Stage, Version};

/// The check.
pub struct NestedMarathonTooOld;

static META: CheckMeta = CheckMeta {
    id: "nested-marathon-too-old",
    area: Area::Marathon,
    title: "every nested Marathon gets to the Marathon of the target in one step",
    finding: "nested Marathon {name} is {version}, {lines} lines behind {bar}: {limit}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json"],
    requirements: &["S0-33", "S1-47", "S1-62", "S3-8"],
    doc: Doc {
        what: "The bar is the Marathon of the target; without a target, the root Marathon that runs. Every nested Marathon is \
               of that line, or of one from which the documents allow to go to it at once. One line behind is what a \
               finished hop looks like until the service Marathons are upgraded; more has grown over several hops. What \
               is older than the vendor's minimum is reported by nested-marathon-outdated and not again here.",
        why: "The vendor's 1.3.5 is older than every Marathon that runs beside DC/OS 1.9 and later: it says little. Marathon's \
              guide advises against skipping a line, and 1.8 and later refuse to read the storage of 1.5 and older. No \
              source says that an older nested Marathon fails on the new platform, hence a warning.",
        by_hand: "curl -s http://MASTER:8080/v2/info | jq -r .version; \
                  curl -s https://CLUSTER/service/NAME/v2/info | jq -r .version",
        remedy: "Upgrade the nested Marathons line by line, after the masters and before the agents of a hop; back up their \
                 state first.",
        sources: &[
            "mesosphere/marathon docs/docs/upgrade/index.md: do not skip releases",
            "mesosphere/marathon storage/migration/Migration.scala (v1.8.244): storage from 1.6.0 on",
            "DC/OS Upgrade FAQ & Workbook: upgrade service Marathon as required",
        ],
    },
};

impl Check for NestedMarathonTooOld {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let instances = instances(context, saw);
        let nested: Vec<_> = instances.iter().copied().filter(|one| !one.marathon.root).collect();
        if nested.is_empty() {
            saw.skip("the cluster has no nested Marathon");
            return;
        }
        // Without a root Marathon that has just been said as a gap (DC/OS), or there is nothing nested.
        let Some(root) = instances.iter().copied().find(|one| one.marathon.root) else {
            saw.skip("the cluster has no root Marathon");
            return;
        };
        let Some((bar, named)) = bar(context, root, saw) else {
            return;
        };
        let mut judged = 0;
        for instance in nested {
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            judged += 1;
            let outdated = *version < MINIMUM && context.facts.cluster.kind.known() != Some(&Kind::Mesos);
            if outdated || Line::from(version) >= Line::from(&bar) {
                continue;
            }
            let guide = &context.knowledge.marathon;
            let Some(crossed) = guide.between(version, &bar) else {
                instance.unknown(format!("the guide knows no way from {version} to {bar}"), saw);
                continue;
            };
            let row = context.knowledge.marathon_line(&bar);
            let in_one = row.is_some_and(|row| row.from.contains(&Line::from(version)));
            if crossed.len() < 2 || in_one {
                continue;
            }
            let oldest = row
                .and_then(|row| row.oldest_storage.as_ref())
                .filter(|oldest| version < *oldest);
            let mut finding = Finding::about(instance.subject())
                .with("version", version.to_string())
                .with("bar", named.as_str())
                .with("lines", crossed.len())
                .with(
                    "limit",
                    match oldest {
                        Some(oldest) => format!("that one reads storage from {oldest} on only"),
                        None => "Marathon's guide advises against skipping a line".to_owned(),
                    },
                );
            finding = root.at_version(instance.at_version(finding));
            saw.fire(finding);
        }
        if judged > 0 {
            saw.judged(judged, "nested Marathon instances");
        }
    }
}

/// The version to get to, and its name; `None` after saying why it is not known.
fn bar(context: &Context<'_>, root: Instance<'_>, saw: &mut Saw) -> Option<(Version, String)> {
    match context.marathon_to_reach() {
        Ok(target) => Some((target.clone(), format!("the Marathon of the target, {target}"))),
        Err(NoHop::Unknown(_)) => {
            guide::target(context, saw);
            None
        }
        Err(NoHop::NoTarget) => {
            let runs = root.version_or_unknown(saw)?;
            Some((runs.clone(), format!("the root Marathon {runs}")))
        }
    }
}
