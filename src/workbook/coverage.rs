//! What answers each requirement: checks, evidence, tables of the workbook, plan steps, sign-offs. Knows no cluster.
//!
//! A check or a step answers a requirement only by citing it itself; a row of `requirements.toml` names the rest.

use crate::knowledge::{Knowledge, Requirement};
use crate::model::CheckMeta;

/// One requirement and everything that answers it.
#[derive(Debug, Clone)]
pub struct Answers<'a> {
    /// The item.
    pub requirement: &'a Requirement,
    /// Checks that cite it, in the order of the list.
    pub checks: Vec<&'static str>,
    /// Plan steps that carry it out.
    pub steps: Vec<&'a str>,
}

/// What a requirement rests on, strongest first; each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Judged by a check.
    Check,
    /// Judged by a check as far as evidence goes, and by a person for the rest.
    CheckAndSignoff,
    /// Recorded: items of the archive, or a table of the workbook.
    Evidence,
    /// Evidence supports the answer that a person gives.
    EvidenceAndSignoff,
    /// A person answers.
    Signoff,
    /// gonogo itself is the answer.
    Design,
    /// Something to do or to mind in the window: the plan says when.
    Step,
    /// Nothing.
    Nothing,
}

impl Class {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Check,
        Self::CheckAndSignoff,
        Self::Evidence,
        Self::EvidenceAndSignoff,
        Self::Signoff,
        Self::Design,
        Self::Step,
        Self::Nothing,
    ];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Check => "a check",
            Self::CheckAndSignoff => "a check, and a sign-off for the rest",
            Self::Evidence => "evidence or a table of the workbook",
            Self::EvidenceAndSignoff => "a sign-off that evidence supports",
            Self::Signoff => "a sign-off",
            Self::Step => "a step of the plan",
            Self::Design => "gonogo itself",
            Self::Nothing => "nothing",
        }
    }
}

impl Answers<'_> {
    /// What it rests on.
    pub fn class(&self) -> Class {
        let item = self.requirement;
        let recorded = !item.evidence.is_empty() || !item.inventory.is_empty();
        match (!self.checks.is_empty(), !item.signoff.is_empty()) {
            (true, false) => Class::Check,
            (true, true) => Class::CheckAndSignoff,
            (false, true) if recorded => Class::EvidenceAndSignoff,
            (false, true) => Class::Signoff,
            (false, false) if recorded => Class::Evidence,
            (false, false) if item.by_design.is_some() => Class::Design,
            (false, false) if !self.steps.is_empty() || item.guide_order => Class::Step,
            (false, false) => Class::Nothing,
        }
    }
}

/// Every requirement with what answers it, in the order of the documents.
pub fn coverage<'a>(knowledge: &'a Knowledge, checks: &[&'static CheckMeta]) -> Vec<Answers<'a>> {
    knowledge
        .requirements
        .items
        .iter()
        .map(|requirement| Answers {
            requirement,
            checks: checks
                .iter()
                .filter(|meta| meta.requirements.contains(&requirement.id.as_str()))
                .map(|meta| meta.id)
                .collect(),
            steps: steps(knowledge, &requirement.id),
        })
        .collect()
}

/// Steps of the plan that cite a requirement, in the order of the procedure.
fn steps<'a>(knowledge: &'a Knowledge, id: &str) -> Vec<&'a str> {
    let procedure = &knowledge.procedure;
    let cites = |requirements: &[String]| requirements.iter().any(|one| one == id);
    let dcos = procedure.steps.iter().filter(|step| cites(&step.requirements));
    let mesos = procedure.mesos.iter().filter(|step| cites(&step.requirements));
    dcos.map(|step| step.id.as_str())
        .chain(mesos.map(|step| step.id.as_str()))
        .collect()
}
