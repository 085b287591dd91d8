//! Items that only people can answer, before or after a window. Never holds an answer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::requirements::Product;
use crate::model::{Line, Version};

/// Before or after the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Before.
    Pre,
    /// After.
    Post,
}

/// Edition of DC/OS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// Enterprise.
    Enterprise,
    /// Open Source.
    Open,
}

/// From one line to the next (`0.17-0.18`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// Line before.
    pub from: Line,
    /// Line after.
    pub to: Line,
}

impl Crossing {
    /// Whether a way from one version to another goes over it.
    pub fn lies_on(self, from: &Version, to: &Version) -> bool {
        Line::from(from) <= self.from && self.to <= Line::from(to)
    }
}

impl FromStr for Crossing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text
            .split_once('-')
            .ok_or_else(|| format!("`{text}` is not two lines (0.17-0.18)"))?;
        let line = |text: &str| text.parse::<Line>().map_err(|error| error.to_string());
        Ok(Self {
            from: line(from)?,
            to: line(to)?,
        })
    }
}

impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl<'de> Deserialize<'de> for Crossing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One item.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignoffItem {
    /// Names the good state (`systemd-218-everywhere`).
    pub id: String,
    /// The question; yes is good.
    pub text: String,
    /// Before or after the window.
    pub when: When,
    /// Open gives CANNOT SAY and `no` NO-GO; otherwise both are warnings.
    pub blocking: bool,
    /// Whose clusters.
    pub product: Product,
    /// Not asked where the cluster is known to be of the other edition.
    pub edition: Option<Edition>,
    /// From this line on, asked whatever the edition.
    pub both_since: Option<Line>,
    /// First line that has what is asked for.
    pub since: Option<Line>,
    /// Asked only when a hop crosses one of these.
    #[serde(default)]
    pub crosses: Vec<Crossing>,
    /// How to find out, and what good looks like.
    pub how: String,
    /// Where it comes from.
    pub sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    signoff: Vec<SignoffItem>,
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Vec<SignoffItem>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.signoff)
}
