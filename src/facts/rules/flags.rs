//! Flags of masters and agents, as they show them. Never takes a list of flags that is not there for flags that are not set.
//!
//! From 1.0 on a flag is shown under the name by which it was given: a deprecated second name counts as well
//! (apache/mesos `3rdparty/stout/include/stout/flags/flags.hpp`, `src/slave/http.cpp`).

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::knowledge::Guide;
use crate::model::{EvidenceRef, Line, Observed, Subject, SubjectKind, Version, Why, items};
use crate::snapshot::{AgentNode, Flags, Master};

use super::{Gathered, Looked, Seek, Sighting};

/// Flags of every master that was asked.
pub(super) fn masters(seek: &Seek<'_>, guide: &Guide, facts: &Facts<'_>) -> Looked {
    let mut gathered = Gathered::default();
    let masters = &facts.snapshot.masters;
    if masters.is_empty() {
        return Looked {
            unknown: vec!["no master was asked for its flags".to_owned()],
            ..Looked::default()
        };
    }
    for master in masters {
        let name = plain(&master.host, items::MESOS_MASTER);
        match flags_of(master, facts) {
            Ok((flags, at)) => {
                let subject = Subject::named(SubjectKind::Master, &name);
                let found = flag(seek, guide, "masters", flags, at, &subject, line_of(master, facts));
                gathered.take(&name, found);
            }
            Err(why) => gathered.silent(&name, because(why)),
        }
    }
    gathered.finish("master")
}

/// Flags of every agent; an agent that was not asked is unknown.
pub(super) fn agents(seek: &Seek<'_>, guide: &Guide, facts: &Facts<'_>) -> Looked {
    let mut gathered = Gathered::default();
    let mut asked = BTreeSet::new();
    for node in &facts.snapshot.agent_nodes {
        asked.insert(node.host.as_str());
        let subject = agent_subject(node);
        if let Some(own) = node.state.known() {
            asked.insert(own.id.as_str());
        }
        match node.flags.get() {
            Ok((flags, at)) => {
                let found = flag(seek, guide, "agents", flags, at, &subject, agent_line(node));
                gathered.take(&subject.name, found);
            }
            Err(why) => gathered.silent(&subject.name, because(why)),
        }
    }
    let mut looked = match facts.agents_seen() {
        Ok(listed) => {
            for agent in listed.items {
                let by_address = agent.address().is_some_and(|address| asked.contains(address));
                if !by_address && !asked.contains(agent.id.as_str()) {
                    gathered.silent(&agent.hostname, "flags were not asked for".to_owned());
                }
            }
            let mut looked = gathered.finish("agent");
            looked.unknown.extend(listed.doubts.iter().map(|why| why.sentence()));
            looked
        }
        Err(why) => {
            let mut looked = gathered.finish("agent");
            looked
                .unknown
                .push(format!("whether these are all agents is not known: {}", why.sentence()));
            looked
        }
    };
    looked.unknown.dedup();
    looked
}

/// What the reason says without the name of the item, so that many agents with the same reason share one sentence.
fn because(why: &Why) -> String {
    match why {
        Why::NotCollected { .. } => "flags were not asked for".to_owned(),
        Why::Missing { outcome, reason, .. } => format!("flags did not arrive: {} ({reason})", outcome.as_str()),
        Why::Absent { reason, .. } => format!("flags are not shown ({reason})"),
        Why::Malformed { .. } | Why::Doubtful { .. } => why.sentence(),
    }
}

fn flag(
    seek: &Seek<'_>,
    guide: &Guide,
    component: &str,
    flags: &Flags,
    at: &EvidenceRef,
    subject: &Subject,
    line: Option<Line>,
) -> Result<Sighting, String> {
    let names = std::iter::once(seek.path).chain(guide.old_names(component, seek.path));
    let shown = names.into_iter().find_map(|name| Some((name, flags.get(name)?)));
    let (name, value) = match shown {
        Some((name, value)) => (name, Some(value.clone())),
        None => (seek.path, None),
    };
    seek.found(subject, line, name, value, at.at(format!("/flags/{name}")))
}

/// `/flags` of a master (0.26 and later), else those in `/state` where this master answered it.
fn flags_of<'a>(master: &'a Master, facts: &'a Facts<'_>) -> Result<(&'a Flags, &'a EvidenceRef), &'a Why> {
    match master.flags.get() {
        Ok(found) => Ok(found),
        Err(why) => match &facts.snapshot.state {
            Observed::Known(state, at) if at.item == state_item(master) => {
                state.flags.as_ref().map(|flags| (flags, at)).ok_or(why)
            }
            _ => Err(why),
        },
    }
}

fn state_item(master: &Master) -> String {
    items::path(items::MESOS_MASTER, &master.host, items::STATE)
}

/// The line of a master: its own word, or that of the state that it answered.
pub(super) fn line_of(master: &Master, facts: &Facts<'_>) -> Option<Line> {
    if let Some(version) = master.version.known() {
        return Some(Line::from(version));
    }
    let (state, at) = facts.snapshot.state.get().ok()?;
    (at.item == state_item(master))
        .then(|| state.master.version.as_deref()?.parse().ok().as_ref().map(Line::from))
        .flatten()
}

/// The line of an agent: its own word.
pub(super) fn agent_line(node: &AgentNode) -> Option<Line> {
    if let Some(version) = node.version.known() {
        return Some(Line::from(version));
    }
    let own = node.state.known()?.version.as_deref()?;
    own.parse().ok().as_ref().map(Line::from)
}

/// Versions of masters and agents by their own account, agents that were not asked by the leading master's: what each
/// one still has to cross. Subjects are those of sightings.
pub fn versions(facts: &Facts<'_>) -> Vec<(Subject, Version)> {
    let masters = facts.snapshot.masters.iter().filter_map(|master| {
        let name = plain(&master.host, items::MESOS_MASTER);
        Some((
            Subject::named(SubjectKind::Master, name),
            master.version.known()?.clone(),
        ))
    });
    let nodes = facts.snapshot.agent_nodes.iter().filter_map(|node| {
        let own = || node.state.known()?.version.as_deref()?.parse().ok();
        Some((agent_subject(node), node.version.known().cloned().or_else(own)?))
    });
    let listed = facts.snapshot.agents.known().into_iter().flatten().filter_map(|agent| {
        let version = agent.version.as_deref()?.parse().ok()?;
        Some((Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname), version))
    });
    // What an agent says itself comes last, and counts.
    listed.chain(masters).chain(nodes).collect()
}

/// An agent by its own account; where it gave none, by the address it was asked at.
pub(super) fn agent_subject(node: &AgentNode) -> Subject {
    let host = plain(&node.host, items::MESOS_AGENT);
    match node.state.known() {
        Some(own) => {
            let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let id = known(&own.id).unwrap_or_else(|| host.clone());
            Subject::new(SubjectKind::Agent, id, known(&own.hostname).unwrap_or(host))
        }
        None => Subject::named(SubjectKind::Agent, host),
    }
}

/// `host` without the usual port of its source.
pub(super) fn plain(host: &str, source: &str) -> String {
    match (host.rsplit_once(':'), items::usual_port(source)) {
        (Some((name, port)), Some(usual)) if port == usual.to_string() => name.to_owned(),
        _ => host.to_owned(),
    }
}
