//! From a parsed Java pattern to one for `fancy_regex` with the same meaning on ASCII values, or the reason why not.
//!
//! Sets and letter case are spelt out, because `\d`, `\w`, `\p`, `.` and `(?i)` mean other characters in Rust;
//! everything whose meaning could differ is refused.

use std::fmt::Write as _;

use super::ast::{Count, Flags, Kind, Mode, Node};
use super::set::Set;

/// The whole pattern, anchored at both ends.
pub(super) fn translate(tree: &Node) -> Result<String, String> {
    let mut writer = Writer {
        out: String::from(r"\A(?:"),
        ignore_case: false,
        dot_all: false,
        groups: 0,
        closed: Vec::new(),
    };
    match tree {
        // Flags at the very start hold for everything.
        Node::Flags(flags) => writer.switch(flags)?,
        Node::Sequence(parts) => {
            let mut parts = parts.as_slice();
            if let Some((Node::Flags(flags), rest)) = parts.split_first() {
                writer.switch(flags)?;
                parts = rest;
            }
            for part in parts {
                writer.node(part)?;
            }
        }
        other => writer.node(other)?,
    }
    writer.out.push_str(r")\z");
    Ok(writer.out)
}

struct Writer {
    out: String,
    ignore_case: bool,
    dot_all: bool,
    groups: u32,
    /// Numbers and names of groups that are closed: only these may be referred to.
    closed: Vec<(u32, Option<String>)>,
}

fn no<T>(what: &str) -> Result<T, String> {
    Err(format!("{what} cannot be matched here with the meaning it has in Java"))
}

impl Writer {
    fn switch(&mut self, flags: &Flags) -> Result<(), String> {
        let known = |text: &str| text.chars().all(|c| matches!(c, 'i' | 's'));
        if !known(&flags.on) || !known(&flags.off) || flags.on.chars().any(|c| flags.off.contains(c)) {
            return no("this combination of flags");
        }
        let now = |before: bool, flag: char| (before || flags.on.contains(flag)) && !flags.off.contains(flag);
        self.ignore_case = now(self.ignore_case, 'i');
        self.dot_all = now(self.dot_all, 's');
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Empty => self.out.push_str("(?:)"),
            Node::Char(c) => self.character(*c)?,
            Node::Any if self.dot_all => Set::range(0, 0x7F).write(&mut self.out),
            // Of Java's line ends only these two are ASCII.
            Node::Any => self.out.push_str(r"[^\n\r]"),
            Node::Begin => self.out.push_str(r"\A"),
            Node::End | Node::Escape('Z') => self.out.push_str(r"(?=(?:\r\n|[\n\r])?\z)"),
            Node::Escape(letter @ ('A' | 'z' | 'b' | 'B')) => {
                self.out.push('\\');
                self.out.push(*letter);
            }
            Node::Escape(letter) => match Set::escape(*letter) {
                Some(set) => set.write(&mut self.out),
                None => return no("this escape"),
            },
            Node::Property(_) if self.ignore_case => return no("a property without regard to case"),
            Node::Property(property) => match Set::property(property) {
                Some(set) => set.write(&mut self.out),
                None => return no("this property"),
            },
            Node::Class(class) => match Set::class(class, self.ignore_case) {
                Ok(set) => set.write(&mut self.out),
                Err(what) => return no(what),
            },
            Node::BackRef(number) => {
                if self.ignore_case || !self.closed.iter().any(|(closed, _)| closed == number) {
                    return no("this reference to a group");
                }
                let _ = write!(self.out, r"(?:\{number})");
            }
            Node::NamedRef(name) => {
                let closed = self.closed.iter().any(|(_, closed)| closed.as_ref() == Some(name));
                if self.ignore_case || !closed {
                    return no("this reference to a group");
                }
                let _ = write!(self.out, r"\k<{name}>");
            }
            Node::Group(kind, body) => self.group(kind, body)?,
            Node::Flags(_) => return no("a flag switched on in the middle"),
            Node::Repeat(body, count, mode) => self.repeat(body, *count, *mode)?,
            Node::Sequence(parts) => {
                for part in parts {
                    self.node(part)?;
                }
            }
            Node::Either(parts) => {
                self.out.push_str("(?:");
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        self.out.push('|');
                    }
                    self.node(part)?;
                }
                self.out.push(')');
            }
        }
        Ok(())
    }

    fn character(&mut self, c: u32) -> Result<(), String> {
        match Set::character(c, self.ignore_case) {
            Some(set) => set.write(&mut self.out),
            None if char::from_u32(c).is_some() => {
                let _ = write!(self.out, r"\x{{{c:X}}}");
            }
            None => return no("half of a character"),
        }
        Ok(())
    }

    fn group(&mut self, kind: &Kind, body: &Node) -> Result<(), String> {
        let before = (self.ignore_case, self.dot_all);
        match kind {
            Kind::Capture => self.out.push('('),
            Kind::Named(name) => {
                let _ = write!(self.out, "(?<{name}>");
            }
            Kind::Plain => self.out.push_str("(?:"),
            Kind::Flagged(flags) => {
                self.switch(flags)?;
                self.out.push_str("(?:");
            }
            Kind::Ahead => self.out.push_str("(?="),
            Kind::NotAhead => self.out.push_str("(?!"),
            Kind::Behind => self.out.push_str("(?<="),
            Kind::NotBehind => self.out.push_str("(?<!"),
            Kind::Atomic => self.out.push_str("(?>"),
        }
        let number = matches!(kind, Kind::Capture | Kind::Named(_)).then(|| {
            self.groups += 1;
            self.groups
        });
        self.node(body)?;
        (self.ignore_case, self.dot_all) = before;
        self.out.push(')');
        if let Some(number) = number {
            let name = match kind {
                Kind::Named(name) => Some(name.clone()),
                _ => None,
            };
            self.closed.push((number, name));
        }
        Ok(())
    }

    fn repeat(&mut self, body: &Node, count: Count, mode: Mode) -> Result<(), String> {
        if *body == Node::Empty {
            return Ok(());
        }
        if mode == Mode::Possessive {
            self.out.push_str("(?>");
        }
        self.out.push_str("(?:");
        self.node(body)?;
        self.out.push(')');
        let Count { min, max } = count;
        let _ = match max {
            Some(max) => write!(self.out, "{{{min},{max}}}"),
            None => write!(self.out, "{{{min},}}"),
        };
        match mode {
            Mode::Greedy => {}
            Mode::Lazy => self.out.push('?'),
            Mode::Possessive => self.out.push(')'),
        }
        Ok(())
    }
}
