//! Sets of characters, worked out for ASCII: values are ASCII, so nothing above it can match or fail to.
//!
//! A set is spelt as one flat class; nesting, `&&` and `^` never reach the other engine, which reads them otherwise.

use std::fmt::Write as _;

use super::ast::{Class, Item, Property};

/// One bit per ASCII character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Set(u128);

impl Set {
    /// Characters from .. to, both included; what lies above ASCII is left out.
    pub fn range(first: u32, last: u32) -> Self {
        (first..=last.min(0x7F)).fold(Self::default(), |set, c| Self(set.0 | 1 << c))
    }

    fn of(text: &str) -> Self {
        text.bytes().fold(Self::default(), |set, c| {
            Self(set.0 | Self::range(c.into(), c.into()).0)
        })
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn not(self) -> Self {
        Self(!self.0)
    }

    /// With the other case of every letter in it.
    fn both_cases(self) -> Self {
        let lower = self.and(Self::range(b'a'.into(), b'z'.into()));
        let upper = self.and(Self::range(b'A'.into(), b'Z'.into()));
        self.or(Self(lower.0 >> 32)).or(Self(upper.0 << 32))
    }

    /// One character, in both cases where case does not matter; `None` above ASCII.
    pub fn character(c: u32, ignore_case: bool) -> Option<Self> {
        let set = Self::range(c, c);
        let set = if ignore_case { set.both_cases() } else { set };
        (c <= 0x7F).then_some(set)
    }

    /// `\d` and the like; `None` for escapes that are no sets.
    pub fn escape(letter: char) -> Option<Self> {
        let set = match letter.to_ascii_lowercase() {
            'd' => Self::range(b'0'.into(), b'9'.into()),
            'w' => Self::posix("Alnum")?.or(Self::of("_")),
            's' => Self::posix("Space")?,
            'h' => Self::of(" \t"),
            'v' => Self::of("\n\x0B\x0C\r"),
            _ => return None,
        };
        Some(if letter.is_ascii_uppercase() { set.not() } else { set })
    }

    /// A property with a known part within ASCII.
    pub fn property(property: &Property) -> Option<Self> {
        let set = Self::posix(&property.name)?;
        Some(if property.negated { set.not() } else { set })
    }

    fn posix(name: &str) -> Option<Self> {
        let ascii = |test: fn(&u8) -> bool| {
            (0..=0x7F)
                .filter(test)
                .fold(Self::default(), |set, c| set.or(Self::range(c.into(), c.into())))
        };
        Some(match name {
            "Lower" | "Ll" | "IsLl" | "IsLowercase" | "javaLowerCase" => ascii(u8::is_ascii_lowercase),
            "Upper" | "Lu" | "IsLu" | "IsUppercase" | "javaUpperCase" => ascii(u8::is_ascii_uppercase),
            "Alpha" | "L" | "IsL" | "IsAlphabetic" | "IsLetter" | "javaLetter" | "javaAlphabetic" | "IsLatin" => {
                ascii(u8::is_ascii_alphabetic)
            }
            "Digit" | "Nd" | "N" | "IsN" | "IsNd" | "IsDigit" | "javaDigit" => ascii(u8::is_ascii_digit),
            "Alnum" | "javaLetterOrDigit" => ascii(u8::is_ascii_alphanumeric),
            "XDigit" | "IsHex_Digit" => ascii(u8::is_ascii_hexdigit),
            "Punct" => ascii(u8::is_ascii_punctuation),
            "Graph" => ascii(u8::is_ascii_graphic),
            "Print" => ascii(u8::is_ascii_graphic).or(Self::of(" ")),
            "Blank" => Self::of(" \t"),
            "Space" => Self::of(" \t\n\x0B\x0C\r"),
            "Cntrl" | "Cc" => ascii(u8::is_ascii_control),
            "ASCII" => Self(u128::MAX),
            _ => return None,
        })
    }

    /// A whole class; the error says what in it Java 8 and newer ones read differently, or what is not known here.
    pub fn class(class: &Class, ignore_case: bool) -> Result<Self, &'static str> {
        let nested = class.items.iter().any(|item| matches!(item, Item::Nested(_)));
        if class.negated && (nested || !class.meets.is_empty()) {
            return Err("`^` together with a class in a class");
        }
        let mut set = Self::default();
        for item in &class.items {
            set = set.or(match item {
                Item::Range(first, last) if ignore_case => Self::range(*first, *last).both_cases(),
                Item::Range(first, last) => Self::range(*first, *last),
                Item::Escape(letter) => Self::escape(*letter).ok_or("this escape")?,
                Item::Property(_) if ignore_case => return Err("a property without regard to case"),
                Item::Property(property) => Self::property(property).ok_or("this property")?,
                Item::Nested(class) => Self::class(class, ignore_case)?,
            });
        }
        match class.meets.as_slice() {
            [] => {}
            [right] => {
                let mut met = Self::default();
                for class in right {
                    met = met.or(Self::class(class, ignore_case)?);
                }
                set = set.and(met);
            }
            _ => return Err("more than one `&&`"),
        }
        Ok(if class.negated { set.not() } else { set })
    }

    /// As a class of the other engine; an empty set is a class that nothing matches.
    pub fn write(self, out: &mut String) {
        if self.0 == 0 {
            out.push_str(r"[^\x{0}-\x{10FFFF}]");
            return;
        }
        out.push('[');
        let mut c = 0u32;
        while c < 128 {
            if self.0 >> c & 1 == 0 {
                c += 1;
                continue;
            }
            let first = c;
            while c < 128 && self.0 >> c & 1 == 1 {
                c += 1;
            }
            let _ = write!(out, r"\x{{{first:X}}}-\x{{{:X}}}", c - 1);
        }
        out.push(']');
    }
}
