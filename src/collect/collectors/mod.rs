//! The collectors: one file per source, and their list in the order of the stages.
//!
//! A collector gives steps; it never aborts the run and never asks anything outside `endpoints`.

pub mod backup;
pub mod dcos;
pub mod exhibitor;
pub mod input;
pub mod marathon;
pub mod mesos_agent;
pub mod mesos_master;
pub mod metronome;
pub mod zookeeper;
pub mod zookeeper_tree;

use super::engine::{Context, Stage};
use super::step::Step;

/// The stages: every master, the leader, everything else, and every master once more.
pub const STAGES: [Stage; 4] = [
    mesos_master::each,
    mesos_master::leaders,
    everything_else,
    mesos_master::each_at_end,
];

/// Sources that need to know the leader, the kind of cluster, the agents or the frameworks.
fn everything_else(ctx: &Context) -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(marathon::steps(ctx));
    steps.extend(metronome::steps(ctx));
    steps.extend(exhibitor::steps(ctx));
    steps.extend(zookeeper::steps(ctx));
    steps.extend(zookeeper_tree::steps(ctx));
    steps.extend(dcos::steps(ctx));
    steps.extend(input::steps(ctx));
    steps.extend(backup::steps(ctx));
    steps.extend(mesos_agent::steps(ctx));
    steps
}
