//! `masters-missing`: a master that should be there and does not answer. Never takes a master for healthy: it only counts who is there.

use crate::checks::shared::{few, short};
use crate::checks::{Check, Context, Saw};
use crate::facts::leader::{Names, Target, count};
use crate::model::{
    Area, CheckMeta, Doc, EvidenceRef, Finding, Outcome, Severity, Stage, Subject, SubjectKind, Why, items,
};
use crate::snapshot::{Flags, Master, Snapshot};

/// The check.
pub struct MastersMissing;

static META: CheckMeta = CheckMeta {
    id: "masters-missing",
    area: Area::Cluster,
    title: "every master is there",
    finding: "{who} is missing: {why}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/version.json",
        "data/mesos-master/*/flags.json",
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/redirect.txt",
    ],
    requirements: &["S1-20", "S1-22", "S1-86", "S1-122"],
    doc: Doc {
        what: "Every expected master answers. Without a stated expectation the number of masters follows from the flag \
               `quorum` (quorum q belongs to 2q-1 masters) and from the size of the registrar's ensemble, and their names \
               from redirects, Exhibitor and the DC/OS health service. A master that somebody names and nobody asked \
               is UNKNOWN; one that was asked and gave no answer fires.",
        why: "An upgrade takes the masters down one after the other. With one missing beforehand the next one ends the \
              quorum: no leader, no offers, no task is started or replaced until a master comes back.",
        by_hand: "for m in MASTERS; do curl -sS http://$m:5050/version; echo; done; \
                  curl -s http://MASTER:5050/flags | jq -r .flags.quorum; \
                  curl -s http://MASTER:5050/metrics/snapshot | jq '.\"registrar/log/ensemble_size\"'",
        remedy: "Bring the master back (systemctl status dcos-mesos-master, dcos-exhibitor) and wait until its registrar \
                 has recovered. If it is gone for good, replace it in a change of its own, not in this window.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: all masters present before starting; a failed master stops everything",
            "apache/mesos docs/operational-guide.md (quorum and number of masters)",
            "apache/mesos docs/monitoring.md (registrar/log/ensemble_size)",
        ],
    },
};

impl Check for MastersMissing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        let names = Names::new(snapshot);
        let mut answering = 0;
        for master in &snapshot.masters {
            match presence(master) {
                Presence::Answers(at) => {
                    answering += 1;
                    saw.looked_at(&at);
                }
                Presence::Silent(item, why) => saw.fire(
                    Finding::about(subject(&master.host))
                        .with("who", short(&master.host, "5050"))
                        .with("why", why)
                        .seen_at(EvidenceRef::item(item)),
                ),
                Presence::Unclear(why) => saw.unknown_because(format!("whether {} is there: {why}", master.host)),
            }
        }
        let expected = &snapshot.origin.manifest.expected.masters;
        for name in expected {
            if names.index(name).is_none() {
                saw.unknown_because(format!("the expected master {name} was not asked"));
            }
        }
        named_elsewhere(snapshot, context, &names, saw);
        by_ensemble(snapshot, saw);
        if expected.is_empty() {
            by_quorum(snapshot, saw);
        }
        if answering > 0 {
            saw.judged(answering, "masters");
        }
    }
}

fn subject(host: &str) -> Subject {
    Subject::new(SubjectKind::Master, host, short(host, "5050"))
}

enum Presence {
    /// It gave at least one proper answer.
    Answers(EvidenceRef),
    /// It was asked and gave none: the item and the reason.
    Silent(String, String),
    /// Nobody asked, or what came back says neither.
    Unclear(String),
}

fn presence(master: &Master) -> Presence {
    let known = [
        master.version.get().ok().map(|(_, at)| at),
        master.flags.get().ok().map(|(_, at)| at),
        master.metrics.get().ok().map(|(_, at)| at),
        master.registry.get().ok().map(|(_, at)| at),
        master.redirect.get().ok().map(|(_, at)| at),
        master.health.get().ok().filter(|(well, _)| **well).map(|(_, at)| at),
    ];
    if let Some(at) = known.into_iter().flatten().next() {
        return Presence::Answers(at.clone());
    }
    let reasons: Vec<&Why> = [
        master.version.why(),
        master.flags.why(),
        master.metrics.why(),
        master.registry.why(),
        master.redirect.why(),
        master.health.why(),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Something that answered, however badly, is not simply gone; only silence is.
    let silent = |why: &&&Why| {
        matches!(
            why,
            Why::Missing {
                outcome: Outcome::Failed | Outcome::TimedOut,
                ..
            }
        )
    };
    let asked = reasons.iter().any(|why| !matches!(why, Why::NotCollected { .. }));
    let all_silent = reasons
        .iter()
        .filter(|why| !matches!(why, Why::NotCollected { .. }))
        .all(|why| silent(&why));
    match reasons.iter().find(|why| silent(why)) {
        Some(Why::Missing { item, outcome, reason }) if asked && all_silent => Presence::Silent(
            item.clone(),
            format!("asked, and gave no answer ({}: {reason})", outcome.as_str()),
        ),
        _ => Presence::Unclear(
            reasons
                .iter()
                .find(|why| !silent(why))
                .map_or_else(|| "it said nothing".to_owned(), |why| why.sentence()),
        ),
    }
}

/// Masters that redirects, Exhibitor or the health service name, and that nobody asked.
fn named_elsewhere(snapshot: &Snapshot, context: &Context<'_>, names: &Names, saw: &mut Saw) {
    let hosts: Vec<&str> = snapshot.masters.iter().map(|master| host_part(&master.host)).collect();
    let unasked = |name: &str| !hosts.iter().any(|host| host.eq_ignore_ascii_case(name)) && names.index(name).is_none();
    for target in context.facts.cluster.leadership.redirects.iter().flatten() {
        if let Target::Stranger(name) = target {
            saw.unknown_because(format!("{name} is named as leader and was not asked under that name"));
        }
    }
    let exhibitor = snapshot
        .exhibitors
        .iter()
        .filter_map(|view| view.servers.known())
        .flatten();
    let health = snapshot
        .dcos
        .nodes
        .known()
        .into_iter()
        .flatten()
        .filter(|node| node.role == "master");
    let mut strangers: Vec<String> = exhibitor
        .map(|server| (server.hostname.as_str(), "Exhibitor"))
        .chain(health.map(|node| (node.host.as_str(), "the DC/OS health service")))
        .filter(|(name, _)| unasked(name))
        .map(|(name, by)| format!("{name} (named by {by})"))
        .collect();
    strangers.sort();
    strangers.dedup();
    if !strangers.is_empty() {
        saw.unknown_because(format!("masters that were not asked: {}", few(&strangers)));
    }
}

fn host_part(host: &str) -> &str {
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// More replicas of the registry than masters that were asked: somebody was left out.
fn by_ensemble(snapshot: &Snapshot, saw: &mut Saw) {
    if let Some(size) = ensemble(snapshot)
        && size > snapshot.masters.len()
    {
        saw.unknown_because(format!(
            "the registrar's log has {size} replicas, and only {} masters were asked",
            snapshot.masters.len()
        ));
    }
}

/// Size of the registrar's log as the masters see it, the largest of what they say.
pub(super) fn ensemble(snapshot: &Snapshot) -> Option<usize> {
    let sizes = snapshot
        .masters
        .iter()
        .filter_map(|m| count(&m.metrics, "registrar/log/ensemble_size"));
    sizes.max().and_then(|size| usize::try_from(size).ok())
}

/// Without a stated expectation: the number of masters that the flag `quorum` belongs to.
fn by_quorum(snapshot: &Snapshot, saw: &mut Saw) {
    let flags: Vec<(&Flags, &EvidenceRef)> = snapshot.masters.iter().filter_map(|m| m.flags.get().ok()).collect();
    if flags.is_empty() {
        let why = snapshot
            .masters
            .first()
            .and_then(|m| m.flags.why())
            .map_or_else(|| "no master was asked".to_owned(), Why::sentence);
        saw.unknown_because(format!(
            "how many masters there should be: nobody said, and no flags are known ({why})"
        ));
        return;
    }
    let asked = snapshot.masters.len();
    let quorum = flags
        .iter()
        .filter_map(|(flags, at)| Some((flags.get("quorum")?.parse::<usize>().ok()?, *at)))
        .max_by_key(|(q, _)| *q);
    let Some((quorum, at)) = quorum else {
        if flags.iter().any(|(flags, _)| flags.contains_key("zk")) || asked > 1 {
            saw.unknown_because("how many masters there should be: nobody said, and no master has the flag `quorum`");
        }
        return;
    };
    let full = (2 * quorum).saturating_sub(1);
    let least = full.saturating_sub(1).max(1);
    if asked >= full {
        return;
    }
    if asked < least && ensemble(snapshot).is_some_and(|size| size < least) {
        saw.fire(
            Finding::about(Subject::cluster())
                .with("who", "at least one master")
                .with(
                    "why",
                    format!(
                        "a quorum of {quorum} belongs to {full} masters, and the registrar's log has only {} replicas",
                        ensemble(snapshot).unwrap_or_default()
                    ),
                )
                .with("quorum", quorum)
                .seen_at(at.at("/flags/quorum").quoting(quorum))
                .seen_at(snapshot.masters.first().map_or_else(
                    || at.clone(),
                    |m| {
                        EvidenceRef::item(items::path(items::MESOS_MASTER, &m.host, items::METRICS))
                            .at("/registrar~1log~1ensemble_size")
                    },
                )),
        );
    } else {
        saw.unknown_because(format!(
            "a quorum of {quorum} belongs to {full} masters, {asked} were asked; state the expected masters"
        ));
    }
}
