//! Whose versions are meant, DC/OS's or Mesos's, and whether they exist. Never chooses silently, never rounds a version.

use crate::knowledge::Knowledge;
use crate::knowledge::hops::Product;
use crate::model::{Line, Version};

/// The product that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Whose versions.
    pub product: Product,
    /// Who said so.
    pub because: String,
}

/// Versions that are in no table: whose each was to be, and what is known near it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKnown(pub Vec<(Product, Version, Vec<Version>)>);

/// Chooses the product by what is stated, else by the versions.
///
/// # Errors
/// A version is in no table of the product, or of any.
pub fn choose(knowledge: &Knowledge, stated: Option<Chosen>, from: &Version, to: &Version) -> Result<Chosen, NotKnown> {
    let missing = |product, version: &Version| (product, version.clone(), nearest(knowledge, product, version));
    if let Some(stated) = stated {
        return match unknown(knowledge, stated.product, from, to) {
            None => Ok(stated),
            Some(version) => Err(NotKnown(vec![missing(stated.product, version)])),
        };
    }
    let dcos = unknown(knowledge, Product::Dcos, from, to);
    let mesos = unknown(knowledge, Product::Mesos, from, to);
    match (dcos, mesos) {
        (None, None) => Ok(Chosen {
            product: Product::Dcos,
            because: "both versions exist of DC/OS and of Mesos; taken for DC/OS, --product mesos takes them for Mesos"
                .to_owned(),
        }),
        (None, Some(mesos)) => Ok(Chosen {
            product: Product::Dcos,
            because: format!("there is no Mesos {mesos}"),
        }),
        (Some(dcos), None) => Ok(Chosen {
            product: Product::Mesos,
            because: format!("there is no DC/OS {dcos}"),
        }),
        (Some(dcos), Some(mesos)) => Err(NotKnown(vec![
            missing(Product::Dcos, dcos),
            missing(Product::Mesos, mesos),
        ])),
    }
}

/// The first of the versions that is in no table.
fn unknown<'v>(knowledge: &Knowledge, product: Product, from: &'v Version, to: &'v Version) -> Option<&'v Version> {
    [from, to]
        .into_iter()
        .find(|version| !knows(knowledge, product, version))
}

fn knows(knowledge: &Knowledge, product: Product, version: &Version) -> bool {
    match product {
        Product::Dcos => knowledge.release(version).is_some(),
        Product::Mesos => knowledge.paths.mesos.lines.iter().any(|known| {
            known.line == Line::from(version) && version.patch.is_none_or(|patch| known.patches.contains(&patch))
        }),
    }
}

fn nearest(knowledge: &Knowledge, product: Product, version: &Version) -> Vec<Version> {
    let all: Vec<Version> = match product {
        Product::Dcos => knowledge.releases.iter().map(|release| release.dcos.clone()).collect(),
        Product::Mesos => knowledge
            .paths
            .mesos
            .lines
            .iter()
            .flat_map(|known| {
                let Line { major, minor } = known.line;
                known
                    .patches
                    .iter()
                    .map(move |patch| Version::new(major, minor, *patch))
            })
            .collect(),
    };
    let (below, above): (Vec<Version>, Vec<Version>) = all.into_iter().partition(|known| known < version);
    let mut near: Vec<Version> = below.into_iter().rev().take(2).collect();
    near.reverse();
    near.extend(above.into_iter().take(2));
    near
}
