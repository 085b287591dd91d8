//! Backups that are damaged, cut, hostile or in odd places: nothing panics, nothing of it is called restorable.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use gonogo::backup::{Options, prove};
use gonogo::cli::exit;
use gonogo::demo::zk_files::{Change, Txn, Znode, log, snapshot, tree};
use gonogo::model::{BackupStatus, Proof};
use tempfile::TempDir;

use crate::backup_inspect::{checks, data, inspect, only, run, unpacked};

/// A small server: two znodes in its snapshot, a few transactions behind it.
struct Small {
    snapshot: Vec<u8>,
    log: Vec<u8>,
}

fn small() -> Small {
    let mut small = Small {
        snapshot: Vec::new(),
        log: Vec::new(),
    };
    snapshot(&mut small.snapshot, &[(7, 10_000)], tree([Znode::new("/a", "one", 1)])).unwrap();
    let changes = [
        Change::create("/b", "two", 2),
        Change::Set {
            path: "/a".to_owned(),
            data: b"three".to_vec(),
            version: 1,
        },
        Change::create("/a/c", "", 1),
    ];
    let all = changes
        .into_iter()
        .zip(2..)
        .map(|(change, zxid)| Txn::new(zxid, change));
    log(&mut small.log, all, 1024).unwrap();
    small
}

fn lay(folder: &Path, snapshot: &[u8], log: &[u8]) {
    let inner = folder.join("version-2");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("snapshot.1"), snapshot).unwrap();
    fs::write(inner.join("log.2"), log).unwrap();
}

fn proofs(path: &Path) -> Vec<Proof> {
    prove(path, &Options::default()).unwrap().proofs
}

/// Whether anything there is called restorable.
fn passes(path: &Path) -> bool {
    proofs(path)
        .iter()
        .any(|proof| proof.status == BackupStatus::Restorable)
}

#[test]
fn a_small_backup_cut_anywhere_never_passes() {
    let folder = TempDir::new().unwrap();
    let small = small();
    lay(folder.path(), &small.snapshot, &small.log);
    assert!(passes(folder.path()), "{:#?}", proofs(folder.path()));
    assert_eq!(proofs(folder.path())[0].znodes, Some(6));
    for end in 0..small.snapshot.len() {
        lay(folder.path(), &small.snapshot[..end], &small.log);
        assert!(!passes(folder.path()), "snapshot cut at {end}");
    }
    for end in 0..small.log.len() {
        // A whole number of KiB behind the header is a size that a server gives: nothing but zeros is missing then.
        let written_ahead = end % 1024 == 16 && small.log[end..].iter().all(|byte| *byte == 0);
        lay(folder.path(), &small.snapshot, &small.log[..end]);
        assert!(!passes(folder.path()) || written_ahead, "log cut at {end}");
        if written_ahead {
            assert_eq!(proofs(folder.path())[0].znodes, Some(6));
        }
    }
}

#[test]
fn a_small_backup_with_any_bit_changed_never_passes() {
    let folder = TempDir::new().unwrap();
    let small = small();
    let written = small.log.iter().rposition(|byte| *byte != 0).unwrap() + 40;
    for at in 0..small.snapshot.len() {
        let mut bytes = small.snapshot.clone();
        bytes[at] ^= 1 << (at % 8);
        lay(folder.path(), &bytes, &small.log);
        assert!(!passes(folder.path()), "snapshot changed at {at}");
    }
    for at in 0..written {
        let mut bytes = small.log.clone();
        bytes[at] ^= 1 << (at % 8);
        lay(folder.path(), &small.snapshot, &bytes);
        assert!(!passes(folder.path()), "log changed at {at}");
    }
}

fn tar(of: &Path, what: &str, to: &Path, options: &str) {
    let status = Command::new("tar")
        .arg(options)
        .arg(to)
        .arg("-C")
        .arg(of)
        .arg(what)
        .status();
    assert!(status.unwrap().success());
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut all).ok()?;
    Some(all)
}

#[test]
fn a_tar_cut_anywhere_never_passes() {
    let folder = TempDir::new().unwrap();
    let small = small();
    lay(&folder.path().join("zookeeper"), &small.snapshot, &small.log);
    for (options, step) in [("-cf", 509), ("-czf", 7)] {
        let path = folder.path().join("backup");
        tar(folder.path(), "zookeeper", &path, options);
        assert!(passes(&path), "{options} {:#?}", proofs(&path));
        let whole = fs::read(&path).unwrap();
        // Behind the end mark tar programs fill up with zeros: nothing is missing without them.
        let marked = whole.len() - whole.iter().rev().take_while(|byte| **byte == 0).count() + 2048;
        let end = if options == "-cf" {
            marked.min(whole.len()) - 1024
        } else {
            whole.len()
        };
        for cut in (0..end).step_by(step).chain(end.saturating_sub(600)..end) {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(!passes(&path), "{options} cut at {cut} of {}", whole.len());
        }
        for at in (0..whole.len()).step_by(step) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            fs::write(&path, &bytes).unwrap();
            // What inflates to the same bytes is the same backup: gzip's time, and other ways to write down zeros.
            let same = || options == "-czf" && inflated(&bytes) == inflated(&whole);
            assert!(!passes(&path) || same(), "{options} changed at {at}");
        }
    }
}

#[test]
fn what_is_damaged_is_told_by_its_file() {
    let folder = unpacked("live");
    let path = data(&folder).join("snapshot.259");
    let mut bytes = fs::read(&path).unwrap();
    bytes[5000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let (code, answer) = inspect(folder.path());
    let proof = only(&answer);
    // A restore would not use it; the copy is damaged all the same.
    assert_eq!(code, exit::NO_GO);
    assert_eq!(checks(proof), ["zk-backup-unreadable"]);
    assert!(
        proof["findings"][0]["summary"]
            .as_str()
            .unwrap()
            .starts_with("snapshot.259: damaged at byte")
    );
    assert_eq!(proof["snapshots"][2]["whole"], false);
    assert_eq!(proof["znodes"], 1068);
}

#[test]
fn a_snapshot_still_being_written_cannot_say() {
    let folder = unpacked("live");
    let path = data(&folder).join("snapshot.35a");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let (code, answer) = inspect(folder.path());
    assert_eq!(code, exit::CANNOT_SAY);
    assert_eq!(only(&answer)["znodes"], 1068);
    assert_eq!(only(&answer)["snapshots"][2]["used"], true);
}

#[test]
fn a_torn_end_with_zeros_behind_is_how_a_running_server_looks() {
    let folder = unpacked("live");
    let path = data(&folder).join("log.35c");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[end - 20..=end].fill(0);
    fs::write(&path, &bytes).unwrap();
    let (code, answer) = inspect(folder.path());
    let proof = only(&answer);
    assert_eq!(
        (code, &proof["logs"][3]["tail"]),
        (exit::GO, &"torn".into()),
        "{:#}",
        proof["findings"]
    );
    assert_eq!(proof["last_zxid"], "0x42f");
}

#[test]
fn any_level_is_read_and_named() {
    let folder = TempDir::new().unwrap();
    let small = small();
    let split = folder.path().join("var/lib/dcos/exhibitor/zookeeper");
    for (half, name, bytes) in [
        ("snapshot", "snapshot.1", &small.snapshot),
        ("transactions", "log.2", &small.log),
    ] {
        fs::create_dir_all(split.join(half).join("version-2")).unwrap();
        fs::write(split.join(half).join("version-2").join(name), bytes).unwrap();
    }
    fs::write(split.join("snapshot/myid"), "3\n").unwrap();
    let path = folder.path().join("backup.tar");
    tar(folder.path(), "var", &path, "-cf");
    let proof = &proofs(&path)[0];
    assert_eq!(proof.status, BackupStatus::Restorable, "{:#?}", proof.findings);
    assert_eq!(proof.folder.as_deref(), Some("var/lib/dcos/exhibitor/zookeeper"));
    assert_eq!(proof.myid, Some(3));
    assert!(
        proof.findings[0].summary.contains("dcos-zk restore"),
        "{:?}",
        proof.findings
    );
    // One level too deep: the transactions alone.
    tar(&split, "transactions", &path, "-cf");
    let (code, answer) = inspect(&path);
    assert_eq!(
        (code, checks(only(&answer))[0]),
        (exit::NO_GO, "zk-backup-without-snapshot")
    );
}

#[test]
fn two_data_directories_in_one_tar_are_two_backups() {
    let folder = TempDir::new().unwrap();
    let small = small();
    lay(
        &folder.path().join("var/lib/dcos/exhibitor/zookeeper"),
        &small.snapshot,
        &small.log,
    );
    let mut old = Vec::new();
    snapshot(&mut old, &[], tree([Znode::new("/old", "", 1)])).unwrap();
    lay(&folder.path().join("var/lib/zookeeper"), &old, &small.log[..600]);
    let path = folder.path().join("both.tar.gz");
    tar(folder.path(), "var", &path, "-czf");
    let proofs = proofs(&path);
    let names: Vec<_> = proofs
        .iter()
        .map(|proof| proof.path.rsplit('!').next().unwrap())
        .collect();
    assert_eq!(names, ["var/lib/dcos/exhibitor/zookeeper", "var/lib/zookeeper"]);
    assert_eq!(proofs[0].status, BackupStatus::Restorable);
    assert_eq!(proofs[1].status, BackupStatus::CannotSay);
}

#[test]
fn links_and_odd_names_are_never_followed() {
    let folder = TempDir::new().unwrap();
    let small = small();
    lay(folder.path(), &small.snapshot, &small.log);
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("version-2/snapshot.9")).unwrap();
    let inspected = prove(folder.path(), &Options::default()).unwrap();
    assert_eq!(inspected.proofs[0].status, BackupStatus::CannotSay);
    assert!(
        inspected.left_out[0].contains("symbolic link"),
        "{:?}",
        inspected.left_out
    );
    let path = folder.path().join("links.tar");
    tar(folder.path(), "version-2", &path, "-cf");
    assert!(!passes(&path));
    // The same file twice, as `tar -r` leaves it.
    fs::remove_file(folder.path().join("version-2/snapshot.9")).unwrap();
    tar(folder.path(), "version-2", &path, "-cf");
    assert!(passes(&path));
    tar(folder.path(), "version-2/log.2", &path, "-rf");
    assert!(!passes(&path));
}

#[test]
fn the_record_beside_a_backup_is_judged() {
    let folder = TempDir::new().unwrap();
    let small = small();
    lay(&folder.path().join("zookeeper"), &small.snapshot, &small.log);
    let path = folder.path().join("zk.tar");
    tar(folder.path(), "zookeeper", &path, "-cf");
    let sum = proofs(&path)[0].sha256.clone().unwrap();
    let record = folder.path().join("zk.tar.record");
    for (text, status) in [
        (
            format!("way=tar\nexit-status=1\nsha256={sum}\n"),
            BackupStatus::Restorable,
        ),
        ("way=dcos-zk\nexit-status=1\n".to_owned(), BackupStatus::CannotSay),
        (format!("sha256={}\n", "0".repeat(64)), BackupStatus::NotRestorable),
    ] {
        fs::write(&record, &text).unwrap();
        let proof = &proofs(&path)[0];
        assert_eq!(proof.status, status, "{text}");
        assert!(proof.taken.is_some());
    }
    fs::write(&record, "began=2026-11-21T20:00:00Z\nhost=10.0.0.1\nleading=yes\n").unwrap();
    let ran = run(&["inspect", path.to_str().unwrap()]);
    assert!(ran.out.starts_with("RESTORABLE  "), "{}", ran.out);
    assert!(ran.out.contains("taken 2026-11-21 20:00:00 UTC"), "{}", ran.out);
}

fn guano(folder: &Path) {
    for (path, data) in [
        ("dump/cluster-id", "e5924d5f-0000-0000-0000-87196ec7d3df"),
        ("dump/marathon/_znode", "x"),
        ("dump/marathon/state/apps", "app"),
        ("dump/mesos/log_replicas/_znode", "y"),
        ("dump/zookeeper/config", "server.1"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, data).unwrap();
    }
}

#[test]
fn a_guano_dump_is_counted_and_cannot_prove_itself() {
    let folder = TempDir::new().unwrap();
    guano(folder.path());
    let path = folder.path().join("zkstate.tar.gz");
    tar(folder.path(), "dump", &path, "-czf");
    let (code, answer) = inspect(&path);
    let proof = only(&answer);
    assert_eq!(code, exit::CANNOT_SAY, "{proof:#}");
    assert_eq!(
        (&proof["kind"], &proof["znodes"], &proof["nonempty"]),
        (&"guano".into(), &9.into(), &5.into())
    );
    assert_eq!(proof["cluster_id"], "e5924d5f-0000-0000-0000-87196ec7d3df");
    assert_eq!(checks(proof), ["zk-backup-count-differs"]);
    let marathon = proof["subtrees"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["path"] == "/marathon")
        .unwrap();
    assert_eq!(marathon["znodes"], 3);
    // With the counts of the server beside it: 9 persistent ones, 2 ephemeral ones, the root once more.
    let record = folder.path().join("zkstate.tar.gz.record");
    let said =
        "way=guano\nznodes-before=12\nznodes-after=12\nephemerals-before=2\nmarathon-stopped=yes\nexit-status=0\n";
    fs::write(&record, said).unwrap();
    assert_eq!(inspect(&path).0, exit::GO);
    fs::write(&record, said.replace("12", "13")).unwrap();
    assert_eq!(inspect(&path).0, exit::CANNOT_SAY);
}

#[test]
fn a_guano_dump_that_failed_is_not_restorable() {
    let folder = TempDir::new().unwrap();
    guano(folder.path());
    fs::write(
        folder.path().join("guano.log"),
        "KeeperErrorCode = NoAuth for /dcos/vault\n",
    )
    .unwrap();
    let (code, answer) = inspect(folder.path());
    assert_eq!(code, exit::NO_GO);
    assert!(
        only(&answer)["findings"][0]["summary"]
            .as_str()
            .unwrap()
            .contains("guano.log")
    );
    // A node may be called so, and hold what it wants.
    fs::remove_file(folder.path().join("guano.log")).unwrap();
    fs::write(folder.path().join("dump/marathon/guano.log"), "KeeperErrorCode\n").unwrap();
    assert_eq!(inspect(folder.path()).0, exit::CANNOT_SAY);
    fs::write(folder.path().join("dump/marathon/state/cut"), "").unwrap();
    assert_eq!(inspect(folder.path()).0, exit::NO_GO);
    let empty = TempDir::new().unwrap();
    fs::create_dir(empty.path().join("dump")).unwrap();
    fs::write(empty.path().join("dump.record"), "way=guano\n").unwrap();
    assert_eq!(inspect(&empty.path().join("dump")).0, exit::NO_GO);
}

#[test]
fn a_folder_of_backups_gives_a_proof_of_each() {
    let folder = TempDir::new().unwrap();
    let small = small();
    lay(&folder.path().join("zookeeper"), &small.snapshot, &small.log);
    for master in ["10.0.0.1", "10.0.0.2"] {
        tar(
            folder.path(),
            "zookeeper",
            &folder.path().join(format!("{master}.tar.gz")),
            "-czf",
        );
    }
    fs::remove_dir_all(folder.path().join("zookeeper")).unwrap();
    guano(folder.path());
    fs::write(
        folder.path().join("iam.sql"),
        "CREATE TABLE users (id INT);\nINSERT INTO users (id) VALUES\n\t(1);\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("iam.sql.record"),
        "way=cockroach-dump\nexit-status=0\n",
    )
    .unwrap();
    fs::write(folder.path().join("10.0.0.1.tar.gz.record"), "host=10.0.0.1\n").unwrap();
    let proofs = proofs(folder.path());
    let kinds: Vec<String> = proofs
        .iter()
        .map(|proof| format!("{:?} {}", proof.kind, proof.status))
        .collect();
    assert_eq!(
        kinds,
        [
            "Iam restorable",
            "Guano cannot-say",
            "Zookeeper restorable",
            "Zookeeper restorable"
        ]
    );
    let host = |at: usize| proofs[at].taken.as_ref().and_then(|taken| taken.host.clone());
    assert_eq!((host(2).as_deref(), host(3)), (Some("10.0.0.1"), None));
    assert!(proofs.iter().all(|proof| proof.sha256.is_some()));
}

#[test]
fn a_bomb_is_not_inflated() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bomb.tar.gz");
    let status = Command::new("bash")
        .args([
            "-c",
            "head -c 50000000 /dev/zero | gzip > \"$0\"",
            path.to_str().unwrap(),
        ])
        .status();
    assert!(status.unwrap().success());
    let mut options = Options::default();
    options.limits.ratio = 100;
    options.limits.ratio_free = 1 << 20;
    let inspected = prove(&path, &options).unwrap();
    assert!(inspected.proofs.is_empty() && inspected.unreadable.is_some());
}
