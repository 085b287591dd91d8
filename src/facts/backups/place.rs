//! Whether a backup is a copy of the directory that its server works on.
//!
//! That directory is what the server says (`dataDir` of `conf`), else what the release of DC/OS uses: `/var/lib/zookeeper` up to
//! 1.8, `/var/lib/dcos/exhibitor/zookeeper` since (dcos/dcos `start_exhibitor.py`, tags 1.7-open to 2.2.1). Never judges a
//! folder whose name says nothing.

use crate::model::{Observed, Proof, Version};
use crate::snapshot::Snapshot;

use super::Owner;
use super::owner::Server;

/// Directory up to DC/OS 1.8.
const UP_TO_1_8: &str = "/var/lib/zookeeper";
/// Directory since DC/OS 1.9.
const SINCE_1_9: &str = "/var/lib/dcos/exhibitor/zookeeper";

/// Where a copy of ZooKeeper's own files was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// From the directory that the server works on.
    Present,
    /// From another one: counts for nothing.
    Other {
        /// The folder as the backup names it.
        folder: String,
        /// The directory that the server works on.
        works_on: String,
    },
    /// It is not told, or does not matter for this kind.
    Untold,
}

/// The directory that a server works on, where it is told.
pub(super) fn works_on(server: Option<&Server>, snapshot: &Snapshot, dcos: bool) -> Option<String> {
    let own = server
        .and_then(|server| server.zookeeper)
        .and_then(|at| snapshot.zookeepers.get(at));
    let said = own.and_then(|own| own.conf.known()?.get("dataDir").cloned());
    if let Some(folder) = said {
        let folder = folder.trim_end_matches('/').trim_end_matches("/version-2");
        return Some(folder.trim_end_matches("/snapshot").to_owned());
    }
    let release = dcos.then(|| release(snapshot)).flatten()?;
    Some(if release.line() >= (1, 9) { SINCE_1_9 } else { UP_TO_1_8 }.to_owned())
}

/// The release, where every node that was asked says the same.
fn release(snapshot: &Snapshot) -> Option<Version> {
    let mut told = snapshot.dcos.versions.iter().map(|(_, version)| match version {
        Observed::Known(version, _) => Some(version.clone()),
        Observed::Unknown(_) => None,
    });
    let first = told.next()??;
    told.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// Where a backup was made.
pub(super) fn of(proof: &Proof, owner: &Owner, servers: &[Server], snapshot: &Snapshot, dcos: bool) -> Place {
    let Some(folder) = proof.folder.as_deref() else {
        return Place::Untold;
    };
    if proof.taken.as_ref().and_then(|taken| taken.way.as_deref()) == Some("dcos-zk") {
        // Reads the directory out of the configuration of the node.
        return Place::Present;
    }
    let works_on = match owner {
        Owner::Server(at) => works_on(servers.get(*at), snapshot, dcos),
        Owner::Cluster => return Place::Untold,
        // Whosever it is: where all servers work on one directory, it is that one.
        Owner::Nobody(_) => {
            let mut all = servers.iter().map(|server| works_on(Some(server), snapshot, dcos));
            all.next()
                .flatten()
                .filter(|first| all.all(|other| other.as_ref() == Some(first)))
        }
    };
    let Some(works_on) = works_on else { return Place::Untold };
    let inside = format!("/{}/", folder.trim_start_matches("./").trim_matches('/'));
    let holds = |place: &str| inside.contains(&format!("{place}/"));
    // Packed from a folder further down: `exhibitor/zookeeper` is in one of the two only.
    let shortened = works_on == SINCE_1_9 && holds("/exhibitor/zookeeper");
    if holds(&works_on) || shortened {
        return Place::Present;
    }
    if holds(UP_TO_1_8) || holds(SINCE_1_9) {
        return Place::Other {
            folder: folder.to_owned(),
            works_on,
        };
    }
    Place::Untold
}
