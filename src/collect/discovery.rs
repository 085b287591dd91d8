//! What a run finds out about the cluster while it reads: who leads, which agents and frameworks there are, what kind it is.
//!
//! Used to decide what to ask next, and for nothing else: judging is the business of the checks. Never asks anything itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

use crate::model::manifest::ClusterKind;

use super::plan::Targets;
use super::target::{Base, Origin};

/// Text in master flags that only DC/OS puts there.
const DCOS_SIGNS: [&str; 4] = ["/opt/mesosphere", "/var/lib/dcos", "/run/dcos", "mesosphere"];

/// What one master said that matters for what to ask next.
#[derive(Debug, Clone, Default)]
pub struct MasterView {
    /// Whether it answered anything at all.
    pub reachable: bool,
    /// `master/elected` of its metrics.
    pub elected: Option<bool>,
    /// Where its `/redirect` points.
    pub redirect: Option<Origin>,
    /// Its flags.
    pub flags: Option<BTreeMap<String, String>>,
}

/// An agent as the leader lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedAgent {
    /// Agent id.
    pub id: String,
    /// Host name.
    #[serde(default)]
    pub hostname: Option<String>,
    /// `slave(1)@host:port`.
    #[serde(default)]
    pub pid: Option<String>,
}

/// A framework as the leader lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedFramework {
    /// Framework id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Address of its user interface.
    #[serde(default)]
    pub webui_url: Option<String>,
}

/// The parts of `/state-summary`, `/slaves` and `/frameworks` that are needed here.
#[derive(Debug, Default, Deserialize)]
pub struct Listing {
    /// Agents.
    #[serde(default)]
    pub slaves: Option<Vec<ListedAgent>>,
    /// Frameworks.
    #[serde(default)]
    pub frameworks: Option<Vec<ListedFramework>>,
}

/// What kind of cluster this is, with the reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// DC/OS.
    Dcos,
    /// Plain Mesos; why.
    Mesos(String),
    /// No flags could be read: nothing says.
    Unknown,
}

/// Shared by all steps.
#[derive(Default)]
pub struct Known {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    masters: BTreeMap<Base, MasterView>,
    agents: Option<BTreeMap<String, ListedAgent>>,
    frameworks: Option<BTreeMap<String, ListedFramework>>,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what a master said.
    pub fn saw_master(&self, base: &Base, view: MasterView) {
        self.lock().masters.insert(base.clone(), view);
    }

    /// What the masters said.
    pub fn masters(&self) -> BTreeMap<Base, MasterView> {
        self.lock().masters.clone()
    }

    /// Adds agents and frameworks that a leader lists.
    pub fn listed(&self, listing: Listing) {
        let mut inner = self.lock();
        if let Some(agents) = listing.slaves {
            let known = inner.agents.get_or_insert_default();
            for agent in agents {
                let new = known.entry(agent.id.clone()).or_insert_with(|| agent.clone());
                // One list may say less than another.
                new.hostname = new.hostname.take().or(agent.hostname);
                new.pid = new.pid.take().or(agent.pid);
            }
        }
        if let Some(frameworks) = listing.frameworks {
            let known = inner.frameworks.get_or_insert_default();
            for framework in frameworks {
                let new = known.entry(framework.id.clone()).or_insert_with(|| framework.clone());
                new.webui_url = new.webui_url.take().or(framework.webui_url);
            }
        }
    }

    /// Agents, if any list of them was read.
    pub fn agents(&self) -> Option<Vec<ListedAgent>> {
        self.lock()
            .agents
            .as_ref()
            .map(|agents| agents.values().cloned().collect())
    }

    /// Frameworks, if any list of them was read.
    pub fn frameworks(&self) -> Option<Vec<ListedFramework>> {
        self.lock()
            .frameworks
            .as_ref()
            .map(|frameworks| frameworks.values().cloned().collect())
    }

    /// The named master behind an origin: by its named address, else by what a named master calls itself (flags
    /// `hostname`, `ip`, `advertise_ip`). The answer is always an address that the operator named.
    pub fn master_at(&self, targets: &Targets, origin: &Origin) -> Option<Base> {
        let named = targets.mesos_bases();
        if let Some(base) = named.iter().find(|base| base.origin == *origin) {
            return Some(base.clone());
        }
        let inner = self.lock();
        named.into_iter().find(|base| {
            let Some(flags) = inner.masters.get(base).and_then(|view| view.flags.as_ref()) else {
                return false;
            };
            let flag = |name: &str| flags.get(name).map(|value| value.to_ascii_lowercase());
            let host = ["hostname", "advertise_ip", "ip"]
                .into_iter()
                .any(|name| flag(name).as_deref() == Some(origin.host.as_str()));
            let port = flag("advertise_port")
                .or_else(|| flag("port"))
                .is_none_or(|port| port == origin.port.to_string());
            host && port && base.origin.tls == origin.tls
        })
    }

    /// What kind of cluster this is.
    pub fn kind(&self, targets: &Targets) -> Kind {
        match targets.kind {
            ClusterKind::Dcos => return Kind::Dcos,
            ClusterKind::Mesos => return Kind::Mesos("plain Mesos, as stated".to_owned()),
            ClusterKind::Auto if targets.admin_router.is_some() => return Kind::Dcos,
            ClusterKind::Auto => {}
        }
        let inner = self.lock();
        let with_flags: Vec<(&Base, &BTreeMap<String, String>)> = inner
            .masters
            .iter()
            .filter_map(|(base, view)| Some((base, view.flags.as_ref()?)))
            .collect();
        if with_flags.is_empty() {
            return Kind::Unknown;
        }
        let signed = with_flags
            .iter()
            .flat_map(|(_, flags)| flags.values())
            .any(|value| DCOS_SIGNS.iter().any(|sign| value.contains(sign)));
        if signed {
            return Kind::Dcos;
        }
        let hosts: Vec<String> = with_flags.iter().map(|(base, _)| base.origin.authority()).collect();
        Kind::Mesos(format!(
            "plain Mesos: no DC/OS sign in the flags of {}",
            hosts.join(", ")
        ))
    }
}

/// The address in a pid: `slave(1)@10.0.0.9:5051`.
pub fn address_of(pid: &str) -> Option<&str> {
    pid.rsplit_once('@')
        .map(|(_, address)| address)
        .filter(|address| !address.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets() -> Targets {
        Targets {
            mesos: vec![
                Base::parse("10.0.0.1", 5050).unwrap(),
                Base::parse("10.0.0.2", 5050).unwrap(),
            ],
            ..Targets::default()
        }
    }

    fn origin(text: &str) -> Origin {
        Base::parse(text, 5050).unwrap().origin
    }

    #[test]
    fn a_redirect_leads_to_named_addresses_only() {
        let (known, targets) = (Known::default(), targets());
        known.saw_master(
            &targets.mesos[1],
            MasterView {
                flags: Some(BTreeMap::from([
                    ("hostname".to_owned(), "m2.example".to_owned()),
                    ("port".to_owned(), "5050".to_owned()),
                ])),
                ..MasterView::default()
            },
        );
        let at = |text: &str| known.master_at(&targets, &origin(text)).map(|base| base.to_string());
        assert_eq!(at("10.0.0.1").as_deref(), Some("http://10.0.0.1:5050"));
        assert_eq!(at("m2.example").as_deref(), Some("http://10.0.0.2:5050"));
        for stranger in ["10.0.0.3", "10.0.0.1:8080", "https://10.0.0.1:5050", "m2.example:80"] {
            assert_eq!(at(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn the_kind_is_read_from_flags_and_unknown_without_them() {
        let (known, targets) = (Known::default(), targets());
        assert_eq!(known.kind(&targets), Kind::Unknown);
        let see = |value: &str| {
            known.saw_master(
                &targets.mesos[0],
                MasterView {
                    flags: Some(BTreeMap::from([("work_dir".to_owned(), value.to_owned())])),
                    ..MasterView::default()
                },
            );
            known.kind(&targets)
        };
        assert_eq!(
            see("/var/lib/mesos"),
            Kind::Mesos("plain Mesos: no DC/OS sign in the flags of 10.0.0.1:5050".to_owned())
        );
        assert_eq!(see("/var/lib/dcos/mesos/master"), Kind::Dcos);
    }
}
