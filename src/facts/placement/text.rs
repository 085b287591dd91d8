//! The text of an agent's field as a Marathon release compares it. What depends on the locale of a process that no
//! evidence shows is unknown, never guessed.

use std::borrow::Cow;

use super::semantics::Semantics;
use crate::snapshot::Agent;
use crate::snapshot::mesos::Attribute;

/// From here on Java writes a double by its shortest digits, which is not what Rust does.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A field of a constraint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The agent's host name.
    Hostname,
    /// The region of its fault domain.
    Region,
    /// The zone of its fault domain.
    Zone,
    /// An attribute of exactly this name.
    Attribute(String),
}

/// What an agent says of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<'a> {
    /// This text.
    Text(Cow<'a, str>),
    /// It has no such field.
    Absent,
    /// Not known: why.
    Unknown(&'static str),
}

impl Field {
    /// The field that a constraint names.
    pub(super) fn named(name: &str, semantics: Semantics) -> Self {
        match name {
            "hostname" => Self::Hostname,
            "@hostname" if semantics.domains => Self::Hostname,
            "@region" if semantics.domains => Self::Region,
            "@zone" if semantics.domains => Self::Zone,
            other => Self::Attribute(other.to_owned()),
        }
    }

    /// What the agent says.
    pub(super) fn read<'a>(&self, agent: &'a Agent, semantics: Semantics) -> Reading<'a> {
        let domain = agent.domain.as_ref();
        let part = match self {
            Self::Hostname => Some(&agent.hostname),
            Self::Region => domain.map(|(region, _)| region),
            Self::Zone => domain.map(|(_, zone)| zone),
            Self::Attribute(name) => {
                return agent
                    .attributes
                    .get(name)
                    .map_or(Reading::Absent, |value| text(value, semantics));
            }
        };
        part.map_or(Reading::Absent, |text| Reading::Text(Cow::Borrowed(text)))
    }

    /// Whether the agent gives this attribute more than once: Marathon then takes the first.
    pub(super) fn doubled(&self, agent: &Agent) -> bool {
        matches!(self, Self::Attribute(name) if agent.ambiguous_attributes.contains(name))
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Hostname => "host name",
            Self::Region => "region",
            Self::Zone => "zone",
            Self::Attribute(name) => return write!(f, "attribute `{name}`"),
        })
    }
}

/// The text of an attribute. Mesos prints ranges as `[1-5, 8-9]` and sets as `{a, b}`; a text can begin with neither
/// bracket (apache/mesos src/common/values.cpp, `parse`).
fn text(value: &Attribute, semantics: Semantics) -> Reading<'_> {
    let other = match value {
        Attribute::Text(text) if !text.starts_with(['[', '{']) => return Reading::Text(Cow::Borrowed(text)),
        other => other,
    };
    if !semantics.typed {
        return Reading::Text(Cow::Borrowed(""));
    }
    let written = match other {
        Attribute::Scalar(number) => scalar(*number, semantics),
        Attribute::Text(list) if list.starts_with('[') => ranges(list).ok_or("its ranges are not understood"),
        Attribute::Text(list) => set(list).ok_or("its set is not understood"),
    };
    match written {
        Ok(text) => Reading::Text(Cow::Owned(text)),
        Err(why) => Reading::Unknown(why),
    }
}

/// A scalar as `java.text.DecimalFormat("0.###")` writes it: three decimals, half-even, no trailing zeros.
pub(super) fn decimal(number: f64) -> Option<String> {
    if number.is_nan() || number.abs() >= EXACT {
        return None;
    }
    let written = format!("{number:.3}");
    Some(written.trim_end_matches('0').trim_end_matches('.').to_owned())
}

fn scalar(number: f64, semantics: Semantics) -> Result<String, &'static str> {
    // Whole numbers below a thousand have neither a separator of thousands nor one of decimals.
    if semantics.locale && (number.abs() >= 999.5 || number.fract() != 0.0) {
        return Err("Marathon 1.3 to 1.5 writes scalars in the number format of its locale, which no evidence shows");
    }
    decimal(number).ok_or("the scalar is too large to be written with certainty")
}

fn ranges(list: &str) -> Option<String> {
    let inner = list.strip_prefix('[')?.strip_suffix(']')?;
    let mut all = inner
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (begin, end) = part.split_once('-')?;
            Some((begin.trim().parse::<u64>().ok()?, end.trim().parse::<u64>().ok()?))
        })
        .collect::<Option<Vec<(u64, u64)>>>()?;
    all.sort_by_key(|(begin, _)| *begin);
    let written: Vec<String> = all.iter().map(|(begin, end)| format!("{begin}-{end}")).collect();
    Some(format!("[{}]", written.join(",")))
}

fn set(list: &str) -> Option<String> {
    // Java sorts by UTF-16 units, which agrees with bytes for ASCII.
    let inner = list.strip_prefix('{')?.strip_suffix('}')?;
    if !inner.is_ascii() {
        return None;
    }
    let mut items: Vec<&str> = inner
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect();
    items.sort_unstable();
    Some(format!("{{{}}}", items.join(",")))
}
