//! Names of the nodes below a Marathon's state in ZooKeeper: what each says about the release that wrote it.
//!
//! Knows the flat layout of Marathon up to 1.3 (`app:…`, `task:…`) and the one of 1.4 and later (`apps`, `instance` …). Never
//! knows what stands in a node. Sources (mesosphere/marathon): `state/Migration.scala`, `MarathonModule.scala` (v0.11.1,
//! v1.3.14); `storage/store/ZkStoreSerialization.scala` (v1.4.0 to v1.10.26); `ZkPersistenceStore.scala` (v1.4.9 to v1.10.26).

use std::collections::BTreeSet;

use crate::model::Version;

use super::task_identity;

/// Stands there from the beginning to the good end of a migration: 1.4.9 and later of 1.4, 1.5.2 and later of 1.5, and
/// every later line write it.
pub const IN_PROGRESS: &str = "migration-in-progress";
/// Stands there since any Marathon first kept its state there.
pub const STORAGE_VERSION: &str = "internal:storage:version";

/// What stands before the colon in the flat layout.
const FLAT: [&str; 9] = [
    "app",
    "deployment",
    "events",
    "framework",
    "group",
    "instance",
    "pod",
    "task",
    "taskFailure",
];
/// What only 1.4 and later keep. `deployment` and `group` with a colon behind are of the flat layout.
const NESTED: [&str; 9] = [
    "apps",
    "deployment",
    "event-subscribers",
    "framework-id",
    "group",
    "instance",
    "pods",
    "task",
    "taskFailures",
];
/// What only 1.5 and later keep.
const SINCE_1_5: &str = "runtime-configuration";

/// Why a node is not one that the release that runs would keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stray {
    /// Of the flat layout, below a Marathon that keeps the other one.
    Flat,
    /// A task under the key of 0.12 and earlier, below 0.13 to 1.3: the migration to 0.13 renames them, and fails where it
    /// cannot read one.
    TaskKey,
    /// A task of an app that is not there, below a Marathon up to 1.3.
    TaskWithoutApp,
    /// Of a later release than the one that runs.
    Later,
}

/// Nodes that the release that runs would not keep, with their places in the list. `apps` are the paths of all apps;
/// `None`: the list is not known to be whole, so that no task is said to have no app.
pub fn strays(titles: &[String], runs: &Version, apps: Option<&BTreeSet<String>>) -> Vec<(usize, Stray)> {
    let found = titles.iter().enumerate();
    found
        .filter_map(|(at, title)| Some((at, stray(title, runs, apps)?)))
        .collect()
}

fn stray(title: &str, runs: &Version, apps: Option<&BTreeSet<String>>) -> Option<Stray> {
    if title == STORAGE_VERSION || title == IN_PROGRESS {
        return None;
    }
    let line = runs.line();
    let Some((kind, key)) = title.split_once(':').filter(|(kind, _)| FLAT.contains(kind)) else {
        let later = (NESTED.contains(&title) && line < (1, 4)) || (title == SINCE_1_5 && line < (1, 5));
        return later.then_some(Stray::Later);
    };
    if line >= (1, 4) {
        return Some(Stray::Flat);
    }
    if kind != "task" {
        return None;
    }
    let old = key.split_once(':').filter(|(_, task)| task.contains('.'));
    if old.is_some() && line >= (0, 13) {
        return Some(Stray::TaskKey);
    }
    let task = old.map_or(key, |(_, task)| task);
    let orphan = task_identity::parse(task).is_some_and(|one| apps.is_some_and(|apps| !apps.contains(&one.app_id())));
    orphan.then_some(Stray::TaskWithoutApp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "bc9607ec-70c7-11e5-8d50-2c600c6fb621";

    fn of(title: &str, runs: &str, apps: &[&str]) -> Option<Stray> {
        let apps: BTreeSet<String> = apps.iter().map(ToString::to_string).collect();
        stray(title, &runs.parse().unwrap(), Some(&apps))
    }

    #[test]
    fn every_release_knows_its_own_nodes() {
        for (title, runs) in [
            ("app:web", "1.3.14"),
            ("app:web:2016-01-01T00:00:00.000Z", "1.3.14"),
            ("events:eventSubscribers", "0.11.1"),
            ("framework:id", "0.15.7"),
            ("internal:storage:version", "1.8.244"),
            ("migration-in-progress", "1.5.11"),
            ("apps", "1.4.0"),
            ("task", "1.4.13"),
            ("runtime-configuration", "1.5.0"),
            ("something-of-yours", "1.3.0"),
            ("yours:too", "1.9.109"),
        ] {
            assert_eq!(of(title, runs, &[]), None, "{title} below {runs}");
        }
    }

    #[test]
    fn nodes_of_other_releases_are_seen() {
        for (title, runs, what) in [
            ("app:web", "1.4.0", Stray::Flat),
            ("task:web.1", "1.6.322", Stray::Flat),
            ("apps", "1.3.14", Stray::Later),
            ("framework-id", "0.15.7", Stray::Later),
            ("runtime-configuration", "1.4.13", Stray::Later),
        ] {
            assert_eq!(of(title, runs, &[]), Some(what), "{title} below {runs}");
        }
    }

    #[test]
    fn keys_of_tasks_are_told_by_release_and_app() {
        let old = format!("task:a_b:a_b.{UUID}");
        let new = format!("task:a_b.{UUID}");
        assert_eq!(of(&old, "1.1.7", &["/a/b"]), Some(Stray::TaskKey));
        assert_eq!(of(&old, "0.11.1", &["/a/b"]), None);
        assert_eq!(of(&old, "0.11.1", &["/a"]), Some(Stray::TaskWithoutApp));
        assert_eq!(of(&new, "1.1.7", &["/a/b"]), None);
        assert_eq!(of(&new, "1.1.7", &["/a"]), Some(Stray::TaskWithoutApp));
        assert_eq!(stray(&new, &"1.1.7".parse().unwrap(), None), None);
        assert_eq!(of("task:odd", "1.1.7", &[]), None, "no id of Marathon's form");
    }
}
