//! Known or unknown: the type that keeps absent evidence from looking like health.
//!
//! Never offers a default: whoever wants the value must say what happens without it.

use serde::{Deserialize, Serialize};

use super::evidence::{EvidenceRef, Outcome};

/// Why a part of the snapshot is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// Nobody asked for it: the archive has no record of this item.
    NotCollected {
        /// The item that would have told.
        item: String,
    },
    /// It was asked for and did not arrive.
    Missing {
        /// The item that would have told.
        item: String,
        /// How asking ended.
        outcome: Outcome,
        /// One sentence.
        reason: String,
    },
    /// The source says that it does not have it. The only reason that may lead to SKIPPED instead of UNKNOWN.
    Absent {
        /// The item that says so.
        item: String,
        /// One sentence.
        reason: String,
    },
    /// It arrived and could not be read: wrong type, broken JSON, duplicated keys, invalid UTF-8 …
    Malformed {
        /// The item that could not be read.
        item: String,
        /// What was seen and what was expected, with the place.
        detail: String,
    },
    /// It arrived, but is known to be incomplete or contradicted by other evidence.
    Doubtful {
        /// One sentence naming both sides.
        detail: String,
    },
}

impl Why {
    /// One line for people: what is missing and why.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotCollected { item } => format!("{item} is not in the archive"),
            Self::Missing { item, outcome, reason } => format!("{item}: {} ({reason})", outcome.as_str()),
            Self::Absent { item, reason } => format!("{item}: not there ({reason})"),
            Self::Malformed { item, detail } => format!("{item} cannot be read: {detail}"),
            Self::Doubtful { detail } => detail.clone(),
        }
    }

    /// Whether the source itself said that it does not have this.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent { .. })
    }
}

/// A part of the snapshot: known, with a pointer to its evidence, or unknown, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observed<T> {
    /// The value and where it was read.
    Known(T, EvidenceRef),
    /// Why there is no value.
    Unknown(Why),
}

impl<T> Observed<T> {
    /// Unknown because no such item is in the archive.
    pub fn not_collected(item: impl Into<String>) -> Self {
        Self::Unknown(Why::NotCollected { item: item.into() })
    }

    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The reason, if unknown.
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Known(..) => None,
            Self::Unknown(why) => Some(why),
        }
    }

    /// The value with its evidence, or the reason.
    pub fn get(&self) -> Result<(&T, &EvidenceRef), &Why> {
        match self {
            Self::Known(value, at) => Ok((value, at)),
            Self::Unknown(why) => Err(why),
        }
    }

    /// Whether the value is known.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(..))
    }

    /// Applies `f` to a known value; keeps the evidence pointer or the reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Known(value, at) => Observed::Known(f(value), at),
            Self::Unknown(why) => Observed::Unknown(why),
        }
    }

    /// A view that borrows the value.
    pub fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Known(value, at) => Observed::Known(value, at.clone()),
            Self::Unknown(why) => Observed::Unknown(why.clone()),
        }
    }
}
