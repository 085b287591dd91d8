//! `ranges-unavailable`: ranges of the IAM database that have lost their quorum.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{BY_HAND, NEEDS, ranges};

/// The check.
pub struct RangesUnavailable;

static META: CheckMeta = CheckMeta {
    id: "ranges-unavailable",
    area: Area::Iam,
    title: "every range of the IAM database is available",
    finding: "the IAM database on {name} reports {ranges}, expected 0",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: NEEDS,
    requirements: &["S0-79", "S0-80", "S2-10"],
    doc: Doc {
        what: "The column ranges_unavailable of cockroach node status --ranges is 0 in every row, and the metric of that name on every \
               node. Nodes that were taken out for good do not count; NULL is UNKNOWN.",
        why: "A range without a quorum cannot be read or written: logins and permissions fail, and the node checks of DC/OS fail with them.",
        by_hand: BY_HAND,
        remedy: "Bring the CockroachDB nodes back that are missing (systemctl status dcos-cockroach on every master); with two of three lost \
                 for good, the database must be restored from a dump.",
        sources: &[
            "DC/OS 1.11 patching page: DC/OS Masters",
            "dcos/dcos-checks cockroachdb_check.go: both figures must be 0",
        ],
    },
};

impl Check for RangesUnavailable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        ranges(
            context,
            "unavailable",
            |node| node.unavailable,
            |vars| vars.unavailable,
            saw,
        );
    }
}
