//! `iam-backup-count-differs`: dumps of the IAM database with other numbers of users or groups than the cluster has.

use crate::checks::backup::shared::{about, sound};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{Live, counts, dumps};

/// The check.
pub struct IamBackupCountDiffers;

static META: CheckMeta = CheckMeta {
    id: "iam-backup-count-differs",
    area: Area::Iam,
    title: "the dump of the IAM database holds what IAM shows",
    finding: "{name} holds {rows} rows of {table}, IAM shows {live}",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &[
        "data/backup/*/proof.json",
        "data/dcos/*/iam_users.json",
        "data/dcos/*/iam_service_users.json",
        "data/dcos/*/iam_groups.json",
    ],
    requirements: &["S0-43"],
    doc: Doc {
        what: "The rows of the tables users and groups in the newest dump are as many as the users with service accounts, and the groups, that \
               IAM lists. Only users are compared where the dump has no table of groups.",
        why: "A dump has no end marker: one that was cut off between two statements looks whole and lacks rows.",
        by_hand: "curl -s -H \"Authorization: token=$TOKEN\" https://CLUSTER/acs/api/v1/users | jq '.array | length'; the same with \
                  ?type=service; gonogo backup inspect iam-backup.sql",
        remedy: "Nobody changed users since the dump was taken: take another. Somebody did: take another, too.",
        sources: &[
            "DC/OS 1.11 patching page: Prerequisites",
            "dcos/bouncer app/users.py: the list without type=service has no service accounts",
        ],
    },
};

impl Check for IamBackupCountDiffers {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !dumps(context, saw) {
            return;
        }
        let mut live = Vec::new();
        for (table, count) in counts(context) {
            match count {
                Ok(Live { count, at }) => live.push((table, count, at)),
                // Open Source has no groups: nothing to hold a table against.
                Err(why) if why.is_absent() && table != "users" => {}
                Err(why) => saw.unknown(&why),
            }
        }
        if !context.facts.backups.newest_of_iam().into_iter().any(sound) {
            saw.skip("the newest dump cannot be restored (iam-backup-unreadable): what it holds says nothing");
            return;
        }
        let mut judged = 0;
        for backup in context
            .facts
            .backups
            .newest_of_iam()
            .into_iter()
            .filter(|backup| sound(backup))
        {
            for (table, count, at) in &live {
                let Some(rows) = backup.proof.tables.get(*table) else {
                    continue;
                };
                judged += 1;
                if rows != count {
                    saw.fire(
                        about(context, backup)
                            .with("key", *table)
                            .with("table", *table)
                            .with("rows", *rows)
                            .with("live", *count)
                            .seen_at(backup.field(&format!("tables/{table}")).quoting(rows))
                            .seen_at(at.clone().quoting(count)),
                    );
                }
            }
        }
        if judged > 0 {
            saw.judged(judged, "tables");
        }
    }
}
