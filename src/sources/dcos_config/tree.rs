//! From YAML to a tree: one document, one mapping, as the installer's loader composes it (anchors, merge keys, the last of
//! repeated keys). Bounded in depth, size and in what aliases expand to; never recurses deeper than [`DEPTH`].

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::scalar;
use crate::sources::{Malformed, Parsed};

/// Deepest nesting, aliases counted in.
const DEPTH: usize = 64;
/// Most values, aliases expanded.
const VALUES: usize = 50_000;
/// Most bytes of text, aliases expanded.
const BYTES: usize = 4 << 20;

/// One value of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Nothing (`key:` or `~`).
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number, in decimal digits.
    Int(String),
    /// A number with a point.
    Float(String),
    /// Text.
    Text(String),
    /// A date or moment.
    Moment(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping; of repeated keys the last one.
    Map(BTreeMap<String, Node>),
    /// A value that is never kept.
    Secret,
}

/// What a document holds.
#[derive(Debug)]
pub(super) struct Document {
    /// The mapping.
    pub(super) map: BTreeMap<String, Node>,
    /// Line of each of its keys, from 1.
    pub(super) lines: BTreeMap<String, usize>,
    /// Keys given more than once in one mapping, as dotted paths, with the line of the later one.
    pub(super) repeated: Vec<(String, usize)>,
    /// Keys of the outermost mapping that are not text, with their lines.
    pub(super) not_text: Vec<(String, usize)>,
}

/// Reads one document.
pub(super) fn read(text: &str) -> Parsed<Document> {
    let mut composer = Composer::default();
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            let line = error.marker().line();
            Malformed(format!("line {line}: it is not YAML ({})", error.info()))
        })?;
        composer.take(event, line(&span))?;
    }
    composer.finish()
}

fn line(span: &Span) -> usize {
    span.start.line()
}

/// A list or mapping that is not finished yet.
struct Open {
    anchor: usize,
    body: Body,
}

enum Body {
    List(Vec<Node>),
    Map {
        /// What merge keys bring, in the order in which it applies.
        merged: Vec<BTreeMap<String, Node>>,
        own: BTreeMap<String, Node>,
        /// Key whose value comes next: name, line, whether it is a merge key.
        key: Option<(String, usize, bool)>,
    },
}

#[derive(Default)]
struct Composer {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
    values: usize,
    bytes: usize,
    lines: BTreeMap<String, usize>,
    repeated: Vec<(String, usize)>,
    not_text: Vec<(String, usize)>,
}

impl Composer {
    fn take(&mut self, event: Event<'_>, line: usize) -> Parsed<()> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Malformed(format!(
                        "line {line}: a second document begins; expected one configuration"
                    )));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.expects_key() {
                    return self.key(&text, style, tag.as_deref(), anchor, line);
                }
                let node = typed(&text, style, tag.as_deref(), line)?;
                self.value(node, anchor, line)
            }
            Event::SequenceStart(anchor, tag) => {
                container(tag.as_deref(), "seq", line)?;
                self.push(anchor, Body::List(Vec::new()), line)
            }
            Event::MappingStart(anchor, tag) => {
                container(tag.as_deref(), "map", line)?;
                let body = Body::Map {
                    merged: Vec::new(),
                    own: BTreeMap::new(),
                    key: None,
                };
                self.push(anchor, body, line)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(line),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Malformed(format!("line {line}: an alias stands inside what it names")));
                };
                if self.expects_key() {
                    return match node {
                        Node::Text(text) => self.named(text, line, false),
                        _ => Err(Malformed(format!("line {line}: an alias of no text is used as a key"))),
                    };
                }
                self.value(node, 0, line)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                body: Body::Map { key: None, .. },
                ..
            })
        )
    }

    fn key(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, anchor: usize, line: usize) -> Parsed<()> {
        if style == ScalarStyle::Plain && text == "<<" && tag.is_none() {
            return self.named(text.to_owned(), line, true);
        }
        let node = typed(text, style, tag, line)?;
        let name = node.line();
        if self.open.len() == 1 && !matches!(node, Node::Text(_)) {
            self.not_text.push((name.clone(), line));
        }
        self.count(1, name.len(), line)?;
        self.anchor(anchor, &node, line)?;
        self.named(name, line, false)
    }

    fn named(&mut self, name: String, line: usize, merge: bool) -> Parsed<()> {
        let outermost = self.open.len() == 1;
        let path = self.path(&name);
        let Some(Open {
            body: Body::Map { own, key, .. },
            ..
        }) = self.open.last_mut()
        else {
            return Err(Malformed(format!("line {line}: a key outside a mapping")));
        };
        if !merge && own.contains_key(&name) {
            self.repeated.push((path, line));
        }
        if outermost {
            self.lines.insert(name.clone(), line);
        }
        *key = Some((name, line, merge));
        Ok(())
    }

    /// Dotted path of a key in the mapping that is open.
    fn path(&self, name: &str) -> String {
        let above = self.open.iter().filter_map(|open| match &open.body {
            Body::Map {
                key: Some((key, ..)), ..
            } => Some(key.as_str()),
            _ => None,
        });
        above.chain([name]).collect::<Vec<_>>().join(".")
    }

    fn push(&mut self, anchor: usize, body: Body, line: usize) -> Parsed<()> {
        if self.expects_key() {
            return Err(Malformed(format!("line {line}: a list or mapping is used as a key")));
        }
        if self.open.len() >= DEPTH {
            return Err(too_deep(line));
        }
        self.count(1, 0, line)?;
        self.open.push(Open { anchor, body });
        Ok(())
    }

    fn close(&mut self, line: usize) -> Parsed<()> {
        let Some(Open { anchor, body }) = self.open.pop() else {
            return Err(Malformed(format!("line {line}: an end without a beginning")));
        };
        let node = match body {
            Body::List(items) => Node::List(items),
            Body::Map { merged, own, .. } => {
                let mut all = BTreeMap::new();
                for map in merged {
                    all.extend(map);
                }
                all.extend(own);
                Node::Map(all)
            }
        };
        // Its parts are counted; the anchored copy is counted again, since it is kept beside.
        self.anchor(anchor, &node, line)?;
        self.place(node, line)
    }

    /// A scalar, or what an alias stands for.
    fn value(&mut self, node: Node, anchor: usize, line: usize) -> Parsed<()> {
        let (values, bytes, depth) = node.weight();
        self.count(values, bytes, line)?;
        if self.open.len() + depth > DEPTH {
            return Err(too_deep(line));
        }
        self.anchor(anchor, &node, line)?;
        self.place(node, line)
    }

    fn anchor(&mut self, anchor: usize, node: &Node, line: usize) -> Parsed<()> {
        if anchor > 0 {
            let (values, bytes, _) = node.weight();
            self.count(values, bytes, line)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(())
    }

    fn count(&mut self, values: usize, bytes: usize, line: usize) -> Parsed<()> {
        self.values = self.values.saturating_add(values);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.values > VALUES || self.bytes > BYTES {
            return Err(Malformed(format!(
                "line {line}: more than {VALUES} values or {} MiB of text, aliases expanded; no configuration is that large",
                BYTES >> 20
            )));
        }
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, node: Node, line: usize) -> Parsed<()> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open {
                body: Body::List(items),
                ..
            }) => items.push(node),
            Some(Open {
                body: Body::Map { merged, own, key },
                ..
            }) => match key.take() {
                Some((_, at, true)) => merged.extend(merge(node, at)?),
                Some((name, ..)) => {
                    own.insert(name, node);
                }
                None => return Err(Malformed(format!("line {line}: a value without a key"))),
            },
        }
        Ok(())
    }

    fn finish(self) -> Parsed<Document> {
        match self.root {
            Some(Node::Map(map)) => {
                let mut lines = self.lines;
                let merged_at = lines.remove("<<");
                for key in map.keys() {
                    if let (false, Some(line)) = (lines.contains_key(key), merged_at) {
                        lines.insert(key.clone(), line);
                    }
                }
                Ok(Document {
                    map,
                    lines,
                    repeated: self.repeated,
                    not_text: self.not_text,
                })
            }
            None | Some(Node::Null) => Err(Malformed(
                "it is empty; expected a mapping of keys to values".to_owned(),
            )),
            Some(Node::List(_)) => Err(Malformed(
                "it holds a list; expected a mapping of keys to values".to_owned(),
            )),
            Some(_) => Err(Malformed(
                "it holds one value; expected a mapping of keys to values".to_owned(),
            )),
        }
    }
}

fn too_deep(line: usize) -> Malformed {
    Malformed(format!("line {line}: nested deeper than {DEPTH} levels"))
}

/// What a merge key brings: one mapping, or several, of which the first wins.
fn merge(node: Node, line: usize) -> Parsed<Vec<BTreeMap<String, Node>>> {
    let refused = || Malformed(format!("line {line}: `<<` is given something that is no mapping"));
    match node {
        Node::Map(map) => Ok(vec![map]),
        Node::List(items) => items
            .into_iter()
            .rev()
            .map(|item| match item {
                Node::Map(map) => Ok(map),
                _ => Err(refused()),
            })
            .collect(),
        _ => Err(refused()),
    }
}

/// Suffix of a tag of YAML itself; `None` for no tag, an error for any other: the installer's loader refuses it.
fn core(tag: Option<&Tag>, line: usize) -> Parsed<Option<&str>> {
    match tag {
        None => Ok(None),
        Some(tag) if tag.is_yaml_core_schema() => Ok(Some(tag.suffix.as_str())),
        Some(_) => Err(foreign(line)),
    }
}

fn foreign(line: usize) -> Malformed {
    Malformed(format!("line {line}: a tag that no configuration needs"))
}

fn container(tag: Option<&Tag>, own: &str, line: usize) -> Parsed<()> {
    match core(tag, line)? {
        None => Ok(()),
        Some(suffix) if suffix == own => Ok(()),
        Some(_) => Err(foreign(line)),
    }
}

fn typed(text: &str, style: ScalarStyle, tag: Option<&Tag>, line: usize) -> Parsed<Node> {
    let wrong = |what: &str| Malformed(format!("line {line}: tagged as {what}, and it is none"));
    match core(tag, line)? {
        None if style == ScalarStyle::Plain => Ok(scalar::plain(text)),
        None | Some("str") => Ok(Node::Text(text.to_owned())),
        Some("bool") => scalar::boolean(text).ok_or_else(|| wrong("boolean")),
        Some("int") => scalar::integer(text).ok_or_else(|| wrong("whole number")),
        Some("float") => scalar::float(text)
            .or_else(|| scalar::integer(text))
            .ok_or_else(|| wrong("number")),
        Some("null") => Ok(Node::Null),
        Some(_) => Err(foreign(line)),
    }
}

impl Node {
    /// Values, bytes and depth.
    fn weight(&self) -> (usize, usize, usize) {
        let inner = |parts: &mut dyn Iterator<Item = (usize, &Self)>| {
            parts.fold((1, 0, 1), |(values, bytes, depth), (name, node)| {
                let (v, b, d) = node.weight();
                (values + v, bytes + b + name, depth.max(d + 1))
            })
        };
        match self {
            Self::Null | Self::Bool(_) | Self::Secret => (1, 0, 0),
            Self::Int(text) | Self::Float(text) | Self::Text(text) | Self::Moment(text) => (1, text.len(), 0),
            Self::List(items) => inner(&mut items.iter().map(|node| (0, node))),
            Self::Map(map) => inner(&mut map.iter().map(|(name, node)| (name.len(), node))),
        }
    }

    /// The text that the installer makes of it (`gen.stringify_configuration`): JSON for lists and mappings, here without
    /// spaces and with sorted keys.
    pub fn line(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(text) | Self::Float(text) | Self::Text(text) | Self::Moment(text) => text.clone(),
            Self::Secret => super::SECRET.to_owned(),
            Self::List(_) | Self::Map(_) => {
                let mut text = String::new();
                self.json(&mut text);
                text
            }
        }
    }

    fn json(&self, into: &mut String) {
        match self {
            Self::Null => into.push_str("null"),
            Self::Bool(_) | Self::Int(_) | Self::Float(_) => into.push_str(&self.line()),
            Self::Text(text) | Self::Moment(text) => quoted(text, into),
            Self::Secret => quoted(super::SECRET, into),
            Self::List(items) => {
                into.push('[');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        into.push(',');
                    }
                    item.json(into);
                }
                into.push(']');
            }
            Self::Map(map) => {
                into.push('{');
                for (number, (name, node)) in map.iter().enumerate() {
                    if number > 0 {
                        into.push(',');
                    }
                    quoted(name, into);
                    into.push(':');
                    node.json(into);
                }
                into.push('}');
            }
        }
    }
}

fn quoted(text: &str, into: &mut String) {
    // A text is always written.
    into.push_str(&serde_json::to_string(text).unwrap_or_default());
}
