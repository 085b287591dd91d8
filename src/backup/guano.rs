//! A dump of znodes as files, as guano writes it: counted, and looked through for what speaks against it.
//!
//! guano writes a folder for a node with children, with its data in `_znode`, and a file for a leaf with data; ephemeral
//! nodes and the text `null` are left out, empty leaves too by most of its forks; the first error ends it with exit status 0
//! (`DumpJob`). So a dump can never prove itself whole: what would is said beside it, or read over the wire.

use std::collections::BTreeMap;

use memchr::memmem;

use super::open::{Opened, base, has_ending};
use super::record::Record;
use super::zookeeper;
use crate::model::backup::{BackupFinding, Proof, Subtree};
use crate::model::{BackupKind, BackupStatus};

/// Data of a node that has children.
const OWN: &str = "_znode";
/// Nodes at the top of a cluster that runs DC/OS.
const TOP: [&str; 8] = [
    "zookeeper",
    "mesos",
    "marathon",
    "metronome",
    "cosmos",
    "dcos",
    "universe",
    "cluster-id",
];
/// Folders that only a dump of znodes has.
const MARKS: [&str; 5] = [
    "marathon/state",
    "mesos/log_replicas",
    "metronome/state",
    "cosmos/package",
    "dcos/vault",
];
/// Folders above the dump: as deep as people pack it (`tmp/mesos-zk-backup/dump`).
const ABOVE: usize = 4;
/// Down to this depth counts are told by path.
const DEPTH: usize = 4;
/// Longest list of counts by path.
const MOST_SUBTREES: usize = 5000;

/// Where a dump begins, if there is one below a folder of what was opened. `taken` are folders of other backups.
pub(super) fn find(opened: &Opened, taken: &[&str], said: bool) -> Option<String> {
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut marked = said;
    let names = opened
        .members
        .iter()
        .map(|member| &*member.name)
        .chain(opened.folders.iter().map(|name| &**name));
    for name in names.filter(|name| !is_taken(name, taken)) {
        marked = marked || base(name) == OWN || MARKS.iter().any(|mark| ends_with(name, mark));
        let mut depth = 0;
        let mut folder = "";
        for part in name.split('/').take(ABOVE + 1) {
            depth += part.len() + usize::from(depth > 0);
            let list = children.entry(folder).or_default();
            // Neighbours in the list are of the same folder: one look back is enough to keep it short.
            if list.last() != Some(&part) {
                list.push(part);
            }
            folder = name.get(..depth).unwrap_or_default();
        }
    }
    if !marked {
        return None;
    }
    let mut at = String::new();
    if children.is_empty() {
        return Some(at);
    }
    for _ in 0..=ABOVE {
        let list = children.get(at.as_str())?;
        let top = list.iter().any(|name| TOP.contains(name) || *name == OWN);
        let below = |name: &str| {
            if at.is_empty() {
                name.to_owned()
            } else {
                format!("{at}/{name}")
            }
        };
        let folders: Vec<String> = list
            .iter()
            .map(|name| below(name))
            .filter(|name| children.contains_key(name.as_str()))
            .collect();
        match folders.as_slice() {
            [only] if !top => at.clone_from(only),
            _ => return Some(at),
        }
    }
    Some(at)
}

fn ends_with(name: &str, mark: &str) -> bool {
    name.strip_suffix(mark)
        .is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn is_taken(name: &str, taken: &[&str]) -> bool {
    taken.iter().any(|folder| below(name, folder).is_some())
}

/// The rest of a path below a folder; `""` for the folder itself.
fn below<'a>(name: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(name);
    }
    let rest = name.strip_prefix(folder)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

/// Whether a file beside the dump is one that other backups or records are made of.
fn is_beside(name: &str) -> bool {
    [".record", ".log", ".out", ".err", ".txt", ".sql", ".tar", ".gz", ".tgz"]
        .iter()
        .any(|ending| has_ending(name, ending))
}

#[derive(Default)]
struct Counted {
    znodes: u64,
    files: u64,
    bytes: u64,
    empty: u64,
    subtrees: BTreeMap<String, Subtree>,
}

/// Proves a dump. Path, size, hash and record of the proof are the caller's.
pub(super) fn prove(opened: &Opened, root: &str, record: Option<&Record>) -> Proof {
    let mut proof = Proof::new("", BackupKind::Guano);
    let counted = count(opened, root);
    proof.znodes = Some(counted.znodes);
    proof.nonempty = Some(counted.files);
    proof.data_bytes = Some(counted.bytes);
    proof.bytes = counted.bytes;
    proof.subtrees = counted
        .subtrees
        .into_values()
        .filter(|subtree| subtree.znodes > 1)
        .take(MOST_SUBTREES)
        .collect();
    proof.cluster_id = opened.texts.iter().find_map(|(index, text)| {
        let member = opened.members.get(*index)?;
        (below(&member.name, root) == Some("cluster-id"))
            .then(|| zookeeper::cluster_id(text))
            .flatten()
    });
    proof.taken_at = opened
        .members
        .iter()
        .filter(|member| below(&member.name, root).is_some())
        .map(|member| member.modified)
        .max()
        .filter(|at| *at > 0)
        .and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    proof.status = BackupStatus::Restorable;
    let mut say = |status: BackupStatus, check: &str, summary: String| {
        proof.status = proof.status.max(status);
        proof.findings.push(BackupFinding {
            check: check.to_owned(),
            summary,
        });
    };
    if let Some(damage) = &opened.damage {
        let what = format!("the file that holds this dump is damaged: {damage}; take another one");
        say(BackupStatus::NotRestorable, zookeeper::UNREADABLE, what);
    }
    if counted.files == 0 {
        let what =
            "the dump holds no data of any znode: it failed, though guano says nothing of that; take another one";
        say(BackupStatus::NotRestorable, zookeeper::UNREADABLE, what.to_owned());
    }
    if counted.empty > 0 {
        let what = format!(
            "{} of its files are empty, and guano writes none for a znode without data: the disk was full, or the dump was cut",
            counted.empty
        );
        say(BackupStatus::NotRestorable, zookeeper::UNREADABLE, what);
    }
    for (name, word) in errors(opened, root) {
        let what =
            format!("{name} says {word}: guano ends at the first error, and znodes are missing; take another dump");
        say(BackupStatus::NotRestorable, zookeeper::UNREADABLE, what);
    }
    if let Err(why) = shown_whole(counted.znodes, record) {
        say(BackupStatus::CannotSay, "zk-backup-count-differs", why);
    }
    proof
}

/// Whether what is recorded beside a dump shows that all persistent znodes are in it.
fn shown_whole(znodes: u64, record: Option<&Record>) -> Result<(), String> {
    const ASK: &str = "compare its files with the persistent znodes that have data, read over the wire";
    let Some(taken) = record.map(|record| &record.taken) else {
        return Err(format!(
            "guano skips what it cannot read and says nothing, and no record stands beside the dump: {ASK}"
        ));
    };
    let (Some(before), Some(after), Some(ephemerals)) =
        (taken.znodes_before, taken.znodes_after, taken.ephemerals_before)
    else {
        return Err(format!("the record beside the dump has no counts of the server: {ASK}"));
    };
    if taken.marathon_stopped != Some(true) || before != after {
        return Err(format!(
            "the record says {before} znodes before and {after} after, and {} that Marathon was stopped: {ASK}",
            if taken.marathon_stopped == Some(true) {
                "it says"
            } else {
                "not"
            }
        ));
    }
    // The server counts the root twice.
    let expected = before.saturating_sub(1).saturating_sub(ephemerals);
    if znodes == expected {
        return Ok(());
    }
    Err(format!(
        "the dump shows {znodes} znodes, the server had {expected} persistent ones: the others are empty leaves, or missing; {ASK}"
    ))
}

fn count(opened: &Opened, root: &str) -> Counted {
    // The root itself.
    let mut counted = Counted {
        znodes: 1,
        ..Counted::default()
    };
    let mut folders: Vec<&str> = Vec::new();
    for name in &opened.folders {
        folders.extend(below(name, root).filter(|rest| !rest.is_empty()));
    }
    for member in &opened.members {
        let Some(rest) = below(&member.name, root).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        let top = !rest.contains('/');
        if top && is_beside(rest) {
            continue;
        }
        // A tar may leave out entries for folders: their files name them.
        let mut folder = super::discover::parent(rest);
        while !folder.is_empty() {
            folders.push(folder);
            folder = super::discover::parent(folder);
        }
        counted.files += u64::from(member.size > 0);
        counted.empty += u64::from(member.size == 0);
        counted.bytes += member.size;
        let own = base(rest) == OWN;
        counted.znodes += u64::from(!own);
        counted.enter(rest, u64::from(!own), member.size);
    }
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        counted.znodes += 1;
        counted.enter(folder, 1, 0);
    }
    counted
}

impl Counted {
    /// Counts a node at every path above it and at its own.
    fn enter(&mut self, rest: &str, znodes: u64, bytes: u64) {
        let path = if base(rest) == OWN {
            super::discover::parent(rest)
        } else {
            rest
        };
        let mut end = 0;
        self.add("/", znodes, bytes);
        for part in path.split('/').filter(|part| !part.is_empty()).take(DEPTH) {
            end += part.len() + usize::from(end > 0);
            let above = format!("/{}", path.get(..end).unwrap_or_default());
            self.add(&above, znodes, bytes);
        }
    }

    fn add(&mut self, path: &str, znodes: u64, bytes: u64) {
        if !self.subtrees.contains_key(path) {
            self.subtrees.insert(
                path.to_owned(),
                Subtree {
                    path: path.to_owned(),
                    znodes: u64::from(path == "/"),
                    ephemerals: 0,
                    data_bytes: 0,
                },
            );
        }
        if let Some(subtree) = self.subtrees.get_mut(path) {
            subtree.znodes += znodes;
            subtree.data_bytes += bytes;
        }
    }
}

/// What guano prints where it fails, in the logs beside a dump.
fn errors(opened: &Opened, root: &str) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for (index, text) in &opened.texts {
        let Some(member) = opened.members.get(*index) else {
            continue;
        };
        let name = base(&member.name);
        // What stands in the dump is data of znodes, whatever it is called.
        let node = below(&member.name, root).is_some_and(|rest| rest.contains('/') || !is_beside(rest));
        if node || has_ending(name, super::record::ENDING) {
            continue;
        }
        for word in ["KeeperErrorCode", "NoAuth", "error connecting to"] {
            if memmem::find(text, word.as_bytes()).is_some() {
                found.push((name.to_owned(), word));
                break;
            }
        }
    }
    found
}
