//! Inflates one gzip member in a thread of its own, so that inflating and parsing run in step with constant memory.
//!
//! Refuses a damaged stream, a second member or any byte after the first, and expansion beyond the limits.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use flate2::bufread::GzDecoder;

use crate::archive::limits::Limits;
use crate::archive::refused::{COPY_AGAIN, Complaint, DO_NOT_TRUST, REPACKED, Refused};

/// Bytes handed over at a time.
const CHUNK: usize = 256 << 10;
/// Chunks that may wait: the whole memory of this stage.
const WAITING: usize = 4;
/// What a tar may have beyond its members: headers and padding of each, and the end.
const TAR_OVERHEAD: u64 = 1024;

/// The inflated bytes, in order, as a [`Read`].
pub(super) struct Inflated {
    chunks: Receiver<Result<Vec<u8>, Refused>>,
    used: SyncSender<Vec<u8>>,
    current: Vec<u8>,
    at: usize,
    ended: bool,
}

/// Counts compressed bytes as they are read.
struct Counting {
    file: File,
    read: u64,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

/// Starts inflating. The thread ends at the end of the stream, at the first error, or when the result is dropped.
pub(super) fn start(file: File, limits: &Limits, place: &str) -> Result<Inflated, Refused> {
    let (filled, chunks) = sync_channel(WAITING);
    let (used, free) = sync_channel(WAITING + 2);
    let (limits, name) = (*limits, place.to_owned());
    thread::Builder::new()
        .name("inflate".into())
        .spawn(move || {
            if let Err(refused) = inflate(file, &limits, &filled, &free) {
                // Nobody listens any more when the reader was dropped.
                let _ = filled.send(Err(refused));
            }
        })
        .map_err(|e| Refused::io(name, e))?;
    Ok(Inflated {
        chunks,
        used,
        current: Vec::new(),
        at: 0,
        ended: false,
    })
}

fn inflate(
    file: File,
    limits: &Limits,
    filled: &SyncSender<Result<Vec<u8>, Refused>>,
    free: &Receiver<Vec<u8>>,
) -> Result<(), Refused> {
    const PLACE: &str = "the gzip stream";
    let mut input = BufReader::with_capacity(CHUNK, Counting { file, read: 0 });
    check_header(&mut input)?;
    let mut decoder = GzDecoder::new(input);
    let most = limits
        .total
        .saturating_add((limits.members as u64).saturating_mul(TAR_OVERHEAD));
    let mut total: u64 = 0;
    loop {
        let mut chunk = free.try_recv().unwrap_or_else(|_| vec![0; CHUNK]);
        chunk.resize(CHUNK, 0);
        let mut length = 0;
        let mut end = false;
        while let Some(room) = chunk.get_mut(length..).filter(|room| !room.is_empty()) {
            let count = decoder.read(room).map_err(|e| Refused::from_io(PLACE, e))?;
            if count == 0 {
                end = true;
                break;
            }
            length += count;
        }
        chunk.truncate(length);
        total += length as u64;
        let read = decoder.get_ref().get_ref().read;
        if total > limits.ratio_free && total / limits.ratio > read {
            return Err(Refused::TooLarge(Complaint::new(
                PLACE,
                format!("{total} bytes out of {read}"),
                format!("at most {} times as many", limits.ratio),
                DO_NOT_TRUST,
            )));
        }
        if total > most {
            return Err(Refused::TooLarge(Complaint::new(
                PLACE,
                format!("more than {most} bytes"),
                format!("at most {} bytes of members", limits.total),
                DO_NOT_TRUST,
            )));
        }
        if end {
            // Checked before the last chunk is handed over: whoever sees the end may rely on it.
            let rest = decoder.get_mut().fill_buf().map_err(|e| Refused::from_io(PLACE, e))?;
            if !rest.is_empty() {
                return Err(Refused::Malformed(Complaint::new(
                    "behind the gzip stream",
                    "more bytes",
                    "the end of the file",
                    COPY_AGAIN,
                )));
            }
        }
        if length > 0 && filled.send(Ok(chunk)).is_err() {
            return Ok(());
        }
        if end {
            // The end is said, so that a thread that died is not taken for one that finished.
            let _ = filled.send(Ok(Vec::new()));
            return Ok(());
        }
    }
}

/// A gzip header may carry a time and a file name (as `gzip` itself writes), but no field that could hide contents.
fn check_header(input: &mut BufReader<Counting>) -> Result<(), Refused> {
    const PLACE: &str = "the gzip header";
    let head = input.fill_buf().map_err(|e| Refused::from_io(PLACE, e))?;
    let complain = |seen: String| {
        let expected = "deflate, without comment, extra field or header checksum";
        Refused::Malformed(Complaint::new(PLACE, seen, expected, REPACKED))
    };
    match head {
        [0x1f, 0x8b, 8, 0 | 8, ..] => Ok(()),
        [0x1f, 0x8b, method, flags, ..] => Err(complain(format!("method {method}, flags {flags:#04x}"))),
        _ => Err(Refused::Truncated(Complaint::new(
            PLACE,
            format!("{} bytes", head.len()),
            "a header",
            COPY_AGAIN,
        ))),
    }
}

impl Read for Inflated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.current.len() {
            if self.ended {
                return Ok(0);
            }
            let spent = std::mem::take(&mut self.current);
            if spent.capacity() > 0 {
                let _ = self.used.try_send(spent);
            }
            self.at = 0;
            match self.chunks.recv() {
                Ok(Ok(chunk)) if chunk.is_empty() => self.ended = true,
                Ok(Ok(chunk)) => self.current = chunk,
                Ok(Err(refused)) => {
                    self.ended = true;
                    return Err(refused.into_io());
                }
                Err(_) => return Err(io::Error::other("the inflating thread has died")),
            }
        }
        let rest = self.current.get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}
