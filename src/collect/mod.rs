//! Collecting: read-only requests out, an archive of evidence in. The only room (beside `demo` and `cli`) that knows tokio and reqwest.
//!
//! Never judges what it reads, never follows a redirect to a stranger, never writes to the cluster.
//!
//! ```text
//!  plan         what to do: targets, expectations, selection      endpoints   every request there is
//!  collectors   one file per source: steps                        step        the unit of work
//!  engine       stages, concurrency, deadline, cancellation       discovery   what was found out on the way
//!  fetch        attempts, redirects, the record                   http, body, tls, fourletter   the wire
//!  auth         credentials                                       records     what is kept about every item
//! ```
//!
//! A new source is one file under `collectors/`, its lines in `endpoints`, and its line in `collectors::everything_else`.

pub mod auth;
mod body;
pub mod collectors;
mod complete;
pub mod discovery;
pub mod endpoints;
pub mod engine;
mod fetch;
mod fourletter;
mod http;
pub mod limits;
pub mod observer;
pub mod plan;
pub mod preview;
pub mod records;
mod state_node;
pub mod step;
pub mod target;
pub mod tls;
mod zk_explorer;
pub mod zk_session;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;

use crate::archive::{Staging, format};
use crate::model::manifest::Expected;
use crate::model::{Manifest, items};

pub use collectors::input::license_record;
use engine::{Context, Gate};
pub use limits::Limits;
pub use observer::{Observer, Silent};
pub use plan::{Backups, Input, Job, Targets, ZkTree};
use records::Records;
pub use target::{Base, Origin};
pub use tls::Tls;

/// What a run gave: the manifest for the archive (its bytes lie in the staging that was handed in).
#[derive(Debug)]
pub struct Collected {
    /// Manifest with a record for every item; sizes and hashes are filled in when the archive is written.
    pub manifest: Manifest,
    /// Security refusals: certificates, redirects to strangers.
    pub refusals: Vec<String>,
    /// The journal of the walk over the znodes, to be removed once the archive is written: the walk was whole.
    pub zk_journal: Option<PathBuf>,
}

impl Collected {
    /// Items that the run should have and does not.
    pub fn gaps(&self) -> impl Iterator<Item = &crate::model::Evidence> {
        self.manifest
            .evidence
            .iter()
            .filter(|evidence| records::is_gap(evidence))
    }
}

/// Why a run gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Trust, proxy or credentials cannot be used.
    #[error("{0}")]
    Setup(String),
    /// This machine failed (disk full).
    #[error("{0}")]
    Local(String),
}

/// Runs a job: every item it asks for has a record in the manifest, and every captured one its bytes in `staging`.
///
/// Cancel safe: dropping the future stops every request; dropping `staging` removes what was read.
///
/// # Errors
/// See [`CollectError`]. What servers do is never an error here.
pub async fn run(job: Job, staging: Staging, observer: Arc<dyn Observer>) -> Result<Collected, CollectError> {
    let started_at = Utc::now();
    let auth = job.credentials.kind().to_owned();
    let insecure = job.tls.insecure;
    let expected = Expected {
        zk_tree: job.zk_tree.is_some(),
        ..job.targets.expected()
    };
    let backups_in_clear = (!job.targets.skips(items::BACKUP))
        .then(|| job.targets.backups.in_clear())
        .flatten();
    let http =
        http::Http::new(&job.limits, job.tls, job.credentials, job.proxy.as_deref()).map_err(CollectError::Setup)?;
    let mut secrets = http.secrets();
    secrets.extend(job.zk_tree.iter().flat_map(|tree| tree.auth.plain()));
    let ctx = Arc::new(Context {
        zk_tree: Mutex::new(job.zk_tree),
        zk_journal: Mutex::default(),
        records: Records::new(secrets, Arc::clone(&observer)),
        targets: job.targets,
        known: discovery::Known::default(),
        staging,
        gate: Gate::new(&job.limits),
        limits: job.limits,
        http,
        observer,
    });
    engine::run(&ctx, &collectors::STAGES).await;
    if let Some(what) = ctx.records.fatal() {
        return Err(CollectError::Local(what));
    }
    let (evidence, refusals) = ctx.records.take();
    let zk_journal = ctx.zk_journal.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(Collected {
        zk_journal,
        manifest: Manifest {
            format: format::FORMAT.to_owned(),
            phase: job.phase,
            tool: concat!("gonogo ", env!("CARGO_PKG_VERSION")).to_owned(),
            made_by: job.made_by.to_owned(),
            started_at,
            finished_at: Utc::now(),
            reason: job.reason,
            ticket: job.ticket,
            operator: job.operator,
            auth,
            insecure,
            backups_in_clear,
            expected,
            evidence,
        },
        refusals,
    })
}
