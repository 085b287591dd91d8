//! Reads the body of an answer into staging: limits on decoded bytes, least rate, one layer of gzip, no HTML for JSON.
//!
//! Bytes are kept as they came, valid JSON or not: reading them is the snapshot's business. Only what is whole is kept.

use std::io::{self, Write};
use std::time::Duration;

use flate2::write::GzDecoder;
use memchr::memmem;
use reqwest::Response;
use tokio::time::Instant;

use crate::archive::ItemWriter;
use crate::model::Outcome;

use super::complete::Completeness;
use super::endpoints::Body;
use super::engine::words;
use super::http::{Encoding, Fault, find, innermost};
use super::limits::Limits;

/// Decoded bytes from which the ratio of a gzip body is looked at.
const RATIO_FROM: u64 = 10 << 20;
/// Decoded bytes for one encoded byte beyond which a body is taken for a bomb.
const RATIO: u64 = 200;
/// Bytes of a body kept in memory for a collector to look at.
const COPY_LIMIT: usize = 64 << 20;

/// What a body must be and how much of it is read.
pub struct Wanted<'a> {
    /// Kind.
    pub body: Body,
    /// Limits.
    pub limits: &'a Limits,
    /// Whether the large limits apply.
    pub bulk: bool,
    /// Encoding the head states.
    pub encoding: Encoding,
    /// Length the head states.
    pub length: Option<u64>,
    /// Whether the end can be told from a broken connection.
    pub end_is_marked: bool,
    /// Our own credentials: a body that repeats one is not kept.
    pub secrets: &'a [String],
    /// Whether to keep a copy in memory.
    pub copy: bool,
}

impl Wanted<'_> {
    fn max_bytes(&self) -> u64 {
        if self.bulk {
            self.limits.bulk_bytes
        } else {
            self.limits.item_bytes
        }
    }

    fn total(&self) -> Duration {
        if self.bulk {
            self.limits.bulk_total
        } else {
            self.limits.item_total
        }
    }
}

/// A body that was read to its end.
pub struct Read {
    /// The bytes, still to be entered into staging; `None` where nothing is to be kept.
    pub writing: Option<ItemWriter>,
    /// The copy, where one was wanted and it is not too large.
    pub copy: Option<Vec<u8>>,
}

/// Reads the whole body.
///
/// Cancel safe: dropping it drops the temporary file.
pub async fn read(mut response: Response, wanted: &Wanted<'_>, writing: Option<ItemWriter>) -> Result<Read, Fault> {
    let max = wanted.max_bytes();
    if wanted.length.is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let sieve = Sieve::new(wanted, writing, max);
    let mut pipe = match wanted.encoding {
        Encoding::Identity => Pipe::Plain(Box::new(sieve)),
        Encoding::Gzip => Pipe::Gzip(Box::new(GzDecoder::new(sieve))),
    };
    let begun = Instant::now();
    let mut window = Window::new(wanted.limits, begun);
    let mut encoded: u64 = 0;
    loop {
        let until = window.end.min(begun + wanted.total());
        let Ok(chunk) = tokio::time::timeout_at(until, response.chunk()).await else {
            if begun.elapsed() >= wanted.total() {
                return Err(Fault::new(
                    Outcome::TimedOut,
                    format!(
                        "the body was not complete after {} ({encoded} bytes had come)",
                        words(wanted.total())
                    ),
                ));
            }
            window.close()?;
            continue;
        };
        match chunk {
            Ok(Some(bytes)) => {
                encoded += bytes.len() as u64;
                window.bytes += bytes.len() as u64;
                pipe.write(&bytes, encoded)?;
                if Instant::now() >= window.end {
                    window.close()?;
                }
            }
            Ok(None) => break,
            Err(error) => return Err(broken(&error, encoded)),
        }
    }
    let sieve = pipe.finish()?;
    sieve.finish()
}

fn too_large(max: u64) -> Fault {
    Fault::new(
        Outcome::Truncated,
        format!("the body is larger than the limit of {} MiB", max >> 20),
    )
}

/// A body that broke off is truncated; one whose framing is nonsense has failed.
fn broken(error: &reqwest::Error, encoded: u64) -> Fault {
    let early = find::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message)
        || find::<io::Error>(error).is_some_and(|io| {
            matches!(
                io.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
            )
        });
    let cause = innermost(error);
    if early {
        Fault::new(
            Outcome::Truncated,
            format!("the answer ended early, after {encoded} bytes: {cause}"),
        )
    } else {
        Fault::new(
            Outcome::Failed,
            format!("the body is broken after {encoded} bytes: {cause}"),
        )
    }
}

/// Measures the rate: within each window a least number of bytes must arrive.
struct Window {
    end: Instant,
    bytes: u64,
    length: Duration,
    least: u64,
    rate: u64,
}

impl Window {
    fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            end: now + limits.rate_window,
            bytes: 0,
            length: limits.rate_window,
            least: limits.least_rate * u64::try_from(limits.rate_window.as_millis()).unwrap_or(u64::MAX) / 1000,
            rate: limits.least_rate,
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        if self.bytes < self.least {
            return Err(Fault::new(
                Outcome::TimedOut,
                format!(
                    "the body came slower than {} bytes per second over {} ({} bytes)",
                    self.rate,
                    words(self.length),
                    self.bytes
                ),
            ));
        }
        self.bytes = 0;
        self.end += self.length;
        Ok(())
    }
}

enum Pipe {
    Plain(Box<Sieve>),
    Gzip(Box<GzDecoder<Sieve>>),
}

impl Pipe {
    fn write(&mut self, bytes: &[u8], encoded: u64) -> Result<(), Fault> {
        match self {
            Self::Plain(sieve) => sieve.take(bytes),
            Self::Gzip(decoder) => {
                decoder.get_mut().encoded = Some(encoded);
                let mut rest = bytes;
                while !rest.is_empty() {
                    match decoder.write(rest) {
                        Ok(0) => {
                            return Err(Fault::new(Outcome::Failed, "bytes follow the end of the gzip body"));
                        }
                        Ok(taken) => rest = rest.get(taken..).unwrap_or_default(),
                        Err(error) => return Err(decoder.get_mut().why.take().unwrap_or_else(|| not_gzip(&error))),
                    }
                }
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<Sieve, Fault> {
        match self {
            Self::Plain(sieve) => Ok(*sieve),
            Self::Gzip(mut decoder) => {
                if let Err(error) = decoder.try_finish() {
                    return Err(decoder.get_mut().why.take().unwrap_or_else(|| not_gzip(&error)));
                }
                decoder.finish().map_err(|error| not_gzip(&error))
            }
        }
    }
}

fn not_gzip(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => {
            Fault::new(Outcome::Truncated, "the gzip body ends before its end")
        }
        _ => Fault::new(Outcome::Failed, "the body is said to be gzip and is not"),
    }
}

/// What decoded bytes pass on their way into staging.
struct Sieve {
    writing: Option<ItemWriter>,
    copy: Option<Vec<u8>>,
    max: u64,
    seen: u64,
    encoded: Option<u64>,
    json: bool,
    begun: bool,
    complete: Option<Completeness>,
    secrets: Vec<memmem::Finder<'static>>,
    tail: Vec<u8>,
    tail_len: usize,
    why: Option<Fault>,
}

impl Sieve {
    fn new(wanted: &Wanted<'_>, writing: Option<ItemWriter>, max: u64) -> Self {
        let longest = wanted.secrets.iter().map(String::len).max().unwrap_or(0);
        Self {
            writing,
            copy: wanted.copy.then(Vec::new),
            max,
            seen: 0,
            encoded: None,
            json: wanted.body == Body::Json,
            begun: false,
            complete: (!wanted.end_is_marked && wanted.body == Body::Json).then(Completeness::default),
            secrets: wanted
                .secrets
                .iter()
                .map(|secret| memmem::Finder::new(secret.as_bytes()).into_owned())
                .collect(),
            tail: Vec::new(),
            tail_len: longest.saturating_sub(1),
            why: None,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.seen += bytes.len() as u64;
        if self.seen > self.max {
            return Err(too_large(self.max));
        }
        if let Some(encoded) = self.encoded
            && self.seen > RATIO_FROM
            && self.seen / encoded.max(1) > RATIO
        {
            return Err(Fault::new(
                Outcome::Truncated,
                format!("the body is packed more than {RATIO} to 1: taken for a decompression bomb"),
            ));
        }
        if self.json
            && !self.begun
            && let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace())
        {
            if *first == b'<' {
                return Err(html());
            }
            self.begun = true;
        }
        if let Some(complete) = &mut self.complete {
            complete.feed(bytes);
        }
        self.look_for_secrets(bytes)?;
        if let Some(copy) = &mut self.copy {
            if copy.len() + bytes.len() > COPY_LIMIT {
                self.copy = None;
            } else {
                copy.extend_from_slice(bytes);
            }
        }
        match &mut self.writing {
            Some(writing) => writing
                .append(bytes)
                .map_err(|error| Fault::new(Outcome::Failed, error.to_string()).local()),
            None => Ok(()),
        }
    }

    /// A server that sends our own credential back must not get it into the archive.
    fn look_for_secrets(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if self.secrets.is_empty() {
            return Ok(());
        }
        self.tail
            .extend_from_slice(bytes.get(..bytes.len().min(self.tail_len)).unwrap_or_default());
        let found = self
            .secrets
            .iter()
            .any(|secret| secret.find(bytes).is_some() || secret.find(&self.tail).is_some());
        if found {
            return Err(Fault::new(
                Outcome::Failed,
                "the answer repeats our own credential; it is not kept",
            ));
        }
        if bytes.len() >= self.tail_len {
            self.tail.clear();
            self.tail
                .extend_from_slice(bytes.get(bytes.len() - self.tail_len..).unwrap_or_default());
        } else {
            let from = self.tail.len().saturating_sub(self.tail_len);
            self.tail.drain(..from);
        }
        Ok(())
    }

    fn finish(self) -> Result<Read, Fault> {
        if self.complete.is_some_and(|complete| !complete.is_whole()) {
            return Err(Fault::new(
                Outcome::Truncated,
                format!(
                    "the answer ended with the connection after {} bytes, without a stated length, and is no whole JSON text",
                    self.seen
                ),
            ));
        }
        Ok(Read {
            writing: self.writing,
            copy: self.copy,
        })
    }
}

/// The fault of an HTML page in place of JSON.
pub fn html() -> Fault {
    Fault::new(Outcome::Failed, "an HTML page came in place of JSON (sign-in page?)")
}

impl Write for Sieve {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.take(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(fault) => {
                self.why = Some(fault);
                Err(io::Error::other("stopped"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
