//! Backups of the simulated cluster as its operator would have taken them: a tar of ZooKeeper's directory on each master, the
//! leading one last, with the record that `gonogo backup script` writes beside each.
//!
//! Genuine snapshots and logs of a tree with as many znodes as the simulated servers count. What stands in the znodes is made
//! up, and nothing of it is a secret.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::answers::marathon;
use super::ids::moment;
use super::model::Model;
use super::zk_files::{Change, Txn, Znode, log, snapshot, tree};
use crate::backup::Options;
use crate::backup::keep::{Keep, Named, named, prove_and_keep};
use crate::model::{Phase, Proofs};

/// Last transaction in the newest snapshot of each copy.
const SNAPSHOT: u64 = 0x3_0000_f000;
/// Last transaction in the newest log of each copy; the servers have gone on since.
const LAST: u64 = 0x3_0000_f100;
/// First transaction in the oldest log.
const FIRST: u64 = 0x3_0000_eff0;
/// Zeros that these servers write ahead, bytes; a genuine one writes 64 MiB.
const AHEAD: u64 = 64 << 10;
/// Folder in the copies, since DC/OS 1.9.
const FOLDER: &str = "var/lib/dcos/exhibitor/zookeeper";
/// How long before the next one each copy was made, minutes.
const MINUTES: i64 = 10;
/// Session of the first master.
const SESSION: i64 = 0x100_0000_0000_0001;
/// What a znode that is not there gives: every such request is logged and changes nothing.
const NO_NODE: i32 = -101;
/// Why no sealed copy is kept.
pub const IN_CLEAR: &str = "simulated: there is nothing in it to be kept secret";

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its bytes: a tar, compressed.
    pub bytes: Vec<u8>,
    /// The record beside it.
    pub record: String,
}

/// The backups of all masters; none once the window has begun, none without DC/OS, and none where the masters share one
/// address, so that nothing could tell whose is whose.
///
/// # Errors
/// None is expected: everything is written to memory.
pub fn files(model: &Model, phase: Phase) -> io::Result<Vec<File>> {
    let places = &model.places.masters;
    let shared = places.iter().enumerate().any(|(at, place)| {
        let others = places.iter().take(at);
        others.map(|other| &other.mesos.ip).any(|ip| *ip == place.mesos.ip)
    });
    if !model.is_dcos() || phase != Phase::Pre || shared {
        return Ok(Vec::new());
    }
    let (state, last) = state(model);
    let all = places.iter().enumerate();
    all.map(|(index, place)| {
        let at = taken(model, index);
        let host = &place.mesos.ip;
        Ok(File {
            name: format!("zookeeper-{host}.tar.gz"),
            bytes: copy(index, &state, &last, at, model.masters.len())?,
            record: record(model, index, host, at),
        })
    })
    .collect()
}

/// Writes backups and their records into a folder; gives their names as `collect` would.
///
/// # Errors
/// Those of writing.
pub fn write(files: &[File], folder: &Path) -> io::Result<Vec<Named>> {
    for file in files {
        fs::write(folder.join(&file.name), &file.bytes)?;
        fs::write(folder.join(format!("{}.record", file.name)), &file.record)?;
    }
    Ok(named(files.iter().map(|file| folder.join(&file.name))))
}

/// Payload path and proof of each backup, as `collect --backup` proves them.
///
/// # Errors
/// Those of a temporary folder, and a backup of our own that cannot be read.
pub fn proofs(model: &Model, phase: Phase) -> io::Result<Vec<(String, String, Proofs)>> {
    let folder = tempfile::tempdir()?;
    let keep = Keep::InClear(IN_CLEAR.to_owned());
    let all = write(&files(model, phase)?, folder.path())?.into_iter();
    all.map(|one| {
        let proofs = prove_and_keep(&one, &keep, &Options::default(), &mut |_| true)
            .map_err(|error| io::Error::other(format!("{error:?}")))?;
        Ok((one.label.clone(), one.name(), proofs))
    })
    .collect()
}

/// When the copy of each master was made: the leading one last.
fn taken(model: &Model, master: usize) -> DateTime<Utc> {
    let rank = |index: usize| (index == model.leader, index);
    let later = (0..model.masters.len()).filter(|other| rank(*other) > rank(master));
    let turn = i64::try_from(later.count()).unwrap_or(0) + 1;
    moment(model.now.floor()) - Duration::minutes(MINUTES * turn)
}

fn record(model: &Model, index: usize, host: &str, at: DateTime<Utc>) -> String {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let release = model.masters.get(index).and_then(|master| master.release.dcos);
    format!(
        "way=tar\nhost={host}\nexit-status=0\nbegan={}\nended={}\nmarathon-stopped=no\nzookeeper-stopped=yes\nleading={}\n\
         release={}\ncluster-id={}\n",
        time(at - Duration::seconds(4)),
        time(at),
        if index == model.leader { "yes" } else { "no" },
        release.unwrap_or("unknown"),
        model.cluster_id
    )
}

/// The tree at the snapshot, and what is created after it: children of one path.
fn state(model: &Model) -> (Vec<Znode>, Vec<String>) {
    let mut nodes = Nodes(Vec::new());
    for path in [
        "/zookeeper",
        "/zookeeper/quota",
        "/mesos",
        "/mesos/log_replicas",
        "/metronome",
        "/cosmos",
        "/universe",
    ] {
        nodes.add(path, "");
    }
    nodes.add("/cluster-id", &model.cluster_id);
    for master in 0..model.masters.len() {
        nodes.of_session(&format!("/mesos/json.info_{master:010}"), "{}", master);
        nodes.of_session(&format!("/mesos/log_replicas/{master:010}"), "", master);
    }
    for one in &model.marathons {
        let path = marathon::path(one);
        let state = format!("{path}/state");
        for folder in ["", "/leader", "/state", "/state/apps", "/state/instance"] {
            nodes.add(&format!("{path}{folder}"), "");
        }
        nodes.of_session(&format!("{path}/leader/member_0000000001"), "", model.leader);
        nodes.add(&format!("{state}/internal:storage:version"), "1.5");
        nodes.add(&format!("{state}/framework-id"), "id");
        for (number, app) in one.apps.iter().enumerate() {
            let slot = format!("{state}/apps/{number:x}");
            let name = app.id.trim_start_matches('/').replace('/', "_");
            nodes.add(&slot, "");
            nodes.add(&format!("{slot}/{name}"), &app.id);
        }
    }
    // The rest are instances of the root Marathon. `tree` adds the root, which the servers count twice.
    let wanted = (model.znodes as usize).saturating_sub(2);
    let mut instances = (0_u32..).map(|number| format!("/marathon/state/instance/{number:05x}"));
    while nodes.0.len() + CREATED_SINCE < wanted {
        let Some(path) = instances.next() else { break };
        nodes.add(&path, "instance");
    }
    let left = wanted.saturating_sub(nodes.0.len());
    (tree(nodes.0), instances.take(left).collect())
}

/// Znodes that are created after the snapshot.
const CREATED_SINCE: usize = 16;

struct Nodes(Vec<Znode>);

impl Nodes {
    fn add(&mut self, path: &str, data: &str) {
        let zxid = 0x3_0000_0001 + self.0.len() as u64;
        self.0.push(Znode::new(path, data, zxid));
    }

    fn of_session(&mut self, path: &str, data: &str, master: usize) {
        self.add(path, data);
        if let Some(node) = self.0.last_mut() {
            node.owner = session(master);
        }
    }
}

fn session(master: usize) -> i64 {
    SESSION + i64::try_from(master).unwrap_or_default()
}

/// A request that failed, with that number.
fn idle(zxid: u64) -> Txn {
    Txn::new(zxid, Change::Error(NO_NODE))
}

/// The copy of one master: `myid`, one snapshot, the log before it and the one after it.
fn copy(index: usize, state: &[Znode], created: &[String], at: DateTime<Utc>, sessions: usize) -> io::Result<Vec<u8>> {
    let sessions: Vec<(i64, i32)> = (0..sessions).map(|master| (session(master), 40_000)).collect();
    let (mut whole, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    snapshot(&mut whole, &sessions, state.iter().cloned())?;
    log(&mut before, (FIRST..=SNAPSHOT).map(idle), AHEAD)?;
    let instances = state
        .iter()
        .filter(|node| node.path.starts_with("/marathon/state/instance/"));
    let so_far = instances.count();
    let begun = LAST - created.len() as u64;
    let creating = (1..).zip(created).map(|(number, path)| {
        let children = i32::try_from(so_far + number).unwrap_or(i32::MAX);
        Txn::new(begun + number as u64, Change::create(path, "instance", children))
    });
    log(&mut after, (SNAPSHOT + 1..=begun).map(idle).chain(creating), AHEAD)?;
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in [
        ("snapshot/myid".to_owned(), format!("{}\n", index + 1).into_bytes()),
        (format!("snapshot/version-2/snapshot.{SNAPSHOT:x}"), whole),
        (format!("transactions/version-2/log.{FIRST:x}"), before),
        (format!("transactions/version-2/log.{:x}", SNAPSHOT + 1), after),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(at.timestamp().unsigned_abs());
        tar.append_data(&mut header, format!("{FOLDER}/{name}"), bytes.as_slice())?;
    }
    let mut gz = tar.into_inner()?;
    gz.flush()?;
    gz.finish()
}
