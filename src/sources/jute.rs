//! Jute, the encoding of ZooKeeper's files: big-endian numbers, and bytes and texts with their length before them.
//!
//! Reads from a stream with a running Adler-32, or from bytes in memory. Never reserves memory by a length that it read:
//! a length is believed only as far as bytes follow. Source: `BinaryInputArchive` of ZooKeeper 3.4 to 3.9.

use std::io::{self, Read};

use simd_adler32::Adler32;

/// Longest text taken for one (paths, schemes, names): what one request can hold at ZooKeeper's usual `jute.maxbuffer`.
pub const LONGEST_TEXT: u32 = 0xf_ffff;

/// Longest data of one znode, or one transaction, taken for one. ZooKeeper itself reads 2 MiB unless `jute.maxbuffer` says
/// more; above this the length is taken for damage.
pub const LONGEST_BYTES: u32 = 64 << 20;

/// How much is asked of the input at once, bytes.
const BUFFER: usize = 256 << 10;

/// Why something could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum JuteError {
    /// The input itself failed.
    #[error("could not be read: {0}")]
    Read(#[from] io::Error),
    /// The input ends within something.
    #[error("ends at byte {at}, within {what}")]
    Ended {
        /// Where the input ends.
        at: u64,
        /// Within what.
        what: &'static str,
    },
    /// A length or a number that no server writes.
    #[error("byte {at}: {length} as length of {what}; from 0 to {most} was expected")]
    Absurd {
        /// Where it stands.
        at: u64,
        /// Of what.
        what: &'static str,
        /// What stands there.
        length: i32,
        /// The largest that is believed.
        most: u32,
    },
    /// A text that is no UTF-8.
    #[error("byte {at}: {what} is not UTF-8")]
    Text {
        /// Where it begins.
        at: u64,
        /// Which.
        what: &'static str,
    },
}

/// A stream of Jute, read once from begin to end.
pub struct Jute<R> {
    input: R,
    buffer: Vec<u8>,
    next: usize,
    filled: usize,
    /// Offset of the first byte in `buffer`.
    base: u64,
    sum: Adler32,
    /// Bytes of `buffer` that are in `sum`.
    summed: usize,
}

impl<R: Read> Jute<R> {
    /// From the first byte on.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER],
            next: 0,
            filled: 0,
            base: 0,
            sum: Adler32::new(),
            summed: 0,
        }
    }

    /// Bytes read so far.
    pub fn offset(&self) -> u64 {
        self.base + self.next as u64
    }

    /// The input, to be asked what went wrong.
    pub fn input(&self) -> &R {
        &self.input
    }

    /// Adler-32 of all bytes read so far.
    pub fn checksum(&mut self) -> u32 {
        self.sum_up();
        self.sum.finish()
    }

    fn sum_up(&mut self) {
        if let Some(bytes) = self.buffer.get(self.summed..self.next) {
            self.sum.write(bytes);
        }
        self.summed = self.next;
    }

    /// Bytes that wait in memory; asks the input when none does. Empty at the end.
    fn waiting(&mut self) -> Result<&[u8], JuteError> {
        if self.next == self.filled {
            self.sum_up();
            self.base += self.filled as u64;
            (self.next, self.filled, self.summed) = (0, 0, 0);
            loop {
                match self.input.read(&mut self.buffer) {
                    Ok(count) => {
                        self.filled = count.min(self.buffer.len());
                        break;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(self.buffer.get(self.next..self.filled).unwrap_or_default())
    }

    /// Whether the input is at its end.
    pub fn ended(&mut self) -> Result<bool, JuteError> {
        Ok(self.waiting()?.is_empty())
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], JuteError> {
        if let Some(bytes) = self.buffer.get(self.next..self.filled)
            && let Some(bytes) = bytes.first_chunk::<N>()
        {
            let bytes = *bytes;
            self.next += N;
            return Ok(bytes);
        }
        let mut all = [0; N];
        for place in &mut all {
            let first = self.waiting()?.first().copied();
            *place = first.ok_or(JuteError::Ended {
                at: self.offset(),
                what,
            })?;
            self.next += 1;
        }
        Ok(all)
    }

    /// One byte.
    pub fn byte(&mut self, what: &'static str) -> Result<u8, JuteError> {
        let [byte] = self.array::<1>(what)?;
        Ok(byte)
    }

    /// A number of 4 bytes.
    pub fn int(&mut self, what: &'static str) -> Result<i32, JuteError> {
        self.array(what).map(i32::from_be_bytes)
    }

    /// A number of 8 bytes.
    pub fn long(&mut self, what: &'static str) -> Result<i64, JuteError> {
        self.array(what).map(i64::from_be_bytes)
    }

    /// A number that says how many follow.
    pub fn count(&mut self, what: &'static str) -> Result<u32, JuteError> {
        let at = self.offset();
        let length = self.int(what)?;
        u32::try_from(length).map_err(|_| JuteError::Absurd {
            at,
            what,
            length,
            most: i32::MAX.unsigned_abs(),
        })
    }

    /// A length of at most `most`; `None` for -1, which stands for nothing at all.
    fn length(&mut self, most: u32, what: &'static str) -> Result<Option<u32>, JuteError> {
        let at = self.offset();
        let length = self.int(what)?;
        if length == -1 {
            return Ok(None);
        }
        match u32::try_from(length) {
            Ok(length) if length <= most => Ok(Some(length)),
            _ => Err(JuteError::Absurd { at, what, length, most }),
        }
    }

    /// The next `count` bytes, appended to `into` as they come; fewer where the input ends before.
    pub fn take(&mut self, count: u32, into: &mut Vec<u8>) -> Result<u32, JuteError> {
        self.pass(count, |bytes| into.extend_from_slice(bytes))
    }

    /// The next `count` bytes, handed over as they come; fewer where the input ends before.
    pub fn pass(&mut self, count: u32, mut each: impl FnMut(&[u8])) -> Result<u32, JuteError> {
        let mut left = count as usize;
        while left > 0 {
            let waiting = self.waiting()?;
            let part = waiting.get(..left).unwrap_or(waiting);
            if part.is_empty() {
                break;
            }
            each(part);
            let length = part.len();
            left -= length;
            self.next += length;
        }
        Ok(count - u32::try_from(left).unwrap_or(count))
    }

    /// Everything up to the end, handed over as it comes.
    pub fn rest(&mut self, mut each: impl FnMut(u64, &[u8])) -> Result<(), JuteError> {
        loop {
            let at = self.offset();
            let waiting = self.waiting()?;
            if waiting.is_empty() {
                return Ok(());
            }
            each(at, waiting);
            self.next = self.filled;
        }
    }

    /// Bytes with their length before them: appended to `into` where it is given, else passed by. How many there were.
    pub fn bytes(&mut self, into: Option<&mut Vec<u8>>, what: &'static str) -> Result<u32, JuteError> {
        let length = self.length(LONGEST_BYTES, what)?.unwrap_or(0);
        let got = match into {
            Some(into) => self.take(length, into)?,
            None => self.pass(length, |_| {})?,
        };
        if got < length {
            return Err(JuteError::Ended {
                at: self.offset(),
                what,
            });
        }
        Ok(length)
    }

    /// A text, in place of what `into` held.
    pub fn text(&mut self, into: &mut String, what: &'static str) -> Result<(), JuteError> {
        let length = self.length(LONGEST_TEXT, what)?.unwrap_or(0);
        let at = self.offset();
        let mut bytes = std::mem::take(into).into_bytes();
        bytes.clear();
        if self.take(length, &mut bytes)? < length {
            return Err(JuteError::Ended {
                at: self.offset(),
                what,
            });
        }
        *into = String::from_utf8(bytes).map_err(|_| JuteError::Text { at, what })?;
        Ok(())
    }
}

/// Jute that stands in memory already: one transaction.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    rest: &'a [u8],
    at: u64,
}

impl<'a> Fields<'a> {
    /// Fields of these bytes; `at` is where they begin in their file.
    pub fn new(bytes: &'a [u8], at: u64) -> Self {
        Self { rest: bytes, at }
    }

    /// Offset of the next byte in the file.
    pub fn offset(&self) -> u64 {
        self.at
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    fn split(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], JuteError> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(JuteError::Ended {
            at: self.at + self.rest.len() as u64,
            what,
        })?;
        self.rest = rest;
        self.at += count as u64;
        Ok(head)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], JuteError> {
        let head = self.split(N, what)?;
        // `split` gave exactly that many.
        Ok(head.first_chunk::<N>().copied().unwrap_or([0; N]))
    }

    /// A truth value: one byte.
    pub fn boolean(&mut self, what: &'static str) -> Result<bool, JuteError> {
        let [byte] = self.array::<1>(what)?;
        Ok(byte != 0)
    }

    /// A number of 4 bytes.
    pub fn int(&mut self, what: &'static str) -> Result<i32, JuteError> {
        self.array(what).map(i32::from_be_bytes)
    }

    /// A number of 8 bytes.
    pub fn long(&mut self, what: &'static str) -> Result<i64, JuteError> {
        self.array(what).map(i64::from_be_bytes)
    }

    /// How many elements follow; every element has at least `smallest` bytes, so more than fit are not believed.
    pub fn count(&mut self, smallest: u32, what: &'static str) -> Result<u32, JuteError> {
        let at = self.at;
        let length = self.int(what)?;
        let most = u32::try_from(self.rest.len()).unwrap_or(u32::MAX) / smallest.max(1);
        match u32::try_from(length) {
            Ok(count) if count <= most => Ok(count),
            // -1 stands for no list at all.
            _ if length == -1 => Ok(0),
            _ => Err(JuteError::Absurd { at, what, length, most }),
        }
    }

    /// Bytes with their length before them; none for -1.
    pub fn bytes(&mut self, what: &'static str) -> Result<&'a [u8], JuteError> {
        let at = self.at;
        let length = self.int(what)?;
        if length == -1 {
            return Ok(&[]);
        }
        let most = u32::try_from(self.rest.len()).unwrap_or(u32::MAX);
        match usize::try_from(length) {
            Ok(count) if count <= self.rest.len() => self.split(count, what),
            _ => Err(JuteError::Absurd { at, what, length, most }),
        }
    }

    /// A text.
    pub fn text(&mut self, what: &'static str) -> Result<&'a str, JuteError> {
        let at = self.at;
        std::str::from_utf8(self.bytes(what)?).map_err(|_| JuteError::Text { at, what })
    }
}
