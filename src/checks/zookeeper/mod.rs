//! Checks of the area `zookeeper`: one file per check, and their list. Nothing else stands here.

mod exhibitor_change_rolling;
mod exhibitor_not_serving;
mod exhibitor_views_disagree;
mod exhibitor_without_leader;
mod shared;
mod znodes_unreadable;
mod zookeeper_children_over_limit;
mod zookeeper_followers_unsynced;
mod zookeeper_out_of_quorum;
mod zookeeper_requests_outstanding;

use super::Check;

/// The checks of this area, sorted by id.
pub const CHECKS: &[&dyn Check] = &[
    &exhibitor_change_rolling::ExhibitorChangeRolling,
    &exhibitor_not_serving::ExhibitorNotServing,
    &exhibitor_views_disagree::ExhibitorViewsDisagree,
    &exhibitor_without_leader::ExhibitorWithoutLeader,
    &znodes_unreadable::ZnodesUnreadable,
    &zookeeper_children_over_limit::ZookeeperChildrenOverLimit,
    &zookeeper_followers_unsynced::ZookeeperFollowersUnsynced,
    &zookeeper_out_of_quorum::ZookeeperOutOfQuorum,
    &zookeeper_requests_outstanding::ZookeeperRequestsOutstanding,
];
