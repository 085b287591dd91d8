//! What stands behind the tree of a snapshot: the checksum, and the parts that 3.6 and 3.9 added.
//!
//! Each part ends with a seal of its own: the Adler-32 of everything before it, and `/`. Never takes a part for optional
//! that has begun, and never passes over bytes that belong to none.

use std::io::Read;

use super::super::jute::Jute;
use super::{Checksum, Snapshot, Stop, corrupt};
use crate::model::backup::Zxid;

/// The server's own digest of the tree, written by 3.6 and later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerDigest {
    /// Transaction after which the tree had it; 0 where the server had none yet.
    pub zxid: Zxid,
    /// How it was computed.
    pub version: i32,
    /// The digest; `None` where version 1 wrote it as text.
    pub digest: Option<u64>,
}

const DIGEST: &str = "the digest behind the tree";
const LAST: &str = "the last transaction behind the tree";

pub(super) fn read<R: Read>(jute: &mut Jute<R>, seen: &mut Snapshot) -> Result<(), Stop> {
    let at = jute.offset();
    let computed = jute.checksum();
    let stored = jute.long("the checksum")?.cast_unsigned();
    seen.checksum = Some(Checksum { computed, stored });
    same(at, stored, computed)?;
    end_mark(jute)?;
    if jute.ended()? {
        return Ok(());
    }
    let zxid = Zxid(jute.long(DIGEST)?.cast_unsigned());
    let (at, computed) = (jute.offset(), jute.checksum());
    let version = jute.int(DIGEST)?;
    if version == 0 {
        // No digest has version 0: this is the upper half of a seal. 3.9 writes the last transaction alone where digests
        // are switched off.
        let stored = jute.int(LAST)?.cast_unsigned();
        same(at, u64::from(stored), computed)?;
        end_mark(jute)?;
        return last(jute, seen, zxid);
    }
    let digest = match version {
        1 => {
            jute.text(&mut String::new(), DIGEST)?;
            None
        }
        2 => Some(jute.long(DIGEST)?.cast_unsigned()),
        _ => {
            let what = format!("{version} as version of the digest, 1 or 2 was expected");
            return Err(corrupt(at, what));
        }
    };
    seal(jute)?;
    seen.highest = seen.highest.max(zxid);
    seen.server_digest = Some(ServerDigest { zxid, version, digest });
    if jute.ended()? {
        return Ok(());
    }
    let zxid = Zxid(jute.long(LAST)?.cast_unsigned());
    seal(jute)?;
    last(jute, seen, zxid)
}

fn last<R: Read>(jute: &mut Jute<R>, seen: &mut Snapshot, zxid: Zxid) -> Result<(), Stop> {
    seen.highest = seen.highest.max(zxid);
    seen.last_processed = Some(zxid);
    if jute.ended()? {
        return Ok(());
    }
    Err(corrupt(jute.offset(), "more bytes where the snapshot should end"))
}

fn seal<R: Read>(jute: &mut Jute<R>) -> Result<(), Stop> {
    let (at, computed) = (jute.offset(), jute.checksum());
    let stored = jute.long("a checksum behind the tree")?.cast_unsigned();
    same(at, stored, computed)?;
    end_mark(jute)
}

fn same(at: u64, stored: u64, computed: u32) -> Result<(), Stop> {
    if stored == u64::from(computed) {
        return Ok(());
    }
    let what = format!("the checksum there is {stored:#x}, the bytes before it give {computed:#x}");
    Err(corrupt(at, what))
}

fn end_mark<R: Read>(jute: &mut Jute<R>) -> Result<(), Stop> {
    let at = jute.offset();
    let length = jute.int("the end mark")?;
    if length != 1 {
        let what = format!("{length} as length of the end mark, 1 was expected");
        return Err(corrupt(at, what));
    }
    if jute.byte("the end mark")? != b'/' {
        return Err(corrupt(at, "the end mark is not `/`"));
    }
    Ok(())
}
