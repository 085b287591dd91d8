//! What an upgrade does to a stored constraint: each migration step, the validator after it, and what is not known.

use gonogo::facts::constraints::{Disk, Effect, Kind, Outlook, Passage, When};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::constraints::of_app;

fn passage(running: &str, target: &str) -> Passage {
    Passage::new(&running.parse().unwrap(), Some(&target.parse().unwrap()))
}

fn look(constraint: &Value, running: &str, target: &str) -> Outlook {
    passage(running, target).look(&of_app(constraint), Kind::App)
}

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    constraint: String,
    running: String,
    target: String,
    effect: String,
    rewritten_to: Option<Vec<String>>,
}

#[test]
fn each_migration_does_what_its_source_says() {
    let table: Table = toml::from_str(include_str!("../../fixtures/constraints/passages.toml")).unwrap();
    assert!(table.row.len() >= 38);
    for row in &table.row {
        let constraint = serde_json::from_str(&row.constraint).unwrap();
        let outlook = look(&constraint, &row.running, &row.target);
        let told = format!("{} {} to {}: {outlook:?}", row.constraint, row.running, row.target);
        assert_eq!(outlook.effect.as_str(), row.effect, "{told}");
        assert_eq!(outlook.rewritten_to, row.rewritten_to, "{told}");
        assert_eq!(outlook.effect == Effect::Kept, outlook.why.is_none(), "{told}");
        assert!(
            outlook.effect == Effect::Kept || outlook.effect == Effect::Unknown || outlook.source.is_some(),
            "{told}"
        );
    }
}

#[test]
fn a_step_or_a_rule_is_named() {
    for (constraint, running, target, id) in [
        (json!(["a", "LIKE", "*"]), "1.1.7", "1.3.14", "migration-1.3.5-values"),
        (
            json!(["a", "LIKE", "["]),
            "1.3.4",
            "1.3.12",
            "migration-1.3.5-expressions",
        ),
        (
            json!(["a", "LIKE", "["]),
            "1.3.4",
            "1.4.8",
            "migration-1.4.0-expressions",
        ),
        (
            json!(["a", "UNIQUE", ""]),
            "1.4.8",
            "1.5.12",
            "migration-1.5.0-validation",
        ),
        (json!(["a", "UNIQUE", ""]), "1.4.8", "1.5.8", "unique-takes-no-value"),
        (json!(["a", "CLUSTER"]), "1.1.7", "1.3.12", "cluster-needs-value"),
    ] {
        assert_eq!(look(&constraint, running, target).rule_id(), Some(id), "{constraint}");
    }
    assert_eq!(look(&json!(["a", "UNIQUE"]), "1.4.8", "1.5.12").rule_id(), None);
}

#[test]
fn a_target_that_refuses_the_storage_is_judged_by_the_way_around_and_says_so() {
    for (running, target, part) in [
        ("1.3.14", "1.5.8", "over 1.4.13"),
        ("1.1.7", "1.8.222", "over 1.4.13 and 1.7.236"),
        ("1.4.7", "1.8.222", "over 1.7.236; a release that migrates to 1.5"),
        ("1.5.15", "1.8.222", "reads 1.6.0 and later"),
    ] {
        let passage = passage(running, target);
        let note = passage.note().unwrap_or_else(|| panic!("{running} to {target}"));
        assert!(note.contains(part), "{note}");
        let refused = passage.look(&of_app(&json!(["a", "LIKE", 5])), Kind::App);
        assert!(
            refused.why.unwrap().contains("refuses storage"),
            "{running} to {target}"
        );
    }
    for (running, target) in [
        ("1.4.7", "1.7.236"),
        ("1.6.535", "1.8.222"),
        ("1.1.7", "1.4.8"),
        ("1.3.4", "1.3.14"),
    ] {
        assert_eq!(passage(running, target).note(), None, "{running} to {target}");
    }
}

#[test]
fn up_to_1_4_one_invalid_constraint_blocks_every_change() {
    for (constraint, running, target, blocks) in [
        (json!(["a", "CLUSTER"]), "1.1.7", "1.3.12", true),
        (json!(["a", "LIKE"]), "1.1.7", "1.4.8", true),
        // 1.5 and later validate what is changed only; what cannot be stored blocks nothing.
        (json!(["a", "LIKE", "["]), "1.5.15", "1.6.590", false),
        (json!(["a", 5]), "1.1.7", "1.4.8", false),
    ] {
        let why = look(&constraint, running, target).why.unwrap();
        assert_eq!(why.contains("nothing can be changed"), blocks, "{why}");
    }
}

#[test]
fn what_stays_and_means_something_else_is_said() {
    for (constraint, running, target, ids) in [
        (
            json!(["@hostname", "UNIQUE"]),
            "1.5.15",
            "1.6.590",
            vec!["field-at-sign"],
        ),
        (json!(["@zone", "GROUP_BY", "3"]), "1.6.322", "1.10.26", vec![]),
        (
            json!(["rack", "MAX_PER", "2"]),
            "1.4.3",
            "1.4.4",
            vec!["max-per-attribute"],
        ),
        (json!(["rack", "MAX_PER", "2"]), "1.3.14", "1.4.3", vec![]),
        (json!(["hostname", "MAX_PER", "2"]), "1.4.3", "1.5.8", vec![]),
        (json!(["rack", "CLUSTER"]), "1.5.15", "1.6.590", vec![]),
        (
            json!(["rack", "GROUP_BY", "3"]),
            "1.10.26",
            "1.11.24",
            vec!["group-by-exact"],
        ),
        (json!(["rack", "GROUP_BY"]), "1.10.26", "1.11.24", vec!["group-by-zero"]),
        (
            json!(["rack", "GROUP_BY", "-1"]),
            "1.10.26",
            "1.11.24",
            vec!["group-by-zero"],
        ),
        (
            json!(["hostname", "UNLIKE", ""]),
            "1.5.15",
            "1.6.590",
            vec!["hostname-unlike-empty"],
        ),
    ] {
        let outlook = look(&constraint, running, target);
        let always: Vec<&str> = outlook
            .meaning
            .iter()
            .filter(|meaning| meaning.when == When::Always)
            .map(|meaning| meaning.id)
            .collect();
        assert_eq!(always, ids, "{constraint} {running} to {target}");
        assert_eq!(outlook.changes_meaning(), !ids.is_empty());
    }
}

#[test]
fn what_hangs_on_agents_flags_or_instances_is_said_with_its_condition() {
    for (constraint, running, target, id, when) in [
        (
            json!(["hostname", "CLUSTER", "a"]),
            "1.5.15",
            "1.6.590",
            "cluster-value",
            When::InstancesElsewhere,
        ),
        (
            json!(["rack", "UNIQUE"]),
            "1.1.7",
            "1.3.14",
            "attribute-types",
            When::AttributeIsNoText,
        ),
        (
            json!(["size", "LIKE", "1.*"]),
            "1.4.8",
            "1.6.590",
            "attribute-thousands",
            When::AttributeIsThousands,
        ),
        (
            json!(["rack", "LIKE", "a(?!b)"]),
            "1.10.26",
            "1.11.24",
            "offer-constraints-re2",
            When::OfferConstraints,
        ),
        (
            json!(["rack", "LIKE", ""]),
            "1.4.8",
            "1.5.15",
            "like-empty",
            When::Unchanged,
        ),
        (
            json!(["rack", "UNLIKE", ""]),
            "1.4.8",
            "1.5.15",
            "unlike-empty",
            When::Unchanged,
        ),
    ] {
        let outlook = look(&constraint, running, target);
        assert_eq!(outlook.effect, Effect::Kept, "{constraint}");
        assert!(!outlook.changes_meaning(), "{constraint}");
        let found = outlook.meaning.iter().find(|meaning| meaning.id == id);
        assert_eq!(
            found.map(|meaning| meaning.when),
            Some(when),
            "{constraint} {running} to {target}"
        );
    }
}

#[test]
fn volumes_have_rules_of_their_own() {
    let judged = |constraint: &Value, disk, running: &str, target: &str| {
        let outlook = passage(running, target).look_volume(&of_app(constraint), disk, Kind::App);
        (outlook.effect, outlook.rule_id())
    };
    let like = json!(["path", "LIKE", "/data.*"]);
    assert_eq!(judged(&like, Disk::Other, "1.4.8", "1.5.15"), (Effect::Kept, None));
    assert_eq!(
        judged(&like, Disk::Root, "1.5.15", "1.6.590"),
        (Effect::Refused, Some("volume-on-root-disk"))
    );
    // The validators take UNLIKE, the conversion after them does not: 1.4 stores it, and the migration to 1.5 ends at it.
    let unlike = json!(["path", "UNLIKE", "/data.*"]);
    assert_eq!(
        judged(&unlike, Disk::Other, "1.4.8", "1.5.15"),
        (Effect::AbortsMigration, Some("volume-unlike"))
    );
    assert_eq!(judged(&unlike, Disk::Other, "1.4.8", "1.4.13"), (Effect::Kept, None));
    for (constraint, rule) in [
        (json!(["path", "LIKE", "["]), "volume-expression-broken"),
        (json!(["path", "UNIQUE", "x"]), "volume-operator"),
        (json!(["disk", "LIKE", "x"]), "volume-form"),
        (json!(["path", "LIKE"]), "volume-form"),
        (json!(["path", "LIKE", null]), "volume-form"),
        (json!("path:LIKE:x"), "volume-form"),
    ] {
        assert_eq!(
            judged(&constraint, Disk::Other, "1.4.8", "1.5.15"),
            (Effect::Refused, Some(rule)),
            "{constraint}"
        );
    }
    let before = passage("1.1.7", "1.4.8").look_volume(&of_app(&like), Disk::Other, Kind::App);
    assert!(matches!(
        before.running,
        gonogo::facts::constraints::Judgement::Unknown { .. }
    ));
    let pod = passage("1.5.15", "1.6.590").look_volume(&of_app(&json!(["path", "LIKE", "["])), Disk::Other, Kind::Pod);
    assert_eq!(pod.effect, Effect::Unknown);
}

#[test]
fn what_is_the_same_after_the_migration_is_one() {
    let left = |constraints: &Value, running: &str, target: &str| {
        let list: Vec<_> = constraints.as_array().unwrap().iter().map(of_app).collect();
        passage(running, target).left(&list, Kind::App)
    };
    let both = json!([["a", "UNIQUE", ""], ["b", "LIKE", "x"], ["a", "UNIQUE"]]);
    let one = vec![r#"["a","UNIQUE"]"#.to_owned(), r#"["b","LIKE","x"]"#.to_owned()];
    assert_eq!(left(&both, "1.4.8", "1.5.12"), Some(one));
    assert_eq!(left(&both, "1.4.8", "1.5.11"), None);
    assert_eq!(left(&json!([["a", "LIKE", "["]]), "1.3.14", "1.4.8"), Some(Vec::new()));
    assert_eq!(left(&json!([]), "1.3.14", "1.4.8"), Some(Vec::new()));
}
