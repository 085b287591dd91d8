//! Strict JSON for small answers: whole bodies, checked completely before anything of them is believed.
//!
//! Refuses what lenient parsers let through: duplicated keys, numbers beyond a double, lone surrogates, a byte order
//! mark, text after the end. Never used for bodies that grow by the gigabyte: `/state` has its own way.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};

use super::json_cursor::Cursor;
use super::{Malformed, Parsed};

/// The text of a body, or why it is none. `expected` names the answer in words ("the answer of /version").
pub fn text<'a>(bytes: &'a [u8], expected: &str) -> Parsed<&'a str> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Malformed(format!(
            "invalid UTF-8 at byte {}; expected {expected}",
            error.valid_up_to()
        ))
    })?;
    let first = text.trim_start().chars().next();
    match first {
        None => Err(Malformed(format!("the body is empty; expected {expected}"))),
        Some('\u{feff}') => Err(Malformed(format!(
            "the body begins with a byte order mark; expected {expected}"
        ))),
        Some('<') => Err(Malformed(format!(
            "the body looks like HTML, not JSON; expected {expected}"
        ))),
        Some(_) => Ok(text),
    }
}

/// Reads a whole JSON body into `T`.
pub fn read<T: DeserializeOwned>(bytes: &[u8], expected: &str) -> Parsed<T> {
    let text = text(bytes, expected)?;
    let wrong = |error: serde_json::Error| Malformed(format!("{error}; expected {expected}"));
    // Parts that `T` ignores must be sound JSON as well: a broken body is not half believed. The cursor is quick, the
    // slower visitor knows line and column.
    if !sound(text) {
        serde_json::from_str::<Sound>(text).map_err(wrong)?;
    }
    serde_json::from_str(text).map_err(wrong)
}

/// Whether the text is one JSON value and nothing else.
fn sound(text: &str) -> bool {
    let mut cursor = Cursor::new(text.as_bytes(), 0, true);
    cursor.skip().is_ok() && text.get(cursor.at()..).is_some_and(|rest| rest.trim_ascii().is_empty())
}

/// Any JSON value, checked completely and kept not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound;

struct SoundVisitor;

impl<'de> Visitor<'de> for SoundVisitor {
    type Value = Sound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_str<E>(self, _: &str) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_unit<E>(self) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sound, A::Error> {
        while items.next_element::<Sound>()?.is_some() {}
        Ok(Sound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Sound, A::Error> {
        while entries.next_entry::<Sound, Sound>()?.is_some() {}
        Ok(Sound)
    }
}

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SoundVisitor)
    }
}

/// A count: a whole number that is not negative; Mesos prints `4.0` as well as `4`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u64);

/// Largest whole number below which every whole number is exact in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;
        impl Visitor<'_> for CountVisitor {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count (a whole number, 0 or more)")
            }

            fn visit_u64<E>(self, value: u64) -> Result<Count, E> {
                Ok(Count(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Count, E> {
                u64::try_from(value)
                    .map(Count)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be whole, not negative and exact"
            )]
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Count, E> {
                if value.fract() == 0.0 && (0.0..=EXACT).contains(&value) {
                    Ok(Count(value as u64))
                } else {
                    Err(E::invalid_value(de::Unexpected::Float(value), &self))
                }
            }
        }
        deserializer.deserialize_any(CountVisitor)
    }
}

/// For `#[serde(default, deserialize_with = "present")]`: a field may be absent, but `null` is a wrong type.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// As [`present`], for counts.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Count::deserialize(deserializer).map(|count| Some(count.0))
}

/// As [`count`], where `null` is as good as absent (Marathon prints `null` for what is not set).
pub fn count_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::<Count>::deserialize(deserializer).map(|count| count.map(|count| count.0))
}

/// An object whose keys may not repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique<V>(pub BTreeMap<String, V>);

impl<V> Default for Unique<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Unique<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UniqueVisitor<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for UniqueVisitor<V> {
            type Value = Unique<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some(key) = entries.next_key::<String>()? {
                    if map.contains_key(&key) {
                        return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
                    }
                    let value = entries.next_value()?;
                    map.insert(key, value);
                }
                Ok(Unique(map))
            }
        }
        deserializer.deserialize_map(UniqueVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_not_negative() {
        for (text, count) in [("4", 4), ("4.0", 4), ("0", 0), ("4e0", 4), ("-0", 0)] {
            assert_eq!(serde_json::from_str::<Count>(text).unwrap().0, count, "{text}");
        }
        for text in ["-1", "4.5", "-4.0", "1e30", "\"4\"", "null", "true", "[]"] {
            assert!(serde_json::from_str::<Count>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_body_is_sound_as_a_whole_or_not_at_all() {
        #[derive(Debug, serde::Deserialize)]
        struct Small {
            version: String,
        }
        let good: Small = read(br#"{"version":"1.5.3","x":[1,{"y":null}]}"#, "a version").unwrap();
        assert_eq!(good.version, "1.5.3");
        for (body, part) in [
            (&b""[..], "empty"),
            (b" \n", "empty"),
            (b"<html>", "HTML"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (b"{\"version\":\"\xff\"}", "UTF-8 at byte 12"),
            (b"{}", "missing field `version`"),
            (b"null", "invalid type: null"),
            (b"{\"version\":\"1\",\"version\":\"2\"}", "duplicate field `version`"),
            (b"{\"version\":\"1\"} x", "trailing characters"),
            (b"{\"version\":\"1\",\"x\":1e999}", "out of range"),
            (b"{\"version\":\"1\",\"x\":NaN}", "expected value"),
            (b"{\"version\":\"1\",\"x\":\"\\ud800\"}", "hex escape"),
            (b"{\"version\":\"1\"", "EOF"),
            (b"{\"version\":1}", "invalid type: integer"),
        ] {
            let error = read::<Small>(body, "a version").unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("expected a version"), "{error}");
        }
    }

    #[test]
    fn keys_may_not_repeat() {
        assert!(serde_json::from_str::<Unique<String>>(r#"{"a":"1","b":"2"}"#).is_ok());
        assert!(serde_json::from_str::<Unique<String>>(r#"{"a":"1","a":"1"}"#).is_err());
    }
}
