//! Which agents a workload is offered at all: up, with resources of a role it accepts, and in its region.
//!
//! Never says whether the resources are enough.

use super::semantics::Semantics;
use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::model::Observed;
use crate::snapshot::{Agent, Marathon};

/// Yes, no, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tri {
    No,
    Maybe,
    Yes,
}

/// Role of resources that are reserved for nobody.
const UNRESERVED: &str = "*";

/// The region in which a Marathon places what names neither region nor zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    /// The leading master's; `None`: it has none, so that agents with a region are refused.
    Region(Option<String>),
    /// The state of the leading master is not known.
    Unknown,
}

/// Where every agent stands.
#[derive(Debug)]
pub(super) struct Seats {
    /// Whether each agent is up, and why it may not count.
    pub(super) up: Vec<Tri>,
    pub(super) home: Home,
}

impl Seats {
    pub(super) fn new(facts: &Facts<'_>, agents: &[Agent]) -> Self {
        let status = facts.snapshot.maintenance_status.known();
        let none_off = facts.snapshot.state.known().and_then(|state| state.deactivated) == Some(0);
        let up = agents.iter().map(|agent| {
            if agent.active == Some(false) || agent.deactivated == Some(true) {
                return Tri::No;
            }
            let named = |machines: &[String]| {
                machines.iter().any(|machine| {
                    let address = agent.address().and_then(|address| address.rsplit_once(':'));
                    *machine == agent.hostname || address.is_some_and(|(ip, _)| ip == machine)
                })
            };
            // Whether Marathon declines a draining machine hangs on its flags.
            let maintained = status.is_some_and(|status| named(&status.draining) || named(&status.down));
            if maintained || agent.active.is_none() && !none_off {
                Tri::Maybe
            } else {
                Tri::Yes
            }
        });
        Self {
            up: up.collect(),
            home: match facts.snapshot.state.known() {
                Some(state) => Home::Region(state.master.domain.as_ref().map(|(region, _)| region.clone())),
                None => Home::Unknown,
            },
        }
    }

    /// Whether a workload without a constraint on region or zone is placed on this agent: from 1.6 Marathon keeps it in the
    /// region of the leading master (mesosphere/marathon `ResourceMatcher.scala`, v1.6.322 to v1.10.26:
    /// `meetsFaultDomainRequirements`); before, Marathon is not region-aware and Mesos offers it no agent of another region
    /// (apache/mesos `hierarchical.cpp`, 1.5.1: `isRemoteSlave`).
    pub(super) fn at_home(&self, agent: &Agent, semantics: Semantics) -> Tri {
        match (&agent.domain, &self.home) {
            (None, _) => Tri::Yes,
            (Some(_), Home::Unknown) => Tri::Maybe,
            // Mesos does not admit an agent with a region where the master has none.
            (Some(_), Home::Region(None)) if !semantics.domains => Tri::Maybe,
            (Some((region, _)), Home::Region(home)) if home.as_ref() == Some(region) => Tri::Yes,
            (Some(_), Home::Region(_)) => Tri::No,
        }
    }
}

/// Roles whose resources a workload takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Roles {
    /// Those it takes for certain.
    pub(super) sure: Vec<String>,
    /// Those it may take, which no evidence shows.
    pub(super) maybe: Vec<String>,
    /// It may take any role: the role of its instance is not known.
    pub(super) any: bool,
}

impl Roles {
    /// Whether an agent has resources of one of them.
    pub(super) fn offered(&self, agent: &Agent) -> Tri {
        let of = |roles: &[String]| roles.iter().map(|role| has(agent, role)).max().unwrap_or(Tri::No);
        let most = if self.any { Tri::Maybe } else { Tri::No };
        of(&self.sure).max(of(&self.maybe).min(Tri::Maybe)).max(most)
    }
}

fn has(agent: &Agent, role: &str) -> Tri {
    if role != UNRESERVED {
        return if agent.reserved_roles.iter().any(|reserved| reserved == role) {
            Tri::Yes
        } else {
            Tri::No
        };
    }
    match agent.unreserved {
        Some(true) => Tri::Yes,
        Some(false) => Tri::No,
        None if agent.reserved_roles.is_empty() => Tri::Yes,
        None => Tri::Maybe,
    }
}

/// What an instance takes where a workload names no role.
#[derive(Debug, Clone)]
pub(super) struct Defaults {
    /// DC/OS starts its root Marathon so that it takes unreserved resources only (dcos/dcos packages/marathon, 1.10 to 2.2:
    /// `default_accepted_resource_roles "*"`, later `accepted_resource_roles_default_behavior unreserved`).
    unreserved_only: bool,
    /// Role of the framework; `None`: not known.
    role: Option<String>,
    own_role: bool,
}

impl Defaults {
    pub(super) fn new(facts: &Facts<'_>, marathon: &Marathon, semantics: Semantics) -> Self {
        let dcos = matches!(facts.cluster.kind, Observed::Known(Kind::Dcos, _));
        let info = marathon.info.known();
        let set = info.and_then(|info| info.settings.get("marathon_config.mesos_role"));
        let role = match set.map(String::as_str) {
            Some("null") => Some(UNRESERVED.to_owned()),
            Some(text) => serde_json::from_str(text).ok(),
            None => info.and_then(|info| {
                let id = info.framework_id.as_deref()?;
                let all = facts.snapshot.frameworks.known()?;
                match all.iter().find(|framework| framework.id == id)?.roles.as_slice() {
                    [one] => Some(one.clone()),
                    _ => None,
                }
            }),
        };
        Self {
            unreserved_only: dcos && marathon.root,
            role,
            own_role: semantics.own_role,
        }
    }

    /// The roles of a workload: those it names, else the instance's default. `own`: its own role, where it has one.
    pub(super) fn of(&self, accepted: &[String], own: Option<&str>) -> Roles {
        let sure = |sure: Vec<String>| Roles {
            sure,
            maybe: Vec::new(),
            any: false,
        };
        if !accepted.is_empty() {
            let mut accepted = accepted.to_vec();
            accepted.sort();
            accepted.dedup();
            return sure(accepted);
        }
        if self.unreserved_only {
            return sure(vec![UNRESERVED.to_owned()]);
        }
        let role = own.filter(|_| self.own_role).or(self.role.as_deref());
        match role {
            Some(UNRESERVED) => sure(vec![UNRESERVED.to_owned()]),
            // The flag that narrows the default to one of the two is not shown by /v2/info.
            Some(role) => Roles {
                sure: Vec::new(),
                maybe: vec![UNRESERVED.to_owned(), role.to_owned()],
                any: false,
            },
            None => Roles {
                sure: Vec::new(),
                maybe: Vec::new(),
                any: true,
            },
        }
    }
}
