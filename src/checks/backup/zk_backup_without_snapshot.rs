//! `zk-backup-without-snapshot`: copies of ZooKeeper's files without a whole snapshot.

use super::shared::{WITHOUT_SNAPSHOT, ZOOKEEPER, asked};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ZkBackupWithoutSnapshot;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-without-snapshot",
    area: Area::Backup,
    title: "every backup of ZooKeeper holds a whole snapshot",
    finding: "backup {name} has no snapshot that a restore could begin with: {flaw}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S0-41", "S1-92"],
    doc: Doc {
        what: "Every copy of ZooKeeper's files holds at least one snapshot that was read to its end with the right \
               checksum. \
               A dump of guano has none and is left to the other checks. \
               Where a newer snapshot is incomplete and an older one with its logs reaches beyond it, that is UNKNOWN.",
        why: "Transactions can be replayed only on top of a snapshot: without one ZooKeeper starts with an empty \
               tree, or not at all, and Marathon begins anew with nothing to run.",
        by_hand: "tar tf exhibitor-MASTER.tar | grep version-2/snapshot",
        remedy: "Take the whole directory: `snapshot` and `transactions` below /var/lib/dcos/exhibitor/zookeeper. \
               `gonogo backup script` prints the command.",
        sources: &[
            "apache/zookeeper FileTxnSnapLog.java (release-3.4.14): restore; FileSnap.java: which snapshots are valid",
            "DC/OS Upgrade FAQ & Workbook: Execute ZooKeeper backup",
        ],
    },
};

impl Check for ZkBackupWithoutSnapshot {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if asked(context, ZOOKEEPER, saw) {
            WITHOUT_SNAPSHOT.judge(context, false, saw);
        }
    }
}
