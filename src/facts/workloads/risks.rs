//! What is risky about a workload while agents stop one after the other. Says what is so; decides nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::facts::placement::{self, Fit, Placer};
use crate::facts::{Facts, constraints};
use crate::snapshot::{Agent, Amounts, Constraint};

use super::capacity::{self, Room};
use super::map::{Kind, Map, Workload};
use super::minimum::Minimum;
use super::pins::Pins;

/// One risk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Fewer instances run than its minimum.
    BelowMinimumNow {
        /// Available instances.
        available: u64,
        /// Its minimum.
        minimum: u64,
    },
    /// It should have a minimum, and what it is cannot be read.
    MinimumUnknown(String),
    /// There is one instance only.
    SingleInstance,
    /// Constraints leave one agent only: its host name.
    HostPinned(String),
    /// Its data stands in persistent volumes of its agents: volumes of one instance.
    Resident(usize),
    /// Directories of the agent are mounted: how many by one instance.
    LocalVolume(usize),
    /// UNIQUE leaves so many places, and every one is taken.
    UniqueAtLimit(usize),
    /// A deployment starts a new instance before it stops an old one, and UNIQUE leaves no place for it.
    BlockedDeployment,
    /// If one of its agents stops, its instances cannot all run elsewhere: why.
    NotPlaceableElsewhere(String),
    /// Its framework does not checkpoint: its tasks die with any agent restart.
    NoCheckpoint,
    /// Marathon does not know whether its instances work.
    NoHealthCheck,
    /// A deployment may stop all its instances at once.
    ZeroCapacity,
    /// Parts of its definition cannot be read: which.
    Unreadable(String),
}

impl Risk {
    /// Stable short name, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::BelowMinimumNow { .. } => "below-minimum-now",
            Self::MinimumUnknown(_) => "minimum-unknown",
            Self::SingleInstance => "single-instance",
            Self::HostPinned(_) => "host-pinned",
            Self::Resident(_) => "resident",
            Self::LocalVolume(_) => "local-volume",
            Self::UniqueAtLimit(_) => "unique-at-limit",
            Self::BlockedDeployment => "blocked-deployment",
            Self::NotPlaceableElsewhere(_) => "not-placeable-elsewhere",
            Self::NoCheckpoint => "no-checkpoint",
            Self::NoHealthCheck => "no-health-check",
            Self::ZeroCapacity => "zero-capacity",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelowMinimumNow { available, minimum } => {
                write!(f, "{available} run now, its minimum is {minimum}")
            }
            Self::MinimumUnknown(why) => write!(f, "its minimum is not known: {why}"),
            Self::SingleInstance => f.write_str("one instance only"),
            Self::HostPinned(host) => write!(f, "its constraints leave {host} only"),
            Self::Resident(0) => f.write_str("bound to reserved resources of its agents"),
            Self::Resident(1) => f.write_str("a persistent volume on the agent of each instance"),
            Self::Resident(volumes) => write!(f, "{volumes} persistent volumes on the agent of each instance"),
            Self::LocalVolume(1) => f.write_str("a directory of the agent is mounted by each instance"),
            Self::LocalVolume(paths) => write!(f, "{paths} directories of the agent are mounted by each instance"),
            Self::UniqueAtLimit(1) => f.write_str("UNIQUE leaves one place, and it is taken"),
            Self::UniqueAtLimit(places) => write!(f, "UNIQUE leaves {places} places, and all are taken"),
            Self::BlockedDeployment => {
                f.write_str("a deployment starts a new instance first, and UNIQUE leaves no place for it")
            }
            Self::NoCheckpoint => f.write_str("its framework does not checkpoint: an agent restart kills its tasks"),
            Self::NoHealthCheck => f.write_str("no health check says whether it works"),
            Self::ZeroCapacity => f.write_str("minimumHealthCapacity lets a deployment stop every instance at once"),
            Self::NotPlaceableElsewhere(why) | Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// Agents of one workload that are taken away one by one to see whether the others can hold it; a wider workload has
/// places enough, or is at the limit of UNIQUE, which is counted.
const ASKED: usize = 64;

/// Judges workloads one after the other; keeps what was computed of agents.
#[derive(Debug)]
pub struct Judge<'a, 'f> {
    agents: Vec<&'a Agent>,
    /// Positions of the agents in the snapshot's list.
    listed: Vec<usize>,
    pins: Pins<'a>,
    rooms: Vec<Option<Room>>,
    /// Places that UNIQUE leaves, by constraints and roles.
    unique: BTreeMap<(Vec<String>, Vec<String>), Option<usize>>,
    /// By name of the Marathon; none where how its release places is not known.
    placers: BTreeMap<&'a str, Placer<'f>>,
}

impl<'a, 'f> Judge<'a, 'f> {
    /// Over the agents of a map; positions are those of the map.
    pub fn new(map: &Map<'a>, facts: &'f Facts<'a>) -> Self {
        let agents: Vec<&'a Agent> = map.hosts.iter().map(|host| host.agent).collect();
        let placers = facts.snapshot.marathons.iter().filter_map(|marathon| {
            let release = marathon.info.known()?.version.as_ref()?;
            Some((marathon.name.as_str(), Placer::new(facts, marathon, release).ok()?))
        });
        Self {
            placers: placers.collect(),
            listed: map.hosts.iter().map(|host| host.listed).collect(),
            rooms: agents
                .iter()
                .map(|agent| capacity::room(agent, capacity::own_role(agent)))
                .collect(),
            pins: Pins::new(agents.clone()),
            unique: BTreeMap::new(),
            agents,
        }
    }

    /// Every risk of a workload, the worst first.
    pub fn risks(&mut self, workload: &Workload<'a>) -> Vec<Risk> {
        let mut risks = Vec::new();
        if workload.wanted == Some(0) && workload.sum.instances == 0 {
            return risks;
        }
        if let Minimum::Unknown(why) = &workload.minimum {
            risks.push(Risk::MinimumUnknown(why.clone()));
        }
        if let Some(minimum) = workload.minimum.instances()
            && workload.sum.available < minimum
        {
            risks.push(Risk::BelowMinimumNow {
                available: workload.sum.available,
                minimum,
            });
        }
        if workload.wanted.unwrap_or(workload.sum.instances) == 1 && workload.kind != Kind::Job {
            risks.push(Risk::SingleInstance);
        }
        if workload.checkpoint == Some(false) {
            risks.push(Risk::NoCheckpoint);
        }
        self.of_definition(workload, &mut risks);
        risks.sort();
        risks.dedup();
        risks
    }

    fn of_definition(&mut self, workload: &Workload<'a>, risks: &mut Vec<Risk>) {
        let Some(definition) = &workload.definition else {
            return;
        };
        risks.extend(definition.unreadable.iter().cloned().map(Risk::Unreadable));
        if definition.resident {
            risks.push(Risk::Resident(definition.local_volumes));
        }
        if definition.host_paths > 0 {
            risks.push(Risk::LocalVolume(definition.host_paths));
        }
        if definition.health.is_empty() {
            risks.push(Risk::NoHealthCheck);
        }
        let wanted = workload.wanted.unwrap_or_default();
        let kept = definition.upgrade.map(|upgrade| upgrade.minimum(wanted));
        if kept == Some(0) && wanted > 0 {
            risks.push(Risk::ZeroCapacity);
        }
        let left = self.pins.left(workload.constraints);
        if let Some(only) = left.as_ref().filter(|left| left.len() == 1).and_then(BTreeSet::first)
            && let Some(agent) = self.agents.get(*only)
        {
            risks.push(Risk::HostPinned(agent.hostname.clone()));
        }
        let roles = &definition.roles;
        let places = self.places(workload.constraints, left.as_ref(), roles);
        if let Some(places) = places.filter(|places| wanted > 0 && wanted >= *places as u64) {
            risks.push(Risk::UniqueAtLimit(places));
            // Resident apps give up an instance first (mesosphere/marathon TaskReplaceActor.scala).
            if kept == Some(wanted) && !definition.resident {
                risks.push(Risk::BlockedDeployment);
            }
        }
        if workload.sum.instances == 0 || definition.resident {
            return;
        }
        if let Some(why) = self.cannot_be_placed(workload) {
            risks.push(Risk::NotPlaceableElsewhere(why));
        } else if let Some(needs) = definition.needs
            && !self.has_room_elsewhere(workload, needs, left.as_ref(), places.is_some())
        {
            risks.push(Risk::NotPlaceableElsewhere(
                "if an agent of it stops, no other agent has the room for one instance".to_owned(),
            ));
        }
    }

    /// Places that UNIQUE leaves; worked out once for all workloads that ask the same.
    fn places(
        &mut self,
        constraints: &[Constraint],
        left: Option<&BTreeSet<usize>>,
        roles: &[String],
    ) -> Option<usize> {
        let unique = || self.pins.unique_places(constraints, left, |agent| takes(agent, roles));
        if left.is_some() {
            return unique();
        }
        let fields: Vec<String> = constraints
            .iter()
            .map(|constraint| format!("{:?}", constraint.elements))
            .collect();
        let key = (fields, roles.to_vec());
        if let Some(known) = self.unique.get(&key) {
            return *known;
        }
        let places = unique();
        self.unique.insert(key, places);
        places
    }

    /// Why constraints leave no room for all instances once one of its agents is away; `None`: they do, or it is not known.
    fn cannot_be_placed(&mut self, workload: &Workload<'a>) -> Option<String> {
        let definition = workload.definition.as_ref()?;
        if workload.constraints.is_empty() || workload.kind == Kind::Service {
            return None;
        }
        let asked = placement::Workload {
            kind: if workload.kind == Kind::Pod {
                constraints::Kind::Pod
            } else {
                constraints::Kind::App
            },
            instances: workload.wanted,
            constraints: workload.constraints,
            accepted: Ok(definition.roles.clone()),
            role: definition.role.clone(),
        };
        let placer = self.placers.get_mut(workload.marathon?)?;
        for at in workload.on.keys().take(ASKED) {
            let (listed, agent) = (self.listed.get(*at)?, self.agents.get(*at)?);
            if let Fit::CannotFit { because, .. } = placer.fits(&asked, &[*listed]).fit {
                return Some(format!("without {}: {because}", agent.hostname));
            }
        }
        None
    }

    /// Whether for every agent that runs it another one may have the room for an instance.
    fn has_room_elsewhere(
        &self,
        workload: &Workload<'a>,
        needs: Amounts,
        left: Option<&BTreeSet<usize>>,
        unique: bool,
    ) -> bool {
        let roles = workload.definition.as_ref().map(|definition| &definition.roles);
        let mut candidates = self
            .agents
            .iter()
            .zip(&self.rooms)
            .enumerate()
            .filter(|(at, (agent, room))| {
                left.is_none_or(|left| left.contains(at))
                    && roles.is_none_or(|roles| takes(agent, roles))
                    && !(unique && workload.on.contains_key(at))
                    && room.is_none_or(|room| needs.lacking(room.most).is_none())
            })
            .map(|(at, _)| at);
        match (candidates.next(), candidates.next()) {
            (Some(_), Some(_)) => true,
            // The only candidate is of no use while it is the one that stops.
            (Some(only), None) => !workload.on.contains_key(&only),
            _ => false,
        }
    }
}

/// Whether offers of an agent are taken by an app with these `acceptedResourceRoles`: everything on a public agent is
/// reserved for `slave_public`, and nothing on others is.
fn takes(agent: &Agent, roles: &[String]) -> bool {
    let named = |role: &str| roles.iter().any(|one| one == role);
    if agent.is_public() {
        return named("slave_public");
    }
    roles.is_empty() || named("*") || agent.reserved_roles.iter().any(|role| named(role))
}
