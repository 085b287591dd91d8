//! Marathon instances that answered before the window and do not answer after it.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct MarathonsLost;

const META: CheckMeta = CheckMeta {
    id: "marathons-lost",
    area: Area::Compare,
    title: "every Marathon of before answers",
    finding: "Marathon {name}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/marathon/*/info.json"],
    requirements: &["S1-42", "S1-43", "S1-44", "S1-136"],
    doc: Doc {
        what: "Every Marathon that answered before, by name: root and nested ones. No answer or a server error after is a finding; so is a nested Marathon whose framework is gone. One that was not asked again is UNKNOWN.",
        why: "Without its Marathon nothing of it is started, healed or scaled; when its failover timeout passes, Mesos kills its tasks.",
        by_hand: "curl http://<marathon>/v2/info and /v2/leader for every instance of before.",
        remedy: "Look at its log for a failed migration or a refused start flag before you restart anything; a half-migrated store is restored from the backup.",
        sources: &[
            "mesosphere/marathon docs/docs/exit-codes.md, docs/docs/data-migration.md",
            "DC/OS Upgrade FAQ and Workbook: health of root and service Marathon",
        ],
    },
};

impl Check for MarathonsLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::MARATHONS], "Marathons") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::is(change, SubjectKind::Marathon, ChangeKind::Lost)
            });
        }
    }
}
