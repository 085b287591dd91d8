//! `marathon-line-skipped`: upgrades that leave out a line of Marathon although the target could read the storage. What it cannot read: `marathon-storage-too-old`.

use super::shared::guide::{is_upgraded, target};
use super::shared::instances;
use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::knowledge::hops::Product;
use crate::model::{Area, CheckMeta, Doc, Finding, Line, Severity, Stage};

/// The check.
pub struct MarathonLineSkipped;

static META: CheckMeta = CheckMeta {
    id: "marathon-line-skipped",
    area: Area::Marathon,
    title: "no line of Marathon is skipped",
    finding: "Marathon {marathon} goes from {version} to {target} and skips {skipped}. Marathon says: {says} [{source}] {vendor}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json"],
    requirements: &[],
    doc: Doc {
        what: "Every Marathon that this window upgrades goes to the next line, or to one whose documents name the line that \
               runs. Where the matrix of DC/OS allows a step that skips a line of Marathon (1.10 to 1.12, 1.11 to 1.13, \
               1.13 to 2.1, 2.0 to 2.2), the finding names both sources. It stays a warning: Marathon's guide recommends, \
               its source refuses only what marathon-storage-too-old reports, and the vendor tests the steps of the matrix.",
        why: "Migrations of a line that is skipped all run at once, at the first start of the new release, in a combination \
              that Marathon's authors advise against.",
        by_hand: "curl -s http://MASTER:8080/v2/info | jq -r .version; compare with the Marathon of the target release",
        remedy: "Go by the line in between, or back up the state and read the change logs of both lines before the window.",
        sources: &[
            "mesosphere/marathon docs/docs/upgrade/index.md (v1.10.26): do not skip releases",
            "mesosphere/marathon changelog.md 1.5.0, 1.8.180",
            "DC/OS upgrade matrices 1.12 to 2.2",
        ],
    },
};

impl Check for MarathonLineSkipped {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if context.pair.is_some() {
            saw.skip("the way to the target is judged before the window");
            return;
        }
        let Some(target) = target(context, saw) else {
            return;
        };
        let knowledge = context.knowledge;
        let (Some(row), Some(general)) = (
            knowledge.marathon_line(&target),
            knowledge.marathon_lines.general("skipping"),
        ) else {
            saw.unknown_because(format!("from which lines Marathon {target} is reached is not known"));
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
            let Some(crossed) = knowledge.marathon.between(version, &target) else {
                instance.unknown(format!("the guide knows no way from {version} to {target}"), saw);
                continue;
            };
            judged += 1;
            let unreadable = row.oldest_storage.as_ref().is_some_and(|oldest| version < oldest);
            if crossed.len() < 2 || row.from.contains(&Line::from(version)) || unreadable {
                continue;
            }
            let skipped: Vec<String> = crossed.iter().skip(1).map(|hop| hop.from.to_string()).collect();
            let finding = Finding::about(instance.subject())
                .with("marathon", instance.name())
                .with("version", version.to_string())
                .with("target", target.to_string())
                .with("skipped", skipped.join(", "))
                .with("says", general.says.as_str())
                .with("source", general.sources.join("; "))
                .with("vendor", vendor(context));
            saw.fire(instance.at_version(finding));
        }
        if judged > 0 {
            saw.judged(judged, "Marathon instances");
        }
    }
}

/// What the vendor's documents say about the step of DC/OS; empty without DC/OS.
fn vendor(context: &Context<'_>) -> String {
    let (Some(Kind::Dcos), Some(to), Some(from)) = (
        context.facts.cluster.kind.known(),
        context.target.as_ref(),
        context.facts.running_version(),
    ) else {
        return String::new();
    };
    let step = context.knowledge.classify(Product::Dcos, &from, to);
    let named: Vec<&str> = step.sources.iter().map(|statement| statement.source.as_str()).collect();
    let says = match step.supported {
        Some(true) => "allow",
        Some(false) => "do not allow",
        None => "say nothing about",
    };
    format!(
        "The vendor's documents {says} the step from DC/OS {from} to {to} ({})",
        named.join("; ")
    )
}
