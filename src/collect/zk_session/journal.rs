//! The journal of a walk, beside the archive that is being made: every znode as it arrives, so that a run that ended can go
//! on. Mode 0600; holds what `tree.ndjson` will hold and the names of children, never contents.
//!
//! A last line that was cut is dropped: its znode is asked for again. Contents are kept elsewhere (see [`Contents`]): the line
//! that names a finished file of them is what makes the lines before it count, and what stands after the last one is dropped.
//! So every znode stands in exactly one of the files that the journal names.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::sources::zk_contents::ContentsFile;
use crate::sources::zk_tree_file::{AclEntry, Node};

use super::walk::Frontier;
use super::{Contents, Seen, Sink};

/// Format of the first line.
const FORMAT: &str = "gonogo-zk-walk/1";
/// Ending of its name.
pub const ENDING: &str = ".zk-walk";

/// First line: what the walk is about. A journal goes on only with the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    format: String,
    /// Servers, `host:port`, sorted.
    pub servers: Vec<String>,
    /// Whether access lists are read.
    pub acls: bool,
    /// Whether contents are kept.
    pub contents: bool,
    /// When it began.
    pub began: DateTime<Utc>,
}

impl Head {
    /// A walk that begins now.
    pub fn new(mut servers: Vec<String>, acls: bool, contents: bool) -> Self {
        servers.sort();
        Self {
            format: FORMAT.to_owned(),
            servers,
            acls,
            contents,
            began: Utc::now(),
        }
    }

    fn fits(&self, other: &Self) -> bool {
        (&self.format, &self.servers, self.acls, self.contents)
            == (&other.format, &other.servers, other.acls, other.contents)
    }
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// A znode that was read.
    Node {
        node: Node,
        names: Vec<String>,
        answer_bytes: u64,
        refused: bool,
    },
    /// The next access list.
    Acl(Vec<AclEntry>),
    /// A znode that was gone.
    Vanished(String),
    /// A znode that could not be read.
    Odd(String, String),
    /// A file of contents was finished.
    Kept(ContentsFile),
}

/// When the journal at a path began; `None` where there is none.
///
/// # Errors
/// When it cannot be read, or is no journal.
pub fn begun(path: &Path) -> io::Result<Option<DateTime<Utc>>> {
    let Some(file) = open_old(path)? else { return Ok(None) };
    let mut line = String::new();
    BufReader::new(file).read_line(&mut line)?;
    head(&line).map(|head| head.map(|head| head.began))
}

/// `None`: its first line was cut, so it holds nothing.
fn head(line: &str) -> io::Result<Option<Head>> {
    if !line.ends_with('\n') {
        return Ok(None);
    }
    serde_json::from_str(line)
        .map(Some)
        .map_err(|_| io::Error::other("it is no journal of a walk"))
}

/// An existing journal: a plain file that nobody else may read or write.
fn open_old(path: &Path) -> io::Result<Option<File>> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is no plain file")),
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => {
            return Err(io::Error::other(
                "others may read or write it; gonogo makes it with mode 0600",
            ));
        }
        Ok(_) => {}
    }
    OpenOptions::new().read(true).write(true).open(path).map(Some)
}

/// A journal that is being written.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Lines that are not written yet.
    held: Vec<u8>,
    contents: Option<Box<dyn Contents>>,
    kept: Vec<ContentsFile>,
}

impl Journal {
    /// Opens the journal at `path`, or makes it. Gives it with where the walk stands.
    ///
    /// # Errors
    /// When it cannot be read or written, or belongs to another walk (other servers, other flags).
    pub fn open(path: &Path, new: &Head, contents: Option<Box<dyn Contents>>) -> io::Result<(Self, Frontier)> {
        let journal = |file, kept| Self {
            path: path.to_owned(),
            file,
            held: Vec::new(),
            contents: None,
            kept,
        };
        let (mut journal, frontier) = if let Some(file) = open_old(path)? {
            let (length, frontier, kept) = replay(&file, new)?;
            file.set_len(length)?;
            let mut opened = journal(file, kept);
            opened.file.seek(SeekFrom::End(0))?;
            if length == 0 {
                opened.begin(new)?;
            }
            (opened, frontier)
        } else {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)?;
            let mut made = journal(file, Vec::new());
            made.begin(new)?;
            (made, Frontier::at_root())
        };
        journal.contents = contents;
        if let Some(contents) = &mut journal.contents {
            contents.go_on(&journal.kept)?;
        }
        Ok((journal, frontier))
    }

    fn begin(&mut self, head: &Head) -> io::Result<()> {
        let mut line = serde_json::to_vec(head)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    fn hold(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.held, line)?;
        self.held.push(b'\n');
        Ok(())
    }

    fn write_down(&mut self) -> io::Result<()> {
        self.file.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }

    /// Writes down what is held, after the contents of it are safe. Gives the files of contents.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(&mut self) -> io::Result<Vec<ContentsFile>> {
        self.settle(true)?;
        self.file.sync_data()?;
        Ok(self.kept.clone())
    }

    fn settle(&mut self, last: bool) -> io::Result<()> {
        let Some(contents) = &mut self.contents else {
            return self.write_down();
        };
        if !last && !contents.is_full() {
            return Ok(());
        }
        if let Some(kept) = contents.settle()? {
            self.hold(&Line::Kept(kept.clone()))?;
            self.kept.push(kept);
        }
        self.write_down()
    }

    /// Its place.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Sink for Journal {
    fn read(&mut self, seen: &Seen<'_>) -> io::Result<()> {
        if let Some(entries) = seen.new_acl {
            self.hold(&Line::Acl(entries.to_vec()))?;
        }
        if let (Some(contents), Some(data)) = (&mut self.contents, seen.data) {
            contents.keep(seen.node, data)?;
        }
        self.hold(&Line::Node {
            node: seen.node.clone(),
            names: seen.names.to_vec(),
            answer_bytes: seen.answer_bytes,
            refused: seen.refused,
        })
    }

    fn vanished(&mut self, path: &str) -> io::Result<()> {
        self.hold(&Line::Vanished(path.to_owned()))
    }

    fn odd(&mut self, path: &str, why: &str) -> io::Result<()> {
        self.hold(&Line::Odd(path.to_owned(), why.to_owned()))
    }

    fn batch_ended(&mut self) -> io::Result<()> {
        self.settle(false)
    }
}

/// Reads the whole lines of a journal from its begin, so many at most; gives the length of them. The first line is left out.
pub(super) fn lines(
    file: &File,
    most: usize,
    each: &mut dyn FnMut(Line) -> io::Result<()>,
) -> io::Result<(u64, Option<Head>)> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    file.seek(SeekFrom::Start(0))?;
    let mut text = String::new();
    file.read_line(&mut text)?;
    let Some(head) = head(&text)? else { return Ok((0, None)) };
    let mut length = text.len() as u64;
    for _ in 0..most {
        text.clear();
        let whole = file.read_line(&mut text).is_ok() && text.ends_with('\n');
        let Some(line) = whole.then(|| serde_json::from_str(&text).ok()).flatten() else {
            break;
        };
        each(line)?;
        length += text.len() as u64;
    }
    Ok((length, Some(head)))
}

/// What identifies a path that was dealt with: half of a SHA-256 instead of a path of any length.
fn mark(path: &str) -> u128 {
    Sha256::digest(path.as_bytes())
        .iter()
        .take(16)
        .fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

fn replay(file: &File, new: &Head) -> io::Result<(u64, Frontier, Vec<ContentsFile>)> {
    let mut done = HashSet::new();
    // With contents a line counts once the file of contents that it came with is named.
    let (mut read, mut counting, mut held) = (0, 0, Vec::new());
    let (_, old) = lines(file, usize::MAX, &mut |line| {
        read += 1;
        match &line {
            Line::Node { node, .. } => held.push(mark(&node.path)),
            Line::Vanished(path) | Line::Odd(path, _) => held.push(mark(path)),
            Line::Acl(_) | Line::Kept(_) => {}
        }
        if !new.contents || matches!(line, Line::Kept(_)) {
            done.extend(held.drain(..));
            counting = read;
        }
        Ok(())
    })?;
    let Some(old) = old else {
        return Ok((0, Frontier::at_root(), Vec::new()));
    };
    if !old.fits(new) {
        return Err(io::Error::other(
            "it belongs to another walk (other servers, or other flags); remove it to begin anew",
        ));
    }
    let mut kept = Vec::new();
    let mut frontier = Frontier::resumed(old.began, !done.contains(&mark("/")));
    let (length, _) = lines(file, counting, &mut |line| {
        match line {
            Line::Node {
                node,
                names,
                answer_bytes,
                refused,
            } => {
                let acl_refused = old.acls && node.acl.is_none();
                frontier.again(&node, (answer_bytes, refused, acl_refused), names, &|path| {
                    done.contains(&mark(path))
                });
            }
            Line::Acl(entries) => frontier.acl_again(&entries),
            Line::Vanished(_) => frontier.vanished_again(),
            Line::Odd(path, why) => frontier.odd_again(&path, &why),
            Line::Kept(file) => kept.push(file),
        }
        Ok(())
    })?;
    Ok((length, frontier, kept))
}
