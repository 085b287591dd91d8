//! `agent-version-skew`: agents, or other masters, whose Mesos is not the one of the leading master, or in the middle of a
//! window too far from it. Never says which version is right.

use std::collections::BTreeMap;

use crate::checks::shared::{few, listed, short};
use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::model::{
    Area, CheckMeta, Doc, Finding, Line, Observed, Phase, Severity, Stage, Subject, SubjectKind, Version,
};
use crate::snapshot::Agent;

/// The check.
pub struct AgentVersionSkew;

static META: CheckMeta = CheckMeta {
    id: "agent-version-skew",
    area: Area::Mesos,
    title: "every agent and master runs the Mesos version of the leading master, or in a window one release apart",
    finding: "{kind} {name} runs Mesos {version}, {of} runs {usual}{why}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/version.json"],
    requirements: &["S1-13", "S1-17", "S1-141"],
    doc: Doc {
        what: "Before and after a window the version of every listed agent, and of every master that was asked, equals that of the \
               leading master. While the master's version is not known, agents are compared with the version most of them \
               have, and the rest is UNKNOWN. In an archive of the phase during, agents may be one release behind: on DC/OS \
               one line (1.9 under 1.10; the line is meant, since 1.9 to 1.10 goes from Mesos 1.2 to 1.4), on plain Mesos \
               one line before 1.0 and any line of 1.x. Agents ahead of the leading master, and agents of 0.x under masters that \
               refuse them (1.2.1 and later), are found in every phase.",
        why: "Agents of another version mean that an upgrade is not finished. Masters and agents may be one release apart for \
              a while; the next hop would make it two, and agents that far behind may not register any more.",
        by_hand: "curl -s http://LEADER:5050/slaves | jq -r '.slaves[] | .version + \" \" + .hostname' | sort | uniq -c",
        remedy: "Finish the upgrade of the agents named here before the next hop begins. In the middle of a window this is expected \
                 until the last agent is done.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: master and agent may differ by one release at most, and only for a while; agents first is \
             ruled out",
            "apache/mesos docs/downgrades.md: any 1.x and 1.y work together; docs/upgrades.md 1.2.x: agents of 0.x are refused",
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
            let Some(why) = too_far(context, Who::Agent, &version, usual, saw) else {
                continue;
            };
            saw.fire(
                Finding::about(Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname))
                    .with("kind", "agent")
                    .with("version", version.clone())
                    .with("usual", usual)
                    .with("of", of.clone())
                    .with("why", why)
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
                let Some(why) = too_far(context, Who::Master, &version, usual, saw) else {
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
                    .with("why", why)
                    .seen_at(at.at("/version").quoting(version)),
                );
            }
            Observed::Unknown(why) => saw.unknown(why),
        }
    }
    judged
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Master,
    Agent,
}

/// What is wrong with a version that is not the leading master's, as the end of a sentence; `None` = in the middle of a window
/// it may be so (or cannot be judged, which is said).
fn too_far(context: &Context<'_>, who: Who, version: &str, leading: &str, saw: &mut Saw) -> Option<String> {
    if context.facts.snapshot.origin.manifest.phase != Phase::During {
        return Some(String::new());
    }
    let (Ok(own), Ok(leading)) = (version.parse::<Version>(), leading.parse::<Version>()) else {
        saw.unknown_because(format!(
            "whether Mesos {version} and {leading} may run together is not known"
        ));
        return None;
    };
    let judged = match &context.facts.cluster.kind {
        Observed::Known(Kind::Dcos, _) => lines_of_dcos(context, &own, &leading),
        Observed::Known(Kind::Mesos, _) => lines_of_mesos(context, &own, &leading),
        Observed::Unknown(why) => Err(why.sentence()),
    };
    match judged {
        Err(why) => {
            saw.unknown_because(why);
            None
        }
        Ok(Apart::TooFar(why)) => Some(format!(": {why}")),
        Ok(Apart::Near) if who == Who::Agent && own > leading => Some(": agents come after the masters".to_owned()),
        Ok(Apart::AgentsFirst | Apart::Near) => None,
    }
}

enum Apart {
    Near,
    /// The one hop in which agents come before masters.
    AgentsFirst,
    TooFar(String),
}

/// On DC/OS the lines of the releases that ship these Mesos lines are at most one apart.
fn lines_of_dcos(context: &Context<'_>, own: &Version, leading: &Version) -> Result<Apart, String> {
    let lines = context.knowledge.lines();
    let shipping = |mesos: &Version| -> Result<Vec<usize>, String> {
        let mut places: Vec<usize> = context
            .knowledge
            .releases
            .iter()
            .filter(|release| {
                let mut shipped = release.mesos.iter().filter_map(|text| text.parse::<Version>().ok());
                shipped.any(|shipped| shipped.line() == mesos.line())
            })
            .filter_map(|release| lines.iter().position(|line| *line == Line::from(&release.dcos)))
            .collect();
        places.dedup();
        if places.is_empty() {
            return Err(format!(
                "no DC/OS release of the table ships Mesos {}",
                Line::from(mesos)
            ));
        }
        Ok(places)
    };
    let (own_at, leading_at) = (shipping(own)?, shipping(leading)?);
    let near = own_at.iter().any(|a| leading_at.iter().any(|b| a.abs_diff(*b) <= 1));
    Ok(if near {
        Apart::Near
    } else {
        Apart::TooFar("more than one DC/OS line apart".to_owned())
    })
}

/// On plain Mesos any two lines of 1.x, and neighbours before.
fn lines_of_mesos(context: &Context<'_>, own: &Version, leading: &Version) -> Result<Apart, String> {
    let lines = &context.knowledge.paths.mesos.lines;
    let place = |version: &Version| {
        let at = lines.iter().position(|known| known.line == Line::from(version));
        at.ok_or_else(|| format!("Mesos {} is in no table of releases", Line::from(version)))
    };
    let (own_at, leading_at) = (place(own)?, place(leading)?);
    if own.major >= 1 && leading.major >= 1 {
        return Ok(Apart::Near);
    }
    if own.major == 0 && leading.at_least(1, 2, 1) {
        return Ok(Apart::TooFar("masters from 1.2.1 on refuse agents of 0.x".to_owned()));
    }
    Ok(if own_at.abs_diff(leading_at) > 1 {
        Apart::TooFar("more than one line apart".to_owned())
    } else if Line::from(leading) == Line::new(0, 11) {
        Apart::AgentsFirst
    } else {
        Apart::Near
    })
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
