//! The text files of BagIt (RFC 8493): how they are written and, strictly, how they are read back.
//!
//! Knows no containers and opens no files. Reads only what this program writes: one hash (SHA-256), two blanks between
//! hash and path, sorted paths.

use chrono::SecondsFormat;

use super::format;
use super::names;
use crate::model::Manifest;

/// One line of a manifest: a file and its SHA-256 in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Path below the bag's folder.
    pub name: String,
    /// SHA-256, 64 lower-case hex digits.
    pub sha256: String,
}

/// Name of the bag's folder inside tar.gz and zip: RFC 8493 (section 4) wants exactly one folder at the top, and people
/// who unpack two archives side by side want two of them. Follows from the manifest alone, not from the file's name.
pub fn base_folder(manifest: &Manifest) -> String {
    format!(
        "gonogo-{}-{}",
        manifest.phase,
        manifest.finished_at.format("%Y%m%dT%H%M%SZ")
    )
}

/// `bag-info.txt` for a payload of so many bytes and files.
pub fn bag_info(manifest: &Manifest, bytes: u64, files: usize) -> String {
    let tool: String = manifest
        .tool
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!(
        "Bag-Software-Agent: {tool}\n\
         Bagging-Date: {}\n\
         External-Description: evidence of a DC/OS or Apache Mesos cluster, phase {}, {} to {}\n\
         Payload-Oxum: {bytes}.{files}\n",
        manifest.finished_at.format("%Y-%m-%d"),
        manifest.phase,
        manifest.started_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        manifest.finished_at.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}

/// `Payload-Oxum` of a `bag-info.txt`: bytes and files. `None` unless it stands there exactly once and is well formed.
pub fn payload_oxum(text: &str) -> Option<(u64, usize)> {
    let mut values = text.lines().filter_map(|line| line.strip_prefix("Payload-Oxum: "));
    let (bytes, files) = values.next()?.split_once('.')?;
    if values.next().is_some() {
        return None;
    }
    Some((bytes.parse().ok()?, files.parse().ok()?))
}

/// A BagIt manifest of some lines, which the caller has sorted.
pub fn manifest_text(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        text.push_str(&line.sha256);
        text.push_str("  ");
        text.push_str(&line.name);
        text.push('\n');
        text
    })
}

/// Reads a manifest back.
///
/// # Errors
/// Line number (from 1), what stands there, and what was expected.
pub fn parse_manifest(text: &str) -> Result<Vec<Line>, (usize, String, &'static str)> {
    let mut lines: Vec<Line> = Vec::new();
    if !text.is_empty() && !text.ends_with('\n') {
        return Err((
            text.lines().count(),
            "a last line without an end".into(),
            "lines that end with a line feed",
        ));
    }
    for (index, line) in text.split_terminator('\n').enumerate() {
        let wrong = |expected| Err((index + 1, format!("`{}`", names::show(line.as_bytes())), expected));
        let Some((sha256, name)) = line.split_once("  ") else {
            return wrong("64 hex digits, two blanks and a path");
        };
        let hex = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
        if sha256.len() != 64 || !sha256.bytes().all(hex) {
            return wrong("64 lower-case hex digits (SHA-256) first");
        }
        if lines.last().is_some_and(|last| last.name.as_str() >= name) {
            return wrong("paths in ascending order, none twice");
        }
        lines.push(Line {
            name: name.to_owned(),
            sha256: sha256.to_owned(),
        });
    }
    Ok(lines)
}

/// Whether a member is a manifest of a hash that this format does not use: such a list is refused, not ignored.
pub fn is_foreign_manifest(name: &str) -> bool {
    (name.starts_with("manifest-") || name.starts_with("tagmanifest-")) && !format::TAG_ORDER.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_come_back_as_written_and_nothing_else_does() {
        let lines = vec![
            Line {
                name: "data/a".into(),
                sha256: "0".repeat(64),
            },
            Line {
                name: "data/b".into(),
                sha256: "f".repeat(64),
            },
        ];
        let text = manifest_text(&lines);
        assert_eq!(parse_manifest(&text), Ok(lines));
        let hash = "0".repeat(64);
        for bad in [
            format!("{hash} data/a\n"),
            format!("{hash}  data/a"),
            format!("{hash}  data/b\n{hash}  data/a\n"),
            format!("{hash}  data/a\n{hash}  data/a\n"),
            format!("{}  data/a\n", "A".repeat(64)),
            "d41d8cd98f00b204e9800998ecf8427e  data/a\n".into(),
            "\n".into(),
        ] {
            assert!(parse_manifest(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn oxum_must_stand_once() {
        assert_eq!(payload_oxum("Payload-Oxum: 12.3\n"), Some((12, 3)));
        assert_eq!(payload_oxum("Payload-Oxum: 12.3\nPayload-Oxum: 12.3\n"), None);
        assert_eq!(payload_oxum("Payload-Oxum: 12\n"), None);
        assert_eq!(payload_oxum(""), None);
    }
}
