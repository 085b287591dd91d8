//! From results to the verdict: pure, and the only place that decides. Never looks at evidence, never changes a result.

pub mod signoffs;
pub mod waivers;

use crate::model::{
    AppliedSignoff, AppliedWaiver, Change, CheckResult, Expectation, Policy, Severity, Status, Verdict, WaiverState,
};

/// Everything a verdict rests on.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// Results of every check of this run, those left out included. Waivers have been applied
    /// ([`Finding::waived_by`](crate::model::Finding::waived_by) is set); the findings are still there.
    pub results: &'a [CheckResult],
    /// Differences between the archives.
    pub changes: &'a [Change],
    /// Waivers and what became of them.
    pub waivers: &'a [AppliedWaiver],
    /// Items that people answer, and what became of them.
    pub signoffs: &'a [AppliedSignoff],
    /// What keeps a GO from being a plain one although no check says so: a part that could not be compared, a missing
    /// required item, certificates that were not verified.
    pub remarks: &'a [String],
    /// Thresholds in force. They act inside the checks; of those here only `open_signoffs` can soften a verdict.
    pub policy: &'a Policy,
}

/// Decides; the worst that applies wins.
///
/// - NO-GO: a blocking check has a finding without waiver; a blocking sign-off was answered with no.
/// - CANNOT SAY: a blocking check could not judge everything (UNKNOWN, or something unknown beside its findings, waived or
///   not, or a PASS that does not say what it looked at), was left out by the user, or no blocking check judged anything; a
///   blocking sign-off is open (the policy can make that a warning) or cannot be believed.
/// - GO WITH WARNINGS: a warning check has a finding, is UNKNOWN or was left out; a finding is waived; a waiver was used,
///   expired or matched nothing; a change is unexpected; there is a remark; a sign-off that does not
///   block is open, doubtful or answered with no.
/// - GO: everything else.
pub fn decide(basis: &Basis<'_>) -> Verdict {
    let checked = of_checks(basis);
    let signed = signoffs::at_best(basis.signoffs, basis.policy.open_signoffs);
    if rank(signed) > rank(checked) { signed } else { checked }
}

/// The verdict that everything but the sign-offs gives.
fn of_checks(basis: &Basis<'_>) -> Verdict {
    let blockers = || {
        basis
            .results
            .iter()
            .filter(|result| result.severity == Severity::Blocker)
    };
    if blockers().any(stands) {
        return Verdict::NoGo;
    }
    // A cluster about which every blocking check was skipped was not looked at, whatever the reasons were.
    let judged_any = blockers().any(|result| matches!(result.status, Status::Pass | Status::Warn | Status::Fail));
    if !judged_any || blockers().any(open_question) {
        return Verdict::CannotSay;
    }
    let warned = basis.results.iter().any(|result| {
        !matches!(result.status, Status::Pass | Status::Skipped) || !result.findings.is_empty() || open_question(result)
    }) || basis
        .changes
        .iter()
        .any(|change| change.expectation == Expectation::Unexpected)
        || basis.waivers.iter().any(|waiver| waiver.state != WaiverState::NotRun)
        || !basis.remarks.is_empty();
    if warned { Verdict::GoWithWarnings } else { Verdict::Go }
}

/// Whether a finding of this result stands. FAIL without any finding (an edited result) stands as well.
pub fn stands(result: &CheckResult) -> bool {
    result.findings.iter().any(|finding| finding.waived_by.is_none())
        || (result.status == Status::Fail && result.findings.is_empty())
}

/// Whether this result leaves something unjudged, waived or not: waiving findings does not judge the parts that were unknown.
pub fn open_question(result: &CheckResult) -> bool {
    match result.status {
        Status::Unknown => true,
        Status::Skipped => result.left_out,
        Status::Pass => result.reason.is_some() || result.judged.is_none(),
        Status::Warn | Status::Fail => result.reason.is_some(),
    }
}

/// Order of verdicts from best to worst, for comparing two of them.
pub fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Go => 0,
        Verdict::GoWithWarnings => 1,
        Verdict::CannotSay => 2,
        Verdict::NoGo => 3,
    }
}
