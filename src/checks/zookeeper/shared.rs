//! Pieces that the Exhibitor and ZooKeeper checks share: what to judge, what was not asked, names. Holds no rule of its own.

use crate::checks::{Context, Saw};
use crate::facts::ensemble::bare;
use crate::model::{EvidenceRef, Observed, Subject, SubjectKind, Why};
use crate::snapshot::{ExhibitorServer, ExhibitorView, ZkServer, ZkTree};

/// The tree of znodes, where a walk was asked for. Where nobody asked for one there is nothing to judge, and that is said.
pub fn tree<'a>(context: &Context<'a>, saw: &mut Saw) -> Option<(&'a ZkTree, &'a EvidenceRef)> {
    match context.facts.snapshot.zk_tree.get() {
        Ok((tree, at)) => {
            saw.looked_at(at);
            Some((tree, at))
        }
        // Read only where somebody asks for it, and the manifest says whether anybody did.
        Err(Why::NotCollected { .. }) if !context.facts.snapshot.origin.manifest.expected.zk_tree => {
            saw.skip("the tree of znodes was not asked for (collect --zk-tree)");
            None
        }
        Err(why) => {
            saw.unknown(why);
            None
        }
    }
}

/// What one Exhibitor says.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Host of the Exhibitor that was asked, without port.
    pub exhibitor: &'a ExhibitorView,
    /// The servers it lists; never empty.
    pub servers: &'a [ExhibitorServer],
    /// Where.
    pub at: &'a EvidenceRef,
}

/// Exhibitors to judge; the ones that were not asked are said, and a cluster without any is SKIPPED.
pub fn exhibitors<'a>(context: &Context<'a>, saw: &mut Saw) -> &'a [ExhibitorView] {
    let facts = context.facts;
    if let Some(why) = &facts.ensemble.without_exhibitor {
        saw.skip(why.clone());
        return &[];
    }
    for gap in &facts.ensemble.exhibitor_gaps {
        saw.unknown_because(gap.clone());
    }
    &facts.snapshot.exhibitors
}

/// What every Exhibitor says about the servers. One that says nothing, or lists no server, is said.
pub fn views<'a>(context: &Context<'a>, saw: &mut Saw) -> Vec<View<'a>> {
    let mut views = Vec::new();
    for exhibitor in exhibitors(context, saw) {
        match exhibitor.servers.get() {
            Ok((servers, at)) if servers.is_empty() => {
                saw.unknown_because(format!("{} lists no server", at.item));
            }
            Ok((servers, at)) => {
                saw.looked_at(at);
                let known = context.facts.ensemble.servers;
                if servers.len() < known {
                    saw.unknown_because(format!(
                        "{} lists {} servers, and the cluster has {known}",
                        at.item,
                        servers.len()
                    ));
                }
                views.push(View { exhibitor, servers, at });
            }
            Err(why) => saw.unknown(why),
        }
    }
    views
}

/// ZooKeeper servers to judge; the ones that were not asked are said, and a cluster without any is SKIPPED.
pub fn servers<'a>(context: &Context<'a>, saw: &mut Saw) -> &'a [ZkServer] {
    let facts = context.facts;
    if let Some(why) = &facts.ensemble.without_zookeeper {
        saw.skip(why.clone());
        return &[];
    }
    for gap in &facts.ensemble.server_gaps {
        saw.unknown_because(gap.clone());
    }
    &facts.snapshot.zookeepers
}

/// A known answer of a server, or `None` and why; for a refused word also what to do.
pub fn answer<'a, T>(part: &'a Observed<T>, saw: &mut Saw) -> Option<(&'a T, &'a EvidenceRef)> {
    match part.get() {
        Ok((value, at)) => {
            saw.looked_at(at);
            Some((value, at))
        }
        Err(why) => {
            saw.unknown_because(refusal(why));
            None
        }
    }
}

fn refusal(why: &Why) -> String {
    if why.is_absent() {
        format!(
            "{}; allow it with `4lw.commands.whitelist` in the server's configuration",
            why.sentence()
        )
    } else {
        why.sentence()
    }
}

/// A server that Exhibitor lists: they stand on the masters.
pub fn master(hostname: &str) -> Subject {
    Subject::named(SubjectKind::Master, bare(hostname))
}

/// A ZooKeeper server: named by its host, and by its port too where that is not the usual one.
pub fn node(server: &ZkServer) -> Subject {
    let name = match server.host.strip_suffix(":2181") {
        Some(host) => host,
        None => &server.host,
    };
    Subject::named(SubjectKind::Node, name)
}

/// A count out of `mntr`: a whole number, as text, also with a fraction of zero (`2.0`, 3.6 and later).
pub fn count(text: &str) -> Option<u64> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}
