//! `marathon-without-leader`: instances of Marathon that nobody leads. Never judges who the leader should be.

use crate::checks::marathon::shared::instances;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage};

/// The check.
pub struct MarathonWithoutLeader;

static META: CheckMeta = CheckMeta {
    id: "marathon-without-leader",
    area: Area::Marathon,
    title: "every Marathon has a leader",
    finding: "Marathon {name} has no leader",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/marathon/*/leader.json", "data/marathon/*/info.json"],
    requirements: &["S0-30", "S1-42", "S1-43", "S1-44"],
    doc: Doc {
        what: "Every Marathon (the root one and every nested one) names a leader at /v2/leader, and the same one at \
               /v2/info. An answer 404 means that there is none. Two different names mean that the leader changed while \
               the evidence was collected: UNKNOWN.",
        why: "Without a leader Marathon starts, scales and repairs nothing: a task lost in the window stays lost. An \
              election under way at the start makes every later comparison unreliable.",
        by_hand: "curl -s http://MASTER:8080/v2/leader; curl -s http://MASTER:8080/v2/info | jq .leader,.elected\n\
                  Nested instances: the same below https://CLUSTER/service/NAME/",
        remedy: "Look at ZooKeeper first (Marathon elects through it), then at the logs of the Marathons (journalctl -u \
                 dcos-marathon). Wait until one leads and stays, and collect again.",
        sources: &[
            "mesosphere/marathon LeaderResource.scala, InfoResource.scala (v1.6.496)",
            "DC/OS Upgrade FAQ & Workbook: Marathon health, /v2/leader and /v2/info",
        ],
    },
};

impl Check for MarathonWithoutLeader {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let mut judged = 0;
        for instance in instances(context, saw) {
            let Some((leader, at)) = instance.part(&instance.marathon.leader, saw) else {
                continue;
            };
            judged += 1;
            let Some(leader) = leader else {
                saw.fire(Finding::about(instance.subject()).seen_at(at.clone()));
                continue;
            };
            let Some((info, _)) = instance.part(&instance.marathon.info, saw) else {
                continue;
            };
            match &info.leader {
                Some(other) if other.eq_ignore_ascii_case(leader) => {}
                Some(other) => instance.unknown(
                    format!("/v2/leader names {leader} and /v2/info names {other}: the leader changed meanwhile"),
                    saw,
                ),
                None => instance.unknown(format!("/v2/leader names {leader} and /v2/info names nobody"), saw),
            }
        }
        if judged > 0 {
            saw.judged(judged, "Marathon instances");
        }
    }
}
