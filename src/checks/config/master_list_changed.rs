//! `master-list-changed`: masters come, go, or are not those that the cluster has. Never decides whether a master is healthy.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::checks::shared::short;
use crate::checks::{Check, Context, Saw};
use crate::facts::config::File;
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage};
use crate::snapshot::Snapshot;
use crate::snapshot::dcos_config::Node;

use super::shared::{ABSENT, BY_HAND, Gate, gate, setting, source};

/// The check.
pub struct MasterListChanged;

static META: CheckMeta = CheckMeta {
    id: "master-list-changed",
    area: Area::Config,
    title: "the masters of config.yaml are the same, and those of the cluster",
    finding: "{name}: {what}: {old} -> {new} ({source})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/input/files/config.yaml",
        "data/input/files/new-config.yaml",
        "data/exhibitor/*/cluster_status.json",
        "data/dcos/*/dcos_version.json",
    ],
    requirements: &["S1-22"],
    doc: Doc {
        what: "master_list (or num_masters, where masters are found through a load balancer) is the same in both files, whatever its order; it \
               has 1, 3, 5, 7 or 9 masters; and its addresses are those of the ensemble as Exhibitor lists it, or, where no Exhibitor \
               answered, of the masters that were asked.",
        why: "Masters are neither added nor replaced in an upgrade: every node carries the list, and a list that does not fit the \
              ensemble splits the quorum.",
        by_hand: BY_HAND,
        remedy: "Put the old list back. Replace or add masters as a change of its own, before or after.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: replacing or adding masters during an upgrade",
            "dcos/dcos gen/calc.py validate_num_masters (tags 1.9.9 to 2.2.1)",
            "DC/OS 1.11 configuration reference: num_masters cannot be changed later",
        ],
    },
};

impl Check for MasterListChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(gate) = gate(context, saw) else { return };
        let Some((old, new)) = gate.both(saw) else { return };
        let masters = &gate.rules.masters;
        let key = if [old, new].iter().any(|file| file.config.get(&masters.list).is_some()) {
            &masters.list
        } else if [old, new].iter().any(|file| file.config.get(&masters.number).is_some()) {
            &masters.number
        } else {
            saw.unknown_because(format!(
                "neither file has {} or {}: the masters cannot be compared",
                masters.list, masters.number
            ));
            return;
        };
        let sides = (Side::read(&old, key), Side::read(&new, key));
        let (Some(before), Some(after)) = sides else {
            saw.unknown_because(format!("{key} is no list of addresses, and no number"));
            return;
        };
        let finding = |what: &str, old_text: String, new_text: String| {
            Finding::about(setting(key))
                .with("what", what)
                .with("key", what)
                .with("old", old_text)
                .with("new", new_text)
                .with("source", source(&masters.sources))
                .seen_at(old.place(key))
                .seen_at(new.place(key))
        };
        if before != after {
            saw.fire(finding("it differs between the files", before.text(), after.text()));
        }
        if let Some(count) = after.count()
            && !masters.allowed.contains(&count)
        {
            let allowed: Vec<String> = masters.allowed.iter().map(ToString::to_string).collect();
            saw.fire(finding(
                "that number of masters is not accepted",
                format!("one of {}", allowed.join(", ")),
                count.to_string(),
            ));
        }
        if let Side::List(listed) = &after {
            match shown(context.facts.snapshot) {
                Some((seen, at)) => {
                    let listed: BTreeSet<String> = listed.iter().cloned().collect();
                    if listed != seen {
                        let text = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
                        saw.fire(
                            finding("it is not the ensemble that the archive shows", text(&seen), text(&listed))
                                .seen_at(at),
                        );
                    }
                }
                None => saw.unknown_because(format!(
                    "no address of a master is in the archive to compare {key} with: no Exhibitor answered, and masters were asked by name"
                )),
            }
        }
        judged(&gate, &after, saw);
    }
}

fn judged(gate: &Gate<'_>, after: &Side, saw: &mut Saw) {
    match after.count() {
        Some(count) => saw.judged(count, "masters"),
        None => saw.unknown_because(format!("{} names no master", gate.rules.masters.list)),
    }
}

/// The masters of one file.
#[derive(Debug, PartialEq, Eq)]
enum Side {
    /// Not there.
    Absent,
    /// Addresses, sorted.
    List(Vec<String>),
    /// How many.
    Number(usize),
}

impl Side {
    fn read(file: &File<'_>, key: &str) -> Option<Self> {
        let Some(entry) = file.config.get(key) else {
            return Some(Self::Absent);
        };
        if let Node::List(items) = &entry.value {
            let mut all: Vec<String> = items
                .iter()
                .map(|item| match item {
                    Node::Text(text) => Some(text.trim().to_owned()),
                    _ => None,
                })
                .collect::<Option<_>>()?;
            all.sort();
            return Some(Self::List(all));
        }
        entry.text().trim().parse().ok().map(Self::Number)
    }

    fn count(&self) -> Option<usize> {
        match self {
            Self::Absent => None,
            Self::List(all) => Some(all.len()),
            Self::Number(number) => Some(*number),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Absent => ABSENT.to_owned(),
            Self::List(all) => all.join(", "),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Addresses of the masters that the archive shows: Exhibitor's ensemble, else those that were asked by address.
fn shown(snapshot: &Snapshot) -> Option<(BTreeSet<String>, EvidenceRef)> {
    let addresses = |names: Vec<String>| -> Option<BTreeSet<String>> {
        let all = names.iter().all(|name| name.parse::<IpAddr>().is_ok());
        (all && !names.is_empty()).then(|| names.into_iter().collect())
    };
    for view in &snapshot.exhibitors {
        if let Ok((servers, at)) = view.servers.get()
            && let Some(set) = addresses(servers.iter().map(|server| server.hostname.clone()).collect())
        {
            return Some((set, at.clone()));
        }
    }
    let asked = snapshot.masters.iter().map(|master| host(&master.host)).collect();
    let master = snapshot.masters.first()?;
    let at = master.version.get().map_or_else(
        |_| EvidenceRef::item("gonogo.json").at("/expected/masters"),
        |(_, at)| at.clone(),
    );
    Some((addresses(asked)?, at))
}

/// Address without its port.
fn host(asked: &str) -> String {
    let host = short(asked, "5050");
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) && !name.contains(':') => name.to_owned(),
        _ => host,
    }
}
