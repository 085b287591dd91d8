//! `target-end-of-support`: a target outside the vendor's window of supported releases. Never judges the release that runs.

use super::shared::{finding, hop_to_another, product};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::Release;
use crate::knowledge::hops::Product;
use crate::model::{Area, CheckMeta, Doc, Line, Severity, Stage};

/// The check.
pub struct TargetEndOfSupport;

/// Lines that are supported beside the current one (N-2).
const LINES: usize = 2;
/// Maintenance releases that are supported beside the latest one of the line (N-4).
const PATCHES: usize = 4;

static META: CheckMeta = CheckMeta {
    id: "target-end-of-support",
    area: Area::Path,
    title: "the target is inside the vendor's support window",
    finding: "on {day} the target {to} was outside the support window: {rule}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json"],
    requirements: &["S1-1"],
    doc: Doc {
        what: "At the end of the archive's run, among the releases of the table that were out by then: the line of the target \
               is one of the three latest (N-2, workbook and version policy), and at most four later releases of its line \
               exist (N-4, version policy only). The two documents differ in the second rule; the finding says which one it \
               breaks. Releases later than the table are not known, so a PASS is about the table.",
        why: "Faults of a release outside the window are not fixed in it any more; a cluster that is upgraded to it needs the \
              next upgrade at once.",
        by_hand: "gonogo knowledge --list releases",
        remedy: "Choose a later target, or ask the vendor for an agreement of your own.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: N-2 releases are supported",
            "DC/OS version policy: N-2 lines and N-4 maintenance versions",
        ],
    },
};

impl Check for TargetEndOfSupport {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(hop) = hop_to_another(context, saw) else {
            return;
        };
        if product(&hop) == Product::Mesos {
            saw.skip("this is Mesos without DC/OS; the support window is one of DC/OS");
            return;
        }
        let today = context.facts.snapshot.origin.manifest.finished_at.date_naive();
        let out: Vec<&Release> = context
            .knowledge
            .releases
            .iter()
            .filter(|release| release.released.is_some_and(|day| day <= today))
            .collect();
        if !out.iter().any(|release| release.dcos == hop.to) {
            saw.unknown_because(format!("the table has no release {} that was out on {today}", hop.to));
            return;
        }
        let line = Line::from(&hop.to);
        let mut later: Vec<Line> = out
            .iter()
            .map(|release| Line::from(&release.dcos))
            .filter(|other| *other > line)
            .collect();
        later.dedup();
        let newer: Vec<&Release> = out
            .iter()
            .filter(|release| Line::from(&release.dcos) == line && release.dcos > hop.to)
            .copied()
            .collect();
        let mut broken = Vec::new();
        if later.len() > LINES {
            let names: Vec<String> = later.iter().map(ToString::to_string).collect();
            broken.push((
                "lines",
                format!(
                    "N-{LINES} lines (Upgrade FAQ & Workbook, version policy), and {} came after its line {line}",
                    names.join(", ")
                ),
            ));
        }
        if newer.len() > PATCHES {
            broken.push(("patches", format!(
                "N-{PATCHES} maintenance versions (version policy; the workbook has no such rule), and {} releases of {line} came after it",
                newer.len()
            )));
        }
        saw.judged(out.len(), "releases of the table");
        for (key, rule) in broken {
            saw.fire(
                finding(context, &hop)
                    .with("day", today.to_string())
                    .with("rule", rule)
                    .with("key", key),
            );
        }
    }
}
