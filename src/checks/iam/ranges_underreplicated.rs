//! `ranges-underreplicated`: ranges of the IAM database with fewer copies than asked for.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, ranges};

/// The check.
pub struct RangesUnderreplicated;

static META: CheckMeta = CheckMeta {
    id: "ranges-underreplicated",
    area: Area::Iam,
    title: "every range of the IAM database has all its copies",
    finding: "the IAM database on {name} reports {ranges}, expected 0",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-79", "S2-10"],
    doc: Doc {
        what: "The column ranges_underreplicated of cockroach node status --ranges is 0 in every row, and the metric of that name on \
               every node. Nodes that were taken out for good do not count; NULL is UNKNOWN. CockroachDB answers on the nodes only: \
               without imported evidence the sign-off iam-database-replicated answers.",
        why: "The next master that is stopped may hold the only other copy: IAM then has lost its quorum, and nobody can log in.",
        by_hand: BY_HAND,
        remedy: "Wait a minute and look again: copies are made by themselves once every node is back. Where the figure stays, look at the \
                 CockroachDB node that is missing (systemctl status dcos-cockroach) before the next master is touched.",
        sources: &[
            "DC/OS 1.11 patching page: DC/OS Masters",
            "CockroachDB documentation: cockroach node status, columns of --ranges",
        ],
    },
};

impl Check for RangesUnderreplicated {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        ranges(
            context,
            "underreplicated",
            |node| node.underreplicated,
            |vars| vars.underreplicated,
            saw,
        );
    }
}
