//! `zookeeper-followers-unsynced`: leaders that have fewer followers in sync than the ensemble has. Pending requests: another check.

use crate::checks::zookeeper::shared::{answer, count, node, servers};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage};
use crate::snapshot::ZkServer;

/// The check.
pub struct ZookeeperFollowersUnsynced;

static META: CheckMeta = CheckMeta {
    id: "zookeeper-followers-unsynced",
    area: Area::Zookeeper,
    title: "every ZooKeeper follower is in sync with the leader",
    finding: "ZooKeeper {name} leads and has {synced} of {expected} followers in sync ({connected} connected)",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/zookeeper/*/mntr.txt", "data/zookeeper/*/srvr.txt"],
    requirements: &["S1-90", "S1-130"],
    doc: Doc {
        what: "zk_synced_followers in the leader's mntr equals the number of servers of the ensemble less the leader and the \
               observers, and no connected follower (zk_followers; from 3.6 on zk_learners) is behind. The number of \
               servers is that of the masters on DC/OS, and of the flag zk on plain Mesos: a server that does not answer \
               counts. A single standalone server has no followers: SKIPPED.",
        why: "A follower that is not in sync does not help to keep the quorum, and what it does not have is lost if the others \
              go. It happens after a restart while a large state is copied: wait for it before the next master.",
        by_hand: "echo mntr | nc LEADER 2181 | grep -E 'zk_(followers|learners|synced_followers|pending_syncs)'",
        remedy: "Wait until the follower has caught up. If it does not: its log, disk and network; initLimit and syncLimit \
                 against the size of the state.",
        sources: &[
            "apache/zookeeper docs, zookeeperAdmin.html: mntr",
            "apache/zookeeper LeaderZooKeeperServer.java (release-3.6.0: learners, synced_followers)",
        ],
    },
};

impl Check for ZookeeperFollowersUnsynced {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let servers = servers(context, saw);
        if servers.is_empty() {
            return;
        }
        let mode = |server: &ZkServer| server.mode.known().cloned();
        let all = context.facts.ensemble.servers;
        if let ([only], 1) = (servers, all)
            && mode(only).as_deref() == Some("standalone")
        {
            saw.skip(format!(
                "{} is a single standalone server: it has no followers",
                only.host
            ));
            return;
        }
        let leaders: Vec<&ZkServer> = servers
            .iter()
            .filter(|server| mode(server).as_deref() == Some("leader"))
            .collect();
        if leaders.is_empty() {
            saw.unknown_because("no ZooKeeper server says that it leads, so nobody tells which followers are in sync");
        }
        let observers = servers
            .iter()
            .filter(|server| mode(server).as_deref() == Some("observer"))
            .count();
        let followers = all.saturating_sub(1 + observers) as u64;
        for leader in &leaders {
            judge(leader, followers, observers as u64, saw);
        }
        if !leaders.is_empty() {
            saw.judged(servers.len(), "ZooKeeper servers");
        }
    }
}

fn judge(leader: &ZkServer, expected: u64, observers: u64, saw: &mut Saw) {
    let Some((mntr, at)) = answer(&leader.mntr, saw) else {
        return;
    };
    let number = |key: &str| mntr.get(key).map(|text| (text, count(text)));
    let synced = match number("zk_synced_followers") {
        Some((_, Some(synced))) => synced,
        Some((text, None)) => {
            saw.unknown_because(format!("{}: zk_synced_followers is `{text}`", at.item));
            return;
        }
        None => {
            saw.unknown_because(format!(
                "{} has no zk_synced_followers, although the server leads",
                at.item
            ));
            return;
        }
    };
    // Under either name the observers are counted with the followers.
    let connected = match (number("zk_followers"), number("zk_learners")) {
        (Some((_, Some(all))), _) | (None, Some((_, Some(all)))) => Some(all.saturating_sub(observers)),
        _ => None,
    };
    let Some(connected) = connected else {
        saw.unknown_because(format!(
            "{} has neither zk_followers nor zk_learners as a count",
            at.item
        ));
        return;
    };
    if synced > expected {
        saw.unknown_because(format!(
            "{}: {synced} followers are in sync, and only {expected} are known: there are more servers than were asked",
            at.item
        ));
    }
    if synced < expected || connected > synced {
        saw.fire(
            Finding::about(node(leader))
                .with("synced", synced)
                .with("expected", expected.max(connected))
                .with("connected", connected)
                .seen_at(line(at, synced)),
        );
    }
}

fn line(at: &EvidenceRef, synced: u64) -> EvidenceRef {
    at.clone().quoting(format_args!("zk_synced_followers {synced}"))
}
