//! Checks of the area `marathon`: one file per check, and their list. Nothing else stands here.

mod apps_below_target;
mod apps_unhealthy;
mod constraints_abort_migration;
mod constraints_change_meaning;
mod constraints_dropped_by_target;
mod constraints_invalid;
mod constraints_refused_by_target;
mod constraints_rewritten_by_target;
mod constraints_tight;
mod constraints_unsatisfiable;
mod constraints_unsatisfiable_under_target;
mod deployments_in_flight;
mod event_subscribers_enabled;
mod marathon_ahead_of_mesos;
mod marathon_app_field_invalid;
mod marathon_behaviour_changed;
mod marathon_flag_removed;
mod marathon_incompatible;
mod marathon_line_skipped;
mod marathon_migration_interrupted;
mod marathon_storage_too_old;
mod marathon_without_leader;
mod marathon_znodes_old_format;
mod mesos_too_old_for_marathon;
mod nested_marathon_outdated;
mod nested_marathon_too_old;
mod queue_waiting;
pub(in crate::checks) mod shared;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &apps_below_target::AppsBelowTarget,
    &apps_unhealthy::AppsUnhealthy,
    &constraints_abort_migration::ConstraintsAbortMigration,
    &constraints_change_meaning::ConstraintsChangeMeaning,
    &constraints_dropped_by_target::ConstraintsDroppedByTarget,
    &constraints_invalid::ConstraintsInvalid,
    &constraints_refused_by_target::ConstraintsRefusedByTarget,
    &constraints_rewritten_by_target::ConstraintsRewrittenByTarget,
    &constraints_tight::ConstraintsTight,
    &constraints_unsatisfiable::ConstraintsUnsatisfiable,
    &constraints_unsatisfiable_under_target::ConstraintsUnsatisfiableUnderTarget,
    &deployments_in_flight::DeploymentsInFlight,
    &event_subscribers_enabled::EventSubscribersEnabled,
    &marathon_ahead_of_mesos::MarathonAheadOfMesos,
    &marathon_app_field_invalid::MarathonAppFieldInvalid,
    &marathon_behaviour_changed::MarathonBehaviourChanged,
    &marathon_flag_removed::MarathonFlagRemoved,
    &marathon_incompatible::MarathonIncompatible,
    &marathon_line_skipped::MarathonLineSkipped,
    &marathon_migration_interrupted::MarathonMigrationInterrupted,
    &marathon_storage_too_old::MarathonStorageTooOld,
    &marathon_without_leader::MarathonWithoutLeader,
    &marathon_znodes_old_format::MarathonZnodesOldFormat,
    &mesos_too_old_for_marathon::MesosTooOldForMarathon,
    &nested_marathon_outdated::NestedMarathonOutdated,
    &nested_marathon_too_old::NestedMarathonTooOld,
    &queue_waiting::QueueWaiting,
];
