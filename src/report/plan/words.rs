//! Words for the values of a plan. Every renderer for people uses these.

use crate::knowledge::hops::{HopKind, Product};
use crate::knowledge::procedure::Each;
use crate::knowledge::signoffs::Edition;
use crate::model::Version;
use crate::plan::{Cluster, Hop, Plan, Step, When};

/// "DC/OS" or "Mesos".
pub(super) fn product(product: Product) -> &'static str {
    match product {
        Product::Dcos => "DC/OS",
        Product::Mesos => "Mesos",
    }
}

/// What is said of support.
pub(super) fn support(supported: Option<bool>) -> &'static str {
    match supported {
        Some(true) => "supported",
        Some(false) => "not supported",
        None => "the documents do not say",
    }
}

/// The class that colours it: support about which documents disagree is not green.
pub(super) fn class(supported: Option<bool>, disputed: bool) -> &'static str {
    match supported {
        Some(true) if disputed => "warnings",
        Some(true) => "go",
        Some(false) => "no-go",
        None => "cannot-say",
    }
}

/// Kind of a hop.
pub(super) fn kind(kind: HopKind) -> &'static str {
    match kind {
        HopKind::Patch => "patch",
        HopKind::Upgrade => "upgrade",
        HopKind::Configuration => "change of configuration",
        HopKind::Unsupported => "no hop that the documents support",
    }
}

/// Heading of a phase.
pub(super) fn phase(phase: &str) -> &str {
    match phase {
        "decide" => "Decide",
        "gather" => "Gather",
        "back-up" => "Back up",
        "bootstrap" => "Bootstrap node",
        "masters" => "Masters",
        "marathon" => "Service Marathon",
        "private-agents" => "Private agents",
        "public-agents" => "Public agents",
        "upgrade" => "Components, in this order",
        "validate" => "Validate",
        "trouble" => "If something fails",
        other => other,
    }
}

/// On what a step is done: "10.0.0.2, 10.0.0.3, then 10.0.0.1, which leads", "each of 12 agents", "each master".
pub(super) fn on(step: &Step, cluster: Option<&Cluster>) -> Option<String> {
    let one = match step.each {
        Each::Cluster | Each::Bootstrap => return None,
        Each::Node => "node",
        Each::Master => "master",
        Each::Agent => "agent",
    };
    if !step.nodes.is_empty() {
        return Some(turns(&step.nodes, cluster));
    }
    Some(match step.count {
        Some(count) => format!("each of {count} {one}s"),
        None => format!("each {one}"),
    })
}

/// Names in the order of their turn.
pub(super) fn turns(nodes: &[String], cluster: Option<&Cluster>) -> String {
    let leader = cluster.and_then(|cluster| cluster.leader.as_ref());
    match nodes.split_last() {
        Some((last, before)) if Some(last) == leader && !before.is_empty() => {
            format!("{}, then {last}, which leads", before.join(", "))
        }
        Some((last, [])) if Some(last) == leader => format!("{last}, which leads"),
        _ => nodes.join(", "),
    }
}

/// Edition.
pub(super) fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Enterprise => "Enterprise",
        Edition::Open => "Open Source",
    }
}

/// When.
pub(super) fn when(when: When) -> &'static str {
    match when {
        When::Before => "before",
        When::After => "after",
        When::BeforeAndAfter => "before and after",
    }
}

/// `1.9.4 -> 1.9.9`.
pub(super) fn arrows(versions: &[Version]) -> String {
    let shown: Vec<String> = versions.iter().map(ToString::to_string).collect();
    shown.join(" → ")
}

/// "Mesos 1.4.2 -> 1.5.1, Marathon 1.5.11".
pub(super) fn components(hop: &Hop) -> String {
    let shown: Vec<String> = hop
        .components
        .iter()
        .map(|component| {
            if component.from == component.to {
                format!("{} {} (stays)", component.name, component.from)
            } else {
                format!("{} {} → {}", component.name, component.from, component.to)
            }
        })
        .collect();
    shown.join(", ")
}

/// "3 masters (…), 10 private and 2 public agents".
pub(super) fn cluster(cluster: &Cluster) -> String {
    let masters = match cluster.masters.len() {
        1 => "1 master".to_owned(),
        many => format!("{many} masters"),
    };
    let agents = cluster.agents.map_or_else(
        || "agents not known".to_owned(),
        |agents| format!("{} private and {} public agents", agents.private, agents.public),
    );
    format!(
        "{}: {masters} ({}), {agents}",
        cluster.archive,
        turns(&cluster.masters, Some(cluster))
    )
}

/// The verdict over the way, in capitals.
pub(super) fn headline(plan: &Plan) -> String {
    format!(
        "{}: {} {} → {}",
        support(plan.supported).to_uppercase(),
        product(plan.product),
        plan.from,
        plan.to
    )
}

/// Whether documents disagree about any hop.
pub(super) fn disputed(plan: &Plan) -> bool {
    plan.hops.iter().any(|hop| !hop.disagreement.is_empty())
}

/// What to do next.
pub(super) fn next(plan: &Plan) -> &'static str {
    match plan.supported {
        Some(true) if disputed(plan) => {
            "Read where the documents disagree and decide with support; then go hop by hop, and let `gonogo check` judge each start."
        }
        Some(true) => {
            "Go hop by hop: `gonogo check` before each says whether it may start, `gonogo compare` after whether it worked."
        }
        Some(false) => "Do not start this hop. Choose a way of supported hops, or ask support.",
        None => "Ask support before any step: no document at hand speaks about this.",
    }
}
