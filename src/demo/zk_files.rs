//! Writes snapshots and transaction logs as ZooKeeper 3.4 does; 3.8 reads them as well.
//!
//! For the backups of the simulated cluster, for tests and for the benchmark. Every access list is `world:anyone`; never
//! writes the digests of 3.6 and later.

mod jute;
mod log;

use std::collections::BTreeMap;
use std::io::{self, Write};

use self::jute::{Out, Put};
pub use self::log::{Change, Txn, log};

/// The access list that every node has.
const OPEN_ACL: i64 = 1;

/// One znode of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Znode {
    /// Absolute path; `/` for the root.
    pub path: String,
    /// Data.
    pub data: Vec<u8>,
    /// Transaction that created it.
    pub czxid: u64,
    /// Transaction that last changed its data.
    pub mzxid: u64,
    /// Changes of its data.
    pub version: i32,
    /// Session that owns it; 0 for a persistent one.
    pub owner: i64,
    /// Transaction that last changed its children.
    pub pzxid: u64,
    /// Changes of its children, as the server keeps it: how many were created.
    pub cversion: i32,
    /// When it was created and changed, milliseconds since 1970.
    pub time: i64,
}

impl Znode {
    /// A persistent node that never changed and has no children.
    pub fn new(path: impl Into<String>, data: impl Into<Vec<u8>>, zxid: u64) -> Self {
        Self {
            path: path.into(),
            data: data.into(),
            czxid: zxid,
            mzxid: zxid,
            version: 0,
            owner: 0,
            pzxid: zxid,
            cversion: 0,
            time: 0,
        }
    }
}

/// The nodes in the order of a snapshot, a node before everything below it, with `/`, `/zookeeper` and `/zookeeper/quota`
/// where they are missing, and every parent with the figures that its children give it.
pub fn tree(nodes: impl IntoIterator<Item = Znode>) -> Vec<Znode> {
    let key = |path: &str| -> Vec<String> {
        path.split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut all: BTreeMap<Vec<String>, Znode> = ["/", "/zookeeper", "/zookeeper/quota"]
        .into_iter()
        .map(|path| (key(path), Znode::new(path, [], 0)))
        .collect();
    all.extend(nodes.into_iter().map(|node| (key(&node.path), node)));
    let below: Vec<(Vec<String>, u64)> = all
        .iter()
        .filter_map(|(key, node)| key.split_last().map(|(_, above)| (above.to_vec(), node.czxid)))
        .collect();
    for (above, zxid) in below {
        if let Some(parent) = all.get_mut(&above) {
            parent.cversion += 1;
            parent.pzxid = parent.pzxid.max(zxid);
        }
    }
    all.into_values().collect()
}

/// Writes a snapshot: nodes in the order that [`tree`] gives, sessions with their timeouts in milliseconds.
pub fn snapshot<W: Write>(out: W, sessions: &[(i64, i32)], nodes: impl IntoIterator<Item = Znode>) -> io::Result<()> {
    let mut out = Out::new(out);
    out.raw(b"ZKSN")?;
    out.int(2)?;
    out.long(-1)?;
    out.count(sessions.len())?;
    for (id, timeout) in sessions {
        out.long(*id)?;
        out.int(*timeout)?;
    }
    out.int(1)?;
    out.long(OPEN_ACL)?;
    jute::open_acl(&mut out)?;
    for node in nodes {
        out.text(if node.path == "/" { "" } else { &node.path })?;
        out.bytes(&node.data)?;
        out.long(OPEN_ACL)?;
        out.long(node.czxid.cast_signed())?;
        out.long(node.mzxid.cast_signed())?;
        out.long(node.time)?;
        out.long(node.time)?;
        out.int(node.version)?;
        out.int(node.cversion)?;
        out.int(0)?;
        out.long(node.owner)?;
        out.long(node.pzxid.cast_signed())?;
    }
    out.text("/")?;
    let checksum = out.checksum();
    out.long(i64::from(checksum))?;
    out.text("/")?;
    out.finish()
}
