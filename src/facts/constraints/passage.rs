//! What becomes of a stored constraint when its Marathon is brought to another release.
//!
//! Three things meet: the migration steps that the new release runs over what is stored, the validator that it holds
//! against later edits, and what the constraint means to its scheduler. Never says what a constraint does to placement,
//! and never guesses what a pattern means.

use super::meaning::{self, Meaning};
use super::steps::{self, Done, Step, Way, written};
use super::volume::Disk;
use super::{Judgement, Kind, Rule, Rules};
use crate::model::Version;
use crate::snapshot::Constraint;

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

/// What 1.3 and 1.4 do with an app that breaks a rule.
const BLOCKS: &str = "; this release validates every app at every change, so that nothing can be changed in this Marathon until it is corrected (GroupManagerActor.scala, v1.3.14 and v1.4.13)";

/// One constraint before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Whether the running release takes it.
    pub running: Judgement,
    /// Whether the target takes what the migration leaves of it; `None` without a target. Of one that does not pass the
    /// migration: what the target says to it as it was.
    pub target: Option<Judgement>,
    /// What the upgrade does to it; without a target: what the running release does at the next change of the app.
    pub effect: Effect,
    /// The elements the migration leaves, where it rewrites them.
    pub rewritten_to: Option<Vec<String>>,
    /// The migration step that rewrites it, drops it or ends at it: a stable short name.
    pub step: Option<&'static str>,
    /// Why, in one sentence; for [`Effect::Kept`] `None`.
    pub why: Option<String>,
    /// Where the rule or step that decided was read; for [`Effect::Kept`] `None`.
    pub source: Option<&'static str>,
    /// What else is to know of one that the target takes: what it means there.
    pub meaning: Vec<Meaning>,
}

impl Outlook {
    /// Whether a person should see it: it is or will be invalid, rewritten or lost, or one of these is not known.
    pub fn notable(&self) -> bool {
        self.effect != Effect::Kept || self.running != Judgement::Valid
    }

    /// Whether it stays, and means something else under the target, whatever the agents are.
    pub fn changes_meaning(&self) -> bool {
        self.meaning.iter().any(|meaning| meaning.when == meaning::When::Always)
    }

    /// The rule that is broken: under the target, else under the running release.
    pub fn rule(&self) -> Option<Rule> {
        let broken = |judgement: &Judgement| match judgement {
            Judgement::Invalid { rule, .. } => Some(*rule),
            _ => None,
        };
        self.target.as_ref().and_then(broken).or_else(|| broken(&self.running))
    }

    /// Stable short name of what decided: the step that rewrites or drops it, else the rule that is broken.
    pub fn rule_id(&self) -> Option<&'static str> {
        match self.effect {
            Effect::Rewritten | Effect::Dropped => self.step,
            _ => self.rule().map(Rule::id).or(self.step),
        }
    }
}

/// The way from one release to another, worked out once and asked for every constraint.
#[derive(Debug, Clone)]
pub struct Passage {
    running: Result<Rules, String>,
    target: Option<Result<Rules, String>>,
    /// What the migration does; `Err`: why that is not known.
    way: Result<Way, String>,
    versions: (Version, Option<Version>),
}

impl Passage {
    /// The passage from the running release to the target; without a target only the running release is asked.
    ///
    /// Where the target refuses the storage of the running release, the way over the newest 1.4 or 1.7 is judged, and
    /// [`Passage::note`] says so.
    pub fn new(running: &Version, target: Option<&Version>) -> Self {
        Self {
            running: Rules::of(running),
            target: target.map(Rules::of),
            way: target.map_or_else(|| Ok(Way::default()), |target| steps::way(running, target)),
            versions: (running.clone(), target.cloned()),
        }
    }

    /// What is to know of the way itself: that the target refuses the storage as it is, and which way was judged instead.
    pub fn note(&self) -> Option<&str> {
        self.way.as_ref().ok()?.note.as_deref()
    }

    /// The rules of the target; without a target those of the running release.
    ///
    /// # Errors
    /// They are not known: why.
    pub fn rules(&self) -> Result<Rules, &str> {
        let rules = self.target.as_ref().unwrap_or(&self.running);
        rules.as_ref().copied().map_err(String::as_str)
    }

    /// Whether the migration on this way can do that to a constraint of an app; where the way is not known, it may.
    pub fn can(&self, effect: Effect) -> bool {
        let Ok(way) = &self.way else {
            return true;
        };
        match effect {
            Effect::Kept | Effect::Refused | Effect::Unknown => true,
            Effect::Rewritten => way.steps.iter().any(|step| step.rewrites()),
            Effect::Dropped => way.steps.iter().any(|step| step.drops()),
            Effect::AbortsMigration => way.steps.iter().any(|step| step.aborts()),
        }
    }

    /// Whether the target divides by the value of GROUP_BY.
    pub(super) fn divides(&self) -> bool {
        let (running, target) = &self.versions;
        target.as_ref().unwrap_or(running).line() >= (1, 11)
    }

    /// Whether the running release takes it.
    pub(super) fn running_takes(&self, texts: &[String], kind: Kind) -> bool {
        judge(&self.running, &written(texts), kind) == Judgement::Valid
    }

    /// Looks at one constraint of an app or pod. Never panics, whatever its elements hold.
    pub fn look(&self, constraint: &Constraint, kind: Kind) -> Outlook {
        let mut outlook = self.passed(constraint, kind);
        if matches!(outlook.effect, Effect::Kept | Effect::Rewritten) {
            let left = outlook.rewritten_to.clone().or_else(|| texts(constraint));
            if let Some(left) = left {
                let (running, target) = &self.versions;
                outlook.meaning = meaning::of(&left, running, target.as_ref());
            }
        }
        self.noted(outlook)
    }

    /// Looks at one constraint of a volume. Never panics, whatever its elements hold.
    pub fn look_volume(&self, constraint: &Constraint, disk: Disk, kind: Kind) -> Outlook {
        let judge = |rules: &Result<Rules, String>| match rules {
            Ok(rules) => rules.judge_volume(constraint, disk, kind),
            Err(why) => Judgement::Unknown { why: why.clone() },
        };
        let running = judge(&self.running);
        let Some(target) = &self.target else {
            return stays(running, None, None);
        };
        let after = judge(target);
        let step = match &self.way {
            Err(why) => return stays(running, Some(after), Some(why)),
            Ok(way) => way.steps.iter().find(|step| matches!(step, Step::Validate150 { .. })),
        };
        let mut outlook = stays(running, Some(after), None);
        // Volumes of apps have constraints from 1.4 on, and pods have such volumes from 1.6 on: only the migration to 1.5 meets them.
        if let (Some(step), Kind::App, Effect::Refused, Judgement::Valid) =
            (step, kind, outlook.effect, &outlook.running)
        {
            let rule = outlook.why.take().unwrap_or_default();
            outlook.effect = Effect::AbortsMigration;
            outlook.step = Some(step.id());
            outlook.source = Some(step.source());
            outlook.why = Some(format!(
                "the migration to 1.5 validates and converts every stored version of every app and ends at the first that it cannot: {rule}"
            ));
        }
        self.noted(outlook)
    }

    fn passed(&self, constraint: &Constraint, kind: Kind) -> Outlook {
        let running = judge(&self.running, constraint, kind);
        let Some(target) = &self.target else {
            return stays(running, None, None);
        };
        let stored = match kind {
            // Migrations of apps do not look at pods (MigrationTo15 reads `transitiveApps`; 1.3 has no pods).
            Kind::Pod => None,
            Kind::App => stored(constraint, &running),
        };
        let as_it_was = || judge(target, constraint, kind);
        let way = match &self.way {
            Ok(way) => way,
            Err(why) => {
                let mut outlook = stays(running, Some(as_it_was()), Some(why));
                if stored.is_some() {
                    outlook.effect = Effect::Unknown;
                    outlook.why = Some(why.clone());
                    outlook.source = None;
                }
                return outlook;
            }
        };
        let Some(mut elements) = stored else {
            return stays(running, Some(as_it_was()), None);
        };
        let mut rewritten = None;
        for step in &way.steps {
            let (effect, why) = match step.apply(&elements, target) {
                Done::Kept => continue,
                Done::Rewritten(to, why) => {
                    rewritten = Some((why, step));
                    elements = to;
                    continue;
                }
                Done::Dropped(why) => (Effect::Dropped, why),
                Done::Aborts(why) => (Effect::AbortsMigration, why),
                Done::Unknown(why) => (Effect::Unknown, why),
            };
            return Outlook {
                effect,
                step: Some(step.id()),
                why: Some(why),
                source: Some(step.source()),
                ..stays(running, Some(as_it_was()), None)
            };
        }
        let Some((why, step)) = rewritten else {
            return self.blocking(stays(running, Some(as_it_was()), None), kind);
        };
        let after = judge(target, &written(&elements), kind);
        let mut outlook = stays(running, Some(after), None);
        outlook.rewritten_to = Some(elements);
        outlook.step = Some(step.id());
        if outlook.effect == Effect::Kept {
            outlook.effect = Effect::Rewritten;
            outlook.why = Some(why);
            outlook.source = Some(step.source());
        }
        outlook
    }

    /// 1.3 and 1.4 validate every app of the root group at every change of any.
    fn blocking(&self, mut outlook: Outlook, kind: Kind) -> Outlook {
        let whole = self
            .versions
            .1
            .as_ref()
            .is_some_and(|target| matches!(target.line(), (1, 3 | 4)));
        if whole
            && kind == Kind::App
            && outlook.effect == Effect::Refused
            && let Some(why) = &mut outlook.why
        {
            why.push_str(BLOCKS);
        }
        outlook
    }

    fn noted(&self, mut outlook: Outlook) -> Outlook {
        if let (Some(note), Some(why)) = (self.note(), &mut outlook.why) {
            why.push_str(". ");
            why.push_str(note);
        }
        outlook
    }
}

/// The elements, if all are texts.
fn texts(constraint: &Constraint) -> Option<Vec<String>> {
    constraint.elements.iter().map(|element| element.clone().ok()).collect()
}

/// The elements, if Marathon can have stored the constraint in this form: texts, with an operator of the running release.
fn stored(constraint: &Constraint, running: &Judgement) -> Option<Vec<String>> {
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
        _ => texts(constraint),
    }
}

fn judge(rules: &Result<Rules, String>, constraint: &Constraint, kind: Kind) -> Judgement {
    match rules {
        Ok(rules) => rules.judge(constraint, kind),
        Err(why) => Judgement::Unknown { why: why.clone() },
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
        step: None,
        why,
        source,
        meaning: Vec::new(),
    }
}
