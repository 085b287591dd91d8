//! `iam-backup-unreadable`: dumps of the IAM database from which nothing can be restored.

use crate::checks::backup::shared::about;
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::Backup;
use crate::model::{Area, BackupStatus, CheckMeta, Doc, Severity, Stage};

use super::shared::{counts, dumps};

/// The check.
pub struct IamBackupUnreadable;

static META: CheckMeta = CheckMeta {
    id: "iam-backup-unreadable",
    area: Area::Iam,
    title: "the dump of the IAM database can be restored",
    finding: "{name} cannot be restored: {flaw}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/backup/*/proof.json",
        "data/dcos/*/iam_users.json",
        "data/dcos/*/iam_service_users.json",
        "data/dcos/*/iam_groups.json",
    ],
    requirements: &["S0-43"],
    doc: Doc {
        what: "The newest dump was read to its end: not empty, begins with CREATE TABLE, every statement closed, every row as wide as its list of \
               columns, no error or log line of the tool in it, table users with rows. A dump has no end marker: that nothing is missing \
               is shown by the exit status recorded beside it, by the foreign keys that are validated last (CockroachDB 2.0 and \
               later), or by as many users and groups as IAM shows; without any of these it is UNKNOWN.",
        why: "The tool leaves a file behind when it fails. A restore that stops in the middle leaves a cluster into which nobody can log in.",
        by_hand: "gonogo backup inspect iam-backup.sql; tail -c 200 iam-backup.sql",
        remedy: "Take the dump again, with stderr to another file, and look at the exit status; gonogo backup script does both.",
        sources: &[
            "DC/OS 1.11 patching page: Prerequisites",
            "cockroachdb/cockroach pkg/cli/dump.go: what is written, and in which order",
            "dcos/dcos packages/cockroach/extra/iam-database-backup.py: the output file is opened before the tool runs",
        ],
    },
};

impl Check for IamBackupUnreadable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !dumps(context, saw) {
            return;
        }
        let mut judged = 0;
        for backup in context.facts.backups.newest_of_iam() {
            let said: Vec<&str> = backup.proof.findings.iter().map(|one| one.summary.as_str()).collect();
            let flaw = if said.is_empty() {
                "the proof does not say why".to_owned()
            } else {
                said.join("; ")
            };
            match backup.proof.status {
                BackupStatus::NotRestorable => saw.fire(about(context, backup).with("flaw", flaw)),
                BackupStatus::CannotSay if !shown_by_counts(context, backup) => {
                    saw.unknown_because(format!("{}: {flaw}", backup.proof.path));
                }
                BackupStatus::CannotSay | BackupStatus::Restorable => {}
            }
            saw.looked_at(&backup.field("status"));
            judged += 1;
        }
        if judged > 0 {
            saw.judged(judged, "dumps of the IAM database");
        }
    }
}

/// Whether nothing but a shown end is missing, and the live answers show it: as many users and groups as rows.
fn shown_by_counts(context: &Context<'_>, backup: &Backup<'_>) -> bool {
    let only_the_end = backup
        .proof
        .findings
        .iter()
        .all(|one| one.check == "iam-backup-count-differs");
    let equal = counts(context).into_iter().all(|(table, live)| {
        let rows = backup.proof.tables.get(table);
        match live {
            Ok(live) => rows == Some(&live.count),
            Err(why) => table != "users" && why.is_absent() && rows.is_none_or(|rows| *rows == 0),
        }
    });
    only_the_end && !backup.proof.findings.is_empty() && equal
}
