//! Masters that answered before the window and do not answer after it.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct MastersLost;

const META: CheckMeta = CheckMeta {
    id: "masters-lost",
    area: Area::Compare,
    title: "every master of before answers",
    finding: "{name}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &[
        "data/mesos-master/*/version.json",
        "data/mesos-master/*/metrics_snapshot.json",
    ],
    requirements: &["S1-22", "S1-86", "S1-122", "S1-136"],
    doc: Doc {
        what: "Every master that answered before must answer after. One that was not asked again is UNKNOWN; no answer or a server error is a finding.",
        why: "A failed master stops everything: with one of three gone the next failure takes the quorum of Mesos, ZooKeeper and Exhibitor. Masters are neither added nor replaced in a window.",
        by_hand: "curl http://<master>:5050/version for every master of the list; Exhibitor at http://<master>:8181 shows the same.",
        remedy: "Look at dcos-mesos-master (or mesos-master) and at ZooKeeper on that host before anything else is touched; then collect again.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: a failed master stops the upgrade; no master is added or replaced in a window",
            "apache/mesos docs/high-availability.md",
        ],
    },
};

impl Check for MastersLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::MASTERS], "masters") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::is(change, SubjectKind::Master, ChangeKind::Lost)
            });
        }
    }
}
