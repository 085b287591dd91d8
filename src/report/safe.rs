//! Untrusted text made harmless, one path per kind of output: terminal, JSON, HTML, Markdown.
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

/// JSON text in which every character that could act is escaped by its four hexadecimal digits: the same values. Whitespace between tokens stays.
pub fn json_escaped(json: &str) -> String {
    use std::fmt::Write as _;
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        // Outside strings only ASCII occurs, and of controls only newlines: the rest stands inside strings.
        if acts(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// HTML text and attribute values in quotes.
pub fn html_escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Some old viewers end an attribute here.
            '`' => safe.push_str("&#96;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// Markdown text: what Markdown, or HTML inside Markdown, would act on gets a backslash or an entity; the rest stays readable.
///
/// The text is one line already ([`sanitized`]). Addresses are broken at `://`, `www.` and `@`, so that no viewer makes
/// links of them by itself.
pub fn markdown_escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut rest = text.chars().peekable();
    // At the start of a value: headings, lists, quotes, rules. `only_digits` is for "1." and "1)".
    let mut only_digits = true;
    let mut www = 0;
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let start = before.is_none();
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            ':' if after == Some('/') => safe.push_str("&#58;"),
            '.' if www == 3 => safe.push_str("&#46;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            // Between letters or digits an underscore is only that.
            '_' if !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)) => {
                safe.push_str("\\_");
            }
            '-' | '+' | '=' if start => {
                safe.push('\\');
                safe.push(c);
            }
            '.' | ')' if !start && only_digits && after.is_none_or(char::is_whitespace) => {
                safe.push('\\');
                safe.push(c);
            }
            _ => safe.push(c),
        }
        only_digits = only_digits && c.is_ascii_digit();
        www = if matches!(c, 'w' | 'W') { (www + 1).min(3) } else { 0 };
        before = Some(c);
    }
    safe
}

/// Markdown code: the text between enough backticks; `|` escaped, because tables split cells before they look for code.
pub fn markdown_code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim() != text {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
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
    fn json_keeps_its_values() {
        let text = "a\u{7f}\u{9b}\u{202e}\u{e0041}ü\n";
        let json = json_escaped(&serde_json::to_string_pretty(&[text]).unwrap());
        assert!(
            json.contains("\\u007f") && json.contains("\\udb40\\udc41") && json.contains('ü'),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }

    #[test]
    fn markdown_is_readable_and_does_nothing() {
        for (text, shown) in [
            ("10.0.0.9 is inactive", "10.0.0.9 is inactive"),
            ("in the window. And", "in the window. And"),
            ("some_task of /a-b/c", "some_task of /a-b/c"),
            ("[x](javascript:1)", "\\[x\\](javascript:1)"),
            ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
            (
                "https://x.test www.x.test a@b",
                "https&#58;//x.test www&#46;x.test a&#64;b",
            ),
            ("- list", "\\- list"),
            ("1. list", "1\\. list"),
            ("# head | cell", "\\# head \\| cell"),
            ("_x_ `y`", "\\_x\\_ \\`y\\`"),
        ] {
            assert_eq!(markdown_escaped(text), shown);
        }
        assert_eq!(markdown_code("a``b|c"), "```a``b\\|c```");
        assert_eq!(markdown_code("`a"), "`` `a ``");
    }

    #[test]
    fn long_text_is_cut_on_a_character_and_says_so() {
        let long = "ä".repeat(CELL_LIMIT);
        let cut = limited(&long);
        assert!(cut.len() < CELL_LIMIT + 40 && cut.ends_with("more bytes)"), "{cut}");
        assert_eq!(limited("short"), "short");
    }
}
