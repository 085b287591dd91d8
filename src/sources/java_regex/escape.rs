//! Escapes: what may follow a backslash, outside and inside of a class.

use super::ast::Node;
use super::parse::{Parsed, Parser, Token, refused, unsure};

/// What an escape inside a class stands for.
#[derive(Debug)]
pub(super) enum InClass {
    /// One character.
    Char(u32),
    /// A set, by its letter.
    Set(char),
}

impl Parser {
    /// An escape outside of a class; the backslash has been taken.
    pub fn escape(&mut self) -> Parsed<Node> {
        let c = match self.take() {
            None => return refused("the expression ends in a backslash"),
            Some(Token { c, .. }) => c,
        };
        match c {
            'p' | 'P' => Ok(Node::Property(self.property(c == 'P')?)),
            'b' if self.plain() == Some('{') => unsure("`\\b{` is read differently by Java 8 and newer ones"),
            'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'v' | 'V' | 'w' | 'W' | 'A' | 'B' | 'G' | 'R' | 'Z' | 'b' | 'z' => {
                Ok(Node::Escape(c))
            }
            'X' => unsure("`\\X` exists from Java 9 on"),
            '1'..='9' => Ok(Node::BackRef(self.back_reference(c))),
            'k' => {
                if self.inner()? != Some('<') {
                    return refused("`\\k` is not followed by `<`");
                }
                match self.inner()? {
                    Some(c) if c.is_ascii_alphabetic() => {
                        let name = self.group_name(c)?;
                        if !self.knows(&name) {
                            return refused(format!("no group is named `{name}` before `\\k<{name}>`"));
                        }
                        Ok(Node::NamedRef(name))
                    }
                    _ => refused("the name after `\\k<` does not begin with a letter"),
                }
            }
            _ => self.character(c).map(Node::Char),
        }
    }

    /// An escape inside a class (not `\p`); the backslash has been taken.
    pub fn escape_in_class(&mut self) -> Parsed<InClass> {
        let c = match self.take() {
            None => return refused("a class is not closed"),
            Some(Token { c, .. }) => c,
        };
        match c {
            'v' if self.plain() == Some('-') => unsure("`\\v` as the end of a range is not documented by Java"),
            'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'v' | 'V' | 'w' | 'W' => Ok(InClass::Set(c)),
            'A' | 'B' | 'G' | 'R' | 'X' | 'Z' | 'b' | 'k' | 'z' | '1'..='9' => {
                refused(format!("`\\{c}` may not stand in a class"))
            }
            _ => self.character(c).map(InClass::Char),
        }
    }

    /// Escapes that stand for one character, the same in and outside of a class.
    fn character(&mut self, c: char) -> Parsed<u32> {
        match c {
            '0' => self.octal(),
            'a' => Ok(0x07),
            'e' => Ok(0x1B),
            'f' => Ok(0x0C),
            'n' => Ok(0x0A),
            'r' => Ok(0x0D),
            't' => Ok(0x09),
            'c' => match self.inner()? {
                Some(c) => Ok(u32::from(c) ^ 64),
                None => refused("`\\c` is followed by nothing"),
            },
            'u' => self.unicode(),
            'x' => self.hex(),
            'N' if self.plain() == Some('{') => unsure("`\\N{…}` exists from Java 9 on"),
            c if c.is_ascii_alphabetic() => refused(format!("`\\{c}` is no escape of Java")),
            c => Ok(u32::from(c)),
        }
    }

    /// `\1`: more digits belong to it as long as there are so many groups.
    fn back_reference(&mut self, first: char) -> u32 {
        let mut number = first.to_digit(10).unwrap_or(0);
        while let Some(digit) = self.plain().and_then(|c| c.to_digit(10)) {
            let longer = number.saturating_mul(10).saturating_add(digit);
            if longer > self.groups() {
                break;
            }
            self.take();
            number = longer;
        }
        number
    }

    /// `\0`, then one to three octal digits, up to 377.
    fn octal(&mut self) -> Parsed<u32> {
        let Some(mut value) = self.inner()?.and_then(|c| c.to_digit(8)) else {
            return refused("`\\0` is not followed by an octal digit");
        };
        let mut left = if value <= 3 { 2 } else { 1 };
        while left > 0
            && let Some(digit) = self.peek().and_then(|token| token.c.to_digit(8))
        {
            self.inner()?;
            value = value * 8 + digit;
            left -= 1;
        }
        Ok(value)
    }

    /// `\x41` or `\x{1F600}`.
    fn hex(&mut self) -> Parsed<u32> {
        let wrong = "`\\x` is followed by neither two hexadecimal digits nor `{…}`";
        match self.inner()? {
            Some('{') => {
                let mut value = 0u32;
                let mut digits = 0;
                loop {
                    match self.inner()? {
                        Some('}') if digits > 0 => return Ok(value),
                        Some(c) => {
                            let Some(digit) = c.to_digit(16) else {
                                return refused(wrong);
                            };
                            value = value.saturating_mul(16).saturating_add(digit);
                            digits += 1;
                            if value > 0x10_FFFF {
                                return refused("`\\x{…}` is above the last character");
                            }
                        }
                        None => return refused(wrong),
                    }
                }
            }
            Some(c) => match (c.to_digit(16), self.inner()?.and_then(|c| c.to_digit(16))) {
                (Some(high), Some(low)) => Ok(high * 16 + low),
                _ => refused(wrong),
            },
            None => refused(wrong),
        }
    }

    /// `\u0041`; two of them make one character where they are its two halves.
    fn unicode(&mut self) -> Parsed<u32> {
        let first = self.four_digits()?;
        let second_follows = (0xD800..0xDC00).contains(&first)
            && self.plain() == Some('\\')
            && self.peek_second() == Some(Token { c: 'u', quoted: false });
        if second_follows {
            // A first half alone is a character too, but then the second must at least be well formed.
            let back = self.mark();
            self.take();
            self.take();
            let second = self.four_digits()?;
            if (0xDC00..0xE000).contains(&second) {
                return Ok(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            }
            self.back_to(back);
        }
        Ok(first)
    }

    fn four_digits(&mut self) -> Parsed<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(digit) = self.inner()?.and_then(|c| c.to_digit(16)) else {
                return refused("`\\u` is not followed by four hexadecimal digits");
            };
            value = value * 16 + digit;
        }
        Ok(value)
    }
}
