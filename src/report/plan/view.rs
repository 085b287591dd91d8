//! What templates are shown of a plan: the plan itself, grouped by phases, with every text made harmless.
//!
//! Bounded: a plan grows with the number of hops and masters, never with agents or tasks.

use serde::Serialize;
use serde_json::Value;

use super::words;
use crate::plan::{Cluster, Hop, Manual, ManualKind, Plan, Step, When};
use crate::report::safe::{limited, sanitized};

#[derive(Serialize)]
struct View<'a> {
    plan: &'a Plan,
    headline: String,
    class: &'static str,
    product: &'static str,
    next: &'static str,
    way: String,
    shortest: String,
    cluster: Option<String>,
    edition: Option<&'static str>,
    hops: Vec<HopView<'a>>,
}

#[derive(Serialize)]
struct HopView<'a> {
    hop: &'a Hop,
    kind: &'static str,
    support: &'static str,
    class: &'static str,
    components: String,
    phases: Vec<PhaseView<'a>>,
    manual: Vec<ManualGroup<'a>>,
    blocking: usize,
    before: usize,
    after: usize,
}

#[derive(Serialize)]
struct PhaseView<'a> {
    heading: &'a str,
    steps: Vec<StepView<'a>>,
}

#[derive(Serialize)]
struct StepView<'a> {
    step: &'a Step,
    on: Option<String>,
    edition: Option<&'static str>,
}

#[derive(Serialize)]
struct ManualGroup<'a> {
    heading: &'static str,
    items: Vec<ManualView<'a>>,
}

#[derive(Serialize)]
struct ManualView<'a> {
    item: &'a Manual,
    when: &'static str,
}

/// The values of a plan's templates.
pub(super) fn of(plan: &Plan) -> Result<Value, serde_json::Error> {
    let view = View {
        plan,
        headline: words::headline(plan),
        class: words::class(plan.supported, words::disputed(plan)),
        product: words::product(plan.product),
        next: words::next(plan),
        way: words::arrows(&plan.chains.recommended),
        shortest: words::arrows(&plan.chains.shortest),
        cluster: plan.cluster.as_ref().map(words::cluster),
        edition: plan.edition.map(words::edition),
        hops: plan
            .hops
            .iter()
            .map(|hop| hop_view(hop, plan.cluster.as_ref()))
            .collect(),
    };
    let mut value = serde_json::to_value(view)?;
    harmless(&mut value);
    Ok(value)
}

fn hop_view<'a>(hop: &'a Hop, cluster: Option<&Cluster>) -> HopView<'a> {
    HopView {
        hop,
        kind: words::kind(hop.kind),
        support: words::support(hop.supported),
        class: words::class(hop.supported, !hop.disagreement.is_empty()),
        components: words::components(hop),
        phases: phases(hop)
            .into_iter()
            .map(|(phase, steps)| PhaseView {
                heading: words::phase(phase),
                steps: steps
                    .iter()
                    .map(|step| StepView {
                        step,
                        on: words::on(step, cluster),
                        edition: step.edition.map(words::edition),
                    })
                    .collect(),
            })
            .collect(),
        manual: [
            (ManualKind::Advisory, "Advisories"),
            (ManualKind::Rule, "Rules that evidence does not settle"),
            (ManualKind::Signoff, "Sign-offs"),
            (ManualKind::Image, "Images that the site names"),
        ]
        .into_iter()
        .map(|(kind, heading)| ManualGroup {
            heading,
            items: hop
                .manual
                .iter()
                .filter(|item| item.kind == kind)
                .map(|item| ManualView {
                    item,
                    when: words::when(item.when),
                })
                .collect(),
        })
        .filter(|group| !group.items.is_empty())
        .collect(),
        blocking: hop.manual.iter().filter(|item| item.blocking).count(),
        before: hop.checks.iter().filter(|check| check.when != When::After).count(),
        after: hop.checks.iter().filter(|check| check.when == When::After).count(),
    }
}

/// Steps by phase, in order.
pub(super) fn phases(hop: &Hop) -> Vec<(&str, &[Step])> {
    hop.steps
        .chunk_by(|a, b| a.phase == b.phase)
        .filter_map(|steps| Some((steps.first()?.phase.as_str(), steps)))
        .collect()
}

/// Makes every text harmless and limits its length.
fn harmless(value: &mut Value) {
    match value {
        Value::String(text) => *text = limited(&sanitized(text)).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(harmless),
        Value::Object(members) => members.values_mut().for_each(harmless),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
