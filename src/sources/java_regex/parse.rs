//! Java's grammar outside of classes: alternatives, sequences, groups, repetitions.
//!
//! Follows what `java.util.regex.Pattern` accepts (its documentation, and compiling with Java 17 and 25); stops at the
//! first error, as Java does, and at the first construct on which releases of Java disagree.

use super::MAX_LENGTH;
use super::ast::{Count, Flags, Kind, Mode, Node};

/// Why parsing stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// Java throws.
    Refused(String),
    /// Not decided here.
    Unsure(String),
}

pub(super) type Parsed<T> = Result<T, Stop>;

/// Java throws, because of this.
pub(super) fn refused<T>(why: impl Into<String>) -> Parsed<T> {
    Err(Stop::Refused(why.into()))
}

/// Not decided here, because of this.
pub(super) fn unsure<T>(why: impl Into<String>) -> Parsed<T> {
    Err(Stop::Unsure(why.into()))
}

/// Groups and classes within each other; Java's own limit is its stack.
const MAX_DEPTH: usize = 200;
/// Repetitions above this are read differently by older Javas (their arithmetic overflows).
const MAX_COUNT: u32 = 1_000_000_000;

/// One character of the pattern; `quoted` when it stood between `\Q` and `\E`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub c: char,
    pub quoted: bool,
}

/// Where the parser stands.
#[derive(Debug)]
pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    groups: u32,
    names: Vec<String>,
    /// `(?U)` was seen somewhere: names of properties then have more spellings.
    pub unicode_names: bool,
}

/// Parses a whole pattern.
pub(super) fn parse(pattern: &str) -> Parsed<Node> {
    if pattern.chars().nth(MAX_LENGTH).is_some() {
        return unsure(format!("the expression is longer than {MAX_LENGTH} characters"));
    }
    let mut parser = Parser {
        tokens: unquote(pattern),
        at: 0,
        depth: 0,
        groups: 0,
        names: Vec::new(),
        unicode_names: false,
    };
    let tree = parser.alternatives()?;
    if parser.peek().is_some() {
        return refused("a `)` closes no group");
    }
    Ok(tree)
}

/// Takes `\Q…\E` out of the text, as Java does before it parses.
fn unquote(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        if c != '\\' {
            tokens.push(Token { c, quoted });
            continue;
        }
        match (quoted, chars.peek()) {
            (true, Some('E')) => {
                chars.next();
                quoted = false;
            }
            (true, _) => tokens.push(Token { c, quoted }),
            (false, Some('Q')) => {
                chars.next();
                quoted = true;
            }
            (false, _) => {
                tokens.push(Token { c, quoted });
                tokens.extend(chars.next().map(|c| Token { c, quoted }));
            }
        }
    }
    tokens
}

impl Parser {
    /// The next character, quoted or not.
    pub fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// The character after the next one.
    pub fn peek_second(&self) -> Option<Token> {
        self.tokens.get(self.at + 1).copied()
    }

    /// Takes the next character.
    pub fn take(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// The next character, where it has its own meaning (not quoted).
    pub fn plain(&self) -> Option<char> {
        self.peek().filter(|token| !token.quoted).map(|token| token.c)
    }

    /// Takes the next character if it is this one, with its own meaning.
    pub fn take_if(&mut self, c: char) -> bool {
        let there = self.plain() == Some(c);
        if there {
            self.at += 1;
        }
        there
    }

    /// Takes the next character of a construct that no quoting may reach into.
    pub fn inner(&mut self) -> Parsed<Option<char>> {
        match self.take() {
            Some(Token { quoted: true, .. }) => unsure("`\\Q` stands inside of another construct"),
            Some(Token { c, .. }) => Ok(Some(c)),
            None => Ok(None),
        }
    }

    /// The place to come back to.
    pub fn mark(&self) -> usize {
        self.at
    }

    /// Goes back to a place.
    pub fn back_to(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Enters a group or class.
    pub fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return unsure(format!("groups stand more than {MAX_DEPTH} deep within each other"));
        }
        Ok(())
    }

    /// Leaves it.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Groups opened so far.
    pub fn groups(&self) -> u32 {
        self.groups
    }

    /// Whether a group of this name has been opened.
    pub fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    fn alternatives(&mut self) -> Parsed<Node> {
        let mut branches = vec![self.sequence()?];
        while self.take_if('|') {
            branches.push(self.sequence()?);
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            Some(last) => {
                branches.push(last);
                Node::Either(branches)
            }
            None => Node::Empty,
        })
    }

    fn sequence(&mut self) -> Parsed<Node> {
        let mut parts = Vec::new();
        while let Some(token) = self.peek() {
            let atom = match (token.quoted, token.c) {
                (false, '|' | ')') => break,
                (false, '(') => match self.group()? {
                    // Switching flags is no atom: nothing may repeat it.
                    flags @ Node::Flags(_) => {
                        parts.push(flags);
                        continue;
                    }
                    group => group,
                },
                (false, '[') => {
                    self.take();
                    Node::Class(self.class(true)?)
                }
                (false, '\\') => {
                    self.take();
                    self.escape()?
                }
                (false, '^') => self.simple(Node::Begin),
                (false, '$') => self.simple(Node::End),
                (false, '.') => self.simple(Node::Any),
                (false, c @ ('*' | '+' | '?')) => return refused(format!("nothing stands before `{c}`")),
                // Java sees an empty atom here and lets `{2}` repeat it; anything but a count is an error below.
                (false, '{') => Node::Empty,
                (_, c) => self.simple(Node::Char(u32::from(c))),
            };
            let atom = self.repeated(atom)?;
            parts.push(atom);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.pop().unwrap_or(Node::Empty),
            _ => Node::Sequence(parts),
        })
    }

    fn simple(&mut self, node: Node) -> Node {
        self.take();
        node
    }

    /// At most one repetition after an atom; `a**` is an error, `a{2}{3}` repeats an empty atom.
    fn repeated(&mut self, atom: Node) -> Parsed<Node> {
        let count = match self.plain() {
            Some('?') => Count { min: 0, max: Some(1) },
            Some('*') => Count { min: 0, max: None },
            Some('+') => Count { min: 1, max: None },
            Some('{') => {
                self.take();
                let count = self.count()?;
                return Ok(Node::Repeat(Box::new(atom), count, self.mode()));
            }
            _ => return Ok(atom),
        };
        self.take();
        Ok(Node::Repeat(Box::new(atom), count, self.mode()))
    }

    fn mode(&mut self) -> Mode {
        if self.take_if('?') {
            Mode::Lazy
        } else if self.take_if('+') {
            Mode::Possessive
        } else {
            Mode::Greedy
        }
    }

    /// What follows `{`: `2}`, `2,}`, `2,3}`.
    fn count(&mut self) -> Parsed<Count> {
        let Some(min) = self.number()? else {
            return refused("`{` is not followed by a number");
        };
        let mut max = Some(min);
        if self.take_if(',') {
            max = self.number()?;
            if max.is_none() && self.plain() != Some('}') {
                return refused("a repetition `{…}` is not closed");
            }
        }
        match self.inner()? {
            Some('}') => {}
            _ => return refused("a repetition `{…}` is not closed"),
        }
        if max.is_some_and(|max| max < min) {
            return refused("a repetition `{m,n}` has n below m");
        }
        Ok(Count { min, max })
    }

    fn number(&mut self) -> Parsed<Option<u32>> {
        let mut number = None;
        while let Some(token) = self.peek() {
            let Some(digit) = token.c.to_digit(10) else { break };
            self.inner()?;
            let next = number.unwrap_or(0u32).saturating_mul(10).saturating_add(digit);
            if next > MAX_COUNT {
                return unsure("a repetition count is so large that releases of Java read it differently");
            }
            number = Some(next);
        }
        Ok(number)
    }

    /// A group; the next character is its `(`.
    fn group(&mut self) -> Parsed<Node> {
        self.enter()?;
        self.take();
        let kind = if self.take_if('?') {
            match self.group_kind()? {
                Ok(kind) => kind,
                Err(flags) => {
                    self.leave();
                    return Ok(Node::Flags(flags));
                }
            }
        } else {
            self.groups += 1;
            Kind::Capture
        };
        let body = self.alternatives()?;
        if !self.take_if(')') {
            return refused("a group is not closed");
        }
        self.leave();
        if matches!(kind, Kind::Behind | Kind::NotBehind) {
            bounded(&body)?;
        }
        Ok(Node::Group(kind, Box::new(body)))
    }

    /// What follows `(?`; the inner error is a group that only switches flags.
    fn group_kind(&mut self) -> Parsed<Result<Kind, Flags>> {
        let Some(token) = self.peek() else {
            return refused("a group is not closed");
        };
        if token.quoted {
            return unsure("`\\Q` stands inside of another construct");
        }
        let kind = match token.c {
            ':' => Kind::Plain,
            '=' => Kind::Ahead,
            '!' => Kind::NotAhead,
            '>' => Kind::Atomic,
            '<' => {
                self.take();
                return match self.inner()? {
                    Some('=') => Ok(Ok(Kind::Behind)),
                    Some('!') => Ok(Ok(Kind::NotBehind)),
                    Some(c) if c.is_ascii_alphabetic() => {
                        let name = self.group_name(c)?;
                        if self.knows(&name) {
                            return refused(format!("two groups are named `{name}`"));
                        }
                        self.names.push(name.clone());
                        self.groups += 1;
                        Ok(Ok(Kind::Named(name)))
                    }
                    _ => refused("`(?<` is followed by neither a name, nor `=`, nor `!`"),
                };
            }
            _ => return self.flags(),
        };
        self.take();
        Ok(Ok(kind))
    }

    /// The rest of a group's name and its `>`.
    pub fn group_name(&mut self, first: char) -> Parsed<String> {
        let mut name = String::from(first);
        loop {
            match self.inner()? {
                Some('>') => return Ok(name),
                Some(c) if c.is_ascii_alphanumeric() => name.push(c),
                _ => return refused("the name of a group has other characters than letters and digits, or no `>`"),
            }
        }
    }

    fn flags(&mut self) -> Parsed<Result<Kind, Flags>> {
        let mut flags = Flags::default();
        let mut off = false;
        loop {
            match self.inner()? {
                Some(c @ ('i' | 'd' | 'm' | 's' | 'u' | 'U')) if off => flags.off.push(c),
                Some(c @ ('i' | 'd' | 'm' | 's' | 'u' | 'U')) => {
                    self.unicode_names |= c == 'U';
                    flags.on.push(c);
                }
                Some('x') if off => flags.off.push('x'),
                Some('x') => return unsure("the flag `x` (comments) is not followed here"),
                Some('c') => return unsure("the flag `c` is not documented by Java"),
                Some('-') if !off => off = true,
                Some(')') => return Ok(Err(flags)),
                Some(':') => return Ok(Ok(Kind::Flagged(flags))),
                Some(c) => return refused(format!("`(?` is followed by `{c}`, which is no flag of Java")),
                None => return refused("a group is not closed"),
            }
        }
    }
}

/// Whether a look-behind has a greatest length that every Java sees; newer ones see it in more cases than Java 8.
fn bounded(node: &Node) -> Parsed<()> {
    let why = "releases of Java disagree about which look-behinds have a greatest length";
    match node {
        Node::Empty | Node::Char(_) | Node::Any | Node::Begin | Node::End | Node::Class(_) | Node::Property(_) => {
            Ok(())
        }
        Node::Escape('R' | 'G') | Node::BackRef(_) | Node::NamedRef(_) | Node::Flags(_) => unsure(why),
        Node::Escape(_) => Ok(()),
        Node::Group(Kind::Capture | Kind::Named(_) | Kind::Plain, body) => bounded(body),
        Node::Group(..) => unsure(why),
        Node::Repeat(body, count, _) => match (&**body, count.max) {
            (_, None) => unsure(why),
            (_, Some(max)) if max > 10_000 => unsure(why),
            (Node::Group(..), Some(max)) if max > 1 || count.min > 0 => unsure(why),
            _ => bounded(body),
        },
        Node::Sequence(parts) | Node::Either(parts) => parts.iter().try_for_each(bounded),
    }
}
