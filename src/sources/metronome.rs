//! `/v1/jobs` of Metronome: definitions of jobs as canonical text per top-level field.
//!
//! Runtime parts that can be embedded (`activeRuns`, `history`, `historySummary`) are left out.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::json::{self, Unique};
use super::{Malformed, Parsed};

/// Embedded parts that say how a job ran, not what it is.
const RUNTIME: [&str; 3] = ["activeRuns", "history", "historySummary"];

/// One job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobWire {
    /// Job id.
    pub id: String,
    /// Definition by top-level field.
    pub definition: BTreeMap<String, String>,
}

/// Reads `/v1/jobs`.
pub fn jobs(bytes: &[u8]) -> Parsed<Vec<JobWire>> {
    const EXPECTED: &str = "the answer of /v1/jobs: a list of objects with the text `id`";
    let list: Vec<Unique<Canonical>> = json::read(bytes, EXPECTED)?;
    list.into_iter()
        .enumerate()
        .map(|(ordinal, fields)| {
            let id = fields
                .0
                .get("id")
                .and_then(Canonical::value::<String>)
                .ok_or_else(|| Malformed(format!("/{ordinal}: no text `id`; expected {EXPECTED}")))?;
            Ok(JobWire {
                id,
                definition: fields
                    .0
                    .into_iter()
                    .filter(|(key, _)| !RUNTIME.contains(&key.as_str()))
                    .map(|(key, value)| (key, value.0))
                    .collect(),
            })
        })
        .collect()
}
