//! The steps of a plain Mesos hop: the guide's components in the guide's order, with what stands around them. Never makes up an order.

use super::{Command, Ordered, Request, Step};
use crate::knowledge::guide::{GuideStep, Order};
use crate::knowledge::hops::{Classified, HopKind};
use crate::knowledge::procedure::{Around, Each, MesosStep, Window, filled};
use crate::knowledge::{GuideHop, Knowledge};

pub(super) fn steps(knowledge: &Knowledge, request: &Request, hop: &Classified) -> (Option<Ordered>, Vec<Step>) {
    let crossed = knowledge.mesos.between(&hop.from, &hop.to);
    let mut steps: Vec<Step> = Vec::new();
    let mut add = |step: Step| {
        let n = steps.len() + 1;
        steps.push(Step { n, ..step });
    };
    for step in around(knowledge, Around::Before) {
        add(from_table(step, "gather", request, hop));
    }
    let gates: Vec<&MesosStep> = around(knowledge, Around::Gate).collect();
    // Without a section of the guide no order is made up.
    let (order, listed) = crossed
        .as_ref()
        .map_or((None, Vec::new()), |crossed| ordered(crossed, hop));
    let crossed = crossed.unwrap_or_default();
    for (at, step) in listed.iter().enumerate() {
        add(component(step, at, &gates, &crossed, request, hop));
    }
    for step in around(knowledge, Around::After) {
        add(from_table(step, "validate", request, hop));
    }
    (order, steps)
}

fn around(knowledge: &Knowledge, place: Around) -> impl Iterator<Item = &MesosStep> {
    knowledge.procedure.mesos.iter().filter(move |step| step.place == place)
}

/// The order of the hop, and its steps.
fn ordered(crossed: &[&GuideHop], hop: &Classified) -> (Option<Ordered>, Vec<GuideStep>) {
    match crossed {
        [] => (Some(inside_one_line(hop)), restarts()),
        [only] => (
            Some(Ordered {
                said: only.order,
                words: words(only.order).to_owned(),
                notes: only.notes.clone(),
                sources: only.sources.clone(),
            }),
            only.steps.clone(),
        ),
        several => over_lines(several),
    }
}

fn words(order: Order) -> &'static str {
    match order {
        Order::Documented => "the guide lists the components in this order",
        Order::Free => "the guide says that no order is required; this is the usual one",
        Order::Inherited => "the guide lists no order for this hop; this is the one of the last hop that has a list",
    }
}

/// Within one line the guide has no section: masters and agents are restarted, in its usual order.
fn inside_one_line(hop: &Classified) -> Ordered {
    let what = match hop.kind {
        HopKind::Configuration => "a change of flags",
        _ => "a patch within one line",
    };
    Ordered {
        said: Order::Inherited,
        words: format!("the guide has no section for {what}; this is its usual order"),
        notes: Vec::new(),
        sources: vec!["apache/mesos docs/upgrades.md".to_owned()],
    }
}

fn restarts() -> Vec<GuideStep> {
    ["masters", "agents"]
        .map(|component| GuideStep {
            component: component.to_owned(),
            actions: vec!["install".to_owned(), "restart".to_owned()],
            note: None,
        })
        .into()
}

/// A step over several lines: the list of the last one, and in front of it what some line wants in front of the masters.
fn over_lines(several: &[&GuideHop]) -> (Option<Ordered>, Vec<GuideStep>) {
    let mut steps: Vec<GuideStep> = several.last().map(|hop| hop.steps.clone()).unwrap_or_default();
    let mut first: Vec<GuideStep> = Vec::new();
    for hop in several {
        let before_masters = hop.steps.iter().take_while(|step| step.component != "masters");
        for step in before_masters {
            if !first.contains(step) {
                first.push(step.clone());
            }
        }
    }
    let own = steps.iter().take_while(|step| step.component != "masters").count();
    steps.drain(..own);
    first.append(&mut steps);
    let mut sources: Vec<String> = Vec::new();
    for source in several.iter().flat_map(|hop| &hop.sources) {
        if !sources.contains(source) {
            sources.push(source.clone());
        }
    }
    let mut notes: Vec<(String, String)> = Vec::new();
    for (hop, note) in several
        .iter()
        .flat_map(|hop| hop.notes.iter().map(move |note| (hop, note)))
    {
        let place = format!("{} to {}", hop.from, hop.to);
        match notes.iter_mut().find(|(_, other)| other == note) {
            Some((places, _)) => *places = format!("{places}, {place}"),
            None => notes.push((place, note.clone())),
        }
    }
    let notes = notes
        .into_iter()
        .map(|(places, note)| format!("{places}: {note}"))
        .collect();
    let order = Ordered {
        said: Order::Inherited,
        words: format!(
            "the guide has one section for each of the {} lines that this hop crosses; this is the order of the last one, \
             with what any of them wants before the masters put first",
            several.len()
        ),
        notes,
        sources,
    };
    (Some(order), first)
}

fn component(
    step: &GuideStep,
    at: usize,
    gates: &[&MesosStep],
    crossed: &[&GuideHop],
    request: &Request,
    hop: &Classified,
) -> Step {
    let restarts = step
        .actions
        .iter()
        .any(|action| action == "restart" || action == "reboot");
    let gate = gates
        .iter()
        .find(|gate| restarts && gate.component.as_deref() == Some(step.component.as_str()));
    let (each, nodes, count) = on(&step.component, request);
    let mut text = String::new();
    let mut requirements: Vec<String> = crossed
        .iter()
        .flat_map(|hop| hop.requirements.iter().cloned())
        .collect();
    let mut sources: Vec<String> = crossed.iter().flat_map(|hop| hop.sources.iter().cloned()).collect();
    if let Some(gate) = gate {
        text = format!("{}. {}", gate.title, gate.text);
        requirements.extend(gate.requirements.iter().cloned());
        sources.extend(gate.sources.iter().cloned());
    }
    if sources.is_empty() {
        sources.push("apache/mesos docs/upgrades.md".to_owned());
    }
    // Hops behind 0.22 have no item of their own: this one says that rules go by hops.
    if requirements.is_empty() {
        requirements.push("S4-28".to_owned());
    }
    let mut seen = Vec::new();
    requirements.retain(|id| {
        let new = !seen.contains(id);
        seen.push(id.clone());
        new
    });
    Step {
        n: 0,
        id: format!("mesos-{}-{}", at + 1, step.component),
        phase: "upgrade".to_owned(),
        each,
        nodes,
        count,
        component: Some(step.component.clone()),
        note: step.note.clone(),
        edition: None,
        title: format!("{}: {}", step.component, actions(step)),
        text,
        commands: Vec::new(),
        gate: gate.map(|step| filled_gate(step, hop)),
        requirements,
        signoffs: Vec::new(),
        sources,
        disagreement: Vec::new(),
    }
}

fn on(component: &str, request: &Request) -> (Each, Vec<String>, Option<usize>) {
    let cluster = request.cluster.as_ref();
    match component {
        "masters" => (
            Each::Master,
            cluster.map(|cluster| cluster.masters.clone()).unwrap_or_default(),
            cluster.map(|cluster| cluster.masters.len()),
        ),
        "agents" => (
            Each::Agent,
            Vec::new(),
            cluster
                .and_then(|cluster| cluster.agents)
                .map(|agents| agents.private + agents.public),
        ),
        _ => (Each::Cluster, Vec::new(), None),
    }
}

fn actions(step: &GuideStep) -> String {
    let words: Vec<&str> = step
        .actions
        .iter()
        .map(|action| match action.as_str() {
            "install" if step.component == "modules" => "install them",
            "install" => "install the new version",
            "upgrade-library" => "link the new native library",
            "reconfigure-cgroup-mounts" => "give each cgroup controller its own mount",
            "rebuild" => "build for the new version",
            "configure" => "set the new configuration",
            other => other,
        })
        .collect();
    words.join(", ")
}

fn filled_gate(step: &MesosStep, hop: &Classified) -> crate::knowledge::procedure::Gate {
    crate::knowledge::procedure::Gate {
        see: filled(&step.gate.see, &hop.from, &hop.to),
        checks: step.gate.checks.clone(),
        stop: filled(&step.gate.stop, &hop.from, &hop.to),
    }
}

fn from_table(step: &MesosStep, phase: &str, request: &Request, hop: &Classified) -> Step {
    let window = Window {
        from: &hop.from,
        to: &hop.to,
        kind: hop.kind,
        edition: request.edition,
    };
    Step {
        n: 0,
        id: step.id.clone(),
        phase: phase.to_owned(),
        each: Each::Cluster,
        nodes: Vec::new(),
        count: None,
        component: None,
        note: None,
        edition: None,
        title: filled(&step.title, &hop.from, &hop.to),
        text: filled(&step.text, &hop.from, &hop.to),
        commands: step
            .commands
            .iter()
            .filter(|command| command.applies(&window))
            .map(|command| Command {
                run: filled(&command.run, &hop.from, &hop.to),
                on: command.on,
                changes: command.changes,
                edition: None,
            })
            .collect(),
        gate: Some(filled_gate(step, hop)),
        requirements: step.requirements.clone(),
        signoffs: Vec::new(),
        sources: step.sources.clone(),
        disagreement: Vec::new(),
    }
}
