//! Exhibitor and ZooKeeper as they stand in a snapshot.

use std::collections::BTreeMap;

use crate::model::{EvidenceRef, Observed, Zxid};

/// Mode of a server that answers but says that it is not currently serving requests: it has no quorum.
pub const NOT_SERVING: &str = "not serving";

/// Exhibitor as one master's Exhibitor sees it.
#[derive(Debug, Clone)]
pub struct ExhibitorView {
    /// Host and port as asked.
    pub host: String,
    /// `/cluster/status`.
    pub servers: Observed<Vec<ExhibitorServer>>,
    /// `config.rollInProgress` of `/config/get-state`.
    pub roll_in_progress: Observed<bool>,
}

/// One line of `/cluster/status`.
#[derive(Debug, Clone)]
pub struct ExhibitorServer {
    /// Host name.
    pub hostname: String,
    /// 0 latent, 1 down, 2 not serving, 3 serving.
    pub code: i64,
    /// The same in words.
    pub description: String,
    /// Whether it leads.
    pub leader: bool,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// One ZooKeeper server, asked with four-letter words.
#[derive(Debug, Clone)]
pub struct ZkServer {
    /// Host and port as asked.
    pub host: String,
    /// `ruok` answered `imok`.
    pub ruok: Observed<bool>,
    /// `Mode:` of `srvr`, else `zk_server_state` of `mntr`: `leader`, `follower`, `standalone`, or [`NOT_SERVING`].
    pub mode: Observed<String>,
    /// `mntr`, keys with their `zk_` prefix, values as text.
    pub mntr: Observed<BTreeMap<String, String>>,
    /// `Node count:` of `srvr`, else `zk_znode_count`.
    pub znodes: Observed<u64>,
    /// `Zxid:` of `srvr`: the last transaction that it has taken in, at the moment of its `Node count:`.
    pub zxid: Observed<Zxid>,
    /// `conf`: key=value lines.
    pub conf: Observed<BTreeMap<String, String>>,
}
