//! The migration steps of Marathon that look at constraints: which run on a way, and what each does to what is stored.
//!
//! Read at the tags named in each source. A step runs where the storage is older than the release it is named after
//! (numbers only: a preview stores the number of its release). Nothing here judges what has no migration step.

use super::integer::{self, Integer};
use super::{Judgement, Kind, Rules};
use crate::model::Version;
use crate::snapshot::Constraint;
use crate::sources::java_regex::{self, Syntax};

/// What the upgrade does to a constraint where a migration ends with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// It stays.
    Kept,
    /// It is written otherwise: elements, and why.
    Rewritten(Vec<String>, String),
    /// It is removed, with a line in the log only: why.
    Dropped(String),
    /// The migration ends at it: why.
    Aborts(String),
    /// Not known: why.
    Unknown(String),
}

/// A step of a migration that looks at constraints of apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// 1.3.7 to 1.3.14 over storage older than 1.1.5: repairs groups and holds the validator of 1.3 against them, before
    /// anything repairs a constraint.
    Validate115,
    /// 1.3.5 to 1.3.12 over storage older than 1.3.5: expressions only.
    Expressions135,
    /// 1.3.13 and 1.3.14 over storage older than 1.3.5: values of UNIQUE and GROUP_BY too.
    Values135,
    /// 1.4 over storage older than 1.4.0: expressions only.
    Expressions140,
    /// 1.5 to 1.7 over storage older than 1.5.0: the whole definition is normalised, validated and converted.
    Validate150 {
        /// Whether it takes the empty value from UNIQUE first.
        trims_unique: bool,
    },
}

/// Steps of a way, and what has to be said about the way itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Way {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// Where the target refuses the storage as it is: over which releases the way leads that is judged instead.
    pub note: Option<String>,
}

impl Step {
    /// Stable short name, kebab-case.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Validate115 => "migration-1.1.5-validation",
            Self::Expressions135 => "migration-1.3.5-expressions",
            Self::Values135 => "migration-1.3.5-values",
            Self::Expressions140 => "migration-1.4.0-expressions",
            Self::Validate150 { .. } => "migration-1.5.0-validation",
        }
    }

    /// Whether it writes some constraints otherwise.
    pub(super) fn rewrites(self) -> bool {
        !matches!(self, Self::Validate115 | Self::Validate150 { trims_unique: false })
    }

    /// Whether it removes some constraints.
    pub(super) fn drops(self) -> bool {
        matches!(self, Self::Expressions135 | Self::Values135 | Self::Expressions140)
    }

    /// Whether it ends at some constraints.
    pub(super) fn aborts(self) -> bool {
        matches!(self, Self::Validate115 | Self::Validate150 { .. })
    }

    /// Where it was read.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::Validate115 => {
                "mesosphere/marathon state/Migration.scala (MigrationTo1_1_5), v1.3.7 and v1.3.14; state/Group.scala, v1.3.14"
            }
            Self::Expressions135 => "mesosphere/marathon state/Migration.scala (MigrationTo_1_3_5), v1.3.5 and v1.3.12",
            Self::Values135 => "mesosphere/marathon state/Migration.scala (MigrationTo_1_3_5), v1.3.13 and v1.3.14",
            Self::Expressions140 => {
                "mesosphere/marathon storage/migration/legacy/MigrationTo_1_4_0.scala, v1.4.0 and v1.4.13"
            }
            Self::Validate150 { .. } => {
                "mesosphere/marathon storage/migration/MigrationTo15.scala, v1.5.11 and v1.5.12 (1.6: v1.6.544 and v1.6.549, 1.7: v1.7.149)"
            }
        }
    }

    /// Runs the step over one constraint of an app. `rules`: those of the release that migrates.
    pub(super) fn apply(self, elements: &[String], rules: &Result<Rules, String>) -> Done {
        let (operator, value) = match elements {
            [_, operator] => (operator.as_str(), None),
            [_, operator, value] => (operator.as_str(), Some(value.as_str())),
            _ => return Done::Kept,
        };
        match (self, operator, value) {
            (Self::Validate115, ..) => validated(
                elements,
                rules,
                "the migration to 1.1.5, as 1.3 runs it, validates every stored version of the groups before any repair",
            ),
            (Self::Expressions135, "LIKE" | "UNLIKE", Some(value)) => expression(elements, value, "1.3.5"),
            (Self::Values135, ..) => values(elements, operator, value),
            (Self::Expressions140, "LIKE" | "UNLIKE", Some(value)) => expression(elements, value, "1.4.0"),
            (Self::Validate150 { trims_unique: true }, "UNIQUE", Some("")) => {
                without_value(elements, "the migration to 1.5 takes the empty value from UNIQUE")
            }
            (Self::Validate150 { .. }, ..) => validated(
                elements,
                rules,
                "the migration to 1.5 validates every stored version of every app and ends at the first that breaks a rule",
            ),
            (Self::Expressions135 | Self::Expressions140, ..) => Done::Kept,
        }
    }
}

fn validated(elements: &[String], rules: &Result<Rules, String>, what: &str) -> Done {
    let judgement = match rules {
        Ok(rules) => rules.judge(&written(elements), Kind::App),
        Err(why) => Judgement::Unknown { why: why.clone() },
    };
    match judgement {
        Judgement::Valid => Done::Kept,
        Judgement::Unknown { why } => Done::Unknown(why),
        Judgement::Invalid { rule, detail, .. } => {
            let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            Done::Aborts(format!("{what}: {}{detail}", rule.text()))
        }
    }
}

/// What 1.3.13 and 1.3.14 repair.
fn values(elements: &[String], operator: &str, value: Option<&str>) -> Done {
    match (operator, value) {
        ("UNIQUE", Some(_)) => without_value(elements, "the migration to 1.3.5 takes the value from UNIQUE"),
        ("GROUP_BY", Some("")) => without_value(elements, "the migration to 1.3.5 takes the empty value from GROUP_BY"),
        ("GROUP_BY", Some(value)) => match integer::judge(value) {
            Integer::Yes => Done::Kept,
            Integer::No => Done::Dropped(
                "the migration to 1.3.5 removes GROUP_BY whose value is no 32-bit integer, with a line in the log only"
                    .to_owned(),
            ),
            Integer::CannotTell => {
                Done::Unknown("whether its value is a number depends on the release of Java".to_owned())
            }
        },
        ("LIKE" | "UNLIKE", None) => Done::Dropped(format!(
            "the migration to 1.3.5 removes {operator} without a value, with a line in the log only"
        )),
        ("LIKE" | "UNLIKE", Some(value)) => expression(elements, value, "1.3.5"),
        _ => Done::Kept,
    }
}

/// `*` becomes `.*`; what else does not compile is removed with its constraint.
fn expression(elements: &[String], value: &str, release: &str) -> Done {
    match java_regex::judge(value) {
        Syntax::Valid => Done::Kept,
        Syntax::CannotTell(why) => Done::Unknown(format!("whether its expression compiles cannot be told: {why}")),
        Syntax::Invalid(_) if value == "*" => {
            let mut to = elements.to_vec();
            if let Some(last) = to.last_mut() {
                ".*".clone_into(last);
            }
            Done::Rewritten(to, format!("the migration to {release} writes `.*` for `*`"))
        }
        Syntax::Invalid(why) => Done::Dropped(format!(
            "the migration to {release} removes a constraint whose expression does not compile, with a line in the log only ({why})"
        )),
    }
}

fn without_value(elements: &[String], why: &str) -> Done {
    Done::Rewritten(elements.iter().take(2).cloned().collect(), why.to_owned())
}

/// A constraint of an app from its elements.
pub(super) fn written(elements: &[String]) -> Constraint {
    Constraint {
        elements: elements.iter().cloned().map(Ok).collect(),
        well_formed: true,
        raw: String::new(),
    }
}

/// The newest 1.4 and 1.7 whose source was read: over them leads the way that Marathon's own pages name.
const NEWEST_14: &str = "1.4.13";
const NEWEST_17: &str = "1.7.236";

/// The steps that run when a release first starts over the storage of another one.
///
/// # Errors
/// There is no such way, or a number that decides is missing: one sentence.
pub(super) fn way(running: &Version, target: &Version) -> Result<Way, String> {
    let numbers = |version: &Version| (version.major, version.minor, version.patch);
    let (from, to) = (running.line(), target.line());
    if numbers(target) < numbers(running) && (from != to || running.patch.is_some() && target.patch.is_some()) {
        return Err(format!(
            "Marathon {target} is older than {running}: a release refuses storage that a newer one wrote, so there is no way back"
        ));
    }
    // Within these lines it depends on the third number.
    let third = |version: &Version| {
        version
            .patch
            .ok_or_else(|| format!("what becomes of a constraint depends on the third number of Marathon {version}"))
    };
    let mut steps = Vec::new();
    if to == (1, 3) && from <= (1, 3) {
        let (before, after) = (third(running)?, third(target)?);
        if after >= 7 && (from < (1, 1) || from == (1, 1) && before < 5) {
            steps.push(Step::Validate115);
        }
        if from < (1, 3) || before < 5 {
            match after {
                0..=4 => {}
                5..=12 => steps.push(Step::Expressions135),
                _ => steps.push(Step::Values135),
            }
        }
    }
    if to >= (1, 4) && from < (1, 4) {
        steps.push(Step::Expressions140);
    }
    if to >= (1, 5) && from < (1, 5) {
        let trims_unique = match to {
            (1, 5) => third(target)? >= 12,
            (1, 6) => third(target)? >= 549,
            (1, 7) => third(target)? >= 149,
            _ => true,
        };
        steps.push(Step::Validate150 { trims_unique });
    }
    Ok(Way {
        steps,
        note: note(running, target),
    })
}

/// What the target says to the storage as it is, where it refuses it.
fn note(running: &Version, target: &Version) -> Option<String> {
    let (from, to) = (running.line(), target.line());
    let (oldest, over) = match () {
        () if to >= (1, 8) && from < (1, 4) => ("1.6.0", format!("{NEWEST_14} and {NEWEST_17}")),
        () if to >= (1, 8) && from < (1, 6) => ("1.6.0", NEWEST_17.to_owned()),
        () if to >= (1, 5) && from < (1, 4) => ("1.4.0", NEWEST_14.to_owned()),
        () => return None,
    };
    let earlier = if to >= (1, 8) && from < (1, 5) {
        "; a release that migrates to 1.5 without repairing UNIQUE (1.5.0 to 1.5.11, 1.6.322 to 1.6.544, 1.7.37 and 1.7.50) ends at UNIQUE with an empty value"
    } else {
        ""
    };
    Some(format!(
        "Marathon {target} refuses storage of {running} (it reads {oldest} and later): judged by the way over {over}{earlier}"
    ))
}
