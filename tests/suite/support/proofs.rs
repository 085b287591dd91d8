//! Proofs of backups for tests: whole ones of the base cluster `dcos-pre`, to be spoilt one field at a time.

use gonogo::model::backup::{FORMAT, LogFile, SnapshotFile, Subtree, Tail, Taken};
use gonogo::model::{BackupKind, BackupStatus, Proof, Proofs, Zxid};

use super::fixture::Cluster;

/// Cluster id of the base cluster.
pub const CLUSTER_ID: &str = "afa39367-d20a-4f99-bf70-8f1aa3674038";

/// A proof of a whole copy of ZooKeeper's files on the master of this number (1 to 3), the leading one last.
pub fn of_master(number: u64) -> Proof {
    let mut proof = Proof::new(format!("zookeeper-10.0.0.{number}.tar.gz"), BackupKind::Zookeeper);
    let minute = 40 - 10 * number;
    proof.status = BackupStatus::Restorable;
    proof.znodes = Some(1416);
    proof.ephemerals = Some(19);
    proof.nonempty = Some(1100);
    proof.data_bytes = Some(400_000);
    proof.last_zxid = Some(Zxid(0x3_0000_f000));
    proof.sessions = Some(12);
    proof.snapshots = vec![SnapshotFile {
        name: "snapshot.30000e000".to_owned(),
        zxid: Zxid(0x3_0000_e000),
        bytes: 500_000,
        whole: true,
        used: true,
        znodes: Some(1400),
        problem: None,
    }];
    proof.logs = vec![LogFile {
        name: "log.30000e001".to_owned(),
        from: Some(Zxid(0x3_0000_e001)),
        to: proof.last_zxid,
        tail: Tail::Clean,
        bytes: 67_108_880,
        transactions: 0xfff,
        padded: true,
        problem: None,
    }];
    proof.bytes = 1_000_000;
    proof.sha256 = Some("0".repeat(64));
    proof.taken_at = format!("2018-08-04T07:{minute:02}:00Z").parse().ok();
    proof.taken = Some(Taken {
        way: Some("tar".to_owned()),
        host: Some(format!("10.0.0.{number}")),
        exit_status: Some(0),
        zookeeper_stopped: Some(true),
        cluster_id: Some(CLUSTER_ID.to_owned()),
        ..Taken::default()
    });
    proof.myid = Some(number);
    proof.cluster_id = Some(CLUSTER_ID.to_owned());
    proof.digest = Some(format!("1416-{}", "0".repeat(32)));
    proof.subtrees = [
        "/",
        "/marathon",
        "/marathon/state",
        "/universe",
        "/universe/marathon-user/state",
    ]
    .into_iter()
    .map(|path| Subtree {
        path: path.to_owned(),
        znodes: 100,
        ephemerals: 0,
        data_bytes: 10_000,
    })
    .collect();
    proof.folder = Some("var/lib/dcos/exhibitor/zookeeper".to_owned());
    proof
}

/// Puts a proof into a cluster, as `collect --backup` does.
pub fn give(cluster: &mut Cluster, proof: Proof) {
    let item = format!("data/backup/{}/proof.json", proof.path.split('!').next().unwrap());
    let proofs = Proofs {
        format: FORMAT.to_owned(),
        backups: vec![proof],
    };
    cluster.add(&item, serde_json::to_vec_pretty(&proofs).unwrap());
}
