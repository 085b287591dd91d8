//! Sign-offs: what people answered to items that no evidence can settle, and what became of each answer.
//!
//! Words and states only; which items a window needs and which answers count is decided by `verdict::signoffs`.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::version::Version;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// The question does not arise in this cluster; the note says why.
    NotApplicable,
}

impl Answer {
    /// The word used in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// The window that an answer is for, as the version before and the one after (`1.10.8..1.11.3`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopOf {
    /// Version before.
    pub from: Version,
    /// Version after.
    pub to: Version,
}

impl HopOf {
    /// Whether both are the same hop: numbers are compared, suffixes (`1.7-open`) are not.
    pub fn same(&self, from: &Version, to: &Version) -> bool {
        let numbers = |version: &Version| (version.major, version.minor, version.patch);
        numbers(&self.from) == numbers(from) && numbers(&self.to) == numbers(to)
    }
}

impl FromStr for HopOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown: String = text.chars().take(64).collect();
        let (from, to) = text
            .split_once("..")
            .ok_or_else(|| format!("`{shown}` is not FROM..TO (1.10.8..1.11.3)"))?;
        let version = |text: &str| text.parse::<Version>().map_err(|error| error.to_string());
        Ok(Self {
            from: version(from)?,
            to: version(to)?,
        })
    }
}

impl fmt::Display for HopOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl Serialize for HopOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HopOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One entry of a file of sign-offs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signoff {
    /// Id of the item.
    pub item: String,
    /// Which window.
    pub hop: HopOf,
    /// The answer.
    pub answer: Answer,
    /// Who answered.
    pub who: String,
    /// When, by the clock of the machine on which `gonogo signoff` ran.
    pub at: DateTime<Utc>,
    /// What was seen, or why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Cluster id or name it is for; none = the one whose archive it is judged with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
}

/// What became of an item or of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignoffState {
    /// Answered with yes or not-applicable.
    Answered,
    /// Answered with no.
    Refused,
    /// Nobody answered for this hop.
    Open,
    /// There is an answer that cannot be believed: dated later than it can have been given.
    Doubtful,
    /// The answers, or the items that the hop needs, cannot be known.
    Unknown,
    /// An answer for another hop: does not count.
    OtherHop,
    /// An answer for another cluster: does not count.
    OtherCluster,
    /// An answer to an item that this hop, or this gonogo, does not have: does not count.
    NotAsked,
}

impl SignoffState {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Open => "open",
            Self::Doubtful => "doubtful",
            Self::Unknown => "unknown",
            Self::OtherHop => "other-hop",
            Self::OtherCluster => "other-cluster",
            Self::NotAsked => "not-asked",
        }
    }

    /// Whether it stands for an item of the hop, and not for an answer without effect.
    pub fn counts(self) -> bool {
        matches!(
            self,
            Self::Answered | Self::Refused | Self::Open | Self::Doubtful | Self::Unknown
        )
    }
}

/// An item of the hop with its answer, or an answer that does not count: as it stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedSignoff {
    /// Id of the item.
    pub item: String,
    /// The question; empty where no such item is known.
    pub text: String,
    /// `pre` or `post`; empty where no such item is known.
    pub when: String,
    /// Whether the item can stop the window.
    pub blocking: bool,
    /// What became of it.
    pub state: SignoffState,
    /// Why it is in that state, where the state alone does not say it.
    pub why: Option<String>,
    /// The answer, if there is one.
    pub answer: Option<Answer>,
    /// Who answered.
    pub who: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// What was seen, or why.
    pub note: Option<String>,
    /// The window that the answer is for.
    pub hop: Option<HopOf>,
    /// The file that the answer stands in.
    pub origin: Option<String>,
    /// How to find out.
    pub how: String,
    /// The command that answers it; for items that still need an answer.
    pub command: Option<String>,
    /// Requirements that it answers.
    pub requirements: Vec<String>,
}
