//! Checks of the area `mesos`: one file per check, and their list; `shared` is what the checks over the upgrade guide have in common.

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
mod mesos_behaviour_changed;
mod mesos_endpoint_removed;
mod mesos_flag_changed;
mod mesos_flag_deprecated;
mod mesos_flag_ignored;
mod mesos_flag_removed;
mod mesos_flag_required;
mod mesos_incompatible;
mod registrar_not_recovered;
mod shared;
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
    &mesos_behaviour_changed::MesosBehaviourChanged,
    &mesos_endpoint_removed::MesosEndpointRemoved,
    &mesos_flag_changed::MesosFlagChanged,
    &mesos_flag_deprecated::MesosFlagDeprecated,
    &mesos_flag_ignored::MesosFlagIgnored,
    &mesos_flag_removed::MesosFlagRemoved,
    &mesos_flag_required::MesosFlagRequired,
    &mesos_incompatible::MesosIncompatible,
    &registrar_not_recovered::RegistrarNotRecovered,
    &tasks_not_settled::TasksNotSettled,
    &tasks_unhealthy::TasksUnhealthy,
];
