//! Marathon instances by name, with their apps and pods; Metronome's jobs. Never takes a list that may be short for a whole one.

use crate::facts::marathons::Listing;
use crate::model::workloads::WorkloadKind;
use crate::model::{ChangeKind, EvidenceRef, Observed, Subject, SubjectKind, Why};
use crate::snapshot::Marathon;

use super::masters::{Silence, silence};
use super::{Line, Sides, apps};
use crate::compare::Comparison;
use crate::compare::part::{self, Both, Side};
use crate::compare::workloads::Tally;

/// Marathons that were asked on both sides, by name.
pub fn pairs<'a>(sides: &Sides<'a>) -> Vec<(&'a Marathon, &'a Marathon)> {
    let (before, after) = (&sides.before.snapshot.marathons, &sides.after.snapshot.marathons);
    let find = |name: &str| after.iter().find(|other| other.name == name);
    before.iter().filter_map(|one| Some((one, find(&one.name)?))).collect()
}

/// Compares Marathons, apps, pods and jobs.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (sides.before.snapshot, sides.after.snapshot);
    for one in &before.marathons {
        let other = after.marathons.iter().find(|other| other.name == one.name);
        instance(sides, one, other, comparison);
        let mut tally = Tally::default();
        if let Some(other) = other {
            apps_and_pods(sides, one, other, comparison, &mut tally);
        }
        let workloads = tally.finish(sides, one, other, comparison);
        comparison.workloads.push(workloads);
    }
    for marathon in &after.marathons {
        if marathon.info.is_known() && !before.marathons.iter().any(|other| other.name == marathon.name) {
            let subject = Subject::named(SubjectKind::Marathon, &marathon.name);
            let line = Line::tolerated(
                subject,
                ChangeKind::Added,
                "it was not there before; nothing was taken away",
            );
            comparison.note(line.seen_after(&info_at(marathon)));
        }
    }
    unasked(sides, comparison);
    jobs(sides, comparison);
}

fn instance(sides: &Sides<'_>, one: &Marathon, other: Option<&Marathon>, comparison: &mut Comparison) {
    let what = format!("Marathon {}", one.name);
    let Observed::Known(info, at) = &one.info else {
        let after = other.and_then(|other| other.info.why());
        comparison.unknown_sides(part::MARATHONS, &what, one.info.why(), after);
        return;
    };
    let subject = Subject::named(SubjectKind::Marathon, &one.name);
    let Some(other) = other else {
        // A nested Marathon is found among the frameworks: where its framework is gone, nobody could ask it.
        let gone = sides.frameworks.as_ref().is_some_and(|frameworks| {
            let is_it = |id: &str| info.framework_id.as_deref() == Some(id);
            frameworks.lost.iter().any(|framework| is_it(&framework.id))
        });
        if gone {
            comparison.count(part::MARATHONS, 1);
            let line = Line::unexpected(
                subject,
                ChangeKind::Lost,
                "it answered before the window, and its framework is not registered any more",
            );
            comparison.note(line.seen_before(at));
        } else {
            let detail = format!("{what} was asked before and not after");
            comparison.unknown(part::MARATHONS, part::doubtful(detail));
            comparison.unknown(
                &format!("{} of {}", part::APPS, one.name),
                part::doubtful(format!("{what} was not asked after")),
            );
        }
        return;
    };
    match &other.info {
        Observed::Known(..) => comparison.count(part::MARATHONS, 1),
        seen @ Observed::Unknown(_) => match silence(sides.after.snapshot, seen) {
            Silence::Down(reason, then) => {
                comparison.count(part::MARATHONS, 1);
                let line = Line::unexpected(
                    subject,
                    ChangeKind::Lost,
                    format!("it answered before; after: {reason}"),
                );
                comparison.note(line.seen_before(at).seen_after(&then));
            }
            Silence::Unclear(why) => comparison.unknown(part::MARATHONS, part::told("after", &what, &why)),
        },
    }
}

fn apps_and_pods(sides: &Sides<'_>, one: &Marathon, other: &Marathon, comparison: &mut Comparison, tally: &mut Tally) {
    if let (Some(one_why), Some(other_why)) = (one.info.why(), other.info.why())
        && !one.apps.is_known()
        && !other.apps.is_known()
    {
        // Nothing of it answered: one reason says all.
        let part = format!("{} of {}", part::APPS, one.name);
        comparison.unknown_sides(&part, &format!("Marathon {}", one.name), Some(one_why), Some(other_why));
        return;
    }
    let scope = apps::Scope::new(sides, one, other);
    let name = format!("{} of {}", part::APPS, one.name);
    let doubt = listing_doubt(sides, one);
    let listed = Side {
        seen: &one.apps,
        false_witness: None,
        partial: doubt.as_ref(),
    };
    if let Some(Both { before, after }) = comparison.both(&name, listed, Side::plain(&other.apps)) {
        comparison.count(&name, before.0.len());
        tally.begin(WorkloadKind::App);
        let definitions = |list| apps::of_apps(list);
        apps::diff(
            &scope,
            WorkloadKind::App,
            &definitions(before.0),
            (&definitions(after.0), after.1),
            comparison,
            tally,
        );
    }
    let name = format!("{} of {}", part::PODS, one.name);
    if let Some(Both { before, after }) = comparison.both(&name, Side::plain(&one.pods), Side::plain(&other.pods)) {
        comparison.count(&name, before.0.len());
        tally.begin(WorkloadKind::Pod);
        let definitions = |list| apps::of_pods(list);
        apps::diff(
            &scope,
            WorkloadKind::Pod,
            &definitions(before.0),
            (&definitions(after.0), after.1),
            comparison,
            tally,
        );
    }
}

fn jobs(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (
        &sides.before.snapshot.metronome.jobs,
        &sides.after.snapshot.metronome.jobs,
    );
    if sides.plain_mesos() && !before.is_known() && !after.is_known() {
        let why = Why::Absent {
            item: "data/metronome/*/jobs.json".to_owned(),
            reason: "this is Mesos without DC/OS".to_owned(),
        };
        comparison.absent.push((part::JOBS.to_owned(), why));
        return;
    }
    let Some(Both { before, after }) = comparison.both(part::JOBS, Side::plain(before), Side::plain(after)) else {
        return;
    };
    comparison.count(part::JOBS, before.0.len());
    apps::diff_jobs(before.0, (after.0, after.1), sides, comparison);
}

/// Marathons that were not asked: absent where evidence says that there is none, else every gap is unknown.
fn unasked(sides: &Sides<'_>, comparison: &mut Comparison) {
    if let Some(reason) = &sides.before.marathons.none {
        let why = Why::Absent {
            item: "data/marathon".to_owned(),
            reason: reason.clone(),
        };
        for part in [part::MARATHONS, part::APPS, part::PODS] {
            comparison.absent.push((part.to_owned(), why.clone()));
        }
        return;
    }
    let (before, after) = (&sides.before.marathons.gaps, &sides.after.marathons.gaps);
    for gap in before {
        let side = if after.contains(gap) {
            "before and after"
        } else {
            "before"
        };
        gone_by(side, gap, comparison);
    }
    for gap in after.iter().filter(|gap| !before.contains(gap)) {
        gone_by("after", gap, comparison);
    }
}

fn gone_by(side: &str, gap: &str, comparison: &mut Comparison) {
    for part in [part::MARATHONS, part::APPS] {
        comparison.unknown(part, part::doubtful(format!("{side}: {gap}")));
    }
}

/// Why the list of apps before may be short; then apps may have been lost that nobody saw.
fn listing_doubt(sides: &Sides<'_>, one: &Marathon) -> Option<Why> {
    let at = sides
        .before
        .snapshot
        .marathons
        .iter()
        .position(|other| other.name == one.name)?;
    match sides.before.marathons.listings.get(at)? {
        Listing::Confirmed | Listing::NotThere => None,
        Listing::Partial(paths) => {
            let some: Vec<&str> = paths.iter().take(3).map(String::as_str).collect();
            Some(part::doubtful(format!(
                "tasks of {} apps run that are not listed, such as {}",
                paths.len(),
                some.join(", ")
            )))
        }
        Listing::Unconfirmed(why) => Some(part::doubtful(format!("nothing confirms that all are listed: {why}"))),
    }
}

fn info_at(marathon: &Marathon) -> EvidenceRef {
    let at = marathon.info.get().map(|(_, at)| at.clone());
    at.unwrap_or_else(|_| EvidenceRef::item(format!("data/marathon/{}/info.json", marathon.host)))
}
