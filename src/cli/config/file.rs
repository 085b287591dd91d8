//! The content of `gonogo.toml`, typed and not yet judged: values with the places where they were said.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeTable;

use super::reader::{Problems, Said, Section, Source, percent};
use crate::facts::workloads::Settings;
use crate::facts::workloads::settings::key_problem;
use crate::model::policy::Loss;
use crate::model::{OpenSignoffs, Policy};

/// `[cluster]`.
#[derive(Debug, Default)]
pub struct Cluster {
    pub(super) kind: Option<Said<String>>,
    pub(super) admin_router: Option<Said<String>>,
    pub(super) masters: Option<Said<Vec<String>>>,
    pub(super) mesos: Option<Said<Vec<String>>>,
    pub(super) exhibitor: Option<Said<Vec<String>>>,
    pub(super) zookeeper: Option<Said<Vec<String>>>,
    pub(super) agents_list: Option<Said<Vec<String>>>,
    pub(super) agents_file: Option<Said<PathBuf>>,
    pub(super) marathon: Vec<Said<(String, String)>>,
}

/// `[auth]`.
#[derive(Debug, Default)]
pub struct Auth {
    pub(super) token_file: Option<Said<PathBuf>>,
    pub(super) user: Option<Said<String>>,
    pub(super) password_file: Option<Said<PathBuf>>,
    pub(super) service_account: Option<Said<PathBuf>>,
    pub(super) basic_user: Option<Said<String>>,
    pub(super) ca_cert: Option<Said<Vec<PathBuf>>>,
    pub(super) insecure: Option<Said<bool>>,
    pub(super) zookeeper_digest_file: Option<Said<PathBuf>>,
    pub(super) zookeeper_sasl_file: Option<Said<PathBuf>>,
}

/// `[inputs]`.
#[derive(Debug, Default)]
pub struct Inputs {
    pub(super) config_yaml: Option<Said<PathBuf>>,
    pub(super) new_config_yaml: Option<Said<PathBuf>>,
    pub(super) ip_detect: Option<Said<PathBuf>>,
    pub(super) new_ip_detect: Option<Said<PathBuf>>,
    pub(super) license: Option<Said<PathBuf>>,
    pub(super) signoffs: Option<Said<PathBuf>>,
    pub(super) backups: Option<Said<Vec<PathBuf>>>,
}

/// `[backup]`: to whom is sealed.
#[derive(Debug, Default)]
pub struct Backup {
    /// `recipients`: age1….
    pub recipients: Option<Said<Vec<String>>>,
    /// `recipients_file`.
    pub recipients_file: Option<Said<PathBuf>>,
}

/// `[collect]`.
#[derive(Debug, Default)]
pub struct Collect {
    pub(super) timeout: Option<Said<Duration>>,
    pub(super) deadline: Option<Said<Duration>>,
    pub(super) concurrency: Option<Said<u64>>,
    pub(super) max_state: Option<Said<u64>>,
    pub(super) only: Option<Said<Vec<String>>>,
    pub(super) skip: Option<Said<Vec<String>>>,
    pub(super) proxy: Option<Said<String>>,
    pub(super) zk_tree: Option<Said<bool>>,
}

/// The whole file.
#[derive(Debug, Default)]
pub struct File {
    pub(super) cluster: Cluster,
    pub(super) auth: Auth,
    pub(super) inputs: Inputs,
    pub(super) collect: Collect,
    /// `[backup]`.
    pub backup: Backup,
    /// `[policy]`.
    pub policy: Policy,
    /// `[workloads]`.
    pub workloads: Settings,
    /// `file` of `[knowledge]`.
    pub knowledge: Option<PathBuf>,
}

impl File {
    /// `zk_tree` of `[collect]`.
    pub fn zk_tree(&self) -> bool {
        self.collect.zk_tree.as_ref().is_some_and(|said| said.value)
    }

    /// `zookeeper_digest_file` of `[auth]`.
    pub fn zookeeper_digest_file(&self) -> Option<&Said<PathBuf>> {
        self.auth.zookeeper_digest_file.as_ref()
    }

    /// `zookeeper_sasl_file` of `[auth]`.
    pub fn zookeeper_sasl_file(&self) -> Option<&Said<PathBuf>> {
        self.auth.zookeeper_sasl_file.as_ref()
    }

    /// Takes the usual file of sign-offs where none was named.
    pub fn signoffs_beside(&mut self, file: Option<PathBuf>) {
        if self.inputs.signoffs.is_none() {
            self.inputs.signoffs = file.map(|file| Said::new(file, "gonogo-signoffs.toml"));
        }
    }
}

/// Reads the text of a file; problems are noted, and what could be read is given.
pub fn read(path: &Path, text: &str, problems: &mut Problems) -> File {
    let source = Source { path, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = source.place(error.span().map_or(0, |span| span.start));
        problems.note(&place, error.message());
    }
    let mut root = Section::root(&source, table.get_ref());
    let file = File {
        cluster: cluster(root.section("cluster", problems), problems),
        auth: auth(root.section("auth", problems), problems),
        inputs: inputs(root.section("inputs", problems), problems),
        collect: collect(root.section("collect", problems), problems),
        backup: backup(root.section("backup", problems), problems),
        policy: policy(root.section("policy", problems), problems),
        workloads: workloads(root.section("workloads", problems), problems),
        knowledge: knowledge(root.section("knowledge", problems), problems),
    };
    root.finish(problems);
    file
}

fn cluster(mut section: Section<'_>, problems: &mut Problems) -> Cluster {
    let agents_are_listed = section.is_list("agents");
    let mut cluster = Cluster {
        kind: section.text("kind", problems),
        admin_router: section.text("admin_router", problems),
        masters: section.texts("masters", problems),
        mesos: section.texts("mesos", problems),
        exhibitor: section.texts("exhibitor", problems),
        zookeeper: section.texts("zookeeper", problems),
        ..Cluster::default()
    };
    if agents_are_listed {
        cluster.agents_list = section.texts("agents", problems);
    } else {
        cluster.agents_file = section.path("agents", problems);
    }
    for mut entry in section.sections("marathon", problems) {
        let place = entry.place();
        let name = entry.text("name", problems);
        let url = entry.text("url", problems);
        match (name, url) {
            (Some(name), Some(url)) => cluster.marathon.push(Said::new((name.value, url.value), url.place)),
            _ => problems.note(&place, "every [[cluster.marathon]] needs `name` and `url`"),
        }
        entry.finish(problems);
    }
    section.finish(problems);
    cluster
}

fn auth(mut section: Section<'_>, problems: &mut Problems) -> Auth {
    let auth = Auth {
        token_file: section.path("token_file", problems),
        user: section.text("user", problems),
        password_file: section.path("password_file", problems),
        service_account: section.path("service_account", problems),
        basic_user: section.text("basic_user", problems),
        ca_cert: section.paths("ca_cert", problems),
        insecure: section.switch("insecure", problems),
        zookeeper_digest_file: section.path("zookeeper_digest_file", problems),
        zookeeper_sasl_file: section.path("zookeeper_sasl_file", problems),
    };
    section.finish(problems);
    auth
}

fn inputs(mut section: Section<'_>, problems: &mut Problems) -> Inputs {
    let inputs = Inputs {
        config_yaml: section.path("config_yaml", problems),
        new_config_yaml: section.path("new_config_yaml", problems),
        ip_detect: section.path("ip_detect", problems),
        new_ip_detect: section.path("new_ip_detect", problems),
        license: section.path("license", problems),
        signoffs: section.path("signoffs", problems),
        backups: section.paths("backups", problems),
    };
    section.finish(problems);
    inputs
}

fn backup(mut section: Section<'_>, problems: &mut Problems) -> Backup {
    let backup = Backup {
        recipients: section.texts("recipients", problems),
        recipients_file: section.path("recipients_file", problems),
    };
    section.finish(problems);
    backup
}

fn collect(mut section: Section<'_>, problems: &mut Problems) -> Collect {
    let collect = Collect {
        timeout: section.duration("timeout", problems),
        deadline: section.duration("deadline", problems),
        concurrency: section.number("concurrency", 1, problems),
        max_state: section.number("max_state", 1, problems),
        only: section.texts("only", problems),
        skip: section.texts("skip", problems),
        proxy: section.text("proxy", problems),
        zk_tree: section.switch("zk_tree", problems),
    };
    section.finish(problems);
    collect
}

fn workloads(mut section: Section<'_>, problems: &mut Problems) -> Settings {
    let mut settings = Settings::default();
    if let Some(said) = section.texts("critical_agents", problems) {
        if said.value.iter().any(|name| name.trim().is_empty()) {
            problems.note(&said.place, "an empty name names no agent");
        }
        settings.critical = said.value;
    }
    for said in section.counts("minimum", problems) {
        let (key, minimum) = said.value;
        match key_problem(&key) {
            Some(why) => problems.note(&said.place, format!("`{key}` {why}")),
            None => {
                settings.minimums.insert(key, minimum);
            }
        }
    }
    if let Some(said) = section.text_or_number("max_wave", problems) {
        match percent(&said.value) {
            Ok(share) => settings.max_wave = share,
            Err(why) => problems.note(&said.place, why),
        }
    }
    section.finish(problems);
    settings
}

fn knowledge(mut section: Section<'_>, problems: &mut Problems) -> Option<PathBuf> {
    let file = section.path("file", problems);
    section.finish(problems);
    file.map(|said| said.value)
}

fn policy(mut section: Section<'_>, problems: &mut Problems) -> Policy {
    let standard = Policy::default();
    if let Some(said) = section.switch("unknown_blocks", problems)
        && !said.value
    {
        let why = "missing evidence of a blocking check always gives CANNOT SAY; leave the line out";
        problems.note(&said.place, why);
    }
    let open_signoffs = section
        .text("open_signoffs", problems)
        .map(|said| match said.value.as_str() {
            "block" => OpenSignoffs::Block,
            "warn" => OpenSignoffs::Warn,
            other => {
                problems.note(
                    &said.place,
                    format!("policy.open_signoffs: expected \"block\" or \"warn\", found `{other}`"),
                );
                OpenSignoffs::Block
            }
        });
    let survive = section
        .text("survive", problems)
        .and_then(|said| match said.value.as_str() {
            "agent" => Some(Loss::Agent),
            "rack" => Some(Loss::Rack),
            other => {
                problems.note(
                    &said.place,
                    format!("policy.survive: expected \"agent\" or \"rack\", found `{other}`"),
                );
                None
            }
        });
    let mut number = |key, problems: &mut Problems| {
        let said = section.number(key, 1, problems)?;
        let number = u32::try_from(said.value).ok();
        if number.is_none() {
            problems.note(&said.place, "the number is too large");
        }
        number
    };
    let policy = Policy {
        agents_missing_one_in: number("agents_missing_one_in", problems).or(standard.agents_missing_one_in),
        max_evidence_age_hours: number("max_evidence_age_hours", problems).unwrap_or(standard.max_evidence_age_hours),
        max_backup_age_hours: number("max_backup_age_hours", problems).unwrap_or(standard.max_backup_age_hours),
        backup_znodes_percent: number("backup_znodes_percent", problems).unwrap_or(standard.backup_znodes_percent),
        open_signoffs: open_signoffs.unwrap_or(standard.open_signoffs),
        survive,
        ..standard
    };
    section.finish(problems);
    policy
}
