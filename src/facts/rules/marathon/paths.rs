//! Values at a path in one field of a definition, given as JSON text: `.name` = member, `[]` = each element, `.1` = that element.
//!
//! What is not there is known to be absent; what has another form than the path expects is an error, never absent.
//! A `Value` here is bounded: one field of one app or pod at a time.

use serde_json::Value;

/// One value that a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// JSON pointer from the field on.
    pub(super) pointer: String,
    /// Text as it is, anything else as JSON; `None` = absent, or `null`.
    pub(super) value: Option<String>,
}

/// The first name of a path, and the rest with its separator.
pub(super) fn top(path: &str) -> (&str, &str) {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    path.split_at(end)
}

/// Everything that `path` leads to in `text`; one absent value where it leads nowhere.
pub(super) fn walk(text: &str, path: &str) -> Result<Vec<Found>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    step(&value, path, String::new(), &mut found)?;
    if found.is_empty() {
        found.push(absent(String::new()));
    }
    Ok(found)
}

fn absent(pointer: String) -> Found {
    Found { pointer, value: None }
}

fn step(value: &Value, path: &str, pointer: String, found: &mut Vec<Found>) -> Result<(), String> {
    if value.is_null() {
        found.push(absent(pointer));
        return Ok(());
    }
    if path.is_empty() {
        found.push(Found {
            value: Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            pointer,
        });
        return Ok(());
    }
    if let Some(rest) = path.strip_prefix("[]") {
        let list = value.as_array().ok_or_else(|| other(value, "a list", &pointer))?;
        for (ordinal, element) in list.iter().enumerate() {
            step(element, rest, format!("{pointer}/{ordinal}"), found)?;
        }
        return Ok(());
    }
    let (name, rest) = top(path.trim_start_matches('.'));
    let next = match name.parse::<usize>() {
        Ok(ordinal) => value
            .as_array()
            .ok_or_else(|| other(value, "a list", &pointer))?
            .get(ordinal),
        Err(_) => value
            .as_object()
            .ok_or_else(|| other(value, "an object", &pointer))?
            .get(name),
    };
    let pointer = format!("{pointer}/{name}");
    if let Some(next) = next {
        return step(next, rest, pointer, found);
    }
    found.push(absent(pointer));
    Ok(())
}

fn other(value: &Value, expected: &str, pointer: &str) -> String {
    let seen = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    let place = if pointer.is_empty() { "it" } else { pointer };
    format!("{place} is {seen}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, path: &str) -> Vec<Option<String>> {
        let found = walk(text, path).unwrap();
        found.into_iter().map(|one| one.value).collect()
    }

    #[test]
    fn paths_lead_to_members_and_elements() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(values(r#"{"appc":{"id":1}}"#, ".appc"), [some(r#"{"id":1}"#)]);
        assert_eq!(
            values(r#"[{"protocol":"HTTP"},{}]"#, "[].protocol"),
            [some("HTTP"), None]
        );
        assert_eq!(values(r#"[["rack","IS","a"],["x"]]"#, "[].1"), [some("IS"), None]);
        assert_eq!(values("0.5", ""), [some("0.5")]);
        for (text, path) in [
            ("null", ""),
            ("null", ".a.b"),
            ("[]", "[].x"),
            ("{}", ".a.b"),
            (r#"{"a":null}"#, ".a.b"),
        ] {
            assert_eq!(values(text, path), [None], "{text} {path}");
        }
        let found = walk(r#"[{"a":{"b":"x"}}]"#, "[].a.b").unwrap();
        assert_eq!(found[0].pointer, "/0/a/b");
        assert_eq!(top("healthChecks[].protocol"), ("healthChecks", "[].protocol"));
        assert_eq!(top("container.appc"), ("container", ".appc"));
    }

    #[test]
    fn another_form_is_said_and_never_absent() {
        for (text, path) in [(r#""x""#, ".a"), ("{}", "[]"), ("[1]", ".a"), ("{}", ".0")] {
            assert!(walk(text, path).unwrap_err().contains("expected"), "{text} {path}");
        }
    }
}
