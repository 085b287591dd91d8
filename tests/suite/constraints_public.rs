//! Constraints of public captures: what Marathon refuses in them is what their README says, and nothing else.
//!
//! The captures lie outside the project (`../shared/captures/public`); where they are absent this test says so.

use gonogo::facts::constraints::{Effect, Judgement, Kind, Passage, judge};
use gonogo::model::Version;
use gonogo::snapshot::Constraint;
use gonogo::sources::marathon_apps;

use crate::public_captures::captures;

/// Files that are no answer of Marathon but hold some: another tool's own form.
const OTHER_FORM: &str = "ee-demo-mom-apps.json";

#[test]
fn public_apps_have_one_invalid_constraint() {
    let Some(folder) = captures()
        .map(|captures| captures.join("public/marathon-apps"))
        .filter(|folder| folder.is_dir())
    else {
        crate::support::skipped("constraints of public captures (no ../shared/captures/public/marathon-apps here)");
        return;
    };
    let mut refused: Vec<(String, String)> = Vec::new();
    let (mut judged, mut files) = (0, 0);
    // By 1.5.8 the migration ends at it, by 1.5.15 it is rewritten.
    let passages =
        ["1.5.8", "1.5.15"].map(|target| Passage::new(&Version::new(1, 4, 13), target.parse().ok().as_ref()));
    let mut effects = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() == OTHER_FORM {
            continue;
        }
        let all = marathon_apps::apps(&std::fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        files += 1;
        let apps = all.apps.into_iter().map(|app| (Kind::App, app.id, app.constraints));
        let pods = all.pods.into_iter().map(|pod| (Kind::Pod, pod.id, pod.constraints));
        for (kind, id, constraints) in apps.chain(pods) {
            for wire in constraints {
                let constraint = Constraint {
                    elements: wire.elements,
                    well_formed: wire.well_formed,
                    raw: wire.raw,
                };
                judged += 1;
                for version in ["1.5.15", "1.6.590"] {
                    let version: Version = version.parse().unwrap();
                    match judge(&constraint, kind, &version) {
                        Judgement::Valid => {}
                        Judgement::Invalid { .. } => refused.push((id.clone(), constraint.raw.clone())),
                        Judgement::Unknown { why } => panic!("{id} {}: {why}", constraint.raw),
                    }
                }
                for passage in &passages {
                    let effect = passage.look(&constraint, kind).effect;
                    if effect != Effect::Kept {
                        effects.push((id.clone(), effect));
                    }
                }
                // Marathon 1.4.13 took every one of them.
                let before = judge(&constraint, kind, &Version::new(1, 4, 13));
                assert_eq!(before, Judgement::Valid, "{id} {}", constraint.raw);
            }
        }
    }
    let only = ("/myapp".to_owned(), r#"["hostname","UNIQUE",""]"#.to_owned());
    let expected = [Effect::AbortsMigration, Effect::Rewritten].map(|effect| (only.0.clone(), effect));
    assert_eq!(effects, expected);
    assert_eq!(refused, [only.clone(), only]);
    assert!(files >= 20 && judged >= 1_200, "{judged} constraints in {files} files");
    eprintln!("public captures: {judged} constraints in {files} files, one refused by Marathon 1.5 and 1.6");
}
