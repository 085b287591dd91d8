//! The smallest cluster that `collect` is content with: one plain Mesos master without agents, served by the
//! misbehaving server, so that a test spoils one answer and sees one thing change.

use std::sync::Arc;
use std::time::Duration;

use gonogo::archive::{Container, Staging, Target};
use gonogo::collect::auth::Credentials;
use gonogo::collect::{self, Base, Collected, Job, Limits, Silent, Targets, Tls};
use gonogo::model::{Evidence, Phase};
use tempfile::TempDir;

use super::misbehaving::{Answer, Misbehaving, Seen, ok, redirect, status, with_headers};

/// What a healthy master answers.
pub fn healthy(seen: &Seen) -> Answer {
    let host = seen.header("host").unwrap_or("127.0.0.1:5050").to_owned();
    match seen.path() {
        "/version" => ok(r#"{"version":"1.5.3"}"#),
        "/flags" => ok(r#"{"flags":{"work_dir":"/var/lib/mesos"}}"#),
        "/health" => with_headers(200, "", b""),
        "/metrics/snapshot" => ok(r#"{"master/elected":1.0,"registrar/log/recovered":1.0}"#),
        "/redirect" => redirect(&format!("//{host}")),
        "/state-summary" => ok(r#"{"slaves":[],"frameworks":[]}"#),
        "/slaves" => ok(r#"{"slaves":[],"recovered_slaves":[]}"#),
        "/overlay-master/state" => status(404, "text/plain", ""),
        _ => ok("{}"),
    }
}

/// A master that is healthy but for one path.
pub fn spoiled(path: &'static str, answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Misbehaving {
    Misbehaving::start("127.0.0.1", move |seen, before| {
        if seen.path() == path {
            answer(before)
        } else {
            healthy(seen)
        }
    })
}

/// Targets with these masters and nothing else.
pub fn masters(servers: &[&Misbehaving]) -> Targets {
    let authorities: Vec<String> = servers.iter().map(|server| server.authority()).collect();
    Targets {
        mesos: authorities.iter().map(|one| Base::parse(one, 5050).unwrap()).collect(),
        masters: authorities,
        ..Targets::default()
    }
}

/// Limits that are kind to a slow test machine and short where something is wrong for sure.
pub fn limits() -> Limits {
    Limits {
        item_bytes: 64 << 10,
        bulk_bytes: 256 << 10,
        retry_pause: Duration::from_millis(2),
        deadline: Duration::from_mins(2),
        ..Limits::default()
    }
}

/// A finished run; the bytes are there until this is dropped.
pub struct Ran {
    pub collected: Collected,
    pub staging: Staging,
    _folder: TempDir,
}

impl Ran {
    /// The record of the first item whose path ends so.
    pub fn item(&self, end: &str) -> &Evidence {
        self.collected
            .manifest
            .evidence
            .iter()
            .find(|evidence| evidence.item.ends_with(end))
            .unwrap_or_else(|| panic!("no record ends with {end}"))
    }

    /// The exit code that `gonogo collect` would give.
    pub fn code(&self) -> u8 {
        gonogo::cli::collect::code(&self.collected)
    }
}

/// A job for some targets.
pub fn job(targets: Targets, limits: Limits) -> Job {
    Job {
        tls: Tls::default(),
        credentials: Credentials::none(),
        targets,
        limits,
        proxy: None,
        phase: Phase::Pre,
        reason: None,
        ticket: None,
        operator: None,
        made_by: "collect",
        zk_tree: None,
    }
}

/// Runs a job to its end.
pub fn run(job: Job) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::new(&folder.path().join("out.tar.gz"), Container::TarGz, false).unwrap();
    let staging = Staging::beside(&target).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let collected = runtime
        .block_on(collect::run(job, staging.clone(), Arc::new(Silent)))
        .unwrap();
    Ran {
        collected,
        staging,
        _folder: folder,
    }
}
