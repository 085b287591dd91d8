//! The installer's config.yaml: keys with the text that the installer makes of each value. A secret's value is never kept, only
//! a digest of it; nothing printed from here shows one.

mod hide;
mod scalar;
mod tree;

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{Malformed, Parsed};
use crate::model::hex;

pub use tree::Node;

/// Stands where a secret was.
pub const SECRET: &str = "(secret)";

/// Largest file that is read, bytes.
const LIMIT: usize = 1 << 20;

/// Deepest JSON inside a text that is still taken for what it is.
const JSON_DEPTH: usize = 32;

/// One config.yaml.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Values by key.
    pub entries: BTreeMap<String, Entry>,
    /// Keys given more than once (dotted paths), with the line of the later one. The installer takes the last without a word.
    pub repeated: Vec<(String, usize)>,
    /// Outermost keys that are no text (`8080:`, `yes:`), with their lines.
    pub not_text: Vec<(String, usize)>,
}

/// One value.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Line of its key, from 1; 0 where it is not known.
    pub line: usize,
    /// The value, without secrets.
    pub value: Node,
    /// Whether a secret was left out.
    pub secret: bool,
    /// Whether there is nothing in it (no value, an empty text, list or mapping).
    pub empty: bool,
    /// Kind that the installer refuses as a value (`null`, a number with a point, a date).
    pub refused: Option<&'static str>,
    /// SHA-256 of the whole value: for comparing, never for showing (a weak password can be found from it).
    digest: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("line", &self.line)
            .field("value", &self.value)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

impl Entry {
    /// The text that the installer makes of it, with [`SECRET`] where a secret stood.
    pub fn text(&self) -> String {
        self.value.line()
    }

    /// Whether the installer makes the same of both, secrets included.
    pub fn same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Config {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// The text of a key's value.
    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(Entry::text)
    }
}

/// Reads one file.
///
/// # Errors
/// It is empty, no UTF-8, no YAML, no mapping, more than one document, or beyond the bounds; says where.
pub fn read(bytes: &[u8]) -> Parsed<Config> {
    if bytes.len() > LIMIT {
        return Err(Malformed(format!(
            "it is larger than {} KiB; no configuration is that large",
            LIMIT >> 10
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        Malformed(format!("line {line}: it is not UTF-8"))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    printable(text)?;
    let document = tree::read(text)?;
    let entries = document
        .map
        .into_iter()
        .map(|(key, node)| {
            let line = document.lines.get(&key).copied().unwrap_or_default();
            let entry = entry(&key, line, node);
            (key, entry)
        })
        .collect();
    Ok(Config {
        entries,
        repeated: document.repeated,
        not_text: document.not_text,
    })
}

/// The installer's loader refuses control characters.
fn printable(text: &str) -> Parsed<()> {
    for (number, line) in text.split('\n').enumerate() {
        let wrong = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\u{85}');
        if line.contains(wrong) {
            return Err(Malformed(format!("line {}: it holds a control character", number + 1)));
        }
    }
    Ok(())
}

fn entry(key: &str, line: usize, node: Node) -> Entry {
    let refused = match &node {
        Node::Null => Some("no value"),
        Node::Float(_) => Some("a number with a point"),
        Node::Moment(_) => Some("a date"),
        _ => None,
    };
    let node = match node {
        Node::Text(text) => from_json(&text).unwrap_or(Node::Text(text)),
        node => node,
    };
    let empty = match &node {
        Node::Null => true,
        Node::Text(text) => text.trim().is_empty(),
        Node::List(items) => items.is_empty(),
        Node::Map(map) => map.is_empty(),
        _ => false,
    };
    let mut hash = Sha256::new();
    hash.update(refused.unwrap_or_default());
    hash.update([0]);
    hash.update(node.line());
    let digest = hex(&hash.finalize());
    let (value, secret) = hide::without_secrets(key, node);
    Entry {
        line,
        value,
        secret,
        empty,
        refused,
        digest,
    }
}

/// A list or mapping written as JSON text: the installer passes lists and mappings on as just that.
///
/// A `Value` here is bounded: by the size of the file.
fn from_json(text: &str) -> Option<Node> {
    let trimmed = text.trim();
    if !trimmed.starts_with(['[', '{']) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(trimmed).ok()?;
    node(value, JSON_DEPTH)
}

fn node(value: serde_json::Value, depth: usize) -> Option<Node> {
    use serde_json::Value;
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::Null => Node::Null,
        Value::Bool(value) => Node::Bool(value),
        Value::Number(number) if number.is_f64() => Node::Float(number.to_string()),
        Value::Number(number) => Node::Int(number.to_string()),
        Value::String(text) => Node::Text(text),
        Value::Array(items) => Node::List(items.into_iter().map(|item| node(item, depth)).collect::<Option<_>>()?),
        Value::Object(map) => Node::Map(
            map.into_iter()
                .map(|(name, value)| Some((name, node(value, depth)?)))
                .collect::<Option<_>>()?,
        ),
    })
}
