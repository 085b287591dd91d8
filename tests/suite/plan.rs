//! Plans: goldens, the order of every Mesos hop, what single plans must say. What holds of all of them: `plan_laws`.

use std::fs;

use gonogo::knowledge::Knowledge;
use gonogo::knowledge::guide::Order;
use gonogo::knowledge::hops::Product;
use gonogo::knowledge::procedure::Phase;
use gonogo::knowledge::signoffs::Edition;
use gonogo::model::Version;
use gonogo::plan::{Chosen, Hop, ManualKind, Plan, Request, Step, choose, make};
use gonogo::report::format::Format;
use gonogo::report::plan::{SCHEMA, render};
use gonogo::report::terminal::Style;
use serde_json::Value;

use crate::support::fixture::fixtures;

const STYLE: Style = Style {
    width: 100,
    color: false,
    all: false,
};

pub fn knowledge() -> &'static Knowledge {
    Knowledge::builtin().unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// The plan from one version to another, of the product that the versions say.
pub(crate) fn planned(from: &str, to: &str) -> Plan {
    plan_of(from, to, None, None)
}

pub fn plan_of(from: &str, to: &str, product: Option<Product>, edition: Option<Edition>) -> Plan {
    let (from, to) = (version(from), version(to));
    let stated = product.map(|product| Chosen {
        product,
        because: "stated".to_owned(),
    });
    let chosen = choose(knowledge(), stated, &from, &to).unwrap();
    make(
        knowledge(),
        &Request {
            chosen,
            from,
            to,
            direct: false,
            edition,
            cluster: None,
        },
    )
}

/// Goldens hold the way and the steps. Lists that grow with every new check and rule are tested by what holds of them.
fn for_golden(mut plan: Plan) -> Plan {
    "(revision)".clone_into(&mut plan.knowledge.revision);
    for hop in &mut plan.hops {
        assert!(!hop.checks.is_empty() && !hop.manual.is_empty() && !hop.expected_changes.is_empty());
        hop.checks.clear();
        hop.manual.clear();
        hop.expected_changes.clear();
    }
    plan
}

#[test]
fn goldens() {
    let bless = std::env::var_os("GONOGO_BLESS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (name, plan) in [
        ("dcos-1.9.4-1.11.3", planned("1.9.4", "1.11.3")),
        ("mesos-0.18-0.22", planned("0.18", "0.22")),
    ] {
        let plan = for_golden(plan);
        for (format, ending) in [
            (Format::Json, "json"),
            (Format::Markdown, "md"),
            (Format::Terminal, "txt"),
        ] {
            let text = render(format, &plan, STYLE, None).unwrap();
            let path = fixtures().join("plans").join(format!("{name}.{ending}"));
            if bless {
                fs::write(&path, &text).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default() != text {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "goldens differ (GONOGO_BLESS=1 writes them again; look at the difference before you commit it)\n{}",
        wrong.join("\n")
    );
}

#[test]
fn json_is_the_contract() {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(map) => {
                if map.contains_key("properties") && map.contains_key("type") {
                    map.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
                map.values_mut().for_each(close);
            }
            Value::Array(list) => list.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    close(&mut schema);
    let closed = jsonschema::validator_for(&schema).unwrap();
    for (from, to) in [
        ("1.9.4", "1.11.3"),
        ("0.18", "0.22"),
        ("1.9.0", "1.11.1"),
        ("1.7", "1.8.0"),
        ("1.4.3", "1.11.0"),
        ("1.11.3", "1.11.3"),
        ("2.0.6", "1.13.9"),
    ] {
        let plan = planned(from, to);
        let text = render(Format::Json, &plan, STYLE, None).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = closed.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{from} to {to}: {errors:#?}");
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan, "{from} to {to}");
        for name in [
            "from",
            "to",
            "kind",
            "supported",
            "sources",
            "disagreement",
            "steps",
            "manual",
            "expected_changes",
        ] {
            assert!(json["hops"][0].get(name).is_some(), "{name}");
        }
    }
}

/// Every hop of the guide: lines, what is said of the order, and the components in their order. 0.11 to 0.22 were read in
/// the guide as it stood before 0.22, the rest in the guide at tag 1.11.0.
const MESOS: [(&str, &str, Order, &str); 29] = {
    use Order::{Documented, Free, Inherited};
    const USUAL: &str = "masters install+restart, agents install+restart, schedulers upgrade-library, schedulers restart, executors upgrade-library";
    const SCHEDULERS_SECOND: &str = "masters install+restart, schedulers upgrade-library, schedulers restart, agents install+restart, executors upgrade-library";
    const MODULES: &str = "modules rebuild+install, masters install+restart, agents install+restart, schedulers upgrade-library, schedulers restart, executors upgrade-library";
    [
        (
            "0.11",
            "0.12",
            Documented,
            "agents install+restart, masters install+restart",
        ),
        ("0.12", "0.13", Documented, SCHEDULERS_SECOND),
        (
            "0.13",
            "0.14",
            Documented,
            "masters install+restart, executors upgrade-library, agents install, agents restart, schedulers upgrade-library, schedulers configure, schedulers restart, masters restart, agents restart",
        ),
        (
            "0.14",
            "0.15",
            Documented,
            "masters install, masters restart, agents install+restart, executors upgrade-library, schedulers upgrade-library, schedulers restart, masters restart",
        ),
        ("0.15", "0.16", Documented, SCHEDULERS_SECOND),
        ("0.16", "0.17", Documented, SCHEDULERS_SECOND),
        (
            "0.17",
            "0.18",
            Documented,
            "masters install+restart, schedulers upgrade-library, schedulers restart, agents install, agents reconfigure-cgroup-mounts+reboot, agents restart, executors upgrade-library",
        ),
        ("0.18", "0.19", Free, USUAL),
        ("0.19", "0.20", Documented, USUAL),
        ("0.20", "0.21", Documented, USUAL),
        ("0.21", "0.22", Documented, USUAL),
        ("0.22", "0.23", Documented, MODULES),
        ("0.23", "0.24", Documented, MODULES),
        ("0.24", "0.25", Documented, MODULES),
        ("0.25", "0.26", Documented, MODULES),
        ("0.26", "0.27", Documented, MODULES),
        ("0.27", "0.28", Documented, MODULES),
        ("0.28", "1.0", Documented, MODULES),
        ("1.0", "1.1", Inherited, MODULES),
        ("1.1", "1.2", Documented, MODULES),
        ("1.2", "1.3", Documented, MODULES),
        ("1.3", "1.4", Inherited, MODULES),
        (
            "1.4",
            "1.5",
            Inherited,
            "schedulers upgrade+restart, modules rebuild+install, masters install+restart, agents install+restart, schedulers restart, executors upgrade-library",
        ),
        ("1.5", "1.6", Inherited, MODULES),
        ("1.6", "1.7", Inherited, MODULES),
        ("1.7", "1.8", Inherited, MODULES),
        ("1.8", "1.9", Inherited, MODULES),
        ("1.9", "1.10", Inherited, MODULES),
        ("1.10", "1.11", Inherited, MODULES),
    ]
};

fn components(hop: &Hop) -> Vec<(String, String)> {
    hop.steps
        .iter()
        .filter_map(|step| Some((step.component.clone()?, step.title.clone())))
        .collect()
}

#[test]
fn every_mesos_hop_has_the_components_of_the_guide_in_its_order() {
    for (from, to, order, expected) in MESOS {
        let plan = plan_of(from, to, Some(Product::Mesos), None);
        assert_eq!(plan.supported, Some(true), "{from} to {to}: {}", plan.why);
        let [hop] = plan.hops.as_slice() else {
            panic!("{from} to {to}: {} hops", plan.hops.len());
        };
        assert_eq!(hop.order.as_ref().unwrap().said, order, "{from} to {to}");
        let shown: Vec<String> = components(hop)
            .into_iter()
            .map(|(component, title)| {
                let actions = title.strip_prefix(&format!("{component}: ")).unwrap().to_owned();
                let words: Vec<&str> = actions
                    .split(", ")
                    .map(|action| match action {
                        "install the new version" | "install them" => "install",
                        "link the new native library" => "upgrade-library",
                        "give each cgroup controller its own mount" => "reconfigure-cgroup-mounts",
                        "build for the new version" => "rebuild",
                        "set the new configuration" => "configure",
                        other => other,
                    })
                    .collect();
                format!("{component} {}", words.join("+"))
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "{from} to {to}");
        let phases: Vec<&str> = hop.steps.iter().map(|step| step.phase.as_str()).collect();
        assert!(phases.is_sorted_by_key(|phase| ["gather", "upgrade", "validate"].iter().position(|one| one == phase)));
        assert_eq!((phases.first(), phases.last()), (Some(&"gather"), Some(&"validate")));
    }
}

#[test]
fn a_jump_over_lines_puts_first_what_any_of_them_wants_first() {
    let plan = plan_of("1.4.3", "1.11.0", Some(Product::Mesos), None);
    let [hop] = plan.hops.as_slice() else {
        panic!("{} hops", plan.hops.len())
    };
    let first = &components(hop)[0];
    assert_eq!(
        first.0, "schedulers",
        "1.4 to 1.5: affected schedulers before Mesos itself"
    );
    assert!(hop.order.as_ref().unwrap().words.contains("7 lines"));
    // A hop that does not cross 1.4 to 1.5 has no schedulers in front.
    let plan = plan_of("1.5.3", "1.11.0", Some(Product::Mesos), None);
    assert_eq!(components(&plan.hops[0])[0].0, "modules");
}

#[test]
fn masters_before_agents_private_before_public_and_soaks_between() {
    for plan in [
        planned("1.9.4", "1.11.3"),
        planned("1.13.7", "2.1.0"),
        planned("1.11.3", "1.11.3"),
    ] {
        for hop in &plan.hops {
            let at = |id: &str, phase: &str| {
                let place = hop.steps.iter().position(|step| step.id == id && step.phase == phase);
                place.unwrap_or_else(|| panic!("{} to {}: no {id}", hop.from, hop.to))
            };
            let order = [
                at("evidence-before", "gather"),
                at("zookeeper-saved", "back-up"),
                at("script-generated", "bootstrap"),
                at("masters-one-at-a-time", "masters"),
                at("master-script-run", "masters"),
                at("masters-soak", "masters"),
                at("service-marathons-upgraded", "marathon"),
                at("agent-script-run", "private-agents"),
                at("agents-soak", "private-agents"),
                at("agent-script-run", "public-agents"),
                at("agents-soak", "public-agents"),
                at("evidence-after", "validate"),
            ];
            assert!(order.is_sorted(), "{order:?}");
        }
    }
}

#[test]
fn the_edition_chooses_steps_and_commands() {
    let ids = |edition| -> Vec<String> {
        let plan = plan_of("1.10.8", "1.11.3", None, edition);
        plan.hops[0].steps.iter().map(|step| step.id.clone()).collect()
    };
    let (both, enterprise, open) = (ids(None), ids(Some(Edition::Enterprise)), ids(Some(Edition::Open)));
    for id in [
        "licence-in-place",
        "iam-saved",
        "cluster-backup-taken",
        "master-ranges-replicated",
    ] {
        assert!(
            both.iter().any(|one| one == id) && enterprise.iter().any(|one| one == id),
            "{id}"
        );
        assert!(!open.iter().any(|one| one == id), "{id}");
    }
    let plan = plan_of("1.10.8", "1.11.3", None, Some(Edition::Open));
    let typed: Vec<&str> = commands(&plan.hops[0].steps).collect();
    assert!(typed.iter().all(|run| !run.contains(".ee.sh")));
    assert!(typed.contains(&"sudo bash dcos_generate_config.sh --generate-node-upgrade-script 1.10.8"));
}

#[test]
fn a_master_is_held_to_the_mesos_of_the_release_and_not_to_a_page() {
    for (from, to, mesos, disputed) in [
        ("1.10.8", "1.11.3", "mesos 1.5.1", true),
        ("1.9.9", "1.10.7", "mesos 1.4.2", false),
    ] {
        let plan = planned(from, to);
        let reached = plan
            .hops
            .last()
            .unwrap()
            .steps
            .iter()
            .find(|step| step.id == "master-version-reached")
            .unwrap();
        assert!(reached.gate.as_ref().unwrap().see.contains(mesos), "{:?}", reached.gate);
        assert_eq!(!reached.disagreement.is_empty(), disputed, "{from} to {to}");
    }
}

#[test]
fn advisories_of_the_hop_are_manual_items() {
    let advisories = |from: &str, to: &str, edition| -> Vec<(String, bool)> {
        let plan = plan_of(from, to, None, edition);
        let items = plan.hops.into_iter().flat_map(|hop| hop.manual);
        let items = items.filter(|item| item.kind == ManualKind::Advisory);
        items.map(|item| (item.id, item.blocking)).collect()
    };
    let into_1_10 = advisories("1.9.9", "1.10.7", None);
    assert!(
        into_1_10.contains(&("marathon-lb-1.10".to_owned(), true)),
        "{into_1_10:?}"
    );
    assert!(into_1_10.contains(&("cfs-1.10".to_owned(), false)), "{into_1_10:?}");
    let named = |edition| {
        let all = advisories("1.10.8", "1.11.3", Some(edition));
        all.iter().any(|(id, _)| id == "secrets-down-1.11")
    };
    assert!(named(Edition::Enterprise) && !named(Edition::Open));
    assert!(
        !advisories("1.9.4", "1.9.9", None)
            .iter()
            .any(|(id, _)| id == "marathon-lb-1.10")
    );
    assert!(advisories("0.18", "0.19", None).is_empty());
}

fn commands(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps
        .iter()
        .flat_map(|step| step.commands.iter().map(|command| command.run.as_str()))
}

#[test]
fn every_applying_step_of_the_procedure_is_in_some_plan() {
    let mut seen = std::collections::BTreeSet::new();
    for (from, to) in [("1.10.8", "1.11.3"), ("2.1.0", "2.2.1"), ("1.11.3", "1.11.3")] {
        for hop in planned(from, to).hops {
            seen.extend(hop.steps.into_iter().map(|step| step.id));
        }
    }
    for step in &knowledge().procedure.steps {
        assert!(seen.contains(&step.id), "{}: in none of the plans", step.id);
    }
}

#[test]
fn phases_have_one_order_in_table_and_plan() {
    let plan = planned("1.10.8", "1.11.3");
    let order: Vec<&str> = Phase::ALL.iter().map(|phase| phase.as_str()).collect();
    let seen: Vec<&str> = plan.hops[0].steps.iter().map(|step| step.phase.as_str()).collect();
    assert!(
        seen.is_sorted_by_key(|phase| order.iter().position(|one| one == phase)),
        "{seen:?}"
    );
}

#[test]
fn the_product_is_said_and_never_guessed() {
    let chosen = |from: &str, to: &str| choose(knowledge(), None, &version(from), &version(to));
    for (from, to, product, part) in [
        ("1.9.4", "1.11.3", Product::Dcos, "there is no Mesos 1.9.4"),
        ("1.8.0", "1.9.0", Product::Dcos, "--product mesos"),
        ("1.10.0", "1.11.0", Product::Dcos, "both versions exist"),
        ("0.18", "0.22", Product::Mesos, "there is no DC/OS 0.18"),
        ("1.4.3", "1.11.0", Product::Mesos, "there is no DC/OS 1.4.3"),
        ("1.13.7", "2.1.0", Product::Dcos, "there is no Mesos 1.13.7"),
    ] {
        let chosen = chosen(from, to).unwrap();
        assert_eq!(chosen.product, product, "{from} to {to}");
        assert!(chosen.because.contains(part), "{from} to {to}: {}", chosen.because);
    }
    let unknown = chosen("1.11.99", "2.0.0").unwrap_err();
    let (product, missing, near) = &unknown.0[0];
    assert_eq!((*product, missing), (Product::Dcos, &version("1.11.99")));
    assert!(
        near.contains(&version("1.11.13")) && near.contains(&version("1.12.0")),
        "{near:?}"
    );
    for (from, to) in [
        ("1.11", "1.12.0"),
        ("3.0.0", "3.1.0"),
        ("0.1", "0.22"),
        ("1.9.4", "0.22"),
    ] {
        assert!(chosen(from, to).is_err(), "{from} to {to}");
    }
}
