//! Feeds a JSON text of any length to cursors, value by value, through one bounded window.
//!
//! Whoever reads decides which objects and lists are walked entry by entry; everything else must fit the window.
//! Never holds more than one value; checks UTF-8 on the way.

use std::io::{self, Read};

use super::json_cursor::{Cursor, Stop};
use super::{Malformed, Parsed};

/// Size of the window at the begin.
const WINDOW: usize = 256 * 1024;
/// Largest single value that is read as a whole (one agent, one task, one scalar field).
pub const LARGEST: usize = 64 * 1024 * 1024;

/// What reading from a feed gives: an I/O error of the archive, or a body that is not what it should be.
#[derive(Debug)]
pub enum Fail {
    /// The archive could not be read.
    Io(io::Error),
    /// The body is not what it should be.
    Body(Malformed),
}

/// What reading from a feed gives.
pub type Fed<T> = Result<T, Fail>;

/// Separates the two kinds of failure: I/O outside, what is wrong with the body inside.
pub fn settle<T>(fed: Fed<T>) -> io::Result<Parsed<T>> {
    match fed {
        Ok(value) => Ok(Ok(value)),
        Err(Fail::Body(error)) => Ok(Err(error)),
        Err(Fail::Io(error)) => Err(error),
    }
}

/// A JSON text that is read in order.
pub struct Feed<'r> {
    source: &'r mut dyn Read,
    window: Vec<u8>,
    /// First byte of the window that is not consumed.
    start: usize,
    /// End of the read bytes.
    end: usize,
    /// Bytes consumed and dropped before the window.
    passed: u64,
    /// Bytes of the window known to be UTF-8 (a sequence may still be cut at the end).
    checked: usize,
    depth: u32,
    last: bool,
}

impl<'r> Feed<'r> {
    /// A feed from `source`.
    pub fn new(source: &'r mut dyn Read) -> Self {
        Self::with_window(source, WINDOW)
    }

    /// A feed with a window of another size at the begin (tests).
    pub fn with_window(source: &'r mut dyn Read, size: usize) -> Self {
        Self {
            source,
            window: vec![0; size.max(1)],
            start: 0,
            end: 0,
            passed: 0,
            checked: 0,
            depth: 0,
            last: false,
        }
    }

    /// An error at the present place.
    pub fn bad(&self, what: impl std::fmt::Display) -> Fail {
        Fail::Body(Malformed(format!(
            "at byte {}: {what}",
            self.passed + self.start as u64
        )))
    }

    /// Reads one value: `read` may be called several times, with more text each time, until it is content.
    pub fn value<T>(&mut self, mut read: impl FnMut(&mut Cursor<'_>) -> Result<T, Stop>) -> Fed<T> {
        loop {
            let text = self.window.get(self.start..self.end).unwrap_or_default();
            let mut cursor = Cursor::new(text, self.depth, self.last);
            match read(&mut cursor) {
                Ok(value) => {
                    self.start += cursor.at();
                    return Ok(value);
                }
                Err(Stop::More) if !self.last => self.more()?,
                stop => {
                    let what = match stop {
                        Err(Stop::Bad(what)) => what,
                        _ => "the text ends too early",
                    };
                    let at = cursor.at();
                    self.start += at;
                    return Err(self.bad(what));
                }
            }
        }
    }

    /// Makes the present value's text at least twice as long, so that beginning again costs no more than reading once.
    fn more(&mut self) -> Fed<()> {
        let kept = self.end - self.start;
        if kept >= LARGEST {
            return Err(self.bad(format_args!("one value is larger than {LARGEST} bytes")));
        }
        self.window.copy_within(self.start..self.end, 0);
        self.passed += self.start as u64;
        self.checked = self.checked.saturating_sub(self.start);
        self.start = 0;
        self.end = kept;
        if kept * 2 > self.window.len() {
            self.window
                .resize((self.window.len() * 2).min(LARGEST.saturating_mul(2)), 0);
        }
        let wanted = (kept * 2).max(1);
        while self.end < wanted {
            let free = self.window.get_mut(self.end..).unwrap_or_default();
            match self.source.read(free) {
                Ok(0) => {
                    self.last = true;
                    break;
                }
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fail::Io(error)),
            }
        }
        self.check()
    }

    /// Checks that what was read is UTF-8; a sequence cut at the end waits for the next bytes.
    fn check(&mut self) -> Fed<()> {
        let fresh = self.window.get(self.checked..self.end).unwrap_or_default();
        match std::str::from_utf8(fresh) {
            Ok(_) => self.checked = self.end,
            Err(error) => {
                self.checked += error.valid_up_to();
                if error.error_len().is_some() || self.last {
                    let at = self.passed + self.checked as u64;
                    return Err(Fail::Body(Malformed(format!("at byte {at}: invalid UTF-8"))));
                }
            }
        }
        Ok(())
    }

    /// Passes `open` and walks the entries up to `close`; `entry` reads each.
    fn walk(&mut self, open: u8, close: u8, mut entry: impl FnMut(&mut Self) -> Fed<()>) -> Fed<()> {
        self.value(|cursor| cursor.take(open))?;
        self.depth += 1;
        let mut first = true;
        while !self.value(|cursor| cursor.take_end(first, close))? {
            entry(self)?;
            first = false;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Walks a list; `element` is called with the ordinal and must read the element.
    pub fn list(&mut self, mut element: impl FnMut(&mut Self, usize) -> Fed<()>) -> Fed<usize> {
        let mut count = 0;
        self.walk(b'[', b']', |feed| {
            element(feed, count)?;
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    /// Walks an object; `entry` is called with each key and must read the value.
    pub fn object(&mut self, mut entry: impl FnMut(&mut Self, &str) -> Fed<()>) -> Fed<()> {
        self.walk(b'{', b'}', |feed| {
            let key = feed.value(|cursor| cursor.take_key()?.text().map(std::borrow::Cow::into_owned))?;
            entry(feed, &key)
        })
    }

    /// Passes one value, however long: lists are walked element by element.
    pub fn skip(&mut self) -> Fed<()> {
        let list = self.value(|cursor| Ok(cursor.peek()? == b'['))?;
        if list {
            self.list(|feed, _| feed.skip_whole()).map(|_| ())
        } else {
            self.skip_whole()
        }
    }

    /// Passes one value that must fit the window.
    fn skip_whole(&mut self) -> Fed<()> {
        self.value(|cursor| {
            cursor.skip()?;
            Ok(())
        })
    }

    /// After the value: nothing but white space may follow.
    pub fn end(&mut self) -> Fed<()> {
        loop {
            let text = self.window.get(self.start..self.end).unwrap_or_default();
            let mut cursor = Cursor::new(text, 0, self.last);
            match cursor.peek() {
                Err(Stop::More) if self.last => return Ok(()),
                Err(Stop::More) => {
                    self.start = self.end;
                    self.more()?;
                }
                _ => return Err(self.bad("more text after the end of the JSON value")),
            }
        }
    }
}

/// Reads a whole text of any length and keeps nothing of it: whether it is JSON, and one value.
pub fn check(source: &mut dyn Read, window: usize) -> io::Result<Parsed<()>> {
    let mut feed = Feed::with_window(source, window);
    settle(feed.skip().and_then(|()| feed.end()))
}
