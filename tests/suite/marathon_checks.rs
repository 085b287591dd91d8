//! Checks that hold the Marathon guide against clusters: many apps become one finding, instances stay apart, what is past is
//! past, targets come from the release or from the command line.

use gonogo::checks::{self, Context, runner};
use gonogo::facts::Facts;
use gonogo::facts::hop::{Hop, NoHop, shipped_marathon};
use gonogo::knowledge::Knowledge;
use gonogo::model::{CheckResult, Datum, Policy, Status, Version};
use serde_json::{Value, json};

use crate::support::fixture::{Cluster, Edit, run_pair, run_single};

const FIELDS: &str = "marathon-app-field-invalid";

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn edited(base: &str, edits: &[Value]) -> Cluster {
    let edits: Vec<Edit> = edits
        .iter()
        .map(|edit| serde_json::from_value(edit.clone()).unwrap())
        .collect();
    Cluster::read(base).edited(&edits)
}

fn run(check: &str, cluster: &Cluster, target: &str) -> CheckResult {
    let snapshot = cluster.snapshot();
    let check = checks::find(check).unwrap();
    run_single(check, &Facts::new(&snapshot), Some(version(target)), &Policy::default())
}

/// The cluster before with `count` more apps of that image type, in the root Marathon or in the nested one.
fn with_appc(instance: &str, count: usize) -> Cluster {
    let mut edits = vec![
        json!({"item": "data/marathon/root/info.json", "path": "/version", "set": "1.8.244"}),
        json!({"item": "data/marathon/marathon-user/info.json", "path": "/version", "set": "1.8.244"}),
    ];
    edits.extend((0..count).map(|at| {
        let app = json!({"id": format!("/old/{at:03}"), "instances": 0, "container": {"type": "MESOS", "appc": {"image": "i"}}});
        json!({"item": format!("data/marathon/{instance}/apps.json"), "path": "/apps/-", "set": app})
    }));
    edited("dcos-pre", &edits)
}

#[test]
fn few_apps_are_named_and_many_are_counted() {
    let few = run(FIELDS, &with_appc("root", 20), "2.0.0");
    assert_eq!(few.findings.len(), 20);
    assert!(
        few.findings
            .iter()
            .all(|finding| finding.subject.to_string().starts_with("app /old/"))
    );

    let many = run(FIELDS, &with_appc("root", 321), "2.0.0");
    assert_eq!(many.findings.len(), 1);
    let finding = &many.findings[0];
    assert_eq!(finding.subject.to_string(), "marathon root");
    assert_eq!(finding.data["count"], Datum::Count(321));
    assert_eq!(
        finding.data["seen"].to_string(),
        "321 apps: /old/000, /old/001, /old/002, /old/003, /old/004 and 316 more"
    );
    assert_eq!(finding.evidence.len(), 20, "evidence of one finding is bounded");
}

#[test]
fn the_same_app_in_two_instances_and_under_two_rules_gives_findings_of_their_own() {
    let app = json!({"id": "/old/tasks", "instances": 0, "container": {"type": "MESOS", "appc": {"image": "i"}}});
    let edits = ["root", "marathon-user"].map(|instance| {
        let apps = format!("data/marathon/{instance}/apps.json");
        json!({"item": apps, "path": "/apps/-", "set": app})
    });
    let result = run(FIELDS, &edited("dcos-pre", &edits), "2.0.0");
    let mut prints: Vec<&str> = result
        .findings
        .iter()
        .map(|finding| finding.fingerprint.as_str())
        .collect();
    prints.sort_unstable();
    prints.dedup();
    // Reserved id in 1.8 (what 1.6 and 1.7 took back does not count for a later target), AppC in 1.9; twice.
    assert_eq!((result.findings.len(), prints.len()), (4, 4), "{:#?}", result.findings);
}

#[test]
fn compare_does_not_repeat_what_was_to_be_done_before() {
    let app = json!({"id": "/web/tasks", "instances": 0});
    let edit = [json!({"item": "data/marathon/root/apps.json", "path": "/apps/-", "set": app})];
    let (before, after) = (
        edited("dcos-pre", &edit).snapshot(),
        edited("dcos-post", &edit).snapshot(),
    );
    for check in checks::all() {
        let id = check.meta().id;
        // Two look at the state in ZooKeeper, after the hop as well.
        let of_now = [
            "marathon-without-leader",
            "marathon-migration-interrupted",
            "marathon-znodes-old-format",
        ];
        let about_the_way = id.starts_with("marathon-") && !of_now.contains(&id);
        if about_the_way {
            let result = run_pair(check, &before, &after, Some(version("1.11.11")), &Policy::default());
            assert_eq!(
                result.status,
                Status::Skipped,
                "{id}: {:?} {:?}",
                result.reason,
                result.findings
            );
        }
    }
    let single = run(FIELDS, &edited("dcos-pre", &edit), "1.11.11");
    assert_eq!(single.status, Status::Fail);
}

#[test]
fn marathon_to_reach_is_stated_or_that_of_the_release() {
    let knowledge = Knowledge::builtin().unwrap();
    // DC/OS 1.10.1 pins 1.5.1.2: four numbers are read by the first three.
    assert_eq!(shipped_marathon(knowledge, &version("1.10.1")), Some(version("1.5.1")));
    assert_eq!(shipped_marathon(knowledge, &version("1.10.99")), None);

    let policy = Policy::default();
    let reach = |base: &str, target: Option<&str>, marathon: Option<&str>| {
        let snapshot = Cluster::read(base).snapshot();
        let facts = Facts::new(&snapshot);
        let context = Context {
            facts: &facts,
            pair: None,
            target: target.map(version),
            target_marathon: marathon.map(version),
            signoffs: &[],
            policy: &policy,
            knowledge,
        };
        context.marathon_to_reach()
    };
    assert_eq!(reach("dcos-pre", Some("1.11.3"), None), Ok(version("1.6.496")));
    assert_eq!(
        reach("dcos-pre", Some("1.11.3"), Some("1.6.585")),
        Ok(version("1.6.585"))
    );
    assert_eq!(reach("dcos-pre", None, None), Err(NoHop::NoTarget));
    assert_eq!(reach("mesos-pre", Some("1.7.1"), None), Err(NoHop::NoTarget));
    assert_eq!(reach("mesos-pre", None, Some("1.8.244")), Ok(version("1.8.244")));
    assert!(matches!(
        reach("dcos-pre", Some("1.11.99"), None),
        Err(NoHop::Unknown(_))
    ));
}

#[test]
fn the_hop_knows_marathon_before_and_after() {
    let knowledge = Knowledge::builtin().unwrap();
    let snapshot = Cluster::read("dcos-pre").snapshot();
    let facts = Facts::new(&snapshot);
    let to = version("1.11.3");
    let hop = Hop::of(&facts, knowledge, Some(&to), None).unwrap();
    assert_eq!(hop.marathon, Some((version("1.5.11"), version("1.6.496"))));
    let stated = version("1.6.585");
    let hop = Hop::of(&facts, knowledge, Some(&to), Some(&stated)).unwrap();
    assert_eq!(hop.marathon, Some((version("1.5.11"), stated.clone())));

    let info = json!({"name": "marathon", "version": "1.5.15"}).to_string();
    let plain = edited(
        "mesos-pre",
        &[json!({"item": "data/marathon/main/info.json", "text": info})],
    )
    .snapshot();
    let facts = Facts::new(&plain);
    let to = version("1.7.1");
    assert_eq!(Hop::of(&facts, knowledge, Some(&to), None).unwrap().marathon, None);
    let hop = Hop::of(&facts, knowledge, Some(&to), Some(&stated)).unwrap();
    assert_eq!(hop.marathon, Some((version("1.5.15"), stated)));
}

#[test]
fn a_marathon_of_four_numbers_has_a_version() {
    let edits = ["root", "marathon-user"].map(|instance| {
        let info = format!("data/marathon/{instance}/info.json");
        json!({"item": info, "path": "/version", "set": "1.5.1.2"})
    });
    let cluster = edited("dcos-pre", &edits);
    for check in [
        "marathon-storage-too-old",
        "marathon-line-skipped",
        "nested-marathon-too-old",
    ] {
        assert_eq!(run(check, &cluster, "1.11.3").status, Status::Pass, "{check}");
    }
}

#[test]
fn every_listed_step_of_dcos_is_judged_and_none_of_them_is_stopped_by_marathon_alone() {
    // A clean cluster: what the matrices allow must not become NO-GO by a rule of Marathon.
    let knowledge = Knowledge::builtin().unwrap();
    let policy = Policy::default();
    let mut steps = 0;
    for target in &knowledge.releases {
        let Some(marathon) = shipped_marathon(knowledge, &target.dcos) else {
            panic!("{} ships no Marathon", target.dcos);
        };
        // 1.8 and later do not read the storage of 1.5, and there is no way back.
        if target.dcos < version("1.10.8") || marathon.line() > (1, 7) {
            continue;
        }
        let snapshot = Cluster::read("dcos-pre").snapshot();
        let facts = Facts::new(&snapshot);
        let context = Context {
            facts: &facts,
            pair: None,
            target: Some(target.dcos.clone()),
            target_marathon: None,
            signoffs: &[],
            policy: &policy,
            knowledge,
        };
        for check in checks::all() {
            let id = check.meta().id;
            if id.starts_with("marathon-") || id.starts_with("mesos-too-old") || id.starts_with("nested-") {
                let result = runner::run_one(check, &context);
                assert!(
                    !matches!(result.status, Status::Fail | Status::Unknown),
                    "{id} to {}: {:?} {:?}",
                    target.dcos,
                    result.reason,
                    result.findings
                );
                steps += 1;
            }
        }
    }
    assert!(steps > 200, "only {steps}");
}
