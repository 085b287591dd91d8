//! `zookeeper-out-of-quorum`: servers that do not take part in the ensemble, and ensembles without exactly one leader.

use crate::checks::zookeeper::shared::{answer, node, servers};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject};
use crate::snapshot::ZkServer;
use crate::snapshot::zookeeper::NOT_SERVING;

/// The check.
pub struct ZookeeperOutOfQuorum;

static META: CheckMeta = CheckMeta {
    id: "zookeeper-out-of-quorum",
    area: Area::Zookeeper,
    title: "one ZooKeeper server leads and all others follow it",
    finding: "ZooKeeper {name} {problem}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/zookeeper/*/ruok.txt",
        "data/zookeeper/*/srvr.txt",
        "data/zookeeper/*/mntr.txt",
    ],
    requirements: &["S0-15", "S1-90", "S1-130"],
    doc: Doc {
        what: "Every server answers ruok with imok, exactly one has mode leader, all others follow (observers are counted \
               apart). A server alone in its ensemble is standalone and complete: the flag zk, or DC/OS with one master, \
               says so, and what it lacks in redundancy is judged by masters-even and the plan of the window. A server \
               of the ensemble that was not asked, and a word refused by the whitelist, are UNKNOWN.",
        why: "With a server outside of the quorum the next restart of a master can end the quorum. ruok alone is no proof: a \
              server without a quorum still answers imok.",
        by_hand: "for s in SERVERS; do echo ruok | nc $s 2181; echo; echo srvr | nc $s 2181 | grep Mode; done",
        remedy: "Look at the server that does not take part: its log, its disk, the ports 2888 and 3888 to its peers, its \
                 myid and server list. Begin only when all are in.",
        sources: &[
            "apache/zookeeper docs, zookeeperAdmin.html: the four letter words",
            "apache/zookeeper ServerCnxn.java, NIOServerCnxn.java (release-3.4.14)",
            "DC/OS 1.11 patching page: watch the remaining masters through Exhibitor",
        ],
    },
};

impl Check for ZookeeperOutOfQuorum {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let servers = servers(context, saw);
        let alone = context.facts.ensemble.servers == 1;
        let mut leaders: Vec<(&ZkServer, &EvidenceRef)> = Vec::new();
        let mut modes = Vec::new();
        for server in servers {
            if let Some((false, at)) = answer(&server.ruok, saw) {
                fire(node(server), "does not answer imok to ruok", [at.clone()], saw);
            }
            let Some((mode, at)) = answer(&server.mode, saw) else {
                continue;
            };
            modes.push(at);
            // Two words are asked one after the other: two modes mean that it changed in between.
            let other = server.mntr.known().and_then(|mntr| mntr.get("zk_server_state"));
            if let Some(other) = other.filter(|other| *other != mode) {
                saw.unknown_because(format!(
                    "ZooKeeper {} is {mode} by {} and {other} by mntr: it changed meanwhile",
                    server.host, at.item
                ));
            }
            let problem = match mode.as_str() {
                "follower" | "observer" => continue,
                "leader" => {
                    leaders.push((server, at));
                    continue;
                }
                "standalone" if alone => continue,
                "standalone" => "runs alone, outside of its ensemble",
                NOT_SERVING => "serves no requests: it has no quorum",
                "read-only" => "is read-only: it has lost the quorum",
                other => {
                    saw.unknown_because(format!("{}: the mode `{other}` is not known here", at.item));
                    continue;
                }
            };
            fire(node(server), problem, [at.clone().quoting(mode)], saw);
        }
        let all_told = !servers.is_empty() && modes.len() == servers.len();
        if leaders.len() > 1 {
            let names: Vec<String> = leaders.iter().map(|(server, _)| node(server).name).collect();
            let problem = format!("has {} leaders: {}", leaders.len(), names.join(", "));
            fire(
                Subject::cluster(),
                &problem,
                leaders.iter().map(|(_, at)| (*at).clone()),
                saw,
            );
        } else if leaders.is_empty() && all_told && !alone {
            fire(
                Subject::cluster(),
                "has no leader",
                modes.iter().map(|at| (*at).clone()),
                saw,
            );
        }
        if !modes.is_empty() {
            saw.judged(modes.len(), "ZooKeeper servers");
        }
    }
}

fn fire(subject: Subject, problem: &str, seen: impl IntoIterator<Item = EvidenceRef>, saw: &mut Saw) {
    let finding = Finding::about(subject).with("key", problem).with("problem", problem);
    saw.fire(seen.into_iter().fold(finding, Finding::seen_at));
}
