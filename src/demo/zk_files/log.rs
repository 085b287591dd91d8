//! Transaction logs being written, with the zeros that the server writes ahead.

use std::io::{self, Write};

use super::jute::{Out, Put, open_acl};

/// What a transaction does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A session opened.
    OpenSession {
        /// Milliseconds.
        timeout: i32,
    },
    /// A session closed, its ephemeral nodes with it.
    CloseSession,
    /// A node created.
    Create {
        /// Path.
        path: String,
        /// Data.
        data: Vec<u8>,
        /// Whether it goes with its session.
        ephemeral: bool,
        /// How many children its parent had created then, this one included.
        parent_cversion: i32,
    },
    /// A node deleted.
    Delete {
        /// Path.
        path: String,
    },
    /// Data replaced.
    Set {
        /// Path.
        path: String,
        /// Data.
        data: Vec<u8>,
        /// Version of the node from then on.
        version: i32,
    },
    /// Several at once; sessions cannot be among them.
    Multi(Vec<Change>),
    /// A request that failed.
    Error(i32),
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Txn {
    /// Its number.
    pub zxid: u64,
    /// Session that asked for it.
    pub session: i64,
    /// When, milliseconds since 1970.
    pub time: i64,
    /// What it does.
    pub change: Change,
}

impl Txn {
    /// Of no session in particular, at no time in particular.
    pub fn new(zxid: u64, change: Change) -> Self {
        Self {
            zxid,
            session: 0,
            time: 0,
            change,
        }
    }
}

impl Change {
    /// A persistent node.
    pub fn create(path: impl Into<String>, data: impl Into<Vec<u8>>, parent_cversion: i32) -> Self {
        Self::Create {
            path: path.into(),
            data: data.into(),
            ephemeral: false,
            parent_cversion,
        }
    }

    fn kind(&self) -> i32 {
        match self {
            Self::OpenSession { .. } => -10,
            Self::CloseSession => -11,
            Self::Create { .. } => 1,
            Self::Delete { .. } => 2,
            Self::Set { .. } => 5,
            Self::Multi(_) => 14,
            Self::Error(_) => -1,
        }
    }

    fn put(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::OpenSession { timeout } => out.int(*timeout),
            Self::CloseSession => Ok(()),
            Self::Create {
                path,
                data,
                ephemeral,
                parent_cversion,
            } => {
                out.text(path)?;
                out.bytes(data)?;
                open_acl(out)?;
                out.raw(&[u8::from(*ephemeral)])?;
                out.int(*parent_cversion)
            }
            Self::Delete { path } => out.text(path),
            Self::Set { path, data, version } => {
                out.text(path)?;
                out.bytes(data)?;
                out.int(*version)
            }
            Self::Multi(parts) => {
                out.count(parts.len())?;
                for part in parts {
                    out.int(part.kind())?;
                    let mut bytes = Vec::new();
                    part.put(&mut bytes)?;
                    out.bytes(&bytes)?;
                }
                Ok(())
            }
            Self::Error(code) => out.int(*code),
        }
    }
}

/// As `FilePadding` does: zeros are written ahead when fewer than 4 KiB of them are left.
fn padded(position: u64, size: u64, ahead: u64) -> u64 {
    if ahead == 0 || position + 4096 < size {
        size
    } else if position > size {
        let size = position + ahead;
        size - size % ahead
    } else {
        size + ahead
    }
}

/// Writes a log, with zeros written ahead in steps of `ahead` bytes as the server does (64 MiB unless it is told
/// otherwise); 0 for none.
pub fn log<W: Write>(out: W, transactions: impl IntoIterator<Item = Txn>, ahead: u64) -> io::Result<()> {
    let mut out = Out::new(out);
    out.raw(b"ZKLG")?;
    out.int(2)?;
    out.long(0)?;
    let (mut position, mut size) = (16_u64, 16_u64);
    let mut bytes = Vec::new();
    for (number, transaction) in transactions.into_iter().enumerate() {
        size = padded(position, size, ahead);
        bytes.clear();
        bytes.long(transaction.session)?;
        bytes.count(number & 0xffff)?;
        bytes.long(transaction.zxid.cast_signed())?;
        bytes.long(transaction.time)?;
        bytes.int(transaction.change.kind())?;
        transaction.change.put(&mut bytes)?;
        out.long(i64::from(simd_adler32::adler32(&bytes.as_slice())))?;
        out.bytes(&bytes)?;
        out.raw(b"B")?;
        position += 8 + 4 + bytes.len() as u64 + 1;
    }
    let zeros = [0; 4096];
    let mut left = size.saturating_sub(position);
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        out.raw(zeros.get(..usize::try_from(count).unwrap_or(0)).unwrap_or_default())?;
        left -= count;
    }
    out.finish()
}
