//! Apps, pods and jobs: lost, added, their definitions and their constraints.
//!
//! Never hands out values of definitions that may hold secrets: see `normalise`.

use std::collections::BTreeMap;

use crate::model::{ChangeKind, EvidenceRef, Subject, SubjectKind, Version};
use crate::snapshot::{App, Constraint, Job, Marathon, Pod};

use super::{Line, constraints};
use crate::compare::Comparison;
use crate::compare::expected::Hop;
use crate::compare::normalise::{self, Compared};

/// Field name of changes about constraints.
pub const CONSTRAINT: &str = "constraint";
/// Field name of the change that sums up what is only written otherwise.
pub const WRITTEN: &str = "form of definitions";

/// Whose apps these are.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The Marathon.
    pub marathon: &'a Marathon,
    /// Its versions before and after, where known.
    pub versions: &'a (Option<Version>, Option<Version>),
    /// The hop.
    pub hop: &'a Hop,
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
    kind: SubjectKind,
    before: &BTreeMap<&str, Defined<'_>>,
    (after, list): (&BTreeMap<&str, Defined<'_>>, &EvidenceRef),
    comparison: &mut Comparison,
) {
    let form = if kind == SubjectKind::Pod {
        normalise::Kind::Pod
    } else {
        normalise::Kind::App
    };
    let mut written = 0_usize;
    for (id, one) in before {
        let subject = subject(kind, scope.marathon, id);
        let Some(other) = after.get(id) else {
            let why = format!("Marathon {} does not know it any more", scope.marathon.name);
            comparison.note(
                Line::unexpected(subject, ChangeKind::Lost, why)
                    .seen_before(one.at)
                    .seen_after(list),
            );
            continue;
        };
        let outcome = constraints::diff(one.constraints, other.constraints);
        let places = (one.at, other.at);
        let mut rewritten = outcome.rewritten;
        of_constraints(&subject, outcome, places, comparison);
        match normalise::compare(form, one.definition, other.definition) {
            Compared::Identical => {}
            Compared::SameMeaning => rewritten = true,
            Compared::Differs(fields) => {
                for field in fields {
                    comparison.note(field_line(&subject, field, places));
                }
            }
        }
        written += usize::from(rewritten);
    }
    for (id, other) in after.iter().filter(|(id, _)| !before.contains_key(**id)) {
        let why = "it was defined meanwhile; nothing was taken away";
        let line = Line::tolerated(subject(kind, scope.marathon, id), ChangeKind::Added, why);
        comparison.note(line.seen_after(other.at));
    }
    if written > 0 {
        let (from, to) = (scope.versions.0.as_ref(), scope.versions.1.as_ref());
        let what = if kind == SubjectKind::Pod { "pods" } else { "apps" };
        let subject = Subject::named(SubjectKind::Marathon, &scope.marathon.name);
        comparison.note(
            Line::new(subject, ChangeKind::Changed, scope.hop.written_differently(from, to))
                .field(format!("{WRITTEN} ({what})"))
                .to(Some(format!("{written} of {} are written otherwise", before.len())))
                .seen_after(list),
        );
    }
}

fn of_constraints(
    subject: &Subject,
    outcome: constraints::Outcome,
    (one, other): (&EvidenceRef, &EvidenceRef),
    comparison: &mut Comparison,
) {
    let line = |why: &str, before: Option<String>, after: Option<String>| {
        Line::unexpected(subject.clone(), ChangeKind::Changed, why)
            .field(CONSTRAINT)
            .from(before)
            .to(after)
            .seen_before(one)
            .seen_after(other)
    };
    for raw in outcome.lost {
        let why = "the constraint is gone: a migration that removes one says so only in the log";
        comparison.note(line(why, Some(raw), None));
    }
    for (before, after) in outcome.changed {
        comparison.note(line(
            "another constraint stands in its place",
            Some(before),
            Some(after),
        ));
    }
    for raw in outcome.gained {
        comparison.note(line("no hop adds a constraint", None, Some(raw)));
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
pub fn diff_jobs(before: &[Job], (after, list): (&[Job], &EvidenceRef), hop: &Hop, comparison: &mut Comparison) {
    let mut written = 0_usize;
    for job in before {
        let subject = Subject::named(SubjectKind::Job, &job.id);
        let Some(other) = after.iter().find(|other| other.id == job.id) else {
            let line = Line::unexpected(subject, ChangeKind::Lost, "Metronome does not know it any more");
            comparison.note(line.seen_before(&job.at).seen_after(list));
            continue;
        };
        match normalise::compare(normalise::Kind::Job, &job.definition, &other.definition) {
            Compared::Identical => {}
            Compared::SameMeaning => written += 1,
            Compared::Differs(fields) => {
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
                hop.written_differently(None, None),
            )
            .field(format!("{WRITTEN} (jobs)"))
            .to(Some(format!("{written} of {} are written otherwise", before.len())))
            .seen_after(list),
        );
    }
}
