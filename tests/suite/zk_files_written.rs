//! Snapshots and logs that we write ourselves, in every form that 3.4 to 3.9 write: read back as they were meant.

use std::io::Write as _;

use gonogo::demo::zk_files::{self, Change, Txn, Znode};
use gonogo::model::backup::{Tail, Zxid, ZxidRange};
use gonogo::sources::zk_snapshot::{self, Packing, Snapshot, Verify};
use gonogo::sources::zk_tree::{Full, Tree};
use gonogo::sources::zk_txlog::{self, Log};

/// Session of the small tree.
pub const SESSION: i64 = 0x1000_0000_0001;

/// Five nodes with `/zookeeper` and `/zookeeper/quota`, one of them ephemeral.
pub fn small_snapshot() -> Vec<u8> {
    let mut member = Znode::new("/app/member-0000000001", "10.0.0.1", 4);
    member.owner = SESSION;
    let nodes = [
        Znode::new("/app", "", 2),
        Znode::new("/app/state", "one two three", 3),
        member,
        Znode::new("/app-2", "größer", 5),
    ];
    let mut bytes = Vec::new();
    zk_files::snapshot(&mut bytes, &[(SESSION, 30_000)], zk_files::tree(nodes)).unwrap();
    bytes
}

/// Every kind of change; continues the small snapshot, which ends with transaction 5.
pub fn small_changes() -> Vec<Txn> {
    let mut ephemeral = Txn::new(
        8,
        Change::Create {
            path: "/app/member-0000000002".to_owned(),
            data: b"10.0.0.2".to_vec(),
            ephemeral: true,
            parent_cversion: 3,
        },
    );
    ephemeral.session = SESSION + 1;
    let mut open = Txn::new(7, Change::OpenSession { timeout: 10_000 });
    open.session = SESSION + 1;
    let mut close = Txn::new(11, Change::CloseSession);
    close.session = SESSION;
    vec![
        Txn::new(
            6,
            Change::Set {
                path: "/app/state".to_owned(),
                data: b"four".to_vec(),
                version: 1,
            },
        ),
        open,
        ephemeral,
        Txn::new(
            9,
            Change::Multi(vec![
                Change::create("/app/state/deep", "x", 1),
                Change::create("/app/state/deep/er", vec![0_u8; 300], 1),
                Change::Delete {
                    path: "/app-2".to_owned(),
                },
            ]),
        ),
        Txn::new(10, Change::Error(-101)),
        close,
    ]
}

pub fn written(transactions: Vec<Txn>, ahead: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    zk_files::log(&mut bytes, transactions, ahead).unwrap();
    bytes
}

pub fn read(bytes: &[u8], packing: Packing) -> (Snapshot, Tree) {
    let mut tree = Tree::new(&["/app/state"]);
    let seen = zk_snapshot::read(bytes, packing, &mut tree).unwrap();
    (seen, tree)
}

pub fn replay(bytes: &[u8], from: u64, tree: &mut Tree) -> Log {
    zk_txlog::read(bytes, Zxid(from), tree).unwrap()
}

#[test]
fn a_snapshot_and_a_log_of_our_own_are_read_as_they_were_meant() {
    let (seen, mut tree) = read(&small_snapshot(), Packing::Plain);
    assert!(seen.is_whole(), "{:?}", seen.problem());
    assert_eq!((seen.sessions, seen.acls, seen.nodes, seen.highest), (1, 1, 7, Zxid(5)));
    assert_eq!(
        (seen.longest, &seen.server_digest, seen.last_processed),
        (13, &None, None)
    );
    assert_eq!(tree.summary().ephemerals, 1);

    let log = replay(&written(small_changes(), 4096), 6, &mut tree);
    assert_eq!(
        (log.tail, log.padded, log.transactions),
        (Tail::Clean, true, 6),
        "{:?}",
        log.problem
    );
    assert_eq!(
        (log.from, log.to, log.applied, log.digests),
        (Some(Zxid(6)), Some(Zxid(11)), 6, 0)
    );
    // As the server does it: more is written ahead as soon as 4 KiB or less are left.
    assert_eq!(log.bytes, 16 + 2 * 4096);
    let summary = tree.summary();
    // Gone: the first member with its session, and /app-2. Come: the second member and two below the state.
    assert_eq!((summary.znodes, summary.ephemerals, summary.nonempty), (8, 1, 3));
    assert_eq!((summary.data_bytes, summary.last_zxid), (4 + 8 + 1 + 300, Zxid(9)));
    assert_eq!(tree.kept("/app/state"), Some(&b"four"[..]));
    assert!(tree.contains("/app/state/deep/er") && !tree.contains("/app-2"));
    assert_eq!((tree.sessions().len(), tree.misfits().count), (1, 0));
}

#[test]
fn transactions_before_the_one_asked_for_are_verified_and_not_applied() {
    let (_, mut tree) = read(&small_snapshot(), Packing::Plain);
    let log = replay(&written(small_changes(), 0), 9, &mut tree);
    assert_eq!((log.transactions, log.applied, log.padded), (6, 3, false));
    assert_eq!(tree.kept("/app/state"), Some(&b"one two three"[..]));
}

#[test]
fn gaps_within_a_log_are_named_and_a_new_epoch_begins_with_one() {
    let epoch = |epoch: u64, counter: u64| (epoch << 32) + counter;
    let numbers = [
        epoch(1, 5),
        epoch(1, 6),
        epoch(1, 9),
        epoch(2, 1),
        epoch(2, 2),
        epoch(4, 3),
    ];
    let log = written(numbers.map(|zxid| Txn::new(zxid, Change::Error(-1))).to_vec(), 4096);
    let log = zk_txlog::read(log.as_slice(), Zxid(0), &mut Verify).unwrap();
    assert_eq!(log.tail, Tail::Clean);
    let gap = |from, to| ZxidRange {
        from: Zxid(from),
        to: Zxid(to),
    };
    assert_eq!(log.gaps, [gap(epoch(1, 7), epoch(1, 8)), gap(epoch(4, 1), epoch(4, 2))]);
}

#[test]
fn a_log_without_transactions_and_one_without_anything() {
    let empty = zk_txlog::read(written(Vec::new(), 0).as_slice(), Zxid(0), &mut Verify).unwrap();
    assert_eq!((empty.tail, empty.from, empty.padded), (Tail::Clean, None, false));
    let nothing = zk_txlog::read(&[][..], Zxid(0), &mut Verify).unwrap();
    assert_eq!((nothing.tail, nothing.transactions), (Tail::Torn, 0));
    let zeros = zk_txlog::read(&[0_u8; 4096][..], Zxid(0), &mut Verify).unwrap();
    assert_eq!(zeros.tail, Tail::Corrupt);
}

/// What 3.6 and later write behind the tree, each part sealed.
fn behind(mut bytes: Vec<u8>, parts: &[&[u8]]) -> Vec<u8> {
    for part in parts {
        bytes.extend_from_slice(part);
        let checksum = simd_adler32::adler32(&bytes.as_slice());
        bytes.extend_from_slice(&u64::from(checksum).to_be_bytes());
        bytes.extend_from_slice(&[0, 0, 0, 1, b'/']);
    }
    bytes
}

fn digest(zxid: u64, version: u32, digest: &[u8]) -> Vec<u8> {
    [&zxid.to_be_bytes()[..], &version.to_be_bytes(), digest].concat()
}

#[test]
fn what_later_releases_write_behind_the_tree_is_read() {
    let last = 8_u64.to_be_bytes();
    let two = digest(7, 2, &99_u64.to_be_bytes());
    let one = digest(7, 1, b"\0\0\0\x04beef");
    for (parts, highest, has_digest, processed) in [
        (vec![&two[..]], 7, true, None),
        (vec![&one[..]], 7, true, None),
        (vec![&two[..], &last], 8, true, Some(Zxid(8))),
        (vec![&last[..]], 8, false, Some(Zxid(8))),
    ] {
        let bytes = behind(small_snapshot(), &parts);
        let (seen, _) = read(&bytes, Packing::Plain);
        assert!(seen.is_whole(), "{:?}", seen.problem());
        assert_eq!(seen.highest, Zxid(highest));
        assert_eq!(
            (seen.server_digest.is_some(), seen.last_processed),
            (has_digest, processed)
        );
        let longer = [&bytes[..], &[0]].concat();
        assert!(!read(&longer, Packing::Plain).0.is_whole(), "a byte too many");
        for end in small_snapshot().len() + 1..bytes.len() {
            let whole = read(&bytes[..end], Packing::Plain).0.is_whole();
            // Cut between two parts it is what an older release writes.
            let part = parts.len() == 2 && end == behind(small_snapshot(), &parts[..1]).len();
            assert_eq!(whole, part, "cut at {end}");
        }
    }
}

/// As xerial's SnappyOutputStream: header, then frames with their length.
fn snappy(bytes: &[u8], frame: usize) -> Vec<u8> {
    let mut packed = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01".to_vec();
    for part in bytes.chunks(frame) {
        let frame = snap::raw::Encoder::new().compress_vec(part).unwrap();
        packed.extend_from_slice(&u32::try_from(frame.len()).unwrap().to_be_bytes());
        packed.extend_from_slice(&frame);
    }
    packed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn compressed_snapshots_are_read_and_their_damage_is_seen() {
    assert_eq!(Packing::of("snapshot.1a.gz"), Packing::Gzip);
    assert_eq!(Packing::of("snapshot.1a.snappy"), Packing::Snappy);
    assert_eq!(Packing::of("snapshot.1a"), Packing::Plain);
    let plain = small_snapshot();
    let digest = read(&plain, Packing::Plain).1.summary().digest;
    for (packed, packing) in [
        (gzip(&plain), Packing::Gzip),
        (snappy(&plain, 32_768), Packing::Snappy),
        (snappy(&plain, 50), Packing::Snappy),
    ] {
        let (seen, tree) = read(&packed, packing);
        assert!(seen.is_whole(), "{packing:?}: {:?}", seen.problem());
        assert_eq!(
            (tree.summary().digest, seen.bytes),
            (digest.clone(), plain.len() as u64)
        );
        for end in 0..packed.len() {
            assert!(!read(&packed[..end], packing).0.is_whole(), "{packing:?} cut at {end}");
        }
        let longer = [&packed[..], &[7]].concat();
        assert!(!read(&longer, packing).0.is_whole(), "{packing:?}: a byte too many");
        for at in 0..packed.len() {
            let mut flipped = packed.clone();
            flipped[at] ^= 0x10;
            let (seen, tree) = read(&flipped, packing);
            // Some bytes of gzip's header say nothing about the content, and snappy may copy the same from elsewhere: then
            // the content must be the same.
            assert!(
                !seen.is_whole() || tree.summary().digest == digest,
                "{packing:?} flipped at {at}"
            );
        }
    }
    assert!(!read(&plain, Packing::Gzip).0.is_whole());
    assert!(!read(&plain, Packing::Snappy).0.is_whole());
}

#[test]
fn both_trees_say_the_same() {
    let mut full = Full::new();
    zk_snapshot::read(small_snapshot().as_slice(), Packing::Plain, &mut full).unwrap();
    let log = written(small_changes(), 0);
    zk_txlog::read(log.as_slice(), Zxid(6), &mut full).unwrap();
    let (_, mut tree) = read(&small_snapshot(), Packing::Plain);
    replay(&log, 6, &mut tree);
    assert_eq!(full.digested().summary(), tree.summary());
}
