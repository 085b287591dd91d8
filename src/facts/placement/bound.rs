//! How many instances counting rules leave room for: an upper bound that holds for every order of offers.
//!
//! Exact for one rule; for several it is the smallest of bounds that each hold. Never below what Marathon can place:
//! `tests/suite/placement_law.rs` plays every order of offers on small clusters and compares. Knows no agent and no text, only
//! numbers that stand for texts.

use std::collections::BTreeMap;

use super::rule::Count;

/// Stands for a text that is not known.
pub(super) const UNKNOWN: u32 = u32::MAX;
/// No limit.
pub(super) const UNLIMITED: u64 = u64::MAX;

/// Rules on instances per text that are nested into each other; more of them are still held one by one.
const NESTED: usize = 4;

/// One agent: the number of its text for each rule.
pub(super) type Row<'a> = &'a [u32];

/// The most instances that can stand on these agents; [`UNLIMITED`] where nothing counts.
///
/// `instances`: the number wanted, by which the rule of 1.11 divides.
pub(super) fn at_most(rows: &[Row<'_>], counts: &[Count], instances: u64) -> u64 {
    let of = |wanted: fn(&Count) -> bool| -> Vec<usize> {
        counts
            .iter()
            .enumerate()
            .filter(|(_, count)| wanted(count))
            .map(|(at, _)| at)
            .collect()
    };
    let rules = Rules {
        counts,
        one_value: of(|count| matches!(count, Count::OneValue)),
        per_value: of(|count| matches!(count, Count::PerValue(_))),
        groups: of(|count| matches!(count, Count::AtLeast(_) | Count::Divided(_))),
        instances,
    };
    rules.one_value(rows, &rules.one_value)
}

struct Rules<'a> {
    counts: &'a [Count],
    one_value: Vec<usize>,
    per_value: Vec<usize>,
    groups: Vec<usize>,
    instances: u64,
}

impl Rules<'_> {
    /// The best text to gather on; an unknown text may be any.
    fn one_value(&self, rows: &[Row<'_>], left: &[usize]) -> u64 {
        let Some((rule, left)) = left.split_first() else {
            return self.spread(rows);
        };
        let (known, strays) = split(rows, *rule);
        if known.is_empty() {
            return self.one_value(&strays, left);
        }
        known
            .into_values()
            .map(|mut group| {
                group.extend_from_slice(&strays);
                self.one_value(&group, left)
            })
            .max()
            .unwrap_or(0)
    }

    /// The bound by every rule that spreads, each taken as the outermost one.
    fn spread(&self, rows: &[Row<'_>]) -> u64 {
        let flat = self.capped(rows, &self.per_value);
        self.groups
            .iter()
            .map(|rule| self.grouped(rows, *rule).min(flat))
            .min()
            .unwrap_or(flat)
    }

    /// The bound by limits per text. Limits hold within every part of the agents, so they nest in any order.
    fn capped(&self, rows: &[Row<'_>], rules: &[usize]) -> u64 {
        if rows.is_empty() {
            return 0;
        }
        let mut best = UNLIMITED;
        for (ordinal, rule) in rules.iter().enumerate() {
            let Some(Count::PerValue(limit)) = self.counts.get(*rule) else {
                continue;
            };
            let inner: Vec<usize> = if rules.len() > NESTED {
                Vec::new()
            } else {
                let others = rules.iter().enumerate().filter(|(other, _)| *other != ordinal);
                others.map(|(_, rule)| *rule).collect()
            };
            let (known, strays) = split(rows, *rule);
            let mut sum: u64 = 0;
            for group in known.values() {
                sum = sum.saturating_add(self.capped(group, &inner).min(*limit));
            }
            // Each unknown text may be one of its own.
            for stray in &strays {
                sum = sum.saturating_add(self.capped(&[stray], &inner).min(*limit));
            }
            best = best.min(sum);
        }
        best
    }

    /// The bound by a GROUP_BY over all agents, each group filled as far as the other limits allow.
    fn grouped(&self, rows: &[Row<'_>], rule: usize) -> u64 {
        let (known, strays) = split(rows, rule);
        let Some(count) = self.counts.get(rule) else {
            return UNLIMITED;
        };
        if *count == Count::Divided(0) {
            return 0;
        }
        if !strays.is_empty() {
            // Which groups there are is not known, and neither more nor fewer of them are sure to bound the others.
            return UNLIMITED;
        }
        let mut room: Vec<u64> = known
            .values()
            .map(|group| self.capped(group, &self.per_value))
            .collect();
        room.sort_unstable_by(|a, b| b.cmp(a));
        let groups = room.len() as u64;
        match *count {
            Count::AtLeast(minimum) if groups < minimum => groups,
            Count::AtLeast(minimum) => {
                // Once `minimum` groups stand, only the emptiest grow: none gets more than one ahead of the fullest that
                // the weakest of the best `minimum` groups allows.
                let weakest = usize::try_from(minimum)
                    .ok()
                    .and_then(|minimum| room.get(minimum.checked_sub(1)?))
                    .filter(|_| minimum > 1);
                let level = weakest.map_or(UNLIMITED, |room| room.saturating_add(1));
                room.iter().fold(0, |sum, room| sum.saturating_add(*room.min(&level)))
            }
            Count::Divided(number) => {
                let used = room.iter().take(usize::try_from(number).unwrap_or(usize::MAX));
                let (each, rest) = (self.instances / number, self.instances % number);
                if each == 0 {
                    return used.count() as u64;
                }
                let filled: u64 = used.clone().map(|room| each.min(*room)).sum();
                let more = used.filter(|room| **room > each).count() as u64;
                filled.saturating_add(rest.min(more))
            }
            Count::PerValue(_) | Count::OneValue => UNLIMITED,
        }
    }
}

/// Agents by the number of their text, and those whose text is not known.
fn split<'r>(rows: &[Row<'r>], rule: usize) -> (BTreeMap<u32, Vec<Row<'r>>>, Vec<Row<'r>>) {
    let mut known: BTreeMap<u32, Vec<Row<'r>>> = BTreeMap::new();
    let mut strays = Vec::new();
    for row in rows {
        match row.get(rule) {
            Some(&UNKNOWN) | None => strays.push(*row),
            Some(text) => known.entry(*text).or_default().push(row),
        }
    }
    (known, strays)
}
