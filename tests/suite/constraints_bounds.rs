//! Hostile constraints: long and exploding patterns, lists in lists, nulls, very many of them. Each gets an answer.

use gonogo::facts::constraints::{Effect, Judgement, Kind, Passage, Rule};
use gonogo::snapshot::Constraint;
use gonogo::sources::java_regex::MAX_LENGTH;
use serde_json::{Value, json};

use crate::constraints::of_app;

fn passage() -> Passage {
    Passage::new(&"1.4.8".parse().unwrap(), Some(&"1.5.8".parse().unwrap()))
}

#[test]
fn long_patterns_are_judged_up_to_the_bound_and_unknown_beyond() {
    for (pattern, expected) in [
        ("a".repeat(MAX_LENGTH), Effect::Kept),
        ("a".repeat(MAX_LENGTH + 1), Effect::Unknown),
        // Nested deeper than the parser goes.
        ("(a|".repeat(3_000), Effect::Unknown),
        ("(a|".repeat(20), Effect::AbortsMigration),
        (
            format!("{}{}", "(".repeat(MAX_LENGTH / 2), ")".repeat(MAX_LENGTH / 2)),
            Effect::Kept,
        ),
        ("[".repeat(MAX_LENGTH), Effect::AbortsMigration),
        ("a{1000}".repeat(1_000), Effect::Kept),
    ] {
        let outlook = passage().look(&of_app(&json!(["rack", "LIKE", pattern])), Kind::App);
        // A nest too deep for the parser may end unknown, never valid by default.
        let deep = pattern.starts_with("((") || pattern.starts_with("[[");
        assert!(
            outlook.effect == expected || deep && outlook.effect == Effect::Unknown,
            "{}…: {:?}",
            &pattern[..10],
            outlook.effect
        );
    }
}

#[test]
fn patterns_that_explode_are_judged_by_their_syntax_only() {
    for pattern in [
        "(a+)+$",
        "(a|aa)+$",
        "(.{1,1000}){1,1000}",
        "((a*)*)*b",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ] {
        let outlook = passage().look(&of_app(&json!(["rack", "UNLIKE", pattern])), Kind::App);
        assert_eq!(outlook.effect, Effect::Kept, "{pattern}");
    }
}

#[test]
fn nests_nulls_and_numbers_are_named_and_left_to_a_person() {
    let mut nest = json!(["a"]);
    for _ in 0..100 {
        nest = json!([nest]);
    }
    for (constraint, rule) in [
        (json!(null), Rule::NotAList),
        (json!([null]), Rule::NotText),
        (json!([null, null, null]), Rule::NotText),
        (json!([[], {}]), Rule::NotText),
        (json!([1, 2, 3]), Rule::NotText),
        (json!([true, "UNIQUE"]), Rule::NotText),
        (json!(["a", "LIKE", nest]), Rule::NotText),
        (nest.clone(), Rule::NotText),
        (json!([1e300, "UNIQUE"]), Rule::NotText),
        (json!([]), Rule::Length),
        (json!(["a", "b", "c", "d", "e"]), Rule::Length),
        (json!(42), Rule::NotAList),
        (json!({}), Rule::NotAList),
    ] {
        let one = of_app(&constraint);
        let outlook = passage().look(&one, Kind::App);
        assert_eq!(outlook.rule(), Some(rule), "{constraint}");
        assert_eq!(outlook.effect, Effect::Refused);
        let correction = passage().correct("", &[one], Kind::App).unwrap().unwrap();
        assert_eq!(correction.choices.len(), 1, "{constraint}");
        let fragment: Value = serde_json::from_str(&correction.fragment).unwrap();
        assert_eq!(fragment["constraints"][0], constraint);
    }
}

#[test]
fn an_app_with_very_many_constraints_is_corrected_once() {
    let many: Vec<Constraint> = (0..20_000)
        .map(|number| of_app(&json!([format!("attribute-{number}"), "UNIQUE", ""])))
        .collect();
    let correction = passage().correct("/many", &many, Kind::App).unwrap().unwrap();
    let fragment: Value = serde_json::from_str(&correction.fragment).unwrap();
    assert_eq!(fragment["constraints"].as_array().unwrap().len(), many.len());
    assert!(correction.choices.is_empty());
    let judged = passage().look(&many[0], Kind::App);
    assert_eq!(judged.running, Judgement::Valid);
}
