//! `/state` of an agent: what it says about itself, its flags, and which tasks it holds.
//!
//! Completed frameworks, completed executors and completed tasks are left out; queued tasks are counted with the others.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Parsed;
use super::json::{self, Unique};

/// An agent's own state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentStateWire {
    /// Agent id; empty until it has registered.
    pub id: String,
    /// Host name.
    pub hostname: String,
    /// Version text.
    pub version: Option<String>,
    /// Seconds since 1970.
    pub start_time: Option<f64>,
    /// `flags` (0.17 and later); absent without the permission to see them.
    pub flags: Option<BTreeMap<String, String>>,
    /// Framework ids.
    pub frameworks: Vec<String>,
    /// Task id, framework id and state of every task that its executors hold.
    pub tasks: Vec<(String, String, String)>,
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    hostname: String,
    #[serde(default, deserialize_with = "json::present")]
    version: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    start_time: Option<f64>,
    #[serde(default, deserialize_with = "json::present")]
    flags: Option<Unique<String>>,
    frameworks: Vec<Framework>,
}

#[derive(Deserialize)]
struct Framework {
    id: String,
    executors: Vec<Executor>,
}

#[derive(Deserialize)]
struct Executor {
    tasks: Vec<Task>,
}

#[derive(Deserialize)]
struct Task {
    id: String,
    state: String,
}

/// Reads an agent's state.
pub fn read(bytes: &[u8]) -> Parsed<AgentStateWire> {
    let answer: Answer = json::read(
        bytes,
        "the answer of an agent's /state: an object with `id`, `hostname` and the list `frameworks`",
    )?;
    let mut state = AgentStateWire {
        id: answer.id,
        hostname: answer.hostname,
        version: answer.version,
        start_time: answer.start_time,
        flags: answer.flags.map(|flags| flags.0),
        ..AgentStateWire::default()
    };
    for framework in answer.frameworks {
        for task in framework.executors.into_iter().flat_map(|executor| executor.tasks) {
            state.tasks.push((task.id, framework.id.clone(), task.state));
        }
        state.frameworks.push(framework.id);
    }
    Ok(state)
}
