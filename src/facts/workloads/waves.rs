//! The order in which agents can be stopped: canaries first, then growing waves, critical agents last and alone.
//!
//! Pure arithmetic over who runs what. A wave counts only instances that run outside of it: nothing is credited for
//! tasks that may be started elsewhere. Never decides what a minimum is, never knows an archive.

use std::collections::{BTreeMap, BTreeSet};

/// One agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Name that decides between equals; unique.
    pub name: String,
    /// Public agents go after private ones.
    pub public: bool,
    /// Rack, where known.
    pub rack: Option<String>,
    /// Last and alone.
    pub critical: bool,
    /// Available instances by app (position in the list of demands).
    pub runs: BTreeMap<usize, u64>,
    /// Groups (any numbers) of which no wave may hold two agents.
    pub alone_in: BTreeSet<usize>,
    /// How much its stop hurts: compared from the first number on.
    pub hurt: [u64; 4],
}

/// What one app demands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demand {
    /// Least number of instances; `None`: it is not known, so no agent that runs one may stop.
    pub minimum: Option<u64>,
    /// Instances available now.
    pub available: u64,
    /// Instances that are assumed to run in addition, outside of any wave.
    pub assumed: u64,
}

impl Demand {
    /// Whether `stopped` instances less leave its minimum.
    fn bears(self, stopped: u64) -> bool {
        let left = self.available.saturating_sub(stopped).saturating_add(self.assumed);
        stopped == 0 || self.minimum.is_some_and(|minimum| left >= minimum)
    }
}

/// Why a wave stands where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// One agent whose stop hurts least.
    Canary,
    /// At most twice as many agents as the largest wave before.
    Growing,
    /// A critical agent.
    Critical,
}

/// One wave: agents that may be stopped at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Why here.
    pub stage: Stage,
    /// Whether it holds public agents.
    pub public: bool,
    /// Agents (positions), in the order of the plan.
    pub nodes: Vec<usize>,
}

/// All waves, and the agents that none may hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order in which they go.
    pub waves: Vec<Wave>,
    /// Agents (positions) with the apps (positions) that do not bear their stop.
    pub held: Vec<(usize, Vec<usize>)>,
}

/// Most agents of one wave: that share (in percent) of the agents of its kind, at least one.
pub fn largest(of_kind: usize, percent: u8) -> usize {
    (of_kind * usize::from(percent.min(100)) / 100).max(1)
}

/// Plans. The same agents in any order give the same waves of the same names.
pub fn plan(nodes: &[Node], demands: &[Demand], percent: u8) -> Plan {
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    let key = |at: &usize| nodes.get(*at).map(|node| (node.hurt, &node.name));
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut plan = Plan::default();
    let mut free = Vec::new();
    for at in order {
        let Some(node) = nodes.get(at) else { continue };
        let unbearable: Vec<usize> = node
            .runs
            .iter()
            .filter(|(app, count)| !demands.get(**app).is_some_and(|demand| demand.bears(**count)))
            .map(|(app, _)| *app)
            .collect();
        if unbearable.is_empty() {
            free.push(at);
        } else {
            plan.held.push((at, unbearable));
        }
    }
    let of = |at: &usize| nodes.get(*at);
    for public in [false, true] {
        let of_kind = nodes.iter().filter(|node| node.public == public).count();
        let mine = free
            .iter()
            .copied()
            .filter(|at| of(at).is_some_and(|node| node.public == public && !node.critical));
        grow(
            nodes,
            demands,
            mine.collect(),
            largest(of_kind, percent),
            public,
            &mut plan.waves,
        );
    }
    for public in [false, true] {
        for at in &free {
            if of(at).is_some_and(|node| node.public == public && node.critical) {
                plan.waves.push(Wave {
                    stage: Stage::Critical,
                    public,
                    nodes: vec![*at],
                });
            }
        }
    }
    plan
}

/// Waves of one kind of agents, none of them critical, in order of hurt.
fn grow(nodes: &[Node], demands: &[Demand], mut left: Vec<usize>, cap: usize, public: bool, waves: &mut Vec<Wave>) {
    let racks_are_known = left
        .iter()
        .any(|at| nodes.get(*at).is_some_and(|node| node.rack.is_some()));
    let (mut stage, mut limit) = (Stage::Canary, 1);
    while !left.is_empty() {
        let mut wave = Draft::new(demands, racks_are_known);
        left.retain(|at| {
            let Some(node) = nodes.get(*at) else { return false };
            !(wave.nodes.len() < limit && wave.takes(*at, node))
        });
        // Every agent here may be stopped alone, so the first one always goes.
        if wave.nodes.is_empty() {
            return;
        }
        limit = limit.max(wave.nodes.len().saturating_mul(2)).min(cap);
        waves.push(Wave {
            stage,
            public,
            nodes: wave.nodes,
        });
        stage = Stage::Growing;
    }
}

/// A wave while agents are added.
struct Draft<'a> {
    demands: &'a [Demand],
    racks_are_known: bool,
    nodes: Vec<usize>,
    rack: Option<&'a str>,
    stopped: BTreeMap<usize, u64>,
    alone_in: BTreeSet<usize>,
}

impl<'a> Draft<'a> {
    fn new(demands: &'a [Demand], racks_are_known: bool) -> Self {
        Self {
            demands,
            racks_are_known,
            nodes: Vec::new(),
            rack: None,
            stopped: BTreeMap::new(),
            alone_in: BTreeSet::new(),
        }
    }

    /// Adds the agent if the wave bears it.
    fn takes(&mut self, at: usize, node: &'a Node) -> bool {
        // An agent whose rack is not known may stand in any: where racks count it goes alone.
        let same_rack = !self.racks_are_known || (self.rack.is_some() && self.rack == node.rack.as_deref());
        if !self.nodes.is_empty() && !same_rack || !self.alone_in.is_disjoint(&node.alone_in) {
            return false;
        }
        let bears = node.runs.iter().all(|(app, count)| {
            let stopped = self
                .stopped
                .get(app)
                .copied()
                .unwrap_or_default()
                .saturating_add(*count);
            self.demands.get(*app).is_some_and(|demand| demand.bears(stopped))
        });
        if !bears {
            return false;
        }
        for (app, count) in &node.runs {
            let stopped = self.stopped.entry(*app).or_default();
            *stopped = stopped.saturating_add(*count);
        }
        self.alone_in.extend(&node.alone_in);
        self.rack = node.rack.as_deref();
        self.nodes.push(at);
        true
    }
}
