//! Transaction logs of ZooKeeper 3.4 to 3.9 (`log.<zxid>`): every checksum verified, and what stands behind the last
//! transaction looked at.
//!
//! Never takes damage for an end: only zeros up to the end of the file are one, and a last transaction is torn only where
//! nothing but zeros, or nothing at all, stands in place of its end. Source: `FileTxnLog`, `Util.readTxnBytes`,
//! `FilePadding`.

mod entry;
mod record;

use std::io::{self, Read};

pub use self::record::{CONTAINER, Header, Op, RecordError, Transaction};
use super::jute::{Jute, JuteError};
use super::zk_snapshot::Sink;
use crate::model::backup::{Tail, Zxid, ZxidRange};

/// `ZKLG`.
const MAGIC: i32 = 0x5a4b_4c47;
/// Version of the format since ZooKeeper 3.0.
const VERSION: i32 = 2;
/// The database that every server writes into its logs.
const DBID: i64 = 0;
/// How many gaps within one log are told.
const GAPS: usize = 100;

/// What reading one log showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// First transaction; `None` when it holds none.
    pub from: Option<Zxid>,
    /// Last whole transaction.
    pub to: Option<Zxid>,
    /// Whole transactions.
    pub transactions: u64,
    /// How many of them were handed to the sink.
    pub applied: u64,
    /// How many carry a digest, as 3.6 and later write it.
    pub digests: u64,
    /// Transactions missing between two that follow each other, the first hundred. Within an epoch numbers rise by one,
    /// and a new epoch begins with 1. Harmless below the snapshot that a restore begins with.
    pub gaps: Vec<ZxidRange>,
    /// How it ends. Torn by zeros written ahead: `padded`; torn by the end of the file: not.
    pub tail: Tail,
    /// Whether zeros written ahead follow the last transaction.
    pub padded: bool,
    /// Where the last whole transaction ends, bytes.
    pub end: u64,
    /// Bytes read: the whole file, unless the tail is corrupt.
    pub bytes: u64,
    /// What is wrong, where the tail is not clean.
    pub problem: Option<String>,
}

impl Log {
    fn corrupt(&mut self, at: u64, what: impl std::fmt::Display) {
        self.tail = Tail::Corrupt;
        self.problem = Some(format!("damaged at byte {at}: {what}"));
    }

    fn torn(&mut self, at: u64, padded: bool, what: &str) {
        self.tail = Tail::Torn;
        self.padded = padded;
        self.problem = Some(if padded {
            format!("zeros from within {what} on, which begins at byte {at}")
        } else {
            format!("the file ends within {what}, which begins at byte {at}")
        });
    }

    fn number(&mut self, zxid: Zxid) {
        if let Some(before) = self.to
            && self.gaps.len() < GAPS
        {
            let next = if before.epoch() == zxid.epoch() {
                before.0 + 1
            } else {
                (u64::from(zxid.epoch()) << 32) + 1
            };
            // Counter 0 of an epoch is the election itself; some releases log it.
            if zxid.0 > next {
                self.gaps.push(ZxidRange {
                    from: Zxid(next),
                    to: Zxid(zxid.0 - 1),
                });
            }
        }
        self.from.get_or_insert(zxid);
        self.to = Some(zxid);
        self.transactions += 1;
    }
}

/// Reads one log to its end; transactions from `from` on are handed to the sink, earlier ones are only verified. A restore
/// begins with the number behind that of the snapshot.
///
/// # Errors
/// Only where the input itself fails; whatever stands in the file is told by [`Log::tail`] and [`Log::problem`].
pub fn read<R: Read, S: Sink>(input: R, from: Zxid, sink: &mut S) -> io::Result<Log> {
    let mut jute = Jute::new(input);
    let mut log = Log {
        from: None,
        to: None,
        transactions: 0,
        applied: 0,
        digests: 0,
        gaps: Vec::new(),
        tail: Tail::Clean,
        padded: false,
        end: 0,
        bytes: 0,
        problem: None,
    };
    match entry::all(&mut jute, from, sink, &mut log) {
        Ok(()) => {}
        Err(JuteError::Read(error)) => return Err(error),
        // Only the header is read without looking whether it is all there.
        Err(JuteError::Ended { what, .. }) => log.torn(0, false, what),
        Err(error @ (JuteError::Absurd { at, .. } | JuteError::Text { at, .. })) => log.corrupt(at, error),
    }
    log.bytes = jute.offset();
    Ok(log)
}
