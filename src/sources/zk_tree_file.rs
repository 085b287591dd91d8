//! The tree of znodes as a walk over the wire writes it into an archive: `tree.ndjson` and `tree_summary.json`.
//!
//! Holds paths, versions, transactions, lengths, owners and access; never what stands in a znode, never the hash of an
//! access list.

use std::io::{BufRead, Read};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Malformed, Parsed};
use crate::model::backup::{Kept, TreeSummary, Zxid};

/// Format of `tree_summary.json`.
pub const FORMAT: &str = "gonogo-zk-tree/1";
/// `jute.maxbuffer` where nobody sets it, bytes: ZooKeeper's `BinaryInputArchive`; the Java client reads no larger
/// answer from 3.6 on (before that: 4 MiB).
pub const JUTE_MAXBUFFER: u64 = 0xf_ffff;
/// Number of children from which a znode is listed as crowded, whatever their names come to.
pub const CROWDED_FROM: u64 = 10_000;
/// Longest line of `tree.ndjson` that is read, bytes: a path has at most `jute.maxbuffer`, some characters are escaped.
const LONGEST_LINE: u64 = 8 << 20;

/// One znode: a line of `tree.ndjson`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Absolute path; `/` for the root.
    pub path: String,
    /// Number of changes of its data.
    pub version: i32,
    /// Number of changes of its children.
    pub cversion: i32,
    /// Transaction that created it.
    pub czxid: Zxid,
    /// Transaction that last changed its data.
    pub mzxid: Zxid,
    /// Transaction that last changed its children.
    pub pzxid: Zxid,
    /// Bytes of data.
    pub data_length: u64,
    /// Children.
    pub children: u64,
    /// Session that owns it, in the same notation; 0x0 for a persistent one (and for container and TTL nodes: servers
    /// say so to clients).
    pub ephemeral_owner: Zxid,
    /// Its access list: index into [`Summary::acls`]; `None` where it was not read.
    pub acl: Option<u32>,
}

/// One entry of an access list, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AclEntry {
    /// Scheme: `world`, `digest`, `sasl`, `ip`, `x509`, or one of the site's own.
    pub scheme: String,
    /// Who: for `digest` the user without the hash; `None` for schemes of the site's own.
    pub who: Option<String>,
    /// Permissions as ZooKeeper's own client prints them: letters of `cdrwa`.
    pub permissions: String,
}

/// An access list and how many znodes have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclUse {
    /// Entries in the order in which the server gives them.
    pub entries: Vec<AclEntry>,
    /// Znodes with exactly this list.
    pub znodes: u64,
}

/// A znode with many children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowded {
    /// Path.
    pub path: String,
    /// Children.
    pub children: u64,
    /// Bytes of an answer that lists them, or the least it can have where the names could not be read.
    pub answer_bytes: u64,
}

/// A znode with much data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Large {
    /// Path.
    pub path: String,
    /// Bytes of data.
    pub data_length: u64,
}

/// Znodes that could not be read to their end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// Znodes whose children and data the server refused to show (NoAuth). They are counted in the tree all the same:
    /// the server shows the stat of every znode to everybody.
    pub znodes: u64,
    /// Children directly below them, which were not seen; what is below those is not known.
    pub children: u64,
    /// The first hundred of them, in the order of the walk.
    pub paths: Vec<String>,
    /// Znodes whose access list alone was refused.
    pub acls: u64,
    /// Znodes that the client could not ask for or whose answer it could not read; not counted in the tree.
    pub odd: u64,
    /// The first hundred of those, with the reason.
    pub odd_paths: Vec<(String, String)>,
}

/// How the tree was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// A session with the ensemble: every znode with its stat.
    Session,
    /// Exhibitor's explorer: names only. No stat, so no ephemerals, no lengths, no digest.
    Explorer,
}

/// `tree_summary.json`: what a walk came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// [`FORMAT`].
    pub format: String,
    /// How it was read.
    pub way: Way,
    /// Whether every znode below `/` that this reader may see was read. Only then the counts are those of the tree.
    pub complete: bool,
    /// Why it ended early, or what was not seen, where `complete` is false.
    pub incomplete_because: Option<String>,
    /// Whether it ended before every znode was asked for (limit, servers that fell silent): going on would show more.
    pub ended_early: bool,
    /// Counts and digest of the znodes that were read; `None` where only names are known.
    pub tree: Option<TreeSummary>,
    /// Znodes seen by name, with `/`. Of [`Way::Explorer`] some may be gone since: no count of a tree.
    pub znodes_named: u64,
    /// Servers that were named to the session (`host:port`); of [`Way::Explorer`] the Exhibitor that was asked.
    pub servers: Vec<String>,
    /// When the walk began; of a resumed one, when its first part did.
    pub began: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// Highest zxid of the servers once the session was open, before the first znode was asked for.
    pub zxid_before: Option<Zxid>,
    /// The same after the last answer, before the session was closed. Equal to `zxid_before`: nothing was written
    /// meanwhile, and the tree is that of one moment.
    pub zxid_after: Option<Zxid>,
    /// Sessions that were opened (of a resumed walk: by its last part); each is a transaction, and its end another one.
    pub sessions: u64,
    /// Times the connection was lost and znodes were asked for again (of a resumed walk: in its last part).
    pub interruptions: u64,
    /// Times the walk was begun again from its journal.
    pub resumed: u64,
    /// Some answers came from a server cut off from its quorum (read-only mode): they may be old.
    pub read_only_server: bool,
    /// Znodes that were listed by their parent and were gone when asked for.
    pub vanished: u64,
    /// What could not be read.
    pub unreadable: Unreadable,
    /// Whether access lists were asked for.
    pub acls_read: bool,
    /// Access lists, sorted, with the number of znodes that have them.
    pub acls: Vec<AclUse>,
    /// Znodes with [`CROWDED_FROM`] children or more, or whose list of children takes three quarters of
    /// [`JUTE_MAXBUFFER`] or more; sorted by path.
    pub crowded: Vec<Crowded>,
    /// The ten znodes with most data, largest first.
    pub largest: Vec<Large>,
    /// How the session was authenticated: `none`, `digest`, `sasl`, `digest and sasl`.
    pub auth: String,
    /// Where the contents went, where they were read: never into the archive.
    pub contents: Vec<Kept>,
}

impl Summary {
    /// Whether nothing was written while the tree was read: its counts are those of one moment.
    pub fn still(&self) -> bool {
        self.resumed == 0 && self.zxid_before.is_some() && self.zxid_before == self.zxid_after
    }
}

/// Reads `tree_summary.json`.
///
/// # Errors
/// [`Malformed`] when it is not that, or of a later format.
pub fn summary(body: &mut dyn Read) -> Parsed<Summary> {
    let summary: Summary = serde_json::from_reader(body).map_err(Malformed::new)?;
    if summary.format == FORMAT {
        Ok(summary)
    } else {
        Err(Malformed::new(format!(
            "format `{}`; expected `{FORMAT}`",
            summary.format
        )))
    }
}

/// Reads `tree.ndjson` line by line; `each` gets every znode in the order of the file, which is that of the paths.
///
/// # Errors
/// [`Malformed`] with the line for a line that is no znode, is too long or stands out of order.
pub fn nodes(body: &mut dyn BufRead, each: &mut dyn FnMut(Node)) -> Parsed<u64> {
    let mut line = Vec::new();
    let mut last: Option<String> = None;
    let mut count = 0;
    loop {
        line.clear();
        body.take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(Malformed::new)?;
        if line.is_empty() {
            return Ok(count);
        }
        count += 1;
        let place = format!("line {count}");
        if line.pop() != Some(b'\n') {
            return Err(Malformed::new("does not end; the file was cut, or the line is too long").at(place));
        }
        let node: Node = serde_json::from_slice(&line).map_err(|error| Malformed::new(error).at(&place))?;
        if last.as_ref().is_some_and(|last| *last >= node.path) {
            return Err(Malformed::new(format!("`{}` stands out of order", node.path)).at(place));
        }
        last = Some(node.path.clone());
        each(node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"path":"/a","version":0,"cversion":1,"czxid":"0x2","mzxid":"0x2","pzxid":"0x3","data_length":3,"children":1,"ephemeral_owner":"0x0","acl":0}"#;

    fn read(text: &str) -> Parsed<Vec<Node>> {
        let mut all = Vec::new();
        nodes(&mut text.as_bytes(), &mut |node| all.push(node)).map(|_| all)
    }

    #[test]
    fn lines_are_read_in_the_order_of_paths() {
        let second = LINE.replace("/a", "/a/b").replace("\"acl\":0", "\"acl\":null");
        let all = read(&format!("{LINE}\n{second}\n")).unwrap();
        assert_eq!(all[0].path, "/a");
        assert_eq!(all[0].pzxid, Zxid(3));
        assert_eq!(all[1].acl, None);
        let error = read(&format!("{second}\n{LINE}\n")).unwrap_err();
        assert_eq!(error.to_string(), "line 2: `/a` stands out of order");
    }

    #[test]
    fn a_file_that_was_cut_is_told_at_every_byte() {
        let text = format!("{LINE}\n");
        for cut in 1..text.len() {
            assert!(read(&text[..cut]).is_err(), "{cut}");
        }
        assert_eq!(read("").unwrap(), Vec::new());
    }
}
