//! A tree of znodes of which only a digest is kept: fed by a snapshot and by logs, in memory that does not grow with names
//! and data.
//!
//! Replays as ZooKeeper does, which is why the same log may be replayed twice: what is there already is not created, what
//! is not there is neither changed nor deleted. Keeps about 80 bytes a node, never its path, never its data but those that
//! were asked for by path. Source: `DataTree` (`createNode`, `deleteNode`, `setData`, `killSession`) of 3.4 to 3.9.

mod full;
mod index;
mod subtrees;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

pub use self::full::{Full, FullNode};
use self::index::{Index, Kept, Key};
use self::subtrees::Subtrees;
pub use self::subtrees::{DEEPEST, MOST_LISTED};
use super::zk_digest::{Node, TreeDigest};
use super::zk_snapshot::{Sink, SnapshotNode};
use super::zk_txlog::{Op, Transaction};
use crate::model::backup::{TreeSummary, Zxid};

/// Most bytes kept of the data of a path that was asked for; data that are longer are not kept at all.
pub const MOST_KEPT: usize = 64 << 10;

/// The session that owns a node as a client sees it: the marks of containers and of nodes with a time to live are none.
pub fn owner(stored: i64) -> i64 {
    let ttl = stored.cast_unsigned() >> 40 == 0xff_0000;
    if stored == i64::MIN || ttl { 0 } else { stored }
}

/// Folder part of a path: `/` for nodes directly below the root, `None` for the root.
pub fn parent(path: &str) -> Option<&str> {
    match path.rfind('/') {
        _ if path == "/" => None,
        Some(0) => Some("/"),
        Some(slash) => path.get(..slash),
        None => None,
    }
}

/// Transactions that found a tree to which they did not apply. Normal while a log is replayed over the part of it that the
/// snapshot holds already, and at no other time: no server writes a transaction that cannot be applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Misfits {
    /// How many.
    pub count: u64,
    /// The last of them.
    pub last: Option<Zxid>,
}

/// The tree.
pub struct Tree {
    index: Index,
    /// Two keyed hashes make the key of a path: nobody can choose paths that have the same.
    hashers: (RandomState, RandomState),
    digest: TreeDigest,
    subtrees: Subtrees,
    sessions: BTreeMap<i64, i32>,
    /// By owner and key: the share of each in the digest.
    ephemerals: BTreeMap<(i64, Key), u128>,
    nonempty: u64,
    data_bytes: u64,
    misfits: Misfits,
    keep: Vec<String>,
    kept: BTreeMap<String, Vec<u8>>,
    /// Parent of the node seen last and where its children are counted: most nodes follow a sibling.
    recent: (String, u32),
}

impl Tree {
    /// An empty tree, without even a root. The data of the paths in `keep` are kept, up to [`MOST_KEPT`] bytes each.
    pub fn new(keep: &[&str]) -> Self {
        Self {
            index: Index::default(),
            hashers: (RandomState::new(), RandomState::new()),
            digest: TreeDigest::default(),
            subtrees: Subtrees::default(),
            sessions: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            nonempty: 0,
            data_bytes: 0,
            misfits: Misfits::default(),
            keep: keep.iter().map(|path| (*path).to_owned()).collect(),
            kept: BTreeMap::new(),
            recent: (String::new(), 0),
        }
    }

    /// Sessions that are open, with their timeouts in milliseconds.
    pub fn sessions(&self) -> &BTreeMap<i64, i32> {
        &self.sessions
    }

    /// Data of a path that was asked for; `None` where the node is not there, or holds more than [`MOST_KEPT`] bytes.
    pub fn kept(&self, path: &str) -> Option<&[u8]> {
        self.kept.get(path).map(Vec::as_slice)
    }

    /// See [`Misfits`].
    pub fn misfits(&self) -> Misfits {
        self.misfits
    }

    /// Whether a node is there.
    pub fn contains(&self, path: &str) -> bool {
        self.index.find(self.key(path)).is_some()
    }

    /// Drops the ephemeral nodes of sessions that are not open, as a server does when it has read its files. How many.
    pub fn drop_dead(&mut self) -> u64 {
        let mut dead: Vec<i64> = self.ephemerals.keys().map(|(owner, _)| *owner).collect();
        dead.dedup();
        dead.retain(|owner| !self.sessions.contains_key(owner));
        let before = self.ephemerals.len();
        for session in dead {
            self.close(session);
        }
        (before - self.ephemerals.len()) as u64
    }

    /// What it all comes to.
    pub fn summary(&self) -> TreeSummary {
        let highest = self.index.nodes().map(|node| node.czxid.max(node.mzxid)).max();
        TreeSummary {
            znodes: self.index.len(),
            ephemerals: self.ephemerals.len() as u64,
            nonempty: self.nonempty,
            data_bytes: self.data_bytes,
            last_zxid: Zxid(highest.unwrap_or(0)),
            digest: self.digest.finish(),
            subtrees: self.subtrees.list(),
        }
    }

    /// A node as a walk sees it; parents come first. `false` where it was there already, or its parent was not.
    pub fn add(&mut self, node: &Node<'_>) -> bool {
        let Some(branch) = self.branch(node.path) else {
            return false;
        };
        self.insert(node, branch)
    }

    fn key(&self, path: &str) -> Key {
        Key([self.hashers.0.hash_one(path), self.hashers.1.hash_one(path)])
    }

    /// Where a new node with this path is counted; `None` where its parent is not there.
    fn branch(&mut self, path: &str) -> Option<u32> {
        let Some(parent) = parent(path) else {
            return Some(subtrees::ROOT);
        };
        if self.recent.0 != parent {
            let slot = self.index.find(self.key(parent))?;
            let counted = self.index.get(slot)?;
            let branch = self.subtrees.of_children(parent, counted.branch);
            if branch != counted.branch {
                self.subtrees.leave(counted.branch, counted);
                self.subtrees.enter(branch, counted);
                self.index.get_mut(slot)?.branch = branch;
            }
            self.recent.0.clear();
            self.recent.0.push_str(parent);
            self.recent.1 = branch;
        }
        Some(self.recent.1)
    }

    fn insert(&mut self, node: &Node<'_>, branch: u32) -> bool {
        let key = self.key(node.path);
        let kept = Kept {
            key,
            czxid: node.czxid,
            mzxid: node.mzxid,
            owner: node.owner,
            version: node.version,
            length: u32::try_from(node.data_length).unwrap_or(u32::MAX),
            branch,
        };
        if !self.index.insert(kept) {
            return false;
        }
        self.count(&kept, node.share());
        true
    }

    fn count(&mut self, node: &Kept, share: u128) {
        self.digest.add(share);
        self.subtrees.enter(node.branch, node);
        self.data_bytes += u64::from(node.length);
        if node.owner != 0 {
            self.ephemerals.insert((node.owner, node.key), share);
        } else if node.length != 0 {
            self.nonempty += 1;
        }
    }

    fn discount(&mut self, node: &Kept, share: u128) {
        self.digest.remove(share);
        self.subtrees.leave(node.branch, node);
        self.data_bytes -= u64::from(node.length);
        if node.owner != 0 {
            self.ephemerals.remove(&(node.owner, node.key));
        } else if node.length != 0 {
            self.nonempty -= 1;
        }
    }

    fn keep_data(&mut self, path: &str, data: &[u8]) {
        if !self.keep.iter().any(|kept| kept == path) {
            return;
        }
        if data.len() <= MOST_KEPT {
            self.kept.insert(path.to_owned(), data.to_vec());
        } else {
            self.kept.remove(path);
        }
    }

    /// Whether it applied.
    fn create(&mut self, zxid: Zxid, path: &str, data: &[u8], stored_owner: i64) -> bool {
        let Some(branch) = self.branch(path) else {
            return false;
        };
        let branch = self.subtrees.of_node(path, branch);
        let node = Node {
            path,
            czxid: zxid.0,
            mzxid: zxid.0,
            version: 0,
            data_length: data.len() as u64,
            owner: owner(stored_owner),
        };
        let created = self.insert(&node, branch);
        if created {
            self.keep_data(path, data);
        }
        created
    }

    fn set(&mut self, zxid: Zxid, path: &str, data: &[u8], version: i32) -> bool {
        let Some(slot) = self.index.find(self.key(path)) else {
            return false;
        };
        let Some(before) = self.index.get(slot).copied() else {
            return false;
        };
        self.discount(&before, before.with_path(path).share());
        let mut after = before;
        after.mzxid = zxid.0;
        after.version = version;
        after.length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        if let Some(place) = self.index.get_mut(slot) {
            *place = after;
        }
        self.count(&after, after.with_path(path).share());
        self.keep_data(path, data);
        true
    }

    fn delete(&mut self, path: &str) -> bool {
        let Some(node) = self.index.remove(self.key(path)) else {
            return false;
        };
        self.discount(&node, node.with_path(path).share());
        self.kept.remove(path);
        if self.recent.0 == path {
            self.recent.0.clear();
        }
        true
    }

    /// The ephemeral nodes of a session go; older servers do not write down which.
    fn close(&mut self, session: i64) {
        let all = (session, Key([0; 2]))..=(session, Key([u64::MAX; 2]));
        let gone: Vec<(Key, u128)> = self
            .ephemerals
            .range(all)
            .map(|((_, key), share)| (*key, *share))
            .collect();
        for (key, share) in gone {
            if let Some(node) = self.index.remove(key) {
                self.discount(&node, share);
            }
            if !self.kept.is_empty() {
                let gone: Vec<String> = self.kept.keys().filter(|path| self.key(path) == key).cloned().collect();
                for path in gone {
                    self.kept.remove(&path);
                }
            }
        }
        // An ephemeral node has no children, but a replay may have left it as the parent seen last.
        self.recent.0.clear();
    }

    fn apply(&mut self, zxid: Zxid, session: i64, op: &Op<'_>) {
        let applied = match op {
            Op::OpenSession { timeout } => {
                self.sessions.insert(session, *timeout);
                true
            }
            Op::CloseSession { paths } => {
                self.sessions.remove(&session);
                for path in paths.iter().flatten() {
                    self.delete(path);
                }
                self.close(session);
                true
            }
            Op::Create { path, data, owner } => self.create(zxid, path, data, *owner),
            Op::Delete { path } => self.delete(path),
            Op::Set { path, data, version } => self.set(zxid, path, data, *version),
            Op::Multi(ops) => {
                for op in ops {
                    self.apply(zxid, session, op);
                }
                true
            }
            Op::Nothing => true,
        };
        if !applied {
            self.misfits.count += 1;
            self.misfits.last = Some(zxid);
        }
    }
}

impl Sink for Tree {
    fn wants(&self, path: &str) -> bool {
        !self.keep.is_empty() && self.keep.iter().any(|kept| kept == path)
    }

    fn session(&mut self, id: i64, timeout: i32) {
        self.sessions.insert(id, timeout);
    }

    fn node(&mut self, node: &SnapshotNode<'_>) -> bool {
        if let Some(data) = node.data {
            self.keep_data(node.path, data);
        }
        self.add(&Node {
            path: node.path,
            czxid: node.stat.czxid,
            mzxid: node.stat.mzxid,
            version: node.stat.version,
            data_length: u64::from(node.length),
            owner: owner(node.stat.owner),
        })
    }

    fn transaction(&mut self, transaction: &Transaction<'_>) {
        let header = &transaction.header;
        self.apply(header.zxid, header.session, &transaction.op);
    }
}
