//! A definition read as types: what one instance needs, how many may be missing, what binds it to its agent.
//!
//! Defaults are Marathon's own (mesosphere/marathon `state/UpgradeStrategy.scala`, `api/v2/json/Formats.scala` and
//! `raml/AppConversion.scala`, v0.8.2 to v1.10.26). What cannot be read is named and never takes a default.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::snapshot::Amounts;

/// Fields by name, each as JSON text.
type Fields = BTreeMap<String, String>;

/// How a deployment replaces instances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Upgrade {
    /// Share of the instances that stays up, 0 to 1.
    pub minimum_health: f64,
    /// Share of the instances that may run in addition, 0 to 1.
    pub maximum_over: f64,
}

impl Upgrade {
    const USUAL: Self = Self {
        minimum_health: 1.0,
        maximum_over: 1.0,
    };
    /// For resident tasks, and for external volumes.
    const RESIDENT: Self = Self {
        minimum_health: 0.5,
        maximum_over: 0.0,
    };

    /// Instances that stay up, computed as Marathon does (`TaskReplaceActor.scala`, v0.8.2 to v1.10.26).
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Marathon computes in doubles; a share of 0 to 1 of a count is a count"
    )]
    pub fn minimum(self, instances: u64) -> u64 {
        (instances as f64 * self.minimum_health).ceil() as u64
    }
}

/// What a definition says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// What one instance needs; `None` where it cannot be read.
    pub needs: Option<Amounts>,
    /// `acceptedResourceRoles`; empty = none stated.
    pub roles: Vec<String>,
    /// `role` (1.9 and later).
    pub role: Option<String>,
    /// How deployments replace instances; `None` where it cannot be read.
    pub upgrade: Option<Upgrade>,
    /// Whether an instance is bound to reserved resources on its agent.
    pub resident: bool,
    /// Persistent volumes on the agent, for one instance.
    pub local_volumes: usize,
    /// Volumes that a provider attaches.
    pub external_volumes: usize,
    /// Directories of the agent that are mounted.
    pub host_paths: usize,
    /// Kinds of health checks (`HTTP`, `COMMAND` …), sorted.
    pub health: Vec<String>,
    /// Apps and groups that must be there first.
    pub dependencies: Vec<String>,
    /// Whether its labels call it the scheduler of a framework: a second instance would not help.
    pub scheduler: bool,
    /// Containers of one instance: 1 for an app.
    pub containers: usize,
    /// What could not be read, one sentence each.
    pub unreadable: Vec<String>,
}

#[derive(Deserialize)]
struct Strategy {
    #[serde(rename = "minimumHealthCapacity")]
    minimum: Option<f64>,
    #[serde(rename = "maximumOverCapacity")]
    maximum: Option<f64>,
}

#[derive(Deserialize)]
struct Volume {
    persistent: Option<IgnoredAny>,
    external: Option<IgnoredAny>,
    #[serde(rename = "hostPath")]
    host_path: Option<IgnoredAny>,
    host: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Container {
    volumes: Option<Vec<Volume>>,
}

#[derive(Deserialize)]
struct AppHealth {
    protocol: Option<String>,
}

#[derive(Deserialize)]
struct Resources {
    cpus: Option<f64>,
    mem: Option<f64>,
    disk: Option<f64>,
    gpus: Option<f64>,
}

/// Kinds of health checks of a container; one of them is there.
#[derive(Deserialize)]
struct PodHealth {
    http: Option<IgnoredAny>,
    tcp: Option<IgnoredAny>,
    exec: Option<IgnoredAny>,
}

impl PodHealth {
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let kinds = [("HTTP", &self.http), ("TCP", &self.tcp), ("EXEC", &self.exec)];
        kinds
            .into_iter()
            .filter(|(_, said)| said.is_some())
            .map(|(kind, _)| kind)
    }
}

#[derive(Deserialize)]
struct PodContainer {
    resources: Option<Resources>,
    #[serde(rename = "healthCheck")]
    health: Option<PodHealth>,
}

#[derive(Deserialize)]
struct Placement {
    #[serde(rename = "acceptedResourceRoles")]
    roles: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Scheduling {
    upgrade: Option<Strategy>,
    placement: Option<Placement>,
}

/// Reads fields and keeps note of what cannot be read.
struct Reader<'a> {
    fields: &'a Fields,
    unreadable: Vec<String>,
}

impl Reader<'_> {
    /// A field; `null` is as good as absent. The inner result says whether it could be read.
    fn get<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, ()> {
        let Some(text) = self.fields.get(name) else {
            return Ok(None);
        };
        serde_json::from_str(text).map_err(|error| {
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or_default();
            self.unreadable.push(format!("`{name}` cannot be read: {why}"));
        })
    }

    fn or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        self.get::<T>(name).ok().flatten().unwrap_or_default()
    }

    /// The strategy that was said, with defaults for what was not.
    fn upgrade(&mut self, said: Option<Strategy>, standard: Upgrade) -> Option<Upgrade> {
        let Some(said) = said else { return Some(standard) };
        let upgrade = Upgrade {
            minimum_health: said.minimum.unwrap_or(Upgrade::USUAL.minimum_health),
            maximum_over: said.maximum.unwrap_or(Upgrade::USUAL.maximum_over),
        };
        let share = 0.0..=1.0;
        if share.contains(&upgrade.minimum_health) && share.contains(&upgrade.maximum_over) {
            return Some(upgrade);
        }
        self.unreadable
            .push("the upgrade strategy has a share that is not between 0 and 1".to_owned());
        None
    }
}

fn standard(bound: bool) -> Upgrade {
    if bound { Upgrade::RESIDENT } else { Upgrade::USUAL }
}

/// Reads the definition of an app.
pub fn app(fields: &Fields) -> Definition {
    let mut reader = Reader {
        fields,
        unreadable: Vec::new(),
    };
    let mut number = |name| reader.get::<f64>(name);
    let amounts = (number("cpus"), number("mem"), number("disk"), number("gpus"));
    let needs = match amounts {
        (Ok(Some(cpus)), Ok(Some(mem)), Ok(disk), Ok(gpus)) => {
            Amounts::of(cpus, mem, disk.unwrap_or_default(), gpus.unwrap_or_default())
        }
        _ => None,
    };
    if needs.is_none() {
        reader
            .unreadable
            .push("what it needs cannot be read from `cpus` and `mem`".to_owned());
    }
    let volumes = reader
        .get::<Container>("container")
        .ok()
        .flatten()
        .and_then(|container| container.volumes)
        .unwrap_or_default();
    let local_volumes = volumes.iter().filter(|volume| volume.persistent.is_some()).count();
    let external_volumes = volumes.iter().filter(|volume| volume.external.is_some()).count();
    let plain = |volume: &&Volume| volume.persistent.is_none() && volume.external.is_none();
    let host_paths = volumes
        .iter()
        .filter(plain)
        .filter(|volume| volume.host_path.is_some())
        .count();
    let resident = local_volumes > 0 || !matches!(reader.get::<IgnoredAny>("residency"), Ok(None));
    let upgrade = match reader.get::<Strategy>("upgradeStrategy") {
        Ok(said) => reader.upgrade(said, standard(resident || external_volumes > 0)),
        Err(()) => None,
    };
    let mut health: Vec<String> = reader
        .or_default::<Vec<AppHealth>>("healthChecks")
        .into_iter()
        .map(|check| check.protocol.unwrap_or_else(|| "HTTP".to_owned()))
        .collect();
    health.sort();
    health.dedup();
    Definition {
        needs,
        roles: reader.or_default("acceptedResourceRoles"),
        role: reader.or_default("role"),
        upgrade,
        resident,
        local_volumes,
        external_volumes,
        host_paths,
        health,
        dependencies: reader.or_default("dependencies"),
        scheduler: is_scheduler(&reader.or_default("labels")),
        containers: 1,
        unreadable: reader.unreadable,
    }
}

/// Labels that packages of frameworks give their schedulers (DC/OS Cosmos, universe repositories).
fn is_scheduler(labels: &BTreeMap<String, String>) -> bool {
    let framework = labels
        .get("DCOS_PACKAGE_IS_FRAMEWORK")
        .is_some_and(|said| said == "true");
    framework || labels.contains_key("DCOS_PACKAGE_FRAMEWORK_NAME")
}

/// What a pod's executor takes beside its containers where nothing is said (mesosphere/marathon
/// `core/pod/PodDefinition.scala`, v1.4.13 to v1.10.26).
const EXECUTOR: (f64, f64, f64) = (0.1, 32.0, 10.0);

/// Reads the definition of a pod.
pub fn pod(fields: &Fields) -> Definition {
    let mut reader = Reader {
        fields,
        unreadable: Vec::new(),
    };
    let containers: Vec<PodContainer> = reader.or_default("containers");
    let executor = reader.get::<Resources>("executorResources");
    let needs = executor.ok().and_then(|said| pod_needs(&containers, said.as_ref()));
    if needs.is_none() {
        reader
            .unreadable
            .push("what it needs cannot be read from its containers".to_owned());
    }
    let volumes: Vec<Volume> = reader.or_default("volumes");
    let local_volumes = volumes.iter().filter(|volume| volume.persistent.is_some()).count();
    let (said, roles) = match reader.get::<Scheduling>("scheduling") {
        Ok(None) => (Ok(None), Vec::new()),
        Ok(Some(scheduling)) => (
            Ok(scheduling.upgrade),
            scheduling
                .placement
                .and_then(|placement| placement.roles)
                .unwrap_or_default(),
        ),
        Err(()) => (Err(()), Vec::new()),
    };
    let upgrade = said
        .ok()
        .and_then(|said| reader.upgrade(said, standard(local_volumes > 0)));
    let mut health: Vec<String> = containers
        .iter()
        .filter_map(|container| container.health.as_ref())
        .flat_map(PodHealth::kinds)
        .map(str::to_owned)
        .collect();
    health.sort();
    health.dedup();
    Definition {
        needs,
        roles,
        role: reader.or_default("role"),
        upgrade,
        resident: local_volumes > 0,
        local_volumes,
        external_volumes: 0,
        host_paths: volumes.iter().filter(|volume| volume.host.is_some()).count(),
        health,
        dependencies: Vec::new(),
        scheduler: is_scheduler(&reader.or_default("labels")),
        containers: containers.len(),
        unreadable: reader.unreadable,
    }
}

fn pod_needs(containers: &[PodContainer], executor: Option<&Resources>) -> Option<Amounts> {
    if containers.is_empty() {
        return None;
    }
    let (cpus, mem, disk) = EXECUTOR;
    let own = |said: Option<f64>, standard: f64| said.unwrap_or(standard);
    let mut sum = Amounts::of(
        own(executor.and_then(|said| said.cpus), cpus),
        own(executor.and_then(|said| said.mem), mem),
        own(executor.and_then(|said| said.disk), disk),
        0.0,
    )?;
    for container in containers {
        let said = container.resources.as_ref()?;
        sum = sum.plus(Amounts::of(
            said.cpus?,
            said.mem?,
            said.disk.unwrap_or_default(),
            said.gpus.unwrap_or_default(),
        )?);
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn defaults_are_marathons_own() {
        let plain = app(&fields(&[("cpus", "0.5"), ("mem", "64")]));
        assert_eq!(plain.upgrade, Some(Upgrade::USUAL));
        assert_eq!(plain.needs, Amounts::of(0.5, 64.0, 0.0, 0.0));
        assert!(!plain.resident && plain.unreadable.is_empty());
        let volume = r#"{"volumes":[{"persistent":{"size":10},"mode":"RW"},{"hostPath":"/x"}]}"#;
        let resident = app(&fields(&[("cpus", "1"), ("mem", "64"), ("container", volume)]));
        assert_eq!(resident.upgrade, Some(Upgrade::RESIDENT));
        assert_eq!(
            (resident.resident, resident.local_volumes, resident.host_paths),
            (true, 1, 1)
        );
        let external = r#"{"volumes":[{"external":{"name":"v","provider":"dvdi"}}]}"#;
        let external = app(&fields(&[("cpus", "1"), ("mem", "64"), ("container", external)]));
        assert_eq!((external.upgrade, external.resident), (Some(Upgrade::RESIDENT), false));
        let partly = r#"{"minimumHealthCapacity":0.4}"#;
        let partly = app(&fields(&[("cpus", "1"), ("mem", "64"), ("upgradeStrategy", partly)]));
        let upgrade = partly.upgrade.unwrap();
        assert_eq!((upgrade.minimum(5), upgrade.minimum(4), upgrade.minimum(0)), (2, 2, 0));
    }

    #[test]
    fn minimums_are_rounded_up_in_doubles() {
        for (share, instances, minimum) in [
            (1.0, 3, 3),
            (0.5, 3, 2),
            (0.0, 9, 0),
            (0.1, 10, 1),
            (0.7, 10, 7),
            (0.333, 3, 1),
        ] {
            let upgrade = Upgrade {
                minimum_health: share,
                maximum_over: 1.0,
            };
            assert_eq!(upgrade.minimum(instances), minimum, "{share} of {instances}");
        }
    }

    #[test]
    fn what_cannot_be_read_takes_no_default() {
        for (name, value, part) in [
            ("upgradeStrategy", "3", "`upgradeStrategy`"),
            ("upgradeStrategy", r#"{"minimumHealthCapacity":1.5}"#, "between 0 and 1"),
            (
                "upgradeStrategy",
                r#"{"minimumHealthCapacity":"all"}"#,
                "`upgradeStrategy`",
            ),
        ] {
            let read = app(&fields(&[("cpus", "1"), ("mem", "64"), (name, value)]));
            assert_eq!(read.upgrade, None, "{value}");
            assert!(
                read.unreadable.iter().any(|why| why.contains(part)),
                "{:?}",
                read.unreadable
            );
        }
        assert_eq!(app(&fields(&[("cpus", "\"1\""), ("mem", "64")])).needs, None);
        assert_eq!(app(&fields(&[("cpus", "-1"), ("mem", "64")])).needs, None);
        assert_eq!(pod(&fields(&[])).needs, None);
    }

    #[test]
    fn a_pod_needs_its_containers_and_its_executor() {
        let containers = r#"[{"name":"a","resources":{"cpus":0.1,"mem":64},"healthCheck":{"http":{},"gracePeriodSeconds":5}},
            {"name":"b","resources":{"cpus":0.2,"mem":32,"disk":5}}]"#;
        let scheduling =
            r#"{"upgrade":{"minimumHealthCapacity":0.5},"placement":{"acceptedResourceRoles":["slave_public"]}}"#;
        let read = pod(&fields(&[("containers", containers), ("scheduling", scheduling)]));
        assert_eq!(read.needs, Amounts::of(0.4, 128.0, 15.0, 0.0));
        assert_eq!((read.containers, read.health.as_slice()), (2, &["HTTP".to_owned()][..]));
        assert_eq!(read.roles, ["slave_public"]);
        assert_eq!(read.upgrade.map(|upgrade| upgrade.minimum(3)), Some(2));
    }
}
