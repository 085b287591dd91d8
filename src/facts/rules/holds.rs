//! Whether the test of a condition holds for one value. Never guesses: a value that cannot be compared is said to be so.

use crate::knowledge::rule::{Condition, Test};
use crate::model::Version;

/// Whether `condition` holds for a value (`None` = absent).
///
/// # Errors
/// The value cannot be compared, in words.
pub fn holds(condition: &Condition, value: Option<&str>) -> Result<bool, String> {
    let values = &condition.values;
    let is = |text: &str| values.iter().any(|value| value == text);
    let Some(text) = value else {
        return Ok(matches!(condition.test, Test::Absent | Test::AbsentOrEquals));
    };
    Ok(match condition.test {
        Test::Present => true,
        Test::Absent => false,
        Test::AbsentOrEquals | Test::Equals | Test::In => is(text),
        Test::NotEquals | Test::NotIn => !is(text),
        Test::Contains | Test::ContainsAny => values.iter().any(|value| text.contains(value.as_str())),
        Test::LacksAny => values.iter().any(|value| !text.contains(value.as_str())),
        Test::Nonempty => !matches!(text.trim(), "" | "[]" | "{}" | "null"),
        Test::GreaterThan => number(text)? > number(only(values)?)?,
        Test::VersionBelow => version(text)? < version(only(values)?)?,
        Test::VersionAtLeast => version(text)? >= version(only(values)?)?,
        Test::DurationBelow => seconds(text)? < seconds(only(values)?)?,
        Test::NotAMajority => number(text)? * 2.0 <= number(only(values)?)?,
        Test::Matches => {
            let pattern = fancy_regex::Regex::new(only(values)?).map_err(|error| error.to_string())?;
            pattern.is_match(text).map_err(|error| error.to_string())?
        }
    })
}

fn only(values: &[String]) -> Result<&str, String> {
    match values {
        [value] => Ok(value),
        _ => Err("the rule names no single value to compare with".to_owned()),
    }
}

fn number(text: &str) -> Result<f64, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is not a number"))
}

fn version(text: &str) -> Result<Version, String> {
    text.parse::<Version>().map_err(|error| error.to_string())
}

/// Mesos writes durations as a number and a unit (`75secs`, `1.5hrs`; apache/mesos 3rdparty/stout/include/stout/duration.hpp).
fn seconds(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let factor = match unit {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "secs" => 1.0,
        "mins" => 60.0,
        "hrs" => 3_600.0,
        "days" => 86_400.0,
        "weeks" => 604_800.0,
        _ => return Err(format!("`{text}` is not a duration (expected something like 75secs)")),
    };
    Ok(number(digits)? * factor)
}
