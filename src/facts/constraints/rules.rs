//! The rules, one column per group of Marathon releases that share them.

use super::integer::{self, Integer};
use super::volume::{self, Disk};
use super::{Judgement, Kind};
use crate::model::Version;
use crate::snapshot::Constraint;
use crate::sources::java_regex::{self, Syntax};

/// Releases that share their rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    /// 0.8 to 0.14: only what cannot be read at all is refused.
    Reading,
    /// 0.15 to 1.1: shape and operator.
    Shape,
    /// 1.3.0 to 1.3.12, 1.4.0 to 1.4.7: values too, CLUSTER needs one.
    Values,
    /// 1.3.13 to 1.3.14, 1.4.8 to 1.4.13: CLUSTER needs none.
    ClusterFree,
    /// 1.5: UNIQUE takes no value, not even an empty one; fields have names.
    Line15,
    /// 1.6.322 to 1.11: operator IS.
    WithIs,
}

/// The rules of one Marathon release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    column: Column,
    pods: bool,
}

/// A rule that a constraint can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Rule {
    NotAList,
    NotAnObject,
    NotText,
    Length,
    ValueLost,
    UnknownOperator,
    OperatorCase,
    EmptyField,
    UniqueTakesNoValue,
    ClusterNeedsValue,
    GroupByNotANumber,
    MaxPerNeedsNumber,
    ExpressionMissing,
    ExpressionBroken,
    IsTextOnly,
    VolumeForm,
    VolumeOperator,
    VolumeExpressionBroken,
    VolumeOnRootDisk,
    VolumeUnlike,
}

impl Rule {
    /// Stable short name, kebab-case.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotAList => "not-a-list",
            Self::NotAnObject => "not-an-object",
            Self::NotText => "not-text",
            Self::Length => "length",
            Self::ValueLost => "value-lost",
            Self::UnknownOperator => "unknown-operator",
            Self::OperatorCase => "operator-case",
            Self::EmptyField => "empty-field",
            Self::UniqueTakesNoValue => "unique-takes-no-value",
            Self::ClusterNeedsValue => "cluster-needs-value",
            Self::GroupByNotANumber => "group-by-not-a-number",
            Self::MaxPerNeedsNumber => "max-per-needs-number",
            Self::ExpressionMissing => "expression-missing",
            Self::ExpressionBroken => "expression-broken",
            Self::IsTextOnly => "is-text-only",
            Self::VolumeForm => "volume-form",
            Self::VolumeOperator => "volume-operator",
            Self::VolumeExpressionBroken => "volume-expression-broken",
            Self::VolumeOnRootDisk => "volume-on-root-disk",
            Self::VolumeUnlike => "volume-unlike",
        }
    }

    /// The rule in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::NotAList => "an app's constraint is a list of texts",
            Self::NotAnObject => "a pod's constraint is an object with fieldName, operator and value",
            Self::NotText => "every element is a text; numbers, booleans, null and lists are refused",
            Self::Length => "a constraint has a field, an operator and at most one value",
            Self::ValueLost => "with a fourth element Marathon up to 0.14 takes the constraint and drops its value",
            Self::UnknownOperator => "the operator is none of this release",
            Self::OperatorCase => "operators are written in capitals; otherwise the request ends with status 500",
            Self::EmptyField => "the field has a name",
            Self::UniqueTakesNoValue => "UNIQUE takes no value",
            Self::ClusterNeedsValue => "CLUSTER needs a value in this release",
            Self::GroupByNotANumber => "the value of GROUP_BY, if there is one, is a 32-bit integer",
            Self::MaxPerNeedsNumber => "MAX_PER needs a 32-bit integer",
            Self::ExpressionMissing => "LIKE and UNLIKE need a regular expression",
            Self::ExpressionBroken => "the value of LIKE and UNLIKE compiles as a Java regular expression",
            Self::IsTextOnly => "the value of IS has only letters, digits and _ / . -",
            Self::VolumeForm => "a volume's constraint is a list of three texts, and its field is path",
            Self::VolumeOperator => "the operator of a volume's constraint is LIKE (or UNLIKE up to 1.4)",
            Self::VolumeExpressionBroken => "the value of a volume's constraint compiles as a Java regular expression",
            Self::VolumeOnRootDisk => "a volume on a root disk has no constraints",
            Self::VolumeUnlike => {
                "UNLIKE on a volume passes the validator from 1.5 on and then ends the request with status 500"
            }
        }
    }
}

impl Rules {
    /// The rules of a release; the error says why they are not known.
    pub fn of(marathon: &Version) -> Result<Self, String> {
        let column = column(marathon)
            .map_err(|why| format!("the constraint rules of Marathon {marathon} are not known: {why}"))?;
        Ok(Self {
            column,
            pods: marathon.line() >= (1, 4),
        })
    }

    /// Judges one constraint.
    pub fn judge(self, constraint: &Constraint, kind: Kind) -> Judgement {
        if kind == Kind::Pod && !self.pods {
            return unknown("Marathon has pods from 1.4 on");
        }
        if !constraint.well_formed {
            let rule = match kind {
                Kind::App => Rule::NotAList,
                Kind::Pod => Rule::NotAnObject,
            };
            return self.broken(rule, kind);
        }
        let Ok(elements) = constraint
            .elements
            .iter()
            .map(|element| element.as_deref().map_err(|_| ()))
            .collect::<Result<Vec<&str>, ()>>()
        else {
            return self.broken(Rule::NotText, kind);
        };
        match *elements.as_slice() {
            [field, operator] => self.parts(field, operator, None, kind),
            [field, operator, value] => self.parts(field, operator, Some(value), kind),
            [_, _, ..] if self.column == Column::Reading => self.broken(Rule::ValueLost, kind),
            _ => self.broken(Rule::Length, kind),
        }
    }

    /// Judges one constraint of a volume.
    pub fn judge_volume(self, constraint: &Constraint, disk: Disk, kind: Kind) -> Judgement {
        volume::judge(self, constraint, disk, kind)
    }

    /// Whether volumes of this kind can have constraints.
    pub(super) fn has_volumes(self, kind: Kind) -> bool {
        match kind {
            Kind::App => self.pods,
            Kind::Pod => self.column >= Column::WithIs,
        }
    }

    /// Whether a conversion follows the validator of volumes.
    pub(super) fn converts_volumes(self) -> bool {
        self.column >= Column::Line15
    }

    fn parts(self, field: &str, operator: &str, value: Option<&str>, kind: Kind) -> Judgement {
        if !self.knows(operator) {
            let written_small =
                kind == Kind::App && self.column >= Column::Line15 && self.knows(&operator.to_uppercase());
            let rule = if written_small {
                Rule::OperatorCase
            } else {
                Rule::UnknownOperator
            };
            return self.broken(rule, kind);
        }
        // Pods were held to it from their first release, apps from 1.5.
        if field.is_empty() && (self.column >= Column::Line15 || kind == Kind::Pod) {
            return self.broken(Rule::EmptyField, kind);
        }
        if self.column <= Column::Shape {
            return Judgement::Valid;
        }
        match (operator, value) {
            ("UNIQUE", Some("")) if kind == Kind::App && self.column <= Column::ClusterFree => Judgement::Valid,
            ("UNIQUE", Some(_)) => self.broken(Rule::UniqueTakesNoValue, kind),
            ("CLUSTER", None | Some("")) if self.column == Column::Values => self.broken(Rule::ClusterNeedsValue, kind),
            ("GROUP_BY", Some(value)) => self.number(value, Rule::GroupByNotANumber, kind),
            ("MAX_PER", Some(value)) => self.number(value, Rule::MaxPerNeedsNumber, kind),
            ("MAX_PER", None) => self.broken(Rule::MaxPerNeedsNumber, kind),
            ("LIKE" | "UNLIKE", None) => self.broken(Rule::ExpressionMissing, kind),
            ("LIKE" | "UNLIKE", Some(value)) => match java_regex::judge(value) {
                Syntax::Valid => Judgement::Valid,
                Syntax::Invalid(why) => self.broken_because(Rule::ExpressionBroken, kind, Some(why)),
                Syntax::CannotTell(why) => unknown(format!("whether its expression compiles cannot be told: {why}")),
            },
            ("IS", Some(value)) if !value.chars().all(text_of_is) => self.broken(Rule::IsTextOnly, kind),
            _ => Judgement::Valid,
        }
    }

    fn knows(self, operator: &str) -> bool {
        match operator {
            "UNIQUE" | "LIKE" | "CLUSTER" | "GROUP_BY" | "UNLIKE" => true,
            "MAX_PER" => self.column >= Column::Values,
            "IS" => self.column >= Column::WithIs,
            _ => false,
        }
    }

    fn number(self, value: &str, rule: Rule, kind: Kind) -> Judgement {
        match integer::judge(value) {
            Integer::Yes => Judgement::Valid,
            Integer::No => self.broken(rule, kind),
            Integer::CannotTell => unknown("whether its value is a number depends on the release of Java"),
        }
    }

    fn broken(self, rule: Rule, kind: Kind) -> Judgement {
        self.broken_because(rule, kind, None)
    }

    fn broken_because(self, rule: Rule, kind: Kind, detail: Option<String>) -> Judgement {
        Judgement::Invalid {
            rule,
            source: self.source(rule, kind),
            detail,
        }
    }

    /// Where a rule was read.
    fn source(self, rule: Rule, kind: Kind) -> &'static str {
        let reading = matches!(
            rule,
            Rule::NotAList | Rule::NotAnObject | Rule::NotText | Rule::Length | Rule::ValueLost | Rule::UnknownOperator
        );
        match (self.column, kind) {
            (Column::Reading, _) => "mesosphere/marathon api/v2/json/Formats.scala, v0.8.2 and v0.14.3",
            (Column::Shape, _) => "mesosphere/marathon api/v2/json/Formats.scala, v0.15.7 and v1.1.7",
            (Column::Values, Kind::Pod) => {
                "mesosphere/marathon api/v2/validation/PodsValidation.scala, v1.4.0 and v1.4.7"
            }
            (Column::ClusterFree, Kind::Pod) => "mesosphere/marathon api/v2/validation/PodsValidation.scala, v1.4.13",
            (Column::Values | Column::ClusterFree, Kind::App) if reading => {
                "mesosphere/marathon api/v2/json/Formats.scala, v1.3.14 and v1.4.13"
            }
            (Column::Values, Kind::App) => {
                "mesosphere/marathon state/AppDefinition.scala, v1.3.0, v1.3.12, v1.4.0 and v1.4.7"
            }
            (Column::ClusterFree, Kind::App) => {
                "mesosphere/marathon state/AppDefinition.scala, v1.3.13, v1.4.8 and v1.4.13"
            }
            (Column::Line15 | Column::WithIs, _) if rule == Rule::OperatorCase => {
                "mesosphere/marathon raml/ConstraintConversion.scala, v1.5.15 and later"
            }
            (Column::Line15 | Column::WithIs, _) if reading => {
                "mesosphere/marathon docs/rest-api/public/api/v2/types/constraint.raml, v1.5.15 and later"
            }
            (Column::Line15, _) => "mesosphere/marathon api/v2/validation/SchedulingValidation.scala, v1.5.15",
            (Column::WithIs, _) => {
                "mesosphere/marathon api/v2/validation/SchedulingValidation.scala, v1.6.590 to v1.10.26"
            }
        }
    }
}

fn unknown(why: impl Into<String>) -> Judgement {
    Judgement::Unknown { why: why.into() }
}

fn text_of_is(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-')
}

/// The column of a release.
fn column(version: &Version) -> Result<Column, &'static str> {
    let first = matches!(
        (version.line(), version.patch),
        ((0, 8 | 15) | (1, 0 | 3 | 4 | 5), None | Some(0))
            | ((1, 3), Some(13))
            | ((1, 4), Some(8))
            | ((1, 6), Some(322))
    );
    if first && version.suffix.is_some() {
        return Err("it is a preview of the first release with other rules");
    }
    match (version.line(), version.patch) {
        ((0, 8..=14), _) => Ok(Column::Reading),
        ((0, 15) | (1, 0 | 1), _) => Ok(Column::Shape),
        ((0, 16) | (1, 2), _) => Err("that line was never released"),
        ((1, 3 | 4), None) => Err("they changed within that line, and the third number is missing"),
        ((1, 3), Some(0..=12)) | ((1, 4), Some(0..=7)) => Ok(Column::Values),
        ((1, 3), Some(13..=14)) | ((1, 4), Some(8..=13)) => Ok(Column::ClusterFree),
        ((1, 5), _) => Ok(Column::Line15),
        ((1, 6), Some(0..322)) => Err("the first release of that line is 1.6.322"),
        ((1, 6..=11), _) => Ok(Column::WithIs),
        _ => Err("it is outside of the releases whose source was read (0.8 to 1.11)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn releases_outside_of_the_table_have_no_rules() {
        for text in [
            "0.7.6",
            "0.16.0",
            "1.2.0",
            "1.3.15",
            "1.4.14",
            "1.3",
            "1.4",
            "1.12.0",
            "2.0.0",
            "1.5.0-RC1",
            "1.4.8-SNAPSHOT",
            "1.6.0",
            "1.6.0-pre",
        ] {
            assert!(Rules::of(&version(text)).is_err(), "{text}");
        }
        for text in [
            "0.8.2",
            "0.15.0",
            "1.1.7",
            "1.5",
            "1.5.5",
            "1.6.322",
            "1.7.174-SNAPSHOT",
            "1.11.24",
        ] {
            assert!(Rules::of(&version(text)).is_ok(), "{text}");
        }
    }

    #[test]
    fn every_rule_has_its_own_name_and_words() {
        let all = [
            Rule::NotAList,
            Rule::NotAnObject,
            Rule::NotText,
            Rule::Length,
            Rule::ValueLost,
            Rule::UnknownOperator,
            Rule::OperatorCase,
            Rule::EmptyField,
            Rule::UniqueTakesNoValue,
            Rule::ClusterNeedsValue,
            Rule::GroupByNotANumber,
            Rule::MaxPerNeedsNumber,
            Rule::ExpressionMissing,
            Rule::ExpressionBroken,
            Rule::IsTextOnly,
            Rule::VolumeForm,
            Rule::VolumeOperator,
            Rule::VolumeExpressionBroken,
            Rule::VolumeOnRootDisk,
            Rule::VolumeUnlike,
        ];
        let ids: std::collections::BTreeSet<&str> = all.iter().map(|rule| rule.id()).collect();
        let texts: std::collections::BTreeSet<&str> = all.iter().map(|rule| rule.text()).collect();
        assert_eq!((ids.len(), texts.len()), (all.len(), all.len()));
    }
}
