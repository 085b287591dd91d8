//! Questions of the Marathon guide that no single path answers (`@network-without-name`): each is answered here, per app,
//! pod, agent or instance, with the value that makes its rule fire, or none.
//!
//! A question that is not known here is unknown, never quiet. Never guesses a setting that `/v2/info` does not list.
//! A `Value` here is bounded: one field of one app at a time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Looked, Scene, sighting};
use crate::model::{EvidenceRef, Observed, Subject, SubjectKind, Why};
use crate::snapshot::{App, Constraint, MarathonInfo, Pod};

/// Setting with the name of the network that apps without one get.
const DEFAULT_NETWORK: &str = "marathon_config.default_network_name";
/// Setting with the role under which Marathon registers.
const ROLE: &str = "marathon_config.mesos_role";
/// Role of resources that are not reserved.
const UNRESERVED: &str = "*";

/// What one look gave: the value that makes the rule fire or none, or why nobody can say.
type Answer = Result<Option<String>, String>;

/// Questions about `/v2/info` and what stands around it.
pub(super) fn info(scene: &Scene<'_>, question: &str, info: &MarathonInfo, at: &EvidenceRef, looked: &mut Looked) {
    let (pointer, answer) = match question {
        "http-endpoints" => ("/event_subscriber/http_endpoints", http_endpoints(info)),
        "framework-unknown" => ("/frameworkId", framework_unknown(scene, info)),
        "principal-where-authenticated" => ("/frameworkId", principal(scene, info)),
        "gpu-agents" => return gpu_agents(scene, looked),
        _ => ("", Err(format!("nobody answers @{question} about /v2/info"))),
    };
    push(scene, question, (scene.subject(), at.at(pointer)), answer, looked);
}

/// Questions about apps.
pub(super) fn apps(scene: &Scene<'_>, question: &str, apps: &[App], looked: &mut Looked) {
    let shared = if question == "shared-service-port" {
        owners(apps)
    } else {
        BTreeMap::new()
    };
    for app in apps {
        let (field, answer) = match question {
            "fixed-ports-not-required" => ("/ports", fixed_ports(app)),
            "shared-service-port" => ("", shared_port(app, &shared)),
            "network-without-name" => ("", network_without_name(scene, app)),
            "discovery-ports-in-docker" => ("/ipAddress/discovery/ports", discovery_ports(app)),
            "docker-credential" => ("/container/docker/credential", docker_credential(app)),
            "store-urls" => ("/storeUrls", store_urls(app)),
            "foreign-roles" => ("/acceptedResourceRoles", foreign_roles(scene, app)),
            "group-by-without-number" => ("/constraints", group_by(&app.constraints)),
            _ => ("", Err(format!("nobody answers @{question} about apps"))),
        };
        let at = app.at.at(format!("{}{field}", app.at.pointer));
        push(scene, question, (scene.app(app), at), answer, looked);
    }
}

/// Questions about pods.
pub(super) fn pods(scene: &Scene<'_>, question: &str, pods: &[Pod], looked: &mut Looked) {
    for pod in pods {
        if question == "host-port-in-several-networks" {
            let at = pod.at.at(format!("{}/containers", pod.at.pointer));
            push(scene, question, (scene.pod(pod), at), unbound_host_port(pod), looked);
            continue;
        }
        let answer = match question {
            "group-by-without-number" => group_by(&pod.constraints).map(|value| ("constraints", value)),
            "foreign-roles" => pod_roles(scene, pod).map(|value| ("acceptedResourceRoles", value)),
            _ => Err(format!("nobody answers @{question} about pods")),
        };
        let field = answer.as_ref().map_or("", |(field, _)| field);
        let at = pod.at.at(format!("{}/scheduling/placement/{field}", pod.at.pointer));
        let answer = answer.map(|(_, value)| value);
        push(scene, question, (scene.pod(pod), at), answer, looked);
    }
}

fn push(scene: &Scene<'_>, question: &str, (subject, at): (Subject, EvidenceRef), answer: Answer, looked: &mut Looked) {
    match answer {
        Ok(value) => looked.sightings.push(sighting(subject, question, value, at)),
        Err(why) => {
            let why = scene.about(&why);
            if !looked.unknown.contains(&why) {
                looked.unknown.push(why);
            }
        }
    }
}

/// The framework id, where Mesos does not list such a framework any more.
fn framework_unknown(scene: &Scene<'_>, info: &MarathonInfo) -> Answer {
    let id = info.framework_id.as_ref().ok_or("its framework id is not known")?;
    let seen = scene.facts.frameworks_seen().map_err(Why::sentence)?;
    if seen.items.iter().any(|framework| framework.id == *id) {
        return Ok(None);
    }
    match seen.doubts.first() {
        Some(doubt) => Err(doubt.sentence()),
        None => Ok(Some(id.clone())),
    }
}

/// The principal, where Mesos demands that frameworks authenticate.
fn principal(scene: &Scene<'_>, info: &MarathonInfo) -> Answer {
    let id = info.framework_id.as_ref().ok_or("its framework id is not known")?;
    let seen = scene.facts.frameworks_seen().map_err(Why::sentence)?;
    let Some(framework) = seen.items.iter().find(|framework| framework.id == *id) else {
        return Err(format!("Mesos does not list its framework {id}"));
    };
    let Some(principal) = &framework.principal else {
        return Ok(None);
    };
    let mut known = false;
    for master in &scene.facts.snapshot.masters {
        // `authenticate` until 1.0 (apache/mesos docs/upgrades.md, 1.0.x), both names are shown by their loaded one.
        for flag in ["authenticate_frameworks", "authenticate"] {
            if let Some(value) = master.flags.known().and_then(|flags| flags.get(flag)) {
                known = true;
                if value == "true" {
                    return Ok(Some(principal.clone()));
                }
            }
        }
    }
    if known {
        Ok(None)
    } else {
        Err("whether Mesos demands that frameworks authenticate is not known: no master shows the flag".to_owned())
    }
}

/// Agents with GPUs.
fn gpu_agents(scene: &Scene<'_>, looked: &mut Looked) {
    let seen = match scene.facts.agents_seen() {
        Ok(seen) => seen,
        Err(why) => return looked.unknown.push(scene.about(&why.sentence())),
    };
    for doubt in seen.doubts {
        looked.unknown.push(scene.about(&doubt.sentence()));
    }
    for agent in seen.items {
        let gpus = agent
            .resources
            .get("gpus")
            .filter(|gpus| gpus.parse::<f64>().is_ok_and(|gpus| gpus > 0.0));
        let at = agent.at.at(format!("{}/resources/gpus", agent.at.pointer));
        let subject = Subject::new(SubjectKind::Agent, &agent.id, &agent.hostname);
        push(scene, "gpu-agents", (subject, at), Ok(gpus.cloned()), looked);
    }
}

/// A field of a definition; absent and `null` are `Null`.
fn field(app: &App, name: &str) -> Result<Value, String> {
    match app.definition.get(name) {
        Some(text) => serde_json::from_str(text).map_err(|error| format!("app {}: {name}: {error}", app.id)),
        None => Ok(Value::Null),
    }
}

/// A list in a definition; absent is empty.
fn list(value: &Value, what: &str, app: &App) -> Result<Vec<Value>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => Ok(list.clone()),
        _ => Err(format!("app {}: {what} is not a list", app.id)),
    }
}

/// `ports` that are named although the app does not demand them.
fn fixed_ports(app: &App) -> Answer {
    if field(app, "requirePorts")? == Value::Bool(true) {
        return Ok(None);
    }
    let ports = list(&field(app, "ports")?, "ports", app)?;
    let named: Vec<String> = ports
        .iter()
        .filter(|port| port.as_u64() != Some(0))
        .map(ToString::to_string)
        .collect();
    Ok((!named.is_empty()).then(|| named.join(", ")))
}

/// How many addresses get events: none where there is no subscriber; where there is one whose list is not shown, nobody can say.
fn http_endpoints(info: &MarathonInfo) -> Answer {
    match (info.http_endpoints, &info.event_subscriber) {
        (Some(count), _) => Ok(Some(count.to_string())),
        (None, None) => Ok(Some("0".to_owned())),
        (None, Some(kind)) => Err(format!(
            "/v2/info names the event subscriber {kind} and no list of its endpoints"
        )),
    }
}

/// Service ports of an app: of its port mappings, its port definitions, its `ports`; 0 = to be assigned.
fn service_ports(app: &App) -> Result<BTreeSet<u64>, String> {
    let container = field(app, "container")?;
    let lists = [
        (container.pointer("/docker/portMappings").cloned(), "servicePort"),
        (container.pointer("/portMappings").cloned(), "servicePort"),
        (Some(field(app, "portDefinitions")?), "port"),
    ];
    let mut ports = BTreeSet::new();
    for (entries, name) in lists {
        for entry in list(&entries.unwrap_or_default(), "a list of ports", app)? {
            ports.extend(entry.get(name).and_then(Value::as_u64));
        }
    }
    for port in list(&field(app, "ports")?, "ports", app)? {
        ports.extend(port.as_u64());
    }
    ports.remove(&0);
    Ok(ports)
}

/// Apps by service port.
fn owners(apps: &[App]) -> BTreeMap<u64, Vec<&str>> {
    let mut owners: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for app in apps {
        for port in service_ports(app).unwrap_or_default() {
            owners.entry(port).or_default().push(&app.id);
        }
    }
    owners
}

/// Service ports that another app has too.
fn shared_port(app: &App, owners: &BTreeMap<u64, Vec<&str>>) -> Answer {
    let shared: Vec<String> = service_ports(app)?
        .into_iter()
        .filter(|port| owners.get(port).is_some_and(|apps| apps.len() > 1))
        .map(|port| port.to_string())
        .collect();
    Ok((!shared.is_empty()).then(|| shared.join(", ")))
}

/// What puts an app on a container network without a name, where Marathon has no name for those.
///
/// mesosphere/marathon `MigrationTo15.scala`, `AppNormalization.scala` (v1.5.15) and docs/docs/upgrade/network-api-for-apps.md.
fn network_without_name(scene: &Scene<'_>, app: &App) -> Answer {
    let container = field(app, "container")?;
    let docker = container
        .pointer("/docker/network")
        .and_then(Value::as_str)
        .unwrap_or("");
    let address = field(app, "ipAddress")?;
    let named = address
        .get("networkName")
        .and_then(Value::as_str)
        .is_some_and(|name| !name.is_empty());
    let nameless = match docker {
        "USER" => !named,
        // NONE ends the migration for a reason of its own.
        "HOST" | "BRIDGE" | "NONE" => false,
        _ => !address.is_null() && !named,
    };
    if !nameless {
        return Ok(None);
    }
    let settings = scene.marathon.info.known().map(|info| &info.settings);
    match settings
        .and_then(|settings| settings.get(DEFAULT_NETWORK))
        .map(String::as_str)
    {
        Some("null") => Ok(Some(if docker == "USER" {
            "container.docker.network USER".to_owned()
        } else {
            "ipAddress without networkName".to_owned()
        })),
        Some(_) => Ok(None),
        None => Err(format!(
            "app {} is on a container network without a name, and /v2/info does not list {DEFAULT_NETWORK}",
            app.id
        )),
    }
}

/// How many ports an app with a Docker container has in `ipAddress.discovery`.
fn discovery_ports(app: &App) -> Answer {
    let container = field(app, "container")?;
    // Without a type it is Docker (mesosphere/marathon api/v2/json/Formats.scala, v1.4.13).
    let docker = match container.get("type").and_then(Value::as_str) {
        Some(kind) => kind == "DOCKER",
        None => container.get("docker").is_some_and(|docker| !docker.is_null()),
    };
    let address = field(app, "ipAddress")?;
    let ports = address.pointer("/discovery/ports").cloned().unwrap_or_default();
    let ports = list(&ports, "ipAddress.discovery.ports", app)?;
    Ok((docker && !ports.is_empty()).then(|| format!("{} ports", ports.len())))
}

/// Whether a container names a credential for its registry; never the credential.
fn docker_credential(app: &App) -> Answer {
    let container = field(app, "container")?;
    let credential = container.pointer("/docker/credential");
    Ok(credential
        .filter(|credential| !credential.is_null())
        .map(|_| "a credential, not shown".to_owned()))
}

/// How many URLs were to be taken into the artifact store; never the URLs, which may hold credentials.
fn store_urls(app: &App) -> Answer {
    let urls = list(&field(app, "storeUrls")?, "storeUrls", app)?;
    Ok((!urls.is_empty()).then(|| format!("{} URLs, not shown", urls.len())))
}

/// Accepted roles that are neither `*` nor the role of the app.
fn foreign_roles(scene: &Scene<'_>, app: &App) -> Answer {
    let accepted = list(&field(app, "acceptedResourceRoles")?, "acceptedResourceRoles", app)?;
    foreign(scene, &accepted, &field(app, "role")?)
}

/// The same of a pod, which has them in its placement.
fn pod_roles(scene: &Scene<'_>, pod: &Pod) -> Answer {
    let scheduling = pod_field(pod, "scheduling")?;
    let accepted = match scheduling.pointer("/placement/acceptedResourceRoles") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(roles)) => roles.clone(),
        Some(_) => return Err(format!("pod {}: acceptedResourceRoles is not a list", pod.id)),
    };
    foreign(scene, &accepted, &pod_field(pod, "role")?)
}

/// A field of a pod; absent and `null` are `Null`.
fn pod_field(pod: &Pod, name: &str) -> Result<Value, String> {
    match pod.definition.get(name) {
        Some(text) => serde_json::from_str(text).map_err(|error| format!("pod {}: {name}: {error}", pod.id)),
        None => Ok(Value::Null),
    }
}

/// The first endpoint with a host port that does not name one network, in a pod on several container networks.
fn unbound_host_port(pod: &Pod) -> Answer {
    let list = |value: Option<Value>, what: &str| match value.unwrap_or_default() {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => Ok(list),
        _ => Err(format!("pod {}: {what} is not a list", pod.id)),
    };
    let networks = list(Some(pod_field(pod, "networks")?), "networks")?;
    let in_container = |network: &&Value| network.get("mode").and_then(Value::as_str) == Some("container");
    if networks.iter().filter(in_container).count() < 2 {
        return Ok(None);
    }
    for container in list(Some(pod_field(pod, "containers")?), "containers")? {
        for endpoint in list(container.get("endpoints").cloned(), "endpoints")? {
            let names = list(endpoint.get("networkNames").cloned(), "networkNames")?;
            if endpoint.get("hostPort").is_some_and(|port| !port.is_null()) && names.len() != 1 {
                let name = endpoint.get("name").and_then(Value::as_str).unwrap_or("without a name");
                return Ok(Some(format!("endpoint {name}")));
            }
        }
    }
    Ok(None)
}

/// Roles beside `*` and the own one: `role` where it stands there, else the one Marathon registers under.
fn foreign(scene: &Scene<'_>, accepted: &[Value], role: &Value) -> Answer {
    if accepted.is_empty() {
        return Ok(None);
    }
    let own = match role {
        Value::String(role) => role.clone(),
        _ => mesos_role(scene)?,
    };
    let foreign: Vec<String> = accepted
        .iter()
        .filter(|role| role.as_str().is_none_or(|role| role != UNRESERVED && role != own))
        .map(|role| role.as_str().map_or_else(|| role.to_string(), str::to_owned))
        .collect();
    Ok((!foreign.is_empty()).then(|| foreign.join(", ")))
}

/// The role under which Marathon registers; not set means `*`.
fn mesos_role(scene: &Scene<'_>) -> Result<String, String> {
    let info = match &scene.marathon.info {
        Observed::Known(info, _) => info,
        Observed::Unknown(why) => return Err(why.sentence()),
    };
    let text = info
        .settings
        .get(ROLE)
        .ok_or_else(|| format!("/v2/info does not list {ROLE}"))?;
    match serde_json::from_str::<Option<String>>(text) {
        Ok(role) => Ok(role.unwrap_or_else(|| UNRESERVED.to_owned())),
        Err(_) => Err(format!("{ROLE} is {text}, expected a text")),
    }
}

/// The first GROUP_BY without a number above 0.
fn group_by(constraints: &[Constraint]) -> Answer {
    for constraint in constraints {
        if !constraint.well_formed {
            return Err(format!("the constraint {} is malformed", constraint.raw));
        }
        let text = |at: usize| constraint.elements.get(at).and_then(|element| element.as_deref().ok());
        if !text(1).is_some_and(|operator| operator.eq_ignore_ascii_case("GROUP_BY")) {
            continue;
        }
        // java.lang.Integer.parseInt takes a leading plus, as Rust does.
        let divides = text(2)
            .and_then(|value| value.parse::<i32>().ok())
            .is_some_and(|value| value > 0);
        if !divides {
            return Ok(Some(constraint.raw.clone()));
        }
    }
    Ok(None)
}
