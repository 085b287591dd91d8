//! One rule of an upgrade guide, and the condition under which it fires. Never looks at a cluster: `facts::rules` does.

use serde::{Deserialize, Serialize};

use crate::model::{Line, Version};

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum RuleKind {
    FlagNew,
    FlagRequired,
    FlagRemoved,
    FlagRenamed,
    FlagDeprecated,
    FlagDefault,
    FlagMeaning,
    EndpointAdded,
    EndpointRemoved,
    EndpointDeprecated,
    EndpointChanged,
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    FieldDeprecated,
    FieldInvalid,
    FieldMeaning,
    FieldDefault,
    Metric,
    Event,
    Environment,
    Acl,
    Api,
    Module,
    Storage,
    Compatibility,
    Behaviour,
    Reboot,
    Downgrade,
    HighAvailability,
    Packaging,
    Backup,
}

/// What it means when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Good to know.
    Info,
    /// Must be looked at.
    Warning,
    /// The upgrade fails or loses function if it is not handled.
    Blocker,
}

/// When it is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Before the hop.
    Pre,
    /// After the hop.
    Post,
    /// Before and after.
    Both,
}

/// Where a condition looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Flags of every master (`/flags`, else `/state`); the path is the flag's name.
    MasterFlags,
    /// Flags of every agent; the path is the flag's name.
    AgentFlags,
    /// Members of the leading master's `/state`; the path is one of `facts::rules::MASTER_STATE_PATHS`.
    MasterState,
    /// Members of every agent's own `/state`; the path is one of `facts::rules::AGENT_STATE_PATHS`.
    AgentState,
    /// Whether a route of a master is served, by its version and the guide's table of routes; the path is the route.
    MasterEndpoint,
    /// Whether a route of an agent is served.
    AgentEndpoint,
    /// `/metrics/snapshot` of a master; the path is the metric.
    MasterMetrics,
    /// A file on a host: never in the evidence of an API, so always a manual item.
    HostFile,
    /// `/v2/info` of every Marathon; a dotted path.
    MarathonInfo,
    /// Definitions in `/v2/apps`; a dotted path below one app.
    MarathonApps,
    /// Definitions in `/v2/pods`.
    MarathonPods,
    /// `/v2/deployments`.
    MarathonDeployments,
    /// `/v2/tasks`.
    MarathonTasks,
    /// `/v2/plugins`.
    MarathonPlugins,
    /// Whether a route of Marathon is served.
    MarathonEndpoint,
}

/// What must hold of a sighting for the rule to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Test {
    Present,
    Absent,
    AbsentOrEquals,
    Equals,
    NotEquals,
    In,
    NotIn,
    Contains,
    ContainsAny,
    /// Any of the values is missing in the text; never fires on an absent path.
    LacksAny,
    Nonempty,
    GreaterThan,
    /// The value is a version below the given one.
    VersionBelow,
    /// The value is a version at or above the given one.
    VersionAtLeast,
    /// The value is a duration (`75secs`) below the given one.
    DurationBelow,
    /// The value is a count that is not more than half of the masters.
    NotAMajority,
    /// The text matches a regular expression.
    Matches,
}

/// When a rule fires: a sighting at this place for which the test holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where to look.
    pub on: Place,
    /// Further places where the same is looked for.
    #[serde(default)]
    pub also_on: Vec<Place>,
    /// What to look for there (see [`Place`]).
    pub path: String,
    /// Further names that are looked for in the same way, each for itself.
    #[serde(default)]
    pub also: Vec<String>,
    /// What must hold.
    pub test: Test,
    /// What to compare with.
    #[serde(default)]
    pub values: Vec<String>,
    /// First line whose answers have the path at all; on older ones the rule cannot be judged.
    pub visible_since: Option<Line>,
    /// A path that is not shown may exist all the same: it is unknown, not absent.
    #[serde(default)]
    pub absence_unknown: bool,
    /// The rule fires only where this holds as well, anywhere in the cluster.
    pub only_if: Option<Box<Condition>>,
}

/// One statement of a guide about one hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id (`mesos-0.19-quorum`); reports and waivers name it.
    pub id: String,
    /// What it is about.
    pub kind: RuleKind,
    /// What it means when it fires.
    pub weight: Weight,
    /// When to look.
    pub side: Side,
    /// `masters`, `agents`, `schedulers`, `executors`, `modules`, or several of them; empty for Marathon.
    #[serde(default)]
    pub components: Vec<String>,
    /// Flag, field, route or variable that it is about.
    pub name: Option<String>,
    /// Its former name, value or form.
    pub old: Option<String>,
    /// Its new name, value or form.
    pub new: Option<String>,
    /// The rule in words.
    pub text: String,
    /// What to look at by hand.
    pub hint: Option<String>,
    /// When it fires; none = evidence cannot decide: a manual item, or a statement that only informs.
    pub fires: Option<Condition>,
    /// Evidence alone cannot settle it even where the condition does not hold: a person has to look.
    #[serde(default)]
    pub manual: bool,
    /// Requirements that it answers (`S4-8`).
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Checks that judge it in a way of their own; the rule then has no condition here and is no manual item by itself.
    #[serde(default)]
    pub answered_by: Vec<String>,
    /// First release of the hop's line with it, where that is not the line's first; releases before it do not have it.
    pub since: Option<Version>,
    /// It was taken back into the hop's line: it counts only where the target is of this line itself, because the first
    /// releases of later lines are older than it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backport: bool,
    /// Where it comes from.
    pub sources: Vec<String>,
}
