//! Makes the simulated cluster as it stands before the window: healthy, every number agreeing with every other.
//!
//! Deterministic: the same size, addresses, seed and time give the same cluster.

use super::ids::{Ids, iso, mesos_time};
use super::model::{Agent, Executor, Framework, Marathon, Master, Model, Reservation, Size, Task};
use super::places::{Address, MasterPlace, Places};
use super::release::{DCOS_1_10_8, MESOS_1_5_3, Release};
use super::resources::Resources;
use super::workload::{self, AppSpec};

const DAY: f64 = 86_400.0;
/// Ports DC/OS offers on private agents.
const PRIVATE_PORTS: [(u16, u16); 6] = [
    (1025, 2180),
    (2182, 3887),
    (3889, 5049),
    (5052, 8079),
    (8082, 8180),
    (8182, 32000),
];
/// Ports DC/OS offers on public agents.
const PUBLIC_PORTS: [(u16, u16); 3] = [(1, 21), (23, 5050), (5052, 32000)];

/// Adds tasks with fresh identifiers, ports and times.
struct Launcher {
    ids: Ids,
    now: f64,
    launched: u16,
}

impl Launcher {
    fn task(&mut self, id: String, name: &str, agent: usize, resources: Resources) -> Task {
        self.launched += 1;
        let staged = mesos_time(self.now - 20.0 * DAY + f64::from(self.launched) * 97.31);
        Task {
            container: self.ids.uuid(&format!("container {id}")),
            name: name.to_owned(),
            app: None,
            agent,
            executor: None,
            resources: resources.with_port(31_000 + self.launched),
            state: "TASK_RUNNING",
            healthy: None,
            staged,
            since: mesos_time(staged + 2.125),
            image: None,
            cmd: None,
            version: String::new(),
            id,
        }
    }

    fn app(&mut self, spec: &AppSpec, version: &str, agents: &[Agent], size: Size, offset: usize) -> Vec<Task> {
        let safe = spec.id.trim_start_matches('/').replace('/', "_");
        let mut segments: Vec<&str> = spec.id.trim_start_matches('/').split('/').collect();
        segments.reverse();
        let name = segments.join(".");
        let places = spec.places(agents, size, offset);
        places
            .into_iter()
            .enumerate()
            .map(|(instance, agent)| {
                let id = format!("{safe}.{}", self.ids.time_uuid(&format!("{} {instance}", spec.id)));
                let mut task = self.task(id, &name, agent, Resources::of(spec.cpus, spec.mem, 0.0));
                task.app = Some(spec.id.to_owned());
                task.healthy = spec.health.is_some().then_some(true);
                task.image = spec.image.map(str::to_owned);
                task.cmd = spec.cmd.map(str::to_owned);
                version.clone_into(&mut task.version);
                task
            })
            .collect()
    }
}

fn masters(ids: Ids, release: &'static Release, now: f64) -> Vec<Master> {
    (0..Size::MASTERS)
        .zip(0_u32..)
        .map(|(index, number)| Master {
            id: ids.uuid(&format!("{} master {index}", release.mesos)),
            release,
            started: mesos_time(now - 40.0 * DAY + f64::from(number) * 611.703),
        })
        .collect()
}

/// Resources of every agent of one kind.
fn total(public: bool) -> Resources {
    Resources {
        ports: if public {
            PUBLIC_PORTS.to_vec()
        } else {
            PRIVATE_PORTS.to_vec()
        },
        ..Resources::of(8.0, 30_720.0, 122_880.0)
    }
}

fn agents(ids: Ids, release: &'static Release, size: Size, now: f64) -> Vec<Agent> {
    let first_master = ids.uuid("first master");
    (0..size.private + size.public)
        .zip(0_u32..)
        .map(|(index, number)| {
            let public = index >= size.private;
            let rack = index % Size::RACKS + 1;
            let started = mesos_time(now - 39.0 * DAY + f64::from(number) * 307.019);
            let mut attributes = vec![
                ("rack".to_owned(), format!("rack-{rack}")),
                ("zone".to_owned(), format!("zone-{rack}")),
            ];
            if public {
                attributes.push(("public_ip".to_owned(), "true".to_owned()));
            }
            let reservation = Reservation {
                role: "slave_public".to_owned(),
                resources: total(true),
                principal: None,
                volume: None,
            };
            Agent {
                id: format!("{first_master}-S{index}"),
                release,
                attributes,
                public,
                resources: total(public),
                reservations: public.then_some(reservation).into_iter().collect(),
                started,
                registered: mesos_time(started + 2.203),
                reregistered: None,
                lost: false,
            }
        })
        .collect()
}

fn framework(ids: Ids, number: usize, name: &str, principal: &str, role: &str, webui: String, at: f64) -> Framework {
    let hostname = webui
        .trim_start_matches("http://")
        .split(':')
        .next()
        .unwrap_or_default()
        .to_owned();
    Framework {
        id: format!("{}-{number:04}", ids.uuid("first master")),
        name: name.to_owned(),
        principal: principal.to_owned(),
        role: role.to_owned(),
        capabilities: vec!["TASK_KILLING_STATE", "PARTITION_AWARE"],
        webui_url: webui,
        hostname,
        registered: mesos_time(at),
        reregistered: None,
        connected: true,
        tasks: Vec::new(),
        completed: Vec::new(),
        executors: Vec::new(),
    }
}

/// A service that keeps data: one custom executor and one task on each of three private agents, resources reserved,
/// a persistent volume each.
fn data_service(framework: &mut Framework, launcher: &mut Launcher, agents: &mut [Agent], task: &str) {
    framework.capabilities = vec!["MULTI_ROLE", "PARTITION_AWARE"];
    let brokers = agents.iter_mut().enumerate().filter(|(_, agent)| !agent.public).take(3);
    for (number, (index, agent)) in brokers.enumerate() {
        let uuid = launcher.ids.uuid(&format!("{} {number}", framework.name));
        let id = format!("{}-{number}-{task}__{uuid}", framework.name);
        let own = Resources::of(0.1, 32.0, 0.0);
        let used = Resources::of(1.0, 2048.0, 5000.0);
        let mut broker = launcher.task(id, &format!("{}-{number}-{task}", framework.name), index, used.clone());
        broker.executor = Some(framework.executors.len());
        broker.cmd = Some(format!("./{task}-start"));
        framework.executors.push(Executor {
            id: format!("{}__{uuid}", framework.name),
            name: framework.name.clone(),
            agent: index,
            resources: own.clone(),
            container: broker.container.clone(),
            pod: false,
        });
        framework.tasks.push(broker);
        agent.reservations.push(Reservation {
            role: framework.role.clone(),
            resources: used.plus(&own),
            principal: Some(framework.principal.clone()),
            volume: Some((
                launcher.ids.uuid(&format!("volume {} {number}", framework.name)),
                format!("{task}-data"),
            )),
        });
    }
}

/// The pod's tasks: one executor per instance, one nested container per task.
fn pod_tasks(framework: &mut Framework, launcher: &mut Launcher, size: Size, version: &str) {
    let (id, instances, containers) = workload::POD;
    let safe = id.trim_start_matches('/').replace('/', "_");
    for instance in 0..instances {
        let uuid = launcher.ids.time_uuid(&format!("{id} {instance}"));
        let agent = (instance + 1) % size.private.max(1);
        let executor = framework.executors.len();
        framework.executors.push(Executor {
            id: format!("instance-{safe}.{uuid}"),
            name: String::new(),
            agent,
            resources: Resources::of(0.1, 32.0, 10.0),
            container: launcher.ids.uuid(&format!("executor {uuid}")),
            pod: true,
        });
        for name in containers {
            let task_id = format!("{safe}.instance-{uuid}.{name}");
            let mut task = launcher.task(task_id, name, agent, Resources::of(0.1, 64.0, 0.0));
            task.resources.ports.clear();
            task.app = Some(id.to_owned());
            task.executor = Some(executor);
            task.image = Some(format!("registry.example/monitoring/{name}:2"));
            version.clone_into(&mut task.version);
            framework.tasks.push(task);
        }
    }
}

fn completed(launcher: &mut Launcher, id: String, name: &str, agent: usize, state: &'static str, at: f64) -> Task {
    let mut task = launcher.task(id, name, agent, Resources::of(0.1, 64.0, 0.0));
    task.resources.ports.clear();
    task.state = state;
    task.staged = mesos_time(at - 40.5);
    task.since = mesos_time(at);
    task
}

/// The frameworks of DC/OS, without tasks: root Marathon, Metronome, nested Marathon, data service.
fn frameworks(ids: Ids, places: &Places, now: f64) -> [Framework; 4] {
    let url = |of: fn(&MasterPlace) -> &Address| {
        let address = places.masters.first().map(of);
        address.map_or_else(String::new, |address| format!("http://{address}"))
    };
    let at = now - 39.0 * DAY + 1200.0;
    let root = url(|place| &place.marathon);
    let metronome = url(|place| &place.metronome);
    let nested = format!("http://{}", places.nested);
    // A data service has no page of its own here: whoever collects would look there for a Marathon.
    let data = String::new();
    [
        framework(ids, 0, "marathon", "dcos_marathon", "slave_public", root, at),
        framework(ids, 1, "metronome", "dcos_metronome", "*", metronome, at + 1.7),
        framework(ids, 2, workload::NESTED, "marathon_user", "*", nested, now - 19.0 * DAY),
        framework(
            ids,
            3,
            workload::DATA_SERVICE,
            "kafka",
            "kafka-role",
            data,
            now - 18.5 * DAY,
        ),
    ]
}

/// What ended since the leader was elected: an instance of an earlier definition, and last night's jobs.
fn history(launcher: &mut Launcher, size: Size, root: &mut Framework, metronome: &mut Framework) {
    let (ids, now) = (launcher.ids, launcher.now);
    let old = format!("web_front.{}", ids.time_uuid("an earlier instance"));
    root.completed.push(completed(
        launcher,
        old,
        "front.web",
        0,
        "TASK_KILLED",
        now - 20.0 * DAY,
    ));
    for (number, job) in workload::jobs().iter().enumerate() {
        let id = format!(
            "{}_20180803{:06}{}.{}",
            job.id,
            20_000 + number * 33_000,
            ids.hex(&job.id, 5),
            ids.time_uuid(&job.id)
        );
        let mut task = completed(
            launcher,
            id,
            &job.id,
            number % size.private.max(1),
            "TASK_FINISHED",
            now - 0.5 * DAY,
        );
        task.cmd = Some(job.cmd.clone());
        metronome.completed.push(task);
    }
}

/// A DC/OS 1.10.8 cluster at `now` (seconds since 1970).
pub fn dcos(size: Size, places: Places, seed: u64, now: f64) -> Model {
    let ids = Ids::new(seed);
    let release = &DCOS_1_10_8;
    let masters = masters(ids, release, now);
    let mut agents = agents(ids, release, size, now);
    let mut launcher = Launcher { ids, now, launched: 0 };
    let leader = 0;
    let [mut root, mut metronome, mut nested, mut data] = frameworks(ids, &places, now);
    let mut apps = Vec::new();
    for (number, spec) in (0_u16..).zip(workload::ROOT_APPS) {
        let version = iso(now - 21.0 * DAY + f64::from(number) * 3600.0);
        root.tasks
            .extend(launcher.app(spec, &version, &agents, size, usize::from(number)));
        apps.push(spec.app(size, 10_100 + number, &version));
    }
    // The nested Marathon listens where its task was given a port.
    for task in &mut root.tasks {
        if task.app.as_deref() == Some(workload::NESTED_APP) {
            task.resources.ports = vec![(places.nested.port, places.nested.port)];
        }
    }
    let pod_version = iso(now - 20.5 * DAY);
    pod_tasks(&mut root, &mut launcher, size, &pod_version);
    let mut nested_apps = Vec::new();
    for (number, spec) in (0_u16..).zip(workload::NESTED_APPS) {
        let version = iso(now - 18.0 * DAY + f64::from(number) * 3600.0);
        nested
            .tasks
            .extend(launcher.app(spec, &version, &agents, size, usize::from(number) + 1));
        nested_apps.push(spec.app(size, 10_200 + number, &version));
    }
    data_service(&mut data, &mut launcher, &mut agents, "broker");

    history(&mut launcher, size, &mut root, &mut metronome);
    let marathon = |name: &str, framework, apps, pods| Marathon {
        name: name.to_owned(),
        framework,
        version: release.marathon,
        build: release.marathon_build,
        up: true,
        apps,
        pods,
        deployments: Vec::new(),
    };
    Model {
        ids,
        name: "demo".to_owned(),
        cluster_id: ids.uuid("cluster"),
        now,
        elected: mesos_time(masters.first().map_or(now, |master| master.started) + 14.907),
        masters,
        leader,
        agents,
        frameworks: vec![root, metronome, nested, data],
        marathons: vec![
            marathon("root", 0, apps, vec![workload::pod(&pod_version)]),
            marathon(workload::NESTED, 2, nested_apps, Vec::new()),
        ],
        jobs: workload::jobs(),
        packages: workload::packages(),
        znodes: 1417,
        places,
    }
}

/// A Mesos 1.5.3 cluster without DC/OS at `now`: one framework called `data`.
pub fn mesos(size: Size, places: Places, seed: u64, now: f64) -> Model {
    let ids = Ids::new(seed);
    let masters = masters(ids, &MESOS_1_5_3, now);
    let mut agents = agents(ids, &MESOS_1_5_3, size, now);
    let mut launcher = Launcher { ids, now, launched: 0 };
    let mut data = framework(
        ids,
        0,
        "data",
        "data-principal",
        "data-role",
        String::new(),
        now - 30.0 * DAY,
    );
    data_service(&mut data, &mut launcher, &mut agents, "node");
    Model {
        ids,
        name: "plain".to_owned(),
        cluster_id: String::new(),
        now,
        elected: mesos_time(masters.first().map_or(now, |master| master.started) + 14.907),
        masters,
        leader: 0,
        agents,
        frameworks: vec![data],
        marathons: Vec::new(),
        jobs: Vec::new(),
        packages: Vec::new(),
        znodes: 61,
        places,
    }
}
