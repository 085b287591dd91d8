//! `iam-nodes-missing`: masters without a live node of the IAM database, and nodes of it that are not live.

use crate::checks::shared::few;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};

use super::shared::{BY_HAND, NEEDS, host, live, masters_without, members, subject, told};

/// The check.
pub struct IamNodesMissing;

static META: CheckMeta = CheckMeta {
    id: "iam-nodes-missing",
    area: Area::Iam,
    title: "every master has a live node of the IAM database",
    finding: "{name}: {problem}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-80"],
    doc: Doc {
        what: "Every master stands in cockroach node status as a live node. Before CockroachDB 2.1 the table does not say who is live: there a \
               node counts as gone when it has not written for two minutes while others have. Metrics: liveness_livenodes is at least \
               the number of masters. Nodes that were taken out for good do not count.",
        why: "Without its node on one master the database has no spare: stopping the next master ends the quorum.",
        by_hand: BY_HAND,
        remedy: "systemctl status dcos-cockroach on the master named here, and its log. A node of a master that was replaced is taken out with \
                 cockroach node decommission.",
        sources: &[
            "DC/OS 1.11 patching page: DC/OS Masters (one row per master)",
            "CockroachDB documentation: cockroach node status, is_live; metric liveness_livenodes",
        ],
    },
};

impl Check for IamNodesMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(told) = told(context, saw) else { return };
        let masters = context.facts.snapshot.masters.len();
        if masters == 0 {
            saw.unknown_because("no master is known, so the nodes of the IAM database cannot be held against them");
        }
        for (_, nodes, at) in &told.tables {
            let there: Vec<&str> = members(nodes)
                .filter(|node| live(node, nodes))
                .filter_map(|node| node.address.as_deref().map(host))
                .collect();
            for node in members(nodes).filter(|node| !live(node, nodes)) {
                let finding = Finding::about(subject(node));
                saw.fire(
                    finding
                        .with("problem", "its CockroachDB node is not live")
                        .seen_at((*at).clone()),
                );
            }
            let silent = masters_without(context, there.iter().copied());
            let unmatched = there.len() + silent.len() > masters;
            if unmatched && there.len() >= masters {
                saw.unknown_because(format!(
                    "{}: which nodes belong to the masters {} cannot be told by their addresses",
                    at.item,
                    few(&silent)
                ));
            } else if unmatched {
                let finding = Finding::about(Subject::cluster());
                let problem = format!("{} of {masters} masters have a live CockroachDB node", there.len());
                saw.fire(
                    finding
                        .with("key", at.item.clone())
                        .with("problem", problem)
                        .seen_at((*at).clone()),
                );
            } else {
                let listed: Vec<String> = members(nodes).map(|node| subject(node).id).collect();
                for master in silent.into_iter().filter(|master| !listed.contains(master)) {
                    let finding = Finding::about(Subject::named(SubjectKind::Node, master));
                    saw.fire(
                        finding
                            .with("problem", "it has no CockroachDB node")
                            .seen_at((*at).clone()),
                    );
                }
            }
            saw.judged(there.len(), "live nodes of the IAM database");
        }
        for (node, vars, at) in &told.vars {
            let Some(count) = vars.live_nodes else {
                saw.unknown_because(format!("{}: no metric liveness_livenodes", at.item));
                continue;
            };
            if count < masters as u64 {
                let problem = if count == 0 {
                    "its CockroachDB node is not live itself".to_owned()
                } else {
                    format!("it sees {count} live CockroachDB nodes, expected one on each of {masters} masters")
                };
                let finding = Finding::about(Subject::named(SubjectKind::Node, *node));
                saw.fire(finding.with("problem", problem).seen_at((*at).clone().quoting(count)));
            }
            saw.judged(1, "answers of CockroachDB");
        }
    }
}
