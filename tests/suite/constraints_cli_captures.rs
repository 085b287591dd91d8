//! `gonogo constraints` over public answers of Marathon, and over the table of cases: the same as the judges say by themselves.

use gonogo::cli::exit;
use gonogo::facts::constraints::{Kind, Passage};
use gonogo::model::Version;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::run;
use crate::constraints::of_app;
use crate::constraints_cli::answer;
use crate::public_captures::captures;

#[test]
fn every_public_answer_is_read() {
    let Some(folder) = captures()
        .map(|captures| captures.join("public/marathon-apps"))
        .filter(|folder| folder.is_dir())
    else {
        crate::support::skipped("public lists of apps (no ../shared/captures/public/marathon-apps here)");
        return;
    };
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let (mut some, mut refused) = (Vec::new(), Vec::new());
    let mut totals = [0; 4];
    for path in &paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let ran = run(&[
            "constraints",
            path.to_str().unwrap(),
            "--marathon",
            "1.4.13",
            "--target-marathon",
            "1.5.8",
            "--format",
            "json",
        ]);
        match ran.code {
            exit::GO => {}
            exit::NO_GO => some.push(name),
            exit::ARCHIVE_REFUSED => {
                refused.push(name);
                continue;
            }
            other => panic!("{name}: {other} {}", ran.err),
        }
        let value: Value = serde_json::from_str(&ran.out).unwrap();
        for (total, count) in totals.iter_mut().zip(["apps", "pods", "groups", "constraints"]) {
            *total += value["summary"][count].as_u64().unwrap();
        }
    }
    assert!(paths.len() >= 21, "{} files", paths.len());
    // One file is another tool's own form; one holds the empty value of UNIQUE at which the migration ends.
    assert_eq!(refused, ["ee-demo-mom-apps.json"]);
    assert_eq!(some, ["docs-app-list-empty-unique.json"]);
    // Counted with another program as well.
    assert_eq!(totals, [644, 4, 24, 1213], "apps, pods, groups, constraints");
}

#[derive(Deserialize)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    number: u32,
    constraint: String,
}

#[test]
fn every_case_of_the_table_is_told_as_the_judges_have_it() {
    let table: Table = toml::from_str(include_str!("../../fixtures/constraints/cases.toml")).unwrap();
    // Twenty times, so that most are told from memory, in an order in which the memory begins anew.
    let apps: Vec<Value> = (0..20)
        .flat_map(|round| table.case.iter().map(move |case| (round, case)))
        .map(|(round, case)| {
            let constraint: Value = serde_json::from_str(&case.constraint).unwrap();
            json!({"id": format!("/case-{}", case.number), "constraints": [["round", "LIKE", format!("r{round}-{}", case.number)], constraint]})
        })
        .collect();
    let body = json!({"apps": apps}).to_string();
    for (running, target) in [
        ("0.11.1", Some("1.3.14")),
        ("1.1.7", Some("1.4.13")),
        ("1.3.0", None),
        ("1.4.7", Some("1.5.8")),
        ("1.4.13", Some("1.5.15")),
        ("1.5.8", Some("1.6.535")),
        ("1.10.26", None),
    ] {
        let mut arguments = vec!["--all", "--marathon", running];
        if let Some(target) = target {
            arguments.extend(["--target-marathon", target]);
        }
        let (_, value) = answer(body.as_bytes(), &arguments);
        let version = |text: &str| text.parse::<Version>().unwrap();
        let passage = Passage::new(&version(running), target.map(version).as_ref());
        let rows = value["constraints"].as_array().unwrap();
        assert_eq!(rows.len(), apps.len() * 2);
        for row in rows.iter().filter(|row| row["index"] == 1) {
            let outlook = passage.look(&of_app(&row["constraint"]), Kind::App);
            let place = format!("{} {running} {target:?}", row["app"]);
            assert_eq!(row["effect"], outlook.effect.as_str(), "{place}");
            assert_eq!(row["rewritten_to"], json!(outlook.rewritten_to), "{place}");
            assert_eq!(row["rule_id"], json!(outlook.rule_id()), "{place}");
            if outlook.effect != gonogo::facts::constraints::Effect::Kept {
                assert_eq!(row["rule"], json!(outlook.why), "{place}");
                assert_eq!(row["source"], json!(outlook.source), "{place}");
            }
        }
    }
}
