//! `constraints-unsatisfiable-under-target`: room for all instances under the release that runs, and not under the target.
//! Never judges what the migration does to a constraint.

use crate::checks::marathon::shared::placing::wanted;
use crate::checks::marathon::shared::{few, instances};
use crate::checks::{Check, Context, Saw};
use crate::facts::constraints::Passage;
use crate::facts::hop::NoHop;
use crate::facts::placement::{Fit, Outcome, Placer};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsUnsatisfiableUnderTarget;

static META: CheckMeta = CheckMeta {
    id: "constraints-unsatisfiable-under-target",
    area: Area::Marathon,
    title: "the target's reading of constraints leaves room for every instance",
    finding: "{name} of Marathon {marathon} wants {instances} instances ({running}); under Marathon {version} at most {at_most} can be placed: {because}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/marathon/*/info.json",
        "data/mesos-master/*/state.json",
    ],
    requirements: &["S0-47", "S1-55"],
    doc: Doc {
        what: "Holds the constraints that the upgrade leaves (the ones it removes or rewrites are judged as they will be) against \
               the agents as they are today, as the Marathon to be reached reads them, and fires where that release cannot place \
               all instances although the running one can: GROUP_BY divides by its value in 1.11, so that none, 0 or more groups \
               than there are leave instances out; @hostname, @region and @zone are attributes before 1.6 and the agent's own \
               from there; MAX_PER on an attribute is not held before 1.4.4; UNLIKE with an empty expression refuses every host \
               from 1.6. Judged for the instance that the upgrade \
               replaces; what does not fit under the running release either is told by constraints-unsatisfiable.",
        why: "Instances run on after the upgrade, and the first that ends is not placed again.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != []) | [.id, .instances, .constraints]'\n\
                  curl -s http://MASTER:5050/slaves | jq -c '.slaves[] | [.hostname, .active, .attributes, .domain]'\n\
                  Look for GROUP_BY and for fields that begin with @ in the first list.",
        remedy: "Before the upgrade, change the constraint to one that both releases place: GROUP_BY with a number that is not above \
                 the number of values there are, an attribute of the agents instead of a field with @. Give agents and masters their \
                 region and zone where the constraint is meant to use them.",
        sources: &[
            "mesosphere/marathon mesos/Constraints.scala (v0.8.2 to v1.10.26, branch releases/1.11)",
            "mesosphere/marathon mesos/ResourceMatcher.scala (v1.6.322 to v1.10.26): the local region",
        ],
    },
};

impl Check for ConstraintsUnsatisfiableUnderTarget {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let target = match context.marathon_to_reach() {
            Ok(target) => target,
            Err(NoHop::NoTarget) => {
                saw.skip("no target was stated (--target), or none for Marathon (--target-marathon)");
                return;
            }
            Err(NoHop::Unknown(why)) => {
                saw.unknown_because(why);
                return;
            }
        };
        let all = instances(context, saw);
        let replaced = all.iter().filter(|instance| instance.marathon.root || all.len() == 1);
        let mut judged = 0;
        for instance in replaced {
            let wanted = wanted(*instance, saw);
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            if wanted.is_empty() || *version >= target {
                judged += wanted.len();
                continue;
            }
            let placers = Placer::new(context.facts, instance.marathon, version)
                .and_then(|now| Ok((now, Placer::new(context.facts, instance.marathon, &target)?)));
            let (mut now, mut then) = match placers {
                Ok(placers) => placers,
                Err(why) => {
                    instance.unknown(why, saw);
                    continue;
                }
            };
            let passage = Passage::new(version, Some(&target));
            let mut undecided = Vec::new();
            for one in &wanted {
                let outcome = match one.workload.left_by(&passage) {
                    Ok(constraints) => then.fits(&one.workload.with(&constraints), &[]),
                    Err(why) => Outcome {
                        fit: Fit::Unknown { why },
                        at_most: None,
                    },
                };
                match &outcome.fit {
                    Fit::Fits => {}
                    _ if matches!(now.fits(&one.workload, &[]).fit, Fit::CannotFit { .. }) => {}
                    Fit::Unknown { why } => undecided.push(format!("{} ({why})", one.name)),
                    Fit::CannotFit { because, .. } => {
                        saw.fire(one.impossible(*instance, None, &outcome, (because, &target), context));
                    }
                }
            }
            judged += wanted.len();
            if !undecided.is_empty() {
                instance.unknown(
                    format!("whether Marathon {target} has room for {}", few(&undecided)),
                    saw,
                );
            }
        }
        if !all.is_empty() {
            saw.judged(judged, "apps and pods with constraints");
        }
    }
}
