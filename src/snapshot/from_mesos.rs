//! Masters, agents and counts: from wire types to the snapshot's.
//!
//! Converts only; nothing is judged and nothing is filled in.

use crate::model::{EvidenceRef, Observed, Why, items};
use crate::sources::mesos_agent::AgentStateWire;
use crate::sources::mesos_maintenance::{StatusWire, WindowWire};
use crate::sources::mesos_summary::SummaryWire;

use super::Flags;
use super::believe::Believe;
use super::mesos::{AgentNode, AgentOwnState, MaintenanceStatus, MaintenanceWindow, Master, Registry, Summary};
use super::parts::pick;

/// Every master that was asked.
pub(super) fn masters(believe: &mut Believe<'_>) -> Vec<Master> {
    let mut all: Vec<Master> = believe
        .folders(items::MESOS_MASTER)
        .into_iter()
        .map(|(folder, host)| {
            let item = |name| items::path(items::MESOS_MASTER, &folder, name);
            Master {
                version: believe.take(&item(items::VERSION), pick!(Version)),
                flags: believe.take(&item(items::FLAGS), pick!(Flags)),
                health: health(believe, &item(items::HEALTH)),
                metrics: believe.take(&item(items::METRICS), pick!(Metrics)),
                registry: believe
                    .take(&item(items::REGISTRY), pick!(Registry))
                    .map(|wire| Registry {
                        empty: wire.empty,
                        agents: wire.agents,
                        unreachable: wire.unreachable,
                    }),
                redirect: redirect(believe, &item(items::REDIRECT)),
                redirect_end: redirect(believe, &item(items::REDIRECT_END)),
                host,
            }
        })
        .collect();
    all.sort_by(|a, b| a.host.cmp(&b.host));
    all
}

/// `/health` says everything with its status: the body is empty.
fn health(believe: &mut Believe<'_>, item: &str) -> Observed<bool> {
    let present = believe.parts.remove(item).is_some();
    match believe.record(item, present) {
        Err(why) => Observed::Unknown(why),
        Ok(record) => match record.status {
            Some(status) => Observed::Known(status == 200, EvidenceRef::item(item)),
            None => Observed::Unknown(Why::Doubtful {
                detail: format!("{item}: no HTTP status was recorded"),
            }),
        },
    }
}

/// Where `/redirect` points: `host:port` out of `//host:port/…`.
fn redirect(believe: &mut Believe<'_>, item: &str) -> Observed<String> {
    let present = believe.parts.remove(item).is_some();
    let record = match believe.record(item, present) {
        Ok(record) => record,
        Err(why) => return Observed::Unknown(why),
    };
    let target = record.redirected_to.as_deref().unwrap_or_default();
    let address = target.split_once("//").map_or(target, |(_, rest)| rest);
    let address = address.split('/').next().unwrap_or_default();
    if address.is_empty() {
        return Observed::Unknown(Why::Malformed {
            item: item.to_owned(),
            detail: "no target of the redirect was recorded; expected `//host:port`".to_owned(),
        });
    }
    Observed::Known(address.to_owned(), EvidenceRef::item(item))
}

/// Every agent that was asked.
pub(super) fn agent_nodes(believe: &mut Believe<'_>) -> Vec<AgentNode> {
    let mut all: Vec<AgentNode> = believe
        .folders(items::MESOS_AGENT)
        .into_iter()
        .map(|(folder, host)| {
            let item = |name| items::path(items::MESOS_AGENT, &folder, name);
            let mut state = believe.take(&item(items::STATE), pick!(AgentState));
            let flags = believe.take(&item(items::FLAGS), pick!(Flags));
            AgentNode {
                version: believe.take(&item(items::VERSION), pick!(Version)),
                flags: flags_or(flags, &mut state),
                metrics: believe.take(&item(items::METRICS), pick!(Metrics)),
                state: state.map(|wire| AgentOwnState {
                    running: wire
                        .tasks
                        .iter()
                        .filter(|(_, _, state)| state == "TASK_RUNNING")
                        .count() as u64,
                    tasks: wire
                        .tasks
                        .into_iter()
                        .map(|(task, framework, _)| (task, framework))
                        .collect(),
                    id: wire.id,
                    hostname: wire.hostname,
                    version: wire.version,
                    start_time: wire.start_time,
                    frameworks: wire.frameworks,
                }),
                host,
            }
        })
        .collect();
    all.sort_by(|a, b| a.host.cmp(&b.host));
    all
}

/// `/flags` came with 0.26: before it, and where it did not arrive, a state shows them as well.
fn flags_or(flags: Observed<Flags>, state: &mut Observed<AgentStateWire>) -> Observed<Flags> {
    match (flags, state) {
        (Observed::Unknown(why), Observed::Known(wire, at)) => match wire.flags.take() {
            Some(flags) => Observed::Known(flags, at.clone()),
            None => Observed::Unknown(why),
        },
        (flags, _) => flags,
    }
}

pub(super) fn summary(wire: SummaryWire) -> Summary {
    Summary {
        agents: wire.agents,
        agents_active: wire.agents_active,
        frameworks: wire.frameworks,
        tasks_by_state: wire.tasks_by_state,
        running_by_framework: wire.running_by_framework,
    }
}

pub(super) fn schedule(windows: Observed<Vec<WindowWire>>) -> Observed<Vec<MaintenanceWindow>> {
    match windows {
        Observed::Known(windows, at) => Observed::Known(
            windows
                .into_iter()
                .map(|wire| MaintenanceWindow {
                    at: at.at(format!("/windows/{}/machine_ids/{}", wire.window, wire.ordinal)),
                    machine: wire.machine,
                    start: wire.start,
                    duration: wire.duration,
                })
                .collect(),
            at,
        ),
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

pub(super) fn maintenance_status(wire: StatusWire) -> MaintenanceStatus {
    MaintenanceStatus {
        draining: wire.draining,
        down: wire.down,
    }
}
