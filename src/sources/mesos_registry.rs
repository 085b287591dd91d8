//! `/registrar(1)/registry`: what a master's replica of the replicated log holds.
//!
//! Form: apache/mesos `src/master/registry.proto` as JSON. `{}` is a genuine answer: a standby that never led, or a
//! master without quorum.

use serde::Deserialize;

use super::json::{self, Unique};
use super::{Malformed, Parsed};

/// Content of a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryWire {
    /// Whether the answer was `{}`.
    pub empty: bool,
    /// Ids and host names of admitted agents.
    pub agents: Vec<(String, String)>,
    /// Number of agents marked unreachable.
    pub unreachable: u64,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "json::present")]
    slaves: Option<Slaves>,
    #[serde(default, deserialize_with = "json::present")]
    unreachable: Option<Unreachable>,
}

#[derive(Deserialize)]
struct Slaves {
    #[serde(default)]
    slaves: Vec<Admitted>,
}

#[derive(Deserialize)]
struct Admitted {
    info: Info,
}

#[derive(Deserialize)]
struct Info {
    hostname: String,
    id: Id,
}

#[derive(Deserialize)]
struct Id {
    value: String,
}

#[derive(Deserialize)]
struct Unreachable {
    #[serde(default)]
    slaves: Vec<json::Sound>,
}

/// Reads a registry.
pub fn read(bytes: &[u8]) -> Parsed<RegistryWire> {
    const EXPECTED: &str = "the registry: an object with `slaves.slaves[].info`";
    let keys: Unique<json::Sound> = json::read(bytes, EXPECTED)?;
    let answer: Answer = json::read(bytes, EXPECTED)?;
    if !keys.0.is_empty() && !keys.0.contains_key("master") && answer.slaves.is_none() {
        return Err(Malformed(format!("neither `master` nor `slaves`; expected {EXPECTED}")));
    }
    Ok(RegistryWire {
        empty: keys.0.is_empty(),
        agents: answer
            .slaves
            .map(|list| list.slaves)
            .unwrap_or_default()
            .into_iter()
            .map(|slave| (slave.info.id.value, slave.info.hostname))
            .collect(),
        unreachable: answer.unreachable.map_or(0, |list| list.slaves.len() as u64),
    })
}
