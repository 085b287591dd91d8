//! `sources-disagree`: documents that say different things about this hop. Never decides between them: `knowledge::hops` does.

use super::shared::{finding, hop_to_another, product};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct SourcesDisagree;

static META: CheckMeta = CheckMeta {
    id: "sources-disagree",
    area: Area::Path,
    title: "the documents agree about the hop",
    finding: "the documents disagree about {about}: {says}. Applied: {applied}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json", "data/mesos-master/*/version.json"],
    requirements: &["S0-21", "S3-4"],
    doc: Doc {
        what: "Every statement of every document about the hop is compared. One finding per disagreement, with what each \
               document says and which one counts.",
        why: "Where two pages of the vendor differ, one of them is wrong or was written for other releases. The answer that \
              counts here is the stricter one, save where a document of this window names the very hop.",
        by_hand: "gonogo plan --from RUNNING --to TARGET --direct",
        remedy: "Ask the vendor which statement holds for your releases, and keep the answer with the ticket; or choose a hop \
                 about which the documents agree.",
        sources: &["every table of src/knowledge/data/paths.toml, each statement with its document"],
    },
};

impl Check for SourcesDisagree {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(hop) = hop_to_another(context, saw) else {
            return;
        };
        let judged = context.knowledge.classify(product(&hop), &hop.from, &hop.to);
        for disagreement in &judged.disagreement {
            let says: Vec<String> = disagreement
                .statements
                .iter()
                .map(|statement| format!("{} ({})", statement.says, statement.source))
                .collect();
            saw.fire(
                finding(context, &hop)
                    .with("about", disagreement.about.clone())
                    .with("says", says.join("; "))
                    .with("applied", disagreement.applied.clone())
                    .with("key", disagreement.about.clone()),
            );
        }
        if judged.sources.is_empty() {
            saw.unknown_because(judged.why);
        } else {
            saw.judged(judged.sources.len(), "statements about the hop");
        }
    }
}
