//! The ledger of a hop held against two snapshots: which expected changes were seen, and where a node was left behind.
//!
//! Every change that was called expected must be backed by a statement of the ledger of this hop, else it is not expected.
//! What evidence does not show is "not judged", never "seen".

mod names;
mod values;

use crate::facts::Facts;
use crate::knowledge::Knowledge;
use crate::knowledge::ledger::{ExpectedChange, HopVersions, Of, What, expected};
use crate::model::{EvidenceRef, Expectation, LedgerEntry, LedgerState, LeftBehind, Version};

use super::Comparison;
use super::diff::versions::Component;

/// The snapshots that a statement is held against.
#[derive(Debug, Clone, Copy)]
struct Sides<'a> {
    before: &'a Facts<'a>,
    after: &'a Facts<'a>,
    comparison: &'a Comparison,
}

/// What looking for one expected change gave.
#[derive(Debug, Default)]
struct Found {
    seen: u64,
    missing: Vec<LeftBehind>,
    why: Option<String>,
    /// Evidence that is missing, in words.
    unknown: Option<String>,
}

impl Found {
    fn not_judged(why: impl Into<String>) -> Self {
        Self {
            why: Some(why.into()),
            ..Self::default()
        }
    }

    fn miss(&mut self, subject: crate::model::Subject, at: EvidenceRef) {
        self.missing.push(LeftBehind { subject, at });
    }

    fn unknown(why: impl Into<String>) -> Self {
        Self {
            unknown: Some(why.into()),
            ..Self::default()
        }
    }

    fn state(&self) -> LedgerState {
        match (self.seen, self.missing.len()) {
            (_, 0) if self.unknown.is_some() => LedgerState::Unknown,
            (0, 0) => LedgerState::NotJudged,
            (_, 0) => LedgerState::Seen,
            (0, _) => LedgerState::NotSeen,
            _ => LedgerState::Partly,
        }
    }
}

/// Statements that make the same change: where the first is no part of the hop, the second may be.
const ALSO: [(&str, &str); 1] = [("mesos-1.4-domain", "dcos-1.11-fault-domain")];

/// Fills in the ledger, and takes back what was called expected without a statement that says so.
pub fn settle(comparison: &mut Comparison, before: &Facts<'_>, after: &Facts<'_>, knowledge: &Knowledge) {
    let versions = versions(comparison);
    let statements = expected(knowledge, &versions);
    for change in &mut comparison.changes {
        if change.expectation != Expectation::Expected {
            continue;
        }
        let backed = |id: &&str| statements.iter().any(|statement| statement.id == *id);
        let cited = change.expected_by.as_deref().unwrap_or_default();
        let also = ALSO.iter().filter(|(id, _)| *id == cited).map(|(_, also)| *also);
        if let Some(id) = std::iter::once(cited).chain(also).find(backed) {
            change.expected_by = Some(id.to_owned());
            continue;
        }
        // What a process forgets is forgotten at any restart; everything else needs a hop that says so.
        change.expectation = if change.expected_by.as_deref() == Some("mesos-history") {
            Expectation::Tolerated
        } else {
            change.why = format!(
                "{}; but no statement about this hop says that it makes this change",
                change.why
            );
            Expectation::Unexpected
        };
        change.expected_by = None;
    }
    let ledger = statements
        .into_iter()
        .map(|statement| {
            let sides = Sides {
                before,
                after,
                comparison,
            };
            entry(sides, &versions, statement)
        })
        .collect();
    comparison.ledger = ledger;
}

/// Versions of the hop as both archives show them: of the components that moved, the lowest before and the highest after.
fn versions(comparison: &Comparison) -> HopVersions {
    let span = |components: &[Component]| -> Option<(Version, Version)> {
        let pairs = || {
            comparison
                .versions
                .iter()
                .filter(|pair| components.contains(&pair.component))
        };
        let moved = || pairs().filter(|pair| pair.before != pair.after);
        let from = moved().map(|pair| &pair.before).min();
        let from = from.or_else(|| pairs().map(|pair| &pair.before).max())?;
        Some((from.clone(), pairs().map(|pair| &pair.after).max()?.clone()))
    };
    HopVersions {
        dcos: span(&[Component::Dcos]),
        mesos: span(&[Component::MesosMaster, Component::MesosAgent]),
        marathon: span(&[Component::Marathon]),
    }
}

fn entry(sides: Sides<'_>, versions: &HopVersions, statement: ExpectedChange) -> LedgerEntry {
    let found = match statement.what {
        What::Version => version(sides, versions, statement.product),
        What::Leader | What::History => cited(sides, &statement.id),
        What::Flag => names::flag(sides, &statement),
        What::Metric if statement.of == "marathon" => values::marathon_metrics(sides, &statement),
        What::Metric => names::metric(sides, &statement),
        What::Unit => names::unit(sides, &statement),
        What::AppField => values::app_field(sides, &statement),
        What::Endpoint => values::endpoint(sides, &statement),
        What::StateField | What::Identifier | What::Answer => {
            let found = cited(sides, &statement.id);
            if found.seen > 0 {
                found
            } else {
                Found::not_judged("gonogo does not look for it; it explains differences")
            }
        }
    };
    LedgerEntry {
        id: statement.id,
        what: statement.what.as_str().to_owned(),
        text: statement.text,
        must: statement.must,
        state: found.state(),
        seen: found.seen,
        missing: found.missing,
        why: found.unknown.or(found.why),
        sources: statement.sources,
    }
}

/// Seen as often as changes name the statement; where none does, nothing was left behind.
fn cited(sides: Sides<'_>, id: &str) -> Found {
    let named = |change: &&crate::model::Change| change.expected_by.as_deref() == Some(id);
    let seen = sides.comparison.changes.iter().filter(named).count() as u64;
    Found {
        seen,
        why: (seen == 0).then(|| "the hop may make this change, and did not".to_owned()),
        ..Found::default()
    }
}

/// Every component of the product at the version that the hop reached; nested Marathons go by themselves.
fn version(sides: Sides<'_>, versions: &HopVersions, product: Of) -> Found {
    let (components, to): (&[Component], _) = match product {
        Of::Dcos => (&[Component::Dcos], &versions.dcos),
        Of::Mesos => (&[Component::MesosMaster, Component::MesosAgent], &versions.mesos),
        Of::Marathon => (&[Component::Marathon], &versions.marathon),
    };
    let Some((_, to)) = to else {
        return Found::not_judged("no version is known on both sides");
    };
    let root = |name: &str| {
        let all = &sides.after.snapshot.marathons;
        all.iter().any(|marathon| marathon.root && marathon.name == name)
    };
    let mut found = Found::default();
    for pair in &sides.comparison.versions {
        let part =
            components.contains(&pair.component) && (pair.component != Component::Marathon || root(&pair.subject.name));
        if !part {
            continue;
        }
        if pair.after == *to {
            found.seen += 1;
        } else {
            found.miss(pair.subject.clone(), pair.evidence[1].clone());
        }
    }
    found
}
