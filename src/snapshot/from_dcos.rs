//! DC/OS and input files: from wire types to the snapshot's.
//!
//! Converts only; nothing is judged and nothing is filled in.

use crate::model::{EvidenceRef, Observed, Why, items};

use super::believe::Believe;
use super::dcos::{Dcos, HealthNode, HealthUnit, Package};
use super::parts::{Part, pick};

/// What DC/OS itself said.
pub(super) fn dcos(believe: &mut Believe<'_>) -> Dcos {
    let folders = believe.folders(items::DCOS);
    let versions = folders
        .into_iter()
        // A host that was asked for something else only has no version to show.
        .filter(|(folder, _)| {
            let item = items::path(items::DCOS, folder, items::DCOS_VERSION);
            believe.manifest.evidence_for(&item).is_some() || believe.parts.contains_key(&item)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(folder, host)| {
            let item = items::path(items::DCOS, &folder, items::DCOS_VERSION);
            (host, believe.take(&item, pick!(Version)))
        })
        .collect();
    Dcos {
        versions,
        cluster_id: cluster_id(believe),
        nodes: list(
            believe.take_any(items::DCOS, items::DCOS_HEALTH_NODES, None, pick!(Nodes)),
            "/nodes",
            |wire, at| HealthNode {
                host: wire.host,
                role: wire.role,
                health: wire.health,
                at,
            },
        ),
        units: list(
            believe.take_any(items::DCOS, items::DCOS_HEALTH_UNITS, None, pick!(Units)),
            "/units",
            |wire, at| HealthUnit {
                id: wire.id,
                health: wire.health,
                at,
            },
        ),
        packages: list(
            believe.take_any(items::DCOS, items::DCOS_PACKAGES, None, pick!(Packages)),
            "/packages",
            |wire, at| Package {
                app_id: wire.app_id,
                name: wire.name,
                version: wire.version,
                at,
            },
        ),
        license: believe.take_any(items::DCOS, items::DCOS_LICENSE, None, pick!(License)),
        ipv6_off: believe.on_nodes(items::NODE_IPV6, pick!(Ipv6Off)),
        config: input(believe, items::INPUT_CONFIG, pick!(Config)).map(|config| *config),
        new_config: input(believe, items::INPUT_NEW_CONFIG, pick!(Config)).map(|config| *config),
        ip_detect: input(believe, items::INPUT_IP_DETECT, pick!(Sha256)),
        new_ip_detect: input(believe, items::INPUT_NEW_IP_DETECT, pick!(Sha256)),
        license_file: input(believe, items::INPUT_LICENSE, pick!(LicenseFile)),
    }
}

fn cluster_id(believe: &mut Believe<'_>) -> Observed<String> {
    match believe.take_any(items::DCOS, items::DCOS_METADATA, None, pick!(ClusterId)) {
        Observed::Known(Some(id), at) => Observed::Known(id, at),
        Observed::Known(None, at) => Observed::Unknown(Why::Absent {
            item: at.item,
            reason: "the answer names no cluster id".to_owned(),
        }),
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

fn list<W, T>(wire: Observed<Vec<W>>, pointer: &str, convert: impl Fn(W, EvidenceRef) -> T) -> Observed<Vec<T>> {
    match wire {
        Observed::Known(list, at) => {
            let list = list
                .into_iter()
                .enumerate()
                .map(|(ordinal, wire)| convert(wire, at.at(format!("{pointer}/{ordinal}"))))
                .collect();
            Observed::Known(list, at)
        }
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

/// What was read from one input file.
fn input<T>(believe: &mut Believe<'_>, name: &str, pick: fn(Part) -> Option<T>) -> Observed<T> {
    believe.take(&items::path(items::INPUT, items::INPUT_HOST, name), pick)
}
