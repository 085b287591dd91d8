//! `zk-backup-log-gap`: copies of ZooKeeper's files between which transactions are missing.

use super::shared::{LOG_GAP, ZOOKEEPER, asked};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct ZkBackupLogGap;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-log-gap",
    area: Area::Backup,
    title: "no transaction is missing in any backup of ZooKeeper",
    finding: "backup {name} lacks transactions: {flaw}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S0-41", "S1-92"],
    doc: Doc {
        what: "From the newest whole snapshot to the last transaction every transaction of a copy stands in its \
               logs; a new election begins to count anew. \
               A torn end of the newest log is what a copy of a running server has, and no gap. \
               A copy without any log, and one whose newest log may have been cut, is UNKNOWN.",
        why: "ZooKeeper replays what it finds and says nothing about what it does not: the tree that comes back \
               never existed, with instances that were stopped and without apps that were deployed.",
        by_hand: "gonogo backup inspect BACKUP\n\
                  tar tvf exhibitor-MASTER.tar | grep -E 'version-2/(log|snapshot)'",
        remedy: "Take it again in one go, with both directories, snapshot and transactions. A copy that was put \
               together from two copies has gaps.",
        sources: &[
            "apache/zookeeper FileTxnLog.java, FileTxnSnapLog.java (release-3.4.14): logs from the one that holds \
               the snapshot's zxid",
            "apache/zookeeper ZxidUtils.java: epoch and counter",
        ],
    },
};

impl Check for ZkBackupLogGap {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if asked(context, ZOOKEEPER, saw) {
            LOG_GAP.judge(context, false, saw);
        }
    }
}
