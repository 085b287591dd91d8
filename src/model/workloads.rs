//! Apps and pods before and after a window, as a model: definition, constraints and tasks of each that differs, and counts
//! over all. Holds texts as they may be shown: a secret is in none of them. Decides nothing.

use serde::{Deserialize, Serialize};

/// Apps and pods of one Marathon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarathonWorkloads {
    /// Name of the Marathon.
    pub marathon: String,
    /// Its release before; none = not known.
    pub before: Option<String>,
    /// Its release after.
    pub after: Option<String>,
    /// Definitions of apps by what became of them; none = they could not be compared.
    pub apps: Option<DefinitionCounts>,
    /// Definitions of pods.
    pub pods: Option<DefinitionCounts>,
    /// Constraints of the apps and pods that are on both sides.
    pub constraints: ConstraintCounts,
    /// Tasks of its apps and pods; none = they could not be compared.
    pub tasks: Option<TaskCounts>,
    /// What is written otherwise and means the same, by entry of the table of fields, the most frequent first.
    pub written: Vec<WrittenBy>,
    /// Every app and pod with a difference, pods after apps, by id.
    pub differing: Vec<WorkloadDiff>,
}

/// What became of definitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of `DefinitionState`")]
pub struct DefinitionCounts {
    pub same: u64,
    pub same_meaning: u64,
    pub changed: u64,
    pub lost: u64,
    pub new: u64,
}

/// What became of constraints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of `ConstraintState`")]
pub struct ConstraintCounts {
    pub same: u64,
    pub rewritten: u64,
    pub changed: u64,
    pub lost: u64,
    pub gained: u64,
}

/// What became of tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCounts {
    /// Run as before, or stand as before.
    pub survived: u64,
    /// Started again on the same agent.
    pub restarted: u64,
    /// Run on another agent.
    pub moved: u64,
    /// Do not run any more, and nothing runs in their place.
    pub lost: u64,
    /// Were not there before.
    pub new: u64,
    /// Ran before and run now under the same id, and evidence cannot tell whether they ran on.
    pub unknown: u64,
}

impl TaskCounts {
    /// Whether every task ran on, and none came.
    pub fn undisturbed(&self) -> bool {
        let Self {
            survived: _,
            restarted,
            moved,
            lost,
            new,
            unknown,
        } = self;
        restarted + moved + lost + new + unknown == 0
    }
}

/// How often an entry of the table of fields explained that a definition is written otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenBy {
    /// Id of the entry.
    pub entry: String,
    /// What it says.
    pub says: String,
    /// Number of definitions.
    pub definitions: u64,
}

/// App or pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum WorkloadKind {
    App,
    Pod,
}

impl WorkloadKind {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Pod => "pod",
        }
    }
}

/// What became of a definition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefinitionState {
    /// The same text.
    #[default]
    Same,
    /// Written otherwise, and meaning the same.
    SameMeaning,
    /// Fields differ.
    Changed,
    /// Not defined any more.
    Lost,
    /// Not defined before.
    New,
    /// Could not be compared.
    Unknown,
}

impl DefinitionState {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameMeaning => "same-meaning",
            Self::Changed => "changed",
            Self::Lost => "lost",
            Self::New => "new",
            Self::Unknown => "unknown",
        }
    }
}

/// One app or pod with a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadDiff {
    /// App or pod.
    pub kind: WorkloadKind,
    /// Absolute path.
    pub id: String,
    /// What became of its definition.
    pub definition: DefinitionState,
    /// Entries of the table of fields by which it is written otherwise.
    pub written: Vec<String>,
    /// Fields that differ, with values where these may be shown.
    pub fields: Vec<FieldChange>,
    /// Constraints that are not the same.
    pub constraints: Vec<ConstraintChange>,
    /// What became of its tasks; none = they could not be compared.
    pub tasks: Option<TaskCounts>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Name of the top-level field.
    pub field: String,
    /// Before; none = nothing to show.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// What became of a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConstraintState {
    /// Written otherwise, and meaning the same.
    Rewritten,
    /// Another one stands in its place.
    Changed,
    /// Gone.
    Lost,
    /// Not there before.
    Gained,
}

impl ConstraintState {
    /// The name used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rewritten => "rewritten",
            Self::Changed => "changed",
            Self::Lost => "lost",
            Self::Gained => "gained",
        }
    }
}

/// A constraint that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstraintChange {
    /// What became of it.
    pub state: ConstraintState,
    /// As written before.
    pub before: Option<String>,
    /// As written after.
    pub after: Option<String>,
    /// Why, in one sentence.
    pub why: String,
    /// Whether this is what the migrations of the hop do to it, worked out from before alone; none = not worked out.
    pub predicted: Option<bool>,
    /// Where the rule of the migration was read.
    pub source: Option<String>,
}
