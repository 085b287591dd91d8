//! The way: which hops are planned, and whether the documents support them. Never plans a way back.

use super::{Alternative, Chains};
use crate::knowledge::Knowledge;
use crate::knowledge::chain::{Chain, NoChain, Prefer};
use crate::knowledge::hops::{Classified, Product};
use crate::model::Version;

/// The hops of a plan.
pub(super) struct Way {
    pub(super) hops: Vec<Classified>,
    pub(super) supported: Option<bool>,
    pub(super) why: String,
    pub(super) chains: Chains,
}

pub(super) fn find(knowledge: &Knowledge, product: Product, from: &Version, to: &Version, direct: bool) -> Way {
    let recommended = knowledge.chain(product, from, to, Prefer::Recommended);
    let shortest = knowledge.chain(product, from, to, Prefer::Shortest);
    let mut chains = chains(from, recommended.as_ref().ok(), shortest.as_ref().ok());
    if recommended.is_err() && product == Product::Dcos && from < to {
        chains.instead = instead(knowledge, from, to);
    }
    if direct {
        return straight(knowledge.classify(product, from, to), chains);
    }
    match recommended {
        Ok(chain) => Way {
            why: supported_words(&chain),
            hops: chain.hops,
            supported: Some(true),
            chains,
        },
        Err(NoChain::Unsupported { why, direct }) => Way {
            why: if to < from {
                format!(
                    "{why}. No rollback procedure exists: going back means to install {to} anew and to restore backups"
                )
            } else {
                why
            },
            hops: vec![*direct],
            supported: Some(false),
            chains,
        },
        Err(NoChain::Silent { why, direct }) => Way {
            why: format!("The documents do not say: {why}"),
            hops: vec![*direct],
            supported: None,
            chains,
        },
    }
}

fn straight(hop: Classified, chains: Chains) -> Way {
    Way {
        supported: hop.supported,
        why: hop.why.clone(),
        hops: vec![hop],
        chains,
    }
}

/// The chain to the next later release of the target's line that has one.
fn instead(knowledge: &Knowledge, from: &Version, to: &Version) -> Vec<Version> {
    knowledge
        .releases
        .iter()
        .map(|release| &release.dcos)
        .filter(|other| other.line() == to.line() && *other > to)
        .find_map(|other| knowledge.chain(Product::Dcos, from, other, Prefer::Recommended).ok())
        .map_or_else(Vec::new, |chain| versions(from, &chain))
}

fn versions(from: &Version, chain: &Chain) -> Vec<Version> {
    std::iter::once(from.clone())
        .chain(chain.hops.iter().map(|hop| hop.to.clone()))
        .collect()
}

fn supported_words(chain: &Chain) -> String {
    let why = match chain.hops.as_slice() {
        [only] => only.why.clone(),
        several => format!("{} hops, each of them supported", several.len()),
    };
    let disputed = chain.hops.iter().filter(|hop| !hop.disagreement.is_empty()).count();
    match disputed {
        0 => why,
        1 => format!("{why}. About one hop the documents disagree"),
        many => format!("{why}. About {many} hops the documents disagree"),
    }
}

fn chains(from: &Version, recommended: Option<&Chain>, shortest: Option<&Chain>) -> Chains {
    Chains {
        recommended: recommended.map_or_else(Vec::new, |chain| versions(from, chain)),
        shortest: shortest.map_or_else(Vec::new, |chain| versions(from, chain)),
        because: recommended.map(|chain| chain.because.clone()),
        alternatives: recommended.map_or_else(Vec::new, |chain| {
            chain
                .alternatives
                .iter()
                .map(|other| Alternative {
                    instead_of: other.instead_of.clone(),
                    version: other.version.clone(),
                    says: other.said.says.clone(),
                    source: other.said.source.clone(),
                })
                .collect()
        }),
        instead: Vec::new(),
    }
}
