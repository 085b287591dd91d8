//! Identity across an upgrade: which agent, which framework of the snapshot after is the one of the snapshot before.
//!
//! By id first; for ids that vanished, by what stays when something registers as new. An ambiguous name aligns nothing:
//! a wrong pair would hide a loss.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::{Agent, Framework, Snapshot};

/// Things of two lists, aligned.
#[derive(Debug)]
pub struct Aligned<'a, T> {
    /// The same id on both sides, sorted by id.
    pub kept: Vec<(&'a T, &'a T)>,
    /// Came back under another id, sorted by the id before.
    pub reregistered: Vec<(&'a T, &'a T)>,
    /// Not there any more, sorted by id.
    pub lost: Vec<&'a T>,
    /// Not there before, sorted by id.
    pub added: Vec<&'a T>,
}

impl<'a, T> Aligned<'a, T> {
    /// Kept and re-registered together: whatever is on both sides.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a T, &'a T)> + '_ {
        self.kept.iter().chain(&self.reregistered).copied()
    }

    fn by_id(before: &'a [T], after: &'a [T], id: fn(&T) -> &str) -> Self {
        let index = |list: &'a [T]| {
            let mut map: BTreeMap<&'a str, &'a T> = BTreeMap::new();
            for thing in list {
                map.entry(id(thing)).or_insert(thing);
            }
            map
        };
        let (old, mut new) = (index(before), index(after));
        let mut aligned = Self {
            kept: Vec::new(),
            reregistered: Vec::new(),
            lost: Vec::new(),
            added: Vec::new(),
        };
        for (id, thing) in old {
            match new.remove(id) {
                Some(other) => aligned.kept.push((thing, other)),
                None => aligned.lost.push(thing),
            }
        }
        aligned.added = new.into_values().collect();
        aligned
    }

    /// Moves pairs with the same key from `lost` and `added` to `reregistered`. With `unique`, only keys that stand
    /// once on each side count; else equal keys are paired in order of their ids.
    fn pair_by<K: Ord>(&mut self, unique: bool, key: impl Fn(&'a T) -> Option<K>, id: fn(&T) -> &str) {
        let group = |list: &[&'a T]| {
            let mut groups: BTreeMap<K, Vec<&'a T>> = BTreeMap::new();
            for thing in list {
                if let Some(key) = key(thing) {
                    groups.entry(key).or_default().push(thing);
                }
            }
            groups
        };
        let (old, new) = (group(&self.lost), group(&self.added));
        let mut taken: (BTreeSet<&str>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
        for (key, list) in &old {
            let Some(others) = new.get(key) else { continue };
            if unique && (list.len() != 1 || others.len() != 1) {
                continue;
            }
            for (thing, other) in list.iter().zip(others) {
                self.reregistered.push((*thing, *other));
                taken.0.insert(id(thing));
                taken.1.insert(id(other));
            }
        }
        self.lost.retain(|thing| !taken.0.contains(id(thing)));
        self.added.retain(|thing| !taken.1.contains(id(thing)));
        self.reregistered.sort_by(|a, b| id(a.0).cmp(id(b.0)));
    }
}

/// Agents: by id; then by host name with address, by host name alone, by address alone, each only where unambiguous.
pub fn agents<'a>(before: &'a [Agent], after: &'a [Agent]) -> Aligned<'a, Agent> {
    let id: fn(&Agent) -> &str = |agent| &agent.id;
    let mut aligned = Aligned::by_id(before, after, id);
    aligned.pair_by(true, |agent| Some((agent.hostname.as_str(), agent.address()?)), id);
    aligned.pair_by(true, |agent| Some(agent.hostname.as_str()), id);
    aligned.pair_by(true, Agent::address, id);
    aligned
}

/// Frameworks: by id; then by name, principal and set of roles.
pub fn frameworks<'a>(before: &'a [Framework], after: &'a [Framework]) -> Aligned<'a, Framework> {
    let id: fn(&Framework) -> &str = |framework| &framework.id;
    let mut aligned = Aligned::by_id(before, after, id);
    let key = |framework: &'a Framework| {
        let roles: BTreeSet<&str> = framework.roles.iter().map(String::as_str).collect();
        Some((framework.name.as_str(), framework.principal.as_deref(), roles))
    };
    aligned.pair_by(false, key, id);
    aligned
}

/// Agents (by their id before) of which evidence says that they were restarted between the snapshots, with that evidence in words.
pub fn restarted_agents<'a>(
    before: &'a Snapshot,
    after: &'a Snapshot,
    agents: Option<&Aligned<'a, Agent>>,
) -> BTreeMap<&'a str, String> {
    let mut restarted = BTreeMap::new();
    let starts = |snapshot: &'a Snapshot| -> BTreeMap<&'a str, f64> {
        let own = snapshot.agent_nodes.iter().filter_map(|node| node.state.known());
        own.filter_map(|state| Some((state.id.as_str(), state.start_time?)))
            .filter(|(id, _)| !id.is_empty())
            .collect()
    };
    let (old, new) = (starts(before), starts(after));
    for (id, start) in &old {
        // Seconds since 1970: the same process shows the same figure to the last digit.
        if new.get(id).is_some_and(|later| *later > *start) {
            restarted.insert(*id, "its process was started anew".to_owned());
        }
    }
    let Some(agents) = agents else { return restarted };
    for (one, other) in &agents.kept {
        if let (Some(from), Some(to)) = (&one.version, &other.version)
            && from != to
        {
            restarted.insert(&one.id, format!("it went from Mesos {from} to {to}"));
        }
    }
    for (one, other) in &agents.reregistered {
        restarted.insert(&one.id, format!("it registered as new, as {}", other.id));
    }
    restarted
}

/// Ids of the frameworks that are a Marathon: by the Marathons that were asked, else by their usual names.
pub fn marathon_frameworks(snapshot: &Snapshot) -> BTreeSet<&str> {
    let asked = snapshot.marathons.iter().filter_map(|marathon| marathon.info.known());
    let mut ids: BTreeSet<&str> = asked.filter_map(|info| info.framework_id.as_deref()).collect();
    let listed = snapshot.frameworks.known().into_iter().flatten();
    ids.extend(
        listed
            .filter(|framework| framework.name.to_ascii_lowercase().contains("marathon"))
            .map(|framework| framework.id.as_str()),
    );
    ids
}
