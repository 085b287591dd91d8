//! Room: what agents have left for a role, as bounds. Sums only: that a sum is enough never says that tasks fit.
//!
//! Mesos prints what is used without saying of which reservation, so what is left for a role is known exactly only
//! where nothing is reserved. Unknown below Mesos 0.23, which prints neither.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::{Agent, Amounts};

/// The role whose resources are reserved for nobody.
pub const ANY: &str = "*";
/// The role that everything on a public agent of DC/OS is reserved for.
pub const PUBLIC: &str = "slave_public";

/// The role whose offers apps on this agent take: everything on a public agent is reserved for `slave_public`.
pub fn own_role(agent: &Agent) -> &'static str {
    if agent.is_public() { PUBLIC } else { ANY }
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

/// What several agents have left together, whatever it is reserved for, and at least for one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// Not more than this is free; `None` where one agent does not print it.
    most: Option<Amounts>,
    /// At least this much is free for the role.
    least: Option<Amounts>,
}

impl Free {
    /// Of these agents, for a role.
    pub fn of<'a>(agents: impl Iterator<Item = &'a Agent>, role: &str) -> Self {
        let none = Some(Amounts::default());
        let mut free = Self {
            most: none,
            least: none,
        };
        for agent in agents {
            let most = match (agent.active, agent.total, agent.used) {
                (Some(false), _, _) => none,
                (_, Some(total), Some(used)) => Some(total.minus(used)),
                _ => None,
            };
            free.most = free.most.zip(most).map(|(sum, one)| sum.plus(one));
            let least = room(agent, role).map(|room| room.least);
            free.least = free.least.zip(least).map(|(sum, one)| sum.plus(one));
        }
        free
    }

    /// What is left without some of them.
    fn without(self, part: Self) -> Self {
        let minus = |whole: Option<Amounts>, part: Option<Amounts>| Some(whole?.minus(part?));
        Self {
            most: minus(self.most, part.most),
            least: minus(self.least, part.least),
        }
    }
}

/// Whether what is used on `stopping` would fit on the other agents of those that `all` was made of, by the sums; `role`:
/// the one whose resources it may take.
pub fn fit(stopping: &[&Agent], all: Free, role: &str) -> Fit {
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
    let others = all.without(Free::of(stopping.iter().copied(), role));
    let Some(most) = others.most else { return unprinted() };
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
    match others.least {
        None => unprinted(),
        Some(least) if needed.lacking(least).is_none() => Fit::SumIsEnough,
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
