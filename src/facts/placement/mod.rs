//! Whether the instances that are wanted can be placed under their constraints on the agents there are.
//!
//! An answer "cannot" is proven: no order of offers places them. An answer "fits" says that no constraint, role or region rules
//! it out; resources, ports and plug-ins are no part of it. Instances that run already are not looked at: constraints hold
//! when an instance is placed, never afterwards. Whatever is not known (a list of agents that may not be all, an expression
//! that cannot be matched) gives "unknown", unless the rest already proves that it cannot be.

mod bound;
mod explain;
mod losses;
mod plan;
pub mod racks;
mod rule;
mod seats;
mod semantics;
mod text;
mod workload;

use std::collections::BTreeMap;

use super::Facts;
use crate::model::{Version, Why};
use crate::snapshot::{Agent, Marathon};
use bound::UNLIMITED;
use plan::{Columns, Ground, Plan};
use seats::{Defaults, Roles, Seats, Tri};
use semantics::Semantics;

pub use losses::Losses;
pub use text::{Field, Reading};
pub use workload::Workload;

/// Most agents that worked-out plans may hold together before they are forgotten.
const KEPT: usize = 2_000_000;

/// Whether instances can be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// No constraint rules it out.
    Fits,
    /// No order of offers places them all.
    CannotFit {
        /// Why, in one sentence.
        because: String,
        /// Which constraint alone does it; `None`: several together, or none is reached.
        constraint: Option<usize>,
    },
    /// Not known: why.
    Unknown {
        /// One sentence.
        why: String,
    },
}

/// The answer for one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it fits.
    pub fit: Fit,
    /// Most instances that constraints leave room for; `None`: no limit, or not known.
    pub at_most: Option<u64>,
}

impl Outcome {
    fn unknown(why: impl Into<String>) -> Self {
        Self {
            fit: Fit::Unknown { why: why.into() },
            at_most: None,
        }
    }
}

/// Places the workloads of one Marathon on the agents of one snapshot.
#[derive(Debug)]
pub struct Placer<'f> {
    agents: &'f [Agent],
    seats: Seats,
    semantics: Semantics,
    defaults: Defaults,
    columns: Columns,
    /// Agents that workloads of these roles, with or without a constraint on region or zone, are offered; whether for certain.
    offered: BTreeMap<(Roles, bool), Vec<(usize, bool)>>,
    plans: BTreeMap<(Vec<String>, Roles), Plan>,
    kept: usize,
}

impl<'f> Placer<'f> {
    /// For an instance under a release: the one it runs, or the one it is to become.
    ///
    /// # Errors
    /// The list of agents is missing or in doubt, or how the release places is not known: one sentence.
    pub fn new(facts: &'f Facts<'_>, marathon: &Marathon, release: &Version) -> Result<Self, String> {
        let semantics = Semantics::of(release)?;
        let agents = facts.agents().map_err(Why::sentence)?;
        Ok(Self {
            agents,
            seats: Seats::new(facts, agents),
            semantics,
            defaults: Defaults::new(facts, marathon, semantics),
            columns: Columns::default(),
            offered: BTreeMap::new(),
            plans: BTreeMap::new(),
            kept: 0,
        })
    }

    /// The agents, in the order that positions mean.
    pub fn agents(&self) -> &'f [Agent] {
        self.agents
    }

    /// Whether a workload fits without the agents at these positions (any order).
    pub fn fits(&mut self, workload: &Workload<'_>, without: &[usize]) -> Outcome {
        let (Some(instances), Ok(accepted)) = (workload.instances, &workload.accepted) else {
            return Outcome::unknown(match &workload.accepted {
                Err(why) => why,
                Ok(_) => "the number of instances is not stated",
            });
        };
        if instances == 0 {
            return Outcome {
                fit: Fit::Fits,
                at_most: None,
            };
        }
        let mut without = without.to_vec();
        without.sort_unstable();
        without.dedup();
        let roles = self.defaults.of(accepted, workload.role.as_deref());
        let plan = self.plan(workload, &roles);
        let bounds = plan.bounds(&without, instances);
        let at_most = (bounds.most != UNLIMITED).then_some(bounds.most);
        if bounds.most < instances {
            let (because, constraint) = self.because(workload, &roles, &without, instances, bounds.most);
            return Outcome {
                fit: Fit::CannotFit { because, constraint },
                at_most,
            };
        }
        let fit = if bounds.known >= instances && !plan.unsure {
            Fit::Fits
        } else {
            let doubt = plan.doubt.clone();
            Fit::Unknown {
                why: doubt.unwrap_or_else(|| "what some agents say is not known".to_owned()),
            }
        };
        Outcome { fit, at_most }
    }

    /// The plan of a workload, worked out once for all that ask the same.
    fn plan(&mut self, workload: &Workload<'_>, roles: &Roles) -> &mut Plan {
        let key: Vec<String> = workload
            .constraints
            .iter()
            .map(|constraint| {
                if constraint.raw.is_empty() {
                    format!("{:?}", constraint.elements)
                } else {
                    constraint.raw.clone()
                }
            })
            .collect();
        let key = (key, roles.clone());
        if !self.plans.contains_key(&key) {
            if self.kept > KEPT {
                self.plans.clear();
                self.kept = 0;
            }
            let ground = Ground {
                agents: self.agents,
                seats: &self.seats,
                semantics: self.semantics,
            };
            let regional = ground.semantics.domains && plan::regional(workload.constraints);
            let offered = self.offered.entry((roles.clone(), regional)).or_insert_with(|| {
                let all = (0..ground.agents.len()).map(|at| (at, ground.offered(at, roles, regional)));
                all.filter(|(_, offered)| *offered != Tri::No)
                    .map(|(at, offered)| (at, offered == Tri::Yes))
                    .collect()
            });
            let plan = Plan::new(&ground, &mut self.columns, workload.constraints, offered);
            self.kept += plan.members.len() + 1;
            self.plans.insert(key.clone(), plan);
        }
        self.plans.entry(key).or_insert_with(Plan::nothing)
    }
}

/// What an agent says of a field, as a release of Marathon reads it.
///
/// # Errors
/// How the release reads fields is not known: why.
pub fn read<'a>(agent: &'a Agent, field: &str, release: &Version) -> Result<Reading<'a>, String> {
    let semantics = Semantics::of(release)?;
    Ok(Field::named(field, semantics).read(agent, semantics))
}
