//! Pieces of the checks that hold constraints against agents: what is to be placed, and a finding about it. Holds no rule.

use super::{Instance, place};
use crate::checks::{Context, Saw};
use crate::facts::placement::{Outcome, Workload};
use crate::model::{EvidenceRef, Finding, SubjectKind, Version};

/// An app or pod with constraints that wants instances.
pub struct Wanted<'a> {
    /// App or pod.
    pub kind: SubjectKind,
    /// Its path, or its place if it has none.
    pub name: String,
    /// What is asked.
    pub workload: Workload<'a>,
    /// Instances running, where the answer says it (apps).
    pub running: Option<u64>,
    at: &'a EvidenceRef,
}

/// Every app and pod of an instance that has constraints and wants instances (or does not say how many).
pub fn wanted<'a>(instance: Instance<'a>, saw: &mut Saw) -> Vec<Wanted<'a>> {
    let apps = instance.apps(saw).iter().map(|app| Wanted {
        kind: SubjectKind::App,
        name: place(&app.id, &app.at),
        workload: Workload::app(app),
        running: app.running,
        at: &app.at,
    });
    let pods = instance.pods(saw).iter().map(|pod| Wanted {
        kind: SubjectKind::Pod,
        name: place(&pod.id, &pod.at),
        workload: Workload::pod(pod),
        running: None,
        at: &pod.at,
    });
    apps.chain(pods)
        .filter(|one| !one.workload.constraints.is_empty() && one.workload.instances != Some(0))
        .collect()
}

impl Wanted<'_> {
    /// A finding about it, with the constraint (`None`: all of them) and the list of agents as evidence.
    pub fn finding(&self, instance: Instance<'_>, constraint: Option<usize>, context: &Context<'_>) -> Finding {
        let list = match self.kind {
            SubjectKind::Pod => "scheduling/placement/constraints",
            _ => "constraints",
        };
        let pointer = format!("{}/{list}", self.at.pointer);
        let raw = constraint.and_then(|ordinal| Some((ordinal, &self.workload.constraints.get(ordinal)?.raw)));
        let seen = match raw {
            Some((ordinal, raw)) => self.at.at(format!("{pointer}/{ordinal}")).quoting(raw),
            None => self.at.at(pointer),
        };
        let mut all = self.workload.constraints.iter().map(|one| one.raw.as_str());
        let shown = match raw {
            Some((_, raw)) => raw.clone(),
            None => all.by_ref().take(4).collect::<Vec<_>>().join(", "),
        };
        let finding = Finding::about(instance.workload(self.kind, &self.name))
            .with("constraint", shown)
            .with("instances", self.workload.instances.unwrap_or_default())
            .with("marathon", instance.name())
            .seen_at(seen);
        match context.facts.agents_seen() {
            Ok(agents) => finding.seen_at(agents.at.clone()),
            Err(_) => finding,
        }
    }

    /// How many run, in words.
    pub fn running(&self) -> String {
        match self.running {
            Some(running) => format!("{running} running"),
            None => "how many run is not listed".to_owned(),
        }
    }

    /// The finding of one that cannot be placed.
    pub fn impossible(
        &self,
        instance: Instance<'_>,
        constraint: Option<usize>,
        outcome: &Outcome,
        (because, version): (&str, &Version),
        context: &Context<'_>,
    ) -> Finding {
        self.finding(instance, constraint, context)
            .with("at_most", outcome.at_most.unwrap_or_default())
            .with("because", because)
            .with("running", self.running())
            .with("version", version.to_string())
    }
}
