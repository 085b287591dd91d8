//! Lists a tar: plain, ustar, GNU (long names) and PAX (path and size). Checks every header, the padding and the end.
//!
//! Nothing is unpacked. Links, devices and sparse files are named and not read; a header that is not understood, or an end
//! without its mark, is damage of the whole tar.

use std::io::{self, Read};

use tar::Header;

use super::window::Window;
use super::{Looks, Member, Opened, begin, clean, is_damage, sniff};
use crate::archive::names::show;
use crate::backup::discover;

const BLOCK: usize = 512;
/// Longest GNU long name or PAX header.
const LONGEST_EXTENSION: u64 = 1 << 20;
/// Bytes of small texts kept of one tar.
const MOST_TEXTS: usize = 64 << 20;

/// What extension headers say of the next member.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<i64>,
    sparse: bool,
}

/// The sum of a header, its own field counted as blanks.
pub(super) fn checksum(block: &[u8; BLOCK]) -> u32 {
    block
        .iter()
        .enumerate()
        .map(|(at, byte)| u32::from(if (148..156).contains(&at) { b' ' } else { *byte }))
        .sum()
}

/// Lists a tar to its end. Damage is kept with what was listed up to there.
///
/// # Errors
/// Where reading fails.
pub(super) fn index(opened: &mut Opened, window: &mut Window) -> io::Result<()> {
    let ended = Index {
        opened,
        window,
        texts: 0,
    }
    .run();
    match ended {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            opened.damage = Some("it ends before the end mark of the tar: it was cut".to_owned());
        }
        Err(error) if is_damage(&error) => opened.damage = Some(error.to_string()),
        Err(error) => return Err(error),
    }
    doubled(opened);
    Ok(())
}

/// Of files of the same name the last one counts, as it does for whoever unpacks the tar.
fn doubled(opened: &mut Opened) {
    let mut order: Vec<usize> = (0..opened.members.len()).collect();
    let name = |index: &usize| opened.members.get(*index).map(|member| &member.name);
    order.sort_by(|one, other| name(one).cmp(&name(other)).then(one.cmp(other)));
    let mut drop: Vec<usize> = order
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] if name(one) == name(other) => Some(*one),
            _ => None,
        })
        .collect();
    if drop.is_empty() {
        return;
    }
    drop.sort_unstable();
    let mut texts = std::mem::take(&mut opened.texts);
    let members = std::mem::take(&mut opened.members);
    for (index, member) in members.into_iter().enumerate() {
        if drop.binary_search(&index).is_ok() {
            opened
                .left_out
                .add(&member.name, "stands in the tar twice: the later one counts");
            opened.unread.push((member.name, "stands in the tar twice"));
            continue;
        }
        if let Some(text) = texts.remove(&index) {
            opened.texts.insert(opened.members.len(), text);
        }
        opened.members.push(member);
    }
}

fn bad(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// A block whose end must not be the end of everything.
fn block(window: &mut Window) -> io::Result<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    window.read_exact(&mut block)?;
    Ok(block)
}

struct Index<'a> {
    opened: &'a mut Opened,
    window: &'a mut Window,
    texts: usize,
}

impl Index<'_> {
    fn run(&mut self) -> io::Result<()> {
        let mut ahead = Ahead::default();
        loop {
            let at = self.window.position();
            let block = block(self.window)?;
            if block.iter().all(|byte| *byte == 0) {
                return self.end();
            }
            let header = Header::from_byte_slice(&block);
            if header.cksum().ok() != Some(checksum(&block)) {
                return Err(bad(format!("the tar header at byte {at} has a wrong checksum")));
            }
            let size = match ahead.size {
                Some(size) => size,
                None => header
                    .entry_size()
                    .map_err(|_| bad(format!("the tar header at byte {at} has no size")))?,
            };
            let [flag] = header.as_old().linkflag;
            match flag {
                b'L' => {
                    let name = self.extension(size)?;
                    ahead.name = Some(name.into_iter().take_while(|byte| *byte != 0).collect());
                }
                // Of links, and of the whole tar: nothing that says where a file stands.
                b'K' | b'g' => drop(self.extension(size)?),
                b'x' | b'X' => {
                    let text = self.extension(size)?;
                    pax(&text, &mut ahead)?;
                }
                _ => {
                    let ahead = std::mem::take(&mut ahead);
                    self.entry(header, flag, size, ahead)?;
                }
            }
        }
    }

    /// The bytes of an extension header.
    fn extension(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > LONGEST_EXTENSION {
            return Err(bad(format!("an extension header of {size} bytes")));
        }
        let begin = self.window.position();
        let mut bytes = Vec::new();
        self.window.take(size).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.padding(begin, size)?;
        Ok(bytes)
    }

    fn entry(&mut self, header: &Header, flag: u8, size: u64, ahead: Ahead) -> io::Result<()> {
        let name = ahead.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let clean = match clean(&name) {
            Ok(clean) => Some(clean),
            Err(why) => {
                self.opened.left_out.add(&show(&name), why);
                None
            }
        };
        if self.opened.members.len() + self.opened.folders.len() >= self.opened.limits.entries {
            return Err(bad("more entries than any backup has"));
        }
        let folder = flag == b'5' || (matches!(flag, 0 | b'0') && name.ends_with(b"/"));
        let what = match flag {
            _ if folder => {
                // A folder has no bytes: the size that old programs state for it is not one.
                if let Some(clean) = clean.filter(|clean| !clean.is_empty()) {
                    self.opened.folders.push(clean.into());
                }
                return Ok(());
            }
            0 | b'0' | b'7' if !ahead.sparse => {
                let modified = ahead.modified.or_else(|| i64::try_from(header.mtime().ok()?).ok());
                return self.file(clean, size, modified.unwrap_or(0));
            }
            0 | b'0' | b'7' | b'S' => "stored as a sparse file: take the tar without --sparse",
            b'1' => "a hard link to a file elsewhere in the tar",
            b'2' => "a symbolic link: not followed",
            b'3' | b'4' => "a device",
            b'6' => "a FIFO",
            _ => "an entry of unknown kind",
        };
        if let Some(clean) = clean {
            self.opened.left_out.add(&clean, what);
            if discover::data_name(sniff::base(&clean)).is_some() {
                self.opened.unread.push((clean.into(), what));
            }
        }
        // Old GNU sparse files: more headers may follow the first one, each saying whether another comes.
        if flag == b'S' {
            let mut more = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
            while more {
                more = block(self.window)?.get(504) == Some(&1);
            }
        }
        let size = if matches!(flag, b'1'..=b'6') { 0 } else { size };
        self.pass(size)
    }

    fn file(&mut self, name: Option<String>, size: u64, modified: i64) -> io::Result<()> {
        let Some(name) = name else { return self.pass(size) };
        let offset = self.window.position();
        let wanted = sniff::is_wanted(&name);
        let mut head = begin(&mut (&mut *self.window).take(size))?;
        let member = Member {
            looks: Looks::of(sniff::base(&name), &head),
            name: name.into(),
            size,
            modified,
            offset,
        };
        if wanted > 0 && self.texts < MOST_TEXTS {
            let left = (wanted.saturating_sub(head.len()) as u64).min(size - head.len() as u64);
            (&mut *self.window).take(left).read_to_end(&mut head)?;
            self.texts += head.len();
            self.opened.texts.insert(self.opened.members.len(), head);
        }
        self.opened.members.push(member);
        self.window
            .skip_to(offset.checked_add(size).ok_or(io::ErrorKind::UnexpectedEof)?)?;
        self.padding(offset, size)
    }

    /// Goes over the bytes of an entry.
    fn pass(&mut self, size: u64) -> io::Result<()> {
        let begin = self.window.position();
        self.window
            .skip_to(begin.checked_add(size).ok_or(io::ErrorKind::UnexpectedEof)?)?;
        self.padding(begin, size)
    }

    fn padding(&mut self, begin: u64, size: u64) -> io::Result<()> {
        let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
        if over == 0 {
            return Ok(());
        }
        let mut block = [0; BLOCK];
        let padding = block.get_mut(over..).unwrap_or_default();
        self.window.read_exact(padding)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(bad(format!(
                "bytes that are not zero follow the file that begins at byte {begin} of the tar"
            )));
        }
        Ok(())
    }

    /// After the first empty block: a second one, perhaps more, and then nothing.
    fn end(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        let mut more: u64 = 0;
        loop {
            match self.window.read(&mut buffer)? {
                0 => break,
                count => {
                    if buffer.iter().take(count).any(|byte| *byte != 0) {
                        return Err(bad("bytes that are not zero follow the end mark of the tar"));
                    }
                    more += count as u64;
                }
            }
        }
        if more < BLOCK as u64 || !more.is_multiple_of(BLOCK as u64) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// Takes path, size and time from a PAX header.
fn pax(text: &[u8], ahead: &mut Ahead) -> io::Result<()> {
    let broken = || bad("a PAX header that cannot be read");
    let mut rest = text;
    while !rest.is_empty() {
        let blank = rest.iter().position(|byte| *byte == b' ').ok_or_else(broken)?;
        let length: usize = rest
            .get(..blank)
            .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
            .ok_or_else(broken)?;
        let (line, next) = rest.split_at_checked(length).ok_or_else(broken)?;
        let pair = line
            .get(blank + 1..)
            .and_then(|pair| pair.strip_suffix(b"\n"))
            .ok_or_else(broken)?;
        let equals = pair.iter().position(|byte| *byte == b'=').ok_or_else(broken)?;
        let (key, value) = (
            pair.get(..equals).unwrap_or_default(),
            pair.get(equals + 1..).unwrap_or_default(),
        );
        let text = || std::str::from_utf8(value).ok();
        match key {
            b"path" => ahead.name = Some(value.to_vec()),
            b"size" => ahead.size = Some(text().and_then(|text| text.parse().ok()).ok_or_else(broken)?),
            b"mtime" => ahead.modified = text().and_then(|text| text.split('.').next()?.parse().ok()),
            key if key.starts_with(b"GNU.sparse.") => ahead.sparse = true,
            _ => {}
        }
        rest = next;
    }
    Ok(())
}
