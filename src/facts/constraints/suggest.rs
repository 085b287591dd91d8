//! What a person may have meant with a constraint that no release takes. Suggestions only: nothing here is ever applied.

use super::integer::{self, Integer};
use crate::sources::java_regex::{self, Syntax};

/// A number out of a text with blanks or separators around its digits.
pub(super) fn number(value: &str) -> Option<String> {
    let text: String = value.trim().chars().filter(|c| *c != '_').collect();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    (text != value && integer::judge(text) == Integer::Yes).then(|| text.to_owned())
}

/// An expression for a value that does not compile: alternatives for a set of Mesos, a group name in Java's form, `.*` for `*`.
pub(super) fn expression(value: &str) -> Option<String> {
    if value.len() > java_regex::MAX_LENGTH {
        return None;
    }
    let set = value
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|inner| !inner.is_empty() && inner.chars().all(|c| c == ',' || plain(c)))
        .map(|inner| inner.split(',').map(literal).collect::<Vec<_>>().join("|"));
    let group = value.contains("(?P<").then(|| value.replace("(?P<", "(?<"));
    let glob = (value.contains('*') && !value.contains("**") && value.chars().all(|c| c == '*' || plain(c)))
        .then(|| value.split('*').map(literal).collect::<Vec<_>>().join(".*"));
    [set, group, glob]
        .into_iter()
        .flatten()
        .find(|found| java_regex::judge(found) == Syntax::Valid)
}

/// LIKE for the operator IN, which was prepared and never came.
pub(super) fn operator(field: &str, operator: &str, value: Option<&str>) -> Option<Vec<String>> {
    let value = value.filter(|_| operator == "IN")?;
    Some(vec![field.to_owned(), "LIKE".to_owned(), expression(value)?])
}

/// A constraint out of one text with its parts between colons, the form of Marathon's first command line.
pub(super) fn in_parts(raw: &str) -> Option<Vec<String>> {
    let text: String = serde_json::from_str(raw).ok()?;
    let parts: Vec<String> = text.splitn(3, ':').map(str::to_owned).collect();
    (parts.len() >= 2).then_some(parts)
}

fn plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ':' | '@')
}

/// A text that matches itself only.
fn literal(text: &str) -> String {
    text.trim().replace('.', r"\.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_compile_and_say_something_else() {
        for (value, suggested) in [
            ("{a,b}", Some("a|b")),
            ("{r1.x,r2}", Some(r"r1\.x|r2")),
            ("(?P<n>a)", Some("(?<n>a)")),
            ("*.example", Some(r".*\.example")),
            ("{}", None),
            ("a**", None),
            ("(a", None),
            ("[", None),
        ] {
            assert_eq!(expression(value).as_deref(), suggested, "{value}");
        }
        assert_eq!(number(" 3").as_deref(), Some("3"));
        assert_eq!(number("1_000").as_deref(), Some("1000"));
        assert_eq!(number("3.0").as_deref(), Some("3"));
        assert_eq!((number("3"), number("three"), number("")), (None, None, None));
        assert_eq!(in_parts("\"hostname:UNIQUE\"").unwrap().len(), 2);
        assert_eq!((in_parts("null"), in_parts("\"x\"")), (None, None));
    }
}
