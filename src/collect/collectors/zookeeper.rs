//! ZooKeeper: the four-letter words of every server, over plain TCP.
//!
//! Servers are the named ones, else those of the masters' `zk` flag, else each master. A word that the server's
//! whitelist refuses is a normal answer.

use std::collections::BTreeSet;

use crate::model::{Outcome, items};

use super::super::discovery::Kind;
use super::super::engine::Context;
use super::super::fourletter;
use super::super::step::{Planned, Step};
use super::super::target::{Base, Origin};

/// Usual port.
const PORT: u16 = 2181;

/// One step per server.
pub fn steps(ctx: &Context) -> Vec<Step> {
    match servers(ctx) {
        Ok(servers) => {
            let named = !ctx.targets.zookeepers.is_empty();
            servers.into_iter().map(|server| ask(server, named)).collect()
        }
        Err((host, outcome, why)) => host.map(|host| without(&host, outcome, &why)).into_iter().collect(),
    }
}

/// The servers of the ensemble; else the host to file it under, how that ends, and why.
pub(super) fn servers(ctx: &Context) -> Result<Vec<Origin>, (Option<String>, Outcome, String)> {
    let servers: Vec<Origin> = if ctx.targets.zookeepers.is_empty() {
        match from_flags(ctx) {
            Found::Servers(servers) => servers,
            Found::None(why) => {
                let host = ctx.targets.mesos_bases().first().map(|base| base.origin.host.clone());
                return Err((host, Outcome::NotApplicable, why));
            }
            Found::Unknown => ctx
                .targets
                .each_master(PORT, false)
                .into_iter()
                .map(|base| base.origin)
                .collect(),
        }
    } else {
        ctx.targets.zookeepers.iter().map(|base| base.origin.clone()).collect()
    };
    if servers.is_empty() {
        let why = "ZooKeeper cannot be reached through Admin Router: name the servers with --zookeeper, or the masters";
        let host = ctx
            .targets
            .admin_router
            .as_ref()
            .map(|router| router.origin.host.clone());
        return Err((host, Outcome::Failed, why.to_owned()));
    }
    Ok(servers)
}

fn planned(label: &str, required: bool) -> Vec<Planned> {
    items::ZOOKEEPER_WORDS
        .iter()
        .map(|word| Planned {
            item: items::path(items::ZOOKEEPER, label, &format!("{word}.txt")),
            source: items::ZOOKEEPER,
            host: label.to_owned(),
            request: (*word).to_owned(),
            method: "4LW",
            required: required && *word != "conf",
        })
        .collect()
}

fn without(label: &str, outcome: Outcome, why: &str) -> Step {
    Step::without_asking(items::ZOOKEEPER, label, planned(label, false), outcome, why)
}

fn ask(server: Origin, required: bool) -> Step {
    let label = server.label(items::ZOOKEEPER);
    let items = planned(&label, required);
    Step::new(items::ZOOKEEPER, &label, items.clone(), move |ctx| async move {
        let mut down: Option<(Outcome, String)> = None;
        for item in &items {
            if let Some((outcome, reason)) = &down {
                ctx.records
                    .put(item.ended(outcome.clone(), format!("not asked again: {reason}")));
                continue;
            }
            down = fourletter::fetch(&ctx, &server, item).await;
        }
        Vec::new()
    })
}

enum Found {
    Servers(Vec<Origin>),
    None(String),
    Unknown,
}

/// What the `zk` flags of the masters say.
fn from_flags(ctx: &Context) -> Found {
    let views = ctx.known.masters();
    let flags: Vec<_> = views.values().filter_map(|view| view.flags.as_ref()).collect();
    if flags.is_empty() {
        return Found::Unknown;
    }
    let zk: BTreeSet<&str> = flags
        .iter()
        .filter_map(|flags| flags.get("zk"))
        .map(String::as_str)
        .collect();
    if zk.is_empty() {
        return match ctx.known.kind(&ctx.targets) {
            Kind::Mesos(_) => Found::None("no master has the flag `zk`: it runs without ZooKeeper".to_owned()),
            Kind::Dcos | Kind::Unknown => Found::Unknown,
        };
    }
    let mut servers = BTreeSet::new();
    for url in zk {
        match hosts_of(url) {
            Some(hosts) => servers.extend(hosts),
            // A name that only the cluster resolves, or a file: the masters themselves are the best guess.
            None => return Found::Unknown,
        }
    }
    Found::Servers(servers.into_iter().collect())
}

/// Servers of `zk://user:password@host:port,host:port/path`; `None` when they are names of DC/OS's own DNS or no list.
fn hosts_of(url: &str) -> Option<Vec<Origin>> {
    let rest = url.strip_prefix("zk://")?;
    let list = rest.split('/').next()?;
    let list = list.rsplit_once('@').map_or(list, |(_, hosts)| hosts);
    let mut servers = Vec::new();
    for host in list.split(',').map(str::trim).filter(|host| !host.is_empty()) {
        let origin = Base::parse(host, PORT).ok()?.origin;
        if [".zk", ".mesos", ".dcos", ".thisdcos.directory"]
            .iter()
            .any(|end| origin.host.ends_with(end))
        {
            return None;
        }
        servers.push(origin);
    }
    (!servers.is_empty()).then_some(servers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_server_lists_and_never_credentials() {
        let hosts =
            |url: &str| hosts_of(url).map(|all| all.iter().map(Origin::authority).collect::<Vec<_>>().join(" "));
        assert_eq!(hosts("zk://127.0.0.1:2191/mesos").as_deref(), Some("127.0.0.1:2191"));
        assert_eq!(hosts("zk://u:p@a:1,b/mesos").as_deref(), Some("a:1 b:2181"));
        assert_eq!(hosts("zk://zk-1.zk:2181,zk-2.zk:2181/mesos"), None);
        assert_eq!(hosts("file:///etc/mesos/zk"), None);
        assert_eq!(hosts("zk:///mesos"), None);
    }
}
