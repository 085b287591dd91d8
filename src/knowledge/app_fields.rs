//! Fields of app, pod and job definitions: what two releases write otherwise and mean the same, what is no part of a
//! definition, what may be shown. Data with sources (`data/app-fields.toml`); never reads a definition.
//!
//! A `Value` here is bounded: it is one default of one field, out of our own table.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::model::Version;

/// What a definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Of {
    App,
    Pod,
    Job,
}

/// What code does to a definition; the table names it and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is explained by the entries that name it")]
pub enum Transformation {
    UrisToFetch,
    PortsToPortDefinitions,
    NetworkTranslation,
    PortMappingsToContainer,
    DefaultPortMapping,
    HostPortsOffHost,
    PresenceOnly,
    Drop,
    EmptyIsAbsent,
    EqualNumbers,
}

impl Transformation {
    /// All of them: the linter asks that the table names each.
    pub const ALL: [Self; 10] = [
        Self::UrisToFetch,
        Self::PortsToPortDefinitions,
        Self::NetworkTranslation,
        Self::PortMappingsToContainer,
        Self::DefaultPortMapping,
        Self::HostPortsOffHost,
        Self::PresenceOnly,
        Self::Drop,
        Self::EmptyIsAbsent,
        Self::EqualNumbers,
    ];
}

/// Fields that share a property: left out, a set, a map of the user's, shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Stable id.
    pub id: String,
    /// Of which definitions.
    pub of: Vec<Of>,
    /// Names of the fields.
    pub fields: Vec<String>,
    /// Why, in one sentence.
    pub says: String,
    /// Where it comes from.
    pub sources: Vec<String>,
}

/// Something that code does to a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// Stable id.
    pub id: String,
    /// Of which definitions.
    pub of: Vec<Of>,
    /// Dotted paths of the fields it reads.
    pub fields: Vec<String>,
    /// What stands for them; none = nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// First release that writes it like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Version>,
    /// First release that does not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Version>,
    /// Which code.
    pub transformation: Transformation,
    /// What it does, in one sentence.
    pub says: String,
    /// Where it comes from.
    pub sources: Vec<String>,
}

/// What a missing field stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// Stable id.
    pub id: String,
    /// Of which definitions.
    pub of: Vec<Of>,
    /// Top-level fields below which it stands; empty = it is a top-level field itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<String>,
    /// Its name.
    pub field: String,
    /// The values its absence may stand for.
    #[serde(default, deserialize_with = "json_texts")]
    pub values: Vec<Value>,
    /// The setting of `/v2/info` whose value its absence stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// The value where that setting is null.
    #[serde(default, deserialize_with = "json_text", skip_serializing_if = "Option::is_none")]
    pub unset: Option<Value>,
    /// First release in which it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Version>,
    /// First release in which it does not any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Version>,
    /// First release whose migration writes it into every stored definition: missing on both sides of that hop, it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrated: Option<Version>,
    /// The default, in one sentence.
    pub says: String,
    /// Where it comes from.
    pub sources: Vec<String>,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the table, whose head explains them")]
pub struct AppFields {
    pub schema: u32,
    pub left_out: Vec<Listed>,
    pub rewrite: Vec<Rewrite>,
    pub absent: Vec<Absent>,
    pub set: Vec<Listed>,
    pub user_map: Vec<Listed>,
    pub shown: Vec<Listed>,
}

/// Whether a release lies within bounds; one that is not known lies within none but the open ones.
fn within(release: Option<&Version>, from: Option<&Version>, before: Option<&Version>) -> bool {
    match release {
        Some(release) => from.is_none_or(|from| release >= from) && before.is_none_or(|before| release < before),
        None => from.is_none() && before.is_none(),
    }
}

impl Rewrite {
    /// Whether it holds for definitions that this release wrote.
    pub fn holds_in(&self, release: Option<&Version>) -> bool {
        within(release, self.from.as_ref(), self.before.as_ref())
    }
}

impl Absent {
    /// Whether it holds for definitions that this release wrote.
    pub fn holds_in(&self, release: Option<&Version>) -> bool {
        within(release, self.from.as_ref(), self.before.as_ref())
    }
}

fn names(list: &[Listed], of: Of, field: &str) -> bool {
    list.iter()
        .any(|entry| entry.of.contains(&of) && entry.fields.iter().any(|name| name == field))
}

impl AppFields {
    /// Whether a top-level field is no part of the definition.
    pub fn is_left_out(&self, of: Of, field: &str) -> bool {
        names(&self.left_out, of, field)
    }

    /// Whether the order of a list means nothing.
    pub fn is_set(&self, of: Of, field: &str) -> bool {
        names(&self.set, of, field)
    }

    /// Whether the keys of a map are the user's.
    pub fn is_user_map(&self, of: Of, field: &str) -> bool {
        names(&self.user_map, of, field)
    }

    /// Whether the value of a top-level field may be shown; a field that the table does not name may not.
    pub fn is_shown(&self, of: Of, field: &str) -> bool {
        names(&self.shown, of, field)
    }

    /// Entries by what their code does.
    pub fn rewrites(&self, of: Of, transformation: Transformation) -> impl Iterator<Item = &Rewrite> {
        self.rewrite
            .iter()
            .filter(move |entry| entry.transformation == transformation && entry.of.contains(&of))
    }

    /// Entries about the absence of a field: a top-level one, or a member below the top-level field `below`.
    pub fn absences(&self, of: Of, below: Option<&str>, field: &str) -> impl Iterator<Item = &Absent> {
        self.absent.iter().filter(move |entry| {
            entry.field == field
                && entry.of.contains(&of)
                && match below {
                    None => entry.below.is_empty(),
                    Some(top) => entry.below.iter().any(|name| name == top),
                }
        })
    }

    /// What an entry says; `None` for an id that is not in the table.
    pub fn says(&self, id: &str) -> Option<&str> {
        let rewrites = self.rewrite.iter().map(|entry| (&entry.id, &entry.says));
        let absences = self.absent.iter().map(|entry| (&entry.id, &entry.says));
        let listed = [&self.left_out, &self.set, &self.user_map, &self.shown];
        let listed = listed.into_iter().flatten().map(|entry| (&entry.id, &entry.says));
        rewrites
            .chain(absences)
            .chain(listed)
            .find(|(other, _)| *other == id)
            .map(|(_, says)| says.as_str())
    }

    /// Number of entries.
    pub fn entries(&self) -> usize {
        let listed = self.left_out.len() + self.set.len() + self.user_map.len() + self.shown.len();
        listed + self.rewrite.len() + self.absent.len()
    }

    /// Every problem of the table, one sentence each.
    pub fn lint(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut ids = BTreeSet::new();
        let mut common = |id: &str, of: &[Of], says: &str, sources: &[String]| {
            if !ids.insert(id.to_owned()) {
                problems.push(format!("app field {id}: twice"));
            }
            if of.is_empty() || says.trim().is_empty() {
                problems.push(format!("app field {id}: says nothing"));
            }
            if sources.is_empty() || sources.iter().any(|source| source.trim().is_empty()) {
                problems.push(format!("app field {id}: no source"));
            }
        };
        for entry in [&self.left_out, &self.set, &self.user_map, &self.shown]
            .into_iter()
            .flatten()
        {
            common(&entry.id, &entry.of, &entry.says, &entry.sources);
        }
        for entry in &self.rewrite {
            common(&entry.id, &entry.of, &entry.says, &entry.sources);
        }
        for entry in &self.absent {
            common(&entry.id, &entry.of, &entry.says, &entry.sources);
        }
        for entry in [&self.left_out, &self.set, &self.user_map, &self.shown]
            .into_iter()
            .flatten()
        {
            if entry.fields.is_empty() {
                problems.push(format!("app field {}: names no field", entry.id));
            }
        }
        let bounds = (self.rewrite.iter().map(|entry| (&entry.id, &entry.from, &entry.before)))
            .chain(self.absent.iter().map(|entry| (&entry.id, &entry.from, &entry.before)));
        for (id, from, before) in bounds {
            if from
                .as_ref()
                .zip(before.as_ref())
                .is_some_and(|(from, before)| from >= before)
            {
                problems.push(format!("app field {id}: its first release comes after its last"));
            }
        }
        for transformation in Transformation::ALL {
            if !self.rewrite.iter().any(|entry| entry.transformation == transformation) {
                problems.push(format!(
                    "app fields: no entry names the transformation {transformation:?}"
                ));
            }
        }
        for entry in &self.absent {
            if entry.values.is_empty() == entry.setting.is_none() {
                problems.push(format!("app field {}: either values or a setting", entry.id));
            }
            if entry.of.iter().any(|of| self.is_left_out(*of, &entry.field)) && entry.below.is_empty() {
                problems.push(format!("app field {}: left out, and has a default", entry.id));
            }
        }
        problems
    }
}

fn json_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Value>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: &String| serde_json::from_str(text).map_err(serde::de::Error::custom);
    texts.iter().map(read).collect()
}

fn json_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let text = String::deserialize(deserializer)?;
    serde_json::from_str(&text).map(Some).map_err(serde::de::Error::custom)
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words: also a transformation that this program does not have, and a value that is no JSON.
pub fn read(text: &str) -> Result<AppFields, String> {
    let table: AppFields = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table)
}
