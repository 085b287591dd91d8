//! App, pod and job definitions in one form, so that what a newer Marathon merely writes otherwise is no change.
//!
//! Works on one definition at a time. Never decides what a difference means, and never hands out values of fields that
//! may hold secrets (`env`, `cmd`, `labels` …): of those it names the keys that differ.
//!
//! A `Value` here is bounded: it holds one field of one definition.

mod legacy;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Stands for a value that may hold a secret. (A digest would not do: weak secrets can be found from it.)
const HIDDEN: &str = "(not shown)";

/// A definition by field, as a snapshot keeps it.
pub type Definition = BTreeMap<String, String>;

/// What a definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Marathon app.
    App,
    /// A Marathon pod.
    Pod,
    /// A Metronome job.
    Job,
}

/// How two definitions compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// Field by field the same text.
    Identical,
    /// Written otherwise, and meaning the same.
    SameMeaning,
    /// These fields differ.
    Differs(Vec<FieldDiff>),
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

/// Fields that are no part of the definition, or are compared elsewhere (constraints).
const LEFT_OUT: &[&str] = &[
    "activeRuns",
    "constraints",
    "deployments",
    "history",
    "historySummary",
    "lastTaskFailure",
    "readinessCheckResults",
    "taskStats",
    "tasks",
    "tasksHealthy",
    "tasksRunning",
    "tasksStaged",
    "tasksUnhealthy",
    "version",
    "versionInfo",
];

/// Fields whose values are shown. All others may hold a secret, in a value or in a URL.
const SHOWN: &[&str] = &[
    "acceptedResourceRoles",
    "backoffFactor",
    "backoffSeconds",
    "cpus",
    "dependencies",
    "disk",
    "executor",
    "gpus",
    "instances",
    "killSelection",
    "maxLaunchDelaySeconds",
    "mem",
    "portDefinitions",
    "requirePorts",
    "residency",
    "role",
    "scaling",
    "schedules",
    "scheduling",
    "taskKillGracePeriodSeconds",
    "tty",
    "unreachableStrategy",
    "upgradeStrategy",
    "user",
];

/// Maps whose members belong to the user: an empty text in them is a value, not an absence.
const USER_MAPS: &[&str] = &["env", "environment", "labels", "secrets", "options"];

/// Fields that a Marathon may or may not write, with the values that absence can stand for.
///
/// Sources: mesosphere/marathon `docs/docs/rest-api/public/api/v2/types/*.raml` at v1.5.15, v1.6.590, v1.8.244, v1.10.26;
/// `state/AppDefinition.scala` at v1.3.14 and v1.4.13; changelog.md 1.4.9, 1.5.1 (unreachableStrategy), 1.9 (role).
fn stands_for_absence(kind: Kind, field: &str, value: &Value) -> bool {
    let any_of: &[Value] = &match (kind, field) {
        (_, "backoffFactor") => vec![json!(1.15)],
        (_, "backoffSeconds" | "cpus" | "instances") => vec![json!(1)],
        (_, "disk" | "gpus") => vec![json!(0)],
        (_, "mem") => vec![json!(128)],
        (_, "requirePorts" | "tty") => vec![json!(false)],
        (_, "killSelection") => vec![json!("YOUNGEST_FIRST")],
        // One hour to 1.7, five minutes from 1.8 on.
        (_, "maxLaunchDelaySeconds") => vec![json!(3600), json!(300)],
        (_, "networks") => vec![json!([{"mode": "host"}])],
        (_, "upgradeStrategy") => vec![
            json!({"maximumOverCapacity": 1, "minimumHealthCapacity": 1}),
            // Apps with local volumes.
            json!({"maximumOverCapacity": 0, "minimumHealthCapacity": 0.5}),
        ],
        (_, "unreachableStrategy") => vec![
            json!("disabled"),
            json!({"expungeAfterSeconds": 600, "inactiveAfterSeconds": 300}),
            json!({"expungeAfterSeconds": 0, "inactiveAfterSeconds": 0}),
        ],
        (Kind::Pod, "executorResources") => vec![json!({"cpus": 0.1, "disk": 10, "mem": 32})],
        // Written into every stored definition by the migration of 1.10.
        (Kind::Pod, "legacySharedCgroups") => vec![json!(true), json!(false)],
        // Written into every stored definition by the migration of 1.9, with the role Marathon has.
        (Kind::App | Kind::Pod, "role") => return value.is_string(),
        _ => return false,
    };
    any_of.iter().any(|other| equal(value, other))
}

/// Members that newer Marathons write and older ones leave out, with the value that absence stands for; wherever they
/// stand below a top-level field. Source: as above.
fn default_members() -> [(&'static str, Value); 14] {
    [
        ("cache", json!(false)),
        ("delaySeconds", json!(15)),
        ("disk", json!(0)),
        ("executable", json!(false)),
        ("forcePullImage", json!(false)),
        ("gpus", json!(0)),
        ("ignoreHttp1xx", json!(false)),
        ("ipProtocol", json!("IPv4")),
        ("portIndex", json!(0)),
        ("preserveLastResponse", json!(false)),
        ("privileged", json!(false)),
        ("protocol", json!("tcp")),
        ("scheme", json!("HTTP")),
        ("servicePort", json!(0)),
    ]
}

/// Lists whose order means nothing.
const SETS: &[&str] = &["acceptedResourceRoles", "dependencies", "healthChecks"];

/// Compares two definitions.
pub fn compare(kind: Kind, before: &Definition, after: &Definition) -> Compared {
    let own = |definition: &Definition| -> BTreeMap<String, String> {
        let fields = definition.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
        fields.map(|(name, text)| (name.clone(), text.clone())).collect()
    };
    if own(before) == own(after) {
        return Compared::Identical;
    }
    let (old, new) = (normal(kind, before), normal(kind, after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut differs = Vec::new();
    for name in names {
        let same = match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => equal(old, new),
            (Some(only), None) | (None, Some(only)) => stands_for_absence(kind, name, only),
            (None, None) => true,
        };
        if !same {
            differs.push(shown(name, old.get(name), new.get(name)));
        }
    }
    if differs.is_empty() {
        Compared::SameMeaning
    } else {
        Compared::Differs(differs)
    }
}

/// The definition in one form: old names replaced, empty and default members left out, sets sorted.
fn normal(kind: Kind, definition: &Definition) -> Map<String, Value> {
    let mut fields: Map<String, Value> = definition
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .map(|(name, text)| {
            // A field that is no JSON (it always is) is compared as the text it is.
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
            (name.clone(), value)
        })
        .collect();
    if kind == Kind::App {
        legacy::rewrite(&mut fields);
    }
    let defaults = default_members();
    let mut normal = Map::new();
    for (name, mut value) in fields {
        // When a job runs next moves on with the clock (Metronome `/v1/jobs`, `schedules[].nextRunAt`).
        if kind == Kind::Job && name == "schedules" {
            for schedule in value
                .as_array_mut()
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut)
            {
                schedule.remove("nextRunAt");
            }
        }
        // Constraints of pods stand inside `scheduling`; they are compared apart.
        if name == "scheduling"
            && let Some(placement) = value.pointer_mut("/placement").and_then(Value::as_object_mut)
        {
            placement.remove("constraints");
        }
        if !USER_MAPS.contains(&name.as_str()) {
            tidy(&mut value, &defaults);
        }
        if SETS.contains(&name.as_str())
            && let Value::Array(items) = &mut value
        {
            items.sort_by_cached_key(ToString::to_string);
        }
        if !empty(&value) {
            normal.insert(name, value);
        }
    }
    normal
}

/// Leaves out empty and default members, from the inside out.
fn tidy(value: &mut Value, defaults: &[(&str, Value)]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| tidy(item, defaults)),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if !USER_MAPS.contains(&name.as_str()) {
                    tidy(member, defaults);
                }
            }
            members.retain(|name, member| {
                let default = defaults
                    .iter()
                    .any(|(other, value)| name == other && equal(member, value));
                !default && !empty(member)
            });
        }
        _ => {}
    }
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Equality that takes 1 and 1.0 for the same number.
fn equal(one: &Value, other: &Value) -> bool {
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

/// The difference for people: values where they cannot hold secrets, names of members where they can, else nothing.
fn shown(field: &str, before: Option<&Value>, after: Option<&Value>) -> FieldDiff {
    if SHOWN.contains(&field) {
        let text = |value: Option<&Value>| value.map(ToString::to_string);
        return FieldDiff {
            field: field.to_owned(),
            before: text(before),
            after: text(after),
        };
    }
    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (before, after) {
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
        return FieldDiff {
            field: field.to_owned(),
            before: join(of.0),
            after: join(of.1),
        };
    }
    let text = |value: Option<&Value>| value.map(|_| HIDDEN.to_owned());
    FieldDiff {
        field: field.to_owned(),
        before: text(before),
        after: text(after),
    }
}
