//! Text from outside made harmless for a terminal. One path, used by errors, log and every command that prints.

pub use crate::report::safe::{sanitized, sanitized_lines};

/// The id nearest to what was typed, if any is near enough to be meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|id| (strsim::normalized_damerau_levenshtein(typed, id), id))
        // Parts of an id ("inactive") are near although most letters are missing.
        .map(|(near, id)| {
            let part = typed.len() >= 4 && id.contains(typed);
            (if part { near.max(0.7) } else { near }, id)
        })
        .filter(|(near, _)| *near >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = ["agents-inactive", "agents-missing", "tasks-lost"];
        assert_eq!(nearest("agents-inactiv", known), Some("agents-inactive"));
        assert_eq!(nearest("agent-missing", known), Some("agents-missing"));
        assert_eq!(nearest("lost", known), Some("tasks-lost"));
        assert_eq!(nearest("zzz", known), None);
    }
}
