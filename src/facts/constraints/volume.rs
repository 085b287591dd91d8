//! Constraints of local volumes: a path that the disk must match. Same words, other rules than placement constraints.
//!
//! They have them from 1.4 on; `UNLIKE` is taken by the validators of every release, and refused by the conversion that
//! follows it from 1.5 on. Never looks at disks.

use super::{Judgement, Kind, Rule, Rules};
use crate::snapshot::{ConstrainedVolume, Constraint};
use crate::sources::java_regex::{self, Syntax};

/// Kind of disk that a volume asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// The root disk, also where nothing is said.
    Root,
    /// A path or mount disk.
    Other,
}

impl Disk {
    /// Disk of a volume.
    pub fn of(volume: &ConstrainedVolume) -> Self {
        match volume.disk.as_deref() {
            None | Some("root") => Self::Root,
            Some(_) => Self::Other,
        }
    }
}

const SOURCE_14: &str = "mesosphere/marathon state/Volume.scala, v1.4.0 and v1.4.13";
const SOURCE_VALIDATOR: &str = "mesosphere/marathon api/v2/validation/AppValidation.scala, v1.5.11 to v1.10.26";
const SOURCE_CONVERSION: &str = "mesosphere/marathon raml/VolumeConversion.scala, v1.5.11 to v1.10.26";

/// Judges one constraint of a volume.
pub(super) fn judge(rules: Rules, constraint: &Constraint, disk: Disk, kind: Kind) -> Judgement {
    let unknown = |why: &str| Judgement::Unknown { why: why.to_owned() };
    if !rules.has_volumes(kind) {
        return unknown(match kind {
            Kind::App => "volumes have constraints from Marathon 1.4 on",
            Kind::Pod => "pods have persistent volumes from Marathon 1.6 on",
        });
    }
    let converts = rules.converts_volumes();
    let validator = if converts { SOURCE_VALIDATOR } else { SOURCE_14 };
    let broken = |rule, source, detail| Judgement::Invalid { rule, source, detail };
    let texts: Option<Vec<&str>> = constraint
        .elements
        .iter()
        .map(|element| element.as_deref().ok())
        .collect();
    let (operator, value) = match texts.as_deref() {
        Some(["path", operator, value]) if constraint.well_formed => (*operator, *value),
        _ => return broken(Rule::VolumeForm, validator, None),
    };
    match operator {
        "UNLIKE" if converts => return broken(Rule::VolumeUnlike, SOURCE_CONVERSION, None),
        "LIKE" | "UNLIKE" => {}
        _ => return broken(Rule::VolumeOperator, validator, None),
    }
    // The validators of apps look at the expression and at the disk; those of pods look at neither.
    match (java_regex::judge(value), kind) {
        (Syntax::CannotTell(why), _) => unknown(&format!("whether its expression compiles cannot be told: {why}")),
        (Syntax::Invalid(why), Kind::App) => broken(Rule::VolumeExpressionBroken, validator, Some(why)),
        (Syntax::Invalid(why), Kind::Pod) => unknown(&format!(
            "its expression does not compile ({why}), which the validator of pods does not look at"
        )),
        (Syntax::Valid, Kind::App) if disk == Disk::Root => broken(Rule::VolumeOnRootDisk, validator, None),
        (Syntax::Valid, _) => Judgement::Valid,
    }
}
