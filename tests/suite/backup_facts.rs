//! Whose a backup is, which is the newest, where it was made: read off proofs in an archive.

use gonogo::facts::Facts;
use gonogo::facts::backups::{Owner, Place};
use gonogo::model::{BackupStatus, Observed, Proof, Why, Zxid};
use gonogo::snapshot::Snapshot;

use crate::support::fixture::Cluster;
use crate::support::proofs::{give, of_master};

fn with(proofs: impl IntoIterator<Item = Proof>) -> Snapshot {
    let mut cluster = Cluster::read("dcos-pre");
    cluster.forget_all("data/backup/");
    for proof in proofs {
        give(&mut cluster, proof);
    }
    cluster.snapshot()
}

#[test]
fn each_master_has_its_newest_backup() {
    let old = Proof {
        path: "zookeeper-10.0.0.2-of-yesterday.tar.gz".to_owned(),
        taken_at: "2018-08-03T07:00:00Z".parse().ok(),
        ..of_master(2)
    };
    let snapshot = with([old, of_master(1), of_master(2), of_master(3)]);
    let facts = Facts::new(&snapshot);
    let newest: Vec<&str> = facts
        .backups
        .newest_of_zookeeper()
        .iter()
        .map(|one| one.proof.path.as_str())
        .collect();
    assert_eq!(
        newest,
        [
            "zookeeper-10.0.0.1.tar.gz",
            "zookeeper-10.0.0.2.tar.gz",
            "zookeeper-10.0.0.3.tar.gz"
        ]
    );
    assert_eq!(facts.backups.leading, Some(0));
    assert_eq!(facts.backups.numbers.by_number.len(), 3);
    assert!(facts.backups.numbers.whole && facts.backups.unread.is_empty());
    assert_eq!(facts.backups.live.of(1).unwrap().zxid, Some(Zxid(0x3_0000_f1a2)));
}

#[test]
fn what_names_no_master_or_two_belongs_to_nobody() {
    let nameless = Proof {
        path: "zk.tar".to_owned(),
        taken: None,
        myid: None,
        ..of_master(1)
    };
    let contradicted = Proof {
        myid: Some(2),
        ..of_master(3)
    };
    let snapshot = with([nameless, contradicted]);
    let facts = Facts::new(&snapshot);
    for (backup, why) in facts.backups.unassigned().zip(["neither a record", "2 servers"]) {
        assert!(backup.1.contains(why), "{}: {}", backup.0.proof.path, backup.1);
    }
    assert!(
        facts
            .backups
            .backups
            .iter()
            .all(|one| matches!(one.owner, Owner::Nobody(_)))
    );
    assert_eq!(
        facts.backups.newest_of_zookeeper().len(),
        2,
        "each may be the newest of its master"
    );
}

#[test]
fn a_copy_of_the_directory_of_1_8_counts_for_nothing_on_1_10() {
    let old = Proof {
        path: "old-zk-10.0.0.1.tar".to_owned(),
        folder: Some("./var/lib/zookeeper".to_owned()),
        ..of_master(1)
    };
    let snapshot = with([old, of_master(1)]);
    let facts = Facts::new(&snapshot);
    let places: Vec<&Place> = facts.backups.backups.iter().map(|one| &one.place).collect();
    assert!(
        matches!(places[0], Place::Other { .. }) && *places[1] == Place::Present,
        "{places:?}"
    );
    assert_eq!(facts.backups.newest_of(0).len(), 1);
}

#[test]
fn a_proof_that_contradicts_itself_is_not_read() {
    let spoil: [fn(&mut Proof); 5] = [
        |proof| proof.znodes = None,
        |proof| proof.snapshots.clear(),
        |proof| proof.snapshots[0].whole = false,
        |proof| proof.logs.clear(),
        |proof| proof.last_zxid = None,
    ];
    for (number, spoil) in spoil.into_iter().enumerate() {
        let mut proof = of_master(1);
        spoil(&mut proof);
        let snapshot = with([proof.clone()]);
        assert!(
            matches!(snapshot.backups[0].proofs, Observed::Unknown(Why::Malformed { .. })),
            "{number}: {:?}",
            snapshot.backups[0].proofs
        );
        proof.status = BackupStatus::NotRestorable;
        assert!(with([proof]).backups[0].proofs.is_known(), "{number}");
    }
}
