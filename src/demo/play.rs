//! Plays a scenario from end to end: serve, collect before, upgrade, collect after. Leaves two archives.
//!
//! Collecting is the collector's own code over real HTTP and TCP; only its limits are shorter, so that a process that
//! hangs costs seconds. Never judges: that is done from the archives, like every judgement.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;

use super::backups;
use super::build;
use super::genconf;
use super::model::Size;
use super::net::Net;
use super::places::{Address, Places};
use super::scenario::{Planted, Scenario};
use super::server::Cluster;
use super::upgrade::Window;
use crate::archive::{Staging, Target, WriteError, writer};
use crate::backup::keep::{Keep, Named};
use crate::collect::auth::Credentials;
use crate::collect::{self, Backups, Base, CollectError, Input, Job, Limits, Silent, Targets, Tls};
use crate::model::manifest::ClusterKind;
use crate::model::{Outcome, Phase};

/// Seed of the demo's identifiers.
const SEED: u64 = 1;
/// Seconds that the simulated upgrade of one node takes.
const STEP: f64 = 0.01;
/// Seconds that the whole simulated window takes.
const WINDOW: f64 = 0.6;

/// Why a scenario could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// No socket on loopback.
    #[error("the simulated cluster cannot listen on loopback: {0}")]
    Listen(#[from] std::io::Error),
    /// The operator's files cannot be written beside the archive.
    #[error("the input files of the demo cannot be written: {0}")]
    Inputs(std::io::Error),
    /// Collecting failed on this machine.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// An archive cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// One archive that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Where it stands.
    pub path: PathBuf,
    /// Items asked for.
    pub asked: usize,
    /// Items captured.
    pub captured: usize,
    /// Items that should be there and are not, each with the reason.
    pub missing: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// What happens, as it happens.
#[derive(Debug)]
pub enum Event<'a> {
    /// The cluster answers.
    Serving(&'a Places),
    /// An archive was taken.
    Taken(Phase, &'a Taken),
    /// The upgrade was played, with what went wrong in it and what is withheld afterwards.
    Upgraded(&'a [Planted], &'a [String]),
}

/// Where the archives go.
#[derive(Debug, Clone)]
pub struct Archives {
    /// Taken before the window.
    pub pre: Target,
    /// Taken after it.
    pub post: Target,
}

/// What was played.
#[derive(Debug)]
pub struct Played {
    /// What went wrong in the window.
    pub planted: Vec<Planted>,
    /// What was withheld after it, in words.
    pub withheld: Vec<String>,
}

/// Plays a scenario.
///
/// Cancel safe: dropping the future closes the sockets and removes what was not finished.
///
/// # Errors
/// See [`PlayError`]. What the scenario breaks is no error.
pub async fn play(
    scenario: Scenario,
    net: Net,
    archives: &Archives,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Played, PlayError> {
    let begin = now();
    let mut cluster = Cluster::start(net, Size::DEMO, |places| build::dcos(Size::DEMO, places, SEED, begin)).await?;
    tell(Event::Serving(cluster.places()));
    let pre = take(&cluster, Phase::Pre, &archives.pre).await?;
    tell(Event::Taken(Phase::Pre, &pre));

    let begin = now();
    let before = cluster.model(Clone::clone);
    let mut planted = Vec::new();
    cluster
        .change(|model| {
            model.upgrade(Window {
                begin,
                step: STEP,
                end: begin + WINDOW,
            });
            planted = scenario.plant(&before, model);
        })
        .await;
    let mut withheld = Vec::new();
    let model = cluster.model(Clone::clone);
    cluster.faults(|faults| withheld = scenario.withhold(&model, faults));
    // Nothing may be younger than the moment at which it is seen.
    tokio::time::sleep(Duration::from_secs_f64(WINDOW)).await;
    tell(Event::Upgraded(&planted, &withheld));

    let post = take(&cluster, Phase::Post, &archives.post).await?;
    tell(Event::Taken(Phase::Post, &post));
    cluster.stop().await;
    Ok(Played { planted, withheld })
}

/// Seconds since 1970.
fn now() -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 stay below the precision of a double for ages"
    )]
    let seconds = Utc::now().timestamp_millis() as f64 / 1000.0;
    seconds
}

/// Collects one archive.
async fn take(cluster: &Cluster, phase: Phase, target: &Target) -> Result<Taken, PlayError> {
    let begun = Instant::now();
    let staging = Staging::beside(target)?;
    // Beside the archive, as everything that is written; gone when this ends.
    let genconf = target.private_folder(".gonogo-genconf-")?;
    let given = target.private_folder(".gonogo-backups-")?;
    let job = Job {
        targets: Targets {
            inputs: inputs(cluster, phase, genconf.path())?,
            backups: Backups {
                named: backups(cluster, phase, given.path())?,
                keep: Keep::InClear(backups::IN_CLEAR.to_owned()),
            },
            ..targets(cluster.places())
        },
        limits: limits(),
        tls: Tls::default(),
        credentials: Credentials::none(),
        proxy: None,
        phase,
        reason: None,
        ticket: None,
        operator: None,
        made_by: "demo",
        zk_tree: None,
    };
    let collected = collect::run(job, staging.clone(), Arc::new(Silent)).await?;
    let missing = collected
        .gaps()
        .map(|gap| format!("{} ({})", gap.item, gap.outcome.as_str()))
        .collect();
    let written = writer::write(target, collected.manifest, &staging)?;
    let evidence = &written.manifest.evidence;
    Ok(Taken {
        path: written.path,
        asked: evidence.len(),
        captured: evidence.iter().filter(|one| one.outcome == Outcome::Captured).count(),
        missing,
        took: begun.elapsed(),
    })
}

/// Writes the operator's input files, so that the collector reads them as it reads any.
fn inputs(cluster: &Cluster, phase: Phase, folder: &Path) -> Result<Vec<Input>, PlayError> {
    let mut inputs = Vec::new();
    for file in genconf::files(&cluster.model(Clone::clone), phase) {
        let own = folder.join(file.item);
        let path = own.join(file.name);
        std::fs::create_dir(&own)
            .and_then(|()| std::fs::write(&path, file.text))
            .map_err(PlayError::Inputs)?;
        inputs.push(Input { item: file.item, path });
    }
    Ok(inputs)
}

/// Writes the operator's backups, so that the collector proves them as it proves any.
fn backups(cluster: &Cluster, phase: Phase, folder: &Path) -> Result<Vec<Named>, PlayError> {
    let model = cluster.model(Clone::clone);
    backups::files(&model, phase)
        .and_then(|files| backups::write(&files, folder))
        .map_err(PlayError::Inputs)
}

/// Limits for a cluster on the same machine: what does not answer within two seconds hangs.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(1),
        first_byte: Duration::from_secs(2),
        retries: 0,
        deadline: Duration::from_mins(1),
        ..Limits::default()
    }
}

fn base(address: &Address) -> Base {
    Base {
        origin: collect::Origin {
            tls: false,
            host: address.ip.clone(),
            port: address.port,
        },
        prefix: String::new(),
    }
}

/// Where to collect from: every process by its own address, as an operator would name them.
pub fn targets(places: &Places) -> Targets {
    let masters = || places.masters.iter();
    Targets {
        kind: ClusterKind::Dcos,
        masters: masters().map(|place| place.mesos.short(5050)).collect(),
        mesos: masters().map(|place| base(&place.mesos)).collect(),
        admin_routers: masters().map(|place| base(&place.front)).collect(),
        marathons: masters()
            .take(1)
            .map(|place| ("root".to_owned(), base(&place.marathon)))
            .collect(),
        exhibitors: masters().map(|place| base(&place.exhibitor)).collect(),
        zookeepers: masters().map(|place| base(&place.zookeeper)).collect(),
        agents: Some(places.agents.iter().map(|place| place.mesos.short(5051)).collect()),
        ..Targets::default()
    }
}
