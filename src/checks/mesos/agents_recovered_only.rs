//! `agents-recovered-only`: agents known from the registry that have not come back since the last election. Never counts them as present.

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};

/// The check.
pub struct AgentsRecoveredOnly;

static META: CheckMeta = CheckMeta {
    id: "agents-recovered-only",
    area: Area::Mesos,
    title: "every agent of the registry has come back since the last election",
    finding: "agent {name} ({id}) is known from the registry only: it has not come back since the last election",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/state.json"],
    requirements: &["S0-71", "S0-85", "S1-39"],
    doc: Doc {
        what: "`recovered_slaves` of the leading master is empty. Masters before 1.2 have no such list: SKIPPED there.",
        why: "After an election the new leader knows agents from the registry until they re-register. One that does not come \
              back within agent_reregister_timeout (10 minutes) is marked unreachable, and its tasks are given up. Meanwhile \
              its tasks stand in no list at all.",
        by_hand: "curl -s http://LEADER:5050/slaves | jq '.recovered_slaves[] | .hostname, .id'",
        remedy: "Wait ten minutes after an election and collect again. An agent that is still listed is down or cannot reach \
                 the leader: look at dcos-mesos-slave on that node.",
        sources: &[
            "apache/mesos src/master/http.cpp at 1.2.0 and later (`recovered_slaves`)",
            "apache/mesos docs/configuration/master.md (agent_reregister_timeout)",
        ],
    },
};

impl Check for AgentsRecoveredOnly {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if let Some(why) = &context.facts.cluster.state_doubt {
            saw.unknown(why);
        }
        let (recovered, at) = match context.facts.snapshot.recovered_agents.get() {
            Ok(known) => known,
            Err(why) if why.is_absent() => {
                if context
                    .facts
                    .mesos_version()
                    .is_some_and(|version| !version.at_least(1, 2, 0))
                {
                    saw.skip("Mesos before 1.2 does not list recovered agents");
                } else {
                    saw.unknown(why);
                }
                return;
            }
            Err(why) => return saw.unknown(why),
        };
        for agent in recovered {
            saw.fire(
                Finding::about(Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname))
                    .with("id", agent.id.clone())
                    .seen_at(agent.at.clone()),
            );
        }
        saw.looked_at(at);
        // The list of those that are there must be whole as well: an agent in neither list is not "come back".
        match context.facts.agents() {
            Ok(agents) => saw.judged(agents.len() + recovered.len(), "agents"),
            Err(why) => saw.unknown(why),
        }
    }
}
