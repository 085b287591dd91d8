//! Snapshots of ZooKeeper 3.4 to 3.9 (`snapshot.<zxid>`): read node by node to the very end, checksums compared.
//!
//! Hands what it reads to a [`Sink`]: the tree that keeps a digest, the one that keeps everything, or nobody, where only
//! the file is to be verified. Never says whole of a file in which a byte is missing, too many or changed. Source:
//! `FileSnap`, `SnapStream`, `SerializeUtils` and `DataTree.deserialize` of the releases named.

mod trailer;
mod unpack;

use std::io::{self, Read};

pub use self::trailer::ServerDigest;
pub use self::unpack::Packing;
use self::unpack::Unpacked;
use super::jute::{Jute, JuteError};
use super::zk_txlog::Transaction;
use crate::model::backup::Zxid;

/// `ZKSN`.
const MAGIC: i32 = 0x5a4b_534e;
/// Version of the format since ZooKeeper 3.0.
const VERSION: i32 = 2;
/// The database that every server writes into its snapshots.
const DBID: i64 = -1;

/// What the server keeps about a znode, beside its data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stat {
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
    /// Changes of its children, as the server keeps it (a walk sees another figure).
    pub cversion: i32,
    /// Changes of its access list.
    pub aversion: i32,
    /// Owner as stored: a session, or the marks of containers and of nodes with a time to live.
    pub owner: i64,
    /// Transaction that last changed its children.
    pub pzxid: u64,
}

/// One znode of a snapshot.
#[derive(Debug, Clone, Copy)]
pub struct SnapshotNode<'a> {
    /// Absolute path; `/` for the root.
    pub path: &'a str,
    /// Bytes of data.
    pub length: u32,
    /// The data, where [`Sink::wants`] said so.
    pub data: Option<&'a [u8]>,
    /// Number of its access list.
    pub acl: i64,
    /// The rest.
    pub stat: Stat,
}

/// Who takes what snapshots and logs hold.
pub trait Sink {
    /// Whether the data of this node are to be handed over.
    fn wants(&self, path: &str) -> bool;
    /// A session that was open.
    fn session(&mut self, id: i64, timeout: i32);
    /// A node of a snapshot; parents come first. `false` where it was there already.
    fn node(&mut self, node: &SnapshotNode<'_>) -> bool;
    /// A transaction of a log.
    fn transaction(&mut self, transaction: &Transaction<'_>);
}

/// Nobody: the file alone is verified.
#[derive(Debug, Clone, Copy, Default)]
pub struct Verify;

impl Sink for Verify {
    fn wants(&self, _: &str) -> bool {
        false
    }
    fn session(&mut self, _: i64, _: i32) {}
    fn node(&mut self, _: &SnapshotNode<'_>) -> bool {
        true
    }
    fn transaction(&mut self, _: &Transaction<'_>) {}
}

/// A checksum as computed and as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum {
    /// Of the bytes read.
    pub computed: u32,
    /// In the file.
    pub stored: u64,
}

/// How a snapshot ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Read to its end, every checksum right.
    Whole,
    /// It stops too early: cut, or copied while it was being written.
    Incomplete {
        /// Byte at which it ends (of the unpacked file).
        at: u64,
        /// Within what.
        what: String,
    },
    /// It holds something that no server writes.
    Corrupt {
        /// Byte at which it stands (of the unpacked file).
        at: u64,
        /// What was seen and what was expected.
        what: String,
    },
}

/// What reading one snapshot showed. Unless `end` is whole, the sink holds a part of it and must be thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Open sessions.
    pub sessions: u64,
    /// Access lists.
    pub acls: u64,
    /// Znodes, `/` included once.
    pub nodes: u64,
    /// Highest transaction that shows anywhere in it: a snapshot is written while transactions go on, so it can be higher
    /// than the number in its name. The logs must reach at least there.
    pub highest: Zxid,
    /// Most bytes of data in one node: above 1 MiB a server needs a larger `jute.maxbuffer` to read it.
    pub longest: u32,
    /// Checksum over the tree, where its place was reached.
    pub checksum: Option<Checksum>,
    /// What 3.6 and later write behind the tree. Older ones do not: a snapshot that is cut exactly there looks like theirs,
    /// so where the logs carry digests (see [`super::zk_txlog::Log::digests`]) and this is `None`, it may have been cut.
    pub server_digest: Option<ServerDigest>,
    /// What 3.9 and later may write behind that: the last transaction applied when the snapshot was done.
    pub last_processed: Option<Zxid>,
    /// Bytes read, unpacked.
    pub bytes: u64,
    /// How it ends.
    pub end: End,
}

impl Snapshot {
    /// Whether it was read to its end and is right.
    pub fn is_whole(&self) -> bool {
        self.end == End::Whole
    }

    /// What is wrong, in words; `None` when whole.
    pub fn problem(&self) -> Option<String> {
        match &self.end {
            End::Whole => None,
            End::Incomplete { at, what } => Some(format!("ends too early, at byte {at}, within {what}")),
            End::Corrupt { at, what } => Some(format!("damaged at byte {at}: {what}")),
        }
    }
}

/// Why reading stopped before the end.
enum Stop {
    Jute(JuteError),
    Corrupt { at: u64, what: String },
}

impl From<JuteError> for Stop {
    fn from(error: JuteError) -> Self {
        Self::Jute(error)
    }
}

fn corrupt(at: u64, what: impl Into<String>) -> Stop {
    Stop::Corrupt { at, what: what.into() }
}

/// Reads one snapshot to its end.
///
/// # Errors
/// Only where the input itself fails; whatever stands in the file is told by [`Snapshot::end`].
pub fn read<R: Read, S: Sink>(input: R, packing: Packing, sink: &mut S) -> io::Result<Snapshot> {
    let mut jute = Jute::new(Unpacked::new(input, packing));
    let mut seen = Snapshot {
        sessions: 0,
        acls: 0,
        nodes: 0,
        highest: Zxid(0),
        longest: 0,
        checksum: None,
        server_digest: None,
        last_processed: None,
        bytes: 0,
        end: End::Whole,
    };
    let stop = whole(&mut jute, sink, &mut seen).err();
    seen.bytes = jute.offset();
    seen.end = match stop {
        None => End::Whole,
        Some(Stop::Corrupt { at, what }) => End::Corrupt { at, what },
        Some(Stop::Jute(JuteError::Ended { at, what })) => End::Incomplete {
            at,
            what: what.to_owned(),
        },
        Some(Stop::Jute(JuteError::Read(error))) => match jute.input().judge(&error) {
            None => return Err(error),
            Some(true) => End::Incomplete {
                at: seen.bytes,
                what: "its compressed data".to_owned(),
            },
            Some(false) => End::Corrupt {
                at: seen.bytes,
                what: format!("the compressed data cannot be unpacked: {error}"),
            },
        },
        Some(Stop::Jute(error @ (JuteError::Absurd { at, .. } | JuteError::Text { at, .. }))) => End::Corrupt {
            at,
            what: error.to_string(),
        },
    };
    Ok(seen)
}

fn whole<R: Read, S: Sink>(jute: &mut Jute<Unpacked<R>>, sink: &mut S, seen: &mut Snapshot) -> Result<(), Stop> {
    for (at, what, expected) in [(0, "magic number", MAGIC), (4, "version", VERSION)] {
        let number = jute.int("the header")?;
        if number != expected {
            return Err(corrupt(at, format!("{what} {number:#x}, {expected:#x} was expected")));
        }
    }
    let dbid = jute.long("the header")?;
    if dbid != DBID {
        return Err(corrupt(8, format!("database {dbid}, {DBID} was expected")));
    }
    for _ in 0..jute.count("the number of sessions")? {
        let id = jute.long("the sessions")?;
        let timeout = jute.int("the sessions")?;
        sink.session(id, timeout);
        seen.sessions += 1;
    }
    acls(jute, seen)?;
    nodes(jute, sink, seen)?;
    trailer::read(jute, seen)
}

fn acls<R: Read>(jute: &mut Jute<R>, seen: &mut Snapshot) -> Result<(), Stop> {
    let mut text = String::new();
    for _ in 0..jute.count("the number of access lists")? {
        jute.long("the access lists")?;
        for _ in 0..jute.count("the length of an access list")? {
            jute.int("the access lists")?;
            jute.text(&mut text, "the scheme of an access list")?;
            jute.text(&mut text, "the name in an access list")?;
        }
        seen.acls += 1;
    }
    Ok(())
}

/// Folder part of a path; empty for nodes directly below the root.
fn parent(path: &str) -> &str {
    path.rfind('/').and_then(|slash| path.get(..slash)).unwrap_or_default()
}

/// Whether a node with this path stands on the way from the root to `previous`, both ends included.
fn is_on_the_way(path: &str, previous: &str) -> bool {
    previous
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn nodes<R: Read, S: Sink>(jute: &mut Jute<R>, sink: &mut S, seen: &mut Snapshot) -> Result<(), Stop> {
    let (mut path, mut previous, mut data) = (String::new(), String::new(), Vec::new());
    loop {
        let at = jute.offset();
        std::mem::swap(&mut path, &mut previous);
        jute.text(&mut path, "the path of a znode")?;
        if path == "/" {
            break;
        }
        if seen.nodes == 0 {
            if !path.is_empty() {
                return Err(corrupt(at, "the first znode is not the root"));
            }
        } else if !path.starts_with('/') || path.ends_with('/') {
            return Err(corrupt(at, "a path that no znode can have"));
        } else if !is_on_the_way(parent(&path), &previous) {
            // The server writes a node, then everything below it.
            return Err(corrupt(at, "a znode that does not follow its parent"));
        }
        let shown = if path.is_empty() { "/" } else { path.as_str() };
        let wanted = sink.wants(shown);
        data.clear();
        let length = jute.bytes(wanted.then_some(&mut data), "the data of a znode")?;
        let acl = jute.long("a znode")?;
        let stat = stat(jute)?;
        seen.nodes += 1;
        seen.longest = seen.longest.max(length);
        seen.highest = seen.highest.max(Zxid(stat.czxid.max(stat.mzxid).max(stat.pzxid)));
        let node = SnapshotNode {
            path: shown,
            length,
            data: wanted.then_some(data.as_slice()),
            acl,
            stat,
        };
        if !sink.node(&node) {
            return Err(corrupt(at, "a znode that was there already"));
        }
    }
    if seen.nodes == 0 {
        return Err(corrupt(jute.offset(), "a tree without its root"));
    }
    Ok(())
}

fn stat<R: Read>(jute: &mut Jute<R>) -> Result<Stat, JuteError> {
    const WHAT: &str = "a znode";
    Ok(Stat {
        czxid: jute.long(WHAT)?.cast_unsigned(),
        mzxid: jute.long(WHAT)?.cast_unsigned(),
        ctime: jute.long(WHAT)?,
        mtime: jute.long(WHAT)?,
        version: jute.int(WHAT)?,
        cversion: jute.int(WHAT)?,
        aversion: jute.int(WHAT)?,
        owner: jute.long(WHAT)?,
        pzxid: jute.long(WHAT)?.cast_unsigned(),
    })
}
