//! Backups that were given: whose each is, which one of a server is the newest, and what the ensemble says to hold them against.
//!
//! Never guesses an owner, an order or a place: what is not told stays untold, with the reason. Whether that is good or bad is
//! the business of checks.

mod live;
mod owner;
mod place;

use std::collections::BTreeSet;

use crate::model::{BackupKind, EvidenceRef, Observed, Proof, Why, items};
use crate::snapshot::Snapshot;

use super::cluster::{ClusterFacts, Kind};

pub use live::{Live, LiveServer};
pub use owner::{Numbers, Server};
pub use place::Place;

/// Whose a backup is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Of one server: index into [`BackupFacts::servers`].
    Server(usize),
    /// Of the cluster as a whole: a dump of znodes, or of the IAM database.
    Cluster,
    /// It cannot be told, and why.
    Nobody(String),
}

/// One backup with what is told about it.
#[derive(Debug, Clone)]
pub struct Backup<'s> {
    /// Its proof.
    pub proof: &'s Proof,
    /// Where the proof stands (`/backups/<n>` of its item).
    pub at: EvidenceRef,
    /// Folder of its evidence below `data/backup/`.
    pub given: &'s str,
    /// Whose it is.
    pub owner: Owner,
    /// Whether it is a copy of the directory that the server works on.
    pub place: Place,
}

impl Backup<'_> {
    /// Whether it is a copy of ZooKeeper's own files from a directory that the server does not work on: it counts for nothing.
    pub fn aside(&self) -> bool {
        matches!(self.place, Place::Other { .. })
    }

    /// Pointer to one field of its proof.
    pub fn field(&self, name: &str) -> EvidenceRef {
        self.at.at(format!("{}/{name}", self.at.pointer))
    }
}

/// What is known about backups.
#[derive(Debug, Clone)]
pub struct BackupFacts<'s> {
    /// Every backup that was given and can be read, in the order of the items.
    pub backups: Vec<Backup<'s>>,
    /// Why others that were given cannot be read.
    pub unread: Vec<&'s Why>,
    /// Servers with state of their own: the masters of DC/OS; without DC/OS the ZooKeeper servers that were asked.
    pub servers: Vec<Server>,
    /// Why there may be other servers.
    pub server_gaps: Vec<String>,
    /// Numbers of the servers (`myid`).
    pub numbers: Numbers,
    /// What the ensemble says of itself.
    pub live: Live<'s>,
    /// Index into `servers` of the leading Mesos master, where evidence names exactly one.
    pub leading: Option<usize>,
}

impl<'s> BackupFacts<'s> {
    /// Derives them.
    pub fn new(snapshot: &'s Snapshot, cluster: &ClusterFacts) -> Self {
        let dcos = matches!(cluster.kind, Observed::Known(Kind::Dcos, _));
        let servers = if dcos {
            owner::on_masters(snapshot)
        } else {
            owner::asked(snapshot)
        };
        let numbers = Numbers::new(snapshot, &servers);
        let server_gaps = if servers.is_empty() {
            vec!["no master is known, so the servers to be backed up cannot be counted".to_owned()]
        } else {
            Vec::new()
        };
        let mut this = Self {
            backups: Vec::new(),
            unread: Vec::new(),
            live: Live::new(snapshot, &servers),
            leading: cluster
                .leadership
                .leading
                .and_then(|at| servers.iter().position(|server| server.master == Some(at))),
            server_gaps,
            numbers,
            servers,
        };
        for given in &snapshot.backups {
            let (proofs, at) = match given.proofs.get() {
                Ok(known) => known,
                Err(why) => {
                    this.unread.push(why);
                    continue;
                }
            };
            for (ordinal, proof) in proofs.iter().enumerate() {
                let owner = this.owner(proof);
                this.backups.push(Backup {
                    place: place::of(proof, &owner, &this.servers, snapshot, dcos),
                    at: at.at(format!("/backups/{ordinal}")),
                    given: &given.name,
                    proof,
                    owner,
                });
            }
        }
        this
    }

    fn owner(&self, proof: &Proof) -> Owner {
        match proof.kind {
            BackupKind::Guano | BackupKind::Iam => Owner::Cluster,
            BackupKind::Zookeeper => match owner::of(proof, &self.servers, &self.numbers) {
                Ok(server) => Owner::Server(server),
                Err(why) => Owner::Nobody(why),
            },
        }
    }

    /// Backups of one kind; those that count for nothing are left out.
    pub fn of_kind(&self, kind: BackupKind) -> impl Iterator<Item = &Backup<'s>> {
        self.backups
            .iter()
            .filter(move |backup| backup.proof.kind == kind && !backup.aside())
    }

    /// Backups of what ZooKeeper holds, its own files and dumps; those that count for nothing are left out.
    pub fn of_zookeeper(&self) -> impl Iterator<Item = &Backup<'s>> {
        self.backups
            .iter()
            .filter(|backup| backup.proof.kind != BackupKind::Iam && !backup.aside())
    }

    /// The newest backup of each server, of dumps the newest, and every backup of which nobody knows whose it is: what a
    /// restore would take. More than one of a server where their order is not told.
    pub fn newest_of_zookeeper(&self) -> Vec<&Backup<'s>> {
        let mut newest: Vec<&Backup<'s>> = (0..self.servers.len()).flat_map(|at| self.newest_of(at)).collect();
        let strays = self.of_kind(BackupKind::Zookeeper);
        newest.extend(strays.filter(|backup| matches!(backup.owner, Owner::Nobody(_))));
        newest.extend(newest_among(&self.of_kind(BackupKind::Guano).collect::<Vec<_>>()));
        newest
    }

    /// The newest backup of a server; several where their order is not told, none where there is none.
    pub fn newest_of(&self, server: usize) -> Vec<&Backup<'s>> {
        let own = self.of_kind(BackupKind::Zookeeper);
        newest_among(
            &own.filter(|backup| backup.owner == Owner::Server(server))
                .collect::<Vec<_>>(),
        )
    }

    /// The newest dumps of the IAM database: one, or several where their order is not told.
    pub fn newest_of_iam(&self) -> Vec<&Backup<'s>> {
        newest_among(&self.of_kind(BackupKind::Iam).collect::<Vec<_>>())
    }

    /// Backups of ZooKeeper's own files whose owner is not told.
    pub fn unassigned(&self) -> impl Iterator<Item = (&Backup<'s>, &str)> {
        self.of_kind(BackupKind::Zookeeper)
            .filter_map(|backup| match &backup.owner {
                Owner::Nobody(why) => Some((backup, why.as_str())),
                Owner::Server(_) | Owner::Cluster => None,
            })
    }

    /// Whether anything was given, readable or not, that may be a backup of this kind.
    pub fn any_given(&self, iam: bool) -> bool {
        !self.unread.is_empty()
            || self
                .backups
                .iter()
                .any(|backup| (backup.proof.kind == BackupKind::Iam) == iam)
    }

    /// Name of a server.
    pub fn server_name(&self, server: usize) -> &str {
        self.servers.get(server).map_or("?", |server| server.name.as_str())
    }

    /// How a report names a backup: its file, and its server where that is told and the name does not say it.
    pub fn label(&self, backup: &Backup<'_>) -> String {
        let path = &backup.proof.path;
        match backup.owner {
            Owner::Server(at) if !path.contains(self.server_name(at)) => {
                format!("{path} (master {})", self.server_name(at))
            }
            _ => path.clone(),
        }
    }

    /// Items of the proofs, for reports.
    pub fn items(&self) -> BTreeSet<&str> {
        self.backups.iter().map(|backup| backup.at.item.as_str()).collect()
    }
}

/// The newest by time where all have one, else by their last transaction; all where neither tells an order.
fn newest_among<'a, 's>(all: &[&'a Backup<'s>]) -> Vec<&'a Backup<'s>> {
    let newest = |by: &dyn Fn(&Backup<'s>) -> Option<i128>| -> Option<&'a Backup<'s>> {
        let keys: Option<Vec<i128>> = all.iter().map(|backup| by(backup)).collect();
        let best = keys?.into_iter().max()?;
        let mut last = all.iter().filter(|backup| by(backup) == Some(best));
        match (last.next(), last.next()) {
            (Some(one), None) => Some(*one),
            _ => None,
        }
    };
    let one = newest(&|backup| Some(i128::from(backup.proof.taken_at?.timestamp_millis())))
        .or_else(|| newest(&|backup| Some(i128::from(backup.proof.last_zxid?.0))));
    one.map_or_else(|| all.to_vec(), |one| vec![one])
}

/// Pattern of the items that all of this is read from.
pub fn items_needed() -> String {
    format!("data/{}/*/{}", items::BACKUP, items::BACKUP_PROOF)
}
