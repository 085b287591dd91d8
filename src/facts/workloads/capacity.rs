//! Room: what agents have left for a role, as bounds. Sums only: that a sum is enough never says that tasks fit.
//!
//! Mesos prints what is used without saying of which reservation, so what is left for a role is known exactly only
//! where nothing is reserved. Unknown below Mesos 0.23, which prints neither.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::{Agent, Amounts};

/// The role whose resources are reserved for nobody.
pub const ANY: &str = "*";

/// The role whose offers apps on this agent take: everything on a public agent is reserved for `slave_public`.
pub fn own_role(agent: &Agent) -> &'static str {
    if agent.is_public() { "slave_public" } else { ANY }
}

/// Room, between two bounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// At least this much is free.
    pub least: Amounts,
    /// Not more than this is free.
    pub most: Amounts,
}

impl Room {
    fn plus(self, other: Self) -> Self {
        Self {
            least: self.least.plus(other.least),
            most: self.most.plus(other.most),
        }
    }
}

/// Room of one agent for a role: total − reserved for others − used; `None` where Mesos does not print them.
///
/// Used resources may be those reserved for others (then more is free) or not (then it is exact).
pub fn room(agent: &Agent, role: &str) -> Option<Room> {
    if agent.active == Some(false) {
        return Some(Room::default());
    }
    let (total, used, reserved) = (agent.total?, agent.used?, agent.reserved.as_ref()?);
    let others = reserved
        .iter()
        .filter(|(name, _)| *name != role)
        .fold(Amounts::default(), |sum, (_, amounts)| sum.plus(*amounts));
    let open = total.minus(others);
    Some(Room {
        least: open.minus(used),
        most: open.least(total.minus(used)),
    })
}

/// Room of several agents; `None` where that of one is not known.
pub fn sum<'a>(agents: impl Iterator<Item = &'a Agent>, role: &str) -> Option<Room> {
    let mut all = Room::default();
    for agent in agents {
        all = all.plus(room(agent, role)?);
    }
    Some(all)
}

/// Roles that anything is reserved for on these agents, and `*`.
pub fn roles<'a>(agents: impl Iterator<Item = &'a Agent>) -> BTreeSet<&'a str> {
    let reserved = agents.flat_map(|agent| agent.reserved_roles.iter().map(String::as_str));
    reserved.chain([ANY]).collect()
}

/// Whether what stops would fit elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// Nothing stops there.
    Nothing,
    /// Certainly not: of this there is too little in sum (needed, and not more than this is free).
    No {
        /// `cpus`, `mem`, `disk` or `gpus`.
        what: &'static str,
        /// Thousandths needed.
        needed: u64,
        /// Thousandths free at most.
        most: u64,
    },
    /// Free resources are enough in sum: that is a bound, not an answer.
    SumIsEnough,
    /// It depends on what cannot be seen: why.
    Unknown(String),
}

/// Whether what is used on `stopping` would fit on `others`, by the sums; `role`: the one whose resources it may take.
pub fn fit<'a>(stopping: &[&'a Agent], others: impl Iterator<Item = &'a Agent> + Clone, role: &str) -> Fit {
    let unprinted =
        || Fit::Unknown("this Mesos does not print what is used and reserved (0.23 and later do)".to_owned());
    let mut needed = Amounts::default();
    for agent in stopping {
        let Some(used) = agent.used else { return unprinted() };
        needed = needed.plus(used);
    }
    if needed == Amounts::default() {
        return Fit::Nothing;
    }
    let mut most = Amounts::default();
    for agent in others.clone().filter(|agent| agent.active != Some(false)) {
        let (Some(total), Some(used)) = (agent.total, agent.used) else {
            return unprinted();
        };
        most = most.plus(total.minus(used));
    }
    if let Some(what) = needed.lacking(most) {
        let at = crate::snapshot::NAMES
            .iter()
            .position(|name| *name == what)
            .unwrap_or_default();
        let of = |amounts: Amounts| amounts.each().get(at).copied().unwrap_or_default();
        return Fit::No {
            what,
            needed: of(needed),
            most: of(most),
        };
    }
    match sum(others, role) {
        None => unprinted(),
        Some(room) if needed.lacking(room.least).is_none() => Fit::SumIsEnough,
        Some(_) => {
            Fit::Unknown("it depends on reservations: without those for other roles there may be too little".to_owned())
        }
    }
}

/// Room by role over these agents; `None` where one does not print it.
pub fn by_role<'a>(agents: &[&'a Agent]) -> BTreeMap<&'a str, Option<Room>> {
    roles(agents.iter().copied())
        .into_iter()
        .map(|role| (role, sum(agents.iter().copied(), role)))
        .collect()
}
