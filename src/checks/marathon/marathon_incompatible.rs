//! `marathon-incompatible`: what else keeps the Marathon to be reached from working, where evidence shows it. Flags, fields, storage and Mesos have checks of their own.

use super::shared::guide::{about_fields, about_flags, run};
use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::Weight;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct MarathonIncompatible;

static META: CheckMeta = CheckMeta {
    id: "marathon-incompatible",
    area: Area::Marathon,
    title: "nothing else keeps the target Marathon from starting",
    finding: "Marathon {marathon} ({version} to {target}): {text} Seen: {seen} [{rule}; {source}]",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json", "data/mesos-master/*/state.json"],
    requirements: &[],
    doc: Doc {
        what: "Blocking rules of the Marathon guide that are neither about flags nor about fields of definitions: above all \
               that Mesos still knows the framework under whose id Marathon is to come back. Rules that evidence cannot \
               decide (plugins, Java, files on hosts, backups) are manual items of the plan.",
        why: "From 1.6.564 on Marathon takes no new framework id when Mesos has given up the old one: it stops, and its \
              tasks run on without it.",
        by_hand: "curl -s http://MASTER:8080/v2/info | jq -r .frameworkId\n\
                  curl -s http://LEADER:5050/state | jq -r '.frameworks[].id'",
        remedy: "Follow the text of the rule. For a framework id that Mesos does not know: repair it before the window, while \
                 the old release still runs.",
        sources: &[
            "mesosphere/marathon changelog.md 0.14.0, 1.6.564, 1.7; docs/docs/framework-id.md; docs/docs/exit-codes.md",
        ],
    },
};

impl Check for MarathonIncompatible {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        run(context, saw, Weight::Blocker, |rule| {
            !about_flags(rule) && !about_fields(rule)
        });
    }
}
