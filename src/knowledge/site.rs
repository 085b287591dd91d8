//! A site's own file: releases, steps, rules and images that the vendor's documents do not have. Never makes anything
//! silently better: what it replaces is listed, a step that a document rules out stays ruled out, and a rule cannot be
//! replaced by a weaker one.
//!
//! ```toml
//! schema = 1
//! [[release]]               # adds a release, or replaces one
//! dcos = "1.11.14"
//! mesos = ["1.5.4"]
//! marathon = ["1.6.585"]
//! sources = ["support case 4711"]
//! [[path]]                  # a step, supported or not
//! from = "1.11.13"
//! to = "1.11.14"
//! allowed = true
//! sources = ["support case 4711"]
//! [[rule]]                  # a rule of an upgrade guide; [rule.fires] as in src/knowledge/data/mesos.toml
//! product = "mesos"
//! hop = ["1.4", "1.5"]
//! id = "site-hook"
//! kind = "behaviour"
//! weight = "warning"
//! side = "pre"
//! text = "our hook must be switched off"
//! sources = ["runbook 12"]
//! [[image]]                 # an image that the window needs
//! name = "registry.example/marathon"
//! version = "1.6.585"
//! where = "registry.example"
//! sources = ["runbook 12"]
//! ```

use std::fmt;

use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::documents::Class;
use super::paths::Named;
use super::rule::Rule;
use super::{Document, Guide, Knowledge, Release};
use crate::model::{Line, Version, hex};

/// Something that is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// An image that a window of this site needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Name of the image.
    pub name: String,
    /// Its version (tag).
    pub version: String,
    /// Where it must be available before the window.
    #[serde(rename = "where")]
    pub place: String,
    /// What it is for.
    pub text: Option<String>,
    /// Who says so.
    pub sources: Vec<String>,
}

/// A site's file after it was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Name of the file as given.
    pub file: String,
    /// First twelve digits of the SHA-256 of its bytes.
    pub digest: String,
    /// Statements it adds, one sentence each.
    pub adds: Vec<String>,
    /// Statements of the documents that it replaces, one sentence each.
    pub replaces: Vec<String>,
    /// Images it names.
    pub images: Vec<Image>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SitePath {
    from: Version,
    to: Version,
    allowed: bool,
    text: Option<String>,
    sources: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GuideOf {
    Mesos,
    Marathon,
}

/// What a rule of a site says beside the rule itself.
#[derive(Deserialize)]
struct Placed {
    product: GuideOf,
    hop: (Line, Line),
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn note(&mut self, at: usize, what: impl Into<String>) {
        let line = self.text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        self.problems.push(Problem {
            line,
            what: what.into(),
        });
    }

    fn read<T: DeserializeOwned>(&mut self, kind: &str, entry: &Spanned<DeValue<'_>>) -> Option<(usize, T)> {
        let at = entry.span().start;
        match T::deserialize(entry.clone().into_deserializer()) {
            Ok(value) => Some((at, value)),
            Err(error) => {
                let place = error.span().map_or(at, |span| span.start);
                self.note(place, format!("[[{kind}]]: {}", error.message()));
                None
            }
        }
    }

    fn sources(&mut self, at: usize, kind: &str, sources: &[String]) {
        if sources.is_empty() || sources.iter().any(|source| source.trim().is_empty()) {
            self.note(at, format!("[[{kind}]]: `sources` must name who says so"));
        }
    }

    fn plain(&mut self, at: usize, kind: &str, version: &Version) {
        if version.suffix.is_some() || version.patch.is_none() {
            self.note(
                at,
                format!("[[{kind}]]: `{version}` is not a release (three numbers, nothing after them)"),
            );
        }
    }
}

impl Knowledge {
    /// This knowledge with a site's own file.
    ///
    /// # Errors
    /// Every problem of the file, with its line.
    pub fn with_site(&self, file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let digest: String = hex(&Sha256::digest(text.as_bytes())).chars().take(12).collect();
        let mut reader = Reader {
            text,
            problems: Vec::new(),
        };
        let mut with = self.clone();
        let mut site = Site {
            file: file.to_owned(),
            digest,
            adds: Vec::new(),
            replaces: Vec::new(),
            images: Vec::new(),
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            reader.note(error.span().map_or(0, |span| span.start), error.message());
        }
        let mut schema = false;
        for (key, value) in table.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("schema", DeValue::Integer(number)) if number.as_str() == "1" => schema = true,
                ("schema", _) => {
                    schema = true;
                    reader.note(
                        value.span().start,
                        "`schema` must be 1: this program reads no other form",
                    );
                }
                (kind @ ("release" | "path" | "rule" | "image"), DeValue::Array(entries)) => {
                    for entry in entries {
                        match kind {
                            "release" => with.site_release(entry, &mut reader, &mut site),
                            "path" => with.site_path(entry, &mut reader, &mut site),
                            "rule" => with.site_rule(entry, &mut reader, &mut site),
                            _ => site_image(entry, &mut reader, &mut site),
                        }
                    }
                }
                (kind @ ("release" | "path" | "rule" | "image"), _) => {
                    reader.note(value.span().start, format!("`{kind}` must be written as [[{kind}]]"));
                }
                (other, _) => reader.note(
                    key.span().start,
                    format!("`{other}` is not known here (schema, release, path, rule, image)"),
                ),
            }
        }
        if !schema {
            reader.note(0, "`schema = 1` is missing");
        }
        with.releases.sort_by(|a, b| a.dcos.cmp(&b.dcos));
        with.check_paths(&mut reader);
        if !reader.problems.is_empty() {
            reader.problems.sort_by_key(|problem| problem.line);
            return Err(reader.problems);
        }
        with.revision = format!("{}+site.{}", self.revision, site.digest);
        with.site = Some(site);
        Ok(with)
    }

    fn site_release(&mut self, entry: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>, site: &mut Site) {
        let Some((at, mut release)) = reader.read::<Release>("release", entry) else {
            return;
        };
        reader.sources(at, "release", &release.sources);
        reader.plain(at, "release", &release.dcos);
        if release.mesos.is_empty() || release.marathon.is_empty() {
            reader.note(
                at,
                "[[release]]: `mesos` and `marathon` must name at least one version each",
            );
        }
        for source in &mut release.sources {
            *source = format!("{source} (site file {})", site.file);
        }
        if let Some(known) = self.releases.iter_mut().find(|known| known.dcos == release.dcos) {
            site.replaces.push(format!(
                "release {}: Mesos {} and Marathon {} instead of {} and {}",
                release.dcos,
                release.mesos.join(" or "),
                release.marathon.join(" or "),
                known.mesos.join(" or "),
                known.marathon.join(" or ")
            ));
            *known = release;
        } else {
            site.adds.push(format!("release {}", release.dcos));
            self.releases.push(release);
        }
    }

    fn site_path(&mut self, entry: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>, site: &mut Site) {
        let Some((at, path)) = reader.read::<SitePath>("path", entry) else {
            return;
        };
        reader.sources(at, "path", &path.sources);
        reader.plain(at, "path", &path.from);
        reader.plain(at, "path", &path.to);
        if path.to <= path.from {
            reader.note(
                at,
                format!("[[path]]: {} to {} does not go forward", path.from, path.to),
            );
        }
        let verdict = if path.allowed { "supported" } else { "ruled out" };
        site.adds.push(format!("{} to {} is {verdict}", path.from, path.to));
        let id = format!("site:{at}");
        self.documents.push(Document {
            id: id.clone(),
            class: Class::Site,
            name: format!("{} (site file {})", path.sources.join("; "), site.file),
            dated: None,
        });
        self.paths.named.push(Named {
            from: path.from,
            to: path.to,
            allowed: path.allowed,
            text: path.text.unwrap_or_else(|| "named by the site".to_owned()),
            sources: vec![id],
        });
    }

    fn site_rule(&mut self, entry: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>, site: &mut Site) {
        let Some((at, placed)) = reader.read::<Placed>("rule", entry) else {
            return;
        };
        let mut bare = entry.clone();
        if let DeValue::Table(table) = bare.get_mut() {
            *table = table
                .iter()
                .filter(|(key, _)| !matches!(key.get_ref().as_ref(), "product" | "hop"))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<DeTable<'_>>();
        }
        let Some((_, mut rule)) = reader.read::<Rule>("rule", &bare) else {
            return;
        };
        reader.sources(at, "rule", &rule.sources);
        for source in &mut rule.sources {
            *source = format!("{source} (site file {})", site.file);
        }
        let guide: &mut Guide = match placed.product {
            GuideOf::Mesos => &mut self.mesos,
            GuideOf::Marathon => &mut self.marathon,
        };
        let (from, to) = placed.hop;
        if !guide.hops.iter().any(|hop| hop.from == from && hop.to == to) {
            reader.note(at, format!("[[rule]]: the guide has no hop from {from} to {to}"));
            return;
        }
        for hop in &mut guide.hops {
            if let Some(known) = hop.rules.iter_mut().find(|known| known.id == rule.id) {
                let weaker = rule.weight < known.weight || (known.fires.is_some() && rule.fires != known.fires);
                if weaker || hop.from != from || hop.to != to {
                    reader.note(
                        at,
                        format!(
                            "[[rule]]: `{}` is a rule of the guide; a site may make it weigh more, not less, and may not change \
                             when it fires: waive its findings instead",
                            rule.id
                        ),
                    );
                    return;
                }
                site.replaces.push(format!("rule {}: {}", known.id, known.text));
                *known = rule;
                return;
            }
        }
        site.adds.push(format!("rule {}", rule.id));
        if let Some(hop) = guide.hops.iter_mut().find(|hop| hop.from == from && hop.to == to) {
            hop.rules.push(rule);
        }
    }

    /// A step between releases that are in no table would never be asked for: most likely a slip of the pen.
    fn check_paths(&self, reader: &mut Reader<'_>) {
        let unknown = |version: &Version| !self.releases.iter().any(|release| release.dcos == *version);
        for named in &self.paths.named {
            let Some(at) = named
                .sources
                .first()
                .and_then(|id| id.strip_prefix("site:")?.parse::<usize>().ok())
            else {
                continue;
            };
            for version in [&named.from, &named.to].into_iter().filter(|version| unknown(version)) {
                reader.note(
                    at,
                    format!("[[path]]: {version} is in no table of releases; add it as [[release]]"),
                );
            }
        }
    }
}

fn site_image(entry: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>, site: &mut Site) {
    if let Some((at, mut image)) = reader.read::<Image>("image", entry) {
        reader.sources(at, "image", &image.sources);
        for source in &mut image.sources {
            *source = format!("{source} (site file {})", site.file);
        }
        site.adds
            .push(format!("image {}:{} at {}", image.name, image.version, image.place));
        site.images.push(image);
    }
}
