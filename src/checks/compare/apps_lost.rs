//! Apps, pods and jobs that were defined before the window and are not after it.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct AppsLost;

const META: CheckMeta = CheckMeta {
    id: "apps-lost",
    area: Area::Compare,
    title: "every app, pod and job is still defined",
    finding: "{subject} was defined before the window: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &[
        "data/marathon/*/apps.json",
        "data/marathon/*/pods.json",
        "data/metronome/*/jobs.json",
    ],
    requirements: &["S1-38", "S1-113", "S1-136"],
    doc: Doc {
        what: "Apps and pods of every Marathon, and Metronome's jobs, compared by id.",
        why: "A definition that is gone is not started again by anybody: it was lost in a migration, or somebody removed it in the window.",
        by_hand: "curl http://<marathon>/v2/apps?embed=apps.tasks | jq -r '.apps[].id', before and after; likewise /v2/pods and Metronome /v1/jobs.",
        remedy: "Put the definition back from the archive before (its item stands in the finding), or from the backup of ZooKeeper.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: number of apps before and after",
            "mesosphere/marathon docs/docs/data-migration.md",
        ],
    },
};

impl Check for AppsLost {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(
            pair.comparison,
            saw,
            &[part::APPS, part::PODS, part::JOBS],
            "apps, pods and jobs",
        ) {
            shared::fire_changes(pair.comparison, saw, |change| {
                change.kind == ChangeKind::Lost
                    && matches!(
                        change.subject.kind,
                        SubjectKind::App | SubjectKind::Pod | SubjectKind::Job
                    )
            });
        }
    }
}
