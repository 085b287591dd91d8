//! Checks of the area `cluster`: one file per check, and their list. Nothing else stands here.

use super::Check;

mod agents_missing;
mod components_unhealthy;
mod dcos_versions_mixed;
mod leader_views_disagree;
mod masters_even;
mod masters_missing;
mod packages_without_path;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &agents_missing::AgentsMissing,
    &components_unhealthy::ComponentsUnhealthy,
    &dcos_versions_mixed::DcosVersionsMixed,
    &leader_views_disagree::LeaderViewsDisagree,
    &masters_even::MastersEven,
    &masters_missing::MastersMissing,
    &packages_without_path::PackagesWithoutPath,
];
