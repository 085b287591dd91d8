//! A data directory of ZooKeeper: its snapshots and logs read to their end, the newest state built as a restore builds it.
//!
//! The newest snapshot that passes is the begin, every log from there on is replayed; everything else is verified too. What
//! was seen is judged in [`judge`]; nothing is judged here.

mod judge;
mod sequence;

use std::io;

use super::CannotRead;
use super::discover::DataDirectory;
use super::open::{BUFFER, Holder, Opened, base, is_damage};
use crate::model::backup::{LogFile, Proof, SnapshotFile, Tail, Zxid};
use crate::model::{BackupKind, TreeSummary};
use crate::sources::zk_snapshot::{self, End, Packing, Sink, Snapshot, Verify};
use crate::sources::zk_tree::Tree;
use crate::sources::zk_txlog::{self, Log};

pub(super) use self::judge::UNREADABLE;

/// Where DC/OS keeps the name of the cluster.
const CLUSTER_ID: &str = "/cluster-id";
/// Longest name of a cluster that is believed: it is a UUID.
const LONGEST_ID: usize = 64;

fn tree() -> Tree {
    Tree::new(&[CLUSTER_ID])
}

/// The name of a cluster, if the bytes are one: anything else could be a secret, and is not shown.
pub(super) fn cluster_id(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (!text.is_empty() && text.len() <= LONGEST_ID && plain).then(|| text.to_owned())
}

/// How a snapshot came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Whole,
    Incomplete,
    Corrupt,
}

/// A snapshot that was read.
#[derive(Debug, Clone)]
struct ReadSnapshot {
    file: SnapshotFile,
    ends: Ends,
    /// Highest transaction in it.
    highest: Zxid,
    /// Whether the server's own digest stands behind the tree.
    digest: bool,
    /// Transaction of that digest: the last one when the snapshot was complete. Snapshots of 3.4 and 3.5 have none.
    digest_of: Option<Zxid>,
}

/// A log that was read.
#[derive(Debug, Clone)]
struct ReadLog {
    /// The number in its name.
    named: Zxid,
    file: LogFile,
    /// Where its last transaction ends, bytes.
    end: u64,
    /// Transactions missing within it.
    gaps: Vec<crate::model::backup::ZxidRange>,
    /// Whether its transactions carry the server's digests.
    digests: bool,
    /// Whether a restore reads it.
    used: bool,
}

/// Everything that reading one data directory showed.
#[derive(Debug, Clone, Default)]
struct Seen {
    snapshots: Vec<ReadSnapshot>,
    logs: Vec<ReadLog>,
    tree: Option<TreeSummary>,
    /// Why what holds the files is not whole.
    damage: Option<String>,
    /// Files that could not be read as regular files.
    unread: Vec<(String, &'static str)>,
    /// The highest number in `currentEpoch` and `acceptedEpoch`.
    epoch: Option<u32>,
    /// What a restore tool would miss about the folders.
    layout: Option<String>,
}

/// Proves one data directory. Path, size, hash and record of the proof are the caller's.
///
/// # Errors
/// Where reading fails for another reason than damage.
pub(super) fn prove(opened: &mut Opened, directory: &DataDirectory) -> Result<Proof, CannotRead> {
    let mut proof = Proof::new("", BackupKind::Zookeeper);
    let mut seen = Seen {
        damage: opened.damage.clone(),
        unread: directory.unread.clone(),
        epoch: epoch(opened, directory),
        layout: layout(opened, directory),
        ..Seen::default()
    };
    let mut reader = Reader {
        opened,
        seen: &mut seen,
    };
    let snapshots: Vec<usize> = directory.snapshots.iter().map(|(_, index)| *index).collect();
    let mut results: Vec<Option<ReadSnapshot>> = vec![None; snapshots.len()];
    let mut state = tree();
    let mut chosen = None;
    for (at, (zxid, index)) in directory.snapshots.iter().enumerate().rev() {
        let mut read = reader.snapshot(*zxid, *index, &mut state)?;
        let whole = read.ends == Ends::Whole;
        read.file.used = whole;
        if let Some(result) = results.get_mut(at) {
            *result = Some(read);
        }
        if whole {
            chosen = Some((at, *zxid));
            break;
        }
        // A part of a tree is none.
        state = tree();
    }
    let begin = chosen.map(|(_, zxid)| zxid);
    // As the server does it: from the last log that begins at or before the snapshot.
    let first = begin.map_or(usize::MAX, |begin| {
        directory
            .logs
            .iter()
            .rposition(|(named, _)| *named <= begin)
            .unwrap_or(0)
    });
    for (at, (named, index)) in directory.logs.iter().enumerate() {
        let used = at >= first;
        let log = match begin {
            Some(begin) if used => reader.log(*named, *index, Zxid(begin.0.saturating_add(1)), &mut state)?,
            _ => reader.log(*named, *index, Zxid(u64::MAX), &mut Verify)?,
        };
        reader.seen.logs.push(ReadLog { used, ..log });
    }
    let mut rest: Vec<usize> = (0..snapshots.len())
        .filter(|at| results.get(*at).is_some_and(Option::is_none))
        .collect();
    if reader.opened.in_order() {
        rest.sort_by_key(|at| snapshots.get(*at).copied());
    }
    for at in rest {
        let Some((zxid, index)) = directory.snapshots.get(at) else {
            continue;
        };
        let read = reader.snapshot(*zxid, *index, &mut Verify)?;
        if let Some(result) = results.get_mut(at) {
            *result = Some(read);
        }
    }
    seen.snapshots = results.into_iter().flatten().collect();
    if begin.is_some() {
        // What a server drops as soon as it has read its files is not what a restore gives.
        state.drop_dead();
        proof.sessions = Some(state.sessions().len() as u64);
        proof.cluster_id = state.kept(CLUSTER_ID).and_then(cluster_id);
        seen.tree = Some(state.summary());
    }
    proof.myid = directory.myid.and_then(|index| opened.text(index)?.trim().parse().ok());
    proof.taken_at = newest(opened, directory);
    judge::judge(seen, &mut proof);
    Ok(proof)
}

/// What has to be done before a tar can be restored, where its folders are not those that a restore looks for.
fn layout(opened: &Opened, directory: &DataDirectory) -> Option<String> {
    if !matches!(opened.holder, Holder::Tar | Holder::TarGz) {
        return None;
    }
    let folder = match directory.folder.as_str() {
        "" => "the top of the tar",
        folder => folder,
    };
    if !directory.versioned {
        return Some(format!(
            "the files stand in {folder} and not in a folder version-2, where a server looks for them: move them there when restoring"
        ));
    }
    (directory.split && directory.folder != "zookeeper").then(|| {
        format!(
            "`dcos-zk restore` takes a tar whose only top folder is zookeeper, with snapshot and transactions in it; here they stand in {folder}: pack them anew for it, or put them in place by hand"
        )
    })
}

/// The epoch that the server had come to.
fn epoch(opened: &Opened, directory: &DataDirectory) -> Option<u32> {
    let numbers = directory.epochs.iter().filter(|index| {
        // What a server promised to a leader that never led has no transactions: only the current one counts.
        opened
            .members
            .get(**index)
            .is_some_and(|member| base(&member.name) == "currentEpoch")
    });
    numbers
        .filter_map(|index| opened.text(*index)?.trim().parse().ok())
        .max()
}

fn newest(opened: &Opened, directory: &DataDirectory) -> Option<chrono::DateTime<chrono::Utc>> {
    let files = directory.snapshots.iter().chain(&directory.logs);
    let newest = files
        .filter_map(|(_, index)| opened.members.get(*index))
        .map(|member| member.modified)
        .max()?;
    (newest > 0)
        .then(|| chrono::DateTime::from_timestamp(newest, 0))
        .flatten()
}

struct Reader<'a> {
    opened: &'a mut Opened,
    seen: &'a mut Seen,
}

impl Reader<'_> {
    /// Name and size of a member.
    fn about(&self, index: usize) -> (String, u64) {
        let member = self.opened.members.get(index);
        (
            member.map(|member| base(&member.name).to_owned()).unwrap_or_default(),
            member.map(|member| member.size).unwrap_or_default(),
        )
    }

    /// Damage of what holds the file is kept; a failing disk is an error.
    fn failed(&mut self, error: io::Error) -> Result<String, CannotRead> {
        if is_damage(&error) {
            let what = error.to_string();
            self.seen.damage.get_or_insert_with(|| what.clone());
            Ok(format!("cannot be read: {what}"))
        } else {
            Err(CannotRead::new(&self.opened.path, error))
        }
    }

    fn snapshot<S: Sink>(&mut self, zxid: Zxid, index: usize, sink: &mut S) -> Result<ReadSnapshot, CannotRead> {
        let (name, bytes) = self.about(index);
        let packing = Packing::of(&name);
        let read = self
            .opened
            .read(index)
            .and_then(|input| zk_snapshot::read(io::BufReader::with_capacity(BUFFER, input), packing, sink));
        let mut file = SnapshotFile {
            name,
            zxid,
            bytes,
            whole: false,
            used: false,
            znodes: None,
            problem: None,
        };
        Ok(match read {
            Ok(snapshot) => {
                if file.bytes == u64::MAX {
                    file.bytes = snapshot.bytes;
                }
                file.whole = snapshot.is_whole();
                file.znodes = file.whole.then_some(snapshot.nodes);
                file.problem = snapshot.problem();
                ReadSnapshot {
                    ends: ends(&snapshot),
                    highest: snapshot.highest,
                    digest: snapshot.server_digest.is_some(),
                    digest_of: snapshot.server_digest.as_ref().map(|digest| digest.zxid),
                    file,
                }
            }
            Err(error) => {
                file.problem = Some(self.failed(error)?);
                ReadSnapshot {
                    file,
                    ends: Ends::Corrupt,
                    highest: Zxid(0),
                    digest: false,
                    digest_of: None,
                }
            }
        })
    }

    fn log<S: Sink>(&mut self, named: Zxid, index: usize, from: Zxid, sink: &mut S) -> Result<ReadLog, CannotRead> {
        let (name, bytes) = self.about(index);
        let read = self
            .opened
            .read(index)
            .and_then(|input| zk_txlog::read(io::BufReader::with_capacity(BUFFER, input), from, sink));
        let mut file = LogFile {
            name,
            from: None,
            to: None,
            tail: Tail::Corrupt,
            bytes,
            transactions: 0,
            padded: false,
            problem: None,
        };
        Ok(match read {
            Ok(Log {
                from,
                to,
                transactions,
                digests,
                gaps,
                tail,
                padded,
                end,
                bytes: seen,
                problem,
                ..
            }) => ReadLog {
                named,
                file: LogFile {
                    from,
                    to,
                    tail,
                    transactions,
                    padded,
                    problem,
                    // Of a single file in gzip the size is known only now.
                    bytes: if file.bytes == u64::MAX { seen } else { file.bytes },
                    ..file
                },
                end,
                gaps,
                digests: digests > 0,
                used: false,
            },
            Err(error) => {
                file.problem = Some(self.failed(error)?);
                ReadLog {
                    named,
                    file,
                    end: 0,
                    gaps: Vec::new(),
                    digests: false,
                    used: false,
                }
            }
        })
    }
}

fn ends(snapshot: &Snapshot) -> Ends {
    match snapshot.end {
        End::Whole => Ends::Whole,
        End::Incomplete { .. } => Ends::Incomplete,
        End::Corrupt { .. } => Ends::Corrupt,
    }
}
