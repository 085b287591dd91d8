//! Versions of every component that both sides show. Never guesses one that is not shown.

use crate::model::{ChangeKind, EvidenceRef, Observed, Subject, SubjectKind, Version, Why};
use crate::snapshot::{Agent, Snapshot};

use super::{Line, Sides};
use crate::compare::Comparison;
use crate::compare::part;

/// Kinds of components whose versions are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// DC/OS on one host.
    Dcos,
    /// Mesos on a master.
    MesosMaster,
    /// Mesos on an agent.
    MesosAgent,
    /// A Marathon.
    Marathon,
}

impl Component {
    /// The name shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dcos => "DC/OS",
            Self::MesosMaster => "Mesos (master)",
            Self::MesosAgent => "Mesos (agent)",
            Self::Marathon => "Marathon",
        }
    }
}

/// Name of the field in changes.
const FIELD: &str = "version";

/// The version of one component before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionPair {
    /// What kind of component.
    pub component: Component,
    /// Whose version it is.
    pub subject: Subject,
    /// Version before.
    pub before: Version,
    /// Version after.
    pub after: Version,
    /// Where both were read.
    pub evidence: [EvidenceRef; 2],
}

type Read<'a> = Result<(Version, EvidenceRef), Why>;

/// Every component whose version is known on both sides; sorted by component and subject.
pub fn pairs(sides: &Sides<'_>, comparison: &mut Comparison) -> Vec<VersionPair> {
    let mut pairs = Vec::new();
    dcos(sides, comparison, &mut pairs);
    masters(sides, comparison, &mut pairs);
    agents(sides, comparison, &mut pairs);
    marathons(sides, comparison, &mut pairs);
    pairs.sort_by(|a, b| (a.component, &a.subject).cmp(&(b.component, &b.subject)));
    pairs
}

/// The changes.
pub fn diff(sides: &Sides<'_>, comparison: &mut Comparison) {
    let lines: Vec<Line> = comparison
        .versions
        .iter()
        .filter(|pair| pair.before != pair.after)
        .map(|pair| {
            let judgement = sides.hop.version(pair.component, &pair.before, &pair.after);
            Line::new(pair.subject.clone(), ChangeKind::Changed, judgement)
                .field(FIELD)
                .from(Some(pair.before.to_string()))
                .to(Some(pair.after.to_string()))
                .seen_before(&pair.evidence[0])
                .seen_after(&pair.evidence[1])
        })
        .collect();
    for line in lines {
        comparison.note(line);
    }
}

/// Adds a pair, or records which side is not known.
fn join(
    part: &str,
    (component, subject): (Component, Subject),
    before: Read<'_>,
    after: Read<'_>,
    comparison: &mut Comparison,
    pairs: &mut Vec<VersionPair>,
) {
    match (before, after) {
        (Ok((before, at)), Ok((after, then))) => {
            comparison.count(part, 1);
            pairs.push(VersionPair {
                component,
                subject,
                before,
                after,
                evidence: [at, then],
            });
        }
        (before, after) => {
            let what = format!("{} of {subject}", component.as_str());
            comparison.unknown_sides(part, &what, before.err().as_ref(), after.err().as_ref());
        }
    }
}

fn read(seen: &Observed<Version>) -> Read<'_> {
    seen.get()
        .map(|(version, at)| (version.clone(), at.clone()))
        .map_err(Clone::clone)
}

fn dcos(sides: &Sides<'_>, comparison: &mut Comparison, pairs: &mut Vec<VersionPair>) {
    const ITEM: &str = "data/dcos/*/dcos_version.json";
    let (before, after) = (
        &sides.before.snapshot.dcos.versions,
        &sides.after.snapshot.dcos.versions,
    );
    let known = before.iter().chain(after).any(|(_, version)| version.is_known());
    if !known && sides.plain_mesos() {
        let why = Why::Absent {
            item: ITEM.to_owned(),
            reason: "this is Mesos without DC/OS".to_owned(),
        };
        comparison.absent.push((part::DCOS_VERSIONS.to_owned(), why));
        return;
    }
    if before.is_empty() || after.is_empty() {
        comparison.unknown(part::DCOS_VERSIONS, Why::NotCollected { item: ITEM.to_owned() });
    }
    for (host, seen) in before {
        let Some((_, then)) = after.iter().find(|(other, _)| other == host) else {
            if !after.is_empty() {
                let detail = format!("DC/OS of {host}: asked before and not after");
                comparison.unknown(part::DCOS_VERSIONS, part::doubtful(detail));
            }
            continue;
        };
        let subject = Subject::named(SubjectKind::Node, host);
        join(
            part::DCOS_VERSIONS,
            (Component::Dcos, subject),
            read(seen),
            read(then),
            comparison,
            pairs,
        );
    }
}

fn masters(sides: &Sides<'_>, comparison: &mut Comparison, pairs: &mut Vec<VersionPair>) {
    for (one, other) in super::masters::pairs(sides) {
        // A master that is silent as a whole is the business of `masters`.
        let subject = Subject::named(SubjectKind::Master, &one.host);
        join(
            part::VERSIONS,
            (Component::MesosMaster, subject),
            read(&one.version),
            read(&other.version),
            comparison,
            pairs,
        );
    }
}

fn agents(sides: &Sides<'_>, comparison: &mut Comparison, pairs: &mut Vec<VersionPair>) {
    let Some(aligned) = &sides.agents else { return };
    let mut silent = 0_usize;
    for (one, other) in aligned.pairs() {
        let versions = (
            agent_version(sides.before.snapshot, one),
            agent_version(sides.after.snapshot, other),
        );
        let ((Some(before), at), (Some(after), then)) = versions else {
            silent += 1;
            continue;
        };
        comparison.count(part::VERSIONS, 1);
        pairs.push(VersionPair {
            component: Component::MesosAgent,
            subject: super::agents::subject(other),
            before,
            after,
            evidence: [at, then],
        });
    }
    if silent > 0 {
        let detail = format!("{silent} agents show no version (the master lists it from Mesos 0.26 on)");
        comparison.unknown(part::VERSIONS, part::doubtful(detail));
    }
}

/// Version of an agent: as the master lists it, else as the agent itself says.
fn agent_version(snapshot: &Snapshot, agent: &Agent) -> (Option<Version>, EvidenceRef) {
    if let Some(version) = agent.version.as_deref().and_then(|text| text.parse().ok()) {
        return (Some(version), agent.at.at(format!("{}/version", agent.at.pointer)));
    }
    let own = snapshot.agent_nodes.iter().find_map(|node| {
        let state = node.state.known()?;
        (state.id == agent.id && !state.id.is_empty()).then_some(())?;
        let (version, at) = node.version.get().ok()?;
        Some((Some(version.clone()), at.clone()))
    });
    own.unwrap_or_else(|| (None, agent.at.clone()))
}

fn marathons(sides: &Sides<'_>, comparison: &mut Comparison, pairs: &mut Vec<VersionPair>) {
    for (one, other) in super::marathons::pairs(sides) {
        let (Ok((old, at)), Ok((new, then))) = (one.info.get(), other.info.get()) else {
            continue;
        };
        let known = |version: &Option<Version>, text: &str, at: &EvidenceRef| {
            version
                .clone()
                .map(|version| (version, at.at("/version")))
                .ok_or_else(|| Why::Malformed {
                    item: at.item.clone(),
                    detail: format!("`{text}` is not a version"),
                })
        };
        join(
            part::VERSIONS,
            (Component::Marathon, Subject::named(SubjectKind::Marathon, &one.name)),
            known(&old.version, &old.version_text, at),
            known(&new.version, &new.version_text, then),
            comparison,
            pairs,
        );
    }
}
