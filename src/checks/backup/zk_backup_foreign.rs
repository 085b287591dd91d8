//! `zk-backup-foreign`: backups of ZooKeeper that are of another ensemble.

use super::shared::{ZOOKEEPER, about, asked};
use crate::checks::{Check, Context, Saw};
use crate::facts::backups::Backup;
use crate::facts::cluster::Kind;
use crate::model::{Area, BackupKind, CheckMeta, Doc, EvidenceRef, Observed, Severity, Stage};

/// The check.
pub struct ZkBackupForeign;

static META: CheckMeta = CheckMeta {
    id: "zk-backup-foreign",
    area: Area::Backup,
    title: "the backups of ZooKeeper are of this cluster",
    finding: "backup {name} is not of this ensemble: {problem}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/backup/*/proof.json",
        "data/zookeeper/*/srvr.txt",
        "data/dcos/*/metadata.json",
    ],
    requirements: &["S0-41", "S1-92"],
    doc: Doc {
        what: "Every backup is of the ensemble that the archive shows. Fires when the cluster id in it (znode /cluster-id, \
               else what stands beside it) is not that of /metadata; when its last transaction lies beyond the last one \
               of every server, although it was taken before they were asked; when its myid is none of the numbers of \
               the servers, where all of them are known. On DC/OS a backup without any cluster id, and an archive that \
               does not know the cluster's own, are UNKNOWN: a transaction that is not too late proves nothing by itself.",
        why: "A restore brings back that other cluster: its apps, its cluster id, its secrets. IAM database and agents then \
              belong to nobody.",
        by_hand: "gonogo backup inspect BACKUP\n\
                  curl -s http://MASTER/metadata | jq -r .CLUSTER_ID\n\
                  echo srvr | nc MASTER 2181 | grep Zxid",
        remedy: "Find out where it comes from, put it away from the backups of this window, and take this cluster's own.",
        sources: &[
            "DC/OS 1.11 installation FAQ: a dump fits only the cluster and the ZooKeeper state it came from",
            "dcos/dcos gen/dcos-config.yaml (tags 1.11.3, 2.2.1): cluster-id",
            "apache/zookeeper ZxidUtils.java, QuorumPeerConfig.java (release-3.4.14): zxid, myid",
        ],
    },
};

impl Check for ZkBackupForeign {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !asked(context, ZOOKEEPER, saw) {
            return;
        }
        let mut judged = 0;
        for backup in context.facts.backups.of_zookeeper() {
            let mut signs = Vec::new();
            // What is not known of one sign is no reason to pass over the others.
            let told = [
                by_cluster_id(context, backup, &mut signs),
                by_transaction(context, backup, &mut signs),
            ];
            by_number(context, backup, &mut signs);
            judged += 1;
            for why in told.into_iter().filter_map(Result::err) {
                saw.unknown_because(why);
            }
            if !signs.is_empty() {
                let problem = signs
                    .iter()
                    .map(|(words, _)| words.as_str())
                    .collect::<Vec<_>>()
                    .join("; ");
                let finding = about(context, backup).with("problem", problem);
                let places = signs.into_iter().flat_map(|(_, places)| places);
                saw.fire(places.fold(finding, crate::model::Finding::seen_at));
            }
        }
        if judged > 0 {
            saw.judged(judged, "backups of ZooKeeper");
        }
    }
}

/// A sign that a backup is of another ensemble, with its places.
type Signs = Vec<(String, Vec<EvidenceRef>)>;

fn by_cluster_id(context: &Context<'_>, backup: &Backup<'_>, signs: &mut Signs) -> Result<(), String> {
    if !matches!(context.facts.cluster.kind, Observed::Known(Kind::Dcos, _)) {
        return Ok(());
    }
    let path = &backup.proof.path;
    let (own, at) = match context.facts.snapshot.dcos.cluster_id.get() {
        Ok(known) => known,
        Err(why) => return Err(format!("the cluster's own id is not known: {}", why.sentence())),
    };
    let recorded = backup
        .proof
        .taken
        .as_ref()
        .and_then(|taken| taken.cluster_id.as_deref());
    let inside = backup.proof.cluster_id.as_deref();
    let mut any = false;
    for (id, field, what) in [
        (inside, "cluster_id", "its cluster id"),
        (recorded, "taken/cluster_id", "the cluster id of its record"),
    ] {
        let Some(id) = id.map(str::trim).filter(|id| !id.is_empty()) else {
            continue;
        };
        any = true;
        if !id.eq_ignore_ascii_case(own.trim()) {
            signs.push((
                format!("{what} is {id}, that of the cluster is {own}"),
                vec![backup.field(field).quoting(id), at.at("/CLUSTER_ID").quoting(own)],
            ));
        }
    }
    if any || backup.proof.kind == BackupKind::Guano {
        return Ok(());
    }
    Err(format!(
        "{path} names no cluster id, neither in /cluster-id nor beside it"
    ))
}

fn by_transaction(context: &Context<'_>, backup: &Backup<'_>, signs: &mut Signs) -> Result<(), String> {
    let Some(last) = backup.proof.last_zxid else {
        return Ok(());
    };
    let Some(live) = context.facts.backups.live.furthest() else {
        return Err("no ZooKeeper server told its last transaction (srvr)".to_owned());
    };
    let Some((zxid, at)) = live.zxid.zip(live.zxid_at.as_ref()).filter(|(zxid, _)| last > *zxid) else {
        return Ok(());
    };
    let later = backup
        .proof
        .taken_at
        .zip(live.asked_at)
        .is_some_and(|(taken, asked)| taken > asked);
    if later {
        return Ok(());
    }
    // A server that lags behind says little about those that told nothing.
    let servers = &context.facts.backups.live.servers;
    if !context.facts.ensemble.server_gaps.is_empty() || servers.iter().any(|server| server.zxid.is_none()) {
        return Err(format!(
            "the last transaction of {}, {last}, lies beyond that of ZooKeeper {} ({zxid}), and not every server told its own",
            backup.proof.path, live.host
        ));
    }
    signs.push((
        format!(
            "its last transaction is {last}, and ZooKeeper {} is at {zxid}",
            live.host
        ),
        vec![backup.field("last_zxid").quoting(last), at.clone().quoting(zxid)],
    ));
    Ok(())
}

fn by_number(context: &Context<'_>, backup: &Backup<'_>, signs: &mut Signs) {
    let numbers = &context.facts.backups.numbers;
    if let Some(number) = backup.proof.myid
        && numbers.whole
        && !numbers.by_number.contains_key(&number)
    {
        let known: Vec<String> = numbers.by_number.keys().map(ToString::to_string).collect();
        signs.push((
            format!("its myid is {number}, the servers have {}", known.join(", ")),
            vec![backup.field("myid").quoting(number)],
        ));
    }
}
