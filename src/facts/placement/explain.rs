//! Why instances cannot be placed: the first constraint that alone rules it out, else that they do together.
//!
//! Only words an answer that `bound` proved; never decides one.

use std::collections::BTreeMap;

use super::bound::{self, UNKNOWN};
use super::plan::{ABSENT, Column, Ground, regional, room, verdicts};
use super::rule::{Count, Rule};
use super::seats::{Roles, Tri};
use super::{Placer, Workload};

/// Most values shown in a sentence.
const SHOWN: usize = 5;

impl Placer<'_> {
    /// Why a workload cannot be placed, and which of its constraints alone does it.
    pub(super) fn because(
        &mut self,
        workload: &Workload<'_>,
        roles: &Roles,
        without: &[usize],
        instances: u64,
        most: u64,
    ) -> (String, Option<usize>) {
        let ground = Ground {
            agents: self.agents,
            seats: &self.seats,
            semantics: self.semantics,
        };
        let regional = ground.semantics.domains && regional(workload.constraints);
        let left: Vec<usize> = (0..self.agents.len())
            .filter(|at| without.binary_search(at).is_err() && ground.offered(*at, roles, regional) != Tri::No)
            .collect();
        if left.is_empty() {
            return (self.nobody(roles, without, regional), None);
        }
        let mut passed = left.clone();
        let mut counted: Vec<(usize, Count, Vec<u32>)> = Vec::new();
        for (ordinal, constraint) in workload.constraints.iter().enumerate() {
            let rule = Rule::of(constraint, ground.semantics);
            let (Rule::Each(field, _) | Rule::Astray(field) | Rule::Count(field, _)) = &rule else {
                continue;
            };
            let column = self.columns.of(field, ground.agents, ground.semantics);
            let verdicts = verdicts(&rule, column, ground.agents);
            let takes = |at: &usize| {
                let number = column.of.get(*at).copied().unwrap_or(UNKNOWN);
                verdicts.of(number) != Tri::No
            };
            if !left.iter().any(takes) {
                let seen = seen(column, &left);
                let one = match seen {
                    None => format!("none of {} that can take it has the {field}", agents(left.len())),
                    Some(seen) => format!(
                        "none of {} that can take it passes; their {field}: {seen}",
                        agents(left.len())
                    ),
                };
                return (
                    format!("{}: {one}{}", constraint.raw, doubled(column, field)),
                    Some(ordinal),
                );
            }
            passed.retain(takes);
            if let Rule::Count(_, count) = rule {
                counted.push((ordinal, count, column.of.clone()));
            }
        }
        if passed.is_empty() {
            return (
                "no agent passes all of its constraints; each alone is passed by some".to_owned(),
                None,
            );
        }
        for (ordinal, count, texts) in &counted {
            let rows: Vec<[u32; 1]> = passed
                .iter()
                .map(|at| [texts.get(*at).copied().unwrap_or(UNKNOWN)])
                .collect();
            let rows: Vec<bound::Row<'_>> = rows.iter().map(<[u32; 1]>::as_slice).collect();
            let alone = room(&rows, &[*count], instances);
            if alone < instances {
                let values = distinct(texts, &passed);
                let raw = workload.constraints.get(*ordinal).map_or("", |one| one.raw.as_str());
                return (
                    format!("{raw}: {}", limit(*count, values, passed.len(), alone)),
                    Some(*ordinal),
                );
            }
        }
        let together = format!(
            "its constraints together leave room for {} on {}",
            plural(most, "instance"),
            agents(passed.len())
        );
        (together, None)
    }

    /// Why no agent takes a workload, whatever its constraints.
    fn nobody(&self, roles: &Roles, without: &[usize], regional: bool) -> String {
        let (mut gone, mut down, mut away, mut foreign) = (0, 0, 0, 0);
        for (at, agent) in self.agents.iter().enumerate() {
            if without.binary_search(&at).is_ok() {
                gone += 1;
            } else if self.seats.up.get(at) == Some(&Tri::No) {
                down += 1;
            } else if !regional && self.seats.at_home(agent, self.semantics) == Tri::No {
                away += 1;
            } else {
                foreign += 1;
            }
        }
        let wanted = roles.sure.join(", ");
        let parts = [
            (gone, "taken away".to_owned()),
            (down, "not active".to_owned()),
            (away, "in another region than the leading master".to_owned()),
            (foreign, format!("without resources of the roles it accepts ({wanted})")),
        ];
        let told: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if told.is_empty() {
            return "there is no agent".to_owned();
        }
        format!("none of {} can take it: {}", agents(self.agents.len()), told.join(", "))
    }
}

/// What a counting rule allows.
fn limit(count: Count, values: usize, agents: usize, alone: u64) -> String {
    let there = format!(
        "{} that can take it {} {}",
        self::agents(agents),
        if agents == 1 { "has" } else { "have" },
        plural(values as u64, "distinct value")
    );
    match count {
        Count::PerValue(1) => format!("{there}, one instance on each"),
        Count::PerValue(limit) => format!("{there}, at most {limit} instances on each"),
        Count::OneValue => format!("{there}, all instances on one"),
        Count::AtLeast(minimum) => {
            format!("{there}; a second instance on one needs {minimum} of them in use, so that {alone} can be placed")
        }
        Count::Divided(0) => "Marathon 1.11 divides by its value, and without one above 0 it places nothing".to_owned(),
        Count::Divided(number) => format!(
            "{there}; Marathon 1.11 divides the instances by {number} and puts no more on each, so that {alone} can be placed"
        ),
    }
}

/// The texts that agents have, the most frequent first; `None`: none has one.
fn seen(column: &Column, agents: &[usize]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in agents.iter().filter_map(|at| column.text(*at)) {
        *counts.entry(text).or_default() += 1;
    }
    if counts.is_empty() {
        return None;
    }
    let mut sorted: Vec<(&str, usize)> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let shown: Vec<String> = sorted.iter().take(SHOWN).map(|(text, _)| format!("`{text}`")).collect();
    let more = sorted.len().saturating_sub(SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Some(format!("{}{more}", shown.join(", ")))
}

fn distinct(texts: &[u32], agents: &[usize]) -> usize {
    let mut known: Vec<u32> = agents
        .iter()
        .filter_map(|at| texts.get(*at).copied())
        .filter(|text| *text != ABSENT)
        .collect();
    let unknown = known.iter().filter(|text| **text == UNKNOWN).count();
    known.retain(|text| *text != UNKNOWN);
    known.sort_unstable();
    known.dedup();
    known.len() + unknown
}

fn doubled(column: &Column, field: &super::Field) -> String {
    match column.doubled.len() {
        0 => String::new(),
        count => format!("; {} the {field} more than once, and the first counts", {
            if count == 1 {
                "1 agent gives".to_owned()
            } else {
                format!("{count} agents give")
            }
        }),
    }
}

fn agents(count: usize) -> String {
    plural(count as u64, "agent")
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}
