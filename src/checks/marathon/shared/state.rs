//! Names of the nodes below a Marathon's state in ZooKeeper, or why they are not known. Holds no rule of its own.

use super::Instance;
use crate::checks::Context;
use crate::facts::marathon_state::{IN_PROGRESS, STORAGE_VERSION};
use crate::model::EvidenceRef;
use crate::snapshot::Children;

/// Why the names are not known.
#[derive(Debug)]
pub enum Gap {
    /// Evidence says that nobody can tell them from outside: no Exhibitor, or one that cannot list them either.
    Unanswerable(String),
    /// They were not asked for, did not arrive, or cannot be believed.
    Missing(String),
}

impl Gap {
    /// The reason, in words.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Unanswerable(why) | Self::Missing(why) => why,
        }
    }
}

/// The names, and where they stand.
///
/// # Errors
/// See [`Gap`].
pub fn titles<'a>(context: &Context<'_>, instance: Instance<'a>) -> Result<(&'a [String], &'a EvidenceRef), Gap> {
    match instance.marathon.state_nodes.get() {
        // A list without the one node that every Marathon keeps is of another place; what must not be there counts all the same.
        Ok((Children::Listed(titles), at))
            if !titles
                .iter()
                .any(|title| title == STORAGE_VERSION || title == IN_PROGRESS) =>
        {
            Err(Gap::Missing(format!(
                "{} lists no {STORAGE_VERSION}, which every Marathon keeps: this is not where it keeps its state",
                at.item
            )))
        }
        Ok((Children::Listed(titles), at)) => Ok((titles, at)),
        Ok((Children::NotListed, at)) => Err(Gap::Unanswerable(format!(
            "{}: Exhibitor cannot list the node (it is not there, or Exhibitor's own connection may not read it)",
            at.item
        ))),
        Err(why) => Err(match &context.facts.ensemble.without_exhibitor {
            Some(without) => Gap::Unanswerable(without.clone()),
            None => Gap::Missing(why.sentence()),
        }),
    }
}
