//! Members of definitions and routes that a newer Marathon has no more, or only has now. Looks only at Marathons that crossed the line.
//!
//! A `Value` here is bounded: it holds one field of one definition.

use serde_json::Value;

use crate::knowledge::ledger::ExpectedChange;
use crate::model::{EvidenceRef, Line, Outcome, Subject, SubjectKind, items};
use crate::snapshot::{App, Marathon, Snapshot};

use super::{Found, Sides};
use crate::compare::diff::versions::Component;

/// Marathons on both sides that the hop took across the line of the statement.
fn crossed<'a>(sides: Sides<'a>, statement: &ExpectedChange) -> Vec<(&'a Marathon, &'a Marathon)> {
    let after = |name: &str| sides.after.snapshot.marathons.iter().find(|other| other.name == name);
    let moved = |name: &str| {
        sides.comparison.versions.iter().any(|pair| {
            let Some(since) = statement.since else { return false };
            pair.component == Component::Marathon
                && pair.subject.name == name
                && Line::from(&pair.before) < since
                && since <= Line::from(&pair.after)
        })
    };
    let all = sides.before.snapshot.marathons.iter();
    all.filter(|one| moved(&one.name))
        .filter_map(|one| Some((one, after(&one.name)?)))
        .collect()
}

/// One definition: whose, its fields, where it stands.
type Definition<'a> = (Subject, &'a std::collections::BTreeMap<String, String>, &'a EvidenceRef);

fn definitions<'a>(marathon: &'a Marathon, of: &str) -> Option<Vec<Definition<'a>>> {
    if of == "pods" {
        let pods = marathon.pods.known()?;
        let one = |pod: &'a crate::snapshot::Pod| (Subject::named(SubjectKind::Pod, &pod.id), &pod.definition, &pod.at);
        return Some(pods.iter().map(one).collect());
    }
    let one = |app: &'a App| (Subject::named(SubjectKind::App, &app.id), &app.definition, &app.at);
    Some(marathon.apps.known()?.iter().map(one).collect())
}

/// Whether a definition has a member, given by a dotted path; null is not there.
fn has(definition: &std::collections::BTreeMap<String, String>, path: &str) -> bool {
    let mut parts = path.split('.');
    let Some(text) = parts.next().and_then(|first| definition.get(first)) else {
        return false;
    };
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return true;
    };
    for part in parts {
        match value.get_mut(part) {
            Some(member) => value = member.take(),
            None => return false,
        }
    }
    !value.is_null()
}

/// A member of definitions that goes, or that comes with every one of them.
pub(super) fn app_field(sides: Sides<'_>, statement: &ExpectedChange) -> Found {
    let pairs = crossed(sides, statement);
    if pairs.is_empty() {
        return Found::not_judged("no Marathon that was seen on both sides crossed this line");
    }
    let mut found = Found::default();
    let mut compared = 0_usize;
    for (one, other) in pairs {
        let (Some(before), Some(after)) = (definitions(one, &statement.of), definitions(other, &statement.of)) else {
            continue;
        };
        compared += 1;
        match (&statement.old, &statement.new) {
            (Some(old), _) => {
                if !before.iter().any(|(_, definition, _)| has(definition, old)) {
                    continue;
                }
                for (subject, definition, at) in after {
                    if has(definition, old) {
                        let pointer = format!("{}/{}", at.pointer, old.replace('.', "/"));
                        found.miss(subject, at.at(pointer));
                    } else {
                        found.seen += 1;
                    }
                }
            }
            (None, Some(new)) => {
                for (subject, definition, at) in after {
                    if has(definition, new) {
                        found.seen += 1;
                    } else if statement.must {
                        found.miss(subject, at.clone());
                    }
                }
            }
            (None, None) => {}
        }
    }
    if found.seen == 0 && found.missing.is_empty() {
        if compared == 0 {
            return Found::unknown(format!("the {} are not known in both archives", statement.of));
        }
        found.why = Some(format!("none of the {} had it before", statement.of));
    }
    found
}

/// Names that Marathon's metrics had before 1.7. Of its metrics only those of the workbook are kept, and only under their old names:
/// a Marathon that shows none of them after the hop has the new names.
pub(super) fn marathon_metrics(sides: Sides<'_>, statement: &ExpectedChange) -> Found {
    if statement.old.is_none() {
        return Found::not_judged("which names move is not known name by name");
    }
    let mut found = Found::default();
    for (one, other) in crossed(sides, statement) {
        match (one.metrics.get(), other.metrics.get()) {
            (Ok((before, _)), _) if before.is_empty() => {}
            (Ok(_), Ok((after, _))) if after.is_empty() => found.seen += 1,
            (Ok(_), Ok((_, at))) => found.miss(Subject::named(SubjectKind::Marathon, &other.name), at.clone()),
            (Err(why), _) | (_, Err(why)) => {
                found.unknown = Some(format!("the metrics of {}: {}", other.name, why.sentence()));
            }
        }
    }
    if found.seen == 0 && found.missing.is_empty() && found.unknown.is_none() {
        found.why = Some("no Marathon that showed the old names crossed this line".to_owned());
    }
    found
}

/// A route that is not served any more.
pub(super) fn endpoint(sides: Sides<'_>, statement: &ExpectedChange) -> Found {
    let Some(item) = &statement.item else {
        return Found::not_judged("gonogo does not ask for it");
    };
    let mut found = Found::default();
    for (one, other) in crossed(sides, statement) {
        let asked = |snapshot: &Snapshot, marathon: &Marathon| {
            let path = items::path(items::MARATHON, &marathon.host, item);
            snapshot
                .origin
                .manifest
                .evidence_for(&path)
                .map(|evidence| (evidence.outcome.clone(), evidence.status, path))
        };
        let Some((Outcome::Captured, _, _)) = asked(sides.before.snapshot, one) else {
            continue;
        };
        match asked(sides.after.snapshot, other) {
            Some((Outcome::Captured, _, path)) => found.miss(
                Subject::named(SubjectKind::Marathon, &other.name),
                EvidenceRef::item(&path),
            ),
            Some((Outcome::NotApplicable | Outcome::Refused, Some(404), _)) => found.seen += 1,
            _ => {}
        }
    }
    if found.seen == 0 && found.missing.is_empty() {
        found.why = Some("it was not answered before, or not asked for after".to_owned());
    }
    found
}
