//! What is said of one constraint, and the counts of all. Holds no rule: every word comes from `facts::constraints`.

use super::fix::Fix;
use super::judge::{Quiet, Verdict};
use crate::cli::exit;
use crate::facts::constraints::{Effect, Judgement, Meaning, Outlook, When};
use crate::sources::canonical::quoted;
use crate::sources::marathon_constraints::Form;

/// What is said of a constraint, whoever has it.
#[derive(Debug)]
pub struct Told {
    /// The constraint as written, compact JSON; `null` where none could be read.
    pub constraint: String,
    /// What the running release says: `valid`, `invalid`, `unknown`.
    pub running: &'static str,
    /// What the target says; `None` without a target.
    pub target: Option<&'static str>,
    /// What the upgrade does to it.
    pub effect: Effect,
    /// The elements the migration leaves, JSON.
    pub rewritten_to: Option<String>,
    /// The rule that decides, in words; where nothing is known, why.
    pub rule: Option<String>,
    /// Short name of the rule, or of the step of the migration, that decides.
    pub rule_id: Option<&'static str>,
    /// Where the rule was read.
    pub source: Option<&'static str>,
    /// Whether it is or will be invalid, rewritten or lost, or one of these is not known.
    pub notable: bool,
    /// What else is to know of one that stays: what it means under the target.
    pub meaning: Vec<Meaning>,
    /// Whether it stays and means something else under the target, whatever the agents are.
    pub shifts: bool,
}

impl Told {
    /// Of an outlook.
    pub fn of(constraint: String, outlook: Outlook) -> Self {
        let rule = outlook.rule();
        let rule_id = outlook.rule_id();
        let notable = outlook.notable();
        let source = outlook.source.or(match &outlook.running {
            Judgement::Invalid { source, .. } => Some(*source),
            _ => None,
        });
        let why = outlook.why.or(match &outlook.running {
            Judgement::Unknown { why } => Some(why.clone()),
            _ => None,
        });
        Self {
            constraint,
            running: word(&outlook.running),
            target: outlook.target.as_ref().map(word),
            effect: outlook.effect,
            rewritten_to: outlook.rewritten_to.map(|elements| list(&elements)),
            rule: why.clone().or_else(|| rule.map(|rule| rule.text().to_owned())),
            rule_id,
            source,
            notable,
            shifts: outlook.meaning.iter().any(|meaning| meaning.when == When::Always),
            meaning: outlook.meaning,
        }
    }

    /// Of something that cannot be judged.
    pub fn unknown(constraint: String, with_target: bool, why: &str) -> Self {
        Self {
            constraint,
            running: "unknown",
            target: with_target.then_some("unknown"),
            effect: Effect::Unknown,
            rewritten_to: None,
            rule: Some(why.to_owned()),
            rule_id: None,
            source: None,
            notable: true,
            meaning: Vec::new(),
            shifts: false,
        }
    }

    /// Whether it is known to be, or to become, invalid, rewritten or lost.
    pub fn bad(&self) -> bool {
        matches!(
            self.effect,
            Effect::Rewritten | Effect::Dropped | Effect::Refused | Effect::AbortsMigration
        ) || self.running == "invalid"
            || self.target == Some("invalid")
    }
}

fn word(judgement: &Judgement) -> &'static str {
    match judgement {
        Judgement::Valid => "valid",
        Judgement::Invalid { .. } => "invalid",
        Judgement::Unknown { .. } => "unknown",
    }
}

fn list(elements: &[String]) -> String {
    let texts: Vec<String> = elements.iter().map(|element| quoted(element)).collect();
    format!("[{}]", texts.join(","))
}

/// A constraint with its owner.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Name of the Marathon instance, in an archive.
    pub marathon: Option<&'a str>,
    /// Id of the app or pod, or its JSON pointer.
    pub app: &'a str,
    /// App or pod.
    pub form: Form,
    /// Position in its list.
    pub index: usize,
    /// Name of the volume that has it; `None` for constraints of placement.
    pub volume: Option<&'a str>,
    /// JSON pointer, in an archive with the item before it.
    pub pointer: &'a str,
    /// What is said of it.
    pub told: &'a Told,
    /// The corrected constraints of its app or pod, where there are any.
    pub fix: Option<&'a Fix>,
}

/// How many of what.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Apps looked at.
    pub apps: u64,
    /// Pods looked at.
    pub pods: u64,
    /// Groups walked.
    pub groups: u64,
    /// Constraints looked at.
    pub constraints: u64,
    /// Constraints by effect, in the order of [`EFFECTS`].
    pub effects: [u64; 6],
    /// Known to be, or to become, invalid, rewritten or lost.
    pub bad: u64,
    /// Not known, and nothing bad known of them.
    pub unknown: u64,
    /// Kept ones that mean something else under the target.
    pub shifts: u64,
    /// Entries, lists or instances that could not be read at all.
    pub unread: u64,
}

/// Effects in the order in which they are counted; what is kept comes last.
pub const EFFECTS: [Effect; 6] = [
    Effect::AbortsMigration,
    Effect::Dropped,
    Effect::Refused,
    Effect::Rewritten,
    Effect::Unknown,
    Effect::Kept,
];

impl Counts {
    /// Counts a list of which nothing is told.
    pub fn quiet(&mut self, quiet: Quiet) {
        self.constraints += quiet.constraints;
        self.shifts += quiet.shifts;
        if let Some(kept) = self.effects.last_mut() {
            *kept += quiet.constraints;
        }
    }

    /// Counts a constraint; one of which nothing is told stays as it is and is valid throughout.
    pub fn constraint(&mut self, verdict: &Verdict) {
        self.constraints += 1;
        self.shifts += u64::from(verdict.shifts);
        let told = verdict.told.as_deref();
        let effect = told.map_or(Effect::Kept, |told| told.effect);
        for (counted, count) in EFFECTS.iter().zip(&mut self.effects) {
            *count += u64::from(*counted == effect);
        }
        if let Some(told) = told.filter(|told| told.notable) {
            if told.bad() {
                self.bad += 1;
            } else {
                self.unknown += 1;
            }
        }
    }

    /// What the program ends with.
    pub fn exit_code(&self) -> u8 {
        if self.bad > 0 {
            exit::NO_GO
        } else if self.unknown > 0 || self.unread > 0 {
            exit::CANNOT_SAY
        } else {
            exit::GO
        }
    }
}
