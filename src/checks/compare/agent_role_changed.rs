//! Agents that turned from public to private or back, or lost the reservations of a role.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AgentRoleChanged;

const META: CheckMeta = CheckMeta {
    id: "agent-role-changed",
    area: Area::Compare,
    title: "every agent keeps its role and its reservations",
    finding: "{name}: {field} was {before} and is {after}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/slaves.json"],
    requirements: &["S1-76", "S1-128"],
    doc: Doc {
        what: "Public means: it reserves for `slave_public` or carries the attribute public_ip. That must not change, and no role may lose its reservations. Reservations that appeared are tolerated.",
        why: "A public agent that comes back private runs inner tasks on an outer host, and its load balancers find no place. A role without its reservations has lost its volumes.",
        by_hand: "curl http://<leader>:5050/slaves | jq '.slaves[] | {hostname, reserved_resources, attributes}'; on the host: ls /etc/mesosphere/roles.",
        remedy: "Exactly one role file belongs on each node; set the right one and restart the agent.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: each node keeps the right Mesos role; exactly one role file",
            "apache/mesos docs/reservation.md",
        ],
    },
};

impl Check for AgentRoleChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::AGENTS], "agents") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::has_field(change, SubjectKind::Agent, "role")
                    || shared::has_field(change, SubjectKind::Agent, "reservations of role ")
            });
        }
    }
}
