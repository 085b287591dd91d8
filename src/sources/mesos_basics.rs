//! Small answers that masters and agents share: `/version`, `/flags`, `/metrics/snapshot`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::json::{self, Unique};
use super::{Malformed, Parsed};
use crate::model::Version;

/// `/version`.
pub fn version(bytes: &[u8]) -> Parsed<Version> {
    #[derive(Deserialize)]
    struct Answer {
        version: String,
    }
    let answer: Answer = json::read(bytes, "the answer of /version: an object with the text `version`")?;
    answer.version.parse().map_err(Malformed::new)
}

/// `/flags`: names and values, always text.
pub fn flags(bytes: &[u8]) -> Parsed<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Answer {
        flags: Unique<String>,
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /flags: an object with `flags`, an object of texts",
    )?;
    Ok(answer.flags.0)
}

/// `/metrics/snapshot`: one flat object of numbers; units are those of apache/mesos `docs/monitoring.md`.
pub fn metrics(bytes: &[u8]) -> Parsed<BTreeMap<String, f64>> {
    let answer: Unique<f64> = json::read(bytes, "the answer of /metrics/snapshot: a flat object of numbers")?;
    if answer.0.is_empty() {
        return Err(Malformed(
            "no metric at all; expected the answer of /metrics/snapshot: a flat object of numbers".to_owned(),
        ));
    }
    Ok(answer.0)
}
