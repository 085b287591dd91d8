//! A cursor over a part of a JSON text: reads values in one pass, checks all of JSON's grammar, copies nothing.
//!
//! The text may end in the middle of a value: then the cursor asks for more and the caller begins the value again.
//! Accepts what `serde_json` accepts as a `Value` and nothing else: no number beyond a double, no lone surrogate, no
//! control character in a string, at most 127 levels. UTF-8 is checked by whoever feeds it.

use std::borrow::Cow;

/// Deepest nesting, as in `serde_json`.
pub const MAX_DEPTH: u32 = 127;

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The text ended within a value.
    More,
    /// The text is not what it should be.
    Bad(&'static str),
}

/// What reading gives.
pub type Step<T> = Result<T, Stop>;

/// A string as it stands in the text, between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a> {
    /// The bytes between the quotes; sound, but with escapes.
    pub bytes: &'a [u8],
    /// Whether there are escapes in it.
    pub escaped: bool,
}

impl<'a> Raw<'a> {
    /// The string itself.
    ///
    /// # Errors
    /// [`Stop::Bad`] for invalid UTF-8, which a checked feed does not have.
    pub fn text(self) -> Step<Cow<'a, str>> {
        let text = std::str::from_utf8(self.bytes).map_err(|_| Stop::Bad("invalid UTF-8"))?;
        if self.escaped {
            serde_json::from_str(&format!("\"{text}\""))
                .map(Cow::Owned)
                .map_err(|_| Stop::Bad("invalid escape"))
        } else {
            Ok(Cow::Borrowed(text))
        }
    }

    /// The bytes of the string, escapes resolved: for telling keys apart.
    #[inline]
    pub fn name(self) -> Step<Cow<'a, [u8]>> {
        if self.escaped {
            self.text().map(|text| Cow::Owned(text.into_owned().into_bytes()))
        } else {
            Ok(Cow::Borrowed(self.bytes))
        }
    }
}

/// A place in a text, and how deep it is nested there.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    depth: u32,
    last: bool,
}

impl<'a> Cursor<'a> {
    /// A cursor at the begin of `text`, `depth` levels deep. `last`: nothing follows after `text`.
    pub fn new(text: &'a [u8], depth: u32, last: bool) -> Self {
        Self {
            text,
            at: 0,
            depth,
            last,
        }
    }

    /// Bytes read so far.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The text from `from` up to here.
    pub fn since(&self, from: usize) -> &'a [u8] {
        self.text.get(from..self.at).unwrap_or_default()
    }

    #[inline]
    fn byte(&self) -> Step<u8> {
        self.text.get(self.at).copied().ok_or(Stop::More)
    }

    /// The next byte that is not white space, not consumed.
    #[inline]
    pub fn peek(&mut self) -> Step<u8> {
        loop {
            let byte = self.byte()?;
            if byte > b' ' {
                return Ok(byte);
            }
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Err(Stop::Bad("a control character outside of a string"));
            }
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, wanted: u8, what: &'static str) -> Step<()> {
        if self.peek()? == wanted {
            self.at += 1;
            Ok(())
        } else {
            Err(Stop::Bad(what))
        }
    }

    /// Enters an object or array.
    #[inline]
    fn enter(&mut self, open: u8, what: &'static str) -> Step<()> {
        self.expect(open, what)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::Bad("nested too deep (more than 127 levels)"));
        }
        Ok(())
    }

    /// Before each entry of an object or array: whether there is one (`true`), or the end was passed (`false`).
    #[inline]
    fn entry(&mut self, first: &mut bool, close: u8) -> Step<bool> {
        let byte = self.peek()?;
        if byte == close {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if std::mem::take(first) {
            return Ok(true);
        }
        if byte != b',' {
            return Err(Stop::Bad("expected `,` or the end of the list or object"));
        }
        self.at += 1;
        if self.peek()? == close {
            return Err(Stop::Bad("a `,` before the end"));
        }
        Ok(true)
    }

    /// Reads an object: `entry` is called after each key and must read the value.
    #[inline]
    pub fn object(&mut self, mut entry: impl FnMut(&mut Self, Raw<'a>) -> Step<()>) -> Step<()> {
        self.enter(b'{', "expected an object")?;
        let mut first = true;
        while self.entry(&mut first, b'}')? {
            let key = self.take_key()?;
            entry(self, key)?;
        }
        Ok(())
    }

    /// Reads a list: `element` is called before each element and must read it.
    #[inline]
    pub fn list(&mut self, mut element: impl FnMut(&mut Self) -> Step<()>) -> Step<()> {
        self.enter(b'[', "expected a list")?;
        let mut first = true;
        while self.entry(&mut first, b']')? {
            element(self)?;
        }
        Ok(())
    }

    /// Passes the opening bracket of a list or object that is walked by the feed.
    pub fn take(&mut self, open: u8) -> Step<()> {
        let what = if open == b'[' {
            "expected a list"
        } else {
            "expected an object"
        };
        self.enter(open, what)
    }

    /// Before each entry of a list or object that is walked by the feed: whether the end was passed.
    pub fn take_end(&mut self, mut first: bool, close: u8) -> Step<bool> {
        self.entry(&mut first, close).map(|more| !more)
    }

    /// Passes a key with its colon.
    #[inline]
    pub fn take_key(&mut self) -> Step<Raw<'a>> {
        if self.peek()? != b'"' {
            return Err(Stop::Bad("expected a key in quotes"));
        }
        let key = self.string()?;
        self.expect(b':', "expected `:`")?;
        Ok(key)
    }

    /// Reads a string.
    #[inline]
    pub fn string(&mut self) -> Step<Raw<'a>> {
        self.expect(b'"', "expected a text")?;
        let from = self.at;
        let mut escaped = false;
        loop {
            self.at += plain(self.text.get(self.at..).unwrap_or_default());
            match self.byte()? {
                b'"' => {
                    let bytes = self.since(from);
                    self.at += 1;
                    return Ok(Raw { bytes, escaped });
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Stop::Bad("a control character in a string")),
            }
        }
    }

    /// Passes one escape; surrogates must come in pairs.
    #[cold]
    fn escape(&mut self) -> Step<()> {
        self.at += 1;
        let kind = self.byte()?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.hex()? {
                0xdc00..=0xdfff => Err(Stop::Bad("a lone surrogate in a string")),
                0xd800..=0xdbff => {
                    for wanted in [b'\\', b'u'] {
                        if self.byte()? != wanted {
                            return Err(Stop::Bad("a lone surrogate in a string"));
                        }
                        self.at += 1;
                    }
                    match self.hex()? {
                        0xdc00..=0xdfff => Ok(()),
                        _ => Err(Stop::Bad("a lone surrogate in a string")),
                    }
                }
                _ => Ok(()),
            },
            _ => Err(Stop::Bad("an unknown escape in a string")),
        }
    }

    fn hex(&mut self) -> Step<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()?)
                .to_digit(16)
                .ok_or(Stop::Bad("an escape without four hexadecimal digits"))?;
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self) -> Step<bool> {
        match self.peek()? {
            b't' => self.word(b"true").map(|()| true),
            b'f' => self.word(b"false").map(|()| false),
            _ => Err(Stop::Bad("expected true or false")),
        }
    }

    fn word(&mut self, word: &[u8]) -> Step<()> {
        for wanted in word {
            if self.byte()? != *wanted {
                return Err(Stop::Bad("expected a value"));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Passes digits; at the end of the whole text a number may end as well.
    fn digits(&mut self) -> Step<usize> {
        let from = self.at;
        while let Some(byte) = self.text.get(self.at) {
            if !byte.is_ascii_digit() {
                return Ok(self.at - from);
            }
            self.at += 1;
        }
        if self.last { Ok(self.at - from) } else { Err(Stop::More) }
    }

    fn number(&mut self) -> Step<()> {
        const BAD: Stop = Stop::Bad("not a number");
        let from = self.at;
        if self.byte()? == b'-' {
            self.at += 1;
        }
        let leading_zero = self.byte()? == b'0';
        let whole = self.digits()?;
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(BAD);
        }
        let mut plain = whole < 300;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits()? == 0 {
                return Err(BAD);
            }
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte()?, b'+' | b'-') {
                self.at += 1;
            }
            if self.digits()? == 0 {
                return Err(BAD);
            }
            plain = false;
        }
        // Few numbers have exponents: whether they fit a double is left to the reader that everybody else uses.
        if !plain && serde_json::from_slice::<f64>(self.since(from)).is_err() {
            return Err(Stop::Bad("a number out of range"));
        }
        Ok(())
    }

    /// Passes one value of any kind, checked completely.
    pub fn skip(&mut self) -> Step<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => self.object(|inner, _| inner.skip()),
            b'[' => self.list(Self::skip),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(Stop::Bad("expected a value")),
        }
    }
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Number of bytes before the first `"`, `\` or control character; all of them if there is none.
#[inline]
fn plain(text: &[u8]) -> usize {
    let mut at = 0;
    // Eight bytes at a time: a byte of the sum has its high bit set where it is one of the three (see "Bit Twiddling
    // Hacks", haszero and hasless); borrows make false hits only above the first true one.
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ (LOW * 0x22);
        let slash = word ^ (LOW * 0x5c);
        let hit = (quote.wrapping_sub(LOW) & !quote)
            | (slash.wrapping_sub(LOW) & !slash)
            | (word.wrapping_sub(LOW * 0x20) & !word);
        let hit = hit & HIGH;
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
        .unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        let mut cursor = Cursor::new(text.as_bytes(), 0, true);
        cursor.skip().is_ok() && text.get(cursor.at()..).is_some_and(|rest| rest.trim().is_empty())
    }

    #[test]
    fn agrees_with_serde_json_on_the_corners() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let mut texts: Vec<String> = [
            "0",
            "-0",
            "01",
            "-",
            "1.",
            ".5",
            "1.5",
            "1e5",
            "1e+5",
            "1E-5",
            "1e",
            "1e+",
            "1e308",
            "1e309",
            "-1e309",
            "1e-999",
            "0e999",
            "123456789012345678901234567890",
            "true",
            "tru",
            "truex",
            "null",
            "nul",
            "NaN",
            "Infinity",
            "\"\"",
            "\"a",
            "\"\\n\"",
            "\"\\x\"",
            "\"\\u00e9\"",
            "\"\\u00g0\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83dx\"",
            "\"\\ud83d\\u0041\"",
            "\"\u{7f}\"",
            "\"é\"",
            "\"\u{1}\"",
            "\"12345678\\\"90\"",
            "{}",
            "{ }",
            "{,}",
            "{\"a\":1,}",
            "{\"a\" : 1 , \"a\":2}",
            "{a:1}",
            "{\"a\"}",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[]",
            "[ ]",
            "",
            " ",
            "[1]]",
            "\u{feff}[]",
            "\u{b}1",
            "/*x*/1",
            "'a'",
            "[1,2",
            "{\"a\":",
            "\u{0}",
        ]
        .map(str::to_owned)
        .to_vec();
        texts.push(deep(127));
        texts.push(deep(128));
        texts.push("1".repeat(400));
        texts.push(format!("0.{}", "1".repeat(400)));
        for text in texts {
            let oracle = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            assert_eq!(accepts(&text), oracle, "{text}");
        }
    }

    #[test]
    fn finds_the_first_byte_that_matters() {
        for special in ['"', '\\', '\u{1}', '\u{1f}'] {
            for before in 0..20 {
                for after in 0..20 {
                    let text = format!("{}{special}{}", "é".repeat(before), "\"\\~\u{7f}".repeat(after));
                    assert_eq!(plain(text.as_bytes()), before * 2);
                }
            }
        }
        assert_eq!(plain(b"abcdefghijklmnopq"), 17);
    }
}
