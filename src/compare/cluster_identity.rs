//! Whether two archives are of one cluster, and in the order in which they were given.
//!
//! Never refuses a cluster for what it lost: a cluster that came back without a single agent and framework still has its
//! masters. The rule, in order:
//!
//! 1. Both show a DC/OS cluster id: the ids decide.
//! 2. They share an agent id or a framework id (both are unique and outlive every upgrade): one cluster.
//! 3. Both show a cluster name, and the names differ: two clusters.
//! 4. Both show masters, and no address or name of a master is common: two clusters.
//! 5. Anything else: one cluster.

use std::collections::BTreeSet;

use crate::model::{Observed, Outcome, Phase};
use crate::snapshot::Snapshot;

use super::CannotCompare;

/// Refuses archives given in the wrong order: by their phases, else by the times of their evidence.
pub fn require_order(before: &Snapshot, after: &Snapshot) -> Result<(), CannotCompare> {
    let (pre, post) = (&before.origin.manifest, &after.origin.manifest);
    if rank(pre.phase) > rank(post.phase) {
        return Err(CannotCompare::Swapped(format!(
            "the first archive was taken in phase `{}` and the second in phase `{}`: give the earlier one first",
            pre.phase, post.phase
        )));
    }
    // The clock of an import is the time stamp of saved files, which copying changes: there the stated phases count more.
    let imported = [pre, post].iter().any(|manifest| manifest.made_by == "import");
    if imported && rank(pre.phase) < rank(post.phase) {
        return Ok(());
    }
    let (first, second) = if imported {
        (newest(before), newest(after))
    } else {
        (Some(pre.started_at), Some(post.started_at))
    };
    match (first, second) {
        (Some(first), Some(second)) if second < first => Err(CannotCompare::Swapped(format!(
            "the first archive was taken at {first} and the second at {second}, which is earlier: give the earlier one first"
        ))),
        _ => Ok(()),
    }
}

fn rank(phase: Phase) -> u8 {
    match phase {
        Phase::Pre => 0,
        Phase::During => 1,
        Phase::Post => 2,
    }
}

/// When the newest item was read.
fn newest(snapshot: &Snapshot) -> Option<chrono::DateTime<chrono::Utc>> {
    snapshot
        .origin
        .manifest
        .evidence
        .iter()
        .filter(|evidence| evidence.outcome == Outcome::Captured)
        .map(|evidence| evidence.started_at)
        .max()
}

/// Refuses archives of two different clusters, and says what was compared.
pub fn require_same_cluster(before: &Snapshot, after: &Snapshot) -> Result<(), CannotCompare> {
    let differ = |what: String| {
        Err(CannotCompare::DifferentClusters(format!(
            "two different clusters: {what}"
        )))
    };
    if let (Some(one), Some(other)) = (before.dcos.cluster_id.known(), after.dcos.cluster_id.known()) {
        return if one == other {
            Ok(())
        } else {
            differ(format!(
                "the DC/OS cluster id is {one} in the first archive and {other} in the second"
            ))
        };
    }
    let common = |one: &BTreeSet<&str>, other: &BTreeSet<&str>| one.intersection(other).next().is_some();
    let agents = (agent_ids(before), agent_ids(after));
    let frameworks = (framework_ids(before), framework_ids(after));
    if common(&agents.0, &agents.1) || common(&frameworks.0, &frameworks.1) {
        return Ok(());
    }
    let nothing_common = format!(
        "no agent id is common ({} and {} agents), no framework id ({} and {} frameworks)",
        agents.0.len(),
        agents.1.len(),
        frameworks.0.len(),
        frameworks.1.len()
    );
    if let (Some(one), Some(other)) = (cluster_name(before), cluster_name(after))
        && one != other
    {
        return differ(format!(
            "the cluster is named `{one}` in the first archive and `{other}` in the second; {nothing_common}"
        ));
    }
    let masters = (master_names(before), master_names(after));
    if !masters.0.is_empty() && !masters.1.is_empty() && masters.0.is_disjoint(&masters.1) {
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        return differ(format!(
            "the masters are {} in the first archive and {} in the second; {nothing_common}",
            list(&masters.0),
            list(&masters.1)
        ));
    }
    Ok(())
}

fn agent_ids(snapshot: &Snapshot) -> BTreeSet<&str> {
    let listed = snapshot
        .agents
        .known()
        .into_iter()
        .flatten()
        .map(|agent| agent.id.as_str());
    let recovered = snapshot
        .recovered_agents
        .known()
        .into_iter()
        .flatten()
        .map(|agent| agent.id.as_str());
    // An agent of the registry that is gone from every list still proves which cluster this is.
    let admitted = snapshot
        .masters
        .iter()
        .filter_map(|master| master.registry.known())
        .flat_map(|registry| registry.agents.iter().map(|(id, _)| id.as_str()));
    listed
        .chain(recovered)
        .chain(admitted)
        .filter(|id| !id.is_empty())
        .collect()
}

fn framework_ids(snapshot: &Snapshot) -> BTreeSet<&str> {
    let listed = snapshot.frameworks.known().into_iter().flatten();
    listed
        .map(|framework| framework.id.as_str())
        .filter(|id| !id.is_empty())
        .collect()
}

fn cluster_name(snapshot: &Snapshot) -> Option<&str> {
    let named = |name: &&str| !name.is_empty();
    let in_state = snapshot.state.known().and_then(|state| state.master.cluster.as_deref());
    let in_flags = || {
        let mut flags = snapshot.masters.iter().filter_map(|master| master.flags.known());
        flags.find_map(|flags| flags.get("cluster")).map(String::as_str)
    };
    in_state.filter(named).or_else(in_flags).filter(named)
}

/// Every address and name under which a master is known, in lower case.
fn master_names(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = snapshot
        .masters
        .iter()
        .filter(|master| answered(master))
        .map(|master| with_port(&master.host))
        .collect();
    if let Observed::Known(state, _) = &snapshot.state
        && let Some((_, address)) = state.master.pid.rsplit_once('@')
    {
        names.insert(with_port(address));
        if let (Some(hostname), Some((_, port))) = (&state.master.hostname, address.rsplit_once(':')) {
            names.insert(format!("{}:{port}", hostname.to_ascii_lowercase()));
        }
    }
    names
}

/// Whether a master answered anything at all.
pub fn answered(master: &crate::snapshot::Master) -> bool {
    master.version.is_known()
        || master.flags.is_known()
        || master.health.is_known()
        || master.metrics.is_known()
        || master.registry.is_known()
        || master.redirect.is_known()
}

/// Lower-case `host:port`, with the usual port of a master where none is given.
pub fn with_port(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    if has_port { host } else { format!("{host}:5050") }
}
