//! `mesos-flag-changed`: a flag is renamed, or has a value that the next Mesos refuses. Never guesses a value that is not shown.

use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::RuleKind;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, FLAGS, blocking, judge};

/// The check.
pub struct MesosFlagChanged;

const META: CheckMeta = CheckMeta {
    id: "mesos-flag-changed",
    area: Area::Mesos,
    title: "no flag has a value that the next Mesos refuses or reads in another way",
    finding: FINDING,
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: FLAGS,
    requirements: &["S4-9"],
    doc: Doc {
        what: "Looks at the flags that each master and agent shows. Fires where a flag is set that is renamed without a second name, or has a value that a version up to the target refuses, or that is wrong for this cluster (a quorum that is no majority).",
        why: "The process does not start with the new version, or runs with another setting than the one that was meant.",
        by_hand: "curl -s http://MASTER:5050/flags (below 0.26: /state), and http://AGENT:5051/flags of every agent; gonogo plan lists the rules of the hop.",
        remedy: "Change the value as the rule says, where it says so before the binaries are replaced.",
        sources: &[
            "apache/mesos docs/upgrades.md; src/master/flags.cpp and src/slave/flags.cpp, tag by tag 0.11.0 to 1.11.0",
        ],
    },
};

impl Check for MesosFlagChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        judge(context, saw, |rule| {
            blocking(
                rule,
                &[
                    RuleKind::FlagNew,
                    RuleKind::FlagRenamed,
                    RuleKind::FlagDeprecated,
                    RuleKind::FlagDefault,
                    RuleKind::FlagMeaning,
                ],
            )
        });
    }
}
