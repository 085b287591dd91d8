//! What an upgrade does to a stored constraint: each migration step, the validator after it, and what is not known.

use gonogo::facts::constraints::{Effect, Kind, Passage};
use serde_json::{Value, json};

use crate::constraints::of_app;

fn effect(constraint: &Value, running: &str, target: &str) -> (Effect, Option<Vec<String>>) {
    let passage = Passage::new(&running.parse().unwrap(), Some(&target.parse().unwrap()));
    let outlook = passage.look(&of_app(constraint), Kind::App);
    assert_eq!(outlook.effect == Effect::Kept, outlook.why.is_none(), "{outlook:?}");
    (outlook.effect, outlook.rewritten_to)
}

#[test]
fn each_migration_does_what_its_source_says() {
    let text = |list: &[&str]| Some(list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    for (constraint, running, target, expected, rewritten) in [
        // 1.3.5 and later repair what 1.1 took without looking.
        (
            json!(["a", "UNIQUE", "1"]),
            "1.1.7",
            "1.3.14",
            Effect::Rewritten,
            text(&["a", "UNIQUE"]),
        ),
        (
            json!(["a", "GROUP_BY", ""]),
            "1.1.7",
            "1.3.5",
            Effect::Rewritten,
            text(&["a", "GROUP_BY"]),
        ),
        (
            json!(["a", "LIKE", "*"]),
            "1.1.7",
            "1.3.14",
            Effect::Rewritten,
            text(&["a", "LIKE", ".*"]),
        ),
        (json!(["a", "LIKE"]), "1.3.4", "1.3.5", Effect::Dropped, None),
        (
            json!(["a", "GROUP_BY", "three"]),
            "1.1.7",
            "1.3.14",
            Effect::Dropped,
            None,
        ),
        (json!(["a", "UNLIKE", "["]), "1.1.7", "1.3.14", Effect::Dropped, None),
        // 1.3.0 to 1.3.4 repair nothing.
        (json!(["a", "LIKE", "*"]), "1.1.7", "1.3.4", Effect::Refused, None),
        (json!(["a", "CLUSTER"]), "1.1.7", "1.3.12", Effect::Refused, None),
        // 1.4 looks at expressions only.
        (
            json!(["a", "LIKE", "*"]),
            "1.3.0",
            "1.4.8",
            Effect::Rewritten,
            text(&["a", "LIKE", ".*"]),
        ),
        (json!(["a", "LIKE", "{a,b}"]), "1.1.7", "1.4.8", Effect::Dropped, None),
        (json!(["a", "LIKE"]), "1.1.7", "1.4.8", Effect::Refused, None),
        // 1.5 holds its validator against what is stored; UNIQUE with an empty value is repaired late.
        (
            json!(["a", "UNIQUE", ""]),
            "1.4.7",
            "1.5.8",
            Effect::AbortsMigration,
            None,
        ),
        (
            json!(["a", "UNIQUE", ""]),
            "1.4.7",
            "1.5.11",
            Effect::AbortsMigration,
            None,
        ),
        (
            json!(["a", "UNIQUE", ""]),
            "1.4.7",
            "1.5.12",
            Effect::Rewritten,
            text(&["a", "UNIQUE"]),
        ),
        (
            json!(["a", "UNIQUE", ""]),
            "1.4.13",
            "1.6.535",
            Effect::AbortsMigration,
            None,
        ),
        (
            json!(["a", "UNIQUE", ""]),
            "1.4.13",
            "1.6.549",
            Effect::Rewritten,
            text(&["a", "UNIQUE"]),
        ),
        (
            json!(["a", "UNIQUE", "1"]),
            "1.4.13",
            "1.5.15",
            Effect::AbortsMigration,
            None,
        ),
        (json!(["", "UNIQUE"]), "1.4.13", "1.5.15", Effect::AbortsMigration, None),
        (json!(["a", "CLUSTER"]), "1.4.7", "1.5.8", Effect::Kept, None),
        // From 1.6 on nothing is touched; what is invalid shows at the next change.
        (json!(["a", "LIKE", "["]), "1.5.15", "1.6.590", Effect::Refused, None),
        (json!(["a", "UNIQUE"]), "1.4.8", "1.5.15", Effect::Kept, None),
        // What no release stores is refused, not migrated.
        (json!(["a", "LIKE", 5]), "1.4.7", "1.5.8", Effect::Refused, None),
        (json!("hostname:UNIQUE"), "1.4.7", "1.5.8", Effect::Refused, None),
        (json!([]), "1.4.7", "1.5.8", Effect::Refused, None),
        // Not known.
        (json!(["a", "UNIQUE"]), "1.4.7", "1.12.0", Effect::Unknown, None),
        (json!(["a", "UNIQUE"]), "1.5.8", "1.4.7", Effect::Unknown, None),
        (json!(["a", "LIKE", "(?x)a"]), "1.3.4", "1.3.5", Effect::Unknown, None),
    ] {
        assert_eq!(
            effect(&constraint, running, target),
            (expected, rewritten),
            "{constraint} {running} to {target}"
        );
    }
}
