//! What the ensemble says of itself, to hold backups against: counts and last transactions, with the time of each answer.
//!
//! Never mixes the answers of two servers, and never two answers of one server: a count belongs to the transaction beside it.

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
    /// When it was asked (`srvr`).
    pub asked_at: Option<DateTime<Utc>>,
    /// Its last transaction.
    pub zxid: Option<Zxid>,
    /// Its count of znodes at that transaction, as it counts: one more than a walk finds.
    pub znodes: Option<u64>,
    /// `zk_znode_count` and `zk_ephemerals_count` of one `mntr`.
    pub mntr: Option<(u64, u64)>,
    /// Where transaction and count stand.
    pub at: Option<EvidenceRef>,
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
            let at = zookeeper.zxid.get().ok().map(|(_, at)| at);
            // The count may come from `mntr` where `srvr` is not known: then no transaction stands beside it.
            let znodes = match zookeeper.znodes.get() {
                Ok((znodes, other)) if Some(&other.item) == at.map(|at| &at.item) => Some(*znodes),
                _ => None,
            };
            let mntr = zookeeper.mntr.known().and_then(|values| {
                let number = |key: &str| values.get(key)?.parse::<u64>().ok();
                Some((number("zk_znode_count")?, number("zk_ephemerals_count")?))
            });
            LiveServer {
                host: &zookeeper.host,
                server: servers.iter().position(|server| server.zookeeper == Some(ordinal)),
                asked_at: at
                    .and_then(|at| {
                        snapshot
                            .origin
                            .manifest
                            .evidence
                            .iter()
                            .find(|record| record.item == at.item)
                    })
                    .map(|record| record.started_at),
                zxid: zookeeper.zxid.known().copied(),
                znodes,
                mntr,
                at: at.cloned(),
            }
        });
        Self { servers: all.collect() }
    }

    /// What one server said, where it told its last transaction.
    pub fn of(&self, server: usize) -> Option<&LiveServer<'s>> {
        self.servers
            .iter()
            .find(|live| live.server == Some(server) && live.zxid.is_some())
    }

    /// The server that has taken in most.
    pub fn furthest(&self) -> Option<&LiveServer<'s>> {
        let told = self.servers.iter().filter(|live| live.zxid.is_some());
        told.max_by_key(|live| live.zxid)
    }
}
