//! `/maintenance/schedule` and `/maintenance/status` of a leading master.
//!
//! Times come as nanoseconds since 1970 (apache/mesos `include/mesos/maintenance/maintenance.proto`) and are handed on
//! as seconds. `{}` is a genuine answer of both: nothing is scheduled.

use serde::Deserialize;

use super::json::{self, Sound, Unique};
use super::{Malformed, Parsed};

/// One machine of the schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowWire {
    /// Ordinal of the window in `windows[]`.
    pub window: usize,
    /// Ordinal of the machine in `machine_ids[]`.
    pub ordinal: usize,
    /// Host name or address.
    pub machine: String,
    /// Begin, seconds since 1970.
    pub start: Option<f64>,
    /// Length in seconds.
    pub duration: Option<f64>,
}

/// Machines draining and down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusWire {
    /// Draining.
    pub draining: Vec<String>,
    /// Down.
    pub down: Vec<String>,
}

#[derive(Deserialize)]
struct Schedule {
    #[serde(default)]
    windows: Vec<Window>,
}

#[derive(Deserialize)]
struct Window {
    machine_ids: Vec<Machine>,
    #[serde(default, deserialize_with = "json::present")]
    unavailability: Option<Unavailability>,
}

#[derive(Deserialize)]
struct Unavailability {
    #[serde(default, deserialize_with = "json::present")]
    start: Option<Nanoseconds>,
    #[serde(default, deserialize_with = "json::present")]
    duration: Option<Nanoseconds>,
}

#[derive(Deserialize)]
struct Nanoseconds {
    nanoseconds: f64,
}

impl Nanoseconds {
    fn seconds(&self) -> f64 {
        self.nanoseconds / 1e9
    }
}

#[derive(Deserialize)]
struct Machine {
    #[serde(default, deserialize_with = "json::present")]
    hostname: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    ip: Option<String>,
}

impl Machine {
    fn name(self) -> String {
        self.hostname
            .filter(|name| !name.is_empty())
            .or(self.ip)
            .unwrap_or_else(|| "a machine without a name".to_owned())
    }
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    draining_machines: Vec<Draining>,
    #[serde(default)]
    down_machines: Vec<Machine>,
}

#[derive(Deserialize)]
struct Draining {
    id: Machine,
}

/// An empty object says that nothing is scheduled; one with other keys only is some other answer.
fn known_keys(bytes: &[u8], known: &[&str], expected: &str) -> Parsed<()> {
    let keys: Unique<Sound> = json::read(bytes, expected)?;
    if keys.0.is_empty() || keys.0.keys().any(|key| known.contains(&key.as_str())) {
        Ok(())
    } else {
        Err(Malformed(format!("none of its keys; expected {expected}")))
    }
}

/// Reads a schedule: one entry per machine.
pub fn schedule(bytes: &[u8]) -> Parsed<Vec<WindowWire>> {
    const EXPECTED: &str = "the answer of /maintenance/schedule: an object with `windows`";
    let schedule: Schedule = json::read(bytes, EXPECTED)?;
    known_keys(bytes, &["windows"], EXPECTED)?;
    let mut all = Vec::new();
    for (window, entry) in schedule.windows.into_iter().enumerate() {
        let start = entry
            .unavailability
            .as_ref()
            .and_then(|u| u.start.as_ref())
            .map(Nanoseconds::seconds);
        let duration = entry
            .unavailability
            .as_ref()
            .and_then(|u| u.duration.as_ref())
            .map(Nanoseconds::seconds);
        for (ordinal, machine) in entry.machine_ids.into_iter().enumerate() {
            all.push(WindowWire {
                window,
                ordinal,
                machine: machine.name(),
                start,
                duration,
            });
        }
    }
    Ok(all)
}

/// Reads a status.
pub fn status(bytes: &[u8]) -> Parsed<StatusWire> {
    const EXPECTED: &str = "the answer of /maintenance/status: an object with `draining_machines` and `down_machines`";
    let status: Status = json::read(bytes, EXPECTED)?;
    known_keys(bytes, &["draining_machines", "down_machines"], EXPECTED)?;
    Ok(StatusWire {
        draining: status
            .draining_machines
            .into_iter()
            .map(|machine| machine.id.name())
            .collect(),
        down: status.down_machines.into_iter().map(Machine::name).collect(),
    })
}
