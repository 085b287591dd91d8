//! The vendor's procedure as ordered steps with gates, stop rules and commands to type. Never runs a command, never looks at a cluster.

use serde::{Deserialize, Serialize};

use super::hops::{Disagreement, HopKind, Statement};
use super::signoffs::Edition;
use crate::model::{Line, Version};

/// When a step is done; the order of the variants is the order of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Phase {
    Decide,
    Gather,
    BackUp,
    Bootstrap,
    Masters,
    Marathon,
    PrivateAgents,
    PublicAgents,
    Validate,
    /// Only when something fails.
    Trouble,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 10] = [
        Self::Decide,
        Self::Gather,
        Self::BackUp,
        Self::Bootstrap,
        Self::Masters,
        Self::Marathon,
        Self::PrivateAgents,
        Self::PublicAgents,
        Self::Validate,
        Self::Trouble,
    ];

    /// The name used in tables and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::Gather => "gather",
            Self::BackUp => "back-up",
            Self::Bootstrap => "bootstrap",
            Self::Masters => "masters",
            Self::Marathon => "marathon",
            Self::PrivateAgents => "private-agents",
            Self::PublicAgents => "public-agents",
            Self::Validate => "validate",
            Self::Trouble => "trouble",
        }
    }
}

/// What a step is done on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Each {
    /// Once.
    Cluster,
    Bootstrap,
    Node,
    Master,
    Agent,
}

/// Where a command is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Place {
    Anywhere,
    Bootstrap,
    Node,
    Master,
    Agent,
}

/// Whose line bounds a command.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// The version that runs.
    Before,
    /// The version to be reached.
    #[default]
    After,
}

/// A line to type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The line; `{from}` and `{to}` stand for the versions.
    pub run: String,
    /// Where it is typed.
    pub on: Place,
    /// It changes the cluster, a node or the bootstrap node.
    #[serde(default)]
    pub changes: bool,
    /// Whose line `since` and `until` are.
    #[serde(default)]
    pub of: Of,
    /// First line it is for.
    pub since: Option<Line>,
    /// Last line it is for.
    pub until: Option<Line>,
    /// Edition it is for.
    pub edition: Option<Edition>,
}

/// What must be seen before going on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// What must be seen.
    pub see: String,
    /// Checks that judge it; empty = it is judged by eye.
    pub checks: Vec<String>,
    /// What to do when it is not seen.
    pub stop: String,
}

/// One step of the DC/OS procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Stable id.
    pub id: String,
    /// When; a step of two phases is done in both.
    pub phases: Vec<Phase>,
    /// On what.
    pub each: Each,
    /// One line.
    pub title: String,
    /// Why and how.
    pub text: String,
    /// Kinds of hops; empty = patch, upgrade and configuration.
    #[serde(default)]
    pub kinds: Vec<HopKind>,
    /// Edition it is for; none = both.
    pub edition: Option<Edition>,
    /// First line of the version to be reached.
    pub since: Option<Line>,
    /// Last line of the version to be reached.
    pub until: Option<Line>,
    /// First line of the version that runs.
    pub runs_since: Option<Line>,
    /// Lines to type.
    #[serde(default, rename = "command")]
    pub commands: Vec<Command>,
    /// What must be seen.
    pub gate: Option<Gate>,
    /// Items of the vendor's documents that it answers.
    pub requirements: Vec<String>,
    /// Where it stands.
    pub sources: Vec<String>,
    /// Where documents disagree about it.
    #[serde(default, rename = "disagreement")]
    pub disagreements: Vec<Disputed>,
}

/// Documents that disagree about a step, and for which lines that matters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disputed {
    /// About what.
    pub about: String,
    /// What each says.
    pub statements: Vec<Statement>,
    /// Which one counts here, and why.
    pub applied: String,
    /// First line of the version to be reached.
    pub since: Option<Line>,
    /// Last line of the version to be reached.
    pub until: Option<Line>,
}

/// Where something stands around the ordered steps of a Mesos hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Around {
    /// Before the first step.
    Before,
    /// After every step that restarts the component.
    Gate,
    /// After the last step.
    After,
}

/// What a plain Mesos window needs around the guide's steps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MesosStep {
    /// Stable id.
    pub id: String,
    /// Where it stands.
    pub place: Around,
    /// Component whose gate it is.
    pub component: Option<String>,
    /// One line.
    pub title: String,
    /// Why and how.
    pub text: String,
    /// Lines to type.
    #[serde(default, rename = "command")]
    pub commands: Vec<Command>,
    /// What must be seen.
    pub gate: Gate,
    /// Items of the vendor's documents that it answers.
    pub requirements: Vec<String>,
    /// Where it stands.
    pub sources: Vec<String>,
}

/// The whole procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    schema: u32,
    /// Steps of DC/OS, in order within each phase.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// What stands around the steps of a Mesos hop.
    pub mesos: Vec<MesosStep>,
}

/// The hop that a plan is made for, as far as it decides which steps apply.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// Version that runs.
    pub from: &'a Version,
    /// Version to be reached.
    pub to: &'a Version,
    /// Kind of the hop.
    pub kind: HopKind,
    /// Edition; `None` = not known: steps of both are part of it.
    pub edition: Option<Edition>,
}

impl Window<'_> {
    fn edition_fits(&self, edition: Option<Edition>) -> bool {
        edition.is_none_or(|edition| self.edition.is_none_or(|own| own == edition))
    }
}

fn within(version: &Version, since: Option<Line>, until: Option<Line>) -> bool {
    let line = Line::from(version);
    since.is_none_or(|since| since <= line) && until.is_none_or(|until| line <= until)
}

impl Step {
    /// Whether the step is part of that window.
    pub fn applies(&self, window: &Window<'_>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&window.kind))
            && window.edition_fits(self.edition)
            && within(window.to, self.since, self.until)
            && within(window.from, self.runs_since, None)
    }
}

impl Disputed {
    /// The disagreement, where it matters for that window.
    pub fn of(&self, window: &Window<'_>) -> Option<Disagreement> {
        within(window.to, self.since, self.until).then(|| Disagreement {
            about: self.about.clone(),
            statements: self.statements.clone(),
            applied: self.applied.clone(),
        })
    }
}

impl Command {
    /// Whether the command is for that window.
    pub fn applies(&self, window: &Window<'_>) -> bool {
        let version = match self.of {
            Of::Before => window.from,
            Of::After => window.to,
        };
        window.edition_fits(self.edition) && within(version, self.since, self.until)
    }
}

/// Puts the versions into a text.
pub fn filled(text: &str, from: &Version, to: &Version) -> String {
    text.replace("{from}", &from.to_string())
        .replace("{to}", &to.to_string())
}

/// Reads the procedure.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Procedure, String> {
    let procedure: Procedure = toml::from_str(text).map_err(|error| error.to_string())?;
    if procedure.schema != 1 {
        return Err(format!("schema {}, this program reads 1", procedure.schema));
    }
    Ok(procedure)
}
