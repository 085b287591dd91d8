//! Mesos agents: every one that the leader lists, and every expected one that it does not list.
//!
//! Addresses come from the pid (`slave(1)@host:port`), so that agents on odd ports work. Where only Admin Router was
//! named, or an agent takes no connection from here, agents are asked through it (`/agent/<id>/…`, `/slave/<id>/…` on older releases).

use std::collections::BTreeSet;

use crate::model::items;

use super::super::discovery::{ListedAgent, address_of};
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::fetch;
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
        let label = direct.label(items::MESOS_AGENT);
        steps.push(match &ctx.targets.admin_router {
            None => Step::calls(items::MESOS_AGENT, &label, calls(&direct, &label)),
            Some(router) if !ctx.targets.direct() => {
                Step::calls(items::MESOS_AGENT, &label, through(router, &agent.id, &label))
            }
            Some(router) => either(direct, through(router, &agent.id, &label), label),
        });
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
            let label = base.label(items::MESOS_AGENT);
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

/// Directly where the agent takes a connection, else through Admin Router.
fn either(direct: Base, through: Vec<Call>, label: String) -> Step {
    let planned = through.iter().map(|call| call.planned.clone()).collect();
    let name = label.clone();
    Step::new(items::MESOS_AGENT, &name, planned, move |ctx| async move {
        let calls = if fetch::reaches(&ctx, &direct.origin).await {
            calls(&direct, &label)
        } else {
            through
        };
        let mut host = fetch::Host::new(&ctx);
        for call in &calls {
            host.ask(call).await;
        }
        Vec::new()
    })
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
