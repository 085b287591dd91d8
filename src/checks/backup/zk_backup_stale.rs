//! `zk-backup-stale`: backups of ZooKeeper that are too old for this window.

use super::shared::{ZOOKEEPER, about, age, asked};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ZkBackupStale;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-stale",
    area: Area::Backup,
    title: "the backups of ZooKeeper were taken for this window",
    finding: "backup {name} was taken {taken}, {hours} hours before the end of the run; {allowed} hours are allowed",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S0-41", "S1-92"],
    doc: Doc {
        what: "The newest backup of each master, and the newest dump, was taken no longer than max_backup_age_hours of \
               [policy] (default 24) before the end of the archive's run. When it was taken is what the record beside it \
               says, else the time of its newest file; none, or one that lies after the run, is UNKNOWN. Transactions of a later \
               election than the backup's are no reason: taking consistent backups ends elections by itself.",
        why: "A restore brings back the state of that moment: apps deployed since are gone, tasks started since are killed \
              as unknown. The documents ask for a backup before each upgrade, not for one from some other week.",
        by_hand: "gonogo backup inspect BACKUP…\n\
                  tar tvf exhibitor-MASTER.tar | sort -k4,5 | tail -1",
        remedy: "Take them again (`gonogo backup script`), and give the new ones to `gonogo collect --backup`. A site that \
                 accepts older ones says so with max_backup_age_hours.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Execute an Upgrade, before start; Pre-Upgrade Checklist",
            "DC/OS 1.11 patching page: take a snapshot of ZooKeeper prior to patching",
            "mesosphere/marathon docs/backup-restore.md (v1.8.222): tasks started after the backup are killed",
            "the number of hours: gonogo's own, to be set by the operator",
        ],
    },
};

impl Check for ZkBackupStale {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let allowed = context.policy.max_backup_age_hours;
        let mut judged = 0;
        for backup in context.facts.backups.newest_of_zookeeper() {
            let Some((taken, age)) = age(context, backup, saw) else {
                continue;
            };
            judged += 1;
            saw.looked_at(&backup.field("taken_at"));
            if age > chrono::Duration::hours(i64::from(allowed)) {
                let taken = taken.format("%Y-%m-%d %H:%M UTC").to_string();
                saw.fire(
                    about(context, backup)
                        .with("hours", age.num_hours().unsigned_abs())
                        .with("allowed", u64::from(allowed))
                        .seen_at(backup.field("taken_at").quoting(&taken))
                        .with("taken", taken),
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "backups of ZooKeeper");
        }
    }
}
