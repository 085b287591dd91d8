//! Agents: lost, added, back under another id, switched off; attributes, region and zone, roles, total resources.
//!
//! Never compares used or offered resources, nor times of registration: a new leader resets those.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ChangeKind, EvidenceRef, Expectation, Subject, SubjectKind, Version};
use crate::snapshot::Agent;
use crate::snapshot::mesos::Attribute;

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::expected::Judgement;
use crate::compare::part;

/// Largest difference of two equal scalars: Mesos keeps three decimals (apache/mesos docs/attributes-resources.md).
pub const TOLERANCE: f64 = 0.001;

/// The agent as subject: its id, named by its host.
pub fn subject(agent: &Agent) -> Subject {
    Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname)
}

/// Compares agents.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let Some(aligned) = &sides.agents else { return };
    comparison.count(
        part::AGENTS,
        aligned.kept.len() + aligned.reregistered.len() + aligned.lost.len(),
    );
    for agent in &aligned.lost {
        let line = Line::unexpected(subject(agent), ChangeKind::Lost, where_it_went(sides, agent));
        comparison.note(line.seen_before(&agent.at).seen_after(&whole_list(sides)));
    }
    for agent in &aligned.added {
        let why = "it was not registered before: agents are added before or after a window, not in it";
        comparison.note(Line::unexpected(subject(agent), ChangeKind::Added, why).seen_after(&agent.at));
    }
    for (one, other) in &aligned.reregistered {
        let why =
            "it came back under another id: its tasks were killed, reservations and volumes of the old id are gone";
        comparison.note(
            Line::unexpected(subject(other), ChangeKind::Reregistered, why)
                .field("id")
                .from(Some(one.id.clone()))
                .to(Some(other.id.clone()))
                .seen_before(&one.at)
                .seen_after(&other.at),
        );
    }
    for (one, other) in aligned.pairs() {
        active(one, other, comparison);
        attributes(one, other, comparison);
        domain(sides, one, other, comparison);
        roles(one, other, comparison);
        resources(one, other, comparison);
    }
}

/// What the later snapshot says about an agent that it does not list.
fn where_it_went(sides: &Sides<'_>, agent: &Agent) -> String {
    let after = sides.after.snapshot;
    let recovered = after.recovered_agents.known().into_iter().flatten();
    if recovered.into_iter().any(|other| other.id == agent.id) {
        return "the leading master knows it from the registry only: it has not come back since the election"
            .to_owned();
    }
    match after.state.known().and_then(|state| state.unreachable) {
        Some(count) if count > 0 => {
            format!("it is not registered any more; the leading master counts {count} unreachable")
        }
        _ => "it is not registered any more".to_owned(),
    }
}

fn whole_list(sides: &Sides<'_>) -> EvidenceRef {
    let at = sides.after.snapshot.agents.get().map(|(_, at)| at.clone());
    at.unwrap_or_else(|_| EvidenceRef::item("data/mesos-master"))
}

/// Whether tasks can be placed on it; `None` where this Mesos does not say.
fn usable(agent: &Agent) -> Option<bool> {
    agent.active.map(|active| active && agent.deactivated != Some(true))
}

fn active(one: &Agent, other: &Agent, comparison: &mut Comparison) {
    let (Some(old), Some(new)) = (usable(one), usable(other)) else {
        return;
    };
    if old == new {
        return;
    }
    let line = if new {
        Line::tolerated(
            subject(other),
            ChangeKind::Changed,
            "it was inactive before and is active now",
        )
    } else {
        Line::unexpected(
            subject(other),
            ChangeKind::Changed,
            "it was active before and is not any more",
        )
    };
    comparison.note(
        line.field("active")
            .from(Some(old.to_string()))
            .to(Some(new.to_string()))
            .seen_before(&below(&one.at, "active"))
            .seen_after(&below(&other.at, "active")),
    );
}

fn attributes(one: &Agent, other: &Agent, comparison: &mut Comparison) {
    let names: BTreeSet<&String> = one.attributes.keys().chain(other.attributes.keys()).collect();
    for name in names {
        let (old, new) = (one.attributes.get(name), other.attributes.get(name));
        let doubled = [one, other].map(|agent| agent.ambiguous_attributes.contains(name));
        if same_attribute(old, new) && doubled[0] == doubled[1] {
            continue;
        }
        let shown = |value: Option<&Attribute>, doubled: bool| {
            let times = if doubled { " (given more than once)" } else { "" };
            value.map(|value| format!("{value}{times}"))
        };
        comparison.note(
            Line::unexpected(
                subject(other),
                ChangeKind::Changed,
                "no hop changes the attributes of an agent",
            )
            .field(format!("attribute {name}"))
            .from(shown(old, doubled[0]))
            .to(shown(new, doubled[1]))
            .seen_before(&below(&one.at, "attributes"))
            .seen_after(&below(&other.at, "attributes")),
        );
    }
}

fn same_attribute(old: Option<&Attribute>, new: Option<&Attribute>) -> bool {
    match (old, new) {
        (Some(Attribute::Scalar(old)), Some(Attribute::Scalar(new))) => (old - new).abs() <= TOLERANCE,
        (old, new) => old == new,
    }
}

fn domain(sides: &Sides<'_>, one: &Agent, other: &Agent, comparison: &mut Comparison) {
    if one.domain == other.domain {
        return;
    }
    let shown = |domain: &Option<(String, String)>| domain.as_ref().map(|(region, zone)| format!("{region}/{zone}"));
    let judgement = match (&one.domain, &other.domain) {
        (None, Some(_)) => sides.hop.domain_appears(),
        (Some(_), None) => Judgement::of(Expectation::Unexpected, "no hop takes region and zone away"),
        _ => Judgement::of(
            Expectation::Unexpected,
            "no hop moves an agent to another region or zone",
        ),
    };
    comparison.note(
        Line::new(subject(other), ChangeKind::Changed, judgement)
            .field("domain")
            .from(shown(&one.domain))
            .to(shown(&other.domain))
            .seen_before(&below(&one.at, "domain"))
            .seen_after(&below(&other.at, "domain")),
    );
}

/// Public or private, and the roles that hold reservations.
fn roles(one: &Agent, other: &Agent, comparison: &mut Comparison) {
    if one.is_public() != other.is_public() {
        let shown = |agent: &Agent| Some(if agent.is_public() { "public" } else { "private" }.to_owned());
        comparison.note(
            Line::unexpected(
                subject(other),
                ChangeKind::Changed,
                "an agent keeps its role through a hop",
            )
            .field("role")
            .from(shown(one))
            .to(shown(other))
            .seen_before(&below(&one.at, "reserved_resources"))
            .seen_after(&below(&other.at, "reserved_resources")),
        );
    }
    let set = |agent: &Agent| -> BTreeSet<String> { agent.reserved_roles.iter().cloned().collect() };
    let (old, new) = (set(one), set(other));
    for role in old.symmetric_difference(&new) {
        // Said above already: one cause, one change.
        if role == "slave_public" && one.is_public() != other.is_public() {
            continue;
        }
        let was = old.contains(role);
        let line = if was {
            let why = "its reservations were there before and are gone";
            Line::unexpected(subject(other), ChangeKind::Changed, why)
        } else {
            let why = "a framework or the operator made reservations; nothing was taken away";
            Line::tolerated(subject(other), ChangeKind::Changed, why)
        };
        let shown = |there: bool| there.then(|| role.clone());
        comparison.note(
            line.field(format!("reservations of role {role}"))
                .from(shown(was))
                .to(shown(!was))
                .seen_before(&below(&one.at, "reserved_resources"))
                .seen_after(&below(&other.at, "reserved_resources")),
        );
    }
}

/// Total resources. Revocable ones come and go with the load; zero and absent are the same amount.
fn resources(one: &Agent, other: &Agent, comparison: &mut Comparison) {
    if adds_up(one) != adds_up(other) {
        return;
    }
    let names: BTreeSet<&String> = one.resources.keys().chain(other.resources.keys()).collect();
    for name in names.into_iter().filter(|name| !name.ends_with("_revocable")) {
        let amount = |resources: &BTreeMap<String, String>| resources.get(name).cloned();
        let (old, new) = (amount(&one.resources), amount(&other.resources));
        if same_amount(old.as_deref(), new.as_deref()) {
            continue;
        }
        let why = "total resources change only with the configuration of the agent or its host";
        comparison.note(
            Line::unexpected(subject(other), ChangeKind::Changed, why)
                .field(format!("resource {name}"))
                .from(old)
                .to(new)
                .seen_before(&below(&one.at, "resources"))
                .seen_after(&below(&other.at, "resources")),
        );
    }
}

/// Whether this Mesos adds up several resources of one name; below 0.23 the last one overwrote the others, so a jump
/// across that step is no change (apache/mesos `src/common/http.cpp` at tags 0.22.0 and 0.23.0).
fn adds_up(agent: &Agent) -> bool {
    let version = agent.version.as_deref().and_then(|text| text.parse::<Version>().ok());
    // The master lists versions from 0.26 on: no version means older than that.
    version.is_some_and(|version| version.at_least(0, 23, 0))
}

fn same_amount(old: Option<&str>, new: Option<&str>) -> bool {
    if old == new {
        return true;
    }
    let scalar = |amount: Option<&str>| amount.map_or(Some(0.0), |text| text.parse::<f64>().ok());
    match (scalar(old), scalar(new)) {
        (Some(old), Some(new)) => (old - new).abs() <= TOLERANCE,
        _ => false,
    }
}

fn below(at: &EvidenceRef, field: &str) -> EvidenceRef {
    at.at(format!("{}/{field}", at.pointer))
}
