//! Components that did not reach the version of the hop.

use std::collections::BTreeMap;

use super::shared;
use crate::checks::{Check, Context, Pair, Saw};
use crate::compare::{Component, VersionPair, part};
use crate::facts::Facts;
use crate::facts::cluster::Kind;
use crate::model::{
    Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Subject, SubjectKind, Version,
};
use crate::snapshot::{AgentOwnState, Snapshot};

/// The check.
pub struct VersionsNotReached;

const META: CheckMeta = CheckMeta {
    id: "versions-not-reached",
    area: Area::Compare,
    title: "every component reached the version of the hop",
    finding: "{component} on {name} runs {after} (before: {before}), the hop leads to {wanted}: {reason}",
    severity: Severity::Blocker,
    stage: Stage::Pair,
    needs: &[
        "data/dcos/*/dcos_version.json",
        "data/mesos-master/*/version.json",
        "data/mesos-master/*/state.json",
        "data/marathon/*/info.json",
    ],
    requirements: &["S0-78", "S1-136", "S1-139", "S1-140", "S1-141"],
    doc: Doc {
        what: "With a target (`--target`): every host's DC/OS version, on plain Mesos every master's and agent's Mesos version, must be the target. With or without one: where some masters or agents moved to a newer Mesos, none may stay at its old version. Where DC/OS moved, no agent may still be the process of before (start_time). Where no target was stated and nothing moved it does not apply. Which Mesos belongs to which DC/OS is the business of component-versions-unexpected.",
        why: "A node that stayed behind was forgotten, or its upgrade failed and nobody noticed. Masters and agents may differ by one release only, and only for a while.",
        by_hand: "cat /opt/mesosphere/etc/dcos-version.json on every node; curl http://<master>:5050/version; curl http://<leader>:5050/slaves | jq '.slaves[] | {hostname, version}'.",
        remedy: "Run the upgrade on the nodes named; look at the journal of dcos-download and at the exit status of the upgrade script there.",
        sources: &[
            "DC/OS Upgrade FAQ and Workbook: dcos-version.json on the nodes equals the target; mesos-master and mesos-slave --version equal the matrix",
            "apache/mesos docs/versioning.md; docs/upgrades.md",
        ],
    },
};

impl Check for VersionsNotReached {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        let versions = &pair.comparison.versions;
        let moved = versions.iter().any(|one| one.before != one.after);
        // A target that was derived from the pair itself asks for nothing beyond it.
        let target = context
            .target
            .as_ref()
            .filter(|target| moved || pair.comparison.to.as_ref() != Some(target));
        let parts = [part::VERSIONS, part::DCOS_VERSIONS];
        if target.is_none() && !moved {
            if shared::account(pair.comparison, &mut Saw::default(), &parts, "versions") {
                saw.skip("no target was stated, and no component runs another version than before");
            }
        } else {
            let mut found = behind_target(context.facts, versions, target, saw);
            found.extend(behind_siblings(versions));
            found.extend(not_restarted(&pair, context.facts));
            for finding in found {
                let known = |other: &Finding| {
                    other.subject == finding.subject && other.data.get("key") == finding.data.get("key")
                };
                if !saw.findings.iter().any(known) {
                    saw.fire(finding);
                }
            }
        }
        if saw.skipped.is_none() {
            shared::account(pair.comparison, saw, &parts, "versions");
            unlisted(&pair, saw);
        }
    }
}

/// What cannot be said because a whole list is missing.
fn unlisted(pair: &Pair<'_>, saw: &mut Saw) {
    for (name, why) in &pair.comparison.unknown {
        if name == part::AGENTS || name == part::MASTERS {
            saw.unknown(why);
        }
    }
}

fn about(one: &VersionPair, wanted: &Version, reason: &str) -> Finding {
    let mut finding = Finding::about(one.subject.clone())
        .with("component", one.component.as_str())
        .with("before", one.before.to_string())
        .with("after", one.after.to_string())
        .with("wanted", wanted.to_string())
        .with("reason", reason)
        .with("key", one.component.as_str());
    finding.evidence = one.evidence.to_vec();
    finding
}

/// A target speaks of DC/OS where there is DC/OS, else of Mesos.
fn behind_target(facts: &Facts<'_>, versions: &[VersionPair], target: Option<&Version>, saw: &mut Saw) -> Vec<Finding> {
    let Some(target) = target else { return Vec::new() };
    let seen = versions.iter().any(|one| one.component == Component::Dcos);
    let dcos = match &facts.cluster.kind {
        Observed::Known(kind, _) => *kind == Kind::Dcos,
        Observed::Unknown(_) if seen => true,
        Observed::Unknown(why) => {
            saw.unknown_because(format!(
                "whether the target {target} is one of DC/OS: {}",
                why.sentence()
            ));
            return Vec::new();
        }
    };
    let of_target = |component: Component| match component {
        Component::Dcos => dcos,
        Component::MesosMaster | Component::MesosAgent => !dcos,
        Component::Marathon => false,
    };
    versions
        .iter()
        .filter(|one| of_target(one.component) && !reaches(&one.after, target))
        .map(|one| about(one, target, "the target was not reached"))
        .collect()
}

/// Agents that were not restarted although DC/OS moved: its upgrade stops and starts every service of a node
/// (dcos/dcos `pkgpanda`, activation). A hop that keeps Mesos at its version shows it in no other way.
fn not_restarted(pair: &Pair<'_>, after: &Facts<'_>) -> Vec<Finding> {
    let versions = &pair.comparison.versions;
    let hop = versions
        .iter()
        .find(|one| one.component == Component::Dcos && one.before != one.after);
    let Some(hop) = hop else { return Vec::new() };
    let starts: BTreeMap<&str, f64> = own_states(pair.before.snapshot)
        .filter_map(|(state, _)| Some((state.id.as_str(), state.start_time?)))
        .collect();
    own_states(after.snapshot)
        .filter(|(state, _)| !state.id.is_empty() && state.start_time.is_some())
        .filter(|(state, _)| starts.get(state.id.as_str()).copied() == state.start_time)
        .map(|(state, at)| {
            let version = state
                .version
                .clone()
                .unwrap_or_else(|| "a Mesos of no version".to_owned());
            let start = state.start_time.unwrap_or_default();
            Finding::about(Subject::new(SubjectKind::Agent, &state.id, &state.hostname))
                .with("component", Component::MesosAgent.as_str())
                .with("before", version.clone())
                .with("after", version)
                .with("wanted", format!("DC/OS {}", hop.after))
                .with(
                    "reason",
                    "its process is the one of before the window: it was not restarted",
                )
                .with("key", Component::MesosAgent.as_str())
                .seen_at(at.at("/start_time").quoting(start))
        })
        .collect()
}

fn own_states(snapshot: &Snapshot) -> impl Iterator<Item = (&AgentOwnState, &EvidenceRef)> {
    snapshot.agent_nodes.iter().filter_map(|node| node.state.get().ok())
}

/// Whether a version is the wanted one; a target without patch number (`1.11`) names a whole line.
fn reaches(version: &Version, target: &Version) -> bool {
    match target.patch {
        None => version.line() == target.line(),
        Some(_) => version == target,
    }
}

/// Masters and agents that stayed where others moved on. Masters go first, so agents must follow masters too.
fn behind_siblings(versions: &[VersionPair]) -> Vec<Finding> {
    let reached = |component: Component| {
        let moved = versions
            .iter()
            .filter(|one| one.component == component && one.after > one.before);
        moved.map(|one| &one.after).max()
    };
    let masters = reached(Component::MesosMaster);
    let agents = reached(Component::MesosAgent).max(masters);
    let mut found = Vec::new();
    for one in versions {
        let wanted = match one.component {
            Component::MesosMaster => masters,
            Component::MesosAgent => agents,
            Component::Dcos => reached(Component::Dcos),
            Component::Marathon => None,
        };
        if let Some(wanted) = wanted
            && one.before == one.after
            && one.after < *wanted
        {
            found.push(about(one, wanted, "others moved on, and it stayed"));
        }
    }
    found
}
