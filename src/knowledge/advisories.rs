//! Warnings of the vendor's documents about certain steps between DC/OS releases. Never decides whether a cluster is hit:
//! evidence or people do.

use serde::{Deserialize, Serialize};

use super::rule::Weight;
use crate::model::{Line, Version};

/// Which edition a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// DC/OS Enterprise.
    Enterprise,
    /// Open-source DC/OS.
    Open,
}

/// One warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advisory {
    /// Stable id.
    pub id: String,
    /// What it means for a cluster that it hits.
    pub weight: Weight,
    /// First release before the step that is meant.
    pub from_first: Option<Version>,
    /// Last one.
    pub from_last: Option<Version>,
    /// The release before the step is of a line below this one.
    pub from_below: Option<Line>,
    /// First target that is meant.
    pub to_first: Option<Version>,
    /// Last one.
    pub to_last: Option<Version>,
    /// Targets that are not meant any more: these, later ones of their lines, and whatever is newer than all of them.
    #[serde(default)]
    pub fixed: Vec<Version>,
    /// The versions alone decide: it bears on every cluster that makes this step.
    #[serde(default)]
    pub always: bool,
    /// It bears on clusters with one of these packages.
    #[serde(default)]
    pub packages: Vec<String>,
    /// A package of this version or a later one is not meant.
    pub packages_below: Option<Version>,
    /// It bears on apps whose last path element is one of these.
    #[serde(default)]
    pub app_names: Vec<String>,
    /// It bears on one edition only.
    pub edition: Option<Edition>,
    /// It bears on clusters in this security mode only.
    pub security: Option<String>,
    /// Checks of an upgrade guide that judge it in detail: the checks of advisories leave it to them.
    #[serde(default)]
    pub answered_by: Vec<String>,
    /// What it says, and what to do.
    pub text: String,
    /// Documents that say so.
    pub sources: Vec<String>,
}

impl Advisory {
    /// Whether it is about this step.
    pub fn is_about(&self, from: &Version, to: &Version) -> bool {
        let at_least = |bound: Option<&Version>, version: &Version| bound.is_none_or(|bound| version >= bound);
        let at_most = |bound: Option<&Version>, version: &Version| bound.is_none_or(|bound| version <= bound);
        at_least(self.from_first.as_ref(), from)
            && at_most(self.from_last.as_ref(), from)
            && self.from_below.is_none_or(|line| Line::from(from) < line)
            && at_least(self.to_first.as_ref(), to)
            && at_most(self.to_last.as_ref(), to)
            && !self.is_fixed_in(to)
    }

    fn is_fixed_in(&self, target: &Version) -> bool {
        let same_line = self
            .fixed
            .iter()
            .any(|fixed| fixed.line() == target.line() && target >= fixed);
        same_line || self.fixed.iter().max().is_some_and(|last| target >= last)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    schema: u32,
    advisory: Vec<Advisory>,
}

/// Reads the table.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str) -> Result<Vec<Advisory>, String> {
    let table: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if table.schema != 1 {
        return Err(format!("schema {}, this program reads 1", table.schema));
    }
    Ok(table.advisory)
}
