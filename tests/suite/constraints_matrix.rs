//! The rule matrix, release by release, for apps and pods; and what follows for DC/OS, whose patch releases differ.

use gonogo::facts::constraints::{Judgement, Kind, judge};
use gonogo::facts::hop::shipped_marathon;
use gonogo::knowledge::Knowledge;
use gonogo::model::Version;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::constraints::of_app;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    releases: Vec<String>,
    row: Vec<Row>,
    dcos: Vec<Dcos>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    constraints: Vec<String>,
    valid_in: Vec<String>,
    #[serde(default)]
    pods_valid_in: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dcos {
    release: String,
    marathon: String,
    cluster_without_value: String,
    unique_with_empty_value: String,
}

fn matrix() -> Matrix {
    toml::from_str(include_str!("../../fixtures/constraints/matrix.toml")).unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn every_cell_of_the_rule_matrix_holds() {
    let matrix = matrix();
    assert_eq!(
        matrix.releases,
        [
            "1.3.0", "1.3.13", "1.4.2", "1.4.7", "1.4.8", "1.5.0", "1.6.322", "1.7.188", "1.8.222"
        ]
    );
    let mut wrong = Vec::new();
    for row in &matrix.row {
        for (release, text, kind) in matrix.releases.iter().flat_map(|release| {
            let kinds = [Kind::App, Kind::Pod];
            let texts = row.constraints.iter();
            texts.flat_map(move |text| kinds.map(|kind| (release, text, kind)))
        }) {
            // Pods came with 1.4.
            if kind == Kind::Pod && version(release).line() < (1, 4) {
                continue;
            }
            let listed = match kind {
                Kind::App => &row.valid_in,
                Kind::Pod => &row.pods_valid_in,
            };
            let constraint = of_app(&serde_json::from_str(text).unwrap());
            let got = judge(&constraint, kind, &version(release));
            let right = match &got {
                Judgement::Valid => listed.contains(release),
                Judgement::Invalid { rule, .. } => {
                    !listed.contains(release) && row.rules.iter().any(|named| named == rule.id())
                }
                Judgement::Unknown { .. } => false,
            };
            if !right {
                wrong.push(format!("{}: {text} as {kind:?} in {release}: {got:?}", row.what));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn patch_releases_of_dcos_differ_for_an_app_that_never_changes() {
    let knowledge = Knowledge::builtin().unwrap();
    let said = |constraint: Value, marathon: &Version| match judge(&of_app(&constraint), Kind::App, marathon) {
        Judgement::Valid => "valid",
        Judgement::Invalid { .. } => "invalid",
        Judgement::Unknown { .. } => "unknown",
    };
    let table = matrix().dcos;
    assert!(table.len() >= 13);
    for row in table {
        let shipped = shipped_marathon(knowledge, &version(&row.release));
        assert_eq!(shipped, Some(version(&row.marathon)), "DC/OS {}", row.release);
        let marathon = version(&row.marathon);
        assert_eq!(
            said(json!(["rack", "CLUSTER"]), &marathon),
            row.cluster_without_value,
            "DC/OS {}",
            row.release
        );
        assert_eq!(
            said(json!(["hostname", "UNIQUE", ""]), &marathon),
            row.unique_with_empty_value,
            "DC/OS {}",
            row.release
        );
    }
}
