//! `/version` and `/flags` of Mesos masters and agents, with the values DC/OS sets.
//!
//! Names are those a genuine 1.4 and 1.5 prints; paths are those of DC/OS and of a package installation.

use serde_json::{Map, Value, json};

use super::mesos_objects::extend;
use crate::demo::model::Model;
use crate::demo::release::Release;

/// Fields of `/version`, which `/state` repeats.
pub fn version(release: &Release) -> Value {
    json!({
        "version": release.mesos,
        "git_sha": release.mesos_sha,
        "build_date": release.mesos_built,
        "build_time": f64::from(release.mesos_built_at),
        "build_user": "builder",
    })
}

fn zk(model: &Model) -> String {
    let servers: Vec<String> = model
        .places
        .masters
        .iter()
        .map(|place| place.zookeeper.to_string())
        .collect();
    format!("zk://{}/mesos", servers.join(","))
}

/// Folder of Mesos' own files.
fn var(release: &Release) -> &'static str {
    if release.dcos.is_some() {
        "/var/lib/dcos/mesos"
    } else {
        "/var/lib/mesos"
    }
}

/// Folder of log files.
pub const LOG_DIR: &str = "/var/log/mesos";

/// Flags every master has, with values that are the same on all of them.
const MASTER: &[(&str, &str)] = &[
    ("agent_ping_timeout", "15secs"),
    ("agent_reregister_timeout", "10mins"),
    ("allocation_interval", "1secs"),
    ("allocator", "hierarchical"),
    ("authenticate_agents", "false"),
    ("authenticate_frameworks", "false"),
    ("authenticate_http_frameworks", "false"),
    ("authenticate_http_readonly", "false"),
    ("authenticate_http_readwrite", "false"),
    ("authentication_v0_timeout", "15secs"),
    ("authenticators", "crammd5"),
    ("authorizers", "local"),
    ("filter_gpu_resources", "true"),
    ("framework_sorter", "drf"),
    ("help", "false"),
    ("hostname_lookup", "false"),
    ("http_authenticators", "basic"),
    ("initialize_driver_logging", "true"),
    ("log_auto_initialize", "true"),
    ("logbufsecs", "0"),
    ("logging_level", "INFO"),
    ("max_agent_ping_timeouts", "20"),
    ("max_completed_frameworks", "50"),
    ("max_completed_tasks_per_framework", "1000"),
    ("max_unreachable_tasks_per_framework", "1000"),
    ("min_allocatable_resources", "cpus:0.01|mem:32"),
    ("quiet", "false"),
    ("quorum", "2"),
    ("recovery_agent_removal_limit", "100%"),
    ("registry", "replicated_log"),
    ("registry_fetch_timeout", "1mins"),
    ("registry_gc_interval", "15mins"),
    ("registry_max_agent_age", "2weeks"),
    ("registry_max_agent_count", "102400"),
    ("registry_store_timeout", "1mins"),
    ("registry_strict", "false"),
    ("role_sorter", "drf"),
    ("root_submissions", "true"),
    ("version", "false"),
    ("webui_dir", "/usr/share/mesos/webui"),
    ("zk_session_timeout", "10secs"),
];

/// Flags every agent has, with values that are the same on all of them.
const AGENT: &[(&str, &str)] = &[
    ("appc_simple_discovery_uri_prefix", "http://"),
    ("authenticate_http_executors", "false"),
    ("authenticate_http_readonly", "false"),
    ("authenticate_http_readwrite", "false"),
    ("authenticatee", "crammd5"),
    ("authentication_backoff_factor", "1secs"),
    ("authorizer", "local"),
    ("cgroups_enable_cfs", "true"),
    ("cgroups_hierarchy", "/sys/fs/cgroup"),
    ("cgroups_limit_swap", "false"),
    ("cgroups_root", "mesos"),
    ("container_disk_watch_interval", "15secs"),
    ("containerizers", "docker,mesos"),
    ("disk_watch_interval", "1mins"),
    ("docker", "docker"),
    ("docker_kill_orphans", "true"),
    ("docker_remove_delay", "1hrs"),
    ("docker_socket", "/var/run/docker.sock"),
    ("docker_stop_timeout", "20secs"),
    ("enforce_container_disk_quota", "false"),
    ("executor_registration_timeout", "10mins"),
    ("executor_reregistration_timeout", "2secs"),
    ("executor_shutdown_grace_period", "5secs"),
    ("fetcher_cache_size", "2GB"),
    ("gc_delay", "2days"),
    ("gc_disk_headroom", "0.1"),
    ("help", "false"),
    ("hostname_lookup", "false"),
    ("http_command_executor", "false"),
    ("image_providers", "docker"),
    ("initialize_driver_logging", "true"),
    (
        "isolation",
        "cgroups/cpu,cgroups/mem,disk/du,filesystem/linux,docker/runtime,docker/volume",
    ),
    ("launcher", "linux"),
    ("logbufsecs", "0"),
    ("logging_level", "INFO"),
    ("oversubscribed_resources_interval", "15secs"),
    ("qos_correction_interval_min", "0ns"),
    ("quiet", "false"),
    ("recover", "reconnect"),
    ("recovery_timeout", "24hrs"),
    ("registration_backoff_factor", "1secs"),
    ("revocable_cpu_low_priority", "true"),
    ("sandbox_directory", "/mnt/mesos/sandbox"),
    ("strict", "true"),
    ("switch_user", "true"),
    ("systemd_enable_support", "true"),
    ("version", "false"),
];

fn list(flags: &[(&str, &str)]) -> Value {
    flags
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<Map<String, Value>>()
        .into()
}

/// Flags of a master.
pub fn master(model: &Model, index: usize, release: &Release) -> Value {
    let place = model.places.masters.get(index);
    let ip = place.map_or("", |place| place.mesos.ip.as_str());
    let port = place.map_or(0, |place| place.mesos.port).to_string();
    let mut flags = list(MASTER);
    extend(
        &mut flags,
        json!({
            "cluster": model.name,
            "hostname": ip,
            "ip": ip,
            "log_dir": LOG_DIR,
            "port": port,
            "work_dir": format!("{}/master", var(release)),
            "zk": zk(model),
        }),
    );
    if release.mesos_1_5 {
        extend(&mut flags, json!({"require_agent_domain": "false"}));
    }
    if release.dcos.is_some() {
        extend(
            &mut flags,
            json!({
                "modules_dir": "/opt/mesosphere/etc/mesos-master-modules",
                "webui_dir": "/opt/mesosphere/packages/mesos/share/mesos/webui",
                "weights": "slave_public=1", "roles": "slave_public",
            }),
        );
    }
    flags
}

/// Flags of an agent.
pub fn agent(model: &Model, index: usize, release: &Release) -> Value {
    let place = model.places.agents.get(index);
    let ip = place.map_or("", |place| place.mesos.ip.as_str());
    let host = place.map_or("", |place| place.host.as_str());
    let port = place.map_or(0, |place| place.mesos.port).to_string();
    let agent = model.agents.get(index);
    let attributes: Vec<String> = agent
        .map(|agent| {
            agent
                .attributes
                .iter()
                .map(|(name, value)| format!("{name}:{value}"))
                .collect()
        })
        .unwrap_or_default();
    let public = agent.is_some_and(|agent| agent.public);
    let mut flags = list(AGENT);
    extend(
        &mut flags,
        json!({
            "attributes": attributes.join(";"),
            "default_role": if public { "slave_public" } else { "*" },
            "hostname": host,
            "ip": ip,
            "log_dir": LOG_DIR,
            "master": zk(model),
            "port": port,
            "work_dir": format!("{}/slave", var(release)),
        }),
    );
    if release.mesos_1_5 {
        extend(
            &mut flags,
            json!({"reconfiguration_policy": "equal", "zk_session_timeout": "10secs"}),
        );
    }
    if release.dcos.is_some() {
        extend(
            &mut flags,
            json!({"modules_dir": "/opt/mesosphere/etc/mesos-slave-modules", "work_dir": "/var/lib/mesos/slave"}),
        );
    }
    flags
}
