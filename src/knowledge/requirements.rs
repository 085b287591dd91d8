//! Every checkable item of the vendor's documents, and what answers it besides checks. Never says whether it is met.
//!
//! What a check or a step of the plan answers stands there (`requirements`) and nowhere else.

use serde::Deserialize;

use super::signoffs::{Crossing, Edition, When};

/// Whose item it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// DC/OS.
    Dcos,
    /// Apache Mesos without DC/OS.
    Mesos,
    /// Either.
    Both,
}

/// One document.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Beginning of the ids (`S0`).
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whose clusters it is about.
    pub product: Product,
}

/// The tables of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// Counts and health.
    ClusterState,
    /// Versions, current and target.
    GatheredData,
    /// Tasks per node.
    Nodes,
    /// Racks of private agents.
    PrivateRacks,
    /// Racks of public agents.
    PublicRacks,
    /// What stops with an agent.
    AgentStops,
    /// Waves of agents, and agents that none may hold.
    Waves,
    /// Constraints of every app.
    Constraints,
    /// Marathon's metrics.
    Metrics,
}

impl Table {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClusterState => "cluster-state",
            Self::GatheredData => "gathered-data",
            Self::Nodes => "nodes",
            Self::PrivateRacks => "private-racks",
            Self::PublicRacks => "public-racks",
            Self::AgentStops => "agent-stops",
            Self::Waves => "waves",
            Self::Constraints => "constraints",
            Self::Metrics => "metrics",
        }
    }
}

/// One item.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Stable id (`S0-47`).
    pub id: String,
    /// The item in short words.
    pub text: String,
    /// Where it stands in the document.
    pub section: String,
    /// Items that are the answer once captured; `*` stands for anything between two slashes.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Sign-off items.
    #[serde(default)]
    pub signoff: Vec<String>,
    /// Tables of the workbook.
    #[serde(default)]
    pub inventory: Vec<Table>,
    /// Why gonogo itself is the answer.
    pub by_design: Option<String>,
    /// An order of components that the plan takes from the upgrade guide of the hop, step by step.
    #[serde(default)]
    pub guide_order: bool,
    /// Only there.
    pub edition: Option<Edition>,
    /// Only when a Mesos hop crosses one of these.
    #[serde(default)]
    pub crosses: Vec<Crossing>,
    /// `post`: answered after the window only.
    pub when: Option<When>,
}

/// All of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirements {
    schema: u32,
    /// The documents.
    #[serde(rename = "document")]
    pub documents: Vec<Document>,
    /// The items, in the order of the documents.
    #[serde(rename = "requirement")]
    pub items: Vec<Requirement>,
}

impl Requirements {
    /// The document of an item.
    pub fn document(&self, id: &str) -> Option<&Document> {
        let (document, _) = id.split_once('-')?;
        self.documents.iter().find(|one| one.id == document)
    }

    /// One item.
    pub fn find(&self, id: &str) -> Option<&Requirement> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Items that a sign-off answers.
    pub fn of_signoff<'a>(&'a self, signoff: &'a str) -> impl Iterator<Item = &'a Requirement> {
        self.items
            .iter()
            .filter(move |item| item.signoff.iter().any(|one| one == signoff))
    }
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Requirements, String> {
    let table: Requirements = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table)
}
