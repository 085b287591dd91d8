//! ZooKeeper that holds clearly fewer znodes than before the window.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, CheckMeta, Doc, Severity, Stage, SubjectKind};

/// The check.
pub struct ZnodesShrunk;

const META: CheckMeta = CheckMeta {
    id: "znodes-shrunk",
    area: Area::Compare,
    title: "ZooKeeper holds about as many znodes as before",
    finding: "{before} znodes before the window, {after} after it: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/zookeeper/*/srvr.txt", "data/zookeeper/*/mntr.txt"],
    requirements: &["S1-117", "S1-136"],
    doc: Doc {
        what: "The number of znodes of the leading server (else the largest number any server tells). It fires when more than 10 % and more than 10 znodes are gone: sessions, elections and finished deployments take some with them.",
        why: "Mesos, Marathon and most services keep their state in ZooKeeper. Znodes that are gone by the hundred are state that is gone: a wrong data directory, a restored old snapshot, a failed migration.",
        by_hand: "echo srvr | nc <master> 2181 | grep 'Node count', before and after.",
        remedy: "Stop, and find out which part of the tree is gone (compare with the backup) before services write into what is left.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: number of znodes in the backup and in Exhibitor",
            "apache/zookeeper docs: administrator guide, four-letter words srvr and mntr",
        ],
    },
};

impl Check for ZnodesShrunk {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::ZNODES], "znodes") {
            shared::fire_changes(pair.comparison, saw, |change| {
                shared::has_field(change, SubjectKind::Znode, "znodes")
            });
        }
    }
}
