//! Frameworks that were registered before the window and are not after it, or only as new ones.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Datum, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct FrameworksLost;

const META: CheckMeta = CheckMeta {
    id: "frameworks-lost",
    area: Area::Compare,
    title: "every framework of before is registered under its id",
    finding: "{name} was registered before the window as {framework_id}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/state.json", "data/mesos-master/*/frameworks.json"],
    requirements: &["S0-29", "S1-96", "S1-112", "S1-136"],
    doc: Doc {
        what: "Every framework of before must be there after, under the same id. A framework of the same name, principal and roles under a new id has registered as new, which is a finding too. A framework whose scheduler was already disconnected before is tolerated, unless it is a Marathon: a new master forgets such a framework.",
        why: "A framework that is gone launches nothing any more, and Mesos kills its tasks when its failover timeout passes. One that registered as new has lost its tasks and reservations.",
        by_hand: "curl http://<leader>:5050/frameworks | jq '.frameworks[] | {id, name, active}', before and after.",
        remedy: "Start the scheduler again with its stored framework id before its failover timeout passes.",
        sources: &[
            "apache/mesos docs/high-availability-framework-guide.md; docs/app-framework-development-guide.md (failover_timeout)",
        ],
    },
};

impl Check for FrameworksLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if !shared::account(pair.comparison, saw, &[part::FRAMEWORKS], "frameworks") {
            return;
        }
        let mut found = Saw::default();
        shared::fire_changes(pair.comparison, &mut found, |change| {
            shared::is(change, SubjectKind::Framework, ChangeKind::Lost)
                || shared::is(change, SubjectKind::Framework, ChangeKind::Reregistered)
        });
        for finding in found.findings {
            // A change that says `before` speaks of the id under which the framework came back.
            let id = match finding.data.get("before") {
                Some(Datum::Text(before)) if before != "nothing" => before.clone(),
                _ => finding.subject.id.clone(),
            };
            saw.fire(finding.with("framework_id", id));
        }
    }
}
