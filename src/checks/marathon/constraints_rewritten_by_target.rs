//! `constraints-rewritten-by-target`: constraints that a migration on the way to the target writes otherwise. Never judges those that stay.

use super::shared::ahead;
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::Effect;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsRewrittenByTarget;

static META: CheckMeta = CheckMeta {
    id: "constraints-rewritten-by-target",
    area: Area::Marathon,
    title: "the upgrade rewrites no constraint",
    finding: "{name} of Marathon {marathon} ({version} to {target}) has {which} {constraint}, and the migration leaves {rewritten_to}: {why} [{source}]. {correction}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/marathon/*/info.json",
    ],
    requirements: &[],
    doc: Doc {
        what: "On the way from the version that runs to the target, no migration writes a constraint otherwise: `*` of LIKE and UNLIKE \
               becomes `.*` (1.3.5 and later, 1.4), UNIQUE and GROUP_BY lose values that are none (1.3.13 and 1.3.14), UNIQUE loses an \
               empty value (1.5.12, 1.6.549, 1.7.149 and later).",
        why: "What is rewritten means the same, but definitions kept elsewhere (in version control, in pipelines) still hold the old form, \
              and the new release refuses that when it is next sent.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != null) | [.id, .constraints]'\n\
                  curl -s http://MASTER:8080/v2/pods | jq -c '.[] | [.id, .scheduling.placement.constraints]'",
        remedy: "Write the corrected form into the definitions where they are kept; expect the difference in compare.",
        sources: &[
            "mesosphere/marathon state/Migration.scala (v1.3.5, v1.3.13)",
            "mesosphere/marathon storage/migration/legacy/MigrationTo_1_4_0.scala (v1.4.13)",
            "mesosphere/marathon storage/migration/MigrationTo15.scala (v1.5.12, v1.6.549, v1.7.149)",
        ],
    },
};

impl Check for ConstraintsRewrittenByTarget {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        ahead::run(context, saw, Effect::Rewritten);
    }
}
