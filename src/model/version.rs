//! Version numbers of DC/OS, Mesos, Marathon and their neighbours.
//!
//! Parses what those products print (`1.5.1`, `1.13.0-dev`, `1.7.174-SNAPSHOT`, `v1.1.4`) and orders it.
//! Never guesses: text without two leading numbers is not a version.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version as printed by a component; ordered by its numbers, a suffixed one before the plain one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number; `None` when only two were given (`1.10`).
    pub patch: Option<u32>,
    /// What follows the numbers, without its separator (`dev`, `rc1`, `SNAPSHOT`).
    pub suffix: Option<String>,
}

/// Text that does not begin with two numbers separated by a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAVersion(pub String);

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a version (expected something like 1.10.8)", self.0)
    }
}

impl std::error::Error for NotAVersion {}

impl Version {
    /// A plain `major.minor.patch`.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch: Some(patch),
            suffix: None,
        }
    }

    /// `major.minor`, the line a release belongs to.
    pub fn line(&self) -> (u32, u32) {
        (self.major, self.minor)
    }

    /// A version with a fourth number (`1.5.1.2`, a Marathon that DC/OS 1.10 shipped) by its first three; others as they are.
    pub fn leading(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| {
            let (head, fourth) = text.trim().rsplit_once('.')?;
            let number = !fourth.is_empty() && fourth.bytes().all(|byte| byte.is_ascii_digit());
            let head: Self = head.parse().ok().filter(|_| number)?;
            (head.patch.is_some() && head.suffix.is_none()).then_some(head)
        })
    }

    /// Whether this is at least `major.minor.patch`, suffixes counted as earlier.
    pub fn at_least(&self, major: u32, minor: u32, patch: u32) -> bool {
        *self >= Self::new(major, minor, patch)
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotAVersion(text.chars().take(64).collect());
        let trimmed = text.trim();
        let body = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let end = body
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(body.len());
        let (numbers, rest) = body.split_at(end);
        let numbers = numbers.strip_suffix('.').unwrap_or(numbers);
        let mut parts = numbers.split('.').map(str::parse::<u32>);
        let major = parts.next().and_then(Result::ok).ok_or_else(bad)?;
        let minor = parts.next().and_then(Result::ok).ok_or_else(bad)?;
        let patch = parts.next().transpose().map_err(|_| bad())?;
        if parts.next().is_some() {
            return Err(bad());
        }
        let suffix = rest.trim_start_matches(['-', '+', '_', '.', ' ']);
        let suffix = (!suffix.is_empty()).then(|| suffix.to_owned());
        Ok(Self {
            major,
            minor,
            patch,
            suffix,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if let Some(patch) = self.patch {
            write!(f, ".{patch}")?;
        }
        if let Some(suffix) = &self.suffix {
            write!(f, "-{suffix}")?;
        }
        Ok(())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        // A missing patch number sorts first; a suffixed build sorts before the release it leads to.
        let numbers = |v: &Self| (v.major, v.minor, v.patch);
        numbers(self)
            .cmp(&numbers(other))
            .then_with(|| match (&self.suffix, &other.suffix) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => a.cmp(b),
            })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_products_print() {
        for (text, shown) in [
            ("1.5.1", "1.5.1"),
            ("v1.1.4", "1.1.4"),
            ("1.13.0-dev", "1.13.0-dev"),
            ("1.10", "1.10"),
            (" 1.6.0\n", "1.6.0"),
        ] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), shown);
        }
        for text in ["", "x", "1", "1.", "1.2.3.4", "-1.2", "99999999999.1"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_fourth_number_is_left_out() {
        let leading = |text: &str| Version::leading(text).map(|version| version.to_string());
        assert_eq!(leading("1.5.1.2").as_deref(), Some("1.5.1"));
        assert_eq!(leading("1.5.1").as_deref(), Some("1.5.1"));
        for text in ["1.5.1.2.3", "x.1.2.3", "1.2.3.4 "] {
            assert_eq!(
                leading(text).as_deref(),
                (text == "1.2.3.4 ").then_some("1.2.3"),
                "{text}"
            );
        }
    }

    #[test]
    fn orders_by_number_and_suffix() {
        let mut all: Vec<Version> = ["1.10.8", "1.9.9", "1.11.0", "1.11.0-rc1", "2.0.0"]
            .iter()
            .map(|t| t.parse().unwrap())
            .collect();
        all.sort();
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["1.9.9", "1.10.8", "1.11.0-rc1", "1.11.0", "2.0.0"]);
    }
}
