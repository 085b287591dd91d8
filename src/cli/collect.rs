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
<<<<<<< HEAD
use super::{Ctx, Failure, config, credentials, exit, text, zk_tree};
=======
use super::{Ctx, Failure, config, credentials, exit, text};
pub use args::Args;

>>>>>>> main
use crate::archive::{Container, Staging, Target, WriteError, Written, writer};
use crate::backup::seal::beside::Published;
use crate::collect::{self, CollectError, Collected, Job, Observer, Silent, preview};
<<<<<<< HEAD
use crate::model::{Outcome, Phase};

/// Sources with their names, for the help text.
const SOURCES_HELP: &str = "mesos-master, mesos-agent, marathon, metronome, exhibitor, zookeeper, dcos, input, backup";

/// Arguments of `collect`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Masters of the cluster (host, host:port or URL); also the list of hosts that redirects and credentials may go to
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_MASTERS",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub masters: Vec<String>,
    /// Admin Router of a DC/OS cluster
    #[arg(
        long,
        value_name = "URL",
        env = "GONOGO_ADMIN_ROUTER",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub admin_router: Option<String>,
    /// Mesos masters, where they are not on port 5050 of each master
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_MESOS",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub mesos: Vec<String>,
    /// Expected agents: a list, a file with one host per line, or an Ansible inventory
    #[arg(
        long,
        value_name = "LIST|FILE",
        value_delimiter = ',',
        env = "GONOGO_AGENTS",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub agents: Vec<String>,
    /// A Marathon instance (the main one is called root); repeat for more
    #[arg(long, value_name = "NAME=URL", help_heading = "Where from")]
    pub marathon: Vec<String>,
    /// Exhibitors, where they are not on port 8181 of each master
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_EXHIBITOR",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub exhibitor: Vec<String>,
    /// ZooKeeper servers, where the masters' flags do not name them
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        env = "GONOGO_ZOOKEEPER",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub zookeeper: Vec<String>,
    /// Kind of cluster: auto (decided from the masters' flags), dcos, mesos
    #[arg(
        long,
        value_name = "KIND",
        env = "GONOGO_KIND",
        hide_env_values = true,
        help_heading = "Where from"
    )]
    pub kind: Option<String>,
    /// Phase of the maintenance window: pre, during, post
    #[arg(
        long,
        value_name = "PHASE",
        required_unless_present = "dry_run",
        help_heading = "Archive"
    )]
    pub phase: Option<Phase>,
    /// The archive to write
    #[arg(
        short,
        long,
        value_name = "FILE",
        required_unless_present = "dry_run",
        help_heading = "Archive"
    )]
    pub output: Option<PathBuf>,
    /// Form of the archive: tar.gz, zip, folder [default: by the name of the output]
    #[arg(long, value_name = "FORM", value_parser = container, help_heading = "Archive")]
    pub container: Option<Container>,
    /// Replace an archive that stands there already
    #[arg(long, help_heading = "Archive")]
    pub force: bool,
    /// Why the archive is made
    #[arg(long, value_name = "TEXT", help_heading = "Archive")]
    pub reason: Option<String>,
    /// Change or support ticket
    #[arg(long, value_name = "ID", help_heading = "Archive")]
    pub ticket: Option<String>,
    /// Who makes it
    #[arg(
        long,
        value_name = "NAME",
        env = "GONOGO_OPERATOR",
        hide_env_values = true,
        help_heading = "Archive"
    )]
    pub operator: Option<String>,
    /// Only these sources
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', help_heading = "What", long_help = format!("Only these sources: {SOURCES_HELP}"))]
    pub only: Vec<String>,
    /// All but these sources
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', help_heading = "What", long_help = format!("All but these sources: {SOURCES_HELP}"))]
    pub skip: Vec<String>,
    /// The config.yaml in force
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub config_yaml: Option<PathBuf>,
    /// The config.yaml of the new version
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub new_config_yaml: Option<PathBuf>,
    /// The ip-detect script
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub ip_detect: Option<PathBuf>,
    /// The ip-detect script of the new version
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub new_ip_detect: Option<PathBuf>,
    /// The licence; only its size and hash are kept
    #[arg(long, value_name = "FILE", help_heading = "What")]
    pub license: Option<PathBuf>,
    /// Sign-offs that go into the archive [default: gonogo-signoffs.toml beside gonogo.toml, where there is one]
    #[arg(long, value_name = "FILE", help_heading = "Input files")]
    pub signoffs: Option<PathBuf>,
    /// Print every request that would be made, and make none
    #[arg(long, help_heading = "What")]
    pub dry_run: bool,
    /// Time for the whole run [default: 1h]
    #[arg(
        long,
        value_name = "TIME",
        env = "GONOGO_DEADLINE",
        hide_env_values = true,
        help_heading = "Limits"
    )]
    pub deadline: Option<String>,
    /// Time from a request to the first byte of its answer [default: 30s]
    #[arg(
        long,
        value_name = "TIME",
        env = "GONOGO_TIMEOUT",
        hide_env_values = true,
        help_heading = "Limits"
    )]
    pub timeout: Option<String>,
    /// Requests in flight over all hosts; at one host there are never more than two [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), env = "GONOGO_CONCURRENCY", hide_env_values = true, help_heading = "Limits")]
    pub concurrency: Option<u64>,
    /// Largest /state in MiB [default: 4096]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    pub max_state: Option<u64>,
    /// File with a DC/OS token (also read: DCOS_ACS_TOKEN)
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_TOKEN_FILE",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub token_file: Option<PathBuf>,
    /// DC/OS user; the password comes from --password-file, GONOGO_PASSWORD or the prompt
    #[arg(
        long,
        value_name = "NAME",
        env = "GONOGO_USER",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub user: Option<String>,
    /// File with the password
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_PASSWORD_FILE",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub password_file: Option<PathBuf>,
    /// DC/OS service account (JSON with uid, private_key, login_endpoint)
    #[arg(
        long,
        value_name = "FILE",
        env = "GONOGO_SERVICE_ACCOUNT",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub service_account: Option<PathBuf>,
    /// User of a plain Mesos cluster with HTTP basic; password as for --user
    #[arg(
        long,
        value_name = "NAME",
        env = "GONOGO_BASIC_USER",
        hide_env_values = true,
        help_heading = "Credentials"
    )]
    pub basic_user: Option<String>,
    /// Certificate authority of the cluster (PEM); repeat for more
    #[arg(long, value_name = "FILE", help_heading = "Credentials")]
    pub ca_cert: Vec<PathBuf>,
    /// Do not verify certificates: anybody can pretend to be the cluster; recorded in the archive
    #[arg(long, help_heading = "Credentials")]
    pub insecure: bool,
    /// HTTP proxy; those of the environment are never used
    #[arg(long, value_name = "URL", help_heading = "Credentials")]
    pub proxy: Option<String>,
    /// The tree of znodes
    #[command(flatten)]
    pub zk: zk_tree::Args,
}

const AFTER_HELP: &str = "\
Examples:
  gonogo collect --masters 10.0.0.1,10.0.0.2,10.0.0.3 --phase pre -o pre.tar.gz
  gonogo collect --admin-router https://dcos.example --token-file token --phase pre -o pre.tar.gz
  gonogo collect --config gonogo.toml --dry-run

Without --masters, --mesos and --admin-router, the cluster attached in the DC/OS CLI's own configuration is read.

Exit codes: 0 everything required was captured, 5 archive written but required evidence is missing,
7 a certificate or a redirect was refused (archive written all the same), 1 failure of this machine,
2 usage or configuration, 130 interrupted (nothing is left behind but the journal of --zk-tree, OUTPUT.zk-walk: the same
command goes on with it).";

fn container(text: &str) -> Result<Container, String> {
    match text {
        "tar.gz" => Ok(Container::TarGz),
        "zip" => Ok(Container::Zip),
        "folder" => Ok(Container::Folder),
        other => Err(format!("`{other}` is no form of archive (tar.gz, zip, folder)")),
    }
}
=======
use crate::model::{Outcome, Phase, items};
>>>>>>> main

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
<<<<<<< HEAD
            .chain(zk_tree::preview(&settings.zk_tree))
=======
            .chain(sealing)
>>>>>>> main
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
    let zk_tree = zk_tree::obtain(&settings.zk_tree, target.path(), &*observer)?;
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
<<<<<<< HEAD
        .context("writing the archive")?
        .map_err(write_failure)?;
    if let Some(journal) = &collected.zk_journal {
        // What it holds stands in the archive now.
        let _ = std::fs::remove_file(journal);
    }
    Ok((collected, written))
=======
        .context("writing the archive")??;
    Ok(Ended {
        collected,
        written,
        sealed,
    })
>>>>>>> main
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
