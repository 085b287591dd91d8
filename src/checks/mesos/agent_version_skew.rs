//! `agent-version-skew`: agents, or other masters, whose Mesos is not the one of the leading master. Never says which version is right.

use std::collections::BTreeMap;

use crate::checks::shared::{few, listed, short};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Observed, Severity, Stage, Subject, SubjectKind};
use crate::snapshot::Agent;

/// The check.
pub struct AgentVersionSkew;

static META: CheckMeta = CheckMeta {
    id: "agent-version-skew",
    area: Area::Mesos,
    title: "every agent and master runs the Mesos version of the leading master",
    finding: "{kind} {name} runs Mesos {version}, {of} runs {usual}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/version.json"],
    requirements: &["S1-13", "S1-17", "S1-141"],
    doc: Doc {
        what: "The version of every listed agent, and of every master that was asked, equals that of the leading master. While the master's version is not known, \
               agents are compared with the version most of them have, and the rest is UNKNOWN.",
        why: "Agents of another version mean that an upgrade is not finished. Masters and agents may be one release apart for \
              a while; the next hop would make it two, and agents that far behind may not register any more.",
        by_hand: "curl -s http://LEADER:5050/slaves | jq -r '.slaves[] | .version + \" \" + .hostname' | sort | uniq -c",
        remedy: "Finish the upgrade of the agents named here before the next hop begins. In the middle of a window this is expected \
                 until the last agent is done.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: master and agent may differ by one release at most, and only for a while",
            "apache/mesos docs/upgrades.md; `version` of agents in /slaves since 0.26",
        ],
    },
};

impl Check for AgentVersionSkew {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let facts = context.facts;
        let Some(agents) = listed(facts.agents_seen(), saw) else {
            return;
        };
        let (usual, of) = match facts.leading_master().map(|master| (master, master.version.get())) {
            Some((master, Ok((version, _)))) => {
                (Some(version.to_string()), format!("the leading master {}", master.host))
            }
            Some((_, Err(why))) => {
                saw.unknown(why);
                (most(agents.items), "most of the others".to_owned())
            }
            None => {
                saw.unknown_because("no master is known to lead, so agents are compared with each other only");
                (most(agents.items), "most of the others".to_owned())
            }
        };
        let mut judged = masters(context, usual.as_deref(), &of, saw);
        let mut silent = Vec::new();
        for agent in agents.items {
            let Some(version) = own_version(context, agent) else {
                silent.push(agent.hostname.clone());
                continue;
            };
            let Some(usual) = usual.as_deref().filter(|usual| *usual != version) else {
                continue;
            };
            saw.fire(
                Finding::about(Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname))
                    .with("kind", "agent")
                    .with("version", version.clone())
                    .with("usual", usual)
                    .with("of", of.clone())
                    .seen_at(agent.at.at(format!("{}/version", agent.at.pointer)).quoting(version)),
            );
        }
        if !silent.is_empty() {
            saw.unknown_because(format!(
                "the Mesos version of {} agents is not known: {}",
                silent.len(),
                few(&silent)
            ));
        }
        judged += agents.items.len().saturating_sub(silent.len());
        saw.judged(judged, "masters and agents");
    }
}

/// The other masters: one of them may lead before the window is over. Returns how many versions are known.
fn masters(context: &Context<'_>, usual: Option<&str>, of: &str, saw: &mut Saw) -> usize {
    let mut judged = 0;
    for master in &context.facts.snapshot.masters {
        match &master.version {
            Observed::Known(version, at) => {
                judged += 1;
                let version = version.to_string();
                let Some(usual) = usual.filter(|usual| *usual != version) else {
                    continue;
                };
                saw.fire(
                    Finding::about(Subject::new(
                        SubjectKind::Master,
                        &master.host,
                        short(&master.host, "5050"),
                    ))
                    .with("kind", "master")
                    .with("version", version.clone())
                    .with("usual", usual)
                    .with("of", of)
                    .seen_at(at.at("/version").quoting(version)),
                );
            }
            Observed::Unknown(why) => saw.unknown(why),
        }
    }
    judged
}

/// As the master lists it; on a master that does not say (before 0.26), as the agent says itself.
fn own_version(context: &Context<'_>, agent: &Agent) -> Option<String> {
    agent.version.clone().or_else(|| {
        let node = context
            .facts
            .snapshot
            .agent_nodes
            .iter()
            .find(|node| Some(node.host.as_str()) == agent.address())?;
        Some(node.version.known()?.to_string())
    })
}

/// The version most agents have; of equally frequent ones the last in text order.
fn most(agents: &[Agent]) -> Option<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for version in agents.iter().filter_map(|agent| agent.version.as_deref()) {
        *count.entry(version).or_default() += 1;
    }
    count
        .into_iter()
        .max_by_key(|(_, agents)| *agents)
        .map(|(version, _)| version.to_owned())
}
