//! `mesos-endpoint-removed`: a route that is served now is gone after the hop. Never asks for the route, never claims that somebody uses it.

use crate::checks::{Check, Context, Saw};
use crate::knowledge::rule::{RuleKind, Weight};
use crate::model::{Area, CheckMeta, Doc, Severity, Stage};

use super::shared::{FINDING, judge};

/// The check.
pub struct MesosEndpointRemoved;

const META: CheckMeta = CheckMeta {
    id: "mesos-endpoint-removed",
    area: Area::Mesos,
    title: "no route vanishes with the hop",
    finding: FINDING,
    severity: Severity::Warning,
    stage: Stage::Single,
    needs: &["data/mesos-master/*/version.json", "data/mesos-master/*/state.json"],
    requirements: &["S4-22"],
    doc: Doc {
        what: "Knows which routes each line of Mesos serves, and looks at the versions that masters and agents run. Fires for every route that is served now and that a version up to the target no longer has. Whether somebody still asks for it cannot be seen here.",
        why: "Dashboards, exporters and scripts that ask for the old route get 404 after the hop.",
        by_hand: "Search the configuration of clients and the access logs of proxies for the route. Never try out a route that changes state.",
        remedy: "Move clients to the successor; /state and its like answer from 0.25 on, the names with .json go in 1.8.",
        sources: &[
            "apache/mesos src/master/master.cpp, src/slave/slave.cpp, src/slave/monitor.cpp, src/files/files.cpp, tag by tag 0.11.0 to 1.11.0",
        ],
    },
};

impl Check for MesosEndpointRemoved {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn run(&self, context: &Context<'_>, saw: &mut Saw) {
        judge(context, saw, |rule| {
            rule.kind == RuleKind::EndpointRemoved && rule.weight >= Weight::Warning
        });
    }
}
