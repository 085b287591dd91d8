//! What a plain scalar means to the installer: YAML 1.1 as PyYAML's safe loader resolves it (`yes` is true, `0777` is 511).
//! Never trims or repairs: text that is no other kind is text.

use super::tree::Node;

const TRUE: [&str; 9] = ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE: [&str; 9] = ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// Kind and value of a plain scalar without a tag.
pub(super) fn plain(text: &str) -> Node {
    if NULL.contains(&text) {
        return Node::Null;
    }
    boolean(text)
        .or_else(|| integer(text))
        .or_else(|| float(text))
        .or_else(|| moment(text))
        .unwrap_or_else(|| Node::Text(text.to_owned()))
}

/// A boolean of YAML 1.1.
pub(super) fn boolean(text: &str) -> Option<Node> {
    if TRUE.contains(&text) {
        return Some(Node::Bool(true));
    }
    FALSE.contains(&text).then_some(Node::Bool(false))
}

/// A whole number of YAML 1.1: decimal, `0b`, leading-zero octal, `0x`, and base 60 (`22:30` is 1350).
pub(super) fn integer(text: &str) -> Option<Node> {
    let (minus, digits) = sign(text);
    let value = magnitude(digits)?;
    Some(Node::Int(if minus && value != "0" {
        format!("-{value}")
    } else {
        value
    }))
}

fn magnitude(text: &str) -> Option<String> {
    let radix = |digits: &str, radix: u32| {
        let digits = digits.replace('_', "");
        u128::from_str_radix(&digits, radix).ok().map(|value| value.to_string())
    };
    if let Some(digits) = text.strip_prefix("0b") {
        return only(digits, |c| matches!(c, '0' | '1' | '_')).and_then(|digits| radix(digits, 2));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return only(digits, |c| c.is_ascii_hexdigit() || c == '_').and_then(|digits| radix(digits, 16));
    }
    if text == "0" {
        return Some("0".to_owned());
    }
    if let Some(digits) = text.strip_prefix('0') {
        return only(digits, |c| matches!(c, '0'..='7' | '_')).and_then(|digits| radix(digits, 8));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if text.contains(':') {
        return sixty(text);
    }
    // Of any length: Python's whole numbers have no largest one.
    only(text, |c| c.is_ascii_digit() || c == '_').map(|digits| digits.replace('_', ""))
}

fn sixty(text: &str) -> Option<String> {
    let mut parts = text.split(':');
    let first = only(parts.next()?, |c| c.is_ascii_digit() || c == '_')?.replace('_', "");
    let mut value: u128 = first.parse().ok()?;
    for part in parts {
        let digits = only(part, |c| c.is_ascii_digit())?;
        let number: u128 = digits.parse().ok()?;
        if digits.len() > 2 || number > 59 {
            return None;
        }
        value = value.checked_mul(60)?.checked_add(number)?;
    }
    Some(value.to_string())
}

/// A number with a point (`1.11`, `.5`, `1.0e+3`), infinity, or not-a-number. Without a point or with a bare exponent it is text.
pub(super) fn float(text: &str) -> Option<Node> {
    let (_, body) = sign(text);
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Node::Float(text.to_lowercase()));
    }
    let (whole, rest) = body.split_once('.')?;
    let sixty = whole.contains(':');
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) if !sixty => (rest.get(..at)?, rest.get(at + 1..)),
        _ => (rest, None),
    };
    let numeral = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '_');
    let whole_fits = match whole.chars().next() {
        None => fraction.starts_with(|c: char| c.is_ascii_digit()) && body == text,
        Some(first) if sixty => first.is_ascii_digit() && self::sixty(whole).is_some(),
        Some(first) => first.is_ascii_digit() && numeral(whole),
    };
    // PyYAML wants a sign after the `e`: `1e3` and `1.0e3` are text to it.
    let exponent_fits = exponent.is_none_or(|exponent| {
        exponent
            .strip_prefix(['+', '-'])
            .is_some_and(|digits| only(digits, |c| c.is_ascii_digit()).is_some())
    });
    if !(whole_fits && numeral(fraction) && exponent_fits) {
        return None;
    }
    let plain: String = text.replace('_', "");
    Some(Node::Float(
        plain.parse::<f64>().map_or(plain, |value| value.to_string()),
    ))
}

/// A date or a moment (`2018-07-01`): a kind of its own to PyYAML.
fn moment(text: &str) -> Option<Node> {
    let mut parts = text.splitn(3, '-');
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit())
    };
    let day_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (day, clock) = rest.split_at(day_end);
    let date = digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2);
    let alone = clock.is_empty() && month.len() == 2 && day.len() == 2;
    let with_clock = clock.starts_with(['T', 't', ' ', '\t']) && clock.matches(':').count() >= 2;
    (date && (alone || with_clock)).then(|| Node::Moment(text.to_owned()))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The text, if it has at least one character and only such.
fn only(text: &str, allowed: impl Fn(char) -> bool) -> Option<&str> {
    (!text.is_empty() && text.chars().all(allowed) && text.chars().any(|c| c != '_')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scalars_as_pyyaml_does() {
        let int = |text: &str| Node::Int(text.to_owned());
        let float = |text: &str| Node::Float(text.to_owned());
        let text = |text: &str| Node::Text(text.to_owned());
        // Checked against PyYAML's safe loader.
        for (scalar, node) in [
            ("yes", Node::Bool(true)),
            ("Off", Node::Bool(false)),
            ("y", text("y")),
            ("tRue", text("tRue")),
            ("~", Node::Null),
            ("0", int("0")),
            ("-0", int("0")),
            ("+12", int("12")),
            ("1_000", int("1000")),
            ("0777", int("511")),
            ("08", text("08")),
            ("0b101", int("5")),
            ("-0x1F", int("-31")),
            ("22:30", int("1350")),
            ("1:75", text("1:75")),
            ("123456789012345678901234567890", int("123456789012345678901234567890")),
            ("1.11", float("1.11")),
            ("1.50", float("1.5")),
            ("1.11.3", text("1.11.3")),
            ("1e3", text("1e3")),
            ("1.0e3", text("1.0e3")),
            ("1.0e+3", float("1000")),
            (".5", float("0.5")),
            ("-.5", text("-.5")),
            (".", text(".")),
            ("-.inf", float("-.inf")),
            ("2018-07-01", Node::Moment("2018-07-01".to_owned())),
            ("2018-7-1", text("2018-7-1")),
            ("10.0.0.1", text("10.0.0.1")),
            ("2weeks", text("2weeks")),
            ("-", text("-")),
            ("0x", text("0x")),
            ("_1", text("_1")),
        ] {
            assert_eq!(plain(scalar), node, "{scalar}");
        }
    }
}
