//! What every container offers: its members one after the other, each with its bytes.
//!
//! Implementations check names and sizes before they show a member, and refuse everything that is not a regular file.

use std::io::Read;

use crate::archive::limits::Limits;
use crate::archive::names;
use crate::archive::refused::{Complaint, DO_NOT_TRUST, Refused};

/// One member: its safe name as it stands in the container, and the size that is stated for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size: u64,
}

/// The members of a container in their order. [`Read`] gives the bytes of the current one and then 0.
///
/// An [`std::io::Error`] may carry a [`Refused`] inside.
pub(super) trait Members: Read {
    /// The next member; the one before must have been read to its end. `None` only after the container's own end has
    /// been checked: nothing may follow it.
    fn next(&mut self) -> Result<Option<Entry>, Refused>;
}

/// Counts members and bytes against the limits, and checks names.
#[derive(Debug)]
pub(super) struct Gate {
    limits: Limits,
    members: usize,
    total: u64,
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            members: 0,
            total: 0,
        }
    }

    /// Lets a member in, or says why not.
    pub(super) fn admit(&mut self, name: &[u8], size: u64) -> Result<Entry, Refused> {
        let shown = names::show(name);
        let place = format!("member `{shown}`");
        let hostile = |seen: &str| {
            let expected = "a relative path of [A-Za-z0-9._/-] without `.`, `..` or empty parts";
            Refused::Hostile(Complaint::new(
                "a member's name",
                format!("`{shown}`, which {seen}"),
                expected,
                DO_NOT_TRUST,
            ))
        };
        let name = std::str::from_utf8(name).map_err(|_| hostile("is not UTF-8"))?;
        names::check(name).map_err(hostile)?;
        let large = |seen: String, expected: String| {
            Refused::TooLarge(Complaint::new(place.clone(), seen, expected, DO_NOT_TRUST))
        };
        if size > self.limits.member {
            return Err(large(
                format!("{size} bytes"),
                format!("at most {}", self.limits.member),
            ));
        }
        self.total = self.total.saturating_add(size);
        if self.total > self.limits.total {
            return Err(large(
                format!("{} bytes up to here", self.total),
                format!("at most {} in one archive", self.limits.total),
            ));
        }
        self.members += 1;
        // The five tag files come on top of the payload.
        if self.members > self.limits.members.saturating_add(5) {
            return Err(large(
                format!("{} members up to here", self.members),
                format!("at most {} in one archive", self.limits.members),
            ));
        }
        Ok(Entry {
            name: name.to_owned(),
            size,
        })
    }
}
