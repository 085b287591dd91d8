//! `hop-too-long`: a hop that leaves out whole lines. Whether the hop is supported at all: `path-unsupported`.

use super::shared::{finding, hop, instead, product};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::hops::Product;
use crate::model::{Area, CheckMeta, Doc, Line, Severity, Stage};

/// The check.
pub struct HopTooLong;

static META: CheckMeta = CheckMeta {
    id: "hop-too-long",
    area: Area::Path,
    title: "the hop leaves out no line",
    finding: "the hop from {from} to {to} leaves out {between}; {instead}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json", "data/mesos-master/*/version.json"],
    requirements: &["S1-12", "S1-17"],
    doc: Doc {
        what: "Between the line that runs and the line of the target no other one lies. For DC/OS the lines are those that were \
               released (2.0 follows 1.13). Later pages of the vendor list some jumps as supported; the workbook rules them \
               out, and it counts. Apache Mesos from 1.0 on may jump: such hops are SKIPPED.",
        why: "Data, configuration and agents change their form from line to line, and each line reads the form of its \
              neighbour only: several at once leave components that cannot be reached or used.",
        by_hand: "gonogo plan --from RUNNING --to TARGET",
        remedy: "Go line by line, with a window and its own evidence for each hop.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook, FAQ: 1.9.0 to 1.11.1 in one event, absolutely not",
            "mesosphere/marathon docs/docs/upgrade/index.md: no line is skipped",
            "apache/mesos docs/upgrades.md and docs/versioning.md",
        ],
    },
};

impl Check for HopTooLong {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(hop) = hop(context, saw) else {
            return;
        };
        if hop.from == hop.to {
            saw.skip(format!("the cluster runs the target {} already", hop.to));
            return;
        }
        let product = product(&hop);
        let lines = match product {
            Product::Dcos => context.knowledge.lines(),
            Product::Mesos => {
                let known = &context.knowledge.paths.mesos.lines;
                known.iter().map(|known| known.line).collect()
            }
        };
        let (from, to) = (Line::from(&hop.from), Line::from(&hop.to));
        if let Some(stranger) = [from, to].into_iter().find(|line| !lines.contains(line)) {
            saw.unknown_because(format!(
                "the line {stranger} is in no table: what lies between is not known"
            ));
            return;
        }
        if product == Product::Mesos && from >= Line::new(1, 0) {
            saw.skip("Apache Mesos may go from any stable release of 1.x to any later one (docs/versioning.md)");
            return;
        }
        let between: Vec<String> = lines
            .iter()
            .filter(|line| **line > from && **line < to)
            .map(ToString::to_string)
            .collect();
        saw.judged(lines.len(), "lines of releases");
        if !between.is_empty() {
            saw.fire(
                finding(context, &hop)
                    .with("between", between.join(", "))
                    .with("instead", instead(context, &hop)),
            );
        }
    }
}
