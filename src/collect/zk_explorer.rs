//! The names of the znodes through Exhibitor's explorer, where no server of ZooKeeper takes a connection.
//!
//! Asks `/explorer/node` and nothing else: names of children, never what stands in a znode. Every path is put together
//! here and percent-encoded, so that no name can become another request. What comes of it is never the tree: no stat, no
//! digest, no `tree.ndjson`.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use crate::model::{Outcome, items};
use crate::sources::exhibitor::{self, Children};
use crate::sources::zk_tree_file::{FORMAT, Summary, Unreadable, Way};

use super::body::{self, Wanted};
use super::discovery::Kind;
use super::endpoints::{self, Asked, Endpoint};
use super::engine::{Context, words};
use super::fetch;
use super::http::{self, Fault};
use super::step::Planned;
use super::target::{Base, Origin};
use super::zk_session::WalkLimits;

/// Longest path that is asked for, bytes as encoded: the Jetty of an Exhibitor reads 8 KiB of a request's head, a credential
/// and the headers of proxies among them.
const LONGEST: usize = 2000;
/// Requests at once; the gate lets no more through to one host by default.
const AT_ONCE: usize = 2;
/// Znodes that cannot be listed before the walk ends: for each of them Exhibitor opens its session with ZooKeeper anew
/// (soabase/exhibitor `ExplorerResource.java`, `resetLocalConnection`).
const MOST_ODD: u64 = 50;
/// Broken answers in a row before the walk ends.
const IN_A_ROW: u32 = 3;
/// Paths that are named of those that could not be listed.
const NAMED: usize = 100;

/// A path of ZooKeeper as it stands behind `key=`: it holds no character that could end the query or begin another one.
struct Key(String);

impl Key {
    /// `None` where the path is too long to be asked for.
    fn of(path: &str) -> Option<Self> {
        let mut encoded = String::with_capacity(path.len());
        for byte in path.bytes() {
            if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        (path.starts_with('/') && encoded.len() <= LONGEST).then_some(Self(encoded))
    }
}

/// The Exhibitor to ask in the place of these servers; `None` where one of them takes a connection, or there is no
/// Exhibitor.
pub(super) async fn in_place_of(ctx: &Context, servers: &[Origin]) -> Option<Base> {
    let there = !ctx.targets.exhibitors.is_empty() || matches!(ctx.known.kind(&ctx.targets), Kind::Dcos);
    if !there || ctx.targets.skips(items::EXHIBITOR) {
        return None;
    }
    let open = join_all(servers.iter().map(|server| fetch::reaches(ctx, server))).await;
    if open.contains(&true) {
        return None;
    }
    let mut bases = ctx.targets.exhibitor_bases();
    if bases.len() == 1 {
        return bases.pop();
    }
    for base in bases {
        if fetch::reaches(ctx, &base.origin).await {
            return Some(base);
        }
    }
    None
}

/// Walks the names and leaves a record of every item of a walk, the tree first and the summary behind it; `closed` says why there is no session. Whether it gave a summary.
///
/// Cancel safe: nothing is kept before the end.
pub(super) async fn walk(ctx: &Context, base: &Base, closed: &str, limits: &WalkLimits, planned: &[Planned]) -> bool {
    let ([tree, summed, rest @ ..], Some(endpoint)) =
        (planned, endpoints::of(items::MARATHON, Asked::StateOfMarathon).next())
    else {
        return false;
    };
    let failed = |why: &str| {
        for item in planned {
            ctx.records.put(item.ended(Outcome::Failed, why));
        }
        false
    };
    ctx.observer.note(&format!(
        "no server of ZooKeeper takes a connection: reading the names of the znodes through Exhibitor at {base}"
    ));
    let started = Utc::now();
    let begun = Instant::now();
    let mut names = Names::at_root(started);
    let ended = match names.run(ctx, (endpoint, base), limits).await {
        Ok(ended) => ended,
        Err(why) => return failed(&format!("{closed}; and through Exhibitor at {base}: {why}")),
    };
    let summary = names.summary(base, ended);
    let stored = serde_json::to_vec_pretty(&summary)
        .map_err(|error| error.to_string())
        .and_then(|mut bytes| {
            bytes.push(b'\n');
            let stored = ctx.staging.put(&summed.item, &bytes);
            stored.map_err(|error| error.to_string())
        });
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => {
            let why = format!("the names of the znodes could not be kept: {error}");
            ctx.records.fail(why.clone());
            return failed(&why);
        }
    };
    let mut evidence = summed.begun(Outcome::Captured, started);
    "GET".clone_into(&mut evidence.method);
    evidence.request = format!("{} of every znode from /", base.url(endpoint.path));
    evidence.reason = Some(format!("names only, through Exhibitor's explorer: {closed}"));
    evidence.attempts = 1;
    evidence.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    evidence.bytes = stored.bytes;
    evidence.sha256 = Some(stored.sha256);
    ctx.records.put(evidence);
    let why = format!(
        "{closed}. Exhibitor's explorer gave the names of {} znodes and nothing else of them: open port 2181 for the walk",
        summary.znodes_named
    );
    for item in std::iter::once(tree).chain(rest) {
        ctx.records.put(item.ended(Outcome::Failed, why.clone()));
    }
    true
}

/// Why a znode was not listed.
struct Trouble {
    why: String,
    /// Whether asking again may help.
    retry: bool,
    /// What it adds to the row of broken answers.
    weight: u32,
}

impl Trouble {
    fn of_node(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            retry: false,
            weight: 0,
        }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self {
            weight: if fault.unreachable || fault.security {
                IN_A_ROW
            } else {
                1
            },
            retry: fault.retry,
            why: fault.reason,
        }
    }
}

/// A znode that is still to be asked for.
struct Place {
    parent: Arc<str>,
    name: String,
}

impl Place {
    fn path(&self) -> String {
        match &*self.parent {
            "" => "/".to_owned(),
            parent => exhibitor::below(parent, &self.name),
        }
    }
}

/// Where the walk stands.
struct Names {
    began: DateTime<Utc>,
    waiting: Vec<Place>,
    named: u64,
    in_a_row: u32,
    unreadable: Unreadable,
}

impl Names {
    fn at_root(began: DateTime<Utc>) -> Self {
        Self {
            began,
            waiting: vec![Place {
                parent: Arc::from(""),
                name: String::new(),
            }],
            named: 1,
            in_a_row: 0,
            unreadable: Unreadable::default(),
        }
    }

    /// Walks, depth first. Gives why it ended early, where it did.
    ///
    /// # Errors
    /// Why not even the children of `/` are known.
    async fn run(
        &mut self,
        ctx: &Context,
        to: (&'static Endpoint, &Base),
        limits: &WalkLimits,
    ) -> Result<Option<String>, String> {
        // What was read is kept only while the run still has time to keep it.
        let time = ctx.limits.deadline / 2;
        let begun = Instant::now();
        while !self.waiting.is_empty() {
            if begun.elapsed() >= time {
                return Ok(Some(format!("the limit of {} was reached", words(time))));
            }
            let batch = self.waiting.split_off(self.waiting.len().saturating_sub(AT_ONCE));
            let paths: Vec<String> = batch.iter().map(Place::path).collect();
            let answers = join_all(paths.iter().map(|path| children(ctx, to, path))).await;
            for (path, answer) in paths.iter().zip(answers) {
                let ended = match answer {
                    Ok(names) => self.listed(path, names, limits.max_nodes),
                    Err(trouble) if path == "/" => return Err(trouble.why),
                    Err(trouble) => self.odd(path, &trouble),
                };
                if ended.is_some() {
                    return Ok(ended);
                }
            }
            sleep(limits.pause).await;
        }
        Ok(None)
    }

    fn listed(&mut self, path: &str, mut names: Vec<String>, most: u64) -> Option<String> {
        self.in_a_row = 0;
        names.sort_unstable();
        names.dedup();
        let left = most.saturating_sub(self.named);
        let more = names.len() as u64 > left;
        names.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        self.named += names.len() as u64;
        let parent: Arc<str> = Arc::from(path);
        self.waiting.extend(names.into_iter().map(|name| Place {
            parent: Arc::clone(&parent),
            name,
        }));
        more.then(|| format!("the limit of {most} znodes was reached"))
    }

    fn odd(&mut self, path: &str, trouble: &Trouble) -> Option<String> {
        self.unreadable.odd += 1;
        if self.unreadable.odd_paths.len() < NAMED {
            let named = (path.to_owned(), trouble.why.clone());
            self.unreadable.odd_paths.push(named);
        }
        self.in_a_row = if trouble.weight == 0 {
            0
        } else {
            self.in_a_row + trouble.weight
        };
        if self.in_a_row >= IN_A_ROW {
            return Some(format!("Exhibitor does not answer any more: {}", trouble.why));
        }
        (self.unreadable.odd >= MOST_ODD).then(|| format!("{MOST_ODD} znodes could not be listed"))
    }

    fn summary(self, base: &Base, ended_because: Option<String>) -> Summary {
        let ended_early = ended_because.is_some();
        let odd = (self.unreadable.odd > 0).then(|| match self.unreadable.odd {
            1 => "what stands below 1 znode could not be listed".to_owned(),
            many => format!("what stands below {many} znodes could not be listed"),
        });
        let because: Vec<String> = [ended_because, odd].into_iter().flatten().collect();
        Summary {
            format: FORMAT.to_owned(),
            way: Way::Explorer,
            complete: because.is_empty(),
            incomplete_because: (!because.is_empty()).then(|| because.join("; ")),
            ended_early,
            tree: None,
            znodes_named: self.named,
            servers: vec![base.origin.authority()],
            began: self.began,
            ended: Utc::now(),
            zxid_before: None,
            zxid_after: None,
            sessions: 0,
            interruptions: 0,
            resumed: 0,
            read_only_server: false,
            vanished: 0,
            unreadable: self.unreadable,
            acls_read: false,
            acls: Vec::new(),
            crowded: Vec::new(),
            largest: Vec::new(),
            auth: "none".to_owned(),
            contents: Vec::new(),
        }
    }
}

/// Names of the children of one znode.
async fn children(
    ctx: &Context,
    (endpoint, base): (&'static Endpoint, &Base),
    path: &str,
) -> Result<Vec<String>, Trouble> {
    let Some(Key(key)) = Key::of(path) else {
        return Err(Trouble::of_node("its path is too long to be asked for"));
    };
    let url = format!("{}{key}", base.url(endpoint.path));
    let mut left = ctx.limits.retries;
    let mut pause = ctx.limits.retry_pause;
    let bytes = loop {
        match attempt(ctx, endpoint, base, &url).await {
            Ok(bytes) => break bytes,
            Err(trouble) if trouble.retry && left > 0 => {
                left -= 1;
                sleep(pause).await;
                pause *= 2;
            }
            Err(trouble) => return Err(trouble),
        }
    };
    match exhibitor::children_of(path, &bytes) {
        Ok(Children::Listed(names)) => Ok(names),
        Ok(Children::NotListed) => Err(Trouble::of_node(
            "Exhibitor could not list it: it is gone, or Exhibitor may not read it or has no connection",
        )),
        Err(error) => Err(Trouble {
            why: error.to_string(),
            retry: false,
            weight: 1,
        }),
    }
}

/// One request. The pass is held until the body is read.
async fn attempt(ctx: &Context, endpoint: &'static Endpoint, base: &Base, url: &str) -> Result<Vec<u8>, Trouble> {
    let _pass = ctx.gate.pass(&base.origin.host, endpoint.expensive).await;
    let refuse = |fault: Fault| {
        if fault.security {
            ctx.records.refuse(fault.reason.clone());
        }
        Trouble::from(fault)
    };
    let (head, response) = ctx.http.send(endpoint, &base.origin, url).await.map_err(refuse)?;
    if head.status != 200 {
        return Err(Trouble {
            why: format!("status {}; 200 was expected", head.status),
            retry: matches!(head.status, 429 | 502 | 503 | 504),
            // Not asked again: a second wrong credential may lock an account.
            weight: if matches!(head.status, 401 | 403) { IN_A_ROW } else { 1 },
        });
    }
    let secrets = ctx.http.secrets();
    let wanted = Wanted {
        body: endpoint.body,
        limits: &ctx.limits,
        bulk: false,
        encoding: http::encoding(&response).map_err(refuse)?,
        length: head.length,
        end_is_marked: head.end_is_marked,
        secrets: &secrets,
        copy: true,
    };
    let read = body::read(response, &wanted, None).await.map_err(refuse)?;
    read.copy.ok_or_else(|| Trouble {
        why: "the answer is too large".to_owned(),
        retry: false,
        weight: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_query_or_begins_another_one() {
        for (path, key) in [
            ("/", "/"),
            ("/mesos/json.info_0000000012", "/mesos/json.info_0000000012"),
            ("/a&key=/b", "/a%26key%3D/b"),
            ("/a?b#c%2f+d e", "/a%3Fb%23c%252f%2Bd%20e"),
            ("/a\r\nHost: x", "/a%0D%0AHost%3A%20x"),
            ("/ä@~", "/%C3%A4%40%7E"),
        ] {
            assert_eq!(Key::of(path).map(|key| key.0).as_deref(), Some(key), "{path}");
        }
        for path in ["", "a", "http://h/"] {
            assert!(Key::of(path).is_none(), "{path}");
        }
        assert!(Key::of(&format!("/{}", "a".repeat(LONGEST - 1))).is_some());
        assert!(Key::of(&format!("/{}", "a".repeat(LONGEST))).is_none());
        assert!(Key::of(&format!("/{}", "ä".repeat(LONGEST / 4))).is_none());
    }
}
