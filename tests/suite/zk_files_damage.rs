//! Damaged snapshots and logs: cut at every byte, changed in every byte, with lengths that cannot be. None is ever taken
//! for whole, none ends the program.

use gonogo::model::backup::{Tail, Zxid};
use gonogo::sources::zk_snapshot::{self, End, Packing, Verify};
use gonogo::sources::zk_txlog::{self, Log};

use crate::zk_files::files;
use crate::zk_files_written::{small_changes, small_snapshot, written};

fn end(bytes: &[u8]) -> End {
    zk_snapshot::read(bytes, Packing::Plain, &mut Verify).unwrap().end
}

fn log(bytes: &[u8]) -> Log {
    zk_txlog::read(bytes, Zxid(0), &mut Verify).unwrap()
}

/// Of a genuine server, and our own.
fn snapshots() -> [Vec<u8>; 2] {
    [files("live").remove("snapshot.0").unwrap(), small_snapshot()]
}

#[test]
fn a_snapshot_cut_anywhere_is_incomplete() {
    let [genuine, own] = snapshots();
    for end_at in 0..own.len() {
        assert!(
            matches!(end(&own[..end_at]), End::Incomplete { at, .. } if at == end_at as u64),
            "{end_at}"
        );
    }
    // 3.8 writes its digest behind what older releases write: 20 bytes and a seal of 13.
    let older = genuine.len() - 33;
    for end_at in 0..genuine.len() {
        let seen = zk_snapshot::read(&genuine[..end_at], Packing::Plain, &mut Verify).unwrap();
        assert_eq!(seen.is_whole(), end_at == older, "{end_at}");
        assert!(!seen.is_whole() || seen.server_digest.is_none(), "{end_at}");
    }
}

#[test]
fn a_snapshot_changed_in_any_bit_is_not_whole() {
    for bytes in snapshots() {
        assert_eq!(end(&bytes), End::Whole);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert_ne!(end(&changed), End::Whole, "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn a_log_changed_in_any_bit_is_corrupt_and_nothing_else() {
    let bytes = written(small_changes(), 2048);
    assert_eq!(log(&bytes).tail, Tail::Clean);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let seen = log(&changed);
            assert_eq!(seen.tail, Tail::Corrupt, "byte {at}, bit {bit}: {seen:?}");
            assert!(seen.problem.is_some());
        }
    }
}

#[test]
fn the_log_of_a_server_changed_anywhere_is_corrupt() {
    let bytes = files("live").remove("log.35c").unwrap();
    let used = log(&bytes).end;
    for at in (0..used).step_by(997).chain(used - 100..used + 14) {
        let mut changed = bytes.clone();
        changed[usize::try_from(at).unwrap()] ^= 0x40;
        assert_eq!(log(&changed).tail, Tail::Corrupt, "byte {at}");
    }
}

/// Where each transaction of a log ends, and before the first.
fn ends(bytes: &[u8]) -> Vec<usize> {
    let mut ends = vec![16];
    while let Some(length) = bytes
        .get(ends[ends.len() - 1] + 8..)
        .and_then(|rest| rest.first_chunk::<4>())
    {
        ends.push(ends[ends.len() - 1] + 13 + u32::from_be_bytes(*length) as usize);
    }
    ends
}

#[test]
fn a_log_cut_anywhere_is_torn_without_zeros_or_ends_with_a_transaction() {
    let bytes = written(small_changes(), 0);
    let ends = ends(&bytes);
    assert_eq!(ends.len(), 7);
    for end in 0..=bytes.len() {
        let seen = log(&bytes[..end]);
        assert!(!seen.padded, "{end}");
        let whole = ends.iter().filter(|place| **place <= end).count().saturating_sub(1);
        assert_eq!(seen.transactions, whole as u64, "{end}");
        let tail = if ends.contains(&end) { Tail::Clean } else { Tail::Torn };
        // Zeros alone, as in the first bytes of a checksum, are no transaction.
        let zeros = ends.iter().any(|place| (1..=4).contains(&end.wrapping_sub(*place)));
        assert!(seen.tail == tail || zeros, "{end}: {seen:?}");
    }
}

#[test]
fn a_last_transaction_that_is_zeros_from_some_byte_on_is_torn() {
    let bytes = written(small_changes(), 2048);
    let ends = ends(&written(small_changes(), 0));
    let (begin, end) = (ends[ends.len() - 2], ends[ends.len() - 1]);
    for from in begin + 12..end {
        let mut torn = bytes.clone();
        torn[from..].fill(0);
        let seen = log(&torn);
        assert_eq!((seen.tail, seen.padded), (Tail::Torn, true), "{from}: {seen:?}");
        assert_eq!((seen.transactions, seen.end), (5, begin as u64));
    }
}

#[test]
fn bytes_behind_the_end_are_damage() {
    let mut bytes = written(small_changes(), 4096);
    let last = bytes.len() - 1;
    bytes[last] = 1;
    let seen = log(&bytes);
    assert_eq!((seen.tail, seen.transactions), (Tail::Corrupt, 6));
    assert!(seen.problem.unwrap().contains(&format!("byte {last}")));
}

#[test]
fn numbers_that_do_not_rise_are_damage() {
    let mut changes = small_changes();
    changes[3].zxid = 8;
    let seen = log(&written(changes, 4096));
    assert_eq!((seen.tail, seen.transactions), (Tail::Corrupt, 3));
    assert!(seen.problem.unwrap().contains("0x8"));
}

#[test]
fn headers_are_compared() {
    for (at, changed) in [(0, b"ZKLG"), (4, b"\0\0\0\x03"), (8, b"\0\0\0\x01")] {
        let mut bytes = small_snapshot();
        bytes[at..at + 4].copy_from_slice(changed);
        assert!(matches!(end(&bytes), End::Corrupt { at: found, .. } if found == at as u64));
    }
    for (at, changed) in [(0, b"ZKSN"), (4, b"\0\0\0\x03"), (8, b"\0\0\0\x01")] {
        let mut bytes = written(small_changes(), 0);
        bytes[at..at + 4].copy_from_slice(changed);
        let seen = log(&bytes);
        assert_eq!(seen.tail, Tail::Corrupt);
        assert!(seen.problem.unwrap().contains(&format!("byte {at}")));
    }
}

#[test]
fn lengths_that_cannot_be_are_named_with_their_place_and_reserve_no_memory() {
    // Of the data of the root, behind header, sessions, one access list and an empty path.
    let place = 16 + 4 + 12 + 4 + (8 + 4 + 4 + 9 + 10) + 4;
    for length in [-2_i32, i32::MIN, i32::MAX, 0x0400_0001] {
        let mut bytes = small_snapshot();
        bytes[place..place + 4].copy_from_slice(&length.to_be_bytes());
        let End::Corrupt { at, what } = end(&bytes) else {
            panic!("{length}");
        };
        assert_eq!(at, place as u64);
        assert!(what.contains(&length.to_string()), "{what}");
    }
    for (place, counted) in [(16, "sessions"), (32, "access lists")] {
        let mut bytes = small_snapshot();
        bytes[place..place + 4].copy_from_slice(&(-7_i32).to_be_bytes());
        assert!(matches!(end(&bytes), End::Corrupt { what, .. } if what.contains(counted)));
        bytes[place..place + 4].copy_from_slice(&i32::MAX.to_be_bytes());
        assert_ne!(end(&bytes), End::Whole);
    }
    for length in [0_i32, -1, -2, i32::MIN, i32::MAX, 0x0400_0001] {
        let mut bytes = written(small_changes(), 4096);
        bytes[24..28].copy_from_slice(&length.to_be_bytes());
        let seen = log(&bytes);
        assert_eq!(seen.tail, Tail::Corrupt, "{length}");
        assert!(seen.problem.unwrap().contains("byte 24"), "{length}");
    }
}

#[test]
fn lengths_within_a_transaction_are_not_believed() {
    // A right checksum over a wrong content: the path of the first change.
    let bytes = written(small_changes(), 4096);
    let length = u32::from_be_bytes(bytes[24..28].try_into().unwrap()) as usize;
    for wrong in [-2_i32, i32::MAX, 0, 1000] {
        let mut changed = bytes.clone();
        changed[60..64].copy_from_slice(&wrong.to_be_bytes());
        let checksum = simd_adler32::adler32(&&changed[28..28 + length]);
        changed[16..24].copy_from_slice(&u64::from(checksum).to_be_bytes());
        let seen = log(&changed);
        assert_eq!((seen.tail, seen.transactions), (Tail::Corrupt, 0), "{wrong}: {seen:?}");
    }
}
