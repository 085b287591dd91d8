//! Copies a backup's snapshots and logs to where a server looks for them, and reads the copies node by node.
//!
//! Nothing else of a backup is copied, under no other name than ZooKeeper's own, and nothing is ever overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::super::discover::{self, DataName, data_name};
use super::super::open::{self, BUFFER, base, is_damage};
use super::super::{CannotRead, Options};
use crate::model::backup::Zxid;
use crate::sources::zk_snapshot::{self, Packing};
use crate::sources::zk_tree::Full;
use crate::sources::zk_txlog;

/// What was copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// Snapshots and logs.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What could be copied in part only, or not at all.
    pub damaged: Vec<String>,
}

/// Copies the snapshots and logs of one data directory within `path` into the empty folder `into`; `folder` is
/// [`Proof::folder`](crate::model::Proof::folder).
///
/// # Errors
/// [`CannotRead`] where the backup cannot be read or the copy cannot be written. Damage is copied as it is.
pub fn copy(path: &Path, folder: Option<&str>, into: &Path, options: &Options) -> Result<Copied, CannotRead> {
    let mut opened = open::open(path, &options.limits)?;
    let found = discover::look(&opened);
    let mut copied = Copied::default();
    let Some(directory) = found
        .directories
        .iter()
        .find(|directory| folder.is_none_or(|folder| directory.folder == folder))
    else {
        return Ok(copied);
    };
    let mut files: Vec<usize> = directory
        .snapshots
        .iter()
        .chain(&directory.logs)
        .map(|(_, index)| *index)
        .collect();
    // In the order in which a compressed tar holds them: one pass.
    files.sort_unstable();
    for index in files {
        let Some(name) = opened.members.get(index).map(|member| base(&member.name).to_owned()) else {
            continue;
        };
        let target = into.join(&name);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&target)
            .map_err(|error| CannotRead::new(&target, error))?;
        let ended = opened.read(index).and_then(|mut input| io::copy(&mut input, &mut file));
        match ended {
            Ok(bytes) => copied.bytes += bytes,
            Err(error) if is_damage(&error) => copied.damaged.push(format!("{name}: {error}")),
            Err(error) => return Err(CannotRead::new(path, error)),
        }
        copied.files += 1;
    }
    Ok(copied)
}

/// The tree that the files in a folder give, as a restore reads them; `None` where no snapshot is whole.
///
/// # Errors
/// Where a file cannot be read.
pub fn expected(data: &Path) -> io::Result<Option<Full>> {
    let mut snapshots: Vec<(Zxid, String)> = Vec::new();
    let mut logs: Vec<(Zxid, String)> = Vec::new();
    for entry in fs::read_dir(data)? {
        let Ok(name) = entry?.file_name().into_string() else {
            continue;
        };
        match data_name(&name) {
            Some(DataName::Snapshot(zxid)) => snapshots.push((zxid, name)),
            Some(DataName::Log(zxid)) => logs.push((zxid, name)),
            None => {}
        }
    }
    snapshots.sort_unstable();
    logs.sort_unstable();
    let input = |name: &str| File::open(data.join(name)).map(|file| BufReader::with_capacity(BUFFER, file));
    for (begin, name) in snapshots.iter().rev() {
        let mut tree = Full::new();
        match zk_snapshot::read(input(name)?, Packing::of(name), &mut tree) {
            Ok(snapshot) if snapshot.is_whole() => {}
            Ok(_) => continue,
            Err(error) if is_damage(&error) => continue,
            Err(error) => return Err(error),
        }
        let first = logs.iter().rposition(|(named, _)| named <= begin).unwrap_or(0);
        for (_, log) in logs.iter().skip(first) {
            zk_txlog::read(input(log)?, Zxid(begin.0.saturating_add(1)), &mut tree)?;
        }
        tree.drop_dead();
        return Ok(Some(tree));
    }
    Ok(None)
}
