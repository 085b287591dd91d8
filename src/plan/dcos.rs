//! The steps of a DC/OS hop: the vendor's procedure, filled in with versions and names. Never leaves out a step that applies.

use super::{Command, Request, Step};
use crate::knowledge::Knowledge;
use crate::knowledge::hops::Classified;
use crate::knowledge::procedure::{self, Each, Gate, Phase, Window, filled};

pub(super) fn steps(knowledge: &Knowledge, request: &Request, hop: &Classified) -> Vec<Step> {
    let window = Window {
        from: &hop.from,
        to: &hop.to,
        kind: hop.kind,
        edition: request.edition,
    };
    let mesos = knowledge.release(&hop.to).map_or_else(
        || "the version that the release ships".to_owned(),
        |release| release.mesos.join(" or "),
    );
    let mut steps = Vec::new();
    for phase in Phase::ALL {
        let of_phase = knowledge
            .procedure
            .steps
            .iter()
            .filter(|step| step.phases.contains(&phase) && step.applies(&window));
        for step in of_phase {
            let n = steps.len() + 1;
            steps.push(planned(step, n, phase, request, &window, &mesos));
        }
    }
    steps
}

fn planned(
    step: &procedure::Step,
    n: usize,
    phase: Phase,
    request: &Request,
    window: &Window<'_>,
    mesos: &str,
) -> Step {
    let fill = |text: &str| filled(text, window.from, window.to).replace("{mesos}", mesos);
    // Of a plan for one edition nobody needs to hear which it is.
    let marked = |edition| if request.edition.is_some() { None } else { edition };
    let (nodes, count) = nodes(step.each, phase, request);
    Step {
        n,
        id: step.id.clone(),
        phase: phase.as_str().to_owned(),
        each: step.each,
        nodes,
        count,
        component: None,
        note: (phase == Phase::Marathon).then(|| service_marathons(request)).flatten(),
        edition: marked(step.edition),
        title: fill(&step.title),
        text: fill(&step.text),
        commands: step
            .commands
            .iter()
            .filter(|command| command.applies(window))
            .map(|command| Command {
                run: fill(&command.run),
                on: command.on,
                changes: command.changes,
                edition: marked(command.edition),
            })
            .collect(),
        gate: step.gate.as_ref().map(|gate| Gate {
            see: fill(&gate.see),
            checks: gate.checks.clone(),
            stop: fill(&gate.stop),
        }),
        requirements: step.requirements.clone(),
        signoffs: Vec::new(),
        sources: step.sources.clone(),
        disagreement: step.disagreements.iter().filter_map(|one| one.of(window)).collect(),
    }
}

/// Which service Marathons the archive shows.
fn service_marathons(request: &Request) -> Option<String> {
    let all = request.cluster.as_ref()?.service_marathons.as_ref()?;
    Some(if all.is_empty() {
        "the archive shows none".to_owned()
    } else {
        format!("the archive shows: {}", all.join(", "))
    })
}

/// What a step is done on, as far as an archive names it.
fn nodes(each: Each, phase: Phase, request: &Request) -> (Vec<String>, Option<usize>) {
    let Some(cluster) = &request.cluster else {
        return (Vec::new(), None);
    };
    let agents = cluster.agents;
    match (each, phase) {
        (Each::Master, _) => (cluster.masters.clone(), Some(cluster.masters.len())),
        (Each::Agent, Phase::PrivateAgents) => (Vec::new(), agents.map(|agents| agents.private)),
        (Each::Agent, Phase::PublicAgents) => (Vec::new(), agents.map(|agents| agents.public)),
        (Each::Agent, _) => (Vec::new(), agents.map(|agents| agents.private + agents.public)),
        (Each::Node, _) => (
            Vec::new(),
            agents.map(|agents| cluster.masters.len() + agents.private + agents.public),
        ),
        (Each::Cluster | Each::Bootstrap, _) => (Vec::new(), None),
    }
}
