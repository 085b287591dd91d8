//! `constraints-abort-migration`: constraints at which a migration on the way to the target ends. Never looks at earlier versions of apps.

use super::shared::ahead;
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::Effect;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsAbortMigration;

static META: CheckMeta = CheckMeta {
    id: "constraints-abort-migration",
    area: Area::Marathon,
    title: "no constraint ends the migration",
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
        what: "On the way from the version that runs to the target, no migration ends at a constraint of an app or of its volumes. The \
               migration to 1.5 (run by 1.5, 1.6 and 1.7) validates and converts every stored version of every app: UNIQUE with an \
               empty value ends it up to 1.5.11, 1.6.544 and 1.7.50, UNLIKE on a volume in every release. 1.3.7 to 1.3.14 validate \
               storage older than 1.1.5 before they repair anything. Earlier versions of an app are migrated too, and /v2/apps \
               does not show them: they stay a manual item of the plan (marathon-1.5-validation).",
        why: "The first leader of the new release stops in the middle of the migration, and no Marathon leads until the state is restored \
              or the old release corrects the app.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != null) | [.id, .constraints]'\n\
                  curl -s http://MASTER:8080/v2/pods | jq -c '.[] | [.id, .scheduling.placement.constraints]'\n\
                  earlier versions: curl -s http://MASTER:8080/v2/apps/ID/versions, then /v2/apps/ID/versions/VERSION",
        remedy: "Paste the corrected fragment before the window and collect again; or go to a release that repairs it (1.5.12, 1.6.549, \
                 1.7.149 or later for UNIQUE). Earlier versions of the app keep the constraint: a release that repairs it is the \
                 sure way for those. Back up the state first.",
        sources: &[
            "mesosphere/marathon storage/migration/MigrationTo15.scala (v1.5.11, v1.5.12, v1.6.544, v1.6.549, v1.7.149)",
            "mesosphere/marathon raml/VolumeConversion.scala (v1.5.11 to v1.10.26)",
            "mesosphere/marathon state/Migration.scala, state/Group.scala (v1.3.7, v1.3.14)",
        ],
    },
};

impl Check for ConstraintsAbortMigration {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        ahead::run(context, saw, Effect::AbortsMigration);
    }
}
