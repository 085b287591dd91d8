//! `exhibitor-without-leader`: Exhibitors that see no leader, or more than one.

use crate::checks::zookeeper::shared::{master, views};
use crate::checks::{Check, Context, Saw};
use crate::facts::ensemble::bare;
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct ExhibitorWithoutLeader;

static META: CheckMeta = CheckMeta {
    id: "exhibitor-without-leader",
    area: Area::Zookeeper,
    title: "every Exhibitor sees exactly one leader",
    finding: "Exhibitor on master {name} sees {count} leaders: {leaders}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/exhibitor/*/cluster_status.json"],
    requirements: &["S1-45", "S1-130"],
    doc: Doc {
        what: "In /exhibitor/v1/cluster/status of every master exactly one server has isLeader true. Whether all name the \
               same one is judged by exhibitor-views-disagree.",
        why: "Without a leader ZooKeeper takes no writes: no master and no Marathon can be elected, nothing can be deployed. \
              Two leaders are two ensembles, or an answer from the middle of an election.",
        by_hand: "on each master: curl -s http://MASTER:8181/exhibitor/v1/cluster/status | jq -r '.[] | select(.isLeader) | .hostname'",
        remedy: "Wait for the election. If none leads, bring back enough servers for a quorum (more than half); if two lead, \
                 compare the server lists in Exhibitor's configuration of every master.",
        sources: &[
            "DC/OS Upgrade FAQ & Workbook: Exhibitor cluster full and a leader exists",
            "soabase/exhibitor core/rest/ClusterResource.java, core/entities/ServerStatus.java",
        ],
    },
};

impl Check for ExhibitorWithoutLeader {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let views = views(context, saw);
        for view in &views {
            let leaders: Vec<String> = view
                .servers
                .iter()
                .filter(|server| server.leader)
                .map(|server| bare(&server.hostname))
                .collect();
            if leaders.len() == 1 {
                continue;
            }
            saw.fire(
                Finding::about(master(&view.exhibitor.host))
                    .with("count", leaders.len())
                    .with("leaders", leaders)
                    .seen_at(view.at.clone()),
            );
        }
        if !views.is_empty() {
            saw.judged(views.len(), "Exhibitors");
        }
    }
}
