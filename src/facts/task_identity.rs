//! What a task id says: the workload it belongs to, the instance, and how often that instance was started.
//!
//! Knows the forms that Marathon 0.8 to 1.10 writes (mesosphere/marathon: `core/task/Task.scala` at v1.3.14 to v1.10.26,
//! `tasks/TaskIDUtil.scala` at v0.8.2), and the form `<name>__<uuid>` of schedulers built with the DC/OS SDK. Any other
//! id belongs to the workload of its task name. Never asks whether the framework is a Marathon: a uuid at that place
//! means the same wherever it stands.

use crate::model::Version;
use crate::snapshot::{App, Task};

/// What an id of Marathon's form says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance<'a> {
    /// Path of the app or pod with `_` for `/` ("safe path"); for SDK ids the task's name.
    pub path: &'a str,
    /// The instance: stays the same as long as Marathon counts it as the same instance.
    pub uuid: &'a str,
    /// Container of a pod; `None` for an app.
    pub container: Option<&'a str>,
    /// Number of the start of this instance, where the form has one: attempt (1.4.7 to 1.7) or incarnation (1.8 and later).
    pub attempt: Option<u64>,
}

impl Instance<'_> {
    /// Path of the app or pod. Segments never hold `_`, so the way back is exact (mesosphere/marathon `state/PathId.scala`).
    pub fn app_id(&self) -> String {
        format!("/{}", self.path.replace('_', "/"))
    }
}

/// Length of a UUID in its usual form.
const UUID: usize = 36;

/// Reads an id of Marathon's forms; `None` for any other id.
///
/// Tried in this order, the longest path first within each (as Marathon's own expressions do):
/// `path.(instance-|marathon-)uuid[._]container.number`, the same without number, `path[._]uuid.number`, `path[._]uuid`.
pub fn parse(id: &str) -> Option<Instance<'_>> {
    let places = uuids(id);
    let pod_or_new = places.iter().rev().find_map(|at| with_container(id, *at));
    pod_or_new.or_else(|| places.iter().rev().find_map(|at| plain(id, *at)))
}

/// Where UUIDs stand in the id, from left to right.
fn uuids(id: &str) -> Vec<usize> {
    let bytes = id.as_bytes();
    let is_uuid = |window: &[u8]| {
        window.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    bytes
        .windows(UUID)
        .enumerate()
        .filter(|(_, window)| is_uuid(window))
        .map(|(at, _)| at)
        .collect()
}

/// `path.(instance-|marathon-)uuid[._]container[.number]`.
fn with_container(id: &str, at: usize) -> Option<Instance<'_>> {
    let (head, uuid, tail) = split(id, at)?;
    let path = head
        .strip_suffix(".instance-")
        .or_else(|| head.strip_suffix(".marathon-"))
        .filter(|path| !path.is_empty())?;
    let container = tail
        .strip_prefix(['.', '_'])
        .filter(|container| !container.is_empty())?;
    let (container, attempt) = match container.rsplit_once('.') {
        Some((name, digits)) if !name.is_empty() && number(digits).is_some() => (name, number(digits)),
        _ => (container, None),
    };
    // `_app` (1.8 and later) and `$anon` (1.4 to 1.7) stand for the app itself.
    let container = (container != "_app" && container != "$anon").then_some(container);
    Some(Instance {
        path,
        uuid,
        container,
        attempt,
    })
}

/// `path[._]uuid[.number]`; also the SDK's `name__uuid`.
fn plain(id: &str, at: usize) -> Option<Instance<'_>> {
    let (head, uuid, tail) = split(id, at)?;
    let path = head
        .strip_suffix("__")
        .or_else(|| head.strip_suffix(['.', '_']))
        .filter(|path| !path.is_empty())?;
    let attempt = match tail.strip_prefix('.') {
        None if tail.is_empty() => None,
        Some(digits) => Some(number(digits)?),
        None => return None,
    };
    Some(Instance {
        path,
        uuid,
        container: None,
        attempt,
    })
}

fn split(id: &str, at: usize) -> Option<(&str, &str, &str)> {
    Some((id.get(..at)?, id.get(at..at + UUID)?, id.get(at + UUID..)?))
}

fn number(digits: &str) -> Option<u64> {
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

/// The workload a task belongs to: tasks of one workload of one framework stand in for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workload {
    /// Path of the app or pod (`a_b`), or the name of the task.
    pub path: String,
    /// Container of a pod.
    pub container: Option<String>,
}

/// The workload of a task.
pub fn workload(task: &Task) -> Workload {
    match parse(&task.id) {
        Some(instance) => Workload {
            path: instance.path.to_owned(),
            container: instance.container.map(str::to_owned),
        },
        None => Workload {
            path: task.name().into_owned(),
            container: None,
        },
    }
}

/// The name people know the task by: the path of its app or pod (with the container), else the task's name.
pub fn shown_name(task: &Task, marathon: bool) -> String {
    match parse(&task.id) {
        Some(instance) if marathon => match instance.container {
            Some(container) => format!("{} ({container})", instance.app_id()),
            None => instance.app_id(),
        },
        _ => task.name().into_owned(),
    }
}

/// Whether a Marathon of this release gives a new run of an app with local volumes the id of the run before: 1.0 to 1.4.6;
/// a release that is not known may.
///
/// Source: mesosphere/marathon `core/task/Task.scala` at v1.0.0-RC1, v1.1.7, v1.3.14, v1.4.6 (no attempt in ids) and v1.4.7
/// (`forResidentTask` counts attempts).
pub fn reuses_ids(marathon: Option<&Version>) -> bool {
    marathon.is_none_or(|marathon| marathon.line() >= (1, 0) && !marathon.at_least(1, 4, 7))
}

/// Whether an app has local volumes: it says `residency`, or a volume says `persistent`.
pub fn resident(app: &App) -> bool {
    let has = |field: &str, part: &str| app.definition.get(field).is_some_and(|text| text.contains(part));
    // Canonical text: inside of a text the quotes would be escaped.
    has("residency", "{") || has("container", "\"persistent\":{")
}

/// Frameworks whose tasks end by themselves, by the first letters of their names in lower case.
const BATCH: [&str; 2] = ["metronome", "chronos"];

/// Whether tasks of a framework of this name are expected to end: Metronome and Chronos, under any suffix
/// (`chronos-2.3.1_mesos-0.20.1-SNAPSHOT`, `metronome-team`).
pub fn runs_batch(framework: &str) -> bool {
    let name = framework.trim_start_matches('/').to_ascii_lowercase();
    BATCH.iter().any(|batch| name.starts_with(batch))
}

#[cfg(test)]
mod tests {
    use super::*;

    const U: &str = "b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6";
    const V: &str = "c0caec0a-863a-11e9-915b-c610fee06dff";

    /// (id with `U` and `V` for uuids, path, uuid, container, attempt); one line for each form of every Marathon.
    #[test]
    fn reads_every_form() {
        for (id, path, uuid, container, attempt) in [
            // 0.8 to 1.7: app.
            ("web_front.U", "web_front", U, None, None),
            // Very old: app, `_` before the uuid.
            ("web_front_U", "web_front", U, None, None),
            // 1.4.7 to 1.7: resident app; 1.8: relaunch of a task of an older Marathon.
            ("db.U.2", "db", U, None, Some(2)),
            ("db_U.2", "db", U, None, Some(2)),
            // 1.4 to 1.7: container of a pod.
            ("pod.instance-U.nginx", "pod", U, Some("nginx"), None),
            ("team_pod.instance-U.$anon", "team_pod", U, None, None),
            ("pod.instance-U_nginx", "pod", U, Some("nginx"), None),
            // 1.6 and 1.7: container of a resident pod; 1.8: of any pod.
            ("pod.instance-U.nginx.3", "pod", U, Some("nginx"), Some(3)),
            // 1.8: app.
            ("web_front.instance-V._app.42", "web_front", V, None, Some(42)),
            // 1.8: app whose instance an older Marathon made.
            ("web_front.marathon-V._app.1", "web_front", V, None, Some(1)),
            ("web_front.marathon-V.nginx", "web_front", V, Some("nginx"), None),
            // Segments may hold dots and hyphens.
            ("a.b_c-d.e.U", "a.b_c-d.e", U, None, None),
            ("a.b.instance-U.nginx", "a.b", U, Some("nginx"), None),
            // 1.4.0 to 1.4.2: container names may hold dots.
            ("pod.instance-U.my.nginx", "pod", U, Some("my.nginx"), None),
            ("pod.instance-U.my.nginx.7", "pod", U, Some("my.nginx"), Some(7)),
            // A path that looks like an id itself: the longest path counts.
            ("a.V.U", "a.V", U, None, None),
            // The DC/OS SDK.
            ("kafka-0-broker__U", "kafka-0-broker", U, None, None),
        ] {
            let full = |text: &str| text.replace('U', U).replace('V', V);
            let id = full(id);
            let instance = parse(&id).unwrap_or_else(|| panic!("{id}"));
            let read = (
                instance.path.to_owned(),
                instance.uuid,
                instance.container,
                instance.attempt,
            );
            assert_eq!(read, (full(path), uuid, container, attempt), "{id}");
        }
    }

    #[test]
    fn other_ids_are_left_alone() {
        for id in [
            "",
            "web",
            "ct:1533369600000:0:backup:",
            U,
            ".b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6",
            "web.b6ff5fa5-7714-11e7-a55c-5ecf1c4671f",
            "web.b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6.x",
            "web.b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6.99999999999999999999",
            "web.b6ff5fa577-14-11e7-a55c-5ecf1c4671f6",
            "web.instance-b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6",
            "web.instance-b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6.",
            "é.b6ff5fa5-7714-11e7-a55c-5ecf1c4671f",
        ] {
            assert_eq!(parse(id), None, "{id}");
        }
        assert_eq!(
            parse(&format!("é_ü.{U}")).map(|one| one.app_id()),
            Some("/é/ü".to_owned())
        );
    }

    #[test]
    fn batch_frameworks_are_known_by_name() {
        for name in [
            "metronome",
            "Chronos",
            "chronos-2.3.1_mesos-0.20.1-SNAPSHOT",
            "/metronome",
            "chronos with a space AND MIXED CASE-2.0.1",
        ] {
            assert!(runs_batch(name), "{name}");
        }
        for name in ["marathon", "my-metronome", "", "kafka"] {
            assert!(!runs_batch(name), "{name}");
        }
    }
}
