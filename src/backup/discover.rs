//! Which backups a set of files holds: data directories of ZooKeeper, a guano dump, SQL dumps. Judges nothing.

use std::collections::BTreeMap;

use super::open::{Looks, Opened, base};
use crate::model::backup::Zxid;

/// What ZooKeeper's name of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DataName {
    /// `snapshot.<zxid>`, perhaps compressed by the server.
    Snapshot(Zxid),
    /// `log.<zxid>`.
    Log(Zxid),
}

/// Reads a name as ZooKeeper does: hexadecimal, without `0x`.
pub(super) fn data_name(name: &str) -> Option<DataName> {
    let hex = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits.then(|| u64::from_str_radix(text, 16).ok().map(Zxid)).flatten()
    };
    if let Some(rest) = name.strip_prefix("snapshot.") {
        let digits = rest
            .strip_suffix(".gz")
            .or_else(|| rest.strip_suffix(".snappy"))
            .unwrap_or(rest);
        return hex(digits).map(DataName::Snapshot);
    }
    name.strip_prefix("log.").and_then(hex).map(DataName::Log)
}

/// Files of one data directory of ZooKeeper, by number of the member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DataDirectory {
    /// Folder that holds `snapshot` and `transactions`, or `version-2`, or the files themselves; `""` for the top.
    pub(super) folder: String,
    /// Snapshots, oldest first.
    pub(super) snapshots: Vec<(Zxid, usize)>,
    /// Logs, oldest first.
    pub(super) logs: Vec<(Zxid, usize)>,
    /// `myid`.
    pub(super) myid: Option<usize>,
    /// `currentEpoch` and `acceptedEpoch`.
    pub(super) epochs: Vec<usize>,
    /// Names of its files that could not be read as regular files, with the reason.
    pub(super) unread: Vec<(String, &'static str)>,
    /// Whether the files stand as DC/OS has them: `snapshot/version-2` and `transactions/version-2`.
    pub(super) split: bool,
    /// Whether its files stand in a folder `version-2`, as a server looks for them.
    pub(super) versioned: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Data directories, by folder.
    pub(super) directories: Vec<DataDirectory>,
    /// Texts that look like SQL.
    pub(super) dumps: Vec<usize>,
    /// Files of a folder that hold other files: tars, gzip streams.
    pub(super) holders: Vec<usize>,
}

/// Folder part of a path.
pub(super) fn parent(name: &str) -> &str {
    name.rfind('/').and_then(|slash| name.get(..slash)).unwrap_or_default()
}

/// The data directory that a folder with data files belongs to, whether it is a `version-2`, and whether it is one of
/// DC/OS's two halves.
fn home(folder: &str) -> (&str, bool, bool) {
    let (above, versioned) = match base(folder) {
        "version-2" => (parent(folder), true),
        _ => (folder, false),
    };
    match base(above) {
        "snapshot" | "transactions" => (parent(above), versioned, true),
        _ => (above, versioned, false),
    }
}

/// Looks through everything that is there.
pub(super) fn look(opened: &Opened) -> Found {
    let mut found = Found::default();
    let mut directories: BTreeMap<&str, DataDirectory> = BTreeMap::new();
    for (index, member) in opened.members.iter().enumerate() {
        let name = data_name(base(&member.name));
        let (folder, versioned, split) = home(parent(&member.name));
        let is_data = match (name, member.looks) {
            // Without its magic number a file is one of ZooKeeper's only where nothing else is called so.
            (Some(DataName::Snapshot(_)), _) => true,
            (Some(DataName::Log(_)), looks) => looks == Looks::Log || versioned || opened.members.len() == 1,
            _ => false,
        };
        if is_data {
            let directory = directories.entry(folder).or_default();
            directory.versioned |= versioned;
            directory.split |= split;
            match name {
                Some(DataName::Snapshot(zxid)) => directory.snapshots.push((zxid, index)),
                Some(DataName::Log(zxid)) => directory.logs.push((zxid, index)),
                None => {}
            }
        } else if member.looks == Looks::Sql || super::open::has_ending(&member.name, ".sql") {
            found.dumps.push(index);
        } else if matches!(member.looks, Looks::Gzip | Looks::Tar) {
            found.holders.push(index);
        }
    }
    for (name, why) in &opened.unread {
        let (folder, ..) = home(parent(name));
        if data_name(base(name)).is_some() {
            let directory = directories.entry(folder).or_default();
            directory.unread.push((name.to_string(), why));
        }
    }
    found.directories = directories
        .into_iter()
        .map(|(folder, directory)| DataDirectory {
            folder: folder.to_owned(),
            ..directory
        })
        .collect();
    join(&mut found.directories);
    for directory in &mut found.directories {
        directory.snapshots.sort_unstable();
        directory.logs.sort_unstable();
    }
    small_files(opened, &mut found.directories);
    found
}

/// Snapshots in one place and logs in another, and nothing else: the two halves of a server with a log directory of its own.
fn join(directories: &mut Vec<DataDirectory>) {
    let [one, other] = directories.as_slice() else { return };
    let (data, logs) = if one.logs.is_empty() && other.snapshots.is_empty() {
        (one, other)
    } else if one.snapshots.is_empty() && other.logs.is_empty() {
        (other, one)
    } else {
        return;
    };
    let joined = DataDirectory {
        folder: data.folder.clone(),
        snapshots: data.snapshots.clone(),
        logs: logs.logs.clone(),
        unread: [data.unread.clone(), logs.unread.clone()].concat(),
        versioned: data.versioned && logs.versioned,
        ..DataDirectory::default()
    };
    *directories = vec![joined];
}

fn small_files(opened: &Opened, directories: &mut [DataDirectory]) {
    for index in opened.texts.keys() {
        let Some(member) = opened.members.get(*index) else {
            continue;
        };
        let (folder, ..) = home(parent(&member.name));
        let Some(directory) = directories.iter_mut().find(|directory| directory.folder == folder) else {
            continue;
        };
        match base(&member.name) {
            "myid" => directory.myid = Some(*index),
            "currentEpoch" | "acceptedEpoch" => directory.epochs.push(*index),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_zookeeper_reads_them() {
        assert_eq!(data_name("snapshot.35a"), Some(DataName::Snapshot(Zxid(0x35a))));
        assert_eq!(
            data_name("snapshot.10000.snappy"),
            Some(DataName::Snapshot(Zxid(0x10000)))
        );
        assert_eq!(data_name("log.1"), Some(DataName::Log(Zxid(1))));
        for no in [
            "log.1.gz",
            "log.",
            "log.zz",
            "snapshot",
            "snapshot.+1",
            "snapshot.00000000000000001",
        ] {
            assert_eq!(data_name(no), None, "{no}");
        }
    }

    #[test]
    fn any_level_has_its_home() {
        for (folder, is) in [
            ("zookeeper/snapshot/version-2", ("zookeeper", true, true)),
            ("transactions/version-2", ("", true, true)),
            ("version-2", ("", true, false)),
            ("", ("", false, false)),
            ("var/lib/zookeeper/version-2", ("var/lib/zookeeper", true, false)),
        ] {
            assert_eq!(home(folder), is, "{folder}");
        }
    }
}
