//! Expected changes: what a hop changes by itself. `plan` prints them, `compare` sorts differences by them. Never looks at a cluster.
//!
//! Statements about versions, fields, metrics, endpoints and units stand in `data/ledger.toml`; flags of Mesos that come
//! and go are read from its guide, so that one fact stands in one place.

use serde::{Deserialize, Serialize};

use super::{Knowledge, guide::FlagChanges};
use crate::model::{Line, Version};

/// Whose hop makes a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Of {
    Dcos,
    Mesos,
    Marathon,
}

/// What kind of thing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A version number.
    Version,
    /// Who leads.
    Leader,
    /// What a process remembers.
    History,
    /// A flag that `/flags` shows.
    Flag,
    /// Names of metrics.
    Metric,
    /// A route that is served.
    Endpoint,
    /// A member of `/state`.
    StateField,
    /// A member of a definition in `/v2/apps` or `/v2/pods`.
    AppField,
    /// A systemd unit.
    Unit,
    /// The form of an id.
    Identifier,
    /// How something answers.
    Answer,
}

impl What {
    /// The name shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Leader => "leader",
            Self::History => "history",
            Self::Flag => "flag",
            Self::Metric => "metric",
            Self::Endpoint => "endpoint",
            Self::StateField => "state field",
            Self::AppField => "app field",
            Self::Unit => "unit",
            Self::Identifier => "identifier",
            Self::Answer => "answer",
        }
    }
}

/// One expected change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedChange {
    /// Stable id (`marathon-1.5-uris`).
    pub id: String,
    /// Whose hop makes it.
    pub product: Of,
    /// First line that has it; none = every hop that raises the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Line>,
    /// What kind of thing changes.
    pub what: What,
    /// Where it changes: `masters`, `agents`, `marathon`, `apps`, `pods`, `nodes`, `cluster`.
    pub of: String,
    /// What goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// For endpoints: the item of an archive that holds the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Seen everywhere after the hop, else a node was left behind.
    #[serde(default)]
    pub must: bool,
    /// In words.
    pub text: String,
    /// Where it comes from.
    pub sources: Vec<String>,
}

/// Versions that a hop leads from and to; none = the product is no part of it, or its versions are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HopVersions {
    /// DC/OS.
    pub dcos: Option<(Version, Version)>,
    /// Mesos.
    pub mesos: Option<(Version, Version)>,
    /// The root Marathon.
    pub marathon: Option<(Version, Version)>,
}

impl HopVersions {
    fn of(&self, product: Of) -> Option<&(Version, Version)> {
        match product {
            Of::Dcos => self.dcos.as_ref(),
            Of::Mesos => self.mesos.as_ref(),
            Of::Marathon => self.marathon.as_ref(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    change: Vec<ExpectedChange>,
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Vec<ExpectedChange>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.change)
}

/// Everything that a hop changes by itself, in the order of the table, flags last; empty where nothing is raised.
///
/// A change of DC/OS restarts Mesos and Marathon even where their versions stay: leaders and history are then expected as well.
pub fn expected(knowledge: &Knowledge, versions: &HopVersions) -> Vec<ExpectedChange> {
    let raised = |pair: Option<&(Version, Version)>| pair.is_some_and(|(from, to)| from < to);
    let restarts = raised(versions.dcos.as_ref());
    let mut all: Vec<ExpectedChange> = knowledge
        .ledger
        .iter()
        .filter(|change| {
            let own = versions.of(change.product);
            match change.since {
                Some(since) => own.is_some_and(|(from, to)| Line::from(from) < since && since <= Line::from(to)),
                None => raised(own) || (restarts && change.what != What::Version && change.product != Of::Marathon),
            }
        })
        .cloned()
        .collect();
    if let Some((from, to)) = versions.mesos.as_ref().filter(|(from, to)| from < to) {
        for hop in knowledge.mesos.between(from, to).unwrap_or_default() {
            if let Some(flags) = &hop.flags {
                all.extend(of_flags(hop.to, flags));
            }
        }
    }
    all
}

/// Flags that one line of Mesos adds or takes away, one statement per component.
fn of_flags(since: Line, flags: &FlagChanges) -> Vec<ExpectedChange> {
    let one = |of: &str, comes: bool, name: &String| ExpectedChange {
        id: format!("mesos-{since}-{of}-flag-{name}"),
        product: Of::Mesos,
        since: Some(since),
        what: What::Flag,
        of: of.to_owned(),
        old: (!comes).then(|| name.clone()),
        new: comes.then(|| name.clone()),
        item: None,
        // A flag without a default is shown only where it is set: only nodes of one kind can be held against each other.
        must: true,
        text: if comes {
            format!("{of} have the flag {name}; where it has a default, /flags shows it")
        } else {
            format!("{of} have no flag {name} any more")
        },
        sources: flags.sources.clone(),
    };
    let list = |of: &str, comes: bool, names: &[String]| -> Vec<ExpectedChange> {
        names.iter().map(|name| one(of, comes, name)).collect()
    };
    let mut all = list("masters", true, &flags.master_added);
    all.extend(list("masters", false, &flags.master_removed));
    all.extend(list("agents", true, &flags.agent_added));
    all.extend(list("agents", false, &flags.agent_removed));
    all
}
