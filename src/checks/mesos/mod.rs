//! Checks of the area `mesos`: one file per check, and their list. Nothing else stands here.

use super::Check;

mod agent_version_skew;
mod agents_inactive;
mod agents_recovered_only;
mod agents_unreachable;
mod agents_unregistered;
mod component_versions_unexpected;
mod frameworks_disconnected;
mod frameworks_without_checkpoint;
mod maintenance_scheduled;
mod registrar_not_recovered;
mod tasks_not_settled;
mod tasks_unhealthy;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &agent_version_skew::AgentVersionSkew,
    &agents_inactive::AgentsInactive,
    &agents_recovered_only::AgentsRecoveredOnly,
    &agents_unreachable::AgentsUnreachable,
    &agents_unregistered::AgentsUnregistered,
    &component_versions_unexpected::ComponentVersionsUnexpected,
    &frameworks_disconnected::FrameworksDisconnected,
    &frameworks_without_checkpoint::FrameworksWithoutCheckpoint,
    &maintenance_scheduled::MaintenanceScheduled,
    &registrar_not_recovered::RegistrarNotRecovered,
    &tasks_not_settled::TasksNotSettled,
    &tasks_unhealthy::TasksUnhealthy,
];
