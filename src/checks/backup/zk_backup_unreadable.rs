//! `zk-backup-unreadable`: backups of ZooKeeper that are damaged, or of which nothing shows that they can be restored.

use super::shared::{UNREADABLE, ZOOKEEPER, asked};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ZkBackupUnreadable;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-unreadable",
    area: Area::Backup,
    title: "every backup of ZooKeeper was read to its end and can be restored",
    finding: "backup {name} cannot be restored: {flaw}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S0-41", "S1-92", "S1-119"],
    doc: Doc {
        what: "Every backup that was given, of any master and any time, was read to its end: header, structure and \
               checksum of every snapshot, checksum of every transaction, the counts of a dump. \
               Fires on damage in any of its files, whether a restore would use that file or not, on dumps that are empty or hold error texts, and on every other flaw that has no check of its own. \
               A backup of which nothing shows that it is whole is UNKNOWN: taking another is cheap.",
        why: "A restore stops at the first wrong checksum, or goes on without what cannot be read. That is found out \
               when the cluster is already down.",
        by_hand: "gonogo backup inspect BACKUP\n\
                  gonogo backup drill BACKUP",
        remedy: "Take it again, and look at its disk and at the way it was copied. Do not begin with this one.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Execute ZooKeeper backup, step 2.11",
            "apache/zookeeper FileSnap.java, FileTxnLog.java, FileTxnSnapLog.java (release-3.4.14 to 3.8.0)",
        ],
    },
};

impl Check for ZkBackupUnreadable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if asked(context, ZOOKEEPER, saw) {
            UNREADABLE.judge(context, true, saw);
        }
    }
}
