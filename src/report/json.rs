//! JSON: the report itself, as the contract says. Machines read this; nothing is shortened.

use super::{FORMAT, Report, safe};

/// JSON Schema (2020-12) of the report.
pub const SCHEMA: &str = include_str!("../../report-templates/report.schema.json");

/// Renders. Every character that a terminal may act on is written as a JSON escape; the values are the same.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    Ok(safe::json_escaped(&serde_json::to_string_pretty(report)?) + "\n")
}

/// Why a text is not a report of this format.
#[derive(Debug, thiserror::Error)]
pub enum NotAReport {
    /// Not JSON, or a field is missing or of another type.
    #[error("not a gonogo report: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Another format number.
    #[error("a report of format `{0}`; this gonogo reads `{FORMAT}`")]
    OtherFormat(String),
}

/// Reads a saved report.
pub fn read(bytes: &[u8]) -> Result<Report, NotAReport> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: String,
    }
    // The format comes first: a report of a later format must not fail over some field.
    let format: Format = serde_json::from_slice(bytes)?;
    if format.format != FORMAT {
        return Err(NotAReport::OtherFormat(safe::sanitized(&safe::limited(&format.format))));
    }
    Ok(serde_json::from_slice(bytes)?)
}
