//! ZooKeeper's own readers over the files that we write, and our reader over the files that ZooKeeper writes.
//!
//! Runs Java where `GONOGO_GENUINE_ZOOKEEPER` names a folder with ZooKeeper's jars, and is skipped without it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::zk_files_written::{small_changes, small_snapshot, written};

/// Class path of the jars that ZooKeeper's tools need; `None` where the tests are not wanted.
pub fn classpath() -> Option<String> {
    let Some(folder) = std::env::var_os("GONOGO_GENUINE_ZOOKEEPER").map(PathBuf::from) else {
        eprintln!("skipped: GONOGO_GENUINE_ZOOKEEPER names no folder with ZooKeeper's jars");
        return None;
    };
    let jars = [
        "zookeeper",
        "zookeeper-jute",
        "slf4j-api",
        "slf4j-nop",
        "commons-cli",
        "snappy-java",
        "netty-all",
    ];
    let paths: Vec<String> = jars
        .iter()
        .map(|jar| folder.join(format!("{jar}.jar")).display().to_string())
        .collect();
    Some(paths.join(":"))
}

fn run(classpath: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new("java")
        .args(["-cp", classpath])
        .args(arguments)
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn the_official_formatter_reads_our_snapshot() {
    let Some(classpath) = classpath() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot.5");
    std::fs::write(&file, small_snapshot()).unwrap();
    let said = run(&classpath, &["org.apache.zookeeper.server.SnapshotFormatter"], &file);
    for expected in [
        "ZNode Details (count=8):", // the server counts the root twice
        "/app-2",
        "/app/member-0000000001\n  cZxid = 0x00000000000004",
        "ephemeralOwner = 0x00100000000001",
        "dataLength = 13",
        "0x00100000000001, 30000, 1\n",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn the_official_toolkit_reads_our_log() {
    let Some(classpath) = classpath() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.6");
    std::fs::write(&file, written(small_changes(), 1 << 20)).unwrap();
    let toolkit = "org.apache.zookeeper.server.persistence.TxnLogToolkit";
    let said = run(&classpath, &[toolkit, "-d"], &file);
    for expected in [
        "dbid 0 txnlog format version 2",
        "zxid 0x6 setData /app/state,four,1",
        "zxid 0x7 createSession 10000",
        "zxid 0x8 create /app/member-0000000002",
        "zxid 0x9 multi create:",
        "zxid 0xa error -101",
        "session 0x100000000001 cxid 0x5 zxid 0xb closeSession",
        "EOF reached after 6 txns.",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("CRC"), "{said}");
}
