//! `exhibitor-not-serving`: servers that any Exhibitor sees in another state than serving.

use std::collections::BTreeMap;

use crate::checks::zookeeper::shared::{View, master, views};
use crate::checks::{Check, Context, Saw};
use crate::facts::ensemble::bare;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};
use crate::snapshot::ExhibitorServer;

/// The check.
pub struct ExhibitorNotServing;

/// State code of a server that serves (soabase/exhibitor InstanceStateTypes.java).
const SERVING: i64 = 3;

static META: CheckMeta = CheckMeta {
    id: "exhibitor-not-serving",
    area: Area::Zookeeper,
    title: "every Exhibitor sees every server serving",
    finding: "ZooKeeper on master {name} is {state} (code {code}), as seen by {seen_by}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/exhibitor/*/cluster_status.json"],
    requirements: &["S0-15", "S0-73", "S1-45", "S1-130", "S2-9", "S3-9"],
    doc: Doc {
        what: "In /exhibitor/v1/cluster/status of every master every server has code 3 (serving). 0 is latent, 1 down, 2 not \
               serving. An Exhibitor that lists fewer servers than there are masters, or was not asked, is UNKNOWN. Plain Mesos has no Exhibitor.",
        why: "ZooKeeper holds the leaders of Mesos and Marathon and Marathon's state. The next master may be taken down \
              only while all others serve; with one down already, taking another ends the quorum and the cluster.",
        by_hand: "on each master: curl -s http://MASTER:8181/exhibitor/v1/cluster/status | jq -r '.[] | .hostname, .description'\n\
                  or the lights at http://MASTER:8181/exhibitor/v1/ui/index.html",
        remedy: "Wait while the ensemble converges. If a server stays behind: journalctl -u dcos-exhibitor, zookeeper.out, \
                 disk space and the clock of that master. Do not begin, and do not go on to the next master.",
        sources: &[
            "DC/OS 1.11 patching page: Exhibitor converged, this master serving",
            "soabase/exhibitor core/state/InstanceStateTypes.java",
            "DC/OS Upgrade FAQ & Workbook: Exhibitor cluster full and a leader exists",
        ],
    },
};

impl Check for ExhibitorNotServing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let views = views(context, saw);
        let mut bad: BTreeMap<(String, i64), Vec<(&View<'_>, &ExhibitorServer)>> = BTreeMap::new();
        let mut servers = 0;
        for view in &views {
            servers = servers.max(view.servers.len());
            for server in view.servers.iter().filter(|server| server.code != SERVING) {
                bad.entry((bare(&server.hostname), server.code))
                    .or_default()
                    .push((view, server));
            }
        }
        for ((hostname, code), seen) in bad {
            let by: Vec<String> = seen.iter().map(|(view, _)| bare(&view.exhibitor.host)).collect();
            let mut finding = Finding::about(master(&hostname))
                .with("key", code.to_string())
                .with("code", code.to_string())
                .with("state", state(code))
                .with("seen_by", by);
            for (_, server) in seen {
                let at = server.at.at(format!("{}/code", server.at.pointer));
                finding = finding.seen_at(at.quoting(code));
            }
            saw.fire(finding);
        }
        if !views.is_empty() {
            saw.judged(servers, "servers");
            saw.judged(views.len(), "Exhibitors");
        }
    }
}

fn state(code: i64) -> &'static str {
    match code {
        0 => "latent",
        1 => "down",
        2 => "not serving",
        _ => "in a state unknown to gonogo",
    }
}
