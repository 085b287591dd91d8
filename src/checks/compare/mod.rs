//! Checks over a pair of archives: one file per check, and their list. Nothing else stands here.
//!
//! One cause is one blocking finding where that can be: what the checks over one archive already block on (an inactive
//! agent) only warns here, and a task that went with its agent, framework or app names it as its reason.

mod agent_attributes_changed;
mod agent_role_changed;
mod agents_deactivated;
mod agents_lost;
mod agents_reregistered;
mod app_constraints_lost;
mod app_definition_changed;
mod apps_lost;

mod expected_change_missing;
mod frameworks_lost;
mod iam_permissions_lost;
mod iam_users_lost;
mod leaders_changed;
mod marathons_lost;
mod masters_lost;
mod packages_changed;
mod shared;
mod state_visibility_lost;
mod tasks_lost;
mod tasks_moved;
mod tasks_restarted;
mod versions_mixed_after;
mod versions_not_reached;
mod znodes_shrunk;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &agent_attributes_changed::AgentAttributesChanged,
    &agent_role_changed::AgentRoleChanged,
    &agents_deactivated::AgentsDeactivated,
    &agents_lost::AgentsLost,
    &agents_reregistered::AgentsReregistered,
    &app_constraints_lost::AppConstraintsLost,
    &app_definition_changed::AppDefinitionChanged,
    &apps_lost::AppsLost,
    &expected_change_missing::ExpectedChangeMissing,
    &frameworks_lost::FrameworksLost,
    &iam_permissions_lost::IamPermissionsLost,
    &iam_users_lost::IamUsersLost,
    &leaders_changed::LeadersChanged,
    &marathons_lost::MarathonsLost,
    &masters_lost::MastersLost,
    &packages_changed::PackagesChanged,
    &state_visibility_lost::StateVisibilityLost,
    &tasks_lost::TasksLost,
    &tasks_moved::TasksMoved,
    &tasks_restarted::TasksRestarted,
    &versions_mixed_after::VersionsMixedAfter,
    &versions_not_reached::VersionsNotReached,
    &znodes_shrunk::ZnodesShrunk,
];
