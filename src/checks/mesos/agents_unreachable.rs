//! `agents-unreachable`: agents that the masters have lost and only count. Never says that an agent is gone for good.

use std::collections::BTreeSet;

use crate::checks::shared::few;
use crate::checks::{Check, Context, Saw};
use crate::facts::leader::count;
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Severity, Stage, Subject, items};
use crate::snapshot::{Snapshot, TaskList};

/// The check.
pub struct AgentsUnreachable;

static META: CheckMeta = CheckMeta {
    id: "agents-unreachable",
    area: Area::Mesos,
    title: "no agent is unreachable",
    finding: "unreachable agents: {count}; known by their tasks: {agents}",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/metrics_snapshot.json",
    ],
    requirements: &["S1-39", "S1-41", "S1-90"],
    doc: Doc {
        what: "The counter `unreachable_slaves` of the leading master, its metric `master/slaves_unreachable` and the list \
               `unreachable` of its registry are all 0. Mesos does not name these agents; their tasks in \
               `unreachable_tasks` give some of them away. Masters before 1.2 do not know the state: SKIPPED there.",
        why: "An unreachable agent did not answer for five minutes. It may be dead, or alive behind a broken network with \
              its tasks running twice. After a few days nothing but this number remembers it.",
        by_hand: "curl -s http://LEADER:5050/state | jq .unreachable_slaves; \
                  curl -s 'http://LEADER:5050/registrar(1)/registry' | jq .unreachable",
        remedy: "Compare the agents with the inventory to find the lost ones, bring them back or take them out of the cluster. \
                 The registry forgets them by itself after registry_max_agent_age (2 weeks); waive this finding for agents that \
                 were removed on purpose.",
        sources: &[
            "apache/mesos docs/high-availability-framework-guide.md (unreachable agents, 1.2 and later)",
            "apache/mesos src/master/http.cpp at 1.2.1 and later (`unreachable_slaves`)",
        ],
    },
};

impl Check for AgentsUnreachable {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let snapshot = context.facts.snapshot;
        if context
            .facts
            .mesos_version()
            .is_some_and(|version| !version.at_least(1, 2, 0))
        {
            return saw.skip("Mesos before 1.2 removes lost agents instead of keeping them as unreachable");
        }
        if let Some(why) = &context.facts.cluster.state_doubt {
            saw.unknown(why);
        }
        let mut seen: Vec<(u64, EvidenceRef)> = Vec::new();
        match snapshot.state.get() {
            Ok((state, at)) => match state.unreachable {
                Some(number) => seen.push((number, at.at("/unreachable_slaves").quoting(number))),
                None => saw.unknown_because(format!("{} has no `unreachable_slaves`", at.item)),
            },
            Err(why) => saw.unknown(why),
        }
        match context.facts.leading_master() {
            Some(master) => {
                match (
                    count(&master.metrics, "master/slaves_unreachable"),
                    &master.metrics.why(),
                ) {
                    (Some(number), _) => {
                        let at = EvidenceRef::item(items::path(items::MESOS_MASTER, &master.host, items::METRICS));
                        seen.push((number, at.at("/master~1slaves_unreachable").quoting(number)));
                    }
                    (None, Some(why)) => saw.unknown(why),
                    (None, None) => {
                        saw.unknown_because(format!(
                            "the metrics of {} have no `master/slaves_unreachable`",
                            master.host
                        ));
                    }
                }
                if let Ok((registry, at)) = master.registry.get() {
                    seen.push((
                        registry.unreachable,
                        at.at("/unreachable").quoting(registry.unreachable),
                    ));
                }
            }
            None => saw.unknown_because("no master is known to lead, so nobody counts the unreachable agents"),
        }
        let worst = seen.iter().map(|(number, _)| *number).max().unwrap_or_default();
        if worst > 0 {
            let agents = given_away(snapshot);
            let agents = if agents.is_empty() {
                "none".to_owned()
            } else {
                few(&agents)
            };
            let mut finding = Finding::about(Subject::cluster())
                .with("count", worst)
                .with("agents", agents);
            for (_, at) in seen.iter().filter(|(number, _)| *number > 0) {
                finding = finding.seen_at(at.clone());
            }
            saw.fire(finding);
        }
        for (_, at) in &seen {
            saw.looked_at(at);
        }
        if !seen.is_empty() {
            saw.judged(seen.len(), "counters of unreachable agents");
        }
    }
}

/// Ids of agents that unreachable tasks name.
fn given_away(snapshot: &Snapshot) -> Vec<String> {
    let Some(table) = snapshot.tasks.known() else {
        return Vec::new();
    };
    let agents: BTreeSet<&str> = table
        .tasks
        .iter()
        .filter(|task| task.list == TaskList::Unreachable)
        .map(|task| table.agent_of(task))
        .collect();
    agents.into_iter().map(str::to_owned).collect()
}
