//! Pieces of the terminal report that are text alone: wrapped lines, neighbours that are one row. Draws nothing.

use crate::report::view::MissingView;

/// Words put into lines of at most `width` characters; a longer word is cut.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut rest: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + rest.len() > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        while rest.len() > width {
            let tail = rest.split_off(width);
            lines.push(rest.into_iter().collect());
            rest = tail;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        used += rest.len();
        line.extend(rest);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Neighbours of one folder that ended the same way for the same cause: one row for people, unless everything is asked for.
pub(super) fn groups(missing: &[MissingView], one_by_one: bool) -> Vec<&[MissingView]> {
    let alike = |a: &MissingView, b: &MissingView| {
        !one_by_one
            && a.role == b.role
            && a.outcome == b.outcome
            && folder(&a.item) == folder(&b.item)
            && cause(&a.reason) == cause(&b.reason)
    };
    missing.chunk_by(alike).collect()
}

/// Folder of an item, with its slash at the end.
pub(super) fn folder(item: &str) -> &str {
    item.rfind('/').and_then(|at| item.get(..=at)).unwrap_or(item)
}

/// The cause itself, where later requests to the same server were spared because of it.
pub(super) fn cause(reason: &str) -> &str {
    reason.strip_prefix("not asked again: ").unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_words_and_cuts_long_ones() {
        assert_eq!(wrapped("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrapped("abcdefgh i", 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
