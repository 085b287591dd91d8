//! The reader of ZooKeeper's files against a data directory of a genuine 3.8 and what a walk over the wire found in it.
//!
//! Reads the capture beside the project; never a server.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use gonogo::model::backup::{Tail, Zxid};
use gonogo::sources::zk_digest::{Node, TreeDigest};
use gonogo::sources::zk_snapshot::{self, Packing, Snapshot, Verify};
use gonogo::sources::zk_tree::{Full, Tree};
use gonogo::sources::zk_txlog::{self, Log};

pub const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/captures/zookeeper-3.8");

/// Files of one of the two tars, by name.
pub fn files(state: &str) -> BTreeMap<String, Vec<u8>> {
    let path = Path::new(CAPTURE).join(format!("zookeeper-datadir-{state}.tar.gz"));
    let mut tar = tar::Archive::new(GzDecoder::new(File::open(path).unwrap()));
    let mut files = BTreeMap::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if !bytes.is_empty() {
            files.insert(name, bytes);
        }
    }
    files
}

pub fn snapshot(bytes: &[u8]) -> (Snapshot, Tree) {
    let mut tree = Tree::new(&["/cluster-id"]);
    let seen = zk_snapshot::read(bytes, Packing::Plain, &mut tree).unwrap();
    (seen, tree)
}

pub fn log(bytes: &[u8]) -> Log {
    zk_txlog::read(bytes, Zxid(0), &mut Verify).unwrap()
}

#[test]
fn snapshots_alone_have_the_counts_that_the_capture_states() {
    let files = files("stopped");
    for (name, znodes) in [("432", 1055), ("35a", 861), ("259", 603), ("155", 344)] {
        let (seen, mut tree) = snapshot(&files[&format!("snapshot.{name}")]);
        assert!(seen.is_whole(), "{name}: {:?}", seen.problem());
        assert_eq!(seen.nodes, znodes, "{name}");
        assert_eq!(tree.summary().znodes, znodes, "{name}");
        assert!(seen.server_digest.is_some(), "{name}: 3.8 writes a digest");
        assert_eq!(tree.drop_dead(), 0, "{name}");
    }
    let (seen, tree) = snapshot(&files["snapshot.432"]);
    assert_eq!((seen.sessions, tree.summary().ephemerals), (0, 0));
    // Fuzzy: written while transactions went on.
    assert_eq!(snapshot(&files["snapshot.155"]).0.highest, Zxid(0x156));
    assert_eq!(snapshot(&files["snapshot.35a"]).0.highest, Zxid(0x35b));
}

#[test]
fn logs_are_clean_padded_and_without_gaps() {
    let files = files("live");
    let mut before = None;
    for name in ["1", "157", "25a", "35c"] {
        let log = log(&files[&format!("log.{name}")]);
        assert_eq!(log.tail, Tail::Clean, "{name}: {:?}", log.problem);
        assert!(log.padded && log.gaps.is_empty(), "{name}: {:?}", log.gaps);
        assert_eq!(log.from.unwrap().to_string(), format!("0x{name}"));
        assert_eq!(log.bytes, 1_048_592);
        assert_eq!(log.digests, log.transactions, "{name}: 3.8 writes digests");
        assert!(
            before.is_none_or(|before: u64| before + 1 == log.from.unwrap().0),
            "{name}"
        );
        before = log.to.map(|zxid| zxid.0);
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Walked {
    path: String,
    bytes: u64,
    sha256: String,
    czxid: u64,
    mzxid: u64,
    version: i32,
    ephemeral_owner: i64,
}

#[derive(serde::Deserialize)]
struct Walk {
    znodes: u64,
    ephemerals: u64,
    data_bytes: u64,
    sessions: Vec<String>,
    nodes: Vec<Walked>,
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn walk() -> Walk {
    serde_json::from_reader(File::open(Path::new(CAPTURE).join("znodes.json")).unwrap()).unwrap()
}

#[test]
fn the_newest_snapshot_and_its_log_give_the_tree_that_the_walk_found() {
    let (files, walk) = (files("live"), walk());
    let (seen, mut tree) = snapshot(&files["snapshot.35a"]);
    assert!(seen.is_whole());
    let log = zk_txlog::read(files["log.35c"].as_slice(), Zxid(0x35b), &mut tree).unwrap();
    assert_eq!(log.applied, log.transactions);

    let summary = tree.summary();
    assert_eq!(
        (summary.znodes, summary.ephemerals, summary.data_bytes),
        (walk.znodes, walk.ephemerals, walk.data_bytes)
    );
    assert_eq!((summary.znodes, summary.ephemerals), (1068, 13));
    let mut digest = TreeDigest::default();
    for node in &walk.nodes {
        digest.add(
            Node {
                path: &node.path,
                czxid: node.czxid,
                mzxid: node.mzxid,
                version: node.version,
                data_length: node.bytes,
                owner: node.ephemeral_owner,
            }
            .share(),
        );
    }
    assert_eq!(summary.digest, digest.finish());
    assert_eq!(
        summary.last_zxid.0,
        walk.nodes.iter().map(|node| node.mzxid.max(node.czxid)).max().unwrap()
    );
    assert_eq!(
        summary.nonempty,
        walk.nodes
            .iter()
            .filter(|node| node.ephemeral_owner == 0 && node.bytes > 0)
            .count() as u64
    );
    let sessions: Vec<String> = tree.sessions().keys().map(|id| format!("{id:#x}")).collect();
    assert_eq!(sessions, walk.sessions);
    assert_eq!(tree.kept("/cluster-id").map(<[u8]>::len), Some(36));
    assert_eq!(tree.drop_dead(), 0);
}

#[test]
fn every_node_of_the_walk_is_there_with_its_numbers_and_its_data() {
    let (files, walk) = (files("live"), walk());
    let mut full = Full::new();
    zk_snapshot::read(files["snapshot.35a"].as_slice(), Packing::Plain, &mut full).unwrap();
    zk_txlog::read(files["log.35c"].as_slice(), Zxid(0x35b), &mut full).unwrap();
    assert_eq!(full.nodes().len(), walk.nodes.len());
    for expected in &walk.nodes {
        let node = &full.nodes()[&expected.path];
        assert_eq!(
            (node.czxid, node.mzxid, node.version, u64::from(node.length), node.owner),
            (
                expected.czxid,
                expected.mzxid,
                expected.version,
                expected.bytes,
                expected.ephemeral_owner
            ),
            "{}",
            expected.path
        );
        assert_eq!(hex(&node.sha256), expected.sha256, "{}", expected.path);
    }
}

#[test]
fn subtrees_count_what_the_walk_found_below_them() {
    let (files, walk) = (files("live"), walk());
    let (_, mut tree) = snapshot(&files["snapshot.35a"]);
    zk_txlog::read(files["log.35c"].as_slice(), Zxid(0x35b), &mut tree).unwrap();
    let depth = |path: &str| if path == "/" { 0 } else { path.matches('/').count() };
    let below = |path: &str, node: &Walked| {
        path == "/" || node.path == path || node.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut expected = Vec::new();
    for node in walk.nodes.iter().filter(|node| depth(&node.path) <= 4) {
        let all: Vec<&Walked> = walk.nodes.iter().filter(|other| below(&node.path, other)).collect();
        if all.len() > 1 {
            let ephemerals = all.iter().filter(|node| node.ephemeral_owner != 0).count() as u64;
            let bytes: u64 = all.iter().map(|node| node.bytes).sum();
            expected.push((node.path.clone(), all.len() as u64, ephemerals, bytes));
        }
    }
    expected.sort();
    let found: Vec<_> = tree
        .summary()
        .subtrees
        .into_iter()
        .map(|found| (found.path, found.znodes, found.ephemerals, found.data_bytes))
        .collect();
    assert_eq!(found, expected);
    assert!(found.len() > 20);
}

#[test]
fn every_way_to_begin_leads_to_the_same_tree() {
    let files = files("live");
    let mut digests = Vec::new();
    for (begin, logs) in [
        ("0", &["1", "157", "25a", "35c"][..]),
        ("155", &["1", "157", "25a", "35c"]),
        ("259", &["157", "25a", "35c"]),
        ("35a", &["25a", "35c"]),
    ] {
        let (_, mut tree) = snapshot(&files[&format!("snapshot.{begin}")]);
        let from = Zxid(u64::from_str_radix(begin, 16).unwrap() + 1);
        for log in logs {
            zk_txlog::read(files[&format!("log.{log}")].as_slice(), from, &mut tree).unwrap();
        }
        digests.push((tree.summary(), tree.sessions().clone()));
    }
    for digest in &digests {
        assert_eq!(digest, &digests[0]);
    }
}

#[test]
fn snapshots_that_a_server_compressed_are_read_and_cut_ones_are_not() {
    // Of a 3.8.0 with `zookeeper.snapshot.compression.method` gz and snappy: /app , /app/state set once, and an ephemeral node of a session that had just gone.
    let mut digests = Vec::new();
    for name in ["snapshot.8.gz", "snapshot.8.snappy"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/zookeeper-files/3.8.0");
        let bytes = std::fs::read(Path::new(folder).join(name)).unwrap();
        let mut tree = Tree::new(&["/app/state"]);
        let seen = zk_snapshot::read(bytes.as_slice(), Packing::of(name), &mut tree).unwrap();
        assert!(seen.is_whole(), "{name}: {:?}", seen.problem());
        assert_eq!(tree.kept("/app/state"), Some(&b"world"[..]));
        assert_eq!((tree.summary().znodes, tree.summary().ephemerals), (7, 1));
        assert_eq!(
            (seen.server_digest.as_ref().map(|digest| digest.zxid), seen.highest),
            (Some(Zxid(8)), Zxid(8))
        );
        digests.push(seen.server_digest.unwrap().version);
        for end in 0..bytes.len() {
            let cut = zk_snapshot::read(&bytes[..end], Packing::of(name), &mut Verify).unwrap();
            assert!(!cut.is_whole(), "{name} cut at {end}");
        }
    }
    assert_eq!(digests, [2, 2]);
}
