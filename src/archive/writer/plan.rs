//! What will stand in the archive, byte counts and hashes included, before any of it is written.
//!
//! Pure but for reading the staging's table. Refuses evidence and staged items that do not fit together.

use std::path::PathBuf;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::WriteError;
use crate::archive::bagit::{self, Line};
use crate::archive::staging::{Staging, Stored};
use crate::archive::{format, names};
use crate::model::{Evidence, Manifest, Outcome, hex};

/// Where a member's bytes come from.
pub(super) enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// One member, tag file or payload.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) stored: Stored,
    pub(super) source: Source,
}

/// The whole archive.
pub(super) struct Plan {
    pub(super) manifest: Manifest,
    pub(super) tags: Vec<Member>,
    pub(super) payload: Vec<Member>,
    pub(super) digest: String,
    /// Held to see whether somebody cancels.
    pub(super) staging: Staging,
}

/// The error file that stands where the data would have been.
#[derive(Serialize)]
struct ErrorFile<'a> {
    item: &'a str,
    method: &'a str,
    request: &'a str,
    outcome: &'a Outcome,
    reason: Option<&'a str>,
    status: Option<u16>,
    attempts: u32,
    started_at: chrono::DateTime<chrono::Utc>,
    duration_ms: u64,
}

impl Member {
    fn of_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            stored: Stored {
                bytes: bytes.len() as u64,
                sha256: hex(&Sha256::digest(&bytes)),
            },
            source: Source::Bytes(bytes),
        }
    }

    fn line(&self) -> Line {
        Line {
            name: self.name.clone(),
            sha256: self.stored.sha256.clone(),
        }
    }
}

impl Plan {
    pub(super) fn new(mut manifest: Manifest, staging: &Staging) -> Result<Self, WriteError> {
        let limits = staging.limits();
        format::FORMAT.clone_into(&mut manifest.format);
        manifest.evidence.sort_by(|a, b| a.item.cmp(&b.item));
        let mut staged = staging.items();
        let mut payload = Vec::with_capacity(manifest.evidence.len());
        for evidence in &mut manifest.evidence {
            let item = evidence.item.clone();
            evidence.error_item = None;
            if evidence.outcome == Outcome::Captured {
                let Some(found) = staged.remove(&item) else {
                    return Err(WriteError::Inconsistent(format!(
                        "{item} is captured but was not stored"
                    )));
                };
                evidence.bytes = found.stored.bytes;
                evidence.sha256 = Some(found.stored.sha256.clone());
                payload.push(Member {
                    name: item,
                    stored: found.stored,
                    source: Source::File(found.path),
                });
            } else {
                let error_item = format!("{item}{}", format::ERROR_SUFFIX);
                names::check(&error_item).map_err(|why| WriteError::Name {
                    item: names::show(item.as_bytes()),
                    why,
                })?;
                payload.push(Member::of_bytes(&error_item, error_file(evidence)?));
                evidence.bytes = 0;
                evidence.sha256 = None;
                evidence.error_item = Some(error_item);
            }
        }
        if let Some(item) = staged.keys().next() {
            return Err(WriteError::Inconsistent(format!(
                "{item} was stored without a record of its origin"
            )));
        }
        payload.sort_by(|a, b| a.name.cmp(&b.name));
        unique(&payload)?;
        let bytes = payload.iter().map(|member| member.stored.bytes).sum();
        if payload.len() > limits.members {
            return Err(WriteError::Inconsistent(format!(
                "{} items are more than an archive may hold ({})",
                payload.len(),
                limits.members
            )));
        }
        let tags = tag_files(&manifest, &payload, bytes)?;
        for member in &tags {
            if member.stored.bytes > limits.tag_file {
                return Err(WriteError::TooLarge {
                    item: member.name.clone(),
                    limit: limits.tag_file,
                });
            }
        }
        let digest = tags.last().map(|tag| tag.stored.sha256.clone()).unwrap_or_default();
        Ok(Self {
            manifest,
            tags,
            payload,
            digest,
            staging: staging.clone(),
        })
    }
}

/// The reader refuses names that are equal but for case; two records of one item would be two of these.
fn unique(payload: &[Member]) -> Result<(), WriteError> {
    let mut seen = std::collections::BTreeSet::new();
    for member in payload {
        if !seen.insert(names::folded(&member.name)) {
            return Err(WriteError::Twice {
                item: member.name.clone(),
            });
        }
    }
    Ok(())
}

fn error_file(evidence: &Evidence) -> Result<Vec<u8>, WriteError> {
    json(
        &evidence.item,
        &ErrorFile {
            item: &evidence.item,
            method: &evidence.method,
            request: &evidence.request,
            outcome: &evidence.outcome,
            reason: evidence.reason.as_deref(),
            status: evidence.status,
            attempts: evidence.attempts,
            started_at: evidence.started_at,
            duration_ms: evidence.duration_ms,
        },
    )
}

fn json(what: &str, value: &impl Serialize) -> Result<Vec<u8>, WriteError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|e| WriteError::Inconsistent(format!("{what} cannot be written as JSON: {e}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The tag files, in the order in which they stand in the archive; the tag manifest is the last.
fn tag_files(manifest: &Manifest, payload: &[Member], bytes: u64) -> Result<Vec<Member>, WriteError> {
    let lines: Vec<Line> = payload.iter().map(Member::line).collect();
    let mut tags = vec![
        Member::of_bytes(format::BAGIT_TXT, format::BAGIT_DECLARATION.into()),
        Member::of_bytes(
            format::BAG_INFO,
            bagit::bag_info(manifest, bytes, payload.len()).into_bytes(),
        ),
        Member::of_bytes(format::MANIFEST_JSON, json(format::MANIFEST_JSON, manifest)?),
        Member::of_bytes(format::PAYLOAD_MANIFEST, bagit::manifest_text(&lines).into_bytes()),
    ];
    let mut lines: Vec<Line> = tags.iter().map(Member::line).collect();
    lines.sort();
    tags.push(Member::of_bytes(
        format::TAG_MANIFEST,
        bagit::manifest_text(&lines).into_bytes(),
    ));
    Ok(tags)
}
