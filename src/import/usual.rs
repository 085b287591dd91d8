//! The table of what can be imported: which item each usual name stands for. Data only.

use crate::model::items as i;

/// One thing that can be imported.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Usual {
    /// Name for `--as`.
    pub(super) kind: &'static str,
    /// Source of the item.
    pub(super) source: &'static str,
    /// Item.
    pub(super) item: &'static str,
    /// File names without port, role, extension and version prefix; words joined by `_`.
    pub(super) endpoints: &'static [&'static str],
}

const fn row(
    kind: &'static str,
    source: &'static str,
    item: &'static str,
    endpoints: &'static [&'static str],
) -> Usual {
    Usual {
        kind,
        source,
        item,
        endpoints,
    }
}

/// Everything that is recognised. Bodies of `/health` and `/redirect` are left out on purpose: what they say is their
/// status, and a saved body does not have one.
pub(super) const TABLE: &[Usual] = &[
    row("mesos-state", i::MESOS_MASTER, i::STATE, &["state"]),
    row(
        "mesos-state-summary",
        i::MESOS_MASTER,
        i::STATE_SUMMARY,
        &["state_summary", "summary"],
    ),
    row("mesos-slaves", i::MESOS_MASTER, i::SLAVES, &["slaves", "agents"]),
    row("mesos-frameworks", i::MESOS_MASTER, i::FRAMEWORKS, &["frameworks"]),
    row("mesos-roles", i::MESOS_MASTER, i::ROLES, &["roles"]),
    row("mesos-quota", i::MESOS_MASTER, i::QUOTA, &["quota"]),
    row("mesos-weights", i::MESOS_MASTER, i::WEIGHTS, &["weights"]),
    row("mesos-flags", i::MESOS_MASTER, i::FLAGS, &["flags"]),
    row("mesos-version", i::MESOS_MASTER, i::VERSION, &["version"]),
    row(
        "mesos-metrics",
        i::MESOS_MASTER,
        i::METRICS,
        &["metrics_snapshot", "snapshot", "metrics"],
    ),
    row(
        "mesos-registry",
        i::MESOS_MASTER,
        i::REGISTRY,
        &["registrar_1_registry", "registrar_registry", "registry"],
    ),
    row(
        "mesos-maintenance-schedule",
        i::MESOS_MASTER,
        i::MAINTENANCE_SCHEDULE,
        &["maintenance_schedule"],
    ),
    row(
        "mesos-maintenance-status",
        i::MESOS_MASTER,
        i::MAINTENANCE_STATUS,
        &["maintenance_status"],
    ),
    row("mesos-overlay", i::MESOS_MASTER, i::OVERLAY, &["overlay_master_state"]),
    row(
        "mesos-system-stats",
        i::MESOS_MASTER,
        i::SYSTEM_STATS,
        &["system_stats"],
    ),
    row("mesos-files-debug", i::MESOS_MASTER, i::FILES_DEBUG, &["files_debug"]),
    row("agent-state", i::MESOS_AGENT, i::STATE, &["state"]),
    row("agent-flags", i::MESOS_AGENT, i::FLAGS, &["flags"]),
    row("agent-version", i::MESOS_AGENT, i::VERSION, &["version"]),
    row(
        "agent-metrics",
        i::MESOS_AGENT,
        i::METRICS,
        &["metrics_snapshot", "snapshot", "metrics"],
    ),
    row("marathon-info", i::MARATHON, i::MARATHON_INFO, &["info"]),
    row("marathon-leader", i::MARATHON, i::MARATHON_LEADER, &["leader"]),
    row("marathon-apps", i::MARATHON, i::MARATHON_APPS, &["apps"]),
    row("marathon-pods", i::MARATHON, i::MARATHON_PODS, &["pods"]),
    row(
        "marathon-pods-status",
        i::MARATHON,
        i::MARATHON_PODS_STATUS,
        &["pods_status"],
    ),
    row(
        "marathon-deployments",
        i::MARATHON,
        i::MARATHON_DEPLOYMENTS,
        &["deployments"],
    ),
    row("marathon-queue", i::MARATHON, i::MARATHON_QUEUE, &["queue"]),
    row(
        "marathon-event-subscriptions",
        i::MARATHON,
        i::MARATHON_SUBSCRIPTIONS,
        &["event_subscriptions", "eventsubscriptions"],
    ),
    row(
        "marathon-state-znodes",
        i::MARATHON,
        i::MARATHON_STATE_NODES,
        &["state_znodes", "explorer_node"],
    ),
    row("marathon-metrics", i::MARATHON, i::MARATHON_METRICS, &["metrics"]),
    row("metronome-jobs", i::METRONOME, i::METRONOME_JOBS, &["jobs"]),
    row(
        "exhibitor-status",
        i::EXHIBITOR,
        i::EXHIBITOR_STATUS,
        &["cluster_status", "status"],
    ),
    row("exhibitor-state", i::EXHIBITOR, i::EXHIBITOR_STATE, &["cluster_state"]),
    row(
        "exhibitor-config",
        i::EXHIBITOR,
        i::EXHIBITOR_CONFIG,
        &["config_get_state"],
    ),
    row("zookeeper-ruok", i::ZOOKEEPER, "ruok.txt", &["ruok"]),
    row("zookeeper-srvr", i::ZOOKEEPER, "srvr.txt", &["srvr"]),
    row("zookeeper-mntr", i::ZOOKEEPER, "mntr.txt", &["mntr"]),
    row("zookeeper-conf", i::ZOOKEEPER, "conf.txt", &["conf"]),
    row(
        "dcos-version",
        i::DCOS,
        i::DCOS_VERSION,
        &["dcos_version", "metadata_dcos_version", "version"],
    ),
    row("dcos-metadata", i::DCOS, i::DCOS_METADATA, &["metadata"]),
    row(
        "dcos-health",
        i::DCOS,
        i::DCOS_HEALTH,
        &["system_health", "system_health_v1", "diagnostics_health", "dcos_health"],
    ),
    row(
        "dcos-health-nodes",
        i::DCOS,
        i::DCOS_HEALTH_NODES,
        &["system_health_v1_nodes", "health_nodes", "nodes"],
    ),
    row(
        "dcos-health-units",
        i::DCOS,
        i::DCOS_HEALTH_UNITS,
        &["system_health_v1_units", "health_units", "units"],
    ),
    row(
        "dcos-packages",
        i::DCOS,
        i::DCOS_PACKAGES,
        &["package_list", "packages"],
    ),
    row(
        "dcos-license-status",
        i::DCOS,
        i::DCOS_LICENSE,
        &["licensing_v1_status", "license_status"],
    ),
    row("iam-users", i::DCOS, i::IAM_USERS, &["acs_api_v1_users", "iam_users"]),
    row(
        "iam-service-users",
        i::DCOS,
        i::IAM_SERVICE_USERS,
        &["iam_service_users"],
    ),
    row(
        "iam-groups",
        i::DCOS,
        i::IAM_GROUPS,
        &["acs_api_v1_groups", "iam_groups"],
    ),
    row("iam-acls", i::DCOS, i::IAM_ACLS, &["acs_api_v1_acls", "iam_acls"]),
    row(
        "cockroach-node-status",
        i::NODE,
        i::COCKROACH_NODE_STATUS,
        &[
            "cockroach_node_status",
            "node_status_ranges",
            "cockroach_node_status_ranges",
        ],
    ),
    row(
        "cockroach-vars",
        i::NODE,
        i::COCKROACH_VARS,
        &["cockroach_vars", "cockroach_status_vars", "status_vars"],
    ),
    row("node-ipv6", i::NODE, i::NODE_IPV6, &["disable_ipv6"]),
    row("config-yaml", i::INPUT, i::INPUT_CONFIG, &["config_yaml"]),
    row("new-config-yaml", i::INPUT, i::INPUT_NEW_CONFIG, &["new_config_yaml"]),
    row(
        "ip-detect",
        i::INPUT,
        i::INPUT_IP_DETECT,
        &["ip_detect", "ip_detect_sh"],
    ),
    row("new-ip-detect", i::INPUT, i::INPUT_NEW_IP_DETECT, &["new_ip_detect"]),
    row(
        "inventory",
        i::INPUT,
        i::INPUT_INVENTORY,
        &["inventory", "inventory_ini", "inventory_yml", "inventory_yaml"],
    ),
];

/// Sources that a port at the beginning of a name stands for, as in `5050-master_state.json`.
pub(super) const PORTS: &[(&str, &str)] = &[
    ("5050", i::MESOS_MASTER),
    ("5051", i::MESOS_AGENT),
    ("8080", i::MARATHON),
    ("8443", i::MARATHON),
    ("9000", i::METRONOME),
    ("8181", i::EXHIBITOR),
    ("2181", i::ZOOKEEPER),
    ("80", i::DCOS),
    ("443", i::DCOS),
    ("1050", i::DCOS),
];

/// Sources that a word at the beginning of a name, or the name of a folder, stands for.
pub(super) const WORDS: &[(&str, &str)] = &[
    ("mesos-master", i::MESOS_MASTER),
    ("mesos-agent", i::MESOS_AGENT),
    ("master", i::MESOS_MASTER),
    ("masters", i::MESOS_MASTER),
    ("leader", i::MESOS_MASTER),
    ("leading", i::MESOS_MASTER),
    ("standby", i::MESOS_MASTER),
    ("only", i::MESOS_MASTER),
    ("agent", i::MESOS_AGENT),
    ("agents", i::MESOS_AGENT),
    ("slave", i::MESOS_AGENT),
    ("marathon", i::MARATHON),
    ("metronome", i::METRONOME),
    ("exhibitor", i::EXHIBITOR),
    ("zookeeper", i::ZOOKEEPER),
    ("zk", i::ZOOKEEPER),
    ("dcos", i::DCOS),
    ("input", i::INPUT),
    ("node", i::NODE),
];

/// Words that name a role and nobody in particular: files with and without them are of one host.
pub(super) const PLAIN: &[&str] = &[
    "master",
    "masters",
    "leader",
    "leading",
    "only",
    "agent",
    "agents",
    "slave",
    "marathon",
    "metronome",
    "exhibitor",
    "zookeeper",
    "zk",
    "dcos",
];

/// Every kind that `--as` accepts.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|usual| usual.kind)
}

/// The entry of a kind.
pub(super) fn of_kind(kind: &str) -> Option<&'static Usual> {
    TABLE.iter().find(|usual| usual.kind == kind)
}

/// The entries that an endpoint's name may stand for.
pub(super) fn of_endpoint(endpoint: &str) -> Vec<&'static Usual> {
    TABLE
        .iter()
        .filter(|usual| usual.endpoints.contains(&endpoint))
        .collect()
}
