//! `constraints-unsatisfiable`: an app or pod wants more instances than its constraints leave room for on the agents there are.
//! Never looks at resources.

use crate::checks::marathon::shared::placing::wanted;
use crate::checks::marathon::shared::{few, instances};
use crate::checks::{Check, Context, Saw};
use crate::facts::placement::{Fit, Placer};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsUnsatisfiable;

static META: CheckMeta = CheckMeta {
    id: "constraints-unsatisfiable",
    area: Area::Marathon,
    title: "the constraints of every app and pod leave room for its instances",
    finding: "{name} of Marathon {marathon} ({version}) wants {instances} instances ({running}) and at most {at_most} can be placed: {because}",
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
        what: "Holds the constraints of every app and pod that wants instances against the agents of the leading master, as the \
               release that runs reads fields and operators, and fires where no order of offers can place all instances: a value \
               or pattern that no agent has, UNIQUE with fewer distinct values than instances, MAX_PER too small, CLUSTER on a \
               field nobody has, GROUP_BY over fewer values than it asks for. Agents that are inactive, deactivated or without \
               resources of an accepted role do not count; agents of another region than the leading master's count only \
               for what names @region or @zone (from 1.6). Passing says that no constraint rules it out: resources and ports are not looked at. \
               What cannot be matched or counted with certainty is UNKNOWN.",
        why: "Such an app cannot be started again. Instances that were placed before the constraint or the agents changed run on, \
              and are missing for good after the first restart of the maintenance window.",
        by_hand: "curl -s http://MASTER:8080/v2/apps | jq -c '.apps[] | select(.constraints != []) | [.id, .instances, .constraints]'\n\
                  curl -s http://MASTER:5050/slaves | jq -c '.slaves[] | [.hostname, .active, .attributes, .domain]'\n\
                  Compare each constraint with the values of its field; `gonogo constraints ARCHIVE` prints the same.",
        remedy: "Correct the constraint or the number of instances, give agents the attribute, or bring the missing agents back; then \
                 collect again.",
        sources: &[
            "mesosphere/marathon mesos/Constraints.scala (v0.8.2 to v1.10.26, branch releases/1.11): how an offer is held against a constraint",
            "mesosphere/marathon mesos/ResourceMatcher.scala (v1.6.322 to v1.10.26): roles and the local region",
            "apache/mesos src/master/allocator/mesos/hierarchical.cpp (1.5.1): agents of other regions go to region-aware frameworks only",
            "DC/OS 1.11 patching page: all Marathon application constraints valid",
        ],
    },
};

impl Check for ConstraintsUnsatisfiable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let all = instances(context, saw);
        let mut judged = 0;
        for instance in &all {
            let wanted = wanted(*instance, saw);
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            if wanted.is_empty() {
                continue;
            }
            let mut placer = match Placer::new(context.facts, instance.marathon, version) {
                Ok(placer) => placer,
                Err(why) => {
                    instance.unknown(why, saw);
                    continue;
                }
            };
            let mut undecided = Vec::new();
            for one in &wanted {
                let outcome = placer.fits(&one.workload, &[]);
                match &outcome.fit {
                    Fit::Fits => {}
                    Fit::Unknown { why } => undecided.push(format!("{} ({why})", one.name)),
                    Fit::CannotFit { because, constraint } => {
                        saw.fire(one.impossible(*instance, *constraint, &outcome, (because, version), context));
                    }
                }
            }
            judged += wanted.len();
            if !undecided.is_empty() {
                instance.unknown(format!("whether there is room for {}", few(&undecided)), saw);
            }
        }
        if !all.is_empty() {
            saw.judged(judged, "apps and pods with constraints");
        }
    }
}
