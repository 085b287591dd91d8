//! `zookeeper-requests-outstanding`: servers with requests piling up. One look, no trend.

use crate::checks::zookeeper::shared::{answer, count, node, servers};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct ZookeeperRequestsOutstanding;

/// From so many waiting requests on a server is named: the warning level of ZooKeeper's own monitoring recipe.
const WARN_FROM: u64 = 20;

static META: CheckMeta = CheckMeta {
    id: "zookeeper-requests-outstanding",
    area: Area::Zookeeper,
    title: "no ZooKeeper server has 20 requests or more waiting",
    finding: "ZooKeeper {name} has {requests} requests and {syncs} syncs waiting",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/zookeeper/*/mntr.txt"],
    requirements: &["S1-90"],
    doc: Doc {
        what: "zk_outstanding_requests, and on the leader zk_pending_syncs, are below 20 in the mntr of every server. Both are \
               counts of one moment, so a finding is a warning; whether followers keep up is judged by \
               zookeeper-followers-unsynced.",
        why: "A server that does not keep up answers late; sessions of masters and Marathons then expire, and leaders change \
              in the middle of the window.",
        by_hand: "for s in SERVERS; do echo mntr | nc $s 2181 | grep -E 'zk_(outstanding_requests|pending_syncs|avg_latency)'; done",
        remedy: "Look again a minute later. If it stays: the disk of the transaction log, memory of the Java process, and \
                 clients that write much.",
        sources: &[
            "apache/zookeeper src/contrib/monitoring/nagios/services.cfg (release-3.4): warning at 20 outstanding requests",
            "apache/zookeeper docs, zookeeperAdmin.html: mntr",
        ],
    },
};

impl Check for ZookeeperRequestsOutstanding {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut judged = 0;
        for server in servers(context, saw) {
            let Some((mntr, at)) = answer(&server.mntr, saw) else {
                continue;
            };
            let number = |key: &str| match mntr.get(key) {
                Some(text) => count(text).ok_or_else(|| format!("{}: {key} is `{text}`", at.item)),
                None => Err(format!("{} has no {key}", at.item)),
            };
            let requests = match number("zk_outstanding_requests") {
                Ok(requests) => requests,
                Err(why) => {
                    saw.unknown_because(why);
                    continue;
                }
            };
            let leads = server.mode.known().is_some_and(|mode| mode == "leader");
            let syncs = match number("zk_pending_syncs") {
                Ok(syncs) => syncs,
                Err(_) if !leads => 0,
                Err(why) => {
                    saw.unknown_because(why);
                    continue;
                }
            };
            judged += 1;
            if requests.max(syncs) >= WARN_FROM {
                saw.fire(
                    Finding::about(node(server))
                        .with("requests", requests)
                        .with("syncs", syncs)
                        .seen_at(at.clone().quoting(format_args!("zk_outstanding_requests {requests}"))),
                );
            }
        }
        if judged > 0 {
            saw.judged(judged, "ZooKeeper servers");
        }
    }
}
