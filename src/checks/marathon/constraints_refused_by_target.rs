//! `constraints-refused-by-target`: constraints that stay stored and that the target refuses at the next change. What runs now is judged by `constraints-invalid`.

use super::shared::ahead;
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::Effect;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsRefusedByTarget;

static META: CheckMeta = CheckMeta {
    id: "constraints-refused-by-target",
    area: Area::Marathon,
    title: "the target takes every constraint as the migration leaves it",
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
        what: "Every constraint of every app, of its volumes and of every pod is one that the target takes at the next change, in the form \
               in which the migration leaves it. Operators, values and Java expressions are judged by the rules of the target's \
               release; what cannot be judged is UNKNOWN.",
        why: "It stays stored and in force, and the next change of its app or pod is refused, in the middle of some other work. 1.3 and 1.4 \
              validate every app at every change: there one such constraint blocks every change in that Marathon.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != null) | [.id, .constraints]'\n\
                  curl -s http://MASTER:8080/v2/pods | jq -c '.[] | [.id, .scheduling.placement.constraints]'",
        remedy: "Paste the corrected fragment (PUT /v2/apps/ID, for a pod its whole definition) before the window; where the running release \
                 does not take the corrected form, the finding says so: then right after it.",
        sources: &[
            "mesosphere/marathon SchedulingValidation.scala, AppDefinition.scala, PodsValidation.scala, Formats.scala (v0.8.2 to v1.10.26)",
            "mesosphere/marathon core/group/impl/GroupManagerActor.scala (v1.3.14, v1.4.13)",
            "DC/OS 1.11 patching page: all Marathon application constraints valid",
        ],
    },
};

impl Check for ConstraintsRefusedByTarget {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        ahead::run(context, saw, Effect::Refused);
    }
}
