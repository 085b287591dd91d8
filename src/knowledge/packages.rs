//! Catalogue packages that documents speak of: which installed versions have no way to a newer one that keeps their state.
//! Never says that a package of which no document speaks is safe.

use serde::{Deserialize, Serialize};

use super::Knowledge;
use crate::model::Version;

/// One statement about one package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoWay {
    /// Name in the catalogue.
    pub name: String,
    /// First version that is meant.
    pub first: Option<Version>,
    /// First later version that is not meant any more.
    pub below: Option<Version>,
    /// Release that cannot be reached, as the document names it; none = no release can.
    pub to: Option<String>,
    /// What happens to the state.
    pub text: String,
    /// Documents that say so.
    pub sources: Vec<String>,
}

/// What the documents say about one installed package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'k> {
    /// There is no way to a newer release that keeps its state.
    NoWay(&'k NoWay),
    /// No document speaks of this package, or of this version of it.
    Silent,
    /// Documents speak of certain versions of it, and this version cannot be read.
    Unreadable,
}

impl NoWay {
    /// Whether a version is meant; `None`: it cannot be read, and the statement is about certain versions.
    fn is_about(&self, version: &str) -> Option<bool> {
        if self.first.is_none() && self.below.is_none() {
            return Some(true);
        }
        // What follows the dash is the version of the software inside.
        let own = version.split('-').next().unwrap_or_default();
        let own: Version = Version::leading(own)?;
        let at_least = self.first.as_ref().is_none_or(|first| own >= *first);
        Some(at_least && self.below.as_ref().is_none_or(|below| own < *below))
    }
}

impl Knowledge {
    /// What the documents say about a package of that version.
    pub fn package(&self, name: &str, version: &str) -> Word<'_> {
        let mut word = Word::Silent;
        for statement in self.packages.iter().filter(|statement| statement.name == name) {
            match statement.is_about(version) {
                Some(true) => return Word::NoWay(statement),
                Some(false) => {}
                None => word = Word::Unreadable,
            }
        }
        word
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    package: Vec<NoWay>,
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Vec<NoWay>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_package_and_the_silent_are_silent() {
        let knowledge = Knowledge::builtin().unwrap();
        for (name, version, no_way) in [
            ("kafka", "1.0.9-0.10.0.0", true),
            ("kafka", "1.1.19-0.10.1.0", false),
            ("kafka", "2.3.0-1.0.0", false),
            ("cassandra", "1.0.25-3.0.10", true),
            ("kubernetes", "1.2.0-1.10.5", true),
            ("kubernetes", "2.0.0-1.12.1", false),
            ("spark", "2.12.0-3.0.1", true),
            ("spark", "no version", true),
            ("jenkins", "3.5.0-2.73.1", false),
            ("beta-kafka", "1.0.9-0.10.0.0", false),
        ] {
            let word = knowledge.package(name, version);
            assert_eq!(matches!(word, Word::NoWay(_)), no_way, "{name} {version}: {word:?}");
            assert_ne!(word, Word::Unreadable, "{name} {version}");
        }
        assert_eq!(knowledge.package("kafka", "stub-universe"), Word::Unreadable);
        assert_eq!(knowledge.package("kafka", ""), Word::Unreadable);
    }
}
