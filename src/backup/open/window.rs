//! Reads a tar forward: by skipping within a file, or by inflating a stream. Never reads backward.

use std::fs::File;
use std::io::{self, BufReader, Read};

use super::inflate::Inflating;

/// What is read forward.
pub(super) enum Window {
    /// A file that can be skipped in.
    Seeking { file: BufReader<File>, at: u64, size: u64 },
    /// A stream that has to be read through.
    Streaming(Box<Inflating>),
}

impl Window {
    /// From the begin of a file.
    pub(super) fn seeking(file: File, size: u64) -> Self {
        Self::Seeking {
            file: BufReader::with_capacity(8 << 10, file),
            at: 0,
            size,
        }
    }

    /// From the begin of a stream.
    pub(super) fn streaming(stream: Inflating) -> Self {
        Self::Streaming(Box::new(stream))
    }

    /// Bytes before the next one.
    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Seeking { at, .. } => *at,
            Self::Streaming(stream) => stream.position(),
        }
    }

    /// Goes on to a place.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] where the end comes first.
    pub(super) fn skip_to(&mut self, place: u64) -> io::Result<()> {
        match self {
            Self::Seeking { file, at, size } => {
                if place > *size {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                let by = place.checked_sub(*at).and_then(|by| i64::try_from(by).ok());
                file.seek_relative(by.ok_or(io::ErrorKind::InvalidInput)?)?;
                *at = place;
                Ok(())
            }
            Self::Streaming(stream) => stream.skip_to(place),
        }
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Seeking { file, at, .. } => {
                let count = file.read(buffer)?;
                *at += count as u64;
                Ok(count)
            }
            Self::Streaming(stream) => stream.read(buffer),
        }
    }
}
