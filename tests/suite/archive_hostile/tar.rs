//! Hostile tars and gzip streams.

use super::Kind::{Altered, Hostile, Malformed, TooLarge, Truncated};
use super::{END, accepted, refused, with_entry};
use crate::support::hostile::{Tar, good, gzip, header, sum};

#[test]
fn tar_entries_that_are_not_plain_files() {
    let link = |kind: u8| {
        let mut block = header(b"data/link", kind, 0);
        block[157..168].copy_from_slice(b"/etc/passwd");
        sum(&mut block);
        let mut tar = Tar::of(&good());
        tar.add_block(&block, b"");
        tar.gz()
    };
    let pax = b"30 size=99999999999999999999\n".as_slice();
    let long = format!("data/{}\0", "a".repeat(300));
    refused(vec![
        ("symlink", Hostile, link(b'2')),
        ("hardlink", Hostile, link(b'1')),
        ("symlink first", Hostile, with_entry(0, b"bagit.txt", b'2', b"")),
        ("character device", Hostile, with_entry(END, b"data/d", b'3', b"")),
        ("block device", Hostile, with_entry(END, b"data/d", b'4', b"")),
        ("fifo", Hostile, with_entry(END, b"data/d", b'6', b"")),
        ("folder entry", Malformed, with_entry(0, b"gonogo-pre/", b'5', b"")),
        ("pax size", Hostile, with_entry(6, b"PaxHeaders/x", b'x', pax)),
        (
            "pax global",
            Hostile,
            with_entry(0, b"pax_global_header", b'g', b"13 path=x/y\n"),
        ),
        (
            "gnu long name",
            Hostile,
            with_entry(6, b"././@LongLink", b'L', long.as_bytes()),
        ),
        (
            "gnu long link",
            Hostile,
            with_entry(6, b"././@LongLink", b'K', long.as_bytes()),
        ),
        ("sparse file", Hostile, with_entry(END, b"data/s", b'S', b"")),
        ("contiguous file", Hostile, with_entry(END, b"data/c", b'7', b"")),
        ("unknown type", Hostile, with_entry(END, b"data/c", b'Z', b"")),
    ]);
}

#[test]
fn tar_names_and_headers() {
    let member = |name: &[u8]| with_entry(END, name, b'0', b"x");
    let block = |change: fn(&mut [u8; 512]), resum: bool| {
        let mut block = header(b"data/x", b'0', 0);
        change(&mut block);
        if resum {
            sum(&mut block);
        }
        let mut tar = Tar::of(&good());
        tar.add_block(&block, b"");
        tar.gz()
    };
    refused(vec![
        ("absolute", Hostile, member(b"/etc/cron.d/x")),
        ("dotdot", Hostile, member(b"gonogo/../../x")),
        ("dot", Hostile, member(b"./data/x")),
        ("empty part", Hostile, member(b"data//x")),
        ("empty name", Hostile, member(b"")),
        ("trailing slash", Hostile, member(b"data/x/")),
        ("backslash", Hostile, member(b"C:\\x")),
        ("newline", Hostile, member(b"data/a\nb")),
        ("escape", Hostile, member(b"data/\x1b]0;GO\x07")),
        ("tilde", Hostile, member(b"~/x")),
        ("not utf-8", Hostile, member(b"data/\xff\xfe")),
        ("bidi", Hostile, member("data/\u{202e}x".as_bytes())),
        ("text behind a name", Malformed, member(b"data/x\0/../../y")),
        (
            "too long",
            Hostile,
            block(
                |b| {
                    b[..100].fill(b'a');
                    b[345..455].fill(b'b');
                },
                true,
            ),
        ),
        ("wrong checksum", Altered, block(|b| b[0] = b'e', false)),
        (
            "binary size",
            Malformed,
            block(
                |b| {
                    b[124..136].fill(0);
                    b[124] = 0x80;
                    b[130] = 1;
                },
                true,
            ),
        ),
        ("negative size", Malformed, block(|b| b[124..136].fill(0xff), true)),
        ("v7 header", Malformed, block(|b| b[257..265].fill(0), true)),
        (
            "gnu header with extensions",
            Malformed,
            block(
                |b| {
                    b[257..265].copy_from_slice(b"ustar  \0");
                    b[345] = b'1';
                },
                true,
            ),
        ),
        ("link name on a file", Malformed, block(|b| b[157] = b'x', true)),
        (
            "size beyond the limit",
            TooLarge,
            block(|b| b[124..136].copy_from_slice(b"77777777777\0"), true),
        ),
    ]);
}

#[test]
fn gzip_streams() {
    let good = Tar::of(&good());
    let plain = good.0.clone();
    let packed = good.gz();
    let join = |parts: &[&[u8]]| parts.concat();
    let tar = |parts: &[&[u8]]| gzip(&parts.concat());
    let flag = |flags: u8, field: &[u8]| {
        let mut bytes = packed.clone();
        bytes[3] = flags;
        bytes.splice(10..10, field.iter().copied());
        bytes
    };
    let trailer = |at_end: usize| {
        let mut bytes = packed.clone();
        let index = bytes.len() - at_end;
        bytes[index] ^= 1;
        bytes
    };
    let mut padded = plain.clone();
    // The first member is 55 bytes long: the rest of its block must be zero.
    padded[512 + 100] = 1;
    refused(vec![
        ("one byte behind", Malformed, join(&[&packed, b"x"])),
        ("zeros behind", Malformed, join(&[&packed, &[0; 512]])),
        ("second member", Malformed, join(&[&packed, &gzip(b"")])),
        ("another archive behind", Malformed, join(&[&packed, &packed])),
        ("comment in the header", Malformed, flag(16, b"GO\0")),
        ("extra field in the header", Malformed, flag(4, b"\x02\0xx")),
        ("wrong crc", Altered, trailer(8)),
        ("wrong length", Altered, trailer(4)),
        ("no end of the tar", Truncated, tar(&[&plain])),
        ("half an end of the tar", Truncated, tar(&[&plain, &[0; 512]])),
        (
            "data behind the end",
            Malformed,
            tar(&[&plain, &[0; 1024], &[b'x'; 512]]),
        ),
        (
            "archive behind the end",
            Malformed,
            tar(&[&plain, &[0; 1024], &plain, &[0; 1024]]),
        ),
        ("endless padding", Malformed, tar(&[&plain, &vec![0; 3 << 20]])),
        ("filled padding of a member", Malformed, tar(&[&padded, &[0; 1024]])),
        ("not a tar inside", Altered, gzip(&[b'x'; 4096])),
        ("gzip of nothing", Truncated, gzip(b"")),
        ("gzip of a gzip", Altered, gzip(&packed)),
        ("gzip header only", Truncated, packed[..10].to_vec()),
        ("two bytes", Truncated, packed[..2].to_vec()),
    ]);
    accepted(vec![
        ("record padding", tar(&[&plain, &[0; 10240]])),
        ("file name in the header", flag(8, b"pre.tar\0")),
    ]);
}
