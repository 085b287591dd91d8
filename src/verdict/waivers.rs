//! Applies waivers: once, between checks and verdict. Removes the effect of findings, never a finding, never an UNKNOWN.
//!
//! "Today" is the end of the run of the judged archive (`finished_at`; for a pair, of the second one), not the clock of
//! the machine: the same archive with the same waivers gives the same verdict whenever it is computed again.

use chrono::{DateTime, Utc};

use crate::model::{AppliedWaiver, CheckResult, Subject, Waiver, WaiverState};

/// Marks the findings that `waivers` name, and says what became of every waiver, in their order.
///
/// A finding named by several waivers that hold carries the first; the others count it too, so that none looks unmatched.
pub fn apply(results: &mut [CheckResult], waivers: &[Waiver], taken_at: DateTime<Utc>) -> Vec<AppliedWaiver> {
    let today = taken_at.date_naive();
    waivers
        .iter()
        .enumerate()
        .map(|(position, waiver)| {
            let id = format!("waiver-{}", position + 1);
            let expired = today > waiver.expires;
            let mut findings = 0;
            let mut ran = false;
            for result in results.iter_mut().filter(|result| result.check == waiver.check) {
                ran = ran || !result.left_out;
                for finding in &mut result.findings {
                    if !expired && in_scope(waiver.scope.as_deref(), &finding.subject) {
                        findings += 1;
                        finding.waived_by.get_or_insert_with(|| id.clone());
                    }
                }
            }
            let state = if expired {
                WaiverState::Expired
            } else if findings > 0 {
                WaiverState::Applied
            } else if ran {
                WaiverState::Unmatched
            } else {
                WaiverState::NotRun
            };
            AppliedWaiver {
                id,
                waiver: waiver.clone(),
                state,
                findings,
            }
        })
        .collect()
}

/// Whether a scope names a subject: by id or by name, a `*` at the end for any continuation, no scope for all.
fn in_scope(scope: Option<&str>, subject: &Subject) -> bool {
    let Some(scope) = scope else { return true };
    match scope.strip_suffix('*') {
        Some(start) => subject.id.starts_with(start) || subject.name.starts_with(start),
        None => subject.id == scope || subject.name == scope,
    }
}
