//! Inflates a gzip stream of one or several members, forward only. Refuses expansion beyond the limits.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::backup::limits::Limits;

/// Bytes read or skipped at once.
const CHUNK: usize = 256 << 10;

/// The inflated bytes.
#[derive(Debug)]
pub(super) struct Inflating {
    decoder: MultiGzDecoder<BufReader<Counting>>,
    at: u64,
    limits: Limits,
}

/// Counts compressed bytes as they are read.
#[derive(Debug)]
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

impl Inflating {
    /// From the begin of a file.
    pub(super) fn new(file: File, limits: &Limits) -> Self {
        Self {
            decoder: MultiGzDecoder::new(BufReader::with_capacity(CHUNK, Counting { file, read: 0 })),
            at: 0,
            limits: *limits,
        }
    }

    /// Inflated bytes before the next one.
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// Goes on to a place.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] where the end comes first.
    pub(super) fn skip_to(&mut self, place: u64) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK];
        while self.at < place {
            let most = usize::try_from(place - self.at).unwrap_or(CHUNK).min(CHUNK);
            if self.read(buffer.get_mut(..most).unwrap_or_default())? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}

impl Read for Inflating {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.at += count as u64;
        let compressed = self.decoder.get_ref().get_ref().read;
        if self.at > self.limits.inflated
            || (self.at > self.limits.ratio_free && self.at / self.limits.ratio > compressed)
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "{} bytes come out of {compressed}: more than any backup packs to",
                    self.at
                ),
            ));
        }
        Ok(count)
    }
}
