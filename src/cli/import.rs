//! `gonogo import`: saved files become an archive. Arguments, and what is said about every file.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::backups::BackupArgs;
use super::config;
use super::config::file::Backup;
use super::config::reader::Problems;
use super::text::sanitized;
use super::{Ctx, Failure, exit};
use crate::archive::{Container, Target};
use crate::import::{self, ImportError, Imported, Named, Options};
use crate::model::{Outcome, Phase};

/// Ignored files that are listed without `-v`.
const LISTED: usize = 20;

/// Arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Files are recognised by usual names (state.json, slaves.json, apps.json, 5050-master_state.json, 8080-v2_apps.json,
dcos-version.json, ..., also .gz), else by their contents. Sub-folders are hosts (10.0.5.2/, 10.0.5.2_master/). The files'
times stand for the time at which they were collected. What was not saved stays unknown: checks that need it say so.

Backups among them (tars, SQL dumps, data directories of ZooKeeper, and what --backup names) are proven where they stand, with the
record beside them; the archive gets the proof, never a byte of them. With --recipient a sealed copy is kept beside the archive;
without it nothing is said of the bytes, because an import only tells what somebody else took.

Exit codes: 0 archive written, 5 archive written, and what --backup names could not be proven, 2 usage, 1 failure of I/O.

Examples:
  gonogo import saved/ --phase pre -o pre.tar.gz
  gonogo import bundle/ --phase post -o post.tar.gz
  gonogo import saved/ --phase pre --as mesos-state=leader.json --as agent-state@10.0.1.7=a7.json -o pre.tar.gz")]
pub struct Args {
    /// Folder with saved answers, or an unpacked diagnostics bundle (one file works too)
    #[arg(value_name = "DIR")]
    pub from: PathBuf,
    /// Phase of the window: pre, during, post
    #[arg(long, value_name = "PHASE")]
    pub phase: Phase,
    /// Archive to write: NAME.tar.gz, NAME.zip, or a folder
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace the archive if it exists
    #[arg(long)]
    pub force: bool,
    /// Say what a file is; KIND as in `mesos-state`, `agent-state`, `marathon-apps` (repeatable)
    #[arg(long = "as", value_name = "KIND[@HOST]=FILE", value_parser = named)]
    pub named: Vec<Named>,
    /// Host of the master whose files these are, where neither folder nor file says it
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Backups.
    #[command(flatten)]
    pub backups: BackupArgs,
    /// Why the archive is made
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Change or support ticket
    #[arg(long, value_name = "ID")]
    pub ticket: Option<String>,
    /// Who makes it
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

fn named(text: &str) -> Result<Named, String> {
    let Some((kind, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("expected KIND=FILE, as in mesos-state=leader.json".to_owned());
    };
    let (kind, host) = match kind.split_once('@') {
        Some((_, "")) => return Err("expected a host behind `@`".to_owned()),
        Some((kind, host)) => (kind, Some(host.to_owned())),
        None => (kind, None),
    };
    if !import::kinds().any(|known| known == kind) {
        let kinds: Vec<&str> = import::kinds().collect();
        return Err(format!("no such kind; expected one of {}", kinds.join(", ")));
    }
    Ok(Named {
        kind: kind.to_owned(),
        host,
        file: file.into(),
    })
}

/// Runs the command.
pub fn run(args: &Args, ctx: &mut Ctx<'_>) -> anyhow::Result<u8> {
    let container = container(&args.output)?;
    let target = Target::new(&args.output, container, args.force)?;
    let mut problems = Problems::default();
    let backups = args.backups.named(None, &mut problems);
    // Only what is said on the command line: an import must not begin to copy backups because of a line in a file.
    let bytes = args.backups.bytes(&Backup::default(), false, &mut problems);
    if !problems.is_empty() {
        return Err(config::failure(&problems).into());
    }
    let options = Options {
        backups: backups.into_iter().map(|named| named.path).collect(),
        keep: bytes.begin(&args.output, args.force)?,
        from: args.from.clone(),
        phase: args.phase,
        host: args.host.clone(),
        named: args.named.clone(),
        reason: args.reason.clone(),
        ticket: args.ticket.clone(),
        operator: args.operator.clone(),
    };
    let tool = concat!("gonogo ", env!("CARGO_PKG_VERSION"));
    let imported = import::run(&options, &target, tool).map_err(|error| match error {
        ImportError::Input(message) => anyhow::Error::new(Failure::usage(message)),
        ImportError::Read { path, source } => {
            let failure = Failure::io(&path.display().to_string(), &source);
            anyhow::Error::new(failure.hint("make it readable, or leave it out; nothing was written"))
        }
        ImportError::Seal(message) => anyhow::Error::new(Failure::new(exit::FAILURE, message)),
        ImportError::Write(error) => anyhow::Error::new(error),
    })?;
    ctx.out
        .write_all(lines(&imported, ctx.verbosity > 0).as_bytes())
        .map_err(|error| Failure::io("standard output", &error))?;
    // Only what was said to be a backup must be one.
    let records = &imported.written.manifest.evidence;
    let gap = records
        .iter()
        .any(|record| record.required && record.outcome != Outcome::Captured);
    Ok(if gap { exit::CANNOT_SAY } else { exit::GO })
}

/// The container that the output's name asks for.
fn container(output: &std::path::Path) -> Result<Container, Failure> {
    Container::of_name(output).ok_or_else(|| {
        Failure::usage(format!("{}: which kind of archive is that?", output.display()))
            .hint("end the name in .tar.gz or .zip, or give a name without extension for a folder")
    })
}

fn lines(imported: &Imported, all: bool) -> String {
    let mut text = String::new();
    for taken in &imported.taken {
        let by = match taken.by {
            "name" => String::new(),
            by => format!(" (by {by})"),
        };
        let _ = writeln!(text, "{}  <-  {}{by}", sanitized(&taken.item), sanitized(&taken.file));
    }
    let most = if all { imported.ignored.len() } else { LISTED };
    for (file, why) in imported.ignored.iter().take(most) {
        let _ = writeln!(text, "ignored: {}: {}", sanitized(file), sanitized(why));
    }
    if imported.ignored.len() > most {
        let more = imported.ignored.len() - most;
        let _ = writeln!(text, "ignored: and {more} more; -v lists all");
    }
    let written = &imported.written;
    let _ = writeln!(
        text,
        "{}: phase {}, {} of {} files, {} bytes\ndigest sha256 {}",
        sanitized(&written.path.display().to_string()),
        written.manifest.phase,
        imported.taken.len(),
        imported.taken.len() + imported.ignored.len(),
        written.bytes,
        written.digest
    );
    if let Some(folder) = &imported.sealed {
        let _ = writeln!(
            text,
            "sealed copies of the backups: {}",
            sanitized(&folder.display().to_string())
        );
    }
    text
}
