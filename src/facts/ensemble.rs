//! Which ZooKeeper servers and Exhibitors a cluster has, and which of them were asked.
//!
//! DC/OS runs one of each on every master; plain Mesos names its ZooKeeper servers in the masters' flag `zk` and has
//! no Exhibitor. Credentials in that flag are never kept.

use std::collections::BTreeSet;

use crate::model::Observed;
use crate::snapshot::Snapshot;

use super::cluster::{ClusterFacts, Kind};
use super::leader::Names;

/// What is known about the ensemble.
#[derive(Debug, Clone, Default)]
pub struct EnsembleFacts {
    /// Number of ZooKeeper servers that the cluster is known to have, asked or not.
    pub servers: usize,
    /// ZooKeeper servers that must be judged and were not asked, and reasons why there may be others.
    pub server_gaps: Vec<String>,
    /// Evidence that the cluster runs without ZooKeeper.
    pub without_zookeeper: Option<String>,
    /// Exhibitors that must be judged and were not asked, and reasons why there may be others.
    pub exhibitor_gaps: Vec<String>,
    /// Evidence that the cluster has no Exhibitor.
    pub without_exhibitor: Option<String>,
}

impl EnsembleFacts {
    /// Derives them.
    pub fn new(snapshot: &Snapshot, cluster: &ClusterFacts) -> Self {
        let mut this = Self {
            servers: snapshot.zookeepers.len(),
            ..Self::default()
        };
        match &cluster.kind {
            Observed::Known(Kind::Dcos, _) => {
                this.on_every_master(snapshot);
            }
            Observed::Known(Kind::Mesos, at) => {
                this.in_flags(snapshot);
                if !snapshot.exhibitors.iter().any(|view| view.servers.is_known()) {
                    this.without_exhibitor = Some(format!(
                        "{} says that this is Mesos without DC/OS, which has no Exhibitor",
                        at.item
                    ));
                }
            }
            Observed::Unknown(why) => {
                let sentence = format!("it is not known whether this is DC/OS: {}", why.sentence());
                this.server_gaps.push(sentence.clone());
                this.exhibitor_gaps.push(sentence);
            }
        }
        this.by_own_count(snapshot);
        this
    }

    /// ZooKeeper 3.5 and later tell how many voting servers they are configured with.
    fn by_own_count(&mut self, snapshot: &Snapshot) {
        let told = snapshot
            .zookeepers
            .iter()
            .filter_map(|server| server.mntr.known()?.get("zk_quorum_size")?.parse::<usize>().ok())
            .max()
            .unwrap_or(0);
        if told > snapshot.zookeepers.len() {
            self.server_gaps.push(format!(
                "ZooKeeper counts {told} servers in its ensemble and {} were asked",
                snapshot.zookeepers.len()
            ));
        }
        self.servers = self.servers.max(told);
    }

    /// DC/OS: one server and one Exhibitor on every master that was asked or expected.
    fn on_every_master(&mut self, snapshot: &Snapshot) {
        let names = Names::new(snapshot);
        let mut masters: Vec<String> = snapshot.masters.iter().map(|master| bare(&master.host)).collect();
        for expected in &snapshot.origin.manifest.expected.masters {
            // Named with its port, or by its host alone.
            if names.index(expected).is_none() && names.index(bare(expected).as_str()).is_none() {
                masters.push(bare(expected));
            }
        }
        if masters.is_empty() {
            let why = "no master is known, so the servers cannot be counted".to_owned();
            self.server_gaps.push(why.clone());
            self.exhibitor_gaps.push(why);
        }
        let missing = |asked: &[String]| -> Vec<String> {
            let known: BTreeSet<Option<usize>> = asked.iter().map(|host| names.index(&bare(host))).collect();
            masters
                .iter()
                .filter(|master| {
                    let index = names.index(master);
                    let same_master = index.is_some() && known.contains(&index);
                    let same_name = asked.iter().any(|host| bare(host) == **master);
                    !same_master && !same_name
                })
                .cloned()
                .collect()
        };
        let servers: Vec<String> = snapshot.zookeepers.iter().map(|server| server.host.clone()).collect();
        for master in missing(&servers) {
            self.server_gaps
                .push(format!("ZooKeeper on master {master} was not asked"));
        }
        let views: Vec<String> = snapshot.exhibitors.iter().map(|view| view.host.clone()).collect();
        for master in missing(&views) {
            self.exhibitor_gaps
                .push(format!("Exhibitor on master {master} was not asked"));
        }
        let listed = snapshot
            .exhibitors
            .iter()
            .filter_map(|view| view.servers.known())
            .map(Vec::len)
            .max()
            .unwrap_or(0);
        self.servers = self.servers.max(masters.len()).max(listed);
        if listed > servers.len() {
            self.server_gaps.push(format!(
                "Exhibitor lists {listed} ZooKeeper servers and {} were asked",
                servers.len()
            ));
        }
    }

    /// Plain Mesos: the servers in the masters' flags.
    fn in_flags(&mut self, snapshot: &Snapshot) {
        let mut named: BTreeSet<String> = BTreeSet::new();
        let mut silent: Vec<String> = Vec::new();
        let mut unreadable: Vec<String> = Vec::new();
        for master in &snapshot.masters {
            match &master.flags {
                Observed::Known(flags, _) => match flags.get("zk").map(|value| servers_of(value)) {
                    Some(Some(servers)) => named.extend(servers),
                    Some(None) => unreadable.push(format!("the flag `zk` of {} lists no servers", master.host)),
                    None => {}
                },
                Observed::Unknown(why) => silent.push(format!(
                    "whether {} uses ZooKeeper is not known: {}",
                    master.host,
                    why.sentence()
                )),
            }
        }
        let answered = snapshot
            .zookeepers
            .iter()
            .any(|server| server.ruok.is_known() || server.mode.is_known() || server.mntr.is_known());
        if named.is_empty() && silent.is_empty() && unreadable.is_empty() && !answered && !snapshot.masters.is_empty() {
            self.without_zookeeper = Some("no master has the flag `zk`: the cluster runs without ZooKeeper".to_owned());
            return;
        }
        // What one master says is enough to know the servers; those that say nothing may know others.
        self.server_gaps.extend(silent);
        self.server_gaps.extend(unreadable);
        if named.is_empty() && snapshot.zookeepers.is_empty() {
            self.server_gaps.push("no ZooKeeper server was asked".to_owned());
        }
        self.pair(&named, snapshot);
    }

    /// Finds each named server among those that were asked. A name may be an address that was asked: as many servers
    /// asked beside the named ones as there are names left are taken for them, an address never.
    fn pair(&mut self, named: &BTreeSet<String>, snapshot: &Snapshot) {
        let asked: BTreeSet<String> = snapshot
            .zookeepers
            .iter()
            .map(|server| with_port(&server.host))
            .collect();
        let mut spare = asked.difference(named).count();
        for server in named.difference(&asked) {
            let address = bare(server).parse::<std::net::IpAddr>().is_ok();
            if address || spare == 0 {
                self.server_gaps
                    .push(format!("ZooKeeper server {server} of the flag `zk` was not asked"));
            } else {
                spare -= 1;
            }
        }
        self.servers = self.servers.max(named.len());
    }
}

/// `host` of `host:port`, lower case.
pub fn bare(host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

fn with_port(host: &str) -> String {
    let lower = host.trim().to_ascii_lowercase();
    if bare(&lower) == lower {
        format!("{lower}:2181")
    } else {
        lower
    }
}

/// Servers of `zk://user:password@a:2181,b:2181/path`, without the credentials; `None` for anything else.
fn servers_of(flag: &str) -> Option<Vec<String>> {
    let list = flag.trim().strip_prefix("zk://")?.split('/').next()?;
    let list = list.rsplit_once('@').map_or(list, |(_, servers)| servers);
    let servers: Vec<String> = list
        .split(',')
        .map(str::trim)
        .filter(|server| !server.is_empty())
        .map(with_port)
        .collect();
    (!servers.is_empty()).then_some(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_without_credentials() {
        assert_eq!(
            servers_of("zk://user:p@ss@A:2181,b/mesos").unwrap(),
            ["a:2181", "b:2181"]
        );
        for flag in ["", "file:///etc/mesos/zk", "zk://", "zk:///mesos", "10.0.0.1:2181"] {
            assert_eq!(servers_of(flag), None, "{flag}");
        }
        assert_eq!(bare("10.0.0.1:2181"), "10.0.0.1");
        assert_eq!(bare("Host"), "host");
    }
}
