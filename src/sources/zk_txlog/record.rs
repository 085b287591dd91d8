//! One transaction of a log: its header, what it does, and the digest that 3.6 and later write behind it.
//!
//! Every field is read and nothing may be left over; a kind that is not known is an error, never passed by. Source:
//! `zookeeper.jute`, `SerializeUtils.deserializeTxn`, `DataTree.processTxn` of 3.4 to 3.9.

use super::super::jute::{Fields, JuteError};
use crate::model::backup::Zxid;

/// Head of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Session that asked for it.
    pub session: i64,
    /// Number of the request within the session.
    pub cxid: i32,
    /// The transaction's own number.
    pub zxid: Zxid,
    /// When, milliseconds since 1970.
    pub time: i64,
}

/// The mark of a container node in place of an owner (`EphemeralType.CONTAINER_EPHEMERAL_OWNER`).
pub const CONTAINER: i64 = i64::MIN;
/// The mark of a node with a time to live: the upper byte; the lower five hold milliseconds.
const TTL: i64 = 0xff00_0000_0000_0000_u64.cast_signed();

/// What a transaction does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op<'a> {
    /// A session opened.
    OpenSession {
        /// Milliseconds.
        timeout: i32,
    },
    /// A session closed, and its ephemeral nodes with it.
    CloseSession {
        /// The nodes, where the server wrote them down (3.6 and later).
        paths: Option<Vec<&'a str>>,
    },
    /// A node created.
    Create {
        /// Path.
        path: &'a str,
        /// Data.
        data: &'a [u8],
        /// Owner as the server stores it.
        owner: i64,
    },
    /// A node deleted.
    Delete {
        /// Path.
        path: &'a str,
    },
    /// Data replaced.
    Set {
        /// Path.
        path: &'a str,
        /// Data.
        data: &'a [u8],
        /// The version that the node has then.
        version: i32,
    },
    /// Several at once.
    Multi(Vec<Op<'a>>),
    /// Nothing that shows in the digest of a tree: an access list, a version check, a request that failed.
    Nothing,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction<'a> {
    /// Head.
    pub header: Header,
    /// What it does.
    pub op: Op<'a>,
    /// The server's digest of the tree after it: version and digest.
    pub digest: Option<(i32, u64)>,
}

/// Why the bytes of a transaction are none, though their checksum is right.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A field cannot be decoded.
    #[error(transparent)]
    Field(#[from] JuteError),
    /// Fields that do not fit together.
    #[error("byte {at}: {what}")]
    Odd {
        /// Where.
        at: u64,
        /// What was seen and what was expected.
        what: String,
    },
}

fn odd(at: u64, what: impl Into<String>) -> RecordError {
    RecordError::Odd { at, what: what.into() }
}

/// Digest behind a record: version and number.
const DIGEST: usize = 12;

mod kind {
    pub const CREATE: i32 = 1;
    pub const DELETE: i32 = 2;
    pub const SET_DATA: i32 = 5;
    pub const SET_ACL: i32 = 7;
    pub const CHECK: i32 = 13;
    pub const MULTI: i32 = 14;
    pub const CREATE2: i32 = 15;
    pub const RECONFIG: i32 = 16;
    pub const CREATE_CONTAINER: i32 = 19;
    pub const DELETE_CONTAINER: i32 = 20;
    pub const CREATE_TTL: i32 = 21;
    pub const OPEN_SESSION: i32 = -10;
    pub const CLOSE_SESSION: i32 = -11;
    pub const ERROR: i32 = -1;
}

/// Decodes one transaction; `at` is where it begins in its file.
///
/// # Errors
/// A field that cannot be decoded, a kind that is not known, bytes left over.
pub fn decode(bytes: &[u8], at: u64) -> Result<Transaction<'_>, RecordError> {
    const WHAT: &str = "the head of a transaction";
    let mut fields = Fields::new(bytes, at);
    let header = Header {
        session: fields.long(WHAT)?,
        cxid: fields.int(WHAT)?,
        zxid: Zxid(fields.long(WHAT)?.cast_unsigned()),
        time: fields.long(WHAT)?,
    };
    let at = fields.offset();
    let number = fields.int(WHAT)?;
    let op = match number {
        kind::MULTI => multi(&mut fields, header.session)?,
        kind::CLOSE_SESSION => close(&mut fields)?,
        kind::OPEN_SESSION => Op::OpenSession {
            timeout: fields.int("the timeout of a session")?,
        },
        _ => simple(number, &mut fields, header.session)?
            .ok_or_else(|| odd(at, format!("transaction of the unknown kind {number}")))?,
    };
    let digest = match fields.left() {
        0 => None,
        DIGEST => Some((fields.int("a digest")?, fields.long("a digest")?.cast_unsigned())),
        left => {
            return Err(odd(
                fields.offset(),
                format!("{left} bytes behind a transaction, 0 or 12 were expected"),
            ));
        }
    };
    Ok(Transaction { header, op, digest })
}

/// Those that may also stand within a multi; `None` for other kinds.
fn simple<'a>(number: i32, fields: &mut Fields<'a>, session: i64) -> Result<Option<Op<'a>>, RecordError> {
    Ok(Some(match number {
        kind::CREATE | kind::CREATE2 => create(fields, session)?,
        kind::CREATE_CONTAINER => {
            let (path, data) = head(fields)?;
            fields.int("the version of a parent")?;
            Op::Create {
                path,
                data,
                owner: CONTAINER,
            }
        }
        kind::CREATE_TTL => {
            let (path, data) = head(fields)?;
            fields.int("the version of a parent")?;
            let owner = TTL | fields.long("a time to live")?;
            Op::Create { path, data, owner }
        }
        kind::DELETE | kind::DELETE_CONTAINER => Op::Delete { path: path(fields)? },
        kind::SET_DATA | kind::RECONFIG => Op::Set {
            path: path(fields)?,
            data: fields.bytes("data")?,
            version: fields.int("a version")?,
        },
        kind::SET_ACL => {
            path(fields)?;
            acl(fields)?;
            fields.int("a version")?;
            Op::Nothing
        }
        kind::CHECK => {
            path(fields)?;
            fields.int("a version")?;
            Op::Nothing
        }
        kind::ERROR => {
            fields.int("an error")?;
            Op::Nothing
        }
        _ => return Ok(None),
    }))
}

fn path<'a>(fields: &mut Fields<'a>) -> Result<&'a str, RecordError> {
    let at = fields.offset();
    let path = fields.text("a path")?;
    if path == "/" || (path.starts_with('/') && !path.ends_with('/')) {
        Ok(path)
    } else {
        Err(odd(at, "a path that no znode can have"))
    }
}

fn acl(fields: &mut Fields<'_>) -> Result<(), JuteError> {
    for _ in 0..fields.count(12, "an access list")? {
        fields.int("an access list")?;
        fields.text("the scheme of an access list")?;
        fields.text("the name in an access list")?;
    }
    Ok(())
}

fn head<'a>(fields: &mut Fields<'a>) -> Result<(&'a str, &'a [u8]), RecordError> {
    let found = (path(fields)?, fields.bytes("data")?);
    acl(fields)?;
    Ok(found)
}

fn create<'a>(fields: &mut Fields<'a>, session: i64) -> Result<Op<'a>, RecordError> {
    let (path, data) = head(fields)?;
    let ephemeral = fields.boolean("whether a node is ephemeral")?;
    // Before 3.4 the version of the parent was not written; nothing could stand behind it then.
    if fields.left() != 0 {
        fields.int("the version of a parent")?;
    }
    let owner = if ephemeral { session } else { 0 };
    Ok(Op::Create { path, data, owner })
}

/// 3.6 and later write the paths down, and a digest; older ones write nothing.
fn close<'a>(fields: &mut Fields<'a>) -> Result<Op<'a>, RecordError> {
    if fields.left() == 0 {
        return Ok(Op::CloseSession { paths: None });
    }
    let mut listed = *fields;
    let paths = (|| -> Result<_, RecordError> {
        let mut paths = Vec::new();
        for _ in 0..listed.count(4, "the nodes of a session")? {
            paths.push(path(&mut listed)?);
        }
        Ok(paths)
    })();
    match (paths, listed.left()) {
        (Ok(paths), 0 | DIGEST) => {
            *fields = listed;
            Ok(Op::CloseSession { paths: Some(paths) })
        }
        // Writing the paths down can be switched off; then the digest alone stands there.
        _ if fields.left() == DIGEST => Ok(Op::CloseSession { paths: None }),
        (Err(error), _) => Err(error),
        (Ok(_), left) => Err(odd(
            listed.offset(),
            format!("{left} bytes behind a closed session, 0 or 12 were expected"),
        )),
    }
}

fn multi<'a>(fields: &mut Fields<'a>, session: i64) -> Result<Op<'a>, RecordError> {
    let (mut ops, mut failed) = (Vec::new(), false);
    for _ in 0..fields.count(8, "a multi transaction")? {
        let at = fields.offset();
        let number = fields.int("a part of a multi transaction")?;
        let begin = fields.offset() + 4;
        let mut part = Fields::new(fields.bytes("a part of a multi transaction")?, begin);
        failed |= number == kind::ERROR;
        let op = simple(number, &mut part, session)?
            .ok_or_else(|| odd(at, format!("part of the unknown kind {number} in a multi transaction")))?;
        if part.left() != 0 {
            return Err(odd(
                part.offset(),
                format!("{} bytes too many in a multi transaction", part.left()),
            ));
        }
        ops.push(op);
    }
    // One part that failed: none is applied.
    Ok(if failed { Op::Nothing } else { Op::Multi(ops) })
}
