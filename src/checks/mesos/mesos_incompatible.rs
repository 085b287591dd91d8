//! `mesos-incompatible`: a blocking rule of the upgrade guide that is not about a flag fires. Never judges what evidence cannot show.

use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::{RuleKind, Weight};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, about_a_flag, judge};

/// The check.
pub struct MesosIncompatible;

const META: CheckMeta = CheckMeta {
    id: "mesos-incompatible",
    area: Area::Mesos,
    title: "nothing in the cluster rules the next Mesos out",
    finding: FINDING,
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/flags.json",
        "data/mesos-agent/*/flags.json",
    ],
    requirements: &["S4-11", "S4-28"],
    doc: Doc {
        what: "Holds the blocking rules of every hop up to the target that are not about a flag alone against the cluster: agents too old for the masters, ACLs that stop working, agents with a fault domain under masters without one, custom modules whose interface breaks, hosts that need a reboot. Modules that come with Mesos or with the DC/OS release are left out: they are exchanged with it.",
        why: "Each of these is a case in which the upgrade guide says that agents are turned away, processes do not start, or function is lost.",
        by_hand: "gonogo plan lists the rules of the hop, and what has to be looked at by hand; curl -s http://LEADER:5050/state shows agents, frameworks and flags.",
        remedy: "As the rule says, before the binaries are replaced; where the rule is a step of the procedure (a reboot), waive it with the plan as reason.",
        sources: &["apache/mesos docs/upgrades.md, sections 0.11.0 to 1.10.x; CHANGELOG"],
    },
};

impl Check for MesosIncompatible {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        judge(context, saw, |rule| {
            rule.weight == Weight::Blocker && rule.kind != RuleKind::EndpointRemoved && !about_a_flag(rule.kind)
        });
    }
}
