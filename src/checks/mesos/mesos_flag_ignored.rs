//! `mesos-flag-ignored`: a flag is set that the next Mesos of DC/OS ignores. Judges DC/OS; plain Mesos is the business of `mesos-flag-removed`.

use crate::checks::shared::only_on_dcos;
use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::RuleKind;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, FLAGS, blocking, judge};

/// The check.
pub struct MesosFlagIgnored;

const META: CheckMeta = CheckMeta {
    id: "mesos-flag-ignored",
    area: Area::Mesos,
    title: "no flag is set that the next Mesos of DC/OS ignores",
    finding: FINDING,
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: FLAGS,
    requirements: &[],
    doc: Doc {
        what: "DC/OS only. Looks at the flags that each master and agent shows. Fires where a flag is set that one of the versions up to the target no longer has. DC/OS passes flags as MESOS_ environment variables, and Mesos ignores a variable whose flag does not exist.",
        why: "What the flag did is gone without a word: a setting in /var/lib/dcos/mesos-slave-common or of a site's own has no effect any more.",
        by_hand: "curl -s http://MASTER:5050/flags (below 0.26: /state), and http://AGENT:5051/flags of every agent; gonogo plan lists the rules of the hop.",
        remedy: "Find out whether the release or the site sets it; look in /opt/mesosphere/etc and /var/lib/dcos for MESOS_ variables of that name.",
        sources: &[
            "apache/mesos docs/upgrades.md; src/master/flags.cpp and src/slave/flags.cpp, tag by tag 0.11.0 to 1.11.0",
            "apache/mesos 3rdparty/stout/include/stout/flags/flags.hpp (unknown flags), CHANGELOG 0.13.0 (MESOS-140)",
        ],
    },
};

impl Check for MesosFlagIgnored {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if only_on_dcos(context, "flags of a release: mesos-flag-removed judges them", saw) {
            judge(context, saw, |rule| blocking(rule, &[RuleKind::FlagRemoved]));
        }
    }
}
