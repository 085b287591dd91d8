//! What DC/OS itself said: versions, unit health, packages, and the operator's input files.

use crate::model::{EvidenceRef, Observed, Version};
use crate::sources::dcos_config::Config;

pub use crate::sources::dcos::LicenseFile;

/// DC/OS of one cluster; on plain Mesos every part is unknown because absent.
#[derive(Debug, Clone)]
pub struct Dcos {
    /// `/dcos-metadata/dcos-version.json` by host asked, sorted.
    pub versions: Vec<(String, Observed<Version>)>,
    /// `CLUSTER_ID` of `/metadata`.
    pub cluster_id: Observed<String>,
    /// `/system/health/v1/nodes`.
    pub nodes: Observed<Vec<HealthNode>>,
    /// `/system/health/v1/units`.
    pub units: Observed<Vec<HealthUnit>>,
    /// `/package/list`.
    pub packages: Observed<Vec<Package>>,
    /// `/licensing/v1/status` was answered (Enterprise).
    pub license: Observed<String>,
    /// Whether IPv6 is switched off in a node's kernel, by node, sorted; only nodes that were looked at.
    pub ipv6_off: Vec<(String, Observed<bool>)>,
    /// config.yaml in force.
    pub config: Observed<Config>,
    /// config.yaml of the new version.
    pub new_config: Observed<Config>,
    /// SHA-256 of the ip-detect script in force.
    pub ip_detect: Observed<String>,
    /// SHA-256 of the ip-detect script of the new version.
    pub new_ip_detect: Observed<String>,
    /// What is kept of license.txt.
    pub license_file: Observed<LicenseFile>,
}

/// Health of one node, as the DC/OS diagnostics service says.
#[derive(Debug, Clone)]
pub struct HealthNode {
    /// Address.
    pub host: String,
    /// `master`, `agent`, `agent_public`.
    pub role: String,
    /// 0 healthy, 1 unhealthy, 3 unknown.
    pub health: i64,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// Health of one systemd unit over all nodes.
#[derive(Debug, Clone)]
pub struct HealthUnit {
    /// Unit id.
    pub id: String,
    /// 0 healthy, 1 unhealthy, 3 unknown.
    pub health: i64,
    /// Where it stands.
    pub at: EvidenceRef,
}

/// An installed catalogue package.
#[derive(Debug, Clone)]
pub struct Package {
    /// App id.
    pub app_id: String,
    /// Package name.
    pub name: String,
    /// Package version.
    pub version: String,
    /// Where it stands.
    pub at: EvidenceRef,
}
