//! `/state-summary` of a leading master: agents and frameworks with counts per task state, no task ids.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::Parsed;
use super::json::{self, Count, Sound};

/// Counts of a summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryWire {
    /// Agents listed.
    pub agents: u64,
    /// Agents with `active: true`.
    pub agents_active: u64,
    /// Framework ids, in the order of the answer.
    pub frameworks: Vec<String>,
    /// Sum over agents of each `TASK_*` count.
    pub tasks_by_state: BTreeMap<String, u64>,
    /// `TASK_RUNNING` per framework id.
    pub running_by_framework: BTreeMap<String, u64>,
}

/// An agent or framework of a summary: its id, `active`, and every `TASK_*` count.
struct Entry {
    id: String,
    active: Option<bool>,
    tasks: BTreeMap<String, u64>,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an agent or framework with its `id` and `TASK_…` counts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Entry, A::Error> {
                let mut id = None;
                let mut active = None;
                let mut tasks = BTreeMap::new();
                let twice = |key: &str| de::Error::custom(format_args!("duplicate field `{key}`"));
                while let Some(key) = entries.next_key::<String>()? {
                    if key == "id" {
                        if id.replace(entries.next_value::<String>()?).is_some() {
                            return Err(twice(&key));
                        }
                    } else if key == "active" {
                        if active.replace(entries.next_value::<bool>()?).is_some() {
                            return Err(twice(&key));
                        }
                    } else if key.starts_with("TASK_") {
                        let count = entries.next_value::<Count>()?.0;
                        if tasks.contains_key(&key) {
                            return Err(twice(&key));
                        }
                        tasks.insert(key, count);
                    } else {
                        entries.next_value::<Sound>()?;
                    }
                }
                Ok(Entry {
                    id: id.ok_or_else(|| de::Error::missing_field("id"))?,
                    active,
                    tasks,
                })
            }
        }
        deserializer.deserialize_map(EntryVisitor)
    }
}

#[derive(serde::Deserialize)]
struct Answer {
    slaves: Vec<Entry>,
    frameworks: Vec<Entry>,
}

/// Reads a summary.
pub fn read(bytes: &[u8]) -> Parsed<SummaryWire> {
    let answer: Answer = json::read(
        bytes,
        "the answer of /state-summary: an object with the lists `slaves` and `frameworks`",
    )?;
    let mut summary = SummaryWire {
        agents: answer.slaves.len() as u64,
        ..SummaryWire::default()
    };
    for agent in answer.slaves {
        summary.agents_active += u64::from(agent.active == Some(true));
        for (state, count) in agent.tasks {
            let sum = summary.tasks_by_state.entry(state).or_default();
            *sum = sum.saturating_add(count);
        }
    }
    for framework in answer.frameworks {
        let running = framework.tasks.get("TASK_RUNNING").copied().unwrap_or_default();
        let sum = summary.running_by_framework.entry(framework.id.clone()).or_default();
        *sum = sum.saturating_add(running);
        summary.frameworks.push(framework.id);
    }
    Ok(summary)
}
