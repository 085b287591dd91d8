//! Components of one kind that the window left at different versions, beside those that merely stayed behind.

use std::collections::BTreeSet;

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::{Component, VersionPair, part};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject, SubjectKind, Version};
use crate::snapshot::Snapshot;

/// The check.
pub struct VersionsMixedAfter;

const META: CheckMeta = CheckMeta {
    id: "versions-mixed-after",
    area: Area::Compare,
    title: "the window left no mix of versions",
    finding: "{component} on {name} runs {after}, the others went to {wanted}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &["data/mesos-master/*/version.json", "data/mesos-master/*/state.json"],
    requirements: &["S1-13", "S1-17", "S1-21", "S1-25"],
    doc: Doc {
        what: "Masters, and agents, that the window moved or added must all run the same Mesos. One that stayed at its old version is reported by versions-not-reached; a mix that stood before and was not touched is the business of the checks over one archive.",
        why: "Two different new versions mean two different installers, or a node that was set up from the wrong one: no combination that anybody has tested.",
        by_hand: "curl http://<master>:5050/version for every master; curl http://<leader>:5050/slaves | jq -r '.slaves[].version' | sort | uniq -c.",
        remedy: "Upgrade the nodes named with the installer of the others.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: bundled component versions only; agents are added before or after a window, at the matching version",
            "apache/mesos docs/versioning.md",
        ],
    },
};

impl Check for VersionsMixedAfter {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        let versions = &pair.comparison.versions;
        for component in [Component::MesosMaster, Component::MesosAgent] {
            let mut fresh = added(component, versions, pair.before.snapshot, context.facts.snapshot);
            fresh.extend(versions.iter().filter(|one| moved(component, one)).map(|one| {
                let at = one.evidence[1].clone();
                (one.subject.clone(), one.after.clone(), at)
            }));
            let Some(wanted) = wanted(component, versions) else {
                continue;
            };
            for (subject, version, at) in fresh {
                if version != wanted {
                    saw.fire(
                        Finding::about(subject)
                            .with("component", component.as_str())
                            .with("after", version.to_string())
                            .with("wanted", wanted.to_string())
                            .with("key", component.as_str())
                            .seen_at(at.quoting(version)),
                    );
                }
            }
        }
        shared::account(pair.comparison, saw, &[part::VERSIONS], "versions");
        for (name, why) in &pair.comparison.unknown {
            if name == part::AGENTS || name == part::MASTERS {
                saw.unknown(why);
            }
        }
    }
}

fn moved(component: Component, one: &VersionPair) -> bool {
    one.component == component && one.before != one.after
}

/// The version the others went to: the newest any of them moved to; where none moved, the newest there was.
fn wanted(component: Component, versions: &[VersionPair]) -> Option<Version> {
    let after = |one: &VersionPair| one.after.clone();
    let newest = versions.iter().filter(|one| moved(component, one)).map(after).max();
    newest.or_else(|| {
        versions
            .iter()
            .filter(|one| one.component == component)
            .map(after)
            .max()
    })
}

/// Masters and agents of which there was no version before: added in the window.
fn added(
    component: Component,
    versions: &[VersionPair],
    before: &Snapshot,
    after: &Snapshot,
) -> Vec<(Subject, Version, EvidenceRef)> {
    let aligned: BTreeSet<&Subject> = versions.iter().map(|one| &one.subject).collect();
    if component == Component::MesosMaster {
        let was = |host: &str| before.masters.iter().any(|master| master.host == host);
        let new = after.masters.iter().filter(|master| !was(&master.host));
        return new
            .filter_map(|master| {
                let (version, at) = master.version.get().ok()?;
                Some((
                    Subject::named(SubjectKind::Master, &master.host),
                    version.clone(),
                    at.clone(),
                ))
            })
            .collect();
    }
    let was: BTreeSet<&str> = before
        .agents
        .known()
        .into_iter()
        .flatten()
        .map(|agent| agent.id.as_str())
        .collect();
    let new = after
        .agents
        .known()
        .into_iter()
        .flatten()
        .filter(|agent| !was.contains(agent.id.as_str()));
    new.filter_map(|agent| {
        let version = agent.version.as_deref()?.parse().ok()?;
        let subject = Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname);
        (!aligned.contains(&subject)).then(|| (subject, version, agent.at.at(format!("{}/version", agent.at.pointer))))
    })
    .collect()
}
