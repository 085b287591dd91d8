//! What a walk adds up while znodes arrive, in any order: counts, digest, subtrees, access, extremes.
//!
//! Keeps no znode; grows with the number of znodes that have children down to depth four, and with the access lists.

use std::collections::BTreeMap;

use crate::model::backup::{Subtree, TreeSummary};
use crate::sources::zk_digest::{self, TreeDigest};
use crate::sources::zk_tree::{DEEPEST, MOST_LISTED};
use crate::sources::zk_tree_file::{AclEntry, AclUse, CROWDED_FROM, Crowded, JUTE_MAXBUFFER, Large, Node, Unreadable};

/// Most paths that are counted on their own. Where there are more, the deepest level is given up, as for a backup.
const MOST_FOLLOWED: usize = 1 << 16;
/// Znodes with most data that are named.
const LARGEST: usize = 10;
/// Paths that are named of each kind of trouble.
const NAMED: usize = 100;
/// Bytes of an answer before the names: reply header (16), number of children (4); and after them the stat (68).
const AROUND: u64 = 88;

/// The sums of a walk.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// Paths down to this depth are counted on their own; `/` has depth 0.
    deepest: usize,
    digest: TreeDigest,
    tree: TreeSummary,
    subtrees: BTreeMap<String, Subtree>,
    acls: Vec<AclUse>,
    crowded: Vec<Crowded>,
    largest: Vec<Large>,
    /// Znodes that were gone when asked for.
    pub vanished: u64,
    /// What could not be read.
    pub unreadable: Unreadable,
}

/// Bytes of an answer to `getChildren2`.
pub(super) fn answer_bytes(names: &[String]) -> u64 {
    names
        .iter()
        .fold(AROUND, |sum, name| sum.saturating_add(4 + name.len() as u64))
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            deepest: DEEPEST,
            digest: TreeDigest::default(),
            tree: TreeSummary::default(),
            subtrees: BTreeMap::new(),
            acls: Vec::new(),
            crowded: Vec::new(),
            largest: Vec::new(),
            vanished: 0,
            unreadable: Unreadable::default(),
        }
    }
}

impl Tally {
    /// Znodes so far.
    pub fn znodes(&self) -> u64 {
        self.tree.znodes
    }

    /// The index of an access list, and whether it is new.
    pub fn acl(&mut self, entries: &[AclEntry]) -> (u32, bool) {
        let known = self.acls.iter().position(|acl| acl.entries == entries);
        let index = known.unwrap_or_else(|| {
            self.acls.push(AclUse {
                entries: entries.to_vec(),
                znodes: 0,
            });
            self.acls.len() - 1
        });
        (u32::try_from(index).unwrap_or(u32::MAX), known.is_none())
    }

    /// A znode with the size of the answer that lists its children.
    pub fn node(&mut self, node: &Node, answer_bytes: u64) {
        let ephemeral = u64::from(node.ephemeral_owner.0 != 0);
        let share = zk_digest::Node {
            path: &node.path,
            czxid: node.czxid.0,
            mzxid: node.mzxid.0,
            version: node.version,
            data_length: node.data_length,
            owner: node.ephemeral_owner.0.cast_signed(),
        };
        self.digest.add(share.share());
        self.tree.znodes += 1;
        self.tree.ephemerals += ephemeral;
        self.tree.nonempty += u64::from(ephemeral == 0 && node.data_length > 0);
        self.tree.data_bytes += node.data_length;
        self.tree.last_zxid = self.tree.last_zxid.max(node.czxid).max(node.mzxid);
        let own = (node.children > 0).then_some(node.path.as_str());
        for path in ancestors(&node.path).chain(own).take(self.deepest + 1) {
            if !self.subtrees.contains_key(path) {
                let empty = Subtree {
                    path: path.to_owned(),
                    znodes: 0,
                    ephemerals: 0,
                    data_bytes: 0,
                };
                self.subtrees.insert(path.to_owned(), empty);
            }
            if let Some(subtree) = self.subtrees.get_mut(path) {
                subtree.znodes += 1;
                subtree.ephemerals += ephemeral;
                subtree.data_bytes += node.data_length;
            }
        }
        while self.subtrees.len() > MOST_FOLLOWED && self.deepest > 0 {
            self.deepest -= 1;
            let deepest = self.deepest;
            self.subtrees.retain(|path, _| depth(path) <= deepest);
        }
        if let Some(acl) = node.acl.and_then(|index| self.acls.get_mut(index as usize)) {
            acl.znodes += 1;
        }
        if node.children >= CROWDED_FROM || answer_bytes >= JUTE_MAXBUFFER / 4 * 3 {
            self.crowded.push(Crowded {
                path: node.path.clone(),
                children: node.children,
                answer_bytes,
            });
        }
        self.keep_large(node);
    }

    fn keep_large(&mut self, node: &Node) {
        let least = self.largest.last().map_or(0, |last| last.data_length);
        if node.data_length == 0 || (self.largest.len() >= LARGEST && node.data_length < least) {
            return;
        }
        self.largest.push(Large {
            path: node.path.clone(),
            data_length: node.data_length,
        });
        self.largest
            .sort_by(|a, b| b.data_length.cmp(&a.data_length).then_with(|| a.path.cmp(&b.path)));
        self.largest.truncate(LARGEST);
    }

    /// A znode that the server refuses to show beyond its stat.
    pub fn refused(&mut self, node: &Node) {
        self.unreadable.znodes += 1;
        self.unreadable.children += node.children;
        if self.unreadable.paths.len() < NAMED {
            self.unreadable.paths.push(node.path.clone());
        }
    }

    /// A znode that could not be asked for, or whose answer could not be read.
    pub fn odd(&mut self, path: &str, why: &str) {
        self.unreadable.odd += 1;
        if self.unreadable.odd_paths.len() < NAMED {
            self.unreadable.odd_paths.push((path.to_owned(), why.to_owned()));
        }
    }

    /// The sums so far, and for each access list its place in the sorted list.
    pub fn finish(self) -> Finished {
        let mut order: Vec<usize> = (0..self.acls.len()).collect();
        order.sort_by(|a, b| {
            let entries = |at: &usize| self.acls.get(*at).map(|acl| &acl.entries);
            entries(a).cmp(&entries(b))
        });
        let mut places = vec![0; order.len()];
        for (place, from) in order.iter().enumerate() {
            if let Some(slot) = places.get_mut(*from) {
                *slot = u32::try_from(place).unwrap_or(u32::MAX);
            }
        }
        let acls = order.iter().filter_map(|at| self.acls.get(*at).cloned()).collect();
        let mut crowded = self.crowded;
        crowded.sort_by(|a, b| a.path.cmp(&b.path));
        Finished {
            tree: TreeSummary {
                digest: self.digest.finish(),
                subtrees: listed(self.subtrees),
                ..self.tree
            },
            acls,
            acl_places: places,
            crowded,
            largest: self.largest,
            vanished: self.vanished,
            unreadable: self.unreadable,
        }
    }
}

/// What a [`Tally`] came to.
pub(super) struct Finished {
    pub tree: TreeSummary,
    pub acls: Vec<AclUse>,
    /// New index of each old one.
    pub acl_places: Vec<u32>,
    pub crowded: Vec<Crowded>,
    pub largest: Vec<Large>,
    pub vanished: u64,
    pub unreadable: Unreadable,
}

/// The paths that have children, those with the most znodes where there are too many; in the order of paths.
fn listed(subtrees: BTreeMap<String, Subtree>) -> Vec<Subtree> {
    // A path whose children all vanished has none.
    let mut all: Vec<Subtree> = subtrees.into_values().filter(|tree| tree.znodes > 1).collect();
    if all.len() > MOST_LISTED {
        all.sort_by(|a, b| b.znodes.cmp(&a.znodes).then_with(|| a.path.cmp(&b.path)));
        all.truncate(MOST_LISTED);
        all.sort_by(|a, b| a.path.cmp(&b.path));
    }
    all
}

fn depth(path: &str) -> usize {
    if path == "/" { 0 } else { path.matches('/').count() }
}

/// The paths above one, from `/` on.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let root = (path != "/").then_some("/");
    let between = path
        .match_indices('/')
        .skip(1)
        .filter_map(move |(at, _)| path.get(..at));
    root.into_iter().chain(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::backup::Zxid;

    fn node(path: &str, children: u64, data_length: u64, owner: u64) -> Node {
        Node {
            path: path.to_owned(),
            version: 0,
            cversion: 0,
            czxid: Zxid(1),
            mzxid: Zxid(1),
            pzxid: Zxid(1),
            data_length,
            children,
            ephemeral_owner: Zxid(owner),
            acl: None,
        }
    }

    #[test]
    fn every_path_with_children_down_to_depth_four_is_counted() {
        let nodes = [
            node("/", 1, 0, 0),
            node("/a", 1, 2, 0),
            node("/a/b", 1, 0, 0),
            node("/a/b/c", 2, 0, 0),
            node("/a/b/c/d", 1, 0, 0),
            node("/a/b/c/d/e", 1, 0, 0),
            node("/a/b/c/d/e/f", 0, 5, 0),
            node("/a/b/c/gone", 1, 0, 0),
            node("/a/b/c/x", 0, 7, 9),
        ];
        let mut sums = Vec::new();
        for order in [nodes.to_vec(), nodes.iter().rev().cloned().collect()] {
            let mut tally = Tally::default();
            for node in &order {
                tally.node(node, AROUND);
            }
            sums.push(tally.finish());
        }
        let shown: Vec<(&str, u64, u64, u64)> = sums[0]
            .tree
            .subtrees
            .iter()
            .map(|tree| (tree.path.as_str(), tree.znodes, tree.ephemerals, tree.data_bytes))
            .collect();
        assert_eq!(
            shown,
            [
                ("/", 9, 1, 14),
                ("/a", 8, 1, 14),
                ("/a/b", 7, 1, 12),
                ("/a/b/c", 6, 1, 12),
                ("/a/b/c/d", 3, 0, 5)
            ]
        );
        assert_eq!(sums[0].tree.nonempty, 2);
        assert_eq!(sums[0].tree, sums[1].tree, "the order of arrival does not matter");
        assert_eq!(sums[0].largest, sums[1].largest);
    }

    #[test]
    fn access_lists_are_sorted_whatever_came_first() {
        let entry = |who: &str| AclEntry {
            scheme: "digest".to_owned(),
            who: Some(who.to_owned()),
            permissions: "cdrwa".to_owned(),
        };
        let mut tally = Tally::default();
        assert_eq!(tally.acl(&[entry("zoe")]), (0, true));
        assert_eq!(tally.acl(&[entry("ann")]), (1, true));
        assert_eq!(tally.acl(&[entry("zoe")]), (0, false));
        let done = tally.finish();
        assert_eq!(done.acls[0].entries, [entry("ann")]);
        assert_eq!(done.acl_places, [1, 0]);
    }

    #[test]
    fn a_list_of_children_that_nears_the_limit_is_crowded_however_few_they_are() {
        let names: Vec<String> = (0..200).map(|n| format!("{n:05000}")).collect();
        let mut tally = Tally::default();
        tally.node(&node("/few", 200, 0, 0), answer_bytes(&names));
        tally.node(&node("/many", CROWDED_FROM, 0, 0), AROUND);
        tally.node(&node("/quiet", CROWDED_FROM - 1, 0, 0), AROUND);
        let crowded = tally.finish().crowded;
        let shown: Vec<(&str, u64)> = crowded
            .iter()
            .map(|one| (one.path.as_str(), one.answer_bytes))
            .collect();
        assert_eq!(shown, [("/few", 88 + 200 * 5004), ("/many", 88)]);
    }
}
