//! The app form of Marathon up to 1.4, rewritten as Marathon 1.5 does when it migrates.
//!
//! The code behind entries of the table (`data/app-fields.toml`) that are more than a default; each notes its entry where
//! it did something. Never touches what the entry's releases did not write.
//!
//! A `Value` here is bounded: it holds one field of one definition.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Used;
use super::same::{empty, setting};
use crate::knowledge::AppFields;
use crate::knowledge::app_fields::{Of, Transformation};
use crate::model::Version;

/// Names of networks that Marathon's settings give.
#[derive(Debug)]
pub struct Names {
    /// Network that means the bridge.
    bridge: String,
    /// Network of an app that names none.
    default: Option<String>,
}

impl Names {
    /// The migration is run with the settings of after; where they are not known those of before count.
    pub fn of(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Self {
        let read = |name: &str| setting([after, before], &format!("marathon_config.{name}"));
        Self {
            // Default: mesosphere/marathon raml/Networks.scala at v1.5.15.
            bridge: read("mesos_bridge_name").unwrap_or_else(|| "mesos-bridge".to_owned()),
            default: read("default_network_name"),
        }
    }
}

/// Names that only Marathon up to 1.4 prints.
const OLD_NAMES: [&str; 4] = ["ipAddress", "ports", "storeUrls", "uris"];

/// Whether a definition is in the form up to 1.4; of an unknown release its names tell.
fn old_form(app: &Map<String, Value>) -> bool {
    let inside = |name: &str| {
        app.get("container")
            .and_then(|container| container.get("docker"))
            .and_then(|docker| docker.get(name))
            .is_some()
    };
    OLD_NAMES.iter().any(|name| app.contains_key(*name)) || inside("network") || inside("portMappings")
}

/// Replaces the old names; whether the definition was in the old form.
pub fn rewrite<'t>(
    table: &'t AppFields,
    app: &mut Map<String, Value>,
    release: Option<&Version>,
    names: &Names,
    used: &mut Used<'t>,
) -> bool {
    let by_name = release.is_none() && old_form(app);
    let mut is_old = false;
    let mut run = |transformation: Transformation, rewrite: &mut dyn FnMut(&mut Map<String, Value>) -> bool| {
        for entry in table.rewrites(Of::App, transformation) {
            if by_name || entry.holds_in(release) {
                is_old |= entry.before.is_some();
                if rewrite(app) {
                    used.insert(&entry.id);
                }
            }
        }
    };
    run(Transformation::UrisToFetch, &mut uris);
    let mut address = None;
    run(Transformation::NetworkTranslation, &mut |app| {
        address = app.remove("ipAddress").filter(Value::is_object);
        if address.is_some() && app.get("container").is_none_or(Value::is_null) {
            app.insert("container".to_owned(), json!({"type": "MESOS"}));
        }
        networks(app, address.as_ref(), names)
    });
    run(Transformation::PortMappingsToContainer, &mut |app| {
        port_mappings(app, address.as_ref())
    });
    run(Transformation::PortsToPortDefinitions, &mut ports);
    run(Transformation::HostPortsOffHost, &mut host_ports);
    is_old
}

/// `uris` says again what `fetch` says, where both are printed.
fn uris(app: &mut Map<String, Value>) -> bool {
    let Some(Value::Array(uris)) = app.remove("uris") else {
        return false;
    };
    let has_fetch = app
        .get("fetch")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    if has_fetch || uris.is_empty() {
        return !uris.is_empty();
    }
    let fetch = uris.into_iter().map(|uri| {
        let extract = uri.as_str().is_some_and(is_archive);
        json!({"uri": uri, "extract": extract})
    });
    app.insert("fetch".to_owned(), fetch.collect());
    true
}

/// Names that Mesos unpacks (mesosphere/marathon `state/FetchUri.scala` at v1.4.13).
fn is_archive(uri: &str) -> bool {
    const ENDINGS: [&str; 7] = [".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".zip"];
    ENDINGS.iter().any(|ending| uri.ends_with(ending))
}

/// `ipAddress` and `container.docker.network` become `networks`.
fn networks(app: &mut Map<String, Value>, address: Option<&Value>, names: &Names) -> bool {
    let docker = app
        .get("container")
        .and_then(|container| container.get("docker"))
        .and_then(|docker| docker.get("network"));
    let docker = docker.and_then(Value::as_str).map(str::to_owned);
    let listed = app.get("networks").and_then(Value::as_array);
    if listed.is_some_and(|list| !list.is_empty()) {
        return false;
    }
    let member = |name: &str| address.and_then(|address| address.get(name)).cloned();
    let labels = member("labels");
    let name = member("networkName").filter(|name| !empty(name));
    let named_bridge = docker.is_none() && name.as_ref().and_then(Value::as_str) == Some(names.bridge.as_str());
    let network = match (docker.as_deref(), address) {
        (Some("BRIDGE"), _) => json!({"mode": "container/bridge", "labels": labels}),
        _ if named_bridge => json!({"mode": "container/bridge", "labels": labels}),
        (Some("USER"), _) | (None, Some(_)) => {
            let name = name.or_else(|| names.default.clone().map(Value::String));
            json!({"mode": "container", "name": name, "labels": labels})
        }
        (Some("HOST") | None, _) => json!({"mode": "host"}),
        (Some(other), _) => json!({"mode": other}),
    };
    app.insert("networks".to_owned(), json!([network]));
    docker.is_some() || address.is_some()
}

/// Takes network and port mappings out of `container.docker`, and ports out of `ipAddress.discovery`.
fn port_mappings(app: &mut Map<String, Value>, address: Option<&Value>) -> bool {
    let Some(container) = app.get_mut("container").and_then(Value::as_object_mut) else {
        return false;
    };
    let moved = docker(container);
    discovery(container, address) || moved
}

fn docker(container: &mut Map<String, Value>) -> bool {
    let Some(docker) = container.get_mut("docker").and_then(Value::as_object_mut) else {
        return false;
    };
    let network = docker
        .remove("network")
        .and_then(|network| network.as_str().map(str::to_owned));
    let mappings = docker.remove("portMappings").filter(|mappings| !mappings.is_null());
    let Some(mut mappings) = mappings else { return false };
    let moved = !empty(&mappings);
    if container.get("portMappings").is_none_or(Value::is_null) && network.as_deref() != Some("HOST") {
        // On the bridge a missing host port means any port; elsewhere it means none.
        if network.as_deref() == Some("BRIDGE") {
            let objects = mappings
                .as_array_mut()
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut);
            for mapping in objects.filter(|mapping| mapping.get("hostPort").is_none_or(Value::is_null)) {
                mapping.insert("hostPort".to_owned(), json!(0));
            }
        }
        container.insert("portMappings".to_owned(), mappings);
    }
    moved
}

/// `ipAddress.discovery.ports` of a Mesos container become port mappings.
fn discovery(container: &mut Map<String, Value>, address: Option<&Value>) -> bool {
    let ports = address
        .and_then(|address| address.pointer("/discovery/ports"))
        .and_then(Value::as_array);
    let Some(ports) = ports.filter(|ports| !ports.is_empty()) else {
        return false;
    };
    if container.get("portMappings").is_some_and(|mappings| !empty(mappings)) {
        return false;
    }
    let mapping = |port: &Value| {
        json!({
            "containerPort": port.get("number"), "name": port.get("name"),
            "protocol": port.get("protocol"), "labels": port.get("labels"),
        })
    };
    container.insert("portMappings".to_owned(), ports.iter().map(mapping).collect());
    true
}

/// Ports of the app are printed twice from 1.0 to 1.4; only definitions count where both are there.
fn ports(app: &mut Map<String, Value>) -> bool {
    let Some(Value::Array(ports)) = app.remove("ports") else {
        return false;
    };
    if ports.is_empty() {
        return false;
    }
    if app.get("portDefinitions").is_none_or(Value::is_null) && on_host(app) {
        let definitions = ports.into_iter().map(|port| json!({"port": port, "protocol": "tcp"}));
        app.insert("portDefinitions".to_owned(), definitions.collect());
    }
    true
}

/// Only apps on the network of their host have port definitions, and can require them.
fn host_ports(app: &mut Map<String, Value>) -> bool {
    if on_host(app) {
        return false;
    }
    let definitions = app.remove("portDefinitions").is_some_and(|value| !empty(&value));
    let required = app.remove("requirePorts").is_some_and(|value| value == json!(true));
    definitions || required
}

/// Takes out of the migrated form the port mappings that the migration added: those without a port, behind what was there.
pub fn drop_added_mappings<'t>(
    table: &'t AppFields,
    old: &Map<String, Value>,
    migrated: &mut Map<String, Value>,
    used: &mut Used<'t>,
) {
    fn mappings(app: &Map<String, Value>) -> Option<&Vec<Value>> {
        app.get("container")?.get("portMappings")?.as_array()
    }
    let there = mappings(old).map_or(0, Vec::len);
    let added = mappings(migrated).map_or(0, |now| {
        let behind = now.iter().skip(there).rev();
        behind.take_while(|mapping| says_nothing(mapping)).count()
    });
    if added == 0 {
        return;
    }
    let list = migrated
        .get_mut("container")
        .and_then(|container| container.get_mut("portMappings"))
        .and_then(Value::as_array_mut);
    if let Some(list) = list {
        list.truncate(list.len() - added);
    }
    let entries = table.rewrites(Of::App, Transformation::DefaultPortMapping);
    used.extend(entries.map(|entry| entry.id.as_str()));
}

/// A mapping of any port to any port. (`default` is the name that Marathon gives it.)
fn says_nothing(mapping: &Value) -> bool {
    let Some(members) = mapping.as_object() else {
        return false;
    };
    members.iter().all(|(name, value)| match name.as_str() {
        "containerPort" | "hostPort" => value.as_u64() == Some(0) || value.is_null(),
        "servicePort" => true,
        "protocol" => *value == json!("tcp"),
        "name" => empty(value) || *value == json!("default"),
        _ => empty(value),
    })
}

/// Whether the app shares the network of its host (which is also the default).
fn on_host(app: &Map<String, Value>) -> bool {
    let networks = app.get("networks").and_then(Value::as_array);
    networks.is_none_or(|list| {
        list.iter().all(|network| {
            network
                .get("mode")
                .and_then(Value::as_str)
                .is_none_or(|mode| mode == "host")
        })
    })
}
