//! `iam-backup-stale`: dumps of the IAM database that are older than allowed.

use crate::checks::backup::shared::{about, age};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::dumps;

/// The check.
pub struct IamBackupStale;

static META: CheckMeta = CheckMeta {
    id: "iam-backup-stale",
    area: Area::Iam,
    title: "the dump of the IAM database is recent",
    finding: "{name} was taken at {taken}, {age} hours before the end of the run; {allowed} hours are allowed",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S0-43"],
    doc: Doc {
        what: "The newest dump was taken no longer before the end of the run than the policy max_backup_age_hours allows (24). When it was \
               taken is what the record beside it says, else the time of the file; a time after the run is UNKNOWN.",
        why: "What was changed since is not in it: users that were added cannot log in after a restore, permissions that were withdrawn are \
              back.",
        by_hand: "ls -l --time-style=full-iso iam-backup.sql",
        remedy: "Take another dump just before the window.",
        sources: &[
            "DC/OS 1.11 patching page: Prerequisites",
            "mesosphere/dcos-docs-site 1.11 and 1.12 installation FAQ: backup and restore of the IAM database",
            "gonogo policy: max_backup_age_hours",
        ],
    },
};

impl Check for IamBackupStale {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !dumps(context, saw) {
            return;
        }
        let allowed = context.policy.max_backup_age_hours;
        let mut judged = 0;
        for backup in context.facts.backups.newest_of_iam() {
            let Some((taken, age)) = age(context, backup, saw) else {
                continue;
            };
            judged += 1;
            if age.num_seconds() > i64::from(allowed) * 3600 {
                saw.fire(
                    about(context, backup)
                        .with("taken", taken.format("%Y-%m-%d %H:%M UTC").to_string())
                        .with("age", age.num_hours().unsigned_abs())
                        .with("allowed", u64::from(allowed))
                        .seen_at(backup.field("taken_at").quoting(taken.to_rfc3339())),
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "dumps of the IAM database");
        }
    }
}
