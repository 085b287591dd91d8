//! Upgrade guides of one product, hop by hop: order of the components, flags that come and go, rules. Never looks at a cluster.

use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::model::{Line, Version};

/// What is said about the order of the steps of a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The guide lists the steps in this order.
    Documented,
    /// The guide says that any order will do.
    Free,
    /// The guide lists none: the steps of the last hop that has a list.
    Inherited,
}

/// One step of a hop: a component and what is done to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideStep {
    /// `masters`, `agents`, `schedulers`, `executors`, `modules`, `marathon`.
    pub component: String,
    /// What is done, in order (`install`, `restart`, …).
    pub actions: Vec<String>,
    /// What to mind.
    pub note: Option<String>,
}

/// Flags that a hop adds and removes, by component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagChanges {
    /// Flags of masters that appear.
    #[serde(default)]
    pub master_added: Vec<String>,
    /// Flags of masters that go.
    #[serde(default)]
    pub master_removed: Vec<String>,
    /// Flags of agents that appear.
    #[serde(default)]
    pub agent_added: Vec<String>,
    /// Flags of agents that go.
    #[serde(default)]
    pub agent_removed: Vec<String>,
    /// Where that was read.
    pub sources: Vec<String>,
}

/// From one line to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideHop {
    /// Line before.
    pub from: Line,
    /// Line after.
    pub to: Line,
    /// Lines between the two that had no release of their own (release candidates, builds); a version of one of
    /// them is taken for the hop's beginning or end, whichever has more rules.
    #[serde(default)]
    pub skips: Vec<Line>,
    /// What is said about the order.
    pub order: Order,
    /// The steps.
    #[serde(default)]
    pub steps: Vec<GuideStep>,
    /// What to mind.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Requirements that the order of the steps answers (`S4-26`).
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Where the order comes from.
    pub sources: Vec<String>,
    /// Flags that come and go.
    pub flags: Option<FlagChanges>,
    /// Statements.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
}

/// A flag with a second, deprecated name: an answer shows it under the name that it was given by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagAlias {
    /// `masters` or `agents`.
    pub component: String,
    /// The deprecated name; the only one before `since`.
    pub old: String,
    /// The proper name.
    pub new: String,
    /// First line that has the proper name.
    pub since: Line,
    /// Where that was read.
    pub sources: Vec<String>,
}

/// A flag that patch releases of earlier lines have already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagBackport {
    /// `masters` or `agents`.
    pub component: String,
    /// The flag.
    pub flag: String,
    /// First release of each earlier line that has it.
    pub since: Vec<Version>,
    /// Where that was read.
    pub sources: Vec<String>,
}

/// Routes that a line has gained or lost against the line before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointChange {
    /// `masters` or `agents`.
    pub component: String,
    /// First line with the change; of the guide's first line every route is listed as added.
    pub line: Line,
    /// Routes that appear.
    #[serde(default)]
    pub added: Vec<String>,
    /// Routes that are gone.
    #[serde(default)]
    pub removed: Vec<String>,
    /// Where that was read.
    pub sources: Vec<String>,
}

/// The guide of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Version of this table's form.
    pub schema: u32,
    /// Hops in order, without gaps: each begins where the one before ends.
    #[serde(default, rename = "hop")]
    pub hops: Vec<GuideHop>,
    /// Flags with two names.
    #[serde(default, rename = "alias")]
    pub aliases: Vec<FlagAlias>,
    /// Flags that came to earlier lines with a patch release.
    #[serde(default, rename = "backport")]
    pub backports: Vec<FlagBackport>,
    /// Routes that came and went.
    #[serde(default, rename = "endpoint")]
    pub endpoints: Vec<EndpointChange>,
}

impl Guide {
    /// Every hop that a way from one version to another crosses, in order; empty within one line.
    ///
    /// A jump over several lines has the rules of every hop between (apache/mesos docs/versioning.md).
    /// `None`: the way goes back, or begins or ends outside the guide.
    pub fn between(&self, from: &Version, to: &Version) -> Option<Vec<&GuideHop>> {
        let (from, to) = (Line::from(from), Line::from(to));
        if from == to && self.knows(from) {
            return Some(Vec::new());
        }
        let crossed: Vec<&GuideHop> = self
            .hops
            .iter()
            .filter(|hop| hop.begin(from) >= from && hop.end(to) <= to)
            .collect();
        let begins = crossed.first().is_some_and(|hop| hop.begin(from) == from);
        let ends = crossed.last().is_some_and(|hop| hop.end(to) == to);
        (begins && ends).then_some(crossed)
    }

    /// Whether the guide has that line at all.
    pub fn knows(&self, line: Line) -> bool {
        self.hops
            .iter()
            .any(|hop| hop.from == line || hop.to == line || hop.skips.contains(&line))
    }

    /// First and last line, where there are any.
    pub fn ends(&self) -> Option<(Line, Line)> {
        Some((self.hops.first()?.from, self.hops.last()?.to))
    }

    /// Whether a component (`masters`, `agents`) of that line serves a route; `None`: the guide does not know the line or the route.
    pub fn serves(&self, component: &str, line: Line, route: &str) -> Option<bool> {
        let of = |change: &&EndpointChange| change.component == component;
        let named = |list: &[String]| list.iter().any(|one| one == route);
        let changes = || self.endpoints.iter().filter(of);
        if !self.knows(line) || !changes().any(|change| named(&change.added) || named(&change.removed)) {
            return None;
        }
        let mut served = false;
        for change in changes().filter(|change| change.line <= line) {
            served = (served || named(&change.added)) && !named(&change.removed);
        }
        Some(served)
    }

    /// Deprecated names under which a flag of a component may be shown instead of its proper one.
    pub fn old_names<'a>(&'a self, component: &'a str, flag: &'a str) -> impl Iterator<Item = &'a str> {
        self.aliases
            .iter()
            .filter(move |alias| alias.component == component && alias.new == flag)
            .map(|alias| alias.old.as_str())
    }

    /// Puts another part of the same guide behind this one.
    pub(super) fn append(&mut self, mut part: Self) {
        self.schema = part.schema;
        self.hops.append(&mut part.hops);
        self.aliases.append(&mut part.aliases);
        self.backports.append(&mut part.backports);
        self.endpoints.append(&mut part.endpoints);
    }
}

impl GuideHop {
    /// Where the hop begins for a way that begins at `line`: a line that it skips counts as its beginning.
    fn begin(&self, line: Line) -> Line {
        if self.skips.contains(&line) { line } else { self.from }
    }

    /// Where the hop ends for a way that ends at `line`.
    fn end(&self, line: Line) -> Line {
        if self.skips.contains(&line) { line } else { self.to }
    }
}

/// Reads one guide, or one part of one.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Guide, String> {
    let guide: Guide = toml::from_str(text).map_err(|error| error.to_string())?;
    if guide.schema != 1 {
        return Err(format!("schema {}, this program reads 1", guide.schema));
    }
    Ok(guide)
}
