//! Checks of backups together: sign-offs, laws over every proof, and genuine copies proven and judged.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Duration;
use gonogo::backup::{Options, prove};
use gonogo::checks::{self, Context, runner};
use gonogo::facts::Facts;
use gonogo::model::{
    Answer, AppliedSignoff, Area, BackupStatus, CheckResult, Observed, Policy, Proof, SignoffState, Status, Verdict,
};
use gonogo::verdict::{Basis, decide, rank};
use serde_json::json;

use crate::support::fixture::Cluster;
use crate::support::proofs::{give, of_master};

fn signed(answer: Answer, state: SignoffState) -> AppliedSignoff {
    AppliedSignoff {
        item: "zookeeper-backup-verified".to_owned(),
        text: String::new(),
        when: "pre".to_owned(),
        blocking: true,
        state,
        why: None,
        answer: Some(answer),
        who: Some("operations on duty".to_owned()),
        at: "2018-08-04T07:55:00Z".parse().ok(),
        note: None,
        hop: "1.10.8..1.11.3".parse().ok(),
        origin: None,
        how: String::new(),
        command: None,
        requirements: Vec::new(),
    }
}

/// Every check of backups of ZooKeeper, for the window to 1.11.3.
fn judge(cluster: &Cluster, signoffs: &[AppliedSignoff]) -> Vec<CheckResult> {
    let snapshot = cluster.snapshot();
    let facts = Facts::new(&snapshot);
    let policy = Policy::default();
    let context = Context {
        facts: &facts,
        pair: None,
        target: "1.11.3".parse().ok(),
        target_marathon: None,
        signoffs,
        policy: &policy,
        knowledge: gonogo::knowledge::Knowledge::builtin().unwrap(),
    };
    let ours = checks::all()
        .into_iter()
        .filter(|check| check.meta().area == Area::Backup);
    ours.map(|check| runner::run_one(check, &context)).collect()
}

fn verdict(results: &[CheckResult]) -> Verdict {
    decide(&Basis {
        results,
        changes: &[],
        waivers: &[],
        signoffs: &[],
        remarks: &[],
        policy: &Policy::default(),
    })
}

fn status(results: &[CheckResult], id: &str) -> Status {
    results.iter().find(|result| result.check == id).unwrap().status
}

fn none_given() -> Cluster {
    let mut cluster = Cluster::read("dcos-pre");
    cluster.forget_all("data/backup/");
    cluster
}

fn with(proofs: impl IntoIterator<Item = Proof>) -> Cluster {
    let mut cluster = none_given();
    for proof in proofs {
        give(&mut cluster, proof);
    }
    cluster
}

#[test]
fn without_a_backup_a_yes_is_believed_and_nothing_else() {
    let cluster = none_given();
    for result in judge(&cluster, &[]) {
        assert_eq!(result.status, Status::Unknown, "{}", result.check);
        assert!(
            result.reason.unwrap().contains("gonogo backup script"),
            "{}",
            result.check
        );
    }
    for result in judge(&cluster, &[signed(Answer::Yes, SignoffState::Answered)]) {
        assert_eq!(result.status, Status::Skipped, "{}", result.check);
        let reason = result.reason.unwrap();
        assert!(
            reason.contains("operations on duty") && reason.contains("2018-08-04 07:55"),
            "{reason}"
        );
    }
    for (answer, state) in [
        (Answer::NotApplicable, SignoffState::Answered),
        (Answer::No, SignoffState::Refused),
        (Answer::Yes, SignoffState::Doubtful),
        (Answer::Yes, SignoffState::OtherHop),
        (Answer::Yes, SignoffState::OtherCluster),
    ] {
        let results = judge(&cluster, &[signed(answer, state)]);
        assert!(
            results.iter().all(|result| result.status == Status::Unknown),
            "{answer:?} {state:?}"
        );
    }
}

#[test]
fn a_backup_that_was_given_counts_whatever_was_signed() {
    let damaged = Proof {
        status: BackupStatus::NotRestorable,
        ..of_master(2)
    };
    let results = judge(
        &with([of_master(1), damaged, of_master(3)]),
        &[signed(Answer::Yes, SignoffState::Answered)],
    );
    assert_eq!(status(&results, "zk-backup-unreadable"), Status::Fail);
    let results = judge(&with([of_master(1)]), &[signed(Answer::Yes, SignoffState::Answered)]);
    assert_eq!(status(&results, "zk-backup-missing"), Status::Fail);
}

#[test]
fn the_base_cluster_is_backed_up() {
    let results = judge(&Cluster::read("dcos-pre"), &[]);
    let open: Vec<_> = results.iter().filter(|result| result.status != Status::Pass).collect();
    assert!(open.is_empty(), "{open:#?}");
    assert_eq!(verdict(&judge(&with((1..=3).map(of_master)), &[])), Verdict::Go);
}

/// Ways in which three backups may be, none of them better than whole.
fn variants() -> Vec<Vec<Proof>> {
    let spoil: [fn(&mut Proof); 9] = [
        |_| {},
        |proof| proof.status = BackupStatus::CannotSay,
        |proof| proof.status = BackupStatus::NotRestorable,
        |proof| proof.taken_at = None,
        |proof| proof.taken_at = "2018-07-01T00:00:00Z".parse().ok(),
        |proof| proof.znodes = Some(900),
        |proof| proof.cluster_id = Some("another".to_owned()),
        |proof| proof.taken = None,
        |proof| proof.subtrees.clear(),
    ];
    spoil
        .into_iter()
        .map(|spoil| {
            let mut all: Vec<Proof> = (1..=3).map(of_master).collect();
            spoil(&mut all[1]);
            all
        })
        .collect()
}

#[test]
fn a_backup_of_which_nothing_can_be_said_is_never_better_than_one_that_can_be_restored() {
    for (number, all) in variants().into_iter().enumerate() {
        let before = verdict(&judge(&with(all.clone()), &[]));
        for at in 0..all.len() {
            if all[at].status != BackupStatus::Restorable {
                continue;
            }
            let mut worse = all.clone();
            worse[at].status = BackupStatus::CannotSay;
            let results = judge(&with(worse), &[]);
            let after = verdict(&results);
            assert!(
                rank(after) >= rank(before),
                "variant {number}, {at}: {before} became {after}"
            );
            assert!(
                rank(after) >= rank(Verdict::CannotSay),
                "variant {number}, {at}: {after}"
            );
            assert_ne!(status(&results, "zk-backup-unreadable"), Status::Pass);
        }
    }
}

#[test]
fn leaving_a_backup_out_never_helps() {
    for (number, all) in variants().into_iter().enumerate() {
        let before = verdict(&judge(&with(all.clone()), &[]));
        for at in 0..all.len() {
            let mut fewer = all.clone();
            fewer.remove(at);
            let after = verdict(&judge(&with(fewer), &[]));
            assert!(
                rank(after) >= rank(before),
                "variant {number}, {at}: {before} became {after}"
            );
        }
    }
}

fn captures() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures/zookeeper-3.8");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

/// A plain ensemble that says what the genuine server said, with copies of its directory given.
fn genuine(folder: &Path, copies: &[&str]) -> (Cluster, Vec<Proof>) {
    let mut cluster = Cluster::read("mesos-pre");
    let srvr = fs::read(folder.join("4lw/srvr.txt")).unwrap();
    for host in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
        cluster.add(&format!("data/zookeeper/{host}/srvr.txt"), srvr.clone());
    }
    let mut proofs = Vec::new();
    for name in copies {
        let inspected = prove(&folder.join(name), &Options::default()).unwrap();
        assert!(inspected.unreadable.is_none(), "{:?}", inspected.unreadable);
        for mut proof in inspected.proofs {
            (*name).clone_into(&mut proof.path);
            proofs.push(proof);
        }
    }
    let taken = proofs.iter().filter_map(|proof| proof.taken_at).max().unwrap();
    for record in cluster.manifest["evidence"].as_array_mut().unwrap() {
        record["started_at"] = json!(taken + Duration::minutes(30));
    }
    cluster.manifest["started_at"] = json!(taken + Duration::minutes(29));
    cluster.manifest["finished_at"] = json!(taken + Duration::minutes(31));
    for proof in &proofs {
        give(&mut cluster, proof.clone());
    }
    (cluster, proofs)
}

#[test]
fn a_genuine_copy_of_a_running_server_is_proven_and_judged() {
    let Some(folder) = captures() else { return };
    let (cluster, proofs) = genuine(&folder, &["zookeeper-datadir-live.tar.gz"]);
    assert_eq!(proofs.len(), 1);
    assert_eq!(
        (proofs[0].status, proofs[0].znodes),
        (BackupStatus::Restorable, Some(1068))
    );
    let results = judge(&cluster, &[]);
    for id in [
        "zk-backup-count-differs",
        "zk-backup-foreign",
        "zk-backup-log-gap",
        "zk-backup-missing",
        "zk-backup-stale",
        "zk-backup-unreadable",
        "zk-backup-without-snapshot",
    ] {
        assert_eq!(status(&results, id), Status::Pass, "{id}: {results:#?}");
    }
    // Nothing was recorded beside it.
    assert_eq!(status(&results, "backup-inconsistent"), Status::Unknown);
}

#[test]
fn a_genuine_copy_of_another_moment_is_told_by_its_last_transaction() {
    let Some(folder) = captures() else { return };
    // Taken after a restart: the server that is asked here has not got so far.
    let (cluster, _) = genuine(&folder, &["zookeeper-datadir-stopped.tar.gz"]);
    let results = judge(&cluster, &[]);
    assert_eq!(status(&results, "zk-backup-foreign"), Status::Fail, "{results:#?}");
    let snapshot = cluster.snapshot();
    assert!(matches!(snapshot.backups[0].proofs, Observed::Known(..)));
}
