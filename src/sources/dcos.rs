//! What DC/OS services answer: version, cluster id, health of units and nodes, packages, licence.
//!
//! Forms: dcos/dcos (`gen/dcos-metadata.yaml`, adminrouter `lib/metadata.lua`),
//! dcos/dcos-diagnostics `structures.go`, the package manager's and licensing API specifications.

use serde::Deserialize;

use super::json::{self, Unique};
use super::{Malformed, Parsed};
use crate::model::Version;
use crate::sources::canonical::Canonical;

/// Health of one node.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NodeWire {
    /// Address.
    #[serde(rename = "host_ip")]
    pub host: String,
    /// `master`, `agent`, `agent_public`; empty when not said.
    #[serde(default)]
    pub role: String,
    /// 0 healthy, 1 unhealthy, 3 unknown.
    pub health: i64,
}

/// Health of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UnitWire {
    /// Unit id.
    pub id: String,
    /// 0 healthy, 1 unhealthy, 3 unknown.
    pub health: i64,
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageWire {
    /// App id.
    pub app_id: String,
    /// Package name.
    pub name: String,
    /// Package version.
    pub version: String,
}

/// `/dcos-metadata/dcos-version.json`.
pub fn version(bytes: &[u8]) -> Parsed<Version> {
    #[derive(Deserialize)]
    struct Answer {
        version: String,
    }
    let answer: Answer = json::read(bytes, "dcos-version.json: an object with the text `version`")?;
    answer.version.parse().map_err(Malformed::new)
}

/// `CLUSTER_ID` of `/metadata`; `None` when the cluster has none.
pub fn cluster_id(bytes: &[u8]) -> Parsed<Option<String>> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "CLUSTER_ID", default, deserialize_with = "json::present")]
        id: Option<String>,
        #[serde(rename = "PUBLIC_IPV4", default, deserialize_with = "json::present")]
        address: Option<String>,
    }
    const EXPECTED: &str = "the answer of /metadata: an object with `CLUSTER_ID`";
    let answer: Answer = json::read(bytes, EXPECTED)?;
    if answer.id.is_none() && answer.address.is_none() {
        return Err(Malformed(format!(
            "neither `CLUSTER_ID` nor `PUBLIC_IPV4`; expected {EXPECTED}"
        )));
    }
    Ok(answer.id.filter(|id| !id.is_empty()))
}

/// `/system/health/v1/nodes`.
pub fn nodes(bytes: &[u8]) -> Parsed<Vec<NodeWire>> {
    #[derive(Deserialize)]
    struct Answer {
        nodes: Vec<NodeWire>,
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /system/health/v1/nodes: an object with the list `nodes`",
    )?;
    Ok(answer.nodes)
}

/// `/system/health/v1/units`, and the unit list of `/system/health/v1` of one node.
pub fn units(bytes: &[u8]) -> Parsed<Vec<UnitWire>> {
    #[derive(Deserialize)]
    struct Answer {
        units: Vec<UnitWire>,
    }
    let answer: Answer = json::read(
        bytes,
        "the answer of /system/health/v1/units: an object with the list `units`",
    )?;
    Ok(answer.units)
}

/// `POST /package/list`.
pub fn packages(bytes: &[u8]) -> Parsed<Vec<PackageWire>> {
    #[derive(Deserialize)]
    struct Definition {
        name: String,
        version: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Information {
        package_definition: Definition,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        app_id: String,
        package_information: Information,
    }
    #[derive(Deserialize)]
    struct Answer {
        packages: Vec<Entry>,
    }
    let answer: Answer = json::read(bytes, "the answer of /package/list: an object with the list `packages`")?;
    Ok(answer
        .packages
        .into_iter()
        .map(|entry| PackageWire {
            app_id: entry.app_id,
            name: entry.package_information.package_definition.name,
            version: entry.package_information.package_definition.version,
        })
        .collect())
}

/// `/proc/sys/net/ipv6/conf/all/disable_ipv6`: `1` is off. A kernel that was started without IPv6 does not have the file: what
/// `cat` says then counts as off.
pub fn ipv6_off(bytes: &[u8]) -> Parsed<bool> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed("no text; expected 0 or 1".to_owned()))?;
    match text.trim() {
        "0" => Ok(false),
        "1" => Ok(true),
        text if text.ends_with("No such file or directory") => Ok(true),
        _ => Err(Malformed("neither 0 nor 1".to_owned())),
    }
}

/// What is kept of license.txt: the licence itself is a secret and is in no archive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LicenseFile {
    /// Size, bytes.
    pub bytes: u64,
    /// Nothing but white space is in it.
    pub empty: bool,
}

/// The record about license.txt that `collect` writes. A size of nothing is empty, whatever the record says.
pub fn license_file(bytes: &[u8]) -> Parsed<LicenseFile> {
    let file: LicenseFile = json::read(
        bytes,
        "the record about license.txt: an object with `bytes` and `empty`",
    )?;
    Ok(LicenseFile {
        empty: file.empty || file.bytes == 0,
        ..file
    })
}

/// `/licensing/v1/status`: breaches and nodes in one line; the licence itself is not in this answer.
pub fn license(bytes: &[u8]) -> Parsed<String> {
    const FIELDS: [&str; 4] = [
        "number_of_breaches",
        "number_of_nodes",
        "node_capacity",
        "end_timestamp",
    ];
    const EXPECTED: &str = "the answer of /licensing/v1/status: an object with `number_of_nodes`, `node_capacity` …";
    let answer: Unique<Canonical> = json::read(bytes, EXPECTED)?;
    let said: Vec<String> = FIELDS
        .iter()
        .filter_map(|field| answer.0.get(*field).map(|value| format!("{field} {}", value.0)))
        .collect();
    if said.is_empty() {
        return Err(Malformed(format!("none of its fields; expected {EXPECTED}")));
    }
    Ok(said.join(", "))
}
