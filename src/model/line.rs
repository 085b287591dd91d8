//! A release line: the first two numbers of a version (`1.11`). Orders by number; never stands for one release.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::version::{NotAVersion, Version};

/// `major.minor`: what documents call a minor version, and what upgrade guides are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
}

impl Line {
    /// A line of two numbers.
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }
}

impl From<&Version> for Line {
    fn from(version: &Version) -> Self {
        Self::new(version.major, version.minor)
    }
}

impl FromStr for Line {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotAVersion(text.chars().take(64).collect());
        let (major, minor) = text.trim().split_once('.').ok_or_else(bad)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| bad());
        Ok(Self::new(number(major)?, number(minor)?))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_by_number_and_refuses_releases() {
        let line = |text: &str| text.parse::<Line>().unwrap();
        assert!(line("1.9") < line("1.10") && line("1.13") < line("2.0"));
        assert_eq!(Line::from(&Version::new(1, 11, 3)), line("1.11"));
        for text in ["1", "1.2.3", "1.x", ""] {
            assert!(text.parse::<Line>().is_err(), "{text}");
        }
    }
}
