//! The entries of a log: checksum, length, transaction, `B`; then zeros written ahead.
//!
//! Decides what is a torn end and what is damage; never believes an end that one changed byte could have made.

use std::io::Read;

use simd_adler32::Adler32;

use super::super::jute::{Jute, JuteError, LONGEST_BYTES};
use super::record::{self, RecordError};
use super::{DBID, Log, MAGIC, Sink, VERSION, Zxid};

/// Behind every transaction.
const END_MARK: u8 = b'B';
/// What is written ahead.
const ZEROS: [u8; 4096] = [0; 4096];
/// Checksum and length; zeros there are the end of the log.
const HEAD: u64 = 12;

/// How one entry came out.
enum Entry {
    /// A transaction stands in the buffer.
    Whole,
    /// There are no more.
    End,
}

pub(super) fn all<R: Read, S: Sink>(
    jute: &mut Jute<R>,
    from: Zxid,
    sink: &mut S,
    log: &mut Log,
) -> Result<(), JuteError> {
    if !header(jute, log)? {
        return Ok(());
    }
    log.end = jute.offset();
    let mut bytes = Vec::new();
    while let Entry::Whole = next(jute, log, &mut bytes)? {
        let at = log.end + HEAD;
        let transaction = match record::decode(&bytes, at) {
            Ok(transaction) => transaction,
            Err(RecordError::Odd { at, what }) => {
                log.corrupt(at, what);
                break;
            }
            Err(RecordError::Field(error)) => {
                log.corrupt(at, error);
                break;
            }
        };
        let zxid = transaction.header.zxid;
        if let Some(before) = log.to
            && zxid <= before
        {
            log.corrupt(at, format!("transaction {zxid} behind {before}"));
            break;
        }
        log.number(zxid);
        log.digests += u64::from(transaction.digest.is_some());
        log.end = jute.offset();
        if zxid >= from {
            log.applied += 1;
            sink.transaction(&transaction);
        }
    }
    Ok(())
}

fn header<R: Read>(jute: &mut Jute<R>, log: &mut Log) -> Result<bool, JuteError> {
    const WHAT: &str = "the header";
    for (at, what, expected) in [(0, "magic number", MAGIC), (4, "version", VERSION)] {
        let number = jute.int(WHAT)?;
        if number != expected {
            log.corrupt(at, format!("{what} {number:#x}, {expected:#x} was expected"));
            return Ok(false);
        }
    }
    let dbid = jute.long(WHAT)?;
    if dbid != DBID {
        log.corrupt(8, format!("database {dbid}, {DBID} was expected"));
        return Ok(false);
    }
    Ok(true)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

fn next<R: Read>(jute: &mut Jute<R>, log: &mut Log, bytes: &mut Vec<u8>) -> Result<Entry, JuteError> {
    let begin = log.end;
    bytes.clear();
    let got = u64::from(jute.take(12, bytes)?);
    if bytes.iter().all(|byte| *byte == 0) {
        // Nothing, or zeros: the end, if only zeros follow. Fewer than an entry's head were not written ahead.
        log.padded = got == HEAD;
        only_zeros(jute, log)?;
        return Ok(Entry::End);
    }
    if got < HEAD {
        log.torn(begin, false, "a transaction");
        return Ok(Entry::End);
    }
    let checksum = number(bytes.get(..8).unwrap_or_default());
    let length = u32::try_from(number(bytes.get(8..).unwrap_or_default())).unwrap_or(u32::MAX);
    let stored = match u32::try_from(checksum) {
        // The Adler-32 of a transaction is never 0.
        Ok(stored) if stored != 0 => stored,
        _ => {
            log.corrupt(begin, format!("{checksum:#x} as checksum, which no transaction has"));
            return Ok(Entry::End);
        }
    };
    if length == 0 || length > LONGEST_BYTES {
        let length = length.cast_signed();
        log.corrupt(
            begin + 8,
            format!("{length} as length of a transaction; from 1 to {LONGEST_BYTES} was expected"),
        );
        return Ok(Entry::End);
    }
    bytes.clear();
    let got = jute.take(length, bytes)?;
    if got < length || jute.ended()? {
        return Ok(cut(log, bytes, stored));
    }
    let mark = jute.byte("an end mark")?;
    let computed = simd_adler32::adler32(&bytes.as_slice());
    match mark {
        END_MARK if computed == stored => Ok(Entry::Whole),
        END_MARK => {
            let what = format!("the checksum there is {stored:#x}, the transaction behind it gives {computed:#x}");
            log.corrupt(begin, what);
            Ok(Entry::End)
        }
        0 => {
            if let Some(length) = shorter(bytes, stored) {
                log.corrupt(begin + 8, wrong_length(got, length));
                return Ok(Entry::End);
            }
            let behind = jute.offset();
            log.torn(begin, true, "a transaction");
            only_zeros(jute, log)?;
            log.padded &= jute.offset() >= behind + HEAD;
            Ok(Entry::End)
        }
        _ => {
            log.corrupt(begin + HEAD + u64::from(length), "no end mark behind a transaction");
            Ok(Entry::End)
        }
    }
}

fn wrong_length(stored: u32, right: usize) -> String {
    format!("{stored} as length of a transaction that ends after {right} bytes")
}

/// The file ends within a transaction, or in place of its end mark.
fn cut(log: &mut Log, bytes: &[u8], stored: u32) -> Entry {
    let begin = log.end;
    match shorter(bytes, stored) {
        Some(length) => log.corrupt(
            begin + 8,
            wrong_length(u32::try_from(bytes.len()).unwrap_or(u32::MAX), length),
        ),
        None => log.torn(begin, false, "a transaction"),
    }
    Entry::End
}

/// Where a transaction that seems torn ends after all: a shorter one, its end mark behind it, has the checksum. Then not
/// the end is missing but the length is wrong.
fn shorter(bytes: &[u8], stored: u32) -> Option<usize> {
    let mut sum = Adler32::new();
    let mut summed = 0;
    for at in memchr::memchr_iter(END_MARK, bytes) {
        sum.write(bytes.get(summed..at).unwrap_or_default());
        summed = at;
        if sum.finish() == stored {
            return Some(at);
        }
    }
    None
}

/// Whatever is left must be zeros.
fn only_zeros<R: Read>(jute: &mut Jute<R>, log: &mut Log) -> Result<(), JuteError> {
    let mut first = None;
    jute.rest(|at, bytes| {
        for (number, part) in bytes.chunks(ZEROS.len()).enumerate() {
            // Compared as a whole first: there may be 64 MiB of them.
            if first.is_none() && ZEROS.get(..part.len()) != Some(part) {
                let behind = part.iter().take_while(|byte| **byte == 0).count();
                first = Some(at + (number * ZEROS.len() + behind) as u64);
            }
        }
    })?;
    if let Some(at) = first {
        log.corrupt(at, "bytes behind the end of the log, where only zeros can be");
    }
    Ok(())
}
