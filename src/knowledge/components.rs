//! What each DC/OS release ships beside Mesos and Marathon, source by source. Never fills a cell that a source leaves empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::model::Version;

/// One source's table of component versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Components {
    /// Stable id (`workbook`, `build`, `notes`).
    pub id: String,
    /// What it is.
    pub about: String,
    /// Components that the source's own table has.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Shipped>,
    /// Documents it comes from.
    pub sources: Vec<String>,
}

/// Components of one release as one source has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    /// The release.
    pub dcos: Version,
    /// Version by component; a component that is not here is empty in the source: unknown.
    #[serde(flatten)]
    pub cells: BTreeMap<String, String>,
}

impl Components {
    /// How many cells are filled, and how many the table would have.
    pub fn filled(&self) -> (usize, usize) {
        let filled = self.rows.iter().map(|row| row.cells.len()).sum();
        (filled, self.rows.len() * self.columns.len())
    }
}

impl Knowledge {
    /// Versions of a component that the sources give for a release, each with its source; empty = unknown.
    pub fn shipped(&self, release: &Version, component: &str) -> Vec<(&str, String)> {
        self.components
            .iter()
            .filter_map(|table| {
                let row = table.rows.iter().find(|row| row.dcos == *release)?;
                Some((row.cells.get(component)?.as_str(), self.documents_named(&table.sources)))
            })
            .collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    schema: u32,
    table: Vec<Components>,
}

/// Reads the tables.
///
/// # Errors
/// What is wrong with them, in words.
pub fn read(text: &str) -> Result<Vec<Components>, String> {
    let tables: Tables = toml::from_str(text).map_err(|error| error.to_string())?;
    if tables.schema != 1 {
        return Err(format!("schema {}, this program reads 1", tables.schema));
    }
    Ok(tables.table)
}
