//! `gonogo constraints`: the contract of its answer, its exit codes, every form of a saved body, archives.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use gonogo::cli::exit;
use serde_json::{Value, json};

use crate::cli::{Ran, archive, run, write};
use crate::support::fixture::{Cluster, Edit};

/// A file with these bytes.
pub(crate) fn saved(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Runs the command over a body, without a target.
pub(crate) fn over(body: &[u8], more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(folder.path(), "body.json", body);
    let mut arguments = vec!["constraints", path.to_str().unwrap()];
    arguments.extend(more);
    run(&arguments)
}

/// The JSON answer, which holds its schema, with the exit code.
pub(crate) fn answer(body: &[u8], more: &[&str]) -> (u8, Value) {
    let mut arguments = vec!["--format", "json"];
    arguments.extend(more);
    let ran = over(body, &arguments);
    let value: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err));
    holds(&value);
    (ran.code, value)
}

/// The answer is what the published schema says.
pub(crate) fn holds(value: &Value) {
    let schema: Value = serde_json::from_str(&run(&["constraints", "--schema"]).out).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{value:#}");
}

/// App and index of every row.
fn rows(value: &Value) -> Vec<(&str, &str, u64)> {
    let rows = value["constraints"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            (
                row["app"].as_str().unwrap(),
                row["kind"].as_str().unwrap(),
                row["index"].as_u64().unwrap(),
            )
        })
        .collect()
}

const BAD: &str = r#"["a","LIKE"]"#;

#[test]
fn the_answer_is_what_the_contract_says() {
    let body =
        json!({"apps": [{"id": "/web", "constraints": [["rack", "GROUP_BY", "3"], ["hostname", "UNIQUE", ""]]}]});
    let (code, value) = answer(
        body.to_string().as_bytes(),
        &["--marathon", "1.4.7", "--target-marathon", "1.5.8"],
    );
    assert_eq!(code, exit::NO_GO);
    let rows = value["constraints"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    let row = rows[0].as_object().unwrap();
    for (field, expected) in [
        ("app", json!("/web")),
        ("kind", json!("app")),
        ("index", json!(1)),
        ("constraint", json!(["hostname", "UNIQUE", ""])),
        ("running", json!("valid")),
        ("target", json!("invalid")),
        ("effect", json!("aborts-migration")),
        ("rewritten_to", Value::Null),
        ("pointer", json!("/apps/0/constraints/1")),
    ] {
        assert_eq!(row[field], expected, "{field}");
    }
    assert!(
        row["rule"].as_str().unwrap().contains("UNIQUE takes no value"),
        "{row:?}"
    );
    assert!(
        row["source"].as_str().unwrap().contains("MigrationTo15.scala"),
        "{row:?}"
    );
    assert_eq!(value["summary"]["constraints"], 2);
    assert_eq!(value["summary"]["effects"]["kept"], 1);
}

#[test]
fn a_rewritten_one_says_into_what_and_without_a_target_there_is_none() {
    let body = br#"{"apps":[{"id":"/web","constraints":[["rack","LIKE","*"]]}]}"#;
    let (code, value) = answer(body, &["--marathon", "1.3.0", "--target-marathon", "1.4.13"]);
    assert_eq!(code, exit::NO_GO);
    let row = &value["constraints"][0];
    assert_eq!(row["effect"], "rewritten");
    assert_eq!(row["rewritten_to"], json!(["rack", "LIKE", ".*"]));
    let (code, value) = answer(body, &["--marathon", "1.1.7"]);
    assert_eq!((code, &value["target_marathon"]), (exit::GO, &Value::Null));
    assert!(rows(&value).is_empty());
    let (_, value) = answer(body, &["--marathon", "1.1.7", "--all"]);
    assert_eq!(value["constraints"][0]["target"], Value::Null);
    assert_eq!(value["constraints"][0]["effect"], "kept");
}

#[test]
fn what_is_wrong_comes_with_what_to_write_instead() {
    let hop = ["--marathon", "1.4.7", "--target-marathon", "1.5.8"];
    let body = br#"{"apps":[{"id":"/a","constraints":[["hostname","UNIQUE",""],["rack","GROUP_BY","3"]]},
        {"id":"/b","constraints":[["rack","LIKE","{a,b}"]]},{"constraints":[["hostname","UNIQUE",""]]}]}"#;
    let (_, value) = answer(body, &hop);
    let fragment = json!({"id": "/a", "constraints": [["hostname", "UNIQUE"], ["rack", "GROUP_BY", "3"]]});
    assert_eq!(value["constraints"][0]["fragment"], fragment);
    assert_eq!(value["constraints"][0]["fragment_fits_running"], true);
    // What can be meant in more than one way is for a person to choose.
    assert_eq!(value["constraints"][1]["fragment"], Value::Null);
    assert!(value["constraints"][1]["choose"].as_str().unwrap().contains("Java"));
    assert_eq!(value["constraints"][1]["suggestion"][0], "rack");
    // What has no id has nowhere to be pasted.
    assert_eq!(value["constraints"][2]["fragment"], Value::Null);
    // The fragment is clean itself.
    assert_eq!(answer(fragment.to_string().as_bytes(), &hop).0, exit::GO);
    let shown = over(body, &hop);
    assert!(shown.out.contains(&format!(
        "corrected: {}",
        r#"{"id":"/a","constraints":[["hostname","UNIQUE"],"#
    )));
    assert!(
        shown.out.contains("to choose: write an expression that Java compiles"),
        "{}",
        shown.out
    );
}

#[test]
fn a_very_long_list_is_judged_without_a_fragment() {
    let constraints: Vec<Value> = (0..5_000)
        .map(|number| json!([format!("a{number}"), "LIKE", "*"]))
        .collect();
    let body = json!({"apps": [{"id": "/a", "constraints": constraints}]}).to_string();
    let (_, value) = answer(body.as_bytes(), &["--marathon", "1.5.8"]);
    let rows = value["constraints"].as_array().unwrap();
    assert_eq!(rows.len(), 5_000);
    assert!(rows.iter().all(|row| row["fragment"].is_null()));
}

#[test]
fn every_form_of_a_body_is_read() {
    let pod = json!({"id": "/p", "containers": [], "scheduling": {"placement": {"constraints": [{"fieldName": "a", "operator": "LIKE"}]}}});
    let app = json!({"id": "/a", "cmd": "x", "constraints": [["a", "LIKE"]]});
    let status = json!({"id": "/p", "status": "STABLE", "statusSince": "x", "spec": pod});
    let in_app = ("/a", "app", 0);
    let in_pod = ("/p", "pod", 0);
    for (what, body, expected) in [
        ("/v2/apps", json!({"apps": [app]}), vec![in_app]),
        ("/v2/apps/<id>", json!({"app": app}), vec![in_app]),
        (
            "/v2/groups",
            json!({"id": "/", "apps": [app], "pods": [status], "groups": [
                {"id": "/g", "groups": [{"id": "/g/h", "apps": [app], "pods": [pod], "groups": []}], "apps": [], "pods": []}]}),
            vec![in_app, in_pod, in_app, in_pod],
        ),
        ("/v2/pods", json!([pod]), vec![in_pod]),
        ("/v2/pods/::status", json!([status]), vec![in_pod]),
        ("an app", app.clone(), vec![in_app]),
        ("a pod", pod.clone(), vec![in_pod]),
        ("the status of a pod", status.clone(), vec![in_pod]),
        ("a list of apps", json!([app, app]), vec![in_app, in_app]),
        ("a list of both", json!([app, pod]), vec![in_app, in_pod]),
    ] {
        for text in [body.to_string(), serde_json::to_string_pretty(&body).unwrap()] {
            let (code, value) = answer(text.as_bytes(), &["--marathon", "1.5.8"]);
            assert_eq!(code, exit::NO_GO, "{what}");
            let mut found = rows(&value);
            let mut expected = expected.clone();
            // The order of fields in a body is that of whoever wrote it.
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{what}");
        }
    }
}

#[test]
fn pointers_lead_to_the_constraint() {
    let body = json!({"id": "/", "apps": [], "groups": [{"id": "/g", "apps": [{"id": "/g/a", "constraints": [["a", "UNIQUE"], ["a", "LIKE"]]}],
        "pods": [{"id": "/g/p", "spec": {"id": "/g/p", "scheduling": {"placement": {"constraints": [{"fieldName": "a", "operator": "LIKE"}]}}}}]}]});
    let (_, value) = answer(body.to_string().as_bytes(), &["--marathon", "1.5.8"]);
    let found = value["constraints"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    for row in found {
        let pointer = row["pointer"].as_str().unwrap();
        assert_eq!(body.pointer(pointer), Some(&row["constraint"]), "{pointer}");
    }
}

#[test]
fn a_mark_gzip_and_both_change_nothing() {
    let body = format!(r#"{{"apps":[{{"id":"/a","constraints":[{BAD}]}}]}}"#);
    let plain = over(body.as_bytes(), &["--marathon", "1.5.8"]);
    assert_eq!(plain.code, exit::NO_GO);
    let marked = [b"\xef\xbb\xbf", body.as_bytes()].concat();
    let zip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    // Two members after each other are one text, as gzip has it.
    let (first, second) = body.as_bytes().split_at(20);
    let members = [zip(first), zip(second)].concat();
    for other in [marked.clone(), zip(body.as_bytes()), zip(&marked), members] {
        let ran = over(&other, &["--marathon", "1.5.8"]);
        assert_eq!((ran.code, &ran.out), (plain.code, &plain.out), "{}", ran.err);
    }
    let whole = zip(body.as_bytes());
    for cut in [3, 12, whole.len() / 2, whole.len() - 1] {
        let ran = over(&whole[..cut], &["--marathon", "1.5.8"]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (exit::ARCHIVE_REFUSED, ""),
            "cut at {cut}: {}",
            ran.err
        );
    }
}

#[test]
fn without_a_version_there_is_no_answer() {
    let ran = over(br#"{"apps":[]}"#, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (exit::USAGE, ""));
    for part in ["the version decides", "--marathon VERSION", "/v2/info"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[test]
fn a_release_without_known_rules_gives_unknown_not_clean() {
    let body = br#"{"apps":[{"id":"/a","constraints":[["hostname","UNIQUE"]]}]}"#;
    for version in ["1.2.0", "2.0.0", "1.4"] {
        let (code, value) = answer(body, &["--marathon", version]);
        assert_eq!(code, exit::CANNOT_SAY, "{version}");
        assert_eq!(value["constraints"][0]["running"], "unknown");
        assert_eq!(value["constraints"][0]["effect"], "unknown");
    }
    // The way back does not exist.
    let (code, _) = answer(body, &["--marathon", "1.5.8", "--target-marathon", "1.4.7"]);
    assert_eq!(code, exit::CANNOT_SAY);
}

#[test]
fn a_bad_one_outweighs_an_unknown_one() {
    let body = br#"{"apps":[7,{"id":"/a","constraints":[["a","LIKE"]]}]}"#;
    assert_eq!(answer(body, &["--marathon", "1.5.8"]).0, exit::NO_GO);
    let body = br#"{"apps":[7,{"id":"/a","constraints":[["a","LIKE","b"]]}]}"#;
    assert_eq!(answer(body, &["--marathon", "1.5.8"]).0, exit::CANNOT_SAY);
}

#[test]
fn an_empty_list_is_clean_and_says_that_nothing_was_there() {
    for body in [r#"{"apps":[]}"#, "[]", r#"{"id":"/","apps":[],"groups":[]}"#] {
        let ran = over(body.as_bytes(), &["--marathon", "1.5.8"]);
        assert_eq!(ran.code, exit::GO, "{body}: {}", ran.err);
        assert!(ran.out.contains("no app and no pod was there"), "{}", ran.out);
    }
}

#[test]
fn what_holds_no_apps_is_never_clean() {
    let deep = format!(
        "{{\"apps\":[{{\"id\":\"/a\",\"x\":{}{}}}]}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    for (body, part) in [
        ("", "the text ends too early"),
        ("  \n", "the text ends too early"),
        ("null", "a single value"),
        ("\"apps\"", "a single value"),
        ("42", "a single value"),
        ("<html><body>401</body></html>", "HTML"),
        ("id: /a\ncmd: x", "not JSON"),
        ("{}", "an empty object"),
        (r#"{"message":"Unauthorized"}"#, "an object with `message`"),
        (r#"{"slaves":[],"frameworks":[],"id":"x"}"#, "no list `apps`"),
        (r#"{"apps":null}"#, "expected a list"),
        (r#"{"apps":{"/a":{}}}"#, "expected a list"),
        (r#"{"app":{"id":"/a"},"app":{"id":"/b"}}"#, "duplicate field `app`"),
        (r#"{"apps":[],"apps":[{"id":"/a"}]}"#, "duplicate field `apps`"),
        (r#"{"id":"/","groups":[{"id":"/g"}]}"#, "asked for without their apps"),
        (
            r#"[{"id":"backup","run":{"cpus":1}}]"#,
            "none of which has a field of an app or pod",
        ),
        ("[1,2,3]", "none of which"),
        (r#"{"apps":[{"id":"/a"}]} {"apps":[]}"#, "more text after the end"),
        (r#"{"apps":[{"id":"/a"}"#, "the text ends too early"),
        (r#"{"apps":[{"id":"/a","constraints":[["a","UNI"#, "/apps/0: at byte"),
        (r#"{"apps":[{"id":"/a"},{"id":"/b",]}"#, "/apps/1: at byte"),
        ("{\"apps\":[{\"id\":\"\u{1}\"}]}", "a control character"),
        (deep.as_str(), "nested too deep"),
    ] {
        let ran = over(body.as_bytes(), &["--marathon", "1.5.8"]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (exit::ARCHIVE_REFUSED, ""),
            "{body}: {}",
            ran.err
        );
        for part in [
            part,
            "body.json",
            "expected a saved answer of Marathon",
            "save the answer again",
        ] {
            assert!(ran.err.contains(part), "{body}: `{part}` is not in {}", ran.err);
        }
    }
    let utf16: Vec<u8> = "{\"apps\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for body in [&b"{\"apps\":[{\"id\":\"\xff\"}]}"[..], &utf16, &[0; 64]] {
        assert_eq!(over(body, &["--marathon", "1.5.8"]).code, exit::ARCHIVE_REFUSED);
    }
}

#[test]
fn a_tree_asked_for_without_its_apps_is_unknown() {
    let body = br#"{"id":"/","pods":[],"groups":[{"id":"/g","pods":[{"id":"/g/p","containers":[]}]}]}"#;
    let (code, value) = answer(body, &["--marathon", "1.5.8"]);
    assert_eq!(code, exit::CANNOT_SAY, "{value}");
    assert!(
        value["constraints"][0]["rule"]
            .as_str()
            .unwrap()
            .contains("without their apps")
    );
}

#[test]
fn an_archive_is_judged_instance_by_instance() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "dcos-pre");
    let text = path.to_str().unwrap();
    let ran = run(&["constraints", text, "--format", "json", "--all"]);
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    holds(&value);
    assert_eq!(ran.code, exit::GO, "{}", ran.out);
    assert_eq!(value["marathon"], Value::Null);
    let instances: std::collections::BTreeSet<&str> = value["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["marathon"].as_str().unwrap())
        .collect();
    assert!(
        !instances.is_empty() && value["summary"]["apps"].as_u64().unwrap() > 3,
        "{value}"
    );
    let summary = value["summary"].clone();
    assert_eq!(summary["effects"]["kept"], summary["constraints"]);

    let edited = |edits: Value| {
        let edits: Vec<Edit> = serde_json::from_value(edits).unwrap();
        let cluster = Cluster::read("dcos-pre").edited(&edits);
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "edited", &cluster);
        run(&[
            "constraints",
            path.to_str().unwrap(),
            "--format",
            "json",
            "--target-marathon",
            "1.6.535",
        ])
    };
    let bad = edited(
        json!([{"item": "data/marathon/root/apps.json", "path": "/apps/0/constraints", "set": [["a", "LIKE"]]}]),
    );
    assert_eq!(bad.code, exit::NO_GO, "{}", bad.err);
    let value: Value = serde_json::from_str(&bad.out).unwrap();
    holds(&value);
    assert_eq!(value["constraints"][0]["marathon"], "root");
    assert_eq!(
        value["constraints"][0]["pointer"],
        "data/marathon/root/apps.json/apps/0/constraints/0"
    );
    // What is not in the archive is not clean.
    for item in ["apps", "pods", "info"] {
        let gone = edited(json!([{"item": format!("data/marathon/root/{item}.json"), "delete": true}]));
        assert_eq!(gone.code, exit::CANNOT_SAY, "{item}: {}", gone.out);
    }
}

#[test]
fn a_stated_release_is_taken_over_what_an_instance_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "dcos-pre");
    let ran = run(&[
        "constraints",
        path.to_str().unwrap(),
        "--marathon",
        "1.4.7",
        "--format",
        "json",
    ]);
    let value: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["marathon"], "1.4.7");
    assert!(ran.err.contains("as --marathon has it"), "{}", ran.err);
}

#[test]
fn a_damaged_archive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = archive(folder.path(), "dcos-pre");
    let bytes = std::fs::read(&path).unwrap();
    let cut = saved(folder.path(), "cut.tar.gz", &bytes[..bytes.len() - 100]);
    let ran = run(&["constraints", cut.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (exit::ARCHIVE_REFUSED, ""), "{}", ran.err);
}

#[test]
fn files_are_complete_and_their_ending_says_the_form() {
    let folder = tempfile::tempdir().unwrap();
    let body = saved(
        folder.path(),
        "apps.json",
        br#"{"apps":[{"id":"=a,\"b","constraints":[["a","LIKE"]]}]}"#,
    );
    let body = body.to_str().unwrap();
    let into = |name: &str| {
        let path = folder.path().join(name);
        let ran = run(&["constraints", body, "--marathon", "1.5.8", "-o", path.to_str().unwrap()]);
        (ran, std::fs::read_to_string(path).unwrap_or_default())
    };
    let (ran, text) = into("out.csv");
    assert_eq!(ran.code, exit::NO_GO, "{}", ran.err);
    assert!(ran.out.contains("1 of 1 constraint to look at"), "{}", ran.out);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("app,kind,index,constraint,running"));
    // No spreadsheet takes a name for a formula.
    assert!(
        lines[1].starts_with("\"'=a,\"\"b\",app,0,\"[\"\"a\"\",\"\"LIKE\"\"]\",invalid,"),
        "{text}"
    );
    let (_, text) = into("out.json");
    holds(&serde_json::from_str(&text).unwrap());
    assert_eq!(into("out.xls").0.code, exit::USAGE);
    let ran = run(&["constraints", body, "--marathon", "1.5.8", "-o", body]);
    assert_eq!(ran.code, exit::USAGE, "the input is not written over");
    // Nothing is left of an answer over a body that breaks off.
    let broken = saved(
        folder.path(),
        "broken.json",
        br#"{"apps":[{"id":"/a","constraints":[["a","LIKE"]]},"#,
    );
    let target = folder.path().join("never.json");
    let ran = run(&[
        "constraints",
        broken.to_str().unwrap(),
        "--marathon",
        "1.5.8",
        "-o",
        target.to_str().unwrap(),
    ]);
    assert_eq!((ran.code, target.exists()), (exit::ARCHIVE_REFUSED, false));
}

#[test]
fn a_file_that_is_not_there_is_a_failure() {
    let ran = run(&["constraints", "/nonexistent/apps.json", "--marathon", "1.5.8"]);
    assert_eq!(ran.code, exit::FAILURE);
    assert!(ran.err.contains("/nonexistent/apps.json"));
}
