//! `maintenance-scheduled`: machines that Mesos drains or has taken down for maintenance. Never judges whether that is planned.

use std::collections::BTreeMap;

use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject, SubjectKind, Why};

/// The check.
pub struct MaintenanceScheduled;

static META: CheckMeta = CheckMeta {
    id: "maintenance-scheduled",
    area: Area::Mesos,
    title: "no machine is scheduled for Mesos maintenance, draining or down",
    finding: "machine {name} is {state} by Mesos' own maintenance",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/maintenance_schedule.json",
        "data/mesos-master/*/maintenance_status.json",
    ],
    requirements: &["S1-88", "S1-90"],
    doc: Doc {
        what: "The maintenance schedule of the leading master is empty, and no machine is draining or down.",
        why: "Frameworks move tasks away from machines in a schedule, and a machine that is down does not take its agent back \
              until it is brought up. Both look like losses after the window.",
        by_hand: "curl -s http://LEADER:5050/maintenance/schedule; curl -s http://LEADER:5050/maintenance/status",
        remedy: "Finish that maintenance or take it out of the schedule first. If it belongs to this window, expect the machines \
                 named here to lose their tasks.",
        sources: &["apache/mesos docs/maintenance.md (schedule, draining, down)"],
    },
};

impl Check for MaintenanceScheduled {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        // Maintenance came with 0.25: before, both answers are rightly absent.
        let old = context
            .facts
            .mesos_version()
            .is_some_and(|version| !version.at_least(0, 25, 0));
        let mut machines: BTreeMap<String, (Vec<String>, Vec<EvidenceRef>)> = BTreeMap::new();
        let mut add = |machine: &str, state: &str, at: EvidenceRef| {
            let entry = machines.entry(machine.to_owned()).or_default();
            if !entry.0.iter().any(|known| known == state) {
                entry.0.push(state.to_owned());
            }
            entry.1.push(at);
        };
        let unknown = |why: &Why, saw: &mut Saw| {
            if old && why.is_absent() {
                saw.skip("Mesos before 0.25 has no maintenance schedule");
            } else {
                saw.unknown(why);
            }
        };
        let mut answers = 0;
        match snapshot.maintenance_schedule.get() {
            Ok((windows, at)) => {
                answers += 1;
                saw.looked_at(at);
                for window in windows {
                    add(&window.machine, "scheduled", window.at.clone());
                }
            }
            Err(why) => unknown(why, saw),
        }
        match snapshot.maintenance_status.get() {
            Ok((status, at)) => {
                answers += 1;
                saw.looked_at(at);
                for machine in &status.draining {
                    add(machine, "draining", at.at("/draining_machines").quoting(machine));
                }
                for machine in &status.down {
                    add(machine, "down", at.at("/down_machines").quoting(machine));
                }
            }
            Err(why) => unknown(why, saw),
        }
        if let Some(why) = &context.facts.cluster.state_doubt {
            saw.unknown(why);
        }
        for (machine, (states, places)) in machines {
            let mut finding =
                Finding::about(Subject::named(SubjectKind::Node, machine)).with("state", states.join(" and "));
            finding.evidence = places;
            saw.fire(finding);
        }
        if answers > 0 {
            saw.judged(answers, "answers about maintenance");
        }
    }
}
