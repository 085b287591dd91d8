//! Findings: one instance of a rule that fired, as typed data.
//!
//! Holds no sentences: the words are the check's `finding` template, filled in by `report::words`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::evidence::EvidenceRef;
use super::subject::Subject;

/// One typed value of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Datum {
    /// Yes or no.
    Flag(bool),
    /// A count.
    Count(i64),
    /// A measure that is not a whole number.
    Measure(f64),
    /// Text as found in evidence: untrusted, escaped by every renderer.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => write!(f, "{value}"),
            Self::Count(value) => write!(f, "{value}"),
            Self::Measure(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::List(values) => f.write_str(&values.join(", ")),
        }
    }
}

impl From<&str> for Datum {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Datum {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}
impl From<u64> for Datum {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self::Text(value.to_string()), Self::Count)
    }
}
impl From<usize> for Datum {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}
impl From<f64> for Datum {
    fn from(value: f64) -> Self {
        Self::Measure(value)
    }
}
impl From<Vec<String>> for Datum {
    fn from(value: Vec<String>) -> Self {
        Self::List(value)
    }
}

/// One instance of a rule that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the check.
    pub check: String,
    /// What it is about.
    pub subject: Subject,
    /// The finding in words; written once, when the report is assembled, so that a saved report says the same for ever. Untrusted text inside.
    #[serde(default)]
    pub summary: String,
    /// Typed values, named as in the check's `finding` template; sorted, so that output never depends on hashing.
    pub data: BTreeMap<String, Datum>,
    /// Where it was seen.
    pub evidence: Vec<EvidenceRef>,
    /// Id of the waiver that removes the effect of this finding (never the finding).
    #[serde(default)]
    pub waived_by: Option<String>,
    /// Stable across runs and archives: digest of check, subject kind and id, and the `key` datum if there is one.
    #[serde(default)]
    pub fingerprint: String,
}

impl Finding {
    /// A finding about `subject`; the runner fills in check id and fingerprint.
    pub fn about(subject: Subject) -> Self {
        Self {
            check: String::new(),
            subject,
            summary: String::new(),
            data: BTreeMap::new(),
            evidence: Vec::new(),
            waived_by: None,
            fingerprint: String::new(),
        }
    }

    /// Adds one typed value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Datum>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a pointer to evidence.
    #[must_use]
    pub fn seen_at(mut self, at: EvidenceRef) -> Self {
        self.evidence.push(at);
        self
    }
}
