//! App, pod and job definitions held against each other, so that what a newer Marathon merely writes otherwise is no change.
//!
//! What is written otherwise stands in a table with sources (`knowledge::app_fields`); this is the code that reads it, and
//! the rewriting that the table names but cannot express. Works on one definition at a time. Never decides what a
//! difference means, never lets a default stand for an absence in a release of which the table does not say so, and never
//! hands out values of fields that may hold secrets: of those it names the keys that differ.
//!
//! A `Value` here is bounded: it holds one field of one definition.

mod legacy;
mod same;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::knowledge::AppFields;
use crate::knowledge::app_fields::{Of, Transformation};
use crate::model::Version;

/// A definition by field, as a snapshot keeps it.
pub type Definition = BTreeMap<String, String>;

/// One definition with what is known of the Marathon that printed it.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The definition.
    pub definition: &'a Definition,
    /// Release of the Marathon; `None` = not known, then no default that depends on it counts.
    pub release: Option<&'a Version>,
    /// Settings of its `/v2/info` by dotted path, as JSON text.
    pub settings: &'a BTreeMap<String, String>,
}

/// How two definitions compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// Field by field the same text.
    Identical,
    /// Written otherwise, and meaning the same.
    SameMeaning {
        /// Entries of the table that say so, by id.
        by: Vec<String>,
    },
    /// These fields differ.
    Differs {
        /// The fields.
        fields: Vec<FieldDiff>,
        /// Entries of the table that explain other fields, by id.
        by: Vec<String>,
    },
}

/// One field that differs; values are shown only where they cannot hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDiff {
    /// Name of the top-level field.
    pub field: String,
    /// Before, for people.
    pub before: Option<String>,
    /// After, for people.
    pub after: Option<String>,
}

/// Ids of entries that were used.
type Used<'t> = BTreeSet<&'t str>;

/// Compares two definitions.
pub fn compare(table: &AppFields, of: Of, before: Written<'_>, after: Written<'_>) -> Compared {
    let own =
        |definition: &'_ Definition| -> usize { definition.keys().filter(|name| !table.is_left_out(of, name)).count() };
    let same_text = || {
        let mut fields = before
            .definition
            .iter()
            .filter(|(name, _)| !table.is_left_out(of, name));
        fields.all(|(name, text)| after.definition.get(name) == Some(text))
    };
    let unwritten = unwritten(table, of, before, after);
    if unwritten.is_empty() && own(before.definition) == own(after.definition) && same_text() {
        return Compared::Identical;
    }
    let names = legacy::Names::of(before.settings, after.settings);
    let mut sides = [Used::new(), Used::new()];
    let [used_before, used_after] = &mut sides;
    let (mut old, was_old) = read(table, of, before, &names, used_before);
    let (mut new, is_old) = read(table, of, after, &names, used_after);
    match (was_old, is_old) {
        (true, false) => legacy::drop_added_mappings(table, &old, &mut new, used_after),
        (false, true) => legacy::drop_added_mappings(table, &new, &mut old, used_before),
        _ => {}
    }
    let mut same = same::Same::new(table, of, before, after);
    let fields: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut differs = unwritten;
    for name in fields {
        if !same.field(name, old.get(name), new.get(name)) {
            differs.push(shown::field(table, of, name, old.get(name), new.get(name)));
        }
    }
    let [used_before, used_after] = sides;
    // What both sides had rewritten makes no difference between them.
    let mut by: Used<'_> = used_before.symmetric_difference(&used_after).copied().collect();
    by.extend(same.used);
    let by = by.into_iter().map(ToOwned::to_owned).collect();
    if differs.is_empty() {
        Compared::SameMeaning { by }
    } else {
        Compared::Differs { fields: differs, by }
    }
}

/// Fields that neither side has, though a migration of the hop writes them into every stored definition: their absence
/// stood for one thing before and stands for another after.
fn unwritten(table: &AppFields, of: Of, before: Written<'_>, after: Written<'_>) -> Vec<FieldDiff> {
    let Some((from, to)) = before.release.zip(after.release) else {
        return Vec::new();
    };
    let lacks = |field: &str| {
        let none = |side: &Definition| side.get(field).is_none_or(|text| text == "null");
        none(before.definition) && none(after.definition)
    };
    let stood = |field: &str, release: &Version| -> Option<String> {
        let mut entries = table.absences(of, None, field);
        let value = entries.find(|entry| entry.holds_in(Some(release)))?.values.first()?;
        Some(format!("{value} (not written)"))
    };
    table
        .absent
        .iter()
        .filter(|entry| entry.of.contains(&of))
        .filter(|entry| {
            entry
                .migrated
                .as_ref()
                .is_some_and(|migrated| from < migrated && migrated <= to)
        })
        .filter(|entry| lacks(&entry.field))
        .map(|entry| FieldDiff {
            field: entry.field.clone(),
            before: stood(&entry.field, from),
            after: stood(&entry.field, to),
        })
        .collect()
}

/// The fields of a definition, old names replaced, and whether they were in the form of Marathon up to 1.4.
fn read<'t>(
    table: &'t AppFields,
    of: Of,
    written: Written<'_>,
    names: &legacy::Names,
    used: &mut Used<'t>,
) -> (Map<String, Value>, bool) {
    let mut fields: Map<String, Value> = written
        .definition
        .iter()
        .filter(|(name, _)| !table.is_left_out(of, name))
        .map(|(name, text)| {
            // A field that is no JSON (it always is) is compared as the text it is.
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
            (name.clone(), value)
        })
        .collect();
    let old_form = of == Of::App && legacy::rewrite(table, &mut fields, written.release, names, used);
    for entry in table.rewrites(of, Transformation::Drop) {
        // Without a release the form of the definition decides.
        if entry.holds_in(written.release) || (old_form && written.release.is_none()) {
            for path in &entry.fields {
                if remove(&mut fields, path) {
                    used.insert(&entry.id);
                }
            }
        }
    }
    (fields, old_form)
}

/// Removes what stands at a dotted path, in every element of the lists on the way; whether something stood there.
fn remove(fields: &mut Map<String, Value>, path: &str) -> bool {
    let Some((head, rest)) = path.split_once('.') else {
        return fields.remove(path).is_some_and(|value| !same::empty(&value));
    };
    match fields.get_mut(head) {
        Some(Value::Object(members)) => remove(members, rest),
        Some(Value::Array(items)) => {
            let mut any = false;
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                any |= remove(item, rest);
            }
            any
        }
        _ => false,
    }
}
