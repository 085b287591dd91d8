//! From one item of an archive to one parsed part: which parser reads which item.
//!
//! Knows items by their path only; whether a part may be believed is decided by the builder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::archive::format::ERROR_SUFFIX;
use crate::model::{Proof, Signoff, Version, hex, items};
use crate::sources::{
    Malformed, Parsed, backup_proofs, cockroach_status, cockroach_vars, dcos, dcos_config, exhibitor, iam_api,
    marathon_apps, marathon_info, marathon_metrics, marathon_work, mesos_agent, mesos_agents, mesos_basics,
    mesos_maintenance, mesos_registry, mesos_summary, metronome, signoffs, zk_tree_file, zk_words,
};

use super::state::{StateParts, read_state};
use super::{Flags, LicenseFile, Metrics, zk_tree};

/// One item, parsed.
pub(super) enum Part {
    Version(Version),
    Flags(Flags),
    Metrics(Metrics),
    Registry(mesos_registry::RegistryWire),
    State(Box<StateParts>),
    AgentState(mesos_agent::AgentStateWire),
    Slaves(mesos_agents::SlavesWire),
    Summary(mesos_summary::SummaryWire),
    Schedule(Vec<mesos_maintenance::WindowWire>),
    MaintenanceStatus(mesos_maintenance::StatusWire),
    Info(marathon_info::InfoWire),
    Leader(String),
    Apps(marathon_apps::Definitions),
    Pods(Vec<marathon_apps::PodWire>),
    PodStatus(Vec<marathon_work::PodStatusWire>),
    Deployments(Vec<marathon_work::DeploymentWire>),
    Queue(Vec<marathon_work::QueueWire>),
    Subscriptions(Vec<String>),
    MarathonMetrics(BTreeMap<String, f64>),
    Jobs(Vec<metronome::JobWire>),
    Exhibitor(Vec<exhibitor::ServerWire>),
    Rolling(bool),
    StateNodes(exhibitor::Children),
    Ruok(zk_words::Answer<bool>),
    Srvr(zk_words::Answer<zk_words::Srvr>),
    Mntr(zk_words::Answer<BTreeMap<String, String>>),
    Conf(zk_words::Answer<BTreeMap<String, String>>),
    ClusterId(Option<String>),
    Nodes(Vec<dcos::NodeWire>),
    Units(Vec<dcos::UnitWire>),
    Packages(Vec<dcos::PackageWire>),
    License(String),
    Sha256(String),
    Config(Box<dcos_config::Config>),
    LicenseFile(LicenseFile),
    Ipv6Off(bool),
    Accounts(BTreeSet<String>),
    Groups(BTreeSet<String>),
    Acls(BTreeSet<String>),
    CockroachStatus(Vec<cockroach_status::Node>),
    CockroachVars(cockroach_vars::Vars),
    Signoffs(Vec<Signoff>),
    ZkTreeLines(zk_tree::Lines),
    ZkTreeSummary(Box<zk_tree_file::Summary>),
    Proofs(Vec<Proof>),
    /// Only its presence counts (`/health`, `/redirect`).
    Present,
}

/// Takes one kind of part, `None` for any other kind.
macro_rules! pick {
    ($kind:ident) => {
        |part| match part {
            $crate::snapshot::parts::Part::$kind(value) => Some(value),
            _ => None,
        }
    };
}
pub(super) use pick;

/// Source, folder and name out of `data/<source>/<folder>/<name>`.
pub(super) fn split(item: &str) -> Option<(&str, &str, &str)> {
    let mut parts = item.strip_prefix("data/")?.splitn(3, '/');
    Some((parts.next()?, parts.next()?, parts.next()?))
}

/// Reads one item; `None` for an item that no part of the snapshot needs.
///
/// # Errors
/// Only those of `body`: what it holds is never an I/O error.
pub(super) fn read(item: &str, size: u64, body: &mut dyn Read, names: &mut Names) -> io::Result<Option<Parsed<Part>>> {
    let Some((source, folder, name)) = split(item).filter(|(_, _, name)| !name.ends_with(ERROR_SUFFIX)) else {
        return Ok(None);
    };
    if source == items::MESOS_MASTER && name == items::STATE {
        let parts = read_state(item, folder, body)?;
        return Ok(Some(parts.map(|parts| Part::State(Box::new(parts)))));
    }
    if name == items::METRICS && matches!(source, items::MESOS_MASTER | items::MESOS_AGENT) {
        return metrics(source, body, names).map(Some);
    }
    if (source, folder, name) == (items::ZOOKEEPER, items::ENSEMBLE, items::ZOOKEEPER_TREE) {
        return zk_tree::lines(body).map(|lines| Some(lines.map(Part::ZkTreeLines)));
    }
    let Some(parse) = parser(source, name) else {
        return Ok(None);
    };
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default().min(1 << 20));
    body.read_to_end(&mut bytes)?;
    Ok(Some(parse(&bytes)))
}

/// Reads `/metrics/snapshot`. Of an agent's some 100 names only its own are ever asked for, and agents are many.
fn metrics(source: &str, body: &mut dyn Read, names: &mut Names) -> io::Result<Parsed<Part>> {
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    let prefix = if source == items::MESOS_AGENT { "slave/" } else { "" };
    Ok(mesos_basics::metrics(&bytes).map(|metrics| Part::Metrics(names.share(metrics, prefix))))
}

/// Names of metrics, each kept once.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<Arc<str>>);

impl Names {
    fn share(&mut self, metrics: BTreeMap<String, f64>, prefix: &str) -> Metrics {
        let ours = metrics.into_iter().filter(|(name, _)| name.starts_with(prefix));
        ours.map(|(name, value)| (self.shared(&name), value)).collect()
    }

    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = name.into();
        self.0.insert(Arc::clone(&fresh));
        fresh
    }
}

type Parser = fn(&[u8]) -> Parsed<Part>;

fn parser(source: &str, name: &str) -> Option<Parser> {
    match source {
        items::MESOS_MASTER => mesos_master(name),
        items::MESOS_AGENT => match name {
            items::STATE => Some(|bytes| mesos_agent::read(bytes).map(Part::AgentState)),
            _ => mesos_common(name),
        },
        items::MARATHON => marathon(name),
        items::METRONOME if name == items::METRONOME_JOBS => Some(|bytes| metronome::jobs(bytes).map(Part::Jobs)),
        items::EXHIBITOR => match name {
            items::EXHIBITOR_STATUS => Some(|bytes| exhibitor::status(bytes).map(Part::Exhibitor)),
            items::EXHIBITOR_CONFIG => Some(|bytes| exhibitor::roll_in_progress(bytes).map(Part::Rolling)),
            _ => None,
        },
        items::ZOOKEEPER => match name {
            "ruok.txt" => Some(|bytes| zk_words::ruok(bytes).map(Part::Ruok)),
            "srvr.txt" => Some(|bytes| zk_words::srvr(bytes).map(Part::Srvr)),
            "mntr.txt" => Some(|bytes| zk_words::mntr(bytes).map(Part::Mntr)),
            "conf.txt" => Some(|bytes| zk_words::conf(bytes).map(Part::Conf)),
            items::ZOOKEEPER_TREE_SUMMARY => {
                Some(|bytes| zk_tree::summary(bytes).map(|summary| Part::ZkTreeSummary(Box::new(summary))))
            }
            _ => None,
        },
        items::DCOS => dcos_part(name),
        items::INPUT => input(name),
        items::NODE => node(name),
        items::BACKUP if name == items::BACKUP_PROOF => Some(|bytes| backup_proofs::read(bytes).map(Part::Proofs)),
        _ => None,
    }
}

fn mesos_common(name: &str) -> Option<Parser> {
    match name {
        items::VERSION => Some(|bytes| mesos_basics::version(bytes).map(Part::Version)),
        items::FLAGS => Some(|bytes| mesos_basics::flags(bytes).map(Part::Flags)),
        _ => None,
    }
}

fn mesos_master(name: &str) -> Option<Parser> {
    match name {
        items::REGISTRY => Some(|bytes| mesos_registry::read(bytes).map(Part::Registry)),
        items::SLAVES => Some(|bytes| mesos_agents::slaves(bytes).map(Part::Slaves)),
        items::STATE_SUMMARY => Some(|bytes| mesos_summary::read(bytes).map(Part::Summary)),
        items::MAINTENANCE_SCHEDULE => Some(|bytes| mesos_maintenance::schedule(bytes).map(Part::Schedule)),
        items::MAINTENANCE_STATUS => Some(|bytes| mesos_maintenance::status(bytes).map(Part::MaintenanceStatus)),
        items::HEALTH | items::REDIRECT | items::REDIRECT_END => Some(|_| Ok(Part::Present)),
        _ => mesos_common(name),
    }
}

fn marathon(name: &str) -> Option<Parser> {
    match name {
        items::MARATHON_INFO => Some(|bytes| marathon_info::info(bytes).map(Part::Info)),
        items::MARATHON_LEADER => Some(|bytes| marathon_info::leader(bytes).map(Part::Leader)),
        items::MARATHON_APPS => Some(|bytes| marathon_apps::apps(bytes).map(Part::Apps)),
        items::MARATHON_PODS => Some(|bytes| marathon_apps::pods(bytes).map(Part::Pods)),
        items::MARATHON_PODS_STATUS => Some(|bytes| marathon_work::pod_status(bytes).map(Part::PodStatus)),
        items::MARATHON_DEPLOYMENTS => Some(|bytes| marathon_work::deployments(bytes).map(Part::Deployments)),
        items::MARATHON_QUEUE => Some(|bytes| marathon_work::queue(bytes).map(Part::Queue)),
        items::MARATHON_METRICS => Some(|bytes| marathon_metrics::read(bytes).map(Part::MarathonMetrics)),
        items::MARATHON_STATE_NODES => Some(|bytes| exhibitor::children(bytes).map(Part::StateNodes)),
        items::MARATHON_SUBSCRIPTIONS => Some(|bytes| marathon_work::subscriptions(bytes).map(Part::Subscriptions)),
        _ => None,
    }
}

fn dcos_part(name: &str) -> Option<Parser> {
    match name {
        items::DCOS_VERSION => Some(|bytes| dcos::version(bytes).map(Part::Version)),
        items::DCOS_METADATA => Some(|bytes| dcos::cluster_id(bytes).map(Part::ClusterId)),
        items::DCOS_HEALTH_NODES => Some(|bytes| dcos::nodes(bytes).map(Part::Nodes)),
        items::DCOS_HEALTH_UNITS => Some(|bytes| dcos::units(bytes).map(Part::Units)),
        items::DCOS_PACKAGES => Some(|bytes| dcos::packages(bytes).map(Part::Packages)),
        items::IAM_USERS | items::IAM_SERVICE_USERS => Some(|bytes| iam_api::users(bytes).map(Part::Accounts)),
        items::IAM_GROUPS => Some(|bytes| iam_api::groups(bytes).map(Part::Groups)),
        items::IAM_ACLS => Some(|bytes| iam_api::acls(bytes).map(Part::Acls)),
        items::DCOS_LICENSE => Some(|bytes| dcos::license(bytes).map(Part::License)),
        _ => None,
    }
}

fn node(name: &str) -> Option<Parser> {
    match name {
        items::NODE_IPV6 => Some(|bytes| dcos::ipv6_off(bytes).map(Part::Ipv6Off)),
        items::COCKROACH_NODE_STATUS => Some(|bytes| cockroach_status::read(bytes).map(Part::CockroachStatus)),
        items::COCKROACH_VARS => Some(|bytes| cockroach_vars::read(bytes).map(Part::CockroachVars)),
        _ => None,
    }
}

fn input(name: &str) -> Option<Parser> {
    match name {
        items::INPUT_CONFIG | items::INPUT_NEW_CONFIG => {
            Some(|bytes| dcos_config::read(bytes).map(|config| Part::Config(Box::new(config))))
        }
        items::INPUT_LICENSE => Some(|bytes| dcos::license_file(bytes).map(Part::LicenseFile)),
        items::INPUT_IP_DETECT | items::INPUT_NEW_IP_DETECT => {
            Some(|bytes| Ok(Part::Sha256(hex(&Sha256::digest(bytes)))))
        }
        items::INPUT_SIGNOFFS => Some(|bytes| signoffs::read(bytes).map(Part::Signoffs)),
        _ => None,
    }
}

/// A part of another kind than its item's: cannot happen as long as [`parser`] and the builder agree.
pub(super) fn disagreement(item: &str) -> Malformed {
    Malformed(format!("{item} was read as something else"))
}
