//! A restore drill: what a genuine ZooKeeper gives back from a backup, beside what the reader of files says.
//!
//! Pure but for the copying. Never touches the backup itself, never executes anything of it; the server works on a private
//! copy. Green needs both: that they agree on every node, and that the reader finds nothing missing, because a server starts
//! on a backup that lacks its last transactions without a word.

mod copy;

use std::collections::BTreeMap;

use serde::Serialize;

pub use copy::{Copied, copy, expected};

use crate::model::BackupStatus;
use crate::model::backup::{Proof, Zxid};
use crate::sources::zk_digest::{Node, TreeDigest};
use crate::sources::zk_tree::{Full, FullNode};

/// Format of the answer.
pub const FORMAT: &str = "gonogo-drill/1";
/// Differences that are told one by one.
const MOST: usize = 20;
/// The server's own node for its configuration: servers before 3.5 have none, those since make it themselves.
const SERVERS_OWN: [&str; 3] = ["/zookeeper", "/zookeeper/config", "/zookeeper/quota"];

/// What a drill came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The server gave back what the reader says, and nothing is missing in the files.
    Green,
    /// Something that would show it is missing.
    CannotSay,
    /// The server refuses it, gives back something else, or the files lack something.
    Red,
}

/// One znode as the server shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireNode {
    /// Transaction that created it.
    pub czxid: u64,
    /// Transaction that last changed its data.
    pub mzxid: u64,
    /// Changes of its data.
    pub version: i32,
    /// Session that owns it.
    pub owner: i64,
    /// Bytes of data.
    pub length: u64,
    /// SHA-256 of the data, where they were read.
    pub sha256: Option<[u8; 32]>,
}

/// What the server says, before anything was read from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ServerSays {
    /// Its version.
    pub version: Option<String>,
    /// Where it is installed.
    pub home: String,
    /// Its own figure: one more than a walk counts.
    pub node_count: Option<u64>,
    /// Its last transaction.
    pub zxid: Option<Zxid>,
    /// Znodes that a walk over the wire counted, `/` included.
    pub znodes: Option<u64>,
    /// Ephemeral ones among them.
    pub ephemerals: Option<u64>,
    /// Digest of the tree that was walked.
    pub digest: Option<String>,
}

/// What the reader of files says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReaderSays {
    /// Its status.
    pub status: BackupStatus,
    /// Znodes, `/` included.
    pub znodes: Option<u64>,
    /// Ephemeral ones among them.
    pub ephemerals: Option<u64>,
    /// Last transaction.
    pub zxid: Option<Zxid>,
    /// Digest of the tree.
    pub digest: Option<String>,
}

/// One node on which they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Path.
    pub path: String,
    /// What the files say of it.
    pub reader: String,
    /// What the server says of it.
    pub server: String,
}

/// One drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drill {
    /// Path as named.
    pub path: String,
    /// Folder of the data directory within.
    pub folder: Option<String>,
    /// What it came to.
    pub outcome: Outcome,
    /// Why, one sentence each; empty when green.
    pub because: Vec<String>,
    /// The reader's answer.
    pub reader: ReaderSays,
    /// The server's; `None` where it did not serve.
    pub server: Option<ServerSays>,
    /// Nodes on which they differ.
    pub differences: u64,
    /// The first of them, by path.
    pub first: Vec<Difference>,
    /// Last lines of the log of a server that did not serve.
    pub log: Vec<String>,
}

impl Drill {
    /// A drill that has only what the reader says.
    pub fn begun(proof: &Proof) -> Self {
        let mut drill = Self {
            path: proof.path.clone(),
            folder: proof.folder.clone(),
            outcome: Outcome::Green,
            because: Vec::new(),
            reader: ReaderSays {
                status: proof.status,
                znodes: proof.znodes,
                ephemerals: proof.ephemerals,
                zxid: proof.last_zxid,
                digest: proof.digest.clone(),
            },
            server: None,
            differences: 0,
            first: Vec::new(),
            log: Vec::new(),
        };
        let what = proof.findings.first().map_or_else(
            || "see gonogo backup inspect".to_owned(),
            |finding| finding.summary.clone(),
        );
        match proof.status {
            BackupStatus::Restorable => {}
            BackupStatus::CannotSay => drill.say(
                Outcome::CannotSay,
                format!(
                    "whether the files are complete cannot be said, whatever a server gives back from them: {what}"
                ),
            ),
            BackupStatus::NotRestorable => drill.say(Outcome::Red, format!("the files are not restorable: {what}")),
        }
        drill
    }

    /// A reason; the outcome falls to it, never rises.
    pub fn say(&mut self, outcome: Outcome, because: impl Into<String>) {
        self.outcome = self.outcome.max(outcome);
        self.because.push(because.into());
    }

    /// Compares what the files say, node by node, with what the server gave back.
    pub fn compare(&mut self, files: Option<&Full>, walked: &BTreeMap<String, WireNode>, mut server: ServerSays) {
        server.znodes = Some(walked.len() as u64);
        server.ephemerals = Some(walked.values().filter(|node| node.owner != 0).count() as u64);
        server.digest = Some(digest(walked));
        let Some(files) = files else {
            self.say(
                Outcome::Red,
                format!(
                    "no snapshot in it is whole, and the server gave back {} znodes",
                    walked.len()
                ),
            );
            self.server = Some(server);
            return;
        };
        let own = self.differences(files, walked);
        if self.differences > 0 {
            let nodes = if self.differences == 1 {
                "1 znode"
            } else {
                &format!("{} znodes", self.differences)
            };
            self.say(Outcome::Red, format!("files and server differ in {nodes}"));
        }
        // Two ways of reading the same files: they must not differ either.
        let read = files.digested().summary();
        if self.reader.digest.as_ref() != Some(&read.digest) {
            self.say(
                Outcome::Red,
                "the reader's digest is not that of the nodes in the files".to_owned(),
            );
        }
        if server.node_count != Some(walked.len() as u64 + 1) {
            let said = server
                .node_count
                .map_or_else(|| "nothing".to_owned(), |count| count.to_string());
            self.say(
                Outcome::Red,
                format!(
                    "the server says {said} for its znodes, and {} were read from it",
                    walked.len()
                ),
            );
        }
        if own == 0 && server.zxid != self.reader.zxid {
            let shown = |zxid: Option<Zxid>| zxid.map_or_else(|| "none".to_owned(), |zxid| zxid.to_string());
            self.say(
                Outcome::Red,
                format!(
                    "the last transaction is {} in the files and {} for the server",
                    shown(self.reader.zxid),
                    shown(server.zxid)
                ),
            );
        }
        self.server = Some(server);
    }

    /// Counts and keeps the differences; gives how many nodes the server made for itself.
    fn differences(&mut self, files: &Full, walked: &BTreeMap<String, WireNode>) -> u64 {
        let mut own = 0;
        for (path, node) in files.nodes() {
            let (reader, server) = match walked.get(path) {
                Some(wire) => match differ(node, wire) {
                    Some(pair) => pair,
                    None => continue,
                },
                None => (said(node), "not there".to_owned()),
            };
            self.differ(path, reader, server);
        }
        for (path, wire) in walked.iter().filter(|(path, _)| !files.nodes().contains_key(*path)) {
            if wire.czxid == 0 && SERVERS_OWN.contains(&path.as_str()) {
                own += 1;
                continue;
            }
            let server = format!("created by {}, {} bytes", Zxid(wire.czxid), wire.length);
            self.differ(path, "not there".to_owned(), server);
        }
        own
    }

    fn differ(&mut self, path: &str, reader: String, server: String) {
        self.differences += 1;
        if self.first.len() < MOST {
            self.first.push(Difference {
                path: path.to_owned(),
                reader,
                server,
            });
        }
    }
}

fn said(node: &FullNode) -> String {
    format!("created by {}, {} bytes", Zxid(node.czxid), node.length)
}

/// The first thing in which a node differs; never anything of its data but length and digest.
fn differ(node: &FullNode, wire: &WireNode) -> Option<(String, String)> {
    let pair = |what: &str, one: String, other: String| Some((format!("{what} {one}"), format!("{what} {other}")));
    let zxid = |zxid| Zxid(zxid).to_string();
    if node.czxid != wire.czxid {
        return pair("created by", zxid(node.czxid), zxid(wire.czxid));
    }
    if node.mzxid != wire.mzxid {
        return pair("changed by", zxid(node.mzxid), zxid(wire.mzxid));
    }
    if node.version != wire.version {
        return pair("version", node.version.to_string(), wire.version.to_string());
    }
    if node.owner != wire.owner {
        let session = |owner: i64| format!("{:#x}", owner.cast_unsigned());
        return pair("owner", session(node.owner), session(wire.owner));
    }
    if u64::from(node.length) != wire.length {
        return pair("bytes:", node.length.to_string(), wire.length.to_string());
    }
    let sha256 = wire.sha256?;
    if node.sha256 != sha256 {
        let short = |sum: &[u8]| crate::model::hex(sum).chars().take(16).collect::<String>();
        return pair("data with SHA-256", short(&node.sha256), short(&sha256));
    }
    None
}

fn digest(walked: &BTreeMap<String, WireNode>) -> String {
    let mut digest = TreeDigest::default();
    for (path, node) in walked {
        let node = Node {
            path,
            czxid: node.czxid,
            mzxid: node.mzxid,
            version: node.version,
            data_length: node.length,
            owner: node.owner,
        };
        digest.add(node.share());
    }
    digest.finish()
}
