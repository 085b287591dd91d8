//! What would free an agent that no wave may hold: the smallest change of an app that lets its agents stop one by one.
//!
//! A bound, not a promise: it takes for granted that added instances do not crowd one agent. Never changes a minimum.

use std::fmt;

use super::map::Workload;
use super::minimum::Minimum;
use super::risks::Risk;

/// What would free agents from one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// Run more instances and keep today's minimum.
    Scale {
        /// Instances wanted today.
        from: u64,
        /// Smallest number with which any one of its agents may stop.
        to: u64,
        /// The minimum to be kept.
        minimum: u64,
        /// Whether the minimum must be written down, because a larger app declares a larger one by itself.
        declare: bool,
    },
    /// More instances would not help: accept fewer while the agent is down.
    Lower {
        /// Largest minimum that the agent's stop leaves.
        to: u64,
        /// Why more instances do not help.
        because: &'static str,
    },
    /// It runs less than its minimum already.
    Repair {
        /// Available instances.
        available: u64,
        /// Its minimum.
        minimum: u64,
    },
    /// Its minimum is not known.
    Declare,
}

/// What would free agents from this workload; `here`: its available instances on the agent in question.
pub fn advice(workload: &Workload<'_>, risks: &[Risk], here: u64) -> Advice {
    let Minimum::Declared { instances: minimum, .. } = workload.minimum else {
        return Advice::Declare;
    };
    let available = workload.sum.available;
    if available < minimum {
        return Advice::Repair { available, minimum };
    }
    let scheduler = workload
        .definition
        .as_ref()
        .is_some_and(|definition| definition.scheduler);
    let because = scheduler.then_some("it is the scheduler of a framework, of which one runs");
    let because = because.or_else(|| {
        risks.iter().find_map(|risk| match risk {
            Risk::HostPinned(_) => Some("its constraints leave one agent only"),
            Risk::Resident(_) => Some("its data stands on this agent"),
            Risk::UniqueAtLimit(_) => Some("UNIQUE leaves no further place"),
            Risk::NotPlaceableElsewhere(_) => Some("its instances cannot all run elsewhere"),
            _ => None,
        })
    });
    let most = workload
        .on
        .values()
        .map(|part| part.available)
        .max()
        .unwrap_or_default();
    match (because, workload.wanted) {
        (None, Some(from)) => Advice::Scale {
            from,
            to: minimum.saturating_add(most),
            minimum,
            declare: !workload.minimum.is_configured(),
        },
        (because, _) => Advice::Lower {
            to: available.saturating_sub(here),
            because: because.unwrap_or("how many are wanted is not known"),
        },
    }
}

impl Advice {
    /// Instances that `--assume-scaled` takes for granted beside the available ones.
    pub fn assumed(&self, available: u64) -> u64 {
        match self {
            Self::Scale { to, .. } => to.saturating_sub(available),
            _ => 0,
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scale {
                from,
                to,
                minimum,
                declare: true,
            } => {
                let bears = if *from == 1 {
                    " (if it bears a second instance)"
                } else {
                    ""
                };
                write!(
                    f,
                    "scale from {from} to {to}{bears} and declare a minimum of {minimum}, or declare a lower minimum"
                )
            }
            Self::Scale { from, to, .. } => write!(f, "scale from {from} to {to}, or declare a lower minimum"),
            Self::Lower { to, because } => write!(f, "declare a minimum of {to}: {because}"),
            Self::Repair { available, minimum } => {
                write!(f, "bring it back to its minimum first ({available} of {minimum} run)")
            }
            Self::Declare => f.write_str("declare its minimum in gonogo.toml"),
        }
    }
}
