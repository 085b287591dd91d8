//! What binds a workload to named places: constraints that only one agent fulfils, and how many places UNIQUE leaves.
//!
//! Looks at host names and attributes only. A pattern that cannot be matched here, and a region or zone, bind nothing:
//! whether an app fits at all is the business of `facts::placement`.

use std::collections::{BTreeMap, BTreeSet};

use crate::snapshot::{Agent, Constraint};
use crate::sources::java_regex::Matcher;

/// Field, operator and value of a sound constraint.
fn parts(constraint: &Constraint) -> Option<(&str, &str, Option<&str>)> {
    if !constraint.well_formed {
        return None;
    }
    let mut texts = constraint.elements.iter().map(|element| element.as_deref().ok());
    let (field, operator) = (texts.next()??, texts.next()??);
    Some((field, operator, texts.next().flatten()))
}

/// What a constraint binds to, if it binds to named places: CLUSTER, LIKE and IS do, spreading operators do not.
pub fn bound(constraints: &[Constraint]) -> Option<String> {
    constraints.iter().find_map(|constraint| {
        let (field, operator, value) = parts(constraint)?;
        let binds = ["CLUSTER", "LIKE", "IS"]
            .iter()
            .any(|one| operator.eq_ignore_ascii_case(one));
        binds.then(|| {
            format!("{field} {operator} {}", value.unwrap_or_default())
                .trim_end()
                .to_owned()
        })
    })
}

/// Answers what constraints leave; keeps what was matched once.
#[derive(Debug)]
pub struct Pins<'a> {
    agents: Vec<&'a Agent>,
    matched: BTreeMap<(String, String, String), Option<BTreeSet<usize>>>,
}

impl<'a> Pins<'a> {
    /// Over these agents.
    pub fn new(agents: Vec<&'a Agent>) -> Self {
        Self {
            agents,
            matched: BTreeMap::new(),
        }
    }

    /// Agents (by position) that every CLUSTER, LIKE and IS with a value leaves; `None` = all, or not known.
    pub fn left(&mut self, constraints: &[Constraint]) -> Option<BTreeSet<usize>> {
        let mut left: Option<BTreeSet<usize>> = None;
        for constraint in constraints {
            let Some((field, operator, Some(value))) = parts(constraint) else {
                continue;
            };
            if !matches!(operator, "CLUSTER" | "LIKE" | "IS") || value.is_empty() {
                continue;
            }
            let Some(these) = self.matching(field, operator, value) else {
                continue;
            };
            left = Some(match left {
                None => these.clone(),
                Some(left) => left.intersection(these).copied().collect(),
            });
        }
        left
    }

    fn matching(&mut self, field: &str, operator: &str, value: &str) -> Option<&BTreeSet<usize>> {
        let agents = &self.agents;
        self.matched
            .entry((field.to_owned(), operator.to_owned(), value.to_owned()))
            .or_insert_with(|| matching(agents, field, operator, value))
            .as_ref()
    }

    /// Places that UNIQUE leaves for instances: host names, or values of the attribute, of the agents in `left` (all
    /// where it is `None`) that `takes` says yes to. `None` where no constraint is UNIQUE.
    pub fn unique_places(
        &self,
        constraints: &[Constraint],
        left: Option<&BTreeSet<usize>>,
        takes: impl Fn(&Agent) -> bool,
    ) -> Option<usize> {
        let usable = || {
            let all = self.agents.iter().enumerate();
            all.filter(|(at, agent)| left.is_none_or(|left| left.contains(at)) && takes(agent))
        };
        constraints
            .iter()
            .filter_map(parts)
            .filter(|(_, operator, _)| *operator == "UNIQUE")
            .map(|(field, _, _)| {
                let values: BTreeSet<String> = usable().filter_map(|(_, agent)| value_of(agent, field)).collect();
                values.len()
            })
            .min()
    }
}

/// Value of a field for an agent; `None` where it has none, or more than one.
fn value_of(agent: &Agent, field: &str) -> Option<String> {
    if matches!(field, "hostname" | "@hostname") {
        return Some(agent.hostname.clone());
    }
    if agent.ambiguous_attributes.iter().any(|name| name == field) {
        return None;
    }
    agent.attributes.get(field).map(ToString::to_string)
}

fn matching(agents: &[&Agent], field: &str, operator: &str, value: &str) -> Option<BTreeSet<usize>> {
    if field.starts_with('@') && field != "@hostname" {
        return None;
    }
    let matcher = if operator == "LIKE" {
        Some(Matcher::new(value).ok()?)
    } else {
        None
    };
    let mut these = BTreeSet::new();
    for (at, agent) in agents.iter().enumerate() {
        let Some(own) = value_of(agent, field) else {
            continue;
        };
        let fits = match &matcher {
            Some(matcher) => matcher.matches(&own).ok()?,
            None => own == value,
        };
        if fits {
            these.insert(at);
        }
    }
    Some(these)
}
