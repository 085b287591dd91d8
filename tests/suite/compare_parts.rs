//! Comparison part by part: agents, frameworks, masters, definitions, leaders, versions, znodes.

use crate::compare::{compared, of, unexpected};
use crate::support::handmade::{self, Cluster, agent, app, framework, task_id};
use gonogo::compare::Comparison;
use gonogo::model::{ChangeKind, Observed, Outcome, Phase, SubjectKind, Why};
use gonogo::snapshot::mesos::Attribute;

#[test]
fn agents_are_followed_by_id_then_by_host_and_address() {
    let (before, mut after) = (Cluster::before(), Cluster::after());
    after.agents[0].id = "7777-S0".to_owned();
    after.task(&task_id("web", 1)).2 = "7777-S0".to_owned();
    let comparison = of(&before, &after);
    assert_eq!(
        unexpected(&comparison),
        ["agent 10.0.1.1 reregistered id", "task /web restarted"]
    );

    // Several agents of one name: the address tells them apart; where that changed too, nothing is guessed.
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    for (number, agents) in [&mut before.agents, &mut after.agents].into_iter().enumerate() {
        for (at, agent) in agents.iter_mut().enumerate() {
            agent.hostname = "localhost".to_owned();
            agent.pid = Some(format!("slave(1)@127.0.0.1:505{at}"));
            if number == 1 && at < 2 {
                agent.id = format!("7777-S{at}");
            }
        }
    }
    after.agents[1].pid = Some("slave(1)@127.0.0.1:6000".to_owned());
    before.tasks.clear();
    after.tasks.clear();
    let comparison = compared(&before.snapshot(), &after.snapshot());
    let kinds: Vec<ChangeKind> = comparison
        .changes
        .iter()
        .filter(|change| change.subject.kind == SubjectKind::Agent && change.field.as_deref() != Some("version"))
        .map(|change| change.kind)
        .collect();
    // One came back at its address; of the other two neither address nor a unique name speaks, except that they are the last left.
    assert_eq!(
        kinds.iter().filter(|kind| **kind == ChangeKind::Reregistered).count(),
        2
    );
    assert!(!kinds.contains(&ChangeKind::Lost));
}

#[test]
fn agents_keep_what_constraints_rest_on() {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    before.agents[0]
        .attributes
        .insert("speed".to_owned(), Attribute::Scalar(2.5));
    after.agents[0]
        .attributes
        .insert("speed".to_owned(), Attribute::Scalar(2.500_9));
    after.agents[0].resources.insert("gpus".to_owned(), "0".to_owned());
    after.agents[0]
        .resources
        .insert("cpus_revocable".to_owned(), "3".to_owned());
    after.agents[1]
        .attributes
        .insert("rack".to_owned(), Attribute::Text("r9".to_owned()));
    after.agents[1].domain = Some(("eu".to_owned(), "a".to_owned()));
    after.agents[2].active = Some(false);
    after.agents[3].reserved_roles.push("slave_public".to_owned());
    after.agents[3].resources.insert("mem".to_owned(), "1024".to_owned());
    let comparison = of(&before, &after);
    assert_eq!(
        unexpected(&comparison),
        [
            "agent 10.0.1.2 changed attribute rack",
            "agent 10.0.1.3 changed active",
            "agent 10.0.1.4 changed resource mem",
            "agent 10.0.1.4 changed role",
        ]
    );
}

#[test]
fn a_jump_that_only_the_output_makes_is_no_change() {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    // Up to 0.22 the last of several resources of one name overwrote the others.
    before.agents[0].version = Some("0.22.1".to_owned());
    before.agents[0].resources.insert("cpus".to_owned(), "1".to_owned());
    after.agents[0].version = Some("0.23.0".to_owned());
    let comparison = compared(&before.snapshot(), &after.snapshot());
    assert!(!unexpected(&comparison).iter().any(|line| line.contains("resource")));
}

#[test]
fn frameworks_that_were_gone_before_are_no_loss() {
    let (mut before, after) = (Cluster::before(), Cluster::after());
    before.frameworks.push(framework("fw-0009", "old"));
    assert_eq!(unexpected(&of(&before, &after)), ["framework old lost"]);
    before.frameworks[2].connected = Some(false);
    let comparison = of(&before, &after);
    assert_eq!(unexpected(&comparison), Vec::<String>::new());
    assert!(comparison.changes.iter().any(|change| change.subject.name == "old"));
    // A Marathon is never let go like that.
    "marathon-team".clone_into(&mut before.frameworks[2].name);
    let comparison = compared(&before.snapshot(), &after.snapshot());
    assert_eq!(unexpected(&comparison), ["framework marathon-team lost"]);
    let unasked = comparison.unknown.iter().map(|(_, why)| why.sentence());
    assert!(
        unasked.into_iter().all(|sentence| sentence.contains("marathon-team")),
        "and nobody asked it before"
    );
}

#[test]
fn doubt_after_the_window_is_unknown_and_doubt_before_it_still_shows_losses() {
    let missing = |part: &str, comparison: &Comparison| comparison.unknown.iter().any(|(name, _)| name == part);
    let (before, mut after) = (Cluster::before(), Cluster::after());
    after.tasks.retain(|task| task.1 != task_id("db", 9));
    let mut blind = after.snapshot();
    if let Observed::Known(metrics, _) = &mut blind.masters[2].metrics {
        metrics.insert("master/tasks_running".into(), 5.0);
    }
    let comparison = compared(&before.snapshot(), &blind);
    assert!(missing("tasks", &comparison), "{:?}", comparison.unknown);
    assert!(comparison.tasks.fates.is_empty());

    let mut blind = before.snapshot();
    if let Observed::Known(metrics, _) = &mut blind.masters[0].metrics {
        metrics.insert("master/tasks_running".into(), 50.0);
    }
    let comparison = compared(&blind, &after.snapshot());
    assert!(missing("tasks", &comparison), "{:?}", comparison.unknown);
    assert_eq!(comparison.tasks.unexpected(ChangeKind::Lost), 1);

    let mut blind = after.snapshot();
    blind.tasks = handmade::timed_out(handmade::STATE);
    blind.agents = handmade::timed_out(handmade::STATE);
    let comparison = compared(&before.snapshot(), &blind);
    assert!(missing("tasks", &comparison) && missing("agents", &comparison));
    assert!(
        !unexpected(&comparison)
            .iter()
            .any(|line| line.starts_with("agent") || line.starts_with("task"))
    );
}

#[test]
fn masters_are_lost_only_when_they_do_not_answer() {
    let (before, after) = (Cluster::before().snapshot(), Cluster::after());
    let silent = |outcome: Outcome| {
        let mut snapshot = after.snapshot();
        let master = &mut snapshot.masters[1];
        let why = Why::Missing {
            item: "data/mesos-master/10.0.0.2/version.json".to_owned(),
            outcome,
            reason: "so".to_owned(),
        };
        master.version = Observed::Unknown(why.clone());
        master.flags = Observed::Unknown(why.clone());
        master.health = Observed::Unknown(why.clone());
        master.metrics = Observed::Unknown(why.clone());
        master.registry = Observed::Unknown(why.clone());
        master.redirect = Observed::Unknown(why);
        compared(&before, &snapshot)
    };
    assert_eq!(unexpected(&silent(Outcome::TimedOut)), ["master 10.0.0.2:5050 lost"]);
    assert_eq!(unexpected(&silent(Outcome::Failed)), ["master 10.0.0.2:5050 lost"]);
    for outcome in [Outcome::Refused, Outcome::SkippedByUser, Outcome::Truncated] {
        let comparison = silent(outcome);
        assert_eq!(unexpected(&comparison), Vec::<String>::new());
        assert!(comparison.unknown.iter().any(|(part, _)| part == "masters"));
    }
    let mut fewer = after.snapshot();
    fewer.masters.remove(1);
    let comparison = compared(&before, &fewer);
    assert!(comparison.unknown.iter().any(|(part, _)| part == "masters"));
}

#[test]
fn definitions_are_compared_without_showing_secrets() {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    let define = |cluster: &mut Cluster, field: &str, text: &str| {
        cluster.apps[0].definition.insert(field.to_owned(), text.to_owned());
    };
    define(&mut before, "env", r#"{"PASSWORD":"sesame","MODE":"a"}"#);
    define(&mut after, "env", r#"{"PASSWORD":"simsim","MODE":"a"}"#);
    define(&mut before, "instances", "3");
    define(&mut after, "instances", "4");
    define(&mut before, "cmd", "\"run --key sesame\"");
    define(&mut after, "cmd", "\"run --key simsim\"");
    after.apps.push(app("/new"));
    let comparison = of(&before, &after);
    assert_eq!(
        unexpected(&comparison),
        [
            "app /web changed cmd",
            "app /web changed env",
            "app /web changed instances"
        ]
    );
    let text = format!("{:?}", comparison.changes);
    assert!(text.contains("PASSWORD") && !text.contains("MODE"));
    assert!(!text.contains("sesame") && !text.contains("simsim"), "{text}");
}

#[test]
fn leaders_change_with_an_upgrade_and_not_without() {
    let before = Cluster::before();
    let mut after = Cluster::before();
    after.phase = Phase::Post;
    after.leader = 1;
    let comparison = of(&before, &after);
    assert_eq!(unexpected(&comparison), ["cluster cluster changed Mesos leader"]);
}

#[test]
fn a_version_that_goes_back_is_no_hop() {
    let (before, mut after) = (Cluster::before(), Cluster::after());
    after.agents[3].version = Some("1.4.0".to_owned());
    let comparison = of(&before, &after);
    assert_eq!(unexpected(&comparison), ["agent 10.0.1.4 changed version"]);
}

#[test]
fn znodes_may_shrink_a_little() {
    for (was, is, fires) in [
        (1000, 900, false),
        (1000, 899, true),
        (40, 31, false),
        (40, 29, true),
        (12, 2, false),
    ] {
        let (mut before, mut after) = (Cluster::before(), Cluster::after());
        before.znodes = was;
        after.znodes = is;
        let found = unexpected(&of(&before, &after));
        assert_eq!(!found.is_empty(), fires, "{was} -> {is}: {found:?}");
    }
}

#[test]
fn plain_mesos_has_no_packages_and_an_agent_that_is_added_is_seen() {
    let (mut before, mut after) = (Cluster::before(), Cluster::after());
    before.dcos = None;
    after.dcos = None;
    after.agents.push(agent(9));
    after.agents[4].version = Some("1.5.1".to_owned());
    let (mut one, mut other) = (before.snapshot(), after.snapshot());
    one.dcos.packages = handmade::absent("data/dcos/10.0.0.1/packages.json");
    other.dcos.packages = handmade::absent("data/dcos/10.0.0.1/packages.json");
    let comparison = compared(&one, &other);
    assert!(comparison.absent.iter().any(|(part, _)| part == "packages"));
    assert_eq!(unexpected(&comparison), ["agent 10.0.1.9 added"]);
    assert_eq!(comparison.to.unwrap().to_string(), "1.5.1");
}
