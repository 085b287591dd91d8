//! Statements of an IAM dump, token by token: which table is made, which is filled, where a statement ends.
//!
//! Knows the statements that `cockroach dump` writes and takes everything else for broken. Never keeps a statement: a row is
//! counted when its bracket closes, and counts only once the statement is closed.

use std::collections::BTreeSet;

use super::iam_dump::{Alien, Dump, MOST_NAMES, Open, id_column};
use super::iam_dump_alien::{self, Begin, Held};
use super::iam_dump_lex::{Ending, LONGEST, Place, Sink, Then, Token};

/// Where in a statement we are.
#[derive(Debug, Default)]
enum Now {
    /// Between statements.
    #[default]
    Idle,
    /// After CREATE.
    Create,
    /// In the name of a table that is created.
    CreateName,
    /// In the definition of a table.
    CreateBody { item: bool },
    /// After INSERT, before INTO.
    Insert,
    /// In the name of a table that is filled.
    InsertName,
    /// In the list of columns.
    Columns,
    /// Before VALUES.
    BeforeValues,
    /// Before a row.
    BeforeRow,
    /// In a row.
    Row { column: usize, fresh: bool },
    /// After a row.
    AfterRow,
    /// After ALTER.
    Alter,
    /// In the name of a table that is altered.
    AlterName,
    /// In what is altered.
    Action(Action),
    /// In a statement of which only the end matters.
    Other,
}

/// What an ALTER TABLE does, as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Add,
    AddName,
    Added,
    Validate,
    ValidateName,
    Validated,
}

/// Takes the tokens and makes the [`Dump`] of them.
#[derive(Debug, Default)]
pub struct Reader {
    /// What was found so far.
    pub out: Dump,
    now: Now,
    depth: u32,
    begun: u64,
    /// Name that the statement is about, once it is read.
    table: Option<String>,
    /// A dot was read: the next part replaces the name.
    dotted: bool,
    /// Names in the list of columns of an INSERT.
    columns: usize,
    /// Position of the id among them.
    id_at: Option<usize>,
    /// Rows of the statement; they count once it is closed.
    rows: u64,
    constraint: Option<String>,
    foreign: bool,
    pending: BTreeSet<(String, String)>,
    held: Option<(Held, Place)>,
}

impl Sink for Reader {
    fn token(&mut self, token: Token<'_>, place: Place) -> Then {
        if let Some((held, at)) = self.held.take() {
            if let Some(kind) = held.decided_by(token) {
                self.out.alien(kind, at.line);
                return Then::SkipLine;
            }
            self.handle(held.as_sql(), at);
        }
        if place.first {
            match iam_dump_alien::begin(token) {
                Begin::Sql => {}
                Begin::Alien(kind) => {
                    self.out.alien(kind, place.line);
                    return Then::SkipLine;
                }
                Begin::Held(held) => {
                    self.held = Some((held, place));
                    return Then::Go;
                }
            }
        }
        self.handle(token, place);
        Then::Go
    }

    fn keeps_literal(&self) -> bool {
        matches!(self.now, Now::Row { column, fresh: true } if self.depth == 1 && self.id_at == Some(column))
    }
}

impl Reader {
    /// The stream ended.
    pub fn finish(mut self, ending: Ending, nul: u64) -> Dump {
        if let Some((held, at)) = self.held.take() {
            match held {
                Held::Word(Alien::Error) => self.out.alien(Alien::Error, at.line),
                _ => self.handle(Token::Word(b""), at),
            }
        }
        let within = matches!(ending, Ending::Literal | Ending::Identifier | Ending::Block);
        if within || !matches!(self.now, Now::Idle) {
            self.out.open = Some(Open {
                line: self.begun,
                table: self.table.take(),
                within: ending,
            });
        }
        self.out.ending = ending;
        self.out.keys_pending = self.pending.len() as u64;
        self.out.nul = nul;
        self.out
    }

    fn handle(&mut self, token: Token<'_>, place: Place) {
        match token {
            Token::Mark(b'(' | b'[') => self.depth = self.depth.saturating_add(1),
            Token::Mark(b')' | b']') if self.depth == 0 => self.break_off(),
            Token::Mark(b')' | b']') => self.depth -= 1,
            Token::Mark(b';') => return self.close(place),
            _ => {}
        }
        match &mut self.now {
            Now::Idle => self.begin(token, place),
            Now::Create => match token {
                Token::Word(word) if word.eq_ignore_ascii_case(b"table") => self.now = Now::CreateName,
                _ => self.now = Now::Other,
            },
            Now::Insert => match token {
                Token::Word(word) if word.eq_ignore_ascii_case(b"into") => self.now = Now::InsertName,
                _ => self.break_off(),
            },
            Now::Alter => match token {
                Token::Word(word) if word.eq_ignore_ascii_case(b"table") => self.now = Now::AlterName,
                _ => self.now = Now::Other,
            },
            Now::CreateName | Now::InsertName | Now::AlterName => self.name(token),
            Now::CreateBody { item } => {
                let first = *item;
                *item = self.depth == 1 && matches!(token, Token::Mark(b'(' | b','));
                if first {
                    self.column(token);
                }
            }
            Now::Columns => self.listed(token),
            Now::BeforeValues => match token {
                Token::Word(word) if word.eq_ignore_ascii_case(b"values") => self.now = Now::BeforeRow,
                _ => self.break_off(),
            },
            Now::BeforeRow => match token {
                Token::Mark(b'(') => self.now = Now::Row { column: 0, fresh: true },
                _ => self.break_off(),
            },
            Now::Row { .. } => self.row(token),
            Now::AfterRow => match token {
                Token::Mark(b',') => self.now = Now::BeforeRow,
                _ => self.break_off(),
            },
            Now::Action(action) => {
                let action = *action;
                self.action(action, token);
            }
            Now::Other => {}
        }
    }

    /// A statement begins.
    fn begin(&mut self, token: Token<'_>, place: Place) {
        self.begun = place.line;
        self.table = None;
        self.dotted = false;
        self.columns = 0;
        self.id_at = None;
        self.rows = 0;
        self.constraint = None;
        self.foreign = false;
        let known = match token {
            Token::Word(word) => match upper(word).as_str() {
                "CREATE" => Some(Now::Create),
                "INSERT" => Some(Now::Insert),
                "ALTER" => Some(Now::Alter),
                "SELECT" | "SET" | "USE" | "COMMENT" => Some(Now::Other),
                _ => None,
            },
            _ => None,
        };
        if self.out.closed == 0 && self.out.broken.is_none() && !matches!(known, Some(Now::Create | Now::Other)) {
            self.out.strange_begin = Some(place.line);
        }
        match known {
            Some(known) => self.now = known,
            None => self.break_off(),
        }
    }

    /// The statement is none that a dump holds.
    fn break_off(&mut self) {
        self.out.broken(self.begun);
        self.now = Now::Other;
    }

    fn close(&mut self, place: Place) {
        let now = std::mem::take(&mut self.now);
        if self.depth > 0 {
            self.out.broken(self.begun);
        }
        let balanced = std::mem::take(&mut self.depth) == 0;
        let table = self.table.take();
        self.out.ends_with_validation = false;
        match (now, table) {
            // A semicolon of its own is no statement.
            (Now::Idle, _) => {
                self.out.broken(place.line);
                return;
            }
            (Now::CreateBody { .. } | Now::Other, _) if balanced => {}
            (Now::AfterRow, Some(table)) if balanced => {
                if let Some(entry) = self.out.tables.get_mut(&table) {
                    entry.rows = entry.rows.saturating_add(self.rows);
                }
            }
            (Now::Action(action), Some(table)) if balanced => self.altered(action, table),
            _ if balanced => self.out.broken(self.begun),
            _ => {}
        }
        self.out.closed = self.out.closed.saturating_add(1);
    }

    fn altered(&mut self, action: Action, table: String) {
        let Some(constraint) = self.constraint.take() else {
            return;
        };
        match action {
            Action::Added if self.foreign => {
                if self.pending.len() < MOST_NAMES {
                    self.pending.insert((table, constraint));
                } else {
                    self.out.overflow = true;
                }
            }
            Action::Validated if self.pending.remove(&(table, constraint)) => {
                self.out.keys_validated = self.out.keys_validated.saturating_add(1);
                self.out.ends_with_validation = true;
            }
            _ => {}
        }
    }

    /// Part of a name, or what follows it.
    fn name(&mut self, token: Token<'_>) {
        let part = match token {
            Token::Word(word) => Some(String::from_utf8_lossy(word).to_lowercase()),
            Token::Quoted(word) => Some(String::from_utf8_lossy(word).into_owned()),
            _ => None,
        };
        match (part, token) {
            (Some(part), _) if self.table.is_none() || self.dotted => {
                if part.len() >= LONGEST {
                    self.out.overflow = true;
                }
                // `CREATE TABLE IF NOT EXISTS name`: none of the three is a name that goes without quotes.
                let filler = matches!(token, Token::Word(_)) && matches!(part.as_str(), "if" | "not" | "exists");
                if !filler {
                    self.table = Some(part);
                }
                self.dotted = false;
            }
            (None, Token::Mark(b'.')) if self.table.is_some() => self.dotted = true,
            _ if self.table.is_none() || self.dotted => self.break_off(),
            _ => self.named(token),
        }
    }

    /// The name is whole; `token` is the first after it.
    fn named(&mut self, token: Token<'_>) {
        let table = self.table.clone().unwrap_or_default();
        match (&self.now, token) {
            (Now::CreateName, Token::Mark(b'(')) => {
                if self.out.tables.len() >= MOST_NAMES {
                    self.out.overflow = true;
                } else {
                    let entry = self.out.tables.entry(table.clone()).or_default();
                    if entry.created.replace(self.begun).is_some() {
                        // A second CREATE TABLE of that name: the restore would stop here.
                        self.out.broken(self.begun);
                    }
                    self.out.created.push(table);
                }
                self.now = Now::CreateBody { item: true };
            }
            (Now::InsertName, _) => {
                if self.out.tables.get(&table).is_none_or(|table| table.created.is_none()) {
                    if self.out.never_created.len() < MOST_NAMES {
                        self.out.never_created.insert(table.clone());
                        self.out.tables.entry(table.clone()).or_default();
                    } else {
                        self.out.overflow = true;
                    }
                }
                match token {
                    Token::Mark(b'(') => self.now = Now::Columns,
                    Token::Word(word) if word.eq_ignore_ascii_case(b"values") => {
                        // Without a list the rows stand in the order of the definition.
                        let columns = self.out.tables.get(&table).map(|table| &table.columns);
                        self.id_at = id_column(&table).and_then(|id| columns?.iter().position(|column| column == id));
                        self.now = Now::BeforeRow;
                    }
                    _ => self.break_off(),
                }
            }
            (Now::AlterName, Token::Word(word)) => match upper(word).as_str() {
                "ADD" => self.now = Now::Action(Action::Add),
                "VALIDATE" => self.now = Now::Action(Action::Validate),
                // Nothing else is altered in a dump: columns and tables that were dropped would take rows along.
                _ => self.break_off(),
            },
            _ => self.break_off(),
        }
    }

    /// First word of an item in the definition of a table.
    fn column(&mut self, token: Token<'_>) {
        let name = match token {
            Token::Word(word) => match upper(word).as_str() {
                "CONSTRAINT" | "INDEX" | "UNIQUE" | "PRIMARY" | "FAMILY" | "CHECK" | "FOREIGN" | "INVERTED" => return,
                _ => String::from_utf8_lossy(word).to_lowercase(),
            },
            Token::Quoted(word) => String::from_utf8_lossy(word).into_owned(),
            _ => return,
        };
        let table = self.table.as_deref().unwrap_or_default();
        if id_column(table).is_some()
            && let Some(entry) = self.out.tables.get_mut(table)
            && entry.columns.len() < MOST_NAMES
        {
            entry.columns.push(name);
        }
    }

    /// In the list of columns of an INSERT.
    fn listed(&mut self, token: Token<'_>) {
        let id = self.table.as_deref().and_then(id_column).map(str::as_bytes);
        match token {
            Token::Word(word) | Token::Quoted(word) => {
                if id.is_some_and(|id| word.eq_ignore_ascii_case(id)) {
                    self.id_at = Some(self.columns);
                }
                self.columns = self.columns.saturating_add(1);
            }
            Token::Mark(b',') => {}
            Token::Mark(b')') => self.now = Now::BeforeValues,
            _ => self.break_off(),
        }
    }

    fn row(&mut self, token: Token<'_>) {
        let Now::Row { column, fresh } = &mut self.now else {
            return;
        };
        match token {
            Token::Mark(b')') if self.depth == 0 => {
                let values = if *fresh && *column == 0 {
                    0
                } else {
                    column.saturating_add(1)
                };
                if self.columns > 0 && values != self.columns {
                    self.out.broken(self.begun);
                }
                self.rows = self.rows.saturating_add(1);
                self.now = Now::AfterRow;
            }
            Token::Mark(b']') if self.depth == 0 => self.break_off(),
            Token::Mark(b',') if self.depth == 1 => {
                *column = column.saturating_add(1);
                *fresh = true;
            }
            _ => {
                let is_id = *fresh && self.id_at == Some(*column);
                *fresh = false;
                if is_id {
                    let (text, escapes) = match token {
                        Token::Literal { text, escapes } => (text, escapes),
                        _ => (None, false),
                    };
                    let table = self.table.as_deref().unwrap_or_default();
                    self.out.id(table, text, escapes);
                }
            }
        }
    }

    fn action(&mut self, action: Action, token: Token<'_>) {
        let word = match token {
            Token::Word(word) => upper(word),
            _ => String::new(),
        };
        let next = match (action, word.as_str()) {
            (Action::Add, "CONSTRAINT") => Action::AddName,
            (Action::Validate, "CONSTRAINT") => Action::ValidateName,
            (Action::AddName | Action::ValidateName, _) => {
                self.constraint = match token {
                    Token::Word(word) => Some(String::from_utf8_lossy(word).to_lowercase()),
                    Token::Quoted(word) => Some(String::from_utf8_lossy(word).into_owned()),
                    _ => None,
                };
                if self.constraint.as_ref().is_none_or(|name| name.len() >= LONGEST) {
                    self.out.overflow = true;
                }
                if action == Action::AddName {
                    Action::Added
                } else {
                    Action::Validated
                }
            }
            (Action::Added, "FOREIGN") => {
                self.foreign = true;
                action
            }
            (Action::Added | Action::Validated, _) => action,
            (Action::Add | Action::Validate, _) => return self.break_off(),
        };
        self.now = Now::Action(next);
    }
}

fn upper(word: &[u8]) -> String {
    String::from_utf8_lossy(word).to_ascii_uppercase()
}
