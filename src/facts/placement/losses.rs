//! What no longer fits when one agent or one rack is down. Tries one of each kind of agents, never every agent of thousands.

use std::collections::{BTreeMap, BTreeSet};

use super::racks::Racks;
use super::{Fit, Placer, Workload};

/// Agents and racks whose loss leaves a workload that fits without room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// Positions of agents, ascending.
    pub agents: Vec<usize>,
    /// Names of racks, sorted; each with why the workload no longer fits.
    pub racks: Vec<(String, String)>,
    /// Why the workload no longer fits without the first of `agents`.
    pub because: Option<String>,
    /// Why it is not known for some agent or rack.
    pub unknown: Option<String>,
}

impl Losses {
    /// Whether nothing was lost and everything is known.
    pub fn is_empty(&self) -> bool {
        self.agents.is_empty() && self.racks.is_empty() && self.unknown.is_none()
    }
}

impl Placer<'_> {
    /// What the loss of each single agent and of each rack does to a workload that fits now.
    ///
    /// A rack that holds every agent there is, is left out: nothing fits without it, and that says nothing of the workload.
    pub fn losses(&mut self, workload: &Workload<'_>, racks: &Racks) -> Losses {
        let mut losses = Losses::default();
        for group in self.kinds(workload) {
            let Some(first) = group.first() else { continue };
            match self.fits(workload, &[*first]).fit {
                Fit::Fits => {}
                Fit::CannotFit { because, .. } => {
                    losses.because.get_or_insert(because);
                    losses.agents.extend(group);
                }
                Fit::Unknown { why } => {
                    losses.unknown.get_or_insert(why);
                }
            }
        }
        losses.agents.sort_unstable();
        for (rack, agents) in &racks.named {
            if agents.len() == self.agents.len() {
                continue;
            }
            match self.fits(workload, agents).fit {
                Fit::Fits => {}
                Fit::CannotFit { because, .. } => losses.racks.push((rack.clone(), because)),
                Fit::Unknown { why } => {
                    losses.unknown.get_or_insert(why);
                }
            }
        }
        losses
    }

    /// The agents that may take a workload, those together whose loss comes to the same: their texts are equal wherever a
    /// text is shared by several agents, and what only one agent has can change names without changing a count.
    fn kinds(&mut self, workload: &Workload<'_>) -> Vec<Vec<usize>> {
        let Ok(accepted) = &workload.accepted else {
            return Vec::new();
        };
        let roles = self.defaults.of(accepted, workload.role.as_deref());
        let plan = self.plan(workload, &roles);
        let mut uses: BTreeMap<(usize, u32), usize> = BTreeMap::new();
        for member in &plan.members {
            for (rule, text) in member.texts.iter().enumerate() {
                *uses.entry((rule, *text)).or_default() += 1;
            }
        }
        let mut kinds: BTreeMap<(bool, Vec<Option<u32>>), Vec<usize>> = BTreeMap::new();
        for member in &plan.members {
            let kind = member
                .texts
                .iter()
                .enumerate()
                .map(|(rule, text)| (uses.get(&(rule, *text)) != Some(&1)).then_some(*text))
                .collect();
            kinds.entry((member.sure, kind)).or_default().push(member.agent);
        }
        let all: BTreeSet<Vec<usize>> = kinds.into_values().collect();
        all.into_iter().collect()
    }
}
