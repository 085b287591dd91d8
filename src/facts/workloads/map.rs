//! What runs where: every workload with its definition, its instances by agent, and the minimum that was declared for it.
//!
//! Built only from lists that can be trusted: a list that may not be whole gives no count. Judges nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::facts::marathons::Listing;
use crate::facts::placement::racks::rack_of;
use crate::facts::task_identity::{parse, runs_batch};
use crate::model::{Observed, Why};
use crate::snapshot::{Agent, Constraint, Framework, Marathon, TaskList, TaskState};

use super::definition::{self, Definition};
use super::minimum::{self, Minimum};
use super::pins;
use super::settings::Settings;

/// Kind of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// App of a Marathon.
    App,
    /// Pod of a Marathon.
    Pod,
    /// Tasks of one name, of any other framework.
    Service,
    /// Tasks of Metronome or Chronos: expected to end.
    Job,
}

/// What of a workload runs on one agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// Tasks that have not ended.
    pub tasks: u64,
    /// Instances with such tasks: of a pod, its containers count as one.
    pub instances: u64,
    /// Instances that run wholly and are not known to be unhealthy.
    pub available: u64,
}

/// One workload: tasks that stand in for each other.
#[derive(Debug, Clone)]
pub struct Workload<'a> {
    /// Path of the app or pod, else the name of the tasks.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Name of the Marathon that defines it.
    pub marathon: Option<&'a str>,
    /// Id of its framework.
    pub framework: &'a str,
    /// Name of its framework; its id where the list does not have it.
    pub framework_name: &'a str,
    /// Whether agent restarts keep its tasks; `None` where Mesos does not say.
    pub checkpoint: Option<bool>,
    /// Instances wanted, where a definition says so.
    pub wanted: Option<u64>,
    /// Everywhere together; available are not more than Marathon counts as healthy, where health checks say so.
    pub sum: Part,
    /// What Marathon counts as healthy, for apps with health checks.
    pub healthy: Option<u64>,
    /// By agent (position in [`Map::hosts`]).
    pub on: BTreeMap<usize, Part>,
    /// Least number of instances.
    pub minimum: Minimum,
    /// Its definition, for apps and pods.
    pub definition: Option<Definition>,
    /// Placement constraints.
    pub constraints: &'a [Constraint],
    /// The constraint or volume that binds it to named places.
    pub bound: Option<String>,
}

/// One agent and what runs there.
#[derive(Debug, Clone)]
pub struct Host<'a> {
    /// The agent.
    pub agent: &'a Agent,
    /// Its position in the snapshot's list.
    pub listed: usize,
    /// Region and zone, or the attribute; or why neither is known.
    pub rack: Result<String, String>,
    /// Tasks on it that have not ended.
    pub tasks: u64,
    /// Every workload that runs here (position in [`Map::workloads`]).
    pub runs: BTreeMap<usize, Part>,
}

/// All agents and workloads.
#[derive(Debug, Clone)]
pub struct Map<'a> {
    /// Agents, public ones last, by rack and host.
    pub hosts: Vec<Host<'a>>,
    /// Workloads, by kind, name and framework.
    pub workloads: Vec<Workload<'a>>,
    /// Tasks on agents that are not listed.
    pub astray: u64,
    /// Marathons whose apps are not known, so that what binds them is not either.
    pub blind: Vec<String>,
    /// Why apps, their definitions or their minimums may not be all there is: one sentence each.
    pub doubts: Vec<String>,
}

/// Where everything runs, or why that cannot be said.
///
/// # Errors
/// The list of agents or that of tasks is missing or may not be whole: says why.
pub fn map<'a>(facts: &Facts<'a>, settings: &Settings) -> Result<Map<'a>, String> {
    facts.agents().map_err(Why::sentence)?;
    facts.tasks().map_err(Why::sentence)?;
    seen(facts, settings)
}

/// The same from the lists as they are, whole or not: for counting what they hold, never for saying what stops.
///
/// # Errors
/// The list of agents or that of tasks is missing: says why.
pub fn seen<'a>(facts: &Facts<'a>, settings: &Settings) -> Result<Map<'a>, String> {
    let (agents, _) = facts.snapshot.agents.get().map_err(Why::sentence)?;
    let (tasks, _) = facts.snapshot.tasks.get().map_err(Why::sentence)?;
    let mut hosts: Vec<Host<'a>> = agents
        .iter()
        .enumerate()
        .map(|(listed, agent)| host(agent, listed, &settings.rack))
        .collect();
    hosts.sort_by_cached_key(|host| {
        (
            host.agent.is_public(),
            host.rack.clone().ok(),
            host.agent.hostname.clone(),
            host.agent.id.clone(),
        )
    });
    let mut draft = Draft::new(facts, settings);
    let by_id: BTreeMap<&str, usize> = hosts
        .iter()
        .enumerate()
        .map(|(at, host)| (host.agent.id.as_str(), at))
        .collect();
    let places: Vec<Option<usize>> = tasks.agents.iter().map(|id| by_id.get(&**id).copied()).collect();
    let mut astray = 0;
    for task in &tasks.tasks {
        if task.list == TaskList::Unreachable || !has_not_ended(task.state) {
            continue;
        }
        let Some(place) = places.get(task.agent as usize).copied().flatten() else {
            astray += 1;
            continue;
        };
        let up = task.state == TaskState::Running && task.healthy != Some(false);
        let framework = tasks.frameworks.get(task.framework as usize).map_or("", |id| &**id);
        match parse(&task.id) {
            Some(instance) => {
                let unit = instance.container.map(|_| instance.uuid);
                let name = Cow::Borrowed(instance.path);
                draft.task(framework, name, unit, place, up);
            }
            None => draft.task(framework, task.name(), None, place, up),
        }
    }
    let (blind, doubts) = doubts(facts);
    let workloads = draft.finish();
    for (at, workload) in workloads.iter().enumerate() {
        for (place, part) in &workload.on {
            if let Some(host) = hosts.get_mut(*place) {
                host.tasks += part.tasks;
                host.runs.insert(at, *part);
            }
        }
    }
    Ok(Map {
        hosts,
        workloads,
        astray,
        blind,
        doubts,
    })
}

fn has_not_ended(state: TaskState) -> bool {
    matches!(
        state,
        TaskState::Staging | TaskState::Starting | TaskState::Running | TaskState::Killing
    )
}

fn host<'a>(agent: &'a Agent, listed: usize, attribute: &str) -> Host<'a> {
    Host {
        agent,
        listed,
        rack: rack_of(agent, attribute),
        tasks: 0,
        runs: BTreeMap::new(),
    }
}

/// Why the Marathons' lists may not be all there is; and the Marathons whose apps are not known.
fn doubts(facts: &Facts<'_>) -> (Vec<String>, Vec<String>) {
    let mut doubts = facts.marathons.gaps.clone();
    let mut blind = Vec::new();
    for (marathon, listing) in facts.snapshot.marathons.iter().zip(&facts.marathons.listings) {
        if *listing == Listing::NotThere {
            continue;
        }
        let (apps, at) = match marathon.apps.get() {
            Ok(known) => known,
            Err(why) => {
                blind.push(marathon.name.clone());
                doubts.push(why.sentence());
                continue;
            }
        };
        if marathon.info.known().is_none_or(|info| info.framework_id.is_none()) {
            blind.push(marathon.name.clone());
            doubts.push(format!("which framework Marathon {} is, is not known", marathon.name));
        }
        if let Observed::Unknown(why) = &marathon.pods
            && !why.is_absent()
        {
            doubts.push(why.sentence());
        }
        doubts.extend(listing.doubt(apps.len(), &at.item));
        let mut seen = BTreeSet::new();
        for app in apps {
            if app.id.is_empty() {
                doubts.push(format!("{} lists an app without an id", at.item));
            } else if !seen.insert(app.id.as_str()) {
                doubts.push(format!("{} lists {} twice", at.item, app.id));
            }
        }
    }
    if let Err(why) = facts.frameworks() {
        doubts.push(why.sentence());
    }
    doubts.sort();
    doubts.dedup();
    (blind, doubts)
}

/// A workload under way: instances of pods are told apart by their uuid.
struct Growing<'a> {
    workload: Workload<'a>,
    /// Tasks of each instance that consists of several: by agent and uuid, how many there are and how many are up.
    units: BTreeMap<(usize, &'a str), (u64, u64)>,
}

/// What apps and pods have in common.
struct Stated<'a> {
    kind: Kind,
    id: &'a str,
    wanted: Option<u64>,
    healthy: Option<u64>,
    constraints: &'a [Constraint],
    definition: Definition,
}

/// Workloads by framework and path while tasks are added.
struct Draft<'a, 's> {
    settings: &'s Settings,
    frameworks: BTreeMap<&'a str, &'a Framework>,
    marathons: BTreeSet<&'a str>,
    known: BTreeMap<(&'a str, Cow<'a, str>), Growing<'a>>,
}

impl<'a, 's> Draft<'a, 's> {
    fn new(facts: &Facts<'a>, settings: &'s Settings) -> Self {
        let listed = facts.snapshot.frameworks.known();
        let mut draft = Self {
            settings,
            frameworks: listed.into_iter().flatten().map(|one| (one.id.as_str(), one)).collect(),
            marathons: BTreeSet::new(),
            known: BTreeMap::new(),
        };
        for marathon in &facts.snapshot.marathons {
            draft.defined(marathon);
        }
        draft
    }

    /// Every app and pod of a Marathon, whether it runs or not.
    fn defined(&mut self, marathon: &'a Marathon) {
        let Some(framework) = marathon.info.known().and_then(|info| info.framework_id.as_deref()) else {
            return;
        };
        self.marathons.insert(framework);
        for app in marathon.apps.known().into_iter().flatten() {
            let stated = Stated {
                kind: Kind::App,
                id: &app.id,
                wanted: app.instances,
                healthy: app.healthy.filter(|_| app.health_checks > 0),
                constraints: &app.constraints,
                definition: definition::app(&app.definition),
            };
            self.add(marathon, framework, stated);
        }
        for pod in marathon.pods.known().into_iter().flatten() {
            let stated = Stated {
                kind: Kind::Pod,
                id: &pod.id,
                wanted: pod.instances,
                healthy: None,
                constraints: &pod.constraints,
                definition: definition::pod(&pod.definition),
            };
            self.add(marathon, framework, stated);
        }
    }

    fn add(&mut self, marathon: &'a Marathon, framework: &'a str, stated: Stated<'a>) {
        let path = stated.id.trim_start_matches('/').replace('/', "_");
        if path.is_empty() {
            return;
        }
        let definition = stated.definition;
        // Local persistent volumes keep their data on one agent (mesosphere/marathon docs/docs/persistent-volumes.md).
        let bound = pins::bound(stated.constraints).or_else(|| definition.resident.then(|| "local volume".to_owned()));
        let workload = Workload {
            minimum: minimum::of_definition(self.settings, stated.id, stated.wanted, &definition),
            marathon: Some(&marathon.name),
            wanted: stated.wanted,
            healthy: stated.healthy,
            definition: Some(definition),
            constraints: stated.constraints,
            bound,
            ..self.plain(framework, stated.id.to_owned(), stated.kind)
        };
        self.known.insert(
            (framework, Cow::Owned(path)),
            Growing {
                workload,
                units: BTreeMap::new(),
            },
        );
    }

    fn plain(&self, framework: &'a str, name: String, kind: Kind) -> Workload<'a> {
        let listed = self.frameworks.get(framework);
        Workload {
            name,
            kind,
            marathon: None,
            framework,
            framework_name: listed.map_or(framework, |listed| &listed.name),
            checkpoint: listed.and_then(|listed| listed.checkpoint),
            wanted: None,
            sum: Part::default(),
            healthy: None,
            on: BTreeMap::new(),
            minimum: Minimum::Undeclared,
            definition: None,
            constraints: &[],
            bound: None,
        }
    }

    /// One task that has not ended. `unit`: the instance, where it may have several tasks.
    fn task(&mut self, framework: &'a str, path: Cow<'a, str>, unit: Option<&'a str>, place: usize, up: bool) {
        let key = (framework, path);
        if !self.known.contains_key(&key) {
            let workload = self.stranger(framework, &key.1);
            self.known.insert(
                key.clone(),
                Growing {
                    workload,
                    units: BTreeMap::new(),
                },
            );
        }
        let Some(growing) = self.known.get_mut(&key) else {
            return;
        };
        let part = growing.workload.on.entry(place).or_default();
        part.tasks += 1;
        if let Some(uuid) = unit {
            let (tasks, running) = growing.units.entry((place, uuid)).or_default();
            *tasks += 1;
            *running += u64::from(up);
        } else {
            part.instances += 1;
            part.available += u64::from(up);
        }
    }

    /// Tasks that no definition in the archive explains.
    fn stranger(&self, framework: &'a str, path: &str) -> Workload<'a> {
        if self.marathons.contains(framework) {
            let name = format!("/{}", path.replace('_', "/"));
            let minimum = minimum::of_stranger(self.settings, &name);
            return Workload {
                minimum,
                ..self.plain(framework, name, Kind::App)
            };
        }
        let listed = self.frameworks.get(framework);
        let batch = listed.is_some_and(|listed| runs_batch(&listed.name));
        let kind = if batch { Kind::Job } else { Kind::Service };
        Workload {
            minimum: minimum::of_other(self.settings, path, batch),
            ..self.plain(framework, path.to_owned(), kind)
        }
    }

    fn finish(self) -> Vec<Workload<'a>> {
        let mut all: Vec<Workload<'a>> = self.known.into_values().map(Growing::finish).collect();
        all.sort_by(|a, b| (a.kind, &a.name, a.framework).cmp(&(b.kind, &b.name, b.framework)));
        all
    }
}

impl<'a> Growing<'a> {
    fn finish(self) -> Workload<'a> {
        let Self { mut workload, units } = self;
        let containers = workload
            .definition
            .as_ref()
            .map_or(1, |definition| definition.containers.max(1)) as u64;
        for ((place, _), (tasks, up)) in units {
            let part = workload.on.entry(place).or_default();
            part.instances += 1;
            part.available += u64::from(up == tasks && up >= containers);
        }
        for part in workload.on.values() {
            workload.sum.tasks += part.tasks;
            workload.sum.instances += part.instances;
            workload.sum.available += part.available;
        }
        if let Some(healthy) = workload.healthy {
            workload.sum.available = workload.sum.available.min(healthy);
        }
        workload
    }
}
