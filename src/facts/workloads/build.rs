//! Puts the overview together: the map, its risks, what stops where, and the waves.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::snapshot::Agent;

use super::advice::{Advice, advice};
use super::capacity::{self, Fit, Free};
use super::map::{self, Map};
use super::minimum::Minimum;
use super::overview::{
    AgentRow, Asked, BecauseRow, BelowRow, Elsewhere, HeldRow, Overview, RackRow, RoomRow, ScaleRow, StopsRow, WaveRow,
    Waves, label, workload,
};
use super::risks::{Judge, Risk};
use super::settings::Settings;
use super::stops::{Stops, stops};
use super::waves::{self, Demand, Node};

/// What is always taken for granted.
const GRANTED: [&str; 3] = [
    "An agent is taken to stop with all its tasks. In an upgrade in place, tasks of frameworks that checkpoint survive the \
     restart of their agent; a reboot, a new agent id or an agent that stays away too long ends them.",
    "Nothing is credited for tasks that would be started elsewhere. Before each wave everything of the wave before must run \
     again: `gonogo check` says so.",
    "Available instances are those whose tasks all run; of an app with health checks, not more than Marathon counts as healthy.",
];

/// Everything about the workloads of a cluster.
pub fn overview(facts: &Facts<'_>, settings: &Settings) -> Overview {
    let mut all = Overview {
        settings: Asked {
            rack_attribute: settings.rack.clone(),
            max_wave_percent: settings.max_wave,
            critical_agents: settings.critical.clone(),
            assume_scaled: settings.assume_scaled,
        },
        unknown: None,
        doubts: Vec::new(),
        marathons_unknown: Vec::new(),
        remarks: GRANTED.map(str::to_owned).to_vec(),
        workloads: Vec::new(),
        agents: Vec::new(),
        racks: Vec::new(),
        waves: None,
    };
    let map = match map::map(facts, settings) {
        Ok(map) => map,
        Err(why) => {
            all.doubts.push(why.clone());
            all.unknown = Some(why);
            return all;
        }
    };
    let (critical, unnamed) = critical(&map, &settings.critical);
    all.doubts.clone_from(&map.doubts);
    // Planned without them, they might stop first.
    all.doubts.extend(
        unnamed
            .iter()
            .map(|name| format!("the critical agent {name} is none of the agents that the leading master lists")),
    );
    let mut judge = Judge::new(&map, facts);
    let risks: Vec<Vec<Risk>> = map.workloads.iter().map(|workload| judge.risks(workload)).collect();
    let each: Vec<Stops> = (0..map.hosts.len()).map(|at| stops(&map, &[at].into())).collect();
    all.remarks.extend(said_about(facts, &map, settings));
    all.agents = agents(&map, &each, &critical);
    all.racks = racks(&map);
    all.workloads = map
        .workloads
        .iter()
        .zip(&risks)
        .map(|(one, risks)| workload(&map, one, risks))
        .collect();
    if all.doubts.is_empty() {
        let waves = planned(&map, settings, &risks, &each, &critical);
        let number: BTreeMap<&str, usize> = waves
            .plan
            .iter()
            .flat_map(|wave| wave.ids.iter().map(|id| (id.as_str(), wave.number)))
            .collect();
        for row in &mut all.agents {
            row.wave = number.get(row.id.as_str()).copied();
        }
        all.waves = Some(waves);
    }
    all.marathons_unknown = map.blind;
    all
}

/// Positions of the critical agents, and names that no agent goes by.
fn critical(map: &Map<'_>, named: &[String]) -> (BTreeSet<usize>, Vec<String>) {
    let goes_by = |agent: &Agent, name: &str| {
        let address = agent.address().unwrap_or_default();
        let ip = address.rsplit_once(':').map_or(address, |(ip, _)| ip);
        agent.hostname == name || agent.id == name || address == name || ip == name
    };
    let mut positions = BTreeSet::new();
    let mut unnamed = Vec::new();
    for name in named {
        let hosts = map.hosts.iter().enumerate();
        let found: Vec<usize> = hosts
            .filter(|(_, host)| goes_by(host.agent, name))
            .map(|(at, _)| at)
            .collect();
        if found.is_empty() {
            unnamed.push(name.clone());
        }
        positions.extend(found);
    }
    (positions, unnamed)
}

fn said_about(facts: &Facts<'_>, map: &Map<'_>, settings: &Settings) -> Vec<String> {
    let mut said = Vec::new();
    if map.astray > 0 {
        said.push(format!(
            "{} tasks stand on agents that the leading master does not list: they are in no row.",
            map.astray
        ));
    }
    let recovered = facts.snapshot.recovered_agents.known().map_or(0, Vec::len);
    if recovered > 0 {
        said.push(format!(
            "{recovered} agents of the registry have not come back since the last election: they are in no wave."
        ));
    }
    let undeclared: BTreeSet<&str> = map
        .workloads
        .iter()
        .filter(|workload| workload.minimum == Minimum::Undeclared)
        .map(|workload| workload.framework_name)
        .collect();
    if !undeclared.is_empty() {
        let names: Vec<&str> = undeclared.into_iter().collect();
        said.push(format!(
            "Frameworks that declare no minimum: {}. No wave holds two agents that run tasks of the same one, unless `minimum` \
             in gonogo.toml names those tasks.",
            names.join(", ")
        ));
    }
    if map.hosts.iter().all(|host| host.rack.is_err()) && !map.hosts.is_empty() {
        said.push(format!(
            "No agent has a zone or the attribute `{}`: waves do not keep to racks (--rack names another attribute).",
            settings.rack
        ));
    }
    for key in settings.minimums.keys() {
        let begin = key.strip_suffix('*');
        let names = |name: &str| begin.map_or(name == key, |begin| name.starts_with(begin));
        if !map.workloads.iter().any(|workload| names(&workload.name)) {
            said.push(format!("The minimum for `{key}` names no workload of this cluster."));
        }
    }
    if settings.assume_scaled {
        said.push(
            "Planned as if the apps under \"scale first\" had been scaled, with every added instance outside of the wave: \
             scale, collect again and plan anew before the first wave."
                .to_owned(),
        );
    }
    said
}

fn elsewhere(fit: Fit) -> Elsewhere {
    let (answer, why) = match fit {
        Fit::Nothing => ("nothing-stops", "nothing is used there".to_owned()),
        Fit::No { what, needed, most } => (
            "no",
            format!(
                "no: {what} {} are used there, not more than {} are free elsewhere",
                crate::snapshot::shown(needed),
                crate::snapshot::shown(most)
            ),
        ),
        Fit::SumIsEnough => (
            "sum-is-enough",
            "in sum there is enough free elsewhere; single tasks may still not fit".to_owned(),
        ),
        Fit::Unknown(why) => ("unknown", format!("unknown: {why}")),
    };
    Elsewhere { answer, why }
}

/// What private and public agents have left, each for the role of their kind.
fn free(map: &Map<'_>) -> [Free; 2] {
    [false, true].map(|public| {
        let of_kind = map.hosts.iter().filter(|host| host.agent.is_public() == public);
        let role = if public { capacity::PUBLIC } else { capacity::ANY };
        Free::of(of_kind.map(|host| host.agent), role)
    })
}

fn stops_row(map: &Map<'_>, free: &[Free; 2], stops: &Stops, hosts: &BTreeSet<usize>) -> StopsRow {
    let name = |at: usize| map.workloads.get(at).map(label).unwrap_or_default();
    let stopping: Vec<&Agent> = hosts
        .iter()
        .filter_map(|at| map.hosts.get(*at))
        .map(|host| host.agent)
        .collect();
    let public = stopping.first().is_some_and(|agent| agent.is_public());
    let role = stopping
        .first()
        .map_or(capacity::ANY, |agent| capacity::own_role(agent));
    let [private_free, public_free] = *free;
    let all = if public { public_free } else { private_free };
    StopsRow {
        tasks: stops.tasks,
        ends: stops.ends.iter().map(|at| name(*at)).collect(),
        below_minimum: stops
            .below
            .iter()
            .map(|below| BelowRow {
                workload: name(below.workload),
                minimum: below.minimum,
                left: below.left,
            })
            .collect(),
        local_volumes: stops.volumes,
        without_checkpoint: stops.unprotected,
        elsewhere: elsewhere(capacity::fit(&stopping, all, role)),
    }
}

fn agents(map: &Map<'_>, each: &[Stops], critical: &BTreeSet<usize>) -> Vec<AgentRow> {
    let free = free(map);
    map.hosts
        .iter()
        .zip(each)
        .enumerate()
        .map(|(at, (host, stops))| {
            let role = capacity::own_role(host.agent);
            let here = || host.runs.keys().filter_map(|at| map.workloads.get(*at));
            AgentRow {
                version: host.agent.version.clone(),
                pinned: here()
                    .filter_map(|one| Some(format!("{} ({})", label(one), one.bound.as_ref()?)))
                    .collect(),
                unique: here().filter(|one| one.sum.instances == 1).map(label).collect(),
                id: host.agent.id.clone(),
                host: host.agent.hostname.clone(),
                public: host.agent.is_public(),
                rack: host.rack.clone().ok(),
                rack_unknown: host.rack.clone().err(),
                critical: critical.contains(&at),
                active: host.agent.active,
                stops: stops_row(map, &free, stops, &[at].into()),
                room: vec![RoomRow::new(role, capacity::room(host.agent, role))],
                wave: None,
            }
        })
        .collect()
}

fn racks(map: &Map<'_>) -> Vec<RackRow> {
    let free = free(map);
    let mut by_rack: BTreeMap<(bool, Result<String, String>), BTreeSet<usize>> = BTreeMap::new();
    for (at, host) in map.hosts.iter().enumerate() {
        let key = (host.agent.is_public(), host.rack.clone());
        by_rack.entry(key).or_default().insert(at);
    }
    by_rack
        .into_iter()
        .map(|((public, rack), hosts)| {
            let agents: Vec<&Agent> = hosts
                .iter()
                .filter_map(|at| map.hosts.get(*at))
                .map(|host| host.agent)
                .collect();
            let stops = stops(map, &hosts);
            RackRow {
                tasks: stops.tasks,
                // Agents without a known rack may stand in any of the others.
                stops: rack.is_ok().then(|| stops_row(map, &free, &stops, &hosts)),
                rack: rack.clone().ok(),
                rack_unknown: rack.err(),
                public,
                agents: agents.iter().map(|agent| agent.hostname.clone()).collect(),
                room: capacity::by_role(&agents)
                    .into_iter()
                    .map(|(role, room)| RoomRow::new(role, room))
                    .collect(),
            }
        })
        .collect()
}

/// What the planner is given: the agents and the demands of this map, in the order of the map.
pub fn inputs(
    map: &Map<'_>,
    settings: &Settings,
    risks: &[Vec<Risk>],
    each: &[Stops],
    critical: &BTreeSet<usize>,
) -> (Vec<Node>, Vec<Demand>) {
    let frameworks: BTreeMap<&str, usize> = map
        .workloads
        .iter()
        .map(|workload| workload.framework)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .zip(0..)
        .collect();
    let nodes = map.hosts.iter().zip(each).enumerate().map(|(at, (host, stops))| {
        let undeclared = host.runs.keys().filter_map(|at| map.workloads.get(*at));
        Node {
            name: format!("{}\n{}", host.agent.hostname, host.agent.id),
            public: host.agent.is_public(),
            rack: host.rack.clone().ok(),
            critical: critical.contains(&at),
            runs: host.runs.iter().map(|(at, part)| (*at, part.available)).collect(),
            alone_in: undeclared
                .filter(|workload| workload.minimum == Minimum::Undeclared)
                .filter_map(|workload| frameworks.get(workload.framework).copied())
                .collect(),
            hurt: [stops.ends.len() as u64, stops.volumes, stops.unprotected, stops.tasks],
        }
    });
    let demands = map.workloads.iter().zip(risks).map(|(workload, risks)| Demand {
        minimum: match &workload.minimum {
            Minimum::Declared { instances, .. } => Some(*instances),
            Minimum::Undeclared => Some(0),
            Minimum::Unknown(_) => None,
        },
        available: workload.sum.available,
        assumed: if settings.assume_scaled {
            advice(workload, risks, 0).assumed(workload.sum.available)
        } else {
            0
        },
    });
    (nodes.collect(), demands.collect())
}

fn planned(
    map: &Map<'_>,
    settings: &Settings,
    risks: &[Vec<Risk>],
    each: &[Stops],
    critical: &BTreeSet<usize>,
) -> Waves {
    let (nodes, demands) = inputs(map, settings, risks, each, critical);
    let mut plan = waves::plan(&nodes, &demands, settings.max_wave);
    // As the agents stand in every other table.
    plan.held.sort_unstable();
    let mut held = Vec::new();
    let mut scale: BTreeMap<usize, ScaleRow> = BTreeMap::new();
    for (at, apps) in plan.held {
        let Some(host) = map.hosts.get(at) else { continue };
        let mut because = Vec::new();
        for app in apps {
            let (Some(workload), Some(risks), Some(part)) =
                (map.workloads.get(app), risks.get(app), host.runs.get(&app))
            else {
                continue;
            };
            let advice = advice(workload, risks, part.available);
            because.push(BecauseRow {
                workload: label(workload),
                minimum: workload.minimum.instances(),
                left: workload.sum.available.saturating_sub(part.available),
                advice: advice.to_string(),
            });
        }
        held.push(HeldRow {
            agent: host.agent.hostname.clone(),
            id: host.agent.id.clone(),
            because,
        });
    }
    // With --assume-scaled the apps that were taken as scaled hold nothing any more, and are named all the same.
    for (at, (workload, risks)) in map.workloads.iter().zip(risks).enumerate() {
        let most = workload
            .on
            .values()
            .map(|part| part.available)
            .max()
            .unwrap_or_default();
        let holds = workload
            .minimum
            .instances()
            .is_some_and(|minimum| most > 0 && workload.sum.available.saturating_sub(most) < minimum);
        if let (
            true,
            Advice::Scale {
                from,
                to,
                minimum,
                declare,
            },
        ) = (holds, advice(workload, risks, 0))
        {
            scale.insert(
                at,
                ScaleRow {
                    workload: label(workload),
                    from,
                    to,
                    minimum,
                    declare,
                },
            );
        }
    }
    Waves {
        plan: plan
            .waves
            .iter()
            .enumerate()
            .map(|(at, wave)| wave_row(map, &demands, at + 1, wave))
            .collect(),
        held,
        scale: scale.into_values().collect(),
    }
}

fn wave_row(map: &Map<'_>, demands: &[Demand], number: usize, wave: &waves::Wave) -> WaveRow {
    let stops = stops(map, &wave.nodes.iter().copied().collect());
    let hosts = || wave.nodes.iter().filter_map(|at| map.hosts.get(*at));
    let mut racks = hosts().map(|host| host.rack.as_ref().ok());
    let first = racks.next().flatten();
    let same = racks.all(|rack| rack == first);
    WaveRow {
        number,
        stage: wave.stage,
        public: wave.public,
        rack: first.filter(|_| same).cloned(),
        agents: hosts().map(|host| host.agent.hostname.clone()).collect(),
        ids: hosts().map(|host| host.agent.id.clone()).collect(),
        tasks: stops.tasks,
        ends: stops
            .ends
            .iter()
            .filter(|at| demands.get(**at).is_none_or(|demand| demand.assumed == 0))
            .filter_map(|at| map.workloads.get(*at))
            .map(label)
            .collect(),
    }
}
