//! Proof of a backup: what reading a backup to its end showed, without what stands in it.
//!
//! The one form for `gonogo backup inspect`, for the archive (`data/backup/<name>/proof.json`) and for the checks. Holds
//! names, counts, hashes and zxids; never data of a znode, never a row of a table.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Format of one proof in an archive and of the answer of `backup inspect`.
pub const FORMAT: &str = "gonogo-backups/1";

/// A transaction id of ZooKeeper: epoch in the upper 32 bits, counter in the lower ones. Written `0x…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Zxid(pub u64);

impl Zxid {
    /// The election this transaction belongs to.
    pub fn epoch(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Its number within the epoch.
    pub fn counter(self) -> u32 {
        u32::try_from(self.0 & 0xffff_ffff).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl FromStr for Zxid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .strip_prefix("0x")
            .ok_or_else(|| format!("`{text}` is no zxid (0x…)"))?;
        u64::from_str_radix(digits, 16)
            .map(Self)
            .map_err(|_| format!("`{text}` is no zxid (0x…)"))
    }
}

impl Serialize for Zxid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zxid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What kind of backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupKind {
    /// ZooKeeper's own files: snapshots and transaction logs.
    Zookeeper,
    /// A dump of znodes as files, as guano writes it.
    Guano,
    /// A SQL dump of the IAM database.
    Iam,
}

/// What can be said of restoring it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupStatus {
    /// Everything that a restore needs is there and was read to its end.
    Restorable,
    /// Nothing speaks against it, and something that would show it is missing.
    CannotSay,
    /// Something that a restore needs is missing or damaged.
    NotRestorable,
}

impl fmt::Display for BackupStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Restorable => "restorable",
            Self::CannotSay => "cannot-say",
            Self::NotRestorable => "not-restorable",
        })
    }
}

/// One snapshot file of ZooKeeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotFile {
    /// File name (`snapshot.35a`).
    pub name: String,
    /// The last transaction that was surely in it when it was begun: the number in its name.
    pub zxid: Zxid,
    /// Size as stored, bytes.
    pub bytes: u64,
    /// Read to its end, checksum right.
    pub whole: bool,
    /// What a restore would begin with.
    pub used: bool,
    /// Znodes in it, `/` included, before any log; only where it was read node by node.
    pub znodes: Option<u64>,
    /// What is wrong with it, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How a transaction log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tail {
    /// With the zeros that the server writes ahead, or with a whole transaction.
    Clean,
    /// Within the last transaction: normal for a copy of a log that is being written.
    Torn,
    /// With something that no server writes: a wrong checksum, an absurd length, data behind the end.
    Corrupt,
}

/// One transaction log of ZooKeeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFile {
    /// File name (`log.35c`).
    pub name: String,
    /// First transaction in it; `None` when it holds none.
    pub from: Option<Zxid>,
    /// Last whole transaction in it.
    pub to: Option<Zxid>,
    /// How it ends.
    pub tail: Tail,
    /// Size as stored, bytes.
    pub bytes: u64,
    /// Whole transactions.
    pub transactions: u64,
    /// Whether zeros written ahead follow the last transaction: without them the file may have been cut there.
    pub padded: bool,
    /// What is wrong with it, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A range of transactions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZxidRange {
    /// First.
    pub from: Zxid,
    /// Last.
    pub to: Zxid,
}

/// Znodes at and below one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subtree {
    /// Path.
    pub path: String,
    /// Znodes, the path itself included.
    pub znodes: u64,
    /// Ephemeral ones among them.
    pub ephemerals: u64,
    /// Bytes of data.
    pub data_bytes: u64,
}

/// One reason for the status, or one thing to know: named by the check that judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFinding {
    /// Id of a check.
    pub check: String,
    /// What was seen, what was expected, where.
    pub summary: String,
}

/// How a backup was taken, as the record beside it says (`backup script` writes one); nothing of it is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taken {
    /// Way: `tar`, `dcos-zk`, `guano`, `iam-database-backup`, `cockroach-dump`.
    pub way: Option<String>,
    /// Host it was taken on.
    pub host: Option<String>,
    /// Exit status of the tool.
    pub exit_status: Option<i32>,
    /// Begin.
    pub began: Option<DateTime<Utc>>,
    /// End.
    pub ended: Option<DateTime<Utc>>,
    /// `zk_znode_count` of the server when it began.
    pub znodes_before: Option<u64>,
    /// The same when it ended.
    pub znodes_after: Option<u64>,
    /// `zk_ephemerals_count` when it began.
    pub ephemerals_before: Option<u64>,
    /// Whether Marathon was stopped while it was taken.
    pub marathon_stopped: Option<bool>,
    /// Whether ZooKeeper was stopped on that host while it was taken.
    pub zookeeper_stopped: Option<bool>,
    /// Whether the host led Mesos at that time.
    pub leading: Option<bool>,
    /// DC/OS release of the host.
    pub release: Option<String>,
    /// `/var/lib/dcos/cluster-id` of the host.
    pub cluster_id: Option<String>,
}

/// Where the bytes went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "kebab-case")]
pub enum Kept {
    /// Encrypted to the operator's recipients, in a file of its own.
    Sealed {
        /// File name beside the archive.
        file: String,
        /// SHA-256 of the sealed file.
        sha256: String,
        /// Its size, bytes.
        bytes: u64,
        /// To how many recipients.
        recipients: u64,
    },
    /// Left where they were, in clear: the operator said so.
    InClear {
        /// The operator's words.
        because: String,
    },
}

/// Ids in one table of a dump.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// SHA-256 over the ids in order, each ended by a NUL; none when not all of them are known.
    pub digest: Option<String>,
    /// The ids, in order: at most as many as an archive should hold.
    pub names: Vec<String>,
    /// How many more there are.
    pub left_out: u64,
}

/// What reading one backup showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Path as named; in an archive the file name alone. Several data directories in one container: `file!folder`.
    pub path: String,
    /// Kind.
    pub kind: BackupKind,
    /// What can be said.
    pub status: BackupStatus,
    /// Znodes that a restore would give, `/` included, as a walk over the wire counts (the server's own figure is one
    /// higher). For guano: nodes that the dump shows.
    pub znodes: Option<u64>,
    /// Ephemeral ones among them; they go when their sessions do.
    pub ephemerals: Option<u64>,
    /// Persistent znodes that have data: what a guano dump can hold.
    pub nonempty: Option<u64>,
    /// Bytes of data in them.
    pub data_bytes: Option<u64>,
    /// Last transaction that a restore would reach.
    pub last_zxid: Option<Zxid>,
    /// Sessions open at that point.
    pub sessions: Option<u64>,
    /// Snapshots, oldest first.
    pub snapshots: Vec<SnapshotFile>,
    /// Logs, oldest first.
    pub logs: Vec<LogFile>,
    /// Transactions missing between the files.
    pub gaps: Vec<ZxidRange>,
    /// Tables of a dump with their rows.
    pub tables: BTreeMap<String, u64>,
    /// Ids of users, groups and permissions in a dump, by table; names are structure, nothing else of a row is kept.
    #[serde(default)]
    pub ids: BTreeMap<String, Ids>,
    /// What speaks against it, and what to know.
    pub findings: Vec<BackupFinding>,
    /// Size of the file, or of all files together, bytes.
    pub bytes: u64,
    /// SHA-256 of the file; for a folder of the sorted lines `<sha256>  <path>` of its files, as `sha256sum` prints them.
    pub sha256: Option<String>,
    /// When it was taken: the record beside it, else the time of its newest file.
    pub taken_at: Option<DateTime<Utc>>,
    /// What the record beside it says.
    pub taken: Option<Taken>,
    /// `myid`: which server it comes from.
    pub myid: Option<u64>,
    /// Data of `/cluster-id`, else of the file `cluster-id`.
    pub cluster_id: Option<String>,
    /// Digest of the tree: order does not matter, every path, creation, change, version, length and owner does. A walk of
    /// the same tree over the wire gives the same.
    pub digest: Option<String>,
    /// Counts by path, for all paths down to depth four that have children.
    pub subtrees: Vec<Subtree>,
    /// Folder of the data directory within the container (`var/lib/dcos/exhibitor/zookeeper`).
    pub folder: Option<String>,
    /// Where the bytes went; only in archives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
}

impl Proof {
    /// A proof that knows nothing yet but what it is about.
    pub fn new(path: impl Into<String>, kind: BackupKind) -> Self {
        Self {
            path: path.into(),
            kind,
            status: BackupStatus::CannotSay,
            znodes: None,
            ephemerals: None,
            nonempty: None,
            data_bytes: None,
            last_zxid: None,
            sessions: None,
            snapshots: Vec::new(),
            logs: Vec::new(),
            gaps: Vec::new(),
            tables: BTreeMap::new(),
            ids: BTreeMap::new(),
            findings: Vec::new(),
            bytes: 0,
            sha256: None,
            taken_at: None,
            taken: None,
            myid: None,
            cluster_id: None,
            digest: None,
            subtrees: Vec::new(),
            folder: None,
            kept: None,
        }
    }
}

/// What a whole tree of znodes comes to: of a backup, or of a walk over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeSummary {
    /// Znodes, `/` included.
    pub znodes: u64,
    /// Ephemeral ones among them.
    pub ephemerals: u64,
    /// Persistent ones that have data.
    pub nonempty: u64,
    /// Bytes of data.
    pub data_bytes: u64,
    /// Highest transaction that any node shows (created or changed).
    pub last_zxid: Zxid,
    /// See [`Proof::digest`].
    pub digest: String,
    /// See [`Proof::subtrees`].
    pub subtrees: Vec<Subtree>,
}

/// Everything that was looked at: the answer of `backup inspect`, and what an archive holds of one backup file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proofs {
    /// [`FORMAT`].
    pub format: String,
    /// The backups, in the order in which they were named.
    pub backups: Vec<Proof>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zxids_are_written_as_people_read_them() {
        let zxid = Zxid(0x0000_0001_0000_035a);
        assert_eq!((zxid.epoch(), zxid.counter()), (1, 0x35a));
        assert_eq!(zxid.to_string().parse(), Ok(zxid));
        assert_eq!(serde_json::to_string(&zxid).ok().as_deref(), Some("\"0x10000035a\""));
        assert!("35a".parse::<Zxid>().is_err());
    }
}
