//! Genuine ZooKeeper, three ways: what a walk over the wire counts, what the server says of itself, what the reader of files
//! says; and restore drills of backups taken while the tree was being written to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use gonogo::backup::server::{Server, Settings};
use gonogo::backup::{Options, prove};
use gonogo::cli::Terminal;
use gonogo::model::{BackupStatus, Proof};
use serde_json::Value;
use zookeeper_client::{Acls, Client, CreateMode};

use super::genuine_zookeeper::installed;

/// Runs `gonogo backup drill`; exit code and the one drill of its answer.
pub fn drill(path: &Path) -> (u8, Value) {
    let home = std::env::var("GONOGO_GENUINE_ZOOKEEPER").unwrap();
    let arguments = [
        "gonogo",
        "backup",
        "drill",
        path.to_str().unwrap(),
        "--zookeeper-home",
        &home,
        "--format",
        "json",
    ];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gonogo::cli::run(arguments.map(Into::into), Terminal::NONE, &mut out, &mut err);
    let answer: Value =
        serde_json::from_slice(&out).unwrap_or_else(|_| panic!("{code}: {}", String::from_utf8_lossy(&err)));
    (code, answer["drills"][0].clone())
}

pub fn proof(path: &Path) -> Proof {
    let mut proofs = prove(path, &Options::default()).unwrap().proofs;
    assert_eq!(proofs.len(), 1, "{}", path.display());
    proofs.remove(0)
}

pub fn capture(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/captures/zookeeper-3.8")
        .join(name);
    if !path.exists() {
        eprintln!("skipped: the recorded data directories are not beside the project");
        return None;
    }
    Some(path)
}

#[test]
fn the_recorded_data_directories_are_given_back_as_read() {
    if installed().is_none() {
        return;
    }
    for (name, znodes, ephemerals) in [
        ("zookeeper-datadir-live.tar.gz", 1068, 13),
        ("zookeeper-datadir-stopped.tar.gz", 1055, 0),
    ] {
        let Some(path) = capture(name) else { return };
        let (code, drill) = drill(&path);
        assert_eq!(code, 0, "{drill:#}");
        assert_eq!(drill["outcome"], "green");
        for side in ["reader", "server"] {
            assert_eq!(drill[side]["znodes"], znodes, "{name}: {side}");
            assert_eq!(drill[side]["ephemerals"], ephemerals, "{name}: {side}");
        }
        assert_eq!(drill["server"]["node_count"], znodes + 1);
        assert_eq!(drill["reader"]["digest"], drill["server"]["digest"]);
    }
}

/// Writes until it is told to stop; keeps a session with ephemeral znodes open as long.
fn write(address: String, stop: Arc<AtomicBool>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let client = Client::connect(&address).await.unwrap();
            let persistent = &CreateMode::Persistent.with_acls(Acls::anyone_all());
            let ephemeral = &CreateMode::Ephemeral.with_acls(Acls::anyone_all());
            client.create("/marathon", b"", persistent).await.unwrap();
            client.create("/marathon/state", b"", persistent).await.unwrap();
            client.create("/mesos", b"", persistent).await.unwrap();
            client
                .create("/cluster-id", b"3f0b4a5e-0000-4000-8000-000000000001", persistent)
                .await
                .unwrap();
            let mut number = 0_u64;
            while !stop.load(Ordering::Relaxed) || number < 400 {
                let path = format!("/marathon/state/app-{number}");
                let data = vec![b'x'; usize::try_from(number % 700).unwrap()];
                client.create(&path, &data, persistent).await.unwrap();
                match number % 5 {
                    0 => {
                        let member = format!("/mesos/member-{number}");
                        client.create(&member, b"10.0.0.1", ephemeral).await.unwrap();
                    }
                    1 => drop(client.set_data(&path, b"changed", None).await.unwrap()),
                    2 => client.delete(&path, None).await.unwrap(),
                    3 => {
                        let child = format!("{path}/child");
                        client.create(&child, b"", persistent).await.unwrap();
                    }
                    _ => {
                        // A session that comes and goes, with a znode that goes with it.
                        if number % 20 == 4 {
                            let other = Client::connect(&address).await.unwrap();
                            let gone = format!("/mesos/gone-{number}");
                            other.create(&gone, b"", ephemeral).await.unwrap();
                        }
                    }
                }
                number += 1;
            }
            std::future::pending::<()>().await;
        });
    })
}

fn tar(data: &Path, into: &Path) {
    let status = Command::new("tar")
        .arg("-C")
        .arg(data.parent().unwrap())
        .arg("-cf")
        .arg(into)
        .arg("version-2")
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    // 1: a file changed as it was read.
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
}

#[test]
fn backups_taken_while_the_tree_is_written_to() {
    let Some(installation) = installed() else { return };
    let settings = Settings {
        snap_count: Some(300),
        pre_alloc_kib: 64,
        ..Settings::default()
    };
    let server = Server::start(&installation, &settings, |_| Ok(())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writer = write(server.address().to_string(), Arc::clone(&stop));
    let mut seen = Vec::new();
    for number in 0..6 {
        thread::sleep(Duration::from_millis(700));
        let path = folder.path().join(format!("live-{number}.tar"));
        tar(&server.data(), &path);
        seen.push(path);
    }
    stop.store(true, Ordering::Relaxed);
    // The writer holds its sessions, so nothing changes any more: three ways must agree to the last znode.
    let quiet = settle(&server);
    let path = folder.path().join("quiet.tar");
    tar(&server.data(), &path);
    let proof = proof(&path);
    assert_eq!(proof.status, BackupStatus::Restorable, "{:#?}", proof.findings);
    assert_eq!(proof.znodes.unwrap() + 1, quiet.0, "reader and four-letter words");
    assert_eq!(proof.ephemerals, Some(quiet.1));
    assert!(proof.znodes > Some(300) && proof.ephemerals > Some(50), "{proof:#?}");
    let (code, result) = drill(&path);
    assert_eq!(code, 0, "{result:#}");
    assert_eq!(result["server"]["znodes"], proof.znodes.unwrap(), "reader and a walk");
    let mut restorable = 0;
    for path in &seen {
        let (code, result) = drill(path);
        assert_eq!(result["differences"], 0, "{result:#}");
        // A copy of a running server's files may be one of which nobody can say that it is whole; never a wrong one.
        assert!(
            matches!(
                (code, result["outcome"].as_str()),
                (0, Some("green")) | (5, Some("cannot-say"))
            ),
            "{result:#}"
        );
        restorable += u64::from(code == 0);
        eprintln!(
            "{}: {} {}",
            path.file_name().unwrap().to_string_lossy(),
            result["outcome"],
            result["because"]
        );
    }
    assert!(
        restorable >= 3,
        "{restorable} of {} live backups are restorable",
        seen.len()
    );
    drop(writer);
}

/// Node count and ephemerals of a server at rest.
fn settle(server: &Server) -> (u64, u64) {
    let counts = || {
        let answer = server.word("mntr").unwrap();
        let value = |key: &str| -> u64 {
            let line = answer.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim().parse().unwrap()
        };
        (value("zk_znode_count"), value("zk_ephemerals_count"))
    };
    let mut before = counts();
    for _ in 0..50 {
        thread::sleep(Duration::from_millis(400));
        let now = counts();
        if now == before {
            return now;
        }
        before = now;
    }
    panic!("the server does not come to rest");
}

#[test]
fn a_backup_without_its_last_log_is_never_green() {
    if installed().is_none() {
        return;
    }
    let Some(path) = capture("zookeeper-datadir-live.tar.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar")
        .arg("-C")
        .arg(folder.path())
        .arg("-xzf")
        .arg(path)
        .status()
        .unwrap();
    assert!(unpacked.success());
    let log = find(folder.path(), "log.35c").unwrap();
    fs::remove_file(log).unwrap();
    let (code, result) = drill(folder.path());
    assert!(matches!(code, 3 | 5), "{result:#}");
    assert_eq!(result["differences"], 0, "{result:#}");
}

/// The file of that name somewhere below a folder.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    fs::read_dir(folder).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, name)
        } else {
            path.file_name().is_some_and(|own| own == name).then_some(path)
        }
    })
}
