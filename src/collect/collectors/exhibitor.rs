//! Exhibitor: what the one on every master says about the ZooKeeper servers.
//!
//! Several of its GET paths change the cluster (`cluster/restart`, `cluster/set/…`): only those of the list exist here. Of
//! its explorer only the names of the nodes below a Marathon's state are asked for: no data, no walk (that is `zk_explorer`'s).

use crate::model::{Outcome, items};

use super::super::discovery::Kind;
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::fetch;
use super::super::state_node::StateNode;
use super::super::step::{Call, Step};
use super::super::target::Base;

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

/// One step that lists the nodes below the state of the Marathon `name`, from the `/v2/info` it gave, if it gave one.
///
/// Every Exhibitor sees the same tree: the first that takes a connection is asked, once.
pub fn state_of_marathon(ctx: &Context, name: &str, info: Option<&[u8]>) -> Vec<Step> {
    let kind = ctx.known.kind(&ctx.targets);
    let bases = ctx.targets.exhibitor_bases();
    let (Some(endpoint), Some(first)) = (
        endpoints::of(items::MARATHON, Asked::StateOfMarathon).next(),
        bases.first().cloned(),
    ) else {
        return Vec::new();
    };
    let call = move |base: &Base| {
        let mut call = Call::filed(endpoint, base, name);
        call.planned.host = base.label(items::EXHIBITOR);
        call
    };
    let without = |outcome: Outcome, why: &str| {
        let planned = vec![call(&first).planned];
        vec![Step::without_asking(items::EXHIBITOR, name, planned, outcome, why)]
    };
    if ctx.targets.exhibitors.is_empty() {
        match &kind {
            Kind::Dcos => {}
            Kind::Mesos(why) => return without(Outcome::NotApplicable, why),
            Kind::Unknown => return super::dcos::not_asked(items::EXHIBITOR, name, vec![call(&first)]),
        }
    }
    let node = match info.map(StateNode::of_info) {
        Some(Ok(node)) => node,
        Some(Err(why)) => return without(Outcome::Failed, &format!("not asked: {why}")),
        None => {
            return without(
                Outcome::Failed,
                "not asked: /v2/info did not arrive, so the path is not known",
            );
        }
    };
    let calls: Vec<Call> = bases.iter().map(|base| call(base).about(node.clone())).collect();
    let planned = calls.iter().take(1).map(|call| call.planned.clone()).collect();
    let step = Step::new(items::EXHIBITOR, name, planned, move |ctx| async move {
        let mut chosen = 0;
        for (at, call) in calls.iter().enumerate() {
            if calls.len() > 1 && fetch::reaches(&ctx, &call.base.origin).await {
                chosen = at;
                break;
            }
        }
        if let Some(call) = calls.get(chosen) {
            fetch::fetch(&ctx, call, false).await;
        }
        Vec::new()
    });
    vec![step]
}
