//! Input files of the operator: configuration, ip-detect, inventory, and a record about the licence (never the licence).

use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::archive::{Staging, Stored, WriteError};
use crate::model::{Outcome, hex, items};

use super::super::engine::Context;
use super::super::plan::Input;
use super::super::step::{Planned, Step};

/// Largest input file, bytes.
const LIMIT: u64 = 64 << 20;

/// What is kept of the licence.
#[derive(Serialize)]
struct Licence {
    bytes: usize,
    sha256: String,
    empty: bool,
}

/// One step for all files.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let inputs = ctx.targets.inputs.clone();
    if inputs.is_empty() {
        return Vec::new();
    }
    let all: Vec<(Input, Planned)> = inputs
        .into_iter()
        .map(|input| (planned(&input), input))
        .map(|(p, i)| (i, p))
        .collect();
    let items: Vec<Planned> = all.iter().map(|(_, planned)| planned.clone()).collect();
    vec![Step::new(
        items::INPUT,
        items::INPUT_HOST,
        items,
        move |ctx| async move {
            for (input, item) in &all {
                let begun = std::time::Instant::now();
                let mut evidence = item.begun(Outcome::Captured, chrono::Utc::now());
                evidence.attempts = 1;
                match stage(&ctx.staging, input, &item.item) {
                    Ok(stored) => {
                        evidence.bytes = stored.bytes;
                        evidence.sha256 = Some(stored.sha256);
                    }
                    Err(error) => {
                        evidence.outcome = Outcome::Failed;
                        evidence.reason = Some(error);
                    }
                }
                evidence.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                ctx.records.put(evidence);
            }
            Vec::new()
        },
    )]
}

fn planned(input: &Input) -> Planned {
    // The name alone: where it lies on the operator's machine is nobody's business.
    let name = input
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Planned {
        item: items::path(items::INPUT, items::INPUT_HOST, input.item),
        source: items::INPUT,
        host: "-".to_owned(),
        request: name,
        method: "FILE",
        required: true,
    }
}

/// What stands in the archive for a licence: its size and digest, never the licence itself.
///
/// # Errors
/// None that a licence could cause.
pub fn license_record(licence: &[u8]) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec_pretty(&Licence {
        bytes: licence.len(),
        sha256: hex(&Sha256::digest(licence)),
        empty: licence.iter().all(u8::is_ascii_whitespace),
    })
}

fn stage(staging: &Staging, input: &Input, item: &str) -> Result<Stored, String> {
    let bytes = read(&input.path)?;
    let bytes = if input.item == items::INPUT_LICENSE {
        license_record(&bytes).map_err(|error| error.to_string())?
    } else {
        bytes
    };
    staging.put(item, &bytes).map_err(|error: WriteError| error.to_string())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let meta = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is not a file".to_owned());
    }
    if meta.len() > LIMIT {
        return Err(format!("it is larger than {} MiB", LIMIT >> 20));
    }
    std::fs::read(path).map_err(|error| error.to_string())
}
