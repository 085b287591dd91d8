//! Masters: there before, there after? A master that was not asked again is unknown, one that does not answer is lost.

use crate::facts::leader::Names;
use crate::model::{ChangeKind, EvidenceRef, Observed, Outcome, Subject, SubjectKind, Why};
use crate::snapshot::{Master, Snapshot};

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::cluster_identity::answered;
use crate::compare::part;

/// Masters that answered on both sides.
pub fn pairs<'a>(sides: &Sides<'a>) -> Vec<(&'a Master, &'a Master)> {
    let (before, after) = (sides.before.snapshot, sides.after.snapshot);
    let names = Names::new(after);
    before
        .masters
        .iter()
        .filter(|one| answered(one))
        .filter_map(|one| Some((one, counterpart(one, &names, after)?)))
        .filter(|(_, other)| answered(other))
        .collect()
}

/// The master of the other side that goes by this one's name or address, as far as flags tell.
fn counterpart<'a>(master: &Master, names: &Names, other: &'a Snapshot) -> Option<&'a Master> {
    names.index(&master.host).and_then(|at| other.masters.get(at))
}

/// Compares the lists of masters.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let (before, after) = (sides.before.snapshot, sides.after.snapshot);
    let (names_before, names_after) = (Names::new(before), Names::new(after));
    let mut known = 0;
    for master in before.masters.iter().filter(|master| answered(master)) {
        known += 1;
        let subject = Subject::named(SubjectKind::Master, &master.host);
        match counterpart(master, &names_after, after) {
            None => comparison.unknown(
                part::MASTERS,
                part::doubtful(format!(
                    "master {} answered before and was not asked after",
                    master.host
                )),
            ),
            Some(other) if answered(other) => comparison.count(part::MASTERS, 1),
            Some(other) => match silence(after, &other.version) {
                Silence::Down(reason, at) => {
                    comparison.count(part::MASTERS, 1);
                    let line = Line::unexpected(
                        subject,
                        ChangeKind::Lost,
                        format!("it answered before; after: {reason}"),
                    );
                    comparison.note(line.seen_before(&first_answer(master)).seen_after(&at));
                }
                Silence::Unclear(why) => {
                    comparison.unknown(
                        part::MASTERS,
                        part::told("after", &format!("master {}", master.host), &why),
                    );
                }
            },
        }
    }
    for master in after.masters.iter().filter(|master| answered(master)) {
        // A master that was asked before and was silent then has come back: that is no new master.
        if counterpart(master, &names_before, before).is_none() {
            let why = "it was not asked before: masters are neither added nor replaced in a window";
            let line = Line::unexpected(
                Subject::named(SubjectKind::Master, &master.host),
                ChangeKind::Added,
                why,
            );
            comparison.note(line.seen_after(&first_answer(master)));
        }
    }
    if known == 0 {
        comparison.unknown(part::MASTERS, part::doubtful("no master answered before".to_owned()));
    }
}

/// What a missing answer means.
pub enum Silence {
    /// Nobody serves there: the reason, and the record that says so.
    Down(String, EvidenceRef),
    /// Anything else: refused, left out, broken on the way.
    Unclear(Why),
}

/// What a missing answer means: no HTTP answer at all, or a server error, is a component that does not serve.
pub fn silence<T>(snapshot: &Snapshot, seen: &Observed<T>) -> Silence {
    let Some(why) = seen.why() else {
        return Silence::Unclear(part::doubtful("it answers in part".to_owned()));
    };
    let Why::Missing { item, outcome, reason } = why else {
        return Silence::Unclear(why.clone());
    };
    let status = snapshot
        .origin
        .manifest
        .evidence_for(item)
        .and_then(|record| record.status);
    let down = match outcome {
        Outcome::TimedOut => true,
        Outcome::Failed => status.is_none_or(|status| status >= 500),
        Outcome::Refused => status.is_some_and(|status| status >= 500),
        Outcome::Captured | Outcome::NotApplicable | Outcome::SkippedByUser | Outcome::Truncated => false,
    };
    if down {
        Silence::Down(reason.clone(), EvidenceRef::item(item))
    } else {
        Silence::Unclear(why.clone())
    }
}

/// The first thing a master answered.
fn first_answer(master: &Master) -> EvidenceRef {
    let version = master.version.get().map(|(_, at)| at);
    let at = version
        .or_else(|_| master.metrics.get().map(|(_, at)| at))
        .or_else(|_| master.flags.get().map(|(_, at)| at))
        .or_else(|_| master.health.get().map(|(_, at)| at))
        .or_else(|_| master.registry.get().map(|(_, at)| at))
        .or_else(|_| master.redirect.get().map(|(_, at)| at));
    at.cloned()
        .unwrap_or_else(|_| EvidenceRef::item(format!("data/mesos-master/{}", master.host)))
}
