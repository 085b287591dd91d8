//! What an archive says about the nodes that a plan names: masters in the order of their turn, and how many agents.
//! Never guesses who leads: where that is not known, it is said.

use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::knowledge::hops::Product;
use crate::knowledge::signoffs::Edition;
use crate::model::{Observed, Version};

use super::Chosen;

/// The cluster of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// File name of the archive.
    pub archive: String,
    /// SHA-256 of its tag manifest.
    pub digest: String,
    /// Masters in the order of their turn: those that do not lead, then the leader.
    pub masters: Vec<String>,
    /// The master that leads; it is the last of `masters`.
    pub leader: Option<String>,
    /// Agents, where the archive is known to list them all.
    pub agents: Option<Agents>,
    /// Service Marathons with their versions, where the archive is known to show them all.
    pub service_marathons: Option<Vec<String>>,
    /// What is doubtful, one sentence each.
    pub doubts: Vec<String>,
}

/// Numbers of agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Agents {
    pub private: usize,
    pub public: usize,
}

impl Cluster {
    /// Reads it out of facts; `archive` is the name to show.
    pub fn of(facts: &Facts<'_>, archive: &str) -> Self {
        let mut doubts: Vec<String> = facts.cluster.leadership.contradictions.clone();
        let leading = facts.leading_master().map(|master| master.host.as_str());
        let mut masters: Vec<&str> = facts
            .snapshot
            .masters
            .iter()
            .map(|master| master.host.as_str())
            .collect();
        masters.sort_unstable();
        if let Some(leading) = leading {
            masters.retain(|host| *host != leading);
            masters.push(leading);
        } else {
            doubts.push(
                "which master leads is not known from this archive: find out before the first, its turn is the last"
                    .to_owned(),
            );
        }
        for (master, before, after) in &facts.cluster.leadership.changed {
            doubts.push(format!(
                "{master} named {before} as the leader, and {after} at the end of the run"
            ));
        }
        // A list that may be incomplete gives no number.
        let agents = match facts.agents() {
            Ok(agents) => {
                let public = agents.iter().filter(|agent| agent.is_public()).count();
                Some(Agents {
                    private: agents.len() - public,
                    public,
                })
            }
            Err(why) => {
                doubts.push(format!("agents: {}", why.sentence()));
                None
            }
        };
        let service_marathons = facts.marathons.gaps.is_empty().then(|| {
            let all = facts.snapshot.marathons.iter().filter(|marathon| !marathon.root);
            all.map(|marathon| match marathon.info.known() {
                Some(info) => format!("{} {}", marathon.name, info.version_text),
                None => format!("{} of an unknown version", marathon.name),
            })
            .collect()
        });
        let short = shortened(&masters);
        Self {
            archive: archive.to_owned(),
            digest: facts.snapshot.origin.digest.clone(),
            leader: leading.and_then(|_| short.last().cloned()),
            masters: short,
            agents,
            service_marathons,
            doubts,
        }
    }

    /// The product that the archive is of.
    pub fn product(facts: &Facts<'_>) -> Option<Chosen> {
        match &facts.cluster.kind {
            Observed::Known(kind, at) => Some(Chosen {
                product: match kind {
                    Kind::Dcos => Product::Dcos,
                    Kind::Mesos => Product::Mesos,
                },
                because: format!("the archive says so: {}{}", at.item, at.pointer),
            }),
            Observed::Unknown(_) => None,
        }
    }

    /// The version that runs, of that product.
    pub fn version(facts: &Facts<'_>, product: Product) -> Option<Version> {
        match product {
            Product::Mesos => facts.mesos_version(),
            Product::Dcos => {
                let versions = &facts.snapshot.dcos.versions;
                versions.iter().find(|(_, version)| version.known().is_some())?;
                facts.running_version()
            }
        }
    }

    /// The edition, where the archive shows a licence.
    pub fn edition(facts: &Facts<'_>) -> Option<Edition> {
        facts.snapshot.dcos.license.known().map(|_| Edition::Enterprise)
    }
}

/// Hosts without their ports, where that leaves them different.
fn shortened(hosts: &[&str]) -> Vec<String> {
    let bare: Vec<&str> = hosts
        .iter()
        .map(|host| host.rsplit_once(':').map_or(*host, |(bare, _)| bare))
        .collect();
    let mut unique = bare.clone();
    unique.sort_unstable();
    unique.dedup();
    let shown = if unique.len() == bare.len() { &bare[..] } else { hosts };
    shown.iter().map(|host| (*host).to_owned()).collect()
}
