//! A tar inside gzip: regular files in plain ustar headers, nothing else.
//!
//! Extensions that change names or sizes (PAX, GNU long names, sparse files) are refused and not interpreted, so that no
//! other program can see other members than this one does.

use std::fs::File;
use std::io::{self, Read};

use tar::Header;

use super::inflate::{self, Inflated};
use super::members::{Entry, Gate, Members};
use crate::archive::limits::Limits;
use crate::archive::names::show;
use crate::archive::refused::{COPY_AGAIN, Complaint, DO_NOT_TRUST, REPACKED, Refused};

const BLOCK: usize = 512;
/// Empty blocks accepted behind the end: tar programs fill up to their record size.
const MOST_PADDING: u64 = 1 << 20;

/// The members of a tar.
pub(super) struct TarMembers<R> {
    input: R,
    gate: Gate,
    left: u64,
    padding: usize,
}

pub(super) fn open(file: File, limits: &Limits, place: &str) -> Result<TarMembers<Inflated>, Refused> {
    Ok(TarMembers {
        input: inflate::start(file, limits, place)?,
        gate: Gate::new(limits),
        left: 0,
        padding: 0,
    })
}

fn truncated(place: &str) -> Refused {
    Refused::Truncated(Complaint::new(place, "the end of the data", "more of it", COPY_AGAIN))
}

impl<R: Read> TarMembers<R> {
    /// Fills a block; `false` when the data ended before its first byte.
    fn block(&mut self, block: &mut [u8], place: &str) -> Result<bool, Refused> {
        let mut filled = 0;
        while let Some(room) = block.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.input.read(room).map_err(|e| Refused::from_io(place, e))? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(truncated(place)),
                count => filled += count,
            }
        }
        Ok(true)
    }

    fn skip_padding(&mut self) -> Result<(), Refused> {
        const PLACE: &str = "the padding of a member";
        let mut block = [0; BLOCK];
        let padding = block.get_mut(..self.padding).unwrap_or_default();
        if !padding.is_empty() && !self.block(padding, PLACE)? {
            return Err(truncated(PLACE));
        }
        if block.iter().any(|byte| *byte != 0) {
            return Err(hidden(PLACE));
        }
        self.padding = 0;
        Ok(())
    }

    /// After the first empty block: a second one, perhaps more, and then nothing.
    fn check_end(&mut self) -> Result<(), Refused> {
        const PLACE: &str = "the end of the tar";
        let mut block = [0; BLOCK];
        if !self.block(&mut block, PLACE)? {
            return Err(truncated(PLACE));
        }
        let mut padding = 0;
        loop {
            if block.iter().any(|byte| *byte != 0) {
                return Err(hidden(PLACE));
            }
            if padding > MOST_PADDING {
                return Err(Refused::Malformed(Complaint::new(
                    PLACE,
                    format!("more than {MOST_PADDING} bytes of padding"),
                    "the end of the file",
                    REPACKED,
                )));
            }
            if !self.block(&mut block, PLACE)? {
                return Ok(());
            }
            padding += BLOCK as u64;
        }
    }
}

fn hidden(place: &str) -> Refused {
    Refused::Malformed(Complaint::new(place, "bytes that are not zero", "zeros", DO_NOT_TRUST))
}

impl<R: Read> Members for TarMembers<R> {
    fn next(&mut self) -> Result<Option<Entry>, Refused> {
        const PLACE: &str = "a tar header";
        debug_assert_eq!(self.left, 0, "the member before was not read to its end");
        self.skip_padding()?;
        let mut block = [0; BLOCK];
        if !self.block(&mut block, PLACE)? {
            return Err(truncated("the end of the tar"));
        }
        if block.iter().all(|byte| *byte == 0) {
            self.check_end()?;
            return Ok(None);
        }
        let (name, size) = parse(&block)?;
        let entry = self.gate.admit(&name, size)?;
        self.left = size;
        let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
        self.padding = if over == 0 { 0 } else { BLOCK - over };
        Ok(Some(entry))
    }
}

impl<R: Read> Read for TarMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(room) = buffer.get_mut(..most).filter(|room| !room.is_empty()) else {
            return Ok(0);
        };
        match self.input.read(room)? {
            0 => Err(truncated("a member").into_io()),
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

/// Name and size of a header, if it is a plain one of a regular file.
fn parse(block: &[u8; BLOCK]) -> Result<(Vec<u8>, u64), Refused> {
    const PLACE: &str = "a tar header";
    let malformed = |seen: &str, expected: &str| {
        Refused::Malformed(Complaint::new(PLACE, seen.to_owned(), expected.to_owned(), REPACKED))
    };
    let header = Header::from_byte_slice(block);
    let sum: u32 = block
        .iter()
        .enumerate()
        // The checksum field itself counts as blanks.
        .map(|(at, byte)| u32::from(if (148..156).contains(&at) { b' ' } else { *byte }))
        .sum();
    if header.cksum().ok() != Some(sum) {
        let seen = "a wrong checksum";
        return Err(Refused::Altered(Complaint::new(
            PLACE,
            seen,
            format!("{sum}"),
            COPY_AGAIN,
        )));
    }
    let old = header.as_old();
    let [flag] = old.linkflag;
    if flag != b'0' {
        let what = match flag {
            b'1' => "a hard link",
            b'2' => "a symbolic link",
            b'3' | b'4' => "a device",
            b'5' => "a folder entry",
            b'6' => "a FIFO",
            b'x' | b'g' | b'X' => "a PAX header",
            b'L' | b'K' => "a GNU long name",
            b'S' => "a sparse file",
            _ => "an entry of unknown type",
        };
        let seen = format!("{what} (`{}`)", show(field(&old.name).unwrap_or_default()));
        let complaint = Complaint::new(PLACE, seen, "regular files only", REPACKED);
        return Err(if matches!(flag, b'5') {
            Refused::Malformed(complaint)
        } else {
            Refused::Hostile(complaint)
        });
    }
    let prefix = match (header.as_ustar(), header.as_gnu()) {
        (Some(ustar), _) => field(&ustar.prefix),
        // GNU's own magic: then the place of the prefix holds other things, and must be empty.
        (None, Some(_)) if block.iter().skip(345).all(|byte| *byte == 0) => Some(&[][..]),
        _ => return Err(malformed("another magic or GNU extensions", "plain ustar")),
    };
    let (Some(prefix), Some(name), Some([])) = (prefix, field(&old.name), field(&old.linkname)) else {
        return Err(malformed("bytes behind the end of a name, or a link name", "zeros"));
    };
    let digits = old.size.iter().all(|b| matches!(b, b'0'..=b'7' | b' ' | 0));
    let size = match header.entry_size() {
        Ok(size) if digits => size,
        _ => return Err(malformed("a size that is not octal", "an octal size")),
    };
    let mut whole = prefix.to_vec();
    if !whole.is_empty() {
        whole.push(b'/');
    }
    whole.extend_from_slice(name);
    Ok((whole, size))
}

/// The text of a field up to its first NUL; nothing but NULs may follow.
fn field(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, rest) = bytes.split_at_checked(end)?;
    rest.iter().all(|byte| *byte == 0).then_some(text)
}
