//! The risk map and the waves as terminal text, CSV or JSON. Decides nothing: every word is in the overview.

mod csv;
mod terminal;

use serde::Serialize;

use super::safe;
use super::terminal::Style;
use crate::facts::workloads::Overview;

pub use csv::csv;

/// JSON Schema (2020-12) of the document.
pub const SCHEMA: &str = include_str!("../../../report-templates/workloads.schema.json");

/// Which archive it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// File name.
    pub archive: String,
    /// SHA-256 of its `tagmanifest-sha256.txt`.
    pub digest: String,
    /// End of the run that made it.
    pub collected_at: String,
}

/// Parts that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Workloads with their risks.
    Apps,
    /// What stops with an agent.
    Agents,
    /// What stops with a rack.
    Racks,
    /// Waves, and agents that none may hold.
    Waves,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    source: &'a Source,
    #[serde(flatten)]
    overview: &'a Overview,
    tool: Tool,
}

/// The whole document, format `gonogo-workloads/1`.
///
/// # Errors
/// A value cannot be written as JSON.
pub fn json(overview: &Overview, source: &Source) -> Result<String, serde_json::Error> {
    let document = Document {
        format: "gonogo-workloads/1",
        source,
        overview,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
    };
    Ok(safe::json_escaped(&serde_json::to_string_pretty(&document)?) + "\n")
}

/// Text for a terminal: these parts.
pub fn text(overview: &Overview, source: &Source, parts: &[Part], style: Style) -> String {
    terminal::render(overview, source, parts, style)
}
