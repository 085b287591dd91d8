//! Frameworks: lost, added, back under another id. Whether one is connected is the business of the checks over one archive.

use crate::model::{ChangeKind, EvidenceRef, Subject, SubjectKind};
use crate::snapshot::Framework;

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::{align, part};

/// The framework as subject.
pub fn subject(framework: &Framework) -> Subject {
    Subject::new(SubjectKind::Framework, &framework.id, &framework.name)
}

/// Compares frameworks.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let Some(aligned) = &sides.frameworks else { return };
    comparison.count(
        part::FRAMEWORKS,
        aligned.kept.len() + aligned.reregistered.len() + aligned.lost.len(),
    );
    let marathons = align::marathon_frameworks(sides.before.snapshot);
    for framework in &aligned.lost {
        let line = if orphaned(sides, framework) {
            let why = "its tasks are orphans: its scheduler has not come back since the election";
            Line::unexpected(subject(framework), ChangeKind::Lost, why)
        } else if was_gone(framework) && !marathons.contains(framework.id.as_str()) {
            // A master lists such a framework only until it restarts, or as long as an agent runs its tasks.
            let why =
                "its scheduler was disconnected before the window already, and a new master forgets such a framework";
            Line::tolerated(subject(framework), ChangeKind::Lost, why)
        } else {
            Line::unexpected(subject(framework), ChangeKind::Lost, "it is not registered any more")
        };
        let list = sides.after.snapshot.frameworks.get().map(|(_, at)| at.clone());
        let list = list.unwrap_or_else(|_| EvidenceRef::item("data/mesos-master"));
        comparison.note(line.seen_before(&framework.at).seen_after(&list));
    }
    for framework in &aligned.added {
        let why = "it registered meanwhile; nothing was taken away";
        comparison.note(Line::tolerated(subject(framework), ChangeKind::Added, why).seen_after(&framework.at));
    }
    for (one, other) in &aligned.reregistered {
        let why = "it came back under another id: tasks and reservations of the old id are not its own any more";
        comparison.note(
            Line::unexpected(subject(other), ChangeKind::Reregistered, why)
                .field("id")
                .from(Some(one.id.clone()))
                .to(Some(other.id.clone()))
                .seen_before(&one.at)
                .seen_after(&other.at),
        );
    }
}

/// Ended tasks and frameworks that the leading master remembers: only that there are fewer is said, and by whom that was done.
pub fn history(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (&sides.before.snapshot.state, &sides.after.snapshot.state);
    let (Ok((old, at)), Ok((new, then))) = (before.get(), after.get()) else {
        return;
    };
    for (field, was, is) in [
        ("completed tasks", old.completed_tasks, new.completed_tasks),
        (
            "completed frameworks",
            old.completed_frameworks,
            new.completed_frameworks,
        ),
    ] {
        if is < was {
            comparison.note(
                Line::new(Subject::cluster(), ChangeKind::Changed, sides.hop.history())
                    .field(field)
                    .from(Some(was.to_string()))
                    .to(Some(is.to_string()))
                    .seen_before(at)
                    .seen_after(then),
            );
        }
    }
}

/// Masters before 1.2 keep only the id of a framework that has not come back (`unregistered_frameworks`).
fn orphaned(sides: &Sides<'_>, framework: &Framework) -> bool {
    let state = sides.after.snapshot.state.known();
    state.is_some_and(|state| state.unregistered_frameworks.contains(&framework.id))
}

/// Whether its scheduler was away already.
fn was_gone(framework: &Framework) -> bool {
    framework.connected == Some(false) || (framework.connected.is_none() && framework.active == Some(false))
}
