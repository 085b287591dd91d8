//! The tag files: read first, hashed before they are parsed, and compared with each other.
//!
//! After [`read`] it is known for every payload file which record of the manifest it belongs to, its hash and (for
//! captured items) its size. Says nothing about the payload itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::members::Members;
use crate::archive::bagit::{self, Line};
use crate::archive::limits::Limits;
use crate::archive::names::show;
use crate::archive::refused::{COPY_AGAIN, Complaint, DO_NOT_TRUST, GIVE_ARCHIVE, Refused};
use crate::archive::{format, names};
use crate::model::{Manifest, Outcome, hex};

/// What the tag files say, in agreement with each other.
pub(super) struct Tags {
    pub(super) manifest: Manifest,
    pub(super) digest: String,
    pub(super) payload: Vec<Line>,
    /// Stated sizes of captured items.
    pub(super) sizes: BTreeMap<String, u64>,
    pub(super) oxum_bytes: u64,
}

/// Just enough of `gonogo.json` to know whether the rest may be understood.
#[derive(Deserialize)]
struct FormatOnly {
    format: String,
}

struct TagFile {
    name: &'static str,
    bytes: Vec<u8>,
    sha256: String,
}

fn malformed(place: &str, seen: impl Into<String>, expected: impl Into<String>) -> Refused {
    Refused::Malformed(Complaint::new(place, seen, expected, DO_NOT_TRUST))
}

fn altered(place: &str, seen: impl Into<String>, expected: impl Into<String>) -> Refused {
    Refused::Altered(Complaint::new(place, seen, expected, COPY_AGAIN))
}

/// Reads the five tag files from the front of the container; gives the bag's folder (`""` or `name/`) with them.
pub(super) fn read(members: &mut (dyn Members + Send), limits: &Limits) -> Result<(String, Tags), Refused> {
    let mut base = String::new();
    let mut files = Vec::with_capacity(format::TAG_ORDER.len());
    for (index, wanted) in format::TAG_ORDER.into_iter().enumerate() {
        let Some(entry) = members.next()? else {
            return Err(missing(wanted, "the end of the archive", index));
        };
        if index == 0 {
            // RFC 8493 puts the bag into one folder; without it the bag lies at the top.
            match entry.name.strip_suffix(wanted) {
                Some(before) if before.matches('/').count() == usize::from(!before.is_empty()) => {
                    before.clone_into(&mut base);
                }
                _ => return Err(missing(wanted, &format!("`{}`", show(entry.name.as_bytes())), index)),
            }
        }
        if entry.name.strip_prefix(base.as_str()) != Some(wanted) {
            return Err(missing(wanted, &format!("`{}`", show(entry.name.as_bytes())), index));
        }
        if entry.size > limits.tag_file {
            return Err(Refused::TooLarge(Complaint::new(
                wanted,
                format!("{} bytes", entry.size),
                format!("at most {}", limits.tag_file),
                DO_NOT_TRUST,
            )));
        }
        let mut bytes = Vec::new();
        (&mut *members)
            .take(limits.tag_file + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| Refused::from_io(wanted, e))?;
        if bytes.len() as u64 != entry.size {
            return Err(altered(
                wanted,
                format!("{} bytes", bytes.len()),
                format!("{} bytes", entry.size),
            ));
        }
        let sha256 = hex(&Sha256::digest(&bytes));
        files.push(TagFile {
            name: wanted,
            bytes,
            sha256,
        });
    }
    agree(&files, limits).map(|tags| (base, tags))
}

fn missing(wanted: &str, seen: &str, index: usize) -> Refused {
    let place = "the tag files at the front";
    if index == 0 {
        Refused::NotAnArchive(Complaint::new(
            place,
            seen,
            format!("`{wanted}` as the first member"),
            GIVE_ARCHIVE,
        ))
    } else {
        malformed(place, seen, format!("`{wanted}` in this place"))
    }
}

fn text(file: &TagFile) -> Result<&str, Refused> {
    std::str::from_utf8(&file.bytes).map_err(|_| malformed(file.name, "bytes that are not UTF-8", "text"))
}

/// Compares the tag files, in the order of trust: hashes first, contents after.
fn agree(files: &[TagFile], limits: &Limits) -> Result<Tags, Refused> {
    let [declaration, info, json, payload, tag_manifest] = files else {
        return Err(malformed("the tag files", "another number", "five"));
    };
    let listed = lines(tag_manifest)?;
    let mut others: Vec<&TagFile> = vec![declaration, info, json, payload];
    others.sort_by_key(|file| file.name);
    if listed.len() != others.len() || listed.iter().zip(&others).any(|(line, file)| line.name != file.name) {
        return Err(malformed(
            format::TAG_MANIFEST,
            format!("{} files listed", listed.len()),
            "exactly the other four tag files",
        ));
    }
    for (line, file) in listed.iter().zip(&others) {
        if line.sha256 != file.sha256 {
            return Err(altered(
                file.name,
                format!("SHA-256 {}", file.sha256),
                format!("SHA-256 {}", line.sha256),
            ));
        }
    }
    if declaration.bytes != format::BAGIT_DECLARATION.as_bytes() {
        let seen = format!("`{}`", show(&declaration.bytes));
        return Err(malformed(
            format::BAGIT_TXT,
            seen,
            "the declaration of BagIt 1.0 in UTF-8",
        ));
    }
    let manifest = parse_manifest_json(json)?;
    let payload_lines = lines(payload)?;
    if payload_lines.len() > limits.members {
        return Err(Refused::TooLarge(Complaint::new(
            format::PAYLOAD_MANIFEST,
            format!("{} files", payload_lines.len()),
            format!("at most {}", limits.members),
            DO_NOT_TRUST,
        )));
    }
    check_names(&payload_lines)?;
    let Some((oxum_bytes, oxum_files)) = bagit::payload_oxum(text(info)?) else {
        return Err(malformed(
            format::BAG_INFO,
            "no single `Payload-Oxum: BYTES.FILES`",
            "one",
        ));
    };
    if oxum_files != payload_lines.len() {
        let seen = format!("{} files in {}", payload_lines.len(), format::PAYLOAD_MANIFEST);
        return Err(altered(
            format::BAG_INFO,
            seen,
            format!("{oxum_files}, as `Payload-Oxum` says"),
        ));
    }
    let sizes = account(&manifest, &payload_lines)?;
    Ok(Tags {
        manifest,
        digest: tag_manifest.sha256.clone(),
        payload: payload_lines,
        sizes,
        oxum_bytes,
    })
}

fn lines(file: &TagFile) -> Result<Vec<Line>, Refused> {
    bagit::parse_manifest(text(file)?)
        .map_err(|(line, seen, expected)| malformed(&format!("{}, line {line}", file.name), seen, expected))
}

fn parse_manifest_json(file: &TagFile) -> Result<Manifest, Refused> {
    let bad = |e: serde_json::Error| {
        let seen = show(e.to_string().as_bytes());
        malformed(file.name, seen, "the manifest of a gonogo archive as JSON")
    };
    let FormatOnly { format } = serde_json::from_slice(&file.bytes).map_err(bad)?;
    let shown = format!("format `{}`", show(format.as_bytes()));
    let expected = format!("`{}`", format::FORMAT);
    let version = format.strip_prefix("gonogo-archive/").and_then(|version| {
        let (major, minor) = version.split_once('.')?;
        minor.parse::<u32>().ok()?;
        major.parse::<u32>().ok()
    });
    match version {
        Some(major) if major > format::MAJOR => {
            let advice = "use the gonogo that made it, or a newer one";
            return Err(Refused::Newer(Complaint::new(file.name, shown, expected, advice)));
        }
        Some(format::MAJOR) => {}
        _ => return Err(malformed(file.name, shown, expected)),
    }
    let manifest: Manifest = serde_json::from_slice(&file.bytes).map_err(bad)?;
    if manifest.evidence.windows(2).any(|pair| match pair {
        [a, b] => a.item >= b.item,
        _ => false,
    }) {
        return Err(malformed(
            file.name,
            "evidence out of order or twice",
            "evidence sorted by item, each once",
        ));
    }
    Ok(manifest)
}

fn check_names(payload: &[Line]) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    for Line { name, .. } in payload {
        let hostile = |why: &str| {
            Refused::Hostile(Complaint::new(
                format::PAYLOAD_MANIFEST,
                format!("`{}`, which {why}", show(name.as_bytes())),
                "safe paths below `data/`, each once",
                DO_NOT_TRUST,
            ))
        };
        names::check(name).map_err(hostile)?;
        if !name.starts_with(format::DATA) {
            return Err(hostile("is not below `data/`"));
        }
        if !seen.insert(names::folded(name)) {
            return Err(hostile("is equal to another but for case"));
        }
    }
    Ok(())
}

/// Every captured item and every error file stands in the payload manifest, with the same hash, and nothing else does.
fn account(manifest: &Manifest, payload: &[Line]) -> Result<BTreeMap<String, u64>, Refused> {
    let mut open: BTreeMap<&str, &str> = payload
        .iter()
        .map(|line| (line.name.as_str(), line.sha256.as_str()))
        .collect();
    let mut sizes = BTreeMap::new();
    for evidence in &manifest.evidence {
        let record = format!(
            "{}, record of `{}`",
            format::MANIFEST_JSON,
            show(evidence.item.as_bytes())
        );
        let captured = evidence.outcome == Outcome::Captured;
        let stored = match (&evidence.error_item, &evidence.sha256) {
            (None, Some(_)) if captured => &evidence.item,
            (Some(error_item), None) if !captured => error_item,
            _ => {
                let expected = "a hash where the item was captured, an error file where it was not";
                return Err(malformed(
                    &record,
                    format!("outcome {}", evidence.outcome.as_str()),
                    expected,
                ));
            }
        };
        let Some(sha256) = open.remove(stored.as_str()) else {
            let seen = format!("`{}` not listed (or listed for two records)", show(stored.as_bytes()));
            return Err(altered(&record, seen, format!("it in {}", format::PAYLOAD_MANIFEST)));
        };
        if captured {
            if evidence.sha256.as_deref() != Some(sha256) {
                let seen = format!("another SHA-256 than {sha256}");
                return Err(altered(
                    &record,
                    seen,
                    format!("the one in {}", format::PAYLOAD_MANIFEST),
                ));
            }
            sizes.insert(evidence.item.clone(), evidence.bytes);
        }
    }
    if let Some((name, _)) = open.first_key_value() {
        return Err(altered(
            format::PAYLOAD_MANIFEST,
            format!("`{}`", show(name.as_bytes())),
            format!("only files that a record in {} names", format::MANIFEST_JSON),
        ));
    }
    Ok(sizes)
}
