//! What a hop itself changes, and which rules of the guides it crosses. Never judges whether a change came.

use super::Component;
use crate::knowledge::hops::{Classified, HopKind, Product};
use crate::knowledge::ledger::{self, ExpectedChange, HopVersions};
use crate::knowledge::rule::Rule;
use crate::knowledge::{Guide, Knowledge, Release};
use crate::model::Version;

type Pair = (Version, Version);

/// Versions before and after, as the releases ship them; plain Mesos is its own.
fn versions(knowledge: &Knowledge, hop: &Classified) -> HopVersions {
    let own = (hop.from.clone(), hop.to.clone());
    if hop.product == Product::Mesos {
        return HopVersions {
            mesos: Some(own),
            ..HopVersions::default()
        };
    }
    let shipped = |version: &Version, of: fn(&Release) -> &[String]| -> Option<Version> {
        Version::leading(of(knowledge.release(version)?).first()?)
    };
    let pair = |of: fn(&Release) -> &[String]| shipped(&hop.from, of).zip(shipped(&hop.to, of));
    HopVersions {
        dcos: Some(own),
        mesos: pair(|release| &release.mesos),
        marathon: pair(|release| &release.marathon),
    }
}

/// Components of the hop with their versions.
pub(super) fn components(knowledge: &Knowledge, hop: &Classified) -> Vec<Component> {
    if hop.product == Product::Mesos {
        return Vec::new();
    }
    let component = |name: &str, of: fn(&Release) -> &[String]| {
        let text = |version: &Version| knowledge.release(version).map(|release| of(release).join(" or "));
        Some(Component {
            name: name.to_owned(),
            from: text(&hop.from)?,
            to: text(&hop.to)?,
        })
    };
    [
        component("Mesos", |release| &release.mesos),
        component("Marathon", |release| &release.marathon),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every rule of the guides that the hop crosses.
pub(super) fn rules<'k>(knowledge: &'k Knowledge, hop: &Classified) -> Vec<&'k Rule> {
    let versions = versions(knowledge, hop);
    let mut rules = crossed(&knowledge.mesos, versions.mesos.as_ref());
    rules.extend(crossed(&knowledge.marathon, versions.marathon.as_ref()));
    rules
}

fn crossed<'k>(guide: &'k Guide, pair: Option<&Pair>) -> Vec<&'k Rule> {
    pair.and_then(|(from, to)| guide.between(from, to))
        .unwrap_or_default()
        .into_iter()
        .flat_map(|hop| &hop.rules)
        .collect()
}

/// What is expected to change: the same statements by which `compare` sorts differences.
pub(super) fn expected(knowledge: &Knowledge, hop: &Classified) -> Vec<ExpectedChange> {
    if hop.kind == HopKind::Configuration {
        return Vec::new();
    }
    ledger::expected(knowledge, &versions(knowledge, hop))
}
