//! `gonogo collect`: captures evidence from a cluster into an archive.
//!
//! Everything that can be checked is checked before the first request: configuration, files, the output's place. A run
//! that ends early (Ctrl-C, disk full) leaves nothing behind.

mod args;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::unbounded_channel;

use super::backups::Bytes;
use super::config::reader::Problems;
use super::config::settings::{self, Settings};
use super::progress::{Bars, Lines};
use super::{Ctx, Failure, config, credentials, exit, text, zk_tree};
pub use args::Args;

use crate::archive::{Container, Staging, Target, WriteError, Written, writer};
use crate::backup::seal::beside::Published;
use crate::collect::{self, CollectError, Collected, Job, Observer, Silent, preview};
use crate::model::{Outcome, Phase, items};

/// Runs `collect`.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let mut problems = Problems::default();
    let mut file = config::read(ctx.config.as_deref(), &mut problems)?;
    file.signoffs_beside(super::signoffs::beside(ctx.config.as_deref()));
    let mut settings = settings::merge(args, file, &mut problems);
    let attached = credentials::attach(&mut settings, &mut problems);
    if !problems.is_empty() {
        return Err(config::failure(&problems).into());
    }
    if settings.targets.mesos_bases().is_empty() {
        return Err(Failure::usage("no cluster is named")
            .hint("give --masters or --admin-router (or gonogo.toml), or attach a cluster in the DC/OS CLI")
            .into());
    }
    // What is left out is not sealed either.
    if settings.targets.skips(items::BACKUP) {
        settings.bytes = Bytes::Unsaid;
    }
    if args.dry_run {
        let named = settings.targets.backups.named.as_slice();
        let left_out = settings.targets.skips(items::BACKUP);
        let named = if left_out { &[] } else { named };
        let sealing = settings.bytes.preview(named, args.output.as_deref());
        for line in credentials::preview(&settings)
            .into_iter()
            .chain(preview::lines(&settings.targets))
            .chain(zk_tree::preview(&settings.zk_tree, args.output.as_deref()))
            .chain(zk_tree::preview_of_names(&settings.zk_tree).filter(|_| !settings.targets.skips(items::EXHIBITOR)))
            .chain(sealing)
        {
            writeln!(ctx.out, "{}", text::sanitized(&line)).context("standard output")?;
        }
        return Ok(exit::GO);
    }
    let (Some(phase), Some(output)) = (args.phase, args.output.as_ref()) else {
        return Err(Failure::usage("--phase and --output are needed").into());
    };
    let container = args.container.or_else(|| Container::of_name(output)).ok_or_else(|| {
        Failure::usage(format!(
            "{}: the name does not say what form of archive is meant",
            output.display()
        ))
        .hint("end it with .tar.gz or .zip, or give --container")
    })?;
    let target = Target::new(output, container, args.force).map_err(write_failure)?;
    let staging = Staging::beside(&target).map_err(write_failure)?;
    if !settings.targets.backups.named.is_empty() {
        settings.targets.backups.keep = settings.bytes.clone().begin(output, args.force)?;
    }
    if settings.tls.insecure {
        // Also with -q: whoever reads the archive later must have had the chance to know.
        let _ = writeln!(
            ctx.err,
            "WARNING: --insecure: certificates are not verified. Anybody on the way can pretend to be the cluster and read the credentials. The archive says so."
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // More than cores: a hostile answer that keeps one thread busy must not keep the clock from ticking.
        .worker_threads(4)
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let ended = runtime.block_on(drive(args, settings, attached, phase, &target, staging, ctx));
    // An archive being written stops at its next chunk and removes itself; a name look-up cannot be stopped, nor waited for.
    runtime.shutdown_timeout(Duration::from_millis(1500));
    ended
}

/// Collects and writes, until done or interrupted.
async fn drive(
    args: &Args,
    settings: Settings,
    attached: Option<credentials::Attached>,
    phase: Phase,
    target: &Target,
    staging: Staging,
    ctx: &mut Ctx<'_>,
) -> anyhow::Result<u8> {
    let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("signals")?;
    let stopped = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    };
    tokio::pin!(stopped);

    let (sender, mut lines) = unbounded_channel::<String>();
    let bars = ctx.terminal.err_is_terminal && ctx.verbosity >= 0;
    let observer: Arc<dyn Observer> = if bars {
        Arc::new(Bars::new(sender))
    } else if ctx.verbosity >= 0 {
        Arc::new(Lines::new(sender))
    } else {
        Arc::new(Silent)
    };
    let writing = staging.clone();
    let keep = settings.targets.backups.keep.clone();
    let work = work(args, settings, attached, phase, target, staging, observer);
    tokio::pin!(work);
    let mut talking = true;
    let ended = loop {
        tokio::select! {
            biased;
            () = &mut stopped => {
                writing.cancel();
                keep.give_up();
                return Err(Failure::new(exit::INTERRUPTED, "interrupted; nothing half-written is left").into());
            }
            line = lines.recv(), if talking => match line {
                Some(line) => { let _ = writeln!(ctx.err, "{}", text::sanitized(&line)); }
                None => talking = false,
            },
            ended = &mut work => break ended?,
        }
    };
    while let Ok(line) = lines.try_recv() {
        let _ = writeln!(ctx.err, "{}", text::sanitized(&line));
    }
    summarize(&ended, ctx)
}

/// A run whose archive was written.
struct Ended {
    collected: Collected,
    written: Written,
    /// Folder of the sealed copies, where there are any.
    sealed: Option<PathBuf>,
}

async fn work(
    args: &Args,
    settings: Settings,
    attached: Option<credentials::Attached>,
    phase: Phase,
    target: &Target,
    staging: Staging,
    observer: Arc<dyn Observer>,
) -> anyhow::Result<Ended> {
    let keep = settings.targets.backups.keep.clone();
    let credentials = credentials::obtain(&settings, attached, &*observer).await?;
    let zk_tree = zk_tree::obtain(&settings.zk_tree, target.path(), args.force, &*observer)?;
    let job = Job {
        targets: settings.targets,
        limits: settings.limits,
        tls: settings.tls,
        credentials,
        proxy: settings.proxy,
        phase,
        reason: args.reason.clone(),
        ticket: args.ticket.clone(),
        operator: args.operator.clone(),
        made_by: "collect",
        zk_tree,
    };
    let collected = collect::run(job, staging.clone(), Arc::clone(&observer))
        .await
        .map_err(|error| match error {
            CollectError::Setup(what) => Failure::usage(what),
            CollectError::Local(what) => Failure::new(exit::FAILURE, what),
        })?;
    observer.note("writing the archive");
    let manifest = collected.manifest.clone();
    let target = target.clone();
    let publish = move || -> anyhow::Result<_> {
        // The archive comes last: where it stands, the sealed copies that it names stand beside it.
        let sealed = keep.publish()?;
        let written = writer::write(&target, manifest, &staging).map_err(write_failure)?;
        let folder = sealed.map(Published::keep);
        Ok((written, folder))
    };
    let (written, sealed) = tokio::task::spawn_blocking(publish)
        .await
        .context("writing the archive")??;
    if let Some(journal) = &collected.zk_journal {
        // What it holds stands in the archive now.
        let _ = std::fs::remove_file(journal);
    }
    Ok(Ended {
        collected,
        written,
        sealed,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "used in map_err")]
fn write_failure(error: WriteError) -> Failure {
    let code = if error.is_usage() { exit::USAGE } else { exit::FAILURE };
    Failure::new(code, error.to_string())
}

/// What was captured, what is missing and why, and the exit code.
fn summarize(ended: &Ended, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let Ended {
        collected,
        written,
        sealed,
    } = ended;
    let evidence = &written.manifest.evidence;
    let count = |outcome: &Outcome| evidence.iter().filter(|one| one.outcome == *outcome).count();
    let gaps: Vec<_> = collected.gaps().collect();
    for refusal in &collected.refusals {
        ctx.say(&format!("refused: {}", text::sanitized(refusal)));
    }
    for gap in gaps.iter().take(if ctx.verbosity > 0 { usize::MAX } else { 20 }) {
        ctx.say(&format!(
            "missing: {} {} ({})",
            gap.item,
            gap.outcome.as_str(),
            text::sanitized(gap.reason.as_deref().unwrap_or("no reason"))
        ));
    }
    if gaps.len() > 20 && ctx.verbosity <= 0 {
        ctx.say(&format!("missing: and {} more (-v lists all)", gaps.len() - 20));
    }
    let asked = evidence.len() - count(&Outcome::NotApplicable) - count(&Outcome::SkippedByUser);
    let size =
        std::fs::metadata(&written.path).map_or(
            written.bytes,
            |meta| {
                if meta.is_file() { meta.len() } else { written.bytes }
            },
        );
    writeln!(
        ctx.out,
        "captured {} of {asked} items ({} do not apply, {} left out, {} required missing)\n{} ({size} bytes)\ndigest sha256:{}",
        count(&Outcome::Captured),
        count(&Outcome::NotApplicable),
        count(&Outcome::SkippedByUser),
        gaps.len(),
        written.path.display(),
        written.digest
    )
    .context("standard output")?;
    if let Some(folder) = sealed {
        writeln!(ctx.out, "sealed copies of the backups: {}", folder.display()).context("standard output")?;
    }
    if let Some(because) = &written.manifest.backups_in_clear {
        ctx.say(&format!(
            "the backups were not sealed, and the archive says so: {}",
            text::sanitized(because)
        ));
    }
    Ok(code(collected))
}

/// The exit code of a run whose archive was written: a refusal for security's sake before a gap before none.
pub fn code(collected: &Collected) -> u8 {
    if !collected.refusals.is_empty() {
        exit::SECURITY
    } else if collected.gaps().next().is_some() {
        exit::CANNOT_SAY
    } else {
        exit::GO
    }
}
