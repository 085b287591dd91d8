//! A small healthy cluster as a snapshot, built by hand: for tests of what is compared, without any bytes behind it.
#![allow(
    clippy::too_many_lines,
    clippy::cast_precision_loss,
    reason = "one snapshot is one long literal, and its counts are small"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone, Utc};
use gonogo::model::{Evidence, EvidenceRef, Manifest, Observed, Outcome, Phase, Why, Zxid};
use gonogo::snapshot::mesos::Attribute;
use gonogo::snapshot::{
    Agent, Amounts, App, Children, ContainerId, Dcos, Framework, Iam, Job, Marathon, MarathonInfo, Master, MasterInfo,
    MesosState, Metronome, Origin, Registry, Snapshot, Summary, Task, TaskList, TaskState, TaskTable, ZkServer,
};

pub const STATE: &str = "data/mesos-master/10.0.0.1/state.json";

/// Known, read from this place.
pub fn known<T>(value: T, item: &str) -> Observed<T> {
    Observed::Known(value, EvidenceRef::item(item))
}

/// Asked for, and not answered.
pub fn timed_out<T>(item: &str) -> Observed<T> {
    Observed::Unknown(Why::Missing {
        item: item.to_owned(),
        outcome: Outcome::TimedOut,
        reason: "no answer in 30 s".to_owned(),
    })
}

/// The source says that it does not have this.
pub fn absent<T>(item: &str) -> Observed<T> {
    Observed::Unknown(Why::Absent {
        item: item.to_owned(),
        reason: "404".to_owned(),
    })
}

fn moment(phase: Phase) -> DateTime<Utc> {
    let hour = if phase == Phase::Pre { 8 } else { 14 };
    Utc.with_ymd_and_hms(2018, 8, 4, hour, 0, 0).unwrap()
}

/// What tests change, before it becomes a snapshot with counters that agree.
pub struct Cluster {
    pub phase: Phase,
    pub mesos: String,
    pub dcos: Option<String>,
    pub marathon: String,
    pub agents: Vec<Agent>,
    pub frameworks: Vec<Framework>,
    pub tasks: Vec<(String, String, String, TaskState, Option<String>)>,
    pub apps: Vec<App>,
    pub jobs: Vec<Job>,
    pub leader: usize,
    pub znodes: u64,
    pub uptime: f64,
}

/// The agent that listens on this host.
pub fn agent(number: usize) -> Agent {
    Agent {
        id: format!("2b0a-S{number}"),
        hostname: format!("10.0.1.{number}"),
        pid: Some(format!("slave(1)@10.0.1.{number}:5051")),
        active: Some(true),
        deactivated: None,
        version: Some("1.4.2".to_owned()),
        registered_time: Some(1.0),
        reregistered_time: None,
        attributes: BTreeMap::from([("rack".to_owned(), Attribute::Text(format!("r{}", number % 3)))]),
        ambiguous_attributes: Vec::new(),
        domain: None,
        resources: BTreeMap::from([
            ("cpus".to_owned(), "4".to_owned()),
            ("mem".to_owned(), "2048".to_owned()),
        ]),
        total: Amounts::of(4.0, 2048.0, 0.0, 0.0),
        used: Amounts::of(0.5, 128.0, 0.0, 0.0),
        reserved: Some(BTreeMap::new()),
        reserved_roles: Vec::new(),
        unreserved: Some(true),
        at: EvidenceRef::item("data/mesos-master/10.0.0.1/slaves.json").at(format!("/slaves/{number}")),
    }
}

/// A checkpointing framework.
pub fn framework(id: &str, name: &str) -> Framework {
    Framework {
        id: id.to_owned(),
        name: name.to_owned(),
        principal: Some(format!("dcos_{name}")),
        roles: vec!["*".to_owned()],
        active: Some(true),
        connected: Some(true),
        recovered: Some(false),
        checkpoint: Some(true),
        failover_timeout: Some(604_800.0),
        webui_url: None,
        capabilities: Vec::new(),
        at: EvidenceRef::item(STATE).at("/frameworks/0"),
    }
}

/// An app with one field of definition and no constraints.
pub fn app(id: &str) -> App {
    App {
        id: id.to_owned(),
        instances: Some(1),
        running: Some(1),
        staged: Some(0),
        healthy: Some(0),
        unhealthy: Some(0),
        health_checks: 0,
        deployments: Some(0),
        constraints: Vec::new(),
        volumes: Vec::new(),
        definition: BTreeMap::from([
            ("cmd".to_owned(), "\"sleep 1\"".to_owned()),
            ("cpus".to_owned(), "0.5".to_owned()),
        ]),
        at: EvidenceRef::item("data/marathon/root/apps.json").at("/apps/0"),
    }
}

/// The task id of Marathon 1.4 to 1.7 for an instance of an app.
pub fn task_id(path: &str, instance: u32) -> String {
    format!("{path}.b6ff5fa5-7714-11e7-a55c-5ecf{instance:08x}")
}

impl Cluster {
    /// Three masters, four agents, Marathon with `/web` (3) and `/db` (1), Metronome with one running job.
    pub fn before() -> Self {
        let mut cluster = Self {
            phase: Phase::Pre,
            mesos: "1.4.2".to_owned(),
            dcos: Some("1.10.8".to_owned()),
            marathon: "1.5.11".to_owned(),
            agents: (1..=4).map(agent).collect(),
            frameworks: vec![framework("fw-0001", "marathon"), framework("fw-0002", "metronome")],
            tasks: Vec::new(),
            apps: vec![app("/web"), app("/db")],
            jobs: vec![Job {
                id: "nightly".to_owned(),
                definition: BTreeMap::from([("run".to_owned(), "{\"cmd\":\"true\"}".to_owned())]),
                at: EvidenceRef::item("data/metronome/metronome/jobs.json").at("/0"),
            }],
            leader: 0,
            znodes: 1000,
            uptime: 86_400.0,
        };
        for instance in 1..=3_usize {
            let number = u32::try_from(instance).unwrap();
            cluster.run("fw-0001", &task_id("web", number), instance);
        }
        cluster.run("fw-0001", &task_id("db", 9), 4);
        cluster.run(
            "fw-0002",
            "nightly_20180804080000AbCdE.b6ff5fa5-7714-11e7-a55c-5ecf00000077",
            4,
        );
        cluster
    }

    /// The same cluster after a clean upgrade.
    pub fn after() -> Self {
        let mut cluster = Self::before();
        cluster.phase = Phase::Post;
        "1.5.1".clone_into(&mut cluster.mesos);
        cluster.dcos = Some("1.11.3".to_owned());
        "1.6.392".clone_into(&mut cluster.marathon);
        cluster.leader = 2;
        cluster.uptime = 3600.0;
        for agent in &mut cluster.agents {
            agent.version = Some("1.5.1".to_owned());
            agent.registered_time = Some(20_000.0);
        }
        cluster
    }

    /// Runs a task on the agent with this number.
    pub fn run(&mut self, framework: &str, id: &str, agent: usize) {
        self.tasks.push((
            framework.to_owned(),
            id.to_owned(),
            format!("2b0a-S{agent}"),
            TaskState::Running,
            None,
        ));
    }

    /// The task with this id.
    pub fn task(&mut self, id: &str) -> &mut (String, String, String, TaskState, Option<String>) {
        self.tasks.iter_mut().find(|task| task.1 == id).expect("no such task")
    }

    /// The snapshot; counters, summary and registry agree with the lists.
    pub fn snapshot(&self) -> Snapshot {
        let table = self.table();
        let running = table
            .tasks
            .iter()
            .filter(|task| task.state == TaskState::Running)
            .count() as f64;
        let unreachable = table
            .tasks
            .iter()
            .filter(|task| task.state == TaskState::Unreachable)
            .count() as f64;
        let active = self.agents.iter().filter(|agent| agent.active == Some(true)).count();
        let inactive = self.agents.len() - active;
        let hosts = ["10.0.0.1:5050", "10.0.0.2:5050", "10.0.0.3:5050"];
        let masters = hosts
            .iter()
            .enumerate()
            .map(|(at, host)| {
                let item = |name: &str| format!("data/mesos-master/10.0.0.{}/{name}", at + 1);
                let mut metrics = BTreeMap::from([
                    ("master/elected".into(), f64::from(u8::from(at == self.leader))),
                    ("registrar/log/recovered".into(), 1.0),
                    ("master/uptime_secs".into(), self.uptime),
                ]);
                if at == self.leader {
                    for (name, value) in [
                        ("master/slaves_active", active as f64),
                        ("master/slaves_inactive", inactive as f64),
                        ("master/frameworks_active", self.frameworks.len() as f64),
                        ("master/frameworks_inactive", 0.0),
                        ("master/tasks_running", running),
                        ("master/tasks_unreachable", unreachable),
                    ] {
                        metrics.insert(name.into(), value);
                    }
                }
                let registry = Registry {
                    empty: at != self.leader,
                    agents: Vec::new(),
                    unreachable: 0,
                };
                Master {
                    host: (*host).to_owned(),
                    version: known(self.mesos.parse().unwrap(), &item("version.json")),
                    flags: known(
                        BTreeMap::from([
                            ("port".to_owned(), "5050".to_owned()),
                            ("cluster".to_owned(), "demo".to_owned()),
                        ]),
                        &item("flags.json"),
                    ),
                    health: known(true, &item("health.txt")),
                    metrics: known(metrics, &item("metrics_snapshot.json")),
                    registry: known(registry, &item("registrar_registry.json")),
                    redirect: known(hosts[self.leader].to_owned(), &item("redirect.txt")),
                    redirect_end: known(hosts[self.leader].to_owned(), &item("redirect_end.txt")),
                }
            })
            .collect();
        let pid = format!("master@{}", hosts[self.leader]);
        let state = MesosState {
            host: hosts[self.leader].to_owned(),
            master: MasterInfo {
                id: format!("{}-{:?}", self.leader, self.phase),
                pid: pid.clone(),
                hostname: Some(format!("10.0.0.{}", self.leader + 1)),
                cluster: Some("demo".to_owned()),
                leader: Some(pid),
                version: Some(self.mesos.clone()),
                start_time: Some(1.0),
                elected_time: Some(2.0),
                domain: None,
            },
            activated: Some(active as u64),
            deactivated: Some(inactive as u64),
            unreachable: Some(0),
            flags: Some(BTreeMap::from([("port".to_owned(), "5050".to_owned())])),
            completed_frameworks: 0,
            completed_tasks: if self.phase == Phase::Pre { 70 } else { 0 },
            unregistered_frameworks: Vec::new(),
        };
        let summary = Summary {
            agents: self.agents.len() as u64,
            agents_active: active as u64,
            frameworks: self.frameworks.iter().map(|framework| framework.id.clone()).collect(),
            tasks_by_state: BTreeMap::new(),
            running_by_framework: BTreeMap::new(),
        };
        Snapshot {
            origin: self.origin(),
            masters,
            state: known(state, STATE),
            other_states: Vec::new(),
            agents: known(self.agents.clone(), "data/mesos-master/10.0.0.1/slaves.json"),
            recovered_agents: known(Vec::new(), STATE),
            frameworks: known(self.frameworks.clone(), STATE),
            tasks: known(table, STATE),
            summary: known(summary, "data/mesos-master/10.0.0.1/state_summary.json"),
            maintenance_schedule: known(Vec::new(), "data/mesos-master/10.0.0.1/maintenance_schedule.json"),
            maintenance_status: absent("data/mesos-master/10.0.0.1/maintenance_status.json"),
            agent_nodes: Vec::new(),
            marathons: vec![self.root_marathon()],
            metronome: Metronome {
                jobs: known(self.jobs.clone(), "data/metronome/metronome/jobs.json"),
            },
            exhibitors: Vec::new(),
            zookeepers: vec![ZkServer {
                host: "10.0.0.1:2181".to_owned(),
                ruok: known(true, "data/zookeeper/10.0.0.1/ruok.txt"),
                mode: known("leader".to_owned(), "data/zookeeper/10.0.0.1/srvr.txt"),
                mntr: absent("data/zookeeper/10.0.0.1/mntr.txt"),
                znodes: known(self.znodes, "data/zookeeper/10.0.0.1/srvr.txt"),
                zxid: known(Zxid(0x3_0000_f1a2), "data/zookeeper/10.0.0.1/srvr.txt"),
                conf: absent("data/zookeeper/10.0.0.1/conf.txt"),
            }],
            zk_tree: Observed::not_collected("data/zookeeper/ensemble/tree_summary.json"),
            backups: Vec::new(),
            dcos: self.dcos(),
            iam: Iam {
                users: absent("data/dcos/10.0.0.1/iam_users.json"),
                services: absent("data/dcos/10.0.0.1/iam_service_users.json"),
                groups: absent("data/dcos/10.0.0.1/iam_groups.json"),
                acls: absent("data/dcos/10.0.0.1/iam_acls.json"),
                status: Vec::new(),
                vars: Vec::new(),
            },
            signoffs: Observed::not_collected("data/input/files/signoffs.toml"),
        }
    }

    fn root_marathon(&self) -> Marathon {
        let item = |name: &str| format!("data/marathon/root/{name}");
        Marathon {
            name: "root".to_owned(),
            host: "root".to_owned(),
            root: true,
            info: known(
                MarathonInfo {
                    name: "marathon".to_owned(),
                    version: self.marathon.parse().ok(),
                    version_text: self.marathon.clone(),
                    framework_id: Some("fw-0001".to_owned()),
                    leader: Some("10.0.0.1:8080".to_owned()),
                    elected: Some(true),
                    event_subscriber: None,
                    http_endpoints: None,
                    zk_path: Some("/marathon".to_owned()),
                    settings: BTreeMap::new(),
                },
                &item("info.json"),
            ),
            leader: known(Some("10.0.0.1:8080".to_owned()), &item("leader.json")),
            apps: known(self.apps.clone(), &item("apps.json")),
            pods: known(Vec::new(), &item("pods.json")),
            pod_status: known(Vec::new(), &item("pods_status.json")),
            deployments: known(Vec::new(), &item("deployments.json")),
            queue: known(Vec::new(), &item("queue.json")),
            metrics: absent("data/marathon/root/metrics.json"),
            subscriptions: absent(&item("event_subscriptions.json")),
            state_nodes: known(
                Children::Listed(vec!["internal:storage:version".to_owned()]),
                &item("state_znodes.json"),
            ),
        }
    }

    fn dcos(&self) -> Dcos {
        let item = "data/dcos/10.0.0.1/dcos_version.json";
        let version = match &self.dcos {
            Some(text) => known(text.parse().unwrap(), item),
            None => absent(item),
        };
        Dcos {
            versions: vec![("10.0.0.1".to_owned(), version)],
            cluster_id: absent("data/dcos/10.0.0.1/metadata.json"),
            nodes: absent("data/dcos/10.0.0.1/health_nodes.json"),
            units: absent("data/dcos/10.0.0.1/health_units.json"),
            packages: known(Vec::new(), "data/dcos/10.0.0.1/packages.json"),
            license: absent("data/dcos/10.0.0.1/license_status.json"),
            ipv6_off: Vec::new(),
            config: Observed::not_collected("data/input/files/config.yaml"),
            new_config: Observed::not_collected("data/input/files/new-config.yaml"),
            ip_detect: Observed::not_collected("data/input/files/ip-detect"),
            new_ip_detect: Observed::not_collected("data/input/files/new-ip-detect"),
            license_file: Observed::not_collected("data/input/files/license.json"),
        }
    }

    fn table(&self) -> TaskTable {
        let mut table = TaskTable::default();
        let mut intern = |list: fn(&mut TaskTable) -> &mut Vec<Box<str>>, id: &str| {
            let list = list(&mut table);
            let at = list.iter().position(|known| **known == *id).unwrap_or_else(|| {
                list.push(id.into());
                list.len() - 1
            });
            u32::try_from(at).unwrap()
        };
        let mut tasks = Vec::new();
        for (ordinal, (framework, id, agent, state, container)) in self.tasks.iter().enumerate() {
            tasks.push(Task {
                id: id.as_str().into(),
                own_name: None,
                container: container.as_deref().map(ContainerId::parse),
                framework: intern(|table| &mut table.frameworks, framework),
                agent: intern(|table| &mut table.agents, agent),
                ordinal: u32::try_from(ordinal).unwrap(),
                framework_ordinal: 0,
                state: *state,
                healthy: None,
                list: if *state == TaskState::Unreachable {
                    TaskList::Unreachable
                } else {
                    TaskList::Tasks
                },
            });
        }
        table.tasks = tasks;
        table
    }

    fn origin(&self) -> Origin {
        let evidence: Vec<Evidence> = Vec::new();
        Origin {
            digest: format!("{:?}", self.phase),
            manifest: Manifest {
                format: "gonogo-archive/1.0".to_owned(),
                phase: self.phase,
                tool: "gonogo test".to_owned(),
                made_by: "collect".to_owned(),
                started_at: moment(self.phase),
                finished_at: moment(self.phase),
                reason: None,
                ticket: None,
                operator: None,
                auth: "none".to_owned(),
                insecure: false,
                backups_in_clear: None,
                expected: gonogo::model::manifest::Expected::default(),
                evidence,
            },
        }
    }
}
