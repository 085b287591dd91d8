//! `marathon-app-field-invalid`: apps and pods that the Marathon to be reached refuses or cannot migrate. Constraints: `constraints-invalid`.

use super::shared::guide::{about_fields, run};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct MarathonAppFieldInvalid;

static META: CheckMeta = CheckMeta {
    id: "marathon-app-field-invalid",
    area: Area::Marathon,
    title: "every app and pod is one that the target Marathon takes",
    finding: "Marathon {marathon} ({version} to {target}): {seen}. {text} [{rule}; {source}]",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/info.json",
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
    ],
    requirements: &["S1-96"],
    doc: Doc {
        what: "On the way from the version that runs to the target, no definition of an app or pod holds what a release in \
               between refuses or cannot migrate: a reserved last segment of the id, a container network without a \
               name, a registry credential in the app, AppC images, roles Marathon is not subscribed to. Nested Marathons are judged as if they were \
               brought to the same release. Older versions of apps, which 1.5 migrates too, are not shown by /v2/apps. \
               Whether a registry still serves an image to the container runtime of the target, and whether a file: URI \
               of fetch is there on every node, no evidence shows.",
        why: "A definition that cannot be migrated ends the migration, and Marathon does not start; one that is refused \
              runs on but can only be deleted, or loses the field.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | [.id, .acceptedResourceRoles, .ipAddress, .container]'",
        remedy: "Correct or rename the app before the window (the finding names app and field), deploy, collect again. For \
                 container networks without a name: give the new Marathon --default_network_name.",
        sources: &[
            "mesosphere/marathon changelog.md 1.5.0, 1.6.564, 1.8.180, 1.9.73",
            "mesosphere/marathon storage/migration/MigrationTo15.scala (v1.5.15), state/PathId.scala (v1.6.590), DeprecatedFeatures.scala",
            "mesosphere/marathon docs/docs/upgrade/network-api-for-apps.md",
        ],
    },
};

impl Check for MarathonAppFieldInvalid {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        run(context, saw, Weight::Blocker, about_fields);
    }
}
