//! What is left of a large object when its long lists are read one by one: a small JSON text, read strictly in the end.
//!
//! Keeps the consumed fields only, repeated ones included, so that serde sees and refuses them.

use serde::de::DeserializeOwned;

use super::Malformed;
use super::json_feed::{Fail, Fed, Feed};

/// The consumed small fields of one object, as JSON text.
#[derive(Debug)]
pub struct Skeleton {
    fields: &'static [&'static str],
    text: Vec<u8>,
}

impl Skeleton {
    /// A skeleton that keeps `fields`.
    pub fn new(fields: &'static [&'static str]) -> Self {
        Self {
            fields,
            text: Vec::new(),
        }
    }

    /// Reads the value of `key`: kept if it is a consumed field, else checked and passed.
    pub fn take(&mut self, feed: &mut Feed<'_>, key: &str) -> Fed<()> {
        let Some(field) = self.fields.iter().find(|field| **field == key) else {
            return feed.skip();
        };
        self.text.push(if self.text.is_empty() { b'{' } else { b',' });
        self.text.push(b'"');
        self.text.extend_from_slice(field.as_bytes());
        self.text.extend_from_slice(b"\":");
        let text = &mut self.text;
        feed.value(|cursor| {
            cursor.peek()?;
            let from = cursor.at();
            cursor.skip()?;
            text.extend_from_slice(cursor.since(from));
            Ok(())
        })
    }

    /// The kept fields as `T`.
    pub fn read<T: DeserializeOwned>(mut self, feed: &Feed<'_>) -> Fed<T> {
        if self.text.is_empty() {
            self.text.push(b'{');
        }
        self.text.push(b'}');
        serde_json::from_slice(&self.text).map_err(|error| feed.bad(plain(&error)))
    }
}

/// What serde_json says, without its line and column, which are those of the skeleton.
pub(super) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or_else(|| text.clone(), |(what, _)| what.to_owned())
}

/// Which long lists were seen: each may stand once.
#[derive(Debug, Default)]
pub struct Streamed(Vec<&'static str>);

impl Streamed {
    /// Notes a list; an error when it was there before.
    pub fn once(&mut self, feed: &Feed<'_>, name: &'static str) -> Fed<()> {
        if self.has(name) {
            return Err(feed.bad(format_args!("duplicate field `{name}`")));
        }
        self.0.push(name);
        Ok(())
    }

    /// Whether the list was there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    /// An error when the list was not there.
    pub fn must(&self, feed: &Feed<'_>, name: &str) -> Fed<()> {
        if self.has(name) {
            Ok(())
        } else {
            Err(feed.bad(format_args!("missing field `{name}`")))
        }
    }
}

impl Fail {
    /// The same, with the list and ordinal put before it as part of a JSON pointer.
    #[must_use]
    pub fn at(self, list: &str, ordinal: usize) -> Self {
        match self {
            Self::Io(error) => Self::Io(error),
            // Inner places come first: `/frameworks/0` goes before `/tasks/17: at byte …`.
            Self::Body(Malformed(text)) => {
                let gap = if text.starts_with('/') { "" } else { ": " };
                Self::Body(Malformed(format!("{list}/{ordinal}{gap}{text}")))
            }
        }
    }
}

impl Feed<'_> {
    /// Reads one value as `T`, checked completely.
    pub fn parse<T: DeserializeOwned>(&mut self) -> Fed<T> {
        let read = self.value(|cursor| {
            cursor.peek()?;
            let from = cursor.at();
            cursor.skip()?;
            Ok(serde_json::from_slice(cursor.since(from)))
        })?;
        read.map_err(|error| self.bad(plain(&error)))
    }
}
