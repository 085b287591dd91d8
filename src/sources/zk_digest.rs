//! Digest of a tree of znodes: the same for a backup read from files and for a walk over the wire.
//!
//! A sum over all nodes, so the order of reading does not matter and a replayed log can take a node out again. Covers
//! path, creation, last change, version, length of the data and owner; every change of data has a transaction id of its
//! own, so the data themselves need not be read. Never covers `cversion`, `pzxid` and access lists: replaying a log over
//! a fuzzy snapshot may leave the first two otherwise than the server that wrote it. Nor the length of what a server counts
//! by itself, without a transaction: the use of a quota.

use sha2::{Digest as _, Sha256};

/// What identifies one znode and its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'a> {
    /// Absolute path; `/` for the root.
    pub path: &'a str,
    /// Transaction that created it.
    pub czxid: u64,
    /// Transaction that last changed its data.
    pub mzxid: u64,
    /// Number of changes of its data.
    pub version: i32,
    /// Bytes of data.
    pub data_length: u64,
    /// Session that owns it; 0 for a persistent one.
    pub owner: i64,
}

impl Node<'_> {
    /// Its share of the sum: the first 16 bytes of a SHA-256.
    pub fn share(&self) -> u128 {
        let mut hash = Sha256::new();
        hash.update((self.path.len() as u64).to_be_bytes());
        hash.update(self.path.as_bytes());
        hash.update(self.czxid.to_be_bytes());
        hash.update(self.mzxid.to_be_bytes());
        hash.update(self.version.to_be_bytes());
        let length = if counts_use(self.path) { 0 } else { self.data_length };
        hash.update(length.to_be_bytes());
        hash.update(self.owner.to_be_bytes());
        let whole = hash.finalize();
        whole
            .iter()
            .take(16)
            .fold(0, |number, byte| (number << 8) | u128::from(*byte))
    }
}

/// Whether a server writes the data of this node without a transaction (`DataTree.updateQuotaStat`): how many nodes and
/// bytes there are below a path with a quota.
fn counts_use(path: &str) -> bool {
    path.starts_with("/zookeeper/quota/") && path.ends_with("/zookeeper_stats")
}

/// The sum over the nodes of a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TreeDigest {
    sum: u128,
    nodes: u64,
}

impl TreeDigest {
    /// A node is there.
    pub fn add(&mut self, share: u128) {
        self.sum = self.sum.wrapping_add(share);
        self.nodes = self.nodes.wrapping_add(1);
    }

    /// A node is there no longer.
    pub fn remove(&mut self, share: u128) {
        self.sum = self.sum.wrapping_sub(share);
        self.nodes = self.nodes.wrapping_sub(1);
    }

    /// Number of nodes, dash, sum in hex.
    pub fn finish(&self) -> String {
        format!("{}-{:032x}", self.nodes, self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Node<'_> = Node {
        path: "/a",
        czxid: 1,
        mzxid: 2,
        version: 1,
        data_length: 3,
        owner: 0,
    };

    #[test]
    fn the_order_does_not_matter_and_a_node_can_be_taken_out_again() {
        let other = Node { path: "/b", ..NODE };
        let (mut one, mut two) = (TreeDigest::default(), TreeDigest::default());
        one.add(NODE.share());
        one.add(other.share());
        two.add(other.share());
        two.add(NODE.share());
        assert_eq!(one.finish(), two.finish());
        two.remove(other.share());
        assert_ne!(one.finish(), two.finish());
        let mut alone = TreeDigest::default();
        alone.add(NODE.share());
        assert_eq!(two.finish(), alone.finish());
    }

    #[test]
    fn every_field_counts() {
        for changed in [
            Node { path: "/", ..NODE },
            Node { czxid: 2, ..NODE },
            Node { mzxid: 1, ..NODE },
            Node { version: 0, ..NODE },
            Node { data_length: 0, ..NODE },
            Node { owner: 1, ..NODE },
        ] {
            assert_ne!(changed.share(), NODE.share(), "{changed:?}");
        }
    }
    #[test]
    fn the_use_of_a_quota_is_counted_by_the_server_alone() {
        let used = |length| Node {
            path: "/zookeeper/quota/app/zookeeper_stats",
            data_length: length,
            ..NODE
        };
        assert_eq!(used(15).share(), used(17).share());
        let limits = |length| Node {
            path: "/zookeeper/quota/app/zookeeper_limits",
            data_length: length,
            ..NODE
        };
        assert_ne!(limits(15).share(), limits(17).share());
    }
}
