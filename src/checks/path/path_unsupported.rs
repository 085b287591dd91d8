//! `path-unsupported`: a hop that the documents rule out. Never takes their silence for support: that is UNKNOWN.

use super::shared::{finding, hop, instead, product};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Phase, Severity, Stage};

/// The check.
pub struct PathUnsupported;

static META: CheckMeta = CheckMeta {
    id: "path-unsupported",
    area: Area::Path,
    title: "the documents support the hop",
    finding: "the hop from {from} to {to} is not supported: {why}; {instead}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json", "data/mesos-master/*/version.json"],
    requirements: &[
        "S0-1", "S0-21", "S1-2", "S1-15", "S1-46", "S2-1", "S2-2", "S2-3", "S3-2", "S3-4",
    ],
    doc: Doc {
        what: "The step from the version that runs to the target is looked up in every document: matrices of patches and \
               upgrades, chains, sentences about lines. Where they disagree, the documents of this window decide about \
               pairs they name, elsewhere the stricter statement counts. A step that no document speaks about, and a version with a \
               suffix or one that is in no table, is UNKNOWN.",
        why: "A step that was never qualified meets data of a form that nobody tested it with, and there is no way back.",
        by_hand: "gonogo plan --from RUNNING --to TARGET --direct",
        remedy: "Go by the chain that is named, or choose another target. Where the vendor has qualified the step for you in a \
                 support case, waive this finding and name the case.",
        sources: &[
            "DC/OS 1.11 patching page: supported patching path matrix",
            "DC/OS Upgrade FAQ & Workbook: upgrade paths, FAQ",
            "DC/OS 1.11 upgrading page: supported upgrade paths",
            "apache/mesos docs/versioning.md and docs/upgrades.md; every statement: src/knowledge/data/paths.toml",
        ],
    },
};

impl Check for PathUnsupported {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(hop) = hop(context, saw) else { return };
        if hop.from == hop.to && context.facts.snapshot.origin.manifest.phase != Phase::Pre {
            saw.skip(format!("the cluster runs the target {} already", hop.to));
            return;
        }
        let judged = context.knowledge.classify(product(&hop), &hop.from, &hop.to);
        match judged.supported {
            Some(true) => saw.judged(judged.sources.len(), "statements about the hop"),
            Some(false) => saw.fire(
                finding(context, &hop)
                    .with("why", judged.why)
                    .with("instead", instead(context, &hop))
                    .with(
                        "sources",
                        judged.sources.into_iter().map(|said| said.source).collect::<Vec<_>>(),
                    ),
            ),
            None => saw.unknown_because(format!("{}; {}", judged.why, instead(context, &hop))),
        }
    }
}
