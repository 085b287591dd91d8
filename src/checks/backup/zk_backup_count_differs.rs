//! `zk-backup-count-differs`: backups that hold more or fewer znodes than the ensemble.

use super::shared::{ZOOKEEPER, about, asked, sound, told, whole_tree};
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::{Backup, LiveServer, Owner};
use crate::model::{Area, BackupKind, BackupStatus, CheckMeta, Doc, Severity, Stage, Zxid};

/// The check.
pub struct ZkBackupCountDiffers;

/// A difference of this many znodes is never too much for a running ensemble: an instance that came and its ephemerals.
const FEW: u64 = 20;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-count-differs",
    area: Area::Backup,
    title: "the backups of ZooKeeper hold as many znodes as the ensemble",
    finding: "backup {name} holds {znodes} znodes, ZooKeeper {server} has {live} (counted as a walk does): {problem}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json", "data/zookeeper/*/srvr.txt"],
    requirements: &["S1-117"],
    doc: Doc {
        what: "The znodes of the newest backup of each master are compared with what its ZooKeeper counts (Exhibitor shows \
               the same figure), less one: the server counts the root twice. Tolerated for a running ensemble are \
               backup_znodes_percent of [policy] (default 5), at least 20. Within one election no more may differ than \
               transactions lie between both, and all ephemerals of the backup where a session may have ended; with no \
               transaction between them nothing may differ. A dump of guano shows only znodes that have data and are not \
               ephemeral: its count is compared with those of the tree read over the wire (`collect --zk-tree`), must be \
               equal, and is UNKNOWN without such a tree unless what was recorded while it was taken proves it.",
        why: "The workbook verifies a backup by its count. A dump that ended at the first error, a copy of a directory that \
              nobody uses any more, or half a copy show in nothing else.",
        by_hand: "gonogo backup inspect BACKUP\n\
                  echo srvr | nc MASTER 2181 | grep 'Node count'",
        remedy: "Take it again, and compare again. Where apps were deployed or removed in between the difference is real: \
                 the backup is of before.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Execute ZooKeeper backup (counting the znodes)",
            "apache/zookeeper DataTree.java (release-3.4.14): getNodeCount, root under two keys",
            "guano DumpJob: what is skipped",
            "the tolerance: gonogo's own, to be set by the operator",
        ],
    },
};

impl Check for ZkBackupCountDiffers {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let mut judged = 0;
        let newest = context.facts.backups.newest_of_zookeeper();
        // Those that cannot be restored have findings of their own; their counts say nothing.
        for backup in newest.into_iter().filter(|backup| sound(backup)) {
            judged += usize::from(match backup.proof.kind {
                BackupKind::Guano => dump(context, backup, saw),
                BackupKind::Zookeeper | BackupKind::Iam => copy(context, backup, saw),
            });
        }
        if judged > 0 {
            saw.judged(judged, "backups of ZooKeeper");
        }
    }
}

/// A copy of ZooKeeper's own files: whether it was judged.
fn copy(context: &Context<'_>, backup: &Backup<'_>, saw: &mut Saw) -> bool {
    let path = &backup.proof.path;
    let Some(znodes) = backup.proof.znodes else {
        saw.unknown_because(format!("{path}: its znodes were not counted"));
        return false;
    };
    let Some((live, count)) = counterpart(context, backup) else {
        saw.unknown_because(format!(
            "{path} holds {znodes} znodes, and no ZooKeeper server told its count (srvr, mntr)"
        ));
        return false;
    };
    saw.looked_at(&backup.field("znodes"));
    // The server counts the root twice.
    let walked = count.saturating_sub(1);
    if let Some(problem) = differs(context, backup, znodes, walked, live.beside_count()) {
        let finding = about(context, backup)
            .with("znodes", znodes)
            .with("live", walked)
            .with("server", live.host)
            .with("problem", problem)
            .seen_at(backup.field("znodes").quoting(znodes));
        saw.fire(match &live.count_at {
            Some(at) => finding.seen_at(at.clone().quoting(count)),
            None => finding,
        });
    }
    true
}

/// The server of the backup, else the one that has taken in most, with its count.
fn counterpart<'a, 's>(context: &'a Context<'s>, backup: &Backup<'_>) -> Option<(&'a LiveServer<'s>, u64)> {
    let live = &context.facts.backups.live;
    let own = match backup.owner {
        Owner::Server(at) => live.of(at),
        Owner::Cluster | Owner::Nobody(_) => None,
    };
    let any = || live.furthest().into_iter().chain(&live.servers);
    own.into_iter()
        .chain(any())
        .find_map(|server| Some((server, server.znodes?)))
}

/// How many znodes more or less are nothing to a running ensemble of so many.
fn tolerated(context: &Context<'_>, live: u64) -> u64 {
    let percent = u64::from(context.policy.backup_znodes_percent);
    (live.saturating_mul(percent) / 100).max(FEW)
}

/// What is wrong with a difference; `None` where it can be.
fn differs(context: &Context<'_>, backup: &Backup<'_>, znodes: u64, live: u64, zxid: Option<Zxid>) -> Option<String> {
    let apart = znodes.abs_diff(live);
    let tolerated = tolerated(context, live);
    if apart > tolerated {
        return Some(format!(
            "{apart} apart, at most {tolerated} are tolerated ({} %, at least {FEW})",
            context.policy.backup_znodes_percent
        ));
    }
    let last = backup.proof.last_zxid?;
    let same = zxid.filter(|zxid| zxid.epoch() == last.epoch() && *zxid >= last)?;
    let between = u64::from(same.counter() - last.counter());
    // One transaction changes one znode; one that ends a session takes all its ephemerals along.
    let possible = if between == 0 {
        0
    } else {
        between + backup.proof.ephemerals.unwrap_or(apart)
    };
    (apart > possible).then(|| {
        format!("{apart} apart, and between their transactions {last} and {same} only {possible} can have come or gone")
    })
}

/// A dump of guano: whether it was judged.
fn dump(context: &Context<'_>, backup: &Backup<'_>, saw: &mut Saw) -> bool {
    if backup.proof.status == BackupStatus::Restorable {
        saw.looked_at(&backup.field("znodes"));
        return true;
    }
    if let (Some(walked), Some(files)) = (whole_tree(context), backup.proof.nonempty) {
        saw.looked_at(&backup.field("nonempty"));
        saw.looked_at(&walked.at);
        let apart = files.abs_diff(walked.nonempty);
        let tolerated = tolerated(context, walked.nonempty);
        if apart > tolerated {
            saw.fire(
                about(context, backup)
                    .with("znodes", files)
                    .with("live", walked.nonempty)
                    .with("server", "read over the wire")
                    .with(
                        "problem",
                        format!(
                            "a dump holds the persistent znodes that have data; {apart} apart, at most {tolerated} are \
                             tolerated: it failed on the way, or it is of a part of the tree"
                        ),
                    )
                    .seen_at(backup.field("nonempty").quoting(files))
                    .seen_at(walked.at.quoting(walked.nonempty)),
            );
            return true;
        }
        if apart == 0 {
            return true;
        }
        saw.unknown_because(format!(
            "{} holds {files} znodes with data, the tree read over the wire {}: what was written in between cannot be told \
             from what is missing; take both while Marathon is stopped",
            backup.proof.path, walked.nonempty
        ));
        return false;
    }
    let said = told(backup, META.id);
    saw.unknown_because(format!(
        "{}: {}",
        backup.proof.path,
        if said.is_empty() {
            "nothing shows that every znode is in it: read the tree over the wire (`gonogo collect --zk-tree`)"
                .to_owned()
        } else {
            said.join("; ")
        }
    ));
    false
}
