//! Corrected constraints: what can be meant in one way only is written, what cannot is left as it stands and asked.

use gonogo::facts::constraints::{Correction, Effect, Judgement, Kind, Passage, judge};
use gonogo::snapshot::Constraint;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::constraints::of_app;

fn passage(running: &str, target: &str) -> Passage {
    Passage::new(&running.parse().unwrap(), Some(&target.parse().unwrap()))
}

fn corrected(constraints: &Value, running: &str, target: &str) -> Option<Correction> {
    let list: Vec<Constraint> = constraints.as_array().unwrap().iter().map(of_app).collect();
    passage(running, target).correct("/web", &list, Kind::App).unwrap()
}

#[test]
fn what_can_be_meant_in_one_way_only_is_written() {
    for (constraint, target, expected) in [
        (
            json!(["hostname", "UNIQUE", ""]),
            "1.5.8",
            json!(["hostname", "UNIQUE"]),
        ),
        (
            json!(["hostname", "UNIQUE", "1"]),
            "1.5.8",
            json!(["hostname", "UNIQUE"]),
        ),
        (
            json!(["hostname", "UNIQUE", null]),
            "1.5.8",
            json!(["hostname", "UNIQUE"]),
        ),
        (json!(["hostname", "unique"]), "1.5.8", json!(["hostname", "UNIQUE"])),
        (
            json!(["hostname", "unique", ""]),
            "1.5.8",
            json!(["hostname", "UNIQUE"]),
        ),
        (json!(["rack", "GROUP_BY", ""]), "1.5.8", json!(["rack", "GROUP_BY"])),
        (
            json!(["rack", "GROUP_BY", 3]),
            "1.5.8",
            json!(["rack", "GROUP_BY", "3"]),
        ),
        (json!(["rack", "MAX_PER", 2]), "1.5.8", json!(["rack", "MAX_PER", "2"])),
        (json!(["rack", "LIKE", "*"]), "1.3.14", json!(["rack", "LIKE", ".*"])),
        (json!(["rack", "like", "*"]), "1.3.14", json!(["rack", "LIKE", ".*"])),
        (
            json!({"fieldName": "rack", "operator": "GROUP_BY", "value": ""}),
            "1.5.8",
            json!(["rack", "GROUP_BY"]),
        ),
    ] {
        let correction = corrected(&json!([constraint, ["a", "UNIQUE"]]), "1.4.8", target).unwrap();
        let fragment: Value = serde_json::from_str(&correction.fragment).unwrap();
        assert_eq!(
            fragment,
            json!({"id": "/web", "constraints": [expected, ["a", "UNIQUE"]]}),
            "{constraint}"
        );
        assert!(
            correction.choices.is_empty() && correction.fits_running,
            "{correction:?}"
        );
    }
}

#[test]
fn what_can_be_meant_otherwise_stays_and_is_asked() {
    for (constraint, target, suggestion) in [
        (
            json!(["rack", "LIKE", "{a,b}"]),
            "1.5.8",
            Some(json!(["rack", "LIKE", "a|b"])),
        ),
        (
            json!(["rack", "LIKE", "(?P<n>a)"]),
            "1.5.8",
            Some(json!(["rack", "LIKE", "(?<n>a)"])),
        ),
        (json!(["rack", "LIKE", "(a"]), "1.5.8", None),
        (json!(["rack", "LIKE"]), "1.5.8", None),
        (json!(["rack", "LIKE", 5]), "1.5.8", Some(json!(["rack", "LIKE", "5"]))),
        (json!(["rack", "LIKE", ["a"]]), "1.5.8", None),
        (json!(["rack", "CLUSTER"]), "1.4.7", None),
        (
            json!(["rack", "GROUP_BY", "three"]),
            "1.5.8",
            Some(json!(["rack", "GROUP_BY"])),
        ),
        (json!(["rack", "GROUP_BY", "three"]), "1.11.24", None),
        (
            json!(["rack", "GROUP_BY", " 3"]),
            "1.5.8",
            Some(json!(["rack", "GROUP_BY", "3"])),
        ),
        (json!(["rack", "GROUP_BY"]), "1.11.24", None),
        (json!(["rack", "MAX_PER", "two"]), "1.5.8", None),
        (
            json!(["rack", "IS", "{a,b}"]),
            "1.6.590",
            Some(json!(["rack", "LIKE", "a|b"])),
        ),
        (
            json!(["rack", "IN", "{a,b}"]),
            "1.6.590",
            Some(json!(["rack", "LIKE", "a|b"])),
        ),
        (json!(["rack", "IS", "a"]), "1.5.8", None),
        (json!(["", "UNIQUE"]), "1.5.8", None),
        (json!(["hostname"]), "1.5.8", None),
        (json!(["a", "LIKE", "b", "c"]), "1.5.8", None),
        (json!("hostname:UNIQUE"), "1.5.8", Some(json!(["hostname", "UNIQUE"]))),
        (json!(null), "1.5.8", None),
        (json!(["rack", "LIKE", "(?x)a"]), "1.5.8", None),
    ] {
        let correction = corrected(&json!([constraint]), "1.4.8", target).unwrap();
        let fragment: Value = serde_json::from_str(&correction.fragment).unwrap();
        assert_eq!(fragment["constraints"], json!([constraint]), "it stays: {constraint}");
        let [choice] = correction.choices.as_slice() else {
            panic!("{constraint}: {correction:?}");
        };
        let got = choice
            .suggestion
            .as_ref()
            .map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(got, suggestion, "{constraint} under {target}");
        assert!(
            correction.sentence().contains("choose for"),
            "{}",
            correction.sentence()
        );
    }
}

#[test]
fn valid_constraints_need_no_correction_and_duplicates_fall_together() {
    assert_eq!(
        corrected(&json!([["a", "UNIQUE"], ["b", "GROUP_BY", "3"]]), "1.4.8", "1.5.8"),
        None
    );
    assert_eq!(corrected(&json!([]), "1.4.8", "1.5.8"), None);
    let both = corrected(&json!([["a", "UNIQUE", ""], ["a", "UNIQUE"]]), "1.4.8", "1.5.8").unwrap();
    assert_eq!(both.fragment, r#"{"id":"/web","constraints":[["a","UNIQUE"]]}"#);
    assert_eq!(both.choices, []);
}

#[test]
fn a_pod_is_corrected_in_its_own_form() {
    let pod = |texts: &[&str]| of_app(&json!(texts));
    let correction = passage("1.4.8", "1.5.8")
        .correct("/p", &[pod(&["rack", "LIKE", "*"]), pod(&["a", "UNIQUE"])], Kind::Pod)
        .unwrap()
        .unwrap();
    let fragment: Value = serde_json::from_str(&correction.fragment).unwrap();
    assert_eq!(
        fragment,
        json!({"id": "/p", "scheduling": {"placement": {"constraints": [
            {"fieldName": "rack", "operator": "LIKE", "value": ".*"}, {"fieldName": "a", "operator": "UNIQUE"}]}}})
    );
}

#[test]
fn a_correction_that_only_the_target_takes_says_when_to_paste_it() {
    let late = corrected(&json!([["rack", "max_per", "2"]]), "1.1.7", "1.3.14").unwrap();
    assert!(!late.fits_running);
    assert!(late.sentence().contains("after the upgrade"));
    let unknown = passage("1.4.8", "1.12.0")
        .correct("/web", &[of_app(&json!(["a", "UNIQUE"]))], Kind::App)
        .is_err();
    assert!(unknown);
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "hostname", "rack", "", "UNIQUE", "unique", "CLUSTER", "GROUP_BY", "LIKE", "Unlike", "MAX_PER", "IS", "IN",
        "3", "*", "{a,b}", "[", "(?P<n>a)", " 3", "a|b", "three",
    ]);
    let leaf = prop_oneof![
        6 => word.prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => ".{0,8}".prop_map(Value::from),
    ];
    prop_oneof![8 => prop::collection::vec(leaf.clone(), 0..5).prop_map(Value::from), 1 => leaf]
}

const RELEASES: [&str; 14] = [
    "0.14.3", "1.1.4", "1.1.7", "1.3.0", "1.3.10", "1.3.13", "1.4.2", "1.4.7", "1.4.8", "1.5.8", "1.5.15", "1.6.590",
    "1.8.222", "1.11.24",
];

proptest! {
    #[test]
    fn what_is_kept_is_valid_and_what_is_corrected_stays_corrected(
        list in prop::collection::vec(any_json(), 0..4),
        from in 0..RELEASES.len(),
        to in 0..RELEASES.len(),
    ) {
        let (running, target) = (RELEASES[from], RELEASES[to]);
        let way = passage(running, target);
        let constraints: Vec<Constraint> = list.iter().map(of_app).collect();
        for constraint in &constraints {
            let outlook = way.look(constraint, Kind::App);
            prop_assert_eq!(outlook.effect == Effect::Kept, outlook.why.is_none());
            if matches!(outlook.effect, Effect::Kept | Effect::Rewritten) {
                prop_assert_eq!(outlook.target.clone(), Some(Judgement::Valid));
            }
            prop_assert!(way.can(outlook.effect), "{:?}", outlook);
            prop_assert_eq!(outlook.effect == Effect::Rewritten, outlook.rewritten_to.is_some() && outlook.target.clone() == Some(Judgement::Valid));
        }
        let Some(first) = way.correct("/web", &constraints, Kind::App).unwrap() else { return Ok(()) };
        let fragment: Value = serde_json::from_str(&first.fragment).unwrap();
        let again: Vec<Constraint> = fragment["constraints"].as_array().unwrap().iter().map(of_app).collect();
        match way.correct("/web", &again, Kind::App).unwrap() {
            None => prop_assert!(first.choices.is_empty()),
            Some(second) => {
                prop_assert_eq!(&second.fragment, &first.fragment);
                prop_assert!(!first.choices.is_empty());
            }
        }
        if first.choices.is_empty() {
            for constraint in &again {
                let target = target.parse().unwrap();
                prop_assert_eq!(judge(constraint, Kind::App, &target), Judgement::Valid, "{}", &first.fragment);
                if first.fits_running && to >= from {
                    let effect = way.look(constraint, Kind::App).effect;
                    prop_assert!(matches!(effect, Effect::Kept), "{} {}", constraint.raw, effect.as_str());
                }
            }
        }
        for choice in &first.choices {
            if let Some(suggestion) = &choice.suggestion {
                let suggested = of_app(&serde_json::from_str(suggestion).unwrap());
                let target = target.parse().unwrap();
                prop_assert_eq!(judge(&suggested, Kind::App, &target), Judgement::Valid, "{}", suggestion);
            }
        }
    }
}
