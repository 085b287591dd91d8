//! Integers as `java.lang.Integer.parseInt` reads them: what Marathon calls a number in GROUP_BY and MAX_PER.

/// What `parseInt` would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer {
    /// Return a number.
    Yes,
    /// Throw.
    No,
    /// Depends on the Unicode of that Java.
    CannotTell,
}

/// Zeros of the decimal digits that Java 8 to 25 know (`Character.digit(c, 10) == 0`; only those of one `char`).
const ZEROS: [char; 35] = [
    '0', '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}', '\u{BE6}', '\u{C66}',
    '\u{CE6}', '\u{D66}', '\u{E50}', '\u{ED0}', '\u{F20}', '\u{1040}', '\u{1090}', '\u{17E0}', '\u{1810}', '\u{1946}',
    '\u{19D0}', '\u{1A80}', '\u{1A90}', '\u{1B50}', '\u{1BB0}', '\u{1C40}', '\u{1C50}', '\u{A620}', '\u{A8D0}',
    '\u{A900}', '\u{A9D0}', '\u{AA50}', '\u{ABF0}', '\u{FF10}',
];
/// Zeros that came with Unicode 7: Java 8 does not know them.
const NEWER_ZEROS: [char; 2] = ['\u{DE6}', '\u{A9F0}'];

/// The number, where [`judge`] says that it is one.
pub(super) fn value(text: &str) -> Option<i64> {
    if judge(text) != Integer::Yes {
        return None;
    }
    let digits = text.trim_start_matches(['+', '-']);
    let mut value = 0_i64;
    for c in digits.chars() {
        value = value * 10 + i64::from(digit(c, &ZEROS)?);
    }
    Some(if text.starts_with('-') { -value } else { value })
}

/// Judges a text: one optional sign, decimal digits of any script, 32 bits; no blanks, no `_`.
pub(super) fn judge(text: &str) -> Integer {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return Integer::No;
    }
    let limit: i64 = if negative { 1 << 31 } else { (1 << 31) - 1 };
    let mut value: i64 = 0;
    let mut newer = false;
    for c in digits.chars() {
        let digit = match (digit(c, &ZEROS), digit(c, &NEWER_ZEROS)) {
            (Some(digit), _) => digit,
            (None, Some(digit)) => {
                newer = true;
                digit
            }
            (None, None) => return Integer::No,
        };
        value = value * 10 + i64::from(digit);
        if value > limit {
            return Integer::No;
        }
    }
    if newer { Integer::CannotTell } else { Integer::Yes }
}

fn digit(c: char, zeros: &[char]) -> Option<u32> {
    zeros
        .iter()
        .filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero)))
        .find(|digit| *digit < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_java_reads() {
        for text in [
            "0",
            "3",
            "+3",
            "-1",
            "2147483647",
            "-2147483648",
            "٣",
            "0003",
            "１２",
            "٣3",
        ] {
            assert_eq!(judge(text), Integer::Yes, "{text}");
        }
        for (text, number) in [
            ("0", 0),
            ("+3", 3),
            ("-1", -1),
            ("٣3", 33),
            ("-2147483648", -2_147_483_648),
        ] {
            assert_eq!(value(text), Some(number), "{text}");
        }
        assert_eq!((value("x"), value("\u{DE7}")), (None, None));
        for text in [
            "",
            "+",
            "-",
            "+-1",
            "--1",
            " 3",
            "3 ",
            "1_000",
            "2147483648",
            "-2147483649",
            "3.0",
            "inf",
            "0x1",
            "three",
            "𝟙",
            "²",
            "½",
            "99999999999999999999999",
        ] {
            assert_eq!(judge(text), Integer::No, "{text}");
        }
        assert_eq!(judge("\u{DE7}"), Integer::CannotTell);
    }
}
