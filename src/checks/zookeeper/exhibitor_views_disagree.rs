//! `exhibitor-views-disagree`: Exhibitors that list other servers, or another leader, than the rest.

use std::collections::BTreeMap;

use crate::checks::zookeeper::shared::{View, master, views};
use crate::checks::{Check, Context, Saw};
use crate::facts::ensemble::bare;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct ExhibitorViewsDisagree;

static META: CheckMeta = CheckMeta {
    id: "exhibitor-views-disagree",
    area: Area::Zookeeper,
    title: "the Exhibitors of all masters list the same servers and the same leader",
    finding: "Exhibitor on master {name} lists {here}; {others} list {there}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/exhibitor/*/cluster_status.json"],
    requirements: &["S1-45", "S1-131"],
    doc: Doc {
        what: "/exhibitor/v1/cluster/status gives the same host names and the same isLeader on every master. The answers of \
               most Exhibitors are taken for right and the others are named; without a majority all of them are. A \
               leader that changes between two requests looks the same: collect again before you act.",
        why: "An Exhibitor with another list has another configuration, or cannot see its peers: it may start its ZooKeeper \
              as part of another ensemble when its master restarts in the window.",
        by_hand: "for m in MASTERS; do curl -s http://$m:8181/exhibitor/v1/cluster/status | jq -cS 'map([.hostname, .isLeader])'; done",
        remedy: "Collect again. If it stays: compare /exhibitor/v1/config/get-state of the masters (server list, rolling \
                 change), the network between them and the shared storage of Exhibitor's configuration.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: each master's own Exhibitor view, isLeader and hostname agree everywhere",
        ],
    },
};

impl Check for ExhibitorViewsDisagree {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let views = views(context, saw);
        let mut by_content: BTreeMap<Vec<String>, Vec<&View<'_>>> = BTreeMap::new();
        for view in &views {
            by_content.entry(content(view)).or_default().push(view);
        }
        if by_content.len() > 1 {
            disagreements(&by_content, saw);
        }
        if !views.is_empty() {
            saw.judged(views.len(), "Exhibitors");
        }
    }
}

/// Servers of a view, sorted, the leader marked.
fn content(view: &View<'_>) -> Vec<String> {
    let mut servers: Vec<String> = view
        .servers
        .iter()
        .map(|server| {
            let leads = if server.leader { " (leader)" } else { "" };
            format!("{}{leads}", bare(&server.hostname))
        })
        .collect();
    servers.sort();
    servers
}

fn disagreements(by_content: &BTreeMap<Vec<String>, Vec<&View<'_>>>, saw: &mut Saw) {
    let all: usize = by_content.values().map(Vec::len).sum();
    let majority = by_content.iter().find(|(_, views)| views.len() * 2 > all);
    for (here, views) in by_content {
        if majority.is_some_and(|(content, _)| content == here) {
            continue;
        }
        // Without a majority every one is shown against some other.
        let other = majority.or_else(|| by_content.iter().find(|(content, _)| *content != here));
        let Some((there, others)) = other else { continue };
        for view in views {
            let names: Vec<String> = others.iter().map(|other| bare(&other.exhibitor.host)).collect();
            let mut finding = Finding::about(master(&view.exhibitor.host))
                .with("here", here.clone())
                .with("there", there.clone())
                .with("others", names)
                .seen_at(view.at.clone());
            for other in others {
                finding = finding.seen_at(other.at.clone());
            }
            saw.fire(finding);
        }
    }
}
