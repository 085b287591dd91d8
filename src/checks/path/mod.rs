//! Checks of the way of versions: which hops the documents support, and from where. The list, and nothing else.

use super::Check;

mod hop_too_long;
mod path_advisory_blocking;
mod path_advisory_open;
mod path_unsupported;
mod shared;
mod sources_disagree;
mod start_not_latest_patch;
mod target_end_of_support;

/// The checks of this area, sorted by id.
pub static CHECKS: &[&dyn Check] = &[
    &hop_too_long::HopTooLong,
    &path_advisory_blocking::PathAdvisoryBlocking,
    &path_advisory_open::PathAdvisoryOpen,
    &path_unsupported::PathUnsupported,
    &sources_disagree::SourcesDisagree,
    &start_not_latest_patch::StartNotLatestPatch,
    &target_end_of_support::TargetEndOfSupport,
];
