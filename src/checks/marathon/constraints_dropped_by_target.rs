//! `constraints-dropped-by-target`: constraints that a migration on the way to the target removes. Never judges what such a constraint did.

use super::shared::ahead;
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::Effect;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsDroppedByTarget;

static META: CheckMeta = CheckMeta {
    id: "constraints-dropped-by-target",
    area: Area::Marathon,
    title: "the upgrade drops no constraint",
    finding: "{name} of Marathon {marathon} ({version} to {target}) has {which} {constraint}: {why} [{source}]. {correction}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/marathon/*/info.json",
    ],
    requirements: &["S0-47", "S1-55"],
    doc: Doc {
        what: "On the way from the version that runs to the target, no migration removes a constraint of an app. 1.3.5 to 1.3.12 \
               remove LIKE and UNLIKE whose expression Java does not compile; 1.3.13 and 1.3.14 also those without a value, and \
               GROUP_BY whose value is no integer; 1.4 removes expressions again. An expression that cannot be judged is UNKNOWN.",
        why: "A constraint that is dropped leaves a line in the log and nothing else: the app runs on and is placed anywhere at its next start.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != null) | [.id, .constraints]'\n\
                  curl -s http://MASTER:8080/v2/pods | jq -c '.[] | [.id, .scheduling.placement.constraints]'",
        remedy: "Paste the corrected fragment (PUT /v2/apps/ID, for a pod its whole definition) before the window; where there is something \
                 to choose, choose. Keep the definitions from before: compare reports constraints that are gone.",
        sources: &[
            "mesosphere/marathon state/Migration.scala (v1.3.5, v1.3.12, v1.3.13, v1.3.14)",
            "mesosphere/marathon storage/migration/legacy/MigrationTo_1_4_0.scala (v1.4.0, v1.4.13)",
            "DC/OS Upgrade FAQ & Workbook: FAQ (constraints gone)",
        ],
    },
};

impl Check for ConstraintsDroppedByTarget {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        ahead::run(context, saw, Effect::Dropped);
    }
}
