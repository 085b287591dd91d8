//! Apps, pods and jobs whose definition is not what it was, after what a newer version only writes otherwise.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::{CONSTRAINT, part};
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AppDefinitionChanged;

const META: CheckMeta = CheckMeta {
    id: "app-definition-changed",
    area: Area::Compare,
    title: "every app, pod and job is defined as before",
    finding: "{subject}: {field} was {before} and is {after}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/metronome/*/jobs.json",
    ],
    requirements: &["S1-113", "S1-136"],
    doc: Doc {
        what: "Definitions are compared field by field after both are brought into one form: Marathon 1.5 and later print networks, container.portMappings, portDefinitions and fetch instead of ipAddress, container.docker.network, container.docker.portMappings, ports and uris, and write defaults that older ones left out; what may be written otherwise, and in which releases, stands with its source in src/knowledge/data/app-fields.toml. Values that may hold secrets are not shown. Lost constraints are reported by app-constraints-lost.",
        why: "Nobody should deploy in a window, and a migration should change nothing. A changed definition may also be a rewriting that gonogo does not know: therefore it warns.",
        by_hand: "curl http://<marathon>/v2/apps/<id> before and after, and diff them.",
        remedy: "Compare with the change plan of the window; deploy the definition of before if nobody meant the change.",
        sources: &[
            "mesosphere/marathon changelog.md 1.5.0; api/v2/AppNormalization.scala and raml/AppConversion.scala at v1.5.15; docs/docs/rest-api/public/api/v2/types at v1.5.15 to v1.10.26",
        ],
    },
};

impl Check for AppDefinitionChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(
            pair.comparison,
            saw,
            &[part::APPS, part::PODS, part::JOBS],
            "apps, pods and jobs",
        ) {
            shared::fire_changes(pair.comparison, saw, |change| {
                change.kind == ChangeKind::Changed
                    && matches!(
                        change.subject.kind,
                        SubjectKind::App | SubjectKind::Pod | SubjectKind::Job
                    )
                    && !(change.field.as_deref() == Some(CONSTRAINT) && change.after.is_none())
            });
        }
    }
}
