//! Backups that were named: each is proven, and the proof is filed; of its bytes at most a sealed copy beside the archive.
//!
//! Never files a byte of a backup. A backup that cannot be restored is evidence like any other; one that cannot be read
//! is a gap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::backup::Options;
use crate::backup::keep::{Named, NotProven, prove_and_keep};
use crate::model::backup::{BackupStatus, Proofs};
use crate::model::{Evidence, Outcome, items};

use super::super::engine::Context;
use super::super::step::{Planned, Step};

/// Method of the records.
const METHOD: &str = "BACKUP";

/// One step for all backups, one after the other: they share a disk.
pub fn steps(ctx: &Context) -> Vec<Step> {
    let all: Vec<(Named, Planned)> = ctx
        .targets
        .backups
        .named
        .iter()
        .map(|named| (named.clone(), planned(named)))
        .collect();
    if all.is_empty() {
        return Vec::new();
    }
    let planned = all.iter().map(|(_, planned)| planned.clone()).collect();
    vec![Step::new(items::BACKUP, "files", planned, move |ctx| async move {
        for (named, planned) in all {
            ctx.observer.note(&format!("backup {}: reading it", named.label));
            one(&ctx, named, &planned).await;
            if ctx.records.fatal().is_some() {
                break;
            }
        }
        Vec::new()
    })]
}

fn planned(named: &Named) -> Planned {
    Planned {
        item: named.item(),
        source: items::BACKUP,
        host: "-".to_owned(),
        // The name alone: where it lies on the operator's machine is nobody's business.
        request: named.name(),
        method: METHOD,
        required: true,
    }
}

/// Stops the work in its thread when the step that waits for it is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn one(ctx: &Arc<Context>, named: Named, planned: &Planned) {
    let begun = std::time::Instant::now();
    let mut evidence = planned.begun(Outcome::Captured, chrono::Utc::now());
    evidence.attempts = 1;
    let stop = StopOnDrop(Arc::default());
    let stopped = Arc::clone(&stop.0);
    let keep = ctx.targets.backups.keep.clone();
    let label = named.label.clone();
    let work = move || {
        let mut watch = |_| !stopped.load(Ordering::Relaxed);
        prove_and_keep(&named, &keep, &Options::default(), &mut watch)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(proofs)) => file(ctx, &label, &proofs, &mut evidence),
        Ok(Err(NotProven::Backup(why))) => failed(&mut evidence, why),
        Ok(Err(NotProven::Machine(why))) => {
            ctx.records.fail(why.clone());
            failed(&mut evidence, why);
        }
        Ok(Err(NotProven::Stopped)) => failed(&mut evidence, "it was not read to its end".to_owned()),
        Err(_) => failed(&mut evidence, "internal error in gonogo while it was read".to_owned()),
    }
    evidence.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    ctx.records.put(evidence);
}

fn failed(evidence: &mut Evidence, why: String) {
    evidence.outcome = Outcome::Failed;
    evidence.reason = Some(why);
}

/// Stages the proof and says what it says.
fn file(ctx: &Context, label: &str, proofs: &Proofs, evidence: &mut Evidence) {
    let staged = serde_json::to_vec_pretty(proofs)
        .map_err(|error| error.to_string())
        .and_then(|bytes| {
            ctx.staging
                .put(&evidence.item, &bytes)
                .map_err(|error| error.to_string())
        });
    match staged {
        Ok(stored) => {
            evidence.bytes = stored.bytes;
            evidence.sha256 = Some(stored.sha256);
            for proof in &proofs.backups {
                ctx.observer.note(&format!("backup {label}: {}", words(proof.status)));
            }
        }
        Err(error) => {
            ctx.records.fail(error.clone());
            failed(evidence, error);
        }
    }
}

/// A status for the person who waits.
fn words(status: BackupStatus) -> &'static str {
    match status {
        BackupStatus::Restorable => "can be restored",
        BackupStatus::CannotSay => "whether it can be restored cannot be said",
        BackupStatus::NotRestorable => "CANNOT be restored",
    }
}
