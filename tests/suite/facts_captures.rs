//! What facts and single checks say about genuine answers of Mesos 1.4.3, 1.5.3 and 1.11.0.
//!
//! `fixtures/clusters/lab-*` are recorded answers of real masters and agents (of each cluster one or two agents
//! were asked); only the lab's scratch folder was renamed in them. Whatever fires here really happened.

use gonogo::checks;
use gonogo::facts::Facts;
use gonogo::facts::cluster::Kind;
use gonogo::model::{Area, CheckResult, Policy, Stage, Status};
use gonogo::snapshot::Snapshot;

use crate::support::fixture::{Cluster, run_single};

/// Everything the lab sets up on purpose: an agent in a maintenance window, a scheduler that went away for good.
const STAGED: [&str; 3] = [
    "frameworks-disconnected: framework gone-scheduler",
    "frameworks-without-checkpoint: framework gone-scheduler",
    "maintenance-scheduled: node 127.0.1.2",
];

fn results(snapshot: &Snapshot) -> Vec<CheckResult> {
    let facts = Facts::new(snapshot);
    checks::all()
        .into_iter()
        .filter(|check| check.meta().stage == Stage::Single && matches!(check.meta().area, Area::Cluster | Area::Mesos))
        .map(|check| run_single(check, &facts, None, &Policy::default()))
        .collect()
}

fn fired(results: &[CheckResult]) -> Vec<String> {
    let mut all: Vec<String> = results
        .iter()
        .flat_map(|result| &result.findings)
        .map(|finding| format!("{}: {} {}", finding.check, finding.subject.kind, finding.subject.name))
        .collect();
    all.sort();
    all
}

fn with_status(results: &[CheckResult], status: Status) -> Vec<&str> {
    results
        .iter()
        .filter(|result| result.status == status)
        .map(|result| result.check.as_str())
        .collect()
}

/// Asserts exactly these findings beside what the lab stages, and exactly these checks without an answer.
fn expect(lab: &str, findings: &[&str], unknown: &[&str]) {
    let snapshot = Cluster::read(lab).snapshot();
    let results = results(&snapshot);
    let mut expected: Vec<String> = findings.iter().chain(&STAGED).map(ToString::to_string).collect();
    expected.sort();
    assert_eq!(fired(&results), expected, "findings of {lab}");
    assert_eq!(
        with_status(&results, Status::Unknown),
        unknown,
        "unknown of {lab}: {results:#?}"
    );
    let skipped = [
        "agents-missing",
        "components-unhealthy",
        "dcos-versions-mixed",
        "packages-without-path",
        "component-versions-unexpected",
        "mesos-flag-ignored",
    ];
    // Nobody said what is to be reached: checks about a hop say so and are tested with their own targets.
    let aimless = |result: &&CheckResult| {
        let reason = result.reason.as_deref();
        reason.is_some_and(|reason| reason.starts_with("no target was stated"))
    };
    let aimless: Vec<&str> = results
        .iter()
        .filter(aimless)
        .map(|result| result.check.as_str())
        .collect();
    let mut left = with_status(&results, Status::Skipped);
    left.retain(|check| !aimless.contains(check));
    assert_eq!(left, skipped, "skipped of {lab}");
}

#[test]
fn one_master_and_five_agents_have_what_the_lab_stages_and_nothing_else() {
    for lab in ["lab-1.4.3", "lab-1.5.3", "lab-1.11.0"] {
        // Two of the five agents were asked.
        expect(lab, &[], &["agents-unregistered"]);
    }
}

#[test]
fn lists_of_a_healthy_master_are_believed() {
    for (lab, agents, frameworks, tasks) in [
        ("lab-1.4.3", 5, 5, 8),
        ("lab-1.5.3", 5, 5, 8),
        ("lab-1.11.0", 5, 5, 8),
        ("lab-ha", 4, 5, 8),
        ("lab-after-failover", 3, 5, 6),
        ("lab-1.4.3-to-1.5.3", 4, 5, 8),
    ] {
        let snapshot = Cluster::read(lab).snapshot();
        let facts = Facts::new(&snapshot);
        assert_eq!(facts.agents().map(<[_]>::len), Ok(agents), "{lab}");
        assert_eq!(facts.frameworks().map(<[_]>::len), Ok(frameworks), "{lab}");
        assert_eq!(facts.tasks().map(|table| table.tasks.len()), Ok(tasks), "{lab}");
        assert_eq!(facts.cluster.kind.known(), Some(&Kind::Mesos), "{lab}");
        assert!(facts.leading_master().is_some(), "{lab}");
    }
}

#[test]
fn an_agent_that_was_killed_is_unreachable_and_its_tasks_with_it() {
    expect(
        "lab-ha",
        &[
            "agents-unreachable: cluster cluster",
            "tasks-not-settled: task 1.data",
            "tasks-not-settled: task 3.shop",
        ],
        // Two of the three masters and one of the four agents were asked.
        &["masters-missing", "agents-unregistered"],
    );
}

#[test]
fn after_a_failover_a_dead_agent_stands_in_the_registry_only() {
    expect(
        "lab-after-failover",
        &[
            "agents-recovered-only: agent 127.0.1.2",
            "masters-missing: master 127.0.0.2",
        ],
        &[
            "leader-views-disagree",
            "masters-even",
            "agent-version-skew",
            "agents-unregistered",
            "registrar-not-recovered",
        ],
    );
}

#[test]
fn in_the_middle_of_a_rolling_upgrade_two_agents_are_behind() {
    expect(
        "lab-1.4.3-to-1.5.3",
        &[
            "agent-version-skew: agent 127.0.1.3",
            "agent-version-skew: agent 127.0.1.4",
        ],
        &["masters-missing", "agents-unregistered"],
    );
}

#[test]
fn a_master_without_quorum_is_named_and_nothing_it_lists_counts_as_health() {
    let snapshot = Cluster::read("lab-no-quorum").snapshot();
    let results = results(&snapshot);
    assert_eq!(
        fired(&results),
        [
            "masters-missing: cluster cluster",
            "registrar-not-recovered: master 127.0.0.1"
        ]
    );
    assert_eq!(
        with_status(&results, Status::Unknown),
        [
            "masters-even",
            "agent-version-skew",
            "agents-inactive",
            "agents-recovered-only",
            "agents-unreachable",
            "agents-unregistered",
            "frameworks-disconnected",
            "frameworks-without-checkpoint",
            "maintenance-scheduled",
            "tasks-not-settled",
            "tasks-unhealthy",
        ]
    );
    assert_eq!(with_status(&results, Status::Pass), ["leader-views-disagree"]);
    let facts = Facts::new(&snapshot);
    assert!(facts.agents().is_err() && facts.frameworks().is_err() && facts.tasks().is_err());
}
