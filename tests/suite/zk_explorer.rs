//! The names of the znodes through Exhibitor's explorer: when it is asked, what is asked, what comes of bad answers.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use gonogo::archive::{Container, Limits, Reader, Target, writer};
use gonogo::cli::{self, Terminal, exit};
use gonogo::collect::zk_session::journal::{Head, Journal};
use gonogo::collect::zk_session::{WalkLimits, ZkAuth, go_on};
use gonogo::collect::{Base, ZkTree};
use gonogo::model::Outcome;
use gonogo::sources::zk_tree_file::{Summary, Way};
use serde_json::{Value, json};

use crate::support::fake_zookeeper::{FakeZookeeper, tree};
use crate::support::mini::{self, Ran, masters};
use crate::support::misbehaving::{Answer, Misbehaving, Seen, ok, redirect, status};

const EXPLORER: &str = "/exhibitor/v1/explorer/node";

fn limits(max_nodes: u64) -> WalkLimits {
    WalkLimits {
        pause: Duration::from_millis(1),
        first_session: Duration::from_millis(300),
        max_nodes,
        ..WalkLimits::default()
    }
}

/// The one parameter of a request, decoded.
fn key(seen: &Seen) -> String {
    let (_, query) = seen.target.split_once('?').unwrap();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    match pairs.as_slice() {
        [(name, key)] if name == "key" => key.clone(),
        other => panic!("{other:?}"),
    }
}

/// What Exhibitor answers where these are the children.
fn children(of: &str, names: &[&str]) -> Answer {
    let entry = |name: &&str| json!({"title": name, "key": format!("{}/{name}", of.trim_end_matches('/')), "isLazy": true, "expand": false});
    ok(&names.iter().map(entry).collect::<Value>().to_string())
}

fn exception() -> Answer {
    ok(r#"[{"title":"* Exception *","key":"*","isLazy":false,"expand":false}]"#)
}

fn exhibitor(explore: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Misbehaving {
    Misbehaving::start("127.0.0.1", move |seen, _| match seen.path() {
        EXPLORER => explore(&key(seen)),
        _ => ok("{}"),
    })
}

/// Collects from a master, this Exhibitor and a ZooKeeper at `zookeeper`.
fn run_at(zookeeper: &str, exhibitor: &Misbehaving, max_nodes: u64) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    run_with(zookeeper, exhibitor, max_nodes, &folder.path().join("a.zk-walk"))
}

fn run_with(zookeeper: &str, exhibitor: &Misbehaving, max_nodes: u64, journal: &std::path::Path) -> Ran {
    let master = Misbehaving::start("127.0.0.1", |seen, _| mini::healthy(seen));
    let mut targets = masters(&[&master]);
    targets.zookeepers = vec![Base::parse(zookeeper, 2181).unwrap()];
    targets.exhibitors = vec![Base::parse(&exhibitor.authority(), 8181).unwrap()];
    let mut job = mini::job(targets, mini::limits());
    job.zk_tree = Some(ZkTree {
        auth: ZkAuth::default(),
        limits: limits(max_nodes),
        journal: journal.to_owned(),
        contents: None,
    });
    mini::run(job)
}

/// Where nobody listens.
const CLOSED: &str = "127.0.0.1:1";

fn run(exhibitor: &Misbehaving, max_nodes: u64) -> Ran {
    run_at(CLOSED, exhibitor, max_nodes)
}

/// The summary, and that it is recorded as what it is.
fn summary(ran: &Ran) -> Summary {
    let record = ran.item("/tree_summary.json");
    assert_eq!(record.outcome, Outcome::Captured, "{record:?}");
    assert!(
        record.request.contains(EXPLORER) && record.method == "GET",
        "{record:?}"
    );
    let tree = ran.item("/tree.ndjson");
    assert_eq!((&tree.outcome, &tree.sha256), (&Outcome::Failed, &None));
    assert!(
        tree.reason.as_ref().unwrap().contains("nothing else of them"),
        "{tree:?}"
    );
    assert_eq!(ran.code(), exit::CANNOT_SAY);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.tar.gz");
    let target = Target::new(&path, Container::TarGz, false).unwrap();
    writer::write(&target, ran.collected.manifest.clone(), &ran.staging).unwrap();
    let snapshot = gonogo::snapshot::load(Reader::open(&path, &Limits::default()).unwrap()).unwrap();
    let summary = snapshot.zk_tree.known().unwrap().clone();
    assert_eq!((summary.way, &summary.tree), (Way::Explorer, &None));
    assert!(!summary.still() && summary.zxid_after.is_none());
    summary
}

#[test]
fn where_2181_is_closed_the_names_are_counted_and_told_as_names() {
    let server = exhibitor(|key| match key {
        "/" => children(key, &["zookeeper", "mesos", "a b&key=c#?%2f+ä"]),
        "/mesos" => children(key, &["info_0000000001", "log_replicas", "log_replicas"]),
        _ => children(key, &[]),
    });
    let ran = run(&server, 1000);
    let summary = summary(&ran);
    assert!(summary.complete && !summary.ended_early, "{summary:?}");
    assert_eq!((summary.znodes_named, summary.unreadable.odd), (6, 0));
    assert_eq!(summary.servers, [server.authority()]);
    assert!(
        ran.collected.zk_journal.is_some(),
        "the journal holds nothing that could be gone on with"
    );
    let explored: Vec<Seen> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.path().contains("explorer"))
        .collect();
    assert!(
        explored
            .iter()
            .all(|seen| seen.method == "GET" && seen.path() == EXPLORER)
    );
    let keys: BTreeSet<String> = explored.iter().map(key).collect();
    assert_eq!((keys.len(), explored.len()), (6, 6), "each znode once");
    assert!(keys.contains("/a b&key=c#?%2f+ä"), "{keys:?}");
}

#[test]
fn a_server_that_takes_connections_is_not_gone_around() {
    let server = exhibitor(|key| children(key, &[]));
    // Takes every connection and ends it: no session, but no closed port either.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().to_string();
    thread::spawn(move || listener.incoming().for_each(drop));
    let ran = run_at(&open, &server, 1000);
    for item in ["/tree.ndjson", "/tree_summary.json"] {
        let record = ran.item(item);
        assert_eq!(record.outcome, Outcome::Failed);
        assert!(record.reason.as_ref().unwrap().starts_with("no session"), "{record:?}");
    }
    assert_eq!(server.asked(EXPLORER), 0);
}

#[test]
fn a_walk_that_has_read_something_waits_for_its_servers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zk-walk");
    let zookeeper = FakeZookeeper::start(tree(&["/a", "/b", "/c"]));
    let (head, limits) = (Head::new(vec![CLOSED.to_owned()], true, false), limits(2));
    let (mut journal, frontier) = Journal::open(&path, &head, None).unwrap();
    assert!(frontier.has_read_nothing());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let servers = [zookeeper.origin.clone()];
    let patient = WalkLimits {
        first_session: Duration::from_secs(5),
        ..limits
    };
    runtime
        .block_on(go_on(&servers, &ZkAuth::default(), &patient, frontier, &mut journal))
        .unwrap();
    journal.finish().unwrap();
    drop(journal);
    let server = exhibitor(|key| children(key, &[]));
    let ran = run_with(CLOSED, &server, 1000, &path);
    assert_eq!(ran.item("/tree_summary.json").outcome, Outcome::Failed);
    assert_eq!(server.asked(EXPLORER), 0);
    assert!(ran.collected.zk_journal.is_none() && path.exists());
}

#[test]
fn where_exhibitor_cannot_list_the_root_there_is_no_summary() {
    type Case = (&'static str, fn() -> Answer);
    let cases: [Case; 9] = [
        ("could not list it", exception),
        ("status 401", || status(401, "text/plain", "")),
        ("status 500", || status(500, "text/plain", "")),
        ("status 307", || {
            redirect("http://127.0.0.1:1/exhibitor/v1/explorer/node?key=/")
        }),
        ("no child of the node", || ok(r#"[{"title":"/","key":"/"}]"#)),
        ("no child of the node", || ok(r#"[{"title":"..","key":"/.."}]"#)),
        ("explorer/node", || ok("{}")),
        ("explorer/node", || ok(r#"[{"title":"a","key":"/a"}"#)),
        ("127.0.0.1", || Answer::Reset),
    ];
    for (why, answer) in cases {
        let server = exhibitor(move |_| answer());
        let ran = run(&server, 1000);
        for item in ["/tree.ndjson", "/tree_summary.json"] {
            let record = ran.item(item);
            assert_eq!(record.outcome, Outcome::Failed, "{why}");
            let reason = record.reason.as_ref().unwrap();
            assert!(
                reason.contains("and through Exhibitor at") && reason.contains(why),
                "{why}: {reason}"
            );
        }
        assert!(why != "status 401" || server.asked(EXPLORER) == 1);
        assert_eq!(ran.code(), exit::CANNOT_SAY);
    }
}

#[test]
fn trees_without_end_end_within_the_limits() {
    // Two below each, for ever.
    let summed = summary(&run(&exhibitor(|key| children(key, &["a", "b"])), 60));
    assert_eq!(
        (summed.znodes_named, summed.complete, summed.ended_early),
        (60, false, true)
    );
    assert!(summed.incomplete_because.unwrap().contains("limit of 60 znodes"));
    // Wide.
    let names: Vec<String> = (0..600).map(|n| n.to_string()).collect();
    let server = exhibitor(move |key| children(key, &names.iter().map(String::as_str).collect::<Vec<_>>()));
    let summed = summary(&run(&server, 100));
    assert_eq!((summed.znodes_named, summed.ended_early), (100, true));
    assert_eq!(server.asked(EXPLORER), 1);
    // Deep: paths grow until they are not asked for any more.
    let name = "n".repeat(300);
    let server = exhibitor(move |key| children(key, &[&name]));
    let summed = summary(&run(&server, 1000));
    assert_eq!(
        (summed.complete, summed.ended_early, summed.unreadable.odd),
        (false, false, 1)
    );
    assert_eq!((summed.znodes_named, server.asked(EXPLORER)), (8, 7));
    assert!(summed.unreadable.odd_paths[0].1.contains("too long"));
}

#[test]
fn what_cannot_be_listed_is_counted_and_many_of_it_end_the_walk() {
    let server = exhibitor(|key| match key {
        "/" => children(key, &["a", "b"]),
        "/a" => children("/elsewhere", &["c"]),
        _ => exception(),
    });
    let summed = summary(&run(&server, 1000));
    assert_eq!((summed.complete, summed.ended_early), (false, false));
    assert_eq!((summed.znodes_named, summed.unreadable.odd), (3, 2));
    assert_eq!(summed.unreadable.odd_paths.len(), 2);
    let many = |answer: fn() -> Answer| {
        let names: Vec<String> = (0..90).map(|n| n.to_string()).collect();
        let server = exhibitor(move |key| match key {
            "/" => children(key, &names.iter().map(String::as_str).collect::<Vec<_>>()),
            _ => answer(),
        });
        let summed = summary(&run(&server, 1000));
        assert_eq!((summed.znodes_named, summed.ended_early), (91, true));
        (summed.unreadable.odd, server.asked(EXPLORER))
    };
    // For each Exhibitor opens its session anew: fifty are enough.
    assert_eq!(many(exception), (50, 51));
    assert_eq!(many(|| status(500, "text/plain", "")), (3, 5));
    assert_eq!(many(|| status(403, "text/plain", "")), (1, 3));
}

fn dry_run(more: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let base = ["gonogo", "collect", "--masters", "10.0.0.1", "--dry-run"];
    let arguments = base.iter().chain(more).map(OsString::from);
    assert_eq!(cli::run(arguments, Terminal::NONE, &mut out, &mut err), exit::GO);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_dry_run_names_the_way_around() {
    let named = |more: &[&str]| {
        dry_run(more)
            .lines()
            .filter(|line| line.contains("names only; only on DC/OS"))
            .count()
    };
    assert_eq!(named(&["--zk-tree"]), 1);
    assert_eq!(named(&[]), 0);
    assert_eq!(named(&["--zk-tree", "--skip", "exhibitor"]), 0);
}
