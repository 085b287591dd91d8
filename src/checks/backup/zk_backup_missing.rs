//! `zk-backup-missing`: masters of which no copy of ZooKeeper's files was given.

use super::shared::{ZOOKEEPER, asked};
use crate::checks::{Check, Context, Saw};
use crate::facts::cluster::Kind;
use crate::model::{Area, BackupKind, CheckMeta, Doc, Finding, Observed, Severity, Stage, Subject, SubjectKind};

/// The check.
pub struct ZkBackupMissing;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-missing",
    area: Area::Backup,
    title: "ZooKeeper's files of every master are backed up",
    finding: "no copy of ZooKeeper's files of master {name} was given; given were {given}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S0-41", "S1-92", "S1-107"],
    doc: Doc {
        what: "Before the window, every master of DC/OS (those that were asked and those that were expected) has a copy of \
               the directory that its ZooKeeper works on. Whose a copy is, is told by the record beside it, by the name or \
               address of the master in the name of file or folder, or by its myid; where these say nothing or contradict \
               each other it is nobody's, and a master without any other is UNKNOWN. A copy of a directory that the server \
               does not work on, and a dump of guano, stand in for no master. Without any backup: SKIPPED where the \
               sign-off zookeeper-backup-verified was answered yes for this hop, or no target was stated; else UNKNOWN. \
               Without DC/OS no document asks for a copy of every server: what was given is counted.",
        why: "There is no rollback. What a failed window destroys comes back from these copies or not at all; each master \
              has its own transactions, and one copy may prove unreadable when it is needed.",
        by_hand: "gonogo backup inspect BACKUP…\n\
                  tar tf exhibitor-MASTER.tar | grep version-2",
        remedy: "Take them, the leading master last: `gonogo backup script` prints the commands for this release. Then give \
                 them to `gonogo collect --backup FILE …`, named after their masters or with the record that the script \
                 writes beside each.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Pre-Upgrade Checklist; Backup ZK State and Other State",
            "DC/OS 1.11 patching page: Prerequisites",
            "apache/zookeeper QuorumPeer.java (release-3.4.14): myid",
        ],
    },
};

impl Check for ZkBackupMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let facts = &context.facts.backups;
        match &context.facts.cluster.kind {
            Observed::Known(Kind::Dcos, _) => {}
            Observed::Known(Kind::Mesos, _) => {
                let all: Vec<_> = facts.of_zookeeper().collect();
                for backup in &all {
                    saw.looked_at(&backup.at);
                }
                if !all.is_empty() {
                    saw.judged(all.len(), "backups of ZooKeeper");
                }
                return;
            }
            Observed::Unknown(why) => saw.unknown_because(format!(
                "it is not known whether this is DC/OS, where every master is backed up: {}",
                why.sentence()
            )),
        }
        for gap in &facts.server_gaps {
            saw.unknown_because(gap.clone());
        }
        let strays: Vec<String> = facts
            .unassigned()
            .map(|(backup, why)| format!("{} ({why})", backup.proof.path))
            .collect();
        let given: Vec<String> = facts.of_zookeeper().map(|backup| backup.proof.path.clone()).collect();
        for (at, server) in facts.servers.iter().enumerate() {
            let newest = facts.newest_of(at);
            if !newest.is_empty() {
                for backup in newest {
                    saw.looked_at(&backup.at);
                }
            } else if !strays.is_empty() {
                saw.unknown_because(format!(
                    "no backup is told to be of master {}, and one whose master is not told may be: {}",
                    server.name,
                    strays.join("; ")
                ));
            } else if facts.unread.is_empty() {
                let finding =
                    Finding::about(Subject::named(SubjectKind::Master, &server.name)).with("given", given.clone());
                let all = facts
                    .backups
                    .iter()
                    .filter(|backup| backup.proof.kind != BackupKind::Iam);
                saw.fire(all.fold(finding, |finding, backup| {
                    finding.seen_at(backup.field("path").quoting(&backup.proof.path))
                }));
            } else {
                saw.unknown_because(format!(
                    "no backup that can be read is of master {}, and another was given that cannot be read",
                    server.name
                ));
            }
        }
        if !facts.servers.is_empty() {
            saw.judged(facts.servers.len(), "masters");
        }
    }
}
