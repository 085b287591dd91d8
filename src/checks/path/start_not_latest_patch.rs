//! `start-not-latest-patch`: an upgrade that does not start from the latest release of its line. Never judges patches.

use super::shared::{finding, hop_to_another, product};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::hops::Product;
use crate::model::{Area, CheckMeta, Doc, Line, Severity, Stage, Version};

/// The check.
pub struct StartNotLatestPatch;

static META: CheckMeta = CheckMeta {
    id: "start-not-latest-patch",
    area: Area::Path,
    title: "the upgrade starts from the latest release of its line",
    finding: "the cluster runs {from}, and {latest} was out before {to} had a successor: the documents upgrade from the latest release of a line",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json", "data/mesos-master/*/version.json"],
    requirements: &["S1-8", "S1-15", "S3-4"],
    doc: Doc {
        what: "For a hop to another line: the version that runs is the latest of its line, among those that were out while the \
               target was the latest of its own (by the release dates of the release notes). For Apache Mesos from 1.0 on: the \
               latest patch of its line. Patches inside a line are SKIPPED.",
        why: "Only steps from the latest release of a line were qualified: faults of the upgrade itself are fixed in the last \
              releases of the line that is left.",
        by_hand: "gonogo knowledge --list releases",
        remedy: "Patch to the release that is named first, in a window of its own, then upgrade.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: the minimum path is to the latest release of the line; the latest patch release is qualified",
            "DC/OS 1.11 upgrading page (Chinese edition): from the latest GA to the latest GA",
            "apache/mesos docs/versioning.md: stable is the latest patch of its line",
        ],
    },
};

impl Check for StartNotLatestPatch {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(hop) = hop_to_another(context, saw) else {
            return;
        };
        if hop.from.line() == hop.to.line() {
            saw.skip(format!("{} to {} stays inside its line", hop.from, hop.to));
            return;
        }
        if hop.to < hop.from {
            saw.unknown_because(format!("{} is older than {}: see path-unsupported", hop.to, hop.from));
            return;
        }
        let line = Line::from(&hop.from);
        let latest: Option<Version> = match product(&hop) {
            Product::Dcos => context.knowledge.latest_while_current(line, &hop.to).cloned(),
            Product::Mesos => context
                .knowledge
                .paths
                .mesos
                .lines
                .iter()
                .find(|known| known.line == line)
                .and_then(|known| Some(Version::new(line.major, line.minor, *known.patches.iter().max()?))),
        };
        let Some(latest) = latest else {
            saw.unknown_because(format!(
                "which release of {line} was the latest when {} was current is not known",
                hop.to
            ));
            return;
        };
        if hop.from < latest {
            saw.fire(finding(context, &hop).with("latest", latest.to_string()));
        }
        saw.judged(1, "version that runs");
    }
}
