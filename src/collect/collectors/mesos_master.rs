//! Mesos masters: every one for itself, then the leader for the cluster, then every one again for who leads.
//!
//! The leader is the master whose metrics say `master/elected` 1 (two of them are both asked: that is evidence), else
//! the one that redirects point to, else the first that answers. Standby masters are never asked for the state.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{Outcome, items};

use super::super::discovery::{Listing, MasterView};
use super::super::endpoints::{self, Asked};
use super::super::engine::Context;
use super::super::fetch::Host;
use super::super::step::{Call, Planned, Step};
use super::super::target::{Base, Origin};

#[derive(Deserialize)]
struct Flags {
    flags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "master/elected")]
    elected: Option<f64>,
}

fn calls(base: &Base, asked: Asked) -> Vec<Call> {
    endpoints::of(items::MESOS_MASTER, asked)
        .map(|endpoint| Call::new(endpoint, base))
        .collect()
}

fn planned(calls: &[Call]) -> Vec<Planned> {
    calls.iter().map(|call| call.planned.clone()).collect()
}

/// One step per master.
pub fn each(ctx: &Context) -> Vec<Step> {
    ctx.targets.mesos_bases().into_iter().map(one).collect()
}

fn one(base: Base) -> Step {
    let calls = calls(&base, Asked::EachMaster);
    let label = base.label(items::MESOS_MASTER);
    Step::new(items::MESOS_MASTER, &label, planned(&calls), move |ctx| async move {
        let mut host = Host::new(&ctx);
        let mut view = MasterView::default();
        for call in &calls {
            let fetched = host.read(call).await;
            view.reachable |= !fetched.unreachable;
            let body = fetched.body.as_deref().unwrap_or_default();
            match call.endpoint.item {
                items::FLAGS => view.flags = serde_json::from_slice::<Flags>(body).ok().map(|it| it.flags),
                items::METRICS => {
                    view.elected = serde_json::from_slice::<Metrics>(body)
                        .ok()
                        .and_then(|metrics| metrics.elected)
                        .map(|elected| elected > 0.5);
                }
                items::REDIRECT => view.redirect = fetched.redirect.as_ref().and_then(Origin::of),
                _ => {}
            }
        }
        ctx.known.saw_master(&base, view);
        Vec::new()
    })
}

/// Whom to ask for the state of the cluster: usually one base.
fn whom_to_ask(ctx: &Context) -> Result<Vec<Base>, String> {
    let bases = ctx.targets.mesos_bases();
    let views = ctx.known.masters();
    let elected: Vec<Base> = bases
        .iter()
        .filter(|base| views.get(*base).and_then(|view| view.elected) == Some(true))
        .cloned()
        .collect();
    if !elected.is_empty() {
        return Ok(elected);
    }
    let mut votes: BTreeMap<Base, usize> = BTreeMap::new();
    for origin in views.values().filter_map(|view| view.redirect.as_ref()) {
        if let Some(base) = ctx.known.master_at(&ctx.targets, origin) {
            *votes.entry(base).or_default() += 1;
        }
    }
    let reachable = |base: &Base| views.get(base).is_some_and(|view| view.reachable);
    let pointed_at = votes
        .into_iter()
        .filter(|(base, _)| reachable(base))
        .max_by_key(|(_, votes)| *votes)
        .map(|(base, _)| base);
    // Whoever answers first redirects to the leader, or says that there is none: either is evidence.
    match pointed_at.or_else(|| bases.iter().find(|base| reachable(base)).cloned()) {
        Some(base) => Ok(vec![base]),
        None => Err("no master answered, so there was no leader to ask".to_owned()),
    }
}

/// One step per master that says it leads.
pub fn leaders(ctx: &Context) -> Vec<Step> {
    match whom_to_ask(ctx) {
        Ok(bases) => bases.iter().map(leader).collect(),
        Err(why) => ctx
            .targets
            .mesos_bases()
            .first()
            .map(|base| {
                let label = base.label(items::MESOS_MASTER);
                let planned = planned(&calls(base, Asked::Leader));
                Step::without_asking(items::MESOS_MASTER, &label, planned, Outcome::Failed, &why)
            })
            .into_iter()
            .collect(),
    }
}

fn leader(base: &Base) -> Step {
    let calls = calls(base, Asked::Leader);
    let label = base.label(items::MESOS_MASTER);
    Step::new(items::MESOS_MASTER, &label, planned(&calls), move |ctx| async move {
        let mut host = Host::new(&ctx);
        let mut frameworks_seen = false;
        for call in &calls {
            let lists = match call.endpoint.item {
                items::STATE_SUMMARY | items::SLAVES => true,
                // As large as the state: looked at only where the summary did not tell.
                items::FRAMEWORKS => !frameworks_seen,
                _ => false,
            };
            if !lists {
                host.ask(call).await;
                continue;
            }
            let fetched = host.read(call).await;
            let Some(body) = fetched.body else { continue };
            match serde_json::from_slice::<Listing>(&body) {
                Ok(listing) => {
                    frameworks_seen |= listing.frameworks.is_some();
                    ctx.known.listed(listing);
                }
                Err(error) => ctx
                    .observer
                    .note(&format!("{} cannot be read: {error}", call.planned.item)),
            }
        }
        Vec::new()
    })
}

/// One step per master: who leads now? Another answer than at the beginning means that the leader changed meanwhile.
pub fn each_at_end(ctx: &Context) -> Vec<Step> {
    ctx.targets
        .mesos_bases()
        .iter()
        .map(|base| {
            let label = base.label(items::MESOS_MASTER);
            Step::calls(items::MESOS_MASTER, &label, calls(base, Asked::EachMasterAtEnd))
        })
        .collect()
}
