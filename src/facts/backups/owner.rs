//! Whose backup a backup is: told by the record beside it, by its name, or by the number of its server.
//!
//! Never guesses: what names no server, or two, belongs to nobody, and says why.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::ensemble::bare;
use crate::facts::leader::Names;
use crate::model::Proof;
use crate::snapshot::{Snapshot, ZkServer};

/// A server that has state of its own to be backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Name or address, without port.
    pub name: String,
    /// Index into [`Snapshot::masters`], where it stands on a master that was asked.
    pub master: Option<usize>,
    /// Index into [`Snapshot::zookeepers`], where it was asked.
    pub zookeeper: Option<usize>,
    /// Every name and address it goes by.
    pub names: BTreeSet<String>,
}

/// Numbers of the servers of an ensemble.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Index of the server by its number (`serverId` of `conf`, `server.<n>=` lines).
    pub by_number: BTreeMap<u64, usize>,
    /// Whether the number of every server is known.
    pub whole: bool,
}

/// The masters of DC/OS, each with its ZooKeeper server: those that were asked, then those that were expected.
pub fn on_masters(snapshot: &Snapshot) -> Vec<Server> {
    let names = Names::new(snapshot);
    let mut servers: Vec<Server> = Vec::new();
    for (at, master) in snapshot.masters.iter().enumerate() {
        let mut known: BTreeSet<String> = names.of(at).into_iter().map(str::to_owned).collect();
        known.insert(bare(&master.host));
        servers.push(Server {
            name: bare(&master.host),
            master: Some(at),
            zookeeper: None,
            names: known,
        });
    }
    for expected in &snapshot.origin.manifest.expected.masters {
        let name = bare(expected);
        let known = names.index(expected).is_some() || names.index(&name).is_some();
        if !known && !servers.iter().any(|server| server.names.contains(&name)) {
            servers.push(Server {
                names: BTreeSet::from([name.clone()]),
                name,
                master: None,
                zookeeper: None,
            });
        }
    }
    for (at, zookeeper) in snapshot.zookeepers.iter().enumerate() {
        let host = bare(&zookeeper.host);
        if let Some(server) = servers.iter_mut().find(|server| server.names.contains(&host)) {
            server.zookeeper.get_or_insert(at);
        }
    }
    servers
}

/// The ZooKeeper servers that were asked: all that is known of an ensemble without DC/OS.
pub fn asked(snapshot: &Snapshot) -> Vec<Server> {
    let servers = snapshot.zookeepers.iter().enumerate().map(|(at, zookeeper)| Server {
        name: bare(&zookeeper.host),
        master: None,
        zookeeper: Some(at),
        names: BTreeSet::from([bare(&zookeeper.host)]),
    });
    servers.collect()
}

impl Numbers {
    /// Out of `conf` of every server. A number that two servers claim belongs to neither.
    pub fn new(snapshot: &Snapshot, servers: &[Server]) -> Self {
        let mut claims: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for (at, server) in servers.iter().enumerate() {
            let own = server.zookeeper.and_then(|at| snapshot.zookeepers.get(at));
            if let Some(number) = own.and_then(number) {
                claims.entry(number).or_default().insert(at);
            }
        }
        for (number, host) in snapshot.zookeepers.iter().flat_map(listed) {
            if let Some(at) = servers.iter().position(|server| server.names.contains(&host)) {
                claims.entry(number).or_default().insert(at);
            }
        }
        let by_number: BTreeMap<u64, usize> = claims
            .into_iter()
            .filter(|(_, owners)| owners.len() == 1)
            .filter_map(|(number, owners)| Some((number, owners.first().copied()?)))
            .collect();
        let told: BTreeSet<usize> = by_number.values().copied().collect();
        Self {
            whole: !servers.is_empty() && told.len() == servers.len(),
            by_number,
        }
    }
}

/// `serverId` of a server; 0 is what one without a number says.
fn number(server: &ZkServer) -> Option<u64> {
    let number = server.conf.known()?.get("serverId")?.parse().ok()?;
    (number != 0).then_some(number)
}

/// `server.<n>=host:port:port`, as 3.5 and later print them.
fn listed(server: &ZkServer) -> Vec<(u64, String)> {
    let lines = server.conf.known().into_iter().flatten();
    lines
        .filter_map(|(key, value)| {
            let number = key.strip_prefix("server.")?.parse().ok()?;
            let host = value.split(':').next().filter(|host| !host.is_empty())?;
            Some((number, bare(host)))
        })
        .collect()
}

/// Index of the server that a proof of ZooKeeper's own files is of.
///
/// # Errors
/// One sentence why it belongs to nobody.
pub fn of(proof: &Proof, servers: &[Server], numbers: &Numbers) -> Result<usize, String> {
    let recorded = proof.taken.as_ref().and_then(|taken| taken.host.as_deref());
    let by_record = recorded.map(|host| {
        let host = bare(host);
        servers.iter().position(|server| server.names.contains(&host))
    });
    // A host name may be another name of a master; an address of a stranger is a contradiction to whatever else is told.
    if let (Some(host), Some(None)) = (recorded, by_record)
        && bare(host).parse::<std::net::IpAddr>().is_ok()
    {
        return Err(stranger(host));
    }
    let by_number = proof.myid.and_then(|number| numbers.by_number.get(&number).copied());
    let by_name = named(proof, servers);
    let told: BTreeSet<usize> = [by_record.flatten(), by_number]
        .into_iter()
        .flatten()
        .chain(by_name.iter().copied())
        .collect();
    let name = |at: usize| servers.get(at).map_or("?", |server| server.name.as_str());
    let told: Vec<usize> = told.into_iter().collect();
    match told.as_slice() {
        [one] => Ok(*one),
        [] => Err(match (recorded, proof.myid) {
            (Some(host), _) => stranger(host),
            (None, Some(number)) => format!(
                "its myid is {number}, which server has that number is not known, and neither a record nor its name says \
                 whose it is"
            ),
            (None, None) => "neither a record, nor its name, nor a myid says whose it is".to_owned(),
        }),
        many => {
            let mut said: Vec<String> = Vec::new();
            if let Some(at) = by_record.flatten() {
                said.push(format!("its record names {}", name(at)));
            }
            if !by_name.is_empty() {
                let names: Vec<&str> = by_name.iter().map(|at| name(*at)).collect();
                said.push(format!("its name names {}", names.join(" and ")));
            }
            if let (Some(number), Some(at)) = (proof.myid, by_number) {
                said.push(format!("its myid {number} is that of {}", name(at)));
            }
            Err(format!(
                "it is told to be of {} servers: {}",
                many.len(),
                said.join(", ")
            ))
        }
    }
}

fn stranger(host: &str) -> String {
    format!("its record names the host {host}, which is none of the servers that are known")
}

/// Servers whose name or address stands in the name of the file or of the folder inside it, by the longest such name.
fn named(proof: &Proof, servers: &[Server]) -> BTreeSet<usize> {
    let text = format!("{}/{}", proof.path, proof.folder.as_deref().unwrap_or_default()).to_ascii_lowercase();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (at, server) in servers.iter().enumerate() {
        for name in &server.names {
            let mut forms = vec![name.clone()];
            if name.parse::<std::net::IpAddr>().is_ok() {
                forms.extend([name.replace(['.', ':'], "-"), name.replace(['.', ':'], "_")]);
            }
            found.extend(
                forms
                    .into_iter()
                    .filter(|form| holds(&text, form))
                    .map(|form| (at, form)),
            );
        }
    }
    // `master` in `master-2` says nothing beside the server `master-2`.
    let longer = |form: &str| {
        found.iter().any(|(_, other)| {
            other.len() > form.len() && other.contains(form) && !holds(&text.replace(other.as_str(), "/"), form)
        })
    };
    found
        .iter()
        .filter(|(_, form)| !longer(form))
        .map(|(at, _)| *at)
        .collect()
}

/// Whether a name stands in a text by itself: `10.0.0.1` stands in `zk-10.0.0.1.tar`, and not in `zk-10.0.0.12.tar`.
fn holds(text: &str, name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        let joined_before = before.ends_with(letter)
            || (before.ends_with('.') && before.trim_end_matches('.').ends_with(|c: char| c.is_ascii_digit()));
        let joined_after = after.starts_with(letter)
            || (after.starts_with('.') && after.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit()));
        !name.is_empty() && !joined_before && !joined_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BackupKind;
    use crate::model::backup::Taken;

    fn servers(names: &[&str]) -> Vec<Server> {
        let all = names.iter().map(|name| Server {
            name: (*name).to_owned(),
            master: None,
            zookeeper: None,
            names: BTreeSet::from([(*name).to_owned()]),
        });
        all.collect()
    }

    fn proof(path: &str, host: Option<&str>, myid: Option<u64>) -> Proof {
        let mut proof = Proof::new(path, BackupKind::Zookeeper);
        proof.taken = host.map(|host| Taken {
            host: Some(host.to_owned()),
            ..Taken::default()
        });
        proof.myid = myid;
        proof
    }

    #[test]
    fn a_backup_belongs_to_the_one_server_that_everything_names() {
        let masters = servers(&["10.0.0.1", "10.0.0.12", "master-2", "master"]);
        let numbers = Numbers {
            by_number: BTreeMap::from([(1, 0), (2, 1)]),
            whole: false,
        };
        for (path, host, myid, owner) in [
            ("zk.tar", Some("10.0.0.12:2181"), None, Some(1)),
            ("zk-10.0.0.1.tar.gz", None, None, Some(0)),
            ("zk-10.0.0.12.tar.gz", None, Some(2), Some(1)),
            ("ip-10-0-0-1.tar", None, None, Some(0)),
            ("all.tar!10.0.0.12/var/lib/zookeeper", None, None, Some(1)),
            ("MASTER-2.tar", None, None, Some(2)),
            ("master.tar", None, None, Some(3)),
            ("zk.tar", None, Some(1), Some(0)),
            ("zk.tar", None, None, None),
            ("zk.tar", None, Some(7), None),
            ("zk.tar", Some("elsewhere"), None, None),
            ("10.0.0.1-10.0.0.12.tar", None, None, None),
            ("10.0.0.1.tar", Some("10.0.0.12"), None, None),
            ("10.0.0.1.tar", Some("10.0.0.99"), None, None),
            ("10.0.0.1.tar", Some("a-name-of-the-node"), None, Some(0)),
            ("10.0.0.1.tar", None, Some(2), None),
            ("110.0.0.1.tar", None, None, None),
            ("10.0.0.1.5.tar", None, None, None),
            ("masters.tar", None, None, None),
        ] {
            let found = of(&proof(path, host, myid), &masters, &numbers).ok();
            assert_eq!(found, owner, "{path} {host:?} {myid:?}");
        }
    }
}
