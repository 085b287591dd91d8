//! `agents-inactive`: agents that are listed and not active. Never judges agents that are not listed.

use crate::checks::shared::listed;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};

/// The check.
pub struct AgentsInactive;

static META: CheckMeta = CheckMeta {
    id: "agents-inactive",
    area: Area::Mesos,
    title: "every agent is active",
    finding: "agent {name} ({id}) is {state}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/state.json"],
    requirements: &["S0-28", "S1-40", "S1-41"],
    doc: Doc {
        what: "Every agent in the leading master's list has `active` true and is not `deactivated`. Masters before 0.22 do not \
               say so per agent: there the counter `deactivated_slaves` must be 0.",
        why: "An inactive agent is disconnected or was deactivated. If it stays silent it is given up after \
              agent_ping_timeout x max_agent_ping_timeouts (DC/OS: 5 minutes), and its tasks with it.",
        by_hand: "curl -s http://LEADER:5050/slaves | jq -r '.slaves[] | select(.active != true) | .hostname, .id'",
        remedy: "Look at the agent (systemctl status dcos-mesos-slave, network to the masters). Reactivate one that an \
                 operator deactivated, or finish its maintenance, before the window.",
        sources: &[
            "apache/mesos src/common/http.cpp (`active` since 0.22, `deactivated` since 1.9)",
            "DC/OS Upgrade FAQ & Workbook: number of active agents, number of agents not connected",
        ],
    },
};

impl Check for AgentsInactive {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(agents) = listed(context.facts.agents_seen(), saw) else {
            return;
        };
        let state = context.facts.snapshot.state.known();
        let before_active = context
            .facts
            .mesos_version()
            .is_some_and(|version| !version.at_least(0, 22, 0));
        for agent in agents.items {
            let (word, field) = match (agent.active, agent.deactivated) {
                (_, Some(true)) => ("deactivated", "deactivated"),
                (Some(false), _) => ("not active", "active"),
                (Some(true), _) => continue,
                (None, _) if before_active && state.and_then(|s| s.deactivated) == Some(0) => continue,
                (None, _) => {
                    saw.unknown_because(format!(
                        "{} does not say whether agent {} is active",
                        agent.at.item, agent.hostname
                    ));
                    continue;
                }
            };
            saw.fire(
                Finding::about(Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname))
                    .with("id", agent.id.clone())
                    .with("state", word)
                    .seen_at(
                        agent
                            .at
                            .at(format!("{}/{field}", agent.at.pointer))
                            .quoting(field == "deactivated"),
                    ),
            );
        }
        saw.judged(agents.items.len(), "agents");
    }
}
