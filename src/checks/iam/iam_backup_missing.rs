//! `iam-backup-missing`: no dump of the IAM database was given, although other backups were.

use crate::checks::backup::shared::IAM;
use crate::checks::shared::few;
use crate::checks::{Check, Context, Saw};
use crate::model::{Answer, Area, CheckMeta, Doc, EvidenceRef, Finding, Phase, Severity, Stage, Subject};

use super::shared::{answer, database, dumps};

/// The check.
pub struct IamBackupMissing;

static META: CheckMeta = CheckMeta {
    id: "iam-backup-missing",
    area: Area::Iam,
    title: "a dump of the IAM database was given",
    finding: "backups were given ({given}), and none of the IAM database",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json", "data/dcos/*/iam_acls.json"],
    requirements: &["S0-43"],
    doc: Doc {
        what: "Enterprise, and Open Source from 1.13 on, keep users, permissions and the key that signs every token in a CockroachDB. A dump \
               of it is given with collect --backup. Fires where other backups were given and nobody signed for this one. Where no \
               backup at all was given, the sign-off iam-backup-verified answers; without it the check is UNKNOWN.",
        why: "An upgrade has no way back: without the dump a database that does not come up again is lost, with every user and permission.",
        by_hand: "gonogo backup script prints the command for this release; ls -l iam-backup.sql",
        remedy: "Take the dump on one master, prove it with gonogo backup inspect, and give it with gonogo collect --backup FILE.",
        sources: &[
            "DC/OS 1.11 patching page: Prerequisites",
            "mesosphere/dcos-docs-site 1.11 and 1.12 installation FAQ: backup and restore of the IAM database",
        ],
    },
};

impl Check for IamBackupMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let backups = &context.facts.backups;
        let given = backups.newest_of_iam().len();
        let others: Vec<String> = backups.backups.iter().map(|backup| backup.proof.path.clone()).collect();
        let before = context.facts.snapshot.origin.manifest.phase == Phase::Pre;
        let signed = matches!(
            answer(context, IAM.signoff),
            Some((Answer::Yes | Answer::NotApplicable, _, _))
        );
        let expected = given == 0 && !others.is_empty() && before && !signed && context.target.is_some();
        if expected && backups.unread.is_empty() {
            if database(context, saw) {
                let finding = Finding::about(Subject::cluster()).with("given", few(&others));
                let seen = backups.items().into_iter().map(EvidenceRef::item);
                saw.fire(seen.fold(finding, Finding::seen_at));
            }
        } else if dumps(context, saw) && given > 0 {
            saw.judged(given, "dumps of the IAM database");
        }
    }
}
