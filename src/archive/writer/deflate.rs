//! A gzip writer that compresses blocks on several threads, with the same output on any number of them.
//!
//! Every block of [`BLOCK`] bytes is compressed alone (level 6) and ends on a byte boundary, so that blocks can simply
//! follow each other in one gzip member. A block that shrinks beyond belief is stored as it is: see
//! [`Limits::STORE_ABOVE`]. Memory: a few blocks per thread.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use crate::archive::limits::Limits;

/// Bytes compressed at a time.
const BLOCK: usize = 1 << 20;
/// Level 6: what gzip does; higher ones cost much and gain little on JSON.
const LEVEL: u32 = 6;
/// Fixed header: no name, no time, "unknown" system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// Ends the last deflate stream: one empty final block of the fixed kind.
const FINAL_BLOCK: [u8; 2] = [3, 0];

struct Job {
    block: Vec<u8>,
    done: SyncSender<io::Result<Vec<u8>>>,
}

/// Writes one gzip member.
pub(super) struct GzipWriter<W> {
    output: W,
    block: Vec<u8>,
    crc: Crc,
    jobs: SyncSender<Job>,
    pending: VecDeque<Receiver<io::Result<Vec<u8>>>>,
    most_pending: usize,
}

impl<W: Write> GzipWriter<W> {
    pub(super) fn new(mut output: W) -> io::Result<Self> {
        output.write_all(&HEADER)?;
        // The caller reads and hashes beside these; more than four gain nothing while one thread feeds them.
        let threads = thread::available_parallelism().map_or(1, usize::from).min(4);
        let (jobs, queue) = sync_channel::<Job>(threads);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads {
            let queue = Arc::clone(&queue);
            // Ends when the writer is dropped and the queue closes.
            thread::Builder::new()
                .name("deflate".into())
                .spawn(move || work(&queue))?;
        }
        Ok(Self {
            output,
            block: Vec::with_capacity(BLOCK),
            crc: Crc::new(),
            jobs,
            pending: VecDeque::new(),
            most_pending: threads * 2,
        })
    }

    fn submit(&mut self) -> io::Result<()> {
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        let (done, result) = sync_channel(1);
        self.jobs
            .send(Job { block, done })
            .map_err(|_| io::Error::other("the compressing threads have ended"))?;
        self.pending.push_back(result);
        while self.pending.len() > self.most_pending {
            self.take_oldest()?;
        }
        Ok(())
    }

    fn take_oldest(&mut self) -> io::Result<()> {
        if let Some(result) = self.pending.pop_front() {
            let compressed = result
                .recv()
                .map_err(|_| io::Error::other("a compressing thread has ended"))??;
            self.output.write_all(&compressed)?;
        }
        Ok(())
    }

    /// Writes what is left, the end of the stream and the trailer.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.block.is_empty() {
            self.submit()?;
        }
        while !self.pending.is_empty() {
            self.take_oldest()?;
        }
        self.output.write_all(&FINAL_BLOCK)?;
        self.output.write_all(&self.crc.sum().to_le_bytes())?;
        // ISIZE is the size modulo 2^32, which is what `amount` counts.
        self.output.write_all(&self.crc.amount().to_le_bytes())?;
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write> Write for GzipWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BLOCK - self.block.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.crc.update(taken);
        self.block.extend_from_slice(taken);
        if self.block.len() == BLOCK {
            self.submit()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut normal = Compress::new(Compression::new(LEVEL), false);
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { block, done }) = job else { return };
        let mut result = deflate(&mut normal, &block);
        if result
            .as_ref()
            .is_ok_and(|short| short.len().saturating_mul(Limits::STORE_ABOVE) < block.len())
        {
            result = deflate(&mut Compress::new(Compression::none(), false), &block);
        }
        // Nobody waits any more when the writer was given up.
        let _ = done.send(result);
    }
}

/// Compresses one block up to a byte boundary, without ending the stream.
fn deflate(compress: &mut Compress, block: &[u8]) -> io::Result<Vec<u8>> {
    compress.reset();
    let mut output = Vec::with_capacity(block.len() / 4 + 1024);
    loop {
        let rest = usize::try_from(compress.total_in())
            .ok()
            .and_then(|read| block.get(read..))
            .unwrap_or_default();
        let status = compress
            .compress_vec(rest, &mut output, FlushCompress::Sync)
            .map_err(io::Error::other)?;
        // Room left means that everything, the flush included, has been written.
        if output.len() < output.capacity() && compress.total_in() == block.len() as u64 {
            return Ok(output);
        }
        if status == Status::StreamEnd {
            return Err(io::Error::other("the compressor ended early"));
        }
        output.reserve(output.capacity().max(64 << 10));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = GzipWriter::new(Vec::new()).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn any_gzip_reader_reads_it_and_bytes_do_not_change() {
        let text: Vec<u8> = (0..300_000u32)
            .flat_map(|n| format!("line {} {}\n", n, n.wrapping_mul(2_654_435_761)).into_bytes())
            .collect();
        for bytes in [&[][..], b"x", text.as_slice()] {
            let packed = gzip(bytes);
            assert_eq!(packed, gzip(bytes));
            let mut back = Vec::new();
            flate2::bufread::GzDecoder::new(packed.as_slice())
                .read_to_end(&mut back)
                .unwrap();
            assert_eq!(back, bytes);
        }
    }

    #[test]
    fn nothing_we_write_looks_like_a_bomb() {
        let packed = gzip(&vec![b' '; 5 << 20]);
        assert!(packed.len() * Limits::STORE_ABOVE > 5 << 20);
    }
}
