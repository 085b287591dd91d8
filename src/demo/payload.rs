//! The simulated cluster written down as the content of an archive: every item with its provenance, without a network.
//!
//! Serves the fixtures; `gonogo demo` itself collects over HTTP. Item names are those of `model::items`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::answers::{self, Reply, Request, Service, exhibitor, zookeeper};
use super::backups;
use super::genconf;
use super::ids::moment;
use super::model::{Marathon, Model};
use super::places::Address;
use crate::archive::format;
use crate::collect::license_record;
use crate::model::manifest::{ClusterKind, Expected};
use crate::model::{Evidence, Manifest, Outcome, Phase, hex, items};

/// Files by payload path, and the manifest that speaks of them.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The manifest.
    pub manifest: Manifest,
    /// Bytes by payload path.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// One item to be read.
struct Item<'a> {
    source: &'a str,
    /// Folder below the source.
    host: String,
    name: String,
    /// Address asked, as text.
    at: String,
    /// Path or word asked for.
    request: String,
    required: bool,
}

/// Writes the items down one after the other.
struct Writer {
    clock: f64,
    evidence: Vec<Evidence>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Writer {
    fn time(&mut self) -> DateTime<Utc> {
        self.clock += 0.031;
        moment(self.clock)
    }

    fn record(&mut self, item: &Item<'_>, method: &str, request: String) -> Evidence {
        let started_at = self.time();
        Evidence {
            item: items::path(item.source, &item.host, &item.name),
            source: item.source.to_owned(),
            host: label(item),
            request,
            method: method.to_owned(),
            outcome: Outcome::NotApplicable,
            reason: None,
            required: item.required,
            started_at,
            duration_ms: 7,
            status: None,
            content_type: None,
            server_date: None,
            redirected_to: None,
            attempts: 1,
            bytes: 0,
            sha256: None,
            error_item: None,
        }
    }

    fn store(&mut self, mut evidence: Evidence, bytes: Vec<u8>) {
        evidence.outcome = Outcome::Captured;
        evidence.bytes = bytes.len() as u64;
        evidence.sha256 = Some(hex(&Sha256::digest(&bytes)));
        self.files.insert(evidence.item.clone(), bytes);
        self.evidence.push(evidence);
    }

    /// Writes down an HTTP answer. A 404 of an optional item is the source saying that it does not have it.
    fn http(&mut self, item: &Item<'_>, method: &str, reply: &Reply) {
        let mut evidence = self.record(item, method, format!("http://{}{}", item.at, item.request));
        evidence.status = Some(reply.status);
        evidence.content_type = reply.content_type().map(str::to_owned);
        evidence.server_date = Some(evidence.started_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        if reply.status == 404 {
            evidence.reason = Some(format!("{} answered 404 to {}", item.at, item.request));
            self.evidence.push(evidence);
            return;
        }
        evidence.redirected_to = reply.location.as_ref().map(|to| format!("http:{to}/"));
        self.store(evidence, reply.bytes(true));
    }

    fn word(&mut self, item: &Item<'_>, answer: String) {
        let evidence = self.record(item, "4LW", item.request.clone());
        self.store(evidence, answer.into_bytes());
    }

    /// An item that is not asked for because the cluster has no such thing.
    fn absent(&mut self, item: &Item<'_>, method: &str, reason: &str) {
        let mut evidence = self.record(item, method, format!("http://{}{}", item.at, item.request));
        evidence.reason = Some(reason.to_owned());
        evidence.attempts = 0;
        evidence.required = false;
        self.evidence.push(evidence);
    }
}

/// `(item, path, required)` asked of every master.
const OF_EACH_MASTER: [(&str, &str, bool); 7] = [
    (items::VERSION, "/version", true),
    (items::FLAGS, "/flags", true),
    (items::HEALTH, "/health", true),
    (items::METRICS, "/metrics/snapshot?timeout=10secs", true),
    (items::REGISTRY, "/registrar(1)/registry", true),
    (items::REDIRECT, "/redirect", false),
    (items::REDIRECT_END, "/redirect", false),
];

/// The same of the leader.
const OF_THE_LEADER: [(&str, &str, bool); 12] = [
    (items::STATE_SUMMARY, "/state-summary", true),
    (items::STATE, "/state", true),
    (items::SLAVES, "/slaves", true),
    (items::FRAMEWORKS, "/frameworks", false),
    (items::ROLES, "/roles", false),
    (items::QUOTA, "/quota", false),
    (items::WEIGHTS, "/weights", false),
    (items::MAINTENANCE_SCHEDULE, "/maintenance/schedule", true),
    (items::MAINTENANCE_STATUS, "/maintenance/status", true),
    (items::OVERLAY, "/overlay-master/state", false),
    (items::SYSTEM_STATS, "/system/stats.json", false),
    (items::FILES_DEBUG, "/files/debug", false),
];

/// The same of every agent.
const OF_EACH_AGENT: [(&str, &str, bool); 4] = [
    (items::VERSION, "/version", true),
    (items::FLAGS, "/flags", true),
    (items::METRICS, "/metrics/snapshot?timeout=10secs", true),
    (items::STATE, "/state", true),
];

/// Query with which apps are asked for.
const APPS: &str = "/v2/apps?embed=apps.tasks&embed=apps.counts&embed=apps.deployments&embed=apps.lastTaskFailure&embed=apps.readiness&embed=apps.taskStats";

/// The same of every Marathon.
const OF_EACH_MARATHON: [(&str, &str, bool); 9] = [
    (items::MARATHON_INFO, "/v2/info", true),
    (items::MARATHON_LEADER, "/v2/leader", true),
    (items::MARATHON_APPS, APPS, true),
    (items::MARATHON_PODS, "/v2/pods", true),
    (items::MARATHON_PODS_STATUS, "/v2/pods/::status", true),
    (items::MARATHON_DEPLOYMENTS, "/v2/deployments", true),
    (items::MARATHON_QUEUE, "/v2/queue", true),
    (items::MARATHON_SUBSCRIPTIONS, "/v2/eventSubscriptions", false),
    (items::MARATHON_METRICS, "/metrics", false),
];

/// The same of every Exhibitor.
const OF_EACH_EXHIBITOR: [(&str, &str, bool); 3] = [
    (items::EXHIBITOR_STATUS, "/exhibitor/v1/cluster/status", true),
    (items::EXHIBITOR_STATE, "/exhibitor/v1/cluster/state", false),
    (items::EXHIBITOR_CONFIG, "/exhibitor/v1/config/get-state", false),
];

/// The same of Admin Router on the first master.
const OF_DCOS: [(&str, &str, &str, bool); 10] = [
    (items::DCOS_METADATA, "/metadata", "GET", false),
    (items::DCOS_HEALTH, "/system/health/v1", "GET", false),
    (items::DCOS_HEALTH_NODES, "/system/health/v1/nodes", "GET", true),
    (items::DCOS_HEALTH_UNITS, "/system/health/v1/units", "GET", true),
    (items::DCOS_PACKAGES, "/package/list", "POST", true),
    (items::DCOS_LICENSE, "/licensing/v1/status", "GET", false),
    (items::IAM_USERS, "/acs/api/v1/users", "GET", false),
    (items::IAM_SERVICE_USERS, "/acs/api/v1/users?type=service", "GET", false),
    (items::IAM_GROUPS, "/acs/api/v1/groups", "GET", false),
    (items::IAM_ACLS, "/acs/api/v1/acls", "GET", false),
];

const VERSION_PATH: &str = "/dcos-metadata/dcos-version.json";

/// Why nothing of DC/OS is asked for on a plain Mesos cluster.
const NO_DCOS: &str = "this is a Mesos cluster without DC/OS";

/// The address asked, its port left out where it is the usual one.
fn label(item: &Item<'_>) -> String {
    let usual = items::usual_port(item.source).unwrap_or(80);
    let short = item.at.strip_suffix(&format!(":{usual}"));
    short.unwrap_or(&item.at).to_owned()
}

fn item<'a>(source: &'a str, host: &Address, name: &str, request: &str, required: bool) -> Item<'a> {
    let at = host.to_string();
    Item {
        source,
        host: at.clone(),
        name: name.to_owned(),
        at,
        request: request.to_owned(),
        required,
    }
}

impl Writer {
    fn ask(&mut self, model: &Model, service: Service, item: &Item<'_>, method: &str) {
        let request = Request {
            method,
            ..Request::get(&item.request)
        };
        self.http(item, method, &answers::reply(model, service, request));
    }

    fn masters(&mut self, model: &Model) {
        for (index, place) in model.places.masters.iter().enumerate() {
            let leading: &[_] = if index == model.leader { &OF_THE_LEADER } else { &[] };
            for (name, path, required) in OF_EACH_MASTER.iter().chain(leading) {
                let item = item(items::MESOS_MASTER, &place.mesos, name, path, *required);
                self.ask(model, Service::Master(index), &item, "GET");
            }
            for word in items::ZOOKEEPER_WORDS {
                let item = item(
                    items::ZOOKEEPER,
                    &place.zookeeper,
                    &format!("{word}.txt"),
                    word,
                    word != "conf",
                );
                if let Some(answer) = zookeeper::answer(model, index, word) {
                    self.word(&item, answer);
                }
            }
            for (name, path, required) in OF_EACH_EXHIBITOR {
                let item = item(items::EXHIBITOR, &place.exhibitor, name, path, required);
                if model.is_dcos() {
                    self.ask(model, Service::Exhibitor(index), &item, "GET");
                } else {
                    self.absent(&item, "GET", NO_DCOS);
                }
            }
        }
    }

    fn agents(&mut self, model: &Model) {
        for (index, _) in model.registered_agents() {
            let Some(place) = model.places.agents.get(index) else {
                continue;
            };
            for (name, path, required) in OF_EACH_AGENT {
                let item = item(items::MESOS_AGENT, &place.mesos, name, path, required);
                self.ask(model, Service::Agent(index), &item, "GET");
            }
        }
    }

    fn marathons(&mut self, model: &Model) {
        for (number, marathon) in model.marathons.iter().enumerate() {
            let (address, service) = if number == 0 {
                let place = model.places.masters.get(model.leader);
                (place.map(|place| &place.marathon), Service::RootMarathon(model.leader))
            } else {
                (Some(&model.places.nested), Service::NestedMarathon)
            };
            let Some(address) = address else { continue };
            for (name, path, required) in OF_EACH_MARATHON {
                let mut item = item(items::MARATHON, address, name, path, required);
                item.host.clone_from(&marathon.name);
                self.ask(model, service, &item, "GET");
            }
            self.state_nodes(model, marathon);
        }
    }

    /// What an Exhibitor lists below the state of a Marathon.
    fn state_nodes(&mut self, model: &Model, marathon: &Marathon) {
        let Some(place) = model.places.masters.first() else {
            return;
        };
        let request = format!(
            "{}?key={}/state",
            exhibitor::EXPLORER,
            answers::marathon::path(marathon)
        );
        let mut item = item(
            items::MARATHON,
            &place.exhibitor,
            items::MARATHON_STATE_NODES,
            &request,
            false,
        );
        item.host.clone_from(&marathon.name);
        self.dcos_item(model, Service::Exhibitor(0), &item, "GET");
    }

    fn dcos(&mut self, model: &Model) {
        let metronome = model.places.masters.get(model.leader).map(|place| &place.metronome);
        if let Some(address) = metronome {
            let mut item = item(
                items::METRONOME,
                address,
                items::METRONOME_JOBS,
                "/v1/jobs?embed=activeRuns&embed=schedules",
                true,
            );
            item.host.clone_from(&address.ip);
            self.dcos_item(model, Service::Metronome(model.leader), &item, "GET");
        }
        for (index, place) in model.places.masters.iter().enumerate() {
            let mut one = item(items::DCOS, &place.front, items::DCOS_VERSION, VERSION_PATH, true);
            one.host.clone_from(&place.host);
            one.at.clone_from(&place.host);
            self.dcos_item(model, Service::Front(index), &one, "GET");
            if index > 0 {
                continue;
            }
            for (name, path, method, required) in OF_DCOS {
                let mut one = item(items::DCOS, &place.front, name, path, required);
                one.host.clone_from(&place.host);
                one.at.clone_from(&place.host);
                self.dcos_item(model, Service::Front(index), &one, method);
            }
        }
    }

    /// The operator's input files, as `collect` keeps them.
    fn inputs(&mut self, model: &Model, phase: Phase) {
        for file in genconf::files(model, phase) {
            let item = Item {
                source: items::INPUT,
                host: items::INPUT_HOST.to_owned(),
                name: file.item.to_owned(),
                at: "-".to_owned(),
                request: file.name.to_owned(),
                required: true,
            };
            let evidence = self.record(&item, "FILE", file.name.to_owned());
            let bytes = if file.item == items::INPUT_LICENSE {
                license_record(file.text.as_bytes()).unwrap_or_default()
            } else {
                file.text.into_bytes()
            };
            self.store(evidence, bytes);
        }
    }

    /// Backups that the operator gives along, as `collect` proves them.
    fn backups(&mut self, model: &Model, phase: Phase) {
        // A backup of our own that cannot be read is missing here, and the tests see it.
        for (label, name, proofs) in backups::proofs(model, phase).unwrap_or_default() {
            let item = Item {
                source: items::BACKUP,
                host: label,
                name: items::BACKUP_PROOF.to_owned(),
                at: "-".to_owned(),
                request: name.clone(),
                required: true,
            };
            let evidence = self.record(&item, "BACKUP", name);
            self.store(evidence, serde_json::to_vec_pretty(&proofs).unwrap_or_default());
        }
    }

    fn dcos_item(&mut self, model: &Model, service: Service, item: &Item<'_>, method: &str) {
        if model.is_dcos() {
            self.ask(model, service, item, method);
        } else {
            self.absent(item, method, NO_DCOS);
        }
    }
}

/// Writes the cluster down as it stands.
pub fn payload(model: &Model, phase: Phase) -> Payload {
    let mut writer = Writer {
        clock: model.now,
        evidence: Vec::new(),
        files: BTreeMap::new(),
    };
    writer.masters(model);
    writer.agents(model);
    writer.marathons(model);
    writer.dcos(model);
    writer.inputs(model, phase);
    writer.backups(model, phase);
    writer.evidence.sort_by(|a, b| a.item.cmp(&b.item));
    let hosts = |places: Vec<&Address>| places.into_iter().map(|place| place.ip.clone()).collect();
    let manifest = Manifest {
        format: format::FORMAT.to_owned(),
        phase,
        tool: "gonogo demo".to_owned(),
        made_by: "demo".to_owned(),
        started_at: moment(model.now),
        finished_at: moment(writer.clock + 1.0),
        reason: None,
        ticket: None,
        operator: None,
        auth: "none".to_owned(),
        insecure: false,
        backups_in_clear: None,
        expected: Expected {
            kind: if model.is_dcos() {
                ClusterKind::Dcos
            } else {
                ClusterKind::Mesos
            },
            masters: hosts(model.places.masters.iter().map(|place| &place.mesos).collect()),
            agents: Some(hosts(model.places.agents.iter().map(|place| &place.mesos).collect())),
            marathons: Vec::new(),
            skipped: Vec::new(),
            zk_tree: false,
        },
        evidence: writer.evidence,
    };
    Payload {
        manifest,
        files: writer.files,
    }
}
