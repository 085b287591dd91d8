//! Character classes: unions, classes within classes, `&&`.

use super::ast::{Class, Item};
use super::escape::InClass;
use super::parse::{Parsed, Parser, Token, refused, unsure};

impl Parser {
    /// A class; with `bracketed` its `[` has been taken and its `]` is, else (right side of `&&`) it ends before `]`.
    pub fn class(&mut self, bracketed: bool) -> Parsed<Class> {
        self.enter()?;
        let mut class = Class {
            negated: bracketed && self.take_if('^'),
            ..Class::default()
        };
        // A `]` that would close an empty class is a character.
        let mut empty = true;
        loop {
            let Some(token) = self.peek() else {
                return refused("a class is not closed");
            };
            let second = self
                .peek_second()
                .filter(|second| !second.quoted)
                .map(|second| second.c);
            match (token.quoted, token.c) {
                (false, ']') if !empty => {
                    if bracketed {
                        self.take();
                    }
                    break;
                }
                (false, '[') => {
                    self.take();
                    let nested = self.class(true)?;
                    class.items.push(Item::Nested(nested));
                }
                (false, '&') if second == Some('&') => {
                    if empty {
                        return unsure("`&&` without a left side is not documented by Java");
                    }
                    self.take();
                    self.take();
                    let right = self.right_side()?;
                    class.meets.push(right);
                }
                _ => {
                    let item = self.item()?;
                    class.items.push(item);
                }
            }
            empty = false;
        }
        self.leave();
        Ok(class)
    }

    /// What follows `&&`.
    fn right_side(&mut self) -> Parsed<Vec<Class>> {
        let mut classes = Vec::new();
        loop {
            match self.plain() {
                Some(']' | '&') => break,
                Some('[') => {
                    self.take();
                    classes.push(self.class(true)?);
                }
                Some('^') => return unsure("`^` directly after `&&` is read differently by Java 8 and newer ones"),
                _ if self.peek().is_none() => return refused("a class is not closed"),
                _ => classes.push(self.class(false)?),
            }
        }
        if classes.is_empty() {
            return unsure("`&&` without a right side is not documented by Java");
        }
        Ok(classes)
    }

    /// One character, range, set or property.
    fn item(&mut self) -> Parsed<Item> {
        let first = match self.member()? {
            Ok(first) => first,
            Err(item) => return Ok(item),
        };
        if self.plain() != Some('-') {
            return Ok(Item::Range(first, first));
        }
        let last = match self.peek_second() {
            // `[a-]` and `[a-[b]]`: the `-` is a character.
            Some(Token {
                c: '[' | ']',
                quoted: false,
            }) => return Ok(Item::Range(first, first)),
            Some(_) => {
                self.take();
                self.range_end()?
            }
            None => return refused("a class is not closed"),
        };
        if last < first {
            return refused("a range in a class ends below its start");
        }
        Ok(Item::Range(first, last))
    }

    /// The next character of a class, or a set that stands in its place.
    fn member(&mut self) -> Parsed<Result<u32, Item>> {
        let Some(token) = self.take() else {
            return refused("a class is not closed");
        };
        if token.quoted || token.c != '\\' {
            return Ok(Ok(u32::from(token.c)));
        }
        if let Some(c @ ('p' | 'P')) = self.plain() {
            self.take();
            return Ok(Err(Item::Property(self.property(c == 'P')?)));
        }
        Ok(match self.escape_in_class()? {
            InClass::Char(c) => Ok(c),
            InClass::Set(letter) => Err(Item::Escape(letter)),
        })
    }

    fn range_end(&mut self) -> Parsed<u32> {
        match self.member()? {
            Ok(last) => Ok(last),
            Err(Item::Escape('v' | 'V')) => unsure("`\\v` as the end of a range is not documented by Java"),
            Err(_) => refused("a range in a class ends in a set"),
        }
    }
}
