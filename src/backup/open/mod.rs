//! What stands at a path, whatever holds it: its files with names, sizes and times, each to be read as often as needed.
//!
//! Folder, tar, gzip of a tar, gzip of one file, one file: told by the first bytes. Nothing is unpacked to disk, no link is
//! followed, nothing but regular files is opened; what is left out is listed.

mod folder;
mod inflate;
mod names;
mod sniff;
mod tar;
mod window;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use self::inflate::Inflating;
use self::window::Window;
use super::limits::Limits;
use super::{CannotRead, shown};

pub(super) use self::names::clean;
pub(super) use self::sniff::{Looks, base, has_ending};

/// Bytes read at once from files.
pub(super) const BUFFER: usize = 512 << 10;
/// Longest list of what was left out.
const MOST_LEFT_OUT: usize = 200;

/// What holds the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// A folder.
    Folder,
    /// A tar.
    Tar,
    /// A tar inside gzip.
    TarGz,
    /// One file.
    File,
    /// One file inside gzip.
    FileGz,
}

/// One regular file.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Path within what holds it, without `./` and leading `/`.
    pub(super) name: Box<str>,
    /// Bytes.
    pub(super) size: u64,
    /// Time of its last change, seconds since 1970; 0 where nothing says it.
    pub(super) modified: i64,
    /// What its first bytes look like.
    pub(super) looks: Looks,
    /// Where its bytes begin in what holds it.
    offset: u64,
}

/// Everything that a path holds.
#[derive(Debug)]
pub(super) struct Opened {
    /// Where it stands.
    pub(super) path: PathBuf,
    /// What it is.
    pub(super) holder: Holder,
    /// Its files, in its own order (folders: by name).
    pub(super) members: Vec<Member>,
    /// Its folders, where it names them.
    pub(super) folders: Vec<Box<str>>,
    /// First bytes of small files that say something of the others, by number of the member.
    pub(super) texts: BTreeMap<usize, Vec<u8>>,
    /// Names that look like files of a backup and could not be read as regular files: links, sparse and doubled ones.
    pub(super) unread: Vec<(Box<str>, &'static str)>,
    /// What was not looked into.
    pub(super) left_out: LeftOut,
    /// Why what holds the files is not whole.
    pub(super) damage: Option<String>,
    /// Bytes on disk.
    pub(super) bytes: u64,
    limits: Limits,
    stamp: Stamp,
    inflating: Option<Inflating>,
    passes: usize,
}

/// Names of what was not looked into: the first ones, and how many more.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    names: Vec<String>,
    more: usize,
}

impl LeftOut {
    /// Adds one.
    pub(super) fn add(&mut self, name: &str, why: &str) {
        if self.names.len() < MOST_LEFT_OUT {
            self.names.push(format!("{name}: {why}"));
        } else {
            self.more += 1;
        }
    }

    /// As they are told.
    pub(super) fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.names.push(format!("and {} more", self.more));
        }
        self.names
    }
}

/// What would show that a file was written to while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(meta: &std::fs::Metadata) -> Self {
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.len(),
            modified: (meta.mtime(), meta.mtime_nsec()),
        }
    }
}

/// Opens a path and lists what it holds.
///
/// # Errors
/// Where it cannot be opened or read. Damage of what holds the files stands in [`Opened::damage`].
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Opened, CannotRead> {
    let failed = |error| CannotRead::new(path, error);
    let meta = std::fs::metadata(path).map_err(failed)?;
    let mut opened = Opened {
        path: path.to_owned(),
        holder: Holder::File,
        members: Vec::new(),
        folders: Vec::new(),
        texts: BTreeMap::new(),
        unread: Vec::new(),
        left_out: LeftOut::default(),
        damage: None,
        bytes: meta.len(),
        limits: *limits,
        stamp: Stamp::of(&meta),
        inflating: None,
        passes: 0,
    };
    if meta.is_dir() {
        opened.holder = Holder::Folder;
        opened.bytes = 0;
        folder::list(&mut opened)?;
        return Ok(opened);
    }
    if !meta.is_file() {
        return Err(failed(io::Error::other("neither a file nor a folder")));
    }
    let mut file = File::open(path).map_err(failed)?;
    let head = begin(&mut file).map_err(failed)?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    match Looks::of(&name, &head) {
        // A snapshot that ZooKeeper itself compressed is a file of a data directory, not something to unpack first.
        Looks::Gzip if !sniff::is_data_file(&name) => opened.list_gzip(&name, meta.mtime()).map_err(failed)?,
        Looks::Tar => {
            opened.holder = Holder::Tar;
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            tar::index(&mut opened, &mut Window::seeking(file, meta.len())).map_err(failed)?;
        }
        looks => opened.members.push(Member {
            name: name.as_ref().into(),
            size: meta.len(),
            modified: meta.mtime(),
            looks,
            offset: 0,
        }),
    }
    Ok(opened)
}

/// The first bytes of something.
fn begin(source: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(sniff::HEAD);
    source.take(sniff::HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

impl Opened {
    fn inflate(&self) -> io::Result<Inflating> {
        Ok(Inflating::new(File::open(&self.path)?, &self.limits))
    }

    /// A gzip stream: of a tar, or of one file.
    fn list_gzip(&mut self, name: &str, modified: i64) -> io::Result<()> {
        let mut stream = self.inflate()?;
        let inner = name.strip_suffix(".gz").unwrap_or(name);
        let head = match begin(&mut stream) {
            Ok(head) => head,
            Err(error) if is_damage(&error) => {
                self.holder = Holder::FileGz;
                self.damage = Some(error.to_string());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let looks = Looks::of(inner, &head);
        if looks == Looks::Tar {
            self.holder = Holder::TarGz;
            let stream = self.inflate()?;
            return tar::index(self, &mut Window::streaming(stream));
        }
        self.holder = Holder::FileGz;
        // The size is not known before the end: whoever reads it learns of damage.
        self.members.push(Member {
            name: inner.into(),
            size: u64::MAX,
            modified,
            looks,
            offset: 0,
        });
        Ok(())
    }

    /// The bytes of a file, from its begin. Files of a compressed tar are best read in their order.
    ///
    /// # Errors
    /// Where it cannot be opened, or where what holds it ends before it.
    pub(super) fn read(&mut self, index: usize) -> io::Result<Box<dyn Read + Send + '_>> {
        let Some(member) = self.members.get(index) else {
            return Err(io::Error::other("no such member"));
        };
        match self.holder {
            Holder::Folder => Ok(Box::new(folder::open(&self.path, member)?)),
            Holder::File | Holder::Tar => {
                let mut file = File::open(&self.path)?;
                if Stamp::of(&file.metadata()?) != self.stamp {
                    return Err(changed());
                }
                file.seek(SeekFrom::Start(member.offset))?;
                Ok(Box::new(file.take(member.size)))
            }
            Holder::FileGz => Ok(Box::new(self.inflate()?)),
            Holder::TarGz => {
                let (offset, size) = (member.offset, member.size);
                let again = match self.inflating.take() {
                    Some(stream) if stream.position() <= offset => stream,
                    _ => {
                        self.passes += 1;
                        if self.passes > self.limits.passes {
                            return Err(io::Error::other(
                                "the files in this compressed tar stand in an order that would take too many passes: unpack it and name the folder",
                            ));
                        }
                        self.inflate()?
                    }
                };
                let stream = self.inflating.insert(again);
                stream.skip_to(offset)?;
                Ok(Box::new(stream.take(size)))
            }
        }
    }

    /// Whether files are best read in their order: another order costs a pass each.
    pub(super) fn in_order(&self) -> bool {
        self.holder == Holder::TarGz
    }

    /// The text of a small file.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        self.texts.get(&index).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Whether the file is still the one that was opened. Folders are not asked: their files are, each as it is opened.
    ///
    /// # Errors
    /// Where it was written to meanwhile.
    pub(super) fn unchanged(&self) -> Result<(), CannotRead> {
        if self.holder == Holder::Folder {
            return Ok(());
        }
        let failed = |source| CannotRead {
            place: shown(&self.path),
            source,
        };
        let now = std::fs::metadata(&self.path).map_err(failed)?;
        if Stamp::of(&now) == self.stamp {
            Ok(())
        } else {
            Err(failed(changed()))
        }
    }
}

fn changed() -> io::Error {
    io::Error::other("it was written to while it was read; wait until the copy is complete")
}

/// Whether an error says something about the bytes, not about the disk.
pub(super) fn is_damage(error: &io::Error) -> bool {
    error.raw_os_error().is_none()
        && matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
        )
}
