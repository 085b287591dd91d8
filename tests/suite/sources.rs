//! Parsers against random and broken input: the streaming reader agrees with serde_json on every document.
//!
//! The oracle is `serde_json::Value`: what it refuses is refused, what it accepts is read to the same content,
//! whatever the size of the window and of the reader's pieces.

use std::fmt::Write as _;
use std::io::{self, Read};

use gonogo::sources::json_feed::{Feed, check};
use gonogo::sources::mesos_agents::{AgentWire, RecoveredWire};
use gonogo::sources::mesos_state::{self, FrameworkWire, HeadWire, StateSink};
use gonogo::sources::mesos_task::{TaskArray, TaskPlace, TaskSink, TaskWire};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Gives the bytes in pieces of changing size, as a decompressor does.
struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.size = self.size % 7 + 1;
        let length = self.size.min(into.len()).min(self.rest.len());
        into[..length].copy_from_slice(&self.rest[..length]);
        self.rest = &self.rest[length..];
        Ok(length)
    }
}

fn accepted(bytes: &[u8], window: usize, piece: usize) -> bool {
    let mut pieces = Pieces {
        rest: bytes,
        size: piece,
    };
    check(&mut pieces, window).unwrap().is_ok()
}

fn oracle(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).is_ok()
}

/// Any JSON value; numbers and texts of the odd kinds included.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(if number.is_finite() { number } else { 0.5 })),
        "\\PC{0,24}".prop_map(Value::from),
        "[\\x00-\\x7f]{0,24}".prop_map(Value::from),
        "[a-z/_\"\\\\é\u{1f600}]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z\"é]{0,6}", inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// The text of a value with blanks and escapes chosen by `noise`.
fn print(value: &Value, noise: &mut impl FnMut() -> u8, into: &mut String) {
    let mut blank = |into: &mut String| match noise() % 8 {
        0 => into.push(' '),
        1 => into.push_str("\n\t"),
        2 => into.push_str("\r\n  "),
        _ => {}
    };
    blank(into);
    match value {
        Value::Array(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                print(item, noise, into);
            }
            into.push(']');
        }
        Value::Object(entries) => {
            into.push('{');
            for (at, (key, item)) in entries.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                write_text(key, noise, into);
                into.push(':');
                print(item, noise, into);
            }
            into.push('}');
        }
        Value::String(text) => write_text(text, noise, into),
        other => into.push_str(&other.to_string()),
    }
    if noise().is_multiple_of(5) {
        into.push(' ');
    }
}

fn write_text(text: &str, noise: &mut impl FnMut() -> u8, into: &mut String) {
    if noise().is_multiple_of(2) {
        into.push_str(&Value::from(text).to_string());
        return;
    }
    into.push('"');
    for character in text.chars() {
        match character {
            '/' => into.push_str("\\/"),
            '"' | '\\' => {
                into.push('\\');
                into.push(character);
            }
            '\0'..='\u{1f}' => {
                let _ = write!(into, "\\u{:04X}", u32::from(character));
            }
            _ if noise().is_multiple_of(4) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(into, "\\u{unit:04x}");
                }
            }
            _ => into.push(character),
        }
    }
    into.push('"');
}

/// A stream of bytes that begins with `seed` and never ends.
fn noise(seed: u64) -> impl FnMut() -> u8 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    }
}

/// Breaks a document in one place: cut, insert, overwrite, double.
fn mutate(bytes: &mut Vec<u8>, at: usize, kind: u8, byte: u8) {
    if bytes.is_empty() {
        return;
    }
    let at = at % bytes.len();
    let odd = [
        b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'0', b'-', b'e', b'.', 0xff, 0x00, 0x1f, b'u',
    ];
    let byte = if byte < 128 {
        odd[byte as usize % odd.len()]
    } else {
        byte
    };
    match kind % 5 {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, byte),
        2 => bytes[at] = byte,
        3 => {
            bytes.remove(at);
        }
        _ => {
            let tail = bytes[at..].to_vec();
            bytes.extend(tail);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_stream_accepts_what_serde_json_accepts(value in any_json(), seed in any::<u64>(), window in 1usize..200, piece in 0usize..7) {
        let mut text = String::new();
        print(&value, &mut noise(seed), &mut text);
        prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value), "the test's own writer: {}", text);
        prop_assert!(accepted(text.as_bytes(), window, piece), "{}", text);
    }

    #[test]
    fn the_stream_refuses_what_serde_json_refuses(
        value in any_json(), seed in any::<u64>(), window in 1usize..200, piece in 0usize..7,
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let mut text = String::new();
        print(&value, &mut noise(seed), &mut text);
        let mut bytes = text.into_bytes();
        for (at, kind, byte) in edits {
            mutate(&mut bytes, at, kind, byte);
        }
        prop_assert_eq!(accepted(&bytes, window, piece), oracle(&bytes), "{:?}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_bytes_are_judged_alike(bytes in prop::collection::vec(any::<u8>(), 0..40), window in 1usize..50, piece in 0usize..7) {
        prop_assert_eq!(accepted(&bytes, window, piece), oracle(&bytes), "{:?}", bytes);
    }

    #[test]
    fn a_mutated_state_is_read_as_the_oracle_reads_it(
        window in 1usize..600, piece in 0usize..7, seed in any::<u64>(),
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 0..3),
    ) {
        let mut text = String::new();
        print(&small_state(), &mut noise(seed), &mut text);
        let mut bytes = text.into_bytes();
        let whole = edits.is_empty();
        for (at, kind, byte) in edits {
            mutate(&mut bytes, at, kind, byte);
        }
        let (head, seen) = state(&bytes, window, piece);
        prop_assert!(!whole || head.is_ok(), "{:?}", head);
        match serde_json::from_slice::<Value>(&bytes) {
            Err(_) => prop_assert!(head.is_err(), "{}", String::from_utf8_lossy(&bytes)),
            // A value that serde_json accepts may still lack fields or have wrong types; what is read must agree.
            Ok(value) => if head.is_ok() {
                prop_assert_eq!(seen.tasks, expected_tasks(&value), "{}", String::from_utf8_lossy(&bytes));
                prop_assert_eq!(seen.agents, strings(&value["slaves"], "id"));
                prop_assert_eq!(seen.frameworks, strings(&value["frameworks"], "id"));
            },
        }
    }
}

#[derive(Default)]
struct Seen {
    agents: Vec<String>,
    recovered: Vec<String>,
    frameworks: Vec<String>,
    tasks: Vec<String>,
}

impl TaskSink for Seen {
    fn task(&mut self, place: TaskPlace, task: &TaskWire<'_>) {
        self.tasks.push(format!(
            "{:?} {} {} {} {} {} {} {:?} {:?}",
            place.array,
            place.framework,
            place.ordinal,
            task.id,
            task.name,
            task.slave_id,
            task.state,
            task.container.as_deref(),
            task.healthy
        ));
    }
}

impl StateSink for Seen {
    fn agent(&mut self, ordinal: usize, agent: AgentWire) {
        assert_eq!(ordinal, self.agents.len());
        self.agents.push(agent.id);
    }

    fn recovered(&mut self, _: usize, agent: RecoveredWire) {
        self.recovered.push(agent.id);
    }

    fn framework(&mut self, _: usize, framework: FrameworkWire) {
        self.frameworks.push(framework.id);
    }
}

fn state(bytes: &[u8], window: usize, piece: usize) -> (Result<HeadWire, String>, Seen) {
    let mut seen = Seen::default();
    let mut pieces = Pieces {
        rest: bytes,
        size: piece,
    };
    let head = mesos_state::read_with(Feed::with_window(&mut pieces, window), &mut seen).unwrap();
    (head.map_err(|error| error.to_string()), seen)
}

fn strings(list: &Value, field: &str) -> Vec<String> {
    let text = |item: &Value| item[field].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).collect()
}

/// What the tasks of a state are, told by a `Value`.
fn expected_tasks(state: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |array: TaskArray, framework: usize, tasks: &Value| {
        for (ordinal, task) in tasks.as_array().into_iter().flatten().enumerate() {
            let text = |field: &str| task[field].as_str().unwrap();
            let statuses: Vec<Value> = task["statuses"].as_array().cloned().unwrap_or_default();
            let container = statuses
                .iter()
                .rev()
                .find_map(|status| status["container_status"]["container_id"]["value"].as_str());
            let healthy = statuses.last().and_then(|status| status["healthy"].as_bool());
            all.push(format!(
                "{array:?} {framework} {ordinal} {} {} {} {} {container:?} {healthy:?}",
                text("id"),
                text("name"),
                text("slave_id"),
                text("state"),
            ));
        }
    };
    // In the order of the text: orphans stand before frameworks in `small_state`, whose keys serde_json sorts.
    for (ordinal, framework) in state["frameworks"].as_array().unwrap().iter().enumerate() {
        add(TaskArray::Tasks, ordinal, &framework["tasks"]);
        add(TaskArray::Unreachable, ordinal, &framework["unreachable_tasks"]);
    }
    add(TaskArray::Orphan, 0, &state["orphan_tasks"]);
    all
}

fn small_state() -> Value {
    let task = |id: &str, state: &str, statuses: Value| {
        json!({"id": id, "name": "b/\"é", "framework_id": "f-0", "executor_id": "", "slave_id": "m-S0", "state": state,
            "resources": {"cpus": 0.1, "mem": 32.0}, "statuses": statuses})
    };
    let container = json!({"container_id": {"value": "392224f8-408a-4743-a06d-c10719867e6f"}, "network_infos": []});
    json!({
        "id": "m", "pid": "master@10.0.0.1:5050", "version": "1.5.3", "activated_slaves": 2.0, "flags": {"quorum": "2"},
        "slaves": [
            {"id": "m-S0", "hostname": "a", "active": true, "attributes": {"rack": "r1"}, "resources": {"cpus": 4.0}},
            {"id": "m-S1", "hostname": "b", "active": false},
        ],
        "recovered_slaves": [{"id": "m-S2", "hostname": "c"}],
        "frameworks": [
            {"id": "f-0", "name": "marathon", "roles": ["x"], "checkpoint": true,
             "tasks": [
                task("one", "TASK_RUNNING", json!([
                    {"state": "TASK_STARTING", "timestamp": 1.5, "container_status": container},
                    {"state": "TASK_RUNNING", "timestamp": 2.5e9, "healthy": true}])),
                task("two", "TASK_STAGING", json!([])),
             ],
             "unreachable_tasks": [task("three", "TASK_UNREACHABLE", json!([{"healthy": false}]))],
             "completed_tasks": [{"id": "x"}, {"id": "y"}, {}], "offers": [], "executors": [{"data": "\u{0}"}]},
            {"id": "f-1", "name": "batch", "tasks": []},
        ],
        "orphan_tasks": [task("four", "TASK_RUNNING", json!([]))],
        "completed_frameworks": [{}, {"tasks": []}],
    })
}

#[test]
fn a_small_state_is_read_whole() {
    let bytes = small_state().to_string().into_bytes();
    let (head, seen) = state(&bytes, 32, 3);
    let head = head.unwrap();
    assert_eq!((head.completed_frameworks, head.completed_tasks), (2, 3));
    assert!(head.has_recovered);
    assert_eq!(head.activated_slaves, Some(2));
    assert_eq!(seen.recovered, ["m-S2"]);
    assert_eq!(seen.tasks, expected_tasks(&small_state()));
    assert_eq!(seen.tasks.len(), 4);
}

#[test]
fn a_state_cut_anywhere_is_refused() {
    let bytes = small_state().to_string().into_bytes();
    for length in 0..bytes.len() {
        let (head, _) = state(&bytes[..length], 64, 5);
        let error = head.unwrap_err();
        assert!(error.contains("expected the answer of a master's /state"), "{error}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let whole = small_state().to_string();
    let change = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        whole.replacen(from, to, 1)
    };
    let twice = |field: &str| {
        change(
            "{\"activated_slaves\":2.0",
            &format!("{{{field},\"activated_slaves\":2.0"),
        )
    };
    for (text, part) in [
        (change("\"TASK_STAGING\"", "7"), "/frameworks/0/tasks/1: at byte"),
        (change("\"TASK_STAGING\"", "7"), "expected a text"),
        (
            change("\"healthy\":true", "\"healthy\":\"true\""),
            "expected true or false",
        ),
        (
            change("\"healthy\":true", "\"healthy\":true,\"healthy\":true"),
            "duplicate field `healthy`",
        ),
        (
            change("\"id\":\"two\"", "\"id\":\"two\",\"\\u0069d\":\"two\""),
            "duplicate field `id`",
        ),
        (change("\"id\":\"two\",", ""), "missing field `id`"),
        (change("\"active\":false", "\"active\":0"), "/slaves/1: at byte"),
        (
            change("\"checkpoint\":true", "\"checkpoint\":null"),
            "/frameworks/0: at byte",
        ),
        (
            change("\"activated_slaves\":2.0", "\"activated_slaves\":-2.0"),
            "a count",
        ),
        (change("2500000000.0", "1e999"), "out of range"),
        (change("\"timestamp\":1.5", "\"timestamp\":NaN"), "expected a value"),
        (
            change("\"batch\",\"tasks\":[]", "\"batch\",\"tasks\":{}"),
            "expected a list",
        ),
        (change("\"batch\",\"tasks\":[]}", "\"batch\",}"), "a `,` before the end"),
        (
            change(
                "\"id\":\"f-1\",\"name\":\"batch\",\"tasks\":[]",
                "\"id\":\"f-1\",\"name\":\"batch\"",
            ),
            "missing field `tasks`",
        ),
        (twice("\"slaves\":[]"), "duplicate field `slaves`"),
        (twice("\"pid\":\"x\""), "duplicate field `pid`"),
        (format!("{whole} x"), "more text after the end"),
        (format!("\u{feff}{whole}"), "expected an object"),
        ("{}".to_owned(), "missing field `slaves`"),
        ("null".to_owned(), "expected an object"),
        (String::new(), "ends too early"),
        ("<html>".to_owned(), "expected an object"),
    ] {
        let (head, _) = state(text.as_bytes(), 48, 2);
        let error = head.expect_err(&text);
        assert!(error.contains(part), "{part}: {error}");
    }
    let mut broken = whole.clone().into_bytes();
    let at = broken.iter().position(|byte| *byte == 0xc3).unwrap();
    broken[at + 1] = b'(';
    assert!(state(&broken, 64, 1).0.unwrap_err().contains("invalid UTF-8"));
}

/// A text without end.
struct Endless;
impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        into.fill(b'a');
        Ok(into.len())
    }
}

#[test]
fn deep_and_huge_values_are_refused_in_bounded_space() {
    let deep = format!("{{\"x\":{}", "[".repeat(1_000_000));
    assert!(state(deep.as_bytes(), 64, 6).0.unwrap_err().contains("too deep"));
    let mut text = b"{\"slaves\":[\"".chain(Endless);
    let error = mesos_state::read(&mut text, &mut Seen::default()).unwrap().unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
}
