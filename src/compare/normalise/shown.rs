//! A difference for people: values where they cannot hold secrets, names of members where they can, else nothing. Never a secret.
//!
//! A `Value` here is bounded: it holds one field of one definition.

use std::collections::BTreeSet;

use serde_json::Value;

use super::FieldDiff;
use super::same::{empty, equal};
use crate::knowledge::AppFields;
use crate::knowledge::app_fields::Of;

/// Stands for a value that may hold a secret. (A digest would not do: weak secrets can be found from it.)
const HIDDEN: &str = "(not shown)";

/// One field that differs.
pub fn field(table: &AppFields, of: Of, name: &str, before: Option<&Value>, after: Option<&Value>) -> FieldDiff {
    let (one, other) = if table.is_shown(of, name) {
        let text = |value: Option<&Value>| value.filter(|value| !empty(value)).map(|value| tidy(value).to_string());
        (text(before), text(after))
    } else if let (Some(Value::Object(old)), Some(Value::Object(new))) = (before, after) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut of = (Vec::new(), Vec::new());
        for name in names {
            match (old.get(name), new.get(name)) {
                (Some(a), Some(b)) if equal(a, b) => {}
                (a, b) => {
                    of.0.extend(a.map(|_| format!("{name} {HIDDEN}")));
                    of.1.extend(b.map(|_| format!("{name} {HIDDEN}")));
                }
            }
        }
        let join = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
        (join(of.0), join(of.1))
    } else {
        let text = |value: Option<&Value>| value.filter(|value| !empty(value)).map(|_| HIDDEN.to_owned());
        (text(before), text(after))
    };
    FieldDiff {
        field: name.to_owned(),
        before: one,
        after: other,
    }
}

/// Without members that say nothing.
fn tidy(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(tidy).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), tidy(member)));
            Value::Object(members.filter(|(_, member)| !empty(member)).collect())
        }
        _ => value.clone(),
    }
}
