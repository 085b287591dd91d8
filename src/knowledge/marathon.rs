//! What each Marathon line needs of Mesos and which storage it reads. Never looks at a cluster, never fills in what no source says.

use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::model::{Line, Version};

/// One line of Marathon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarathonLine {
    /// `1.6`.
    pub line: Line,
    /// Whether it had a release; `false` = release candidates, builds or a development branch only.
    pub released: bool,
    /// Oldest Mesos it runs with; `None` = no source says.
    pub mesos_minimum: Option<Version>,
    /// Mesos that is recommended for it; `None` = no source says.
    pub mesos_recommended: Option<Version>,
    /// Mesos it was built against, where that is all that is said.
    pub mesos_built: Option<Version>,
    /// Oldest storage it reads (version of the Marathon that wrote it); `None` = no limit is known.
    pub oldest_storage: Option<Version>,
    /// Version that stands in the storage after it ran, in words.
    pub storage_written: String,
    /// Lines from which the documents allow an upgrade to it; empty = they do not say.
    #[serde(default)]
    pub from: Vec<Line>,
    /// What to mind.
    pub remark: Option<String>,
    /// Where it is said which Mesos it needs.
    #[serde(default)]
    pub mesos_sources: Vec<String>,
    /// Where it is said which storage it reads.
    #[serde(default)]
    pub storage_sources: Vec<String>,
    /// Where the rest of the row comes from.
    pub sources: Vec<String>,
}

/// A statement about every line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct General {
    /// `skipping`, `storage`, `backup`, `flags`, `info`, `failover`, `exit-codes`.
    pub topic: String,
    /// What it says.
    pub says: String,
    /// Where.
    pub sources: Vec<String>,
}

/// All lines, and what holds for every one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarathonLines {
    /// Version of this table's form.
    pub schema: u32,
    /// How one instance without standby is upgraded, in order. With standbys: the steps of the guide's hops.
    pub single: Vec<String>,
    /// Where that order comes from.
    pub single_sources: Vec<String>,
    /// Statements about every line.
    #[serde(rename = "general")]
    pub general: Vec<General>,
    /// Lines, in order.
    #[serde(rename = "line")]
    pub lines: Vec<MarathonLine>,
}

impl MarathonLines {
    /// The row of a line; `None` = the sources say nothing about it.
    pub fn of(&self, version: &Version) -> Option<&MarathonLine> {
        let line = Line::from(version);
        self.lines.iter().find(|row| row.line == line)
    }

    /// The statement on a topic.
    pub fn general(&self, topic: &str) -> Option<&General> {
        self.general.iter().find(|general| general.topic == topic)
    }
}

impl Knowledge {
    /// The row of a Marathon. A line without a release (1.2) counts as the one its work went into, which asks for no less.
    pub fn marathon_line(&self, version: &Version) -> Option<&MarathonLine> {
        self.marathon_lines.of(version).or_else(|| {
            let line = Line::from(version);
            let hop = self.marathon.hops.iter().find(|hop| hop.skips.contains(&line))?;
            self.marathon_lines.lines.iter().find(|row| row.line == hop.to)
        })
    }
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<MarathonLines, String> {
    let table: MarathonLines = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table)
}
