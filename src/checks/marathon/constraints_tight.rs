//! `constraints-tight`: room for every instance now, and none without an agent or a rack that the policy says may be lost.
//! Never looks at resources.

use std::collections::BTreeMap;

use crate::checks::marathon::shared::placing::{Wanted, wanted};
use crate::checks::marathon::shared::{few, instances};
use crate::checks::{Check, Context, Saw};
use crate::facts::placement::racks::{RACK, Racks};
use crate::facts::placement::{Fit, Losses, Placer};
use crate::model::policy::Loss;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ConstraintsTight;

static META: CheckMeta = CheckMeta {
    id: "constraints-tight",
    area: Area::Marathon,
    title: "constraints leave room for every instance when an agent or rack is lost",
    finding: "{name} of Marathon {marathon}: its {instances} instances have room now, and not without {lost}: {because}",
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
        what: "Only where the policy says which loss constraints are to leave room for (`[policy] survive = \"agent\"` or `\"rack\"`; \
               rack includes agent): takes away every agent, and every rack, in turn, and fires for each app and pod with constraints \
               that has room for its instances now and has none then. One finding for each, with the agents and racks. A rack is the \
               region and zone of an agent where it has them, else its attribute `rack`. Passing says that no constraint rules it out: \
               resources are not looked at.",
        why: "While nodes are upgraded one agent or one rack is down at a time. An instance that ends meanwhile is not placed again \
              until the nodes are back.",
        by_hand: "gonogo constraints ARCHIVE --each-rack\n\
                  gonogo constraints ARCHIVE --without AGENT\n\
                  Both list the apps without room, and why.",
        remedy: "Loosen the constraint (GROUP_BY with a smaller number, MAX_PER instead of UNIQUE, a pattern for more than one rack), add \
                 agents, or accept that these apps run with fewer instances while those nodes are down.",
        sources: &["mesosphere/marathon mesos/Constraints.scala (v0.8.2 to v1.10.26, branch releases/1.11)"],
    },
};

impl Check for ConstraintsTight {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(loss) = context.policy.survive else {
            saw.skip("the policy does not say which loss constraints are to leave room for ([policy] survive)");
            return;
        };
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
            let racks = match loss {
                Loss::Agent => Racks::default(),
                Loss::Rack => Racks::of(placer.agents(), RACK),
            };
            if let Some((count, why)) = &racks.unknown {
                instance.unknown(format!("the rack of {count} agents is not known: {why}"), saw);
            }
            let mut asked = Memo::new();
            let mut undecided = Vec::new();
            for one in &wanted {
                match placer.fits(&one.workload, &[]).fit {
                    Fit::Fits => {}
                    // Told by another check.
                    Fit::CannotFit { .. } => continue,
                    Fit::Unknown { why } => {
                        undecided.push(format!("{} ({why})", one.name));
                        continue;
                    }
                }
                let losses = losses(&mut asked, &mut placer, one, &racks);
                if let Some(why) = &losses.unknown {
                    undecided.push(format!("{} ({why})", one.name));
                }
                let because = losses.because.as_ref().or(losses.racks.first().map(|(_, why)| why));
                if let Some(because) = because {
                    let mut finding = one.finding(*instance, None, context);
                    for agent in losses.agents.iter().take(3).filter_map(|at| placer.agents().get(*at)) {
                        finding = finding.seen_at(agent.at.clone());
                    }
                    let finding = finding
                        .with("lost", lost(losses, &placer))
                        .with("because", because.as_str());
                    saw.fire(finding.with("agents", losses.agents.len() as u64));
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

/// What was worked out for those that ask the same: constraints, roles, instances.
type Memo<'a> = BTreeMap<(Vec<&'a str>, Vec<String>, Option<String>, u64), Losses>;

fn losses<'m, 'a>(asked: &'m mut Memo<'a>, placer: &mut Placer<'_>, one: &'a Wanted<'_>, racks: &Racks) -> &'m Losses {
    let workload = &one.workload;
    let key = (
        workload.constraints.iter().map(|one| one.raw.as_str()).collect(),
        workload.accepted.clone().unwrap_or_default(),
        workload.role.clone(),
        workload.instances.unwrap_or_default(),
    );
    asked.entry(key).or_insert_with(|| placer.losses(workload, racks))
}

/// Racks and agents in words.
fn lost(losses: &Losses, placer: &Placer<'_>) -> String {
    let mut parts = Vec::new();
    if !losses.racks.is_empty() {
        let names: Vec<String> = losses.racks.iter().map(|(rack, _)| format!("`{rack}`")).collect();
        parts.push(match names.as_slice() {
            [one] => format!("rack {one}"),
            all => format!("any of the racks {}", few(all)),
        });
    }
    let hosts = losses.agents.iter().filter_map(|at| placer.agents().get(*at));
    let hosts: Vec<String> = hosts.map(|agent| agent.hostname.clone()).collect();
    match hosts.as_slice() {
        [] => {}
        [one] => parts.push(format!("agent {one}")),
        all => parts.push(format!("any of {} agents ({})", all.len(), few(all))),
    }
    parts.join(" or ")
}
