//! A constraint as it works when an offer is matched: a test of one agent, or a rule that counts instances.
//!
//! Follows what the scheduler does with what is stored, not what the validator takes: UNIQUE with a value works as
//! UNIQUE, GROUP_BY with a value that is no number as GROUP_BY without. Never matches an expression by approximation.

use super::semantics::Semantics;
use super::text::{Field, decimal};
use crate::snapshot::Constraint;
use crate::sources::java_regex::{self, Matcher, Syntax};

/// What one constraint asks.
#[derive(Debug)]
pub(super) enum Rule {
    /// The agent must have the field, and its text must pass.
    Each(Field, Test),
    /// The agent must have the field, and instances are counted by its text.
    Count(Field, Count),
    /// MAX_PER of a release that looks the host name up among the values of an attribute: the agent must have the field,
    /// and nothing is counted unless a value is a host name.
    Astray(Field),
    /// Not known: why.
    Unsure(String),
}

/// A test of one text.
#[derive(Debug)]
pub(super) enum Test {
    /// Equal.
    Equals(String),
    /// The whole text matches.
    Like(Pattern),
    /// It does not; agents without the field pass.
    Unlike(Pattern),
    /// No text passes (LIKE with an empty value).
    Nothing,
    /// No text passes, agents without the field do (UNLIKE with an empty value).
    OnlyAbsent,
    /// Every text passes.
    Anything,
}

/// A rule that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// At most so many on each text; at least one.
    PerValue(u64),
    /// All on one text, whichever.
    OneValue,
    /// No text takes a second instance before so many have one, and then only the emptiest do (0.8 to 1.10).
    AtLeast(u64),
    /// The instances divided by this number on each text, so many texts at most (1.11); 0 fails.
    Divided(u64),
}

/// An expression of LIKE or UNLIKE.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Nothing but characters that stand for themselves and `.`.
    Plain(Box<str>),
    /// Anything else.
    Java(Box<Matcher>),
}

impl Pattern {
    fn new(pattern: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':');
        if pattern.chars().all(plain) {
            return Ok(Self::Plain(pattern.into()));
        }
        if let Syntax::Invalid(why) = java_regex::judge(pattern) {
            return Err(format!("its expression does not compile: {why}"));
        }
        Matcher::new(pattern)
            .map(|matcher| Self::Java(Box::new(matcher)))
            .map_err(|why| format!("its expression cannot be matched here: {why}"))
    }

    /// Whether the whole text matches; the error says why that is not known.
    fn matches(&self, text: &str) -> Result<bool, String> {
        match self {
            Self::Java(matcher) => matcher.matches(text),
            Self::Plain(_) if !text.is_ascii() => Err("the text has characters outside ASCII".to_owned()),
            Self::Plain(pattern) => Ok(pattern.len() == text.len()
                && pattern
                    .bytes()
                    .zip(text.bytes())
                    .all(|(p, t)| p == t || p == b'.' && !matches!(t, b'\n' | b'\r'))),
        }
    }
}

impl Test {
    /// Whether a text passes; the error says why that is not known.
    pub(super) fn passes(&self, text: &str) -> Result<bool, String> {
        match self {
            Self::Equals(value) => Ok(value == text),
            Self::Like(pattern) => pattern.matches(text),
            Self::Unlike(pattern) => pattern.matches(text).map(|matches| !matches),
            Self::Nothing | Self::OnlyAbsent => Ok(false),
            Self::Anything => Ok(true),
        }
    }

    /// Whether an agent without the field passes.
    pub(super) fn passes_absent(&self) -> bool {
        matches!(self, Self::Unlike(_) | Self::OnlyAbsent)
    }
}

impl Rule {
    /// What a stored constraint asks of a release.
    pub(super) fn of(constraint: &Constraint, semantics: Semantics) -> Self {
        let texts: Option<Vec<&str>> = constraint
            .elements
            .iter()
            .map(|element| element.as_deref().ok())
            .collect();
        let (name, operator, value) = match texts.as_deref() {
            Some([name, operator]) if constraint.well_formed => (*name, *operator, ""),
            Some([name, operator, value]) if constraint.well_formed => (*name, *operator, *value),
            _ => return Self::Unsure("it is not written as a constraint".to_owned()),
        };
        let field = Field::named(name, semantics);
        match operator {
            "UNIQUE" => Self::Count(field, Count::PerValue(1)),
            "CLUSTER" if value.is_empty() => Self::Count(field, Count::OneValue),
            "CLUSTER" => Self::Each(field, Test::Equals(value.to_owned())),
            "GROUP_BY" => match group_by(value) {
                Ok(groups) if semantics.group_divides => Self::Count(field, Count::Divided(groups)),
                Ok(groups) => Self::Count(field, Count::AtLeast(groups)),
                Err(why) => Self::Unsure(why),
            },
            "MAX_PER" if semantics.max_per => max_per(field, value, semantics),
            "IS" if semantics.domains => is(field, value),
            "LIKE" if value.is_empty() => Self::Each(field, Test::Nothing),
            "LIKE" => expression(field, value, Test::Like),
            // Up to 1.5 a host name was held against the empty expression, which no host name matches.
            "UNLIKE" if value.is_empty() && field == Field::Hostname && !semantics.domains => {
                Self::Each(field, Test::Anything)
            }
            "UNLIKE" if value.is_empty() => Self::Each(field, Test::OnlyAbsent),
            "UNLIKE" => expression(field, value, Test::Unlike),
            _ => Self::Unsure("its operator is none of this release".to_owned()),
        }
    }
}

/// The number of groups: `inf` is the largest, what is no number counts as 0.
fn group_by(value: &str) -> Result<u64, String> {
    match value.parse::<i32>() {
        _ if value == "inf" => Ok(i32::MAX.unsigned_abs().into()),
        Ok(number) => Ok(u64::from(number.max(0).unsigned_abs())),
        Err(_) if value.is_ascii() => Ok(0),
        Err(_) => Err("its value has digits that are not ASCII".to_owned()),
    }
}

fn max_per(field: Field, value: &str, semantics: Semantics) -> Rule {
    match value.parse::<i32>() {
        Ok(_) if semantics.max_per_astray && field != Field::Hostname => Rule::Astray(field),
        // A value that has no instance yet takes the first whatever the limit.
        Ok(number) => Rule::Count(field, Count::PerValue(u64::from(number.max(1).unsigned_abs()))),
        Err(_) => Rule::Unsure("its value is no number that is understood here".to_owned()),
    }
}

/// IS compares with a number of the form `12` or `1.5` after rounding it as an attribute.
fn is(field: Field, value: &str) -> Rule {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = match value.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(value),
    };
    if !number {
        return Rule::Each(field, Test::Equals(value.to_owned()));
    }
    match value.parse().ok().and_then(decimal) {
        Some(text) => Rule::Each(field, Test::Equals(text)),
        None => Rule::Unsure("its number is too large to be compared with certainty".to_owned()),
    }
}

fn expression(field: Field, value: &str, test: fn(Pattern) -> Test) -> Rule {
    match Pattern::new(value) {
        Ok(pattern) => Rule::Each(field, test(pattern)),
        Err(why) => Rule::Unsure(why),
    }
}
