//! The walk: from `/` down, a batch of znodes at a time, each one told to the sink once.
//!
//! Depth first, so that what waits stays small where the tree is deep. Never goes faster than the limits say.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::time::sleep;

use crate::collect::target::Origin;
use crate::model::backup::Zxid;
use crate::sources::zk_tree_file::{AclEntry, FORMAT, Node, Summary, Way};

use super::ask::{self, AclAnswer, Answer, Read};
use super::session::{NoSession, Session};
use super::tally::Tally;
use super::{Seen, Sink, WalkError, WalkLimits, ZkAuth};

/// A znode that is still to be asked for.
#[derive(Debug, Clone)]
struct Place {
    parent: Arc<str>,
    name: String,
}

impl Place {
    fn path(&self) -> String {
        match &*self.parent {
            "" => "/".to_owned(),
            "/" => format!("/{}", self.name),
            parent => format!("{parent}/{}", self.name),
        }
    }
}

/// Where a walk stands: what was read, and what is still to be asked for.
#[derive(Debug)]
pub struct Frontier {
    tally: Tally,
    waiting: Vec<Place>,
    began: DateTime<Utc>,
    resumed: u64,
    sessions: u64,
    interruptions: u64,
    read_only: bool,
}

impl Frontier {
    /// A walk that has read nothing.
    pub fn at_root() -> Self {
        Self {
            tally: Tally::default(),
            waiting: vec![Place {
                parent: Arc::from(""),
                name: String::new(),
            }],
            began: Utc::now(),
            resumed: 0,
            sessions: 0,
            interruptions: 0,
            read_only: false,
        }
    }

    /// A walk that goes on from its journal; the root is asked for where the journal does not hold it.
    pub(super) fn resumed(began: DateTime<Utc>, root: bool) -> Self {
        let mut frontier = Self::at_root();
        frontier.began = began;
        frontier.resumed = 1;
        if !root {
            frontier.waiting.clear();
        }
        frontier
    }

    /// Whether no znode was read so far, not in an earlier part of the walk either.
    pub fn has_read_nothing(&self) -> bool {
        self.tally.znodes() == 0
    }

    /// A znode of the journal: counted again, its children lined up where they are not done.
    pub(super) fn again(
        &mut self,
        node: &Node,
        (answer_bytes, refused, acl_refused): (u64, bool, bool),
        names: Vec<String>,
        done: &dyn Fn(&str) -> bool,
    ) {
        self.tally.unreadable.acls += u64::from(acl_refused);
        add(self, node, answer_bytes, refused);
        let parent: Arc<str> = Arc::from(node.path.as_str());
        let places = names.into_iter().map(|name| Place {
            parent: Arc::clone(&parent),
            name,
        });
        self.waiting.extend(places.filter(|place| !done(&place.path())));
    }

    /// An access list of the journal.
    pub(super) fn acl_again(&mut self, entries: &[AclEntry]) {
        self.tally.acl(entries);
    }

    /// A znode that was gone.
    pub(super) fn vanished_again(&mut self) {
        self.tally.vanished += 1;
    }

    /// A znode that could not be read.
    pub(super) fn odd_again(&mut self, path: &str, why: &str) {
        self.tally.odd(path, why);
    }

    fn children(&mut self, path: &str, names: Vec<String>) {
        if names.is_empty() {
            return;
        }
        let parent: Arc<str> = Arc::from(path);
        self.waiting.extend(names.into_iter().map(|name| Place {
            parent: Arc::clone(&parent),
            name,
        }));
    }
}

/// Why a walk ends before it has seen everything.
enum Early {
    /// What is written into the summary.
    Because(String),
    /// Nothing is given.
    Error(WalkError),
}

impl From<std::io::Error> for Early {
    fn from(error: std::io::Error) -> Self {
        Self::Error(WalkError::Sink(error))
    }
}

/// Walks over the tree of an ensemble: every znode with its stat, and its access list and contents where the limits say
/// so, goes to `sink` once. Gives what it came to; where the sessions are lost for good after the first znode was read,
/// [`Summary::complete`] is false and says why.
///
/// `servers` are those of one ensemble; any of them is asked. Needs a tokio runtime with time and I/O.
///
/// Cancel safe: dropped, it leaves the session to its timeout; the sink has every znode that was told.
///
/// # Errors
/// See [`WalkError`].
pub async fn walk(
    servers: &[Origin],
    auth: &ZkAuth,
    limits: &WalkLimits,
    sink: &mut dyn Sink,
) -> Result<Summary, WalkError> {
    go_on(servers, auth, limits, Frontier::at_root(), sink)
        .await
        .map(|(summary, _)| summary)
}

/// Goes on with a walk. Also gives, for each access list in the order of the walk, its place in the summary.
pub async fn go_on(
    servers: &[Origin],
    auth: &ZkAuth,
    limits: &WalkLimits,
    mut frontier: Frontier,
    sink: &mut dyn Sink,
) -> Result<(Summary, Vec<u32>), WalkError> {
    if servers.is_empty() {
        return Err(WalkError::NoServers);
    }
    let mut session = Session::new(servers, auth, limits);
    match session.client().await {
        Ok(_) => {}
        Err(NoSession::Refused) => return Err(WalkError::Refused),
        Err(NoSession::Late(last)) => return Err(session.none(last)),
    }
    let before = session.zxid().await;
    session.progressed();
    let ended = run(&mut frontier, &mut session, limits, sink).await;
    let after = session.zxid().await;
    frontier.sessions += session.opened;
    frontier.read_only |= session.read_only;
    session.close().await;
    match ended {
        Ok(()) => Ok(summary(frontier, (servers, auth), limits, (before, after), None)),
        Err(Early::Because(why)) => Ok(summary(frontier, (servers, auth), limits, (before, after), Some(why))),
        Err(Early::Error(error)) => Err(error),
    }
}

async fn run(
    frontier: &mut Frontier,
    session: &mut Session<'_>,
    limits: &WalkLimits,
    sink: &mut dyn Sink,
) -> Result<(), Early> {
    let at_once = (limits.in_flight / ask::requests(limits)).max(1);
    while !frontier.waiting.is_empty() {
        let left = limits.max_nodes.saturating_sub(frontier.tally.znodes());
        if left == 0 {
            return Err(Early::Because(format!(
                "the limit of {} znodes was reached",
                limits.max_nodes
            )));
        }
        let take = at_once.min(usize::try_from(left).unwrap_or(usize::MAX));
        let rest = frontier.waiting.len().saturating_sub(take);
        let batch: Vec<(String, Place)> = frontier
            .waiting
            .split_off(rest)
            .into_iter()
            .map(|place| (place.path(), place))
            .collect();
        let answers = match session.client().await {
            Ok(client) => join_all(batch.iter().map(|(path, _)| ask::ask(client, path, limits))).await,
            Err(NoSession::Refused) => return Err(Early::Because("the servers refused the credentials".to_owned())),
            Err(NoSession::Late(last)) => return Err(late(limits, &last)),
        };
        let mut lost = None;
        for ((path, place), answer) in batch.into_iter().zip(answers) {
            match answer {
                Answer::Lost(why) => {
                    frontier.waiting.push(place);
                    lost = Some(why);
                    continue;
                }
                Answer::Refused => {
                    return Err(if frontier.tally.znodes() == 0 {
                        Early::Error(WalkError::Refused)
                    } else {
                        Early::Because("the servers refused the credentials".to_owned())
                    });
                }
                Answer::Read(read) => keep(frontier, *read, sink)?,
                Answer::Vanished => {
                    frontier.tally.vanished += 1;
                    sink.vanished(&path)?;
                }
                Answer::Odd(why) => {
                    frontier.tally.odd(&path, &why);
                    sink.odd(&path, &why)?;
                }
            }
            session.progressed();
        }
        sink.batch_ended()?;
        if let Some(why) = lost {
            frontier.interruptions += 1;
            if session.silent_for() >= limits.patience {
                return Err(late(limits, &why));
            }
            // The client goes back to a server by itself: asking in a tight loop would not make it faster.
            sleep(limits.pause.max(std::time::Duration::from_millis(100))).await;
        } else {
            sleep(limits.pause).await;
        }
    }
    Ok(())
}

fn late(limits: &WalkLimits, last: &str) -> Early {
    Early::Because(format!(
        "no answer for {}; last: {last}",
        crate::collect::engine::words(limits.patience)
    ))
}

/// Counts a znode, tells it, and lines up its children.
fn keep(frontier: &mut Frontier, read: Read, sink: &mut dyn Sink) -> Result<(), Early> {
    let Read {
        mut node,
        acl,
        names,
        answer_bytes,
        data,
        refused,
    } = read;
    let mut new = None;
    match acl {
        AclAnswer::NotAsked => {}
        AclAnswer::Refused => frontier.tally.unreadable.acls += 1,
        AclAnswer::Entries(entries) => {
            let (index, is_new) = frontier.tally.acl(&entries);
            node.acl = Some(index);
            new = is_new.then_some(entries);
        }
    }
    sink.read(&Seen {
        node: &node,
        new_acl: new.as_deref(),
        names: &names,
        answer_bytes,
        data: data.as_deref(),
        refused,
    })?;
    add(frontier, &node, answer_bytes, refused);
    frontier.children(&node.path, names);
    Ok(())
}

fn add(frontier: &mut Frontier, node: &Node, answer_bytes: u64, refused: bool) {
    frontier.tally.node(node, answer_bytes);
    if refused {
        frontier.tally.refused(node);
    }
}

fn summary(
    frontier: Frontier,
    (servers, auth): (&[Origin], &ZkAuth),
    limits: &WalkLimits,
    (zxid_before, zxid_after): (Option<Zxid>, Option<Zxid>),
    ended_because: Option<String>,
) -> (Summary, Vec<u32>) {
    let done = frontier.tally.finish();
    let unseen = &done.unreadable;
    let hidden = (unseen.children > 0).then(|| {
        format!(
            "what stands below {} znodes was refused (NoAuth): {} children and all below them were not seen",
            unseen.znodes, unseen.children
        )
    });
    let odd = (unseen.odd > 0).then(|| format!("{} znodes could not be asked for or read", unseen.odd));
    let old = frontier
        .read_only
        .then(|| "a server that is cut off from its quorum answered: what it shows may be old".to_owned());
    let ended_early = ended_because.is_some();
    let because: Vec<String> = [ended_because, hidden, odd, old].into_iter().flatten().collect();
    let summary = Summary {
        format: FORMAT.to_owned(),
        way: Way::Session,
        complete: because.is_empty(),
        ended_early,
        incomplete_because: (!because.is_empty()).then(|| because.join("; ")),
        znodes_named: done.tree.znodes,
        tree: Some(done.tree),
        servers: servers.iter().map(Origin::authority).collect(),
        began: frontier.began,
        ended: Utc::now(),
        zxid_before,
        zxid_after,
        sessions: frontier.sessions,
        interruptions: frontier.interruptions,
        resumed: frontier.resumed,
        read_only_server: frontier.read_only,
        vanished: done.vanished,
        unreadable: done.unreadable,
        acls_read: limits.acls,
        acls: done.acls,
        crowded: done.crowded,
        largest: done.largest,
        auth: auth.words().to_owned(),
        contents: Vec::new(),
    };
    (summary, done.acl_places)
}
