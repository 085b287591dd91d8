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
    /// The root Marathon before and after; without DC/OS the only one, where a target of its own was stated.
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
    ///
    /// `marathon`: the Marathon to be reached where it was stated; else the one that the release to be reached ships.
    ///
    /// # Errors
    /// No target was stated, or a version is not known: says which and why.
    pub fn of(
        facts: &Facts<'_>,
        knowledge: &Knowledge,
        target: Option<&Version>,
        marathon: Option<&Version>,
    ) -> Result<Self, NoHop> {
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
                marathon: running_marathon(facts).zip(marathon.cloned()),
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
            Version::leading(of(knowledge.release(version)?).first()?)
        };
        let before = running_marathon(facts).or_else(|| shipped_marathon(knowledge, &from));
        let after = marathon.cloned().or_else(|| shipped_marathon(knowledge, &to));
        let mesos = facts
            .mesos_version()
            .or_else(|| shipped(&from, |release| &release.mesos));
        Ok(Self {
            mesos: mesos.zip(shipped(&to, |release| &release.mesos)),
            marathon: before.zip(after),
            kind,
            from,
            to,
        })
    }
}

/// The first version of Marathon that a release ships; `None` where the release is not in the table.
pub fn shipped_marathon(knowledge: &Knowledge, release: &Version) -> Option<Version> {
    Version::leading(knowledge.release(release)?.marathon.first()?)
}

/// The root Marathon that runs, or the only one.
fn running_marathon(facts: &Facts<'_>) -> Option<Version> {
    let all = &facts.snapshot.marathons;
    let one = all.iter().find(|marathon| marathon.root).or(match all.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    one?.info.known()?.version.clone()
}
