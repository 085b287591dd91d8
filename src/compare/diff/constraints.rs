//! Placement constraints of one app or pod: kept, changed, lost.
//!
//! Compares what a constraint means, not how it is written; whether it is valid is the business of `facts::constraints`.

use crate::snapshot::Constraint;

/// What became of the constraints of one app.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Gone without a successor on the same field, as they were written.
    pub lost: Vec<String>,
    /// Replaced by another one on the same field: before and after, as written.
    pub changed: Vec<(String, String)>,
    /// Not there before.
    pub gained: Vec<String>,
    /// Written otherwise, and meaning the same.
    pub rewritten: bool,
}

/// What a constraint means: field, operator, value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Meaning {
    field: String,
    operator: String,
    value: Option<String>,
}

/// Compares two lists; their order means nothing.
pub fn diff(before: &[Constraint], after: &[Constraint]) -> Outcome {
    let read = |list: &[Constraint]| {
        let mut read: Vec<(Meaning, String)> = list.iter().map(|one| (meaning(one), one.raw.clone())).collect();
        read.sort();
        read
    };
    let (mut old, mut new) = (read(before), read(after));
    let mut outcome = Outcome::default();
    pair(
        &mut old,
        &mut new,
        |one, other| one == other,
        |one, other| {
            outcome.rewritten |= one != other;
        },
    );
    let mut changed = Vec::new();
    let same_kind = |one: &Meaning, other: &Meaning| one.field == other.field && one.operator == other.operator;
    pair(&mut old, &mut new, same_kind, |one, other| changed.push((one, other)));
    pair(
        &mut old,
        &mut new,
        |one, other| one.field == other.field,
        |one, other| changed.push((one, other)),
    );
    changed.sort();
    outcome.changed = changed;
    outcome.lost = old.into_iter().map(|(_, raw)| raw).collect();
    outcome.gained = new.into_iter().map(|(_, raw)| raw).collect();
    outcome
}

/// Takes out of both lists what belongs together.
fn pair(
    old: &mut Vec<(Meaning, String)>,
    new: &mut Vec<(Meaning, String)>,
    same: impl Fn(&Meaning, &Meaning) -> bool,
    mut found: impl FnMut(String, String),
) {
    let mut rest = Vec::new();
    for (meaning, raw) in old.drain(..) {
        match new.iter().position(|(other, _)| same(&meaning, other)) {
            Some(at) => {
                let (_, other) = new.remove(at);
                found(raw, other);
            }
            None => rest.push((meaning, raw)),
        }
    }
    *old = rest;
}

/// The meaning, after what Marathon's own migrations do to stored constraints without changing their effect:
/// operators are upper-cased (1.5), `UNIQUE` loses its value and `GROUP_BY` an empty one (1.3.5), `LIKE *` becomes
/// `LIKE .*` (1.3.5, 1.4). What a migration removes is gone, and shows as lost.
/// Source: mesosphere/marathon `storage/migration/`, `core/externalvolume/…`, tags v1.3.13, v1.4.8, v1.5.12.
fn meaning(constraint: &Constraint) -> Meaning {
    let texts: Option<Vec<&str>> = constraint
        .elements
        .iter()
        .map(|element| element.as_deref().ok())
        .collect();
    let (Some(texts), true) = (texts, constraint.well_formed) else {
        return raw(constraint);
    };
    let (field, operator, value) = match texts.as_slice() {
        [field, operator] => (*field, *operator, None),
        [field, operator, value] => (*field, *operator, Some(*value)),
        _ => return raw(constraint),
    };
    let operator = operator.to_ascii_uppercase();
    let value = match (operator.as_str(), value) {
        ("UNIQUE", _) | ("GROUP_BY" | "CLUSTER", Some("")) => None,
        ("LIKE" | "UNLIKE", Some("*")) => Some(".*"),
        (_, value) => value,
    };
    Meaning {
        field: field.to_owned(),
        operator,
        value: value.map(str::to_owned),
    }
}

fn raw(constraint: &Constraint) -> Meaning {
    Meaning {
        field: constraint.raw.clone(),
        operator: String::new(),
        value: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(constraints: &[&[&str]]) -> Vec<Constraint> {
        constraints
            .iter()
            .map(|elements| Constraint {
                elements: elements.iter().map(|text| Ok((*text).to_owned())).collect(),
                well_formed: true,
                raw: format!("{elements:?}"),
            })
            .collect()
    }

    #[test]
    fn tells_lost_from_changed_from_rewritten() {
        let before = list(&[
            &["hostname", "UNIQUE"],
            &["rack", "GROUP_BY", "3"],
            &["zone", "LIKE", "*"],
            &["disk", "like", "ssd"],
        ]);
        let after = list(&[
            &["zone", "LIKE", ".*"],
            &["rack", "GROUP_BY", "2"],
            &["disk", "LIKE", "ssd"],
            &["os", "CLUSTER", "linux"],
        ]);
        let outcome = diff(&before, &after);
        assert_eq!(outcome.lost, [r#"["hostname", "UNIQUE"]"#]);
        assert_eq!(
            outcome.changed,
            [(
                r#"["rack", "GROUP_BY", "3"]"#.to_owned(),
                r#"["rack", "GROUP_BY", "2"]"#.to_owned()
            )]
        );
        assert_eq!(outcome.gained, [r#"["os", "CLUSTER", "linux"]"#]);
        assert!(outcome.rewritten);
    }

    #[test]
    fn order_and_migrated_values_mean_nothing() {
        let before = list(&[
            &["hostname", "UNIQUE", ""],
            &["rack", "GROUP_BY", ""],
            &["a", "CLUSTER", "x"],
        ]);
        let after = list(&[&["a", "CLUSTER", "x"], &["rack", "GROUP_BY"], &["hostname", "UNIQUE"]]);
        let outcome = diff(&before, &after);
        assert_eq!(
            (outcome.lost.len(), outcome.changed.len(), outcome.gained.len()),
            (0, 0, 0)
        );
        assert_eq!(diff(&after, &after), Outcome::default());
    }

    #[test]
    fn the_same_constraint_twice_is_two_constraints() {
        let before = list(&[&["rack", "GROUP_BY"], &["rack", "GROUP_BY"]]);
        let after = list(&[&["rack", "GROUP_BY"]]);
        assert_eq!(diff(&before, &after).lost.len(), 1);
    }
}
