//! Exit codes: documented constants, never reused, mapped in one place.

use crate::backup::seal::SealError;
use crate::model::Verdict;

/// GO, also with warnings.
pub const GO: u8 = 0;
/// Failure of the tool or of I/O.
pub const FAILURE: u8 = 1;
/// Usage or configuration.
pub const USAGE: u8 = 2;
/// NO-GO.
pub const NO_GO: u8 = 3;
/// GO WITH WARNINGS under `--strict`.
pub const WARNINGS: u8 = 4;
/// CANNOT SAY; for `collect`: archive written, required evidence missing.
pub const CANNOT_SAY: u8 = 5;
/// Archive refused: altered, truncated, malformed, hostile, unknown format.
pub const ARCHIVE_REFUSED: u8 = 6;
/// Security refusal: certificate, host key, redirect, leak.
pub const SECURITY: u8 = 7;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// The exit code of a verdict.
pub fn of_verdict(verdict: Verdict, strict: bool) -> u8 {
    match verdict {
        Verdict::GoWithWarnings if strict => WARNINGS,
        Verdict::Go | Verdict::GoWithWarnings => GO,
        Verdict::NoGo => NO_GO,
        Verdict::CannotSay => CANNOT_SAY,
    }
}

/// The exit code of an error: its own where it has one ([`Failure`](super::Failure)), else [`FAILURE`]. The one place that decides.
pub fn of_error(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if let Some(failure) = cause.downcast_ref::<super::Failure>() {
            return failure.code;
        }
        if let Some(refused) = cause.downcast_ref::<crate::archive::Refused>() {
            return if refused.is_archive() { ARCHIVE_REFUSED } else { FAILURE };
        }
        if let Some(error) = cause.downcast_ref::<crate::archive::WriteError>() {
            return if error.is_usage() { USAGE } else { FAILURE };
        }
        if let Some(error) = cause.downcast_ref::<SealError>() {
            return of_sealing(error);
        }
        if cause.is::<crate::compare::CannotCompare>() {
            return USAGE;
        }
    }
    FAILURE
}

/// The exit code of something that was not sealed or not opened.
fn of_sealing(error: &SealError) -> u8 {
    match error {
        SealError::Recipient(_)
        | SealError::Identity(_)
        | SealError::OtherIdentity { .. }
        | SealError::Unsuitable { .. } => USAGE,
        SealError::Write(error) if error.is_usage() => USAGE,
        SealError::Write(_) | SealError::Read { .. } | SealError::Changed { .. } => FAILURE,
        SealError::NotSealed { .. } | SealError::Damaged { .. } | SealError::Differs { .. } => ARCHIVE_REFUSED,
        SealError::Exposed { .. } => SECURITY,
        SealError::Stopped => INTERRUPTED,
    }
}

/// `--exit-style check`: unknown, and every error.
pub const CHECK_UNKNOWN: u8 = 3;

/// The exit code of a verdict in the words of DC/OS checks: 0 ok, 1 warning, 2 critical, 3 unknown.
pub fn of_verdict_as_check(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Go => 0,
        Verdict::GoWithWarnings => 1,
        Verdict::NoGo => 2,
        Verdict::CannotSay => CHECK_UNKNOWN,
    }
}
