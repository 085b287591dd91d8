//! What the checks over the upgrade guide of Mesos have in common: which hop, which rules, one finding per rule and value.
//! Holds no rule of its own, and never takes a rule that could not be judged for one that does not fire.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::shared::few;
use crate::checks::{Context, Saw};
use crate::facts::hop::NoHop;
use crate::facts::rules::{self, Held, Sighting};
use crate::knowledge::rule::{Place, Rule, RuleKind, Side, Weight};
use crate::model::{Finding, Line, Subject, SubjectKind, Version};

/// One finding in words, the same for every check over the guide.
pub const FINDING: &str = "{where}: {seen}. {text} (rule {rule}; {source})";

/// Evidence that rules about flags need.
pub const FLAGS: &[&str] = &[
    "data/mesos-master/*/flags.json",
    "data/mesos-agent/*/flags.json",
    "data/mesos-master/*/state.json",
];

/// Whether a rule is about a flag.
pub fn about_a_flag(kind: RuleKind) -> bool {
    matches!(
        kind,
        RuleKind::FlagNew
            | RuleKind::FlagRequired
            | RuleKind::FlagRemoved
            | RuleKind::FlagRenamed
            | RuleKind::FlagDeprecated
            | RuleKind::FlagDefault
            | RuleKind::FlagMeaning
    )
}

/// Whether a rule is a blocking one of one of these kinds.
pub fn blocking(rule: &Rule, kinds: &[RuleKind]) -> bool {
    rule.weight == Weight::Blocker && kinds.contains(&rule.kind)
}

/// Holds those rules of the hop that `filter` lets through against the cluster.
///
/// Before the hop: rules that are to be looked at before it. Of a pair, over the archive after: those that are to be
/// looked at after it, once the cluster is there; what had to be looked at before is past.
pub fn judge(context: &Context<'_>, saw: &mut Saw, filter: impl Fn(&Rule) -> bool) {
    let Some((from, to)) = versions(context, saw) else {
        return;
    };
    let after = context.pair.is_some();
    if after && !arrived(context, &to, saw) {
        return;
    }
    let now = |rule: &Rule| match rule.side {
        Side::Both => true,
        Side::Pre => !after,
        Side::Post => after,
    };
    let guide = &context.knowledge.mesos;
    let wanted = |rule: &Rule| now(rule) && filter(rule);
    let Some(mut held) = rules::across(guide, (&from, &to), context.facts, wanted) else {
        let known = guide.ends().map_or_else(
            || "nothing".to_owned(),
            |(first, last)| format!("Mesos {first} to {last}, forward"),
        );
        saw.unknown_because(format!(
            "the upgrade guide does not know the way from Mesos {from} to {to} (it knows {known})"
        ));
        return;
    };
    if !after {
        held.extend(behind(context, (&from, &to), saw, wanted));
    }
    if held.is_empty() {
        let when = if after { "after" } else { "before" };
        let by_hand = rules::manual_items(guide, &from, &to).unwrap_or_default().into_iter();
        let by_hand: Vec<String> = by_hand
            .filter(|rule| wanted(rule))
            .map(|rule| rule.id.clone())
            .collect();
        saw.skip(if by_hand.is_empty() {
            format!("the upgrade guide has nothing of this kind to look at {when} the way from Mesos {from} to {to}")
        } else {
            format!(
                "what the upgrade guide says of this kind about the way from Mesos {from} to {to} no evidence shows: \
                 look by hand, {when} it ({})",
                few(&by_hand)
            )
        });
        return;
    }
    report(&held, saw);
}

/// Nodes that run an older line than the leading master have more to cross: the rules of the hops before, for them.
fn behind<'k>(
    context: &Context<'k>,
    (from, to): (&Version, &Version),
    saw: &mut Saw,
    filter: impl Fn(&Rule) -> bool,
) -> Vec<Held<'k>> {
    let versions: BTreeMap<Subject, Version> = rules::versions(context.facts).into_iter().collect();
    let Some(oldest) = versions.values().min() else {
        return Vec::new();
    };
    if Line::from(oldest) >= Line::from(from) {
        return Vec::new();
    }
    let guide = &context.knowledge.mesos;
    let Some(held) = rules::across(guide, (oldest, to), context.facts, filter) else {
        saw.unknown_because(format!(
            "a node runs Mesos {oldest}, and the upgrade guide does not know the way from there to {to}"
        ));
        return Vec::new();
    };
    let before = held.into_iter().filter(|one| one.hop.to <= Line::from(from));
    let of_nodes = before.filter(|one| {
        let places = one
            .rule
            .fires
            .iter()
            .flat_map(|fires| std::iter::once(&fires.on).chain(&fires.also_on));
        places
            .into_iter()
            .any(|place| matches!(place, Place::MasterFlags | Place::AgentFlags))
    });
    of_nodes
        .map(|mut one| {
            let to = one.hop.to;
            let crosses = |subject: &Subject| versions.get(subject).is_none_or(|runs| Line::from(runs) < to);
            one.judged.fires.retain(|sighting| crosses(&sighting.subject));
            one
        })
        .collect()
}

/// Tells what became of the rules.
fn report(held: &[Held<'_>], saw: &mut Saw) {
    let mut judged = 0;
    for one in held {
        for why in &one.judged.unknown {
            saw.unknown_because(why);
        }
        judged += usize::from(one.judged.judged > 0);
        for finding in findings(one) {
            saw.fire(finding);
        }
    }
    if judged > 0 {
        saw.judged(judged, "rules");
    } else if held.iter().all(|one| one.judged.unknown.is_empty()) {
        // Nothing to look at: every list that the rules speak of is known, and empty.
        saw.judged(held.len(), "rules");
    }
}

/// Mesos before and after the hop.
fn versions(context: &Context<'_>, saw: &mut Saw) -> Option<(Version, Version)> {
    let hop = match context.hop() {
        Ok(hop) => hop,
        Err(NoHop::NoTarget) => {
            saw.skip("no target was stated (--target)");
            return None;
        }
        Err(NoHop::Unknown(why)) => {
            saw.unknown_because(why);
            return None;
        }
    };
    if hop.mesos.is_none() {
        saw.unknown_because(format!(
            "which Mesos is before and after the hop from {} to {} is not known: its releases are not in the table",
            hop.from, hop.to
        ));
    }
    hop.mesos
}

/// Whether the cluster after the hop runs the line that was to be reached; rules for after the hop judge nothing else.
fn arrived(context: &Context<'_>, to: &Version, saw: &mut Saw) -> bool {
    match context.facts.mesos_version() {
        Some(runs) if Line::from(&runs) == Line::from(to) => true,
        Some(runs) => {
            saw.unknown_because(format!(
                "the leading master runs Mesos {runs}, not {to}: what is to be looked at after the hop cannot be judged yet"
            ));
            false
        }
        None => {
            saw.unknown_because("the Mesos version of the leading master after the hop is not known");
            false
        }
    }
}

/// One finding for all sightings of a kind that show the same value; for all routes that vanish from one kind of component.
fn findings(held: &Held<'_>) -> Vec<Finding> {
    let routes = held.rule.kind == RuleKind::EndpointRemoved;
    let mut groups: BTreeMap<(SubjectKind, &str, Option<&str>), Vec<&Sighting>> = BTreeMap::new();
    for sighting in &held.judged.fires {
        let key = if routes {
            (sighting.subject.kind, "", None)
        } else {
            (sighting.subject.kind, sighting.name.as_str(), sighting.value.as_deref())
        };
        groups.entry(key).or_default().push(sighting);
    }
    groups.into_values().filter_map(|group| finding(held, &group)).collect()
}

fn finding(held: &Held<'_>, group: &[&Sighting]) -> Option<Finding> {
    const SHOWN: usize = 5;
    let first = group.first()?;
    let subjects: BTreeSet<&Subject> = group.iter().map(|sighting| &sighting.subject).collect();
    let (subject, whose) = if subjects.len() == 1 {
        (first.subject.clone(), first.subject.to_string())
    } else {
        let mut names: Vec<String> = subjects.iter().map(|subject| subject.name.clone()).collect();
        names.sort();
        let whose = format!("{} {}s ({})", names.len(), first.subject.kind, few(&names));
        (Subject::cluster(), whose)
    };
    let named: BTreeSet<&str> = group.iter().map(|sighting| sighting.name.as_str()).collect();
    let name = named.into_iter().collect::<Vec<_>>().join(", ");
    let rule = held.rule;
    let value = first.value.as_deref().map(short);
    let seen = match value.as_deref() {
        Some(_) if rule.kind == RuleKind::EndpointRemoved => format!("served now: {name}"),
        None => format!("`{name}` is not set"),
        Some("") => format!("`{name}` is empty"),
        Some(value) => format!("`{name}` is `{value}`"),
    };
    let mut finding = Finding::about(subject)
        .with("rule", rule.id.as_str())
        .with("text", rule.text.as_str())
        .with("name", name)
        .with("where", whose)
        .with("seen", seen)
        .with("count", subjects.len())
        .with("hop", format!("{} to {}", held.hop.from, held.hop.to))
        .with("source", rule.sources.first().map_or("", String::as_str))
        // The same rule fires for several values: each is a finding of its own, from run to run.
        .with(
            "key",
            format!(
                "{} {} {}",
                first.subject.kind,
                rule.id,
                value.as_deref().unwrap_or_default()
            ),
        );
    if let Some(value) = value {
        finding = finding.with("value", value);
    }
    for (name, text) in [("new", &rule.new), ("hint", &rule.hint)] {
        if let Some(text) = text {
            finding = finding.with(name, text.as_str());
        }
    }
    for sighting in group.iter().take(SHOWN) {
        finding = finding.seen_at(sighting.at.clone());
    }
    Some(finding)
}

/// A value on one line, at most 120 characters of it.
fn short(value: &str) -> String {
    const LONGEST: usize = 120;
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
