//! Errors that end a command: what was seen, what was expected, where, what to do, and the exit code. Holds no secrets.

use std::fmt;
use std::io;

use super::{exit, text};

/// An error with the exit code it must end with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of the constants of [`exit`].
    pub code: u8,
    /// What was seen and what was expected, with the place.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// An error with a code.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// Wrong arguments or configuration (2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }

    /// An archive that is not read (6).
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(exit::ARCHIVE_REFUSED, message)
    }

    /// A file or stream that could not be read or written (1).
    pub fn io(place: &str, error: &io::Error) -> Self {
        Self::new(exit::FAILURE, format!("{place}: {error}"))
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The lines printed for an error: `error: …`, one line per cause that adds something, then what to do.
pub fn message(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let part = cause.to_string();
        // thiserror's transparent variants and `#[source]` repeat themselves: say a thing once.
        if !parts.iter().any(|earlier| earlier.contains(&part)) {
            parts.push(part);
        }
    }
    let mut lines = format!("error: {}", text::sanitized_lines(&parts.join(": ")));
    let hint = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Failure>()?.hint.as_deref());
    if let Some(hint) = hint {
        lines.push_str("\n  ");
        lines.push_str(&text::sanitized_lines(hint));
    }
    lines
}
