//! What pair checks share: turning changes into findings, and parts that were not compared into UNKNOWN. No rule stands here.

use crate::checks::{Context, Pair, Saw};
use crate::compare::{Comparison, TaskFate};
use crate::model::{Change, ChangeKind, Expectation, Finding, SubjectKind, Why};

/// The pair, or UNKNOWN.
pub fn pair<'a>(context: &Context<'a>, saw: &mut Saw) -> Option<Pair<'a>> {
    if context.pair.is_none() {
        saw.unknown_because("this check needs two archives");
    }
    context.pair
}

/// Says of every named part how much of it was compared, what was not, and what is not there at all.
///
/// A name stands for itself and for its pieces (`apps` for `apps of root`). Returns whether anything was compared.
pub fn account(comparison: &Comparison, saw: &mut Saw, parts: &[&str], noun: &'static str) -> bool {
    let named = |name: &str| {
        parts
            .iter()
            .any(|part| name == *part || name.strip_prefix(part).is_some_and(|rest| rest.starts_with(" of ")))
    };
    for (name, why) in &comparison.unknown {
        if named(name) {
            saw.unknown(why);
        }
    }
    let counts: Vec<u64> = comparison
        .compared
        .iter()
        .filter(|(name, _)| named(name))
        .map(|(_, count)| *count)
        .collect();
    if counts.is_empty() {
        let absent: Vec<&(String, Why)> = comparison.absent.iter().filter(|(name, _)| named(name)).collect();
        if let Some((_, why)) = absent.first() {
            saw.skip(why.sentence());
        }
        return false;
    }
    let total: u64 = counts.iter().sum();
    saw.judged(usize::try_from(total).unwrap_or(usize::MAX), noun);
    true
}

/// Fires for every change that must be looked at and that `wanted` picks.
pub fn fire_changes(comparison: &Comparison, saw: &mut Saw, wanted: impl Fn(&Change) -> bool) {
    for change in &comparison.changes {
        if change.expectation == Expectation::Unexpected && wanted(change) {
            saw.fire(finding(change));
        }
    }
}

/// The change as a finding: `field`, `before`, `after`, `reason`.
pub fn finding(change: &Change) -> Finding {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let mut finding = Finding::about(change.subject.clone()).with("reason", change.why.clone());
    if change.field.is_some() || change.before.is_some() || change.after.is_some() {
        finding = finding
            .with("before", shown(&change.before))
            .with("after", shown(&change.after));
    }
    if let Some(field) = &change.field {
        finding = finding.with("field", field.clone());
        // Several fields of one subject are several findings, and stay apart from run to run.
        let key = match (&change.before, field.as_str()) {
            (Some(before), "constraint") => format!("{field} {before}"),
            _ => field.clone(),
        };
        finding = finding.with("key", key);
    }
    finding.evidence.clone_from(&change.evidence);
    finding
}

/// Whether a change is of this subject and kind.
pub fn is(change: &Change, subject: SubjectKind, kind: ChangeKind) -> bool {
    change.subject.kind == subject && change.kind == kind
}

/// Whether a change is of this subject and field; a field that ends in a blank stands for every continuation.
pub fn has_field(change: &Change, subject: SubjectKind, field: &str) -> bool {
    let is_it = |name: &str| name == field || (field.ends_with(' ') && name.starts_with(field));
    change.subject.kind == subject && change.field.as_deref().is_some_and(is_it)
}

/// Fires for every task of this fate that must be looked at: `framework`, `agent`, `before`, `after`, `reason`.
pub fn fire_tasks(pair: &Pair<'_>, after: &crate::facts::Facts<'_>, saw: &mut Saw, kind: ChangeKind) {
    let wanted = |fate: &&TaskFate| fate.kind == kind && fate.expectation() == Expectation::Unexpected;
    let fates: Vec<&TaskFate> = pair.comparison.tasks.fates.iter().filter(wanted).collect();
    if fates.is_empty() {
        return;
    }
    let names = crate::compare::TaskNames::new(pair.before.snapshot, after.snapshot);
    for fate in fates {
        if let Some(told) = names.tell(fate) {
            let mut finding = Finding::about(told.subject)
                .with("framework", told.framework)
                .with("agent", told.agent_before)
                .with("after", told.after.unwrap_or_else(|| "nothing".to_owned()))
                .with("reason", fate.cause.sentence());
            if let Some(agent) = told.agent_after {
                finding = finding.with("agent_after", agent);
            }
            finding.evidence = told.evidence;
            saw.fire(finding);
        }
    }
}
