//! `gonogo plan`: exit codes, refusals, the names of an archive, forms and files; hostile texts in a plan do nothing.

use gonogo::cli::exit;
use gonogo::plan::Plan;
use gonogo::report::format::Format;
use gonogo::report::plan::render;
use gonogo::report::terminal::Style;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use crate::cli::{archive, run, write};
use crate::plan::planned;
use crate::report_hostile::{CONTROL, MARKUP, shape_of_page};
use crate::support::fixture::Cluster;

fn json(arguments: &[&str]) -> (u8, Plan) {
    let all: Vec<&str> = ["plan"]
        .iter()
        .chain(arguments)
        .chain(&["--format", "json"])
        .copied()
        .collect();
    let ran = run(&all);
    (
        ran.code,
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ran.err)),
    )
}

#[test]
fn the_exit_code_says_whether_the_way_is_supported() {
    for (arguments, code) in [
        (&["--from", "1.9.4", "--to", "1.11.3"][..], exit::GO),
        (&["--from", "1.9.4", "--to", "1.9.9", "--direct"], exit::GO),
        (&["--from", "0.18", "--to", "0.22"], exit::GO),
        (&["--from", "1.11.3", "--to", "1.11.3"], exit::GO),
        (&["--from", "1.9.0", "--to", "1.11.1", "--direct"], exit::NO_GO),
        (&["--from", "1.9.4", "--to", "1.11.3", "--direct"], exit::NO_GO),
        (&["--from", "0.18", "--to", "0.22", "--direct"], exit::NO_GO),
        (&["--from", "1.11.3", "--to", "1.10.8"], exit::NO_GO),
        (&["--from", "0.22.1", "--to", "0.21.1"], exit::NO_GO),
        (&["--from", "1.7", "--to", "1.8.0"], exit::CANNOT_SAY),
        (&["--from", "1.11.99", "--to", "2.0.0"], exit::USAGE),
        (&["--from", "1.11", "--to", "1.12.0"], exit::USAGE),
        (&["--from", "new", "--to", "1.12.0"], exit::USAGE),
        (&["--from", "1.10.8"], exit::USAGE),
        (&["--to", "1.11.3"], exit::USAGE),
        (
            &["--from", "1.10.8", "--to", "1.11.3", "--edition", "free"],
            exit::USAGE,
        ),
        (
            &["--from", "1.10.8", "--to", "1.11.3", "--format", "junit"],
            exit::USAGE,
        ),
        (&["--from", "0.18", "--to", "0.22", "--product", "dcos"], exit::USAGE),
        (&["--from", "1.10.8", "--to", "1.11.3", "--archive", "x"], exit::USAGE),
    ] {
        let all: Vec<&str> = ["plan"].iter().chain(arguments).copied().collect();
        let ran = run(&all);
        assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.out, ran.err);
        assert_eq!(code == exit::USAGE, ran.out.is_empty(), "{arguments:?}");
        assert_eq!(code == exit::USAGE, !ran.err.is_empty(), "{arguments:?}");
        if code != exit::USAGE {
            let first = ran.out.lines().next().unwrap();
            let expected = match code {
                exit::GO => "SUPPORTED:",
                exit::NO_GO => "NOT SUPPORTED:",
                _ => "THE DOCUMENTS DO NOT SAY:",
            };
            assert!(first.starts_with(expected), "{arguments:?}: {first}");
        }
    }
}

#[test]
fn what_is_refused_is_said_with_what_can_be_done() {
    let nonsense = run(&["plan", "--from", "1.11.99", "--to", "2.0.0"]);
    assert!(
        nonsense.err.contains("1.11.99") && nonsense.err.contains("1.11.13"),
        "{}",
        nonsense.err
    );
    let back = run(&["plan", "--from", "1.11.3", "--to", "1.10.8"]);
    assert!(back.out.contains("No rollback procedure exists"), "{}", back.out);
    let (code, leap) = json(&["--from", "1.9.0", "--to", "1.11.1", "--direct"]);
    assert_eq!((code, leap.supported), (exit::NO_GO, Some(false)));
    assert!(leap.hops[0].steps.is_empty());
    let instead: Vec<String> = leap.chains.instead.iter().map(ToString::to_string).collect();
    assert_eq!(instead.first().map(String::as_str), Some("1.9.0"));
    assert_eq!(instead.last().map(String::as_str), Some("1.11.3"), "{instead:?}");
    let shown = run(&["plan", "--from", "1.9.0", "--to", "1.11.1", "--direct"]);
    assert!(shown.out.contains("1.11.3 has one: 1.9.0 →"), "{}", shown.out);
    let (_, direct) = json(&["--from", "1.9.4", "--to", "1.11.3", "--direct"]);
    let chain: Vec<String> = direct.chains.recommended.iter().map(ToString::to_string).collect();
    assert_eq!(chain, ["1.9.4", "1.9.9", "1.10.7", "1.11.3"]);
    assert_eq!(direct.hops.len(), 1);
}

#[test]
fn both_sources_of_the_last_1_10_release_are_named() {
    let (_, plan) = json(&["--from", "1.9.4", "--to", "1.11.3"]);
    let other = &plan.chains.alternatives[0];
    assert_eq!(
        (other.instead_of.to_string(), other.version.to_string()),
        ("1.10.7".to_owned(), "1.10.8".to_owned())
    );
    let disagreement = plan
        .hops
        .iter()
        .flat_map(|hop| &hop.disagreement)
        .find(|one| one.about.contains("1.10"));
    let statements = &disagreement.unwrap().statements;
    assert!(statements.iter().any(|said| said.says.contains("1.10.7")));
    assert!(statements.iter().any(|said| said.says.contains("1.10.8")));
}

#[test]
fn an_archive_names_the_masters_and_the_leader_comes_last() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let pre = pre.to_str().unwrap();
    let (code, plan) = json(&["--archive", pre, "--to", "1.11.3"]);
    assert_eq!((code, plan.from.to_string()), (exit::GO, "1.10.8".to_owned()));
    let cluster = plan.cluster.as_ref().unwrap();
    let leader = cluster.leader.as_ref().unwrap();
    assert_eq!(cluster.masters.len(), 3);
    assert_eq!(cluster.masters.last(), Some(leader));
    assert!(cluster.doubts.is_empty(), "{:?}", cluster.doubts);
    let agents = cluster.agents.unwrap();
    assert!(agents.private > 0 && agents.public > 0, "{agents:?}");
    let script = plan.hops[0]
        .steps
        .iter()
        .find(|step| step.id == "master-script-run")
        .unwrap();
    assert_eq!(script.nodes, cluster.masters);
    let private = plan.hops[0]
        .steps
        .iter()
        .find(|step| step.id == "agent-script-run")
        .unwrap();
    assert_eq!(private.count, Some(agents.private));
    let shown = run(&["plan", "--archive", pre, "--to", "1.11.3"]);
    let others = cluster.masters[..2].join(", ");
    assert!(
        shown.out.contains(&format!("{others}, then {leader}, which leads")),
        "{}",
        shown.out
    );
    let service = plan.hops[0]
        .steps
        .iter()
        .find(|step| step.id == "service-marathons-upgraded")
        .unwrap();
    let note = service.note.as_ref().unwrap();
    assert!(
        cluster
            .service_marathons
            .as_ref()
            .is_some_and(|all| !all.is_empty() && note.contains(&all[0])),
        "{note}"
    );
    let schema: Value = serde_json::from_str(gonogo::report::plan::SCHEMA).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let whole = serde_json::to_value(&plan).unwrap();
    let errors: Vec<String> = schema.iter_errors(&whole).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The leader that the evidence names, not the last by name.
    assert_eq!(cluster.masters, ["10.0.0.2", "10.0.0.3", "10.0.0.1"]);
}

#[test]
fn who_leads_and_how_many_agents_there_are_is_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::read("dcos-pre");
    for host in ["10.0.0.1", "10.0.0.2", "10.0.0.3"] {
        for item in ["metrics_snapshot.json", "redirect.txt", "redirect_end.txt"] {
            cluster.forget(&format!("data/mesos-master/{host}/{item}"));
        }
    }
    let blind = write(folder.path(), "blind", &cluster);
    let (code, plan) = json(&["--archive", blind.to_str().unwrap(), "--to", "1.11.3"]);
    let cluster = plan.cluster.unwrap();
    assert_eq!((code, cluster.leader.as_ref()), (exit::GO, None));
    assert_eq!(cluster.masters.len(), 3);
    let said = |words: &str| cluster.doubts.iter().any(|doubt| doubt.contains(words));
    assert!(said("which master leads is not known"), "{:?}", cluster.doubts);
    let shown = run(&["plan", "--archive", blind.to_str().unwrap(), "--to", "1.11.3"]);
    assert!(!shown.out.contains(", then 10.0.0."), "{}", shown.out);
    let no_quorum = archive(folder.path(), "lab-no-quorum");
    let (_, plan) = json(&[
        "--archive",
        no_quorum.to_str().unwrap(),
        "--to",
        "1.11.0",
        "--product",
        "mesos",
    ]);
    assert_eq!(
        plan.cluster.unwrap().agents,
        None,
        "an empty list without a quorum is no list"
    );
}

#[test]
fn an_archive_says_its_product_and_is_not_contradicted() {
    let folder = tempfile::tempdir().unwrap();
    let (dcos, mesos) = (archive(folder.path(), "dcos-pre"), archive(folder.path(), "mesos-pre"));
    let (dcos, mesos) = (dcos.to_str().unwrap(), mesos.to_str().unwrap());
    let contradicted = run(&["plan", "--archive", dcos, "--to", "1.11.0", "--product", "mesos"]);
    assert_eq!(contradicted.code, exit::USAGE, "{}", contradicted.out);
    assert!(
        contradicted.err.contains("the archive says DC/OS"),
        "{}",
        contradicted.err
    );
    let (_, plan) = json(&["--archive", mesos, "--to", "1.11.0"]);
    assert_eq!(serde_json::to_value(plan.product).unwrap(), "mesos");
    assert!(
        plan.product_because.starts_with("the archive says so"),
        "{}",
        plan.product_because
    );
    let masters = plan.hops[0]
        .steps
        .iter()
        .find(|step| step.component.as_deref() == Some("masters"))
        .unwrap();
    assert_eq!(masters.nodes, plan.cluster.unwrap().masters);
    let broken = folder.path().join("broken.tar.gz");
    std::fs::write(&broken, "no archive").unwrap();
    let refused = run(&["plan", "--archive", broken.to_str().unwrap(), "--to", "1.11.3"]);
    assert_eq!(refused.code, exit::ARCHIVE_REFUSED, "{}", refused.err);
}

#[test]
fn no_gate_of_plain_mesos_is_left_to_a_check_that_plain_mesos_skips() {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "mesos-pre");
    let pre = pre.to_str().unwrap();
    let checked = run(&["check", pre, "--format", "json"]);
    let report: gonogo::report::Report = serde_json::from_str(&checked.out).unwrap();
    let (_, plan) = json(&["--archive", pre, "--to", "1.11.0"]);
    let gates = plan.hops[0].steps.iter().filter_map(|step| step.gate.as_ref());
    let mut judged = 0;
    for check in gates.flat_map(|gate| &gate.checks) {
        let Some(result) = report.results.iter().find(|result| result.check == *check) else {
            continue;
        };
        let skips = result
            .reason
            .as_deref()
            .is_some_and(|reason| reason.contains("without DC/OS"));
        assert!(!skips, "{check}: judges a gate, and is skipped on plain Mesos");
        judged += 1;
    }
    assert!(judged > 10, "{judged}");
}

#[test]
fn a_sites_own_file_counts_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    let site = "schema = 1\n[[path]]\nfrom = \"1.10.8\"\nto = \"1.11.3\"\nallowed = false\nsources = [\"not-a-real-case\"]\n\
                [[image]]\nname = \"service-marathon\"\nversion = \"1.6.496\"\nwhere = \"the registry\"\nsources = [\"not-a-real-case\"]\n";
    std::fs::write(&file, site).unwrap();
    let file = file.to_str().unwrap();
    let (code, ruled_out) = json(&["--from", "1.10.8", "--to", "1.11.3", "--direct", "--knowledge", file]);
    assert_eq!((code, ruled_out.supported), (exit::NO_GO, Some(false)));
    assert!(
        ruled_out.remarks.iter().any(|one| one.contains("site.toml")),
        "{:?}",
        ruled_out.remarks
    );
    let (_, plan) = json(&["--from", "1.9.4", "--to", "1.9.9", "--knowledge", file]);
    let image = plan.hops[0]
        .manual
        .iter()
        .find(|item| item.id == "image-service-marathon")
        .unwrap();
    assert!(
        image.blocking && image.text.contains("1.6.496 is available in the registry"),
        "{image:?}"
    );
    let (code, without) = json(&["--from", "1.10.8", "--to", "1.11.3", "--direct"]);
    assert_eq!((code, without.remarks.len()), (exit::GO, 0));
}

#[test]
fn every_form_says_the_same_and_files_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["plan", "--from", "1.10.8", "--to", "1.11.3", "-q"];
    let files: Vec<String> = ["plan.html", "plan.md", "plan.json", "plan.txt"]
        .iter()
        .map(|name| folder.path().join(name).display().to_string())
        .collect();
    for file in &files {
        arguments.extend(["-o", file]);
    }
    assert_eq!(run(&arguments).code, exit::GO);
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(
            text.contains("masters-one-at-a-time") || file.ends_with("txt"),
            "{file}"
        );
        assert!(
            text.contains("1.10.8") && text.contains("Masters come first, one at a time"),
            "{file}"
        );
    }
    let schema: Value = serde_json::from_str(&run(&["plan", "--schema"]).out).unwrap();
    assert_eq!(schema["$id"], "urn:gonogo:plan:1");
}

#[test]
fn the_terminal_fits_its_width_except_for_commands() {
    for all in [false, true] {
        let plan = planned("1.9.4", "1.11.3");
        let style = Style {
            width: 100,
            color: false,
            all,
        };
        let text = render(Format::Terminal, &plan, style, None).unwrap();
        for line in text.lines() {
            let command = line.trim_start().starts_with("$ ") || line.trim_start().starts_with("changes $ ");
            assert!(command || line.chars().count() <= 100, "{line}");
        }
        assert_eq!(text.contains("sudo bash dcos_node_upgrade.sh"), all);
        assert!(text.contains("1.9.4 → 1.9.9 → 1.10.7 → 1.11.3"));
    }
}

/// Fields whose values the format fixes.
const FIXED: [&str; 17] = [
    "format",
    "product",
    "from",
    "to",
    "edition",
    "kind",
    "phase",
    "each",
    "on",
    "when",
    "said",
    "what",
    "since",
    "recommended",
    "shortest",
    "instead_of",
    "version",
];

fn poisoned(plan: &Plan, payload: &str) -> Plan {
    fn walk(value: &mut Value, key: &str, inside: &str, payload: &str) {
        match value {
            Value::String(text) => {
                // Components and the tool have versions of any form.
                let free =
                    ["from", "to"].contains(&key) && inside == "components" || key == "version" && inside == "tool";
                if free || !(FIXED.contains(&key) || key == "instead") {
                    payload.clone_into(text);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|item| walk(item, key, inside, payload)),
            Value::Object(map) => {
                for (name, item) in map.iter_mut() {
                    walk(item, name, key, payload);
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(plan).unwrap();
    walk(&mut value, "", "", payload);
    serde_json::from_value(value).unwrap()
}

fn subject() -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let pre = archive(folder.path(), "dcos-pre");
    let (_, mut plan) = json(&["--archive", pre.to_str().unwrap(), "--to", "1.11.3"]);
    for hop in &mut plan.hops {
        // One of each kind is enough, and quick.
        hop.steps.retain(|step| {
            ["masters-one-at-a-time", "master-script-run", "agent-script-run"].contains(&step.id.as_str())
        });
        hop.checks.truncate(1);
        hop.expected_changes.truncate(1);
        hop.manual.truncate(2);
        hop.steps[0].note = Some("x".to_owned());
    }
    plan.cluster.as_mut().unwrap().doubts.push("x".to_owned());
    plan
}

#[test]
fn hostile_texts_in_a_plan_do_nothing() {
    let plan = subject();
    let style = Style {
        width: 100,
        color: false,
        all: true,
    };
    let shown = |format, payload: &str| render(format, &poisoned(&plan, payload), style, None).unwrap();
    let shape = shape_of_page(&shown(Format::Html, "x"));
    for payload in MARKUP.iter().chain(&CONTROL) {
        assert_eq!(shape_of_page(&shown(Format::Html, payload)), shape, "{payload:?}");
        let markdown = shown(Format::Markdown, payload);
        for event in Parser::new_ext(&markdown, Options::all()) {
            let acts = matches!(
                event,
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. })
            );
            assert!(!acts, "{payload:?}: {event:?}");
        }
        let terminal = shown(Format::Terminal, payload);
        let acting = terminal.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(acting, None, "{payload:?}");
        assert!(
            !terminal.contains(['\u{202e}', '\u{200b}', '\u{2028}', '\u{feff}']),
            "{payload:?}"
        );
    }
}

#[test]
fn the_page_of_a_plan_has_boxes_and_nothing_active() {
    let page = render(
        Format::Html,
        &planned("1.10.8", "1.11.3"),
        Style {
            width: 100,
            color: false,
            all: true,
        },
        None,
    )
    .unwrap();
    let shape = shape_of_page(&page);
    let boxes = shape
        .iter()
        .filter(|tag| tag.starts_with("<input ") && tag.contains("checkbox"))
        .count();
    assert!(boxes > 60, "{boxes}");
    for tag in ["<script", "<iframe", "<object", "<embed", "<link", "<img", "<form"] {
        assert!(!shape.iter().any(|one| one.starts_with(tag)), "{tag}");
    }
    assert!(!shape.iter().any(|tag| tag.contains(" on") && tag.contains("=alert")));
}
