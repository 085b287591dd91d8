//! From results to the verdict: pure, and the only place that decides.

use crate::model::{AppliedWaiver, Change, CheckResult, Expectation, Policy, Severity, Status, Verdict};

/// Decides. Waivers have been applied to `results` before ([`Finding::waived_by`](crate::model::Finding::waived_by) is set); the findings are still there.
///
/// NO-GO: a blocking check has a finding without waiver. CANNOT SAY: a blocking check is UNKNOWN (also beside waived
/// findings), or nothing was judged at all. GO WITH WARNINGS: a warning check has a finding or is UNKNOWN, a change is
/// unexpected, a waiver was used, expired or matched nothing. GO: everything else.
pub fn decide(results: &[CheckResult], changes: &[Change], waivers: &[AppliedWaiver], _policy: &Policy) -> Verdict {
    let open = |result: &CheckResult| result.findings.iter().any(|finding| finding.waived_by.is_none());
    let blocker = |result: &&CheckResult| result.severity == Severity::Blocker;
    if results.iter().filter(blocker).any(open) {
        return Verdict::NoGo;
    }
    let unjudged = |result: &CheckResult| {
        // A check with findings may still have parts it could not judge: waiving the findings does not judge those parts.
        result.status == Status::Unknown || (result.status == Status::Fail && result.reason.is_some())
    };
    let judged_any = results
        .iter()
        .any(|result| matches!(result.status, Status::Pass | Status::Warn | Status::Fail));
    if !judged_any || results.iter().filter(blocker).any(unjudged) {
        return Verdict::CannotSay;
    }
    let warned = results
        .iter()
        .any(|result| matches!(result.status, Status::Warn | Status::Unknown | Status::Fail))
        || changes
            .iter()
            .any(|change| change.expectation == Expectation::Unexpected)
        || !waivers.is_empty();
    if warned { Verdict::GoWithWarnings } else { Verdict::Go }
}
