//! Counts of the answers of Marathon, Exhibitor, ZooKeeper and DC/OS, for the comparison with the captures' README.

use super::counts::{Counts, Table, known, or_none};
use super::facts::Row;
use crate::snapshot::{captured, snapshot};
use gonogo::sources::{dcos, zk_words};

pub fn deployments(bytes: &[u8]) -> Result<Counts, String> {
    let shown = snapshot(&[captured("data/marathon/root/deployments.json", bytes)]);
    let deployments = known(&shown.marathons[0].deployments)?;
    let mut table = Table(Counts::new());
    table.set("deployments", deployments.len());
    let mut affected: Vec<&str> = deployments
        .iter()
        .flat_map(|deployment| deployment.affected.iter().map(String::as_str))
        .collect();
    affected.sort_unstable();
    affected.dedup();
    table.set("affected apps", affected.join(", "));
    let steps: Vec<String> = deployments
        .iter()
        .map(|deployment| format!("{}/{}", deployment.step.unwrap(), deployment.steps.unwrap()))
        .collect();
    table.set("steps", steps.join(", "));
    Ok(table.0)
}

pub fn queue(bytes: &[u8]) -> Result<Counts, String> {
    let shown = snapshot(&[captured("data/marathon/root/queue.json", bytes)]);
    let queue = known(&shown.marathons[0].queue)?;
    let mut table = Table(Counts::new());
    table.set("entries", queue.len());
    let ids: Vec<&str> = queue.iter().map(|entry| entry.id.as_str()).collect();
    table.set("ids", ids.join(", "));
    table.set("count", queue.iter().map(|entry| entry.count).sum::<u64>());
    let overdue = queue.iter().any(|entry| entry.overdue == Some(true));
    table.set("overdue", if overdue { "True" } else { "False" });
    let mut rejected: Vec<String> = queue
        .iter()
        .flat_map(|entry| entry.rejected.iter().map(|(reason, count)| format!("{reason} {count}")))
        .collect();
    rejected.sort();
    table.set("declined by reason (last offers)", rejected.join(", "));
    Ok(table.0)
}

pub fn info(row: &Row, bytes: &[u8]) -> Result<Counts, String> {
    let shown = snapshot(&[captured("data/marathon/root/info.json", bytes)]);
    let info = known(&shown.marathons[0].info)?;
    if !row.version.ends_with(&info.version_text) || info.version.is_none() {
        return Err(format!("version {}, stated {}", info.version_text, row.version));
    }
    let mut table = Table(Counts::new());
    table.some("leader", info.leader.as_ref());
    table.some(
        "elected",
        info.elected.map(|elected| if elected { "True" } else { "False" }),
    );
    table.some("frameworkId", info.framework_id.as_ref());
    Ok(table.0)
}

pub fn exhibitor(bytes: &[u8]) -> Result<Counts, String> {
    let shown = snapshot(&[captured("data/exhibitor/10.0.0.1/cluster_status.json", bytes)]);
    let servers = known(&shown.exhibitors[0].servers)?;
    let mut table = Table(Counts::new());
    table.set("masters", servers.len());
    table.set("serving", servers.iter().filter(|server| server.code == 3).count());
    let leaders: Vec<&str> = servers
        .iter()
        .filter(|server| server.leader)
        .map(|server| server.hostname.as_str())
        .collect();
    table.set("leaders", leaders.len());
    table.set("leader", leaders.join(", "));
    let codes: Vec<String> = servers.iter().map(|server| server.code.to_string()).collect();
    table.set("codes", codes.join(", "));
    Ok(table.0)
}

pub fn zookeeper(file: &str, bytes: &[u8]) -> Result<Counts, String> {
    let mut table = Table(Counts::new());
    if file.starts_with("stat") {
        let zk_words::Answer::Said(srvr) = zk_words::srvr(bytes).map_err(|error| error.to_string())? else {
            return Err("not answered".to_owned());
        };
        table.set("mode", srvr.mode);
        table.set("nodes", srvr.nodes);
        return Ok(table.0);
    }
    match zk_words::mntr(bytes).map_err(|error| error.to_string())? {
        zk_words::Answer::Said(values) => {
            let value = |key: &str| values.get(key).cloned();
            table.some("state", value("zk_server_state"));
            table.some("znodes", value("zk_znode_count"));
            table.some("outstanding", value("zk_outstanding_requests"));
            table.some("avg latency", value("zk_avg_latency"));
            // The README counts line ends, and the last line of a capture may lack its own.
            let ends = bytes.split(|byte| *byte == b'\n').count() - 1;
            if values.len() != ends && values.len() != ends + 1 {
                return Err(format!("{} values in {ends} lines", values.len()));
            }
            table.set("lines", ends);
        }
        zk_words::Answer::Refused => table.set("lines", 0),
        zk_words::Answer::NotServing => return Err("not serving".to_owned()),
    }
    Ok(table.0)
}

pub fn health(file: &str, bytes: &[u8]) -> Result<Counts, String> {
    let all: Vec<(String, i64)> = if file.starts_with("nodes") {
        let nodes = dcos::nodes(bytes).map_err(|error| error.to_string())?;
        nodes.into_iter().map(|node| (node.host, node.health)).collect()
    } else {
        let units = dcos::units(bytes).map_err(|error| error.to_string())?;
        units.into_iter().map(|unit| (unit.id, unit.health)).collect()
    };
    let mut table = Table(Counts::new());
    table.set("entries", all.len());
    let sick: Vec<&str> = all
        .iter()
        .filter(|(_, health)| *health != 0)
        .map(|(name, _)| name.as_str())
        .collect();
    table.set("health != 0", or_none(sick.join(", ")));
    Ok(table.0)
}

pub fn dcos_version(row: &Row, file: &str, bytes: &[u8]) -> Result<Counts, String> {
    let mut table = Table(Counts::new());
    if file.starts_with("metadata") {
        let id = dcos::cluster_id(bytes).map_err(|error| error.to_string())?;
        table.some("CLUSTER_ID", id);
    } else {
        let version = dcos::version(bytes).map_err(|error| error.to_string())?;
        if row.version != format!("DC/OS {version}") {
            return Err(format!("version {version}, stated {}", row.version));
        }
    }
    Ok(table.0)
}
