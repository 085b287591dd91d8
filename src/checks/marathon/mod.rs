//! Checks of the area `marathon`: one file per check, and their list. Nothing else stands here.

mod apps_below_target;
mod apps_unhealthy;
mod constraints_invalid;
mod deployments_in_flight;
mod event_subscribers_enabled;
mod marathon_without_leader;
mod nested_marathon_behind_root;
mod nested_marathon_outdated;
mod queue_waiting;
pub(in crate::checks) mod shared;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &apps_below_target::AppsBelowTarget,
    &apps_unhealthy::AppsUnhealthy,
    &constraints_invalid::ConstraintsInvalid,
    &deployments_in_flight::DeploymentsInFlight,
    &event_subscribers_enabled::EventSubscribersEnabled,
    &marathon_without_leader::MarathonWithoutLeader,
    &nested_marathon_behind_root::NestedMarathonBehindRoot,
    &nested_marathon_outdated::NestedMarathonOutdated,
    &queue_waiting::QueueWaiting,
];
