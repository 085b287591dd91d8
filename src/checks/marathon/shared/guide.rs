//! Pieces of the checks that hold the Marathon guide against every instance: which rules lie ahead of it, what fired, how it is said.
//!
//! Holds no rule of its own. Before the hop it looks at rules of before, in `compare` at those of after.

use std::collections::{BTreeMap, BTreeSet};

use super::{Instance, few, instances};
use crate::checks::{Context, Saw};
use crate::facts::cluster::Kind;
use crate::facts::hop::NoHop;
use crate::facts::rules::marathon::{Scene, is_due, scenes};
use crate::facts::rules::{self, Sighting};
use crate::knowledge::Rule;
use crate::knowledge::rule::{Place, RuleKind, Weight};
use crate::model::{Finding, Subject, Version};

/// Most subjects of one rule in one instance that get a finding each; more become one finding that counts them.
const APART: usize = 20;
/// Most places of evidence in one finding.
const PLACES: usize = 20;

/// The Marathon to be reached; `None` after saying why there is none.
pub fn target(context: &Context<'_>, saw: &mut Saw) -> Option<Version> {
    match context.marathon_to_reach() {
        Ok(version) => Some(version),
        Err(NoHop::NoTarget) => {
            saw.skip(if context.facts.cluster.kind.known() == Some(&Kind::Mesos) {
                "no Marathon to be reached was stated (--target-marathon)"
            } else {
                "no target was stated (--target)"
            });
            None
        }
        Err(NoHop::Unknown(why)) => {
            saw.unknown_because(why);
            None
        }
    }
}

/// Whether this window upgrades the instance: on DC/OS it upgrades the root one, without DC/OS every one.
pub fn is_upgraded(context: &Context<'_>, instance: Instance<'_>) -> bool {
    instance.marathon.root || context.facts.cluster.kind.known() == Some(&Kind::Mesos)
}

/// Versions between which the rules for one instance lie: from what runs to the target, in `compare` from what ran to what runs.
fn way(context: &Context<'_>, instance: Instance<'_>, target: &Version, saw: &mut Saw) -> Option<(Version, Version)> {
    let runs = instance.version_or_unknown(saw)?.clone();
    let Some(pair) = context.pair else {
        return Some((runs, target.clone()));
    };
    let marathons = &pair.before.snapshot.marathons;
    // An instance that was not there before made no hop.
    let Some(before) = marathons.iter().find(|one| one.name == instance.name()) else {
        return Some((runs.clone(), runs));
    };
    let ran = before.info.known().and_then(|info| info.version.clone());
    if ran.is_none() {
        instance.unknown("the version that ran before is not known", saw);
    }
    Some((ran?, runs))
}

/// Runs every rule of `weight` and of a kind that `wanted` takes.
pub fn run(context: &Context<'_>, saw: &mut Saw, weight: Weight, wanted: fn(&Rule) -> bool) {
    let Some(target) = target(context, saw) else {
        return;
    };
    let dcos = context.facts.cluster.kind.known() != Some(&Kind::Mesos);
    let all = instances(context, saw);
    let scenes = scenes(context.facts);
    let (mut judged, mut seen) = (0_usize, 0_usize);
    let mut by_hand = BTreeSet::new();
    for instance in all {
        let Some(scene) = scenes.iter().find(|scene| scene.marathon.name == instance.name()) else {
            continue;
        };
        let Some((from, to)) = way(context, instance, &target, saw) else {
            continue;
        };
        seen += 1;
        // A nested Marathon that is ahead of the release stays as it is.
        if dcos && !instance.marathon.root && from >= to {
            continue;
        }
        let Some(met) = rules::between(&context.knowledge.marathon, &from, &to) else {
            instance.unknown(format!("the guide knows no way from {from} to {to}"), saw);
            continue;
        };
        for (_, rule) in met {
            if rule.weight != weight || !wanted(rule) || !is_due(rule, context.pair.is_some()) {
                continue;
            }
            if scene.is_brought_by_release(rule) {
                continue;
            }
            if rule.manual {
                by_hand.insert(&rule.id);
            }
            if rule.fires.is_none() {
                continue;
            }
            let result = scene.judge(rule);
            judged += usize::from(result.unknown.is_empty());
            if !rule.manual {
                for why in result.unknown {
                    saw.unknown_because(why);
                }
            }
            for finding in findings(*scene, rule, &result.fires, &from, &to) {
                saw.fire(finding);
            }
        }
        if let Ok((_, at)) = instance.marathon.info.get() {
            saw.looked_at(at);
        }
    }
    if judged > 0 {
        saw.judged(judged, "rules of the Marathon guide");
        saw.judged(seen, "Marathon instances");
    } else if seen > 0 {
        saw.skip(format!(
            "on the way to Marathon {target} the guide has no such rule that evidence decides, and {} manual items",
            by_hand.len()
        ));
    }
}

/// What one rule found in one instance: a finding per subject, or one for all where they are many.
fn findings(scene: Scene<'_>, rule: &Rule, fires: &[Sighting], from: &Version, to: &Version) -> Vec<Finding> {
    let mut by_subject: BTreeMap<&Subject, Vec<&Sighting>> = BTreeMap::new();
    for sighting in fires {
        by_subject.entry(&sighting.subject).or_default().push(sighting);
    }
    let about = |subject: Subject, seen: String, sightings: &[&Sighting]| {
        let finding = Finding::about(subject)
            .with("key", format!("{} {}", scene.marathon.name, rule.id))
            .with("rule", rule.id.as_str())
            .with("marathon", scene.marathon.name.as_str())
            .with("version", from.to_string())
            .with("target", to.to_string())
            .with("text", rule.text.as_str())
            .with("seen", seen)
            .with("source", rule.sources.join("; "));
        let places = sightings.iter().take(PLACES);
        places.fold(finding, |finding, sighting| finding.seen_at(sighting.at.clone()))
    };
    if by_subject.len() <= APART {
        return by_subject
            .into_iter()
            .map(|(subject, sightings)| {
                about(
                    subject.clone(),
                    format!("{subject} ({})", values(&sightings)),
                    &sightings,
                )
            })
            .collect();
    }
    let names: Vec<String> = by_subject.keys().map(|subject| subject.name.clone()).collect();
    let kind = by_subject
        .keys()
        .next()
        .map_or_else(String::new, |subject| format!("{}s", subject.kind));
    let sightings: Vec<&Sighting> = by_subject.into_values().flatten().collect();
    let seen = format!("{} {kind}: {}", names.len(), few(&names));
    vec![about(scene.subject(), seen, &sightings).with("count", names.len())]
}

/// Different values of some sightings, few of them.
fn values(sightings: &[&Sighting]) -> String {
    let mut values: Vec<String> = sightings
        .iter()
        .map(|sighting| sighting.value.clone().unwrap_or_else(|| "not set".to_owned()))
        .collect();
    values.sort();
    values.dedup();
    few(&values)
}

/// Rules about flags and the environment Marathon is started with.
pub fn about_flags(rule: &Rule) -> bool {
    use RuleKind as K;
    matches!(
        rule.kind,
        K::FlagNew
            | K::FlagRequired
            | K::FlagRemoved
            | K::FlagRenamed
            | K::FlagDeprecated
            | K::FlagDefault
            | K::FlagMeaning
            | K::Environment
    )
}

/// Rules about what stands in definitions of apps and pods.
pub fn about_fields(rule: &Rule) -> bool {
    use RuleKind as K;
    let place = rule.fires.as_ref().map(|condition| condition.on);
    let definitions = matches!(place, Some(Place::MarathonApps | Place::MarathonPods));
    match rule.kind {
        K::FieldAdded
        | K::FieldRemoved
        | K::FieldRenamed
        | K::FieldDeprecated
        | K::FieldInvalid
        | K::FieldMeaning
        | K::FieldDefault => true,
        K::Storage | K::Behaviour => definitions,
        _ => false,
    }
}
