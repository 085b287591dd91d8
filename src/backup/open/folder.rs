//! A folder: its regular files, by name. Follows no link, opens nothing but regular files.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Looks, Member, Opened, begin, clean, sniff};
use crate::archive::names::show;
use crate::backup::{CannotRead, discover};

/// Lists everything below.
pub(super) fn list(opened: &mut Opened) -> Result<(), CannotRead> {
    walk(opened, "", 0)?;
    opened.members.sort_by(|one, other| one.name.cmp(&other.name));
    opened.folders.sort();
    // Bytes that are kept are known by number, and the numbers are known only now.
    for index in 0..opened.members.len() {
        let Some(member) = opened.members.get(index) else { break };
        let most = sniff::is_wanted(&member.name);
        if most > 0 {
            let path = opened.path.join(&*member.name);
            let mut text = Vec::new();
            open(&opened.path, member)
                .and_then(|file| file.take(most as u64).read_to_end(&mut text))
                .map_err(|error| CannotRead::new(&path, error))?;
            opened.texts.insert(index, text);
        }
    }
    Ok(())
}

fn walk(opened: &mut Opened, below: &str, depth: usize) -> Result<(), CannotRead> {
    let folder = opened.path.join(below);
    let failed = |error| CannotRead::new(&folder, error);
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file_name = entry.file_name();
        let whole = if below.is_empty() {
            file_name.as_encoded_bytes().to_vec()
        } else {
            [below.as_bytes(), b"/", file_name.as_encoded_bytes()].concat()
        };
        let name = match clean(&whole) {
            Ok(name) => name,
            Err(why) => {
                opened.left_out.add(&show(&whole), why);
                continue;
            }
        };
        // Of the entry itself: a link is not followed.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            if depth == opened.limits.depth {
                opened.left_out.add(&show(&whole), "too many folders inside each other");
                opened
                    .damage
                    .get_or_insert_with(|| "folders are nested too deep to be read".to_owned());
                continue;
            }
            opened.folders.push(name.as_str().into());
            walk(opened, &name, depth + 1)?;
        } else if kind.is_file() {
            file(opened, name)?;
        } else {
            let what = if kind.is_symlink() {
                "a symbolic link: not followed"
            } else {
                "a device, socket or FIFO"
            };
            opened.left_out.add(&show(&whole), what);
            if discover::data_name(sniff::base(&name)).is_some() {
                opened.unread.push((name.into(), what));
            }
        }
        if opened.members.len() + opened.folders.len() > opened.limits.entries {
            return Err(failed(io::Error::other("more files than any backup has")));
        }
    }
    Ok(())
}

fn file(opened: &mut Opened, name: String) -> Result<(), CannotRead> {
    let path = opened.path.join(&name);
    let failed = |error| CannotRead::new(&path, error);
    let mut file = regular(&path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    let head = begin(&mut file).map_err(failed)?;
    opened.bytes += meta.len();
    opened.members.push(Member {
        looks: Looks::of(sniff::base(&name), &head),
        name: name.into(),
        size: meta.len(),
        modified: meta.mtime(),
        offset: 0,
    });
    Ok(())
}

/// Opens a file that is a regular one before and after.
fn regular(path: &Path) -> io::Result<File> {
    let replaced = || io::Error::other("something else than a moment ago; expected a regular file");
    let before = fs::symlink_metadata(path)?;
    if !before.is_file() {
        return Err(replaced());
    }
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() || (meta.dev(), meta.ino()) != (before.dev(), before.ino()) {
        return Err(replaced());
    }
    Ok(file)
}

/// Opens a member.
pub(super) fn open(root: &Path, member: &Member) -> io::Result<impl io::Read + Send + use<>> {
    let file = regular(&root.join(&*member.name))?;
    if file.metadata()?.len() != member.size {
        return Err(super::changed());
    }
    Ok(file.take(member.size))
}
