//! Placement constraints of one app or pod: the same, rewritten, changed, lost, gained.
//!
//! Compares what a constraint means, not how it is written, and holds the outcome against what the migrations of the hop do
//! to it: the prediction before is the proof after. Whether a constraint is valid is the business of `facts::constraints`.

use crate::facts::constraints::{Effect, Kind, Outlook, Passage};
use crate::model::workloads::{ConstraintChange, ConstraintState};
use crate::snapshot::Constraint;

/// What became of the constraints of one app.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Those that are not written as before.
    pub changes: Vec<ConstraintChange>,
    /// How many are the same.
    pub same: u64,
}

/// What a constraint means: field, operator, value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Meaning {
    field: String,
    operator: String,
    value: Option<String>,
}

/// A constraint, what it means, and what the hop was to do to it.
struct Read<'c> {
    meaning: Meaning,
    constraint: &'c Constraint,
    outlook: Option<Outlook>,
}

/// Compares two lists; their order means nothing. Without a passage nothing is predicted.
pub fn diff(before: &[Constraint], after: &[Constraint], kind: Kind, passage: Option<&Passage>) -> Outcome {
    // What no migration of a known hop writes so is another constraint.
    let lenient = passage.is_none();
    let (mut old, mut new) = (read(before, lenient), read(after, lenient));
    let mut outcome = Outcome::default();
    let raw = |one: &Read<'_>, other: &Read<'_>| one.constraint.raw == other.constraint.raw;
    pair(&mut old, &mut new, raw, |_, _| outcome.same += 1);
    for one in &mut old {
        one.outlook = passage.map(|passage| passage.look(one.constraint, kind));
    }
    let mut changes = Vec::new();
    let foretold = |one: &Read<'_>, other: &Read<'_>| {
        let to = one.outlook.as_ref().and_then(|outlook| outlook.rewritten_to.as_ref());
        to.is_some_and(|to| Some(to) == texts(other.constraint).as_ref())
    };
    let same = |one: &Read<'_>, other: &Read<'_>| one.meaning == other.meaning;
    let mut rewritten = |one, other| changes.push(change(ConstraintState::Rewritten, Some(&one), Some(&other)));
    pair(&mut old, &mut new, foretold, &mut rewritten);
    pair(&mut old, &mut new, same, &mut rewritten);
    let field = |one: &Read<'_>, other: &Read<'_>| one.meaning.field == other.meaning.field;
    let operator =
        |one: &Read<'_>, other: &Read<'_>| field(one, other) && one.meaning.operator == other.meaning.operator;
    let mut replaced = |one, other| changes.push(change(ConstraintState::Changed, Some(&one), Some(&other)));
    pair(&mut old, &mut new, operator, &mut replaced);
    pair(&mut old, &mut new, field, &mut replaced);
    changes.extend(old.iter().map(|one| change(ConstraintState::Lost, Some(one), None)));
    changes.extend(new.iter().map(|one| change(ConstraintState::Gained, None, Some(one))));
    changes.sort_by(|a, b| (a.state, &a.before, &a.after).cmp(&(b.state, &b.before, &b.after)));
    outcome.changes = changes;
    outcome
}

/// A list by meaning, then by text.
fn read(list: &[Constraint], lenient: bool) -> Vec<Read<'_>> {
    let read = list.iter().map(|constraint| Read {
        meaning: meaning(constraint, lenient),
        constraint,
        outlook: None,
    });
    let mut read: Vec<Read<'_>> = read.collect();
    read.sort_by(|a, b| (&a.meaning, &a.constraint.raw).cmp(&(&b.meaning, &b.constraint.raw)));
    read
}

/// The elements, where all are texts.
fn texts(constraint: &Constraint) -> Option<Vec<String>> {
    constraint.elements.iter().map(|element| element.clone().ok()).collect()
}

/// One change in words, held against the prediction.
fn change(state: ConstraintState, before: Option<&Read<'_>>, after: Option<&Read<'_>>) -> ConstraintChange {
    let outlook = before.and_then(|one| one.outlook.as_ref());
    let expected = match state {
        ConstraintState::Rewritten => Some(Effect::Rewritten),
        ConstraintState::Lost => Some(Effect::Dropped),
        ConstraintState::Changed | ConstraintState::Gained => None,
    };
    let foretold = outlook.is_some_and(|outlook| {
        Some(outlook.effect) == expected
            && (state != ConstraintState::Rewritten
                || outlook.rewritten_to == after.and_then(|other| texts(other.constraint)))
    });
    let why = match (state, outlook) {
        (_, Some(outlook)) if foretold => outlook.why.clone().unwrap_or_default(),
        (ConstraintState::Rewritten, Some(_)) => {
            "no migration of this hop is known to write it so; it means the same".to_owned()
        }
        (ConstraintState::Rewritten, None) => "it is written otherwise and means the same".to_owned(),
        (ConstraintState::Changed, _) => "another constraint stands in its place".to_owned(),
        (ConstraintState::Lost, Some(_)) => {
            "the constraint is gone, and no migration of this hop is known to remove it".to_owned()
        }
        (ConstraintState::Lost, None) => {
            "the constraint is gone: a migration that removes one says so only in the log".to_owned()
        }
        (ConstraintState::Gained, _) => "no hop adds a constraint".to_owned(),
    };
    ConstraintChange {
        state,
        predicted: outlook.map(|_| foretold),
        source: outlook
            .filter(|_| foretold)
            .and_then(|outlook| outlook.source)
            .map(str::to_owned),
        before: before.map(|one| one.constraint.raw.clone()),
        after: after.map(|other| other.constraint.raw.clone()),
        why,
    }
}

/// Takes out of both lists what belongs together.
fn pair<'c>(
    old: &mut Vec<Read<'c>>,
    new: &mut Vec<Read<'c>>,
    same: impl Fn(&Read<'c>, &Read<'c>) -> bool,
    mut found: impl FnMut(Read<'c>, Read<'c>),
) {
    let mut rest = Vec::new();
    for one in old.drain(..) {
        match new.iter().position(|other| same(&one, other)) {
            Some(at) => found(one, new.remove(at)),
            None => rest.push(one),
        }
    }
    *old = rest;
}

/// The meaning: letter case of the operator, a value of `UNIQUE` and an empty one of `GROUP_BY` and `CLUSTER` have no
/// effect; where the hop is not known (`lenient`), `LIKE *` counts as what migrations make of it, `LIKE .*`.
/// Source: mesosphere/marathon `state/Migration.scala` at v1.3.14, `mesos/Constraints.scala` at v1.4.13.
fn meaning(constraint: &Constraint, lenient: bool) -> Meaning {
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
        ("LIKE" | "UNLIKE", Some("*")) if lenient => Some(".*"),
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

    fn told(outcome: &Outcome, state: ConstraintState) -> Vec<(Option<&str>, Option<&str>)> {
        let of_state = outcome.changes.iter().filter(|change| change.state == state);
        of_state
            .map(|change| (change.before.as_deref(), change.after.as_deref()))
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
        let outcome = diff(&before, &after, Kind::App, None);
        assert_eq!(
            told(&outcome, ConstraintState::Lost),
            [(Some(r#"["hostname", "UNIQUE"]"#), None)]
        );
        assert_eq!(
            told(&outcome, ConstraintState::Changed),
            [(
                Some(r#"["rack", "GROUP_BY", "3"]"#),
                Some(r#"["rack", "GROUP_BY", "2"]"#)
            )]
        );
        assert_eq!(
            told(&outcome, ConstraintState::Gained),
            [(None, Some(r#"["os", "CLUSTER", "linux"]"#))]
        );
        assert_eq!(told(&outcome, ConstraintState::Rewritten).len(), 2);
    }

    #[test]
    fn order_and_migrated_values_mean_nothing() {
        let before = list(&[
            &["hostname", "UNIQUE", ""],
            &["rack", "GROUP_BY", ""],
            &["a", "CLUSTER", "x"],
        ]);
        let after = list(&[&["a", "CLUSTER", "x"], &["rack", "GROUP_BY"], &["hostname", "UNIQUE"]]);
        let outcome = diff(&before, &after, Kind::App, None);
        assert_eq!(
            (told(&outcome, ConstraintState::Rewritten).len(), outcome.changes.len()),
            (2, 2)
        );
        assert_eq!(outcome.same, 1);
        let itself = diff(&after, &after, Kind::App, None);
        assert_eq!((itself.changes.len(), itself.same), (0, 3));
    }

    #[test]
    fn the_same_constraint_twice_is_two_constraints() {
        let before = list(&[&["rack", "GROUP_BY"], &["rack", "GROUP_BY"]]);
        let after = list(&[&["rack", "GROUP_BY"]]);
        let outcome = diff(&before, &after, Kind::App, None);
        assert_eq!(told(&outcome, ConstraintState::Lost).len(), 1);
    }

    #[test]
    fn the_prediction_before_is_the_proof_after() {
        let passage = |from: &str, to: &str| Passage::new(&from.parse().unwrap(), Some(&to.parse().unwrap()));
        let before = list(&[
            &["hostname", "UNIQUE", ""],
            &["zone", "LIKE", "*"],
            &["rack", "LIKE", "r[1"],
        ]);
        let after = list(&[&["hostname", "UNIQUE", ""], &["zone", "LIKE", ".*"]]);
        let outcome = diff(&before, &after, Kind::App, Some(&passage("1.3.10", "1.4.13")));
        let told: Vec<_> = outcome
            .changes
            .iter()
            .map(|change| (change.state, change.predicted, change.source.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                (ConstraintState::Rewritten, Some(true), true),
                (ConstraintState::Lost, Some(true), true)
            ]
        );
        assert!(
            outcome.changes[1].why.contains("the migration to 1.4.0 removes"),
            "{outcome:?}"
        );
        // The same two lists over a hop that does none of this: nobody predicted it.
        let outcome = diff(&before, &after, Kind::App, Some(&passage("1.6.590", "1.7.236")));
        let told: Vec<_> = outcome
            .changes
            .iter()
            .map(|change| (change.state, change.predicted))
            .collect();
        assert_eq!(
            told,
            [
                (ConstraintState::Changed, Some(false)),
                (ConstraintState::Lost, Some(false))
            ]
        );
    }
}
