//! What a file is, by its first bytes; by its name only where bytes cannot say it (damaged, empty). Reads no file.

use tar::Header;

/// Bytes looked at.
pub(super) const HEAD: usize = 4096;
/// Bytes of a tar header.
const BLOCK: usize = 512;

/// What the first bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::backup) enum Looks {
    /// No bytes at all.
    Empty,
    /// A snapshot of ZooKeeper.
    Snapshot,
    /// A transaction log of ZooKeeper.
    Log,
    /// A gzip stream.
    Gzip,
    /// A tar.
    Tar,
    /// SQL statements.
    Sql,
    /// Anything else.
    Other,
}

impl Looks {
    /// By the first bytes.
    pub(super) fn of(name: &str, head: &[u8]) -> Self {
        if head.is_empty() {
            Self::Empty
        } else if head.starts_with(b"ZKSN") {
            Self::Snapshot
        } else if head.starts_with(b"ZKLG") {
            Self::Log
        } else if head.starts_with(b"\x1f\x8b") {
            Self::Gzip
        } else if is_tar(head) || (has_ending(name, ".tar") && head.iter().all(|byte| *byte == 0)) {
            Self::Tar
        } else if is_sql(name, head) {
            Self::Sql
        } else {
            Self::Other
        }
    }
}

/// Whether the first block is a header with a right checksum: old tars have no magic.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK).and_then(|block| <&[u8; BLOCK]>::try_from(block).ok()) else {
        return false;
    };
    let stated = Header::from_byte_slice(block).cksum().ok();
    block.get(257..262) == Some(b"ustar") || (stated != Some(0) && stated == Some(super::tar::checksum(block)))
}

/// Whether a text begins as a dump of a database does. Log lines and error texts could be of anything: they are taken for
/// those of a dump only where the name says that it is one.
fn is_sql(name: &str, head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    let begins = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    let named = has_ending(name, ".sql") || name.starts_with("iam");
    (named || begins(b"CREATE ") || begins(b"INSERT INTO ") || begins(b"--")) && crate::backup::iam::looks_like(head)
}

/// Whether a name ends so, in any case of letters.
pub(in crate::backup) fn has_ending(name: &str, ending: &str) -> bool {
    name.len() >= ending.len()
        && name
            .as_bytes()
            .get(name.len() - ending.len()..)
            .is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
}

/// Whether a name is one that ZooKeeper gives to a snapshot or log.
pub(super) fn is_data_file(name: &str) -> bool {
    crate::backup::discover::data_name(name).is_some()
}

/// Last part of a path.
pub(in crate::backup) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// How many bytes of a file are kept because they say something of the others; 0 for most.
pub(in crate::backup) fn is_wanted(name: &str) -> usize {
    let base = base(name);
    if matches!(
        base,
        "myid" | "currentEpoch" | "acceptedEpoch" | "cluster-id" | "zoo.cfg"
    ) || has_ending(base, ".record")
    {
        64 << 10
    } else if [".out", ".err", ".txt"].iter().any(|ending| has_ending(base, ending))
        || (has_ending(base, ".log") && !is_data_file(base))
    {
        1 << 20
    } else {
        0
    }
}
