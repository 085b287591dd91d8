//! Names of payload items: the one agreement between collecting, importing, simulating and reading.
//!
//! An item's path is `data/<source>/<host>/<item>`. `<host>` is the host alone where the port is the usual one of
//! that source, else `host_port`; for Marathon it is the instance's name (`root`, or the framework's name); for
//! input files it is `files`. The true host and port stand in the evidence record.

/// Source: a Mesos master.
pub const MESOS_MASTER: &str = "mesos-master";
/// Source: a Mesos agent.
pub const MESOS_AGENT: &str = "mesos-agent";
/// Source: a Marathon instance.
pub const MARATHON: &str = "marathon";
/// Source: Metronome.
pub const METRONOME: &str = "metronome";
/// Source: Exhibitor on one master.
pub const EXHIBITOR: &str = "exhibitor";
/// Source: one ZooKeeper server.
pub const ZOOKEEPER: &str = "zookeeper";
/// Source: DC/OS services behind Admin Router.
pub const DCOS: &str = "dcos";
/// Source: a node itself, by what was read on it.
pub const NODE: &str = "node";
/// Source: input files of the operator.
pub const INPUT: &str = "input";

/// Every source, in the order in which they are collected and shown.
pub const SOURCES: [&str; 9] = [
    MESOS_MASTER,
    MESOS_AGENT,
    MARATHON,
    METRONOME,
    EXHIBITOR,
    ZOOKEEPER,
    DCOS,
    INPUT,
    BACKUP,
];

/// Usual port of a source, left out of folder names.
pub fn usual_port(source: &str) -> Option<u16> {
    match source {
        MESOS_MASTER => Some(5050),
        MESOS_AGENT => Some(5051),
        EXHIBITOR => Some(8181),
        ZOOKEEPER => Some(2181),
        _ => None,
    }
}

/// `/version` of a master or agent.
pub const VERSION: &str = "version.json";
/// `/flags` of a master or agent.
pub const FLAGS: &str = "flags.json";
/// `/health` of a master: an empty body with status 200.
pub const HEALTH: &str = "health.txt";
/// `/metrics/snapshot` of a master or agent.
pub const METRICS: &str = "metrics_snapshot.json";
/// `/registrar(1)/registry` of a master.
pub const REGISTRY: &str = "registrar_registry.json";
/// `/redirect` of a master: an empty body; where it points to stands in the evidence record (`redirected_to`).
pub const REDIRECT: &str = "redirect.txt";
/// `/redirect` of a master, asked once more at the end of the run: another target means that the leader changed meanwhile.
pub const REDIRECT_END: &str = "redirect_end.txt";
/// `/state-summary` of the leader.
pub const STATE_SUMMARY: &str = "state_summary.json";
/// `/state` of the leader, or of an agent.
pub const STATE: &str = "state.json";
/// `/slaves` of the leader.
pub const SLAVES: &str = "slaves.json";
/// `/frameworks` of the leader.
pub const FRAMEWORKS: &str = "frameworks.json";
/// `/roles` of the leader.
pub const ROLES: &str = "roles.json";
/// `/quota` of the leader.
pub const QUOTA: &str = "quota.json";
/// `/weights` of the leader.
pub const WEIGHTS: &str = "weights.json";
/// `/maintenance/schedule` of the leader.
pub const MAINTENANCE_SCHEDULE: &str = "maintenance_schedule.json";
/// `/maintenance/status` of the leader.
pub const MAINTENANCE_STATUS: &str = "maintenance_status.json";
/// `/overlay-master/state` of the leader (DC/OS).
pub const OVERLAY: &str = "overlay_master_state.json";
/// `/system/stats.json` of the leader.
pub const SYSTEM_STATS: &str = "system_stats.json";
/// `/files/debug` of the leader.
pub const FILES_DEBUG: &str = "files_debug.json";

/// `/v2/info`.
pub const MARATHON_INFO: &str = "info.json";
/// `/v2/leader`.
pub const MARATHON_LEADER: &str = "leader.json";
/// `/v2/apps` with tasks, counts, deployments and last failures.
pub const MARATHON_APPS: &str = "apps.json";
/// `/v2/pods`.
pub const MARATHON_PODS: &str = "pods.json";
/// `/v2/pods/::status`.
pub const MARATHON_PODS_STATUS: &str = "pods_status.json";
/// `/v2/deployments`.
pub const MARATHON_DEPLOYMENTS: &str = "deployments.json";
/// `/v2/queue`.
pub const MARATHON_QUEUE: &str = "queue.json";
/// `/v2/eventSubscriptions`.
pub const MARATHON_SUBSCRIPTIONS: &str = "event_subscriptions.json";
/// `/metrics` of Marathon.
pub const MARATHON_METRICS: &str = "metrics.json";

/// Names of the nodes below `<zk path>/state` of a Marathon, as Exhibitor's explorer lists them; never what stands in them.
pub const MARATHON_STATE_NODES: &str = "state_znodes.json";

/// `/v1/jobs` of Metronome.
pub const METRONOME_JOBS: &str = "jobs.json";

/// `/exhibitor/v1/cluster/status`.
pub const EXHIBITOR_STATUS: &str = "cluster_status.json";
/// `/exhibitor/v1/cluster/state`.
pub const EXHIBITOR_STATE: &str = "cluster_state.json";
/// `/exhibitor/v1/config/get-state`; its configuration text may hold secrets.
pub const EXHIBITOR_CONFIG: &str = "config_get_state.json";

/// Four-letter words asked of ZooKeeper; the item is `<word>.txt`.
pub const ZOOKEEPER_WORDS: [&str; 4] = ["ruok", "srvr", "mntr", "conf"];

/// `/dcos-metadata/dcos-version.json`.
pub const DCOS_VERSION: &str = "dcos_version.json";
/// `/metadata`.
pub const DCOS_METADATA: &str = "metadata.json";
/// `/system/health/v1` of a master.
pub const DCOS_HEALTH: &str = "health.json";
/// `/system/health/v1/nodes`.
pub const DCOS_HEALTH_NODES: &str = "health_nodes.json";
/// `/system/health/v1/units`.
pub const DCOS_HEALTH_UNITS: &str = "health_units.json";
/// `POST /package/list`.
pub const DCOS_PACKAGES: &str = "packages.json";
/// `/licensing/v1/status`.
pub const DCOS_LICENSE: &str = "license_status.json";

/// `/proc/sys/net/ipv6/conf/all/disable_ipv6` of a node.
pub const NODE_IPV6: &str = "disable_ipv6.txt";

/// Source: backups that were given to be proven; the bytes never stand in an archive.
pub const BACKUP: &str = "backup";
/// Proof of one backup file (`model::backup::Proofs`); the folder is the backup's file name.
pub const BACKUP_PROOF: &str = "proof.json";

/// Folder of what one session with the ensemble read, whichever server it was.
pub const ENSEMBLE: &str = "ensemble";
/// The tree of znodes read over the wire: one JSON object a line, no data of any znode.
pub const ZOOKEEPER_TREE: &str = "tree.ndjson";
/// Counts, limits and access of that tree.
pub const ZOOKEEPER_TREE_SUMMARY: &str = "tree_summary.json";
/// Where what stands in the znodes was kept beside the archive: files, hashes and counts, no data of any znode.
pub const ZOOKEEPER_CONTENTS: &str = "contents.json";

/// `/acs/api/v1/users`.
pub const IAM_USERS: &str = "iam_users.json";
/// `/acs/api/v1/users?type=service`.
pub const IAM_SERVICE_USERS: &str = "iam_service_users.json";
/// `/acs/api/v1/groups`.
pub const IAM_GROUPS: &str = "iam_groups.json";
/// `/acs/api/v1/acls`.
pub const IAM_ACLS: &str = "iam_acls.json";
/// `cockroach node status --ranges` of one node.
pub const COCKROACH_NODE_STATUS: &str = "cockroach_node_status.txt";
/// `/_status/vars` of CockroachDB on one node.
pub const COCKROACH_VARS: &str = "cockroach_vars.txt";

/// Folder of input files.
pub const INPUT_HOST: &str = "files";
/// The config.yaml in force.
pub const INPUT_CONFIG: &str = "config.yaml";
/// The config.yaml of the new version.
pub const INPUT_NEW_CONFIG: &str = "new-config.yaml";
/// The ip-detect script.
pub const INPUT_IP_DETECT: &str = "ip-detect";
/// The ip-detect script of the new version.
pub const INPUT_NEW_IP_DETECT: &str = "new-ip-detect";
/// Record about license.txt (size and digest; the licence itself is a secret and is not stored).
pub const INPUT_LICENSE: &str = "license.json";
/// Answers to manual items, as `gonogo signoff` writes them.
pub const INPUT_SIGNOFFS: &str = "signoffs.toml";
/// The inventory.
pub const INPUT_INVENTORY: &str = "inventory";

/// Longest part of a payload path, in bytes.
const LONGEST_PART: usize = 64;

/// A short fingerprint that keeps two shortened names apart (FNV-1a, 32 bits; nothing secret depends on it).
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Payload path of one item; `host` may hold a port. Characters outside `[A-Za-z0-9._-]` become `_`; parts longer than
/// 64 bytes are cut and end with a fingerprint of the whole.
pub fn path(source: &str, host: &str, item: &str) -> String {
    let host = match (host.rsplit_once(':'), usual_port(source)) {
        (Some((name, port)), Some(usual)) if port == usual.to_string() => name,
        _ => host,
    };
    let clean = |text: &str| -> String {
        let text: String = text
            .trim_start_matches('/')
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        // `.` and `..` are never names of their own, so that a payload path can be trusted by whoever unpacks it.
        let text = if text.is_empty() || text.chars().all(|c| c == '.') {
            format!("_{text}")
        } else {
            text
        };
        // Archives hold paths of 200 bytes at most (and ustar parts of 100): a long host name must not end a run.
        match text.get(..LONGEST_PART - 9) {
            Some(start) if text.len() > LONGEST_PART => format!("{start}-{:08x}", fnv1a(&text)),
            _ => text,
        }
    };
    format!("data/{}/{}/{}", clean(source), clean(host), clean(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_usual_ports_and_odd_characters() {
        assert_eq!(
            path(MESOS_MASTER, "10.0.0.1:5050", STATE),
            "data/mesos-master/10.0.0.1/state.json"
        );
        assert_eq!(
            path(MESOS_MASTER, "10.0.0.1:5060", STATE),
            "data/mesos-master/10.0.0.1_5060/state.json"
        );
        assert_eq!(
            path(MARATHON, "/team/marathon user", MARATHON_APPS),
            "data/marathon/team_marathon_user/apps.json"
        );
        assert_eq!(path(MARATHON, "..", MARATHON_APPS), "data/marathon/_../apps.json");
    }

    #[test]
    fn shortens_long_names_without_mixing_them_up() {
        let (one, two) = ("a".repeat(250), format!("{}b", "a".repeat(249)));
        let (one, two) = (path(MARATHON, &one, MARATHON_APPS), path(MARATHON, &two, MARATHON_APPS));
        assert_eq!(one.len(), "data/marathon//apps.json".len() + 64);
        assert_ne!(one, two);
    }
}
