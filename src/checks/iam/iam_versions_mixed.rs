//! `iam-versions-mixed`: nodes of the IAM database that run different versions.

use std::collections::BTreeMap;

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Phase, Severity, Stage, Subject};

use super::shared::{BY_HAND, NEEDS, host, live, members, told};

/// The check.
pub struct IamVersionsMixed;

static META: CheckMeta = CheckMeta {
    id: "iam-versions-mixed",
    area: Area::Iam,
    title: "all nodes of the IAM database run one version",
    finding: "the nodes of the IAM database run {count} versions: {versions}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-80"],
    doc: Doc {
        what: "The column build of cockroach node status, and the tag in the metrics of each node, name one version. While masters are \
               being upgraded they differ, and the check does not apply.",
        why: "Different versions before the window mean that an earlier upgrade was not finished; after it, that a master was left out.",
        by_hand: BY_HAND,
        remedy: "Compare with the DC/OS version of each master (dcos-versions-mixed) and finish the upgrade on those that are behind.",
        sources: &[
            "DC/OS 1.11 patching page: DC/OS Masters (the table shows the build of every node)",
            "dcos/dcos packages/cockroach/buildinfo.json: each release brings its own CockroachDB",
        ],
    },
};

impl Check for IamVersionsMixed {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if context.facts.snapshot.origin.manifest.phase == Phase::During {
            saw.skip("the window is under way: masters are upgraded one after the other");
            return;
        }
        let Some(told) = told(context, saw) else { return };
        let mut builds: BTreeMap<&str, (String, &EvidenceRef)> = BTreeMap::new();
        let mut judged = 0;
        for (_, nodes, at) in &told.tables {
            for node in members(nodes).filter(|node| live(node, nodes)) {
                match &node.build {
                    Some(build) => {
                        judged += 1;
                        let name = node.address.as_deref().map_or("a node", host);
                        builds.entry(build).or_insert_with(|| (name.to_owned(), *at));
                    }
                    None => saw.unknown_because(format!("{}: node {} shows no version", at.item, node.id)),
                }
            }
        }
        for (node, vars, at) in &told.vars {
            match &vars.build {
                Some(build) => {
                    judged += 1;
                    builds.entry(build).or_insert_with(|| ((*node).to_owned(), *at));
                }
                None => saw.unknown_because(format!("{}: no version in the metrics", at.item)),
            }
        }
        if builds.len() > 1 {
            let shown: Vec<String> = builds
                .iter()
                .map(|(build, (node, _))| format!("{build} ({node})"))
                .collect();
            let finding = Finding::about(Subject::cluster())
                .with("count", builds.len() as u64)
                .with("versions", shown.join(", "));
            saw.fire(
                builds
                    .values()
                    .fold(finding, |finding, (_, at)| finding.seen_at((*at).clone())),
            );
        }
        if judged > 0 {
            saw.judged(judged, "nodes of the IAM database");
        }
    }
}
