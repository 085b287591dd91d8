//! `constraints-change-meaning`: constraints that stay as they are and mean something else under the target. Never says what that does to an app.

use std::collections::BTreeSet;

use super::shared::ahead::{self, Tally};
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::{Effect, Meaning, When};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage, Why};
use crate::snapshot::Agent;
use crate::snapshot::mesos::Attribute;

/// The check.
pub struct ConstraintsChangeMeaning;

static META: CheckMeta = CheckMeta {
    id: "constraints-change-meaning",
    area: Area::Marathon,
    title: "every constraint means the same under the target",
    finding: "{name} of Marathon {marathon} ({version} to {target}) has {which} {constraint}, which stays and means something else: {meaning} [{source}]",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/marathon/*/info.json",
        "data/mesos-master/*/state.json",
    ],
    requirements: &[],
    doc: Doc {
        what: "No constraint that the target takes means something else there: the fields @hostname, @region and @zone (1.6), MAX_PER \
               on an attribute (does nothing in 1.3 and up to 1.4.3), hostname UNLIKE with an empty expression (1.6), the number of GROUP_BY (1.11). Attributes that are no \
               text read as empty up to 1.1, and numbers of 1000 or more lose their separators in 1.6: those are held against the \
               agents' attributes. GROUP_BY without a number under 1.11 is told by the rule marathon-1.11-group-by.",
        why: "Nothing is logged and nothing is refused: instances are placed otherwise from the next start on, or not at all.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != null) | [.id, .constraints]'\n\
                  curl -s http://MASTER:5050/slaves | jq -c '.slaves[] | [.hostname, .attributes]'",
        remedy: "Read what it means under the target and decide: write the constraint for what is wanted, or accept it. Running \
                 instances are not moved; the next start counts.",
        sources: &[
            "mesosphere/marathon mesos/Constraints.scala (v1.1.7, v1.3.14, v1.4.3, v1.4.4, v1.5.15, v1.6.322, v1.10.26, default branch)",
            "mesosphere/marathon docs/docs/constraints.md, docs/docs/fault-domain-awareness.md",
        ],
    },
};

impl Check for ConstraintsChangeMeaning {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let attributes = Attributes::of(context.facts.agents());
        let mut tally = Tally::default();
        for one in ahead::ahead(context, saw) {
            let mut unseen = BTreeSet::new();
            let mut count = 0;
            one.each(|seen| {
                count += 1;
                if !matches!(seen.outlook.effect, Effect::Kept | Effect::Rewritten) {
                    return;
                }
                let field = match seen.constraint.elements.first() {
                    Some(Ok(field)) => field.as_str(),
                    _ => return,
                };
                let mut changed: Vec<&Meaning> = Vec::new();
                for meaning in &seen.outlook.meaning {
                    match attributes.meets(meaning, field) {
                        Ok(true) => changed.push(meaning),
                        Ok(false) => {}
                        Err(why) => {
                            unseen.insert(why.to_owned());
                        }
                    }
                }
                if changed.is_empty() {
                    return;
                }
                let join = |part: fn(&Meaning) -> &'static str| {
                    let parts: Vec<&str> = changed.iter().map(|meaning| part(meaning)).collect();
                    parts.join("; ")
                };
                saw.fire(
                    one.finding(&seen)
                        .with("meaning", join(|meaning| meaning.text))
                        .with("rule", join(|meaning| meaning.id))
                        .with("source", join(|meaning| meaning.source)),
                );
            });
            for why in unseen {
                one.instance.unknown(
                    format!("whether attributes that constraints name are texts is not known: {why}"),
                    saw,
                );
            }
            tally.add(&one, count);
        }
        tally.tell(saw);
    }
}

/// Names of attributes that are not plain texts, over all agents.
struct Attributes {
    other: Result<BTreeSet<String>, String>,
    thousands: BTreeSet<String>,
}

impl Attributes {
    fn of(agents: Result<&[Agent], &Why>) -> Self {
        let agents = match agents {
            Ok(agents) => agents,
            Err(why) => {
                return Self {
                    other: Err(why.sentence()),
                    thousands: BTreeSet::new(),
                };
            }
        };
        let named = |is: fn(&Attribute) -> bool| {
            agents
                .iter()
                .flat_map(|agent| &agent.attributes)
                .filter(|(_, attribute)| is(attribute))
                .map(|(name, _)| name.clone())
                .collect::<BTreeSet<String>>()
        };
        Self {
            // Mesos reads a value that begins with a bracket as ranges or a set (apache/mesos docs/attributes-resources.md).
            other: Ok(named(|attribute| match attribute {
                Attribute::Scalar(_) => true,
                Attribute::Text(text) => text.starts_with(['[', '{']),
            })),
            thousands: named(|attribute| matches!(attribute, Attribute::Scalar(number) if number.abs() >= 999.9995)),
        }
    }

    /// Whether a change of meaning holds here.
    fn meets(&self, meaning: &Meaning, field: &str) -> Result<bool, &str> {
        let other = || self.other.as_ref().map_err(String::as_str);
        match meaning.when {
            // The rule of the guide tells it, as a blocker.
            When::Always => Ok(meaning.id != "group-by-zero"),
            When::AttributeIsNoText => other().map(|names| names.contains(field)),
            When::AttributeIsThousands => other().map(|_| self.thousands.contains(field)),
            When::InstancesElsewhere | When::OfferConstraints | When::Unchanged => Ok(false),
        }
    }
}
