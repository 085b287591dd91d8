//! What the README says of `gonogo constraints` beside check-constraints.py is what the program prints, and what the table of cases says.
//!
//! `GONOGO_BLESS=1 cargo test constraints_cli_readme` writes the program's part again.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::run;

const HEADING: &str = "\n## Instead of check-constraints.py\n";
const FIXTURE: &str = "fixtures/constraints/side-by-side.json";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The section, without its heading.
fn section(readme: &str) -> &str {
    let from = readme.find(HEADING).unwrap() + HEADING.len();
    let length = readme[from..].find("\n## ").unwrap();
    &readme[from..from + length]
}

fn judged(more: &[&str]) -> String {
    let file = root().join(FIXTURE);
    let mut arguments = vec!["constraints", file.to_str().unwrap()];
    arguments.extend(["--marathon", "1.4.7", "--target-marathon", "1.5.8"]);
    arguments.extend(more);
    run(&arguments).out
}

/// App and constraint of every app of the fixture, which each have one.
fn apps() -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(root().join(FIXTURE)).unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    let apps = body["apps"].as_array().unwrap();
    apps.iter()
        .map(|app| {
            assert_eq!(app["constraints"].as_array().unwrap().len(), 1, "{app}");
            (app["id"].as_str().unwrap().to_owned(), app["constraints"][0].clone())
        })
        .collect()
}

/// What the table says for gonogo.
fn said(answer: &Value, app: &str) -> String {
    let rows = answer["constraints"].as_array().unwrap();
    let Some(row) = rows.iter().find(|row| row["app"] == app) else {
        return "nothing".to_owned();
    };
    let effect = row["effect"].as_str().unwrap();
    match effect {
        "kept" => format!("`kept`, {} now", row["running"].as_str().unwrap()),
        other => format!("`{other}`"),
    }
}

/// Cells of every row of the table.
fn table(section: &str) -> Vec<Vec<&str>> {
    section
        .lines()
        .filter(|line| line.starts_with("| `/"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = readme();
    let section = section(&readme);
    let answer: Value = serde_json::from_str(&judged(&["--format", "json"])).unwrap();
    let (apps, rows) = (apps(), table(section));
    assert_eq!(rows.len(), apps.len());
    let out = judged(&[]);
    let from = section.find("```text\n").unwrap() + "```text\n".len();
    let shown = &section[from..from + section[from..].find("```").unwrap()];
    if std::env::var_os("GONOGO_BLESS").is_some() {
        let mut new = section.replace(shown, &out);
        for (row, (app, _)) in rows.iter().zip(&apps) {
            let line = format!("| {} |", row.join(" | "));
            let mut cells: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
            *cells.last_mut().unwrap() = said(&answer, app);
            new = new.replace(&line, &format!("| {} |", cells.join(" | ")));
        }
        std::fs::write(root().join("README.md"), readme.replace(section, &new)).unwrap();
        return;
    }
    for (row, (app, constraint)) in rows.iter().zip(&apps) {
        assert_eq!(row[0], format!("`{app}` `{constraint}`"));
        assert_eq!(row.last(), Some(&said(&answer, app).as_str()), "{app}");
    }
    assert_eq!(shown, out);
}

#[derive(Deserialize)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    constraint: String,
    accepted_by: Vec<String>,
}

#[test]
fn the_readme_says_of_marathon_what_the_table_of_cases_says() {
    let cases: Table = toml::from_str(include_str!("../../fixtures/constraints/cases.toml")).unwrap();
    let readme = readme();
    let mut held = 0;
    for (row, (app, constraint)) in table(section(&readme)).iter().zip(apps()) {
        // Columns: constraint, script as published, with main called, 1.4.7, on the way to 1.5.8, gonogo.
        let case = cases
            .case
            .iter()
            .find(|case| serde_json::from_str::<Value>(&case.constraint).unwrap() == constraint);
        let Some(case) = case else { continue };
        held += 1;
        let takes = |group: &str| case.accepted_by.iter().any(|name| name == group);
        assert_eq!(row[3] == "takes it", takes("1.3a"), "{app}: {}", row[3]);
        assert_eq!(row[4].starts_with("takes it"), takes("1.5"), "{app}: {}", row[4]);
        assert_eq!(row[1], "nothing");
    }
    assert_eq!(held, 12, "every constraint of the README is one of the table of cases");
}

#[test]
fn the_script_says_what_the_readme_says() {
    let ran = Command::new("python3").arg(root().join(".ci/side-by-side")).output();
    match ran {
        Ok(ran) => assert!(
            ran.status.success(),
            "{}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        ),
        Err(_) => crate::support::skipped("the script's column of the README (no python3 here)"),
    }
}
