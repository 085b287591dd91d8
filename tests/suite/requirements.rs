//! Every requirement is answered by something that exists; the table of them in the documentation is the generated one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use gonogo::checks::{self, Check};
use gonogo::knowledge::Knowledge;
use gonogo::knowledge::signoffs::When;
use gonogo::model::{CheckMeta, items};
use gonogo::workbook::coverage::{Answers, Class, coverage};

fn knowledge() -> &'static Knowledge {
    Knowledge::builtin().unwrap()
}

fn metas() -> Vec<&'static CheckMeta> {
    checks::all().into_iter().map(Check::meta).collect()
}

fn counts(rows: &[Answers<'_>]) -> BTreeMap<Class, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.class()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn no_requirement_is_answered_by_nothing() {
    let rows = coverage(knowledge(), &metas());
    let counts = counts(&rows);
    eprintln!("{} requirements, answered by:", rows.len());
    for class in Class::ALL {
        eprintln!("  {:4} {}", counts.get(&class).unwrap_or(&0), class.words());
    }
    let open: Vec<&str> = rows
        .iter()
        .filter(|row| row.class() == Class::Nothing)
        .map(|row| row.requirement.id.as_str())
        .collect();
    assert!(open.is_empty(), "answered by nothing: {open:?}");
}

#[test]
fn the_list_is_whole_and_in_order() {
    let requirements = &knowledge().requirements;
    let expected: Vec<String> = [("S0", 96), ("S1", 171), ("S2", 11), ("S3", 20), ("S4", 28)]
        .into_iter()
        .flat_map(|(document, last)| (1..=last).map(move |number| format!("{document}-{number}")))
        .collect();
    let found: Vec<&str> = requirements.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(found, expected);
    for item in &requirements.items {
        assert!(requirements.document(&item.id).is_some(), "{}: no document", item.id);
        assert!(item.text.len() > 10, "{}: says nothing", item.id);
        assert!(!item.section.is_empty(), "{}: no section", item.id);
    }
}

#[test]
fn whatever_is_cited_exists() {
    let knowledge = knowledge();
    let known: BTreeSet<&str> = knowledge
        .requirements
        .items
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    let signoffs: BTreeSet<&str> = knowledge.signoffs.iter().map(|item| item.id.as_str()).collect();
    let mut wrong = Vec::new();
    for meta in metas() {
        for id in meta.requirements.iter().filter(|id| !known.contains(*id)) {
            wrong.push(format!("the check {} cites {id}", meta.id));
        }
    }
    for step in &knowledge.procedure.steps {
        for id in step.requirements.iter().filter(|id| !known.contains(id.as_str())) {
            wrong.push(format!("the step {} cites {id}", step.id));
        }
    }
    for step in &knowledge.procedure.mesos {
        for id in step.requirements.iter().filter(|id| !known.contains(id.as_str())) {
            wrong.push(format!("the step {} cites {id}", step.id));
        }
    }
    for item in &knowledge.requirements.items {
        // The order of a hop must be there to be listed.
        for crossing in item.crosses.iter().filter(|_| item.guide_order) {
            let hop = knowledge
                .mesos
                .hops
                .iter()
                .find(|hop| hop.from == crossing.from && hop.to == crossing.to);
            if hop.is_none_or(|hop| hop.steps.is_empty()) {
                wrong.push(format!("{}: the guide lists no order for {crossing}", item.id));
            }
        }
        for id in item.signoff.iter().filter(|id| !signoffs.contains(id.as_str())) {
            wrong.push(format!("{} names the sign-off {id}", item.id));
        }
        for pattern in &item.evidence {
            let source = pattern.split('/').nth(1).unwrap_or_default();
            if !pattern.starts_with("data/") || !items::SOURCES.contains(&source) || pattern.matches('/').count() != 3 {
                wrong.push(format!("{} names the evidence {pattern}", item.id));
            }
        }
    }
    assert!(wrong.is_empty(), "cited, and not there:\n{}", wrong.join("\n"));
}

#[test]
fn every_signoff_is_clear_and_answers_something() {
    let knowledge = knowledge();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for item in &knowledge.signoffs {
        let id = &item.id;
        if !seen.insert(id) {
            wrong.push(format!("{id} stands twice"));
        }
        if !id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            wrong.push(format!("{id}: kebab-case"));
        }
        if !item.text.ends_with('?') || item.how.len() < 60 || item.sources.is_empty() {
            wrong.push(format!("{id}: a question, how to find out, and a source"));
        }
        let answered: Vec<_> = knowledge.requirements.of_signoff(id).collect();
        if answered.is_empty() {
            wrong.push(format!("{id} answers no requirement"));
        }
        // An answer of after the window cannot be waited for before it, and the other way round.
        if item.when == When::Pre && answered.iter().any(|one| one.when == Some(When::Post)) {
            wrong.push(format!("{id} is asked before the window, its requirement after it"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*")
}

fn answered_by(row: &Answers<'_>) -> String {
    let item = row.requirement;
    let mut parts = Vec::new();
    let mut list = |what: &str, ids: Vec<&str>| {
        if !ids.is_empty() {
            let ids: Vec<String> = ids.into_iter().map(|id| format!("`{id}`")).collect();
            parts.push(format!("{what} {}", ids.join(", ")));
        }
    };
    list("check", row.checks.clone());
    list("evidence", item.evidence.iter().map(String::as_str).collect());
    list("workbook", item.inventory.iter().map(|table| table.as_str()).collect());
    list("sign-off", item.signoff.iter().map(String::as_str).collect());
    list("step", row.steps.clone());
    if item.guide_order {
        parts.push("the plan's order of components".to_owned());
    }
    if let Some(why) = &item.by_design {
        parts.push(why.clone());
    }
    parts.join("; ")
}

fn document() -> String {
    let rows = coverage(knowledge(), &metas());
    let counts = counts(&rows);
    let mut text = String::from(
        "# Requirements, and what answers each\n\nGenerated from `requirements.toml`, `signoffs.toml` and the checks by `GONOGO_BLESS=1 cargo test requirements`; a test \
         fails when it is out of date or when a requirement is answered by nothing.\n\n| answered by | requirements |\n|---|---|\n",
    );
    for class in Class::ALL {
        let _ = writeln!(text, "| {} | {} |", class.words(), counts.get(&class).unwrap_or(&0));
    }
    let _ = writeln!(text, "| **all** | **{}** |", rows.len());
    for document in &knowledge().requirements.documents {
        let _ = writeln!(
            text,
            "\n## {}: {}\n\n| id | requirement | answered by |\n|---|---|---|",
            document.id, document.title
        );
        let own = rows
            .iter()
            .filter(|row| row.requirement.id.split('-').next() == Some(document.id.as_str()));
        for row in own {
            let item = row.requirement;
            let _ = writeln!(text, "| {} | {} | {} |", item.id, cell(&item.text), answered_by(row));
        }
    }
    text
}

#[test]
fn the_table_in_the_documentation_is_up_to_date() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/knowledge/data/REQUIREMENTS.md");
    let expected = document();
    if std::env::var_os("GONOGO_BLESS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{} is out of date: GONOGO_BLESS=1 cargo test requirements",
        file.display()
    );
    let readme = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(
        readme.contains("src/knowledge/data/REQUIREMENTS.md"),
        "the README links the table of requirements"
    );
}
