//! `nested-marathon-behind-root`: nested Marathons more than one line behind the root one. The vendor's minimum is another check.

use crate::checks::marathon::shared::instances;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct NestedMarathonBehindRoot;

static META: CheckMeta = CheckMeta {
    id: "nested-marathon-behind-root",
    area: Area::Marathon,
    title: "no nested Marathon is more than one line behind the root Marathon",
    finding: "nested Marathon {name} is {version}, {lines} lines behind the root Marathon {root}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json"],
    requirements: &["S1-47", "S1-62"],
    doc: Doc {
        what: "The line (major.minor) of every nested Marathon is the root's or the one before it. One line behind is what \
               a finished hop looks like until the service Marathons are upgraded; more has grown over several hops.",
        why: "Marathon's guide advises against skipping a line, and 1.8 and later refuse to read the storage of 1.5 and \
              older: every hop that leaves the nested Marathons behind adds a step that must be made up later. No source \
              says that an older nested Marathon fails on the new platform, hence a warning.",
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

impl Check for NestedMarathonBehindRoot {
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
        // Without a root Marathon that has just been said as a gap (DC/OS), or there is nothing to be behind of.
        let Some(root) = instances.iter().copied().find(|one| one.marathon.root) else {
            saw.skip("the cluster has no root Marathon");
            return;
        };
        let Some(newest) = root.version_or_unknown(saw) else {
            return;
        };
        let mut judged = 0;
        for instance in nested {
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            judged += 1;
            // Lines before 1.0 are so far behind that the exact number does not matter.
            let lines = match newest.major.checked_sub(version.major) {
                Some(0) => newest.minor.saturating_sub(version.minor),
                Some(_) => newest.minor.saturating_add(2),
                None => 0,
            };
            if lines < 2 {
                continue;
            }
            let mut finding = Finding::about(instance.subject())
                .with("version", version.to_string())
                .with("root", newest.to_string())
                .with("lines", u64::from(lines));
            for one in [instance, root] {
                if let Some((info, at)) = one.part(&one.marathon.info, saw) {
                    finding = finding.seen_at(at.at("/version").quoting(&info.version_text));
                }
            }
            saw.fire(finding);
        }
        if judged > 0 {
            saw.judged(judged, "nested Marathon instances");
        }
    }
}
