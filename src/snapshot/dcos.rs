//! What DC/OS itself said: versions, unit health, packages, and the operator's input files.

use crate::model::{EvidenceRef, Observed, Version};

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
    /// Input files by their item name (`config.yaml`, `new-config.yaml`, `ip-detect`, `license.txt`, `inventory`).
    pub inputs: Vec<InputFile>,
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

/// One input file in the archive: presence and digest; its text is not kept in the snapshot.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Item name.
    pub name: String,
    /// SHA-256 of its bytes, or why it is not there.
    pub sha256: Observed<String>,
}
