//! What the documents say about steps from one release to another, as they say it: tables, sentences, named pairs,
//! chains. Never judges a step: `knowledge::hops` does.

use serde::{Deserialize, Serialize};

use super::hops::Statement;
use crate::model::{Line, Version};

/// A printed table of steps from one line to another (or inside one).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Stable id (`patch-1.11`).
    pub id: String,
    /// Line of its rows.
    pub from: Line,
    /// Line of its columns; the same one for a matrix of patches.
    pub to: Line,
    /// Every target it prints.
    pub columns: Vec<Version>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Documents that print it.
    pub sources: Vec<String>,
}

/// One row of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Release before.
    pub from: Version,
    /// Columns marked as supported; every other column is marked as not supported.
    pub to: Vec<Version>,
    /// What is odd about the row as printed.
    pub remark: Option<String>,
}

impl Matrix {
    /// What its cell says; `None` = it has no such row or no such column, so it says nothing.
    pub fn cell(&self, from: &Version, to: &Version) -> Option<bool> {
        let row = self.rows.iter().find(|row| row.from == *from)?;
        self.columns.contains(to).then(|| row.to.contains(to))
    }
}

/// Kind of a sentence about many pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleOf {
    /// From the latest release of the line before to the latest of this line, and from no other.
    LatestToLatest,
    /// From a release to the next one of its line; of jumps it says nothing.
    ToNext,
    /// From a release to itself, to change the configuration.
    ToSame,
    /// No step over a whole line.
    NoLineSkipped,
}

/// A sentence about many pairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// Stable id.
    pub id: String,
    /// What it speaks about.
    pub kind: RuleOf,
    /// Lines of the targets it speaks about.
    pub lines: Vec<Line>,
    /// What it says.
    pub text: String,
    /// Documents that say so.
    pub sources: Vec<String>,
}

/// A pair that a document names in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Release before.
    pub from: Version,
    /// Release after.
    pub to: Version,
    /// Whether it is named as supported (the usual case) or ruled out.
    #[serde(default = "yes")]
    pub allowed: bool,
    /// How it is named.
    pub text: String,
    /// Documents that name it.
    pub sources: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// A chain that a document prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its number in the document.
    pub number: u32,
    /// What it is for.
    pub title: String,
    /// Every release of the chain, first and last included.
    pub path: Vec<Version>,
    /// Another release that the same document names for one place.
    pub or: Option<Or>,
    /// What is odd about it as printed.
    pub remark: Option<String>,
    /// Documents that print it.
    pub sources: Vec<String>,
}

/// Another release for one place of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Or {
    /// Release of the printed chain.
    pub instead_of: Version,
    /// Release that may stand in its place.
    #[serde(rename = "use")]
    pub takes: Version,
    /// Where the document says so.
    pub text: String,
}

impl Scenario {
    /// Whether a pair is one step of the chain as printed.
    pub fn has_step(&self, from: &Version, to: &Version) -> bool {
        self.path
            .iter()
            .zip(self.path.iter().skip(1))
            .any(|(a, b)| a == from && b == to)
    }
}

/// A disagreement that no table shows by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Stable id.
    pub id: String,
    /// About what.
    pub about: String,
    /// Steps it bears on; empty = it is about more than steps.
    #[serde(default)]
    pub pairs: Vec<(Version, Version)>,
    /// What each document says; the source is the id of a document.
    pub statements: Vec<Statement>,
    /// Which one counts here, and why.
    pub applied: String,
    /// The documents.
    pub sources: Vec<String>,
}

/// Releases of one line of Apache Mesos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MesosLine {
    /// The line.
    pub line: Line,
    /// Third numbers of its releases, in order.
    pub patches: Vec<u32>,
}

/// A sentence with an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    /// Stable id; the judgement of plain Mesos looks it up.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Documents that say so.
    pub sources: Vec<String>,
}

/// Apache Mesos without DC/OS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MesosPaths {
    /// Where the releases come from.
    pub sources: Vec<String>,
    /// Releases, line by line, in order.
    pub lines: Vec<MesosLine>,
    /// What the documents say about steps.
    #[serde(rename = "statement")]
    pub statements: Vec<Sentence>,
}

/// A sentence without an id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// What it says.
    pub text: String,
    /// Documents that say so.
    pub sources: Vec<String>,
}

/// Everything the documents say about steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    /// Version of this table's form.
    pub schema: u32,
    /// Printed tables.
    #[serde(default, rename = "matrix")]
    pub matrices: Vec<Matrix>,
    /// Sentences about many pairs.
    #[serde(default, rename = "rule")]
    pub rules: Vec<PathRule>,
    /// Pairs that are named.
    #[serde(default)]
    pub named: Vec<Named>,
    /// Chains that are printed.
    #[serde(default, rename = "scenario")]
    pub scenarios: Vec<Scenario>,
    /// Disagreements that no table shows by itself.
    #[serde(default, rename = "disagreement")]
    pub disagreements: Vec<Known>,
    /// Plain Mesos.
    pub mesos: MesosPaths,
    /// What is said about going back.
    pub back: Back,
}

impl Paths {
    /// Every pair of releases that a table, a named pair or a printed chain speaks about.
    pub fn pairs(&self) -> Vec<(&Version, &Version)> {
        let cells = self.matrices.iter().flat_map(|matrix| {
            matrix
                .rows
                .iter()
                .flat_map(|row| matrix.columns.iter().map(|to| (&row.from, to)))
        });
        let named = self.named.iter().map(|named| (&named.from, &named.to));
        let steps = self
            .scenarios
            .iter()
            .flat_map(|scenario| scenario.path.iter().zip(scenario.path.iter().skip(1)));
        let mut pairs: Vec<(&Version, &Version)> =
            cells.chain(named).chain(steps).filter(|(from, to)| from < to).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Paths, String> {
    let paths: Paths = toml::from_str(text).map_err(|error| error.to_string())?;
    if paths.schema != 1 {
        return Err(format!("schema {}, this program reads 1", paths.schema));
    }
    Ok(paths)
}
