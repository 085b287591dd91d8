//! What Admin Router on a master answers: DC/OS' own services, and the way through to Mesos, Marathon, Metronome and
//! Exhibitor.
//!
//! Open-source DC/OS: there is no licence service and no login. Shapes: dcos/dcos tags 1.10.8 and 1.11.3,
//! dcos/dcos-diagnostics, Cosmos' `package.list` answer.

use serde_json::{Value, json};

use super::{Reply, Request, Service, exhibitor, marathon, mesos_agent, mesos_master, metronome};
use crate::demo::model::Model;
use crate::demo::release::Release;

/// What Admin Router on master number `index` answers.
pub fn reply(model: &Model, index: usize, request: Request<'_>) -> Reply {
    let Some(master) = model.masters.get(index).filter(|master| master.release.dcos.is_some()) else {
        return Reply::not_found();
    };
    match request.path {
        "/dcos-metadata/dcos-version.json" => Reply::json(json!({
            "version": master.release.dcos,
            "dcos-image-commit": master.release.image_commit,
            "bootstrap-id": master.release.bootstrap_id,
        })),
        "/metadata" => Reply::json(json!({
            "PUBLIC_IPV4": model.places.masters.get(index).map(|place| place.host.as_str()),
            "CLUSTER_ID": model.cluster_id,
        })),
        "/system/health/v1" | "/system/health/v1/" => Reply::json(own_health(model, index)),
        "/system/health/v1/nodes" => Reply::json(json!({"nodes": nodes(model)})),
        "/system/health/v1/units" => Reply::json(json!({"units": units(master.release)})),
        // Open DC/OS before 1.13 has dcos-oauth here (dcos/dcos-oauth `routes.go`, `users.go`): without OAuth nobody is listed, an
        // empty list is null, the query is not looked at, and there are no permissions.
        "/acs/api/v1/users" | "/acs/api/v1/groups" => Reply::json(json!({"array": null})),
        "/acs/api/v1/acls" => Reply::status(404, "404 page not found\n"),
        "/package/list" if request.method == "POST" => packages(model),
        // What Admin Router answers to the path without its slash.
        "/mesos" | "/exhibitor" => Reply::redirect(301, format!("{}/", request.path)),
        path => through(model, path, request),
    }
}

/// Requests that Admin Router hands on.
fn through(model: &Model, path: &str, request: Request<'_>) -> Reply {
    let at = |path| Request { path, ..request };
    if let Some(rest) = path.strip_prefix("/mesos").filter(|rest| rest.starts_with('/')) {
        return mesos_master::reply(model, model.leader, at(rest));
    }
    if let Some(rest) = path.strip_prefix("/exhibitor").filter(|rest| rest.starts_with('/')) {
        return exhibitor::reply(model, model.leader, at(rest));
    }
    if let Some(rest) = path.strip_prefix("/service/metronome") {
        return metronome::reply(model, at(rest));
    }
    if let Some((id, rest)) = path
        .strip_prefix("/slave/")
        .or_else(|| path.strip_prefix("/agent/"))
        .and_then(|rest| rest.find('/').map(|at| rest.split_at(at)))
    {
        let found = model.registered_agents().find(|(_, agent)| agent.id == id);
        return found.map_or_else(Reply::not_found, |(index, _)| {
            mesos_agent::reply(model, index, at(rest))
        });
    }
    let service = |name: &str| path.strip_prefix("/service/").and_then(|rest| rest.strip_prefix(name));
    for (number, one) in model.marathons.iter().enumerate() {
        let name = if one.name == "root" {
            "marathon"
        } else {
            one.name.as_str()
        };
        if let Some(rest) = service(name).filter(|rest| rest.starts_with('/')) {
            return marathon::reply(model, number, at(rest));
        }
    }
    Reply {
        content_type: Some("text/html"),
        ..Reply::status(
            404,
            "<html><head><title>404 Not Found</title></head><body></body></html>\n",
        )
    }
}

/// Which process stands behind a path of Admin Router; lets a fault of that process show here as well.
pub fn behind(model: &Model, path: &str) -> Option<(Service, String)> {
    let leader = model.leader;
    if let Some(rest) = path.strip_prefix("/mesos/") {
        return Some((Service::Master(leader), format!("/{rest}")));
    }
    if let Some(rest) = path.strip_prefix("/exhibitor/") {
        return Some((Service::Exhibitor(leader), format!("/{rest}")));
    }
    if let Some(rest) = path.strip_prefix("/service/metronome/") {
        return Some((Service::Metronome(leader), format!("/{rest}")));
    }
    if let Some(rest) = path.strip_prefix("/service/marathon/") {
        return Some((Service::RootMarathon(leader), format!("/{rest}")));
    }
    let nested = model.marathons.get(1)?;
    let rest = path.strip_prefix("/service/")?.strip_prefix(nested.name.as_str())?;
    rest.starts_with('/')
        .then(|| (Service::NestedMarathon, rest.to_owned()))
}

/// systemd units of a master that both releases have, with their names.
const UNITS: [(&str, &str); 9] = [
    ("dcos-adminrouter.service", "Admin Router Master"),
    ("dcos-cosmos.service", "DC/OS Package Manager (Cosmos)"),
    ("dcos-diagnostics.service", "DC/OS Diagnostics Master"),
    ("dcos-exhibitor.service", "Exhibitor"),
    ("dcos-marathon.service", "Marathon"),
    ("dcos-mesos-dns.service", "Mesos DNS"),
    ("dcos-mesos-master.service", "Mesos Master"),
    ("dcos-metronome.service", "Jobs Service"),
    (
        "dcos-pkgpanda-api.service",
        "DC/OS Component Package Manager (Pkgpanda)",
    ),
];

/// From 1.11 on one unit does what two did (dcos/dcos `packages/` at tags 1.10.8 and 1.11.3).
fn network_units(release: &Release) -> &'static [(&'static str, &'static str)] {
    if release.mesos_1_5 {
        &[("dcos-net.service", "DC/OS Net")]
    } else {
        &[("dcos-navstar.service", "Navstar"), ("dcos-spartan.service", "Spartan")]
    }
}

fn unit_names(release: &Release) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut all: Vec<_> = UNITS.iter().chain(network_units(release)).copied().collect();
    all.sort_unstable();
    all.into_iter()
}

fn units(release: &Release) -> Vec<Value> {
    unit_names(release)
        .map(|(id, name)| json!({"id": id, "name": name, "health": 0, "description": format!("{name} of the cluster")}))
        .collect()
}

fn own_health(model: &Model, index: usize) -> Value {
    let host = model.places.masters.get(index).map_or("", |place| place.host.as_str());
    let units: Vec<Value> = model
        .masters
        .get(index)
        .into_iter()
        .flat_map(|master| unit_names(master.release))
        .map(|(id, name)| {
            json!({"id": id, "health": 0, "output": "", "description": format!("{name} of this node"), "help": "", "name": name})
        })
        .collect();
    json!({
        "units": units,
        "hostname": format!("master-{}", index + 1),
        "ip": host,
        "dcos_version": model.masters.get(index).and_then(|master| master.release.dcos),
        "node_role": "master",
        "mesos_id": model.masters.get(index).map(|master| master.id.as_str()),
        "dcos_diagnostics_version": "0.4.0",
    })
}

fn nodes(model: &Model) -> Vec<Value> {
    let masters = model
        .places
        .masters
        .iter()
        .map(|place| json!({"host_ip": place.host, "health": 0, "role": "master"}));
    let agents = model.places.agents.iter().zip(&model.agents).map(|(place, agent)| {
        let role = if agent.public { "agent_public" } else { "agent" };
        json!({"host_ip": place.host, "health": i32::from(agent.lost), "role": role})
    });
    masters.chain(agents).collect()
}

fn packages(model: &Model) -> Reply {
    let packages: Vec<Value> = model
        .packages
        .iter()
        .map(|package| {
            json!({
                "appId": package.app_id,
                "packageInformation": {
                    "packageDefinition": {
                        "packagingVersion": "3.0",
                        "name": package.name,
                        "version": package.version,
                        "maintainer": "maintainer@example.invalid",
                        "description": format!("{} for the demo", package.name),
                        "framework": true,
                        "selected": true,
                        "tags": [],
                    },
                },
            })
        })
        .collect();
    Reply {
        content_type: Some("application/vnd.dcos.package.list-response+json;charset=utf-8;version=v1"),
        ..Reply::json(json!({"packages": packages}))
    }
}
