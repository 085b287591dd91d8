//! A zip, read from front to back as one stream: local headers, then a central directory that must say the same.
//!
//! The usual way, directory first, lets local headers, gaps and overlaps go unseen. Here every byte of the file is
//! accounted for: nothing stands before, between or behind what the directory lists. Only what our writer produces is
//! accepted: stored or deflated members, no data descriptors, no encryption, no extra fields but zip64, no comments.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::members::{Entry, Gate, Members};
use crate::archive::limits::Limits;
use crate::archive::names::show;
use crate::archive::refused::{COPY_AGAIN, Complaint, DO_NOT_TRUST, REPACKED, Refused};

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Flags that change nothing for us: compression hints and "names are UTF-8".
const HARMLESS_FLAGS: u16 = 0x0806;
const ENCRYPTED: u16 = 0x0001;
const DESCRIPTOR: u16 = 0x0008;

/// What local and central header both say of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    flags: u16,
    method: u16,
    time: u32,
    crc: u32,
    packed: u64,
    size: u64,
    name: Vec<u8>,
}

/// The member being read.
struct Current {
    said: Said,
    inflate: Option<Decompress>,
    crc: Crc,
    packed_left: u64,
    read: u64,
    ended: bool,
}

/// The members of a zip.
pub(super) struct ZipMembers {
    input: BufReader<File>,
    offset: u64,
    gate: Gate,
    limits: Limits,
    inflated: u64,
    seen: Vec<(u64, Said)>,
    current: Option<Current>,
}

/// Little-endian fields of a header, front to back. Missing bytes read as zero; lengths are checked where they are read.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn number(&mut self, bytes: usize) -> u64 {
        let (field, rest) = self.0.split_at_checked(bytes).unwrap_or((self.0, &[]));
        self.0 = rest;
        field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    fn u16(&mut self) -> u16 {
        u16::try_from(self.number(2)).unwrap_or(u16::MAX)
    }

    fn u32(&mut self) -> u32 {
        u32::try_from(self.number(4)).unwrap_or(u32::MAX)
    }
}

fn malformed(place: &str, seen: impl Into<String>, expected: impl Into<String>) -> Refused {
    Refused::Malformed(Complaint::new(place, seen, expected, REPACKED))
}

impl ZipMembers {
    pub(super) fn new(file: File, limits: &Limits) -> Self {
        Self {
            input: BufReader::with_capacity(256 << 10, file),
            offset: 0,
            gate: Gate::new(limits),
            limits: *limits,
            inflated: 0,
            seen: Vec::new(),
            current: None,
        }
    }

    fn bytes(&mut self, count: usize, place: &str) -> Result<Vec<u8>, Refused> {
        let mut bytes = vec![0; count];
        self.input
            .read_exact(&mut bytes)
            .map_err(|e| Refused::from_io(place, e))?;
        self.offset += count as u64;
        Ok(bytes)
    }

    fn signature(&mut self) -> Result<u32, Refused> {
        let bytes = self.bytes(4, "a zip header")?;
        Ok(Fields(&bytes).u32())
    }

    fn local(&mut self, offset: u64) -> Result<Entry, Refused> {
        const PLACE: &str = "a local zip header";
        let bytes = self.bytes(26, PLACE)?;
        let mut fields = Fields(&bytes);
        let _version = fields.u16();
        let (mut said, extra) = self.said(&mut fields, PLACE)?;
        let (packed32, size32) = (said.packed == u64::from(u32::MAX), said.size == u64::from(u32::MAX));
        if packed32 || size32 {
            let mut wide = zip64(&extra, PLACE)?;
            if wide.0.len() != 16 {
                return Err(malformed(PLACE, "a zip64 field of another size", "16 bytes"));
            }
            said.size = wide.number(8);
            said.packed = wide.number(8);
        } else if !extra.is_empty() {
            return Err(malformed(PLACE, "an extra field", "none"));
        }
        let place = format!("member `{}`", show(&said.name));
        if said.flags & ENCRYPTED != 0 {
            let complaint = Complaint::new(place, "encryption", "none", REPACKED);
            return Err(Refused::Hostile(complaint));
        }
        if said.flags & DESCRIPTOR != 0 {
            return Err(malformed(&place, "a data descriptor", "sizes in the local header"));
        }
        if said.flags & !HARMLESS_FLAGS != 0 {
            return Err(malformed(&place, format!("flags {:#06x}", said.flags), "none"));
        }
        let fits = match said.method {
            STORED => said.packed == said.size,
            DEFLATED => true,
            _ => {
                return Err(malformed(
                    &place,
                    format!("method {}", said.method),
                    "stored or deflated",
                ));
            }
        };
        if !fits {
            return Err(malformed(&place, "two sizes for stored bytes", "one"));
        }
        let entry = self.gate.admit(&said.name, said.size)?;
        self.inflated += said.size;
        let packed = self.offset + said.packed;
        if self.inflated > self.limits.ratio_free && self.inflated / self.limits.ratio > packed {
            return Err(Refused::TooLarge(Complaint::new(
                place,
                format!("{} bytes out of {packed}", self.inflated),
                format!("at most {} times as many", self.limits.ratio),
                DO_NOT_TRUST,
            )));
        }
        self.current = Some(Current {
            inflate: (said.method == DEFLATED).then(|| Decompress::new(false)),
            crc: Crc::new(),
            packed_left: said.packed,
            read: 0,
            ended: false,
            said: said.clone(),
        });
        self.seen.push((offset, said));
        Ok(entry)
    }

    /// The fields that both headers have in the same order, the name, and the extra field.
    fn said(&mut self, fields: &mut Fields<'_>, place: &str) -> Result<(Said, Vec<u8>), Refused> {
        let flags = fields.u16();
        let method = fields.u16();
        let time = fields.u32();
        let crc = fields.u32();
        let packed = fields.number(4);
        let size = fields.number(4);
        let (name, extra) = (usize::from(fields.u16()), usize::from(fields.u16()));
        // In a central header more fixed fields follow before the name; the caller has read all of them.
        let name = self.bytes(name, place)?;
        let extra = self.bytes(extra, place)?;
        Ok((
            Said {
                flags,
                method,
                time,
                crc,
                packed,
                size,
                name,
            },
            extra,
        ))
    }

    /// One entry of the central directory, which must repeat a local header.
    fn central(&mut self, offset: u64, local: &Said) -> Result<(), Refused> {
        const PLACE: &str = "the central directory";
        let bytes = self.bytes(42, PLACE)?;
        let mut fields = Fields(&bytes);
        let (_made_by, _version) = (fields.u16(), fields.u16());
        // Name, extra and comment come after all fixed fields; `said` reads name and extra.
        let mut tail = Fields(bytes.get(28..).unwrap_or_default());
        let (comment, disk, _internal) = (tail.u16(), tail.u16(), tail.u16());
        let (attributes, mut stated_offset) = (tail.u32(), tail.number(4));
        let (mut said, extra) = self.said(&mut fields, PLACE)?;
        let wide = |value: u64| value == u64::from(u32::MAX);
        if wide(said.size) || wide(said.packed) || wide(stated_offset) {
            let mut extra = zip64(&extra, PLACE)?;
            for value in [&mut said.size, &mut said.packed, &mut stated_offset] {
                if wide(*value) {
                    *value = extra.number(8);
                }
            }
            if !extra.0.is_empty() {
                return Err(malformed(PLACE, "a zip64 field with more than is needed", "none"));
            }
        } else if !extra.is_empty() {
            return Err(malformed(PLACE, "an extra field", "none"));
        }
        let shown = show(&said.name);
        if comment != 0 || disk != 0 {
            return Err(malformed(
                PLACE,
                format!("a comment or another disk for `{shown}`"),
                "none",
            ));
        }
        if said != *local || stated_offset != offset {
            return Err(Refused::Hostile(Complaint::new(
                PLACE,
                format!("`{shown}` described otherwise than where it stands"),
                "the same in both places",
                DO_NOT_TRUST,
            )));
        }
        let kind = attributes >> 16 & 0o170_000;
        if attributes & 0x10 != 0 || !(kind == 0 || kind == 0o100_000) {
            return Err(Refused::Hostile(Complaint::new(
                PLACE,
                format!("`{shown}` as something else than a regular file"),
                "regular files only",
                DO_NOT_TRUST,
            )));
        }
        Ok(())
    }

    /// The central directory from behind its first signature, the end records, and the end of the file.
    fn directory(&mut self, mut signature: u32) -> Result<(), Refused> {
        const PLACE: &str = "the end of the zip";
        let start = self.offset - 4;
        let seen = std::mem::take(&mut self.seen);
        let unequal = || {
            Refused::Hostile(Complaint::new(
                PLACE,
                "another number, size or place of entries than there are",
                "numbers that agree",
                DO_NOT_TRUST,
            ))
        };
        for (offset, local) in &seen {
            if signature != CENTRAL {
                return Err(unequal());
            }
            self.central(*offset, local)?;
            signature = self.signature()?;
        }
        let (entries, size) = (seen.len() as u64, self.offset - 4 - start);
        let mut wide = false;
        if signature == END64 {
            wide = true;
            let at = self.offset - 4;
            let record = self.bytes(52, PLACE)?;
            let mut fields = Fields(&record);
            let (length, _versions) = (fields.number(8), fields.u32());
            let disks = (fields.u32(), fields.u32());
            let said = (fields.number(8), fields.number(8), fields.number(8), fields.number(8));
            if length != 44 || disks != (0, 0) || said != (entries, entries, size, start) {
                return Err(unequal());
            }
            if self.signature()? != LOCATOR64 {
                return Err(unequal());
            }
            let locator = self.bytes(16, PLACE)?;
            let mut fields = Fields(&locator);
            if (fields.u32(), fields.number(8), fields.u32()) != (0, at, 1) {
                return Err(unequal());
            }
            signature = self.signature()?;
        }
        if signature != END {
            return Err(unequal());
        }
        let record = self.bytes(18, PLACE)?;
        let mut fields = Fields(&record);
        let (disk, first) = (fields.u16(), fields.u16());
        let (here, all) = (fields.number(2), fields.number(2));
        let (bytes, place, comment) = (fields.number(4), fields.number(4), fields.u16());
        let same = |value: u64, real: u64, most: u64| value == real || (wide && value == most);
        if (disk, first) != (0, 0)
            || !same(here, entries, 0xffff)
            || !same(all, entries, 0xffff)
            || !same(bytes, size, 0xffff_ffff)
            || !same(place, start, 0xffff_ffff)
        {
            return Err(unequal());
        }
        let rest = self.input.fill_buf().map_err(|e| Refused::from_io(PLACE, e))?;
        if comment != 0 || !rest.is_empty() {
            return Err(malformed(PLACE, "a comment or more bytes", "the end of the file"));
        }
        Ok(())
    }
}

/// The value of the only extra field allowed.
fn zip64<'a>(extra: &'a [u8], place: &str) -> Result<Fields<'a>, Refused> {
    let mut fields = Fields(extra);
    let (id, length) = (fields.u16(), usize::from(fields.u16()));
    if extra.len() < 4 || id != 1 || fields.0.len() != length {
        return Err(malformed(
            place,
            "sizes that need a zip64 field",
            "that field and no other",
        ));
    }
    Ok(fields)
}

impl Members for ZipMembers {
    fn next(&mut self) -> Result<Option<Entry>, Refused> {
        self.current = None;
        let offset = self.offset;
        match self.signature()? {
            LOCAL => self.local(offset).map(Some),
            signature @ (CENTRAL | END | END64) => {
                self.directory(signature)?;
                Ok(None)
            }
            _ => Err(malformed(
                "between two members",
                "bytes that are no zip header",
                "the next header",
            )),
        }
    }
}

impl Read for ZipMembers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(current) = &mut self.current else {
            return Ok(0);
        };
        if current.ended || buffer.is_empty() {
            return Ok(0);
        }
        let place = || format!("member `{}`", show(&current.said.name));
        loop {
            let available = self.input.fill_buf()?;
            let most = usize::try_from(current.packed_left).unwrap_or(usize::MAX);
            let packed = available.get(..most).unwrap_or(available);
            let nothing_more = packed.is_empty();
            if nothing_more && current.packed_left > 0 {
                let complaint = Complaint::new(place(), "the end of the file", "more of it", COPY_AGAIN);
                return Err(Refused::Truncated(complaint).into_io());
            }
            let (used, given, end) = if let Some(inflate) = &mut current.inflate {
                let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
                let status = inflate
                    .decompress(packed, buffer, FlushDecompress::None)
                    .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
                let used = inflate.total_in() - before_in;
                let given = inflate.total_out() - before_out;
                (used, given, status == Status::StreamEnd)
            } else {
                let count = packed.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..count), packed.get(..count)) {
                    to.copy_from_slice(from);
                }
                (count as u64, count as u64, nothing_more)
            };
            self.input.consume(usize::try_from(used).unwrap_or(0));
            self.offset += used;
            current.packed_left -= used;
            let given = usize::try_from(given).unwrap_or(0);
            current.crc.update(buffer.get(..given).unwrap_or_default());
            current.read += given as u64;
            if current.read > current.said.size || (end && current.read != current.said.size) {
                let (seen, expected) = (format!("{} bytes", current.read), format!("{}", current.said.size));
                return Err(Refused::Altered(Complaint::new(place(), seen, expected, COPY_AGAIN)).into_io());
            }
            if end {
                current.ended = true;
                if current.packed_left > 0 || current.crc.sum() != current.said.crc {
                    let seen = "another checksum, or bytes behind the compressed data";
                    let complaint = Complaint::new(place(), seen, "what the header says", COPY_AGAIN);
                    return Err(Refused::Altered(complaint).into_io());
                }
            } else if nothing_more && given == 0 {
                let complaint = Complaint::new(place(), "compressed data without an end", "its end", COPY_AGAIN);
                return Err(Refused::Truncated(complaint).into_io());
            }
            if given > 0 || end {
                return Ok(given);
            }
        }
    }
}
