//! Java regular expressions, as `java.util.regex.Pattern.compile` (no flags) and `String.matches` read them.
//!
//! Marathon hands LIKE and UNLIKE to exactly these two. The syntax is judged by a parser written for Java's grammar,
//! never by another engine: a pattern that Rust, Python or RE2 refuses is not therefore invalid, and one that they
//! take is not therefore valid. Where releases of Java disagree (8, which Marathon 1.x was built for, up to 25) the
//! answer is "cannot tell". Never runs a pattern without a bound on its work, never matches by approximation: what
//! cannot be translated without a change of meaning is not matched at all.

mod ast;
mod class;
mod escape;
mod parse;
mod property;
mod set;
mod translate;

/// Longest pattern that is judged, in characters; a longer one is "cannot tell".
pub const MAX_LENGTH: usize = 10_000;

/// What `Pattern.compile` would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Syntax {
    /// It compiles.
    Valid,
    /// It throws; why, in our own words.
    Invalid(String),
    /// Not decided here: why.
    CannotTell(String),
}

/// Judges a pattern by its syntax. Time grows with the length of the pattern only; never panics.
pub fn judge(pattern: &str) -> Syntax {
    match parse::parse(pattern) {
        Ok(_) => Syntax::Valid,
        Err(parse::Stop::Refused(why)) => Syntax::Invalid(why),
        Err(parse::Stop::Unsure(why)) => Syntax::CannotTell(why),
    }
}

/// A pattern that can be matched here with the meaning it has in Java.
#[derive(Debug)]
pub struct Matcher {
    regex: fancy_regex::Regex,
}

/// Most steps one match may take back before it is given up.
const BACKTRACK_LIMIT: usize = 200_000;
/// Most bytes one compiled pattern may take.
const SIZE_LIMIT: usize = 4 << 20;
/// Longest value that is matched, in bytes; host names and attributes are far shorter.
const MAX_VALUE: usize = 4_096;

impl Matcher {
    /// Translates a pattern; the error says why it cannot be matched here (or that it is invalid).
    pub fn new(pattern: &str) -> Result<Self, String> {
        let tree = parse::parse(pattern).map_err(|stop| match stop {
            parse::Stop::Refused(why) | parse::Stop::Unsure(why) => why,
        })?;
        let translated = translate::translate(&tree)?;
        let regex = fancy_regex::RegexBuilder::new(&translated)
            .backtrack_limit(BACKTRACK_LIMIT)
            .delegate_size_limit(SIZE_LIMIT)
            .delegate_dfa_size_limit(SIZE_LIMIT)
            .build()
            .map_err(|_| "the expression is too large or too unusual to be matched here".to_owned())?;
        Ok(Self { regex })
    }

    /// Whether the whole value matches (`String.matches`); the error says why that is not known.
    pub fn matches(&self, value: &str) -> Result<bool, String> {
        if !value.is_ascii() {
            return Err("the value has characters outside ASCII, for which Java and Rust may differ".to_owned());
        }
        if value.len() > MAX_VALUE {
            return Err(format!("the value is longer than {MAX_VALUE} bytes"));
        }
        self.regex
            .is_match(value)
            .map_err(|_| "matching took more steps than are allowed here".to_owned())
    }
}

#[cfg(test)]
mod tests;
