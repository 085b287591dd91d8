//! Untrusted text made harmless, one path per kind of output: terminal, Markdown. (HTML is escaped by the template engine.)
//!
//! Nothing here decides what is shown; it only makes sure that what is shown cannot act.

/// Longest text in one cell, in bytes; the rest is counted, not shown.
pub const CELL_LIMIT: usize = 4096;
/// Rows per table; the rest is counted, not shown.
pub const ROW_LIMIT: usize = 1000;

/// Characters that a terminal, a log viewer or a browser may act on or that hide what stands beside them:
/// C0, DEL, C1, line and paragraph separators, bidi controls, zero-width and other format characters, tags, the BOM.
fn acts(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line: every character that could act is shown as `\u{..}`.
pub fn sanitized(text: &str) -> String {
    shown(text, |_| false)
}

/// As [`sanitized`], but newlines stay: for text of our own that has several lines.
pub fn sanitized_lines(text: &str) -> String {
    shown(text, |c| c == '\n')
}

fn shown(text: &str, keep: impl Fn(char) -> bool) -> String {
    use std::fmt::Write as _;
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) && !keep(c) {
            let _ = write!(safe, "\\u{{{:x}}}", c as u32);
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Cuts at [`CELL_LIMIT`] bytes (on a character) and says how much is missing.
pub fn limited(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= CELL_LIMIT {
        return text.into();
    }
    let cut = (0..=CELL_LIMIT)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let kept = text.get(..cut).unwrap_or_default();
    format!("{kept}… (and {} more bytes)", text.len() - cut).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_and_everything_is_seen() {
        assert_eq!(
            sanitized("a\x1b[31mb\u{202e}c\u{2028}\u{7f}\u{9b}"),
            "a\\u{1b}[31mb\\u{202e}c\\u{2028}\\u{7f}\\u{9b}"
        );
        assert_eq!(sanitized("zwölf – 12 ✓"), "zwölf – 12 ✓");
        assert_eq!(sanitized_lines("a\nb\r"), "a\nb\\u{d}");
    }

    #[test]
    fn long_text_is_cut_on_a_character_and_says_so() {
        let long = "ä".repeat(CELL_LIMIT);
        let cut = limited(&long);
        assert!(cut.len() < CELL_LIMIT + 40 && cut.ends_with("more bytes)"), "{cut}");
        assert_eq!(limited("short"), "short");
    }
}
