//! `dcos-versions-mixed`: nodes that report different DC/OS versions. Never says which version is the right one.

use std::collections::BTreeMap;

use crate::checks::shared::{few, only_on_dcos, short};
use crate::checks::{Check, Context, Saw};
use crate::model::{
    Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Subject, SubjectKind, Version,
};
use crate::snapshot::Snapshot;

/// The check.
pub struct DcosVersionsMixed;

static META: CheckMeta = CheckMeta {
    id: "dcos-versions-mixed",
    area: Area::Cluster,
    title: "every node asked reports the same DC/OS version",
    finding: "{name} runs DC/OS {version}, {others} of {nodes} nodes run {usual}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/dcos/*/dcos_version.json"],
    requirements: &["S1-46", "S1-72", "S1-139"],
    doc: Doc {
        what: "dcos-version.json of every node that was asked says the same version, and every master was asked. Where \
               versions are equally frequent the lower one counts as the usual one.",
        why: "The upgrade script is generated for one installed version and stops on a node with another. Different \
              versions mean that an earlier upgrade was not finished: finish it, or nobody can say what this hop starts from.",
        by_hand: "for m in MASTERS; do curl -s http://$m/dcos-metadata/dcos-version.json | jq -r .version; done",
        remedy: "Finish the earlier upgrade on the nodes named here (same version everywhere, validation passed) before \
                 a new one begins.",
        sources: &[
            "dcos/dcos gen/build_deploy/bash.py and upgrade.py: the node upgrade script refuses another installed version",
            "DC/OS Upgrade FAQ & Workbook: dcos-version.json equals the expected start version",
        ],
    },
};

impl Check for DcosVersionsMixed {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !only_on_dcos(context, "DC/OS version", saw) {
            return;
        }
        let snapshot = context.facts.snapshot;
        let mut known: Vec<(&str, &Version, &EvidenceRef)> = Vec::new();
        for (host, version) in &snapshot.dcos.versions {
            match version {
                Observed::Known(version, at) => known.push((host, version, at)),
                Observed::Unknown(why) => saw.unknown(why),
            }
        }
        let silent = masters_without_version(snapshot);
        if !silent.is_empty() {
            saw.unknown_because(format!(
                "the DC/OS version of these masters is not in the archive: {}",
                few(&silent)
            ));
        }
        if known.is_empty() {
            saw.unknown_because("no node reports a DC/OS version");
            return;
        }
        let mut count: BTreeMap<&Version, usize> = BTreeMap::new();
        for (_, version, at) in &known {
            *count.entry(version).or_default() += 1;
            saw.looked_at(at);
        }
        let most = count.values().copied().max().unwrap_or_default();
        let usual = count
            .iter()
            .find(|(_, nodes)| **nodes == most)
            .map(|(version, _)| *version);
        for (host, version, at) in known.iter().filter(|(_, version, _)| Some(*version) != usual) {
            saw.fire(
                Finding::about(Subject::new(SubjectKind::Node, *host, short(host, "80")))
                    .with("version", version.to_string())
                    .with("usual", usual.map(ToString::to_string).unwrap_or_default())
                    .with("others", most)
                    .with("nodes", known.len())
                    .seen_at(at.at("/version").quoting(version)),
            );
        }
        saw.judged(known.len(), "nodes");
    }
}

/// Masters that were asked as Mesos masters and whose DC/OS version nobody recorded.
fn masters_without_version(snapshot: &Snapshot) -> Vec<String> {
    let host_part = |host: &str| {
        host.rsplit_once(':')
            .map_or(host.to_owned(), |(name, _)| name.to_owned())
    };
    let told: Vec<String> = snapshot.dcos.versions.iter().map(|(host, _)| host_part(host)).collect();
    snapshot
        .masters
        .iter()
        .map(|master| host_part(&master.host))
        .filter(|host| !told.contains(host))
        .collect()
}
