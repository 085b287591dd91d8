//! Apps, pods and jobs: lost, added, their definitions and their constraints; as changes, and apps and pods as a model.
//!
//! Never hands out values of definitions that may hold secrets: see `normalise`.

use std::collections::BTreeMap;

use crate::facts::constraints::{Kind, Passage};
use crate::knowledge::AppFields;
use crate::knowledge::app_fields::Of;
use crate::model::workloads::{ConstraintState, DefinitionState, FieldChange, WorkloadDiff, WorkloadKind};
use crate::model::{ChangeKind, EvidenceRef, Subject, SubjectKind, Version};
use crate::snapshot::{App, Constraint, Job, Marathon, Pod};

use super::{Line, Sides, constraints};
use crate::compare::Comparison;
use crate::compare::expected::Hop;
use crate::compare::normalise::{self, Compared, Written};
use crate::compare::workloads::Tally;

/// Field name of changes about constraints.
pub const CONSTRAINT: &str = "constraint";
/// Field name of the change that sums up what is only written otherwise.
pub const WRITTEN: &str = "form of definitions";

/// Whose apps these are.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The Marathon.
    marathon: &'a Marathon,
    /// Its release before and after, where known.
    releases: (Option<&'a Version>, Option<&'a Version>),
    /// Its settings before and after; empty where not known.
    settings: [&'a BTreeMap<String, String>; 2],
    /// What the migrations of the hop do to constraints; `None` where a release is not known.
    passage: Option<Passage>,
    hop: &'a Hop,
    table: &'a AppFields,
}

/// Settings of a Marathon that does not tell them.
static NO_SETTINGS: BTreeMap<String, String> = BTreeMap::new();

impl<'a> Scope<'a> {
    /// The Marathon before and after.
    pub fn new(sides: &'a Sides<'_>, before: &'a Marathon, after: &'a Marathon) -> Self {
        fn info(marathon: &Marathon) -> (Option<&Version>, &BTreeMap<String, String>) {
            let info = marathon.info.known();
            (
                info.and_then(|info| info.version.as_ref()),
                info.map_or(&NO_SETTINGS, |info| &info.settings),
            )
        }
        let (one, other) = (info(before), info(after));
        Self {
            marathon: before,
            releases: (one.0, other.0),
            settings: [one.1, other.1],
            passage: one.0.zip(other.0).map(|(from, to)| Passage::new(from, Some(to))),
            hop: &sides.hop,
            table: &sides.knowledge.app_fields,
        }
    }

    fn compare(&self, of: Of, before: &normalise::Definition, after: &normalise::Definition) -> Compared {
        let [one, other] = self.settings;
        let side = |definition, release, settings| Written {
            definition,
            release,
            settings,
        };
        normalise::compare(
            self.table,
            of,
            side(before, self.releases.0, one),
            side(after, self.releases.1, other),
        )
    }
}

/// What apps and pods have in common.
#[derive(Debug, Clone, Copy)]
pub struct Defined<'a> {
    definition: &'a normalise::Definition,
    constraints: &'a [Constraint],
    at: &'a EvidenceRef,
}

/// Apps by id.
pub fn of_apps(apps: &[App]) -> BTreeMap<&str, Defined<'_>> {
    let mut index = BTreeMap::new();
    for app in apps {
        index.entry(app.id.as_str()).or_insert(Defined {
            definition: &app.definition,
            constraints: &app.constraints,
            at: &app.at,
        });
    }
    index
}

/// Pods by id.
pub fn of_pods(pods: &[Pod]) -> BTreeMap<&str, Defined<'_>> {
    let mut index = BTreeMap::new();
    for pod in pods {
        index.entry(pod.id.as_str()).or_insert(Defined {
            definition: &pod.definition,
            constraints: &pod.constraints,
            at: &pod.at,
        });
    }
    index
}

/// The subject of an app or pod: its path, with the name of a nested Marathon before it.
pub fn subject(kind: SubjectKind, marathon: &Marathon, id: &str) -> Subject {
    if marathon.root {
        Subject::named(kind, id)
    } else {
        Subject::new(kind, format!("{}:{id}", marathon.name), id)
    }
}

/// Compares the apps or pods of one Marathon.
pub fn diff(
    scope: &Scope<'_>,
    kind: WorkloadKind,
    before: &BTreeMap<&str, Defined<'_>>,
    (after, list): (&BTreeMap<&str, Defined<'_>>, &EvidenceRef),
    comparison: &mut Comparison,
    tally: &mut Tally,
) {
    let (subject_kind, of, form) = match kind {
        WorkloadKind::App => (SubjectKind::App, Of::App, Kind::App),
        WorkloadKind::Pod => (SubjectKind::Pod, Of::Pod, Kind::Pod),
    };
    let subject = |id: &str| subject(subject_kind, scope.marathon, id);
    let mut written = 0_usize;
    for (id, one) in before {
        let Some(other) = after.get(id) else {
            let why = format!("Marathon {} does not know it any more", scope.marathon.name);
            comparison.note(
                Line::unexpected(subject(id), ChangeKind::Lost, why)
                    .seen_before(one.at)
                    .seen_after(list),
            );
            tally.definition(workload(kind, id, DefinitionState::Lost), scope.table);
            continue;
        };
        let mut diff = workload(kind, id, DefinitionState::Same);
        let outcome = constraints::diff(one.constraints, other.constraints, form, scope.passage.as_ref());
        tally.constraints(&outcome);
        let places = (one.at, other.at);
        let mut rewritten = outcome
            .changes
            .iter()
            .any(|change| change.state == ConstraintState::Rewritten);
        of_constraints(&subject(id), &outcome, places, comparison);
        diff.constraints = outcome.changes;
        match scope.compare(of, one.definition, other.definition) {
            Compared::Identical => {}
            Compared::SameMeaning { by } => {
                rewritten = true;
                diff.definition = DefinitionState::SameMeaning;
                diff.written = by;
            }
            Compared::Differs { fields, by } => {
                diff.definition = DefinitionState::Changed;
                diff.written = by;
                for field in fields {
                    diff.fields.push(FieldChange {
                        field: field.field.clone(),
                        before: field.before.clone(),
                        after: field.after.clone(),
                    });
                    comparison.note(field_line(&subject(id), field, places));
                }
            }
        }
        tally.definition(diff, scope.table);
        written += usize::from(rewritten);
    }
    for (id, other) in after.iter().filter(|(id, _)| !before.contains_key(**id)) {
        let why = "it was defined meanwhile; nothing was taken away";
        let line = Line::tolerated(subject(id), ChangeKind::Added, why);
        comparison.note(line.seen_after(other.at));
        tally.definition(workload(kind, id, DefinitionState::New), scope.table);
    }
    if written > 0 {
        let (from, to) = scope.releases;
        let what = if kind == WorkloadKind::Pod { "pods" } else { "apps" };
        let subject = Subject::named(SubjectKind::Marathon, &scope.marathon.name);
        comparison.note(
            Line::new(subject, ChangeKind::Changed, scope.hop.written_differently(from, to))
                .field(format!("{WRITTEN} ({what})"))
                .to(Some(format!("{written} of {} are written otherwise", before.len())))
                .seen_after(list),
        );
    }
}

fn workload(kind: WorkloadKind, id: &str, definition: DefinitionState) -> WorkloadDiff {
    WorkloadDiff {
        kind,
        id: id.to_owned(),
        definition,
        written: Vec::new(),
        fields: Vec::new(),
        constraints: Vec::new(),
        tasks: None,
    }
}

fn of_constraints(
    subject: &Subject,
    outcome: &constraints::Outcome,
    (one, other): (&EvidenceRef, &EvidenceRef),
    comparison: &mut Comparison,
) {
    for change in &outcome.changes {
        if change.state == ConstraintState::Rewritten {
            continue;
        }
        let why = match &change.source {
            Some(source) => format!("{} ({source})", change.why),
            None => change.why.clone(),
        };
        comparison.note(
            Line::unexpected(subject.clone(), ChangeKind::Changed, why)
                .field(CONSTRAINT)
                .from(change.before.clone())
                .to(change.after.clone())
                .seen_before(one)
                .seen_after(other),
        );
    }
}

fn field_line(subject: &Subject, field: normalise::FieldDiff, (one, other): (&EvidenceRef, &EvidenceRef)) -> Line {
    let below = |at: &EvidenceRef| at.at(format!("{}/{}", at.pointer, field.field));
    let (one, other) = (below(one), below(other));
    Line::unexpected(
        subject.clone(),
        ChangeKind::Changed,
        "the definition differs, also after what a newer version writes otherwise",
    )
    .field(field.field)
    .from(field.before)
    .to(field.after)
    .seen_before(&one)
    .seen_after(&other)
}

/// Compares Metronome's jobs.
pub fn diff_jobs(
    before: &[Job],
    (after, list): (&[Job], &EvidenceRef),
    sides: &Sides<'_>,
    comparison: &mut Comparison,
) {
    let mut written = 0_usize;
    for job in before {
        let subject = Subject::named(SubjectKind::Job, &job.id);
        let Some(other) = after.iter().find(|other| other.id == job.id) else {
            let line = Line::unexpected(subject, ChangeKind::Lost, "Metronome does not know it any more");
            comparison.note(line.seen_before(&job.at).seen_after(list));
            continue;
        };
        // What Metronome's releases write otherwise is not in the table.
        let side = |definition| Written {
            definition,
            release: None,
            settings: &NO_SETTINGS,
        };
        let table = &sides.knowledge.app_fields;
        match normalise::compare(table, Of::Job, side(&job.definition), side(&other.definition)) {
            Compared::Identical => {}
            Compared::SameMeaning { .. } => written += 1,
            Compared::Differs { fields, .. } => {
                for field in fields {
                    comparison.note(field_line(&subject, field, (&job.at, &other.at)));
                }
            }
        }
    }
    for job in after
        .iter()
        .filter(|job| !before.iter().any(|other| other.id == job.id))
    {
        let why = "it was defined meanwhile; nothing was taken away";
        let line = Line::tolerated(Subject::named(SubjectKind::Job, &job.id), ChangeKind::Added, why);
        comparison.note(line.seen_after(&job.at));
    }
    if written > 0 {
        comparison.note(
            Line::new(
                Subject::cluster(),
                ChangeKind::Changed,
                sides.hop.written_differently(None, None),
            )
            .field(format!("{WRITTEN} (jobs)"))
            .to(Some(format!("{written} of {} are written otherwise", before.len())))
            .seen_after(list),
        );
    }
}
