//! The engine: all concurrency, all limits, and the rule of cancellation.
//!
//! A run is a row of stages. The steps of one stage, and the steps they return, run side by side; the next stage is
//! made when all of them have ended, from what they found out. Requests pass the [`Gate`]: so many at once over all
//! hosts, so many at one host, and one expensive request (`/state`) at a time.
//!
//! # Cancellation
//! A step may be dropped at any `await` (deadline, Ctrl-C). What is dropped in flight is a network read and the
//! unfinished temporary file behind it, which removes itself. A record is kept in one synchronous call after its bytes
//! are complete in staging, so that no record ever points at half an item. Items of dropped steps get their record
//! (`timed-out`, "the run's deadline …") from the engine. Nothing else needs to be finished, closed or undone.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::archive::Staging;
use crate::model::Outcome;

use super::discovery::Known;
use super::http::Http;
use super::limits::Limits;
use super::observer::Observer;
use super::plan::{Targets, ZkTree};
use super::records::Records;
use super::step::{Planned, Step};

/// What every step may use.
pub struct Context {
    /// What to collect.
    pub targets: Targets,
    /// What the run found out so far.
    pub known: Known,
    /// Records of items.
    pub records: Records,
    /// Where bytes go.
    pub staging: Staging,
    /// Limits.
    pub limits: Limits,
    /// HTTP.
    pub(super) http: Http,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// The walk over the tree of znodes, where one is wanted, until its step takes it.
    pub(super) zk_tree: Mutex<Option<ZkTree>>,
    /// The journal of that walk, once it is not needed any more.
    pub(super) zk_journal: Mutex<Option<PathBuf>>,
    pub(super) gate: Gate,
}

/// Lets requests through: by total number, by host, expensive ones singly.
pub struct Gate {
    total: Arc<Semaphore>,
    expensive: Arc<Semaphore>,
    per_host: usize,
    hosts: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

/// Leave to send one request; given back when dropped.
pub struct Pass {
    _held: [Option<OwnedSemaphorePermit>; 3],
}

impl Gate {
    /// A gate for these limits.
    pub fn new(limits: &Limits) -> Self {
        Self {
            total: Arc::new(Semaphore::new(limits.concurrency.max(1))),
            expensive: Arc::new(Semaphore::new(1)),
            per_host: limits.per_host.max(1),
            hosts: Mutex::default(),
        }
    }

    /// Waits for leave. The host's turn is waited for first, so that one slow host never holds places of the total.
    ///
    /// Cancel safe: dropped while waiting, it gives back what it has.
    pub async fn pass(&self, host: &str, expensive: bool) -> Pass {
        let turn = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = hosts
                .entry(host.to_owned())
                .or_insert_with(|| Arc::new(Semaphore::new(self.per_host)));
            Arc::clone(turn)
        };
        // None of the semaphores is ever closed: `ok` loses nothing.
        let host = turn.acquire_owned().await.ok();
        let alone = if expensive {
            Arc::clone(&self.expensive).acquire_owned().await.ok()
        } else {
            None
        };
        let total = Arc::clone(&self.total).acquire_owned().await.ok();
        Pass {
            _held: [host, alone, total],
        }
    }
}

/// A stage: its steps are made from what earlier stages found out.
pub type Stage = fn(&Context) -> Vec<Step>;

/// Runs the stages. Returns when every planned item has its record; ends early only at the deadline or when this
/// machine failed.
pub async fn run(ctx: &Arc<Context>, stages: &[Stage]) {
    let deadline = Instant::now() + ctx.limits.deadline;
    for stage in stages {
        let steps = stage(ctx);
        run_stage(ctx, steps, deadline).await;
        if ctx.records.fatal().is_some() {
            return;
        }
    }
}

async fn run_stage(ctx: &Arc<Context>, steps: Vec<Step>, deadline: Instant) {
    let mut running: JoinSet<(Vec<Planned>, Vec<Step>)> = JoinSet::new();
    // Items without a record yet, of steps that may still be dropped.
    let mut open: Vec<Planned> = Vec::new();
    let mut start = |running: &mut JoinSet<_>, steps: Vec<Step>| {
        for step in steps {
            ctx.observer.planned(step.planned.len());
            open.extend(step.planned.iter().cloned());
            // After the deadline nothing more is begun; every item still gets its record below.
            if Instant::now() < deadline {
                running.spawn(run_step(Arc::clone(ctx), step));
            }
        }
    };
    start(&mut running, steps);
    while !running.is_empty() {
        match tokio::time::timeout_at(deadline, running.join_next()).await {
            Ok(Some(Ok((planned, more)))) => {
                for item in planned {
                    fill(
                        ctx,
                        &item,
                        Outcome::Failed,
                        "the step ended without a record for this item",
                    );
                }
                if ctx.records.fatal().is_some() {
                    return;
                }
                start(&mut running, more);
            }
            // A step's panic is caught inside it; this is the runtime going down.
            Ok(Some(Err(error))) => tracing::error!("a step was lost: {error}"),
            Ok(None) => break,
            Err(_) => {
                running.abort_all();
                while running.join_next().await.is_some() {}
                break;
            }
        }
    }
    let late = format!("the run's deadline of {} was reached", words(ctx.limits.deadline));
    for item in &open {
        fill(ctx, item, Outcome::TimedOut, &late);
    }
}

fn fill(ctx: &Context, item: &Planned, outcome: Outcome, reason: &str) {
    if !ctx.records.has(&item.item) {
        ctx.records.put(item.ended(outcome, reason));
    }
}

/// Runs one step; a panic in it becomes the record of what it did not finish.
async fn run_step(ctx: Arc<Context>, step: Step) -> (Vec<Planned>, Vec<Step>) {
    ctx.observer.step_started(&step.name);
    let more = if ctx.targets.skips(step.source) {
        for item in &step.planned {
            ctx.records
                .put(item.ended(Outcome::SkippedByUser, "left out by --only or --skip"));
        }
        Vec::new()
    } else {
        // The closure itself may panic before it gives a future: it runs inside as well.
        let run = step.run;
        let inner = Arc::clone(&ctx);
        match AssertUnwindSafe(async move { run(inner).await }).catch_unwind().await {
            Ok(more) => more,
            Err(panic) => {
                let what = panic
                    .downcast_ref::<&str>()
                    .map(|text| (*text).to_owned())
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_else(|| "no message".to_owned());
                for item in &step.planned {
                    fill(
                        &ctx,
                        item,
                        Outcome::Failed,
                        &format!("internal error in gonogo: {what}"),
                    );
                }
                Vec::new()
            }
        }
    };
    let fine = step
        .planned
        .iter()
        .filter(|item| ctx.records.is_fine(&item.item))
        .count();
    ctx.observer.step_ended(&step.name, step.planned.len(), fine);
    (step.planned, more)
}

/// A duration in the words that the flags use.
pub fn words(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_millis()) {
        (0, millis) => format!("{millis} ms"),
        (secs, _) if secs % 3600 == 0 => format!("{} h", secs / 3600),
        (secs, _) if secs % 60 == 0 => format!("{} min", secs / 60),
        (secs, 0) => format!("{secs} s"),
        (secs, millis) => format!("{secs}.{millis:03} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::auth::Credentials;
    use super::super::observer::Silent;
    use super::super::tls::Tls;
    use super::*;
    use crate::archive::{Container, Target};
    use crate::model::Evidence;

    fn planned(item: &str) -> Planned {
        Planned {
            item: format!("data/input/files/{item}"),
            source: "input",
            host: "-".to_owned(),
            request: item.to_owned(),
            method: "FILE",
            required: true,
        }
    }

    /// Runs one stage and gives its records.
    fn records(limits: Limits, stage: Stage) -> Vec<Evidence> {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::new(&folder.path().join("out.zip"), Container::Zip, false).unwrap();
        let ctx = Arc::new(Context {
            targets: Targets::default(),
            known: Known::default(),
            records: Records::new(Vec::new(), Arc::new(Silent)),
            staging: Staging::beside(&target).unwrap(),
            http: Http::new(&limits, Tls::default(), Credentials::none(), None).unwrap(),
            gate: Gate::new(&limits),
            limits,
            observer: Arc::new(Silent),
            zk_tree: Mutex::default(),
            zk_journal: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run(&ctx, &[stage]));
        ctx.records.take().0
    }

    fn stage_with_a_panic(_: &Context) -> Vec<Step> {
        let items = vec![planned("a"), planned("b")];
        let panics = Step::new("input", "one", items, |ctx| async move {
            ctx.records.put(planned("a").ended(Outcome::NotApplicable, "fine"));
            let items: Vec<Step> = Vec::new();
            assert!(!items.is_empty(), "a mistake of ours");
            items
        });
        let gives_more = Step::new("input", "two", vec![planned("c")], |ctx| async move {
            ctx.records.put(planned("c").ended(Outcome::NotApplicable, "fine"));
            // A step that forgets one of its items.
            vec![Step::new("input", "three", vec![planned("d")], |_| async {
                Vec::new()
            })]
        });
        vec![panics, gives_more]
    }

    #[test]
    fn a_panic_becomes_a_record_and_nothing_else_is_lost() {
        let records = records(Limits::default(), stage_with_a_panic);
        let told: Vec<(&str, Outcome, &str)> = records
            .iter()
            .map(|one| {
                (
                    one.request.as_str(),
                    one.outcome.clone(),
                    one.reason.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("a", Outcome::NotApplicable, "fine"),
                ("b", Outcome::Failed, "internal error in gonogo: a mistake of ours"),
                ("c", Outcome::NotApplicable, "fine"),
                ("d", Outcome::Failed, "the step ended without a record for this item"),
            ]
        );
    }

    fn stage_without_end(_: &Context) -> Vec<Step> {
        vec![Step::new("input", "one", vec![planned("a")], |_| async {
            std::future::pending::<()>().await;
            Vec::new()
        })]
    }

    #[test]
    fn the_deadline_leaves_a_record_too() {
        let limits = Limits {
            deadline: Duration::from_millis(20),
            ..Limits::default()
        };
        let records = records(limits, stage_without_end);
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].outcome, Outcome::TimedOut);
        assert_eq!(
            records[0].reason.as_deref(),
            Some("the run's deadline of 20 ms was reached")
        );
    }
}
