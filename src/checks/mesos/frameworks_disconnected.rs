//! `frameworks-disconnected`: frameworks whose scheduler is not there. Never judges what their tasks do.

use crate::checks::shared::listed;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, Finding, Severity, Stage, Subject, SubjectKind};

/// The check.
pub struct FrameworksDisconnected;

static META: CheckMeta = CheckMeta {
    id: "frameworks-disconnected",
    area: Area::Mesos,
    title: "every framework is connected and active",
    finding: "framework {name} ({id}) is {state}; its failover timeout is {failover} s",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &[
        "data/mesos-master/*/state.json",
        "data/mesos-master/*/metrics_snapshot.json",
        "data/mesos-master/*/state_summary.json",
    ],
    requirements: &["S0-29", "S0-64"],
    doc: Doc {
        what: "Every framework the leading master lists has `active` true, `connected` true and `recovered` false (the last two \
               since Mesos 1.2). Frameworks that have ended are not looked at.",
        why: "A framework without its scheduler starts and replaces nothing. When its failover timeout is over, Mesos kills all its \
              tasks; a master or agent restart in the window cannot be told from that. One that is `recovered` is known from \
              its tasks only, since the last election.",
        by_hand: "curl -s http://LEADER:5050/frameworks \
                  | jq -r '.frameworks[] | select(.active != true or .connected == false) | .name, .id'",
        remedy: "Start the scheduler again, or tear the framework down if it is a leftover, before the window. After an election give \
                 schedulers a few minutes to come back.",
        sources: &[
            "DC/OS 1.11 patching page: every framework connected, active and healthy",
            "apache/mesos src/master/http.cpp (`active`; `connected` and `recovered` since 1.2), docs/app-framework-development-guide.md (failover_timeout)",
        ],
    },
};

impl Check for FrameworksDisconnected {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        let Some(frameworks) = listed(context.facts.frameworks_seen(), saw) else {
            return;
        };
        let has_connected = context
            .facts
            .mesos_version()
            .is_none_or(|version| version.at_least(1, 2, 0));
        for framework in frameworks.items {
            let mut states = Vec::new();
            let mut at = None;
            let mut note = |field: &str, word: &str, value: bool| {
                states.push(word.to_owned());
                at.get_or_insert_with(|| {
                    framework
                        .at
                        .at(format!("{}/{field}", framework.at.pointer))
                        .quoting(value)
                });
            };
            if framework.connected == Some(false) {
                note("connected", "not connected", false);
            }
            if framework.active == Some(false) {
                note("active", "not active", false);
            }
            if framework.recovered == Some(true) {
                note("recovered", "known from its tasks only", true);
            }
            if let Some(at) = at {
                let failover = framework
                    .failover_timeout
                    .map_or_else(|| "unknown".to_owned(), |s| s.to_string());
                saw.fire(
                    Finding::about(Subject::new(SubjectKind::Framework, &framework.id, &framework.name))
                        .with("id", framework.id.clone())
                        .with("state", states)
                        .with("failover", failover)
                        .seen_at(at),
                );
            } else if framework.active.is_none() || (has_connected && framework.connected.is_none()) {
                saw.unknown_because(format!(
                    "{} does not say whether framework {} is connected",
                    framework.at.item, framework.name
                ));
            }
        }
        saw.judged(frameworks.items.len(), "frameworks");
    }
}
