//! `iam-backup-foreign`: dumps of the IAM database of another cluster.

use crate::checks::backup::shared::about;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::dumps;

/// The check.
pub struct IamBackupForeign;

static META: CheckMeta = CheckMeta {
    id: "iam-backup-foreign",
    area: Area::Iam,
    title: "the dump of the IAM database is of this cluster",
    finding: "{name} was taken on a cluster with the id {theirs}; this one has {ours}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json", "data/dcos/*/metadata.json"],
    requirements: &["S0-43"],
    doc: Doc {
        what: "The cluster id in the record beside the dump is that of /metadata. A dump itself names no cluster: without a record, and \
               without an id of this cluster, it is UNKNOWN.",
        why: "A dump fits only the cluster, and the state of ZooKeeper, that it came from: its users, permissions and signing key are those \
              of another one.",
        by_hand: "cat iam-backup.sql.record; cat /var/lib/dcos/cluster-id",
        remedy: "Take the dump on a master of this cluster, with gonogo backup script, which writes the record beside it.",
        sources: &[
            "DC/OS 1.11 patching page: Prerequisites",
            "mesosphere/dcos-docs-site 1.11 and 1.12 installation FAQ: backup and restore of the IAM database",
        ],
    },
};

impl Check for IamBackupForeign {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !dumps(context, saw) {
            return;
        }
        let ours = match context.facts.snapshot.dcos.cluster_id.get() {
            Ok(known) => known,
            Err(why) => {
                saw.unknown(why);
                return;
            }
        };
        let mut judged = 0;
        for backup in context.facts.backups.newest_of_iam() {
            let Some(theirs) = backup.proof.cluster_id.as_deref() else {
                saw.unknown_because(format!(
                    "{} names no cluster: a dump does not hold its id, and no record beside it does",
                    backup.proof.path
                ));
                continue;
            };
            judged += 1;
            if !theirs.trim().eq_ignore_ascii_case(ours.0.trim()) {
                saw.fire(
                    about(context, backup)
                        .with("theirs", theirs)
                        .with("ours", ours.0.clone())
                        .seen_at(backup.field("cluster_id").quoting(theirs))
                        .seen_at(ours.1.clone().quoting(ours.0)),
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "dumps of the IAM database");
        }
    }
}
