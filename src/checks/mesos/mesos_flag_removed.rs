//! `mesos-flag-removed`: a flag is set that the next Mesos does not know. Judges plain Mesos; DC/OS is the business of `mesos-flag-ignored`.

use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::knowledge::rule::RuleKind;
use crate::model::{Area, CheckMeta, Doc, Observed, Severity, Stage};

use super::shared::{FINDING, FLAGS, blocking, judge};

/// The check.
pub struct MesosFlagRemoved;

const META: CheckMeta = CheckMeta {
    id: "mesos-flag-removed",
    area: Area::Mesos,
    title: "no flag is set that the next Mesos does not know",
    finding: FINDING,
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: FLAGS,
    requirements: &["S4-2", "S4-17"],
    doc: Doc {
        what: "Looks at the flags that each master and agent shows. Fires where a flag is set that one of the versions up to the target no longer has. A flag with a default is always shown: it fires on another value, and stays among the manual items of the plan. On DC/OS, which passes flags by environment, mesos-flag-ignored judges them.",
        why: "On the command line an unknown flag ends the process (\"Failed to load unknown flag\"); as an environment variable it is ignored. Evidence does not tell which way a flag was given, so the worse one counts.",
        by_hand: "curl -s http://MASTER:5050/flags (below 0.26: /state), and http://AGENT:5051/flags of every agent; gonogo plan lists the rules of the hop.",
        remedy: "Take the flag out of the start-up configuration together with the new binaries, and set its successor where there is one.",
        sources: &[
            "apache/mesos docs/upgrades.md; src/master/flags.cpp and src/slave/flags.cpp, tag by tag 0.11.0 to 1.11.0",
            "apache/mesos 3rdparty/stout/include/stout/flags/flags.hpp (unknown flags), CHANGELOG 0.13.0 (MESOS-140)",
        ],
    },
};

impl Check for MesosFlagRemoved {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        match &context.facts.cluster.kind {
            Observed::Known(Kind::Mesos, _) => judge(context, saw, |rule| blocking(rule, &[RuleKind::FlagRemoved])),
            Observed::Known(Kind::Dcos, at) => saw.skip(format!(
                "{} says that this is DC/OS, which passes flags by environment, where an unknown one is ignored: \
                 mesos-flag-ignored judges them",
                at.item
            )),
            Observed::Unknown(why) => {
                saw.unknown_because(format!("it is not known whether this is DC/OS: {}", why.sentence()));
            }
        }
    }
}
