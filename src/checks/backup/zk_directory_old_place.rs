//! `zk-directory-old-place`: backups of a directory that ZooKeeper does not work on, and servers that still work on the old one.

use super::shared::{ZOOKEEPER, about, asked};
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::{Backup, Owner, Place};
use crate::model::{Area, BackupKind, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ZkDirectoryOldPlace;

static META: CheckMeta = CheckMeta {
    id: "zk-directory-old-place",
    area: Area::Backup,
    title: "the backups are of the directory that ZooKeeper works on",
    finding: "backup {name} is a copy of {folder}, and ZooKeeper works on {works_on}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S1-107"],
    doc: Doc {
        what: "Every copy of ZooKeeper's files is one of the directory that its server works on: what `conf` says, else \
               /var/lib/zookeeper up to DC/OS 1.8 and /var/lib/dcos/exhibitor/zookeeper since. A copy of another one counts \
               for nothing in all checks of backups (its master then has none: zk-backup-missing); it fires here where the \
               copy of the right directory is not there, and is left alone beside it: the workbook asks for both. A folder \
               whose name says nothing is judged by its last transaction: one of the present election is of the present \
               directory, anything else UNKNOWN.",
        why: "From 1.8 to 1.9 ZooKeeper moved. /var/lib/zookeeper stays behind, empty or with the state of that day: a copy \
              of it looks like a backup and brings back the past.",
        by_hand: "echo conf | nc MASTER 2181 | grep dataDir\n\
                  tar tvf BACKUP | grep version-2",
        remedy: "Copy /var/lib/dcos/exhibitor of every master; `gonogo backup script` prints the command for this release.",
        sources: &[
            "dcos/dcos start_exhibitor.py (tags 1.7-open, 1.9.4, 1.11.3, 2.2.1), exhibitor_migrate.py (tag 1.9.4)",
            "DC/OS Upgrade FAQ & Workbook: Pre-Upgrade Checklist; Execute ZooKeeper backup, step 2.10",
        ],
    },
};

impl Check for ZkDirectoryOldPlace {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let facts = &context.facts.backups;
        let all: Vec<&Backup<'_>> = facts
            .backups
            .iter()
            .filter(|backup| backup.proof.kind != BackupKind::Iam)
            .collect();
        for backup in &all {
            match &backup.place {
                Place::Other { folder, works_on } if !accompanied(backup, &all) => saw.fire(
                    about(context, backup)
                        .with("folder", folder.as_str())
                        .with("works_on", works_on.as_str())
                        .seen_at(backup.field("folder").quoting(folder)),
                ),
                Place::Untold if backup.proof.kind == BackupKind::Zookeeper && !present(context, backup) => {
                    saw.unknown_because(format!(
                        "{}: of which directory it is a copy is not told by `{}`",
                        backup.proof.path,
                        backup.proof.folder.as_deref().unwrap_or_default()
                    ));
                }
                Place::Other { .. } | Place::Present | Place::Untold => saw.looked_at(&backup.field("folder")),
            }
        }
        if !all.is_empty() {
            saw.judged(all.len(), "backups of ZooKeeper");
        }
    }
}

/// Whether a copy of the right directory of the same server, or in the same file, stands beside it.
fn accompanied(backup: &Backup<'_>, all: &[&Backup<'_>]) -> bool {
    all.iter().any(|other| {
        let same = matches!(backup.owner, Owner::Server(_)) && other.owner == backup.owner;
        other.proof.kind == BackupKind::Zookeeper && !other.aside() && (same || other.given == backup.given)
    })
}

/// Whether its last transaction is of the election in which the ensemble is now.
fn present(context: &Context<'_>, backup: &Backup<'_>) -> bool {
    let live = context.facts.backups.live.furthest().and_then(|live| live.zxid);
    let epochs = backup
        .proof
        .last_zxid
        .zip(live)
        .map(|(own, live)| (own.epoch(), live.epoch()));
    epochs.is_some_and(|(own, live)| own == live)
}
