//! SQL dump of the IAM database, as `cockroach dump` (1.0 to 20.x) and the vendor's `iam-database-backup` write it: read to
//! its end in bounded memory, never executed.
//!
//! Counts rows, follows statements and remembers whose ids stand in it (`users.uid`, `groups.gid`, `acls.rid`). Keeps nothing
//! else of a row: no hash, no key, no description (secrets.md rows 29 and 30), and quotes nothing of the file in what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

pub use super::iam_dump_lex::Ending;
use super::iam_dump_lex::{LONGEST, Lexer};
use super::iam_dump_statement::Reader;

/// Most tables, constraints and ids that are kept by name: more than any IAM has.
pub const MOST_NAMES: usize = 50_000;

/// One table of the dump.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Line of its CREATE TABLE; none for a table that was only inserted into.
    pub created: Option<u64>,
    /// Rows of whole INSERT statements.
    pub rows: u64,
    /// Column names by position, as far as CREATE TABLE shows them; only of tables whose ids are kept.
    pub columns: Vec<String>,
}

/// The ids in one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// The ids.
    pub names: BTreeSet<String>,
    /// Rows whose id could not be kept: no plain literal, too long, or too many.
    pub left_out: u64,
}

/// A line that is no SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alien {
    /// `Error:`, `ERROR:`, `pq:`, a log line of CockroachDB of level error or fatal, `[ERROR]` of the vendor's script.
    Error,
    /// A log line of the vendor's script or of CockroachDB.
    Log,
}

/// A statement that was begun and not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Line on which it begins.
    pub line: u64,
    /// Table that it creates, changes or fills, where that can be told.
    pub table: Option<String>,
    /// Whether the end stands within a literal, an identifier or a comment of it.
    pub within: Ending,
}

/// What reading a dump to its end showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// Bytes read.
    pub bytes: u64,
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
    /// Tables in the order of their CREATE TABLE.
    pub created: Vec<String>,
    /// Ids by table.
    pub ids: BTreeMap<String, Ids>,
    /// Statements that were closed.
    pub closed: u64,
    /// Line of the first statement, where it is none that a dump begins with.
    pub strange_begin: Option<u64>,
    /// The statement at the end that was not closed.
    pub open: Option<Open>,
    /// Where the stream ends.
    pub ending: Ending,
    /// Whether the last byte is a line break, as `cockroach dump` leaves it.
    pub line_ended: bool,
    /// Lines that are no SQL: how many, and the first of each kind.
    pub alien: BTreeMap<Alien, (u64, u64)>,
    /// Statements that no dump holds, or that are no statement (brackets, rows of another width): how many, and the first's line.
    pub broken: Option<(u64, u64)>,
    /// Foreign keys added and not validated afterwards.
    pub keys_pending: u64,
    /// Foreign keys added and validated.
    pub keys_validated: u64,
    /// Whether the last statement is the validation of a foreign key: with none pending, nothing can follow.
    pub ends_with_validation: bool,
    /// Tables that an INSERT fills and no CREATE TABLE made before.
    pub never_created: BTreeSet<String>,
    /// Rows of `users` whose id stands in an earlier row: the column is unique, so a restore stops there.
    pub twice: u64,
    /// NUL bytes: the dump's writer escapes them, so a file that holds one was damaged or is no text.
    pub nul: u64,
    /// Whether there were more or longer names than are kept.
    pub overflow: bool,
}

impl Default for Dump {
    fn default() -> Self {
        Self {
            bytes: 0,
            tables: BTreeMap::new(),
            created: Vec::new(),
            ids: BTreeMap::new(),
            closed: 0,
            strange_begin: None,
            open: None,
            ending: Ending::Between,
            line_ended: false,
            alien: BTreeMap::new(),
            broken: None,
            keys_pending: 0,
            keys_validated: 0,
            ends_with_validation: false,
            never_created: BTreeSet::new(),
            twice: 0,
            nul: 0,
            overflow: false,
        }
    }
}

impl Dump {
    /// Rows of a table; none when the dump does not make it.
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.tables
            .get(table)
            .filter(|table| table.created.is_some())
            .map(|table| table.rows)
    }

    /// Whether the foreign keys at the end show that nothing is missing: `cockroach dump` (2.0 and later) adds all of them
    /// after the last row, then validates all of them in the same order, and writes nothing after that.
    pub fn tail_complete(&self) -> bool {
        self.keys_validated > 0 && self.keys_pending == 0 && self.ends_with_validation && self.line_ended
    }

    pub(super) fn alien(&mut self, kind: Alien, line: u64) {
        let entry = self.alien.entry(kind).or_insert((0, line));
        entry.0 = entry.0.saturating_add(1);
    }

    pub(super) fn broken(&mut self, line: u64) {
        let entry = self.broken.get_or_insert((0, line));
        entry.0 = entry.0.saturating_add(1);
    }

    pub(super) fn id(&mut self, table: &str, text: Option<&[u8]>, escapes: bool) {
        let ids = self.ids.entry(table.to_owned()).or_default();
        match text {
            Some(text) if text.len() < LONGEST && ids.names.len() < MOST_NAMES => {
                if !ids.names.insert(unquoted(text, escapes)) && table == "users" {
                    self.twice = self.twice.saturating_add(1);
                }
            }
            _ => ids.left_out = ids.left_out.saturating_add(1),
        }
    }
}

/// Columns that hold the id of a row, by table.
pub fn id_column(table: &str) -> Option<&'static str> {
    match table {
        "users" => Some("uid"),
        "groups" => Some("gid"),
        "acls" | "resources" => Some("rid"),
        _ => None,
    }
}

/// Content of a literal, from its bytes between the quotes. Escapes as CockroachDB's scanner has them.
fn unquoted(text: &[u8], escapes: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'\'', [b'\'', next @ ..]) => {
                out.push(b'\'');
                rest = next;
            }
            (b'\\', [kind, next @ ..]) if escapes => {
                rest = next;
                let (base, longest, digits) = match kind {
                    b'x' => (16, 2, next),
                    b'u' => (16, 4, next),
                    b'U' => (16, 8, next),
                    b'0'..=b'7' => (8, 3, after),
                    _ => {
                        out.push(match kind {
                            b'n' => b'\n',
                            b't' => b'\t',
                            b'r' => b'\r',
                            b'b' => 8,
                            b'f' => 12,
                            b'v' => 11,
                            b'a' => 7,
                            other => *other,
                        });
                        continue;
                    }
                };
                let count = digits
                    .iter()
                    .take(longest)
                    .take_while(|digit| char::from(**digit).is_digit(base))
                    .count();
                let (digits, next) = digits.split_at(count);
                rest = next;
                let number = digits.iter().fold(0_u32, |number, digit| {
                    let digit = char::from(*digit).to_digit(base).unwrap_or(0);
                    number.wrapping_mul(base).wrapping_add(digit)
                });
                // `\x` and octal give a byte, `\u` and `\U` a character.
                match (kind, char::from_u32(number)) {
                    (b'u' | b'U', Some(character)) => {
                        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    _ => out.push(u8::try_from(number & 0xff).unwrap_or(b'?')),
                }
            }
            _ => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Reads a dump to its end.
///
/// # Errors
/// What the source says; the dump is not read on after that.
pub fn read(source: &mut dyn Read) -> io::Result<Dump> {
    let mut lexer = Lexer::default();
    let mut reader = Reader::default();
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        lexer.feed(bytes, &mut reader);
        reader.out.bytes = reader.out.bytes.saturating_add(count as u64);
        reader.out.line_ended = bytes.last() == Some(&b'\n');
    }
    let ending = lexer.finish(&mut reader);
    Ok(reader.finish(ending, lexer.nul))
}
