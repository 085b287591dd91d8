//! The simulated cluster as plain data: what is in it, not how it is told.
//!
//! `build` makes it, `upgrade` and `scenario` change it, `answers` tells it. Nothing here reads a clock.

use serde_json::{Map, Value};

use super::ids::Ids;
use super::places::Places;
use super::release::Release;
use super::resources::{Resources, command_executor};

/// How large the cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Private agents.
    pub private: usize,
    /// Public agents.
    pub public: usize,
}

impl Size {
    /// Number of masters; always three, as DC/OS recommends.
    pub const MASTERS: usize = 3;
    /// Number of racks.
    pub const RACKS: usize = 3;
    /// The cluster of the fixtures.
    pub const FIXTURE: Self = Self { private: 3, public: 1 };
    /// The cluster of `gonogo demo`.
    pub const DEMO: Self = Self { private: 10, public: 2 };
    /// The plain Mesos cluster of the fixtures.
    pub const MESOS: Self = Self { private: 3, public: 0 };
}

/// One Mesos master process.
#[derive(Debug, Clone)]
pub struct Master {
    /// Id; new at every start.
    pub id: String,
    /// What it runs.
    pub release: &'static Release,
    /// Start of the process, seconds since 1970.
    pub started: f64,
}

/// Resources set aside for a role on one agent.
#[derive(Debug, Clone)]
pub struct Reservation {
    /// Role.
    pub role: String,
    /// How much.
    pub resources: Resources,
    /// Principal of a dynamic reservation; `None` for one made by the agent's flags.
    pub principal: Option<String>,
    /// Persistent volume that takes the disk: id and path.
    pub volume: Option<(String, String)>,
}

/// One agent.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Id; survives the upgrade.
    pub id: String,
    /// What it runs.
    pub release: &'static Release,
    /// `rack` and the like.
    pub attributes: Vec<(String, String)>,
    /// Whether it is a public agent.
    pub public: bool,
    /// Everything it has.
    pub resources: Resources,
    /// What is set aside.
    pub reservations: Vec<Reservation>,
    /// Start of the process.
    pub started: f64,
    /// When it registered with the leading master.
    pub registered: f64,
    /// When it came back to the leading master, if it did.
    pub reregistered: Option<f64>,
    /// Whether it has been lost: no process, unreachable for the master.
    pub lost: bool,
}

/// One task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Marathon app or pod it belongs to, absolute path.
    pub app: Option<String>,
    /// Index of its agent.
    pub agent: usize,
    /// Index of its custom executor within the framework; `None` for a command task.
    pub executor: Option<usize>,
    /// Container id.
    pub container: String,
    /// What it uses.
    pub resources: Resources,
    /// `TASK_RUNNING` and the like.
    pub state: &'static str,
    /// Result of the health check, if it has one.
    pub healthy: Option<bool>,
    /// When it was launched.
    pub staged: f64,
    /// When it reached its state.
    pub since: f64,
    /// Docker image, if it runs one.
    pub image: Option<String>,
    /// Command, if it has one.
    pub cmd: Option<String>,
    /// Version of the app definition it runs.
    pub version: String,
}

/// One custom executor.
#[derive(Debug, Clone)]
pub struct Executor {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Index of its agent.
    pub agent: usize,
    /// What it uses beside its tasks.
    pub resources: Resources,
    /// Container id.
    pub container: String,
    /// Whether it is Mesos' own executor for pods: then each task has a container nested in the executor's.
    pub pod: bool,
}

/// One framework.
#[derive(Debug, Clone)]
pub struct Framework {
    /// Id; survives the upgrade.
    pub id: String,
    /// Name.
    pub name: String,
    /// Principal.
    pub principal: String,
    /// Role.
    pub role: String,
    /// Capabilities.
    pub capabilities: Vec<&'static str>,
    /// Where its user interface (for Marathon: its API) is.
    pub webui_url: String,
    /// Host of its scheduler.
    pub hostname: String,
    /// When it registered with the leading master.
    pub registered: f64,
    /// When it came back to the leading master, if it did.
    pub reregistered: Option<f64>,
    /// Whether its scheduler is connected.
    pub connected: bool,
    /// Tasks that are not finished.
    pub tasks: Vec<Task>,
    /// Tasks that ended since the leading master was elected.
    pub completed: Vec<Task>,
    /// Custom executors.
    pub executors: Vec<Executor>,
}

impl Framework {
    /// Whether it uses several roles (`roles` in place of `role`).
    pub fn multi_role(&self) -> bool {
        self.capabilities.contains(&"MULTI_ROLE")
    }

    /// Tasks of one Marathon app or pod.
    pub fn tasks_of<'a>(&'a self, app: &'a str) -> impl Iterator<Item = &'a Task> {
        self.tasks.iter().filter(move |task| task.app.as_deref() == Some(app))
    }
}

/// One app of a Marathon.
#[derive(Debug, Clone)]
pub struct App {
    /// Absolute path.
    pub id: String,
    /// Instances wanted.
    pub instances: usize,
    /// Whether it has a health check.
    pub checked: bool,
    /// Time of its definition.
    pub version: String,
    /// Its definition: every field that is configuration.
    pub definition: Map<String, Value>,
}

/// One pod of a Marathon.
#[derive(Debug, Clone)]
pub struct Pod {
    /// Absolute path.
    pub id: String,
    /// Instances wanted.
    pub instances: usize,
    /// Its definition.
    pub definition: Map<String, Value>,
    /// Time of its definition.
    pub version: String,
}

/// A deployment under way.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Id.
    pub id: String,
    /// App it works on.
    pub app: String,
    /// When it began.
    pub version: String,
}

/// One Marathon: the root one, or one that runs as an app of the root one.
#[derive(Debug, Clone)]
pub struct Marathon {
    /// `root`, or the name of its framework.
    pub name: String,
    /// Index of its framework.
    pub framework: usize,
    /// Version.
    pub version: &'static str,
    /// Commit.
    pub build: &'static str,
    /// Whether it answers.
    pub up: bool,
    /// Apps.
    pub apps: Vec<App>,
    /// Pods.
    pub pods: Vec<Pod>,
    /// Deployments under way.
    pub deployments: Vec<Deployment>,
}

/// One Metronome job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Id.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// Command.
    pub cmd: String,
    /// Schedule, in cron form.
    pub cron: String,
}

/// One installed Catalogue package.
#[derive(Debug, Clone)]
pub struct Package {
    /// App id.
    pub app_id: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
}

/// The whole cluster at one moment.
#[derive(Debug, Clone)]
pub struct Model {
    /// Maker of identifiers.
    pub ids: Ids,
    /// Addresses.
    pub places: Places,
    /// Name of the cluster.
    pub name: String,
    /// DC/OS cluster id.
    pub cluster_id: String,
    /// The moment, seconds since 1970.
    pub now: f64,
    /// Mesos masters.
    pub masters: Vec<Master>,
    /// Index of the leading master; Marathon, Metronome and Exhibitor's leader are on the same node.
    pub leader: usize,
    /// When it was elected.
    pub elected: f64,
    /// Agents.
    pub agents: Vec<Agent>,
    /// Frameworks.
    pub frameworks: Vec<Framework>,
    /// Marathons; the root one first. Empty without DC/OS.
    pub marathons: Vec<Marathon>,
    /// Jobs.
    pub jobs: Vec<Job>,
    /// Packages.
    pub packages: Vec<Package>,
    /// Nodes in ZooKeeper.
    pub znodes: u32,
}

impl Model {
    /// Whether DC/OS runs on this cluster.
    pub fn is_dcos(&self) -> bool {
        self.masters.iter().any(|master| master.release.dcos.is_some())
    }

    /// The leading master.
    pub fn leading(&self) -> Option<&Master> {
        self.masters.get(self.leader)
    }

    /// What the leading master runs.
    pub fn release(&self) -> Option<&'static Release> {
        self.leading().map(|master| master.release)
    }

    /// Agents that the leading master has registered, with their index.
    pub fn registered_agents(&self) -> impl Iterator<Item = (usize, &Agent)> {
        self.agents.iter().enumerate().filter(|(_, agent)| !agent.lost)
    }

    /// What tasks and custom executors of one framework use on one agent (`None` = on every agent), as the master counts.
    pub fn used_by(framework: &Framework, agent: Option<usize>) -> Resources {
        let here = |index: usize| agent.is_none_or(|wanted| wanted == index);
        let tasks = framework.tasks.iter().filter(|task| here(task.agent));
        let executors = framework.executors.iter().filter(|executor| here(executor.agent));
        Resources::sum(
            tasks
                .map(|task| &task.resources)
                .chain(executors.map(|executor| &executor.resources)),
        )
    }

    /// What is used on one agent, as the master counts.
    pub fn used_on(&self, agent: usize) -> Resources {
        self.frameworks
            .iter()
            .map(|framework| Self::used_by(framework, Some(agent)))
            .fold(Resources::default(), |sum, one| sum.plus(&one))
    }

    /// What the command executors on one agent cost beside their tasks; only the agent itself counts this.
    pub fn command_executors_on(&self, agent: usize) -> Resources {
        let command_tasks = self
            .frameworks
            .iter()
            .flat_map(|framework| &framework.tasks)
            .filter(|task| task.agent == agent && task.executor.is_none())
            .count();
        (0..command_tasks).fold(Resources::default(), |sum, _| sum.plus(&command_executor()))
    }

    /// Tasks that are not finished, on all agents.
    pub fn running(&self) -> usize {
        self.frameworks.iter().map(|framework| framework.tasks.len()).sum()
    }

    /// Takes an agent away with everything on it, as a power cut does; tasks on it are known to nobody afterwards,
    /// because the leading master was elected after they were last reported.
    pub fn lose_agent(&mut self, index: usize) {
        if let Some(agent) = self.agents.get_mut(index) {
            agent.lost = true;
        }
        for framework in &mut self.frameworks {
            framework.tasks.retain(|task| task.agent != index);
            // Indices of executors are used by tasks: an executor without an agent is kept out when told, not removed.
        }
    }
}
