//! Hostile zips.

use super::Kind::{Altered, Hostile, Malformed, NotAnArchive, TooLarge, Truncated};
use super::{accepted, refused};
use crate::support::hostile::{self, ZipMember, good, zip};

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn zip_files() {
    let members = hostile::zip_members(&good());
    let with = |change: &dyn Fn(&mut ZipMember)| {
        let mut members = members.clone();
        change(&mut members[6]);
        zip(&members, 0)
    };
    let plain = zip(&members, 0);
    let end = plain.len();
    let cut = |from: usize, to: usize, with: &[u8]| {
        let mut bytes = plain.clone();
        bytes.splice(from..to, with.iter().copied());
        bytes
    };
    let bomb = {
        let mut members = members.clone();
        members[6] = ZipMember::new(std::str::from_utf8(&members[6].name).unwrap(), &vec![0; 80 << 20]);
        zip(&members, 0)
    };
    refused(vec![
        (
            "other name in the directory",
            Hostile,
            with(&|m| m.central_name = b"data/y".to_vec()),
        ),
        ("other size in the directory", Hostile, with(&|m| m.central_size += 1)),
        ("other crc in the directory", Hostile, with(&|m| m.central_crc ^= 1)),
        (
            "wrong crc",
            Altered,
            with(&|m| {
                m.crc ^= 1;
                m.central_crc ^= 1;
            }),
        ),
        (
            "wrong size",
            Altered,
            with(&|m| {
                m.size += 1;
                m.central_size += 1;
            }),
        ),
        (
            "size too small",
            Altered,
            with(&|m| {
                m.size -= 1;
                m.central_size -= 1;
            }),
        ),
        (
            "bytes behind the deflate stream",
            Altered,
            with(&|m| m.packed.extend_from_slice(b"xx")),
        ),
        (
            "deflate stream cut",
            Truncated,
            with(&|m| {
                m.packed.pop();
            }),
        ),
        ("encrypted", Hostile, with(&|m| m.flags = 1)),
        ("strongly encrypted", Hostile, with(&|m| m.flags = 0x41)),
        ("data descriptor", Malformed, with(&|m| m.flags = 8)),
        ("patched data", Malformed, with(&|m| m.flags = 0x20)),
        ("unknown method", Malformed, with(&|m| m.method = 99)),
        (
            "stored with two sizes",
            Malformed,
            with(&|m| {
                m.method = 0;
            }),
        ),
        (
            "unknown extra field",
            Malformed,
            with(&|m| m.extra = b"ux\x01\0x".to_vec()),
        ),
        (
            "zip64 field without need",
            Malformed,
            with(&|m| m.extra = b"\x01\0\x08\0\x01\0\0\0\0\0\0\0".to_vec()),
        ),
        ("symlink", Hostile, with(&|m| m.attributes = 0o120_777 << 16)),
        ("folder attribute", Hostile, with(&|m| m.attributes |= 0x10)),
        ("gap between members", Malformed, with(&|m| m.gap = 7)),
        ("directory points elsewhere", Hostile, with(&|m| m.offset_shift = -30)),
        ("directory lists less", Hostile, zip(&members, -1)),
        ("directory lists more", Hostile, zip(&members, 1)),
        (
            "absolute in zip",
            Hostile,
            with(&|m| {
                m.name = b"/etc/x".to_vec();
                m.central_name = b"/etc/x".to_vec();
            }),
        ),
        ("bytes before", NotAnArchive, cut(0, 0, b"MZ")),
        ("bytes behind", Malformed, cut(end, end, b"x")),
        ("comment", Malformed, cut(end - 2, end, b"\x01\0x")),
        ("second end record", Malformed, cut(end, end, &plain[end - 22..])),
        ("no end record", Truncated, cut(end - 22, end, b"")),
        ("no directory", Hostile, {
            let start = u32::from_le_bytes(plain[end - 6..end - 2].try_into().unwrap()) as usize;
            cut(start, end - 22, b"")
        }),
        ("empty zip", NotAnArchive, zip(&[], 0)),
        ("zip bomb", TooLarge, bomb),
    ]);
    accepted(vec![("made by hand", plain.clone())]);
}
