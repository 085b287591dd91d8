//! config.yaml as the installer reads it: kinds, anchors, quoting, bad files, hostile files, and secrets that are never kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gonogo::knowledge::Knowledge;
use gonogo::sources::dcos_config::{Config, Node, read};
use proptest::prelude::*;

use crate::public_captures::captures;

fn config(text: &str) -> Config {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn texts(text: &str) -> BTreeMap<String, String> {
    let entries = config(text).entries;
    entries.into_iter().map(|(key, entry)| (key, entry.text())).collect()
}

/// Keys whose values differ.
fn differing(a: &str, b: &str) -> Vec<String> {
    let (a, b) = (config(a), config(b));
    let keys: std::collections::BTreeSet<&String> = a.entries.keys().chain(b.entries.keys()).collect();
    keys.into_iter()
        .filter(|key| match (a.get(key), b.get(key)) {
            (Some(a), Some(b)) => !a.same(b),
            _ => true,
        })
        .cloned()
        .collect()
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).expect_err("the file should be refused").0
}

#[test]
fn the_same_to_the_installer_is_the_same_here() {
    for (a, b) in [
        ("k: true", "k: 'true'"),
        ("k: yes", "k: \"true\""),
        ("k: 22", "k: '22'"),
        ("k: 0x10", "k: 16"),
        ("k: [a, 'b']", "k:\n- 'a'\n- b"),
        ("k: [a, b]", "k: '[\"a\", \"b\"]'"),
        ("k: {b: 1, a: x}", "k:\n  a: x # comment\n  b: 1"),
        ("k: |\n  one\n  two\n", "k: \"one\\ntwo\\n\""),
        ("k: >-\n  one\n  two\n", "k: one two"),
        ("a: &x {p: 1}\nk: {<<: *x, q: 2}", "a: {p: 1}\nk: {q: 2, p: 1}"),
        ("a: &x {p: 1}\nk: {p: 3, <<: *x}", "a: {p: 1}\nk: {p: 3}"),
        (
            "a: &x {p: 1}\nb: &y {p: 2}\nk: {<<: [*x, *y]}",
            "a: {p: 1}\nb: {p: 2}\nk: {p: 1}",
        ),
        ("k: !!str 12", "k: '12'"),
        ("\u{feff}k: v", "k: v"),
        ("k: v\r\nm: w\r\n", "m: w\nk: v\n"),
        ("# only a comment\n---\nk: v\n...\n", "k: v"),
    ] {
        assert_eq!(differing(a, b), Vec::<String>::new(), "{a:?} {b:?}");
    }
    for (a, b) in [
        ("k: true", "k: 'True'"),
        ("k: [a, b]", "k: [b, a]"),
        ("k: [true]", "k: ['true']"),
        ("k: 'a'", "k: 'a '"),
        ("k:", "k: ''"),
        ("k: 1.10", "k: '1.1'"),
        ("k: 0777", "k: '0777'"),
    ] {
        assert_eq!(differing(a, b), ["k"], "{a:?} {b:?}");
    }
}

#[test]
fn lines_repeated_keys_and_kinds_are_told() {
    let config = config(
        "---\n# comment\nfirst: 1\nlist:\n  - a\nfirst: 2\nmap:\n  x: 1\n  y: 2\n  x: 3\n80: port\nnone:\nhalf: 0.5\nday: 2018-07-01\n",
    );
    assert_eq!(config.get("list").unwrap().line, 4);
    assert_eq!(config.text("first").unwrap(), "2", "the installer takes the last");
    assert_eq!(config.repeated, [("first".to_owned(), 6), ("map.x".to_owned(), 10)]);
    assert_eq!(config.not_text, [("80".to_owned(), 11)]);
    for (key, refused) in [
        ("none", Some("no value")),
        ("half", Some("a number with a point")),
        ("day", Some("a date")),
        ("first", None),
        ("map", None),
    ] {
        assert_eq!(config.get(key).unwrap().refused, refused, "{key}");
    }
}

#[test]
fn what_is_no_configuration_is_refused_in_words() {
    for (text, words) in [
        ("", "it is empty"),
        ("# nothing\n", "it is empty"),
        ("---\n...\n", "it is empty"),
        ("- a\n- b\n", "it holds a list"),
        ("just text", "it holds one value"),
        ("a: 1\n---\nb: 2\n", "line 2: a second document"),
        ("a: [1, 2\n", "it is not YAML"),
        ("a: b: c\n", "it is not YAML"),
        ("a:\n\t- x\n", "it is not YAML"),
        ("{\"json\": ]", "it is not YAML"),
        ("a: \u{1}\n", "line 1: it holds a control character"),
        ("a: *nowhere\n", "it is not YAML"),
        ("a: &x [*x]\n", "an alias stands inside what it names"),
        ("a: !vault secret\n", "line 1: a tag"),
        ("a: !!int seven\n", "line 1: tagged as whole number"),
        ("? [a, b]\n: c\n", "used as a key"),
        ("a: {<<: 3}\n", "`<<` is given something that is no mapping"),
    ] {
        let said = refused(text.as_bytes());
        assert!(said.contains(words), "{text:?}: {said}");
    }
    assert!(refused(b"a: 1\nb: \xff\n").contains("line 2: it is not UTF-8"));
    assert!(refused(&vec![b'a'; (1 << 20) + 1]).contains("larger than 1024 KiB"));
}

#[test]
fn hostile_files_are_bounded() {
    // A billion laughs, by aliases and by merge keys.
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let many = vec![format!("*a{before}"); 10].join(", ");
        let _ = writeln!(laughs, "a{level}: &a{level} [{many}]");
    }
    assert!(refused(laughs.as_bytes()).contains("aliases expanded"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 1000].join(","));
    assert!(refused(long.as_bytes()).contains("aliases expanded"));
    // Deep nesting, in flow, in blocks, and through aliases.
    for deep in [
        format!("a: {}", "[".repeat(200_000)),
        format!("a: {}{}", "[".repeat(100), "]".repeat(100)),
        format!("a: {}", "{b: ".repeat(100_000)),
        (0..500).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n"),
        (1..50).fold("a0: &a0 [[[x]]]\n".to_owned(), |text, level| {
            text + &format!("a{level}: &a{level} [[*a{}]]\n", level - 1)
        }),
    ] {
        let said = refused(deep.as_bytes());
        assert!(
            said.contains("deeper") || said.contains("not YAML"),
            "{}: {said}",
            &deep[..20]
        );
    }
    // JSON inside a text is read no deeper either: it stays text.
    let json = format!("a: '{}{}'", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(config(&json).text("a").unwrap().len(), 10_000);
}

const SECRETS: &str = r#"
exhibitor_admin_password: not-a-real-password-1
aws_secret_access_key: not-a-real-key-2
superuser_password_hash: $6$rounds=656000$not-a-real-hash-3
license_key_contents: not-a-real-licence-4
zk_super_credentials: 'super:not-a-real-secret-5'
cluster_docker_credentials:
  auths:
    'https://registry.example/':
      auth: not-a-real-auth-6
      email: somebody@example.com
rexray_config: {rexray: {storage: {key: not-a-real-key-7}}}
http_proxy: http://user:not-a-real-password-8@proxy.example:3128
no_proxy: "user:not-a-real-password-9@host.example"
my_own:
  nested: [{db_password: not-a-real-password-10, port: 5432}]
  env: [{name: API_TOKEN, value: not-a-real-token-11}]
checks: '{"cmd": ["curl", "-H", "Authorization: token=not-a-real-token-12"]}'
pem: |
  -----BEGIN PRIVATE KEY-----
  not-a-real-key-13
  -----END PRIVATE KEY-----
pin_code_password: 4711
"#;

#[test]
fn a_secret_is_never_kept() {
    let config = config(SECRETS);
    let printed = format!("{config:?} {:?}", texts(SECRETS));
    for shown in ["not-a-real", "4711", "super:"] {
        assert!(!printed.contains(shown), "{shown} is shown: {printed}");
    }
    // What is no secret stays: hosts, ports, names of settings.
    for kept in ["proxy.example:3128", "5432", "API_TOKEN", "host.example"] {
        assert!(printed.contains(kept), "{kept} is hidden: {printed}");
    }
    assert!(config.entries.values().all(|entry| entry.secret), "{config:?}");
}

#[test]
fn a_changed_secret_is_seen_without_being_shown() {
    for number in 1..=13 {
        let old = format!("not-a-real-{}-{number}", word(number));
        let text = SECRETS.replacen(&old, &format!("{old}x"), 1);
        assert_ne!(text, SECRETS, "{old}");
        assert_eq!(differing(SECRETS, &text).len(), 1, "{old}");
        assert_eq!(texts(SECRETS), texts(&text), "{old}");
    }
}

fn word(number: usize) -> &'static str {
    match number {
        1 | 8 | 9 | 10 => "password",
        3 => "hash",
        4 => "licence",
        5 => "secret",
        6 => "auth",
        11 | 12 => "token",
        _ => "key",
    }
}

#[test]
fn every_secret_setting_of_the_table_is_hidden_and_no_other_known_one() {
    let rules = &Knowledge::builtin().unwrap().config;
    for key in &rules.secret.keys {
        assert_eq!(texts(&format!("{key}: not-a-real-value"))[key], "(secret)", "{key}");
    }
    let known = rules
        .changeable
        .iter()
        .flat_map(|keys| &keys.keys)
        .chain(rules.declare.iter().map(|declare| &declare.key))
        .chain(rules.frozen.iter().flat_map(|frozen| &frozen.names))
        .chain([&rules.security.key, &rules.masters.list, &rules.masters.number]);
    for key in known {
        assert_eq!(texts(&format!("{key}: value"))[key], "value", "{key}");
    }
    for key in &rules.paths.keys {
        assert_eq!(texts(&format!("{key}: /genconf/value"))[key], "/genconf/value", "{key}");
    }
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().concat()
}

/// A value, and two ways to write it.
fn written() -> impl Strategy<Value = (String, String)> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    prop_oneof![
        "[a-z][a-z0-9./_-]{0,12}".prop_map(move |text| (format!("{text:?}"), quoted(&text))),
        "[ -~]{0,16}".prop_map(move |text| (
            serde_json::Value::from(text.as_str()).to_string(),
            format!("'{}'", text.replace('\'', "''"))
        )),
        any::<bool>().prop_map(|value| (value.to_string(), format!("'{value}'"))),
        (0_u32..100_000).prop_map(|value| (value.to_string(), format!("\"{value}\""))),
        proptest::collection::vec("[a-z]{1,5}", 0..4).prop_map(|items| (
            format!(
                "[{}]",
                items
                    .iter()
                    .map(|item| format!("'{item}'"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            if items.is_empty() {
                "[]".to_owned()
            } else {
                joined(items.iter().map(|item| format!("\n    - \"{item}\"  # item")))
            }
        )),
        proptest::collection::btree_map("[a-z]{1,5}", 0_u8..9, 0..4).prop_map(|map| (
            format!(
                "{{{}}}",
                map.iter()
                    .map(|(key, value)| format!("'{key}': {value}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            if map.is_empty() {
                "{}".to_owned()
            } else {
                joined(map.iter().rev().map(|(key, value)| format!("\n  \"{key}\": {value}")))
            }
        )),
    ]
}

/// Configurations that people published: read, with every key that stands at the beginning of a line.
#[test]
fn genuine_configurations_are_read() {
    let Some(folder) = captures()
        .map(|folder| folder.join("public/dcos-config"))
        .filter(|folder| folder.is_dir())
    else {
        crate::support::skipped("5 public config.yaml (no ../shared/captures/public/dcos-config here)");
        return;
    };
    let (mut read, mut twice) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display();
        let found = config(&text);
        let written: std::collections::BTreeSet<&str> = text
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(':').map(|(key, _)| key))
            .collect();
        let keys: std::collections::BTreeSet<&str> = found.entries.keys().map(String::as_str).collect();
        assert_eq!(keys, written, "{name}");
        for (key, entry) in &found.entries {
            let line = text.lines().nth(entry.line - 1).unwrap();
            assert!(
                line.starts_with(key.as_str()),
                "{name}: {key} is not on line {}",
                entry.line
            );
        }
        // One of them gives a setting twice, which nobody noticed: the installer took the last.
        for (key, _) in &found.repeated {
            twice.push(key.clone());
        }
        assert_eq!(found.not_text, [], "{name}");
        assert!(
            matches!(
                found.get("master_list").map(|list| &list.value),
                None | Some(Node::List(_))
            ),
            "{name}"
        );
        read += 1;
    }
    assert_eq!((read, twice), (5, vec!["process_timeout".to_owned()]));
}

proptest! {
    /// Quotes, order, comments and style change nothing.
    #[test]
    fn a_reformatted_file_is_no_difference(settings in proptest::collection::btree_map("[a-z]{2,8}_x", written(), 1..8)) {
        let one = joined(settings.iter().map(|(key, (value, _))| format!("{key}: {value}\n")));
        let other = joined(settings.iter().rev().map(|(key, (_, value))| format!("# about {key}\n\"{key}\": {value}\n\n")));
        prop_assert_eq!(differing(&one, &other), Vec::<String>::new(), "{}\n{}", one, other);
    }

    /// Any bytes: an answer in words, never a panic.
    #[test]
    fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Err(error) = read(&bytes) {
            prop_assert!(!error.0.is_empty());
        }
    }

    /// The same of what looks like YAML.
    #[test]
    fn anything_like_yaml_is_read_or_refused(text in "([a-c&*!|>?:,\\[\\]{}'\"#<\n -]|: |- |\n  ){0,80}") {
        if let Err(error) = read(text.as_bytes()) {
            prop_assert!(!error.0.is_empty());
        }
    }
}
