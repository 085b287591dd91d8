//! `components-unhealthy`: nodes and units that DC/OS itself calls unhealthy. Never takes "unknown" for healthy.

use crate::checks::shared::only_on_dcos;
use crate::checks::{Check, Context, Saw};
use crate::model::{Area, CheckMeta, Doc, EvidenceRef, Finding, Observed, Severity, Stage, Subject, SubjectKind, Why};

/// The check.
pub struct ComponentsUnhealthy;

static META: CheckMeta = CheckMeta {
    id: "components-unhealthy",
    area: Area::Cluster,
    title: "every DC/OS component on every node is healthy",
    finding: "{kind} {name} is unhealthy by the DC/OS health service (health {health})",
    severity: Severity::Blocker,
    stage: Stage::Single,
    needs: &["data/dcos/*/health_nodes.json", "data/dcos/*/health_units.json"],
    requirements: &["S0-28", "S1-68", "S1-90", "S1-135"],
    doc: Doc {
        what: "Every node and every systemd unit in the DC/OS health service (/system/health/v1/nodes and /units) has \
               health 0. Health 1 fires; any other value, 3 (unknown) first of all, is UNKNOWN. Plain Mesos has no such service.",
        why: "A component that fails before the upgrade fails after it as well, and then nobody can tell which of the two it \
              was. Units such as dcos-net or dcos-exhibitor are what the upgrade script waits for.",
        by_hand: "curl -s -H \"Authorization: token=$TOKEN\" https://CLUSTER/system/health/v1/units \
                  | jq '.units[] | select(.health != 0)'",
        remedy: "Look at the unit on its node (systemctl status UNIT, journalctl -u UNIT), repair it, wait until the \
                 service shows 0, and collect again.",
        sources: &[
            "dcos/dcos-diagnostics dcos/interfaces.go (0 healthy, 1 unhealthy, 3 unknown) and api/structures.go",
            "DC/OS Upgrade FAQ & Workbook: cluster healthy and operational before the start; validation from UI or API",
        ],
    },
};

impl Check for ComponentsUnhealthy {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        if !only_on_dcos(context, "health service", saw) {
            return;
        }
        let dcos = &context.facts.snapshot.dcos;
        let nodes = part(&dcos.nodes, |node| (node.host.as_str(), node.health, &node.at));
        judge(nodes, "node", "nodes", saw);
        let units = part(&dcos.units, |unit| (unit.id.as_str(), unit.health, &unit.at));
        judge(units, "unit", "units", saw);
    }
}

type Line<'a> = (&'a str, i64, &'a EvidenceRef);

fn part<'a, T>(
    list: &'a Observed<Vec<T>>,
    line: impl Fn(&'a T) -> Line<'a>,
) -> Result<(Vec<Line<'a>>, &'a EvidenceRef), &'a Why> {
    list.get().map(|(list, at)| (list.iter().map(line).collect(), at))
}

fn judge(list: Result<(Vec<Line<'_>>, &EvidenceRef), &Why>, kind: &str, what: &'static str, saw: &mut Saw) {
    let (list, at) = match list {
        Ok(list) => list,
        Err(why) => return saw.unknown(why),
    };
    saw.looked_at(at);
    if list.is_empty() {
        return saw.unknown_because(format!("{} lists no {what}", at.item));
    }
    for (name, health, at) in &list {
        match health {
            0 => {}
            1 => saw.fire(
                Finding::about(Subject::named(SubjectKind::Node, *name))
                    .with("kind", kind)
                    .with("health", health.to_string())
                    .with("key", kind)
                    .seen_at(at.at(format!("{}/health", at.pointer)).quoting(health)),
            ),
            other => saw.unknown_because(format!("{kind} {name} has health {other}, which is neither 0 nor 1")),
        }
    }
    saw.judged(list.len(), what);
}
