//! Small clusters for the tests of satisfiability: agents with racks, one Marathon, nothing that runs.

use gonogo::facts::Facts;
use gonogo::facts::constraints::Kind;
use gonogo::facts::placement::racks::{RACK, Racks};
use gonogo::facts::placement::{Losses, Outcome, Placer, Workload};
use gonogo::model::Observed;
use gonogo::snapshot::mesos::Attribute;
use gonogo::snapshot::{Agent, Constraint, Snapshot};

use crate::support::handmade::{self, Cluster};

/// Agents, and what the tests change beside them.
#[derive(Clone)]
pub struct World {
    agents: Vec<Agent>,
    /// Region of the leading master.
    pub region: Option<String>,
    /// Agents that counters know and the list does not.
    pub lost_agents: u64,
}

/// An agent with this number, in this rack.
pub fn agent(number: usize, rack: Option<&str>) -> Agent {
    let mut agent = handmade::agent(number);
    agent.attributes.clear();
    if let Some(rack) = rack {
        agent
            .attributes
            .insert(RACK.to_owned(), Attribute::Text(rack.to_owned()));
    }
    agent
}

/// Constraints of an app from their elements.
pub fn constraints(all: &[&[&str]]) -> Vec<Constraint> {
    let one = |elements: &&[&str]| Constraint {
        elements: elements.iter().map(|element| Ok((*element).to_owned())).collect(),
        well_formed: true,
        raw: serde_json::to_string(elements).unwrap(),
    };
    all.iter().map(one).collect()
}

/// An app with these constraints; they live as long as the test.
pub fn workload(all: &[&[&str]], instances: u64) -> Workload<'static> {
    Workload {
        kind: Kind::App,
        instances: Some(instances),
        constraints: Vec::leak(constraints(all)),
        accepted: Ok(Vec::new()),
        role: None,
    }
}

/// A placer for the only Marathon.
pub fn placer<'f>(facts: &'f Facts<'_>, release: &str) -> Result<Placer<'f>, String> {
    Placer::new(facts, &facts.snapshot.marathons[0], &release.parse().unwrap())
}

impl World {
    /// One agent for each rack.
    pub fn of<const N: usize>(racks: [Option<&str>; N]) -> Self {
        let all = racks.iter().enumerate();
        Self::with(all.map(|(at, rack)| agent(at + 1, *rack)).collect())
    }

    /// These agents.
    pub fn with(agents: Vec<Agent>) -> Self {
        Self {
            agents,
            region: None,
            lost_agents: 0,
        }
    }

    /// The agents, to change them.
    pub fn agents_mut(&mut self) -> &mut Vec<Agent> {
        &mut self.agents
    }

    /// The snapshot: nothing runs, every list agrees with every counter unless agents were lost.
    pub fn snapshot(&self, marathon: &str) -> Snapshot {
        let mut cluster = Cluster::before();
        marathon.clone_into(&mut cluster.marathon);
        cluster.agents.clone_from(&self.agents);
        cluster.tasks.clear();
        cluster.apps.clear();
        let mut snapshot = cluster.snapshot();
        if let Observed::Known(state, _) = &mut snapshot.state {
            state.master.domain = self.region.clone().map(|region| (region, "zone-0".to_owned()));
            state.activated = state.activated.map(|active| active + self.lost_agents);
        }
        snapshot
    }

    /// The answer for a workload without the agents at these positions.
    pub fn outcome(&self, release: &str, workload: &Workload<'_>, without: &[usize]) -> Outcome {
        let snapshot = self.snapshot(release);
        let facts = Facts::new(&snapshot);
        placer(&facts, release).unwrap().fits(workload, without)
    }

    /// What the loss of agents and racks does.
    pub fn losses(&self, release: &str, constraints: &[&[&str]], instances: u64) -> Losses {
        let snapshot = self.snapshot(release);
        let facts = Facts::new(&snapshot);
        let mut placer = placer(&facts, release).unwrap();
        let racks = Racks::of(placer.agents(), RACK);
        placer.losses(&workload(constraints, instances), &racks)
    }
}

/// The answer for constraints.
pub fn fits(world: &World, release: &str, constraints: &[&[&str]], instances: u64) -> Outcome {
    world.outcome(release, &workload(constraints, instances), &[])
}

/// The most instances that constraints leave room for.
pub fn most(world: &World, release: &str, constraints: &[&[&str]], instances: u64) -> Option<u64> {
    fits(world, release, constraints, instances).at_most
}
