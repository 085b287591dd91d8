//! What an operator may say about workloads: minimums, critical agents, the size of waves. Never read from evidence.

use std::collections::BTreeMap;

pub use crate::facts::placement::racks::RACK;

/// Share of the agents of a kind that one wave may hold where nothing else is said, in percent.
pub const MAX_WAVE: u8 = 25;

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Attribute that names an agent's rack where it has no zone.
    pub rack: String,
    /// Critical agents, by host name, address or id: they go last and alone.
    pub critical: Vec<String>,
    /// Least number of instances by id of the app or pod, or by name of a task; a `*` at the end stands for anything.
    pub minimums: BTreeMap<String, u64>,
    /// Share of the agents of a kind (public, private) that one wave may hold, 1 to 100 percent; never less than one agent.
    pub max_wave: u8,
    /// Plan as if the apps that hold agents had been scaled up as advised.
    pub assume_scaled: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rack: RACK.to_owned(),
            critical: Vec::new(),
            minimums: BTreeMap::new(),
            max_wave: MAX_WAVE,
            assume_scaled: false,
        }
    }
}

impl Settings {
    /// The minimum that was said for a workload, with the key that said it: its own name before any pattern, a longer
    /// pattern before a shorter one.
    pub fn minimum(&self, name: &str) -> Option<(&str, u64)> {
        if let Some((key, minimum)) = self.minimums.get_key_value(name) {
            return Some((key, *minimum));
        }
        self.minimums
            .iter()
            .filter(|(key, _)| key.strip_suffix('*').is_some_and(|begin| name.starts_with(begin)))
            .max_by_key(|(key, _)| key.len())
            .map(|(key, minimum)| (key.as_str(), *minimum))
    }
}

/// Why a key of `minimum` names nothing that could exist; `None` for a sound one.
pub fn key_problem(key: &str) -> Option<&'static str> {
    if key.trim() != key || key.is_empty() {
        return Some("is empty or has blanks around it");
    }
    if key.find('*').is_some_and(|at| at + 1 < key.len()) {
        return Some("has a `*` before its end; only the last character may be one");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_word_counts() {
        let settings = Settings {
            minimums: [("/web", 2), ("/batch/*", 0), ("/batch/db*", 1), ("*", 5)]
                .map(|(key, minimum)| (key.to_owned(), minimum))
                .into(),
            ..Settings::default()
        };
        for (name, expected) in [
            ("/web", ("/web", 2)),
            ("/batch/x", ("/batch/*", 0)),
            ("/batch/db-1", ("/batch/db*", 1)),
            ("/web/front", ("*", 5)),
        ] {
            assert_eq!(settings.minimum(name), Some(expected), "{name}");
        }
        assert_eq!(Settings::default().minimum("/web"), None);
    }

    #[test]
    fn keys_are_names_or_beginnings() {
        for good in ["/web", "/batch/*", "*", "kafka-0-broker"] {
            assert_eq!(key_problem(good), None, "{good}");
        }
        for bad in ["", " /web", "/*/x", "**"] {
            assert!(key_problem(bad).is_some(), "{bad}");
        }
    }
}
