//! `gonogo constraints` on bad input: what comes out for each kind of bad app, and that none hides the others.

use gonogo::cli::exit;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::constraints_cli::{answer, over};

/// What comes out for an app between two others that are always told: name, constraint, effect.
fn between(bad: &str) -> Vec<(String, Value, String)> {
    let other = |id: &str| format!(r#"{{"id":"{id}","constraints":[["a","LIKE"],["a","UNIQUE"]]}}"#);
    let body = format!(r#"{{"apps":[{},{bad},{}]}}"#, other("/before"), other("/after"));
    let (code, value) = answer(body.as_bytes(), &["--marathon", "1.5.8"]);
    let mut rows: Vec<(String, Value, String)> = value["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["app"].as_str().unwrap().to_owned(),
                row["constraint"].clone(),
                row["effect"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let around = |id: &str| (id.to_owned(), json!(["a", "LIKE"]), "refused".to_owned());
    assert_eq!(rows.first(), Some(&around("/before")), "{bad}");
    assert_eq!(rows.pop(), Some(around("/after")), "{bad}");
    rows.remove(0);
    assert_eq!(code, exit::NO_GO, "{bad}");
    rows
}

/// Apps of which nothing is to be said.
const QUIET: [&str; 5] = [
    "{}",
    r#"{"id":"/a"}"#,
    r#"{"id":"/a","constraints":null}"#,
    r#"{"id":"/a","constraints":[]}"#,
    r#"{"id":"/a","container":{"volumes":"constraints"}}"#,
];

/// Bad apps with what comes out: name, constraint, effect.
const TOLD: [(&str, &str, &str, &str); 29] = [
    ("7", "/apps/1", "null", "unknown"),
    ("null", "/apps/1", "null", "unknown"),
    (r#""/web""#, "/apps/1", "null", "unknown"),
    (r#"[{"id":"/web"}]"#, "/apps/1", "null", "unknown"),
    // Without an id its place is its name.
    (
        r#"{"constraints":[["a","LIKE"]]}"#,
        "/apps/1",
        r#"["a","LIKE"]"#,
        "refused",
    ),
    (
        r#"{"id":"","constraints":[["a","LIKE"]]}"#,
        "/apps/1",
        r#"["a","LIKE"]"#,
        "refused",
    ),
    (
        r#"{"id":null,"constraints":[["a","LIKE"]]}"#,
        "/apps/1",
        r#"["a","LIKE"]"#,
        "refused",
    ),
    (
        r#"{"id":7,"constraints":[["a","LIKE"]]}"#,
        "/apps/1",
        r#"["a","LIKE"]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","id":"/b","constraints":[["a","LIKE"]]}"#,
        "/apps/1",
        r#"["a","LIKE"]"#,
        "refused",
    ),
    // Something else in the place of the list.
    (
        r#"{"id":"/a","constraints":{"field":"a"}}"#,
        "/a",
        r#"{"field":"a"}"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":"hostname:UNIQUE"}"#,
        "/a",
        r#""hostname:UNIQUE""#,
        "refused",
    ),
    (r#"{"id":"/a","constraints":7}"#, "/a", "7", "refused"),
    (r#"{"id":"/a","constraints":true}"#, "/a", "true", "refused"),
    // Which of two lists counts is not said.
    (
        r#"{"id":"/a","constraints":[],"constraints":[["a","UNIQUE"]]}"#,
        "/a",
        "null",
        "unknown",
    ),
    // Elements.
    (r#"{"id":"/a","constraints":[["a"]]}"#, "/a", r#"["a"]"#, "refused"),
    (r#"{"id":"/a","constraints":[[]]}"#, "/a", "[]", "refused"),
    (r#"{"id":"/a","constraints":[null]}"#, "/a", "null", "refused"),
    (r#"{"id":"/a","constraints":["a"]}"#, "/a", r#""a""#, "refused"),
    (r#"{"id":"/a","constraints":[5]}"#, "/a", "5", "refused"),
    (
        r#"{"id":"/a","constraints":[["a","GROUP_BY",3]]}"#,
        "/a",
        r#"["a","GROUP_BY",3]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":[["a",null]]}"#,
        "/a",
        r#"["a",null]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":[["a","LIKE",["b"]]]}"#,
        "/a",
        r#"["a","LIKE",["b"]]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":[[[["a","UNIQUE"]]]]}"#,
        "/a",
        r#"[[["a","UNIQUE"]]]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":[["a","LIKE","b","c"]]}"#,
        "/a",
        r#"["a","LIKE","b","c"]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":[{"fieldName":"a","operator":"UNIQUE"}]}"#,
        "/a",
        r#"{"fieldName":"a","operator":"UNIQUE"}"#,
        "refused",
    ),
    (
        r#"{"id":"/a","constraints":[{"a":1,"a":2}]}"#,
        "/a",
        r#"{"a":2}"#,
        "unknown",
    ),
    // Escapes in keys and ids are read as what they say.
    (
        r#"{"\u0069d":"/\u0061","constr\u0061ints":[["a","L\u0049KE"]]}"#,
        "/a",
        r#"["a","LIKE"]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","container":{"volumes":[{"persistent":{"constraints":[["path"]]}}]}}"#,
        "/a",
        r#"["path"]"#,
        "refused",
    ),
    (
        r#"{"id":"/a","container":{"constraints":1,"constraints":2}}"#,
        "/a",
        "null",
        "unknown",
    ),
];

#[test]
fn every_kind_of_bad_app_is_named_and_hides_no_other() {
    for quiet in QUIET {
        assert!(between(quiet).is_empty(), "{quiet}");
    }
    for (bad, app, constraint, effect) in TOLD {
        let constraint: Value = serde_json::from_str(constraint).unwrap();
        let expected = (app.to_owned(), constraint, effect.to_owned());
        assert_eq!(between(bad), [expected], "{bad}");
    }
}

#[test]
fn bad_pods_are_named_and_hide_no_other() {
    let good = r#"{"id":"/z","containers":[],"scheduling":{"placement":{"constraints":[{"fieldName":"a","operator":"LIKE"}]}}}"#;
    for (bad, expected, effect) in [
        ("7", "/0", "unknown"),
        (r#"{"id":"/p","statusSince":"x"}"#, "/0", "unknown"),
        (r#"{"id":"/p","spec":7}"#, "/0", "unknown"),
        (r#"{"id":"/p","scheduling":7}"#, "/p", "unknown"),
        (r#"{"id":"/p","scheduling":{"placement":"x"}}"#, "/p", "unknown"),
        (
            r#"{"id":"/p","scheduling":{"placement":{},"placement":{}}}"#,
            "/p",
            "unknown",
        ),
        (
            r#"{"id":"/p","scheduling":{"placement":{"constraints":{"fieldName":"a","operator":"UNIQUE"}}}}"#,
            "/p",
            "refused",
        ),
        (
            r#"{"id":"/p","scheduling":{"placement":{"constraints":[["a","UNIQUE"]]}}}"#,
            "/p",
            "refused",
        ),
        (
            r#"{"id":"/p","scheduling":{"placement":{"constraints":[{"fieldName":"a"}]}}}"#,
            "/p",
            "refused",
        ),
        (
            r#"{"id":"/p","scheduling":{"placement":{"constraints":[{"fieldName":"a","operator":5}]}}}"#,
            "/p",
            "refused",
        ),
        (
            r#"{"id":"/p","scheduling":{"placement":{"constraints":[{"operator":"UNIQUE","operator":"LIKE","fieldName":"a"}]}}}"#,
            "/p",
            "unknown",
        ),
    ] {
        let (code, value) = answer(format!("[{bad},{good}]").as_bytes(), &["--marathon", "1.5.8"]);
        assert_eq!(code, exit::NO_GO, "{bad}");
        let rows = value["constraints"].as_array().unwrap();
        assert_eq!(rows.len(), 2, "{bad}: {value:#}");
        assert_eq!(
            (rows[0]["app"].as_str(), rows[0]["effect"].as_str()),
            (Some(expected), Some(effect)),
            "{bad}"
        );
        assert_eq!(rows[1]["app"], "/z");
    }
    for quiet in [
        r#"{"id":"/p","scheduling":null,"containers":[]}"#,
        r#"{"id":"/p","scheduling":{},"containers":[]}"#,
        r#"{"id":"/p","scheduling":{"placement":null}}"#,
        r#"{"id":"/p","scheduling":{"placement":{"constraints":null}}}"#,
        r#"{"id":"/p","scheduling":{"placement":{"constraints":[{"fieldName":"a","operator":"UNIQUE","value":null}]}}}"#,
    ] {
        let (code, value) = answer(format!("[{quiet}]").as_bytes(), &["--marathon", "1.5.8"]);
        assert_eq!(code, exit::GO, "{quiet}: {value:#}");
    }
}

#[test]
fn one_id_twice_is_told_twice_with_two_places() {
    let app = json!({"id": "/a", "constraints": [["a", "LIKE"]]});
    let (_, value) = answer(
        json!({"apps": [app, app]}).to_string().as_bytes(),
        &["--marathon", "1.5.8"],
    );
    let places: Vec<&str> = value["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["/apps/0/constraints/0", "/apps/1/constraints/0"]);
}

#[test]
fn long_and_exploding_patterns_are_judged_or_unknown() {
    for (pattern, effect) in [
        ("a".repeat(10_000), None),
        ("a".repeat(10_001), Some("unknown")),
        ("(".repeat(9_999), None),
        ("[".repeat(10_000), None),
        ("(a+)+".repeat(1_000), None),
        ("(.{1,1000}){1,1000}".to_owned(), None),
        ("(((((a*)*)*)*)*)*b".to_owned(), None),
        ("\\".repeat(9_999), None),
        ("{".repeat(100_000), Some("unknown")),
    ] {
        let short: String = pattern.chars().take(12).collect();
        let body = json!({"apps": [{"id": "/a", "constraints": [["a", "LIKE", pattern]]}, {"id": "/b", "constraints": [["a", "LIKE"]]}]});
        let (code, value) = answer(body.to_string().as_bytes(), &["--marathon", "1.5.8", "--all"]);
        assert_eq!(code, exit::NO_GO, "{short}");
        let rows = value["constraints"].as_array().unwrap();
        assert_eq!(rows.len(), 2, "{short}");
        // The whole pattern is given back.
        assert_eq!(rows[0]["constraint"][2], pattern.as_str(), "{short}");
        if let Some(effect) = effect {
            assert_eq!(rows[0]["effect"], effect, "{short}");
        }
        // On a terminal a line stays a line that can be read.
        let lines = over(body.to_string().as_bytes(), &["--marathon", "1.5.8", "--all"]);
        assert!(lines.out.lines().all(|line| line.len() < 20_000), "{short}");
    }
}

#[test]
fn nesting_is_read_up_to_127_levels_and_refused_beyond() {
    let nested = |levels: usize| {
        let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"apps":[{{"id":"/a","constraints":[["a","LIKE"]],"x":{value}}}]}}"#)
    };
    assert_eq!(over(nested(124).as_bytes(), &["--marathon", "1.5.8"]).code, exit::NO_GO);
    for levels in [125, 1_000, 100_000] {
        let ran = over(nested(levels).as_bytes(), &["--marathon", "1.5.8"]);
        assert_eq!((ran.code, ran.out.as_str()), (exit::ARCHIVE_REFUSED, ""), "{levels}");
        assert!(
            ran.err.contains("/apps/0: at byte") && ran.err.contains("127 levels"),
            "{}",
            ran.err
        );
    }
    // Groups are a tree: two levels each.
    let groups = |depth: usize| {
        (0..depth).fold(
            r#"{"id":"/g","apps":[{"id":"/a","constraints":[["a","LIKE"]]}]}"#.to_owned(),
            |inner, _| format!(r#"{{"id":"/g","apps":[],"groups":[{inner}]}}"#),
        )
    };
    let (code, value) = answer(groups(60).as_bytes(), &["--marathon", "1.5.8"]);
    assert_eq!((code, &value["summary"]["groups"]), (exit::NO_GO, &json!(61)));
    for depth in [64, 5_000] {
        assert_eq!(
            over(groups(depth).as_bytes(), &["--marathon", "1.5.8"]).code,
            exit::ARCHIVE_REFUSED,
            "{depth}"
        );
    }
}

#[test]
fn names_cannot_act_on_a_terminal_or_break_a_line() {
    let body = json!({"apps": [{"id": "/a\u{1b}[31m\n\u{202e}b", "constraints": [["a\u{7}\nb", "LIKE"]]}]});
    for format in ["terminal", "json", "csv"] {
        let ran = over(
            body.to_string().as_bytes(),
            &["--marathon", "1.5.8", "--format", format],
        );
        assert_eq!(ran.code, exit::NO_GO);
        assert!(
            !ran.out.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{format}: {}",
            ran.out
        );
    }
    let ran = over(body.to_string().as_bytes(), &["--marathon", "1.5.8"]);
    assert!(ran.out.lines().next().unwrap().contains("refused"), "{}", ran.out);
}

/// JSON of any shape, near to a body.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        proptest::sample::select(vec!["a", "UNIQUE", "LIKE", "hostname", "", "*", "path"]).prop_map(Value::from),
    ];
    let keys = vec![
        "apps",
        "app",
        "groups",
        "pods",
        "id",
        "constraints",
        "scheduling",
        "placement",
        "spec",
        "container",
        "volumes",
        "persistent",
        "fieldName",
        "operator",
        "value",
        "statusSince",
        "x",
    ];
    leaf.prop_recursive(7, 60, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(keys.clone()), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_given_ends_with_one_of_the_codes(body in any_json(), cut in 0_usize..400) {
        let text = body.to_string();
        let ran = over(text.as_bytes(), &["--marathon", "1.4.7", "--target-marathon", "1.5.8", "--format", "json"]);
        prop_assert!(matches!(ran.code, exit::GO | exit::NO_GO | exit::CANNOT_SAY | exit::ARCHIVE_REFUSED), "{}", ran.err);
        if ran.code == exit::ARCHIVE_REFUSED {
            prop_assert!(ran.out.is_empty());
        } else {
            let value: Value = serde_json::from_str(&ran.out).unwrap();
            crate::constraints_cli::holds(&value);
            // Clean means: nothing bad and nothing unread.
            prop_assert_eq!(ran.code == exit::GO, value["constraints"].as_array().unwrap().is_empty());
        }
        // A body that breaks off is never an answer.
        let end = text.char_indices().map(|(at, _)| at).take(cut + 1).last().unwrap_or(0);
        if end < text.len() && (text.starts_with('{') || text.starts_with('[')) {
            let ran = over(&text.as_bytes()[..end], &["--marathon", "1.4.7"]);
            prop_assert_eq!((ran.code, ran.out.as_str()), (exit::ARCHIVE_REFUSED, ""));
        }
    }
}
