//! `path-advisory-open`: warnings of the documents about this hop that nothing in the evidence rules out. What evidence confirms
//! as blocking: `path-advisory-blocking`.

use super::shared::{finding, hop_to_another, product};
use crate::checks::{Check, Context, Saw};
use crate::facts::advisories::Hit;
use crate::knowledge::Advisory;
use crate::knowledge::hops::Product;
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct PathAdvisoryOpen;

static META: CheckMeta = CheckMeta {
    id: "path-advisory-open",
    area: Area::Path,
    title: "no warning of the documents about this hop is open",
    finding: "{advisory}: {text} ({how})",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json", "data/dcos/*/packages.json"],
    requirements: &["S1-134"],
    doc: Doc {
        what: "Release notes and upgrade pages warn of certain steps between releases. Every warning about this hop is listed \
               here that hits every cluster on it, that evidence confirms, or that would stop the hop and that evidence cannot \
               rule out. What evidence confirms as blocking: path-advisory-blocking. Lesser warnings that only people can \
               judge are manual items of the plan.",
        why: "These are faults that others met on this very way: most have a remedy that must be applied before the window.",
        by_hand: "gonogo plan --from RUNNING --to TARGET --direct",
        remedy: "Read the document that is named, apply its remedy or note why it does not concern this cluster, and waive the \
                 finding with that note.",
        sources: &[
            "DC/OS release notes and upgrading pages 1.9 to 2.2; every warning with its document: src/knowledge/data/advisories.toml",
        ],
    },
};

impl Check for PathAdvisoryOpen {
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
        let advisories = context.knowledge.advisories_for(&hop.from, &hop.to);
        saw.judged(context.knowledge.advisories.len(), "warnings of the documents");
        let open = |advisory: &&Advisory| advisory.weight > Weight::Info && advisory.answered_by.is_empty();
        for advisory in advisories.into_iter().filter(open) {
            let data = |finding: Finding, how: &str| {
                finding
                    .with("advisory", advisory.id.clone())
                    .with("text", advisory.text.clone())
                    .with("how", how)
                    .with("key", advisory.id.clone())
                    .with("source", context.knowledge.documents_named(&advisory.sources))
            };
            match (context.facts.advisory(advisory), advisory.weight) {
                // What stops the hop is the business of path-advisory-blocking; what only people can tell is a manual item
                // of the plan, unless it would stop the hop.
                (Hit::No, _)
                | (Hit::Always | Hit::Yes(_) | Hit::Unknown(_), Weight::Blocker)
                | (Hit::People, Weight::Warning | Weight::Info) => {}
                (Hit::Always, _) => saw.fire(data(finding(context, &hop), "every cluster on this hop")),
                (Hit::Yes(hits), _) => {
                    for (subject, at) in hits {
                        saw.fire(data(Finding::about(subject).seen_at(at), "evidence shows that it hits"));
                    }
                }
                (Hit::People, _) => saw.fire(data(
                    finding(context, &hop),
                    "blocking where it hits; evidence cannot tell whether it does",
                )),
                (Hit::Unknown(why), _) => saw.unknown_because(format!("{}: {why}", advisory.id)),
            }
        }
    }
}
