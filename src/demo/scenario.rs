//! What happens in the simulated window: nothing bad, a handful of planted regressions, or evidence that is withheld.
//!
//! Each planted thing lists the findings it must lead to, so that a test can compare them with what the checks say:
//! no more and no less.

use super::answers::Service;
use super::fault::{Fault, Faults};
use super::model::{Deployment, Model, Task};
use crate::model::SubjectKind;

/// A story to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// A clean upgrade: ends GO.
    Clean,
    /// Things broke: ends NO-GO.
    Regressed,
    /// Things may be fine, but some of them cannot be seen: ends CANNOT SAY.
    Blind,
}

/// Something that was planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// What happened, in one sentence.
    pub what: String,
    /// Every finding it must lead to.
    pub finds: Vec<Find>,
}

/// A finding that must be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Find {
    /// Id of the check.
    pub check: &'static str,
    /// Kind of its subject.
    pub kind: SubjectKind,
    /// Id of its subject.
    pub id: String,
}

impl Find {
    fn new(check: &'static str, kind: SubjectKind, id: &str) -> Self {
        Self {
            check,
            kind,
            id: id.to_owned(),
        }
    }
}

/// Index of the agent that is lost.
const LOST: usize = 4;
/// Index of the agent that is not upgraded.
const LEFT_BEHIND: usize = 7;
/// The app that loses its constraints.
const UNCONSTRAINED: &str = "/web/api";
/// The app whose deployment does not end.
const STUCK: &str = "/batch/worker";

impl Scenario {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Regressed => "regressed",
            Self::Blind => "blind",
        }
    }

    /// Changes the upgraded cluster as the story goes. `before` is the cluster before the window.
    pub fn plant(self, before: &Model, after: &mut Model) -> Vec<Planted> {
        match self {
            Self::Clean | Self::Blind => Vec::new(),
            Self::Regressed => vec![
                lose_agent(after),
                leave_behind(before, after),
                drop_constraints(after),
                get_stuck(after),
            ],
        }
    }

    /// Lets processes misbehave as the story goes; said in words, one sentence each.
    pub fn withhold(self, model: &Model, faults: &mut Faults) -> Vec<String> {
        if self != Self::Blind {
            return Vec::new();
        }
        let third = model.masters.len().saturating_sub(1);
        faults.set(Service::Master(model.leader), "/state", Fault::Status(403));
        faults.set(Service::Exhibitor(third), "/exhibitor/v1/cluster/status", Fault::Hang);
        let host = |index: usize| model.places.masters.get(index).map_or("", |place| place.host.as_str());
        vec![
            format!("the leading master {} answers /state with 403", host(model.leader)),
            format!("the Exhibitor on {} takes requests and never answers", host(third)),
        ]
    }
}

/// The agent that is lost: no process, no registration; what ran on it runs nowhere.
fn lose_agent(after: &mut Model) -> Planted {
    let host = host_of(after, LOST);
    let place = after.places.agents.get(LOST);
    let named = place.map_or_else(String::new, |place| place.mesos.short(5051));
    let gone: Vec<(usize, Task)> = after
        .frameworks
        .iter()
        .enumerate()
        .flat_map(|(number, framework)| framework.tasks.iter().map(move |task| (number, task.clone())))
        .filter(|(_, task)| task.agent == LOST)
        .collect();
    after.lose_agent(LOST);
    let id = after
        .agents
        .get(LOST)
        .map_or_else(String::new, |agent| agent.id.clone());
    let mut finds = vec![
        Find::new("agents-lost", SubjectKind::Agent, &id),
        Find::new("agents-missing", SubjectKind::Agent, &named),
        Find::new("agents-unreachable", SubjectKind::Cluster, "cluster"),
        Find::new("components-unhealthy", SubjectKind::Node, &host),
    ];
    for (_, task) in &gone {
        finds.push(Find::new("tasks-lost", SubjectKind::Task, &task.id));
        if let Some(app) = &task.app {
            finds.push(Find::new("apps-below-target", SubjectKind::App, app));
            finds.push(Find::new("queue-waiting", SubjectKind::App, app));
        }
    }
    Planted {
        what: format!("agent {host} did not come back; {} tasks ran on it", gone.len()),
        finds,
    }
}

/// The agent whose package was never exchanged: registered again, but never restarted.
fn leave_behind(before: &Model, after: &mut Model) -> Planted {
    let host = host_of(after, LEFT_BEHIND);
    let mut id = String::new();
    if let (Some(old), Some(agent)) = (before.agents.get(LEFT_BEHIND), after.agents.get_mut(LEFT_BEHIND)) {
        agent.release = old.release;
        agent.started = old.started;
        agent.reregistered = Some(agent.registered);
        id.clone_from(&agent.id);
    }
    Planted {
        what: format!("agent {host} still runs the old Mesos"),
        finds: vec![
            Find::new("agent-version-skew", SubjectKind::Agent, &id),
            Find::new("component-versions-unexpected", SubjectKind::Agent, &id),
            Find::new("versions-not-reached", SubjectKind::Agent, &id),
        ],
    }
}

/// An app definition that was rewritten without its constraints: nothing fails until the next instance is placed.
fn drop_constraints(after: &mut Model) -> Planted {
    for app in after.marathons.iter_mut().flat_map(|marathon| &mut marathon.apps) {
        if app.id == UNCONSTRAINED {
            app.definition.remove("constraints");
        }
    }
    Planted {
        what: format!("{UNCONSTRAINED} lost its placement constraint without a word"),
        finds: vec![Find::new("app-constraints-lost", SubjectKind::App, UNCONSTRAINED)],
    }
}

/// A deployment that waits for an instance that cannot be placed.
fn get_stuck(after: &mut Model) -> Planted {
    let mut finds = vec![
        Find::new("apps-below-target", SubjectKind::App, STUCK),
        Find::new("queue-waiting", SubjectKind::App, STUCK),
    ];
    let Some(root) = after.marathons.first_mut() else {
        return Planted {
            what: String::new(),
            finds: Vec::new(),
        };
    };
    let id = after.ids.uuid("a deployment that does not end");
    finds.push(Find::new("deployments-in-flight", SubjectKind::Marathon, "root"));
    root.deployments.push(Deployment {
        id,
        app: STUCK.to_owned(),
        version: super::ids::iso(after.now - 900.0),
    });
    if let Some(framework) = after.frameworks.get_mut(root.framework)
        && let Some(at) = framework
            .tasks
            .iter()
            .position(|task| task.app.as_deref() == Some(STUCK) && task.agent != LOST)
    {
        let task = framework.tasks.remove(at);
        finds.push(Find::new("tasks-lost", SubjectKind::Task, &task.id));
    }
    Planted {
        what: format!("a deployment of {STUCK} does not end, and one instance of it is missing"),
        finds,
    }
}

fn host_of(model: &Model, agent: usize) -> String {
    model
        .places
        .agents
        .get(agent)
        .map_or_else(String::new, |place| place.host.clone())
}
