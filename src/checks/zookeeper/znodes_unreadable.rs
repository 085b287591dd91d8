//! `znodes-unreadable`: znodes that hide what stands below them from whoever walked the tree.

use crate::checks::zookeeper::shared::tree;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject};

/// The check.
pub struct ZnodesUnreadable;

static META: CheckMeta = CheckMeta {
    id: "znodes-unreadable",
    area: Area::Zookeeper,
    title: "the walk over the znodes was shown everything",
    finding: "{znodes} znodes refuse to show what stands below them ({paths}): {children} children and everything below those are missing from every count",
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/zookeeper/ensemble/tree_summary.json"],
    requirements: &[],
    doc: Doc {
        what: "No znode that has children answered the walk of collect --zk-tree with NoAuth. A refused znode without \
               children is no finding: its stat is shown to everybody, and its data are not needed for any count.",
        why: "Counts and digest of the live tree are compared with those of backups. A walk that was not shown everything is \
              smaller than the backup, and a difference says nothing.",
        by_hand: "zkCli.sh -server MASTER:2181 getAcl PATH",
        remedy: "Collect again with credentials that may read there: --zookeeper-digest-file or GONOGO_ZK_DIGEST \
                 (user:password), or --zookeeper-sasl-file. On DC/OS Enterprise they stand in /run/dcos/etc of the masters.",
        sources: &[
            "apache/zookeeper FinalRequestProcessor.java: getChildren2 needs READ, exists needs nothing (3.4.14, 3.7.0)",
        ],
    },
};

impl Check for ZnodesUnreadable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some((tree, at)) = tree(context, saw) else { return };
        if tree.tree.is_none() {
            saw.unknown_because(format!("{} knows names only, through Exhibitor", at.item));
            return;
        }
        let unreadable = &tree.unreadable;
        if unreadable.children > 0 {
            let paths: Vec<&str> = unreadable.paths.iter().take(3).map(String::as_str).collect();
            let more = unreadable.znodes.saturating_sub(paths.len() as u64);
            let mut shown = paths.join(", ");
            if more > 0 {
                shown = format!("{shown} and {more} more");
            }
            saw.fire(
                Finding::about(Subject::cluster())
                    .with("znodes", unreadable.znodes)
                    .with("children", unreadable.children)
                    .with("paths", shown)
                    .seen_at(at.at("/unreadable/children").quoting(unreadable.children)),
            );
        }
        if tree.ended_early || tree.read_only_server || unreadable.odd > 0 {
            let why = tree.incomplete_because.as_deref().unwrap_or("it does not say why");
            saw.unknown_because(format!("{} is not the whole tree: {why}", at.item));
        }
        saw.judged(usize::try_from(tree.znodes_named).unwrap_or(usize::MAX), "znodes");
    }
}
