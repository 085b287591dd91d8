//! What backups of the simulated cluster hold: its tree of znodes, and the proof that reading each copy gives.
//!
//! The tree has as many znodes as the simulated servers count, less the root, which they count twice. Data are counted and
//! made up; nothing in them is a secret.

use chrono::{DateTime, Duration, Utc};

use super::answers::marathon;
use super::ids::moment;
use super::model::Model;
use crate::model::backup::{FORMAT, Kept, LogFile, SnapshotFile, Subtree, Tail, Taken};
use crate::model::{BackupKind, BackupStatus, Phase, Proof, Proofs, Zxid};
use crate::sources::zk_digest::{Node, TreeDigest};

/// Last transaction in the newest snapshot of each copy.
const SNAPSHOT: u64 = 0x3_0000_f000;
/// Last transaction in the newest log of each copy; the servers have gone on since.
const LAST: u64 = 0x3_0000_f100;
/// Folder in the copies since DC/OS 1.9.
const FOLDER: &str = "var/lib/dcos/exhibitor/zookeeper";
/// How long before evidence is taken the last copy was made, minutes; each other one this much earlier.
const MINUTES: i64 = 10;

/// One znode of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Znode {
    /// Path.
    pub path: String,
    /// Data.
    pub data: String,
    /// Session that owns it; 0 for a persistent one.
    pub owner: i64,
}

/// The tree of the ensemble, sorted by path.
pub fn tree(model: &Model) -> Vec<Znode> {
    let mut tree = Tree::default();
    for path in [
        "/",
        "/zookeeper",
        "/zookeeper/quota",
        "/mesos",
        "/mesos/log_replicas",
        "/metronome",
        "/cosmos",
        "/universe",
    ] {
        tree.add(path, "");
    }
    tree.add("/cluster-id", &model.cluster_id);
    for master in 1..=model.masters.len() {
        tree.of_session(&format!("/mesos/json.info_{master:010}"), "{}", master);
        tree.of_session(&format!("/mesos/log_replicas/{master:010}"), "", master);
    }
    for one in &model.marathons {
        let path = marathon::path(one);
        tree.add(&path, "");
        tree.add(&format!("{path}/leader"), "");
        tree.of_session(&format!("{path}/leader/member_0000000001"), "", 1);
        let state = format!("{path}/state");
        tree.add(&state, "");
        tree.add(&format!("{state}/internal:storage:version"), "1.5");
        tree.add(&format!("{state}/framework-id"), "id");
        tree.add(&format!("{state}/apps"), "");
        for (number, app) in one.apps.iter().enumerate() {
            let slot = format!("{state}/apps/{number:x}");
            tree.add(&slot, "");
            tree.add(
                &format!("{slot}/{}", app.id.trim_start_matches('/').replace('/', "_")),
                &app.id,
            );
        }
        tree.add(&format!("{state}/instance"), "");
    }
    // The rest are instances and versions of the root Marathon, as everywhere.
    let mut number = 0_u32;
    while tree.0.len() + 1 < model.znodes as usize {
        tree.add(&format!("/marathon/state/instance/{number:05x}"), "instance");
        number += 1;
    }
    tree.0.sort_by(|a, b| a.path.cmp(&b.path));
    tree.0
}

#[derive(Default)]
struct Tree(Vec<Znode>);

impl Tree {
    fn add(&mut self, path: &str, data: &str) {
        self.push(path, data, 0);
    }

    fn of_session(&mut self, path: &str, data: &str, session: usize) {
        self.push(path, data, 0x100_0000 + i64::try_from(session).unwrap_or_default());
    }

    fn push(&mut self, path: &str, data: &str, owner: i64) {
        self.0.push(Znode {
            path: path.to_owned(),
            data: data.to_owned(),
            owner,
        });
    }
}

/// When the copy of each master was made: the leading one last.
fn taken(model: &Model, master: usize) -> DateTime<Utc> {
    let later = (0..model.masters.len()).filter(|other| {
        let rank = |index: usize| (index == model.leader, index);
        rank(*other) > rank(master)
    });
    moment(model.now.floor()) - Duration::minutes(MINUTES * (i64::try_from(later.count()).unwrap_or(0) + 1))
}

/// The proofs of the copies of all masters, by file name; none after the window has begun, and none without DC/OS.
pub fn proofs(model: &Model, phase: Phase) -> Vec<(String, Proofs)> {
    if !model.is_dcos() || phase != Phase::Pre {
        return Vec::new();
    }
    let nodes = tree(model);
    let places = model.places.masters.iter().enumerate();
    places
        .map(|(index, place)| {
            let name = format!("zookeeper-{}.tar.gz", place.host);
            let proofs = Proofs {
                format: FORMAT.to_owned(),
                backups: vec![proof(model, index, &name, &place.host, &nodes)],
            };
            (name, proofs)
        })
        .collect()
}

fn proof(model: &Model, index: usize, name: &str, host: &str, nodes: &[Znode]) -> Proof {
    let count = |found: usize| Some(found as u64);
    let at = taken(model, index);
    let mut proof = Proof::new(name, BackupKind::Zookeeper);
    proof.status = BackupStatus::Restorable;
    proof.znodes = count(nodes.len());
    proof.ephemerals = count(nodes.iter().filter(|node| node.owner != 0).count());
    proof.nonempty = count(
        nodes
            .iter()
            .filter(|node| node.owner == 0 && !node.data.is_empty())
            .count(),
    );
    proof.data_bytes = count(nodes.iter().map(|node| node.data.len()).sum());
    proof.last_zxid = Some(Zxid(LAST));
    proof.sessions = count(model.masters.len());
    proof.snapshots = vec![SnapshotFile {
        name: format!("snapshot.{SNAPSHOT:x}"),
        zxid: Zxid(SNAPSHOT),
        bytes: 161_204,
        whole: true,
        used: true,
        znodes: count(nodes.len()),
        problem: None,
    }];
    proof.logs = vec![LogFile {
        name: format!("log.{:x}", SNAPSHOT - 0xfff),
        from: Some(Zxid(SNAPSHOT - 0xfff)),
        to: Some(Zxid(LAST)),
        tail: Tail::Clean,
        bytes: 67_108_880,
        transactions: LAST - SNAPSHOT + 0x1000,
        padded: true,
        problem: None,
    }];
    proof.bytes = 93_411;
    proof.sha256 = Some(model.ids.hex(name, 64));
    proof.taken_at = Some(at);
    proof.taken = Some(Taken {
        way: Some("tar".to_owned()),
        host: Some(host.to_owned()),
        exit_status: Some(0),
        began: Some(at - Duration::seconds(4)),
        ended: Some(at),
        marathon_stopped: Some(false),
        zookeeper_stopped: Some(true),
        leading: Some(index == model.leader),
        release: model
            .masters
            .get(index)
            .and_then(|master| Some(master.release.dcos?.to_owned())),
        cluster_id: Some(model.cluster_id.clone()),
        ..Taken::default()
    });
    proof.myid = Some(index as u64 + 1);
    proof.cluster_id = Some(model.cluster_id.clone());
    proof.digest = Some(digest(nodes));
    proof.subtrees = subtrees(nodes);
    proof.folder = Some(FOLDER.to_owned());
    proof.kept = Some(Kept::InClear {
        because: "simulated: there is nothing in it to be kept secret".to_owned(),
    });
    proof
}

fn digest(nodes: &[Znode]) -> String {
    let mut digest = TreeDigest::default();
    for (number, node) in (1..).zip(nodes) {
        let zxid = if node.path == "/" { 0 } else { 0x3_0000_0000 + number };
        digest.add(
            Node {
                path: &node.path,
                czxid: zxid,
                mzxid: zxid,
                version: 0,
                data_length: node.data.len() as u64,
                owner: node.owner,
            }
            .share(),
        );
    }
    digest.finish()
}

/// Counts of the paths down to depth four that have children, sorted by path.
fn subtrees(nodes: &[Znode]) -> Vec<Subtree> {
    let below = |path: &str, node: &Znode| {
        node.path == path || node.path.starts_with(&format!("{}/", path.trim_end_matches('/')))
    };
    let shallow = nodes
        .iter()
        .filter(|node| node.path == "/" || node.path.matches('/').count() <= 4);
    shallow
        .filter_map(|top| {
            let own: Vec<&Znode> = nodes.iter().filter(|node| below(&top.path, node)).collect();
            (own.len() > 1).then(|| Subtree {
                path: top.path.clone(),
                znodes: own.len() as u64,
                ephemerals: own.iter().filter(|node| node.owner != 0).count() as u64,
                data_bytes: own.iter().map(|node| node.data.len() as u64).sum(),
            })
        })
        .collect()
}
