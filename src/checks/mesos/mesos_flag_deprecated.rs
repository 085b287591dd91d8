//! `mesos-flag-deprecated`: a flag, a name or a value is deprecated or changes its meaning. Never blocks.

use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, FLAGS, about_a_flag, judge};

/// The check.
pub struct MesosFlagDeprecated;

const META: CheckMeta = CheckMeta {
    id: "mesos-flag-deprecated",
    area: Area::Mesos,
    title: "no flag is set that is deprecated or changes its meaning",
    finding: FINDING,
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: FLAGS,
    requirements: &["S4-2", "S4-13", "S4-14", "S4-16", "S4-17"],
    doc: Doc {
        what: "Looks at the flags that each master and agent shows. Fires where a flag, a name of a flag or a value is deprecated, or where a default or a meaning changes, in a hop up to the target. From 1.0 on a flag is shown under the name by which it was given, so an old name can be seen.",
        why: "What is deprecated goes in a later version; a changed default or meaning takes effect with the new binaries.",
        by_hand: "curl -s http://MASTER:5050/flags (below 0.26: /state), and http://AGENT:5051/flags of every agent; gonogo plan lists the rules of the hop.",
        remedy: "Use the new name or value once every node runs a version that has it. Both names of one flag together are a start-up error.",
        sources: &[
            "apache/mesos docs/upgrades.md; src/master/flags.cpp and src/slave/flags.cpp, tag by tag 0.11.0 to 1.11.0",
        ],
    },
};

impl Check for MesosFlagDeprecated {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        judge(context, saw, |rule| {
            rule.weight == Weight::Warning && about_a_flag(rule.kind)
        });
    }
}
