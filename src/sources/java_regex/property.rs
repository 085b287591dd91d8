//! Names after `\p`: which ones every Java knows, which ones none does, and which ones depend on its Unicode.

use super::ast::Property;
use super::parse::{Parsed, Parser, refused, unsure};

/// Names without prefix. The list is closed and the same in Java 8 to 25.
const PLAIN: &[&str] = &[
    "Cn",
    "Lu",
    "Ll",
    "Lt",
    "Lm",
    "Lo",
    "Mn",
    "Me",
    "Mc",
    "Nd",
    "Nl",
    "No",
    "Zs",
    "Zl",
    "Zp",
    "Cc",
    "Cf",
    "Co",
    "Cs",
    "Pd",
    "Ps",
    "Pe",
    "Pc",
    "Po",
    "Sm",
    "Sc",
    "Sk",
    "So",
    "Pi",
    "Pf",
    "L",
    "M",
    "N",
    "Z",
    "C",
    "P",
    "S",
    "LC",
    "LD",
    "L1",
    "all",
    "ASCII",
    "Alnum",
    "Alpha",
    "Blank",
    "Cntrl",
    "Digit",
    "Graph",
    "Lower",
    "Print",
    "Punct",
    "Space",
    "Upper",
    "XDigit",
    "javaLowerCase",
    "javaUpperCase",
    "javaAlphabetic",
    "javaIdeographic",
    "javaTitleCase",
    "javaDigit",
    "javaDefined",
    "javaLetter",
    "javaLetterOrDigit",
    "javaJavaIdentifierStart",
    "javaJavaIdentifierPart",
    "javaUnicodeIdentifierStart",
    "javaUnicodeIdentifierPart",
    "javaIdentifierIgnorable",
    "javaSpaceChar",
    "javaWhitespace",
    "javaISOControl",
    "javaMirrored",
];

/// Scripts, blocks and binary properties that Java 8 has, with their prefix; others depend on the release.
const PREFIXED: &[&str] = &[
    "IsAlphabetic",
    "IsIdeographic",
    "IsLetter",
    "IsLowercase",
    "IsUppercase",
    "IsTitlecase",
    "IsWhite_Space",
    "IsControl",
    "IsPunctuation",
    "IsHex_Digit",
    "IsAssigned",
    "IsNoncharacter_Code_Point",
    "IsDigit",
    "IsL",
    "IsLu",
    "IsLl",
    "IsN",
    "IsNd",
    "IsP",
    "IsS",
    "IsZ",
    "IsLatin",
    "IsGreek",
    "IsCyrillic",
    "IsHan",
    "IsArabic",
    "IsHebrew",
    "IsHiragana",
    "IsKatakana",
    "IsThai",
    "InBasicLatin",
    "InBASIC_LATIN",
    "InGreek",
    "InCyrillic",
    "InArabic",
    "InHebrew",
    "InThai",
];

/// Longest name that is looked at; the longest of Java has about 60 characters.
const MAX_NAME: usize = 100;

impl Parser {
    /// A property; its `\p` or `\P` has been taken.
    pub fn property(&mut self, negated: bool) -> Parsed<Property> {
        let name = match self.inner()? {
            None => return refused("`\\p` is followed by nothing"),
            Some('{') => {
                let mut name = String::new();
                loop {
                    match self.inner()? {
                        None => return refused("`\\p{…}` is not closed"),
                        Some('}') => break,
                        Some(c) => name.push(c),
                    }
                }
                if name.is_empty() {
                    return refused("`\\p{}` names nothing");
                }
                name
            }
            Some(c) => c.to_string(),
        };
        if PLAIN.contains(&name.as_str()) || PREFIXED.contains(&name.as_str()) {
            return Ok(Property { name, negated });
        }
        if name.len() > MAX_NAME {
            return unsure("a property has a very long name");
        }
        if name.starts_with("In") || name.starts_with("Is") || name.contains('=') {
            return unsure(format!("whether `\\p{{{name}}}` exists depends on the release of Java"));
        }
        if self.unicode_names {
            return unsure(format!(
                "whether `\\p{{{name}}}` exists after `(?U)` depends on the release of Java"
            ));
        }
        refused(format!("`\\p{{{name}}}` is no property of Java"))
    }
}
