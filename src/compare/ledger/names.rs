//! Names that come and go on every node: flags, metrics, systemd units. Never takes a node that was not asked for one that lacks a name.

use std::collections::BTreeSet;

use crate::knowledge::ledger::ExpectedChange;
use crate::model::{EvidenceRef, Observed, Subject, SubjectKind};
use crate::snapshot::{AgentNode, Flags, Master, Metrics, Snapshot};

use super::{Found, Sides};

/// A node that was asked, the names it showed, and where.
struct Node<'a, T> {
    subject: Subject,
    names: &'a T,
    at: &'a EvidenceRef,
}

/// Nodes of one kind on one side.
struct Nodes<'a, T> {
    known: Vec<Node<'a, T>>,
    /// Nodes that were asked and of which the names are not known.
    silent: Vec<String>,
}

/// Nodes of the kind that the statement is about, of those that were asked on a side.
fn nodes<'a, T>(
    snapshot: &'a Snapshot,
    of: &str,
    master: fn(&'a Master) -> &'a Observed<T>,
    agent: fn(&'a AgentNode) -> &'a Observed<T>,
) -> Nodes<'a, T> {
    let all: Vec<(Subject, &Observed<T>)> = if of == "masters" {
        let masters = snapshot.masters.iter();
        masters
            .map(|one| (Subject::named(SubjectKind::Master, &one.host), master(one)))
            .collect()
    } else {
        let agents = snapshot.agent_nodes.iter();
        agents.map(|one| (agent_subject(one), agent(one))).collect()
    };
    let mut nodes = Nodes {
        known: Vec::new(),
        silent: Vec::new(),
    };
    for (subject, seen) in all {
        match seen.get() {
            Ok((names, at)) => nodes.known.push(Node { subject, names, at }),
            Err(_) => nodes.silent.push(subject.name),
        }
    }
    nodes
}

/// An agent by its id, as everywhere; by its address where its own state is not known.
fn agent_subject(node: &AgentNode) -> Subject {
    match node.state.known() {
        Some(state) if !state.id.is_empty() => Subject::new(SubjectKind::Agent, &state.id, &state.hostname),
        _ => Subject::named(SubjectKind::Agent, &node.host),
    }
}

/// What cannot be said because nodes did not answer; the same words for every statement.
fn silence<T>(what: &str, of: &str, before: &Nodes<'_, T>, after: &Nodes<'_, T>) -> Option<String> {
    let side = |side: &str, nodes: &Nodes<'_, T>| -> Option<String> {
        match nodes.silent.as_slice() {
            [] if nodes.known.is_empty() => Some(format!("{side}: no {of} were asked for their {what}")),
            [] => None,
            [first, rest @ ..] => Some(format!(
                "{side}: the {what} of {} {of} are not known ({first}{})",
                rest.len() + 1,
                if rest.is_empty() { "" } else { ", …" }
            )),
        }
    };
    let said: Vec<String> = [side("before", before), side("after", after)]
        .into_iter()
        .flatten()
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// A flag that comes or goes.
///
/// A flag without a default is shown only where it is set, so a new flag counts as left out on a node only where more than half of
/// the other nodes gained it.
pub(super) fn flag(sides: Sides<'_>, statement: &ExpectedChange) -> Found {
    let of = |snapshot| -> Nodes<'_, Flags> { nodes(snapshot, &statement.of, |one| &one.flags, |one| &one.flags) };
    let (before, after) = (of(sides.before.snapshot), of(sides.after.snapshot));
    let mut found = Found {
        unknown: silence("flags", &statement.of, &before, &after),
        ..Found::default()
    };
    let (before, after) = (before.known, after.known);
    let had: BTreeSet<&str> = match (&statement.old, &statement.new) {
        (Some(name), _) | (None, Some(name)) => before
            .iter()
            .filter(|node| node.names.contains_key(name))
            .map(|node| node.subject.id.as_str())
            .collect(),
        (None, None) => BTreeSet::new(),
    };
    if let Some(name) = &statement.old {
        if had.is_empty() {
            found.why = Some("no node showed it before".to_owned());
        }
        for node in after.iter().filter(|node| had.contains(node.subject.id.as_str())) {
            if node.names.contains_key(name) {
                found.miss(node.subject.clone(), node.at.at(format!("/flags/{name}")));
            } else {
                found.seen += 1;
            }
        }
        return found;
    }
    let Some(name) = &statement.new else { return found };
    if !had.is_empty() {
        found.why = Some("nodes showed it before the hop already".to_owned());
        return found;
    }
    let (gained, lacking): (Vec<_>, Vec<_>) = after.iter().partition(|node| node.names.contains_key(name));
    if gained.is_empty() {
        found.why = Some("no node shows it: it has no default and is not set".to_owned());
    }
    found.seen = gained.len() as u64;
    if gained.len() > lacking.len() {
        for node in lacking {
            found.miss(node.subject.clone(), node.at.at("/flags"));
        }
    } else if !lacking.is_empty() {
        found.why = Some("set on some nodes only; it has no default".to_owned());
    }
    found
}

/// Names of metrics that begin with a word.
pub(super) fn metric(sides: Sides<'_>, statement: &ExpectedChange) -> Found {
    let begins = |word: &str, metrics: &Metrics| metrics.keys().any(|name| name.starts_with(word));
    let kept = |word: &String| statement.of == "masters" || word.starts_with("slave/");
    let words: Vec<&String> = statement.old.iter().chain(&statement.new).collect();
    if !matches!(statement.of.as_str(), "masters" | "agents") || words.is_empty() || !words.into_iter().all(kept) {
        return Found::not_judged("names of these metrics are stored in the archive and not compared");
    }
    let of =
        |snapshot| -> Nodes<'_, Metrics> { nodes(snapshot, &statement.of, |one| &one.metrics, |one| &one.metrics) };
    let (before, after) = (of(sides.before.snapshot), of(sides.after.snapshot));
    let unknown = silence("metrics", &statement.of, &before, &after);
    let (before, after) = (before.known, after.known);
    if let Some(new) = &statement.new
        && before.iter().any(|node| begins(new, node.names))
    {
        return Found::not_judged("nodes showed it before the hop already");
    }
    let mut found = Found {
        unknown,
        ..Found::default()
    };
    for node in &after {
        let gone = statement.old.as_deref().is_none_or(|old| !begins(old, node.names));
        let come = statement.new.as_deref().is_none_or(|new| begins(new, node.names));
        if gone && come {
            found.seen += 1;
        } else {
            found.miss(node.subject.clone(), node.at.clone());
        }
    }
    found
}

/// A systemd unit that another one replaces.
pub(super) fn unit(sides: Sides<'_>, statement: &ExpectedChange) -> Found {
    let (Ok((before, _)), Ok((after, at))) = (
        sides.before.snapshot.dcos.units.get(),
        sides.after.snapshot.dcos.units.get(),
    ) else {
        return Found::unknown("the health of units is not known in both archives");
    };
    let (Some(old), Some(new)) = (&statement.old, &statement.new) else {
        return Found::not_judged("the statement names no unit");
    };
    if !before.iter().any(|unit| unit.id == *old) {
        return Found::not_judged(format!("{old} was not there before"));
    }
    let mut found = Found::default();
    if after.iter().any(|unit| unit.id == *old) || !after.iter().any(|unit| unit.id == *new) {
        found.miss(Subject::cluster(), at.clone());
    } else {
        found.seen = 1;
    }
    found
}
