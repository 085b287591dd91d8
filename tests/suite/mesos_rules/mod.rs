//! The rules of Mesos' upgrade guide held against clusters: every condition fires on what it is made for and stays quiet
//! otherwise, through the real evaluator and the real checks; genuine flags; what is not shown is never "not set".

mod genuine;
mod lab;
mod laws;

mod staged;

use std::collections::BTreeMap;

use gonogo::checks::{self, Check};
use gonogo::knowledge::{Guide, GuideHop, Knowledge, Rule};
use gonogo::model::{CheckResult, Datum, Line, Version};

/// The checks over the guide.
const CHECKS: [&str; 8] = [
    "mesos-behaviour-changed",
    "mesos-endpoint-removed",
    "mesos-flag-changed",
    "mesos-flag-deprecated",
    "mesos-flag-ignored",
    "mesos-flag-removed",
    "mesos-flag-required",
    "mesos-incompatible",
];

fn guide() -> &'static Guide {
    &Knowledge::builtin().unwrap().mesos
}

fn the_checks() -> Vec<&'static dyn Check> {
    CHECKS.iter().map(|id| checks::find(id).unwrap()).collect()
}

/// Rules with a condition, with their hops.
fn judged_rules() -> Vec<(&'static GuideHop, &'static Rule)> {
    let hops = guide().hops.iter();
    let rules = hops.flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)));
    rules.filter(|(_, rule)| rule.fires.is_some()).collect()
}

fn first_of(line: Line) -> Version {
    Version::new(line.major, line.minor, 0)
}

/// `check: rule: name: where` of every finding, and the status of every check without one.
fn told(results: &[CheckResult]) -> (Vec<String>, BTreeMap<&str, String>) {
    let mut found = Vec::new();
    let mut rest = BTreeMap::new();
    for result in results {
        for finding in &result.findings {
            let text = |name: &str| finding.data.get(name).map(Datum::to_string).unwrap_or_default();
            found.push(format!(
                "{}: {}: {}: {}",
                result.check,
                text("rule"),
                text("name"),
                text("where")
            ));
        }
        if result.findings.is_empty() {
            rest.insert(result.check.as_str(), format!("{:?}", result.status));
        }
    }
    (found, rest)
}
