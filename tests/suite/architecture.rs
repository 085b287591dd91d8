//! The house enforced: floors, module docs, file sizes, who may know the network, the clock and the screen.
//!
//! Reads the source as text (`crate::…` paths and a few names); never builds anything. The rules are those of
//! `src/lib.rs` and CONTRIBUTING.md; each failure quotes the rule it enforces.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor. Rooms of one floor that may use each other are listed in [`NEIGHBOURS`].
const FLOORS: &[(u32, &[&str])] = &[
    (0, &["model"]),
    (1, &["archive", "sources", "knowledge", "redact"]),
    (2, &["snapshot", "collect", "import", "demo", "backup"]),
    (3, &["facts"]),
    (4, &["checks", "compare", "verdict", "plan", "workbook"]),
    (5, &["report"]),
    (6, &["cli", "main", "lib"]),
];

/// Uses within one floor that are part of the design: (user, used, why).
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("checks", "compare", "pair checks read the comparison"),
    ("plan", "checks", "a plan lists the checks that will run"),
    (
        "demo",
        "collect",
        "the simulated cluster names the endpoints that are collected",
    ),
    (
        "demo",
        "backup",
        "the simulated cluster's backups are proven as those of a genuine one",
    ),
    ("snapshot", "archive", "a snapshot is read from an archive"),
    (
        "collect",
        "backup",
        "backups that are given to collect are proven on their way into the archive",
    ),
    (
        "import",
        "backup",
        "backups found among imported files are proven on their way into the archive",
    ),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let mut all = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    assert!(all.len() > 20, "the source tree was not found");
    all
}

fn relative(path: &Path) -> String {
    path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap()
        .display()
        .to_string()
}

/// First folder or file stem below `src/`.
fn room(path: &Path) -> String {
    let relative = relative(path);
    relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
}

fn floor(room: &str) -> Option<u32> {
    FLOORS
        .iter()
        .find(|(_, rooms)| rooms.contains(&room))
        .map(|(floor, _)| *floor)
}

/// The part of a file that is not its own test module: tests may reach anywhere.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// Every room named by a `crate::room` path outside comments.
fn rooms_used(text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (number, line) in without_tests(text).lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name.chars().next().is_some_and(char::is_lowercase) {
                used.push((number + 1, name));
            }
        }
    }
    used
}

#[test]
fn every_room_stands_on_a_floor() {
    for (path, _) in sources() {
        assert!(
            floor(&room(&path)).is_some(),
            "{}: no floor is stated for this room; add it to FLOORS",
            relative(&path)
        );
    }
}

#[test]
fn a_floor_imports_only_from_floors_below() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let here = room(&path);
        if here == "lib" || here == "main" {
            continue;
        }
        let Some(own) = floor(&here) else { continue };
        for (line, used) in rooms_used(&text) {
            let Some(other) = floor(&used) else { continue };
            let allowed = used == here
                || other < own
                || NEIGHBOURS
                    .iter()
                    .any(|(user, neighbour, _)| *user == here && *neighbour == used);
            if !allowed {
                wrong.push(format!(
                    "{}:{line}: {here} (floor {own}) uses {used} (floor {other})",
                    relative(&path)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "rule: a floor imports only from floors below (src/lib.rs)\n{}",
        wrong.join("\n")
    );
}

#[test]
fn collecting_and_judging_never_meet() {
    for (path, text) in sources() {
        let here = room(&path);
        for (line, used) in rooms_used(&text) {
            let meets = (here == "collect" && (used == "checks" || used == "snapshot" || used == "facts"))
                || (matches!(here.as_str(), "checks" | "facts" | "compare" | "verdict" | "report")
                    && used == "collect");
            assert!(
                !meets,
                "{}:{line}: rule: collect and checks meet only in `model` and on disk",
                relative(&path)
            );
        }
    }
}

/// (forbidden text, rooms that may have it, the rule).
const RESERVED: &[(&str, &[&str], &str)] = &[
    (
        "tokio::",
        &["collect", "demo", "cli", "watch"],
        "tokio lives under collect, watch, demo and cli only",
    ),
    (
        "reqwest::",
        &["collect", "demo", "cli", "watch"],
        "reqwest lives under collect, watch, demo and cli only",
    ),
    (
        "SystemTime",
        &["archive", "collect", "import", "demo", "cli"],
        "floors 3 to 5 and snapshot know no clock",
    ),
    (
        "Utc::now",
        &["archive", "collect", "import", "demo", "cli"],
        "floors 3 to 5 and snapshot know no clock",
    ),
    (
        "Instant::now",
        &["archive", "backup", "collect", "import", "demo", "cli"],
        "floors 3 to 5 and snapshot know no clock",
    ),
    (
        "std::env",
        &["collect", "demo", "cli"],
        "only collect, demo and cli read the environment",
    ),
    (
        "std::fs",
        &["archive", "backup", "collect", "import", "demo", "cli"],
        "files are read and written by archive, backup, collect, import, demo and cli only",
    ),
    (
        "File::open",
        &["archive", "backup", "collect", "import", "demo", "cli"],
        "files are read and written by archive, backup, collect, import, demo and cli only",
    ),
    (
        "HashMap",
        &["sources", "snapshot", "compare", "archive", "collect", "demo", "import"],
        "hash order must not reach facts, checks, verdict or report",
    ),
    ("println!", &[], "printing goes through a writer that cli hands out"),
    ("eprintln!", &[], "printing goes through a writer that cli hands out"),
];

#[test]
fn what_only_some_rooms_may_know() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let here = room(&path);
        for (number, line) in without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for (word, rooms, rule) in RESERVED {
                if code.contains(word) && !rooms.contains(&here.as_str()) {
                    wrong.push(format!("{}:{}: `{word}`: {rule}", relative(&path), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_values_do_not_grow_with_the_cluster() {
    for (path, text) in sources() {
        let here = room(&path);
        if matches!(here.as_str(), "demo" | "report" | "cli") {
            continue;
        }
        for (number, line) in without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let uses =
                code.contains("serde_json::Value") || (code.contains("use serde_json::") && code.contains("Value"));
            assert!(
                !uses || text.contains("A `Value` here is bounded:"),
                "{}:{}: rule: serde_json::Value is not used for anything that grows with the cluster; where it is bounded, say `A `Value` here is bounded: …` in the file",
                relative(&path),
                number + 1
            );
        }
    }
}

#[test]
fn every_file_opens_with_what_it_does_and_is_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{}: does not open with a module doc", relative(&path)));
        }
        let lines = text.lines().count();
        if lines > 500 {
            wrong.push(format!(
                "{}: {lines} lines; a room over 500 lines should be two",
                relative(&path)
            ));
        }
        if room(&path) == "main" && lines > 30 {
            wrong.push("main.rs is under 30 lines".to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_median_file_is_short() {
    let mut by_room: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut all: Vec<usize> = Vec::new();
    for (path, text) in sources() {
        by_room.entry(room(&path)).or_default().push(text.lines().count());
        all.push(text.lines().count());
    }
    all.sort_unstable();
    let median = all[all.len() / 2];
    assert!(
        median <= 200,
        "the median source file has {median} lines; the aim is under 150: {by_room:?}"
    );
}

/// The only calls on a session with ZooKeeper, and the only names of its crate.
const READING_CALLS: &[&str] = &[
    "get_children",
    "get_acl",
    "get_data",
    "check_stat",
    "state",
    "state_watcher",
];
const READING_NAMES: &[&str] = &[
    "Acl",
    "Client",
    "Connector",
    "Error",
    "Permission",
    "SaslOptions",
    "SessionState",
    "Stat",
];

#[test]
fn a_session_with_zookeeper_can_only_read() {
    let mut files = 0;
    for (path, text) in sources() {
        let here = relative(&path);
        let text = without_tests(&text);
        if !text.contains("zookeeper_client::") {
            continue;
        }
        files += 1;
        assert!(
            here.starts_with("collect/zk_session/"),
            "{here}: rule: only collect/zk_session speaks with ZooKeeper"
        );
        let rule = "rule: nothing of the client is used that could write";
        for used in text.split("zookeeper_client::").skip(1) {
            let names = match used.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap().to_owned(),
                None => used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect(),
            };
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                assert!(READING_NAMES.contains(&name), "{here}: `{name}`: {rule}");
            }
        }
        for call in text.split("client.").skip(1) {
            let name: String = call.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let field = matches!(name.as_str(), "take" | "insert" | "as_ref") || name.is_empty();
            assert!(
                field || READING_CALLS.contains(&name.as_str()),
                "{here}: `client.{name}`: {rule}"
            );
        }
        // However a client may be called there.
        for word in [
            ".create(",
            ".delete(",
            ".mkdir(",
            ".set_data",
            ".set_acl",
            ".update_ensemble",
            ".lock(",
            ".sync(",
            ".auth(",
            "_writer(",
            "Options::new",
            "watch(",
        ] {
            assert!(!text.contains(word), "{here}: `{word}`: {rule}");
        }
    }
    assert_eq!(files, 2, "ask.rs and session.rs");
}
