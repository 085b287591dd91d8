//! The vendor's procedure as data: ids, phases, sources, requirements and checks that exist, commands that say what they change.

use std::collections::BTreeSet;

use gonogo::checks;
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::hops::HopKind;
use gonogo::knowledge::procedure::{Command, Gate, Phase, Procedure, Step, Window, read};
use gonogo::knowledge::signoffs::Edition;
use gonogo::model::Version;

fn procedure() -> &'static Procedure {
    &Knowledge::builtin().unwrap().procedure
}

fn commands() -> impl Iterator<Item = (&'static str, &'static Command)> {
    let dcos = procedure().steps.iter().map(|step| (step.id.as_str(), &step.commands));
    let mesos = procedure().mesos.iter().map(|step| (step.id.as_str(), &step.commands));
    dcos.chain(mesos)
        .flat_map(|(id, commands)| commands.iter().map(move |command| (id, command)))
}

#[test]
fn every_step_has_an_id_a_phase_requirements_and_sources() {
    let mut seen = BTreeSet::new();
    let steps = procedure().steps.iter().map(|step| {
        assert!(!step.phases.is_empty(), "{}: no phase", step.id);
        (&step.id, &step.title, &step.text, &step.requirements, &step.sources)
    });
    let mesos = procedure()
        .mesos
        .iter()
        .map(|step| (&step.id, &step.title, &step.text, &step.requirements, &step.sources));
    for (id, title, text, requirements, sources) in steps.chain(mesos) {
        assert!(seen.insert(id.clone()), "{id} twice");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}: kebab-case"
        );
        assert!(
            !title.is_empty() && !title.ends_with('.'),
            "{id}: a title is one line without a stop"
        );
        assert!(text.ends_with('.'), "{id}: the text is made of sentences");
        assert!(!requirements.is_empty(), "{id}: answers no requirement");
        assert!(
            requirements.iter().all(|id| {
                id.split_once('-').is_some_and(|(document, number)| {
                    ["S0", "S1", "S2", "S3", "S4"].contains(&document) && number.parse::<u32>().is_ok()
                })
            }),
            "{id}: {requirements:?}"
        );
        let unique: BTreeSet<&String> = requirements.iter().collect();
        assert_eq!(unique.len(), requirements.len(), "{id}: a requirement twice");
        assert!(
            !sources.is_empty() && sources.iter().all(|source| source.len() > 10),
            "{id}: a source names a place"
        );
    }
    assert!(seen.len() > 60, "only {} steps", seen.len());
}

#[test]
fn steps_stand_in_the_order_of_the_window_and_no_phase_is_empty() {
    let first: Vec<Phase> = procedure()
        .steps
        .iter()
        .filter_map(|step| step.phases.first().copied())
        .collect();
    assert!(
        first.is_sorted(),
        "a step of an earlier phase stands after one of a later phase"
    );
    for phase in Phase::ALL {
        assert!(
            procedure().steps.iter().any(|step| step.phases.contains(&phase)),
            "{phase:?}"
        );
    }
}

#[test]
fn cited_checks_exist_and_gates_say_when_to_stop() {
    let gates: Vec<(&String, &Gate)> = procedure()
        .steps
        .iter()
        .filter_map(|step| Some((&step.id, step.gate.as_ref()?)))
        .chain(procedure().mesos.iter().map(|step| (&step.id, &step.gate)))
        .collect();
    assert!(gates.len() > 40);
    for (id, gate) in gates {
        assert!(!gate.see.is_empty() && gate.stop.ends_with('.'), "{id}");
        for check in &gate.checks {
            assert!(checks::find(check).is_some(), "{id}: no check `{check}`");
        }
    }
}

#[test]
fn a_command_that_changes_something_says_so() {
    let changing = [
        "bash dcos_",
        "systemctl stop",
        "systemctl start",
        "systemctl restart",
        "rm -",
        "docker run",
        "app add",
        "app remove",
        "backup create",
    ];
    let mut marked = 0;
    for (id, command) in commands() {
        let changes = changing.iter().any(|word| command.run.contains(word));
        assert_eq!(command.changes, changes, "{id}: {}", command.run);
        marked += usize::from(changes);
        for never in [
            "/machine/",
            "--skip-checks",
            "wc -1",
            "masterversion",
            "slaveversion",
            "-X POST",
            "-X DELETE",
        ] {
            assert!(!command.run.contains(never), "{id}: {}", command.run);
        }
        assert_eq!(
            command.run.matches('\'').count() % 2,
            0,
            "{id}: an open quote in {}",
            command.run
        );
    }
    assert!(marked >= 8, "only {marked} commands change something");
}

#[test]
fn the_json_of_the_test_app_is_whole() {
    let (_, command) = commands().find(|(id, _)| *id == "test-app-runs").unwrap();
    let json = command.run.split('\'').nth(1).unwrap();
    let app: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(app["constraints"][0][1], "LIKE");
    assert_eq!(app["portDefinitions"][0]["port"], 10068);
}

fn step(id: &str) -> &'static Step {
    procedure().steps.iter().find(|step| step.id == id).unwrap()
}

fn typed(id: &str, from: &str, to: &str, edition: Edition) -> Vec<String> {
    let (from, to): (Version, Version) = (from.parse().unwrap(), to.parse().unwrap());
    let window = Window {
        from: &from,
        to: &to,
        kind: HopKind::Upgrade,
        edition: Some(edition),
    };
    if !step(id).applies(&window) {
        return Vec::new();
    }
    let commands = step(id).commands.iter();
    commands
        .filter(|command| command.applies(&window))
        .map(|command| command.run.clone())
        .collect()
}

/// Step, hop, edition, and a part of the one command that is to be typed; none = there is none.
type Typed = (&'static str, &'static str, &'static str, Edition, Option<&'static str>);

const TYPED: &[Typed] = &[
    (
        "master-checks-pass",
        "1.9.9",
        "1.10.8",
        Edition::Open,
        Some("dcos-diagnostics check node-poststart"),
    ),
    (
        "master-checks-pass",
        "1.10.8",
        "1.11.3",
        Edition::Open,
        Some("dcos-diagnostics check cluster"),
    ),
    (
        "master-checks-pass",
        "1.11.11",
        "1.12.3",
        Edition::Open,
        Some("dcos-check-runner check cluster"),
    ),
    ("master-checks-pass", "1.8.8", "1.9.10", Edition::Open, None),
    ("dcos-checks-before", "1.9.9", "1.10.8", Edition::Enterprise, None),
    (
        "dcos-checks-before",
        "1.11.11",
        "1.12.3",
        Edition::Enterprise,
        Some("dcos-diagnostics"),
    ),
    (
        "master-ranges-replicated",
        "1.10.8",
        "1.11.3",
        Edition::Enterprise,
        Some("pki/cockroach"),
    ),
    (
        "master-ranges-replicated",
        "1.12.3",
        "1.13.7",
        Edition::Enterprise,
        Some("pki/cockroach"),
    ),
    (
        "master-ranges-replicated",
        "1.13.7",
        "2.0.6",
        Edition::Enterprise,
        Some("pki/bouncer"),
    ),
    ("master-ranges-replicated", "1.13.7", "2.0.6", Edition::Open, None),
    (
        "master-ranges-replicated-open",
        "1.13.7",
        "2.0.6",
        Edition::Open,
        Some("--insecure"),
    ),
    ("master-ranges-replicated-open", "1.10.8", "1.11.3", Edition::Open, None),
    ("iam-saved", "1.9.9", "1.10.8", Edition::Enterprise, None),
    (
        "iam-saved",
        "1.10.8",
        "1.11.3",
        Edition::Enterprise,
        Some("cockroach dump"),
    ),
    (
        "iam-saved",
        "1.12.3",
        "1.13.7",
        Edition::Enterprise,
        Some("iam-database-backup"),
    ),
    ("iam-saved-open", "1.12.3", "1.13.7", Edition::Open, None),
    ("etcd-saved", "2.0.6", "2.1.0", Edition::Open, None),
    ("etcd-saved", "2.1.0", "2.2.1", Edition::Open, Some("dcos-etcdctl")),
    (
        "script-generated",
        "1.10.8",
        "1.11.3",
        Edition::Open,
        Some("dcos_generate_config.sh"),
    ),
    (
        "script-generated",
        "1.10.8",
        "1.11.3",
        Edition::Enterprise,
        Some("dcos_generate_config.ee.sh"),
    ),
    (
        "configuration-change-alone",
        "1.10.8",
        "1.11.3",
        Edition::Enterprise,
        None,
    ),
];

#[test]
fn commands_are_those_of_the_line() {
    for (id, from, to, edition, expected) in TYPED {
        let typed = typed(id, from, to, *edition);
        match expected {
            None => assert!(typed.is_empty(), "{id} {from} to {to}: {typed:?}"),
            Some(part) => {
                assert_eq!(typed.len(), 1, "{id} {from} to {to}: {typed:?}");
                assert!(typed[0].contains(part), "{id} {from} to {to}: {typed:?}");
            }
        }
    }
}

#[test]
fn places_where_the_documents_disagree_name_both_and_what_counts() {
    let order = &step("masters-one-at-a-time").disagreements[0];
    assert!(order.applied.contains("leader last"));
    let mut count = 0;
    for step in &procedure().steps {
        for disagreement in &step.disagreements {
            count += 1;
            assert!(disagreement.statements.len() >= 2, "{}", step.id);
            assert!(
                !disagreement.applied.is_empty() && !disagreement.about.is_empty(),
                "{}",
                step.id
            );
        }
    }
    assert!(count >= 7, "{count}");
}

#[test]
fn another_schema_is_refused() {
    assert!(
        read("schema = 2\nstep = []\nmesos = []\n")
            .unwrap_err()
            .contains("schema 2")
    );
    assert!(read("schema = 1\nstep = []\nmesos = []\nnonsense = 1\n").is_err());
}
