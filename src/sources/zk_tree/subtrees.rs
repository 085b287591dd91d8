//! Counts by path, for the upper part of a tree.
//!
//! Keeps a path only where it has children and stands at depth four or above, and of those at most 65,536: beyond that the
//! deepest level is left out. Never lists more than a thousand.

use std::collections::BTreeMap;

use super::index::Kept;
use crate::model::backup::Subtree;

/// Depth of the deepest paths that are listed: `/` has 0, `/a/b/c/d` has 4.
pub const DEEPEST: usize = 4;

/// Most paths in a list. Where there are more, those with the most znodes are listed, among equals the first by name.
pub const MOST_LISTED: usize = 1000;

/// Most paths that are kept while reading. Where there are more, the deepest level is given up.
const MOST_FOLLOWED: usize = 1 << 16;

#[derive(Default)]
struct Branch {
    above: u32,
    depth: usize,
    znodes: u64,
    ephemerals: u64,
    data_bytes: u64,
}

/// The branch of `/`.
pub(super) const ROOT: u32 = 0;

/// One branch for every path that is followed; each node is counted in the deepest one that it belongs to.
pub(super) struct Subtrees {
    branches: Vec<Branch>,
    by_path: BTreeMap<String, u32>,
    deepest: usize,
}

impl Default for Subtrees {
    fn default() -> Self {
        Self {
            branches: vec![Branch::default()],
            by_path: BTreeMap::from([("/".to_owned(), 0)]),
            deepest: DEEPEST,
        }
    }
}

fn depth(path: &str) -> usize {
    if path == "/" {
        0
    } else {
        memchr::memchr_iter(b'/', path.as_bytes()).count()
    }
}

impl Subtrees {
    /// Where the children of this node are counted, and it with them from now on; so far it is counted in `counted`.
    pub(super) fn of_children(&mut self, path: &str, counted: u32) -> u32 {
        let depth = depth(path);
        if depth > self.deepest {
            return counted;
        }
        if let Some(branch) = self.by_path.get(path) {
            return *branch;
        }
        while self.by_path.len() >= MOST_FOLLOWED && self.deepest > 0 {
            let level = self.deepest;
            self.deepest -= 1;
            // They stay where they are, since nodes are counted there, and count for what is above them.
            self.by_path.retain(|_, branch| {
                self.branches
                    .get(*branch as usize)
                    .is_some_and(|found| found.depth < level)
            });
        }
        if depth > self.deepest {
            return counted;
        }
        let branch = u32::try_from(self.branches.len()).unwrap_or(counted);
        self.branches.push(Branch {
            above: counted,
            depth,
            ..Branch::default()
        });
        self.by_path.insert(path.to_owned(), branch);
        branch
    }

    /// Where a node that is created again is counted, if it had children once; else where its siblings are.
    pub(super) fn of_node(&self, path: &str, siblings: u32) -> u32 {
        self.by_path.get(path).copied().unwrap_or(siblings)
    }

    /// Paths that have children, in the order of paths.
    pub(super) fn list(&self) -> Vec<Subtree> {
        let mut sums: Vec<[u64; 3]> = self
            .branches
            .iter()
            .map(|branch| [branch.znodes, branch.ephemerals, branch.data_bytes])
            .collect();
        // Whatever stands above stands before.
        for (at, branch) in self.branches.iter().enumerate().skip(1).rev() {
            let below = sums.get(at).copied().unwrap_or_default();
            for (sum, part) in sums.get_mut(branch.above as usize).into_iter().flatten().zip(below) {
                *sum += part;
            }
        }
        let mut all: Vec<Subtree> = self
            .by_path
            .iter()
            .filter_map(|(path, branch)| {
                let [znodes, ephemerals, data_bytes] = *sums.get(*branch as usize)?;
                (znodes > 1).then(|| Subtree {
                    path: path.clone(),
                    znodes,
                    ephemerals,
                    data_bytes,
                })
            })
            .collect();
        if all.len() > MOST_LISTED {
            all.sort_by(|one, other| other.znodes.cmp(&one.znodes).then_with(|| one.path.cmp(&other.path)));
            all.truncate(MOST_LISTED);
            all.sort_by(|one, other| one.path.cmp(&other.path));
        }
        all
    }

    pub(super) fn enter(&mut self, branch: u32, node: &Kept) {
        if let Some(found) = self.branches.get_mut(branch as usize) {
            found.znodes += 1;
            found.ephemerals += u64::from(node.owner != 0);
            found.data_bytes += u64::from(node.length);
        }
    }

    pub(super) fn leave(&mut self, branch: u32, node: &Kept) {
        if let Some(found) = self.branches.get_mut(branch as usize) {
            found.znodes -= 1;
            found.ephemerals -= u64::from(node.owner != 0);
            found.data_bytes -= u64::from(node.length);
        }
    }
}
