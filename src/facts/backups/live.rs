//! What the ensemble says of itself, to hold backups against: counts and last transactions, with the time of each answer.
//!
//! Never mixes the answers of two servers; a transaction stands beside a count only where one answer holds both.

use chrono::{DateTime, Utc};

use crate::model::{EvidenceRef, Zxid};
use crate::snapshot::Snapshot;

use super::owner::Server;

/// What one ZooKeeper server said.
#[derive(Debug, Clone)]
pub struct LiveServer<'s> {
    /// Host and port as asked.
    pub host: &'s str,
    /// Index into the servers that are backed up.
    pub server: Option<usize>,
    /// When it was asked for its last transaction.
    pub asked_at: Option<DateTime<Utc>>,
    /// Its last transaction (`srvr`).
    pub zxid: Option<Zxid>,
    /// Where that stands.
    pub zxid_at: Option<EvidenceRef>,
    /// Its znodes as it counts them, one more than a walk finds (`srvr`, else `mntr`).
    pub znodes: Option<u64>,
    /// Where that stands.
    pub count_at: Option<EvidenceRef>,
}

impl LiveServer<'_> {
    /// Its last transaction, where the answer with the count says it.
    pub fn beside_count(&self) -> Option<Zxid> {
        let together = self.zxid_at.as_ref()?.item == self.count_at.as_ref()?.item;
        self.zxid.filter(|_| together)
    }
}

/// What the ensemble says of itself.
#[derive(Debug, Clone, Default)]
pub struct Live<'s> {
    /// Every server that was asked, by host.
    pub servers: Vec<LiveServer<'s>>,
}

impl<'s> Live<'s> {
    /// Reads it off the answers.
    pub fn new(snapshot: &'s Snapshot, servers: &[Server]) -> Self {
        let all = snapshot.zookeepers.iter().enumerate().map(|(ordinal, zookeeper)| {
            let zxid = zookeeper.zxid.get().ok();
            let znodes = zookeeper.znodes.get().ok();
            let record = zxid.and_then(|(_, at)| {
                let mut records = snapshot.origin.manifest.evidence.iter();
                records.find(|record| record.item == at.item)
            });
            LiveServer {
                host: &zookeeper.host,
                server: servers.iter().position(|server| server.zookeeper == Some(ordinal)),
                asked_at: record.map(|record| record.started_at),
                zxid: zxid.map(|(zxid, _)| *zxid),
                zxid_at: zxid.map(|(_, at)| at.clone()),
                znodes: znodes.map(|(znodes, _)| *znodes),
                count_at: znodes.map(|(_, at)| at.clone()),
            }
        });
        Self { servers: all.collect() }
    }

    /// What one server said.
    pub fn of(&self, server: usize) -> Option<&LiveServer<'s>> {
        self.servers.iter().find(|live| live.server == Some(server))
    }

    /// The server that has taken in most, of those that told their last transaction.
    pub fn furthest(&self) -> Option<&LiveServer<'s>> {
        let told = self.servers.iter().filter(|live| live.zxid.is_some());
        told.max_by_key(|live| live.zxid)
    }
}
