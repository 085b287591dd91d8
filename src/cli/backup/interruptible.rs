//! Runs long work that reads and writes files so that Ctrl-C ends it cleanly: its part files remove themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

/// Runs `work` with a watcher that says stop once a signal to end has come. Waits for its end in any case.
///
/// # Errors
/// Only those of starting; those of the work are its own.
pub fn run<T: Send + 'static>(
    work: impl FnOnce(&mut dyn FnMut(u64) -> bool) -> T + Send + 'static,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    runtime.block_on(async {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
        let mut terminate = signal(SignalKind::terminate()).context("signals")?;
        let mut hang_up = signal(SignalKind::hangup()).context("signals")?;
        let mut running = tokio::task::spawn_blocking(move || work(&mut |_| !stopped.load(Ordering::Relaxed)));
        loop {
            tokio::select! {
                ended = &mut running => break ended.context("internal error"),
                _ = interrupt.recv() => stop.store(true, Ordering::Relaxed),
                _ = terminate.recv() => stop.store(true, Ordering::Relaxed),
                _ = hang_up.recv() => stop.store(true, Ordering::Relaxed),
            }
        }
    })
}
