//! `expected-change-missing`: the hop should have changed something everywhere, and somewhere it did not. Versions are the business of versions-not-reached.

use std::collections::BTreeMap;

use super::shared;
use crate::checks::shared::few;
use crate::checks::{Check, Context, Saw};
use crate::compare::{Comparison, Component, VersionPair, part};
use crate::model::{
    Area, CheckMeta, Doc, Finding, LedgerEntry, LedgerState, LeftBehind, Severity, Stage, Subject, SubjectKind,
};

/// The check.
pub struct ExpectedChangeMissing;

static META: CheckMeta = CheckMeta {
    id: "expected-change-missing",
    area: Area::Compare,
    title: "what the hop changes everywhere was changed everywhere",
    finding: "{subject} does not show {count} of the changes that the hop makes: {changes}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &["data/marathon/*/apps.json", "data/marathon/*/info.json"],
    requirements: &["S1-136"],
    doc: Doc {
        what: "The ledger of the hop lists what it changes by itself: flags that masters and agents gain or lose, fields that Marathon stops writing, routes, metrics and units that go. A node, app or Marathon that does not show such a change although others do, or although its own version says so, is named. A flag without a default is shown only where it is set, so a new flag counts only where more than half of the nodes gained it. Versions themselves are judged by versions-not-reached. Where no version moved there is nothing to expect: SKIPPED.",
        why: "A node that was left behind often answers with the right version of its package and still runs the old process, an old start script or an old configuration.",
        by_hand: "curl -s http://<agent>:5051/flags | jq -r '.flags | keys[]' on two agents, and diff the two lists; curl -s http://<marathon>/v2/apps | jq '.apps[] | select(.uris) | .id'.",
        remedy: "Look at the process on the node named (start time, command line, version), restart it or run the upgrade there again, then collect and compare again.",
        sources: &[
            "apache/mesos src/master/flags.cpp, src/slave/flags.cpp, tag by tag",
            "mesosphere/marathon changelog.md",
            "DC/OS Upgrade FAQ & Workbook: inventory collected again and compared",
        ],
    },
};

impl Check for ExpectedChangeMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        let ledger = &pair.comparison.ledger;
        if ledger.is_empty() {
            let whole = shared::account(
                pair.comparison,
                &mut Saw::default(),
                &[part::VERSIONS, part::DCOS_VERSIONS],
                "versions",
            );
            if whole {
                saw.skip("no component runs a newer version than before: no hop was made");
            } else {
                saw.unknown_because("no version is known in both archives, so what the hop changes is not known");
            }
            return;
        }
        let owed: Vec<&LedgerEntry> = ledger
            .iter()
            .filter(|entry| entry.must && entry.what != "version" && entry.state != LedgerState::NotJudged)
            .collect();
        for (subject, places) in by_node(&owed) {
            if !left_at_its_version(pair.comparison, subject) {
                fire(saw, subject, &places);
            }
        }
        for entry in &owed {
            of_definitions(saw, entry);
            if entry.state == LedgerState::Unknown {
                saw.unknown_because(
                    entry
                        .why
                        .clone()
                        .unwrap_or_else(|| format!("{} is not known", entry.id)),
                );
            }
        }
        // The ledger itself was read even where no statement of it can be seen in this evidence.
        saw.judged(ledger.len(), "expected changes");
    }
}

/// A node that shows an older version than the others cannot show what they gained: versions-not-reached names it.
fn left_at_its_version(comparison: &Comparison, subject: &Subject) -> bool {
    let reached = |component: Component| {
        let all = comparison.versions.iter().filter(|one| one.component == component);
        all.map(|one| &one.after).max()
    };
    let of = |one: &&VersionPair| one.subject == *subject;
    comparison
        .versions
        .iter()
        .filter(of)
        .any(|one| reached(one.component) > Some(&one.after))
}

fn is_definition(subject: &Subject) -> bool {
    matches!(subject.kind, SubjectKind::App | SubjectKind::Pod)
}

/// What each node lacks: statement and where.
type Lacks<'a> = Vec<(&'a LedgerEntry, &'a LeftBehind)>;

fn by_node<'a>(owed: &[&'a LedgerEntry]) -> BTreeMap<&'a Subject, Lacks<'a>> {
    let mut nodes: BTreeMap<&Subject, Lacks<'_>> = BTreeMap::new();
    for entry in owed {
        for place in entry.missing.iter().filter(|place| !is_definition(&place.subject)) {
            nodes.entry(&place.subject).or_default().push((entry, place));
        }
    }
    nodes
}

/// Places of evidence named per finding.
const NAMED: usize = 5;

fn fire(saw: &mut Saw, subject: &Subject, places: &[(&LedgerEntry, &LeftBehind)]) {
    let ids: Vec<String> = places.iter().map(|(entry, _)| entry.id.clone()).collect();
    let mut finding = Finding::about(subject.clone())
        .with("count", ids.len())
        .with("changes", few(&ids))
        .with("key", "node");
    finding.evidence = places.iter().take(NAMED).map(|(_, place)| place.at.clone()).collect();
    saw.fire(finding);
}

/// Many definitions may lack one statement: one finding says how many.
fn of_definitions(saw: &mut Saw, entry: &LedgerEntry) {
    let places: Vec<&LeftBehind> = entry
        .missing
        .iter()
        .filter(|place| is_definition(&place.subject))
        .collect();
    let Some(first) = places.first() else { return };
    let names: Vec<String> = places.iter().map(|place| place.subject.name.clone()).collect();
    let mut finding = Finding::about(if places.len() == 1 {
        first.subject.clone()
    } else {
        Subject::cluster()
    })
    .with("count", 1_usize)
    .with("changes", format!("{} ({})", entry.id, few(&names)))
    .with("key", entry.id.clone());
    finding.evidence = places.iter().take(NAMED).map(|place| place.at.clone()).collect();
    saw.fire(finding);
}
