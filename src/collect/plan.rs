//! What a run is asked to do: targets, expectations, selection, inputs. Made by the command line (or the demo), never changed.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::backup::keep::{Keep, Named};
use crate::model::Phase;
use crate::model::items;
use crate::model::manifest::{ClusterKind, Expected};

use super::auth::Credentials;
use super::limits::Limits;
use super::target::{Base, Origin};
use super::tls::Tls;
use super::zk_session::{Contents, WalkLimits, ZkAuth};

/// Usual port of Marathon on a master, without and with TLS.
const MARATHON_PORTS: (u16, u16) = (8080, 8443);

/// Where evidence comes from. Everything not named here is discovered from what is.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// Stated kind of cluster.
    pub kind: ClusterKind,
    /// Expected masters, as named.
    pub masters: Vec<String>,
    /// Mesos masters that are asked directly; empty when only Admin Router was named.
    pub mesos: Vec<Base>,
    /// Admin Router, if named.
    pub admin_router: Option<Base>,
    /// Admin Routers of the masters, where they are not on port 80 (443 with TLS) of each.
    pub admin_routers: Vec<Base>,
    /// Marathon instances by name; the root one is called `root`.
    pub marathons: Vec<(String, Base)>,
    /// Exhibitors, if named.
    pub exhibitors: Vec<Base>,
    /// ZooKeeper servers, if named.
    pub zookeepers: Vec<Base>,
    /// Expected agents; `None` when there is no inventory.
    pub agents: Option<Vec<String>>,
    /// Input files.
    pub inputs: Vec<Input>,
    /// Backups.
    pub backups: Backups,
    /// Sources left out.
    pub skipped: BTreeSet<String>,
}

/// Backups to be proven.
#[derive(Debug, Clone)]
pub struct Backups {
    /// The backups.
    pub named: Vec<Named>,
    /// What becomes of their bytes.
    pub keep: Keep,
}

impl Default for Backups {
    fn default() -> Self {
        Self {
            named: Vec::new(),
            keep: Keep::Unsaid,
        }
    }
}

impl Backups {
    /// Why bytes stay in clear, where they do and there are any.
    pub fn in_clear(&self) -> Option<String> {
        let because = self.keep.in_clear().filter(|_| !self.named.is_empty());
        because.map(str::to_owned)
    }
}

/// An input file of the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Item it is filed under (`model::items::INPUT_…`).
    pub item: &'static str,
    /// Where it stands.
    pub path: PathBuf,
}

impl Targets {
    /// Whether a source is left out.
    pub fn skips(&self, source: &str) -> bool {
        self.skipped.contains(source)
    }

    /// Bases below which Mesos masters answer: the direct ones, else Admin Router's way to the leader.
    pub fn mesos_bases(&self) -> Vec<Base> {
        if self.mesos.is_empty() {
            self.admin_router.iter().map(|router| router.below("/mesos")).collect()
        } else {
            self.mesos.clone()
        }
    }

    /// Whether masters are asked directly (and agents too).
    pub fn direct(&self) -> bool {
        !self.mesos.is_empty()
    }

    /// Whether the cluster's own ports speak TLS.
    pub fn cluster_tls(&self) -> bool {
        self.mesos.iter().any(|base| base.origin.tls)
    }

    /// Admin Routers: the named one first, then the one on each master that is asked directly: only a node's own
    /// Admin Router tells that node's DC/OS version and health.
    pub fn routers(&self) -> Vec<Base> {
        let mut all: Vec<Base> = self.admin_router.iter().cloned().collect();
        let own = if self.admin_routers.is_empty() {
            self.each_master(if self.cluster_tls() { 443 } else { 80 }, self.cluster_tls())
        } else {
            self.admin_routers.clone()
        };
        for router in own {
            if !all.contains(&router) {
                all.push(router);
            }
        }
        all
    }

    /// Where the root Marathon answers on DC/OS.
    pub fn root_marathons(&self) -> Vec<Base> {
        if let Some(router) = self.admin_router.as_ref().filter(|_| !self.direct()) {
            return vec![router.below("/service/marathon")];
        }
        let tls = self.cluster_tls();
        self.each_master(if tls { MARATHON_PORTS.1 } else { MARATHON_PORTS.0 }, tls)
    }

    /// Exhibitors: the named ones, else one on each master, else the one behind Admin Router.
    pub fn exhibitor_bases(&self) -> Vec<Base> {
        if !self.exhibitors.is_empty() {
            return self.exhibitors.clone();
        }
        if self.direct() {
            return self.each_master(items::usual_port(items::EXHIBITOR).unwrap_or(8181), false);
        }
        self.admin_router
            .iter()
            .map(|router| router.below("/exhibitor"))
            .collect()
    }

    /// One base per master host.
    pub fn each_master(&self, port: u16, tls: bool) -> Vec<Base> {
        let hosts: BTreeSet<&str> = self.mesos.iter().map(|base| base.origin.host.as_str()).collect();
        hosts
            .into_iter()
            .map(|host| Base {
                origin: Origin {
                    tls,
                    host: host.to_owned(),
                    port,
                },
                prefix: String::new(),
            })
            .collect()
    }

    /// Every origin that was named, or that belongs to a named host by its usual port. Credentials go to these only.
    pub fn named_origins(&self) -> BTreeSet<Origin> {
        let mut all: BTreeSet<Origin> = self
            .mesos
            .iter()
            .chain(&self.admin_router)
            .chain(self.marathons.iter().map(|(_, base)| base))
            .chain(&self.exhibitor_bases())
            .chain(&self.routers())
            .chain(&self.root_marathons())
            .map(|base| base.origin.clone())
            .collect();
        for agent in self.agents.iter().flatten() {
            if let Some(base) = self.agent_base(agent) {
                all.insert(base.origin);
            }
        }
        all
    }

    /// Where a named agent answers: as the masters, with or without TLS.
    pub fn agent_base(&self, named: &str) -> Option<Base> {
        let mut base = Base::parse(named, items::usual_port(items::MESOS_AGENT).unwrap_or(5051)).ok()?;
        base.origin.tls |= self.cluster_tls();
        base.prefix = String::new();
        Some(base)
    }

    /// Whether any of this needs TLS.
    pub fn needs_tls(&self) -> bool {
        self.named_origins().iter().any(|origin| origin.tls)
    }

    /// What the manifest says was expected.
    pub fn expected(&self) -> Expected {
        Expected {
            kind: self.kind,
            masters: self.masters.clone(),
            agents: self.agents.clone(),
            marathons: self
                .marathons
                .iter()
                .map(|(name, base)| (name.clone(), base.to_string()))
                .collect(),
            skipped: self.skipped.iter().cloned().collect(),
            zk_tree: false,
        }
    }
}

/// One run.
pub struct Job {
    /// Where evidence comes from.
    pub targets: Targets,
    /// Limits.
    pub limits: Limits,
    /// Trust.
    pub tls: Tls,
    /// Credentials.
    pub credentials: Credentials,
    /// Proxy, if one was named; those of the environment are ignored.
    pub proxy: Option<String>,
    /// Phase of the window.
    pub phase: Phase,
    /// Why.
    pub reason: Option<String>,
    /// Ticket.
    pub ticket: Option<String>,
    /// Who.
    pub operator: Option<String>,
    /// `collect` or `demo`.
    pub made_by: &'static str,
    /// The walk over the tree of znodes, where one is wanted.
    pub zk_tree: Option<ZkTree>,
}

/// A walk over the tree of znodes.
pub struct ZkTree {
    /// Credentials of the session; they go to named hosts only.
    pub auth: ZkAuth,
    /// How it behaves.
    pub limits: WalkLimits,
    /// Where it notes what it read.
    pub journal: PathBuf,
    /// Where contents go, where they are wanted.
    pub contents: Option<Box<dyn Contents>>,
}
