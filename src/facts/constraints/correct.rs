//! The constraints of an app or pod as the target takes them: a fragment of JSON ready to paste, and what a person has to choose.
//!
//! Corrects only what can be meant in one way. Where it can be meant otherwise the constraint stays in the fragment as it
//! is, so that the target refuses the paste instead of losing a restriction; a suggestion stands beside it, never in it.

use std::collections::{BTreeMap, BTreeSet};

use super::passage::{Effect, Passage};
use super::suggest;
use super::{Judgement, Kind, Rule, Rules};
use crate::snapshot::Constraint;
use crate::sources::java_regex;

/// What a person has to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Place of the constraint in the list, from 0.
    pub index: usize,
    /// The constraint as it stands, as JSON.
    pub constraint: String,
    /// What to decide, in one sentence.
    pub what: String,
    /// A constraint that may be meant, as JSON; it is valid under the target.
    pub suggestion: Option<String>,
}

/// Corrected constraints of one app or pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// `{"id": …, "constraints": […]}`, for a pod with `scheduling.placement.constraints`.
    pub fragment: String,
    /// What is left to choose; the fragment holds these as they stand.
    pub choices: Vec<Choice>,
    /// Whether the running release takes every corrected constraint: then it can be pasted before the upgrade.
    pub fits_running: bool,
}

impl Correction {
    /// What a person reads of it: the fragment, what to choose, and when to paste it. One line.
    pub fn sentence(&self) -> String {
        let mut text = self.fragment.clone();
        for choice in &self.choices {
            text.push_str("; choose for ");
            text.push_str(&choice.constraint);
            text.push_str(": ");
            text.push_str(&choice.what);
            if let Some(suggestion) = &choice.suggestion {
                text.push_str(" (a suggestion, if that is meant: ");
                text.push_str(suggestion);
                text.push(')');
            }
        }
        if self.choices.is_empty() && !self.fits_running {
            text.push_str("; the running release does not take it: paste it after the upgrade");
        }
        text
    }
}

/// What can be done about one constraint.
enum Fixed {
    /// Nothing is to be done.
    Same,
    /// This is meant.
    To(Vec<String>),
    /// A person has to say what is meant.
    Open(String, Option<Vec<String>>),
}

impl Passage {
    /// Corrects the constraints of one app or pod for the target (without a target: for the running release). `None` =
    /// nothing is to be corrected.
    ///
    /// # Errors
    /// The rules of the target are not known: why.
    pub fn correct(&self, id: &str, constraints: &[Constraint], kind: Kind) -> Result<Option<Correction>, &str> {
        let rules = self.rules()?;
        let divides = self.divides();
        let mut parts: Vec<String> = Vec::new();
        let mut there = BTreeSet::new();
        let mut choices = Vec::new();
        let (mut changed, mut fits_running) = (false, true);
        for (index, constraint) in constraints.iter().enumerate() {
            let part = match fix(constraint, kind, rules, divides) {
                Fixed::Same => constraint
                    .elements
                    .iter()
                    .cloned()
                    .collect::<Result<Vec<String>, String>>()
                    .map_or_else(|_| constraint.raw.clone(), |texts| json(&texts, kind)),
                Fixed::To(texts) => {
                    changed = true;
                    fits_running &= self.running_takes(&texts, kind);
                    json(&texts, kind)
                }
                Fixed::Open(what, suggestion) => {
                    changed = true;
                    choices.push(Choice {
                        index,
                        constraint: constraint.raw.clone(),
                        what,
                        suggestion: suggestion.map(|texts| json(&texts, kind)),
                    });
                    constraint.raw.clone()
                }
            };
            // Marathon keeps a set: what is there twice is there once.
            if there.insert(part.clone()) {
                parts.push(part);
            }
        }
        if !changed {
            return Ok(None);
        }
        let list = parts.join(",");
        let id = text(id);
        let fragment = match kind {
            Kind::App => format!(r#"{{"id":{id},"constraints":[{list}]}}"#),
            Kind::Pod => format!(r#"{{"id":{id},"scheduling":{{"placement":{{"constraints":[{list}]}}}}}}"#),
        };
        Ok(Some(Correction {
            fragment,
            choices,
            fits_running,
        }))
    }
}

impl Passage {
    /// What the migration leaves of a list, as JSON; what is the same afterwards is one, because Marathon keeps a set. `None`
    /// where the migration ends at one of them, or what becomes of one is not known.
    pub fn left(&self, constraints: &[Constraint], kind: Kind) -> Option<Vec<String>> {
        let mut there = BTreeSet::new();
        let mut left = Vec::new();
        for constraint in constraints {
            let outlook = self.look(constraint, kind);
            let part = match (outlook.effect, outlook.rewritten_to) {
                (Effect::AbortsMigration | Effect::Unknown, _) => return None,
                (Effect::Dropped, _) => continue,
                (_, Some(texts)) => json(&texts, kind),
                (_, None) => constraint.raw.clone(),
            };
            if there.insert(part.clone()) {
                left.push(part);
            }
        }
        Some(left)
    }
}

/// A text as JSON.
fn text(text: &str) -> String {
    // A text always is JSON.
    serde_json::to_string(text).unwrap_or_default()
}

/// A constraint as JSON in the form of its kind.
fn json(texts: &[String], kind: Kind) -> String {
    if let (Kind::Pod, [field, operator, rest @ ..]) = (kind, texts) {
        let value = rest
            .first()
            .map_or_else(String::new, |value| format!(r#","value":{}"#, text(value)));
        return format!(
            r#"{{"fieldName":{},"operator":{}{value}}}"#,
            text(field),
            text(operator)
        );
    }
    let all: Vec<String> = texts.iter().map(|element| text(element)).collect();
    format!("[{}]", all.join(","))
}

/// Steps of a correction that build on one another; more than any constraint needs.
const ROUNDS: usize = 6;

fn fix(constraint: &Constraint, kind: Kind, rules: Rules, divides: bool) -> Fixed {
    let mut at = constraint.clone();
    let mut moved = false;
    for _ in 0..ROUNDS {
        match once(&at, kind, rules, divides) {
            Fixed::Same if moved => {
                return Fixed::To(at.elements.into_iter().filter_map(Result::ok).collect());
            }
            Fixed::To(texts) => {
                moved = true;
                at = written(&texts);
            }
            done => return done,
        }
    }
    Fixed::Open("it breaks several rules at once: write it again".to_owned(), None)
}

fn written(texts: &[String]) -> Constraint {
    super::steps::written(texts)
}

/// Mends the first rule that is broken.
fn once(constraint: &Constraint, kind: Kind, rules: Rules, divides: bool) -> Fixed {
    let texts: Vec<&str> = constraint
        .elements
        .iter()
        .map_while(|element| element.as_deref().ok())
        .collect();
    let open = |what: &str, suggestion: Option<Vec<String>>| {
        let fits = |texts: &Vec<String>| {
            rules.judge(&written(texts), kind) == Judgement::Valid && !(divides && without_groups(texts))
        };
        Fixed::Open(what.to_owned(), suggestion.filter(fits))
    };
    let to = |texts: &[&str]| Fixed::To(texts.iter().map(|text| (*text).to_owned()).collect());
    let rule = match rules.judge(constraint, kind) {
        Judgement::Valid => {
            let owned: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            return if divides && without_groups(&owned) {
                open(
                    "the 1.11 line divides by the value of GROUP_BY: give the number of groups there are",
                    None,
                )
            } else {
                Fixed::Same
            };
        }
        Judgement::Unknown { why } => return open(&format!("{why}: look at it by hand"), None),
        Judgement::Invalid { rule, .. } => rule,
    };
    match (rule, texts.as_slice()) {
        (Rule::NotAList | Rule::NotAnObject, _) => match other_form(&constraint.raw, kind) {
            Some(texts) => Fixed::To(texts),
            None => open(
                "write it in the form of a constraint, or take it out",
                suggest::in_parts(&constraint.raw),
            ),
        },
        (Rule::NotText, _) => not_text(constraint, &open),
        (Rule::OperatorCase | Rule::UnknownOperator, [field, operator, rest @ ..]) => {
            let upper = operator.to_ascii_uppercase();
            let known = written(&[(*field).to_owned(), upper.clone()]);
            let unknown = matches!(
                rules.judge(&known, kind),
                Judgement::Invalid {
                    rule: Rule::UnknownOperator,
                    ..
                }
            );
            if upper == *operator || unknown {
                let what = "name an operator that the target knows, or take it out";
                return open(what, suggest::operator(field, &upper, rest.first().copied()));
            }
            let mut mended = vec![*field, upper.as_str()];
            mended.extend(rest);
            to(&mended)
        }
        // Releases that took a value here counted it as none.
        (Rule::UniqueTakesNoValue, [field, operator, ..]) | (Rule::GroupByNotANumber, [field, operator, ""]) => {
            to(&[field, operator])
        }
        (Rule::GroupByNotANumber, [field, operator, value]) => open(
            "give the number of groups, or no value, which is what releases up to 1.1 made of it",
            Some(match suggest::number(value) {
                Some(number) => vec![(*field).to_owned(), (*operator).to_owned(), number],
                None => vec![(*field).to_owned(), (*operator).to_owned()],
            }),
        ),
        (Rule::MaxPerNeedsNumber, [field, operator, rest @ ..]) => open(
            "give the most instances per value",
            rest.first()
                .and_then(|value| suggest::number(value))
                .map(|number| vec![(*field).to_owned(), (*operator).to_owned(), number]),
        ),
        (Rule::ClusterNeedsValue, _) => open(
            "give the value that all instances shall have; 1.3.13, 1.4.8 and later need none",
            None,
        ),
        (Rule::ExpressionMissing, _) => open("give a regular expression, or take it out", None),
        // What Marathon's own migrations write.
        (Rule::ExpressionBroken, [field, operator, "*"]) => to(&[field, operator, ".*"]),
        (Rule::ExpressionBroken, [field, operator, value]) => open(
            "write an expression that Java compiles",
            suggest::expression(value).map(|value| vec![(*field).to_owned(), (*operator).to_owned(), value]),
        ),
        (Rule::IsTextOnly, [field, _, value]) => open(
            "IS compares with one text or number: name it, or use LIKE",
            suggest::expression(value).map(|value| vec![(*field).to_owned(), "LIKE".to_owned(), value]),
        ),
        (Rule::EmptyField, _) => open(
            "name the field, or take it out: it compares an attribute without a name",
            None,
        ),
        _ => open(
            "write it with a field, an operator and at most one value, or take it out",
            None,
        ),
    }
}

/// GROUP_BY without a positive number.
fn without_groups(texts: &[String]) -> bool {
    match texts {
        [_, operator] => operator == "GROUP_BY",
        [_, operator, value] => operator == "GROUP_BY" && super::integer::value(value).is_none_or(|number| number <= 0),
        _ => false,
    }
}

/// Elements that are no texts: a number where a number belongs, and nothing where nothing belongs, can be meant in one way only.
fn not_text(constraint: &Constraint, open: &dyn Fn(&str, Option<Vec<String>>) -> Fixed) -> Fixed {
    const WHAT: &str = "every element is a text";
    match constraint.elements.as_slice() {
        [Ok(field), Ok(operator), Err(value)] => {
            let whole = value.parse::<i32>().is_ok();
            match operator.as_str() {
                "GROUP_BY" | "MAX_PER" if whole => Fixed::To(vec![field.clone(), operator.clone(), value.clone()]),
                "UNIQUE" if value == "null" => Fixed::To(vec![field.clone(), operator.clone()]),
                _ if value == "null" => open(WHAT, Some(vec![field.clone(), operator.clone()])),
                _ if value.parse::<f64>().is_ok() || value == "true" || value == "false" => {
                    open(WHAT, Some(vec![field.clone(), operator.clone(), value.clone()]))
                }
                _ => open(WHAT, None),
            }
        }
        _ => open(WHAT, None),
    }
}

/// A pod's form in an app, or an app's form in a pod: the same words.
fn other_form(raw: &str, kind: Kind) -> Option<Vec<String>> {
    if raw.len() > java_regex::MAX_LENGTH {
        return None;
    }
    match kind {
        Kind::App => {
            let mut fields: BTreeMap<String, String> = serde_json::from_str(raw).ok()?;
            let mut texts = vec![fields.remove("fieldName")?, fields.remove("operator")?];
            texts.extend(fields.remove("value"));
            fields.is_empty().then_some(texts)
        }
        Kind::Pod => {
            let texts: Vec<String> = serde_json::from_str(raw).ok()?;
            (2..=3).contains(&texts.len()).then_some(texts)
        }
    }
}
