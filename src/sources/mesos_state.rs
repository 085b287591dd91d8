//! `/state` of a leading master: agents, frameworks and tasks are handed to a sink one by one, the rest is returned.
//!
//! Fields and versions: apache/mesos `src/master/http.cpp`, `src/master/readonly_handler.cpp`, tags 0.19 to 1.11.
//! Completed frameworks and tasks are counted, executors and offers are checked to be JSON and left out.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Deserialize;

use super::Parsed;
use super::json::{self, Unique};
use super::json_feed::{Fed, Feed, settle};
use super::mesos_agents::{AgentWire, Domain, RecoveredWire};
use super::mesos_task::{self, TaskArray};
use super::skeleton::{Skeleton, Streamed};

/// One framework, without its tasks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct FrameworkWire {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "json::present")]
    pub principal: Option<String>,
    /// Absent from 1.3 on for a framework with several roles.
    #[serde(default, deserialize_with = "json::present")]
    pub role: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub roles: Option<Vec<String>>,
    #[serde(default, deserialize_with = "json::present")]
    pub active: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    pub connected: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    pub recovered: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    pub checkpoint: Option<bool>,
    #[serde(default, deserialize_with = "json::present")]
    pub failover_timeout: Option<f64>,
    #[serde(default, deserialize_with = "json::present")]
    pub webui_url: Option<String>,
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// Fields of [`FrameworkWire`].
const FRAMEWORK_FIELDS: [&str; 12] = [
    "id",
    "name",
    "principal",
    "role",
    "roles",
    "active",
    "connected",
    "recovered",
    "checkpoint",
    "failover_timeout",
    "webui_url",
    "capabilities",
];

/// The scalar part of a state.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct HeadWire {
    pub id: String,
    pub pid: String,
    #[serde(default, deserialize_with = "json::present")]
    pub hostname: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub cluster: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub leader: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub version: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub start_time: Option<f64>,
    #[serde(default, deserialize_with = "json::present")]
    pub elected_time: Option<f64>,
    #[serde(default, deserialize_with = "json::count")]
    pub activated_slaves: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    pub deactivated_slaves: Option<u64>,
    #[serde(default, deserialize_with = "json::count")]
    pub unreachable_slaves: Option<u64>,
    #[serde(default, deserialize_with = "flags")]
    pub flags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub unregistered_frameworks: Vec<String>,
    #[serde(default, deserialize_with = "json::present")]
    pub domain: Option<Domain>,
    /// Length of `completed_frameworks`.
    #[serde(skip)]
    pub completed_frameworks: u64,
    /// Sum of the lengths of `completed_tasks` of all present frameworks.
    #[serde(skip)]
    pub completed_tasks: u64,
    /// Whether the state has a list `recovered_slaves` (1.2 and later).
    #[serde(skip)]
    pub has_recovered: bool,
}

/// Fields of [`HeadWire`].
const HEAD_FIELDS: [&str; 14] = [
    "id",
    "pid",
    "hostname",
    "cluster",
    "leader",
    "version",
    "start_time",
    "elected_time",
    "activated_slaves",
    "deactivated_slaves",
    "unreachable_slaves",
    "flags",
    "unregistered_frameworks",
    "domain",
];

fn flags<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    Unique::<String>::deserialize(deserializer).map(|flags| Some(flags.0))
}

/// Receives what a state lists, in the order of the evidence.
pub trait StateSink: mesos_task::TaskSink {
    /// An entry of `slaves[]`.
    fn agent(&mut self, ordinal: usize, agent: AgentWire);
    /// An entry of `recovered_slaves[]`.
    fn recovered(&mut self, ordinal: usize, agent: RecoveredWire);
    /// An entry of `frameworks[]`, after its tasks.
    fn framework(&mut self, ordinal: usize, framework: FrameworkWire);
}

const EXPECTED: &str = "the answer of a master's /state: an object with the lists `slaves` and `frameworks`";

/// Reads a state. What the sink received counts only if the answer is `Ok(Ok(_))`.
///
/// # Errors
/// Those of reading `body`; what is wrong with its content is inside.
pub fn read(body: &mut dyn Read, sink: &mut dyn StateSink) -> io::Result<Parsed<HeadWire>> {
    read_with(Feed::new(body), sink)
}

/// As [`read`], from a feed with another window (tests).
///
/// # Errors
/// As [`read`].
pub fn read_with(mut feed: Feed<'_>, sink: &mut dyn StateSink) -> io::Result<Parsed<HeadWire>> {
    let read = settle(state(&mut feed, sink))?;
    Ok(read.map_err(|error| super::Malformed(format!("{error}; expected {EXPECTED}"))))
}

fn state(feed: &mut Feed<'_>, sink: &mut dyn StateSink) -> Fed<HeadWire> {
    let mut skeleton = Skeleton::new(&HEAD_FIELDS);
    let mut streamed = Streamed::default();
    let mut completed_frameworks = 0;
    let mut completed_tasks = 0;
    feed.object(|feed, key| match key {
        "slaves" => {
            streamed.once(feed, "slaves")?;
            feed.list(|feed, ordinal| {
                let agent: AgentWire = feed.parse().map_err(|error| error.at("/slaves", ordinal))?;
                sink.agent(ordinal, agent);
                Ok(())
            })
            .map(|_| ())
        }
        "recovered_slaves" => {
            streamed.once(feed, "recovered_slaves")?;
            feed.list(|feed, ordinal| {
                let agent: RecoveredWire = feed.parse().map_err(|error| error.at("/recovered_slaves", ordinal))?;
                sink.recovered(ordinal, agent);
                Ok(())
            })
            .map(|_| ())
        }
        "frameworks" => {
            streamed.once(feed, "frameworks")?;
            feed.list(|feed, ordinal| {
                let completed = framework(feed, ordinal, sink).map_err(|error| error.at("/frameworks", ordinal))?;
                completed_tasks += completed;
                Ok(())
            })
            .map(|_| ())
        }
        "orphan_tasks" => {
            streamed.once(feed, "orphan_tasks")?;
            mesos_task::list(feed, TaskArray::Orphan, 0, sink)
        }
        "completed_frameworks" => {
            streamed.once(feed, "completed_frameworks")?;
            completed_frameworks = feed.list(|feed, _| feed.skip())? as u64;
            Ok(())
        }
        _ => skeleton.take(feed, key),
    })?;
    feed.end()?;
    streamed.must(feed, "slaves")?;
    streamed.must(feed, "frameworks")?;
    let mut head: HeadWire = skeleton.read(feed)?;
    head.completed_frameworks = completed_frameworks;
    head.completed_tasks = completed_tasks;
    head.has_recovered = streamed.has("recovered_slaves");
    Ok(head)
}

/// Reads one framework; gives the number of its completed tasks.
fn framework(feed: &mut Feed<'_>, ordinal: usize, sink: &mut dyn StateSink) -> Fed<u64> {
    let mut skeleton = Skeleton::new(&FRAMEWORK_FIELDS);
    let mut streamed = Streamed::default();
    let mut completed = 0;
    feed.object(|feed, key| match key {
        "tasks" => {
            streamed.once(feed, "tasks")?;
            mesos_task::list(feed, TaskArray::Tasks, ordinal, sink)
        }
        "unreachable_tasks" => {
            streamed.once(feed, "unreachable_tasks")?;
            mesos_task::list(feed, TaskArray::Unreachable, ordinal, sink)
        }
        "completed_tasks" => {
            streamed.once(feed, "completed_tasks")?;
            completed = feed.list(|feed, _| feed.skip())? as u64;
            Ok(())
        }
        _ => skeleton.take(feed, key),
    })?;
    streamed.must(feed, "tasks")?;
    sink.framework(ordinal, skeleton.read(feed)?);
    Ok(completed)
}
