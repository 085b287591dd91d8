//! Runs checks and turns what they saw into results.
//!
//! The one place where "nothing seen" becomes UNKNOWN and where findings get their fingerprints. A check that
//! panics is UNKNOWN and does not disturb the others. Never decides the verdict.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use super::{Check, Context, Saw};
use crate::model::{CheckResult, Finding, Severity, Stage, Status};

/// Runs those of `checks` that fit the context (pair checks only when there is a pair).
pub fn run(checks: &[&'static dyn Check], context: &Context<'_>) -> Vec<CheckResult> {
    checks
        .iter()
        .filter(|check| check.meta().stage == Stage::Single || context.pair.is_some())
        .map(|check| run_one(*check, context))
        .collect()
}

/// Runs one check.
pub fn run_one(check: &dyn Check, context: &Context<'_>) -> CheckResult {
    let meta = check.meta();
    let mut saw = Saw::default();
    // A defect in one rule must not take the other rules' answers with it.
    if catch_unwind(AssertUnwindSafe(|| check.run(context, &mut saw))).is_err() {
        saw = Saw::default();
        saw.unknown_because(format!(
            "the check {} failed inside gonogo; please report this",
            meta.id
        ));
    }
    let mut findings = saw.findings;
    for finding in &mut findings {
        meta.id.clone_into(&mut finding.check);
        finding.fingerprint = fingerprint(finding);
    }
    findings.sort_by(|a, b| (&a.subject, &a.fingerprint).cmp(&(&b.subject, &b.fingerprint)));
    let judged = (!saw.judged.is_empty()).then(|| {
        saw.judged
            .iter()
            .map(|(count, what)| format!("{count} {what}"))
            .collect::<Vec<_>>()
            .join(", ")
    });
    let unknown = (!saw.unknown.is_empty()).then(|| saw.unknown.join("; "));
    let (status, reason) = if !findings.is_empty() {
        (
            if meta.severity == Severity::Blocker {
                Status::Fail
            } else {
                Status::Warn
            },
            unknown,
        )
    } else if unknown.is_some() {
        (Status::Unknown, unknown)
    } else if let Some(why) = saw.skipped {
        (Status::Skipped, Some(why))
    } else if judged.is_some() {
        (Status::Pass, None)
    } else {
        (Status::Unknown, Some("the check found nothing to look at".to_owned()))
    };
    CheckResult {
        check: meta.id.to_owned(),
        area: meta.area,
        title: meta.title.to_owned(),
        severity: meta.severity,
        status,
        reason,
        judged,
        findings,
        requirements: meta.requirements.iter().map(ToString::to_string).collect(),
        left_out: false,
    }
}

/// 16 hex digits over check, subject kind and id, and the `key` datum: the same finding keeps it from run to run.
fn fingerprint(finding: &Finding) -> String {
    let mut hash = Sha256::new();
    let key = finding.data.get("key").map(ToString::to_string).unwrap_or_default();
    for part in [
        finding.check.as_str(),
        &finding.subject.kind.to_string(),
        &finding.subject.id,
        &key,
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    crate::model::hex(&hash.finalize()).chars().take(16).collect()
}
