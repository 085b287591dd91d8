//! `marathon-state-missing-from-backup`: backups without the state of a Marathon that runs.

use super::shared::{ZOOKEEPER, about, asked, sound};
use crate::checks::marathon::shared::{Instance, instances};
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::Backup;
use crate::model::{Area, BackupKind, CheckMeta, Doc, EvidenceRef, Severity, Stage};

/// The check.
pub struct MarathonStateMissingFromBackup;

/// Depth of the deepest paths that a proof counts.
const DEEPEST: usize = 4;

static META: CheckMeta = CheckMeta {
    id: "marathon-state-missing-from-backup",
    area: Area::Backup,
    title: "the backups of ZooKeeper hold the state of every Marathon",
    finding: "backup {name} holds no znode below {path}, where Marathon {marathon} keeps its state",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/backup/*/proof.json", "data/marathon/*/info.json"],
    requirements: &["S1-116"],
    doc: Doc {
        what: "The newest backup of each master holds znodes below <path>/state of every Marathon that runs, the root one \
               and nested ones; the path is the one of zookeeper_config.zk in /v2/info. Where only dumps of guano were \
               given, one of them must hold them. A Marathon that does not say its path, one that was not asked, and a \
               path deeper than a proof counts are UNKNOWN.",
        why: "Apps, pods and running instances of a Marathon stand there and nowhere else. After a restore without them its \
              tasks are unknown to it and are killed.",
        by_hand: "gonogo backup inspect BACKUP --format json | jq '.backups[].subtrees[] | select(.path | endswith(\"/state\"))'\n\
                  curl -s http://MASTER:8080/v2/info | jq -r .zookeeper_config.zk",
        remedy: "Take a backup of the whole tree; a dump needs the path of every Marathon. Where Marathon was started with \
                 another path (--zk), look at the one that it says.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Execute ZooKeeper backup (both the platform and the MoM instances)",
            "mesosphere/marathon ZookeeperConf.scala, storage/store/ZkStoreSerialization.scala (v1.4.0 to v1.10.26)",
        ],
    },
};

impl Check for MarathonStateMissingFromBackup {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let newest = context.facts.backups.newest_of_zookeeper();
        let (copies, dumps): (Vec<&Backup<'_>>, Vec<&Backup<'_>>) = newest
            .into_iter()
            .filter(|backup| sound(backup))
            .partition(|backup| backup.proof.kind == BackupKind::Zookeeper);
        let all = instances(context, saw);
        if copies.is_empty() && dumps.is_empty() {
            saw.unknown_because("no backup of ZooKeeper was given that could be restored");
            return;
        }
        let mut judged = 0;
        for instance in &all {
            let Some((path, at)) = path(*instance, saw) else {
                continue;
            };
            let mut told = true;
            if copies.is_empty() {
                told &= in_one_of(context, &dumps, *instance, &path, &at, saw);
            }
            for backup in &copies {
                match holds(backup, &path) {
                    Some(true) => saw.looked_at(&backup.field("subtrees")),
                    Some(false) => saw.fire(missing(context, backup, *instance, &path, &at)),
                    None => {
                        told = false;
                        instance.unknown(untold(backup, &path), saw);
                    }
                }
            }
            judged += usize::from(told);
        }
        if judged > 0 {
            saw.judged(judged, "states of Marathon");
            saw.judged(copies.len() + dumps.len(), "backups of ZooKeeper");
        }
    }
}

/// Where an instance keeps its state, and where it says so.
fn path(instance: Instance<'_>, saw: &mut Saw) -> Option<(String, EvidenceRef)> {
    let (info, at) = instance.part(&instance.marathon.info, saw)?;
    let Some(path) = &info.zk_path else {
        instance.unknown(
            format!("{} does not say a plain path in zookeeper_config.zk", at.item),
            saw,
        );
        return None;
    };
    Some((format!("{path}/state"), at.at("/zookeeper_config/zk")))
}

/// Whether a backup holds znodes below a path; `None` where its proof does not count so deep.
fn holds(backup: &Backup<'_>, path: &str) -> Option<bool> {
    let count = |path: &str| {
        let found = backup.proof.subtrees.iter().find(|subtree| subtree.path == path);
        found.map(|subtree| subtree.znodes)
    };
    if backup.proof.subtrees.is_empty() {
        return None;
    }
    // A path without children is not counted at all.
    if path.matches('/').count() <= DEEPEST {
        return Some(count(path).is_some_and(|znodes| znodes > 1));
    }
    let above: Vec<&str> = path.split('/').take(DEEPEST + 1).collect();
    match count(&above.join("/")) {
        None => Some(false),
        Some(_) => None,
    }
}

fn untold(backup: &Backup<'_>, path: &str) -> String {
    format!("{} does not count the znodes below {path}", backup.at.item)
}

fn missing(
    context: &Context<'_>,
    backup: &Backup<'_>,
    instance: Instance<'_>,
    path: &str,
    at: &EvidenceRef,
) -> crate::model::Finding {
    about(context, backup)
        .with("key", path)
        .with("path", path)
        .with("marathon", instance.name())
        .seen_at(backup.field("subtrees"))
        .seen_at(at.clone())
}

/// Of dumps, one must hold the state: whether that could be told.
fn in_one_of(
    context: &Context<'_>,
    dumps: &[&Backup<'_>],
    instance: Instance<'_>,
    path: &str,
    at: &EvidenceRef,
    saw: &mut Saw,
) -> bool {
    let held: Vec<Option<bool>> = dumps.iter().map(|backup| holds(backup, path)).collect();
    if held.contains(&Some(true)) {
        return true;
    }
    let unsure = dumps.iter().zip(&held).find(|(_, held)| held.is_none());
    if let Some((backup, _)) = unsure {
        instance.unknown(untold(backup, path), saw);
        return false;
    }
    for backup in dumps {
        saw.fire(missing(context, backup, instance, path, at));
    }
    true
}
