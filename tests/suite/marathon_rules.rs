//! Every condition of the Marathon guide is seen to fire, to stay quiet, and to be unknown without its evidence, by the same
//! code that judges clusters. A rule without a case here fails the test.

use std::collections::BTreeSet;

use gonogo::facts::Facts;
use gonogo::facts::rules::Judged;
use gonogo::facts::rules::marathon::scenes;
use gonogo::knowledge::rule::{Condition, Place, Test};
use gonogo::knowledge::{Knowledge, Rule};
use gonogo::model::Line;
use serde_json::{Value, json};

use crate::support::fixture::{Cluster, Edit};

const INFO: &str = "data/marathon/main/info.json";
const APPS: &str = "data/marathon/main/apps.json";
const PODS: &str = "data/marathon/main/pods.json";
const DEPLOYMENTS: &str = "data/marathon/main/deployments.json";
const STATE: &str = "data/mesos-master/10.0.0.1/state.json";
/// A framework that the base cluster has.
const FRAMEWORK: &str = "4ff80a1f-77f2-40b2-8ed8-82ec1cfc75da-0000";

/// What a case puts into a cluster without DC/OS and with one Marathon.
#[derive(Clone)]
struct Case {
    info: Value,
    apps: Vec<Value>,
    pods: Value,
    deployments: Value,
    edits: Vec<Value>,
}

impl Case {
    /// A Marathon of that line with nothing unusual.
    fn new(line: Line) -> Self {
        Self {
            info: json!({
                "name": "marathon", "version": format!("{line}.1"), "frameworkId": FRAMEWORK, "event_subscriber": null,
                "marathon_config": {
                    "mesos_role": "main", "features": ["vips"], "default_network_name": null,
                    "reconciliation_interval": 600_000, "revive_offers_for_new_apps": true, "revive_offers_repetitions": 3
                },
                "zookeeper_config": {"zk_compression": false, "zk_max_versions": 50, "zk_session_timeout": 10_000}
            }),
            // The tasks of the base cluster's framework belong to somebody.
            apps: ["/web", "/data-0-node_", "/data-1-node_", "/data-2-node_"]
                .iter()
                .map(|id| json!({"id": id, "instances": 0}))
                .collect(),
            pods: json!([]),
            deployments: json!([]),
            edits: Vec::new(),
        }
    }

    fn app(&mut self, field: &str, value: &Value) {
        self.apps[0][field] = value.clone();
    }

    fn edit(&mut self, item: &str, path: &str, value: &Value) {
        self.edits.push(json!({"item": item, "path": path, "set": value}));
    }

    fn cluster(&self) -> Cluster {
        let body = |item: &str, body: &Value| json!({"item": item, "text": body.to_string()});
        let mut edits = vec![
            body(INFO, &self.info),
            body(APPS, &json!({"apps": self.apps})),
            body(PODS, &self.pods),
            body(DEPLOYMENTS, &self.deployments),
        ];
        edits.extend(self.edits.clone());
        let edits: Vec<Edit> = edits
            .into_iter()
            .map(|edit| serde_json::from_value(edit).unwrap())
            .collect();
        Cluster::read("mesos-pre").edited(&edits)
    }
}

fn judged(cluster: &Cluster, rule: &Rule) -> Judged {
    let snapshot = cluster.snapshot();
    let facts = Facts::new(&snapshot);
    let scene = scenes(&facts).into_iter().next().expect("the Marathon is there");
    scene.judge(rule)
}

/// Changes the case so that the condition holds (`fires`), or so that it just does not.
#[rustfmt::skip]
fn set(case: &mut Case, place: Place, condition: &Condition, fires: bool) {
    let pick = |yes: Value, no: Value| if fires { yes } else { no };
    let absent = |yes: Value| pick(yes, Value::Null);
    let pod = |field: Value| { let mut pod = json!({"id": "/pod"}); pod.as_object_mut().unwrap().extend(field.as_object().unwrap().clone()); json!([pod]) };
    let http = || pick(json!([{"protocol": "HTTP"}]), json!([{"protocol": "MESOS_HTTP"}]));
    match (place, condition.path.as_str()) {
        (Place::MarathonInfo, "@http-endpoints") => {
            let endpoints = pick(json!(["http://a.example", "http://b.example"]), json!(["http://a.example"]));
            case.info["event_subscriber"] = json!({"type": "http_callback", "http_endpoints": endpoints});
        }
        (Place::MarathonInfo, "@framework-unknown") => case.info["frameworkId"] = pick(json!("another-0001"), json!(FRAMEWORK)),
        (Place::MarathonInfo, "@principal-where-authenticated") => {
            case.edit(STATE, "/frameworks/0/principal", &json!("main"));
            case.edit("data/mesos-master/10.0.0.2/flags.json", "/flags/authenticate_frameworks", &pick(json!("true"), json!("false")));
        }
        (Place::MarathonInfo, "@gpu-agents") => case.edit(STATE, "/slaves/0/resources/gpus", &pick(json!(2), json!(0))),
        (Place::MarathonInfo, "marathon_config.features[]") => case.info["marathon_config"]["features"] = pick(json!(["vips", "maintenance_mode"]), json!([])),
        (Place::MarathonInfo, "marathon_config.mesos_role") => case.info["marathon_config"]["mesos_role"] = pick(Value::Null, json!("main")),
        (Place::MarathonInfo, path) => {
            let (table, name) = path.split_once('.').unwrap();
            let stated: Value = serde_json::from_str(&condition.values[0]).unwrap();
            let other = if stated.is_boolean() { json!(stated != json!(true)) } else { json!(77) };
            let same = condition.test == Test::Equals;
            case.info[table][name] = if same == fires { stated } else { other };
        }
        (Place::MarathonApps, "id") if condition.values[0].contains('.') => case.app("id", &pick(json!("/a/.."), json!("/a/x.."))),
        (Place::MarathonPods, "id") if condition.test == Test::Matches && condition.values[0].contains('.') => case.pods = pick(json!([{"id": "/a/."}]), json!([{"id": "/a/x."}])),
        (Place::MarathonApps, "id") => case.app("id", &pick(json!("/a/tasks"), json!("/tasks/my-tasks"))),
        (Place::MarathonApps, "cmd") => case.app("cmd", &pick(json!(":"), json!("./"))),
        (Place::MarathonApps, "container.docker.network") => case.app("container", &json!({"type": "DOCKER", "docker": {"image": "i", "network": pick(json!("NONE"), json!("HOST"))}})),
        (Place::MarathonApps, "ipAddress.groups") => case.app("ipAddress", &json!({"networkName": "n", "groups": pick(json!(["a"]), json!([]))})),
        (Place::MarathonApps, "@discovery-ports-in-docker") => {
            case.app("container", &json!({"type": pick(json!("DOCKER"), json!("MESOS")), "docker": {"image": "i", "network": "HOST"}}));
            case.app("ipAddress", &json!({"discovery": {"ports": [{"number": 80, "name": "http", "protocol": "tcp"}]}}));
        }
        (Place::MarathonApps, "@docker-credential") => case.app("container", &json!({"type": "MESOS", "docker": {"image": "i", "credential": absent(json!({"principal": "p", "secret": "not-a-real-secret"}))}})),
        (Place::MarathonApps, "@store-urls") => case.app("storeUrls", &pick(json!(["http://u:not-a-real-secret@a.example/x"]), json!([]))),
        (Place::MarathonApps, "disk" | "gpus") => case.app(&condition.path, &pick(json!(0.5), json!(0))),
        (Place::MarathonApps, "acceptedResourceRoles") => case.app("acceptedResourceRoles", &absent(json!(["*"]))),
        (Place::MarathonApps, "ipAddress" | "residency" | "resourceLimits") => case.app(&condition.path, &absent(json!({}))),
        (Place::MarathonApps, "portDefinitions") => case.app("portDefinitions", &absent(json!([{"port": 0}]))),
        (Place::MarathonApps, "role") => case.app("role", &absent(json!("main"))),
        (Place::MarathonApps, "container.appc") => case.app("container", &json!({"type": "MESOS", "appc": absent(json!({"image": "i"}))})),
        (Place::MarathonApps, "container.volumes[].persistent") => case.app("container", &json!({"volumes": [{"persistent": absent(json!({"size": 1}))}]})),
        (Place::MarathonApps, "healthChecks[].protocol") => case.app("healthChecks", &http()),
        (Place::MarathonApps, "unreachableStrategy.inactiveAfterSeconds") => case.app("unreachableStrategy", &json!({"inactiveAfterSeconds": pick(json!(300), json!(0))})),
        (Place::MarathonApps, "constraints[].1") => case.app("constraints", &json!([["rack", pick(json!("IS"), json!("LIKE")), "a"]])),
        (Place::MarathonApps, "@group-by-without-number") => case.app("constraints", &pick(json!([["rack", "GROUP_BY", "0"]]), json!([["rack", "GROUP_BY", "3"], ["rack", "UNIQUE"]]))),
        (Place::MarathonApps, "@fixed-ports-not-required") => { case.app("ports", &json!([8080])); case.app("requirePorts", &pick(json!(false), json!(true))); }
        (Place::MarathonApps, "@foreign-roles") => case.app("acceptedResourceRoles", &pick(json!(["*", "other"]), json!(["*", "main"]))),
        (Place::MarathonApps, "@network-without-name") => case.app("ipAddress", &pick(json!({}), json!({"networkName": "n"}))),
        (Place::MarathonApps, "@shared-service-port") => {
            case.app("container", &json!({"docker": {"portMappings": [{"servicePort": 10_000}]}}));
            case.apps.push(json!({"id": "/other", "ports": [pick(json!(10_000), json!(10_001)), 0]}));
        }
        (Place::MarathonPods, "id") if condition.test == Test::Matches => case.pods = pick(json!([{"id": "/a/tasks"}]), json!([{"id": "/tasks/a"}])),
        (Place::MarathonPods, "@foreign-roles") => case.pods = pod(json!({"scheduling": {"placement": {"acceptedResourceRoles": ["*", pick(json!("other"), json!("main"))]}}})),
        (Place::MarathonPods, "id") => case.pods = pick(json!([{"id": "/pod"}]), json!([])),
        (Place::MarathonPods, "containers[].image.kind") => case.pods = pod(json!({"containers": [{"image": {"kind": pick(json!("APPC"), json!("DOCKER"))}}, {}]})),
        (Place::MarathonPods, "legacySharedCgroups") => case.pods = pod(json!({"legacySharedCgroups": pick(json!(true), json!(false))})),
        (Place::MarathonPods, "@host-port-in-several-networks") => {
            let names = pick(json!([]), json!(["a"]));
            case.pods = pod(json!({"networks": [{"mode": "container", "name": "a"}, {"mode": "container", "name": "b"}],
                "containers": [{"endpoints": [{"name": "http", "hostPort": 0, "networkNames": names}]}]}));
        }
        (Place::MarathonPods, "@group-by-without-number") => {
            let value = pick(json!("none"), json!("2"));
            case.pods = pod(json!({"scheduling": {"placement": {"constraints": [{"fieldName": "rack", "operator": "GROUP_BY", "value": value}]}}}));
        }
        (Place::MarathonDeployments, "@count") => {
            let many: Vec<Value> = (0..if fires { 100 } else { 99 }).map(|at| json!({"id": format!("d{at}")})).collect();
            case.deployments = json!(many);
        }
        (place, path) => panic!("no case for {place:?} {path}"),
    }
}

/// The item in which a condition looks.
fn item(place: Place) -> &'static str {
    match place {
        Place::MarathonInfo => INFO,
        Place::MarathonApps => APPS,
        Place::MarathonPods => PODS,
        _ => DEPLOYMENTS,
    }
}

#[test]
fn every_condition_fires_stays_quiet_and_is_unknown_without_its_evidence() {
    let hops = &Knowledge::builtin().unwrap().marathon.hops;
    let mut seen = BTreeSet::new();
    let mut conditions = 0;
    for (hop, rule) in hops
        .iter()
        .flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)))
    {
        let Some(condition) = rule.fires.as_ref().filter(|condition| condition.on != Place::HostFile) else {
            continue;
        };
        conditions += 1;
        // Pods appear in 1.4: before it their absence is no gap.
        let line = hop.from.max(Line::new(1, 4));
        let places = std::iter::once(condition.on).chain(condition.also_on.iter().copied());
        for (place, fires) in places.flat_map(|place| [(place, true), (place, false)]) {
            let mut case = Case::new(line);
            set(&mut case, place, condition, fires);
            let cluster = case.cluster();
            let whole = judged(&cluster, rule);
            assert!(whole.unknown.is_empty(), "{} ({fires}): {:?}", rule.id, whole.unknown);
            assert_eq!(!whole.fires.is_empty(), fires, "{}: {:?}", rule.id, whole.fires);
            assert_eq!(whole.manual, rule.manual);
            for sighting in &whole.fires {
                assert!(!sighting.at.item.is_empty(), "{}: seen nowhere", rule.id);
                assert!(!format!("{sighting:?}").contains("not-a-real-secret"), "{}", rule.id);
            }
            let mut without = cluster.clone();
            without.forget(item(place));
            let left = judged(&without, rule);
            // GPUs are those of agents: they are seen whatever Marathon says.
            if condition.path != "@gpu-agents" {
                assert!(
                    left.fires.is_empty() && !left.unknown.is_empty(),
                    "{} without its evidence",
                    rule.id
                );
            }
        }
        seen.insert((condition.on, condition.path.clone()));
    }
    assert_eq!(conditions, 56, "rules with a condition");
    assert!(seen.len() >= 30, "only {} different conditions", seen.len());
}

#[test]
fn a_setting_that_is_not_listed_is_unknown_and_never_absent() {
    let hops = &Knowledge::builtin().unwrap().marathon.hops;
    let mut looked = 0;
    for (hop, rule) in hops
        .iter()
        .flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)))
    {
        let Some(condition) = &rule.fires else { continue };
        if condition.on != Place::MarathonInfo || condition.path.starts_with('@') {
            continue;
        }
        let mut case = Case::new(hop.from);
        case.info["marathon_config"] = json!({});
        case.info["zookeeper_config"] = json!({});
        let result = judged(&case.cluster(), rule);
        assert!(result.fires.is_empty(), "{}", rule.id);
        assert!(
            result.unknown[0].contains("does not list"),
            "{}: {:?}",
            rule.id,
            result.unknown
        );
        looked += 1;
    }
    assert!(looked >= 9, "only {looked}");
}

#[test]
fn definitions_of_another_form_are_unknown_and_never_quiet() {
    let hops = &Knowledge::builtin().unwrap().marathon.hops;
    let rule = |id: &str| {
        hops.iter()
            .flat_map(|hop| &hop.rules)
            .find(|rule| rule.id == id)
            .unwrap()
    };
    for (id, field, value) in [
        ("marathon-1.9-appc", "container", json!("text")),
        (
            "marathon-1.4-health-checks",
            "healthChecks",
            json!({"protocol": "HTTP"}),
        ),
        (
            "marathon-1.9-accepted-roles",
            "acceptedResourceRoles",
            json!("slave_public"),
        ),
        ("marathon-0.11-ports", "ports", json!(8080)),
        ("marathon-0.9-disk", "disk", json!("much")),
        ("marathon-1.11-group-by", "constraints", json!(["GROUP_BY"])),
    ] {
        let mut case = Case::new(Line::new(1, 8));
        // What another tool would call a list of checks is no count of checks; the snapshot must take it first.
        if field == "healthChecks" {
            case.app("healthChecks", &json!([["HTTP"]]));
        } else {
            case.app(field, &value);
        }
        let result = judged(&case.cluster(), rule(id));
        assert!(result.fires.is_empty(), "{id}: {:?}", result.fires);
        assert!(!result.unknown.is_empty(), "{id} is quiet");
    }
}
