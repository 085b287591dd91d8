//! `mesos-flag-required`: a flag that the next Mesos requires is missing. Never takes a list of flags that is not shown for an empty one.

use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::RuleKind;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, FLAGS, blocking, judge};

/// The check.
pub struct MesosFlagRequired;

const META: CheckMeta = CheckMeta {
    id: "mesos-flag-required",
    area: Area::Mesos,
    title: "every flag that the next Mesos requires is set",
    finding: FINDING,
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: FLAGS,
    requirements: &["S4-8", "S4-9"],
    doc: Doc {
        what: "Looks at the flags that each master and agent shows, and holds them against the rules of every hop up to the target. Fires where a flag that becomes required is missing, or shows the default that is taken away: whether that was set on purpose cannot be seen.",
        why: "A master or agent that lacks a required flag ends right after it was started with the new version.",
        by_hand: "curl -s http://MASTER:5050/flags (below 0.26: /state), and http://AGENT:5051/flags of every agent; gonogo plan lists the rules of the hop.",
        remedy: "Set the flag in the start-up configuration. Keep the folder that is in use: another work_dir loses the agent's id and its tasks.",
        sources: &[
            "apache/mesos docs/upgrades.md; src/master/flags.cpp and src/slave/flags.cpp, tag by tag 0.11.0 to 1.11.0",
        ],
    },
};

impl Check for MesosFlagRequired {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        judge(context, saw, |rule| blocking(rule, &[RuleKind::FlagRequired]));
    }
}
