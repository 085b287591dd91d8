//! Evidence: one captured item with its provenance, and pointers into it.
//!
//! Describes what was read; never holds the bytes themselves.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How reading one item ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The item is in the archive, whole.
    Captured,
    /// The source says that it does not have this (404 of an optional endpoint, a refused four-letter word).
    NotApplicable,
    /// The user asked to leave it out.
    SkippedByUser,
    /// The server refused or answered with an error status (401, 403, 404 of a required endpoint, 5xx).
    Refused,
    /// No connection, a broken answer, a redirect to a stranger, a body that is not what it claims to be.
    Failed,
    /// The answer ended early or was larger than the limit.
    Truncated,
    /// No complete answer within the time limit.
    TimedOut,
}

impl Outcome {
    /// The name used in the archive and in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::NotApplicable => "not-applicable",
            Self::SkippedByUser => "skipped-by-user",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Truncated => "truncated",
            Self::TimedOut => "timed-out",
        }
    }
}

/// Provenance of one item: what was asked, when, how it ended. Stored in the archive's manifest, failed ones included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Payload path, `data/<source>/<host>/<item>`; the name the bytes have (or would have had) in the archive.
    pub item: String,
    /// Source, first folder below `data/` (`mesos-master`, `mesos-agent`, `marathon`, `exhibitor`, `zookeeper`, `dcos`, `input`).
    pub source: String,
    /// Host (with port where it is not the usual one) the item was asked from; `-` for input files and backups.
    pub host: String,
    /// What was asked: the URL without credentials, the four-letter word, the file name.
    pub request: String,
    /// `GET`, `POST`, `4LW`, `FILE`, `BACKUP`, `IMPORT`.
    pub method: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, for every outcome but `captured`; one sentence, no secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the run must have this item: a missing required item makes `collect` end with 5.
    #[serde(default)]
    pub required: bool,
    /// Begin of the request, by the collector's clock (for imports: the file's modification time).
    pub started_at: DateTime<Utc>,
    /// Duration in milliseconds, from the monotonic clock.
    pub duration_ms: u64,
    /// HTTP status, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `Content-Type` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Date` header of the answer, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_date: Option<String>,
    /// Where a redirect that was followed by hand led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_to: Option<String>,
    /// Requests sent for this item (1 unless retried).
    #[serde(default)]
    pub attempts: u32,
    /// Size of the stored bytes.
    #[serde(default)]
    pub bytes: u64,
    /// SHA-256 of the stored bytes, lower-case hex; absent when nothing was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Payload path of the error file that stands where the data would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_item: Option<String>,
}

/// A pointer into evidence: which item, where in it, and a short quote of what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Payload path of the item.
    pub item: String,
    /// JSON pointer (RFC 6901), `line N`, or empty for the whole item.
    pub pointer: String,
    /// Short quote of the value found there, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl EvidenceRef {
    /// Points at a whole item.
    pub fn item(item: impl Into<String>) -> Self {
        Self {
            item: item.into(),
            pointer: String::new(),
            value: None,
        }
    }

    /// The same item, at a JSON pointer.
    #[must_use]
    pub fn at(&self, pointer: impl Into<String>) -> Self {
        Self {
            item: self.item.clone(),
            pointer: pointer.into(),
            value: None,
        }
    }

    /// The same place, with a quote of the value found there (cut at 200 characters).
    #[must_use]
    pub fn quoting(mut self, value: impl std::fmt::Display) -> Self {
        let text = value.to_string();
        self.value = Some(match text.char_indices().nth(200) {
            Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
            None => text,
        });
        self
    }
}
