//! Nodes by the key of their path: a list of nodes, and a table of places in it.
//!
//! Keeps keys, never paths. Deleted places are used again.

use super::super::zk_digest::Node;

/// What stands for a path: 128 bits of two keyed hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub [u64; 2]);

/// What is kept of a node: 56 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub key: Key,
    pub czxid: u64,
    pub mzxid: u64,
    pub owner: i64,
    pub version: i32,
    pub length: u32,
    /// Where it is counted.
    pub branch: u32,
}

impl Kept {
    pub(super) fn with_path<'a>(&self, path: &'a str) -> Node<'a> {
        Node {
            path,
            czxid: self.czxid,
            mzxid: self.mzxid,
            version: self.version,
            data_length: u64::from(self.length),
            owner: self.owner,
        }
    }
}

/// A place in the table: 0 is free, else 32 bits of the key and the number of the node plus one.
type Place = u64;

/// Open addressing, the next free place taken, at most three quarters full.
#[derive(Default)]
pub(super) struct Index {
    table: Vec<Place>,
    nodes: Vec<Kept>,
    free: Vec<u32>,
}

fn tag(key: Key) -> u64 {
    let [_, second] = key.0;
    second >> 32
}

fn slot_of(place: Place) -> Option<u32> {
    u32::try_from(place & 0xffff_ffff).ok()?.checked_sub(1)
}

impl Index {
    /// Nodes in it.
    pub(super) fn len(&self) -> u64 {
        (self.nodes.len() - self.free.len()) as u64
    }

    /// All nodes; the places that are free hold zeros.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Kept> {
        self.nodes.iter()
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Kept> {
        self.nodes.get(slot as usize)
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Kept> {
        self.nodes.get_mut(slot as usize)
    }

    fn home(&self, key: Key) -> usize {
        let [first, _] = key.0;
        // The table has a power of two of places; the lower bits of the key choose one.
        usize::try_from(first & u64::from(u32::MAX)).unwrap_or(0) & (self.table.len().wrapping_sub(1))
    }

    fn next(&self, at: usize) -> usize {
        (at + 1) & (self.table.len().wrapping_sub(1))
    }

    /// Where the key stands in the table, or the free place where it would.
    fn seek(&self, key: Key) -> (usize, Option<u32>) {
        let mut at = self.home(key);
        while let Some(place) = self.table.get(at).copied()
            && let Some(slot) = slot_of(place)
        {
            if place >> 32 == tag(key) && self.get(slot).is_some_and(|node| node.key == key) {
                return (at, Some(slot));
            }
            at = self.next(at);
        }
        (at, None)
    }

    pub(super) fn find(&self, key: Key) -> Option<u32> {
        self.seek(key).1
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(1024);
        self.table.clear();
        self.table.resize(size, 0);
        let free: std::collections::BTreeSet<u32> = self.free.iter().copied().collect();
        for slot in 0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX) {
            let Some(key) = self.get(slot).map(|node| node.key) else {
                continue;
            };
            if free.is_empty() || !free.contains(&slot) {
                self.put(key, slot);
            }
        }
    }

    /// Into the first free place; the key is not in the table.
    fn put(&mut self, key: Key, slot: u32) {
        let mut at = self.home(key);
        while self.table.get(at).is_some_and(|place| *place != 0) {
            at = self.next(at);
        }
        if let Some(place) = self.table.get_mut(at) {
            *place = (tag(key) << 32) | (u64::from(slot) + 1);
        }
    }

    /// False where the key is there already.
    pub(super) fn insert(&mut self, node: Kept) -> bool {
        let filled = self.nodes.len() - self.free.len();
        if (filled + 1) * 4 > self.table.len() * 3 {
            self.grow();
        }
        let (at, found) = self.seek(node.key);
        if found.is_some() {
            return false;
        }
        let slot = if let Some(slot) = self.free.pop() {
            if let Some(place) = self.nodes.get_mut(slot as usize) {
                *place = node;
            }
            slot
        } else {
            // Places hold 32 bits: as many nodes as no file of a server has.
            let Ok(slot) = u32::try_from(self.nodes.len()) else {
                return false;
            };
            self.nodes.push(node);
            slot
        };
        if let Some(place) = self.table.get_mut(at) {
            *place = (tag(node.key) << 32) | (u64::from(slot) + 1);
        }
        true
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Kept> {
        let (mut empty, found) = self.seek(key);
        let slot = found?;
        let node = *self.get(slot)?;
        // Those behind move up, so that seeking them does not stop too early.
        let mut at = empty;
        loop {
            at = self.next(at);
            let place = self.table.get(at).copied().unwrap_or(0);
            let Some(behind) = slot_of(place).and_then(|slot| self.get(slot)) else {
                break;
            };
            let home = self.home(behind.key);
            let size = self.table.len();
            let distance = |from: usize, to: usize| (to + size - from) & (size - 1);
            if distance(home, at) >= distance(empty, at) {
                if let Some(free) = self.table.get_mut(empty) {
                    *free = place;
                }
                empty = at;
            }
        }
        if let Some(free) = self.table.get_mut(empty) {
            *free = 0;
        }
        if let Some(place) = self.get_mut(slot) {
            (place.czxid, place.mzxid) = (0, 0);
        }
        self.free.push(slot);
        Some(node)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn node(first: u64, second: u64) -> Kept {
        Kept {
            key: Key([first, second]),
            czxid: second,
            mzxid: 0,
            owner: 0,
            version: 0,
            length: 0,
            branch: 0,
        }
    }

    #[test]
    fn keys_that_crowd_one_place_are_found_until_they_are_removed() {
        let mut index = Index::default();
        let mut model = BTreeSet::new();
        let mut state = 7_u64;
        for round in 0..20_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Few homes, so that they crowd; some at the end of the table, so that they wrap.
            let first = (state >> 33) % 16 + if round % 2 == 0 { 1016 } else { 0 };
            let second = (state >> 40) % 40;
            let key = Key([first, second]);
            if state >> 63 == 0 {
                assert_eq!(index.insert(node(first, second)), model.insert((first, second)));
            } else {
                assert_eq!(index.remove(key).is_some(), model.remove(&(first, second)));
            }
            assert_eq!(index.len(), model.len() as u64);
        }
        for first in (0..16).chain(1016..1032) {
            for second in 0..40 {
                let found = index.find(Key([first, second]));
                assert_eq!(found.is_some(), model.contains(&(first, second)));
                if let Some(slot) = found {
                    assert_eq!(index.get(slot).map(|node| node.czxid), Some(second));
                }
            }
        }
    }
}
