//! Agents whose attributes, region or zone are not what they were.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AgentAttributesChanged;

const META: CheckMeta = CheckMeta {
    id: "agent-attributes-changed",
    area: Area::Compare,
    title: "every agent has the attributes, region and zone of before",
    finding: "{name}: {field} was {before} and is {after}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/slaves.json"],
    requirements: &["S1-19", "S1-54", "S1-136"],
    doc: Doc {
        what: "Attributes, region and zone of every agent, compared by name; scalars with a tolerance of 0.001. A region and zone that appear with the hop (Mesos 1.4 and later tell them) are expected.",
        why: "Placement constraints rest on attributes: a task that must run in one rack finds no place when the rack is gone, or runs where it must not. An agent whose attributes changed refuses to recover unless its policy is additive, and loses its tasks.",
        by_hand: "curl http://<leader>:5050/slaves | jq '.slaves[] | {hostname, attributes, domain}', before and after.",
        remedy: "Restore the attributes (/var/lib/dcos/mesos-slave-shared or --attributes) and restart the agent; compare the configuration with the one of before.",
        sources: &[
            "apache/mesos docs/attributes-resources.md; docs/agent-recovery.md (reconfiguration_policy)",
            "DC/OS Upgrade FAQ and Workbook: no configuration change together with an upgrade",
        ],
    },
};

impl Check for AgentAttributesChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::AGENTS], "agents") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::has_field(change, SubjectKind::Agent, "attribute ")
                    || shared::has_field(change, SubjectKind::Agent, "domain")
            });
        }
    }
}
