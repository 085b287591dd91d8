//! Snapshots of 3.6 and later may be compressed: gzip, or snappy in the frames of xerial's `SnappyOutputStream`.
//!
//! Which of them is told by the end of the name, as the server does it, never by guessing from the bytes. Source:
//! `SnapStream`; snappy-java's `SnappyCodec` and `SnappyOutputStream`.

use std::io::{self, BufReader, Read};

use flate2::bufread::GzDecoder;

/// How a snapshot is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Plain,
    /// `snapshot.<zxid>.gz`
    Gzip,
    /// `snapshot.<zxid>.snappy`
    Snappy,
}

impl Packing {
    /// From the name of the file.
    pub fn of(name: &str) -> Self {
        match name
            .rsplit_once('.')
            .map(|(_, end)| end.to_ascii_lowercase())
            .as_deref()
        {
            Some("gz") => Self::Gzip,
            Some("snappy") => Self::Snappy,
            _ => Self::Plain,
        }
    }
}

/// `0x82 SNAPPY 0x00`, version 1, readable by version 1.
const HEADER: [u8; 16] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1];
/// Largest frame, packed or not, that is believed: the server writes 32 KiB.
const LARGEST_FRAME: usize = 16 << 20;

/// Remembers whether the file itself failed, whatever a decoder makes of that.
struct Tap<R> {
    input: R,
    failed: Option<io::ErrorKind>,
}

impl<R: Read> Read for Tap<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.input.read(buffer);
        if let Err(error) = &got
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failed = Some(error.kind());
        }
        got
    }
}

enum Form<R> {
    Plain(Tap<R>),
    Gzip(Box<GzDecoder<BufReader<Tap<R>>>>),
    Snappy(Snappy<Tap<R>>),
}

/// The bytes of the snapshot, whatever it is packed in.
pub(super) struct Unpacked<R>(Form<R>);

impl<R: Read> Unpacked<R> {
    pub(super) fn new(input: R, packing: Packing) -> Self {
        let tap = Tap { input, failed: None };
        Self(match packing {
            Packing::Plain => Form::Plain(tap),
            Packing::Gzip => Form::Gzip(Box::new(GzDecoder::new(BufReader::with_capacity(64 << 10, tap)))),
            Packing::Snappy => Form::Snappy(Snappy::new(tap)),
        })
    }

    /// What an error means: `None` that the file could not be read, true that it ends too early, false that it is damaged.
    pub(super) fn judge(&self, error: &io::Error) -> Option<bool> {
        let tap = match &self.0 {
            Form::Plain(tap) => tap,
            Form::Gzip(gzip) => gzip.get_ref().get_ref(),
            Form::Snappy(snappy) => &snappy.input,
        };
        match tap.failed {
            Some(_) => None,
            None => Some(error.kind() == io::ErrorKind::UnexpectedEof),
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Form::Plain(plain) => plain.read(buffer),
            Form::Snappy(snappy) => snappy.read(buffer),
            Form::Gzip(gzip) => {
                let count = gzip.read(buffer)?;
                // The decoder stops behind the first member; nothing may follow it.
                if count == 0 && !buffer.is_empty() && gzip.get_mut().read(&mut [0])? != 0 {
                    return Err(io::Error::other("more bytes behind the compressed data"));
                }
                Ok(count)
            }
        }
    }
}

/// Frames of xerial: a header, then length and packed bytes again and again. There is no end mark.
struct Snappy<R> {
    input: R,
    begun: bool,
    packed: Vec<u8>,
    plain: Vec<u8>,
    next: usize,
}

impl<R: Read> Snappy<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            begun: false,
            packed: Vec::new(),
            plain: Vec::new(),
            next: 0,
        }
    }

    /// Exactly `count` bytes into `packed`; fewer only at the end of the file.
    fn fill(&mut self, count: usize) -> io::Result<usize> {
        self.packed.clear();
        (&mut self.input).take(count as u64).read_to_end(&mut self.packed)
    }

    /// The next frame; false at the end.
    fn frame(&mut self) -> io::Result<bool> {
        if !self.begun {
            if self.fill(HEADER.len())? < HEADER.len() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.packed != HEADER {
                return Err(io::Error::other("no header of snappy frames"));
            }
            self.begun = true;
        }
        let got = self.fill(4)?;
        if got == 0 {
            return Ok(false);
        }
        let length = self.packed.first_chunk::<4>().copied().map(u32::from_be_bytes);
        let length = length.ok_or(io::ErrorKind::UnexpectedEof)? as usize;
        if length == 0 || length > LARGEST_FRAME {
            return Err(io::Error::other(format!("{length} as length of a frame")));
        }
        if self.fill(length)? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let size = snap::raw::decompress_len(&self.packed).map_err(io::Error::other)?;
        if size == 0 || size > LARGEST_FRAME {
            return Err(io::Error::other(format!("{size} as length of an unpacked frame")));
        }
        self.plain.clear();
        self.plain.resize(size, 0);
        let size = snap::raw::Decoder::new()
            .decompress(&self.packed, &mut self.plain)
            .map_err(io::Error::other)?;
        self.plain.truncate(size);
        self.next = 0;
        Ok(true)
    }
}

impl<R: Read> Read for Snappy<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.next == self.plain.len() && !self.frame()? {
            return Ok(0);
        }
        let waiting = self.plain.get(self.next..).unwrap_or_default();
        let count = waiting.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), waiting.get(..count)) {
            to.copy_from_slice(from);
        }
        self.next += count;
        Ok(count)
    }
}
