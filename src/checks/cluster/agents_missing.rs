//! `agents-missing`: agents of the inventory that the leading master does not know. Never calls an agent missing because of a list that may be incomplete.

use std::collections::BTreeSet;

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject, SubjectKind};
use crate::snapshot::{Agent, RecoveredAgent};

/// The check.
pub struct AgentsMissing;

static META: CheckMeta = CheckMeta {
    id: "agents-missing",
    area: Area::Cluster,
    title: "every agent of the inventory is known to the leading master",
    finding: "{name} stands in the inventory and is unknown to the leading master, which lists {listed} agents",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/state.json"],
    requirements: &["S1-21", "S1-39", "S1-88"],
    doc: Doc {
        what: "Every agent that was stated to exist (inventory, `agents` in gonogo.toml, --agents) stands in the leading \
               master's list, by host name or address. Agents known from the registry only are the business of \
               agents-recovered-only. SKIPPED when no inventory was given: Mesos alone cannot know whom it should have.",
        why: "An agent that Mesos has forgotten is invisible to every other check: it is neither inactive nor \
              unreachable. Its tasks were given up, and the upgrade would leave the node behind at the old version.",
        by_hand: "curl -s http://LEADER:5050/slaves | jq -r '.slaves[].hostname' | sort | comm -13 - inventory.sorted",
        remedy: "On the node: systemctl status dcos-mesos-slave, journalctl -u dcos-mesos-slave. Bring it back, or take it \
                 out of the inventory, with a note, before the window.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: number of nodes, private and public; node set constant in the window",
            "apache/mesos docs/agent-recovery.md (agents that are removed after their timeouts)",
        ],
    },
};

impl Check for AgentsMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        let Some(expected) = &snapshot.origin.manifest.expected.agents else {
            saw.skip("no inventory was given, so nothing says which agents there should be");
            return;
        };
        // A list that may be a part of the cluster says nothing about who is not in it.
        let agents = match context.facts.agents() {
            Ok(agents) => agents,
            Err(why) => return saw.unknown(why),
        };
        let recovered = match snapshot.recovered_agents.get() {
            Ok((recovered, _)) => recovered.as_slice(),
            Err(why) if why.is_absent() => &[],
            Err(why) => return saw.unknown(why),
        };
        let known = Known::new(agents, recovered);
        let at = snapshot
            .agents
            .get()
            .map_or_else(|_| EvidenceRef::item("data"), |(_, at)| at.clone());
        for (place, name) in expected.iter().enumerate() {
            if !known.has(name) {
                saw.fire(
                    Finding::about(Subject::named(SubjectKind::Agent, name.as_str()))
                        .with("listed", agents.len())
                        .seen_at(
                            EvidenceRef::item("gonogo.json")
                                .at(format!("/expected/agents/{place}"))
                                .quoting(name),
                        )
                        .seen_at(at.at("/slaves")),
                );
            }
        }
        saw.looked_at(&at);
        saw.judged(expected.len(), "agents of the inventory");
    }
}

/// Every name under which an agent is known.
struct Known {
    names: BTreeSet<String>,
    /// First labels of host names, of those that only one agent has.
    labels: BTreeSet<String>,
}

impl Known {
    fn new(agents: &[Agent], recovered: &[RecoveredAgent]) -> Self {
        let mut names = BTreeSet::new();
        let mut labels = BTreeSet::new();
        let mut twice = BTreeSet::new();
        let hosts = agents
            .iter()
            .map(|agent| &agent.hostname)
            .chain(recovered.iter().map(|agent| &agent.hostname));
        for host in hosts {
            let host = host.to_ascii_lowercase();
            // An address has no short form: its first number names nobody.
            if let Some((label, _)) = host.split_once('.').filter(|(label, _)| label.parse::<u8>().is_err())
                && !labels.insert(label.to_owned())
            {
                twice.insert(label.to_owned());
            }
            names.insert(host);
        }
        for address in agents.iter().filter_map(Agent::address) {
            names.insert(address.to_ascii_lowercase());
            if let Some((ip, _)) = address.rsplit_once(':') {
                names.insert(ip.to_ascii_lowercase());
            }
        }
        labels.retain(|label| !twice.contains(label));
        Self { names, labels }
    }

    fn has(&self, name: &str) -> bool {
        let name = name.trim().to_ascii_lowercase();
        let host = name.strip_suffix(":5051").unwrap_or(&name);
        self.names.contains(&name) || self.names.contains(host) || self.labels.contains(host)
    }
}
