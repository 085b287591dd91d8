//! Exhibitor: what the one on every master says about the ZooKeeper servers.
//!
//! Several of its GET paths change the cluster (`cluster/restart`, `cluster/set/…`): only the three of the list exist here.

use crate::model::items;

use super::super::discovery::Kind;
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::step::{Call, Step};

/// One step per Exhibitor; on plain Mesos, where none was named, the records that it does not apply.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let kind = ctx.known.kind(&ctx.targets);
    let mut steps = Vec::new();
    for base in ctx.targets.exhibitor_bases() {
        let label = base.label(items::EXHIBITOR);
        let calls: Vec<Call> = endpoints::of(items::EXHIBITOR, Asked::EachExhibitor)
            .map(|endpoint| Call::new(endpoint, &base))
            .collect();
        match &kind {
            _ if !ctx.targets.exhibitors.is_empty() => steps.push(Step::calls(items::EXHIBITOR, &label, calls)),
            Kind::Dcos => steps.push(Step::calls(items::EXHIBITOR, &label, calls)),
            Kind::Mesos(why) => steps.extend(super::dcos::not_applicable(items::EXHIBITOR, &label, calls, why)),
            Kind::Unknown => steps.extend(super::dcos::not_asked(items::EXHIBITOR, &label, calls)),
        }
    }
    steps
}
