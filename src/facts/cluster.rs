//! Facts about the cluster as a whole: its kind, who leads, and whether what was listed is all there is.
//!
//! Decides only what may be believed; whether it is good or bad is the business of checks.

use crate::model::manifest::ClusterKind;
use crate::model::{EvidenceRef, Observed, Why};
use crate::snapshot::{Flags, Snapshot};

use super::leader::Leadership;
use super::visibility;

/// DC/OS or plain Mesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// DC/OS.
    Dcos,
    /// Apache Mesos without DC/OS.
    Mesos,
}

/// Facts about the cluster as a whole.
#[derive(Debug, Clone)]
pub struct ClusterFacts {
    /// Kind of cluster, with the evidence that says so.
    pub kind: Observed<Kind>,
    /// What the masters say about who leads.
    pub leadership: Leadership,
    /// Why the lists of the leading master's `/state` cannot be trusted at all (no quorum, not the leader, leader changed); `None` = no such reason.
    pub state_doubt: Option<Why>,
    /// Why the list of agents is incomplete (counters say otherwise); `None` = lists and counters agree.
    pub agents_doubt: Option<Why>,
    /// Why the list of frameworks is incomplete.
    pub frameworks_doubt: Option<Why>,
    /// Why the list of tasks is incomplete.
    pub tasks_doubt: Option<Why>,
}

impl ClusterFacts {
    /// Derives the facts.
    pub fn new(snapshot: &Snapshot) -> Self {
        let leadership = Leadership::new(snapshot);
        let speaker = visibility::Speaker::new(snapshot, &leadership);
        Self {
            kind: kind(snapshot),
            state_doubt: visibility::state(snapshot, &leadership, &speaker),
            agents_doubt: visibility::agents::doubt_of(snapshot, &speaker),
            frameworks_doubt: visibility::work::frameworks(snapshot, &speaker),
            tasks_doubt: visibility::work::tasks(snapshot, &speaker),
            leadership,
        }
    }
}

/// Folders that only DC/OS has: its packages and its state (dcos/dcos, `packages/*/build`, tags 1.7 to 2.2).
const DCOS_FOLDERS: [&str; 2] = ["/opt/mesosphere", "/var/lib/dcos"];

fn kind(snapshot: &Snapshot) -> Observed<Kind> {
    let seen = dcos_evidence(snapshot);
    match (snapshot.origin.manifest.expected.kind, seen) {
        (ClusterKind::Mesos, Some((at, what))) => Observed::Unknown(Why::Doubtful {
            detail: format!(
                "the cluster was stated to be plain Mesos, and {what} in {} says that it is DC/OS",
                at.item
            ),
        }),
        (ClusterKind::Dcos | ClusterKind::Auto, Some((at, _))) => Observed::Known(Kind::Dcos, at),
        (ClusterKind::Dcos, None) => Observed::Known(Kind::Dcos, EvidenceRef::item("gonogo.json").at("/expected/kind")),
        (ClusterKind::Mesos, None) => {
            Observed::Known(Kind::Mesos, EvidenceRef::item("gonogo.json").at("/expected/kind"))
        }
        (ClusterKind::Auto, None) => plain_flags(snapshot),
    }
}

/// What shows that this is DC/OS: its version file, or its folders in a master's flags.
fn dcos_evidence(snapshot: &Snapshot) -> Option<(EvidenceRef, String)> {
    for (_, version) in &snapshot.dcos.versions {
        if let Observed::Known(version, at) = version {
            return Some((at.clone(), format!("version {version}")));
        }
    }
    let sign = |flags: &Flags| {
        flags
            .iter()
            .find(|(_, value)| DCOS_FOLDERS.iter().any(|folder| value.contains(folder)))
            .map(|(name, _)| name.clone())
    };
    for master in &snapshot.masters {
        if let Observed::Known(flags, at) = &master.flags
            && let Some(name) = sign(flags)
        {
            return Some((at.at(format!("/flags/{name}")), format!("flag `{name}`")));
        }
    }
    if let Observed::Known(state, at) = &snapshot.state
        && let Some(name) = state.flags.as_ref().and_then(sign)
    {
        return Some((at.at(format!("/flags/{name}")), format!("flag `{name}`")));
    }
    None
}

/// Plain Mesos: a master shows its flags, and nothing in them belongs to DC/OS.
fn plain_flags(snapshot: &Snapshot) -> Observed<Kind> {
    let mut why = None;
    for master in &snapshot.masters {
        match &master.flags {
            // Every Mesos prints its `port`; a list without it is no list of flags, and its silence says nothing.
            Observed::Known(flags, at) if flags.contains_key("port") => {
                return Observed::Known(Kind::Mesos, at.clone());
            }
            Observed::Known(_, at) => {
                why.get_or_insert(Why::Malformed {
                    item: at.item.clone(),
                    detail: "no flag `port`, which every Mesos master has".to_owned(),
                });
            }
            Observed::Unknown(reason) => {
                why.get_or_insert(reason.clone());
            }
        }
    }
    Observed::Unknown(why.unwrap_or(Why::NotCollected {
        item: "data/mesos-master/*/flags.json".to_owned(),
    }))
}
