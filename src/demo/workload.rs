//! What runs on the simulated cluster: apps, pods, jobs and packages, with the places their constraints allow.
//!
//! Definitions have the fields that Marathon 1.5 and 1.6 print; every constraint is valid for both and satisfied.

use serde_json::{Map, Value, json};

use super::model::{Agent, App, Job, Package, Pod, Size};

/// How many instances an app has.
#[derive(Debug, Clone, Copy)]
pub enum Count {
    /// That many.
    Just(usize),
    /// One on each public agent.
    PerPublic,
}

/// One app, in short.
#[derive(Debug, Clone, Copy)]
pub struct AppSpec {
    /// Absolute path.
    pub id: &'static str,
    /// Instances.
    pub instances: Count,
    /// Cores.
    pub cpus: f64,
    /// Memory, MB.
    pub mem: f64,
    /// Docker image; without one it is a shell command.
    pub image: Option<&'static str>,
    /// Command.
    pub cmd: Option<&'static str>,
    /// Placement constraints.
    pub constraints: &'static [&'static [&'static str]],
    /// Path of its health check.
    pub health: Option<&'static str>,
    /// Whether it runs on public agents.
    pub public: bool,
    /// Labels.
    pub labels: &'static [(&'static str, &'static str)],
    /// Named load-balanced address.
    pub vip: Option<&'static str>,
}

const PLAIN: AppSpec = AppSpec {
    id: "",
    instances: Count::Just(1),
    cpus: 0.1,
    mem: 64.0,
    image: None,
    cmd: None,
    constraints: &[],
    health: None,
    public: false,
    labels: &[],
    vip: None,
};

/// Path of the app that is the nested Marathon, and name of its framework.
pub const NESTED_APP: &str = "/marathon-user";
/// Name of the nested Marathon's framework.
pub const NESTED: &str = "marathon-user";
/// Name of the data service's framework.
pub const DATA_SERVICE: &str = "kafka";

/// Apps of the root Marathon.
pub const ROOT_APPS: &[AppSpec] = &[
    AppSpec {
        id: NESTED_APP,
        cpus: 1.0,
        mem: 1536.0,
        image: Some("mesosphere/marathon:v1.5.11"),
        health: Some("/ping"),
        labels: &[
            ("DCOS_PACKAGE_FRAMEWORK_NAME", NESTED),
            ("DCOS_PACKAGE_NAME", "marathon"),
            ("DCOS_PACKAGE_VERSION", "1.5.11"),
            ("DCOS_SERVICE_NAME", NESTED),
            ("DCOS_SERVICE_PORT_INDEX", "0"),
            ("DCOS_SERVICE_SCHEME", "http"),
        ],
        ..PLAIN
    },
    AppSpec {
        id: "/kafka",
        cpus: 1.0,
        mem: 1024.0,
        cmd: Some("./bootstrap -resolve=false && ./kafka-scheduler/bin/kafka"),
        health: Some("/v1/health"),
        labels: &[
            ("DCOS_PACKAGE_FRAMEWORK_NAME", DATA_SERVICE),
            ("DCOS_PACKAGE_NAME", "kafka"),
            ("DCOS_PACKAGE_VERSION", "2.3.0-1.0.0"),
            ("DCOS_SERVICE_NAME", DATA_SERVICE),
            ("DCOS_SERVICE_PORT_INDEX", "0"),
            ("DCOS_SERVICE_SCHEME", "http"),
        ],
        ..PLAIN
    },
    AppSpec {
        id: "/web/front",
        instances: Count::Just(3),
        cpus: 0.25,
        mem: 128.0,
        image: Some("nginx:1.15.1"),
        constraints: &[&["hostname", "UNIQUE"]],
        health: Some("/"),
        vip: Some("/front:80"),
        ..PLAIN
    },
    AppSpec {
        id: "/web/api",
        instances: Count::Just(3),
        cpus: 0.5,
        mem: 256.0,
        image: Some("registry.example/web/api:42"),
        constraints: &[&["rack", "GROUP_BY", "3"]],
        health: Some("/health"),
        vip: Some("/api:8080"),
        ..PLAIN
    },
    AppSpec {
        id: "/shop/cart",
        instances: Count::Just(2),
        cpus: 0.2,
        mem: 192.0,
        image: Some("registry.example/shop/cart:7"),
        constraints: &[&["rack", "LIKE", "rack-[12]"], &["hostname", "UNIQUE"]],
        health: Some("/ready"),
        ..PLAIN
    },
    AppSpec {
        id: "/shop/search",
        cpus: 0.5,
        mem: 512.0,
        image: Some("registry.example/shop/search:3"),
        constraints: &[&["rack", "CLUSTER", "rack-3"]],
        health: Some("/ready"),
        ..PLAIN
    },
    AppSpec {
        id: "/batch/worker",
        instances: Count::Just(4),
        cpus: 0.3,
        mem: 96.0,
        cmd: Some("./worker --queue orders"),
        constraints: &[&["rack", "MAX_PER", "2"]],
        ..PLAIN
    },
    AppSpec {
        id: "/edge/proxy",
        instances: Count::PerPublic,
        cpus: 0.5,
        mem: 256.0,
        image: Some("haproxy:1.8"),
        constraints: &[&["hostname", "UNIQUE"]],
        health: Some("/alive"),
        public: true,
        ..PLAIN
    },
];

/// Apps of the nested Marathon.
pub const NESTED_APPS: &[AppSpec] = &[
    AppSpec {
        id: "/team/blog",
        instances: Count::Just(2),
        mem: 128.0,
        image: Some("registry.example/team/blog:11"),
        constraints: &[&["hostname", "UNIQUE"]],
        health: Some("/"),
        ..PLAIN
    },
    AppSpec {
        id: "/team/wiki",
        mem: 256.0,
        image: Some("registry.example/team/wiki:5"),
        health: Some("/"),
        ..PLAIN
    },
];

/// The pod of the root Marathon: path, instances, containers.
pub const POD: (&str, usize, &[&str]) = ("/monitoring/stats", 2, &["exporter", "forwarder"]);

impl AppSpec {
    /// Number of instances in a cluster of that size.
    pub fn count(&self, size: Size) -> usize {
        match self.instances {
            Count::Just(count) => count,
            Count::PerPublic => size.public,
        }
    }

    /// Whether its constraints and resource role allow that agent.
    fn allows(&self, agent: &Agent) -> bool {
        let attribute = |name: &str| {
            agent
                .attributes
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, v)| v.as_str())
        };
        agent.public == self.public
            && self.constraints.iter().all(|constraint| match *constraint {
                [field, "LIKE", "rack-[12]"] => matches!(attribute(field), Some("rack-1" | "rack-2")),
                [field, "CLUSTER", value] => attribute(field) == Some(value),
                _ => true,
            })
    }

    /// Agents of its instances, in order: neighbours in the list stand in different racks, so that going round
    /// satisfies `UNIQUE`, `GROUP_BY` and `MAX_PER` as long as there are agents enough.
    pub fn places(&self, agents: &[Agent], size: Size, offset: usize) -> Vec<usize> {
        let allowed: Vec<usize> = (0..agents.len())
            .filter(|index| agents.get(*index).is_some_and(|agent| self.allows(agent)))
            .collect();
        (0..self.count(size))
            .filter_map(|instance| allowed.get((instance + offset) % allowed.len().max(1)).copied())
            .collect()
    }

    /// The app as its Marathon stores it.
    pub fn app(&self, size: Size, service_port: u16, version: &str) -> App {
        let mut definition = common(self.cpus, self.mem, self.count(size), version);
        let mut put = |name: &str, value: Value| definition.insert(name.to_owned(), value);
        put("id", json!(self.id));
        put("labels", pairs(self.labels));
        if self.public {
            put("acceptedResourceRoles", json!(["slave_public"]));
        }
        if !self.constraints.is_empty() {
            put("constraints", json!(self.constraints));
        }
        if let Some(cmd) = self.cmd {
            put("cmd", json!(cmd));
        }
        if let Some(image) = self.image {
            let labels = self.vip.map_or_else(|| json!({}), |vip| json!({"VIP_0": vip}));
            put(
                "container",
                json!({
                    "type": "DOCKER",
                    "docker": {"forcePullImage": false, "image": image, "parameters": [], "privileged": false},
                    "volumes": [],
                    "portMappings": [{"containerPort": 8080, "hostPort": 0, "labels": labels, "name": "http", "protocol": "tcp", "servicePort": service_port}],
                }),
            );
            put("networks", json!([{"mode": "container/bridge"}]));
        } else {
            put("networks", json!([{"mode": "host"}]));
            put(
                "portDefinitions",
                json!([{"labels": {}, "name": "http", "port": service_port, "protocol": "tcp"}]),
            );
        }
        if let Some(path) = self.health {
            put(
                "healthChecks",
                json!([{
                    "delaySeconds": 15, "gracePeriodSeconds": 300, "ignoreHttp1xx": false, "intervalSeconds": 60, "ipProtocol": "IPv4",
                    "maxConsecutiveFailures": 3, "path": path, "portIndex": 0, "protocol": "MESOS_HTTP", "timeoutSeconds": 20,
                }]),
            );
        }
        App {
            id: self.id.to_owned(),
            instances: self.count(size),
            checked: self.health.is_some(),
            version: version.to_owned(),
            definition,
        }
    }
}

fn pairs(labels: &[(&str, &str)]) -> Value {
    labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<Map<String, Value>>()
        .into()
}

/// Fields every app has.
fn common(cpus: f64, mem: f64, instances: usize, version: &str) -> Map<String, Value> {
    let fields = json!({
        "backoffFactor": 1.15, "backoffSeconds": 1, "cpus": cpus, "disk": 0, "env": {}, "executor": "", "gpus": 0,
        "instances": instances, "killSelection": "YOUNGEST_FIRST", "maxLaunchDelaySeconds": 3600, "mem": mem,
        "requirePorts": false,
        "unreachableStrategy": {"expungeAfterSeconds": 0, "inactiveAfterSeconds": 0},
        "upgradeStrategy": {"maximumOverCapacity": 1, "minimumHealthCapacity": 1},
        "version": version,
        "versionInfo": {"lastConfigChangeAt": version, "lastScalingAt": version},
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The pod as its Marathon stores it.
pub fn pod(version: &str) -> Pod {
    let (id, instances, containers) = POD;
    let containers: Vec<Value> = containers
        .iter()
        .map(|name| {
            json!({
                "name": name,
                "exec": {"command": {"shell": format!("./{name}")}},
                "image": {"forcePull": false, "id": format!("registry.example/monitoring/{name}:2"), "kind": "DOCKER"},
                "resources": {"cpus": 0.1, "disk": 0, "gpus": 0, "mem": 64},
            })
        })
        .collect();
    let definition = json!({
        "id": id,
        "version": version,
        "containers": containers,
        "labels": {}, "environment": {}, "secrets": {}, "volumes": [],
        "networks": [{"mode": "host"}],
        "scaling": {"instances": instances, "kind": "fixed"},
        "scheduling": {
            "backoff": {"backoff": 1, "backoffFactor": 1.15, "maxLaunchDelay": 3600},
            "killSelection": "YOUNGEST_FIRST",
            "placement": {"acceptedResourceRoles": [], "constraints": [{"fieldName": "hostname", "operator": "UNIQUE"}]},
            "unreachableStrategy": {"expungeAfterSeconds": 0, "inactiveAfterSeconds": 0},
            "upgrade": {"maximumOverCapacity": 1, "minimumHealthCapacity": 1},
        },
        "executorResources": {"cpus": 0.1, "disk": 10, "mem": 32},
    });
    Pod {
        id: id.to_owned(),
        instances,
        version: version.to_owned(),
        definition: match definition {
            Value::Object(fields) => fields,
            _ => Map::new(),
        },
    }
}

/// Jobs of Metronome.
pub fn jobs() -> Vec<Job> {
    let job = |id: &str, description: &str, cmd: &str, cron: &str| Job {
        id: id.to_owned(),
        description: description.to_owned(),
        cmd: cmd.to_owned(),
        cron: cron.to_owned(),
    };
    vec![
        job(
            "backup.orders",
            "Copies the orders to the archive",
            "./backup orders",
            "0 2 * * *",
        ),
        job("report.daily", "Sums up the day", "./report --yesterday", "30 5 * * *"),
    ]
}

/// Packages installed from the Catalogue: exactly the apps that say so in their labels.
pub fn packages() -> Vec<Package> {
    ROOT_APPS
        .iter()
        .filter_map(|app| {
            let label = |name: &str| {
                app.labels
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, v)| (*v).to_owned())
            };
            Some(Package {
                app_id: app.id.to_owned(),
                name: label("DCOS_PACKAGE_NAME")?,
                version: label("DCOS_PACKAGE_VERSION")?,
            })
        })
        .collect()
}
