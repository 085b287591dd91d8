//! `marathon-behaviour-changed`: what the Marathon to be reached does differently for this cluster. Blocking rules have checks of their own.

use super::shared::guide::run;
use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct MarathonBehaviourChanged;

static META: CheckMeta = CheckMeta {
    id: "marathon-behaviour-changed",
    area: Area::Marathon,
    title: "nothing in use behaves differently with the target Marathon",
    finding: "Marathon {marathon} ({version} to {target}): {text} Seen: {seen} [{rule}; {source}]",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/info.json",
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
    ],
    requirements: &[],
    doc: Doc {
        what: "On the way from the version that runs to the target, nothing this cluster uses gets another default, another \
               meaning or a deprecation with an end in sight. What concerns tools beside the cluster (names of metrics, \
               form of events) is a manual item of the plan.",
        why: "Such a change does not stop the window, but surprises after it: apps that are not placed any more, or that \
              start all at once.",
        by_hand: "Read the change log of Marathon between the two versions against /v2/info and /v2/apps.",
        remedy: "Decide for each finding whether the new behaviour is wanted; give the setting explicitly where it is not.",
        sources: &["mesosphere/marathon changelog.md, section named by each rule"],
    },
};

impl Check for MarathonBehaviourChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        run(context, saw, Weight::Warning, |_| true);
    }
}
