//! `backup-inconsistent`: backups that were taken while Marathon and ZooKeeper ran.

use super::shared::{ZOOKEEPER, about, asked, told};
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::Backup;
use crate::model::{Area, BackupKind, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct BackupInconsistent;

static META: CheckMeta = CheckMeta {
    id: "backup-inconsistent",
    area: Area::Backup,
    title: "the backups of ZooKeeper were taken while nobody wrote",
    finding: "backup {name} is inconsistent: {problem}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json"],
    requirements: &["S1-106", "S1-115"],
    doc: Doc {
        what: "The newest backup of each master, and the newest dump, was taken while ZooKeeper or Marathon was stopped, as \
               the record beside it says; `dcos-zk backup` refuses to run otherwise. One that was taken while both ran is \
               labelled here and never fails the window: the documents accept it where services cannot be stopped. \
               How it was taken is not guessed: without a record it is UNKNOWN.",
        why: "A copy of a running server is replayed to one point in time, but to one between two steps of a deployment, and \
              each master's copy to another one; a dump reads its znodes one after the other. What comes back may hold \
              half of a deployment.",
        by_hand: "gonogo backup inspect BACKUP --format json | jq '.backups[].taken'\n\
                  cat BACKUP.record",
        remedy: "Where services can stop: stop Marathon (guano) or ZooKeeper on one master after the other (dcos-zk, tar), \
                 then take it again; `gonogo backup script` prints how and writes the record. Where they cannot, keep it, \
                 and know after a restore which deployments ran at that time.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Execute ZooKeeper backup; Pre-Upgrade Checklist (inconsistent if they cannot stop services)",
            "dcos/dcos dcos_zk_backup.py (tag 2.2.1)",
        ],
    },
};

impl Check for BackupInconsistent {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let mut judged = 0;
        for backup in context.facts.backups.newest_of_zookeeper() {
            let said = told(backup, META.id);
            let problem = if said.is_empty() {
                problem(backup)
            } else {
                Ok(Some(said.join("; ")))
            };
            match problem {
                Err(why) => {
                    saw.unknown_because(format!("{}: {why}", backup.proof.path));
                    continue;
                }
                Ok(None) => saw.looked_at(&backup.field("taken")),
                Ok(Some(problem)) => {
                    saw.fire(
                        about(context, backup)
                            .with("problem", problem)
                            .seen_at(backup.field("taken")),
                    );
                }
            }
            judged += 1;
        }
        if judged > 0 {
            saw.judged(judged, "backups of ZooKeeper");
        }
    }
}

/// What was wrong while it was taken; `None` where it was quiet.
///
/// # Errors
/// One sentence why that is not known.
fn problem(backup: &Backup<'_>) -> Result<Option<String>, &'static str> {
    let Some(taken) = &backup.proof.taken else {
        return Err("no record beside it says how it was taken");
    };
    if taken.way.as_deref() == Some("dcos-zk") {
        return Ok(None);
    }
    let files = backup.proof.kind == BackupKind::Zookeeper;
    match (taken.marathon_stopped, taken.zookeeper_stopped) {
        // Without ZooKeeper a dump holds nothing: only Marathon can have been stopped for it.
        (Some(true), _) => Ok(None),
        (_, Some(true)) if files => Ok(None),
        (Some(false), Some(false)) => Ok(Some("it was taken while Marathon and ZooKeeper ran".to_owned())),
        (Some(false), _) if !files => Ok(Some("it was taken while Marathon ran".to_owned())),
        _ => Err("its record does not say whether Marathon or ZooKeeper was stopped while it was taken"),
    }
}
