//! Mesos agents: every one that the leader lists, and every expected one that it does not list.
//!
//! Addresses come from the pid (`slave(1)@host:port`), so that agents on odd ports work. Where only Admin Router was
//! named, agents are asked through it (`/agent/<id>/…`, `/slave/<id>/…` on older releases).

use std::collections::BTreeSet;

use crate::model::items;

use super::super::discovery::{ListedAgent, address_of};
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::step::{Call, Step};
use super::super::target::{Base, segment};

/// Usual port of an agent.
const PORT: u16 = 5051;

/// One step per agent.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let listed = ctx.known.agents().unwrap_or_default();
    let mut steps = Vec::with_capacity(listed.len());
    let mut met: BTreeSet<String> = BTreeSet::new();
    for agent in &listed {
        met.extend(agent.hostname.as_ref().map(|name| name.to_ascii_lowercase()));
        let Some(direct) = direct(ctx, agent) else {
            ctx.observer
                .note(&format!("agent {} is listed without a usable address", agent.id));
            continue;
        };
        met.insert(direct.origin.host.clone());
        if !met.insert(direct.origin.authority()) {
            // An agent that came back under a new id while the old one is still listed: one process, asked once.
            continue;
        }
        let label = direct.origin.label(items::MESOS_AGENT);
        let calls = match ctx.targets.admin_router.as_ref().filter(|_| !ctx.targets.direct()) {
            Some(router) => through(router, &agent.id, &label),
            None => calls(&direct, &label),
        };
        steps.push(Step::calls(items::MESOS_AGENT, &label, calls));
    }
    if ctx.targets.direct() {
        for named in ctx.targets.agents.iter().flatten() {
            let Some(base) = ctx.targets.agent_base(named) else {
                continue;
            };
            if met.contains(&base.origin.host) && (met.contains(&base.origin.authority()) || !named.contains(':')) {
                continue;
            }
            if !met.insert(base.origin.authority()) {
                continue;
            }
            let label = base.origin.label(items::MESOS_AGENT);
            steps.push(Step::calls(items::MESOS_AGENT, &label, calls(&base, &label)));
        }
    }
    steps
}

fn direct(ctx: &Context, agent: &ListedAgent) -> Option<Base> {
    let address = agent
        .pid
        .as_deref()
        .and_then(address_of)
        .or(agent.hostname.as_deref())?;
    let mut base = Base::parse(address, PORT).ok()?;
    // The pid says host and port and nothing else.
    base.prefix = String::new();
    base.origin.tls = ctx.targets.cluster_tls();
    Some(base)
}

fn calls(base: &Base, label: &str) -> Vec<Call> {
    endpoints::of(items::MESOS_AGENT, Asked::EachAgent)
        .map(|endpoint| Call::filed(endpoint, base, label))
        .collect()
}

fn through(router: &Base, id: &str, label: &str) -> Vec<Call> {
    let id = segment(id);
    let older = router.below(&format!("/slave/{id}"));
    let mut calls = calls(&router.below(&format!("/agent/{id}")), label);
    for call in &mut calls {
        call.older_base = Some(older.clone());
    }
    calls
}
