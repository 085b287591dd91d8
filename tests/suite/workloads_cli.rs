//! `gonogo workloads`: exit codes, forms, the published schema, hostile names; the workbook shows the same waves.

use serde_json::Value;

use gonogo::cli::exit;
use gonogo::model::Outcome;
use gonogo::report::workloads::SCHEMA;

use crate::cli::{Ran, run};
use crate::support::cluster::archive;
use crate::support::fixture::Cluster;

/// An archive of the edited base cluster, and the command over it.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().unwrap();
        archive(folder.path(), "pre", cluster);
        Self { folder }
    }

    fn dcos() -> Self {
        Self::new(&Cluster::read("dcos-pre"))
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, words: &[&str]) -> Ran {
        let archive = self.path("pre");
        run(&[&["workloads", archive.as_str()], words].concat())
    }

    fn json(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--format", "json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
    }
}

fn closed() -> jsonschema::Validator {
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
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn json_is_the_contract() {
    let schema = closed();
    let mut blind = Cluster::read("dcos-pre");
    blind.fail(
        "data/mesos-master/10.0.0.1/state.json",
        &Outcome::TimedOut,
        "no answer in 30 s",
    );
    for stage in [
        Stage::dcos(),
        Stage::new(&Cluster::read("mesos-pre")),
        Stage::new(&blind),
    ] {
        for words in [&[][..], &["--assume-scaled", "--max-wave", "50%"]] {
            let json = stage.json(words);
            let errors: Vec<String> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }
    assert_eq!(run(&["workloads", "--schema"]).out, SCHEMA);
}

#[test]
fn every_agent_is_in_a_wave_or_held() {
    let stage = Stage::dcos();
    for words in [
        &[][..],
        &["--assume-scaled"],
        &["--critical", "10.0.1.1", "--assume-scaled"],
    ] {
        let json = stage.json(words);
        let list = |pointer: &str| json.pointer(pointer).and_then(Value::as_array).unwrap().clone();
        let planned: usize = list("/waves/plan")
            .iter()
            .map(|wave| wave["agents"].as_array().unwrap().len())
            .sum();
        assert_eq!(planned + list("/waves/held").len(), list("/agents").len(), "{words:?}");
    }
    let json = stage.json(&["--critical", "10.0.1.1", "--assume-scaled"]);
    let agents = json["agents"].as_array().unwrap();
    let critical = agents.iter().find(|row| row["host"] == "10.0.1.1").unwrap();
    assert_eq!(critical["critical"], true);
}

#[test]
fn exit_codes_say_whether_lists_can_be_trusted() {
    let stage = Stage::dcos();
    for (words, code) in [
        (&[][..], exit::GO),
        (&["--show", "waves"], exit::GO),
        (&["--show", "waves", "--max-wave", "100%"], exit::GO),
        (&["--max-wave", "0"], exit::USAGE),
        (&["--max-wave", "many"], exit::USAGE),
        (&["--show", "tasks"], exit::USAGE),
        (&["--format", "csv"], exit::USAGE),
        (&["--format", "csv", "--show", "apps,agents"], exit::USAGE),
        (&["--schema"], exit::USAGE),
        (&["--critical", "10.9.9.9"], exit::CANNOT_SAY),
    ] {
        let ran = stage.run(words);
        assert_eq!(ran.code, code, "{words:?}\n{}\n{}", ran.out, ran.err);
    }
    assert_eq!(run(&["workloads"]).code, exit::USAGE);
    assert_eq!(run(&["workloads", &stage.path("nothing")]).code, exit::FAILURE);
    let mut blind = Cluster::read("dcos-pre");
    blind.fail("data/marathon/root/apps.json", &Outcome::TimedOut, "no answer in 30 s");
    let ran = Stage::new(&blind).run(&[]);
    assert_eq!(ran.code, exit::CANNOT_SAY);
    assert!(
        ran.out.contains("CANNOT SAY: no waves were planned.") && ran.out.contains("timed-out"),
        "{}",
        ran.out
    );
    std::fs::write(stage.folder.path().join("pre/gonogo.json"), "{}").unwrap();
    assert_eq!(stage.run(&[]).code, exit::ARCHIVE_REFUSED);
}

#[test]
fn the_terminal_says_who_is_held_and_what_frees_them() {
    let ran = Stage::dcos().run(&[]);
    for part in [
        "No agent can stop without taking an app below its minimum.",
        "Workloads at risk",
        "/web/front",
        "UNIQUE leaves",
        "What stops with an agent",
        "What stops with a rack",
        "Held: no wave may stop these agents",
        "Scale first",
        "[workloads.minimum]",
        "Taken for granted",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert!(!ran.out.starts_with('\n'), "{}", ran.out);
    assert!(
        ran.out.lines().all(|line| line.trim_end() == line),
        "blanks at the end of a line"
    );
    // What is to be pasted into gonogo.toml reads as what it says.
    let paste = ran.out.split_once("[workloads.minimum]").unwrap().1;
    let paste = paste.split_once("\n\n").unwrap().0;
    let table: toml::Table = toml::from_str(paste).unwrap();
    assert_eq!(table.get("/batch/worker"), Some(&toml::Value::Integer(4)), "{paste}");
}

#[test]
fn a_configuration_names_minimums_and_critical_agents() {
    let stage = Stage::dcos();
    let config = stage.path("site.toml");
    let text =
        "[workloads]\nminimum = { \"*\" = 0, \"/nobody\" = 3 }\ncritical_agents = [\"10.0.1.2\"]\nmax_wave = \"34%\"\n";
    std::fs::write(&config, text).unwrap();
    let json = stage.json(&["--config", &config]);
    assert_eq!(json["settings"]["max_wave_percent"], 34);
    let plan = json["waves"]["plan"].as_array().unwrap();
    assert!(json["waves"]["held"].as_array().unwrap().is_empty());
    assert_eq!(plan[0]["stage"], "canary");
    assert_eq!(plan.last().unwrap()["agents"], serde_json::json!(["10.0.1.2"]));
    let remarks = json["remarks"].to_string();
    assert!(remarks.contains("`/nobody` names no workload"), "{remarks}");
    std::fs::write(&config, "[workloads]\nminimums = {}\nmax_wave = 0\n").unwrap();
    let ran = stage.run(&["--config", &config]);
    assert_eq!(ran.code, exit::USAGE);
    assert!(
        ran.err.contains("did you mean `minimum`?") && ran.err.contains("no share"),
        "{}",
        ran.err
    );
}

#[test]
fn csv_has_every_row_and_runs_nothing() {
    let mut cluster = Cluster::read("dcos-pre");
    let body = cluster
        .payload
        .get_mut("data/mesos-master/10.0.0.1/state.json")
        .unwrap();
    let text = String::from_utf8(body.clone()).unwrap();
    *body = text
        .replace("\"hostname\": \"10.0.1.1\"", "\"hostname\": \"=cmd(\\\"x\\\"),1\"")
        .into_bytes();
    let stage = Stage::new(&cluster);
    for (part, rows) in [("agents", 4), ("racks", 4), ("waves", 4), ("apps", 12)] {
        let ran = stage.run(&["--show", part, "--format", "csv"]);
        let mut lines = ran.out.split_terminator("\r\n");
        let columns = lines.next().unwrap().split(',').count();
        assert!(columns >= 6, "{part}");
        let lines: Vec<&str> = lines.collect();
        assert!(lines.len() >= rows, "{part}: {}\n{}", lines.len(), ran.out);
        assert!(
            !ran.out.contains("\n=") && !ran.out.contains(",="),
            "{part}\n{}",
            ran.out
        );
    }
    let file = stage.path("waves.csv");
    assert_eq!(stage.run(&["--show", "waves", "-o", &file]).code, exit::GO);
    assert!(
        std::fs::read_to_string(file)
            .unwrap()
            .starts_with("Wave,Stage,Kind,Rack,Agent,Agent id,Because of\r\n")
    );
}

/// Names out of evidence end in no escape sequence and no line of their own.
#[test]
fn hostile_names_do_nothing() {
    let mut cluster = Cluster::read("dcos-pre");
    for item in [
        "data/mesos-master/10.0.0.1/state.json",
        "data/mesos-master/10.0.0.1/slaves.json",
    ] {
        let Some(body) = cluster.payload.get_mut(item) else {
            continue;
        };
        let text = String::from_utf8(body.clone()).unwrap();
        *body = text.replace("rack-1", "\\u001b[31mr\\u202e\\nGO").into_bytes();
    }
    let stage = Stage::new(&cluster);
    for words in [&[][..], &["--format", "json"], &["--show", "racks", "--format", "csv"]] {
        let ran = stage.run(words);
        assert!(
            !ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'),
            "{words:?}"
        );
        assert!(!ran.out.lines().any(|line| line.trim() == "GO"), "{words:?}");
        assert!(ran.out.contains("31mr"), "{words:?}: the name is not shown at all");
    }
}
