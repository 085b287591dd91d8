//! `mesos-too-old-for-marathon`: Marathons for which Mesos is too old, now or when the window is over. In between: `marathon-ahead-of-mesos`.

use super::shared::instances;
use super::shared::minimum::{Minimum, mesos_after, minimum, upgraded};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Version};

/// The check.
pub struct MesosTooOldForMarathon;

static META: CheckMeta = CheckMeta {
    id: "mesos-too-old-for-marathon",
    area: Area::Marathon,
    title: "Mesos is new enough for every Marathon",
    finding: "Marathon {marathon} {version} needs Mesos {minimum} or later; {when} it is {mesos} [{source}]",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/info.json", "data/mesos-master/*/version.json"],
    requirements: &["S1-61", "S1-62"],
    doc: Doc {
        what: "For every Marathon, root and nested: the Mesos that runs is at least the minimum of the Marathon that runs, and \
               the Mesos of the target at least the minimum of the Marathon of the target. Without a target of Mesos \
               the running one counts. Lines up to 1.1 state no minimum and are not judged.",
        why: "Marathon checks the version of the leading master and of libmesos and exits. A new leader that has migrated the \
              stored state and exits for this reason leaves older instances with storage they misread: tasks are killed.",
        by_hand: "curl -s http://LEADER:5050/version | jq -r .version; curl -s http://MASTER:8080/v2/info | jq -r .version",
        remedy: "Upgrade Mesos first (masters, then libmesos of the Marathon hosts), then Marathon.",
        sources: &[
            "mesosphere/marathon LibMesos.scala (v1.4.13 to v1.10.26), docs/docs/mesos-compatibility.md",
            "mesosphere/marathon issue 4968: a leader that migrated and exits, tasks killed by an older one",
        ],
    },
};

impl Check for MesosTooOldForMarathon {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let running = context.facts.mesos_version();
        let after = match mesos_after(context) {
            Ok(version) => version.or_else(|| running.clone()),
            Err(why) => {
                saw.unknown_because(why);
                None
            }
        };
        let (mut judged, mut unstated) = (0_usize, Vec::new());
        for instance in instances(context, saw) {
            let Some(version) = instance.version_or_unknown(saw) else {
                continue;
            };
            let then = match upgraded(context, version) {
                Ok(then) => then,
                Err(why) => {
                    saw.unknown_because(why);
                    version.clone()
                }
            };
            let looks: [(&Version, &Option<Version>, &str); 2] = [
                (version, &running, "what runs"),
                (&then, &after, "when the window is over"),
            ];
            for (marathon, mesos, when) in looks {
                let Some(mesos) = mesos else {
                    if when == "what runs" {
                        saw.unknown_because("the version of the leading Mesos master is not known");
                    }
                    continue;
                };
                match minimum(context, marathon) {
                    Minimum::Unknown => instance.unknown(format!("nothing is known about Marathon {marathon}"), saw),
                    Minimum::Unstated => unstated.push(marathon.to_string()),
                    Minimum::Stated(row, least) => {
                        judged += 1;
                        if mesos >= least {
                            continue;
                        }
                        let finding = Finding::about(instance.subject())
                            .with("marathon", instance.name())
                            .with("version", marathon.to_string())
                            .with("minimum", least.to_string())
                            .with("mesos", mesos.to_string())
                            .with("when", when)
                            .with("source", row.mesos_sources.join("; "));
                        saw.fire(instance.at_version(finding));
                        // What is too old already is one fact, not two.
                        break;
                    }
                }
            }
        }
        if judged > 0 {
            saw.judged(judged, "pairs of Marathon and Mesos");
        } else if !unstated.is_empty() {
            unstated.dedup();
            saw.skip(format!(
                "no source states which Mesos Marathon {} needs",
                unstated.join(" and ")
            ));
        }
    }
}
