//! Pieces that the checks of the path share: the hop, its judgement, where the running version was seen. Holds no rule of its own.

use crate::checks::{Context, Saw};
use crate::facts::cluster::Kind;
use crate::facts::hop::{Hop, NoHop};
use crate::knowledge::chain::{NoChain, Prefer};
use crate::knowledge::hops::Product;
use crate::model::{EvidenceRef, Finding, Subject};

/// The hop, or `None` with the reason said: no target is SKIPPED, an unknown version UNKNOWN.
pub fn hop(context: &Context<'_>, saw: &mut Saw) -> Option<Hop> {
    match context.hop() {
        Ok(hop) => Some(hop),
        Err(NoHop::NoTarget) => {
            saw.skip("no target was stated (--target)");
            None
        }
        Err(NoHop::Unknown(why)) => {
            saw.unknown_because(why);
            None
        }
    }
}

/// The hop to another version, where it is still to be decided upon: on the target itself there is none to judge, and an
/// archive of after the window shows that it has been made.
pub fn hop_to_another(context: &Context<'_>, saw: &mut Saw) -> Option<Hop> {
    let hop = hop(context, saw)?;
    if context.pair.is_some() {
        saw.skip("the window is over: whether to make this hop is judged on the archive of before (gonogo check)");
        return None;
    }
    if hop.from == hop.to {
        saw.skip(format!("the cluster runs the target {} already", hop.to));
        return None;
    }
    Some(hop)
}

/// Whose versions the hop is about.
pub fn product(hop: &Hop) -> Product {
    match hop.kind {
        Kind::Dcos => Product::Dcos,
        Kind::Mesos => Product::Mesos,
    }
}

/// Where the running version was read.
pub fn seen(context: &Context<'_>) -> Option<EvidenceRef> {
    let from = context.pair.map_or(context.facts, |pair| pair.before);
    let dcos = from
        .snapshot
        .dcos
        .versions
        .iter()
        .find_map(|(_, version)| version.get().ok());
    match dcos {
        Some((version, at)) => Some(at.at("/version").quoting(version)),
        None => from
            .leading_master()
            .and_then(|master| master.version.get().ok())
            .map(|(version, at)| at.at("/version").quoting(version)),
    }
}

/// A finding about the hop, with its versions and the evidence of the running one.
pub fn finding(context: &Context<'_>, hop: &Hop) -> Finding {
    let finding = Finding::about(Subject::cluster())
        .with("from", hop.from.to_string())
        .with("to", hop.to.to_string());
    match seen(context) {
        Some(at) => finding.seen_at(at),
        None => finding,
    }
}

/// The recommended chain in words, or why there is none.
pub fn instead(context: &Context<'_>, hop: &Hop) -> String {
    match context
        .knowledge
        .chain(product(hop), &hop.from, &hop.to, Prefer::Recommended)
    {
        Ok(chain) => {
            let mut words: Vec<String> = chain.hops.iter().map(|hop| hop.from.to_string()).collect();
            words.extend(chain.hops.last().map(|hop| hop.to.to_string()));
            format!("a supported chain is {}", words.join(", "))
        }
        Err(NoChain::Unsupported { .. }) => "the documents have no supported chain to it".to_owned(),
        Err(NoChain::Silent { .. }) => "whether another way exists the documents do not say".to_owned(),
    }
}
