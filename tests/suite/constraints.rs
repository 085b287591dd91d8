//! Placement constraints: the table of cases over every group of Marathon releases, pods, old releases, and noise.

use gonogo::facts::constraints::{Judgement, Kind, Passage, Rule, judge};
use gonogo::model::Version;
use gonogo::snapshot::Constraint;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Table {
    passages: Vec<(String, String)>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    number: u32,
    constraint: String,
    accepted_by: Vec<String>,
    effects: Vec<String>,
}

/// Groups of releases that share their rules, each with its first and last releases.
const GROUPS: &[(&str, &[&str])] = &[
    ("0.15", &["0.15.0", "0.15.7", "1.0.0", "1.1.7"]),
    ("1.3a", &["1.3.0", "1.3.12", "1.4.0", "1.4.7"]),
    ("1.3b", &["1.3.13", "1.3.14", "1.4.8", "1.4.13"]),
    ("1.5", &["1.5.0", "1.5.15"]),
    (
        "1.6",
        &[
            "1.6.322", "1.6.590", "1.7.236", "1.8.244", "1.9.109", "1.10.26", "1.11.24",
        ],
    ),
];

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// The constraint of an app, as it stands in `/v2/apps`.
pub fn of_app(json: &Value) -> Constraint {
    let raw = json.to_string();
    match json {
        Value::Array(list) => Constraint {
            elements: list.iter().map(element).collect(),
            well_formed: true,
            raw,
        },
        _ => Constraint {
            elements: Vec::new(),
            well_formed: false,
            raw,
        },
    }
}

fn element(json: &Value) -> Result<String, String> {
    match json {
        Value::String(text) => Ok(text.clone()),
        other => Err(other.to_string()),
    }
}

fn texts(list: &[&str]) -> Constraint {
    of_app(&json!(list))
}

fn rule(judgement: Judgement) -> Option<Rule> {
    match judgement {
        Judgement::Invalid { rule, source, .. } => {
            assert!(source.contains("mesosphere/marathon"), "{source}");
            Some(rule)
        }
        Judgement::Valid => None,
        Judgement::Unknown { why } => panic!("unknown: {why}"),
    }
}

#[test]
fn the_table_of_cases_holds_for_every_release() {
    let table: Table = toml::from_str(include_str!("../../fixtures/constraints/cases.toml")).unwrap();
    let numbers: Vec<u32> = table.case.iter().map(|case| case.number).collect();
    assert_eq!(numbers, (1..=86).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for case in &table.case {
        for name in &case.accepted_by {
            assert!(
                GROUPS.iter().any(|(group, _)| group == name),
                "case {}: group {name}",
                case.number
            );
        }
        let constraint = of_app(&serde_json::from_str(&case.constraint).unwrap());
        for (group, releases) in GROUPS {
            let accepted = case.accepted_by.iter().any(|name| name == group);
            for release in *releases {
                let got = judge(&constraint, Kind::App, &version(release));
                let right = match got {
                    Judgement::Valid => accepted,
                    Judgement::Invalid { .. } => !accepted,
                    Judgement::Unknown { .. } => false,
                };
                if !right {
                    wrong.push(format!(
                        "case {} {} on {release}: accepted is {accepted}, got {got:?}",
                        case.number, case.constraint
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_table_of_cases_holds_for_every_passage() {
    let table: Table = toml::from_str(include_str!("../../fixtures/constraints/cases.toml")).unwrap();
    assert!(table.passages.len() >= 8);
    let mut wrong = Vec::new();
    for (ordinal, (running, target)) in table.passages.iter().enumerate() {
        let passage = Passage::new(&version(running), Some(&version(target)));
        for case in &table.case {
            assert_eq!(case.effects.len(), table.passages.len(), "case {}", case.number);
            let constraint = of_app(&serde_json::from_str(&case.constraint).unwrap());
            let got = passage.look(&constraint, Kind::App);
            if got.effect.as_str() != case.effects[ordinal] {
                wrong.push(format!(
                    "case {} {} from {running} to {target}: expected {}, got {got:?}",
                    case.number, case.constraint, case.effects[ordinal]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_broken_rule_is_named() {
    for (constraint, release, expected) in [
        (texts(&["hostname", "UNIQUE", ""]), "1.5.5", Rule::UniqueTakesNoValue),
        (texts(&["rack", "CLUSTER"]), "1.4.7", Rule::ClusterNeedsValue),
        (texts(&["rack", "LIKE", "*"]), "1.6.535", Rule::ExpressionBroken),
        (texts(&["rack", "LIKE"]), "1.6.535", Rule::ExpressionMissing),
        (texts(&["rack", "IN", "{a}"]), "1.6.535", Rule::UnknownOperator),
        (texts(&["hostname", "unique"]), "1.6.535", Rule::OperatorCase),
        (texts(&["hostname", "unique"]), "1.4.11", Rule::UnknownOperator),
        (texts(&["", "UNIQUE"]), "1.5.5", Rule::EmptyField),
        (texts(&["a"]), "1.5.5", Rule::Length),
        (texts(&["a", "MAX_PER", "x"]), "1.5.5", Rule::MaxPerNeedsNumber),
        (texts(&["a", "GROUP_BY", "x"]), "1.5.5", Rule::GroupByNotANumber),
        (texts(&["a", "IS", "a b"]), "1.6.535", Rule::IsTextOnly),
        (of_app(&json!(["a", "LIKE", 5])), "1.5.5", Rule::NotText),
        (of_app(&json!({"fieldName": "a"})), "1.5.5", Rule::NotAList),
    ] {
        let got = rule(judge(&constraint, Kind::App, &version(release)));
        assert_eq!(got, Some(expected), "{} on {release}", constraint.raw);
    }
    let Judgement::Invalid { detail, .. } = judge(&texts(&["a", "LIKE", "(b"]), Kind::App, &version("1.5.5")) else {
        panic!("a group is open");
    };
    assert!(detail.unwrap().contains("not closed"));
}

#[test]
fn releases_before_0_15_refuse_only_what_they_cannot_read() {
    for release in ["0.8.2", "0.11.1", "0.14.3"] {
        let judged = |list: &[&str]| rule(judge(&texts(list), Kind::App, &version(release)));
        assert_eq!(judged(&["a", "LIKE", "*"]), None);
        assert_eq!(judged(&["a", "UNIQUE", "1"]), None);
        assert_eq!(judged(&["a"]), Some(Rule::Length));
        assert_eq!(judged(&["a", "LIKE", "b", "c"]), Some(Rule::ValueLost));
        assert_eq!(judged(&["a", "MAX_PER", "1"]), Some(Rule::UnknownOperator));
        assert_eq!(judged(&["a", "unique"]), Some(Rule::UnknownOperator));
    }
}

#[test]
fn pods_have_their_own_exceptions() {
    let judged = |list: &[&str], release: &str| rule(judge(&texts(list), Kind::Pod, &version(release)));
    for release in ["1.4.0", "1.4.7", "1.4.13", "1.5.15", "1.6.590"] {
        assert_eq!(judged(&["hostname", "UNIQUE"], release), None);
        assert_eq!(
            judged(&["hostname", "UNIQUE", ""], release),
            Some(Rule::UniqueTakesNoValue)
        );
        assert_eq!(judged(&["", "UNIQUE"], release), Some(Rule::EmptyField));
        assert_eq!(judged(&["hostname", "unique"], release), Some(Rule::UnknownOperator));
        assert_eq!(judged(&["rack", "LIKE", "("], release), Some(Rule::ExpressionBroken));
    }
    assert_eq!(judged(&["rack", "CLUSTER"], "1.4.7"), Some(Rule::ClusterNeedsValue));
    assert_eq!(judged(&["rack", "CLUSTER"], "1.4.8"), None);
    let before_pods = judge(&texts(&["hostname", "UNIQUE"]), Kind::Pod, &version("1.3.14"));
    assert!(matches!(before_pods, Judgement::Unknown { .. }));
    let malformed = of_app(&json!("hostname:UNIQUE"));
    assert_eq!(
        rule(judge(&malformed, Kind::Pod, &version("1.5.5"))),
        Some(Rule::NotAnObject)
    );
}

#[test]
fn what_cannot_be_told_is_neither_valid_nor_invalid() {
    for (constraint, release) in [
        (texts(&["hostname", "UNIQUE"]), "1.12.0"),
        (texts(&["hostname", "UNIQUE"]), "1.2.0"),
        (texts(&["rack", "LIKE", "(?<=a+)b"]), "1.5.5"),
        (texts(&["rack", "LIKE", "(?x)a"]), "1.5.5"),
        (texts(&["rack", "GROUP_BY", "\u{DE7}"]), "1.5.5"),
    ] {
        let got = judge(&constraint, Kind::App, &version(release));
        assert!(
            matches!(got, Judgement::Unknown { .. }),
            "{} on {release}: {got:?}",
            constraint.raw
        );
    }
}

fn any_element() -> impl Strategy<Value = Result<String, String>> {
    let operators = prop::sample::select(vec![
        "UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS", "like", "",
    ]);
    prop_oneof![
        operators.prop_map(|text| Ok(text.to_owned())),
        any::<String>().prop_map(Ok),
        "[-+*?(){}\\[\\]|^$.\\\\a-z0-9&<>=!:,]{0,20}".prop_map(Ok),
        any::<String>().prop_map(Err),
    ]
}

proptest! {
    #[test]
    fn judging_never_panics(
        elements in prop::collection::vec(any_element(), 0..5),
        well_formed in any::<bool>(),
        pod in any::<bool>(),
        (major, minor, patch) in (0u32..3, 0u32..17, prop::option::of(0u32..700)),
    ) {
        let constraint = Constraint { elements, well_formed, raw: String::new() };
        let release = Version { major, minor, patch, suffix: None };
        let kind = if pod { Kind::Pod } else { Kind::App };
        let got = judge(&constraint, kind, &release);
        if !well_formed || constraint.elements.iter().any(Result::is_err) {
            prop_assert_ne!(got, Judgement::Valid);
        }
    }

    #[test]
    fn expressions_are_judged_and_matched_without_panic(pattern in any::<String>(), value in any::<String>()) {
        use gonogo::sources::java_regex::{Matcher, Syntax, judge};
        let syntax = judge(&pattern);
        match Matcher::new(&pattern) {
            Ok(matcher) => {
                prop_assert_eq!(syntax, Syntax::Valid);
                let _ = matcher.matches(&value);
            }
            Err(why) => prop_assert!(!why.is_empty()),
        }
    }

    #[test]
    fn expressions_full_of_operators_neither_panic_nor_hang(
        pattern in "[-+*?(){}\\[\\]|^$.\\\\aQE1&<>=!:,]{0,60}",
        value in "[a1]{0,30}",
    ) {
        if let Ok(matcher) = gonogo::sources::java_regex::Matcher::new(&pattern) {
            let _ = matcher.matches(&value);
        }
    }
}
