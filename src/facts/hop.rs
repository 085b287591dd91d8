//! The hop that a window is to make: versions before and after, of DC/OS and of the Mesos and Marathon inside. Never guesses
//! what a release ships.

use crate::knowledge::Knowledge;
use crate::model::{Observed, Version};

use super::Facts;
use super::cluster::Kind;

/// Versions of a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// DC/OS or plain Mesos.
    pub kind: Kind,
    /// Version that runs: of DC/OS, or of Mesos.
    pub from: Version,
    /// Version to be reached.
    pub to: Version,
    /// Mesos before and after.
    pub mesos: Option<(Version, Version)>,
    /// The root Marathon before and after; on plain Mesos none is part of the hop.
    pub marathon: Option<(Version, Version)>,
}

/// Why there is no hop to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoHop {
    /// Nobody said what is to be reached: rules of hops do not apply.
    NoTarget,
    /// A version is not known: says which and why.
    Unknown(String),
}

impl Hop {
    /// The hop from the version that runs to the target.
    pub fn of(facts: &Facts<'_>, knowledge: &Knowledge, target: Option<&Version>) -> Result<Self, NoHop> {
        let to = target.ok_or(NoHop::NoTarget)?.clone();
        let kind = match &facts.cluster.kind {
            Observed::Known(kind, _) => *kind,
            Observed::Unknown(why) => return Err(NoHop::Unknown(why.sentence())),
        };
        let from = facts.running_version().ok_or_else(|| {
            NoHop::Unknown(
                match kind {
                    Kind::Dcos => "the DC/OS version that runs is not known, or its masters differ",
                    Kind::Mesos => "the Mesos version of the leading master is not known",
                }
                .to_owned(),
            )
        })?;
        if kind == Kind::Mesos {
            return Ok(Self {
                kind,
                mesos: Some((from.clone(), to.clone())),
                marathon: None,
                from,
                to,
            });
        }
        if facts
            .snapshot
            .dcos
            .versions
            .iter()
            .all(|(_, version)| version.known().is_none())
        {
            return Err(NoHop::Unknown(
                "no node reports a DC/OS version (dcos-version.json), so the hop's beginning is not known".to_owned(),
            ));
        }
        let shipped = |version: &Version, of: fn(&crate::knowledge::Release) -> &[String]| {
            of(knowledge.release(version)?).first()?.parse::<Version>().ok()
        };
        let root = facts.snapshot.marathons.iter().find(|marathon| marathon.root);
        let marathon = root
            .and_then(|root| root.info.known()?.version_text.parse::<Version>().ok())
            .or_else(|| shipped(&from, |release| &release.marathon));
        let mesos = facts
            .mesos_version()
            .or_else(|| shipped(&from, |release| &release.mesos));
        Ok(Self {
            mesos: mesos.zip(shipped(&to, |release| &release.mesos)),
            marathon: marathon.zip(shipped(&to, |release| &release.marathon)),
            kind,
            from,
            to,
        })
    }
}
