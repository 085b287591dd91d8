//! The four verdicts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What gonogo says in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Every required check saw its evidence and passed.
    Go,
    /// As GO, with something to look at.
    GoWithWarnings,
    /// At least one blocking finding stands.
    NoGo,
    /// Evidence of a blocking check is missing.
    CannotSay,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Go => "GO",
            Self::GoWithWarnings => "GO WITH WARNINGS",
            Self::NoGo => "NO-GO",
            Self::CannotSay => "CANNOT SAY",
        })
    }
}
