//! The tables of knowledge as a whole: the linter finds nothing in them, and finds what is planted; `gonogo knowledge`; the
//! site's own file.

use std::fs;
use std::process::{Command, Output};

use gonogo::checks;
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::hops::Product;
use gonogo::model::Version;

fn builtin() -> &'static Knowledge {
    Knowledge::builtin().unwrap()
}

fn ids() -> Vec<&'static str> {
    checks::all().iter().map(|check| check.meta().id).collect()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn the_tables_are_in_order() {
    let problems = builtin().lint(&ids());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn the_linter_finds_what_is_wrong() {
    type Spoil = fn(&mut Knowledge);
    let planted: [(&str, Spoil); 9] = [
        ("does not come after", |knowledge| knowledge.releases.swap(3, 4)),
        ("release 1.9.4: no source", |knowledge| {
            let release = knowledge
                .releases
                .iter_mut()
                .find(|one| one.dcos == Version::new(1, 9, 4));
            release.unwrap().sources.clear();
        }),
        ("matrix patch-1.11: row 1.11.3 names 1.11.2", |knowledge| {
            let matrix = knowledge
                .paths
                .matrices
                .iter_mut()
                .find(|one| one.id == "patch-1.11")
                .unwrap();
            let row = matrix
                .rows
                .iter_mut()
                .find(|row| row.from == Version::new(1, 11, 3))
                .unwrap();
            row.to.push(Version::new(1, 11, 2));
        }),
        ("column 1.11.99 is no release", |knowledge| {
            knowledge.paths.matrices[0].columns.push(Version::new(1, 11, 99));
        }),
        ("document nowhere: cited", |knowledge| {
            knowledge.paths.rules[0].sources.push("nowhere".to_owned());
        }),
        ("twice", |knowledge| {
            let again = knowledge.advisories[0].clone();
            knowledge.advisories.push(again);
        }),
        ("scenario 1: not a chain", |knowledge| {
            knowledge.paths.scenarios[0].path.reverse();
        }),
        ("guide: after", |knowledge| {
            knowledge.mesos.hops.remove(3);
        }),
        ("disagreement last-1.10-step: it takes two", |knowledge| {
            knowledge.paths.disagreements[0].statements.pop();
        }),
    ];
    for (expected, spoil) in planted {
        let mut knowledge = builtin().clone();
        spoil(&mut knowledge);
        let problems = knowledge.lint(&ids());
        assert!(
            problems.iter().any(|one| one.contains(expected)),
            "{expected}: {problems:?}"
        );
    }
    let without = builtin().lint(&[]);
    assert!(
        without.iter().any(|one| one.contains("there is no check")),
        "{without:?}"
    );
}

#[test]
fn the_version_matrix_of_the_workbook_is_complete() {
    let table = builtin()
        .components
        .iter()
        .find(|table| table.id == "workbook")
        .unwrap();
    assert_eq!((table.rows.len(), table.columns.len()), (17, 10));
    assert_eq!(table.filled(), (107, 170), "filled cells, and all");
    for row in &table.rows {
        let release = builtin().release(&row.dcos).unwrap();
        assert!(release.mesos.contains(&row.cells["mesos"]), "{}", row.dcos);
        assert!(release.marathon.contains(&row.cells["marathon"]), "{}", row.dcos);
        for empty in ["openssl", "cli"] {
            assert!(!row.cells.contains_key(empty), "{}: the row is printed empty", row.dcos);
        }
    }
    let of = |text: &str, component: &str| -> Vec<String> {
        let shipped = builtin().shipped(&version(text), component);
        shipped.into_iter().map(|(version, _)| version.to_owned()).collect()
    };
    assert_eq!(of("1.9.0", "coreos"), ["1235.9.0"]);
    assert_eq!(of("1.10.0", "edge-lb"), ["0.1.9"]);
    assert_eq!(
        of("1.10.4", "metronome"),
        ["0.3.3", "0.3.2"],
        "workbook and build differ"
    );
    assert!(of("1.10.7", "cli").is_empty());
    assert!(of("3.0.0", "zookeeper").is_empty());
}

const SITE: &str = r#"
schema = 1
[[release]]
dcos = "1.11.14"
released = "2020-02-01"
mesos = ["1.5.4"]
marathon = ["1.6.585"]
sources = ["not-a-real-case 1"]
[[release]]
dcos = "1.9.4"
released = "2017-09-07"
mesos = ["1.2.3", "1.2.4"]
marathon = ["1.4.7"]
sources = ["not-a-real-case 2"]
[[path]]
from = "1.11.13"
to = "1.11.14"
allowed = true
sources = ["not-a-real-case 1"]
[[path]]
from = "1.11.1"
to = "1.11.7"
allowed = true
sources = ["not-a-real-case 3"]
[[path]]
from = "1.10.8"
to = "1.11.3"
allowed = false
sources = ["not-a-real-case 4"]
[[rule]]
product = "mesos"
hop = ["1.4", "1.5"]
id = "site-hook"
kind = "behaviour"
weight = "warning"
side = "pre"
text = "our hook must be switched off"
sources = ["not-a-real-runbook"]
[[image]]
name = "registry.example.invalid/marathon"
version = "1.6.585"
where = "registry.example.invalid"
sources = ["not-a-real-runbook"]
"#;

#[test]
fn a_site_file_adds_and_replaces_and_makes_nothing_silently_better() {
    let with = builtin().with_site("site.toml", SITE).unwrap();
    assert!(with.lint(&ids()).is_empty(), "{:?}", with.lint(&ids()));
    let judge = |from: &str, to: &str| with.classify(Product::Dcos, &version(from), &version(to));
    // What no document covers, the site may allow, and it is named.
    assert_eq!(
        builtin()
            .classify(Product::Dcos, &version("1.11.13"), &version("1.11.14"))
            .supported,
        None
    );
    let added = judge("1.11.13", "1.11.14");
    assert_eq!(added.supported, Some(true));
    assert!(
        added
            .sources
            .iter()
            .any(|one| one.source == "not-a-real-case 1 (site file site.toml)")
    );
    // What a document rules out stays ruled out; both are named.
    let against = judge("1.11.1", "1.11.7");
    assert_eq!(against.supported, Some(false));
    assert!(
        against.disagreement[0]
            .statements
            .iter()
            .any(|one| one.source.contains("site.toml"))
    );
    // The site may be stricter.
    let stricter = judge("1.10.8", "1.11.3");
    assert_eq!((stricter.supported, stricter.disagreement.len()), (Some(false), 1));
    let site = with.site.as_ref().unwrap();
    assert_eq!(site.images.len(), 1);
    assert_eq!(site.replaces.len(), 1, "{:?}", site.replaces);
    assert!(
        site.replaces[0].contains("release 1.9.4: Mesos 1.2.3 or 1.2.4"),
        "{:?}",
        site.replaces
    );
    assert_eq!(site.adds.len(), 6, "{:?}", site.adds);
    assert!(with.revision().starts_with(builtin().revision()) && with.revision().contains("+site."));
    let hop = with
        .mesos
        .hops
        .iter()
        .find(|hop| hop.from.to_string() == "1.4")
        .unwrap();
    assert!(hop.rules.iter().any(|rule| rule.id == "site-hook"));
}

#[test]
fn every_problem_of_a_site_file_is_said_with_its_line() {
    let text = r#"schema = 2
colour = "red"
[[release]]
dcos = "1.11.14-dev"
mesos = []
marathon = ["1.6.585"]
sources = []
[[path]]
from = "1.11.13"
to = "1.11.99"
allowed = true
sources = ["x"]
[[path]]
from = "1.11.3"
to = "1.10.8"
allowed = "yes"
[[rule]]
product = "mesos"
hop = ["1.4", "1.6"]
id = "a"
kind = "behaviour"
weight = "warning"
side = "pre"
text = "t"
sources = ["x"]
[[image]]
name = "n"
"#;
    let problems = builtin().with_site("site.toml", text).unwrap_err();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for (line, words) in [
        (1, "`schema` must be 1"),
        (2, "`colour` is not known here"),
        (3, "not a release"),
        (3, "must name at least one version"),
        (3, "`sources` must name"),
        (8, "1.11.99 is in no table"),
        (16, "invalid type"),
        (17, "no hop from 1.4 to 1.6"),
        (26, "missing field"),
    ] {
        assert!(
            said.iter()
                .any(|one| one.starts_with(&format!("{line}: ")) && one.contains(words)),
            "{line}: {words}\n{}",
            said.join("\n")
        );
    }
}

#[test]
fn a_site_rule_cannot_weaken_a_rule_of_the_guide() {
    let (hop, rule) = builtin()
        .mesos
        .hops
        .iter()
        .flat_map(|hop| hop.rules.iter().map(move |rule| (hop, rule)))
        .find(|(_, rule)| rule.fires.is_some() && rule.weight == gonogo::knowledge::rule::Weight::Blocker)
        .unwrap();
    let text = format!(
        "schema = 1\n[[rule]]\nproduct = \"mesos\"\nhop = [\"{}\", \"{}\"]\nid = \"{}\"\nkind = \"behaviour\"\nweight = \"info\"\n\
         side = \"pre\"\ntext = \"never mind\"\nsources = [\"us\"]\n",
        hop.from, hop.to, rule.id
    );
    let problems = builtin().with_site("site.toml", &text).unwrap_err();
    assert!(problems[0].what.contains("not less"), "{problems:?}");
}

fn gonogo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gonogo"))
        .args(arguments)
        .env_remove("GONOGO_KNOWLEDGE")
        .env_remove("GONOGO_CONFIG")
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap()
}

#[test]
fn the_command_counts_lists_and_reads_the_site_file() {
    let counted = gonogo(&["knowledge"]);
    let out = String::from_utf8(counted.stdout).unwrap();
    assert_eq!(counted.status.code(), Some(0));
    assert!(
        out.starts_with(&format!("knowledge {}\n", builtin().revision())),
        "{out}"
    );
    for table in ["releases", "matrices", "pairs", "requirements", "mesos rules"] {
        assert!(
            out.lines().any(|line| line.trim_start().starts_with(table)),
            "{table}\n{out}"
        );
    }
    let listed = gonogo(&["knowledge", "--list", "releases", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), builtin().releases.len());
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["dcos"] == "1.10.7")
        .unwrap();
    assert_eq!(
        (row["released"].as_str(), row["mesos"][0].as_str()),
        (Some("2018-05-24"), Some("1.4.2"))
    );
    assert!(row["unknown"].as_array().unwrap().contains(&"cli".into()));
    let sources = gonogo(&["knowledge", "--list", "sources", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_slice(&sources.stdout).unwrap();
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .all(|row| row["cited"].as_u64().unwrap() > 0 || row["id"] == "S4"),
        "{rows}"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    fs::write(&file, SITE).unwrap();
    let with = gonogo(&["knowledge", "--format", "json", "--knowledge", file.to_str().unwrap()]);
    let whole: serde_json::Value = serde_json::from_slice(&with.stdout).unwrap();
    assert!(whole["revision"].as_str().unwrap().contains("+site."));
    assert_eq!(whole["site"]["replaces"].as_array().unwrap().len(), 1);

    fs::write(&file, "schema = 1\n[[path]]\nfrom = \"1.11.3\"\n").unwrap();
    let refused = gonogo(&["knowledge", "--knowledge", file.to_str().unwrap()]);
    let err = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{err}");
    assert!(err.contains("site.toml:2"), "{err}");
    let absent = gonogo(&["knowledge", "--knowledge", "/not/there.toml"]);
    assert_eq!(absent.status.code(), Some(2));
}

/// What is wrong with the table of fields is said when it is read, or by the linter; nothing of it is guessed.
#[test]
fn a_broken_table_of_fields_is_refused() {
    use gonogo::knowledge::app_fields;
    let text = include_str!("../../src/knowledge/data/app-fields.toml");
    assert_eq!(app_fields::read(text).unwrap().lint(), Vec::<String>::new());
    for (from, to, part) in [
        (
            "transformation = \"uris-to-fetch\"",
            "transformation = \"uris-to-nothing\"",
            "unknown variant",
        ),
        ("values = [\"1.15\"]", "values = [\"1.15.\"]", "trailing"),
        ("schema = 1", "schema = 2", "this program reads 1"),
        ("id = \"tty\"", "id = \"tty\"\nguess = true", "unknown field"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = app_fields::read(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(part), "{to}: {error}");
    }
    for (from, to, part) in [
        ("id = \"mem\"", "id = \"cpus\"", "app field cpus: twice"),
        (
            "sources = [\"RFC 8259, section 6\"]",
            "sources = []",
            "app field numbers: no source",
        ),
        (
            "values = [\"1.15\"]\n",
            "",
            "app field backoff-factor: either values or a setting",
        ),
        (
            "from = \"1.5.0\"\nbefore = \"1.5.1\"",
            "from = \"1.5.1\"\nbefore = \"1.5.0\"",
            "app field unreachable-strategy-1.5.0: its first release comes after its last",
        ),
        (
            "transformation = \"uris-to-fetch\"",
            "transformation = \"drop\"",
            "app fields: no entry names the transformation UrisToFetch",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let problems = app_fields::read(&text.replacen(from, to, 1)).unwrap().lint();
        assert!(problems.iter().any(|problem| problem == part), "{to}: {problems:?}");
    }
}
