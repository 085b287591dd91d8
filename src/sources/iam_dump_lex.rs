//! Tokens of a SQL dump, from a stream: bounded memory whatever the length of a literal, a row or a statement.
//!
//! Knows what CockroachDB's scanner knows of quoting: `'it''s'`, `e'\''` and `b'\''` with escapes, `x'..'`, identifiers in
//! double quotes, `--` and nested `/* */` comments. Never decides what a statement means, never keeps a literal that nobody asked
//! for, and never executes anything.

/// Longest word, identifier or wanted literal that is kept, bytes: what comes with this length may have been longer.
pub const LONGEST: usize = 256;

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A keyword, a number or an identifier without quotes.
    Word(&'a [u8]),
    /// An identifier in double quotes, without them.
    Quoted(&'a [u8]),
    /// A literal; its text only where [`Sink::keeps_literal`] said so.
    Literal {
        /// Bytes between the quotes as written, doubled quotes and escapes included.
        text: Option<&'a [u8]>,
        /// Whether a backslash escapes in it.
        escapes: bool,
    },
    /// Any other character outside of literals and comments.
    Mark(u8),
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: u64,
    /// Whether it is the first character of its line.
    pub first: bool,
}

/// What is to be done after a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Read on.
    Go,
    /// The rest of the line is no SQL: leave it out.
    SkipLine,
}

/// Who takes the tokens.
pub trait Sink {
    /// The next token.
    fn token(&mut self, token: Token<'_>, place: Place) -> Then;
    /// Whether the text of a literal that begins now is wanted.
    fn keeps_literal(&self) -> bool;
}

/// What the end of the stream stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Between tokens.
    Between,
    /// In a literal.
    Literal,
    /// In an identifier in double quotes.
    Identifier,
    /// In a `--` comment without its line break.
    Line,
    /// In a `/* */` comment.
    Block,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Word,
    Quoted,
    QuotedEnd,
    Text { escapes: bool },
    TextEscape,
    TextEnd { escapes: bool },
    Dash,
    Line,
    Slash,
    Block { depth: u32 },
    BlockStar { depth: u32 },
    BlockSlash { depth: u32 },
    Skip,
}

/// The scanner.
#[derive(Debug)]
pub struct Lexer {
    state: State,
    text: Vec<u8>,
    keep: bool,
    line: u64,
    at_start: bool,
    place: Place,
    /// NUL bytes met, wherever.
    pub nul: u64,
}

impl Default for Lexer {
    fn default() -> Self {
        Self {
            state: State::Between,
            text: Vec::new(),
            keep: false,
            line: 1,
            at_start: true,
            place: Place { line: 1, first: true },
            nul: 0,
        }
    }
}

fn of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

impl Lexer {
    /// The next bytes of the stream.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl Sink) {
        while let Some(&byte) = bytes.first() {
            // Long runs are crossed at once: nothing in them can be a token.
            let run = match self.state {
                State::Text { escapes: true } => memchr::memchr2(b'\'', b'\\', bytes).unwrap_or(bytes.len()),
                State::Text { escapes: false } => memchr::memchr(b'\'', bytes).unwrap_or(bytes.len()),
                State::Line | State::Skip => memchr::memchr(b'\n', bytes).unwrap_or(bytes.len()),
                State::Block { .. } => memchr::memchr2(b'*', b'/', bytes).unwrap_or(bytes.len()),
                _ => 0,
            };
            if run > 0 {
                let (run, rest) = bytes.split_at(run);
                self.cross(run);
                bytes = rest;
                continue;
            }
            if self.step(byte, sink) {
                if byte == b'\n' {
                    self.line = self.line.saturating_add(1);
                }
                self.at_start = byte == b'\n';
                bytes = bytes.get(1..).unwrap_or_default();
            }
        }
    }

    fn cross(&mut self, run: &[u8]) {
        let lines = memchr::memchr_iter(b'\n', run).count() as u64;
        self.line = self.line.saturating_add(lines);
        self.nul = self.nul.saturating_add(memchr::memchr_iter(0, run).count() as u64);
        self.at_start = false;
        if self.keep && matches!(self.state, State::Text { .. }) {
            for byte in run.iter().take(LONGEST) {
                self.push(*byte);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if self.text.len() < LONGEST {
            self.text.push(byte);
        }
    }

    /// Begins a token here.
    fn begin(&mut self, state: State) {
        self.state = state;
        self.text.clear();
        self.place = Place {
            line: self.line,
            first: self.at_start,
        };
    }

    fn end(&mut self, then: Then) {
        self.state = match then {
            Then::Go => State::Between,
            Then::SkipLine => State::Skip,
        };
    }

    /// Takes one byte; `false` when the token before it ended and the byte is to be looked at again.
    fn step(&mut self, byte: u8, sink: &mut impl Sink) -> bool {
        match self.state {
            State::Between => self.between(byte, sink),
            State::Word => return self.word(byte, sink),
            State::Quoted if byte == b'"' => self.state = State::QuotedEnd,
            State::Quoted => self.push(byte),
            State::QuotedEnd if byte == b'"' => {
                self.push(byte);
                self.state = State::Quoted;
            }
            State::QuotedEnd => {
                let then = sink.token(Token::Quoted(&self.text), self.place);
                self.end(then);
                return false;
            }
            State::Text { escapes: true } if byte == b'\\' => {
                self.keep_byte(byte);
                self.state = State::TextEscape;
            }
            State::Text { escapes } => self.state = State::TextEnd { escapes },
            State::TextEscape => {
                self.keep_byte(byte);
                self.state = State::Text { escapes: true };
            }
            State::TextEnd { escapes } if byte == b'\'' => {
                self.keep_byte(byte);
                self.keep_byte(byte);
                self.state = State::Text { escapes };
            }
            State::TextEnd { escapes } => {
                self.literal(escapes, sink);
                return false;
            }
            State::Dash if byte == b'-' => self.state = State::Line,
            State::Slash if byte == b'*' => self.state = State::Block { depth: 1 },
            State::Dash | State::Slash => {
                let mark = if self.state == State::Dash { b'-' } else { b'/' };
                let then = sink.token(Token::Mark(mark), self.place);
                self.end(then);
                return false;
            }
            State::Line | State::Skip => self.state = State::Between,
            State::Block { depth } if byte == b'*' => self.state = State::BlockStar { depth },
            State::Block { depth } => self.state = State::BlockSlash { depth },
            State::BlockStar { depth } => match byte {
                b'/' if depth <= 1 => self.state = State::Between,
                b'/' => self.state = State::Block { depth: depth - 1 },
                b'*' => {}
                _ => self.state = State::Block { depth },
            },
            State::BlockSlash { depth } => match byte {
                b'*' => {
                    self.state = State::Block {
                        depth: depth.saturating_add(1),
                    };
                }
                b'/' => {}
                _ => self.state = State::Block { depth },
            },
        }
        if byte == 0 {
            self.nul = self.nul.saturating_add(1);
        }
        true
    }

    fn keep_byte(&mut self, byte: u8) {
        if self.keep {
            self.push(byte);
        }
    }

    fn open_text(&mut self, escapes: bool, sink: &impl Sink) {
        self.text.clear();
        self.keep = sink.keeps_literal();
        self.state = State::Text { escapes };
    }

    fn literal(&mut self, escapes: bool, sink: &mut impl Sink) {
        let text = self.keep.then_some(self.text.as_slice());
        let then = sink.token(Token::Literal { text, escapes }, self.place);
        self.text.clear();
        self.keep = false;
        self.end(then);
    }

    fn between(&mut self, byte: u8, sink: &mut impl Sink) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c | 0 => {}
            b'\'' => {
                self.begin(State::Between);
                self.open_text(false, sink);
            }
            b'"' => self.begin(State::Quoted),
            b'-' => self.begin(State::Dash),
            b'/' => self.begin(State::Slash),
            _ if of_a_word(byte) => {
                self.begin(State::Word);
                self.push(byte);
            }
            _ => {
                self.begin(State::Between);
                let then = sink.token(Token::Mark(byte), self.place);
                self.end(then);
            }
        }
    }

    fn word(&mut self, byte: u8, sink: &mut impl Sink) -> bool {
        if of_a_word(byte) {
            self.push(byte);
            return true;
        }
        // `e'..'`: only a letter of its own before the quote makes the escapes; `DATE'..'` is a word and a plain literal.
        if byte == b'\'' {
            match self.text.as_slice() {
                [b'e' | b'E' | b'b' | b'B'] => {
                    self.open_text(true, sink);
                    return true;
                }
                [b'x' | b'X'] => {
                    self.open_text(false, sink);
                    return true;
                }
                _ => {}
            }
        }
        let then = sink.token(Token::Word(&self.text), self.place);
        self.end(then);
        false
    }

    /// The stream ends here.
    pub fn finish(&mut self, sink: &mut impl Sink) -> Ending {
        match self.state {
            State::Word => {
                sink.token(Token::Word(&self.text), self.place);
            }
            State::QuotedEnd => {
                sink.token(Token::Quoted(&self.text), self.place);
            }
            State::TextEnd { escapes } => self.literal(escapes, sink),
            State::Dash => {
                sink.token(Token::Mark(b'-'), self.place);
            }
            State::Slash => {
                sink.token(Token::Mark(b'/'), self.place);
            }
            State::Quoted => return Ending::Identifier,
            State::Text { .. } | State::TextEscape => return Ending::Literal,
            State::Line => return Ending::Line,
            State::Block { .. } | State::BlockStar { .. } | State::BlockSlash { .. } => return Ending::Block,
            State::Between | State::Skip => {}
        }
        self.state = State::Between;
        Ending::Between
    }
}
