//! `agents-unregistered`: agents that say themselves that they are not registered. Never takes the master's word for it.

use std::collections::BTreeSet;

use crate::checks::shared::{few, node_name, reason};
use crate::checks::{Check, Context, Saw};
use crate::facts::leader::metric;
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject, SubjectKind, items};

/// The check.
pub struct AgentsUnregistered;

static META: CheckMeta = CheckMeta {
    id: "agents-unregistered",
    area: Area::Mesos,
    title: "every agent says itself that it is registered",
    finding: "agent {name} says that it is not registered (slave/registered is {registered})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-agent/*/metrics_snapshot.json",
        "data/mesos-agent/*/state.json",
        "data/mesos-master/*/state.json",
    ],
    requirements: &["S0-84", "S0-85"],
    doc: Doc {
        what: "`slave/registered` is 1 in the metrics of every agent that the leading master lists, and of every agent that was \
               asked besides. Agents whose metrics, or whose own state with their id, are not in the archive are UNKNOWN, by name.",
        why: "An agent that is not registered runs its tasks on its own: the master gives it up after five minutes, and \
              its tasks are started a second time elsewhere, or lost.",
        by_hand: "curl -s http://AGENT:5051/metrics/snapshot | jq '.\"slave/registered\"'",
        remedy: "journalctl -u dcos-mesos-slave on the agent: authentication, a changed configuration that stops the \
                 recovery, or no way to the masters. Give it five minutes after a restart before worrying.",
        sources: &[
            "DC/OS 1.11 patching page: slave/registered equals 1 on each agent",
            "apache/mesos docs/monitoring.md (slave/registered)",
        ],
    },
};

impl Check for AgentsUnregistered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        let mut silent = Vec::new();
        let mut because = None;
        let mut judged = 0;
        for node in &snapshot.agent_nodes {
            asked.insert(&node.host);
            // Without its own state, with its id, nobody knows which agent it was that answered.
            let own = node.state.get().map(|(own, _)| own);
            if let Ok(own) = own {
                asked.insert(&own.id);
            }
            let registered = metric(&node.metrics, "slave/registered");
            let missing = match (own, registered) {
                (Err(why), _) => Some(why.sentence()),
                (_, None) => Some(reason(&node.metrics, "its metrics have no `slave/registered`")),
                _ => None,
            };
            match missing {
                Some(missing) => {
                    silent.push(node_name(node));
                    because.get_or_insert(missing);
                }
                None => judged += 1,
            }
            if let Some(value) = registered.filter(|value| *value < 1.0) {
                let item = EvidenceRef::item(items::path(items::MESOS_AGENT, &node.host, items::METRICS));
                let id = own.map_or("", |own| own.id.as_str());
                let id = if id.is_empty() { node.host.as_str() } else { id };
                saw.fire(
                    Finding::about(Subject::new(SubjectKind::Agent, id, node_name(node)))
                        .with("registered", value.to_string())
                        .seen_at(item.at("/slave~1registered").quoting(value)),
                );
            }
        }
        match context.facts.agents() {
            Ok(agents) => {
                for agent in agents {
                    let by_address = agent.address().is_some_and(|address| asked.contains(address));
                    if !by_address && !asked.contains(agent.id.as_str()) {
                        silent.push(agent.hostname.clone());
                        because.get_or_insert_with(|| "it was not asked".to_owned());
                    }
                }
            }
            Err(why) => saw.unknown(why),
        }
        if let (Some(because), false) = (because, silent.is_empty()) {
            silent.sort();
            saw.unknown_because(format!(
                "whether they are registered is not known of {} agents: {} ({because})",
                silent.len(),
                few(&silent)
            ));
        }
        if judged > 0 || context.facts.agents().is_ok_and(<[_]>::is_empty) {
            saw.judged(judged, "agents");
        }
    }
}
