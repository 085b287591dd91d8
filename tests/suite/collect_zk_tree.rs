//! `collect --zk-tree`: the journal and going on with it, what enters the archive, to whom credentials go.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use gonogo::archive::{Limits, Reader};
use gonogo::cli::{self, Terminal, exit};
use gonogo::collect::zk_session::journal::{Head, Journal};
use gonogo::collect::zk_session::{WalkLimits, WalkSummary, ZkAuth, go_on, write_tree};
use gonogo::collect::{Base, ZkTree};
use gonogo::model::{Observed, Outcome};

use crate::support::fake_zookeeper::{Fake, FakeZookeeper, tree};
use crate::support::mini::{self, masters, spoiled};
use crate::support::misbehaving::{Misbehaving, ok};

fn limits(max_nodes: u64) -> WalkLimits {
    WalkLimits {
        pause: Duration::from_millis(1),
        max_nodes,
        ..WalkLimits::default()
    }
}

/// Two access lists, an ephemeral, a refused leaf, one that is gone: everything that a journal has a line for.
fn server() -> FakeZookeeper {
    let paths: Vec<String> = (0..10)
        .flat_map(|a| (0..10).map(move |b| format!("/n{a}/m{b}")))
        .collect();
    let mut nodes = tree(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let mut change = |path: &str, node: Fake| drop(nodes.insert(path.to_owned(), node));
    let data = b"not-a-real-token".to_vec();
    let acl = vec![(1, "digest", "ann:not-a-real-hash=")];
    change(
        "/n1/m1",
        Fake {
            data,
            acl,
            ..Fake::default()
        },
    );
    change(
        "/n2/m2",
        Fake {
            owner: 0x99,
            ..Fake::default()
        },
    );
    change(
        "/n3/m3",
        Fake {
            hidden: true,
            ..Fake::default()
        },
    );
    change(
        "/n4/m4",
        Fake {
            gone: true,
            ..Fake::default()
        },
    );
    FakeZookeeper::start(nodes)
}

/// Walks with the journal; gives what it came to and the lines of the tree.
fn walk(server: &FakeZookeeper, journal: &Path, max_nodes: u64) -> std::io::Result<(WalkSummary, Vec<u8>)> {
    let head = Head::new(vec![server.origin.authority()], true, false);
    let (mut kept, frontier) = Journal::open(journal, &head, None)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let servers = [server.origin.clone()];
    let (auth, limits) = (ZkAuth::default(), limits(max_nodes));
    let (summary, places) = runtime
        .block_on(go_on(&servers, &auth, &limits, frontier, &mut kept))
        .unwrap();
    kept.finish()?;
    let mut lines = Vec::new();
    write_tree(journal, &places, &mut lines)?;
    Ok((summary, lines))
}

#[test]
fn a_walk_that_ended_goes_on_and_asks_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, lines) = walk(&server(), &folder.path().join("whole"), 1000).unwrap();
    assert!(whole.complete && whole.resumed == 0, "{whole:?}");
    assert_eq!(String::from_utf8(lines.clone()).unwrap().lines().count(), 110);
    let server = server();
    let journal = folder.path().join("a.zk-walk");
    let mut ended = None;
    for max_nodes in [20, 50, 1000] {
        let (summary, _) = walk(&server, &journal, max_nodes).unwrap();
        assert_eq!(summary.ended_early, max_nodes < 1000);
        ended = Some(summary);
    }
    let ended = ended.unwrap();
    assert_eq!(ended.resumed, 1);
    assert!(!ended.still(), "read in parts, it is not the tree of one moment");
    assert_eq!(ended.tree, whole.tree);
    assert_eq!((ended.vanished, ended.unreadable.znodes), (1, 1));
    assert_eq!(ended.acls, whole.acls);
    assert_eq!(walk(&server, &journal, 1000).unwrap().1, lines, "the same bytes");
    for path in ["/", "/n0", "/n1/m1", "/n3/m3", "/n4/m4", "/n9/m9"] {
        assert_eq!(server.listed(path), 1, "{path}");
    }
}

#[test]
fn a_journal_that_was_cut_anywhere_gives_the_same_tree() {
    let folder = tempfile::tempdir().unwrap();
    let server = server();
    let journal = folder.path().join("a.zk-walk");
    let (whole, lines) = walk(&server, &journal, 1000).unwrap();
    let bytes = fs::read(&journal).unwrap();
    assert_eq!(fs::metadata(&journal).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        !String::from_utf8_lossy(&bytes).contains("not-a-real"),
        "no contents, no hash"
    );
    let head = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [
        0,
        head - 1,
        head,
        head + 5,
        bytes.len() / 3,
        bytes.len() / 2,
        bytes.len() - 1,
    ] {
        fs::write(&journal, &bytes[..cut]).unwrap();
        let (summary, again) = walk(&server, &journal, 1000).unwrap();
        assert_eq!(summary.tree, whole.tree, "{cut}");
        assert_eq!(again, lines, "{cut}");
    }
}

#[test]
fn a_journal_of_another_walk_or_of_nobody_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("a.zk-walk");
    walk(&server(), &journal, 20).unwrap();
    let error = walk(&server(), &journal, 20).unwrap_err().to_string();
    assert!(error.contains("belongs to another walk"), "{error}");
    let server = server();
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o644)).unwrap();
    let error = walk(&server, &journal, 20).unwrap_err().to_string();
    assert!(error.contains("others may read"), "{error}");
    fs::remove_file(&journal).unwrap();
    fs::write(&journal, "{}\n").unwrap();
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o600)).unwrap();
    let error = walk(&server, &journal, 20).unwrap_err().to_string();
    assert!(error.contains("no journal"), "{error}");
    fs::remove_file(&journal).unwrap();
    std::os::unix::fs::symlink("/dev/null", &journal).unwrap();
    assert!(walk(&server, &journal, 20).is_err());
}

#[test]
fn credentials_go_to_named_hosts_only_and_appear_nowhere() {
    let server = server();
    let zk = server.origin.authority();
    // The master's flag names a server that nobody named; "localhost" is not the "127.0.0.1" of the master.
    let flags = format!(r#"{{"flags":{{"zk":"zk://localhost:{}/mesos"}}}}"#, server.origin.port);
    let master = spoiled("/flags", move |_| ok(&flags));
    let folder = tempfile::tempdir().unwrap();
    let run = |named: bool| {
        let mut targets = masters(&[&master]);
        if named {
            targets.zookeepers = vec![Base::parse(&zk, 2181).unwrap()];
        }
        let mut job = mini::job(targets, mini::limits());
        job.zk_tree = Some(ZkTree {
            auth: ZkAuth {
                digest: Some("ann:not-a-real-secret".into()),
                sasl: None,
            },
            limits: limits(1000),
            journal: folder.path().join(format!("{named}.zk-walk")),
            contents: None,
        });
        mini::run(job)
    };
    let unnamed = run(false);
    let record = unnamed.item("/tree_summary.json");
    assert_eq!(record.outcome, Outcome::Failed);
    assert!(record.reason.as_ref().unwrap().contains("--zookeeper"), "{record:?}");
    assert!(!server.codes().contains(&100), "no credential was sent");
    let named = run(true);
    let record = named.item("/tree.ndjson");
    assert_eq!(record.outcome, Outcome::Captured, "{record:?}");
    assert!(server.codes().contains(&100));
    for ran in [&unnamed, &named] {
        let told = serde_json::to_string(&ran.collected.manifest).unwrap();
        assert!(!told.contains("not-a-real"), "{told}");
    }
}

fn collect(arguments: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = ["gonogo", "collect"].iter().chain(arguments).map(OsString::from);
    let code = cli::run(arguments, Terminal::NONE, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn the_command_leaves_a_journal_where_the_walk_ended_early_and_none_where_it_did_not() {
    let server = server();
    let master = Misbehaving::start("127.0.0.1", |seen, _| mini::healthy(seen));
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("pre.tar.gz");
    let journal = folder.path().join("pre.tar.gz.zk-walk");
    let (masters, zk) = (master.authority(), server.origin.authority());
    let output = archive.to_str().unwrap();
    let base = [
        "--masters",
        &masters,
        "--zookeeper",
        &zk,
        "--phase",
        "pre",
        "-o",
        output,
    ];
    let run = |more: &[&str]| collect(&[&base[..], &["--zk-tree", "--force"], more].concat());
    let (code, _, err) = run(&["--resume"]);
    assert_eq!(code, exit::USAGE, "{err}");
    assert!(err.contains("there is no journal"), "{err}");
    let (code, _, err) = run(&["--zk-max-nodes", "30"]);
    assert_eq!(code, exit::CANNOT_SAY, "{err}");
    assert!(
        err.contains("tree.ndjson truncated (the walk ended after 30 znodes"),
        "{err}"
    );
    assert!(journal.exists());
    let snapshot = gonogo::snapshot::load(Reader::open(&archive, &Limits::default()).unwrap()).unwrap();
    let seen = snapshot.zk_tree.known().unwrap();
    assert!(!seen.complete && seen.znodes_named == 30);
    let (_, out, err) = run(&[]);
    assert!(out.contains("captured"), "{err}");
    assert!(!journal.exists(), "{err}");
    let snapshot = gonogo::snapshot::load(Reader::open(&archive, &Limits::default()).unwrap()).unwrap();
    let Observed::Known(seen, at) = &snapshot.zk_tree else {
        panic!("{:?}", snapshot.zk_tree)
    };
    assert_eq!(at.item, "data/zookeeper/ensemble/tree_summary.json");
    assert!(seen.complete && seen.resumed == 1, "{seen:?}");
    assert_eq!(seen.tree.as_ref().unwrap().znodes, 110);
    assert_eq!(snapshot.zookeepers.len(), 1, "the ensemble is no server");
}

#[test]
fn a_dry_run_shows_the_session_and_opens_none() {
    let server = server();
    let zk = server.origin.authority();
    let base = ["--masters", "10.0.0.1", "--zookeeper", &zk, "--dry-run"];
    let (code, out, _) = collect(&[&base[..], &["--zk-tree", "--zk-no-acls"]].concat());
    assert_eq!(code, exit::GO);
    let line = out.lines().find(|line| line.starts_with("ZK ")).unwrap();
    assert!(
        line.contains("getChildren2 of every znode") && line.contains("8 requests at once"),
        "{line}"
    );
    assert!(!collect(&base).1.contains("ZK session"));
    assert!(server.codes().is_empty());
}
