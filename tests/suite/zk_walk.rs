//! The walk over a tree of znodes: what it counts, what it survives, what it never asks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gonogo::collect::zk_session::{Nothing, Seen, Sink, WalkError, WalkLimits, WalkSummary, ZkAuth, walk};
use gonogo::model::backup::Zxid;
use gonogo::sources::zk_digest::{Node, TreeDigest};

use crate::support::fake_zookeeper::{Fake, FakeZookeeper, tree};

fn limits() -> WalkLimits {
    WalkLimits {
        pause: Duration::from_millis(1),
        first_session: Duration::from_secs(5),
        patience: Duration::from_secs(20),
        ..WalkLimits::default()
    }
}

fn run(server: &FakeZookeeper, limits: &WalkLimits, sink: &mut dyn Sink) -> Result<WalkSummary, WalkError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(walk(
            std::slice::from_ref(&server.origin),
            &ZkAuth::default(),
            limits,
            sink,
        ))
}

/// Everything that arrives, by path; a path that arrives twice is an error.
#[derive(Default)]
struct Kept(BTreeMap<String, Option<Vec<u8>>>);

impl Sink for Kept {
    fn read(&mut self, seen: &Seen<'_>) -> io::Result<()> {
        let twice = self.0.insert(seen.node.path.clone(), seen.data.map(<[u8]>::to_vec));
        if twice.is_some() {
            return Err(io::Error::other("told twice"));
        }
        Ok(())
    }
}

/// A hundred and eleven znodes on three levels.
fn wide() -> BTreeMap<String, Fake> {
    let paths: Vec<String> = (0..10)
        .flat_map(|a| (0..10).map(move |b| format!("/n{a}/m{b}")))
        .collect();
    tree(&paths.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_walk_counts_every_znode_once_and_closes_its_session() {
    let mut nodes = tree(&["/a/b", "/a/c", "/z"]);
    nodes.get_mut("/a").unwrap().data = b"12345".to_vec();
    nodes.get_mut("/a/b").unwrap().owner = 0x77;
    nodes.get_mut("/z").unwrap().acl = vec![(31, "digest", "ann:not-a-real-hash="), (1, "world", "anyone")];
    let server = FakeZookeeper::start(nodes);
    let mut kept = Kept::default();
    let summary = run(&server, &limits(), &mut kept).unwrap();
    assert!(summary.complete, "{summary:?}");
    let sums = summary.tree.as_ref().unwrap();
    assert_eq!(
        (sums.znodes, sums.ephemerals, sums.nonempty, sums.data_bytes),
        (5, 1, 1, 5)
    );
    assert_eq!(sums.last_zxid, Zxid(5));
    let mut digest = TreeDigest::default();
    for (path, zxid, length, owner) in [
        ("/", 1, 0, 0),
        ("/a", 2, 5, 0),
        ("/a/b", 4, 0, 0x77),
        ("/a/c", 4, 0, 0),
        ("/z", 2, 0, 0),
    ] {
        let node = Node {
            path,
            czxid: zxid,
            mzxid: zxid + 1,
            version: 1,
            data_length: length,
            owner,
        };
        digest.add(node.share());
    }
    assert_eq!(sums.digest, digest.finish());
    assert_eq!(kept.0.len(), 5);
    assert!(kept.0.values().all(Option::is_none), "contents were not asked for");
    assert_eq!(
        (summary.zxid_before, summary.zxid_after),
        (Some(Zxid(16)), Some(Zxid(16)))
    );
    assert!(summary.still());
    let acls: Vec<(&str, Option<&str>, u64)> = summary
        .acls
        .iter()
        .map(|acl| {
            (
                acl.entries[0].scheme.as_str(),
                acl.entries[0].who.as_deref(),
                acl.znodes,
            )
        })
        .collect();
    assert_eq!(acls, [("digest", Some("ann"), 1), ("world", Some("anyone"), 4)]);
    assert_eq!((summary.sessions, server.asked.closed.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(server.listed("/a"), 1);
    // getACL, ping, getChildren2, closeSession: nothing that changes anything, and no contents.
    assert_eq!(server.codes(), BTreeSet::from([6, 11, 12, -11]));
}

#[test]
fn contents_come_only_when_asked_for_and_access_lists_can_be_left_out() {
    let mut nodes = tree(&["/a"]);
    nodes.get_mut("/a").unwrap().data = b"not-a-real-token".to_vec();
    let server = FakeZookeeper::start(nodes);
    let mut kept = Kept::default();
    let asked = WalkLimits {
        contents: true,
        acls: false,
        ..limits()
    };
    let summary = run(&server, &asked, &mut kept).unwrap();
    assert_eq!(kept.0["/a"].as_deref(), Some(b"not-a-real-token".as_slice()));
    assert_eq!(kept.0["/"].as_deref(), Some(b"".as_slice()));
    assert!(!summary.acls_read && summary.acls.is_empty());
    assert!(!serde_json::to_string(&summary).unwrap().contains("not-a-real"));
    assert!(!server.codes().contains(&6));
}

#[test]
fn what_is_refused_is_counted_and_what_hides_behind_it_is_told() {
    let mut nodes = tree(&["/leaf", "/vault/secret/one", "/vault/secret/two"]);
    nodes.get_mut("/leaf").unwrap().hidden = true;
    let server = FakeZookeeper::start(nodes.clone());
    let summary = run(&server, &limits(), &mut Nothing).unwrap();
    assert!(summary.complete, "a leaf hides nothing but its data");
    assert_eq!(summary.unreadable.paths, ["/leaf"]);
    assert_eq!(summary.tree.unwrap().znodes, 6);

    nodes.get_mut("/vault/secret").unwrap().hidden = true;
    let server = FakeZookeeper::start(nodes);
    let summary = run(&server, &limits(), &mut Nothing).unwrap();
    assert!(!summary.complete);
    assert_eq!((summary.unreadable.znodes, summary.unreadable.children), (2, 2));
    assert_eq!(summary.tree.unwrap().znodes, 4);
    let why = summary.incomplete_because.unwrap();
    assert!(why.contains("2 children and all below them were not seen"), "{why}");
}

#[test]
fn a_znode_that_is_gone_when_asked_for_is_counted_as_that() {
    let mut nodes = tree(&["/a/gone", "/a/stays"]);
    nodes.get_mut("/a/gone").unwrap().gone = true;
    let server = FakeZookeeper::start(nodes);
    let summary = run(&server, &limits(), &mut Nothing).unwrap();
    assert!(summary.complete);
    assert_eq!((summary.vanished, summary.tree.unwrap().znodes), (1, 3));
}

#[test]
fn lost_connections_lose_no_znode() {
    let whole = run(&FakeZookeeper::start(wide()), &limits(), &mut Nothing).unwrap();
    let server = FakeZookeeper::start(wide());
    server.faults.drop_every.store(15, Ordering::SeqCst);
    server.faults.drops.store(6, Ordering::SeqCst);
    let mut kept = Kept::default();
    let summary = run(&server, &limits(), &mut kept).unwrap();
    assert!(summary.complete, "{summary:?}");
    assert_eq!(summary.tree, whole.tree);
    assert_eq!(kept.0.len(), 111);
    assert!(summary.interruptions >= 1, "{summary:?}");
    assert_eq!(summary.sessions, 1, "a session outlives its connection");
}

#[test]
fn lost_sessions_are_opened_again() {
    let server = FakeZookeeper::start(wide());
    server.faults.drop_every.store(40, Ordering::SeqCst);
    server.faults.drops.store(3, Ordering::SeqCst);
    server.faults.forget_sessions.store(true, Ordering::SeqCst);
    let summary = run(&server, &limits(), &mut Nothing).unwrap();
    assert!(summary.complete, "{summary:?}");
    assert_eq!(summary.tree.unwrap().znodes, 111);
    assert_eq!(summary.sessions, 4);
}

#[test]
fn requests_in_flight_are_bounded() {
    let server = FakeZookeeper::start(wide());
    server.faults.slow_ms.store(1, Ordering::SeqCst);
    run(&server, &limits(), &mut Nothing).unwrap();
    let most = server.asked.at_once.load(Ordering::SeqCst);
    assert!((1..=8).contains(&most), "{most} at once");
}

#[test]
fn the_limit_on_znodes_ends_a_walk_that_says_so() {
    let server = FakeZookeeper::start(wide());
    let few = WalkLimits {
        max_nodes: 50,
        ..limits()
    };
    let summary = run(&server, &few, &mut Nothing).unwrap();
    assert_eq!(summary.tree.unwrap().znodes, 50);
    assert!(!summary.complete);
    assert_eq!(
        summary.incomplete_because.as_deref(),
        Some("the limit of 50 znodes was reached")
    );
}

/// Turns the server silent after some znodes.
struct Silences<'s>(&'s FakeZookeeper, u64);

impl Sink for Silences<'_> {
    fn read(&mut self, _seen: &Seen<'_>) -> io::Result<()> {
        self.1 += 1;
        if self.1 == 20 {
            self.0.faults.silent.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

#[test]
fn servers_that_fall_silent_leave_what_was_read_marked_incomplete() {
    let server = FakeZookeeper::start(wide());
    let hasty = WalkLimits {
        patience: Duration::from_secs(2),
        answer: Duration::from_millis(300),
        ..limits()
    };
    let summary = run(&server, &hasty, &mut Silences(&server, 0)).unwrap();
    assert!(!summary.complete);
    let count = summary.tree.unwrap().znodes;
    assert!((20..111).contains(&count), "{count}");
    let why = summary.incomplete_because.unwrap();
    assert!(why.starts_with("no answer for 2 s"), "{why}");
}

#[test]
fn where_no_server_takes_a_session_the_servers_are_named() {
    let server = FakeZookeeper::start(wide());
    server.faults.closed.store(true, Ordering::SeqCst);
    let hasty = WalkLimits {
        first_session: Duration::from_secs(1),
        ..limits()
    };
    let error = run(&server, &hasty, &mut Nothing).unwrap_err();
    assert!(matches!(error, WalkError::NoSession { .. }), "{error}");
    assert!(error.to_string().contains(&server.origin.authority()), "{error}");
}

struct Full;

impl Sink for Full {
    fn read(&mut self, _seen: &Seen<'_>) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))
    }
}

#[test]
fn a_sink_that_is_full_ends_the_walk() {
    let error = run(&FakeZookeeper::start(wide()), &limits(), &mut Full).unwrap_err();
    assert!(matches!(error, WalkError::Sink(_)), "{error}");
}
