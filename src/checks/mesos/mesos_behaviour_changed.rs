//! `mesos-behaviour-changed`: a rule of the upgrade guide that asks for a look fires. Never blocks.

use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::{RuleKind, Weight};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, about_a_flag, judge};

/// The check.
pub struct MesosBehaviourChanged;

const META: CheckMeta = CheckMeta {
    id: "mesos-behaviour-changed",
    area: Area::Mesos,
    title: "no change of behaviour touches what this cluster uses",
    finding: FINDING,
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/flags.json",
        "data/mesos-agent/*/flags.json",
    ],
    requirements: &["S4-23"],
    doc: Doc {
        what: "Holds the rules of every hop up to the target that ask for a look against the cluster: changed behaviour, deprecated fields and ACLs, interfaces of custom modules, what stands in the way of going back. Rules that only inform never fire.",
        why: "Nothing stops, but somebody or something may rely on how it was.",
        by_hand: "gonogo plan lists the rules of the hop; curl -s http://LEADER:5050/state shows agents, frameworks and flags.",
        remedy: "Tell the owners; change what relies on it.",
        sources: &["apache/mesos docs/upgrades.md, sections 0.11.0 to 1.10.x; CHANGELOG"],
    },
};

impl Check for MesosBehaviourChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        judge(context, saw, |rule| {
            rule.weight == Weight::Warning && rule.kind != RuleKind::EndpointRemoved && !about_a_flag(rule.kind)
        });
    }
}
