//! Why an archive is refused: what was seen, what was expected, where, and what to do.
//!
//! Never decides exit codes; `cli` maps [`Refused::is_archive`] to them.

use std::io;

use super::names::show;

/// The four things a person needs to know about a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Where: a member, a tag file, or the container.
    pub place: String,
    /// What was seen there.
    pub seen: String,
    /// What was expected there.
    pub expected: String,
    /// What to do about it.
    pub advice: &'static str,
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: saw {}, expected {}; {}",
            self.place, self.seen, self.expected, self.advice
        )
    }
}

/// Get the file again: for damage on the way.
pub const COPY_AGAIN: &str = "copy the archive again from where it was made, or collect again";
/// Do not use the file: for contents that no gonogo writes.
pub const DO_NOT_TRUST: &str = "do not use this file; ask whoever made it, or collect again";
/// Wrong kind of file.
pub const GIVE_ARCHIVE: &str =
    "give an archive made by `gonogo collect`; saved files of other origin are brought in by `gonogo import`";
/// Repacked by hand.
pub const REPACKED: &str = "if it was repacked by hand, unpack it and give the folder";

/// Why an archive is not used. Nothing read from it before may be used either.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The file system failed; says nothing about the archive.
    #[error("cannot read {what}: {source}")]
    Io {
        /// The file or folder.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
    /// The caller's own reading of an item failed; says nothing about the archive.
    #[error("reading {item} was given up: {source}")]
    Consumer {
        /// Payload path.
        item: String,
        /// What the caller answered.
        source: io::Error,
    },
    /// Not an archive of ours at all.
    #[error("not a gonogo archive: {0}")]
    NotAnArchive(Complaint),
    /// Ends early.
    #[error("archive truncated: {0}")]
    Truncated(Complaint),
    /// Some bytes are not those that were written: a hash, a size or a list does not agree.
    #[error("archive altered: {0}")]
    Altered(Complaint),
    /// Breaks the rules of the container or of BagIt.
    #[error("archive malformed: {0}")]
    Malformed(Complaint),
    /// Holds what no writer of ours produces and what is known from attacks: links, devices, unsafe names.
    #[error("archive refused as hostile: {0}")]
    Hostile(Complaint),
    /// Made by a newer gonogo, of another major format version.
    #[error("archive made by a newer gonogo: {0}")]
    Newer(Complaint),
    /// Beyond the limits.
    #[error("archive too large: {0}")]
    TooLarge(Complaint),
}

impl Refused {
    /// Whether the archive is at fault (as opposed to the file system or the caller).
    pub fn is_archive(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::Consumer { .. })
    }

    /// The complaint, where the archive is at fault.
    pub fn complaint(&self) -> Option<&Complaint> {
        match self {
            Self::Io { .. } | Self::Consumer { .. } => None,
            Self::NotAnArchive(c)
            | Self::Truncated(c)
            | Self::Altered(c)
            | Self::Malformed(c)
            | Self::Hostile(c)
            | Self::Newer(c)
            | Self::TooLarge(c) => Some(c),
        }
    }

    pub(super) fn io(what: impl Into<String>, source: io::Error) -> Self {
        Self::Io {
            what: what.into(),
            source,
        }
    }

    /// Takes a refusal out of an [`io::Error`] that carried it through a [`io::Read`], or calls it what it is: damage
    /// of the compressed stream, an early end, or a failing file system.
    pub(super) fn from_io(place: &str, error: io::Error) -> Self {
        if error
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
        {
            match error
                .into_inner()
                .map(<dyn std::error::Error + Send + Sync>::downcast::<Self>)
            {
                Some(Ok(refused)) => return *refused,
                _ => return Self::io(place, io::ErrorKind::Other.into()),
            }
        }
        match error.kind() {
            _ if error.raw_os_error().is_some() => Self::io(place, error),
            io::ErrorKind::UnexpectedEof => {
                Self::Truncated(Complaint::new(place, "the end of the file", "more data", COPY_AGAIN))
            }
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Altered(Complaint::new(
                place,
                show(error.to_string().as_bytes()),
                "an intact compressed stream",
                COPY_AGAIN,
            )),
            _ => Self::io(place, error),
        }
    }

    pub(super) fn into_io(self) -> io::Error {
        io::Error::other(self)
    }
}

impl Complaint {
    pub(super) fn new(
        place: impl Into<String>,
        seen: impl Into<String>,
        expected: impl Into<String>,
        advice: &'static str,
    ) -> Self {
        Self {
            place: place.into(),
            seen: seen.into(),
            expected: expected.into(),
            advice,
        }
    }
}
