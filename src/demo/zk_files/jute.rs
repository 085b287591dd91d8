//! Jute being written: big-endian numbers, and bytes with their length before them.

use std::io::{self, Write};

use simd_adler32::Adler32;

/// What Jute can be put into.
pub(super) trait Put {
    /// Bytes as they are.
    fn raw(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// A number of 4 bytes.
    fn int(&mut self, number: i32) -> io::Result<()> {
        self.raw(&number.to_be_bytes())
    }

    /// A number of 8 bytes.
    fn long(&mut self, number: i64) -> io::Result<()> {
        self.raw(&number.to_be_bytes())
    }

    /// How many follow.
    fn count(&mut self, count: usize) -> io::Result<()> {
        self.int(i32::try_from(count).map_err(io::Error::other)?)
    }

    /// Bytes with their length.
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.count(bytes.len())?;
        self.raw(bytes)
    }

    /// A text.
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }
}

/// One access list: everybody may do everything.
pub(super) fn open_acl(out: &mut impl Put) -> io::Result<()> {
    out.int(1)?;
    out.int(31)?;
    out.text("world")?;
    out.text("anyone")
}

impl Put for Vec<u8> {
    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// A file being written, with its running Adler-32.
pub(super) struct Out<W: Write> {
    out: io::BufWriter<W>,
    sum: Adler32,
}

impl<W: Write> Out<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out: io::BufWriter::with_capacity(256 << 10, out),
            sum: Adler32::new(),
        }
    }

    pub(super) fn checksum(&self) -> u32 {
        self.sum.finish()
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Put for Out<W> {
    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.write(bytes);
        self.out.write_all(bytes)
    }
}
