//! The walk over a genuine ZooKeeper: the tree of our capture, its ephemerals and access lists, counted as the server does.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use gonogo::backup::server::{Server, Settings};
use gonogo::collect::zk_session::{Nothing, Seen, Sink, WalkLimits, WalkSummary, ZkAuth, walk};
use gonogo::collect::{Base, Origin};
use gonogo::sources::zk_digest::{Node, TreeDigest};
use serde_json::Value;

use crate::genuine_zookeeper::installed;

const CAPTURE: &str = "../shared/captures/zookeeper-3.8";

/// The files of the live capture, as `tar` took them while the server ran.
fn capture(data: &Path) -> std::io::Result<()> {
    let tar = fs::File::open(Path::new(CAPTURE).join("zookeeper-datadir-live.tar.gz"))?;
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(tar));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let name = entry
            .path()?
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name.filter(|name| name.starts_with("snapshot.") || name.starts_with("log.")) else {
            continue;
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        fs::write(data.join(name), bytes)?;
    }
    Ok(())
}

fn start() -> Option<Server> {
    let installation = installed()?;
    if !Path::new(CAPTURE).exists() {
        crate::support::skipped("there is no capture of ZooKeeper beside the project");
        return None;
    }
    let settings = Settings {
        skip_acl: false,
        keep_sessions: true,
        ..Settings::default()
    };
    Some(Server::start(&installation, &settings, capture).unwrap())
}

fn origin(server: &Server) -> Origin {
    Base::parse(&server.address().to_string(), 2181).unwrap().origin
}

fn run(servers: &[Origin], password: Option<&str>, limits: &WalkLimits, sink: &mut dyn Sink) -> WalkSummary {
    let auth = ZkAuth {
        digest: password.map(|password| format!("dcos_marathon:{password}").into()),
        sasl: None,
    };
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(walk(servers, &auth, limits, sink))
        .unwrap()
}

fn mntr(server: &Server, key: &str) -> u64 {
    let answer = server.word("mntr").unwrap();
    let line = answer
        .lines()
        .find(|line| line.split('\t').next() == Some(key))
        .unwrap();
    line.split('\t').nth(1).unwrap().parse().unwrap()
}

#[derive(Default)]
struct Digests(std::collections::BTreeMap<String, (u64, String)>);

impl Sink for Digests {
    fn read(&mut self, seen: &Seen<'_>) -> std::io::Result<()> {
        use sha2::Digest as _;
        let digest = gonogo::model::hex(&sha2::Sha256::digest(seen.data.unwrap_or_default()));
        self.0.insert(seen.node.path.clone(), (seen.node.mzxid.0, digest));
        Ok(())
    }
}

#[test]
fn a_walk_counts_what_the_server_counts_and_what_the_capture_says() {
    let Some(server) = start() else { return };
    let mut digests = Digests::default();
    let limits = WalkLimits {
        contents: true,
        ..WalkLimits::default()
    };
    let summary = run(&[origin(&server)], None, &limits, &mut digests);
    assert!(summary.complete, "{summary:?}");
    assert!(summary.still(), "{summary:?}");
    let tree = summary.tree.as_ref().unwrap();
    assert_eq!((tree.znodes, tree.ephemerals), (1068, 13));
    assert_eq!(tree.znodes, mntr(&server, "zk_znode_count") - 1);
    assert_eq!(tree.ephemerals, mntr(&server, "zk_ephemerals_count"));
    assert_eq!(summary.sessions, 1);
    let private = "/dcos/vault/default/secret/private";
    assert_eq!(summary.unreadable.paths, [private]);
    let schemes: Vec<_> = summary
        .acls
        .iter()
        .flat_map(|acl| &acl.entries)
        .map(|entry| {
            format!(
                "{}:{}:{}",
                entry.scheme,
                entry.who.as_deref().unwrap(),
                entry.permissions
            )
        })
        .collect();
    assert!(
        schemes.contains(&"digest:dcos_marathon:cdrwa".to_owned()),
        "{schemes:?}"
    );
    let truth: Value = serde_json::from_slice(&fs::read(Path::new(CAPTURE).join("znodes.json")).unwrap()).unwrap();
    let list = truth["nodes"].as_array().unwrap();
    let mut digest_of_truth = TreeDigest::default();
    assert_eq!(list.len(), digests.0.len());
    for node in list {
        let path = node["path"].as_str().unwrap();
        let (mzxid, digest) = &digests.0[path];
        let number = |key: &str| node[key].as_u64().unwrap();
        digest_of_truth.add(
            Node {
                path,
                czxid: number("czxid"),
                mzxid: number("mzxid"),
                version: i32::try_from(number("version")).unwrap(),
                data_length: number("bytes"),
                owner: node["ephemeralOwner"].as_i64().unwrap(),
            }
            .share(),
        );
        assert_eq!(Some(*mzxid), node["mzxid"].as_u64(), "{path}");
        if path != private {
            assert_eq!(Some(digest.as_str()), node["sha256"].as_str(), "{path}");
        }
    }
    assert_eq!(tree.digest, digest_of_truth.finish());
}

#[test]
fn with_the_password_nothing_is_refused() {
    let Some(server) = start() else { return };
    let summary = run(
        &[origin(&server)],
        Some("secret-for-test"),
        &WalkLimits::default(),
        &mut Nothing,
    );
    assert_eq!(summary.unreadable.znodes, 0, "{:?}", summary.unreadable);
    assert_eq!((summary.auth.as_str(), summary.tree.unwrap().znodes), ("digest", 1068));
}

/// Stops the first server after some znodes: the walk goes on with the other one.
struct Stops(Option<Server>, u64);

impl Sink for Stops {
    fn read(&mut self, _seen: &Seen<'_>) -> std::io::Result<()> {
        self.1 += 1;
        if self.1 == 200 {
            drop(self.0.take());
        }
        Ok(())
    }
}

#[test]
fn a_server_that_ends_in_the_middle_of_a_walk_loses_nothing() {
    let (Some(one), Some(two)) = (start(), start()) else {
        return;
    };
    // Only the second one is known to be there at the end; the walk may have begun on either.
    let servers = [origin(&one), origin(&two)];
    let limits = WalkLimits {
        session_timeout: Duration::from_secs(4),
        ..WalkLimits::default()
    };
    let mut stops = Stops(Some(one), 0);
    let summary = run(&servers, None, &limits, &mut stops);
    assert!(stops.0.is_none());
    assert!(summary.complete, "{summary:?}");
    assert_eq!(summary.tree.unwrap().znodes, 1068);
    drop(two);
}
