//! A tree of znodes with every path, for comparing node by node.
//!
//! Replays as [`super::Tree`] does. Keeps paths and the SHA-256 of the data, never the data.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::super::zk_digest::Node;
use super::super::zk_snapshot::{Sink, SnapshotNode};
use super::super::zk_txlog::{Header, Op, Transaction};
use super::{Tree, owner, parent};

/// One znode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullNode {
    /// Transaction that created it.
    pub czxid: u64,
    /// Transaction that last changed its data.
    pub mzxid: u64,
    /// When it was created, milliseconds since 1970.
    pub ctime: i64,
    /// When its data were last changed.
    pub mtime: i64,
    /// Changes of its data.
    pub version: i32,
    /// Session that owns it, as a walk sees it; 0 for none.
    pub owner: i64,
    /// Bytes of data.
    pub length: u32,
    /// SHA-256 of the data.
    pub sha256: [u8; 32],
}

/// The tree.
#[derive(Debug, Clone, Default)]
pub struct Full {
    nodes: BTreeMap<String, FullNode>,
    sessions: BTreeMap<i64, i32>,
    ephemerals: BTreeMap<i64, BTreeSet<String>>,
}

fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

fn size(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}

impl Full {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// All nodes by path.
    pub fn nodes(&self) -> &BTreeMap<String, FullNode> {
        &self.nodes
    }

    /// Sessions that are open, with their timeouts in milliseconds.
    pub fn sessions(&self) -> &BTreeMap<i64, i32> {
        &self.sessions
    }

    /// Drops the ephemeral nodes of sessions that are not open, as a server does when it has read its files.
    pub fn drop_dead(&mut self) {
        let mut dead: Vec<i64> = self.ephemerals.keys().copied().collect();
        dead.retain(|owner| !self.sessions.contains_key(owner));
        for session in dead {
            self.close(session);
        }
    }

    /// The same tree, only its digest kept.
    pub fn digested(&self) -> Tree {
        let mut tree = Tree::new(&[]);
        // Paths in the order of their names: a parent always stands before its children.
        for (path, node) in &self.nodes {
            tree.add(&Node {
                path,
                czxid: node.czxid,
                mzxid: node.mzxid,
                version: node.version,
                data_length: u64::from(node.length),
                owner: node.owner,
            });
        }
        tree
    }

    fn insert(&mut self, path: &str, node: FullNode) -> bool {
        let there = parent(path).is_none_or(|parent| self.nodes.contains_key(parent));
        if !there || self.nodes.contains_key(path) {
            return false;
        }
        if node.owner != 0 {
            self.ephemerals.entry(node.owner).or_default().insert(path.to_owned());
        }
        self.nodes.insert(path.to_owned(), node);
        true
    }

    fn delete(&mut self, path: &str) {
        if let Some(node) = self.nodes.remove(path)
            && let Some(paths) = self.ephemerals.get_mut(&node.owner)
        {
            paths.remove(path);
        }
    }

    fn close(&mut self, session: i64) {
        for path in self.ephemerals.remove(&session).unwrap_or_default() {
            self.nodes.remove(&path);
        }
    }

    fn apply(&mut self, header: &Header, op: &Op<'_>) {
        match op {
            Op::OpenSession { timeout } => {
                self.sessions.insert(header.session, *timeout);
            }
            Op::CloseSession { paths } => {
                self.sessions.remove(&header.session);
                for path in paths.iter().flatten() {
                    self.delete(path);
                }
                self.close(header.session);
            }
            Op::Create {
                path,
                data,
                owner: stored,
            } => {
                let node = FullNode {
                    czxid: header.zxid.0,
                    mzxid: header.zxid.0,
                    ctime: header.time,
                    mtime: header.time,
                    version: 0,
                    owner: owner(*stored),
                    length: size(data),
                    sha256: sha256(data),
                };
                self.insert(path, node);
            }
            Op::Delete { path } => self.delete(path),
            Op::Set { path, data, version } => {
                if let Some(node) = self.nodes.get_mut(*path) {
                    node.mzxid = header.zxid.0;
                    node.mtime = header.time;
                    node.version = *version;
                    node.length = size(data);
                    node.sha256 = sha256(data);
                }
            }
            Op::Multi(ops) => {
                for op in ops {
                    self.apply(header, op);
                }
            }
            Op::Nothing => {}
        }
    }
}

impl Sink for Full {
    fn wants(&self, _: &str) -> bool {
        true
    }

    fn session(&mut self, id: i64, timeout: i32) {
        self.sessions.insert(id, timeout);
    }

    fn node(&mut self, node: &SnapshotNode<'_>) -> bool {
        let kept = FullNode {
            czxid: node.stat.czxid,
            mzxid: node.stat.mzxid,
            ctime: node.stat.ctime,
            mtime: node.stat.mtime,
            version: node.stat.version,
            owner: owner(node.stat.owner),
            length: node.length,
            sha256: sha256(node.data.unwrap_or_default()),
        };
        self.insert(node.path, kept)
    }

    fn transaction(&mut self, transaction: &Transaction<'_>) {
        self.apply(&transaction.header, &transaction.op);
    }
}
