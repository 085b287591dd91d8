//! `path-advisory-blocking`: warnings of the documents that stop this hop, and that evidence shows to hit. Warnings that only
//! people can judge: `path-advisory-open`.

use super::shared::{finding, hop_to_another, product};
use crate::checks::{Check, Context, Saw};
use crate::facts::advisories::Hit;
use crate::knowledge::hops::Product;
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct PathAdvisoryBlocking;

static META: CheckMeta = CheckMeta {
    id: "path-advisory-blocking",
    area: Area::Path,
    title: "no warning of the documents stops this hop",
    finding: "{name} is hit by {advisory}: {text}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/dcos/*/dcos_version.json",
        "data/dcos/*/packages.json",
        "data/marathon/*/apps.json",
    ],
    requirements: &["S1-134"],
    doc: Doc {
        what: "Warnings about this hop that the documents make a condition of it, and that evidence can show: packages that must \
               be replaced before, apps whose names the target refuses. Packages or apps that were not captured make the check UNKNOWN.",
        why: "The documents say what happens otherwise: agents that crash after the upgrade, apps that can only be deleted.",
        by_hand: "dcos package list; dcos marathon app list; gonogo plan --from RUNNING --to TARGET --direct",
        remedy: "Do what the finding says before the window, and collect again.",
        sources: &[
            "DC/OS release notes and upgrading pages 1.9 to 2.2; every warning with its document: src/knowledge/data/advisories.toml",
        ],
    },
};

impl Check for PathAdvisoryBlocking {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(hop) = hop_to_another(context, saw) else {
            return;
        };
        if product(&hop) == Product::Mesos {
            saw.skip("this is Mesos without DC/OS; the warnings are about releases of DC/OS");
            return;
        }
        saw.judged(context.knowledge.advisories.len(), "warnings of the documents");
        for advisory in context.knowledge.advisories_for(&hop.from, &hop.to) {
            if advisory.weight != Weight::Blocker || !advisory.answered_by.is_empty() {
                continue;
            }
            let data = |finding: Finding| {
                finding
                    .with("advisory", advisory.id.clone())
                    .with("text", advisory.text.clone())
                    .with("key", advisory.id.clone())
                    .with("source", context.knowledge.documents_named(&advisory.sources))
            };
            match context.facts.advisory(advisory) {
                Hit::Always => saw.fire(data(finding(context, &hop))),
                Hit::Yes(hits) => {
                    for (subject, at) in hits {
                        saw.fire(data(Finding::about(subject).seen_at(at)));
                    }
                }
                Hit::Unknown(why) => saw.unknown_because(format!("{}: {why}", advisory.id)),
                Hit::No | Hit::People => {}
            }
        }
    }
}
