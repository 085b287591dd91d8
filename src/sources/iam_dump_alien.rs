//! Lines of a dump that are no SQL: errors and log lines of the tools that write it, redirected into the same file.
//!
//! Told by their first token or two, at the first column and outside of literals. Never reads what they say.

use super::iam_dump::Alien;
use super::iam_dump_lex::Token;

/// A token that may begin a line which is no SQL; the next one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// `Error`, `pq`: followed by a colon.
    Word(Alien),
    /// `Failed`: followed by `running`.
    Failed,
    /// `[`: followed by a level, as the vendor's script writes it.
    Bracket,
}

/// What a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// SQL, as far as the first token shows.
    Sql,
    /// Surely no SQL.
    Alien(Alien),
    /// The next token decides.
    Held(Held),
}

impl Held {
    /// What the line is, by the token after this one; none when it is SQL after all.
    pub fn decided_by(self, token: Token<'_>) -> Option<Alien> {
        match (self, token) {
            (Self::Word(kind), Token::Mark(b':')) => Some(kind),
            (Self::Failed, Token::Word(b"running")) | (Self::Bracket, Token::Word(b"ERROR" | b"CRITICAL")) => {
                Some(Alien::Error)
            }
            (Self::Bracket, Token::Word(b"INFO" | b"WARNING" | b"DEBUG")) => Some(Alien::Log),
            _ => None,
        }
    }

    /// The token itself, where it was SQL: none of these words means anything in a dump.
    pub fn as_sql(self) -> Token<'static> {
        match self {
            Self::Bracket => Token::Mark(b'['),
            Self::Word(_) | Self::Failed => Token::Word(b""),
        }
    }
}

/// What a line that begins with this token is.
pub fn begin(token: Token<'_>) -> Begin {
    match token {
        Token::Word(b"Error" | b"ERROR" | b"error" | b"pq" | b"FATAL" | b"panic") => {
            Begin::Held(Held::Word(Alien::Error))
        }
        Token::Word(b"warning" | b"WARNING" | b"HINT" | b"DETAIL" | b"SQLSTATE") => Begin::Held(Held::Word(Alien::Log)),
        Token::Word(b"Failed") => Begin::Held(Held::Failed),
        Token::Mark(b'[') => Begin::Held(Held::Bracket),
        Token::Word(word) => log_level(word).map_or(Begin::Sql, Begin::Alien),
        _ => Begin::Sql,
    }
}

/// Log line of CockroachDB: a letter for the level and the date, `E180308`.
fn log_level(word: &[u8]) -> Option<Alien> {
    match word {
        [level @ (b'I' | b'W' | b'E' | b'F'), date @ ..] if date.len() == 6 && date.iter().all(u8::is_ascii_digit) => {
            Some(if matches!(level, b'I' | b'W') {
                Alien::Log
            } else {
                Alien::Error
            })
        }
        _ => None,
    }
}
