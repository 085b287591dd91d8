//! Rules of upgrade guides held against a snapshot: where a condition looks, what stands there, whether it holds.
//!
//! A rule fires on what is seen. What is not in the evidence is never taken for "does not fire": it is said to be
//! unknown, with the reason.

mod endpoints;
mod flags;
mod holds;
pub mod marathon;
mod state;

use crate::knowledge::rule::{Condition, Place, Rule, RuleKind, Test};
use crate::knowledge::{Guide, GuideHop};
use crate::model::{EvidenceRef, Line, Subject, Version};

use super::Facts;
use super::cluster::Kind;

pub use flags::versions;
pub use holds::holds;
pub use state::{AGENT_STATE_PATHS, MASTER_STATE_PATHS};

/// One place where a condition looked.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// Whose value it is (master, agent, app, Marathon …).
    pub subject: Subject,
    /// The name under which it was found (a flag may be shown under a deprecated one); the name looked for where it is absent.
    pub name: String,
    /// The value as text; `None` = it is known to be absent there.
    pub value: Option<String>,
    /// Where it stands, or where it would stand.
    pub at: EvidenceRef,
}

/// Everything a condition could see.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Places that were looked at.
    pub sightings: Vec<Sighting>,
    /// Places that could not be looked at, one sentence each.
    pub unknown: Vec<String>,
}

/// What became of one rule.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// Sightings for which the rule fires.
    pub fires: Vec<Sighting>,
    /// How many places were judged.
    pub judged: usize,
    /// What could not be judged.
    pub unknown: Vec<String>,
    /// Evidence does not settle the rule: it belongs among the manual items.
    pub manual: bool,
}

/// One rule of a hop, and what became of it.
#[derive(Debug, Clone)]
pub struct Held<'g> {
    /// The hop whose rule it is.
    pub hop: &'g GuideHop,
    /// The rule.
    pub rule: &'g Rule,
    /// What became of it.
    pub judged: Judged,
}

/// Rules of the way from one version to another, with their hops, in the order of the guide; `None`: the guide does not
/// know the way. A rule of a later release of a line belongs to the way that crosses that release.
pub fn between<'g>(guide: &'g Guide, from: &Version, to: &Version) -> Option<Vec<(&'g GuideHop, &'g Rule)>> {
    let crossed = guide.between(from, to)?;
    // A version of two numbers may be any release of its line: the stricter reading counts.
    let same_line = |a: &Version, b: &Version| a.line() == b.line();
    let reached = |since: &Version| to >= since || (to.patch.is_none() && same_line(to, since));
    let behind = |since: &Version| from < since && same_line(from, since);
    let begun = guide.hops.iter().filter(|hop| hop.to == Line::from(from));
    let late = begun.flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)));
    let late = late.filter(|(_, rule)| rule.since.as_ref().is_some_and(behind));
    let rules = crossed.into_iter();
    let rules = rules.flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)));
    let all = late.chain(rules);
    let stays = |hop: &GuideHop| Line::from(to) == hop.to;
    Some(
        all.filter(|(hop, rule)| rule.since.as_ref().is_none_or(reached) && (!rule.backport || stays(hop)))
            .collect(),
    )
}

/// Holds every rule of a way that `filter` lets through against a snapshot, in the order of the guide; `None`: the guide
/// does not know the way. Rules without a condition are left out: they are manual items, or only inform.
pub fn across<'g>(
    guide: &'g Guide,
    (from, to): (&Version, &Version),
    facts: &Facts<'_>,
    filter: impl Fn(&Rule) -> bool,
) -> Option<Vec<Held<'g>>> {
    let rules = between(guide, from, to)?.into_iter();
    Some(
        rules
            .filter(|(_, rule)| rule.fires.is_some() && filter(rule))
            .map(|(hop, rule)| Held {
                hop,
                rule,
                judged: judge(rule, guide, facts),
            })
            .collect(),
    )
}

/// Rules of the way from one version to another that a person has to look at, in the order of the guide; `None`: the
/// guide does not know the way.
pub fn manual_items<'g>(guide: &'g Guide, from: &Version, to: &Version) -> Option<Vec<&'g Rule>> {
    let rules = between(guide, from, to)?.into_iter();
    Some(rules.map(|(_, rule)| rule).filter(|rule| rule.manual).collect())
}

/// Holds a rule against a snapshot.
pub fn judge(rule: &Rule, guide: &Guide, facts: &Facts<'_>) -> Judged {
    let mut judged = match &rule.fires {
        Some(condition) => held(condition, guide, facts),
        None => Judged::default(),
    };
    judged.manual = rule.manual;
    if rule.kind == RuleKind::Module {
        let dcos = facts.cluster.kind.known() == Some(&Kind::Dcos);
        judged
            .fires
            .retain(|sighting| !sighting.value.as_deref().is_some_and(|value| shipped(value, dcos)));
    }
    judged
}

/// Modules that come with Mesos itself, or with the DC/OS release: nobody has to rebuild those.
///
/// apache/mesos `src/Makefile.am` (`org_apache_mesos_*`); dcos/dcos `gen/dcos-config.yaml` and dcos-mesos-modules (`com_mesosphere_*`).
fn shipped(value: &str, dcos: bool) -> bool {
    value.split(',').map(str::trim).all(|module| {
        module.is_empty()
            || module.starts_with("org_apache_mesos_")
            || (dcos && (module.starts_with("com_mesosphere_") || module == "local"))
    })
}

fn held(condition: &Condition, guide: &Guide, facts: &Facts<'_>) -> Judged {
    let mut judged = Judged::default();
    let looked = look(condition, guide, facts);
    judged.unknown = looked.unknown;
    let resolved = resolved(condition, facts);
    for sighting in looked.sightings {
        match holds(&resolved, sighting.value.as_deref()) {
            Ok(fires) => {
                judged.judged += 1;
                if fires {
                    judged.fires.push(sighting);
                }
            }
            Err(why) => judged.unknown.push(format!("{}: {why}", sighting.subject)),
        }
    }
    let Some(only_if) = condition.only_if.as_deref().filter(|_| !judged.fires.is_empty()) else {
        return judged;
    };
    let other = held(only_if, guide, facts);
    if other.fires.is_empty() {
        judged.fires.clear();
        judged.unknown.extend(other.unknown);
    }
    judged
}

/// A majority is one of the masters of this cluster: their number is the value to compare with.
fn resolved(condition: &Condition, facts: &Facts<'_>) -> Condition {
    let mut condition = condition.clone();
    if condition.test == Test::NotAMajority {
        let snapshot = facts.snapshot;
        let masters = snapshot
            .masters
            .len()
            .max(snapshot.origin.manifest.expected.masters.len());
        condition.values = vec![masters.to_string()];
    }
    condition
}

/// Looks at the places of a condition.
pub fn look(condition: &Condition, guide: &Guide, facts: &Facts<'_>) -> Looked {
    let mut looked = Looked::default();
    let places = std::iter::once(&condition.on).chain(&condition.also_on);
    for place in places {
        for path in std::iter::once(&condition.path).chain(&condition.also) {
            let part = look_at(*place, path, condition, guide, facts);
            looked.sightings.extend(part.sightings);
            for why in part.unknown {
                if !looked.unknown.contains(&why) {
                    looked.unknown.push(why);
                }
            }
        }
    }
    looked
}

fn look_at(place: Place, path: &str, condition: &Condition, guide: &Guide, facts: &Facts<'_>) -> Looked {
    let seek = Seek { path, condition };
    match place {
        Place::MasterFlags => flags::masters(&seek, guide, facts),
        Place::AgentFlags => flags::agents(&seek, guide, facts),
        Place::MasterState => state::master(&seek, facts),
        Place::AgentState => state::agents(&seek, facts),
        Place::MasterMetrics => state::metrics(&seek, facts),
        Place::MasterEndpoint => endpoints::masters(&seek, guide, facts),
        Place::AgentEndpoint => endpoints::agents(&seek, guide, facts),
        Place::HostFile => Looked::default(),
        place => marathon::everywhere(place, path, facts),
    }
}

/// What is looked for at one place.
struct Seek<'c> {
    /// Name or path, of those of the condition.
    path: &'c str,
    condition: &'c Condition,
}

impl Seek<'_> {
    /// Why an answer of that line says nothing about the path.
    fn hidden(&self, line: Option<Line>) -> Option<String> {
        let since = self.condition.visible_since?;
        match line {
            Some(line) if line >= since => None,
            Some(line) => Some(format!(
                "Mesos {line} does not show `{}` (shown since {since})",
                self.path
            )),
            None => Some(format!(
                "`{}` is shown since Mesos {since}, and the version is not known",
                self.path
            )),
        }
    }

    /// What an answer says: `value`, or that it is absent; where absence says nothing, why it is unknown.
    fn found(
        &self,
        subject: &Subject,
        line: Option<Line>,
        name: &str,
        value: Option<String>,
        at: EvidenceRef,
    ) -> Result<Sighting, String> {
        if let Some(why) = self.hidden(line) {
            return Err(why);
        }
        if value.is_none() && self.condition.absence_unknown {
            return Err(format!(
                "`{name}` is not shown, which does not mean that it is not there"
            ));
        }
        Ok(Sighting {
            at: match &value {
                Some(value) => at.quoting(value),
                None => at,
            },
            subject: subject.clone(),
            name: name.to_owned(),
            value,
        })
    }
}

/// Collects sightings, and the names of those that could not be looked at under their reasons: one sentence for
/// thousands of agents, not thousands of sentences.
#[derive(Default)]
struct Gathered {
    sightings: Vec<Sighting>,
    silent: Vec<(String, Vec<String>)>,
}

impl Gathered {
    fn take(&mut self, name: &str, found: Result<Sighting, String>) {
        match found {
            Ok(sighting) => self.sightings.push(sighting),
            Err(why) => self.silent(name, why),
        }
    }

    fn silent(&mut self, name: &str, why: String) {
        match self.silent.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, names)) => names.push(name.to_owned()),
            None => self.silent.push((why, vec![name.to_owned()])),
        }
    }

    /// `what`: `master`, `agent`, `framework`.
    fn finish(self, what: &str) -> Looked {
        const NAMED: usize = 3;
        let unknown = self.silent.into_iter().map(|(why, names)| {
            let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            match names.len() {
                1 => format!("{what} {shown}: {why}"),
                count if count <= NAMED => format!("{what}s {shown}: {why}"),
                count => format!("{count} {what}s ({shown} …): {why}"),
            }
        });
        Looked {
            unknown: unknown.collect(),
            sightings: self.sightings,
        }
    }
}
