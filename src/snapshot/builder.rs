//! Builds a snapshot from an archive's items, one after the other.
//!
//! Holds parsed parts only until the end: if reading the archive fails, nothing of them is used.

use std::collections::BTreeMap;
use std::io::{self, Read};

use crate::model::{EvidenceRef, Manifest, Observed, Why, items};
use crate::sources::mesos_agents::SlavesWire;

use super::believe::{Believe, malformed, says};
use super::parts::{self, Names, Part, pick, split};
use super::state::{StateParts, agent, recovered};
use super::{
    Origin, OtherState, Snapshot, backups, from_dcos, from_marathon, from_mesos, from_zookeeper, iam, mesos, zk_tree,
};

/// Receives the items of one archive and gives the snapshot in the end.
#[derive(Default)]
pub struct Builder {
    parts: BTreeMap<String, crate::sources::Parsed<Part>>,
    others: Vec<OtherState>,
    names: Names,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("items", &self.parts.len())
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// A builder without items.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one payload item of `size` bytes. Items that no part of the snapshot needs are skipped unread.
    ///
    /// # Errors
    /// Those of reading `body`; a body that cannot be parsed is no error here but an unknown part of the snapshot.
    pub fn member(&mut self, item: &str, size: u64, body: &mut dyn Read) -> io::Result<()> {
        let Some(part) = parts::read(item, size, body, &mut self.names)? else {
            return Ok(());
        };
        if let Ok(Part::State(state)) = part {
            self.state(item, state);
        } else if matches!(part, Ok(Part::Slaves(_)))
            && self.parts.values().any(|part| matches!(part, Ok(Part::State(_))))
        {
            // See `state`.
        } else {
            self.parts.insert(item.to_owned(), part);
            self.drop_second_flags(item);
        }
        Ok(())
    }

    /// An agent's `/state` repeats its `/flags`: of thousands of agents they are kept once.
    fn drop_second_flags(&mut self, item: &str) {
        let Some((items::MESOS_AGENT, folder, _)) = split(item) else {
            return;
        };
        let of = |name| items::path(items::MESOS_AGENT, folder, name);
        if let Some(Ok(Part::Flags(_))) = self.parts.get(&of(items::FLAGS))
            && let Some(Ok(Part::AgentState(state))) = self.parts.get_mut(&of(items::STATE))
        {
            state.flags = None;
        }
    }

    /// Of several `/state` only one is kept: they are large. A master that leads by its own word comes first.
    fn state(&mut self, item: &str, state: Box<StateParts>) {
        // The agents of `/slaves` stand in for those of `/state` only: with it they are dropped, being many.
        self.parts.retain(|_, part| !matches!(part, Ok(Part::Slaves(_))));
        let kept = self.parts.iter().find_map(|(item, part)| match part {
            Ok(Part::State(state)) => Some((item.clone(), leads(state))),
            _ => None,
        });
        match kept {
            Some((_, kept_leads)) if kept_leads || !leads(&state) => self.others.push(other(item, &state)),
            Some((kept, _)) => {
                if let Some(Ok(Part::State(left))) = self.parts.remove(&kept) {
                    self.others.push(other(&kept, &left));
                }
                self.parts.insert(item.to_owned(), Ok(Part::State(state)));
            }
            None => {
                self.parts.insert(item.to_owned(), Ok(Part::State(state)));
            }
        }
    }

    /// The snapshot of everything that was received, for the archive with this manifest and digest (see
    /// [`Origin::digest`]). Call this only after the archive has been verified to its end.
    pub fn finish(self, mut manifest: Manifest, digest: String) -> Snapshot {
        let Self { parts, mut others, .. } = self;
        // Records are looked up by bisection: an archive from elsewhere may hold them in another order.
        manifest.evidence.sort_by(|a, b| a.item.cmp(&b.item));
        let mut believe = Believe::new(&manifest, parts);
        let leading = state_folder(&believe);
        let first = leading.as_deref();
        others.retain(|other| believe.record(&other.at.item, true).is_ok());
        others.sort_by(|a, b| a.at.item.cmp(&b.at.item));
        let state = believe.take_any(items::MESOS_MASTER, items::STATE, first, pick!(State));
        let slaves = believe.take_any(items::MESOS_MASTER, items::SLAVES, first, pick!(Slaves));
        let lists = Lists::new(state, slaves);
        let summary = believe.take_any(items::MESOS_MASTER, items::STATE_SUMMARY, first, pick!(Summary));
        let schedule = believe.take_any(items::MESOS_MASTER, items::MAINTENANCE_SCHEDULE, first, pick!(Schedule));
        let status = believe.take_any(
            items::MESOS_MASTER,
            items::MAINTENANCE_STATUS,
            first,
            pick!(MaintenanceStatus),
        );
        let masters = from_mesos::masters(&mut believe);
        let agent_nodes = from_mesos::agent_nodes(&mut believe);
        let marathons = from_marathon::marathons(&mut believe);
        let metronome = from_marathon::metronome(&mut believe);
        let exhibitors = from_zookeeper::exhibitors(&mut believe);
        let zookeepers = from_zookeeper::servers(&mut believe);
        let zk_tree = zk_tree::tree(&mut believe);
        let backups = backups::given(&mut believe);
        let dcos = from_dcos::dcos(&mut believe);
        let iam = iam::iam(&mut believe);
        let signed = items::path(items::INPUT, items::INPUT_HOST, items::INPUT_SIGNOFFS);
        let signoffs = believe.take(&signed, pick!(Signoffs));
        Snapshot {
            masters,
            state: lists.state,
            other_states: others,
            agents: lists.agents,
            recovered_agents: lists.recovered,
            frameworks: lists.frameworks,
            tasks: lists.tasks,
            summary: summary.map(from_mesos::summary),
            maintenance_schedule: from_mesos::schedule(schedule),
            maintenance_status: status.map(from_mesos::maintenance_status),
            agent_nodes,
            marathons,
            metronome,
            exhibitors,
            zookeepers,
            zk_tree,
            backups,
            dcos,
            iam,
            signoffs,
            origin: Origin { digest, manifest },
        }
    }
}

fn leads(state: &StateParts) -> bool {
    state.state.master.leader.as_deref() == Some(state.state.master.pid.as_str())
}

fn other(item: &str, state: &StateParts) -> OtherState {
    OtherState {
        pid: state.state.master.pid.clone(),
        leader: state.state.master.leader.clone(),
        at: EvidenceRef::item(item),
    }
}

/// The folder whose `/state` was kept: other answers of "the leader" are taken from there first.
fn state_folder(believe: &Believe<'_>) -> Option<String> {
    believe
        .parts
        .iter()
        .find(|(_, part)| matches!(part, Ok(Part::State(_))))
        .and_then(|(item, _)| split(item))
        .map(|(_, folder, _)| folder.to_owned())
}

/// What comes out of `/state`, and out of `/slaves` where `/state` is not known.
struct Lists {
    state: Observed<mesos::MesosState>,
    agents: Observed<Vec<mesos::Agent>>,
    recovered: Observed<Vec<mesos::RecoveredAgent>>,
    frameworks: Observed<Vec<mesos::Framework>>,
    tasks: Observed<super::TaskTable>,
}

impl Lists {
    fn new(state: Observed<Box<StateParts>>, slaves: Observed<SlavesWire>) -> Self {
        match state {
            Observed::Known(parts, at) => {
                let late = at_least_1_2(parts.state.master.version.as_deref());
                Self {
                    recovered: recovered_list(parts.recovered, late, &at),
                    agents: Observed::Known(parts.agents, at.clone()),
                    frameworks: Observed::Known(parts.frameworks, at.clone()),
                    tasks: Observed::Known(parts.tasks, at.clone()),
                    state: Observed::Known(parts.state, at),
                }
            }
            Observed::Unknown(why) => {
                let (agents, recovered) = from_slaves(slaves, &why);
                Self {
                    agents,
                    recovered,
                    frameworks: Observed::Unknown(why.clone()),
                    tasks: Observed::Unknown(why.clone()),
                    state: Observed::Unknown(why),
                }
            }
        }
    }
}

/// Agents of `/slaves`; where that is not known either, the reason that says more (that of `/state` if both say as much).
fn from_slaves(
    slaves: Observed<SlavesWire>,
    why: &Why,
) -> (Observed<Vec<mesos::Agent>>, Observed<Vec<mesos::RecoveredAgent>>) {
    let (slaves, at) = match slaves {
        Observed::Known(slaves, at) => (slaves, at),
        Observed::Unknown(other) => {
            let why = if says(&other) > says(why) { &other } else { why };
            return (Observed::Unknown(why.clone()), Observed::Unknown(why.clone()));
        }
    };
    let agents: Vec<mesos::Agent> = slaves
        .slaves
        .into_iter()
        .enumerate()
        .map(|(ordinal, wire)| agent(wire, at.at(format!("/slaves/{ordinal}"))))
        .collect();
    let late = agents
        .iter()
        .any(|agent| at_least_1_2(agent.version.as_deref()) == Some(true))
        .then_some(true);
    let list = slaves.recovered_slaves.map(|list| {
        list.into_iter()
            .enumerate()
            .map(|(ordinal, wire)| recovered(wire, at.at(format!("/recovered_slaves/{ordinal}"))))
            .collect()
    });
    (Observed::Known(agents, at.clone()), recovered_list(list, late, &at))
}

/// `None`: no version, or none that can be read.
fn at_least_1_2(version: Option<&str>) -> Option<bool> {
    let version: crate::model::Version = version?.parse().ok()?;
    Some(version.line() >= (1, 2))
}

/// Masters have the list from 1.2 on: where it is missing there, the answer is not what it should be.
fn recovered_list(
    list: Option<Vec<mesos::RecoveredAgent>>,
    late: Option<bool>,
    at: &EvidenceRef,
) -> Observed<Vec<mesos::RecoveredAgent>> {
    match (list, late) {
        (Some(list), _) => Observed::Known(list, at.clone()),
        (None, Some(true)) => malformed(
            &at.item,
            "missing field `recovered_slaves`, which Mesos 1.2 and later print".to_owned(),
        ),
        (None, _) => Observed::Unknown(Why::Absent {
            item: at.item.clone(),
            reason: "Mesos before 1.2 has no list `recovered_slaves`".to_owned(),
        }),
    }
}
