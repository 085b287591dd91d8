//! Marathon's definitions: apps and pods, as `/v2/apps`, `/v2/groups` and `/v2/pods` give them.
//!
//! Forms: mesosphere/marathon `apps.raml`, `groups.raml`, `pods.raml`. Constraints are kept as given, valid or not.
//! A definition is kept as canonical text per top-level field; runtime fields are counted and left out.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::canonical::Canonical;
use super::json::{self, Count, Sound};
use super::{Malformed, Parsed};

/// Fields of an app that say how it runs, not what it is.
pub const RUNTIME: [&str; 11] = [
    "tasks",
    "tasksRunning",
    "tasksStaged",
    "tasksHealthy",
    "tasksUnhealthy",
    "taskStats",
    "deployments",
    "lastTaskFailure",
    "readinessCheckResults",
    "version",
    "versionInfo",
];

/// One placement constraint as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintWire {
    /// Elements: text, or the JSON text of anything else.
    pub elements: Vec<Result<String, String>>,
    /// Whether it has the form of its kind: a list (app) or an object with `fieldName` and `operator` (pod).
    pub well_formed: bool,
    /// Compact JSON text.
    pub raw: String,
}

/// A volume that has constraints of its own (`persistent.constraints`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeWire {
    /// Place in the list of volumes.
    pub index: usize,
    /// `containerPath` of an app's volume, `name` of a pod's; empty when it has none.
    pub name: String,
    /// `persistent.type`: the kind of disk; `None` = the root disk.
    pub disk: Option<String>,
    /// Its constraints.
    pub constraints: Vec<ConstraintWire>,
}

/// One app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppWire {
    /// JSON pointer in the answer.
    pub pointer: String,
    /// Absolute path; empty when it has none.
    pub id: String,
    /// Instances wanted.
    pub instances: Option<u64>,
    /// `tasksRunning`.
    pub running: Option<u64>,
    /// `tasksStaged`.
    pub staged: Option<u64>,
    /// `tasksHealthy`.
    pub healthy: Option<u64>,
    /// `tasksUnhealthy`.
    pub unhealthy: Option<u64>,
    /// Number of health checks.
    pub health_checks: u64,
    /// Number of deployments.
    pub deployments: Option<u64>,
    /// Placement constraints.
    pub constraints: Vec<ConstraintWire>,
    /// Volumes that have constraints.
    pub volumes: Vec<VolumeWire>,
    /// Definition by top-level field.
    pub definition: BTreeMap<String, String>,
}

/// One pod definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodWire {
    /// JSON pointer in the answer.
    pub pointer: String,
    /// Absolute path; empty when it has none.
    pub id: String,
    /// `scaling.instances`.
    pub instances: Option<u64>,
    /// Placement constraints.
    pub constraints: Vec<ConstraintWire>,
    /// Volumes that have constraints.
    pub volumes: Vec<VolumeWire>,
    /// Definition by top-level field.
    pub definition: BTreeMap<String, String>,
}

/// Apps and pods of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definitions {
    /// Apps, in the order of the answer.
    pub apps: Vec<AppWire>,
    /// Pods, in the order of the answer.
    pub pods: Vec<PodWire>,
    /// Groups seen, the root included; 0 for `/v2/apps`.
    pub groups: u64,
}

/// An object with canonical fields; of the fields in [`BULKY`] only the number of entries is kept.
struct Fields(BTreeMap<String, Canonical>);

/// Runtime fields that can be long: never needed as text.
const BULKY: [&str; 2] = ["tasks", "lastTaskFailure"];

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object (an app or pod)")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some(key) = entries.next_key::<String>()? {
                    if BULKY.contains(&key.as_str()) {
                        entries.next_value::<Sound>()?;
                        continue;
                    }
                    let value = entries.next_value()?;
                    if fields.contains_key(&key) {
                        return Err(de::Error::custom(format_args!("duplicate field `{key}`")));
                    }
                    fields.insert(key, value);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

impl Fields {
    /// A field as `T`; absent and `null` are `None`.
    fn get<T: DeserializeOwned>(&self, name: &str) -> Parsed<Option<T>> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        serde_json::from_str(&value.0)
            .map(Some)
            .map_err(|error| Malformed::new(error).at(format_args!("`{name}`")))
    }

    fn count(&self, name: &str) -> Parsed<Option<u64>> {
        Ok(self.get::<Count>(name)?.map(|count| count.0))
    }

    fn length(&self, name: &str) -> Parsed<Option<u64>> {
        Ok(self.get::<Vec<Sound>>(name)?.map(|list| list.len() as u64))
    }

    fn definition(self) -> BTreeMap<String, String> {
        self.0
            .into_iter()
            .filter(|(key, _)| !RUNTIME.contains(&key.as_str()))
            .map(|(key, value)| (key, value.0))
            .collect()
    }
}

/// A text as `Ok`, the JSON text of anything else as `Err`.
fn element(value: Canonical) -> Result<String, String> {
    value.value::<String>().ok_or(value.0)
}

/// One constraint of an app: a list of texts. What is not a list is kept raw.
pub fn app_constraint(raw: Canonical) -> ConstraintWire {
    let elements: Option<Vec<Canonical>> = raw.value();
    ConstraintWire {
        well_formed: elements.is_some(),
        elements: elements.unwrap_or_default().into_iter().map(element).collect(),
        raw: raw.0,
    }
}

/// One constraint of a pod: an object with `fieldName`, `operator` and sometimes `value`.
pub fn pod_constraint(raw: Canonical) -> ConstraintWire {
    let mut fields: BTreeMap<String, Canonical> = raw.value().unwrap_or_default();
    let name = fields.remove("fieldName");
    let operator = fields.remove("operator");
    let value = fields.remove("value").filter(|value| !value.is_null());
    ConstraintWire {
        well_formed: name.is_some() && operator.is_some(),
        elements: [name, operator, value].into_iter().flatten().map(element).collect(),
        raw: raw.0,
    }
}

/// Volumes with constraints out of the `container` of an app.
pub fn container_volumes(container: &Canonical) -> Vec<VolumeWire> {
    member(container, "volumes").map_or_else(Vec::new, |volumes| constrained_volumes(&volumes))
}

/// Volumes with constraints out of a list of volumes. Whatever has another form has none.
pub fn constrained_volumes(all: &Canonical) -> Vec<VolumeWire> {
    let list: Vec<Canonical> = all.value().unwrap_or_default();
    let mut found = Vec::new();
    for (index, volume) in list.iter().enumerate() {
        let Some(persistent) = member(volume, "persistent") else {
            continue;
        };
        let constraints = each(member(&persistent, "constraints").as_ref(), app_constraint);
        if constraints.is_empty() {
            continue;
        }
        let text = |of: &Canonical, name: &str| member(of, name).and_then(|value| value.value::<String>());
        found.push(VolumeWire {
            index,
            name: text(volume, "containerPath")
                .or_else(|| text(volume, "name"))
                .unwrap_or_default(),
            disk: text(&persistent, "type"),
            constraints,
        });
    }
    found
}

/// A member of an object; `None` also where it is no object, or the member is `null`.
fn member(outer: &Canonical, name: &str) -> Option<Canonical> {
    outer
        .value::<BTreeMap<String, Canonical>>()?
        .remove(name)
        .filter(|value| !value.is_null())
}

fn each(all: Option<&Canonical>, read: impl Fn(Canonical) -> ConstraintWire) -> Vec<ConstraintWire> {
    let Some(all) = all.filter(|all| !all.is_null()) else {
        return Vec::new();
    };
    match all.value::<Vec<Canonical>>() {
        Some(list) => list.into_iter().map(read).collect(),
        None => vec![ConstraintWire {
            elements: Vec::new(),
            well_formed: false,
            raw: all.0.clone(),
        }],
    }
}

fn app(fields: Fields, pointer: &str) -> Parsed<AppWire> {
    let read = |fields: &Fields| -> Parsed<AppWire> {
        Ok(AppWire {
            pointer: pointer.to_owned(),
            id: fields.get("id")?.unwrap_or_default(),
            instances: fields.count("instances")?,
            running: fields.count("tasksRunning")?,
            staged: fields.count("tasksStaged")?,
            healthy: fields.count("tasksHealthy")?,
            unhealthy: fields.count("tasksUnhealthy")?,
            health_checks: fields.length("healthChecks")?.unwrap_or_default(),
            deployments: fields.length("deployments")?,
            constraints: each(fields.0.get("constraints"), app_constraint),
            volumes: fields
                .0
                .get("container")
                // Most containers have none, and need not be read a second time.
                .filter(|container| container.0.contains("constraints"))
                .map_or_else(Vec::new, container_volumes),
            definition: BTreeMap::new(),
        })
    };
    let mut app = read(&fields).map_err(|error| error.at(pointer))?;
    app.definition = fields.definition();
    Ok(app)
}

fn pod(mut fields: Fields, pointer: String) -> Parsed<PodWire> {
    // In `/v2/groups` a pod comes as its status, with the definition under `spec`.
    let spec: Option<Fields> = fields.get("spec").map_err(|error| error.at(&pointer))?;
    if let Some(spec) = spec {
        fields = spec;
    }
    let scaling: Option<BTreeMap<String, Canonical>> = fields.get("scaling").map_err(|error| error.at(&pointer))?;
    let instances = match scaling.as_ref().and_then(|scaling| scaling.get("instances")) {
        None => None,
        Some(value) => Some(
            value
                .value::<Count>()
                .ok_or_else(|| Malformed(format!("{pointer}/scaling/instances: {} is not a count", value.0)))?
                .0,
        ),
    };
    let constraints = fields
        .0
        .get("scheduling")
        .and_then(|scheduling| member(scheduling, "placement"))
        .and_then(|found| member(&found, "constraints"));
    Ok(PodWire {
        id: fields
            .get("id")
            .map_err(|error| error.at(&pointer))?
            .unwrap_or_default(),
        instances,
        constraints: each(constraints.as_ref(), pod_constraint),
        volumes: fields.0.get("volumes").map_or_else(Vec::new, constrained_volumes),
        definition: fields.definition(),
        pointer,
    })
}

/// A group: also the answer of `/v2/apps`, which is a group with nothing but apps.
#[derive(serde::Deserialize)]
struct Group {
    #[serde(default, deserialize_with = "json::present")]
    id: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    apps: Option<Vec<Fields>>,
    #[serde(default, deserialize_with = "json::present")]
    pods: Option<Vec<Fields>>,
    #[serde(default, deserialize_with = "json::present")]
    groups: Option<Vec<Group>>,
}

fn fold(group: Group, pointer: &str, into: &mut Definitions) -> Parsed<()> {
    into.groups += u64::from(group.id.is_some());
    for (ordinal, fields) in group.apps.into_iter().flatten().enumerate() {
        into.apps.push(app(fields, &format!("{pointer}/apps/{ordinal}"))?);
    }
    for (ordinal, fields) in group.pods.into_iter().flatten().enumerate() {
        into.pods.push(pod(fields, format!("{pointer}/pods/{ordinal}"))?);
    }
    // Depth is bounded: the JSON reader stops at 128 levels.
    for (ordinal, inner) in group.groups.into_iter().flatten().enumerate() {
        fold(inner, &format!("{pointer}/groups/{ordinal}"), into)?;
    }
    Ok(())
}

/// Reads `/v2/apps` or `/v2/groups`.
pub fn apps(bytes: &[u8]) -> Parsed<Definitions> {
    const EXPECTED: &str = "the answer of /v2/apps (an object with the list `apps`) or /v2/groups";
    let group: Group = json::read(bytes, EXPECTED)?;
    if group.apps.is_none() && group.groups.is_none() {
        return Err(Malformed(format!("missing field `apps`; expected {EXPECTED}")));
    }
    let mut all = Definitions::default();
    fold(group, "", &mut all)?;
    Ok(all)
}

/// Reads `/v2/pods`.
pub fn pods(bytes: &[u8]) -> Parsed<Vec<PodWire>> {
    let list: Vec<Fields> = json::read(bytes, "the answer of /v2/pods: a list of pod definitions")?;
    list.into_iter()
        .enumerate()
        .map(|(ordinal, fields)| pod(fields, format!("/{ordinal}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_leave_runtime_out_and_normalise() {
        let one = apps(
            br#"{"apps":[{"id":"/a","cpus":1,"instances":2,"tasksRunning":2,"version":"x","tasks":[{}],
            "healthChecks":[{}],"deployments":[],"constraints":[["hostname","UNIQUE"],["rack",5],"x"]}]}"#,
        )
        .unwrap();
        let two = apps(
            br#"{"apps":[{"version":"y","instances":2.0,"cpus":1.0,"id":"/a","healthChecks":[{ }],
            "constraints":[["hostname","UNIQUE"],["rack",5],"x"]}]}"#,
        )
        .unwrap();
        let (one, two) = (&one.apps[0], &two.apps[0]);
        assert_eq!(one.definition, two.definition);
        assert_eq!((one.running, two.running), (Some(2), None));
        assert_eq!((one.deployments, one.health_checks), (Some(0), 1));
        assert_eq!(one.pointer, "/apps/0");
        assert_eq!(
            one.constraints[1].elements,
            [Ok("rack".to_owned()), Err("5".to_owned())]
        );
        assert!(!one.constraints[2].well_formed);
        assert_eq!(one.constraints[2].raw, "\"x\"");
    }

    #[test]
    fn volumes_with_constraints_are_found_by_their_place() {
        let all = apps(
            br#"{"apps":[{"id":"/a","container":{"volumes":[{"containerPath":"x","hostPath":"/x"},
            {"containerPath":"data","persistent":{"type":"mount","size":1,"constraints":[["path","LIKE","/d.*"],5]}},
            {"containerPath":"root","persistent":{"size":1,"constraints":[]}}]}},{"id":"/b","container":{"volumes":"x"}}]}"#,
        )
        .unwrap();
        let [volume] = all.apps[0].volumes.as_slice() else {
            panic!("{:?}", all.apps[0].volumes);
        };
        assert_eq!((volume.index, volume.name.as_str()), (1, "data"));
        assert_eq!(volume.disk.as_deref(), Some("mount"));
        assert!(volume.constraints[0].well_formed && !volume.constraints[1].well_formed);
        assert!(all.apps[1].volumes.is_empty());
        let pods =
            pods(br#"[{"id":"/p","volumes":[{"name":"v","persistent":{"constraints":[["path","UNLIKE","/x"]]}}]}]"#)
                .unwrap();
        assert_eq!(
            (pods[0].volumes[0].name.as_str(), &pods[0].volumes[0].disk),
            ("v", &None)
        );
    }

    #[test]
    fn groups_are_walked() {
        let all = apps(
            br#"{"id":"/","apps":[{"id":"/a"}],"groups":[{"id":"/g","apps":[{"id":"/g/b"}],"groups":[],
            "pods":[{"id":"/g/p","status":"STABLE","spec":{"id":"/g/p","scaling":{"kind":"fixed","instances":3},
            "scheduling":{"placement":{"constraints":[{"fieldName":"rack","operator":"IS","value":"r1"}]}}}}]}]}"#,
        )
        .unwrap();
        let ids: Vec<&str> = all.apps.iter().map(|app| app.id.as_str()).collect();
        assert_eq!(ids, ["/a", "/g/b"]);
        assert_eq!(all.groups, 2);
        let pod = &all.pods[0];
        assert_eq!((pod.id.as_str(), pod.instances), ("/g/p", Some(3)));
        assert_eq!(pod.pointer, "/groups/0/pods/0");
        assert_eq!(
            pod.constraints[0].elements,
            [Ok("rack".to_owned()), Ok("IS".to_owned()), Ok("r1".to_owned())]
        );
    }

    #[test]
    fn wrong_types_are_named_with_their_place() {
        for (body, part) in [
            ("{}", "missing field `apps`"),
            (r#"{"apps":null}"#, "null"),
            (
                r#"{"apps":[{"id":"/a"},{"id":"/b","instances":"2"}]}"#,
                "/apps/1: `instances`",
            ),
            (r#"{"apps":[{"id":"/b","instances":-1}]}"#, "`instances`"),
            (r#"{"apps":[{"id":7}]}"#, "`id`"),
            (r#"{"apps":[{"id":"/a","id":"/a"}]}"#, "duplicate field `id`"),
            (r#"{"apps":[{"id":"/a","tasks":[1e999]}]}"#, "out of range"),
        ] {
            let error = apps(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
