//! The app form of Marathon up to 1.4, rewritten as Marathon 1.5 does when it migrates.
//!
//! Rules: mesosphere/marathon `api/v2/AppNormalization.scala` (forDeprecated, NetworkTranslation, applyDefault…) and
//! `raml/AppConversion.scala` at v1.5.15; changelog.md 1.5.0 (fields that are not printed any more). Never touches an
//! app that uses none of the old names.
//!
//! A `Value` here is bounded: it holds one field of one definition.

use serde_json::{Map, Value, json};

/// Replaces the old names.
pub fn rewrite(app: &mut Map<String, Value>) {
    uris(app);
    // The artifact store is gone, and with it its URLs (1.5).
    app.remove("storeUrls");
    networks(app);
    // Ports of the app are printed twice up to 1.4; only definitions count where both are there.
    if let Some(ports) = app.remove("ports")
        && app.get("portDefinitions").is_none_or(Value::is_null)
        && on_host(app)
        && let Value::Array(ports) = ports
        && !ports.is_empty()
    {
        let definitions = ports.into_iter().map(|port| json!({"port": port, "protocol": "tcp"}));
        app.insert("portDefinitions".to_owned(), definitions.collect());
    }
    if !on_host(app) {
        app.remove("portDefinitions");
        // Only apps on the host's network can require their ports.
        app.remove("requirePorts");
    }
}

/// `uris` says again what `fetch` says, where both are printed.
fn uris(app: &mut Map<String, Value>) {
    let Some(Value::Array(uris)) = app.remove("uris") else {
        return;
    };
    let has_fetch = app
        .get("fetch")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    if has_fetch || uris.is_empty() {
        return;
    }
    let fetch = uris.into_iter().map(|uri| {
        let extract = uri.as_str().is_some_and(is_archive);
        json!({"uri": uri, "extract": extract})
    });
    app.insert("fetch".to_owned(), fetch.collect());
}

/// Names that Mesos unpacks (mesosphere/marathon `state/FetchUri.scala` at v1.4.13).
fn is_archive(uri: &str) -> bool {
    const ENDINGS: [&str; 7] = [".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".zip"];
    ENDINGS.iter().any(|ending| uri.ends_with(ending))
}

/// `ipAddress`, `container.docker.network` and `container.docker.portMappings` become `networks` and `container.portMappings`.
fn networks(app: &mut Map<String, Value>) {
    let address = app.remove("ipAddress").filter(Value::is_object);
    if address.is_some() && app.get("container").is_none_or(Value::is_null) {
        app.insert("container".to_owned(), json!({"type": "MESOS"}));
    }
    let mut docker_network = None;
    if let Some(container) = app.get_mut("container").and_then(Value::as_object_mut) {
        docker_network = docker(container);
        discovery(container, address.as_ref());
        // A default mapping is what an app on its own network gets when it names no port.
        let named = |mapping: &Value| mapping.get("containerPort").and_then(Value::as_u64).unwrap_or(0) != 0;
        if let Some(Value::Array(mappings)) = container.get("portMappings")
            && mappings.len() <= 1
            && !mappings.iter().any(named)
        {
            container.remove("portMappings");
        }
    }
    if app
        .get("networks")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty())
    {
        return;
    }
    let member = |name: &str| address.as_ref().and_then(|address| address.get(name)).cloned();
    let (name, labels) = (member("networkName"), member("labels"));
    let network = match (docker_network.as_deref(), &address) {
        (Some("BRIDGE"), _) => json!({"mode": "container/bridge", "labels": labels}),
        (Some("USER"), _) | (None, Some(_)) => json!({"mode": "container", "name": name, "labels": labels}),
        (Some("HOST") | None, _) => json!({"mode": "host"}),
        (Some(other), _) => json!({"mode": other}),
    };
    app.insert("networks".to_owned(), json!([network]));
}

/// Takes network and port mappings out of `container.docker`; gives the network.
fn docker(container: &mut Map<String, Value>) -> Option<String> {
    let docker = container.get_mut("docker").and_then(Value::as_object_mut)?;
    let network = docker
        .remove("network")
        .and_then(|network| network.as_str().map(str::to_owned));
    let mappings = docker.remove("portMappings").filter(|mappings| !mappings.is_null());
    if let Some(mut mappings) = mappings
        && container.get("portMappings").is_none_or(Value::is_null)
        && network.as_deref() != Some("HOST")
    {
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
    network
}

/// `ipAddress.discovery.ports` of a Mesos container become port mappings.
fn discovery(container: &mut Map<String, Value>, address: Option<&Value>) {
    let ports = address
        .and_then(|address| address.pointer("/discovery/ports"))
        .and_then(Value::as_array);
    let Some(ports) = ports.filter(|ports| !ports.is_empty()) else {
        return;
    };
    if container
        .get("portMappings")
        .is_some_and(|mappings| !mappings.is_null())
    {
        return;
    }
    let mapping = |port: &Value| {
        json!({
            "containerPort": port.get("number"), "name": port.get("name"),
            "protocol": port.get("protocol"), "labels": port.get("labels"),
        })
    };
    container.insert("portMappings".to_owned(), ports.iter().map(mapping).collect());
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
