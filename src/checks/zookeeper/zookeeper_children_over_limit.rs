//! `zookeeper-children-over-limit`: znodes whose list of children nears the largest answer that clients read.

use crate::checks::zookeeper::shared::tree;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};
use crate::sources::zk_tree_file::JUTE_MAXBUFFER;

/// The check.
pub struct ZookeeperChildrenOverLimit;

/// From this share of the limit on a znode is named: names grow by one at a time, and a window creates many.
const NEAR: u64 = JUTE_MAXBUFFER / 4 * 3;

static META: CheckMeta = CheckMeta {
    id: "zookeeper-children-over-limit",
    area: Area::Zookeeper,
    title: "no list of children nears the largest answer that ZooKeeper's clients read",
    finding: "the {children} children of {name} take {bytes} bytes in one answer; Java clients of ZooKeeper 3.6 and later read no answer of {limit} bytes or more",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/zookeeper/ensemble/tree_summary.json"],
    requirements: &[],
    doc: Doc {
        what: "For every znode that the walk of collect --zk-tree saw: the answer to getChildren (88 bytes around it, and \
               each name with 4 bytes more) stays below three quarters of jute.maxbuffer, which is 1,048,575 bytes where \
               nobody sets it.",
        why: "A Java client closes the connection on an answer that is too large, connects again, asks again: what keeps its \
              state below that znode does not come up again after a restart. Clients up to 3.5 read 4 MiB, so that it \
              shows only once an upgrade brings newer ones. Mesos itself uses the C client, which has no such limit.",
        by_hand: "zkCli.sh -server MASTER:2181 ls PATH | wc -c",
        remedy: "Find out who writes there and clean up with that software's own means. Until then start the clients that read \
                 it with a larger -Djute.maxbuffer, the same on clients and servers.",
        sources: &[
            "apache/zookeeper ZKClientConfig.java: CLIENT_MAX_PACKET_LENGTH_DEFAULT 0xfffff (3.6.3, 3.7.0), 4096 * 1024 (3.5.9)",
            "apache/zookeeper ClientCnxnSocket.java: readLength refuses len >= packetLen",
        ],
    },
};

impl Check for ZookeeperChildrenOverLimit {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some((tree, at)) = tree(context, saw) else { return };
        if tree.tree.is_none() {
            saw.unknown_because(format!("{} knows names only, and not of which length", at.item));
        }
        if let Some(why) = &tree.incomplete_because {
            saw.unknown_because(format!("{} is not the whole tree: {why}", at.item));
        }
        for (ordinal, crowded) in tree.crowded.iter().enumerate() {
            if crowded.answer_bytes >= NEAR {
                saw.fire(
                    Finding::about(Subject::named(SubjectKind::Znode, &crowded.path))
                        .with("children", crowded.children)
                        .with("bytes", crowded.answer_bytes)
                        .with("limit", JUTE_MAXBUFFER)
                        .seen_at(
                            at.at(format!("/crowded/{ordinal}/answer_bytes"))
                                .quoting(crowded.answer_bytes),
                        ),
                );
            }
        }
        let znodes = usize::try_from(tree.znodes_named).unwrap_or(usize::MAX);
        if znodes > 0 && tree.tree.is_some() {
            saw.judged(znodes, "znodes");
        }
    }
}
