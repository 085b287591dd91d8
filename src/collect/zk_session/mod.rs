//! A read-only session with a ZooKeeper ensemble, and a walk over its tree of znodes.
//!
//! Asks `getChildren2`, `getACL`, `exists` and, where contents are wanted, `getData`: nothing else of the client is used
//! anywhere in gonogo (`tests/suite/architecture.rs`), so that nothing can be written. Opening a session is itself a
//! transaction of ZooKeeper, and closing it another one: the zxid rises by two, no znode changes. The session is offered
//! as read-only: a server that is cut off from its quorum and serves reads takes it as well, without a transaction, and the
//! summary says so. A walk that is dropped leaves its session to the server, which ends it after the session timeout.
//!
//! Gentle: so many requests at once and a pause after each batch (see [`WalkLimits`]). Connections and sessions may be
//! lost any number of times: what was not answered is asked again. Never keeps a znode in memory after the sink has it.

mod ask;
pub mod files;
pub mod journal;
mod session;
mod sorted;
mod tally;
mod walk;

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::sources::zk_contents::ContentsFile;
use crate::sources::zk_tree_file::{AclEntry, Node};

pub use crate::sources::zk_tree_file::Summary as WalkSummary;
pub use walk::{Frontier, go_on, walk};

/// How a walk behaves. All have defaults; none can be switched off.
#[derive(Debug, Clone)]
pub struct WalkLimits {
    /// Requests in flight at once.
    pub in_flight: usize,
    /// Pause after each batch of requests.
    pub pause: Duration,
    /// Znodes that are read; where there are more the walk ends incomplete.
    pub max_nodes: u64,
    /// Time to open the first session.
    pub first_session: Duration,
    /// Time without any answer after which the walk ends incomplete.
    pub patience: Duration,
    /// Time for the answers about one znode before it is asked for again.
    pub answer: Duration,
    /// Session timeout that is asked for; servers keep it within their own bounds.
    pub session_timeout: Duration,
    /// Whether access lists are read too: one request more for each znode.
    pub acls: bool,
    /// Whether contents are read too, for the sink alone.
    pub contents: bool,
}

impl Default for WalkLimits {
    fn default() -> Self {
        Self {
            in_flight: 8,
            pause: Duration::from_millis(5),
            max_nodes: 2_000_000,
            first_session: Duration::from_secs(15),
            patience: Duration::from_mins(2),
            answer: Duration::from_secs(30),
            session_timeout: Duration::from_secs(15),
            acls: true,
            contents: false,
        }
    }
}

/// Credentials of a session. Never shown: there is no `Debug`, and the client prints neither.
#[derive(Default)]
pub struct ZkAuth {
    /// `user:password` of the scheme `digest`.
    pub digest: Option<SecretString>,
    /// User and password for SASL DIGEST-MD5.
    pub sasl: Option<(String, SecretString)>,
}

impl ZkAuth {
    /// What to search for in everything that is kept: whole credentials and passwords of eight characters and more.
    pub fn plain(&self) -> Vec<String> {
        let digest = self.digest.iter().flat_map(|digest| {
            let whole = digest.expose_secret();
            let password = whole.split_once(':').map(|(_, password)| password.to_owned());
            [Some(whole.to_owned()), password]
        });
        let sasl = self
            .sasl
            .iter()
            .map(|(_, password)| Some(password.expose_secret().to_owned()));
        digest.chain(sasl).flatten().filter(|text| text.len() >= 8).collect()
    }

    /// Whether there is any.
    pub fn present(&self) -> bool {
        self.digest.is_some() || self.sasl.is_some()
    }

    /// What there is, in words.
    pub fn words(&self) -> &'static str {
        match (&self.digest, &self.sasl) {
            (None, None) => "none",
            (Some(_), None) => "digest",
            (None, Some(_)) => "sasl",
            (Some(_), Some(_)) => "digest and sasl",
        }
    }
}

/// Keeps the contents of znodes somewhere that is not the archive.
pub trait Contents: Send {
    /// Goes on after these files, which an earlier part of the walk finished.
    ///
    /// # Errors
    /// When the place cannot be used.
    fn go_on(&mut self, finished: &[ContentsFile]) -> io::Result<()>;

    /// Takes what stands in one znode.
    ///
    /// # Errors
    /// Those of writing.
    fn keep(&mut self, node: &Node, data: &[u8]) -> io::Result<()>;

    /// Whether so much was taken that it should be made safe.
    fn is_full(&self) -> bool;

    /// Makes everything that was taken safe, in a file of its own; `None` where nothing was taken.
    ///
    /// # Errors
    /// Those of writing.
    fn settle(&mut self) -> io::Result<Option<ContentsFile>>;
}

/// One znode as it was read.
#[derive(Debug)]
pub struct Seen<'a> {
    /// Its stat; `acl` counts the access lists of this walk in the order in which they were first seen.
    pub node: &'a Node,
    /// Its access list, where it is the first znode with that one.
    pub new_acl: Option<&'a [AclEntry]>,
    /// Names of its children; empty where the server refused them.
    pub names: &'a [String],
    /// Bytes of the answer that listed them.
    pub answer_bytes: u64,
    /// What stands in it, where contents were asked for and the server gave them.
    pub data: Option<&'a [u8]>,
    /// The server refused to show its children and data (`NoAuth`).
    pub refused: bool,
}

/// Receives what a walk reads, as it arrives. An error ends the walk.
pub trait Sink: Send {
    /// A znode was read.
    fn read(&mut self, seen: &Seen<'_>) -> io::Result<()>;

    /// A znode was gone when it was asked for.
    fn vanished(&mut self, _path: &str) -> io::Result<()> {
        Ok(())
    }

    /// A znode could not be asked for, or its answer could not be read.
    fn odd(&mut self, _path: &str, _why: &str) -> io::Result<()> {
        Ok(())
    }

    /// A batch ended; a good moment to write down what is held back.
    fn batch_ended(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that keeps nothing: for walks whose summary is all that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Sink for Nothing {
    fn read(&mut self, _seen: &Seen<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Writes `tree.ndjson` from the journal of a walk: sorted by path, with the places that the access lists have in the
/// summary. Gives the number of znodes.
///
/// # Errors
/// Those of reading and writing.
pub fn write_tree(journal: &Path, acl_places: &[u32], into: &mut dyn Write) -> io::Result<u64> {
    sorted::write(journal, acl_places, into)
}

/// Why a walk gave nothing. What was read before a loss is never an error: see [`WalkSummary::complete`].
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// No session was ever opened.
    #[error("no session with any of {servers} within {} s: {last}", within.as_secs())]
    NoSession {
        /// The servers.
        servers: String,
        /// Time that was given.
        within: Duration,
        /// What the last attempt came to.
        last: String,
    },
    /// The servers refuse the credentials, or want some.
    #[error(
        "ZooKeeper refused the session: authentication failed. Look at the SASL user and password, or give some where the servers demand them"
    )]
    Refused,
    /// There is no server to ask.
    #[error("no ZooKeeper server is known")]
    NoServers,
    /// What was read could not be kept.
    #[error("what was read from ZooKeeper could not be kept: {0}")]
    Sink(#[from] io::Error),
}
