//! What becomes of a stored constraint when its Marathon is brought to another release.
//!
//! Two things meet: the migration steps that the new release runs over what is stored, and the validator that it holds
//! against every later edit. Both were read at the tags named in [`source`]s; nothing is inferred from one line to the
//! next. Never says what a constraint does to placement, and never guesses what a pattern means.

use super::integer::{self, Integer};
use super::{Judgement, Kind, Rule, Rules};
use crate::model::Version;
use crate::snapshot::Constraint;
use crate::sources::java_regex::{self, Syntax};

/// What the upgrade does to a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It stays as it is, and the target takes it.
    Kept,
    /// The migration writes it otherwise.
    Rewritten,
    /// The migration removes it and says so in the log only: the app runs on without it.
    Dropped,
    /// It stays stored, but the target refuses every change of its app or pod.
    Refused,
    /// The migration ends at it: the new Marathon does not start.
    AbortsMigration,
    /// Not known.
    Unknown,
}

impl Effect {
    /// Name in JSON and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Rewritten => "rewritten",
            Self::Dropped => "dropped",
            Self::Refused => "refused",
            Self::AbortsMigration => "aborts-migration",
            Self::Unknown => "unknown",
        }
    }
}

/// One constraint before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Whether the running release takes it.
    pub running: Judgement,
    /// Whether the target takes what the migration leaves of it; `None` without a target. Of a dropped one: what the
    /// target says to it as it was.
    pub target: Option<Judgement>,
    /// What the upgrade does to it; without a target: what the running release does at the next change of the app.
    pub effect: Effect,
    /// The elements the migration leaves, where it rewrites them.
    pub rewritten_to: Option<Vec<String>>,
    /// Why, in one sentence; for [`Effect::Kept`] `None`.
    pub why: Option<String>,
    /// Where the rule that decided was read; for [`Effect::Kept`] `None`.
    pub source: Option<&'static str>,
}

impl Outlook {
    /// Whether a person should see it: it is or will be invalid, rewritten or lost, or one of these is not known.
    pub fn notable(&self) -> bool {
        self.effect != Effect::Kept || self.running != Judgement::Valid
    }

    /// The rule that is broken: under the target, else under the running release.
    pub fn rule(&self) -> Option<Rule> {
        let broken = |judgement: &Judgement| match judgement {
            Judgement::Invalid { rule, .. } => Some(*rule),
            _ => None,
        };
        self.target.as_ref().and_then(broken).or_else(|| broken(&self.running))
    }
}

/// A step of a migration that looks at constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// 1.3.5 to 1.3.14, over storage older than 1.3.5: repairs or removes.
    Repair135,
    /// 1.4, over storage older than 1.4.0: repairs or removes expressions.
    Repair140,
    /// 1.5 and later, over storage older than 1.5.0: holds the validator against every stored app; with a repair of UNIQUE or without.
    Validate150 { trims_unique: bool },
}

const SOURCE_135: &str = "mesosphere/marathon state/Migration.scala (MigrationTo_1_3_5), v1.3.14";
const SOURCE_140: &str = "mesosphere/marathon storage/migration/legacy/MigrationTo_1_4_0.scala, v1.4.0 and v1.4.13";
const SOURCE_150: &str =
    "mesosphere/marathon storage/migration/MigrationTo15.scala, v1.5.11 and v1.5.12 (1.6: v1.6.549, 1.7: v1.7.149)";

/// The way from one release to another, worked out once and asked for every constraint.
#[derive(Debug, Clone)]
pub struct Passage {
    running: Result<Rules, String>,
    target: Option<Result<Rules, String>>,
    /// What the migration does; `Err`: why that is not known.
    steps: Result<Vec<Step>, String>,
}

impl Passage {
    /// The passage from the running release to the target; without a target only the running release is asked.
    ///
    /// Where the target does not read the storage of the running release (1.5 and later need 1.4), the way leads over
    /// the newest 1.4, as Marathon's upgrade pages have it.
    pub fn new(running: &Version, target: Option<&Version>) -> Self {
        Self {
            running: Rules::of(running),
            target: target.map(Rules::of),
            steps: target.map_or(Ok(Vec::new()), |target| steps(running, target)),
        }
    }

    /// Looks at one constraint. Never panics, whatever its elements hold.
    pub fn look(&self, constraint: &Constraint, kind: Kind) -> Outlook {
        let running = judge(&self.running, constraint, kind);
        let Some(target) = &self.target else {
            return stays(running, None, None);
        };
        let stored = match kind {
            // Migrations of apps do not look at pods (MigrationTo15 reads `transitiveApps`; 1.3 has no pods).
            Kind::Pod => None,
            Kind::App => self.stored(constraint, &running),
        };
        let Some(mut elements) = stored else {
            let after = judge(target, constraint, kind);
            return stays(running, Some(after), self.steps.as_ref().err().map(String::as_str));
        };
        let steps = match &self.steps {
            Ok(steps) => steps,
            Err(why) => {
                return Outlook {
                    running,
                    target: Some(judge(target, constraint, kind)),
                    effect: Effect::Unknown,
                    rewritten_to: None,
                    why: Some(why.clone()),
                    source: None,
                };
            }
        };
        let mut rewritten = None;
        for step in steps {
            let source = step.source();
            match step.apply(&elements, target) {
                Done::Kept => {}
                Done::Rewritten(to, why) => {
                    rewritten = Some((why, source));
                    elements = to;
                }
                Done::Ended(effect, why) => {
                    return Outlook {
                        running,
                        target: Some(judge(target, constraint, kind)),
                        effect,
                        rewritten_to: None,
                        why: Some(why),
                        source: Some(source),
                    };
                }
            }
        }
        let Some((why, source)) = rewritten else {
            return stays(running, Some(judge(target, constraint, kind)), None);
        };
        let left = written(&elements);
        let after = judge(target, &left, kind);
        let mut outlook = stays(running, Some(after), None);
        outlook.rewritten_to = Some(elements);
        if outlook.effect == Effect::Kept {
            outlook.effect = Effect::Rewritten;
            outlook.why = Some(why);
            outlook.source = Some(source);
        }
        outlook
    }

    /// The elements, if Marathon can have stored the constraint in this form: texts, with an operator of the running release.
    fn stored(&self, constraint: &Constraint, running: &Judgement) -> Option<Vec<String>> {
        let never = [
            Rule::NotAList,
            Rule::NotAnObject,
            Rule::NotText,
            Rule::Length,
            Rule::ValueLost,
            Rule::UnknownOperator,
            Rule::OperatorCase,
        ];
        match running {
            Judgement::Invalid { rule, .. } if never.contains(rule) => None,
            // Rules that are not known: whatever reads as a constraint may be stored.
            _ if !constraint.well_formed || !(2..=3).contains(&constraint.elements.len()) => None,
            _ => constraint.elements.iter().map(|element| element.clone().ok()).collect(),
        }
    }
}

/// What one step does.
enum Done {
    Kept,
    Rewritten(Vec<String>, String),
    Ended(Effect, String),
}

impl Step {
    fn source(self) -> &'static str {
        match self {
            Self::Repair135 => SOURCE_135,
            Self::Repair140 => SOURCE_140,
            Self::Validate150 { .. } => SOURCE_150,
        }
    }

    fn apply(self, elements: &[String], target: &Result<Rules, String>) -> Done {
        let (operator, value) = match elements {
            [_, operator] => (operator.as_str(), None),
            [_, operator, value] => (operator.as_str(), Some(value.as_str())),
            _ => return Done::Kept,
        };
        match self {
            Self::Repair135 => repair_135(elements, operator, value),
            Self::Repair140 => match (operator, value) {
                ("LIKE" | "UNLIKE", Some(value)) => repair_expression(elements, value, "1.4.0"),
                _ => Done::Kept,
            },
            Self::Validate150 { trims_unique } => {
                if trims_unique && (operator, value) == ("UNIQUE", Some("")) {
                    return without_value(elements, "the migration to 1.5 takes the empty value from UNIQUE");
                }
                match judge(target, &written(elements), Kind::App) {
                    Judgement::Valid => Done::Kept,
                    Judgement::Unknown { why } => Done::Ended(Effect::Unknown, why),
                    Judgement::Invalid { rule, detail, .. } => {
                        let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
                        Done::Ended(
                            Effect::AbortsMigration,
                            format!(
                                "the migration to 1.5 holds the validator against every stored app and ends at the first that breaks a rule: {}{detail}",
                                rule.text()
                            ),
                        )
                    }
                }
            }
        }
    }
}

fn repair_135(elements: &[String], operator: &str, value: Option<&str>) -> Done {
    match (operator, value) {
        ("UNIQUE", Some(_)) => without_value(elements, "the migration to 1.3.5 takes the value from UNIQUE"),
        ("GROUP_BY", Some("")) => without_value(elements, "the migration to 1.3.5 takes the empty value from GROUP_BY"),
        ("GROUP_BY", Some(value)) => match integer::judge(value) {
            Integer::Yes => Done::Kept,
            Integer::No => Done::Ended(
                Effect::Dropped,
                "the migration to 1.3.5 removes GROUP_BY whose value is no 32-bit integer, with a line in the log only"
                    .to_owned(),
            ),
            Integer::CannotTell => Done::Ended(
                Effect::Unknown,
                "whether its value is a number depends on the release of Java".to_owned(),
            ),
        },
        ("LIKE" | "UNLIKE", None) => Done::Ended(
            Effect::Dropped,
            format!("the migration to 1.3.5 removes {operator} without a value, with a line in the log only"),
        ),
        ("LIKE" | "UNLIKE", Some(value)) => repair_expression(elements, value, "1.3.5"),
        _ => Done::Kept,
    }
}

/// `*` becomes `.*`; what else does not compile is removed with its constraint.
fn repair_expression(elements: &[String], value: &str, release: &str) -> Done {
    match java_regex::judge(value) {
        Syntax::Valid => Done::Kept,
        Syntax::CannotTell(why) => Done::Ended(
            Effect::Unknown,
            format!("whether its expression compiles cannot be told: {why}"),
        ),
        Syntax::Invalid(_) if value == "*" => {
            let mut to = elements.to_vec();
            if let Some(last) = to.last_mut() {
                ".*".clone_into(last);
            }
            Done::Rewritten(to, format!("the migration to {release} writes `.*` for `*`"))
        }
        Syntax::Invalid(why) => Done::Ended(
            Effect::Dropped,
            format!(
                "the migration to {release} removes a constraint whose expression does not compile, with a line in the log only ({why})"
            ),
        ),
    }
}

fn without_value(elements: &[String], why: &str) -> Done {
    Done::Rewritten(elements.iter().take(2).cloned().collect(), why.to_owned())
}

/// The steps a release runs over storage of another one.
fn steps(running: &Version, target: &Version) -> Result<Vec<Step>, String> {
    if target < running {
        return Err(format!(
            "Marathon {target} is older than {running}: a release refuses storage that a newer one wrote, so there is no way back"
        ));
    }
    let mut steps = Vec::new();
    match target.line() {
        (1, 3) if target.at_least(1, 3, 5) && !running.at_least(1, 3, 5) => steps.push(Step::Repair135),
        (1, 4) if !running.at_least(1, 4, 0) => steps.push(Step::Repair140),
        line if line >= (1, 5) && !running.at_least(1, 5, 0) => {
            if !running.at_least(1, 4, 0) {
                steps.push(Step::Repair140);
            }
            // 1.8 reads storage of 1.6 and later only: the way leads over the newest 1.7, which repairs UNIQUE.
            let trims_unique = match line {
                (1, 5) => target.at_least(1, 5, 12),
                (1, 6) => target.at_least(1, 6, 549),
                (1, 7) => target.at_least(1, 7, 149),
                _ => true,
            };
            steps.push(Step::Validate150 { trims_unique });
        }
        _ => {}
    }
    Ok(steps)
}

fn judge(rules: &Result<Rules, String>, constraint: &Constraint, kind: Kind) -> Judgement {
    match rules {
        Ok(rules) => rules.judge(constraint, kind),
        Err(why) => Judgement::Unknown { why: why.clone() },
    }
}

/// A constraint of an app from its elements.
fn written(elements: &[String]) -> Constraint {
    Constraint {
        elements: elements.iter().cloned().map(Ok).collect(),
        well_formed: true,
        raw: String::new(),
    }
}

/// The outlook of a constraint that no migration changes.
fn stays(running: Judgement, target: Option<Judgement>, unknown: Option<&str>) -> Outlook {
    let (effect, why, source) = match target.as_ref().unwrap_or(&running) {
        Judgement::Valid => match unknown {
            None => (Effect::Kept, None, None),
            Some(why) => (Effect::Unknown, Some(why.to_owned()), None),
        },
        Judgement::Unknown { why } => (Effect::Unknown, Some(why.clone()), None),
        Judgement::Invalid { rule, source, detail } => {
            let detail = detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            (Effect::Refused, Some(format!("{}{detail}", rule.text())), Some(*source))
        }
    };
    Outlook {
        running,
        target,
        effect,
        rewritten_to: None,
        why,
        source,
    }
}
