//! `exhibitor-change-rolling`: a change of Exhibitor's configuration that is being rolled out server by server.

use crate::checks::zookeeper::shared::{exhibitors, master};
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct ExhibitorChangeRolling;

static META: CheckMeta = CheckMeta {
    id: "exhibitor-change-rolling",
    area: Area::Zookeeper,
    title: "no rolling change of Exhibitor's configuration is in progress",
    finding: "Exhibitor on master {name} is in the middle of a rolling change of its configuration",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/exhibitor/*/config_get_state.json"],
    requirements: &["S0-73", "S1-90"],
    doc: Doc {
        what: "config.rollInProgress of /exhibitor/v1/config/get-state is false on every master. Nothing else of that answer \
               is read: it may hold credentials.",
        why: "In a rolling change Exhibitor restarts the ZooKeeper servers one after another by itself. Together with a master \
              that is being upgraded two servers are down at once, and of three that is the quorum.",
        by_hand: "on each master: curl -s http://MASTER:8181/exhibitor/v1/config/get-state | jq .config.rollInProgress",
        remedy: "Wait until it has ended (config.rollStatus shows how far it is), or let it be rolled back in Exhibitor's own \
                 user interface, and collect again.",
        sources: &[
            "dcos/dcos exhibitor_migrate.py (tag 1.9.4): stops while rollInProgress",
            "soabase/exhibitor core/rest/ConfigResource.java",
        ],
    },
};

impl Check for ExhibitorChangeRolling {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut judged = 0;
        for exhibitor in exhibitors(context, saw) {
            match exhibitor.roll_in_progress.get() {
                Ok((rolling, at)) => {
                    judged += 1;
                    saw.looked_at(at);
                    if *rolling {
                        saw.fire(
                            Finding::about(master(&exhibitor.host))
                                .seen_at(at.at("/config/rollInProgress").quoting(rolling)),
                        );
                    }
                }
                Err(why) => saw.unknown(why),
            }
        }
        if judged > 0 {
            saw.judged(judged, "Exhibitors");
        }
    }
}
