//! Canonical JSON text: sorted keys, numbers in one form, no blanks; equal values give equal text.
//!
//! For comparing definitions before and after an upgrade. Never keeps the order or the spelling of the source.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value as canonical text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canonical(pub String);

impl Canonical {
    /// The value as `T`; `None` when it has another type.
    pub fn value<T: de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.0).ok()
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.0 == "null"
    }
}

/// Text as JSON string.
pub fn quoted(text: &str) -> String {
    // Text always has a JSON form; an empty string would only ever be seen for an impossible error.
    serde_json::to_string(text).unwrap_or_default()
}

struct CanonicalVisitor;

/// Below this every whole number is exact in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> Visitor<'de> for CanonicalVisitor {
    type Value = Canonical;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Canonical, E> {
        Ok(Canonical(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Canonical, E> {
        Ok(Canonical(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Canonical, E> {
        Ok(Canonical(value.to_string()))
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range")]
    fn visit_f64<E>(self, value: f64) -> Result<Canonical, E> {
        Ok(Canonical(if value.fract() == 0.0 && value.abs() < EXACT {
            (value as i64).to_string()
        } else if (1e-7..1e21).contains(&value.abs()) {
            // Both forms are the shortest text that reads back as the same double.
            value.to_string()
        } else {
            format!("{value:e}")
        }))
    }

    fn visit_str<E>(self, value: &str) -> Result<Canonical, E> {
        Ok(Canonical(quoted(value)))
    }

    fn visit_unit<E>(self) -> Result<Canonical, E> {
        Ok(Canonical("null".to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Canonical, A::Error> {
        let mut text = String::from("[");
        while let Some(item) = items.next_element::<Canonical>()? {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&item.0);
        }
        text.push(']');
        Ok(Canonical(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Canonical, A::Error> {
        let mut sorted = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value::<Canonical>()?;
            if sorted.contains_key(&key) {
                return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
            }
            sorted.insert(key, value);
        }
        let mut text = String::from("{");
        for (key, value) in sorted {
            if text.len() > 1 {
                text.push(',');
            }
            let _ = write!(text, "{}:{}", quoted(&key), value.0);
        }
        text.push('}');
        Ok(Canonical(text))
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CanonicalVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        serde_json::from_str::<Canonical>(text).unwrap().0
    }

    #[test]
    fn equal_values_give_equal_text() {
        assert_eq!(
            canonical(r#"{ "b": 1.0, "a": [ "x\/y", 0.10, null, true ] }"#),
            canonical(r#"{"a":["x/y",1e-1,null,true],"b":1}"#)
        );
        assert_eq!(canonical("1e-1"), "0.1");
        assert_eq!(canonical("-0.0"), "0");
        assert_eq!(canonical("128.0"), canonical("128"));
        assert_ne!(canonical("1.5"), canonical("1"));
        assert_eq!(canonical(r#"{"é":"\u0001"}"#), "{\"é\":\"\\u0001\"}");
    }

    #[test]
    fn canonical_text_is_json_again() {
        for text in ["0.1", "1e300", "[1.25,{}]", r#""a\"b""#] {
            let once = canonical(text);
            assert_eq!(canonical(&once), once);
        }
    }

    #[test]
    fn repeated_keys_are_refused() {
        assert!(serde_json::from_str::<Canonical>(r#"{"a":{"b":1,"b":2}}"#).is_err());
    }
}
