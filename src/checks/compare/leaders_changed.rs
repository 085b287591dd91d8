//! Other leaders than before, where no version moved that would explain an election.

use super::shared;
use crate::checks::{Check, Context, Saw};
use crate::compare::part;
use crate::model::{Area, ChangeKind, CheckMeta, Doc, Severity, Stage};

/// The check.
pub struct LeadersChanged;

const META: CheckMeta = CheckMeta {
    id: "leaders-changed",
    area: Area::Compare,
    title: "the leaders are those of before, or an upgrade changed them",
    finding: "{field} was {before} and is {after}: {reason}",
    severity: Severity::Warning,
    stage: Stage::Pair,
    needs: &[
        "data/mesos-master/*/redirect.txt",
        "data/marathon/*/leader.json",
        "data/exhibitor/*/cluster_status.json",
        "data/zookeeper/*/srvr.txt",
    ],
    requirements: &["S0-17", "S1-121", "S1-136"],
    doc: Doc {
        what: "The leaders of Mesos, of every Marathon, of Exhibitor and of ZooKeeper. An upgrade restarts all masters, so another leader is expected there; where no version moved, somebody lost leadership for another reason.",
        why: "An election that nobody ordered is a process that died, a network that broke, or a disk that was too slow.",
        by_hand: "curl -sI http://<master>:5050/redirect; curl http://<marathon>/v2/leader; echo srvr | nc <master> 2181.",
        remedy: "Look at the log of the one that led before.",
        sources: &[
            "apache/mesos docs/high-availability.md",
            "DC/OS upgrading pages: the leaders of Mesos and Marathon may be different hosts",
        ],
    },
};

impl Check for LeadersChanged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(pair) = shared::pair(context, saw) else { return };
        if shared::account(pair.comparison, saw, &[part::LEADERS], "leaders") {
            shared::fire_changes(pair.comparison, saw, |change| {
                change.kind == ChangeKind::Changed
                    && change.field.as_deref().is_some_and(|field| field.ends_with(" leader"))
            });
        }
    }
}
