//! Which Marathon instances a cluster has, which of them were asked, and whether what they list is all they run.
//!
//! Marathon leaves out apps an account may not see and still answers 200; what Mesos says each framework runs is the
//! other side. A gap is said by name; it never becomes a smaller cluster.

use std::collections::{BTreeSet, HashSet};

use crate::model::manifest::Expected;
use crate::model::{Observed, Why, items};
use crate::snapshot::{Framework, Marathon, Snapshot, TaskList, TaskState};

use super::cluster::{ClusterFacts, Kind};

/// Name of the framework of the Marathon that DC/OS runs on its masters.
const ROOT_FRAMEWORK: &str = "marathon";

/// Most names shown in one sentence.
const SHOWN: usize = 5;

/// What is known about the Marathon instances of a cluster.
#[derive(Debug, Clone, Default)]
pub struct MarathonFacts {
    /// Instances that must be judged and were not asked, and reasons why there may be others: one sentence each.
    pub gaps: Vec<String>,
    /// Evidence that the cluster has no Marathon at all.
    pub none: Option<String>,
    /// For each of [`Snapshot::marathons`], what speaks for and against its list of apps.
    pub listings: Vec<Listing>,
}

/// Whether the apps and pods an instance lists are all it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// No such instance: its source says that it is not there.
    NotThere,
    /// Every running task that Mesos knows of it belongs to an app or pod in the list.
    Confirmed,
    /// Running tasks belong to apps that are not in the list: paths as in task ids, sorted.
    Partial(Vec<String>),
    /// Nothing to compare with: why.
    Unconfirmed(String),
}

impl Listing {
    /// What speaks against a list of `apps` apps read from `item` being all; `None` = nothing.
    pub fn doubt(&self, apps: usize, item: &str) -> Option<String> {
        match self {
            Self::Partial(paths) => Some(format!(
                "Mesos runs tasks of {} that {item} does not list: the account may see a part of the apps only",
                few(paths)
            )),
            // An empty list needs somebody who says that nothing runs.
            Self::Unconfirmed(why) if apps == 0 => Some(format!("{item} lists no app, and nothing confirms it: {why}")),
            _ => None,
        }
    }
}

/// The first few of a list of names, and how many more there are.
pub fn few(names: &[String]) -> String {
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl MarathonFacts {
    /// Derives them.
    pub fn new(snapshot: &Snapshot, cluster: &ClusterFacts) -> Self {
        let listings: Vec<Listing> = snapshot
            .marathons
            .iter()
            .map(|marathon| listing(snapshot, cluster, marathon))
            .collect();
        let there: Vec<&Marathon> = snapshot
            .marathons
            .iter()
            .zip(&listings)
            .filter(|(_, listing)| **listing != Listing::NotThere)
            .map(|(marathon, _)| marathon)
            .collect();
        let mut this = Self {
            gaps: Vec::new(),
            none: None,
            listings,
        };
        this.expected(&snapshot.origin.manifest.expected, &there);
        let frameworks = frameworks(snapshot, cluster);
        match &frameworks {
            Ok(listed) => this.registered(listed, &there),
            Err(why) => this.gaps.push(format!(
                "whether there are other Marathon instances is not known: {}",
                why.sentence()
            )),
        }
        this.packages(snapshot, &there);
        match &cluster.kind {
            Observed::Known(Kind::Dcos, _) if !there.iter().any(|marathon| marathon.root) => {
                this.gaps.push("the root Marathon of DC/OS was not asked".to_owned());
            }
            Observed::Unknown(why) if !there.iter().any(|marathon| marathon.root) => this.gaps.push(format!(
                "it is not known whether this is DC/OS, which has a root Marathon: {}",
                why.sentence()
            )),
            Observed::Known(Kind::Mesos, _) if there.is_empty() && this.gaps.is_empty() => {
                this.none = Some("no Marathon is registered with the leading master, and none was named".to_owned());
            }
            _ => {}
        }
        this
    }

    /// Instances that were named when the archive was made.
    fn expected(&mut self, expected: &Expected, there: &[&Marathon]) {
        for (name, url) in &expected.marathons {
            if !there.iter().any(|marathon| marathon.name == folder(name)) {
                self.gaps.push(format!(
                    "Marathon {name} ({url}) is named in the configuration and was not asked"
                ));
            }
        }
        if expected.skipped.iter().any(|source| source == items::MARATHON) {
            self.gaps.push("Marathon was left out by the user".to_owned());
        }
    }

    /// Instances that are registered as frameworks.
    fn registered(&mut self, frameworks: &[Framework], there: &[&Marathon]) {
        for framework in frameworks
            .iter()
            .filter(|framework| looks_like_marathon(&framework.name))
        {
            let asked = there.iter().any(|marathon| match framework_id(marathon) {
                Some(id) => id == framework.id,
                None => goes_by(marathon, &framework.name),
            });
            if !asked {
                self.gaps.push(format!(
                    "Marathon {} ({}) is registered with Mesos and was not asked",
                    framework.name, framework.id
                ));
            }
        }
    }

    /// Instances that were installed as packages: more of them than nested ones that were asked.
    fn packages(&mut self, snapshot: &Snapshot, there: &[&Marathon]) {
        let installed: Vec<&str> = snapshot
            .dcos
            .packages
            .known()
            .into_iter()
            .flatten()
            .filter(|package| package.name == ROOT_FRAMEWORK)
            .map(|package| package.app_id.as_str())
            .collect();
        let nested = there.iter().filter(|marathon| !marathon.root).count();
        if installed.len() > nested {
            let strangers: Vec<&str> = installed
                .into_iter()
                .filter(|app| !there.iter().any(|marathon| marathon.name == folder(app)))
                .collect();
            self.gaps.push(format!(
                "the package marathon is installed as {} and no Marathon of that name was asked",
                strangers.join(", ")
            ));
        }
    }
}

/// Every framework, or why the list is not trusted.
fn frameworks<'a>(snapshot: &'a Snapshot, cluster: &'a ClusterFacts) -> Result<&'a [Framework], &'a Why> {
    let (listed, _) = snapshot.frameworks.get()?;
    match cluster.state_doubt.as_ref().or(cluster.frameworks_doubt.as_ref()) {
        Some(why) => Err(why),
        None => Ok(listed),
    }
}

/// Whether a framework of this name is taken for a Marathon.
fn looks_like_marathon(name: &str) -> bool {
    name.to_ascii_lowercase().contains(ROOT_FRAMEWORK)
}

/// Folder of the evidence of an instance of this name.
fn folder(name: &str) -> String {
    let path = items::path(items::MARATHON, name, items::MARATHON_INFO);
    path.split('/').nth(2).unwrap_or_default().to_owned()
}

fn framework_id(marathon: &Marathon) -> Option<&str> {
    marathon.info.known()?.framework_id.as_deref()
}

/// Whether an instance that does not tell its framework id is the framework of this name.
fn goes_by(marathon: &Marathon, framework: &str) -> bool {
    marathon.name == folder(framework) || (marathon.root && framework == ROOT_FRAMEWORK)
}

fn listing(snapshot: &Snapshot, cluster: &ClusterFacts, marathon: &Marathon) -> Listing {
    let absent = |why: Option<&Why>| why.is_some_and(Why::is_absent);
    if absent(marathon.info.why()) && absent(marathon.apps.why()) && absent(marathon.deployments.why()) {
        return Listing::NotThere;
    }
    match confirm(snapshot, cluster, marathon) {
        Ok(strangers) if strangers.is_empty() => Listing::Confirmed,
        Ok(strangers) => Listing::Partial(strangers.into_iter().collect()),
        Err(why) => Listing::Unconfirmed(why),
    }
}

/// Paths of running tasks that no listed app or pod explains.
fn confirm(snapshot: &Snapshot, cluster: &ClusterFacts, marathon: &Marathon) -> Result<BTreeSet<String>, String> {
    let sentence = |why: &Why| why.sentence();
    let (apps, _) = marathon.apps.get().map_err(sentence)?;
    let pods: &[_] = match &marathon.pods {
        Observed::Known(pods, _) => pods,
        Observed::Unknown(why) if why.is_absent() => &[],
        Observed::Unknown(why) => return Err(why.sentence()),
    };
    let (tasks, _) = snapshot.tasks.get().map_err(sentence)?;
    if let Some(why) = cluster.state_doubt.as_ref().or(cluster.tasks_doubt.as_ref()) {
        return Err(why.sentence());
    }
    let id = match framework_id(marathon) {
        Some(id) => id,
        None => same_name(frameworks(snapshot, cluster).map_err(sentence)?, marathon)?,
    };
    // A framework without tasks may not be in the table.
    let Some(index) = tasks.frameworks.iter().position(|known| **known == *id) else {
        return Ok(BTreeSet::new());
    };
    let listed: HashSet<String> = apps
        .iter()
        .map(|app| app.id.as_str())
        .chain(pods.iter().map(|pod| pod.id.as_str()))
        .map(|id| id.trim_start_matches('/').replace('/', "_"))
        .collect();
    let mut strangers = BTreeSet::new();
    let mut last = "";
    for task in &tasks.tasks {
        if task.framework as usize != index || task.list != TaskList::Tasks || task.state != TaskState::Running {
            continue;
        }
        let path = workload(&task.id);
        // Tasks of one app mostly stand together.
        if path == last {
            continue;
        }
        if !listed.contains(path) {
            strangers.insert(path.to_owned());
        }
        last = path;
    }
    Ok(strangers)
}

/// The framework id of an instance that does not tell it, where one framework only has its name.
fn same_name<'a>(frameworks: &'a [Framework], marathon: &Marathon) -> Result<&'a str, String> {
    let mut named = frameworks.iter().filter(|framework| goes_by(marathon, &framework.name));
    match (named.next(), named.next()) {
        (Some(only), None) => Ok(&only.id),
        _ => Err(format!("which framework Marathon {} is, is not known", marathon.name)),
    }
}

/// The path in a Marathon task id (`a_b` of `/a/b`): what stands before `.` or `_` and a UUID or `instance-…`; an id
/// of another form is its own path. Forms: mesosphere/marathon core/task/Task.scala, v0.8.2 to v1.10.26.
fn workload(id: &str) -> &str {
    let cut = id.char_indices().find(|(at, c)| {
        let rest = id.get(at + 1..).unwrap_or_default();
        match c {
            '.' => rest.starts_with("instance-") || rest.starts_with("marathon-") || begins_with_uuid(rest),
            '_' => begins_with_uuid(rest),
            _ => false,
        }
    });
    cut.and_then(|(at, _)| id.get(..at)).unwrap_or(id)
}

fn begins_with_uuid(text: &str) -> bool {
    text.len() >= 36
        && text.bytes().take(36).enumerate().all(|(at, byte)| {
            matches!(at, 8 | 13 | 18 | 23) == (byte == b'-') && (byte == b'-' || byte.is_ascii_hexdigit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_out_of_task_ids() {
        let uuid = "b6ff5fa5-7714-11e7-a55c-5ecf1c4671f6";
        for (id, path) in [
            (format!("web_front.{uuid}"), "web_front"),
            (format!("web_front_{uuid}"), "web_front"),
            (format!("a.b_c.d.{uuid}.2"), "a.b_c.d"),
            (format!("pod.instance-{uuid}.nginx"), "pod"),
            (format!("web.instance-{uuid}._app.42"), "web"),
            (format!("web.marathon-{uuid}.1"), "web"),
            ("something-else".to_owned(), "something-else"),
            (format!("größe.{uuid}"), "größe"),
        ] {
            assert_eq!(workload(&id), path, "{id}");
        }
    }

    #[test]
    fn names_of_instances_are_names_of_folders() {
        assert_eq!(folder("/team/marathon"), "team_marathon");
        assert_eq!(folder("root"), "root");
        assert!(looks_like_marathon("team/Marathon-user"));
        assert!(!looks_like_marathon("metronome"));
    }
}
