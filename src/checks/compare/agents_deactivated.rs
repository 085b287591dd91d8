//! Agents that took tasks before the window and do not after it.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AgentsDeactivated;

const META: CheckMeta = CheckMeta {
    id: "agents-deactivated",
    area: Area::Compare,
    title: "no agent was switched off in the window",
    finding: "{name} was active before the window and is not after it",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/slaves.json"],
    requirements: &["S1-40", "S1-41"],
    doc: Doc {
        what: "An agent that is registered on both sides, and was active before, must be active after. An inactive agent is a blocking finding of agents-inactive, which looks at the archive after alone; this check adds that the window made it so, and keeps a waiver for agents that were inactive before from hiding it.",
        why: "An inactive agent is disconnected or was deactivated: it gets no tasks, and its own are out of reach.",
        by_hand: "curl http://<leader>:5050/slaves | jq '.slaves[] | select(.active == false) | .hostname', before and after.",
        remedy: "See agents-inactive.",
        sources: &["apache/mesos src/master/http.cpp (active, deactivated) at tags 0.22.0 to 1.11.0"],
    },
};

impl Check for AgentsDeactivated {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::AGENTS], "agents") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::has_field(change, SubjectKind::Agent, "active")
            });
        }
    }
}
