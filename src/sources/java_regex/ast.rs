//! The parsed form of a Java pattern: what the translation and the look-behind rule need, nothing more.

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Matches the empty text: `()`, `a|`, the atom that `{2}` at the start repeats.
    Empty,
    /// One character, by code point (`\uD800` is one, although no text in Rust has it).
    Char(u32),
    /// `.`
    Any,
    /// `^`
    Begin,
    /// `$`
    End,
    /// An escape that stands for a set or a place, by its letter: `\d`, `\b`, `\R` …
    Escape(char),
    /// `\p{…}`
    Property(Property),
    /// `[…]`
    Class(Class),
    /// `\1`
    BackRef(u32),
    /// `\k<name>`
    NamedRef(String),
    /// A group of any kind.
    Group(Kind, Box<Node>),
    /// `(?i)`: switches flags for the rest of its group.
    Flags(Flags),
    /// A repeated part.
    Repeat(Box<Node>, Count, Mode),
    /// Parts in a row.
    Sequence(Vec<Node>),
    /// `a|b`
    Either(Vec<Node>),
}

/// Kinds of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(…)`
    Capture,
    /// `(?<name>…)`
    Named(String),
    /// `(?:…)`
    Plain,
    /// `(?i:…)`
    Flagged(Flags),
    /// `(?=…)`
    Ahead,
    /// `(?!…)`
    NotAhead,
    /// `(?<=…)`
    Behind,
    /// `(?<!…)`
    NotBehind,
    /// `(?>…)`
    Atomic,
}

/// Letters of inline flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flags {
    /// Switched on.
    pub on: String,
    /// Switched off.
    pub off: String,
}

/// How often a part is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// At least.
    pub min: u32,
    /// At most; `None` without limit.
    pub max: Option<u32>,
}

/// How a repetition gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// `*`
    Greedy,
    /// `*?`
    Lazy,
    /// `*+`
    Possessive,
}

/// `\p{name}` or `\P{name}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// Name as written between the braces.
    pub name: String,
    /// `\P`.
    pub negated: bool,
}

/// A character class: the union of its items, met with each of `meets`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Class {
    /// `[^…]`
    pub negated: bool,
    /// What stands before the first `&&`.
    pub items: Vec<Item>,
    /// Right sides of `&&`; each the union of its classes.
    pub meets: Vec<Vec<Class>>,
}

/// One item of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// Characters from .. to, both included.
    Range(u32, u32),
    /// `\d` and the like.
    Escape(char),
    /// `\p{…}`
    Property(Property),
    /// A class within the class.
    Nested(Class),
}
