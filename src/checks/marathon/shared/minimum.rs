//! Pieces of the checks that hold Mesos against Marathon: minimum of a line, versions after the window. Holds no rule of its own.

use crate::checks::Context;
use crate::facts::cluster::Kind;
use crate::facts::hop::NoHop;
use crate::knowledge::MarathonLine;
use crate::model::{Observed, Version};

/// What the sources say about the oldest Mesos for a Marathon.
pub enum Minimum<'k> {
    /// This one.
    Stated(&'k MarathonLine, &'k Version),
    /// They know the line and state none.
    Unstated,
    /// They do not know the line.
    Unknown,
}

/// The oldest Mesos for a Marathon.
pub fn minimum<'k>(context: &Context<'k>, marathon: &Version) -> Minimum<'k> {
    match context.knowledge.marathon_line(marathon) {
        None => Minimum::Unknown,
        Some(row) => match &row.mesos_minimum {
            Some(least) => Minimum::Stated(row, least),
            None => Minimum::Unstated,
        },
    }
}

/// The Mesos to be reached; `None` inside where none was stated.
///
/// # Errors
/// Which Mesos the target has is not known: why.
pub fn mesos_after(context: &Context<'_>) -> Result<Option<Version>, String> {
    let Some(to) = &context.target else {
        return Ok(None);
    };
    match &context.facts.cluster.kind {
        Observed::Known(Kind::Mesos, _) => Ok(Some(to.clone())),
        Observed::Unknown(why) => Err(why.sentence()),
        Observed::Known(Kind::Dcos, _) => context
            .knowledge
            .release(to)
            .and_then(|release| release.mesos.first()?.parse().ok())
            .map(Some)
            .ok_or_else(|| format!("which Mesos DC/OS {to} ships is not known")),
    }
}

/// The Marathon that an instance becomes: the target, or what it is where nothing was stated or it is ahead.
///
/// # Errors
/// Which Marathon the target has is not known: why.
pub fn upgraded(context: &Context<'_>, version: &Version) -> Result<Version, String> {
    match context.marathon_to_reach() {
        Ok(target) => Ok(target.max(version.clone())),
        Err(NoHop::NoTarget) => Ok(version.clone()),
        Err(NoHop::Unknown(why)) => Err(why),
    }
}
