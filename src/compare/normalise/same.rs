//! Whether two values mean the same: absences, empties, numbers and order, each by an entry of the table.
//!
//! An absence stands for a default only in the release of the side that lacks it. Never looks deeper than the JSON reader does.
//!
//! A `Value` here is bounded: it holds one field of one definition.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Used, Written};
use crate::knowledge::AppFields;
use crate::knowledge::app_fields::{Absent, Of, Transformation};
use crate::model::Version;

/// Longest list whose elements are looked for in any order; longer ones are compared in theirs.
const SET_LIMIT: usize = 200;

/// Which side lacks something.
#[derive(Debug, Clone, Copy)]
enum Lacks {
    Before,
    After,
}

/// One comparison.
pub struct Same<'t, 'd> {
    table: &'t AppFields,
    of: Of,
    before: Written<'d>,
    after: Written<'d>,
    /// Entries that were needed.
    pub used: Used<'t>,
}

impl<'t, 'd> Same<'t, 'd> {
    pub fn new(table: &'t AppFields, of: Of, before: Written<'d>, after: Written<'d>) -> Self {
        Self {
            table,
            of,
            before,
            after,
            used: Used::new(),
        }
    }

    /// A top-level field.
    pub fn field(&mut self, name: &str, before: Option<&Value>, after: Option<&Value>) -> bool {
        self.tried(|same| same.either(name, before, after))
    }

    /// What was used for something that turned out to differ was not used.
    fn tried(&mut self, compare: impl FnOnce(&mut Self) -> bool) -> bool {
        let used = self.used.clone();
        let same = compare(self);
        if !same {
            self.used = used;
        }
        same
    }

    fn either(&mut self, name: &str, before: Option<&Value>, after: Option<&Value>) -> bool {
        let user = self.table.is_user_map(self.of, name);
        let full = |value: Option<&'_ Value>| value.is_some_and(|value| !empty(value));
        match (before, after) {
            (Some(one), Some(other)) if full(before) && full(after) => match (one, other) {
                (Value::Array(one), Value::Array(other))
                    if self.table.is_set(self.of, name) && one.len() <= SET_LIMIT =>
                {
                    self.set(name, one, other)
                }
                _ => self.presence_only(name) || self.both(name, user, one, other),
            },
            (Some(only), _) if full(before) => self.absent(None, name, only, Lacks::After, user),
            (_, Some(only)) if full(after) => self.absent(None, name, only, Lacks::Before, user),
            _ => {
                if before != after {
                    self.named(Transformation::EmptyIsAbsent);
                }
                true
            }
        }
    }

    /// Whether it is enough that the field is there: from the release of an entry on, on one of the sides.
    fn presence_only(&mut self, name: &str) -> bool {
        let table = self.table;
        let mut entries = table.rewrites(self.of, Transformation::PresenceOnly);
        let found = entries.find(|entry| {
            let holds = entry.holds_in(self.before.release) || entry.holds_in(self.after.release);
            holds && entry.fields.iter().any(|field| field == name)
        });
        if let Some(entry) = found {
            self.used.insert(&entry.id);
        }
        found.is_some()
    }

    /// Elements in any order; each has its own counterpart.
    fn set(&mut self, top: &str, one: &[Value], other: &[Value]) -> bool {
        if one.len() != other.len() {
            return false;
        }
        let mut left: Vec<&Value> = other.iter().collect();
        one.iter().all(|item| {
            let found = left
                .iter()
                .position(|candidate| self.tried(|same| same.both(top, false, item, candidate)));
            found.map(|at| left.swap_remove(at)).is_some()
        })
    }

    /// Two values that are both there, below the top-level field `top`.
    fn both(&mut self, top: &str, user: bool, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Number(_), Value::Number(_)) => {
                let same = equal(one, other);
                if same && one != other {
                    self.named(Transformation::EqualNumbers);
                }
                same
            }
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(a, b)| self.both(top, user, a, b))
            }
            (Value::Object(one), Value::Object(other)) => self.objects(top, user, one, other),
            _ if one == other => true,
            // What is null or empty on both sides in two ways is there on neither.
            _ if !user && empty(one) && empty(other) => {
                self.named(Transformation::EmptyIsAbsent);
                true
            }
            _ => false,
        }
    }

    fn objects(&mut self, top: &str, user: bool, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
        let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
        names.into_iter().all(|name| {
            let inner = user || self.table.is_user_map(self.of, name);
            match (one.get(name), other.get(name)) {
                (Some(a), Some(b)) if user => a == b,
                (Some(a), Some(b)) if empty(a) != empty(b) && !inner => {
                    let (only, lacks) = if empty(a) {
                        (b, Lacks::Before)
                    } else {
                        (a, Lacks::After)
                    };
                    self.absent(Some(top), name, only, lacks, inner)
                }
                (Some(a), Some(b)) => self.both(top, inner, a, b),
                // A key of the user's that is gone is gone.
                _ if user => false,
                (Some(only), None) => self.absent(Some(top), name, only, Lacks::After, inner),
                (None, Some(only)) => self.absent(Some(top), name, only, Lacks::Before, inner),
                (None, None) => true,
            }
        })
    }

    /// Whether a value that one side lacks means the same as its absence there.
    fn absent(&mut self, top: Option<&str>, name: &str, only: &Value, lacks: Lacks, user: bool) -> bool {
        if empty(only) {
            self.named(Transformation::EmptyIsAbsent);
            return true;
        }
        let table = self.table;
        let release: Option<&Version> = match lacks {
            Lacks::Before => self.before.release,
            Lacks::After => self.after.release,
        };
        let entry = table
            .absences(self.of, top, name)
            .find(|entry| entry.holds_in(release) && self.stands_for(entry, only));
        if let Some(entry) = entry {
            self.used.insert(&entry.id);
            return true;
        }
        match only {
            // An object all of whose members mean nothing.
            Value::Object(members) if !user => members.iter().all(|(member, value)| {
                let inner = table.is_user_map(self.of, member);
                self.absent(Some(top.unwrap_or(name)), member, value, lacks, inner)
            }),
            _ => false,
        }
    }

    fn stands_for(&self, entry: &Absent, value: &Value) -> bool {
        let Some(setting) = &entry.setting else {
            return entry.values.iter().any(|other| equal(value, other));
        };
        let text = self.after.settings.get(setting).or(self.before.settings.get(setting));
        let set: Option<Value> = text.and_then(|text| serde_json::from_str(text).ok());
        match set {
            Some(Value::Null) => entry.unset.as_ref() == Some(value),
            Some(set) => equal(&set, value),
            None => false,
        }
    }

    /// Notes the entry that names this code.
    fn named(&mut self, transformation: Transformation) {
        let table = self.table;
        self.used
            .extend(table.rewrites(self.of, transformation).map(|entry| entry.id.as_str()));
    }
}

/// Whether a value says nothing.
pub fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Equality that takes 1 and 1.0 for the same number.
pub fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || matches!((one.as_f64(), other.as_f64()), (Some(a), Some(b)) if (a - b).abs() < 1e-9)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| equal(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, a)| other.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => one == other,
    }
}

/// A setting as text; `None` where it is not known or null.
pub fn setting(settings: [&BTreeMap<String, String>; 2], name: &str) -> Option<String> {
    let text = settings.into_iter().find_map(|settings| settings.get(name))?;
    serde_json::from_str::<Option<String>>(text).ok().flatten()
}
