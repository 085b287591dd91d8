//! What stops when agents stop: one of them, a rack, a wave. Counts instances elsewhere, credits no restart.

use std::collections::{BTreeMap, BTreeSet};

use super::map::{Kind, Map, Part};
use super::minimum::Minimum;

/// A workload that falls below its minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Below {
    /// Position of the workload.
    pub workload: usize,
    /// Its minimum; `None` where it is not known.
    pub minimum: Option<u64>,
    /// Available instances that are left.
    pub left: u64,
}

/// What stops.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stops {
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Workloads (positions) that run nowhere else; batch jobs left out.
    pub ends: Vec<usize>,
    /// Workloads that would run less than their minimum, or whose minimum is not known.
    pub below: Vec<Below>,
    /// Persistent volumes that stop with their agents.
    pub volumes: u64,
    /// Tasks of frameworks that do not checkpoint, or do not say whether they do: they die with any agent restart.
    pub unprotected: u64,
}

/// What stops with these agents (positions in the map).
pub fn stops(map: &Map<'_>, hosts: &BTreeSet<usize>) -> Stops {
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    for host in hosts.iter().filter_map(|at| map.hosts.get(*at)) {
        for (workload, part) in &host.runs {
            let sum = parts.entry(*workload).or_default();
            sum.tasks += part.tasks;
            sum.instances += part.instances;
            sum.available += part.available;
        }
    }
    let mut stops = Stops::default();
    for (at, part) in parts {
        let Some(workload) = map.workloads.get(at) else {
            continue;
        };
        stops.tasks += part.tasks;
        if part.instances == workload.sum.instances && workload.kind != Kind::Job {
            stops.ends.push(at);
        }
        let left = workload.sum.available.saturating_sub(part.available);
        let minimum = workload.minimum.instances();
        let unknown = matches!(workload.minimum, Minimum::Unknown(_));
        if part.available > 0 && (unknown || minimum.is_some_and(|minimum| left < minimum)) {
            stops.below.push(Below {
                workload: at,
                minimum,
                left,
            });
        }
        let volumes = workload
            .definition
            .as_ref()
            .map_or(0, |definition| definition.local_volumes);
        stops.volumes += part.instances * volumes as u64;
        if workload.checkpoint != Some(true) {
            stops.unprotected += part.tasks;
        }
    }
    stops
}
