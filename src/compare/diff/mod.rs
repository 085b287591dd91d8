//! The differences, one file per part of a snapshot. Judges nothing beyond what the hop makes.

mod agents;
pub mod apps;
pub mod constraints;
mod frameworks;
mod iam;
mod leaders;
mod marathons;
mod masters;
mod packages;
pub mod tasks;
pub mod versions;
mod zookeeper;

use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::knowledge::Knowledge;
use crate::model::{Change, ChangeKind, EvidenceRef, Expectation, Subject};
use crate::snapshot::{Agent, Framework};

use super::Comparison;
use super::align::{self, Aligned};
use super::expected::{Hop, Judgement};
use super::part::{self, Both, Side};

/// The two sides, and what of them is aligned once for all parts.
#[derive(Debug)]
pub struct Sides<'a> {
    /// Facts before.
    pub before: &'a Facts<'a>,
    /// Facts after.
    pub after: &'a Facts<'a>,
    /// Agents, where they may be compared.
    pub agents: Option<Aligned<'a, Agent>>,
    /// Frameworks, where they may be compared.
    pub frameworks: Option<Aligned<'a, Framework>>,
    /// The hop.
    pub hop: Hop,
    /// What the documents say.
    pub knowledge: &'a Knowledge,
}

impl Sides<'_> {
    /// Whether evidence says on either side that this is Mesos without DC/OS, and on neither that it is DC/OS.
    fn plain_mesos(&self) -> bool {
        let kinds = [&self.before.cluster.kind, &self.after.cluster.kind].map(|kind| kind.known().copied());
        kinds.contains(&Some(Kind::Mesos)) && !kinds.contains(&Some(Kind::Dcos))
    }
}

/// Compares every part.
pub fn all(before: &Facts<'_>, after: &Facts<'_>, knowledge: &Knowledge, comparison: &mut Comparison) {
    let (one, other) = (&before.cluster, &after.cluster);
    let agents = comparison
        .both(
            part::AGENTS,
            Side {
                seen: &before.snapshot.agents,
                false_witness: one.state_doubt.as_ref(),
                partial: one.agents_doubt.as_ref(),
            },
            Side {
                seen: &after.snapshot.agents,
                false_witness: other.state_doubt.as_ref(),
                partial: other.agents_doubt.as_ref(),
            },
        )
        .map(|Both { before, after }| align::agents(before.0, after.0));
    let frameworks = comparison
        .both(
            part::FRAMEWORKS,
            Side {
                seen: &before.snapshot.frameworks,
                false_witness: one.state_doubt.as_ref(),
                partial: one.frameworks_doubt.as_ref(),
            },
            Side {
                seen: &after.snapshot.frameworks,
                false_witness: other.state_doubt.as_ref(),
                partial: other.frameworks_doubt.as_ref(),
            },
        )
        .map(|Both { before, after }| align::frameworks(before.0, after.0));
    let mut sides = Sides {
        before,
        after,
        agents,
        frameworks,
        hop: Hop::default(),
        knowledge,
    };
    comparison.versions = versions::pairs(&sides, comparison);
    sides.hop = Hop::of(&comparison.versions);
    comparison.from.clone_from(&sides.hop.from);
    comparison.to.clone_from(&sides.hop.to);
    versions::diff(&sides, comparison);
    masters::diff(&sides, comparison);
    leaders::diff(&sides, comparison);
    agents::diff(&sides, comparison);
    frameworks::diff(&sides, comparison);
    frameworks::history(&sides, comparison);
    tasks::diff(&sides, comparison);
    marathons::diff(&sides, comparison);
    packages::diff(&sides, comparison);
    iam::diff(&sides, comparison);
    zookeeper::diff(&sides, comparison);
}

/// One change being written down.
struct Line(Change);

impl Line {
    fn new(subject: Subject, kind: ChangeKind, judgement: Judgement) -> Self {
        Self(Change {
            subject,
            kind,
            field: None,
            before: None,
            after: None,
            expectation: judgement.expectation,
            why: judgement.why,
            expected_by: judgement.by.map(ToOwned::to_owned),
            evidence: Vec::new(),
        })
    }

    fn unexpected(subject: Subject, kind: ChangeKind, why: impl Into<String>) -> Self {
        Self::new(subject, kind, Judgement::of(Expectation::Unexpected, why))
    }

    fn tolerated(subject: Subject, kind: ChangeKind, why: impl Into<String>) -> Self {
        Self::new(subject, kind, Judgement::of(Expectation::Tolerated, why))
    }

    fn field(mut self, name: impl Into<String>) -> Self {
        self.0.field = Some(name.into());
        self
    }

    fn from(mut self, before: Option<String>) -> Self {
        self.0.before = before;
        self
    }

    fn to(mut self, after: Option<String>) -> Self {
        self.0.after = after;
        self
    }

    /// Where it was seen in the archive before.
    fn seen_before(mut self, at: &EvidenceRef) -> Self {
        self.0
            .evidence
            .push(at.clone().quoting(quote("before", self.0.before.as_deref())));
        self
    }

    /// Where it was seen in the archive after.
    fn seen_after(mut self, at: &EvidenceRef) -> Self {
        self.0
            .evidence
            .push(at.clone().quoting(quote("after", self.0.after.as_deref())));
        self
    }
}

fn quote(side: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{side}: {value}"),
        None => side.to_owned(),
    }
}

impl Comparison {
    fn note(&mut self, line: Line) {
        self.changes.push(line.0);
    }
}
