//! `marathon-flag-removed`: flags that the Marathon to be reached refuses, where evidence shows them. Never takes a flag that is not shown for one that is not given.

use super::shared::guide::{about_flags, run};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct MarathonFlagRemoved;

static META: CheckMeta = CheckMeta {
    id: "marathon-flag-removed",
    area: Area::Marathon,
    title: "no Marathon shows a flag that the target refuses",
    finding: "Marathon {marathon} ({version} to {target}) would not start: {text} Seen: {seen} [{rule}; {source}]",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json"],
    requirements: &[],
    doc: Doc {
        what: "On the way from the version that runs to the target, no flag shown by /v2/info is one that a release in \
               between removed or reads in another way. Marathon shows few of its flags: those it does not show are \
               manual items of the plan, never taken for absent. The root Marathon of DC/OS is started by the release \
               with flags of its own and is left out, but see event-subscribers-enabled for callbacks added by hand.",
        why: "Marathon reads its flags strictly: one it does not know stops the start. The start script of the packages \
              turns every MARATHON_<NAME> variable into a flag, so that a variable left behind stops it too.",
        by_hand: "curl -s http://MASTER:8080/v2/info | jq '.marathon_config, .zookeeper_config'\n\
                  on every Marathon host: ps -o args= -C java | tr ' ' '\\n' | grep ^--; cat /etc/default/marathon",
        remedy: "Remove the flag (or the variable) from the start of Marathon, or give its successor, before the new \
                 release is started.",
        sources: &[
            "mesosphere/marathon changelog.md, docs/docs/exit-codes.md (112: invalid flag)",
            "mesosphere/marathon flag definitions at the tags named by each rule",
            "mesosphere/marathon InfoResource.scala (v0.8.2 to v1.10.26): what /v2/info shows",
        ],
    },
};

impl Check for MarathonFlagRemoved {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        run(context, saw, Weight::Blocker, about_flags);
    }
}
