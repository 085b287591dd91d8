//! The constraints of a workload worked out against every agent: who is left, and what is counted among them.
//!
//! Worked out once for all workloads that ask the same. Never judges.

use std::collections::{BTreeMap, BTreeSet};

use super::bound::{self, UNKNOWN};
use super::rule::{Count, Rule, Test};
use super::seats::{Roles, Seats, Tri};
use super::semantics::Semantics;
use super::text::{Field, Reading};
use crate::snapshot::{Agent, Constraint};

/// Number of a text that is not there.
pub(super) const ABSENT: u32 = u32::MAX - 1;
/// So many texts that an expression cannot be matched with, and it is not tried on the others: each may take long.
const FAILURES: usize = 4;

/// One field of every agent: its texts by number.
#[derive(Debug)]
pub(super) struct Column {
    /// For each agent the number of its text, [`ABSENT`] or [`UNKNOWN`].
    pub(super) of: Vec<u32>,
    /// The texts.
    pub(super) texts: Vec<String>,
    /// The number of each text.
    numbers: BTreeMap<String, u32>,
    /// Agents that give the attribute more than once.
    pub(super) doubled: Vec<usize>,
    /// Why a text is not known, of the first agent where one is not.
    pub(super) why: Option<String>,
}

impl Column {
    fn new(field: &Field, agents: &[Agent], semantics: Semantics) -> Self {
        let mut this = Self {
            numbers: BTreeMap::new(),
            of: Vec::with_capacity(agents.len()),
            texts: Vec::new(),
            doubled: Vec::new(),
            why: None,
        };
        for (at, agent) in agents.iter().enumerate() {
            if field.doubled(agent) {
                this.doubled.push(at);
            }
            let number = match field.read(agent, semantics) {
                Reading::Absent => ABSENT,
                Reading::Unknown(why) => {
                    this.why
                        .get_or_insert_with(|| format!("{field} of agent {}: {why}", agent.hostname));
                    UNKNOWN
                }
                Reading::Text(text) => {
                    if let Some(number) = this.numbers.get(text.as_ref()) {
                        *number
                    } else {
                        // There are fewer texts than agents, and fewer agents than this.
                        let number = u32::try_from(this.texts.len()).unwrap_or(UNKNOWN);
                        this.texts.push(text.clone().into_owned());
                        this.numbers.insert(text.into_owned(), number);
                        number
                    }
                }
            };
            this.of.push(number);
        }
        this
    }

    /// The text of an agent.
    pub(super) fn text(&self, agent: usize) -> Option<&str> {
        let number = *self.of.get(agent)?;
        self.texts.get(usize::try_from(number).ok()?).map(String::as_str)
    }

    fn number(&self, agent: usize) -> u32 {
        self.of.get(agent).copied().unwrap_or(UNKNOWN)
    }
}

/// Every field that a constraint named so far.
#[derive(Debug, Default)]
pub(super) struct Columns(BTreeMap<Field, Column>);

impl Columns {
    pub(super) fn of(&mut self, field: &Field, agents: &[Agent], semantics: Semantics) -> &Column {
        if !self.0.contains_key(field) {
            self.0.insert(field.clone(), Column::new(field, agents, semantics));
        }
        self.0
            .entry(field.clone())
            .or_insert_with(|| Column::new(field, agents, semantics))
    }
}

/// An agent that may take instances.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its place in the list of agents.
    pub(super) agent: usize,
    /// Whether it takes them for certain.
    pub(super) sure: bool,
    /// Number of its text for each rule that counts.
    pub(super) texts: Box<[u32]>,
}

/// What a workload asks, worked out.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) members: Vec<Member>,
    pub(super) counts: Vec<Count>,
    /// A constraint that cannot be judged: nothing is said to fit.
    pub(super) unsure: bool,
    /// Why it may not be told whether everything fits, where something is not known.
    pub(super) doubt: Option<String>,
    /// Bounds by what is taken away, and by the instances where they matter.
    pub(super) bounds: BTreeMap<(Vec<usize>, u64), Bounds>,
}

/// Two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Not more than this, whatever is not known.
    pub(super) most: u64,
    /// The bound by what is known alone.
    pub(super) known: u64,
}

/// What a plan is worked out from.
#[derive(Debug)]
pub(super) struct Ground<'g> {
    pub(super) agents: &'g [Agent],
    pub(super) seats: &'g Seats,
    pub(super) semantics: Semantics,
}

impl Ground<'_> {
    /// Whether an agent is offered to a workload of these roles at all.
    pub(super) fn offered(&self, at: usize, roles: &Roles, regional: bool) -> Tri {
        let Some(agent) = self.agents.get(at) else {
            return Tri::No;
        };
        let up = self.seats.up.get(at).copied().unwrap_or(Tri::Maybe);
        let home = if regional {
            Tri::Yes
        } else {
            self.seats.at_home(agent, self.semantics)
        };
        up.min(home).min(roles.offered(agent))
    }
}

/// Whether constraints name region or zone, so that the local region no longer holds.
pub(super) fn regional(constraints: &[Constraint]) -> bool {
    constraints.iter().any(
        |constraint| matches!(constraint.elements.first(), Some(Ok(field)) if field == "@region" || field == "@zone"),
    )
}

impl Plan {
    /// `offered`: the agents that it is offered at all, and whether for certain.
    pub(super) fn new(
        ground: &Ground<'_>,
        columns: &mut Columns,
        constraints: &[Constraint],
        offered: &[(usize, bool)],
    ) -> Self {
        let (mut doubt, mut unsure) = (None, false);
        let mut left: Vec<(usize, bool)> = offered.to_vec();
        let host = |at: usize| ground.agents.get(at).map_or("", |agent| agent.hostname.as_str());
        if let Some((first, _)) = left.iter().find(|(_, sure)| !sure) {
            let host = host(*first);
            doubt = Some(format!(
                "whether agent {host} takes it cannot be told (maintenance, roles or region)"
            ));
        }
        let asked: Vec<Rule> = constraints
            .iter()
            .map(|constraint| Rule::of(constraint, ground.semantics))
            .collect();
        let mut counts = Vec::new();
        let mut counted = Vec::new();
        for (rule, constraint) in asked.iter().zip(constraints) {
            match rule {
                Rule::Unsure(why) => {
                    unsure = true;
                    doubt.get_or_insert_with(|| format!("what {} asks is not known: {why}", constraint.raw));
                }
                Rule::Each(field, _) | Rule::Astray(field) => {
                    let column = columns.of(field, ground.agents, ground.semantics);
                    let verdicts = verdicts(rule, column, ground.agents);
                    left.retain_mut(|(agent, sure)| {
                        let verdict = verdicts.of(column.number(*agent));
                        *sure &= verdict == Tri::Yes;
                        verdict != Tri::No
                    });
                    if let Some(why) = verdicts.why {
                        doubt.get_or_insert_with(|| format!("what {} asks is not known: {why}", constraint.raw));
                    }
                }
                Rule::Count(field, count) => {
                    let column = columns.of(field, ground.agents, ground.semantics);
                    left.retain(|(agent, _)| column.number(*agent) != ABSENT);
                    if left.iter().any(|(agent, _)| column.number(*agent) == UNKNOWN) {
                        doubt = doubt.or_else(|| column.why.clone());
                    }
                    counts.push(*count);
                    counted.push(field);
                }
            }
        }
        let mut members: Vec<Member> = left
            .iter()
            .map(|(agent, sure)| Member {
                agent: *agent,
                sure: *sure,
                texts: vec![UNKNOWN; counted.len()].into(),
            })
            .collect();
        for (rule, field) in counted.into_iter().enumerate() {
            let column = columns.of(field, ground.agents, ground.semantics);
            for member in &mut members {
                // Up to 1.5 an instance is found by any of its agent's values of that name.
                let doubled = !ground.semantics.domains && column.doubled.binary_search(&member.agent).is_ok();
                let text = if doubled { UNKNOWN } else { column.number(member.agent) };
                if text == UNKNOWN {
                    member.sure = false;
                    doubt.get_or_insert_with(|| {
                        format!("agent {} gives an attribute more than once", host(member.agent))
                    });
                }
                if let Some(place) = member.texts.get_mut(rule) {
                    *place = text;
                }
            }
        }
        Self {
            members,
            counts,
            unsure,
            doubt,
            bounds: BTreeMap::new(),
        }
    }

    /// A plan of no agent and no rule: nothing is said to fit.
    pub(super) fn nothing() -> Self {
        Self {
            members: Vec::new(),
            counts: Vec::new(),
            unsure: true,
            doubt: None,
            bounds: BTreeMap::new(),
        }
    }

    /// Whether an agent may take instances. Members stand in the order of agents.
    pub(super) fn holds(&self, agent: usize) -> bool {
        self.members.binary_search_by_key(&agent, |member| member.agent).is_ok()
    }

    /// The bounds without these agents (sorted).
    pub(super) fn bounds(&mut self, without: &[usize], instances: u64) -> Bounds {
        // What is taken away matters only where it was a member; then plans of few agents remember little.
        let without: Vec<usize> = without.iter().copied().filter(|agent| self.holds(*agent)).collect();
        let divided = self.counts.iter().any(|count| matches!(count, Count::Divided(_)));
        let key = (without, if divided { instances } else { 0 });
        if let Some(bounds) = self.bounds.get(&key) {
            return *bounds;
        }
        let rows = |sure: bool| -> Vec<bound::Row<'_>> {
            self.members
                .iter()
                .filter(|member| (member.sure || !sure) && key.0.binary_search(&member.agent).is_err())
                .map(|member| &*member.texts)
                .collect()
        };
        let most = rows(false);
        let known = rows(true);
        let bounds = Bounds {
            most: room(&most, &self.counts, instances),
            known: room(&known, &self.counts, instances),
        };
        self.bounds.insert(key, bounds);
        bounds
    }
}

/// The bound, where at least one agent is left.
pub(super) fn room(rows: &[bound::Row<'_>], counts: &[Count], instances: u64) -> u64 {
    if rows.is_empty() {
        0
    } else {
        bound::at_most(rows, counts, instances)
    }
}

/// What a test says of every text of a column.
pub(super) struct Verdicts {
    texts: Vec<Tri>,
    absent: Tri,
    unknown: Tri,
    /// Why it is not known for some text.
    pub(super) why: Option<String>,
}

impl Verdicts {
    pub(super) fn of(&self, number: u32) -> Tri {
        match number {
            ABSENT => self.absent,
            UNKNOWN => self.unknown,
            text => usize::try_from(text)
                .ok()
                .and_then(|text| self.texts.get(text))
                .copied()
                .unwrap_or(Tri::Maybe),
        }
    }
}

/// Holds a test against every text of its column.
pub(super) fn verdicts(rule: &Rule, column: &Column, agents: &[Agent]) -> Verdicts {
    let mut why = column.why.clone();
    let tri = |yes: bool| if yes { Tri::Yes } else { Tri::No };
    let mut failures = 0;
    let texts = match rule {
        Rule::Each(_, Test::Equals(value)) => {
            let mut all = vec![Tri::No; column.texts.len()];
            let equal = column
                .numbers
                .get(value)
                .and_then(|number| usize::try_from(*number).ok());
            if let Some(one) = equal.and_then(|number| all.get_mut(number)) {
                *one = Tri::Yes;
            }
            all
        }
        Rule::Each(_, test) => column
            .texts
            .iter()
            .map(|text| {
                if failures >= FAILURES {
                    return Tri::Maybe;
                }
                match test.passes(text) {
                    Ok(passes) => tri(passes),
                    Err(reason) => {
                        failures += 1;
                        why.get_or_insert(reason);
                        Tri::Maybe
                    }
                }
            })
            .collect(),
        Rule::Astray(_) => {
            let hosts: BTreeSet<&str> = agents.iter().map(|agent| agent.hostname.as_str()).collect();
            if column.texts.iter().any(|text| hosts.contains(text.as_str())) {
                why.get_or_insert_with(|| {
                    "this release counts a value only where it is a host name, and some are".to_owned()
                });
                vec![Tri::Maybe; column.texts.len()]
            } else {
                vec![Tri::Yes; column.texts.len()]
            }
        }
        _ => vec![Tri::Yes; column.texts.len()],
    };
    let absent = matches!(rule, Rule::Each(_, test) if test.passes_absent());
    Verdicts {
        texts,
        absent: tri(absent),
        unknown: Tri::Maybe,
        why,
    }
}
